/* E71 to E78: idling, nesting, memory. */
#include <stdlib.h>

#include "io.h"
#include "parts.h"

static const uint64_t HOUR = 3600ull * 1000 * MS;

static void e71(void)
{
	struct cx_exec *ex = exec_new();
	struct probe pending = { 0 };
	struct probe timer = { .step = step_await };
	struct probe reader = { .step = step_await };
	int fds[2];

	probe_spawn(ex, &pending);
	check_idle(ex, "a pending task");
	if (cx_caps() & CX_CAP_TIMERS) {
		timer.op = cx_sleep_until(ex, cx_now(ex) + HOUR);
		probe_spawn(ex, &timer);
	}
	if (cx_caps() & CX_CAP_IO) {
		pair_open(fds);
		reader.op = ready_op(ex, fds[0], CX_READABLE);
		probe_spawn(ex, &reader);
	}
	check_idle_for(ex, 500, 3, "a pending task, timer and descriptor");
	CHECK(pending.polls == 1, "a task was polled that nobody woke");
	cx_free(ex);
}

/* ---- E72: the token of thread::park */

static void *wake_kept(void *data)
{
	cx_waker_wake_by_ref(&((struct probe *)data)->kept);
	return NULL;
}

/* Wakes itself, here or from afar, and takes whatever token that left. */
static int step_park(struct probe *p, struct cx_ctx *cx)
{
	if (p->n-- <= 0)
		return CX_READY;
	if (p->n % 2)
		cx_ctx_wake(cx);
	else
		thread_join(thread_start(wake_kept, p));
	park_thread();
	return CX_PENDING;
}

static void e72(void)
{
	struct cx_exec *ex = exec_new();
	struct probe task = { .step = step_park, .n = 20, .keeps = true };
	struct probe main = { .step = step_park, .n = 20, .keeps = true };

	if (!park_thread())
		skip_because("it has no thread::park");
	probe_spawn(ex, &task);
	exec_run(ex);
	/* one that sleeps now is found asleep */
	probe_block_on(ex, &main);
	probe_forget(&task);
	probe_forget(&main);
	cx_free(ex);
}

/* ---- E73, E74: runs inside polls */

static int step_nested(struct probe *p, struct cx_ctx *cx)
{
	struct probe inner = { .step = step_ready };
	int rc = cx_run(p->ex);

	(void)cx;
	CHECK(rc == CX_E_NESTED, "a nested cx_run gave %s", call_word(rc));
	rc = cx_block_on(p->ex, probe_future(p->ex, &inner));
	CHECK(rc == CX_E_NESTED, "a nested cx_block_on gave %s", call_word(rc));
	CHECK(inner.polls == 0, "a nested cx_block_on polled its future");
	CHECK(inner.drops == 1, "a nested cx_block_on kept its future");
	if (cx_caps() & CX_CAP_STALLED) {
		rc = cx_run_until_stalled(p->ex, NULL);
		CHECK(rc == CX_E_NESTED,
		      "a nested cx_run_until_stalled gave %s", call_word(rc));
	}
	return CX_READY;
}

static void e73(void)
{
	struct cx_exec *ex = exec_new();
	struct probe p = { .step = step_nested };
	struct probe q = { .step = step_nested };

	probe_block_on(ex, &p);
	probe_spawn(ex, &q);
	exec_run(ex);
	CHECK(q.drops == 1, "a nested run disturbed the outer one");
	turns(ex, 5);
	cx_free(ex);
}

static int step_inner(struct probe *p, struct cx_ctx *cx)
{
	struct probe inner = { .step = step_yield, .n = 20 };
	struct cx_exec *other = p->data;
	int rc = cx_block_on(other, probe_future(other, &inner));

	CHECK(rc == CX_OK || rc == CX_E_NESTED,
	      "another executor inside a poll gave %s", call_word(rc));
	CHECK(inner.drops == 1, "the inner future was dropped %d times",
	      inner.drops);
	CHECK(rc != CX_OK || inner.polls == 21,
	      "the inner future had %d polls, not 21", inner.polls);
	return step_yield(p, cx);
}

static void e74(void)
{
	struct cx_exec *a = exec_new();
	struct cx_exec *b = exec_new();
	struct probe in_a = { .step = step_second, .keeps = true };
	struct probe in_b = { .step = step_second, .keeps = true };
	struct probe outer = { .step = step_inner, .data = b, .n = 5 };

	probe_spawn(a, &in_a);
	probe_spawn(b, &in_b);
	turns(a, 5);
	turns(b, 5);
	cx_waker_wake_by_ref(&in_a.kept);
	turns(b, 5);
	CHECK(in_a.polls == 1 && in_b.polls == 1,
	      "the wake of one executor's task reached the other");
	exec_run(a);
	cx_waker_wake_by_ref(&in_b.kept);
	probe_block_on(a, &outer);
	exec_run(b);
	CHECK(in_a.drops == 1 && in_b.drops == 1, "a wake was lost");
	probe_forget(&in_a);
	probe_forget(&in_b);
	cx_free(a);
	cx_free(b);
}

/* ---- E76 to E78: memory */

static void need_memory_counts(void)
{
	if (!counts_memory())
		skip_because("a sanitizer has malloc");
}

static void e76(void)
{
	enum {
		COUNT = 100000
	};
	struct probe *p = calloc(COUNT, sizeof(*p));
	struct cx_exec *ex = exec_new();
	int64_t bytes;

	need_memory_counts();
	if (!p)
		skip_because("no memory");
	turns(ex, 5);
	bytes = counts_now().bytes;
	for (int i = 0; i < COUNT; i++)
		probe_spawn(ex, &p[i]);
	turns(ex, 2);
	bytes = (counts_now().bytes - bytes) / COUNT;
	CHECK(bytes <= 512, "%d bytes for a pending task", (int)bytes);
	cx_free(ex);
	free(p);
}

static int step_by_kept(struct probe *p, struct cx_ctx *cx)
{
	(void)cx;
	if (p->n-- <= 0)
		return CX_READY;
	cx_waker_wake_by_ref(&p->kept);
	return CX_PENDING;
}

enum {
	YIELDERS = 64,
	YIELDS = 1500
};

/* So many that what is allocated once in a turn is little. */
static uint64_t allocs_of_yields(struct cx_exec *ex, long n)
{
	struct probe p[YIELDERS];
	uint64_t allocs = counts_now().allocs;

	for (int i = 0; i < YIELDERS; i++) {
		p[i] = (struct probe){ .step = i % 2 ? step_by_kept
						     : step_yield,
				       .n = n,
				       .keeps = i % 2 };
		probe_spawn(ex, &p[i]);
	}
	exec_run(ex);
	for (int i = 0; i < YIELDERS; i++)
		probe_forget(&p[i]);
	return counts_now().allocs - allocs;
}

static void e77(void)
{
	struct cx_exec *ex = exec_new();
	uint64_t few;
	uint64_t many;

	need_memory_counts();
	allocs_of_yields(ex, 10);
	few = allocs_of_yields(ex, 10);
	many = allocs_of_yields(ex, 10 + YIELDS);
	/* a turn may allocate, or a queue that grows; not a wake or a poll */
	CHECK(many < few + YIELDERS * YIELDS / 4,
	      "%d wakes and polls of %d tasks made %u allocations",
	      YIELDERS * YIELDS, YIELDERS, (unsigned int)many);
	cx_free(ex);
}

/* It ends while it is queued. */
static int step_wake_ready(struct probe *p, struct cx_ctx *cx)
{
	(void)p;
	cx_ctx_wake(cx);
	return CX_READY;
}

static void e78(void)
{
	struct cx_exec *ex = exec_new();
	int64_t bytes = 0;

	need_memory_counts();
	for (int i = 0; i < 300000; i++) {
		struct probe p = { .step = i % 3 ? step_ready : step_wake_ready,
				   .keeps = i % 2 };

		if (i == 50000)
			bytes = counts_now().bytes;
		probe_spawn(ex, &p);
		exec_run(ex);
		probe_forget(&p);
	}
	bytes = counts_now().bytes - bytes;
	/* a table may be larger than before; 4 bytes a task are no table */
	CHECK(bytes < 1 << 20, "250000 tasks left %d KiB behind",
	      (int)(bytes >> 10));
	cx_free(ex);
}

const struct statement rest_statements[] = {
	{ "E71", 'G', false, 0, e71 },
	{ "E72", 'G', false, 0, e72 },
	{ "E73", 'K', true, 0, e73 },
	{ "E74", 'G', true, 0, e74 },
	{ "E75", 'G', true, 0, run_apart },
	{ "E76", 'K', false, 0, e76 },
	{ "E77", 'K', false, 0, e77 },
	{ "E78", 'L', false, 0, e78 },
	{ 0 },
};
