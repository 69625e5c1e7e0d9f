/* E56 to E70: readiness of descriptors. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cmocka.h>

#include "executor.h"
#include "fault.h"
#include "waits.h"

static void pair(int fd[2])
{
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd), 0);
}

static void unpair(int fd[2])
{
	close(fd[0]);
	close(fd[1]);
}

/* A probe that waits for FD once. */
static void wait_spawn(struct cx_exec *ex, struct probe *p, int fd,
		       int interest)
{
	*p = (struct probe){ .step = step_await };
	p->op = cx_fd_ready(ex, fd, interest);
	assert_non_null(p->op);
	probe_spawn(ex, p);
}

static void test_data_from_before_makes_it_ready(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe p;
	int fd[2];

	pair(fd);
	assert_int_equal(write(fd[1], "x", 1), 1);
	wait_spawn(ex, &p, fd[0], CX_READABLE);
	assert_int_equal(cx_run(ex), CX_OK);
	assert_int_equal(p.n, CX_READABLE);
	unpair(fd);
	cx_free(ex);
}

static void test_readiness_comes_while_asleep(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe reader;
	int fd[2];

	pair(fd);
	wait_spawn(ex, &reader, fd[0], CX_READABLE);
	stalled(ex);
	assert_int_equal(reader.polls, 1);
	assert_int_equal(write(fd[1], "x", 1), 1);
	assert_int_equal(cx_run(ex), CX_OK);
	assert_int_equal(reader.polls, 2);
	unpair(fd);
	cx_free(ex);
}

/* Reads a byte at a time until there is none, then waits anew. */
static int step_read_bytes(struct probe *p, struct cx_ctx *cx)
{
	int fd = *(int *)p->data;
	char byte;

	for (;;) {
		if (p->op) {
			if (cx_op_poll(p->op, cx, NULL) == CX_PENDING)
				return CX_PENDING;
			cx_op_drop(p->op);
			p->op = NULL;
		}
		while (read(fd, &byte, 1) == 1) {
			if (++p->n == 40)
				return CX_READY;
		}
		p->op = cx_fd_ready(p->ex, fd, CX_READABLE);
	}
}

static void test_new_data_wakes_every_time(void **state)
{
	struct cx_exec *ex = exec_new(state);
	int fd[2];
	struct probe p = { .step = step_read_bytes, .data = fd };

	pair(fd);
	probe_spawn(ex, &p);
	for (int i = 0; i < 20; i++) {
		stalled(ex);
		assert_int_equal(p.n, 2 * i);
		assert_int_equal(write(fd[1], "ab", 2), 2);
	}
	assert_int_equal(cx_run(ex), CX_OK);
	assert_int_equal(p.n, 40);
	unpair(fd);
	cx_free(ex);
}

static void test_partial_read_leaves_it_ready(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe p;
	char three[3];
	int fd[2];

	pair(fd);
	assert_int_equal(write(fd[1], "12345", 5), 5);
	for (int i = 0; i < 2; i++) {
		wait_spawn(ex, &p, fd[0], CX_READABLE);
		assert_int_equal(cx_run(ex), CX_OK);
		assert_int_equal(p.n, CX_READABLE);
		assert_true(read(fd[0], three, 3) > 0);
	}
	unpair(fd);
	cx_free(ex);
}

/* ---- the ends of things */

static void expect_ready(struct cx_exec *ex, int fd, int interest, int bits)
{
	struct probe p;

	wait_spawn(ex, &p, fd, interest);
	assert_int_equal(cx_run(ex), CX_OK);
	assert_int_equal(p.n & bits, bits);
}

static void test_close_and_half_close_wake_readers(void **state)
{
	struct cx_exec *ex = exec_new(state);
	int fd[2];

	pair(fd);
	shutdown(fd[1], SHUT_WR);
	expect_ready(ex, fd[0], CX_READABLE, CX_READABLE);
	close(fd[1]);
	expect_ready(ex, fd[0], CX_READABLE, CX_READABLE | CX_WRITABLE);
	expect_ready(ex, fd[0], CX_WRITABLE, CX_READABLE | CX_WRITABLE);
	close(fd[0]);
	cx_free(ex);
}

static void test_pipe_ends_wake_both_sides(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe p;
	int fd[2];

	assert_int_equal(pipe2(fd, O_NONBLOCK), 0);
	wait_spawn(ex, &p, fd[0], CX_READABLE);
	stalled(ex);
	close(fd[1]); /* EPOLLHUP alone */
	assert_int_equal(cx_run(ex), CX_OK);
	assert_int_equal(p.n & CX_READABLE, CX_READABLE);
	close(fd[0]);
	assert_int_equal(pipe2(fd, O_NONBLOCK), 0);
	while (write(fd[1], "0123456789abcdef", 16) > 0)
		;
	wait_spawn(ex, &p, fd[1], CX_WRITABLE);
	stalled(ex);
	assert_int_equal(p.polls, 1);
	close(fd[0]); /* EPOLLERR */
	assert_int_equal(cx_run(ex), CX_OK);
	assert_int_equal(p.n & CX_WRITABLE, CX_WRITABLE);
	close(fd[1]);
	cx_free(ex);
}

static void test_reset_and_refused_connection_wake(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct sockaddr_in at = { .sin_family = AF_INET };
	struct linger now = { .l_onoff = 1 };
	socklen_t len = sizeof(at);
	int server = socket(AF_INET, SOCK_STREAM, 0);
	int client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	int late = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	int peer;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(server, (struct sockaddr *)&at, len), 0);
	assert_int_equal(listen(server, 1), 0);
	getsockname(server, (struct sockaddr *)&at, &len);
	(void)connect(client, (struct sockaddr *)&at, len);
	expect_ready(ex, client, CX_WRITABLE, CX_WRITABLE);
	peer = accept(server, NULL, NULL);
	assert_true(peer >= 0);
	setsockopt(peer, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(peer);
	expect_ready(ex, client, CX_READABLE, CX_READABLE | CX_WRITABLE);
	close(server);
	(void)connect(late, (struct sockaddr *)&at, len);
	expect_ready(ex, late, CX_WRITABLE, CX_WRITABLE);
	close(client);
	close(late);
	cx_free(ex);
}

/* ---- what costs nothing */

static void test_hangup_nobody_waits_for_does_not_spin(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe p;
	int fd[2];

	pair(fd);
	wait_spawn(ex, &p, fd[0], CX_READABLE);
	stalled(ex);
	close(fd[1]);
	assert_int_equal(cx_run(ex), CX_OK);
	waits = 0;
	run_for(ex, 20 * MS);
	assert_in_range(waits, 1, 2);
	close(fd[0]);
	cx_free(ex);
}

static void test_writable_socket_costs_nothing(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe p[50];
	int fd[50][2];

	for (int i = 0; i < 50; i++) {
		pair(fd[i]);
		wait_spawn(ex, &p[i], fd[i][0], CX_READABLE);
	}
	waits = 0;
	run_for(ex, 20 * MS);
	assert_in_range(waits, 1, 3);
	for (int i = 0; i < 50; i++)
		assert_int_equal(p[i].polls, 1);
	cx_free(ex);
	for (int i = 0; i < 50; i++)
		unpair(fd[i]);
}

/* ---- two on one descriptor */

static void test_reader_and_writer_share_a_descriptor(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe reader, writer;
	char buffer[4096] = { 0 };
	int fd[2];

	pair(fd);
	while (write(fd[0], buffer, sizeof(buffer)) > 0)
		;
	wait_spawn(ex, &reader, fd[0], CX_READABLE);
	wait_spawn(ex, &writer, fd[0], CX_WRITABLE);
	stalled(ex);
	assert_int_equal(reader.polls + writer.polls, 2);
	while (read(fd[1], buffer, sizeof(buffer)) > 0)
		;
	stalled(ex);
	assert_int_equal(writer.drops, 1);
	assert_int_equal(reader.polls, 1);
	assert_int_equal(write(fd[1], "x", 1), 1);
	stalled(ex);
	assert_int_equal(reader.drops, 1);
	unpair(fd);
	cx_free(ex);
}

static void test_dropping_one_wait_leaves_the_other(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct counter a = { 0 }, b = { 0 };
	struct cx_op *one, *two;
	int fd[2];

	pair(fd);
	one = cx_fd_ready(ex, fd[0], CX_READABLE);
	two = cx_fd_ready(ex, fd[0], CX_READABLE);
	assert_int_equal(poll_with(one, &a), CX_PENDING);
	assert_int_equal(poll_with(two, &b), CX_PENDING);
	cx_op_drop(one);
	assert_int_equal(write(fd[1], "x", 1), 1);
	stalled(ex);
	assert_int_equal(a.wakes, 0);
	assert_int_equal(b.wakes, 1);
	cx_op_drop(two);
	assert_int_equal(a.drops, 1);
	assert_int_equal(b.drops, 1);
	unpair(fd);
	cx_free(ex);
}

/* ---- numbers used again */

static void test_number_may_be_used_again_at_once(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe p;
	int fd[2];

	for (int i = 0; i < 300; i++) {
		struct counter c = { 0 };
		struct cx_op *op;

		pair(fd);
		op = cx_fd_ready(ex, fd[0], CX_READABLE);
		assert_int_equal(poll_with(op, &c), CX_PENDING);
		if (i % 3)
			assert_int_equal(write(fd[1], "x", 1), 1);
		if (i % 3 == 2)
			stalled(ex); /* reported, and known from now on */
		cx_op_drop(op);
		unpair(fd);
		pair(fd);
		wait_spawn(ex, &p, fd[0], CX_READABLE);
		stalled(ex);
		assert_int_equal(p.polls, 1);
		assert_int_equal(write(fd[1], "y", 1), 1);
		assert_int_equal(cx_run(ex), CX_OK);
		assert_int_equal(c.wakes, i % 3 == 2);
		unpair(fd);
	}
	cx_free(ex);
}

/* In one batch: the first wake closes the second's number and takes it. */
struct swap {
	struct cx_exec *ex;
	struct cx_op *op[2];
	int fd[2][2];
	struct counter fresh;
	struct cx_op *fresh_op;
	bool done;
};

static void swap_other(struct swap *s, int other)
{
	int fresh[2];

	if (s->done)
		return;
	s->done = true;
	cx_op_drop(s->op[other]);
	s->op[other] = NULL;
	unpair(s->fd[other]);
	pair(fresh);
	/* the numbers are the lowest that are free: the very same ones */
	assert_int_equal(fresh[0], s->fd[other][0]);
	s->fresh_op = cx_fd_ready(s->ex, fresh[0], CX_READABLE);
	assert_int_equal(poll_with(s->fresh_op, &s->fresh), CX_PENDING);
}

static void swap_second(void *data)
{
	swap_other(data, 1);
}

static void swap_first(void *data)
{
	swap_other(data, 0);
}

static void test_stale_event_in_a_batch_wakes_nobody(void **state)
{
	struct swap s = { .ex = exec_new(state) };
	struct counter c[2] = { { .on_wake = swap_second, .data = &s },
				{ .on_wake = swap_first, .data = &s } };

	for (int i = 0; i < 2; i++) {
		pair(s.fd[i]);
		s.op[i] = cx_fd_ready(s.ex, s.fd[i][0], CX_READABLE);
		assert_int_equal(poll_with(s.op[i], &c[i]), CX_PENDING);
		assert_int_equal(write(s.fd[i][1], "x", 1), 1);
	}
	stalled(s.ex);
	assert_true(s.done);
	assert_int_equal(c[0].wakes + c[1].wakes, 1);
	assert_int_equal(s.fresh.wakes, 0);
	for (int i = 0; i < 2; i++) {
		unpair(s.fd[i]);
		cx_op_drop(s.op[i]);
	}
	cx_op_drop(s.fresh_op);
	cx_free(s.ex);
}

static void test_dropped_wait_ends_though_a_dup_lives(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct counter c = { 0 };
	struct cx_op *op;
	int fd[2], twin;

	for (int reported = 0; reported < 2; reported++) {
		pair(fd);
		twin = dup(fd[0]);
		op = cx_fd_ready(ex, fd[0], CX_READABLE);
		assert_int_equal(poll_with(op, &c), CX_PENDING);
		if (reported) {
			assert_int_equal(write(fd[1], "x", 1), 1);
			stalled(ex);
		}
		cx_op_drop(op);
		close(fd[0]);
		assert_int_equal(write(fd[1], "x", 1), 1);
		waits = 0;
		run_for(ex, 10 * MS);
		assert_in_range(waits, 1, 2);
		assert_int_equal(c.wakes, reported);
		close(twin);
		close(fd[1]);
	}
	cx_free(ex);
}

static void test_dropped_wait_wakes_nobody(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct counter c = { 0 };
	struct cx_op *op;
	int fd[2];

	pair(fd);
	op = cx_fd_ready(ex, fd[0], CX_READABLE);
	assert_int_equal(poll_with(op, &c), CX_PENDING);
	cx_op_drop(op);
	assert_int_equal(write(fd[1], "x", 1), 1);
	waits = 0;
	run_for(ex, 5 * MS);
	assert_in_range(waits, 0, 1); /* not even the loop was */
	assert_int_equal(c.wakes, 0);
	assert_int_equal(c.drops, 1);
	unpair(fd);
	cx_free(ex);
}

/* ---- many, signals, misuse */

static void test_more_ready_than_a_batch_holds(void **state)
{
	enum {
		PIPES = 400
	}; /* under the usual limit of descriptors */
	struct cx_exec *ex = exec_new(state);
	struct probe *p = calloc(PIPES, sizeof(*p));
	int(*fd)[2] = calloc(PIPES, sizeof(*fd));

	for (int i = 0; i < PIPES; i++) {
		assert_int_equal(pipe2(fd[i], O_NONBLOCK), 0);
		wait_spawn(ex, &p[i], fd[i][0], CX_READABLE);
	}
	stalled(ex);
	for (int i = 0; i < PIPES; i++)
		assert_int_equal(write(fd[i][1], "x", 1), 1);
	assert_int_equal(cx_run(ex), CX_OK);
	for (int i = 0; i < PIPES; i++) {
		assert_int_equal(p[i].polls, 2);
		unpair(fd[i]);
	}
	cx_free(ex);
	free(fd);
	free(p);
}

static volatile sig_atomic_t alarms;

static void on_alarm(int number)
{
	(void)number;
	alarms++;
}

static void test_signals_neither_end_nor_stretch_a_run(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct itimerval every = { { 0, 1000 }, { 0, 1000 } }, never = { 0 };
	struct sigaction act = { .sa_handler = on_alarm }, old;
	uint64_t began;

	sigaction(SIGALRM, &act, &old);
	alarms = 0;
	setitimer(ITIMER_REAL, &every, NULL);
	began = cx_now(ex);
	run_for(ex, 50 * MS);
	setitimer(ITIMER_REAL, &never, NULL);
	sigaction(SIGALRM, &old, NULL);
	assert_true(alarms > 0);
	assert_true(cx_now(ex) - began >= 50 * MS);
	cx_free(ex);
}

static void test_what_cannot_be_watched_is_an_error(void **state)
{
	struct cx_exec *ex = exec_new(state);
	int file = open("/proc/self/exe", O_RDONLY);
	int closed = dup(file);
	struct probe p;

	close(closed);
	wait_spawn(ex, &p, file, CX_READABLE);
	assert_int_equal(cx_run(ex), CX_OK);
	assert_int_equal(p.n, -100 - CX_E_SYS);
	wait_spawn(ex, &p, closed, CX_READABLE);
	assert_int_equal(cx_run(ex), CX_OK);
	assert_int_equal(p.n, -100 - CX_E_SYS);
	assert_null(cx_fd_ready(ex, -1, CX_READABLE));
	assert_null(cx_fd_ready(ex, file, 0));
	assert_null(cx_fd_ready(ex, file, 4));
	close(file);
	cx_free(ex);
}

static int open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static void test_descriptors_are_left_alone(void **state)
{
	int before = open_descriptors();
	struct cx_exec *ex = exec_new(state);
	struct probe p = { .keeps = true };
	int fd[2], flags;

	assert_int_equal(pipe(fd), 0);
	flags = fcntl(fd[0], F_GETFL);
	assert_int_equal(write(fd[1], "x", 1), 1);
	expect_ready(ex, fd[0], CX_READABLE, CX_READABLE);
	assert_int_equal(fcntl(fd[0], F_GETFL), flags);
	unpair(fd);
	probe_spawn(ex, &p);
	stalled(ex);
	cx_free(ex);
	/* also while a waker is left */
	assert_int_equal(open_descriptors(), before);
	probe_forget(&p);
}

static void test_waits_without_memory_are_errors(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct counter c = { 0 };
	struct cx_op *op;
	int fd[2];

	pair(fd);
	op = cx_fd_ready(ex, fd[0], CX_READABLE);
	fault_alloc(1);
	assert_null(cx_fd_ready(ex, fd[0], CX_READABLE));
	fault_alloc(1);
	assert_int_equal(poll_with(op, &c), CX_E_SYS);
	fault_alloc(0);
	assert_int_equal(poll_with(op, &c), CX_E_INVAL);
	cx_op_drop(op);
	assert_int_equal(c.clones, c.drops);
	unpair(fd);
	cx_free(ex);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_data_from_before_makes_it_ready),
		cmocka_unit_test(test_readiness_comes_while_asleep),
		cmocka_unit_test(test_new_data_wakes_every_time),
		cmocka_unit_test(test_partial_read_leaves_it_ready),
		cmocka_unit_test(test_close_and_half_close_wake_readers),
		cmocka_unit_test(test_pipe_ends_wake_both_sides),
		cmocka_unit_test(test_reset_and_refused_connection_wake),
		cmocka_unit_test(test_hangup_nobody_waits_for_does_not_spin),
		cmocka_unit_test(test_writable_socket_costs_nothing),
		cmocka_unit_test(test_reader_and_writer_share_a_descriptor),
		cmocka_unit_test(test_dropping_one_wait_leaves_the_other),
		cmocka_unit_test(test_number_may_be_used_again_at_once),
		cmocka_unit_test(test_stale_event_in_a_batch_wakes_nobody),
		cmocka_unit_test(test_dropped_wait_ends_though_a_dup_lives),
		cmocka_unit_test(test_dropped_wait_wakes_nobody),
		cmocka_unit_test(test_more_ready_than_a_batch_holds),
		cmocka_unit_test(test_signals_neither_end_nor_stretch_a_run),
		cmocka_unit_test(test_what_cannot_be_watched_is_an_error),
		cmocka_unit_test(test_descriptors_are_left_alone),
		cmocka_unit_test(test_waits_without_memory_are_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
