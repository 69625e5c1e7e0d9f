/*
 * Time an executor through its C interface.
 *
 *	executor LIBRARY SHAPE
 *
 * Loads LIBRARY, runs SHAPE in several rounds and prints the least figure:
 * nanoseconds for each task, poll, round trip or timer, or bytes a task.  The
 * time is the thread's own, but for a wake from another: that is on the wall.
 * LIBRARY `floor` has the system calls alone that an echo cannot do without.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "cohort_executor.h"

enum {
	TASKS = 100000,
	YIELDS = 100000,
	RING = 1000, /* tasks that take turns, RING_YIELDS each */
	RING_YIELDS = 200,
	TIMERS = 200000,
	PINGS = 10000,
	ECHOES = 1000,
	WAKES = 1000,
};

/* ---- the library */

static struct {
	struct cx_exec *(*new)(void);
	void (*free)(struct cx_exec *);
	int (*spawn)(struct cx_exec *, struct cx_future, uint64_t *);
	int (*run)(struct cx_exec *);
	int (*block_on)(struct cx_exec *, struct cx_future);
	struct cx_waker (*ctx_waker)(struct cx_ctx *);
	void (*ctx_wake)(struct cx_ctx *);
	void (*wake_by_ref)(const struct cx_waker *);
	void (*waker_drop)(struct cx_waker);
	uint64_t (*now)(struct cx_exec *);
	struct cx_op *(*sleep_until)(struct cx_exec *, uint64_t);
	struct cx_op *(*fd_ready)(struct cx_exec *, int, int);
	int (*op_poll)(struct cx_op *, struct cx_ctx *, uint64_t *);
	int (*op_poll_with)(struct cx_op *, const struct cx_waker_vt *, void *,
			    uint64_t *);
	void (*op_drop)(struct cx_op *);
	int (*chan)(struct cx_exec *, struct cx_tx **, struct cx_rx **);
	int (*send)(struct cx_tx *, uint64_t);
	void (*tx_drop)(struct cx_tx *);
	struct cx_op *(*recv)(struct cx_rx *);
	void (*rx_drop)(struct cx_rx *);
} cx;

static const struct {
	const char *name;
	void *at; /* a pointer to a function, behind a pointer to an object */
} symbols[] = {
	{ "cx_new", &cx.new },
	{ "cx_free", &cx.free },
	{ "cx_spawn", &cx.spawn },
	{ "cx_run", &cx.run },
	{ "cx_block_on", &cx.block_on },
	{ "cx_ctx_waker", &cx.ctx_waker },
	{ "cx_ctx_wake", &cx.ctx_wake },
	{ "cx_waker_wake_by_ref", &cx.wake_by_ref },
	{ "cx_waker_drop", &cx.waker_drop },
	{ "cx_now", &cx.now },
	{ "cx_sleep_until", &cx.sleep_until },
	{ "cx_fd_ready", &cx.fd_ready },
	{ "cx_op_poll", &cx.op_poll },
	{ "cx_op_poll_with", &cx.op_poll_with },
	{ "cx_op_drop", &cx.op_drop },
	{ "cx_chan", &cx.chan },
	{ "cx_tx_send", &cx.send },
	{ "cx_tx_drop", &cx.tx_drop },
	{ "cx_rx_recv", &cx.recv },
	{ "cx_rx_drop", &cx.rx_drop },
};

static int load(const char *path)
{
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	if (!library) {
		fprintf(stderr, "executor: %s\n", dlerror());
		return -1;
	}
	for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		void *symbol = dlsym(library, symbols[i].name);

		if (!symbol) {
			fprintf(stderr, "executor: %s\n", dlerror());
			return -1;
		}
		memcpy(symbols[i].at, &symbol, sizeof(symbol));
	}
	return 0;
}

/* ---- clocks */

static double clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

/* Of this thread: what others take on a busy machine is not in it. */
static double cpu_ns(void)
{
	return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

/* ---- futures */

static int poll_ready(void *state, struct cx_ctx *c)
{
	(void)state;
	(void)c;
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

	if (--*left < 0)
		return CX_READY;
	cx.ctx_wake(c);
	return CX_PENDING;
}

static struct cx_future future(int (*poll)(void *, struct cx_ctx *),
			       void *state)
{
	return (struct cx_future){ poll, drop_nothing, state };
}

/* ---- shapes: each returns the cost of one step */

static double spawn_and_run(struct cx_exec *ex)
{
	double began = cpu_ns();

	for (int i = 0; i < TASKS; i++)
		cx.spawn(ex, future(poll_ready, NULL), NULL);
	cx.run(ex);
	return (cpu_ns() - began) / TASKS;
}

static double yield(struct cx_exec *ex)
{
	long left = YIELDS;
	double began = cpu_ns();

	cx.block_on(ex, future(poll_yield, &left));
	return (cpu_ns() - began) / YIELDS;
}

static double yield_1000(struct cx_exec *ex)
{
	static long left[RING];
	double began;

	for (int i = 0; i < RING; i++) {
		left[i] = RING_YIELDS;
		cx.spawn(ex, future(poll_yield, &left[i]), NULL);
	}
	began = cpu_ns();
	cx.run(ex);
	return (cpu_ns() - began) / RING / RING_YIELDS;
}

struct player {
	struct cx_tx *tx;
	struct cx_rx *rx;
	struct cx_op *op;
	long left;
	int serves;
};

static int poll_play(void *state, struct cx_ctx *c)
{
	struct player *p = state;
	uint64_t item;

	if (p->serves) {
		p->serves = 0;
		cx.send(p->tx, 1);
	}
	for (;;) {
		if (!p->op)
			p->op = cx.recv(p->rx);
		if (cx.op_poll(p->op, c, &item) != CX_READY)
			return CX_PENDING;
		cx.op_drop(p->op);
		p->op = NULL;
		if (--p->left < 0)
			return CX_READY;
		cx.send(p->tx, item);
	}
}

static double channel(struct cx_exec *ex)
{
	struct player a = { .left = PINGS, .serves = 1 };
	struct player b = { .left = PINGS + 1 };
	double began;

	cx.chan(ex, &a.tx, &b.rx);
	cx.chan(ex, &b.tx, &a.rx);
	cx.spawn(ex, future(poll_play, &b), NULL);
	began = cpu_ns();
	cx.block_on(ex, future(poll_play, &a));
	cx.send(a.tx, 0); /* so that the other comes to its end too */
	cx.run(ex);
	began = (cpu_ns() - began) / PINGS;
	cx.tx_drop(a.tx);
	cx.tx_drop(b.tx);
	cx.rx_drop(a.rx);
	cx.rx_drop(b.rx);
	return began;
}

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

static double timers(struct cx_exec *ex)
{
	static struct cx_op *ops[TIMERS];
	double began = cpu_ns();

	for (int i = 0; i < TIMERS; i++) {
		ops[i] = cx.sleep_until(ex, cx.now(ex) + 3600000000000);
		cx.op_poll_with(ops[i], &no_waker, NULL, NULL);
	}
	for (int i = 0; i < TIMERS; i++)
		cx.op_drop(ops[i]);
	return (cpu_ns() - began) / TIMERS;
}

static int poll_op(void *state, struct cx_ctx *c)
{
	return cx.op_poll(*(struct cx_op **)state, c, NULL);
}

static double timers_fire(struct cx_exec *ex)
{
	static struct cx_op *ops[TIMERS];
	double began = cpu_ns();
	uint64_t start = cx.now(ex);

	for (int i = 0; i < TIMERS; i++) {
		/* in no order, over 50 ms */
		uint64_t at = (uint64_t)i * 7919 % TIMERS * 250;

		ops[i] = cx.sleep_until(ex, start + at);
		cx.spawn(ex, future(poll_op, &ops[i]), NULL);
	}
	cx.run(ex);
	for (int i = 0; i < TIMERS; i++)
		cx.op_drop(ops[i]);
	return (cpu_ns() - began) / TIMERS;
}

struct echo {
	struct cx_exec *ex;
	struct cx_op *op;
	int fd;
	long left;
	int serves;
};

static int poll_echo(void *state, struct cx_ctx *c)
{
	struct echo *e = state;
	char byte = 0;

	if (e->serves) {
		e->serves = 0;
		if (write(e->fd, &byte, 1) != 1)
			return CX_READY;
	}
	for (;;) {
		if (!e->op)
			e->op = cx.fd_ready(e->ex, e->fd, CX_READABLE);
		if (cx.op_poll(e->op, c, NULL) == CX_PENDING)
			return CX_PENDING;
		cx.op_drop(e->op);
		e->op = NULL;
		if (read(e->fd, &byte, 1) != 1 || --e->left < 0 ||
		    write(e->fd, &byte, 1) != 1)
			return CX_READY;
	}
}

static double echo(struct cx_exec *ex)
{
	int fd[2];
	struct echo a = { .ex = ex, .left = ECHOES, .serves = 1 };
	struct echo b = { .ex = ex, .left = ECHOES + 1 };
	double began;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd) < 0)
		return -1;
	a.fd = fd[0];
	b.fd = fd[1];
	cx.spawn(ex, future(poll_echo, &b), NULL);
	began = cpu_ns();
	cx.block_on(ex, future(poll_echo, &a));
	began = (cpu_ns() - began) / ECHOES;
	close(fd[0]);
	cx.run(ex); /* the other finds the end of the stream */
	close(fd[1]);
	return began;
}

static double echo_floor(void)
{
	struct epoll_event event = { .events = EPOLLIN }, found;
	int ep = epoll_create1(0), fd[2];
	double began;
	char byte = 0;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd) < 0)
		return -1;
	for (int i = 0; i < 2; i++) {
		event.data.fd = fd[i];
		epoll_ctl(ep, EPOLL_CTL_ADD, fd[i], &event);
	}
	began = cpu_ns();
	if (write(fd[0], &byte, 1) != 1)
		return -1;
	for (int i = 0; i < 2 * ECHOES; i++) {
		if (epoll_wait(ep, &found, 1, -1) != 1 ||
		    read(found.data.fd, &byte, 1) != 1 ||
		    write(found.data.fd, &byte, 1) != 1)
			return -1;
	}
	began = (cpu_ns() - began) / ECHOES;
	close(fd[0]);
	close(fd[1]);
	close(ep);
	return began;
}

struct remote {
	struct cx_waker waker;
	int bell;
	long left;
};

static int poll_remote(void *state, struct cx_ctx *c)
{
	struct remote *r = state;

	if (!r->waker.vt)
		r->waker = cx.ctx_waker(c);
	if (eventfd_write(r->bell, 1) < 0 || --r->left < 0)
		return CX_READY;
	return CX_PENDING;
}

static void *wake_remotely(void *arg)
{
	struct remote *r = arg;
	eventfd_t rung;

	for (long i = 0; i < WAKES; i++) {
		if (eventfd_read(r->bell, &rung) < 0)
			break;
		cx.wake_by_ref(&r->waker);
	}
	return NULL;
}

static double wake(struct cx_exec *ex)
{
	struct remote r = { .bell = eventfd(0, 0), .left = WAKES };
	pthread_t thread;
	double began;

	if (pthread_create(&thread, NULL, wake_remotely, &r) != 0)
		return -1;
	began = clock_ns(CLOCK_MONOTONIC);
	cx.block_on(ex, future(poll_remote, &r));
	began = (clock_ns(CLOCK_MONOTONIC) - began) / WAKES;
	pthread_join(thread, NULL);
	cx.waker_drop(r.waker);
	close(r.bell);
	return began;
}

static double memory(struct cx_exec *ex)
{
	struct mallinfo2 before = mallinfo2(), after;

	for (int i = 0; i < TASKS; i++)
		cx.spawn(ex, future(poll_pending, NULL), NULL);
	after = mallinfo2();
	return (double)(after.uordblks + after.hblkhd - before.uordblks -
			before.hblkhd) /
	       TASKS;
}

static const struct {
	const char *name;
	double (*run)(struct cx_exec *ex);
	int rounds;
} shapes[] = {
	/* short rounds and many: some find the processor undisturbed */
	{ "spawn", spawn_and_run, 15 },
	{ "yield", yield, 25 },
	{ "yield-1000", yield_1000, 15 },
	{ "channel", channel, 25 },
	{ "timers", timers, 9 },
	{ "fire", timers_fire, 3 },
	{ "echo", echo, 25 },
	{ "wake", wake, 5 },
	{ "memory", memory, 1 },
};

static double measure(double (*run)(struct cx_exec *ex), int rounds)
{
	struct cx_exec *ex = cx.new();
	double least = -1;

	for (int i = 0; ex && i < rounds; i++) {
		double figure = run(ex);

		if (figure < 0)
			return -1;
		if (least < 0 || figure < least)
			least = figure;
	}
	cx.free(ex);
	return least;
}

static double least_floor(void)
{
	double least = echo_floor();

	for (int i = 0; i < 24; i++) {
		double figure = echo_floor();

		least = figure < least ? figure : least;
	}
	return least;
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: executor LIBRARY SHAPE\n");
		return 2;
	}
	if (strcmp(argv[1], "floor") == 0) {
		printf("%.1f\n", least_floor());
		return 0;
	}
	/* what a round has freed is there for the next, without page faults */
	mallopt(M_TRIM_THRESHOLD, 1 << 30);
	mallopt(M_MMAP_THRESHOLD, 1 << 30);
	if (load(argv[1]) < 0)
		return 1;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		double figure;

		if (strcmp(argv[2], shapes[i].name) != 0)
			continue;
		figure = measure(shapes[i].run, shapes[i].rounds);
		printf("%.1f\n", figure);
		return figure < 0;
	}
	fprintf(stderr, "executor: there is no shape '%s'\n", argv[2]);
	return 2;
}
