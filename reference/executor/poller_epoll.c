#include "poller.h"

#include <errno.h>
#include <limits.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "cohort_executor.h"

static const uint64_t BELL_TOKEN = UINT64_MAX;

enum {
	NS_PER_S = 1000000000,
	NS_PER_MS = 1000000
};

static bool add_bell(struct poller *poller)
{
	/*
	 * Edge-triggered, so that a ring is one event and need not be read.
	 */
	struct epoll_event event = { .events = EPOLLIN | EPOLLET,
				     .data.u64 = BELL_TOKEN };

	return epoll_ctl(poller->fd, EPOLL_CTL_ADD, poller->bell, &event) == 0;
}

bool poller_open(struct poller *poller)
{
	*poller = (struct poller){ .fd = epoll_create1(EPOLL_CLOEXEC),
				   .bell = eventfd(0, EFD_CLOEXEC) };
	if (poller->fd >= 0 && poller->bell >= 0 && add_bell(poller))
		return true;
	if (poller->fd >= 0)
		close(poller->fd);
	if (poller->bell >= 0)
		close(poller->bell);
	return false;
}

void poller_close(struct poller *poller)
{
	close(poller->bell);
	close(poller->fd);
}

bool poller_watch(struct poller *poller, int fd, bool known, uint64_t token,
		  unsigned int interest)
{
	struct epoll_event event = { .events = EPOLLONESHOT,
				     .data.u64 = token };

	if (interest & CX_READABLE)
		event.events |= EPOLLIN;
	if (interest & CX_WRITABLE)
		event.events |= EPOLLOUT;
	if (epoll_ctl(poller->fd, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd,
		      &event) == 0)
		return true;
	/* the number has another file by now, or had this one before */
	if (errno == (known ? ENOENT : EEXIST))
		return epoll_ctl(poller->fd,
				 known ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd,
				 &event) == 0;
	return false;
}

void poller_forget(struct poller *poller, int fd)
{
	struct epoll_event ignored = { 0 };

	(void)epoll_ctl(poller->fd, EPOLL_CTL_DEL, fd, &ignored);
}

/* Where there is no epoll_pwait2, or it is not allowed. */
static int wait_ms(struct poller *poller, uint64_t timeout_ns,
		   struct epoll_event *events)
{
	/* up, so that no deadline is found a little too far away again */
	uint64_t ms = timeout_ns / NS_PER_MS + (timeout_ns % NS_PER_MS != 0);

	return epoll_wait(poller->fd, events, POLLER_BATCH,
			  timeout_ns == POLLER_FOREVER ? -1
			  : ms > INT_MAX	       ? INT_MAX
						       : (int)ms);
}

static int wait_ns(struct poller *poller, uint64_t timeout_ns,
		   struct epoll_event *events)
{
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 35)
	struct timespec timeout = {
		.tv_sec = (time_t)(timeout_ns / NS_PER_S),
		.tv_nsec = (long)(timeout_ns % NS_PER_S),
	};
	int count;

	/* without a timeout, and with none to wait for, the plain call does */
	if (timeout_ns == 0 || timeout_ns == POLLER_FOREVER ||
	    poller->rounds_up)
		return wait_ms(poller, timeout_ns, events);
	count = epoll_pwait2(poller->fd, events, POLLER_BATCH, &timeout, NULL);
	if (count >= 0 || (errno != ENOSYS && errno != EPERM))
		return count;
	poller->rounds_up = true;
#endif
	return wait_ms(poller, timeout_ns, events);
}

static unsigned int interest_of(uint32_t events)
{
	unsigned int ready = 0;

	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		ready |= CX_READABLE;
	if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR))
		ready |= CX_WRITABLE;
	return ready;
}

int poller_wait(struct poller *poller, uint64_t timeout_ns,
		struct poller_event *events)
{
	struct epoll_event found[POLLER_BATCH];
	int count = wait_ns(poller, timeout_ns, found);
	int reported = 0;

	if (count < 0)
		return errno == EINTR ? 0 : -1;
	for (int i = 0; i < count; i++) {
		if (found[i].data.u64 == BELL_TOKEN)
			continue;
		events[reported].token = found[i].data.u64;
		events[reported].ready = interest_of(found[i].events);
		reported++;
	}
	return reported;
}

void poller_ring(int bell)
{
	const uint64_t one = 1;
	int kept = errno;

	while (write(bell, &one, sizeof(one)) < 0 && errno == EINTR)
		;
	errno = kept;
}
