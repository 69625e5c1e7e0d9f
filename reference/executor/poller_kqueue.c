/*
 * The poller of macOS and the BSDs.
 *
 * kqueue has a registration for each descriptor and direction, where epoll
 * has one for both.  So what is reported once here may be two registrations:
 * the one that has not fired is taken back.  Both end by themselves when the
 * descriptor is closed, so no number has those of an earlier file.
 *
 * The bell is an event of our own in the queue, and rung through it.
 */
#undef _POSIX_C_SOURCE /* these systems hide kqueue behind it */
#define _DARWIN_C_SOURCE
#include "poller.h"

#if !defined(__linux__) || defined(POLLER_KQUEUE)

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <sys/types.h>

#include <sys/event.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "cohort_executor.h"

enum {
	NS_PER_S = 1000000000,
	MOST_S = 1000000, /* more is an error on some of these systems */
	BOTH = CX_READABLE | CX_WRITABLE
};

/*
 * The token of the reactor has the descriptor below, which an event has as
 * well; in its place goes the interest.
 */
_Static_assert(sizeof(void *) >= sizeof(uint64_t), "a token fits a pointer");

static const uint64_t ABOVE = 0xffffffff00000000;

/* False: the system does not want it. */
static bool change(int queue, uintptr_t ident, short filter,
		   unsigned short flags, unsigned int fflags, uint64_t data)
{
	struct kevent one;

	EV_SET(&one, ident, filter, flags, fflags, 0, (void *)(uintptr_t)data);
	return kevent(queue, &one, 1, NULL, 0, NULL) == 0;
}

bool poller_open(struct poller *poller)
{
	int queue = kqueue();

	if (queue < 0)
		return false;
	/* EV_CLEAR: a ring is one event */
	if (fcntl(queue, F_SETFD, FD_CLOEXEC) < 0 ||
	    !change(queue, 0, EVFILT_USER, EV_ADD | EV_CLEAR, 0, 0)) {
		close(queue);
		return false;
	}
	*poller = (struct poller){ .fd = queue, .bell = queue };
	return true;
}

void poller_close(struct poller *poller)
{
	close(poller->fd); /* the bell too */
}

static void take_back(struct poller *poller, int fd, unsigned int interest)
{
	/* most often there is one of them, at the other it fails */
	if (interest & CX_READABLE)
		(void)change(poller->fd, (uintptr_t)fd, EVFILT_READ, EV_DELETE,
			     0, 0);
	if (interest & CX_WRITABLE)
		(void)change(poller->fd, (uintptr_t)fd, EVFILT_WRITE, EV_DELETE,
			     0, 0);
}

static bool is_file(int fd)
{
	struct stat now;

	return fstat(fd, &now) < 0 || S_ISREG(now.st_mode) ||
	       S_ISDIR(now.st_mode);
}

bool poller_watch(struct poller *poller, int fd, bool known, uint64_t token,
		  unsigned int interest)
{
	uint64_t data = (token & ABOVE) | interest;

	/* it would be watched for growth */
	if (is_file(fd))
		return false;
	if (known)
		take_back(poller, fd, BOTH & ~interest);
	if ((interest & CX_READABLE) &&
	    !change(poller->fd, (uintptr_t)fd, EVFILT_READ, EV_ADD | EV_ONESHOT,
		    0, data))
		return false;
	if ((interest & CX_WRITABLE) &&
	    !change(poller->fd, (uintptr_t)fd, EVFILT_WRITE,
		    EV_ADD | EV_ONESHOT, 0, data)) {
		take_back(poller, fd, interest);
		return false;
	}
	return true;
}

void poller_forget(struct poller *poller, int fd)
{
	take_back(poller, fd, BOTH);
}

/*
 * Is it gone in both directions?  An event says so of its own alone, and an
 * end that is closed for writing looks like one that is closed.
 */
static bool is_gone(int fd)
{
	struct pollfd one = { .fd = fd };

	return poll(&one, 1, 0) > 0 && one.revents & (POLLHUP | POLLERR);
}

static unsigned int ready_of(const struct kevent *found)
{
	if (found->flags & EV_EOF && is_gone((int)found->ident))
		return BOTH;
	return found->filter == EVFILT_READ ? CX_READABLE : CX_WRITABLE;
}

/* Add what was FOUND to the COUNT events; how many they are now. */
static int add(const struct kevent *found, struct poller_event *events,
	       int count)
{
	uint64_t data = (uint64_t)(uintptr_t)found->udata;
	uint64_t token = (data & ABOVE) | found->ident;
	unsigned int ready = ready_of(found);

	/* both directions of one wait are one report */
	for (int i = 0; i < count && (data & BOTH) == BOTH; i++) {
		if (events[i].token == token) {
			events[i].ready |= ready;
			return count;
		}
	}
	events[count] = (struct poller_event){ .token = token, .ready = ready };
	return count + 1;
}

static int wait_for(struct poller *poller, uint64_t timeout_ns,
		    struct kevent *found)
{
	uint64_t s = timeout_ns / NS_PER_S;
	struct timespec timeout = {
		.tv_sec = (time_t)(s < MOST_S ? s : MOST_S),
		.tv_nsec = (long)(timeout_ns % NS_PER_S),
	};

	return kevent(poller->fd, NULL, 0, found, POLLER_BATCH,
		      timeout_ns == POLLER_FOREVER ? NULL : &timeout);
}

int poller_wait(struct poller *poller, uint64_t timeout_ns,
		struct poller_event *events)
{
	struct kevent found[POLLER_BATCH];
	int count = wait_for(poller, timeout_ns, found);
	int reported = 0;

	if (count < 0)
		return errno == EINTR ? 0 : -1;
	for (int i = 0; i < count; i++) {
		if (found[i].filter != EVFILT_USER)
			reported = add(&found[i], events, reported);
	}
	/* what waited for both and was found ready for one waits no more */
	for (int i = 0; i < count; i++) {
		uint64_t data = (uint64_t)(uintptr_t)found[i].udata;

		if (found[i].filter == EVFILT_READ && (data & BOTH) == BOTH)
			take_back(poller, (int)found[i].ident, CX_WRITABLE);
		if (found[i].filter == EVFILT_WRITE && (data & BOTH) == BOTH)
			take_back(poller, (int)found[i].ident, CX_READABLE);
	}
	return reported;
}

void poller_ring(int bell)
{
	int kept = errno;

	/* a plain system call, so it may be made in a signal handler */
	while (!change(bell, 0, EVFILT_USER, 0, NOTE_TRIGGER, 0) &&
	       errno == EINTR)
		;
	errno = kept;
}

#endif
