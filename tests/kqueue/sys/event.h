#ifndef TESTS_KQUEUE_SYS_EVENT_H
#define TESTS_KQUEUE_SYS_EVENT_H

/*
 * A stand-in for kqueue on Linux, so that poller_kqueue.c can be tested here.
 *
 * It follows FreeBSD's manual page kqueue(2), as far as a poller needs it:
 * EVFILT_READ, EVFILT_WRITE and EVFILT_USER; EV_ADD, EV_DELETE, EV_ENABLE,
 * EV_DISABLE, EV_ONESHOT; EV_CLEAR for EVFILT_USER; EV_EOF; timeouts.  All
 * else is EINVAL.  It is an emulation over epoll by the same hands as the
 * poller: what it shows is that the poller's own steps are right if the
 * manual page is, and was read rightly.  What a BSD's or Apple's kernel does
 * beyond that page it cannot show.
 *
 * The numbers are no system's, so that nothing can rest on them.
 */

#include <stdint.h>
#include <time.h>
#include <unistd.h>

struct kevent {
	uintptr_t ident;
	short filter;
	unsigned short flags;
	unsigned int fflags;
	int64_t data;
	void *udata;
};

enum {
	EVFILT_READ = -11,
	EVFILT_WRITE = -12,
	EVFILT_USER = -13,

	EV_ADD = 1 << 3,
	EV_DELETE = 1 << 4,
	EV_ENABLE = 1 << 5,
	EV_DISABLE = 1 << 6,
	EV_ONESHOT = 1 << 7,
	EV_CLEAR = 1 << 8,
	EV_EOF = 1 << 9,
	EV_ERROR = 1 << 10,

	NOTE_TRIGGER = 1 << 20
};

#define EV_SET(event, id, filt, how, notes, value, user)                    \
	(*(event) = (struct kevent){ (id), (filt), (how), (notes), (value), \
				     (user) })

int kqueue(void);

int kevent(int queue, const struct kevent *changes, int change_count,
	   struct kevent *events, int event_count,
	   const struct timespec *timeout);

/* It has more to close than a kernel's. */
int kqueue_close(int queue);

#define close(queue) kqueue_close(queue)

#endif
