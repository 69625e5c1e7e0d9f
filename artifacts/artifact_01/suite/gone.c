/* E63 to E65: descriptors and waits that go. */
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
	poll_pending(op, &c, "a socket without data");
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
	poll_pending(op, c, "a new socket on the number of one with data");
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
	poll_pending(op, &c, "a socket without room");
	cx_op_drop(op);
	pair_close(fds);
	pair_open(fds);
	fill(fds[0]);
	wake_by(ex, fds[0], CX_WRITABLE, drain, fds[1],
		"room on a reused number");
	pair_close(fds);
}

/*
 * A file leaves its number, and comes back to it after another had it.  A copy
 * of it is open all the time, so the system remembers what it was told.
 */
static void come_back(struct cx_exec *ex, int interest)
{
	struct counter c = { 0 };
	struct cx_op *op;
	int fds[2][2];
	int copy;

	for (int i = 0; i < 2; i++)
		pair_open(fds[i]);
	put_bytes(fds[0][1], 1);
	run_for(ex, 2);
	wait_ready(ex, fds[0][0], CX_READABLE, "data");
	drain(fds[0][0]);
	run_for(ex, 2);
	copy = dup(fds[0][0]);
	dup2(fds[1][0], fds[0][0]);
	op = ready_op(ex, fds[0][0], CX_READABLE);
	poll_pending(op, &c, "a socket without data");
	turns(ex, 5);
	cx_op_drop(op);
	dup2(copy, fds[0][0]);
	if (interest == CX_WRITABLE)
		fill(fds[0][0]);
	wake_by(ex, fds[0][0], interest,
		interest == CX_WRITABLE ? drain : do_close, fds[0][1],
		"a socket that came back to its number");
	close(copy);
	pair_close(fds[0]);
	pair_close(fds[1]);
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
	come_back(ex, CX_READABLE);
	come_back(ex, CX_WRITABLE);
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
	poll_pending(op, &c, "a socket that is not ready");
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
	poll_pending(ops[0], &told, "a socket without data");
	put_bytes(fds[0][1], 1);
	run_for(ex, 10);
	ops[1] = ready_op(ex, fds[1][0], CX_READABLE);
	poll_pending(ops[1], &next, "a socket without data");
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
	poll_pending(op, &c, "a socket without data");
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

const struct statement gone_io_statements[] = {
	{ "E63", 'L', true, CX_CAP_IO, e63 },
	{ "E64", 'L', true, CX_CAP_IO, e64 },
	{ "E65", 'L', true, CX_CAP_IO, e65 },
	{ "E65b", 'G', true, CX_CAP_IO, wakes_that_end_waits },
	{ 0 },
};
