/*
 * E95 to E97: what a wait says is ready, and the descriptors of the executor's
 * own.
 */
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io.h"

/* ---- E95 */

enum {
	BOTH = CX_READABLE | CX_WRITABLE
};

static const char *bits_word(uint64_t bits)
{
	static const char *const words[] = { "nothing", "READABLE", "WRITABLE",
					     "READABLE and WRITABLE" };

	return bits <= BOTH ? words[bits] : "a number that is none";
}

/* What OP says within a fifth of a second; 0 if it stays pending. */
static uint64_t await_bits(struct cx_exec *ex, struct cx_op *op,
			   const char *what)
{
	static struct counter c;
	uint64_t bits = 0;
	int rc = CX_PENDING;

	for (int i = 0; rc == CX_PENDING && i < 100; i++) {
		rc = cx_op_poll_with(op, &counter_vt, &c, &bits);
		if (rc == CX_PENDING)
			run_for(ex, 2);
	}
	CHECK(rc == CX_READY || rc == CX_PENDING, "%s: the poll gave %s", what,
	      code_word(rc));
	cx_op_drop(op);
	return rc == CX_READY ? bits : 0;
}

/* All of SURE has to be in what is said, and nothing of NEVER. */
static void check_bits(struct cx_exec *ex, struct cx_op *op, uint64_t sure,
		       uint64_t never, const char *what)
{
	uint64_t bits = await_bits(ex, op, what);

	CHECK(bits != 0, "%s: the wait does not end", what);
	CHECK(bits <= BOTH && (bits & sure) == sure && (bits & never) == 0,
	      "%s: the wait says %s", what, bits_word(bits));
}

/* The end of what FD is: for both directions, whichever was asked for. */
static void check_end(struct cx_exec *ex, int fd, uint64_t sure,
		      const char *to_read, const char *to_write)
{
	check_bits(ex, ready_op(ex, fd, CX_READABLE), sure, 0, to_read);
	check_bits(ex, ready_op(ex, fd, CX_WRITABLE), sure, 0, to_write);
}

static void ends(struct cx_exec *ex, uint64_t sure)
{
	int fds[2];

	pair_open(fds);
	close(fds[1]);
	check_end(ex, fds[0], sure, "a wait to read, and the peer has hung up",
		  "a wait to write, and the peer has hung up");
	close(fds[0]);
	if (pipe(fds) == 0) {
		close(fds[1]);
		check_end(ex, fds[0], sure,
			  "a wait to read from a pipe without writer",
			  "a wait to write at a pipe's end that hung up");
		close(fds[0]);
	}
	if (pipe(fds) == 0) {
		fcntl(fds[1], F_SETFL, O_NONBLOCK);
		fill(fds[1]);
		close(fds[0]);
		check_end(ex, fds[1], sure,
			  "a wait to read where a pipe has its error",
			  "a wait to write to a full pipe without reader");
		close(fds[1]);
	}
}

/* One wait for both, of which one is ready, and before that none. */
static void one_of_both(struct cx_exec *ex, int way)
{
	struct counter c = { 0 };
	struct cx_op *op;
	int fds[2];

	pair_open(fds);
	fill(fds[0]);
	op = cx_fd_ready(ex, fds[0], BOTH);
	if (op) {
		poll_pending(op, &c, "a socket with neither data nor room");
		run_for(ex, 2);
		if (way == 0)
			put_bytes(fds[1], 1);
		else
			drain(fds[1]);
		check_bits(ex, op, way ? CX_WRITABLE : CX_READABLE,
			   way ? CX_READABLE : CX_WRITABLE,
			   way ? "a wait for both where there is room alone"
			       : "a wait for both where there are data alone");
	}
	pair_close(fds);
}

/* What is there from the beginning, or is not. */
static void one_is_ready(struct cx_exec *ex)
{
	int fds[2];

	pair_open(fds);
	check_bits(ex, ready_op(ex, fds[0], CX_WRITABLE), CX_WRITABLE,
		   CX_READABLE, "a wait to write where there are no data");
	fill(fds[0]);
	put_bytes(fds[1], 1);
	check_bits(ex, ready_op(ex, fds[0], CX_READABLE), CX_READABLE,
		   CX_WRITABLE, "a wait to read where there is no room");
	drain(fds[0]);
	shutdown(fds[1], SHUT_WR);
	check_bits(ex, ready_op(ex, fds[0], CX_READABLE), CX_READABLE,
		   CX_WRITABLE, "a wait to read, and the peer only reads");
	pair_close(fds);
}

static void e95(void)
{
	struct cx_exec *ex = exec_new();

	one_is_ready(ex);
	one_of_both(ex, 0);
	one_of_both(ex, 1);
	ends(ex, 0); /* they are woken at all */
	ends(ex, BOTH);
	cx_free(ex);
}

/* ---- E96 */

enum {
	EXECUTORS = 5
};

static void leave_wakers(struct probe *p, struct probe *main)
{
	struct cx_exec *ex = exec_new();

	p->keeps = main->keeps = true;
	main->step = step_ready;
	probe_spawn(ex, p);
	turns(ex, 2);
	probe_block_on(ex, main);
	cx_free(ex);
}

static void e96(void)
{
	static struct probe p[EXECUTORS + 1][2];
	int before;
	int left;

	/* what it opens once and for all, it opens now */
	leave_wakers(&p[0][0], &p[0][1]);
	for (int i = 0; i < 2; i++)
		probe_forget(&p[0][i]);
	before = descriptors();
	for (int i = 1; i <= EXECUTORS; i++)
		leave_wakers(&p[i][0], &p[i][1]);
	/* a thread of its own may be about to close them */
	for (int i = 0; i < 100 && descriptors() > before; i++)
		doze(MS);
	left = descriptors() - before;
	CHECK(left <= 0,
	      "%d executors are freed, their wakers are not, and %d "
	      "descriptors are open",
	      EXECUTORS, left);
	for (int i = 1; i <= EXECUTORS; i++) {
		for (int k = 0; k < 2; k++) {
			cx_waker_wake_by_ref(&p[i][k].kept);
			probe_forget(&p[i][k]);
		}
	}
}

/* ---- E97 */

/* The limit that leaves room for COUNT more descriptors. */
static rlim_t limit_for(unsigned int count)
{
	rlim_t at = 0;

	for (;; at++) {
		if (fcntl((int)at, F_GETFD) >= 0)
			continue;
		if (count-- == 0)
			return at;
	}
}

static struct cx_exec *new_with_room(unsigned int count)
{
	struct rlimit limit;
	struct rlimit less;
	struct cx_exec *ex;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		skip_because("the limit of descriptors cannot be read");
	less = limit;
	less.rlim_cur = limit_for(count);
	if (setrlimit(RLIMIT_NOFILE, &less) < 0)
		skip_because("the limit of descriptors cannot be set");
	ex = cx_new();
	setrlimit(RLIMIT_NOFILE, &limit);
	return ex;
}

static void e97(void)
{
	struct probe p = { .step = step_ready };
	struct cx_exec *ex = exec_new();
	unsigned int room = 0;
	int before;

	probe_block_on(ex, &p);
	cx_free(ex);
	before = descriptors();
	while (room < 64 && !(ex = new_with_room(room))) {
		int left = descriptors() - before;

		CHECK(left <= 0,
		      "there was room for %u descriptors: cx_new gave NULL, "
		      "and left %d open",
		      room, left);
		room++;
	}
	cx_free(ex);
	CHECK(room < 64, "cx_new gave NULL, and there was room for 64 "
			 "descriptors");
}

const struct statement bit_io_statements[] = {
	{ "E95", 'K', true, CX_CAP_IO, e95 },
	{ "E96", 'K', true, 0, e96 },
	{ "E97", 'K', true, 0, e97 },
	{ 0 },
};
