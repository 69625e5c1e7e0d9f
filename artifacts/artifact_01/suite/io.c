/* E56 to E62: when a descriptor is ready, and for whom. */
#include "io.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "parts.h"

void pair_open(int fds[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0)
		skip_because("no sockets");
	for (int i = 0; i < 2; i++)
		fcntl(fds[i], F_SETFL, O_NONBLOCK);
}

void pair_close(int fds[2])
{
	close(fds[0]);
	close(fds[1]);
}

void put_bytes(int fd, size_t count)
{
	static const char bytes[64];

	if (write(fd, bytes, count) != (ssize_t)count)
		skip_because("cannot write to a socket");
}

const char *code_word(long code)
{
	if (code == CX_READY)
		return "READY";
	return code == CX_PENDING ? "PENDING" : call_word((int)code);
}

struct cx_op *ready_op(struct cx_exec *ex, int fd, int interest)
{
	struct cx_op *op = cx_fd_ready(ex, fd, interest);

	CHECK(op, "cx_fd_ready gave NULL");
	return op;
}

void poll_pending(struct cx_op *op, struct counter *c, const char *what)
{
	int rc = poll_with(op, c);

	CHECK(rc == CX_PENDING, "%s: the poll gave %s, not PENDING", what,
	      code_word(rc));
}

void wait_ready(struct cx_exec *ex, int fd, int interest, const char *what)
{
	struct probe p = { .step = step_await };

	p.op = ready_op(ex, fd, interest);
	probe_block_on(ex, &p);
	CHECK(p.n > 0, "waiting for %s gave %s", what, code_word(-100 - p.n));
	CHECK(p.n & interest, "%s: READY with %ld, asked for %d", what, p.n,
	      interest);
}

/* A program that has closed its standard input may get its number. */
static void wait_for_zero(struct cx_exec *ex)
{
	struct cx_op *op;
	int was = dup(0);
	int fds[2];

	pair_open(fds);
	dup2(fds[0], 0);
	op = cx_fd_ready(ex, 0, CX_READABLE);
	CHECK(op, "cx_fd_ready of descriptor 0, a socket, gave NULL");
	cx_op_drop(op);
	put_bytes(fds[1], 1);
	wait_ready(ex, 0, CX_READABLE, "data for descriptor 0");
	drain(0);
	wake_by(ex, 0, CX_READABLE, do_close, fds[1],
		"the end of what descriptor 0 reads");
	if (was < 0)
		close(0);
	else
		dup2(was, 0);
	close(was);
	close(fds[0]);
}

static void e56(void)
{
	struct cx_exec *ex = exec_new();
	int fds[2];

	pair_open(fds);
	put_bytes(fds[1], 1);
	wait_ready(ex, fds[0], CX_READABLE, "data that is there");
	wait_ready(ex, fds[0], CX_READABLE, "data that is there still");
	wait_ready(ex, fds[0], CX_WRITABLE, "room that is there");
	pair_close(fds);
	wait_for_zero(ex);
	cx_free(ex);
}

/* ---- E57: to the last byte, again and again */

struct flow {
	int fds[2];
	int rounds;
};

static int step_read_all(struct probe *p, struct cx_ctx *cx)
{
	struct flow *f = p->data;
	char byte;

	for (;;) {
		int rc;

		if (!p->op)
			p->op = ready_op(p->ex, f->fds[0], CX_READABLE);
		rc = cx_op_poll(p->op, cx, NULL);
		if (rc == CX_PENDING)
			return rc;
		CHECK(rc == CX_READY, "waiting for data gave %s",
		      code_word(rc));
		cx_op_drop(p->op);
		p->op = NULL;
		while (read(f->fds[0], &byte, 1) == 1)
			p->n++;
		if (p->n >= 2 * f->rounds)
			return CX_READY;
	}
}

static void *write_all(void *data)
{
	struct flow *f = data;

	for (int i = 0; i < f->rounds; i++) {
		put_bytes(f->fds[1], 2);
		doze((uint64_t)(i % 5) * 300000);
	}
	return NULL;
}

/* Woken, and then somebody else reads it all before the task looks. */
static void emptied_by_another(void)
{
	struct cx_exec *ex = exec_new();
	struct counter c = { 0 };
	struct counter again = { 0 };
	struct cx_op *op;
	int fds[2];
	int rc;

	pair_open(fds);
	op = ready_op(ex, fds[0], CX_READABLE);
	poll_pending(op, &c, "a socket without data");
	put_bytes(fds[1], 1);
	await_wake(ex, &c);
	drain(fds[0]);
	rc = poll_with(op, &again);
	/* believed ready; or it looked, and has to wait */
	CHECK(rc == CX_READY || rc == CX_PENDING,
	      "data came and went, and the poll gave %s", code_word(rc));
	if (rc == CX_PENDING) {
		put_bytes(fds[1], 1);
		await_wake(ex, &again);
	}
	cx_op_drop(op);
	pair_close(fds);
	cx_free(ex);
}

static void e57(void)
{
	struct cx_exec *ex = exec_new();
	struct flow f = { .rounds = 40 };
	struct probe p = { .step = step_read_all, .data = &f };
	pthread_t thread;

	pair_open(f.fds);
	thread = thread_start(write_all, &f);
	probe_block_on(ex, &p);
	thread_join(thread);
	CHECK(p.n == 80, "%ld of 80 bytes arrived", p.n);
	pair_close(f.fds);
	cx_free(ex);
	emptied_by_another();
	wait_for_many_again();
}

static void e58(void)
{
	struct cx_exec *ex = exec_new();
	char bytes[8];
	int fds[2];

	pair_open(fds);
	put_bytes(fds[1], 5);
	wait_ready(ex, fds[0], CX_READABLE, "data");
	if (read(fds[0], bytes, 3) != 3)
		skip_because("cannot read from a socket");
	wait_ready(ex, fds[0], CX_READABLE, "the rest of the data");
	pair_close(fds);
	cx_free(ex);
}

/* ---- E59, E60: ends and errors */

void wake_by(struct cx_exec *ex, int fd, int interest, void (*after)(int other),
	     int other, const char *what)
{
	struct probe p = { .step = step_await };

	p.op = ready_op(ex, fd, interest);
	probe_spawn(ex, &p);
	turns(ex, 10);
	CHECK(p.drops == 0, "%s: before that the poll gave %s", what,
	      code_word(p.n > 0 ? CX_READY : -100 - p.n));
	after(other);
	exec_run(ex);
	CHECK(p.n > 0, "%s: the poll gave %s", what, code_word(-100 - p.n));
}

void do_close(int fd)
{
	close(fd);
}

static void do_half_close(int fd)
{
	shutdown(fd, SHUT_WR);
}

static void do_reset(int fd)
{
	struct linger now = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}

/* Two ends of a TCP connection on this machine. */
static bool tcp_open(int fds[2])
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	int door = socket(AF_INET, SOCK_STREAM, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fds[0] = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(door, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    listen(door, 1) < 0 ||
	    getsockname(door, (struct sockaddr *)&at, &len) < 0 ||
	    connect(fds[0], (struct sockaddr *)&at, len) < 0) {
		close(door);
		close(fds[0]);
		return false;
	}
	fds[1] = accept(door, NULL, NULL);
	close(door);
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	return fds[1] >= 0;
}

void fill(int fd)
{
	static const char bytes[4096];

	while (write(fd, bytes, sizeof(bytes)) > 0)
		;
}

void drain(int fd)
{
	char bytes[4096];

	while (read(fd, bytes, sizeof(bytes)) > 0)
		;
}

/* A connection that nobody takes, with its error to come; or -1. */
static int tcp_refused(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	int door = socket(AF_INET, SOCK_STREAM, 0);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	/* a port that is ours, and where nobody listens */
	if (bind(door, (struct sockaddr *)&at, sizeof(at)) == 0 &&
	    getsockname(door, (struct sockaddr *)&at, &len) == 0 &&
	    connect(fd, (struct sockaddr *)&at, len) < 0) {
		close(door);
		return fd;
	}
	close(fd);
	close(door);
	return -1;
}

/* Opened before the library is there, for which there is no network. */
static int tcp[2] = { -1, -1 };
static int lost = -1;

void io_prepare(const char *id)
{
	int fds[2];

	if (strcmp(id, "E59") != 0)
		return;
	if (tcp_open(fds))
		memcpy(tcp, fds, sizeof(tcp));
	lost = tcp_refused();
}

static void e59(void)
{
	struct cx_exec *ex = exec_new();
	int fds[2];

	signal(SIGPIPE, SIG_IGN);
	pair_open(fds);
	wake_by(ex, fds[0], CX_READABLE, do_close, fds[1], "a closed peer");
	close(fds[0]);
	pair_open(fds);
	wake_by(ex, fds[0], CX_READABLE, do_half_close, fds[1],
		"a peer that is done");
	pair_close(fds);
	pair_open(fds);
	fill(fds[0]);
	wake_by(ex, fds[0], CX_WRITABLE, do_close, fds[1],
		"a closed peer, for a writer");
	close(fds[0]);
	if (pipe(fds) == 0) {
		wake_by(ex, fds[0], CX_READABLE, do_close, fds[1],
			"a pipe without a writer");
		close(fds[0]);
	}
	if (pipe(fds) == 0) {
		fcntl(fds[1], F_SETFL, O_NONBLOCK);
		fill(fds[1]);
		wake_by(ex, fds[1], CX_WRITABLE, do_close, fds[0],
			"a pipe without a reader");
		close(fds[1]);
	}
	if (tcp[1] >= 0) {
		wake_by(ex, tcp[0], CX_READABLE, do_reset, tcp[1],
			"a reset connection");
		close(tcp[0]);
	}
	if (lost >= 0)
		wait_ready(ex, lost, CX_WRITABLE, "a refused connection");
	close(lost);
	cx_free(ex);
}

static uint64_t waits_in(struct cx_exec *ex, unsigned int ms)
{
	uint64_t waits = counts_now().waits;

	run_for(ex, ms);
	return counts_now().waits - waits;
}

/*
 * Some look a few times before they sleep, however long that will be: what
 * counts is how many more wait calls there are in a longer time.
 */
void check_idle_for(struct cx_exec *ex, unsigned int ms, unsigned int most,
		    const char *what)
{
	uint64_t before;
	uint64_t waits;
	uint64_t cpu;

	run_for(ex, 20);
	before = waits_in(ex, ms / 5);
	cpu = cpu_ns();
	waits = waits_in(ex, ms);
	cpu = cpu_ns() - cpu;
	CHECK(cpu < 20 * MS, "%s: %u ms of CPU in %u ms", what,
	      (unsigned int)(cpu / MS), ms);
	CHECK(waits <= before + most,
	      "%s: %u wait calls in %u ms, and %u in %u ms", what,
	      (unsigned int)waits, ms, (unsigned int)before, ms / 5);
}

void check_idle(struct cx_exec *ex, const char *what)
{
	check_idle_for(ex, 200, 8, what);
}

/* The task was woken, and does not look at once. */
static void told_and_silent(struct cx_exec *ex)
{
	struct counter c = { 0 };
	struct cx_op *op;
	int fds[2];

	pair_open(fds);
	op = ready_op(ex, fds[0], CX_READABLE);
	poll_pending(op, &c, "a socket without data");
	turns(ex, 5);
	close(fds[1]);
	check_idle(ex, "a closed peer, and who waits was woken");
	CHECK(c.wakes > 0, "a closed peer, and nobody was woken");
	cx_op_drop(op);
	close(fds[0]);
}

static void e60(void)
{
	struct cx_exec *ex = exec_new();
	struct probe p = { 0 };
	struct counter c = { 0 };
	struct cx_op *op;
	int pipes[2];
	int fds[2];

	pair_open(fds);
	wake_by(ex, fds[0], CX_READABLE, do_close, fds[1], "a closed peer");
	probe_spawn(ex, &p);
	check_idle(ex, "a closed peer, and nobody waits");
	if (pipe(pipes) == 0) {
		op = ready_op(ex, pipes[0], CX_READABLE);
		poll_pending(op, &c, "a pipe without data");
		turns(ex, 5);
		cx_op_drop(op);
		close(pipes[1]);
		check_idle(ex, "a pipe without a writer, and nobody waits");
		close(pipes[0]);
	}
	close(fds[0]);
	told_and_silent(ex);
	cx_free(ex);
}

/* ---- E62 */

/* And the other way round: a writer waits, and there is data. */
static void unread_data(struct cx_exec *ex)
{
	struct probe p = { .step = step_await };
	int fds[2];

	pair_open(fds);
	fill(fds[0]);
	put_bytes(fds[1], 1);
	p.op = ready_op(ex, fds[0], CX_WRITABLE);
	probe_spawn(ex, &p);
	check_idle(ex, "data that nobody waits for, beside a writer");
	CHECK(p.drops == 0, "a writer was told of data to read");
	drain(fds[1]);
	await_drop(ex, &p);
	pair_close(fds);
}

static void e62(void)
{
	static struct probe p[100];
	struct cx_exec *ex = exec_new();

	need_descriptors(300);
	for (int i = 0; i < 100; i++) {
		int fds[2];

		pair_open(fds);
		p[i].step = step_await;
		p[i].op = ready_op(ex, fds[0], CX_READABLE);
		probe_spawn(ex, &p[i]);
	}
	check_idle(ex, "sockets that could be written to");
	unread_data(ex);
	cx_free(ex);
}

const struct statement io_statements[] = {
	{ "E56", 'L', false, CX_CAP_IO, e56 },
	{ "E57", 'L', false, CX_CAP_IO, e57 },
	{ "E58", 'K', false, CX_CAP_IO, e58 },
	{ "E59", 'L', false, CX_CAP_IO, e59 },
	{ "E60", 'G', false, CX_CAP_IO, e60 },
	{ "E61", 'L', false, CX_CAP_IO, two_waits },
	{ "E62", 'G', false, CX_CAP_IO, e62 },
	{ 0 },
};
