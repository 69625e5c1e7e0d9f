/* E61: two waits on one descriptor, and one for two directions. */
#include "io.h"

#include <unistd.h>

#include "parts.h"

/* Of a task that waits for what is not there. */
static void check_waits(const struct probe *p, const char *what)
{
	long rc = p->n > 0 ? CX_READY : -100 - p->n;

	CHECK(p->drops == 0, "%s: the poll gave %s", what, code_word(rc));
}

/* The first of two on one descriptor is no reason to forget the second. */
static void wait_both(bool reader_first)
{
	struct cx_exec *ex = exec_new();
	struct probe reader = { .step = step_await };
	struct probe writer = { .step = step_await };
	int fds[2];

	pair_open(fds);
	fill(fds[0]);
	reader.op = ready_op(ex, fds[0], CX_READABLE);
	writer.op = ready_op(ex, fds[0], CX_WRITABLE);
	probe_spawn(ex, reader_first ? &reader : &writer);
	probe_spawn(ex, reader_first ? &writer : &reader);
	run_for(ex, 10);
	check_waits(&reader, "a wait to read, and there are no data");
	check_waits(&writer, "a wait to write, and there is no room");
	if (reader_first) {
		drain(fds[1]);
		await_drop(ex, &writer);
		run_for(ex, 10);
		check_waits(&reader, "a wait to read, when there is room");
		put_bytes(fds[1], 1);
	} else {
		put_bytes(fds[1], 1);
		await_drop(ex, &reader);
		run_for(ex, 10);
		check_waits(&writer, "a wait to write, when there are data");
		drain(fds[1]);
	}
	exec_run(ex);
	CHECK(reader.n > 0 && writer.n > 0, "the polls gave %s and %s",
	      code_word(reader.n > 0 ? CX_READY : -100 - reader.n),
	      code_word(writer.n > 0 ? CX_READY : -100 - writer.n));
	CHECK(reader.n & CX_READABLE && writer.n & CX_WRITABLE,
	      "READY with %ld and %ld", reader.n, writer.n);
	pair_close(fds);
	cx_free(ex);
}

/* Two waits on one socket that has neither data nor room. */
struct both {
	int fds[2];
	struct cx_op *op[2]; /* to read, to write */
	struct counter c[2];
};

/* The one to BEGIN is known to the system when the other comes. */
static void both_open(struct cx_exec *ex, struct both *b, int begin)
{
	*b = (struct both){ 0 };
	pair_open(b->fds);
	fill(b->fds[0]);
	for (int i = 0; i < 2; i++) {
		int way = i ^ begin;

		b->op[way] = ready_op(ex, b->fds[0],
				      way ? CX_WRITABLE : CX_READABLE);
		poll_pending(b->op[way], &b->c[way],
			     "a socket with neither data nor room");
		turns(ex, 5);
	}
}

/* Data for the reader, or room for the writer, of which C has to be told. */
static void both_open_up(struct cx_exec *ex, struct both *b, int way,
			 struct counter *c)
{
	if (way == 0)
		put_bytes(b->fds[1], 1);
	else
		drain(b->fds[1]);
	await_wake(ex, c);
}

static void both_close(struct cx_exec *ex, struct both *b)
{
	for (int i = 0; i < 2; i++) {
		cx_op_drop(b->op[i]);
		check_dropped(ex, &b->c[i]);
	}
	pair_close(b->fds);
}

static void one_of_two_goes(struct cx_exec *ex, int stays)
{
	struct both b;

	both_open(ex, &b, 0);
	cx_op_drop(b.op[!stays]);
	b.op[!stays] = NULL;
	both_open_up(ex, &b, stays, &b.c[stays]);
	both_close(ex, &b);
}

/* What it waited for comes all the same, before what the other waits for. */
static void one_of_two_went(struct cx_exec *ex, int stays)
{
	struct both b;

	both_open(ex, &b, 0);
	cx_op_drop(b.op[!stays]);
	b.op[!stays] = NULL;
	if (stays)
		put_bytes(b.fds[1], 1);
	else
		drain(b.fds[1]);
	turns(ex, 5);
	both_open_up(ex, &b, stays, &b.c[stays]);
	both_close(ex, &b);
}

/* The task of the one that is woken first has not looked yet. */
static void one_of_two_is_told(struct cx_exec *ex, int begin, int first)
{
	struct both b;

	both_open(ex, &b, begin);
	both_open_up(ex, &b, first, &b.c[first]);
	both_open_up(ex, &b, !first, &b.c[!first]);
	both_close(ex, &b);
}

static void both_end(struct cx_exec *ex)
{
	struct both b;

	both_open(ex, &b, 0);
	close(b.fds[1]);
	await_wake(ex, &b.c[0]);
	await_wake(ex, &b.c[1]);
	for (int i = 0; i < 2; i++) {
		cx_op_drop(b.op[i]);
		check_dropped(ex, &b.c[i]);
	}
	close(b.fds[0]);
}

/* One wait for both directions. */
static void either(struct cx_exec *ex, int way)
{
	struct both b;
	struct counter c = { 0 };
	struct cx_op *op;

	both_open(ex, &b, 0);
	for (int i = 0; i < 2; i++) {
		cx_op_drop(b.op[i]);
		b.op[i] = NULL;
	}
	op = cx_fd_ready(ex, b.fds[0], CX_READABLE | CX_WRITABLE);
	if (op) {
		poll_pending(op, &c, "a socket with neither data nor room");
		turns(ex, 5);
		both_open_up(ex, &b, way, &c);
		cx_op_drop(op);
		check_dropped(ex, &c);
	}
	both_close(ex, &b);
}

/* One was woken, and its task has not looked; the other waits, twice. */
static void beside_one_that_is_told(struct cx_exec *ex, int told)
{
	struct both b;

	both_open(ex, &b, 0);
	both_open_up(ex, &b, told, &b.c[told]);
	cx_op_drop(b.op[!told]);
	for (int i = 0; i < 3; i++) {
		struct counter c = { 0 };
		struct cx_op *op;

		if (told) {
			drain(b.fds[0]);
		} else {
			fill(b.fds[0]);
		}
		op = ready_op(ex, b.fds[0], told ? CX_READABLE : CX_WRITABLE);
		if (poll_with(op, &c) == CX_PENDING) {
			if (i)
				turns(ex, 3);
			both_open_up(ex, &b, !told, &c);
		}
		cx_op_drop(op);
		check_dropped(ex, &c);
	}
	b.op[!told] = NULL;
	both_close(ex, &b);
}

void two_waits(void)
{
	struct cx_exec *ex;

	wait_both(true);
	wait_both(false);
	ex = exec_new();
	for (int way = 0; way < 2; way++) {
		wait_both_again(false, way);
		wait_both_again(true, way);
		one_of_two_goes(ex, way);
		one_of_two_went(ex, way);
		one_of_two_is_told(ex, 0, way);
		one_of_two_is_told(ex, 1, way);
		beside_one_that_is_told(ex, way);
		either(ex, way);
	}
	both_end(ex);
	cx_free(ex);
	walk_both_ways();
}
