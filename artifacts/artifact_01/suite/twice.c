/*
 * E15, second part: a wake while the loop takes the one before.
 *
 * In each round another thread wakes the task, writes the round's number a
 * moment later, and wakes it again.  Where the loop takes a wake by a plain
 * store, the processor may look at the number before that store is out; the
 * second wake then finds the task woken, does nothing, and is lost.  Where a
 * wake asks by a plain load whether the task is woken, it may have its answer
 * before the number is out; stores that miss the caches hold that up.  A second
 * task keeps the loop from its sleep, which has more to it than that.
 */
#include <sched.h>
#include <stdlib.h>

#include "parts.h"

enum {
	LASTS_MS = 300,
	MOST_GAP = 400,	    /* empty loops between the wakes */
	COLD = 16 << 20,    /* bytes, more than a cache near a core has */
	COLD_STORES = 32,   /* about what waits to be stored at most */
	LINE = 64,	    /* bytes */
	FORGOTTEN = 100000, /* turns without the poll that is owed */
	REST = 10000	    /* turns, and others may go before this one */
};

struct twice {
	struct probe keeps_busy;
	struct cx_waker w;
	_Atomic bool there;
	_Atomic bool over;
	_Atomic long written;
	_Atomic long seen;
	_Atomic long turns;
	volatile char *cold;
};

/* No probe: what that counts would have the store out before this reads. */
static int see(void *state, struct cx_ctx *cx)
{
	struct twice *t = state;
	/* relaxed, both: what orders them is the wake, or nothing */
	long now = atomic_load_explicit(&t->written, memory_order_relaxed);

	if (!t->there) {
		t->w = cx_ctx_waker(cx);
		t->there = true;
	}
	atomic_store_explicit(&t->seen, now, memory_order_release);
	return t->over ? CX_READY : CX_PENDING;
}

static void see_no_more(void *state)
{
	(void)state;
}

static int step_keeps_busy(struct probe *p, struct cx_ctx *cx)
{
	struct twice *t = p->data;

	if (t->over)
		return CX_READY;
	if (++t->turns % REST == 0)
		return pause_a_while(cx);
	cx_ctx_wake(cx);
	return CX_PENDING;
}

static void await_sight(struct twice *t, long round)
{
	long from = t->turns;

	for (long i = 1; t->seen != round; i++) {
		CHECK(t->turns - from < FORGOTTEN,
		      "of two wakes by another thread the second is lost: "
		      "what was written before it is in no poll");
		if (i % 4096 == 0)
			sched_yield();
	}
}

/* Each to another line, far from the last: the same come again much later. */
static void store_slowly(struct twice *t, long round)
{
	for (int i = 0; i < COLD_STORES; i++) {
		size_t at = (size_t)round * COLD_STORES + (size_t)i;

		t->cold[at * 4099 * LINE % COLD] = 1;
	}
}

static void *wake_again(void *data)
{
	struct twice *t = data;
	uint64_t until = wall_ns() + (uint64_t)LASTS_MS * MS;

	while (!t->there)
		sched_yield();
	for (long round = 1; wall_ns() < until; round++) {
		cx_waker_wake_by_ref(&t->w);
		for (volatile long i = 0; i < round * 7 % MOST_GAP; i++)
			;
		store_slowly(t, round);
		atomic_store_explicit(&t->written, round, memory_order_relaxed);
		cx_waker_wake_by_ref(&t->w);
		await_sight(t, round);
	}
	t->over = true;
	cx_waker_wake_by_ref(&t->w);
	return NULL;
}

void wake_twice(void)
{
	static struct twice t;
	struct cx_exec *ex = exec_new();
	pthread_t thread;

	t.cold = calloc(1, COLD);
	if (!t.cold)
		skip_because("no memory");
	thread = thread_start(wake_again, &t);
	t.keeps_busy = (struct probe){ .step = step_keeps_busy, .data = &t };
	CHECK(cx_spawn(ex, (struct cx_future){ see, see_no_more, &t }, NULL) ==
		      CX_OK,
	      "cannot spawn");
	probe_spawn(ex, &t.keeps_busy);
	exec_run(ex);
	thread_join(thread);
	cx_waker_drop(t.w);
	cx_free(ex);
	free((void *)t.cold);
}
