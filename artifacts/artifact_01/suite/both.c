/* E61: two waits on one descriptor, and one for two directions. */
#include "io.h"

#include <unistd.h>

#include "parts.h"

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
	CHECK(reader.drops == 0 && writer.drops == 0,
	      "READY, and neither direction is");
	if (reader_first) {
		drain(fds[1]);
		await_drop(ex, &writer);
		run_for(ex, 10);
		CHECK(reader.drops == 0,
		      "the reader was told of room to write");
		put_bytes(fds[1], 1);
	} else {
		put_bytes(fds[1], 1);
		await_drop(ex, &reader);
		run_for(ex, 10);
		CHECK(writer.drops == 0, "the writer was told of data to read");
		drain(fds[1]);
	}
	exec_run(ex);
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

static void both_open(struct cx_exec *ex, struct both *b)
{
	*b = (struct both){ 0 };
	pair_open(b->fds);
	fill(b->fds[0]);
	for (int i = 0; i < 2; i++) {
		b->op[i] =
			ready_op(ex, b->fds[0], i ? CX_WRITABLE : CX_READABLE);
		CHECK(poll_with(b->op[i], &b->c[i]) == CX_PENDING,
		      "READY, and neither direction is");
	}
	turns(ex, 5);
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

	both_open(ex, &b);
	cx_op_drop(b.op[!stays]);
	b.op[!stays] = NULL;
	both_open_up(ex, &b, stays, &b.c[stays]);
	both_close(ex, &b);
}

/* The task of the one that is woken first has not looked yet. */
static void one_of_two_is_told(struct cx_exec *ex, int first)
{
	struct both b;

	both_open(ex, &b);
	both_open_up(ex, &b, first, &b.c[first]);
	both_open_up(ex, &b, !first, &b.c[!first]);
	both_close(ex, &b);
}

static void both_end(struct cx_exec *ex)
{
	struct both b;

	both_open(ex, &b);
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

	both_open(ex, &b);
	for (int i = 0; i < 2; i++) {
		cx_op_drop(b.op[i]);
		b.op[i] = NULL;
	}
	op = cx_fd_ready(ex, b.fds[0], CX_READABLE | CX_WRITABLE);
	if (op) {
		CHECK(poll_with(op, &c) == CX_PENDING,
		      "READY, and neither direction is");
		turns(ex, 5);
		both_open_up(ex, &b, way, &c);
		cx_op_drop(op);
		check_dropped(ex, &c);
	}
	both_close(ex, &b);
}

void two_waits(void)
{
	struct cx_exec *ex;

	wait_both(true);
	wait_both(false);
	wait_both_again(false);
	wait_both_again(true);
	ex = exec_new();
	for (int way = 0; way < 2; way++) {
		one_of_two_goes(ex, way);
		one_of_two_is_told(ex, way);
		either(ex, way);
	}
	both_end(ex);
	cx_free(ex);
}
