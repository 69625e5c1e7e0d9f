#define _GNU_SOURCE /* ppoll */
#include "poller.h"

#if defined(__linux__) && !defined(POLLER_KQUEUE)

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "cohort_executor.h"

static const uint64_t BELL_TOKEN = UINT64_MAX;

enum {
	NS_PER_S = 1000000000,
	NS_PER_MS = 1000000,
	MOST_PASSED_OVER = 4 /* waits, one after the other */
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
				   .bell = eventfd(0, EFD_CLOEXEC),
				   .can_ask = POLLER_ASKS };
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

/* poll has the same bits as epoll, and one more. */
_Static_assert(POLLIN == EPOLLIN && POLLOUT == EPOLLOUT &&
		       POLLERR == EPOLLERR && POLLHUP == EPOLLHUP,
	       "these serve both");

static short events_of(unsigned int interest)
{
	return (short)((interest & CX_READABLE ? POLLIN : 0) |
		       (interest & CX_WRITABLE ? POLLOUT : 0));
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

bool poller_watch(struct poller *poller, int fd, bool known, uint64_t token,
		  unsigned int interest)
{
	struct epoll_event event = {
		.events = EPOLLONESHOT | (uint32_t)events_of(interest),
		.data.u64 = token,
	};

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
		   struct epoll_event *events, int room)
{
	/* up, so that no deadline is found a little too far away again */
	uint64_t ms = timeout_ns / NS_PER_MS + (timeout_ns % NS_PER_MS != 0);

	return epoll_wait(poller->fd, events, room,
			  timeout_ns == POLLER_FOREVER ? -1
			  : ms > INT_MAX	       ? INT_MAX
						       : (int)ms);
}

static struct timespec timespec_of(uint64_t ns)
{
	return (struct timespec){ .tv_sec = (time_t)(ns / NS_PER_S),
				  .tv_nsec = (long)(ns % NS_PER_S) };
}

static int wait_ns(struct poller *poller, uint64_t timeout_ns,
		   struct epoll_event *events, int room)
{
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 35)
	struct timespec timeout = timespec_of(timeout_ns);
	int count;

	/* without a timeout, and with none to wait for, the plain call does */
	if (timeout_ns == 0 || timeout_ns == POLLER_FOREVER ||
	    poller->rounds_up)
		return wait_ms(poller, timeout_ns, events, room);
	count = epoll_pwait2(poller->fd, events, room, &timeout, NULL);
	if (count >= 0 || (errno != ENOSYS && errno != EPERM))
		return count;
	poller->rounds_up = true;
#endif
	return wait_ms(poller, timeout_ns, events, room);
}

/* The registered ones. */
static int wait_watched(struct poller *poller, uint64_t timeout_ns,
			struct poller_event *events, int room)
{
	struct epoll_event found[POLLER_BATCH];
	int count = wait_ns(poller, timeout_ns, found, room);
	int reported = 0;

	if (count < 0)
		return errno == EINTR ? 0 : -1;
	for (int i = 0; i < count; i++) {
		if (found[i].data.u64 == BELL_TOKEN)
			continue;
		events[reported++] = (struct poller_event){
			.token = found[i].data.u64,
			.ready = interest_of(found[i].events),
		};
	}
	return reported;
}

/* ppoll, but for the two timeouts that cost no timer. */
static int poll_ns(struct pollfd *fds, nfds_t count, uint64_t timeout_ns)
{
	struct timespec timeout = timespec_of(timeout_ns);

	if (timeout_ns == 0 || timeout_ns == POLLER_FOREVER)
		return poll(fds, count, timeout_ns == 0 ? 0 : -1);
	return ppoll(fds, count, &timeout, NULL);
}

/* What is asked about; and the registered ones, if ALL. */
static int wait_asking(struct poller *poller, bool all, uint64_t timeout_ns,
		       struct poller_event *events)
{
	struct pollfd fds[POLLER_ASKS + 1];
	unsigned int asked = poller->asked;
	int reported = 0;
	int more;

	for (unsigned int i = 0; i < asked; i++)
		fds[i] = (struct pollfd){
			.fd = poller->asks[i].fd,
			.events = events_of(poller->asks[i].interest),
		};
	/* readable as soon as epoll has something to report, or the bell */
	fds[asked] = (struct pollfd){ .fd = poller->fd, .events = POLLIN };
	if (poll_ns(fds, asked + all, timeout_ns) < 0)
		return errno == EINTR ? 0 : -1;
	for (unsigned int i = 0; i < asked; i++) {
		if (fds[i].revents == 0)
			continue;
		events[reported++] = (struct poller_event){
			.token = poller->asks[i].token,
			.ready = interest_of((uint32_t)fds[i].revents),
			.bad = fds[i].revents & POLLNVAL,
		};
	}
	if (!fds[asked].revents)
		return reported;
	more = wait_watched(poller, 0, events + reported,
			    POLLER_BATCH - reported);
	return more > 0 ? reported + more : reported > 0 ? reported : more;
}

int poller_wait(struct poller *poller, uint64_t timeout_ns,
		struct poller_event *events)
{
	int reported;

	if (poller->asked == 0)
		return wait_watched(poller, timeout_ns, events, POLLER_BATCH);
	/*
	 * Mostly one of them is ready already.  To find that takes half the
	 * time as long as nothing has to be prepared for a sleep; and epoll
	 * can be passed over, a few times.
	 */
	if (poller->passed_over < MOST_PASSED_OVER) {
		poller->passed_over++;
		reported = wait_asking(poller, false, 0, events);
		if (reported != 0)
			return reported;
	}
	poller->passed_over = 0;
	return wait_asking(poller, true, timeout_ns, events);
}

void poller_ring(int bell)
{
	const uint64_t one = 1;
	int kept = errno;

	while (write(bell, &one, sizeof(one)) < 0 && errno == EINTR)
		;
	errno = kept;
}

#endif
