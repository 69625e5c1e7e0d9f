/* E81 to E83b: joins. */
#include "io.h"
#include "parts.h"

static struct cx_op *join_op(struct cx_exec *ex, const struct probe *task)
{
	struct cx_op *op = cx_join(ex, task->id);

	CHECK(op, "cx_join of a live task gave NULL");
	return op;
}

/* Joins its peer; how that ended goes to n. */
static int step_join(struct probe *p, struct cx_ctx *cx)
{
	int rc = step_await(p, cx);

	CHECK(rc == CX_PENDING || p->peer->drops == 1,
	      "a join was READY before the future had been dropped");
	return rc;
}

static int step_panic_when_woken(struct probe *p, struct cx_ctx *cx)
{
	(void)cx;
	return p->polls > 1 ? CX_PANIC : CX_PENDING;
}

static int step_cancel_peer(struct probe *p, struct cx_ctx *cx)
{
	int rc = cx_cancel(p->ex, p->peer->id);

	(void)cx;
	CHECK(rc == CX_OK, "cx_cancel gave %s", call_word(rc));
	return CX_READY;
}

static const char *end_name(long end)
{
	static const char *const names[] = { "CX_END_READY", "CX_END_PANIC",
					     "CX_END_CANCELLED" };

	return end >= 0 && end < 3 ? names[end] : "no enum cx_end";
}

/* End TASK in its way while three tasks join it; they are told END. */
static void join_ends(struct cx_exec *ex, struct probe *task, enum cx_end end,
		      const char *how)
{
	struct probe joins[3] = { { .n = 77 }, { .n = 77 }, { .n = 77 } };
	struct probe cancels = { .step = step_cancel_peer, .peer = task };

	task->keeps = true;
	probe_spawn(ex, task);
	for (int i = 0; i < 3; i++) {
		joins[i].step = step_join;
		joins[i].peer = task;
		joins[i].op = join_op(ex, task);
		probe_spawn(ex, &joins[i]);
	}
	turns(ex, 5);
	for (int i = 0; i < 3; i++)
		CHECK(joins[i].drops == 0,
		      "a join of a task that is pending was READY");
	if (end == CX_END_CANCELLED)
		probe_spawn(ex, &cancels);
	else
		cx_waker_wake_by_ref(&task->kept);
	exec_run(ex);
	for (int i = 0; i < 3; i++)
		CHECK(joins[i].n == (long)end,
		      "the join of a task that %s gave %s", how,
		      end_name(joins[i].n));
	probe_forget(task);
}

/* It may never have been polled. */
static void cancel_unpolled(struct cx_exec *ex)
{
	struct probe task = { 0 };
	struct probe join = { .step = step_join, .peer = &task, .n = 77 };
	int rc;

	probe_spawn(ex, &task);
	join.op = join_op(ex, &task);
	probe_spawn(ex, &join);
	rc = cx_cancel(ex, task.id);
	CHECK(rc == CX_OK, "cx_cancel gave %s", code_word(rc));
	exec_run(ex);
	CHECK(join.n == CX_END_CANCELLED,
	      "the join of a task that was cancelled before its first poll "
	      "gave %s",
	      end_name(join.n));
}

static void e81(void)
{
	struct cx_exec *ex = exec_new();
	struct probe done = { .step = step_second };
	struct probe panics = { .step = step_panic_when_woken };
	struct probe gone = { 0 };

	join_ends(ex, &done, CX_END_READY, "finished");
	if (cx_caps() & CX_CAP_CATCH_PANIC)
		join_ends(ex, &panics, CX_END_PANIC, "panicked");
	if (cx_caps() & CX_CAP_CANCEL) {
		join_ends(ex, &gone, CX_END_CANCELLED, "was cancelled");
		cancel_unpolled(ex);
	}
	cx_free(ex);
}

/* Cancels itself in its last poll, whose result is ignored. */
static int step_cancel_itself(struct probe *p, struct cx_ctx *cx)
{
	int rc;

	if (step_second(p, cx) == CX_PENDING)
		return CX_PENDING;
	rc = cx_cancel(p->ex, p->id);
	CHECK(rc == CX_OK, "cx_cancel of the task itself gave %s",
	      code_word(rc));
	return (int)p->n;
}

static void cancel_itself(struct cx_exec *ex, enum cx_poll last)
{
	struct probe task = { .step = step_cancel_itself,
			      .keeps = true,
			      .n = last };
	struct probe join = { .step = step_join, .peer = &task, .n = 77 };

	probe_spawn(ex, &task);
	join.op = join_op(ex, &task);
	probe_spawn(ex, &join);
	turns(ex, 5);
	cx_waker_wake_by_ref(&task.kept);
	exec_run(ex);
	CHECK(join.n == CX_END_CANCELLED,
	      "the join of a task that cancelled itself and then %s gave %s",
	      last == CX_PANIC ? "panicked" : "was READY", end_name(join.n));
	probe_forget(&task);
}

static int step_join_itself(struct probe *p, struct cx_ctx *cx)
{
	struct cx_op *op = cx_join(p->ex, p->id);

	(void)cx;
	CHECK(op, "in a poll, cx_join of the task itself gave NULL");
	cx_op_drop(op);
	return CX_READY;
}

/* Until its future is dropped it has not ended. */
static void join_what_is_cancelled(struct cx_exec *ex)
{
	struct probe task = { 0 };
	struct probe join = { .step = step_join, .peer = &task, .n = 77 };

	probe_spawn(ex, &task);
	turns(ex, 5);
	CHECK(cx_cancel(ex, task.id) == CX_OK, "cannot cancel");
	if (task.drops)
		return;
	join.op = cx_join(ex, task.id);
	CHECK(join.op, "cx_join of a task that was cancelled, and has not been "
		       "dropped yet, gave NULL");
	probe_spawn(ex, &join);
	exec_run(ex);
	CHECK(join.n == CX_END_CANCELLED,
	      "a join made after the cancel of its task gave %s",
	      end_name(join.n));
}

static void e82(void)
{
	struct cx_exec *ex = exec_new();
	struct probe p = { .step = step_ready };
	struct probe others[100] = { { 0 } };
	struct probe itself = { .step = step_join_itself };

	if (cx_caps() & CX_CAP_CANCEL) {
		cancel_itself(ex, CX_READY);
		if (cx_caps() & CX_CAP_CATCH_PANIC)
			cancel_itself(ex, CX_PANIC);
		join_what_is_cancelled(ex);
	}
	probe_spawn(ex, &itself);
	probe_spawn(ex, &p);
	exec_run(ex);
	for (int i = 0; i < 100; i++)
		probe_spawn(ex, &others[i]);
	CHECK(!cx_join(ex, p.id),
	      "cx_join of a task that has ended gave an op");
	CHECK(!cx_join(ex, p.id + 1000000),
	      "cx_join of a task that never was gave an op");
	cx_free(ex);
}

/* ---- E83: what cx_free does to those that wait */

static int step_join_with(struct probe *p, struct cx_ctx *cx)
{
	(void)cx;
	wait_with(p->op, p->data);
	return CX_PENDING;
}

/*
 * A join that waits when the executor is freed is dropped by its own task,
 * before the other or after it.
 */
static void free_with_joins(void)
{
	struct cx_exec *ex = exec_new();
	struct counter c[6] = { { 0 } };
	struct probe tasks[4] = { { 0 } };
	struct probe joins[6] = { { 0 } };

	/* among the tasks, so that it stands before some and after others */
	probe_spawn(ex, &tasks[0]);
	probe_spawn(ex, &tasks[1]);
	for (int i = 0; i < 6; i++) {
		joins[i] = (struct probe){ .step = i % 2 ? step_join_with
							 : step_await,
					   .data = &c[i] };
		if (i == 3) {
			probe_spawn(ex, &tasks[2]);
			probe_spawn(ex, &tasks[3]);
		}
		probe_spawn(ex, &joins[i]);
	}
	for (int i = 0; i < 6; i++)
		joins[i].op = join_op(ex, &tasks[i % 4]);
	turns(ex, 5);
	cx_free(ex);
	poison_check();
	for (int i = 0; i < 6; i++)
		CHECK(joins[i].drops == 1 && c[i].clones == c[i].drops,
		      "a task that joins another had %d drops in cx_free, and "
		      "%d clones of its waker are left",
		      joins[i].drops, c[i].clones - c[i].drops);
}

static void e83(void)
{
	struct cx_exec *ex = exec_new();
	struct probe task = { .step = step_second, .keeps = true };
	struct counter first = { 0 };
	struct counter last = { 0 };
	struct counter gone = { 0 };
	struct cx_op *dropped;
	struct cx_op *op;
	uint64_t end = 77;
	int rc;

	probe_spawn(ex, &task);
	op = join_op(ex, &task);
	dropped = join_op(ex, &task);
	CHECK(poll_with(op, &first) == CX_PENDING, "not pending");
	CHECK(poll_with(op, &last) == CX_PENDING, "not pending");
	CHECK(poll_with(dropped, &gone) == CX_PENDING, "not pending");
	turns(ex, 5);
	cx_op_drop(dropped);
	cx_waker_wake_by_ref(&task.kept);
	exec_run(ex);
	turns(ex, 5);
	CHECK(last.wakes == 1, "the last waker had %d wakes, not 1",
	      last.wakes);
	CHECK(first.wakes == 0, "a waker that another replaced was woken");
	CHECK(gone.wakes == 0, "a join that was dropped woke its task");
	rc = cx_op_poll_with(op, &counter_vt, &last, &end);
	CHECK(rc == CX_READY, "the join was woken, and gave %s", code_word(rc));
	CHECK(end == CX_END_READY,
	      "the join of a task that finished is READY, and *out is %s",
	      end == 77 ? "not written" : end_name((long)end));
	rc = poll_with(op, &last);
	CHECK(rc == CX_E_INVAL, "a join that was READY gave %s after that",
	      code_word(rc));
	cx_op_drop(op);
	turns(ex, 5);
	CHECK(first.clones == first.drops && last.clones == last.drops &&
		      gone.clones == gone.drops,
	      "a join keeps a waker after its end");
	probe_forget(&task);
	cx_free(ex);
	free_with_joins();
}

/* ---- E83b: what the wake of a join does */

static void drop_op(void *op)
{
	cx_op_drop(*(struct cx_op **)op);
	*(struct cx_op **)op = NULL;
}

/* A join that is polled when it wakes. */
struct asker {
	struct probe task;
	struct counter c;
	struct cx_op *op;
	bool early;
	bool told;
};

static void ask(void *data)
{
	struct asker *a = data;
	int rc;

	if (!a->op || a->told || !pthread_equal(pthread_self(), a->task.thread))
		return;
	rc = poll_with(a->op, &a->c);
	CHECK(rc == CX_READY || rc == CX_PENDING, "a join gave %s",
	      code_word(rc));
	a->told = rc == CX_READY;
	a->early = a->told && a->task.drops == 0;
}

static void ask_in_wake(struct cx_exec *ex)
{
	struct asker a = { .task = { .step = step_second, .keeps = true } };

	a.c = (struct counter){ .on_wake = ask, .data = &a };
	probe_spawn(ex, &a.task);
	a.op = join_op(ex, &a.task);
	wait_with(a.op, &a.c);
	turns(ex, 5);
	cx_waker_wake_by_ref(&a.task.kept);
	exec_run(ex);
	turns(ex, 5);
	CHECK(!a.early, "a join that its wake polled was READY before the "
			"future had been dropped");
	CHECK(a.c.wakes > 0, "a join of a task that finished woke nobody");
	cx_op_drop(a.op);
	probe_forget(&a.task);
}

/* One that is dropped while it waits keeps no waker. */
static void forget_join(struct cx_exec *ex)
{
	struct probe task = { .step = step_second, .keeps = true };
	struct counter c = { 0 };
	struct cx_op *op;

	probe_spawn(ex, &task);
	op = join_op(ex, &task);
	wait_with(op, &c);
	turns(ex, 5);
	cx_op_drop(op);
	turns(ex, 5);
	CHECK(c.clones == c.drops,
	      "a join was dropped, and its waker is kept a turn later");
	cx_waker_wake_by_ref(&task.kept);
	exec_run(ex);
	CHECK(c.wakes == 0, "a join that was dropped woke its task");
	probe_forget(&task);
}

static void e83b(void)
{
	static struct vigil v = {
		.is_short = true,
		.what = "the wake of a join drops another, or polls its own, "
			"and does "
			"not come back",
	};
	struct cx_exec *ex = exec_new();
	struct probe task = { .step = step_second, .keeps = true };
	struct cx_op *ops[2];
	struct counter each[2] = { { .on_wake = drop_op, .data = &ops[1] },
				   { .on_wake = drop_op, .data = &ops[0] } };

	vigil_begin(&v);
	probe_spawn(ex, &task);
	for (int i = 0; i < 2; i++) {
		ops[i] = join_op(ex, &task);
		CHECK(poll_with(ops[i], &each[i]) == CX_PENDING, "not pending");
	}
	turns(ex, 5);
	cx_waker_wake_by_ref(&task.kept);
	exec_run(ex);
	turns(ex, 5);
	CHECK(each[0].wakes + each[1].wakes > 0, "neither of two joins woke");
	cx_op_drop(ops[0]);
	cx_op_drop(ops[1]);
	probe_forget(&task);
	ask_in_wake(ex);
	vigil_end(&v);
	forget_join(ex);
	cx_free(ex);
}

const struct statement join_statements[] = {
	{ "E81", 'G', true, CX_CAP_JOIN, e81 },
	{ "E82", 'K', false, CX_CAP_JOIN, e82 },
	{ "E83", 'L', true, CX_CAP_JOIN, e83 },
	{ "E83b", 'K', true, CX_CAP_JOIN, e83b },
	{ 0 },
};
