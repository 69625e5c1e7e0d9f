/* E56 to E70: descriptors that are used again, many of them, and misuse. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/time.h>

#include <cmocka.h>

#include "executor.h"
#include "fault.h"

#include "fault.h"
#include "readiness.h"

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
