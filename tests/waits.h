#ifndef TESTS_WAITS_H
#define TESTS_WAITS_H

/*
 * The calls that wait in the kernel, counted.  The functions of this program
 * come before those of libc.  To be included by the test program itself, with
 * _GNU_SOURCE defined.
 */

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
	SIGSET_BYTES = 8
}; /* of the kernel's set */

static int waits;	       /* calls */
static int blocking_waits;     /* those that could have slept */
static int registrations;      /* made or changed */
static bool pwait2_is_missing; /* make it so */

int epoll_wait(int fd, struct epoll_event *events, int max, int timeout)
{
	waits++;
	blocking_waits += timeout != 0;
	return (int)syscall(SYS_epoll_pwait, fd, events, max, timeout, NULL,
			    SIGSET_BYTES);
}

int epoll_pwait2(int fd, struct epoll_event *events, int max,
		 const struct timespec *timeout, const sigset_t *mask)
{
	if (pwait2_is_missing) {
		errno = ENOSYS;
		return -1;
	}
	waits++;
	blocking_waits++;
	return (int)syscall(SYS_epoll_pwait2, fd, events, max, timeout, mask,
			    SIGSET_BYTES);
}

int poll(struct pollfd *fds, nfds_t count, int timeout)
{
	waits++;
	blocking_waits += timeout != 0;
	return (int)syscall(SYS_poll, fds, count, timeout);
}

int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
	  const sigset_t *mask)
{
	struct timespec copy = timeout ? *timeout : (struct timespec){ 0 };

	waits++;
	blocking_waits++;
	return (int)syscall(SYS_ppoll, fds, count, timeout ? &copy : NULL, mask,
			    SIGSET_BYTES);
}

int epoll_ctl(int epoll, int op, int fd, struct epoll_event *event)
{
	registrations += op != EPOLL_CTL_DEL;
	return (int)syscall(SYS_epoll_ctl, epoll, op, fd, event);
}

#endif
