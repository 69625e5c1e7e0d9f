/* E56 to E70: readiness of descriptors. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "executor.h"
#include "fault.h"

#include "readiness.h"

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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
