#ifndef TESTS_READINESS_H
#define TESTS_READINESS_H

/* Waiting for descriptors.  Include after cmocka.h. */
#include <sys/socket.h>
#include <unistd.h>

#include "executor.h"
#include "waits.h"

static inline void pair(int fd[2])
{
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd), 0);
}

static inline void unpair(int fd[2])
{
	close(fd[0]);
	close(fd[1]);
}

/* A probe that waits for FD once. */
static inline void wait_spawn(struct cx_exec *ex, struct probe *p, int fd,
			      int interest)
{
	*p = (struct probe){ .step = step_await };
	p->op = cx_fd_ready(ex, fd, interest);
	assert_non_null(p->op);
	probe_spawn(ex, p);
}

static inline void expect_ready(struct cx_exec *ex, int fd, int interest,
				int bits)
{
	struct probe p;

	wait_spawn(ex, &p, fd, interest);
	assert_int_equal(cx_run(ex), CX_OK);
	assert_int_equal(p.n & bits, bits);
}

#endif
