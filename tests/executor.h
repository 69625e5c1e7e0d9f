#ifndef TESTS_EXECUTOR_H
#define TESTS_EXECUTOR_H

/*
 * What the tests of the executor are made of: a future that counts, a waker
 * that counts, and clocks.  Include after cmocka.h.
 */

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "cohort_executor.h"

enum {
	MS = 1000000
};

/*
 * A future that counts its polls and drops.  step says what a poll does and
 * is its result; without one it stays pending.  last is what its drop does.
 * It checks by itself that it is not polled while it is polled or once it is
 * dropped, and that all of it is on one thread.
 */
struct probe {
	int (*step)(struct probe *p, struct cx_ctx *cx);
	void (*last)(struct probe *p);
	struct cx_exec *ex;
	void *data;
	long n;
	int polls;
	int drops;
	uint64_t id;
	bool inside;
	bool keeps; /* a clone of its waker in kept, from the first poll */
	struct cx_waker kept;
	struct cx_op *op;
};

static inline int probe_poll(void *state, struct cx_ctx *cx)
{
	struct probe *p = state;
	int rc = CX_PENDING;

	assert_false(p->inside);
	assert_int_equal(p->drops, 0);
	p->inside = true;
	p->polls++;
	if (p->keeps && !p->kept.vt)
		p->kept = cx_ctx_waker(cx);
	if (p->step)
		rc = p->step(p, cx);
	p->inside = false;
	return rc;
}

static inline void probe_drop(void *state)
{
	struct probe *p = state;

	assert_false(p->inside);
	p->drops++;
	p->inside = true;
	if (p->last)
		p->last(p);
	cx_op_drop(p->op);
	p->op = NULL;
	p->inside = false;
}

static inline struct cx_future probe_future(struct probe *p)
{
	return (struct cx_future){ probe_poll, probe_drop, p };
}

static inline void probe_spawn(struct cx_exec *ex, struct probe *p)
{
	p->ex = ex;
	assert_int_equal(cx_spawn(ex, probe_future(p), &p->id), CX_OK);
	assert_true(p->id != 0);
}

static inline int probe_block_on(struct cx_exec *ex, struct probe *p)
{
	p->ex = ex;
	return cx_block_on(ex, probe_future(p));
}

static inline void probe_forget(struct probe *p)
{
	cx_waker_drop(p->kept);
	p->kept = (struct cx_waker){ 0 };
}

static inline uint64_t stalled(struct cx_exec *ex)
{
	uint64_t polls = 0;

	assert_int_equal(cx_run_until_stalled(ex, &polls), CX_OK);
	return polls;
}

/* ---- steps */

static inline int step_ready(struct probe *p, struct cx_ctx *cx)
{
	(void)p;
	(void)cx;
	return CX_READY;
}

/* Wakes itself n times, then is ready. */
static inline int step_yield(struct probe *p, struct cx_ctx *cx)
{
	if (p->n-- <= 0)
		return CX_READY;
	cx_ctx_wake(cx);
	return CX_PENDING;
}

static inline int step_panic(struct probe *p, struct cx_ctx *cx)
{
	(void)p;
	cx_ctx_wake(cx);
	return CX_PANIC;
}

/* Awaits its op; the value, or the code, goes to n. */
static inline int step_await(struct probe *p, struct cx_ctx *cx)
{
	uint64_t value = 0;
	int rc = cx_op_poll(p->op, cx, &value);

	if (rc == CX_PENDING)
		return CX_PENDING;
	p->n = rc == CX_READY ? (long)value : -100 - rc;
	return CX_READY;
}

/* ---- a waker of the suite that counts */

struct counter {
	atomic_int clones;
	atomic_int drops; /* of clones, wakes by value among them */
	atomic_int wakes;
	void (*on_wake)(void *data);
	void *data;
};

static inline void *counter_clone(void *w)
{
	struct counter *c = w;

	atomic_fetch_add(&c->clones, 1);
	return w;
}

static inline void counter_wake_by_ref(void *w)
{
	struct counter *c = w;

	atomic_fetch_add(&c->wakes, 1);
	if (c->on_wake)
		c->on_wake(c->data);
}

static inline void counter_drop(void *w)
{
	struct counter *c = w;

	atomic_fetch_add(&c->drops, 1);
}

static inline void counter_wake(void *w)
{
	counter_wake_by_ref(w);
	counter_drop(w);
}

static const struct cx_waker_vt counter_vt = {
	counter_clone,
	counter_wake,
	counter_wake_by_ref,
	counter_drop,
};

static inline int poll_with(struct cx_op *op, struct counter *c)
{
	return cx_op_poll_with(op, &counter_vt, c, NULL);
}

/* ---- clocks and sleeping, where nothing else will do */

static inline uint64_t clock_of(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static inline uint64_t wall_ns(void)
{
	return clock_of(CLOCK_MONOTONIC);
}

static inline uint64_t cpu_ns(void)
{
	return clock_of(CLOCK_THREAD_CPUTIME_ID);
}

static inline void doze(uint64_t ns)
{
	struct timespec ts = { .tv_sec = (time_t)(ns / 1000000000),
			       .tv_nsec = (long)(ns % 1000000000) };

	nanosleep(&ts, NULL);
}

/* Run for NS of the executor's time. */
static inline void run_for(struct cx_exec *ex, uint64_t ns)
{
	struct probe p = { .step = step_await,
			   .op = cx_sleep_until(ex, cx_now(ex) + ns) };

	assert_non_null(p.op);
	assert_int_equal(probe_block_on(ex, &p), CX_OK);
}

/* A test makes its own, and frees it while its probes are there still. */
static inline struct cx_exec *exec_new(void **state)
{
	struct cx_exec *ex = cx_new();

	(void)state;
	assert_non_null(ex);
	return ex;
}

#endif
