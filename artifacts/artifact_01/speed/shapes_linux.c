/*
 * The shapes.  Each checks that the work was done: a library that does less
 * is not faster.  Linux's for the floor of an echo, and for mallinfo2.
 */
#define _GNU_SOURCE
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "speed.h"
#include "suite/suite.h"

enum {
	RING = 1000, /* tasks that take turns */
	MOST_TIMERS = 200000,
};

/* ---- clocks */

static clockid_t shape_clock = CLOCK_MONOTONIC;

void shapes_count_cpu(void)
{
	shape_clock = CLOCK_PROCESS_CPUTIME_ID;
}

static double clock_of(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static double now(void)
{
	return clock_of(shape_clock);
}

/* ---- futures */

/* What those of a shape count, so that none is left out. */
static long polled;

static int poll_ready(void *state, struct cx_ctx *c)
{
	(void)state;
	(void)c;
	polled++;
	return CX_READY;
}

static int poll_pending(void *state, struct cx_ctx *c)
{
	(void)state;
	(void)c;
	return CX_PENDING;
}

static void drop_nothing(void *state)
{
	(void)state;
}

static int poll_yield(void *state, struct cx_ctx *c)
{
	long *left = state;

	polled++;
	if (--*left < 0)
		return CX_READY;
	cx_ctx_wake(c);
	return CX_PENDING;
}

static struct cx_future future(int (*poll)(void *, struct cx_ctx *),
			       void *state)
{
	return (struct cx_future){ poll, drop_nothing, state };
}

static void spawn(struct cx_exec *ex, int (*poll)(void *, struct cx_ctx *),
		  void *state)
{
	CHECK(cx_spawn(ex, future(poll, state), NULL) == CX_OK,
	      "cx_spawn failed");
}

static void check_polled(long least)
{
	CHECK(polled >= least, "made %ld polls of %ld", polled, least);
}

/* ---- tasks */

static double spawn_and_run(struct cx_exec *ex, long steps)
{
	double began = now();

	polled = 0;
	for (long i = 0; i < steps; i++)
		spawn(ex, poll_ready, NULL);
	CHECK(cx_run(ex) == CX_OK, "cx_run failed");
	began = now() - began;
	check_polled(steps);
	return began / (double)steps;
}

static double yield(struct cx_exec *ex, long steps)
{
	long left = steps;
	double began = now();

	polled = 0;
	CHECK(cx_block_on(ex, future(poll_yield, &left)) == CX_OK,
	      "cx_block_on failed");
	began = now() - began;
	check_polled(steps + 1);
	return began / (double)steps;
}

static double yield_1000(struct cx_exec *ex, long steps)
{
	static long left[RING];
	double began;

	polled = 0;
	for (int i = 0; i < RING; i++) {
		left[i] = steps / RING;
		spawn(ex, poll_yield, &left[i]);
	}
	began = now();
	CHECK(cx_run(ex) == CX_OK, "cx_run failed");
	began = now() - began;
	check_polled(steps + RING);
	return began / (double)steps;
}

/* ---- the channel */

struct player {
	struct cx_tx *tx;
	struct cx_rx *rx;
	struct cx_op *op;
	long left;
	bool serves;
};

static int poll_play(void *state, struct cx_ctx *c)
{
	struct player *p = state;
	uint64_t item;

	if (p->serves) {
		p->serves = false;
		cx_tx_send(p->tx, 1);
	}
	for (;;) {
		if (!p->op)
			p->op = cx_rx_recv(p->rx);
		if (cx_op_poll(p->op, c, &item) != CX_READY)
			return CX_PENDING;
		cx_op_drop(p->op);
		p->op = NULL;
		if (--p->left < 0)
			return CX_READY;
		cx_tx_send(p->tx, item);
	}
}

static double channel(struct cx_exec *ex, long steps)
{
	struct player a = { .left = steps, .serves = true };
	struct player b = { .left = steps + 1 };
	double began;

	CHECK(cx_chan(ex, &a.tx, &b.rx) == CX_OK &&
		      cx_chan(ex, &b.tx, &a.rx) == CX_OK,
	      "cx_chan failed");
	spawn(ex, poll_play, &b);
	began = now();
	CHECK(cx_block_on(ex, future(poll_play, &a)) == CX_OK,
	      "cx_block_on failed");
	began = now() - began;
	cx_tx_send(a.tx, 0); /* so that the other comes to its end too */
	CHECK(cx_run(ex) == CX_OK, "cx_run failed");
	CHECK(a.left < 0 && b.left < 0, "left %ld round trips out", a.left);
	cx_tx_drop(a.tx);
	cx_tx_drop(b.tx);
	cx_rx_drop(a.rx);
	cx_rx_drop(b.rx);
	return began / (double)steps;
}

/* ---- timers */

static void *waker_clone(void *w)
{
	return w;
}

static const struct cx_waker_vt no_waker = {
	waker_clone,
	drop_nothing,
	drop_nothing,
	drop_nothing,
};

static struct cx_op *ops[MOST_TIMERS];

static double timers(struct cx_exec *ex, long steps)
{
	double began = now();

	for (long i = 0; i < steps; i++) {
		ops[i] = cx_sleep_until(ex, cx_now(ex) + 3600000000000);
		CHECK(cx_op_poll_with(ops[i], &no_waker, NULL, NULL) ==
			      CX_PENDING,
		      "a timer of an hour is not pending");
	}
	for (long i = 0; i < steps; i++)
		cx_op_drop(ops[i]);
	began = now() - began;
	/* what it has put off to a turn is done between the rounds */
	spawn(ex, poll_ready, NULL);
	CHECK(cx_run(ex) == CX_OK, "cx_run failed");
	return began / (double)steps;
}

static int poll_op(void *state, struct cx_ctx *c)
{
	int rc = cx_op_poll(*(struct cx_op **)state, c, NULL);

	polled += rc == CX_READY;
	return rc;
}

static double timers_fire(struct cx_exec *ex, long steps)
{
	double began = now();
	uint64_t start = cx_now(ex);

	polled = 0;
	for (long i = 0; i < steps; i++) {
		/* in no order, all of them a quarter of a microsecond apart */
		uint64_t at = (uint64_t)i * 7919 % (uint64_t)steps * 250;

		ops[i] = cx_sleep_until(ex, start + at);
		spawn(ex, poll_op, &ops[i]);
	}
	CHECK(cx_run(ex) == CX_OK, "cx_run failed");
	for (long i = 0; i < steps; i++)
		cx_op_drop(ops[i]);
	began = now() - began;
	check_polled(steps);
	return began / (double)steps;
}

/* ---- descriptors */

struct echo {
	struct cx_exec *ex;
	struct cx_op *op;
	int fd;
	long left;
	bool serves;
};

static int poll_echo(void *state, struct cx_ctx *c)
{
	struct echo *e = state;
	char byte = 0;

	if (e->serves) {
		e->serves = false;
		if (write(e->fd, &byte, 1) != 1)
			return CX_READY;
	}
	for (;;) {
		if (!e->op)
			e->op = cx_fd_ready(e->ex, e->fd, CX_READABLE);
		if (cx_op_poll(e->op, c, NULL) == CX_PENDING)
			return CX_PENDING;
		cx_op_drop(e->op);
		e->op = NULL;
		if (read(e->fd, &byte, 1) != 1 || --e->left < 0 ||
		    write(e->fd, &byte, 1) != 1)
			return CX_READY;
	}
}

static void make_pair(int fd[2])
{
	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
			 fd) == 0,
	      "no socketpair");
}

static double echo(struct cx_exec *ex, long steps)
{
	struct echo a = { .ex = ex, .left = steps, .serves = true };
	struct echo b = { .ex = ex, .left = steps + 1 };
	double began;
	int fd[2];

	make_pair(fd);
	a.fd = fd[0];
	b.fd = fd[1];
	spawn(ex, poll_echo, &b);
	began = now();
	CHECK(cx_block_on(ex, future(poll_echo, &a)) == CX_OK,
	      "cx_block_on failed");
	began = now() - began;
	CHECK(a.left < 0, "left %ld round trips out", a.left);
	close(fd[0]);
	/* the other finds the end of the stream */
	CHECK(cx_run(ex) == CX_OK, "cx_run failed");
	close(fd[1]);
	return began / (double)steps;
}

/* What an echo cannot do without: wait, read, write. */
static double echo_floor(long steps)
{
	struct epoll_event event = { .events = EPOLLIN }, found;
	int ep = epoll_create1(EPOLL_CLOEXEC);
	double began;
	char byte = 0;
	int fd[2];

	make_pair(fd);
	for (int i = 0; i < 2; i++) {
		event.data.fd = fd[i];
		epoll_ctl(ep, EPOLL_CTL_ADD, fd[i], &event);
	}
	began = now();
	CHECK(write(fd[0], &byte, 1) == 1, "no write");
	for (long i = 0; i < 2 * steps; i++)
		CHECK(epoll_wait(ep, &found, 1, -1) == 1 &&
			      read(found.data.fd, &byte, 1) == 1 &&
			      write(found.data.fd, &byte, 1) == 1,
		      "no echo");
	began = now() - began;
	close(fd[0]);
	close(fd[1]);
	close(ep);
	return began / (double)steps;
}

/* ---- another thread */

struct remote {
	struct cx_waker waker;
	int bell;
	long left;  /* the loop thread's */
	long wakes; /* the other's */
};

static int poll_remote(void *state, struct cx_ctx *c)
{
	struct remote *r = state;

	if (!r->waker.vt)
		r->waker = cx_ctx_waker(c);
	if (eventfd_write(r->bell, 1) < 0 || --r->left < 0)
		return CX_READY;
	return CX_PENDING;
}

static void *wake_remotely(void *arg)
{
	struct remote *r = arg;
	eventfd_t rung;

	for (long i = 0; i < r->wakes; i++) {
		if (eventfd_read(r->bell, &rung) < 0)
			break;
		cx_waker_wake_by_ref(&r->waker);
	}
	return NULL;
}

static double wake(struct cx_exec *ex, long steps)
{
	struct remote r = { .bell = eventfd(0, EFD_CLOEXEC),
			    .left = steps,
			    .wakes = steps };
	pthread_t thread = thread_start(wake_remotely, &r);
	double began = clock_of(CLOCK_MONOTONIC);

	CHECK(cx_block_on(ex, future(poll_remote, &r)) == CX_OK,
	      "cx_block_on failed");
	began = clock_of(CLOCK_MONOTONIC) - began;
	thread_join(thread);
	cx_waker_drop(r.waker);
	close(r.bell);
	return began / (double)steps;
}

/* ---- memory */

static double heap(void)
{
	struct mallinfo2 info = mallinfo2();

	return (double)(info.uordblks + info.hblkhd);
}

/* Of an executor of its own, whose tasks go with it. */
static double memory(struct cx_exec *unused, long steps)
{
	struct cx_exec *ex = exec_new();
	double before = heap();

	(void)unused;
	for (long i = 0; i < steps; i++)
		spawn(ex, poll_pending, NULL);
	before = heap() - before;
	cx_free(ex);
	return before / (double)steps;
}

/* ---- */

const struct shape shapes[] = {
	{ "spawn", "spawn a task and run it", "ns", true, 0, 10000,
	  spawn_and_run, NULL },
	{ "yield", "a task that wakes itself", "ns", true, 0, 50000, yield,
	  NULL },
	{ "yield-1000", "1,000 tasks that wake themselves", "ns", false, 0,
	  100000, yield_1000, NULL },
	{ "channel", "a round trip through two channels", "ns", false,
	  CX_CAP_CHANNEL, 10000, channel, NULL },
	{ "timers", "a timer started and cancelled", "ns", true, CX_CAP_TIMERS,
	  20000, timers, NULL },
	{ "fire", "a task that waits for a timer", "ns", false, CX_CAP_TIMERS,
	  20000, timers_fire, NULL },
	{ "echo", "a round trip through a unix stream", "ns", true, CX_CAP_IO,
	  500, echo, echo_floor },
	{ "wake", "a wake from another thread, there and back", "ns", false, 0,
	  500, wake, NULL },
	{ "memory", "a task that is pending", "B", false, 0, 10000, memory,
	  NULL },
	{ 0 },
};

const struct shape *shape_find(const char *id)
{
	for (const struct shape *one = shapes; one->id; one++) {
		if (strcmp(one->id, id) == 0)
			return one;
	}
	return NULL;
}
