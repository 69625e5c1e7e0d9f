#ifndef TESTS_WAITS_H
#define TESTS_WAITS_H

/*
 * The calls that wait in the kernel, counted.  The functions of this program
 * come before those of libc.  To be included by the test program itself, with
 * _GNU_SOURCE defined.
 */

#include <errno.h>
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

#endif
