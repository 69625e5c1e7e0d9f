/* E63 to E65b: descriptors and waits that go. */
#include <unistd.h>

#include "io.h"
#include "parts.h"

/*
 * How often the drop of a wait wakes, with no event at all: 0, or 1 where a
 * wait that is cancelled is one that completes.  Such a wake is for nothing,
 * but does no harm; only what events do is asked below.
 */
static int wakes_of_a_drop(struct cx_exec *ex)
{
	struct counter c = { 0 };
	struct cx_op *op;
	int fds[2];

	pair_open(fds);
	op = ready_op(ex, fds[0], CX_READABLE);
	CHECK(poll_with(op, &c) == CX_PENDING, "not pending");
	turns(ex, 5);
	CHECK(c.wakes == 0, "an op woke its task though nothing came");
	cx_op_drop(op);
	turns(ex, 5);
	pair_close(fds);
	return c.wakes > 0;
}

/* Waits for a new socket each time, on the number of the one before. */
static int step_reuse(struct probe *p, struct cx_ctx *cx)
{
	/* a thread of its own may see the data before the op is dropped */
	struct counter *c = (struct counter *)p->data + (p->n % 3 == 0);
	int fds[2];
	struct cx_op *op;

	pair_open(fds);
	op = ready_op(p->ex, fds[0], CX_READABLE);
	CHECK(poll_with(op, c) == CX_PENDING,
	      "a new socket is READY: that was the one before it");
	if (p->n % 3 == 0)
		put_bytes(fds[1], 1); /* on its way, and nobody waits */
	cx_op_drop(op);
	pair_close(fds);
	return step_yield(p, cx);
}

static void reuse_for_writing(struct cx_exec *ex)
{
	struct counter c = { 0 };
	struct cx_op *op;
	int fds[2];

	pair_open(fds);
	fill(fds[0]);
	op = ready_op(ex, fds[0], CX_WRITABLE);
	CHECK(poll_with(op, &c) == CX_PENDING, "not pending");
	cx_op_drop(op);
	pair_close(fds);
	pair_open(fds);
	fill(fds[0]);
	wake_by(ex, fds[0], CX_WRITABLE, drain, fds[1],
		"room on a reused number");
	pair_close(fds);
}

static void e63(void)
{
	struct cx_exec *ex = exec_new();
	struct counter c[2] = { 0 };
	struct probe p = { .step = step_reuse, .data = c, .n = 500 };
	int each = wakes_of_a_drop(ex);
	int fds[2];

	probe_block_on(ex, &p);
	CHECK(c[0].wakes <= each * c[0].clones,
	      "an op woke its task though nothing came");
	for (int i = 0; i < 300; i++) {
		pair_open(fds);
		put_bytes(fds[1], 1);
		wait_ready(ex, fds[0], CX_READABLE, "data on a reused number");
		pair_close(fds);
		pair_open(fds);
		wake_by(ex, fds[0], CX_READABLE, do_close, fds[1],
			"a reused number");
		close(fds[0]);
	}
	for (int i = 0; i < 50; i++)
		reuse_for_writing(ex);
	cx_free(ex);
}

/* A wait is dropped, its descriptor closed, and a copy of that is open. */
static void leave_a_copy(int interest)
{
	struct cx_exec *ex = exec_new();
	struct counter c = { 0 };
	struct probe p = { 0 };
	struct cx_op *op;
	int each = wakes_of_a_drop(ex);
	int fds[2];
	int copy;

	pair_open(fds);
	if (interest == CX_WRITABLE)
		fill(fds[0]);
	op = ready_op(ex, fds[0], interest);
	CHECK(poll_with(op, &c) == CX_PENDING, "not pending");
	turns(ex, 5);
	copy = dup(fds[0]);
	cx_op_drop(op);
	close(fds[0]);
	if (interest == CX_WRITABLE)
		drain(fds[1]);
	else
		put_bytes(fds[1], 1);
	probe_spawn(ex, &p);
	check_idle(ex, "an op was dropped, its descriptor closed, a copy open");
	CHECK(c.wakes <= each, "an op that was dropped woke its task");
	CHECK(p.polls == 1, "a task was woken for nothing");
	close(copy);
	close(fds[1]);
	cx_free(ex);
}

static void e64(void)
{
	leave_a_copy(CX_READABLE);
	leave_a_copy(CX_WRITABLE);
}

/* One that was woken is dropped when another may have its place already. */
static void drop_what_was_ready(struct cx_exec *ex)
{
	struct counter told = { 0 };
	struct counter next = { 0 };
	struct cx_op *ops[2];
	int fds[2][2];

	pair_open(fds[0]);
	pair_open(fds[1]);
	ops[0] = ready_op(ex, fds[0][0], CX_READABLE);
	CHECK(poll_with(ops[0], &told) == CX_PENDING, "not pending");
	put_bytes(fds[0][1], 1);
	run_for(ex, 10);
	ops[1] = ready_op(ex, fds[1][0], CX_READABLE);
	CHECK(poll_with(ops[1], &next) == CX_PENDING, "not pending");
	cx_op_drop(ops[0]);
	put_bytes(fds[1][1], 1);
	/* it sleeps for ever, if that went with the other */
	await_wake(ex, &next);
	cx_op_drop(ops[1]);
	check_dropped(ex, &told);
	check_dropped(ex, &next);
	pair_close(fds[0]);
	pair_close(fds[1]);
}

static void e65(void)
{
	struct cx_exec *ex = exec_new();
	struct counter c = { 0 };
	struct cx_op *op;
	int each = wakes_of_a_drop(ex);
	int fds[2];

	pair_open(fds);
	op = ready_op(ex, fds[0], CX_READABLE);
	CHECK(poll_with(op, &c) == CX_PENDING, "not pending");
	turns(ex, 5);
	cx_op_drop(op);
	put_bytes(fds[1], 1);
	run_for(ex, 20);
	CHECK(c.wakes <= each, "an op that was dropped woke its task");
	turns(ex, 5);
	check_dropped(ex, &c);
	pair_close(fds);
	drop_what_was_ready(ex);
	cx_free(ex);
}

/* ---- E65b: a wake that drops the other wait, and uses its number again */

struct rivals {
	struct cx_exec *ex;
	struct cx_op *op[2];
	int fds[2][2];
	struct counter c[2];
	struct counter fresh;
	int woken; /* the first; the other one is gone */
};

static void replace(struct rivals *r, int other)
{
	int fresh[2];

	if (r->woken >= 0)
		return;
	r->woken = !other;
	cx_op_drop(r->op[other]);
	pair_open(fresh);
	dup2(fresh[0], r->fds[other][0]);
	close(fresh[0]);
	close(r->fds[other][1]);
	r->fds[other][1] = fresh[1];
	r->op[other] = ready_op(r->ex, r->fds[other][0], CX_READABLE);
	CHECK(poll_with(r->op[other], &r->fresh) == CX_PENDING,
	      "a new socket is READY: that was the one before it");
}

static void replace_second(void *data)
{
	replace(data, 1);
}

static void replace_first(void *data)
{
	replace(data, 0);
}

static void e65b(void)
{
	struct cx_exec *ex = exec_new();
	struct rivals r = { .ex = ex, .woken = -1 };

	for (int i = 0; i < 2; i++) {
		r.c[i].data = &r;
		r.c[i].on_wake = i ? replace_first : replace_second;
		pair_open(r.fds[i]);
		r.op[i] = ready_op(ex, r.fds[i][0], CX_READABLE);
		CHECK(poll_with(r.op[i], &r.c[i]) == CX_PENDING, "not pending");
	}
	put_bytes(r.fds[0][1], 1);
	put_bytes(r.fds[1][1], 1);
	run_for(ex, 30);
	CHECK(r.woken >= 0, "data came, and nobody was woken");
	CHECK(r.fresh.wakes == 0,
	      "what was noted of a descriptor that is closed woke the next");
	for (int i = 0; i < 2; i++) {
		cx_op_drop(r.op[i]);
		pair_close(r.fds[i]);
	}
	cx_free(ex);
}

const struct statement gone_io_statements[] = {
	{ "E63", 'L', true, CX_CAP_IO, e63 },
	{ "E64", 'L', true, CX_CAP_IO, e64 },
	{ "E65", 'L', true, CX_CAP_IO, e65 },
	{ "E65b", 'G', true, CX_CAP_IO, e65b },
	{ 0 },
};
