/* E10 to E12: wakers that are cloned, counted and taken to other threads. */
#include <sched.h>

#include "parts.h"

static void e10(void)
{
	struct cx_exec *ex = exec_new();
	struct probe p = { .step = step_second, .keeps = true };
	struct cx_waker copy;
	struct cx_waker second;

	probe_spawn(ex, &p);
	turns(ex, 10);
	copy = cx_waker_clone(&p.kept);
	probe_forget(&p);
	second = cx_waker_clone(&copy);
	cx_waker_drop(copy);
	cx_waker_wake(second);
	exec_run(ex);
	CHECK(p.polls >= 2, "a clone does not wake the task");
	cx_free(ex);
}

enum {
	HANDLES = 8
};

/* A random walk of clones, wakes and drops over one task. */
static void walk(unsigned int seed)
{
	struct cx_exec *ex = exec_new();
	struct probe p = { .keeps = true };
	struct cx_waker held[HANDLES];
	int count = 1;

	probe_spawn(ex, &p);
	turns(ex, 4);
	held[0] = p.kept;
	for (int i = 0; i < 4000; i++) {
		unsigned int r = (seed = seed * 1103515245 + 12345) >> 16;
		int at = (int)(r / 4 % (unsigned int)count);

		if (r % 4 == 0 && count < HANDLES) {
			held[count++] = cx_waker_clone(&held[at]);
		} else if (r % 4 == 1) {
			cx_waker_wake_by_ref(&held[at]);
		} else if (count > 1) {
			struct cx_waker out = held[at];

			held[at] = held[--count];
			if (r % 4 == 2)
				cx_waker_wake(out);
			else
				cx_waker_drop(out);
		}
		if (i % 50 == 0)
			turns(ex, 2);
	}
	if (seed % 2)
		cx_free(ex);
	while (count > 0)
		cx_waker_drop(held[--count]);
	if (seed % 2 == 0)
		cx_free(ex);
}

static void e11(void)
{
	int64_t before;
	int64_t grown = 0;

	/* what is made once for all is there after the first two */
	walk(1);
	walk(2);
	before = counts_now().blocks;
	for (unsigned int i = 3; i < 13; i++)
		walk(i);
	grown = counts_now().blocks - before;
	CHECK(grown < 10, "10 rounds left %d blocks of memory behind",
	      (int)grown);
	wait_and_go();
	wait_and_go();
	before = counts_now().blocks;
	for (int i = 0; i < 10; i++)
		wait_and_go();
	grown = counts_now().blocks - before;
	CHECK(grown < 40, "10 rounds of waits left %d blocks of memory behind",
	      (int)grown);
	clone_many();
}

struct errand {
	struct cx_waker w;
	void (*act)(struct cx_waker w);
};

static void *do_errand(void *data)
{
	struct errand *e = data;

	e->act(e->w);
	return NULL;
}

static void by_ref(struct cx_waker w)
{
	cx_waker_wake_by_ref(&w);
	cx_waker_drop(w);
}

static void by_clone(struct cx_waker w)
{
	struct cx_waker copy = cx_waker_clone(&w);

	cx_waker_drop(w);
	cx_waker_wake(copy);
}

static int step_errands(struct probe *p, struct cx_ctx *cx)
{
	static void (*const acts[])(struct cx_waker) = {
		cx_waker_wake,
		by_ref,
		by_clone,
	};
	struct errand *e = p->data;
	struct errand drop = { cx_ctx_waker(cx), cx_waker_drop };

	if (p->n >= 30)
		e = NULL;
	thread_join(thread_start(do_errand, &drop));
	if (!e) {
		return CX_READY;
	}
	*e = (struct errand){ cx_ctx_waker(cx), acts[p->n++ % 3] };
	thread_join(thread_start(do_errand, e));
	return CX_PENDING;
}

static atomic_int in_storm;

/* Clones, wakes and drops of one waker, two threads at a time. */
static void *storm_thread(void *data)
{
	const struct cx_waker *w = data;
	uint64_t until;

	in_storm++;
	while (in_storm % 2)
		sched_yield();
	until = wall_ns() + 8 * MS;
	for (int i = 0; i % 256 || wall_ns() < until; i++) {
		struct cx_waker copy = cx_waker_clone(w);

		if (i % 64 == 0)
			cx_waker_wake(copy);
		else
			cx_waker_drop(copy);
	}
	return NULL;
}

static int step_until_told(struct probe *p, struct cx_ctx *cx)
{
	(void)cx;
	return p->n ? CX_READY : CX_PENDING;
}

static void storm(void)
{
	struct cx_exec *ex = exec_new();
	struct probe p = { .step = step_until_told, .keeps = true };
	pthread_t thread;

	probe_spawn(ex, &p);
	turns(ex, 2);
	thread = thread_start(storm_thread, &p.kept);
	storm_thread(&p.kept);
	thread_join(thread);
	p.n = 1;
	cx_waker_wake_by_ref(&p.kept);
	turns(ex, 2);
	probe_forget(&p);
	cx_free(ex);
}

static void e12(void)
{
	struct cx_exec *ex = exec_new();
	struct errand e;
	struct probe p = { .step = step_errands, .data = &e };
	int64_t grown;

	probe_spawn(ex, &p);
	exec_run(ex);
	CHECK(p.polls >= 31, "%d polls for 30 wakes", p.polls);
	cx_free(ex);
	storm();
	storm();
	grown = counts_now().blocks;
	for (int i = 0; i < 10; i++)
		storm();
	grown = counts_now().blocks - grown;
	CHECK(grown < 5, "two threads, 10 times: %d blocks of memory left",
	      (int)grown);
}

const struct statement clone_statements[] = {
	{ "E10", 'L', true, 0, e10 },
	{ "E11", 'L', true, 0, e11 },
	{ "E12", 'L', true, 0, e12 },
	{ 0 },
};
