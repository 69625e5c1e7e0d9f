/* E36 to E43 and E71 to E78: fairness, sleeping, nesting, memory, numbers. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "executor.h"
#include "fault.h"
#include "waits.h"

/* ---- fairness: probes that spin until a flag, in a ring of their own */

struct spinners {
	struct probe probe[8];
	bool by_waker; /* every second one wakes itself through a waker */
	bool stop;
	int most_apart;
	int total;
};

static void note_spread(struct spinners *s)
{
	int least = s->probe[0].polls, most = least;

	for (int i = 1; i < 8; i++) {
		int polls = s->probe[i].polls;

		least = polls < least ? polls : least;
		most = polls > most ? polls : most;
	}
	if (most - least > s->most_apart)
		s->most_apart = most - least;
}

static int step_spin(struct probe *p, struct cx_ctx *cx)
{
	struct spinners *s = p->data;

	s->total++;
	note_spread(s);
	if (s->stop)
		return CX_READY;
	if (s->by_waker && p->n % 2)
		cx_waker_wake(cx_ctx_waker(cx));
	else
		cx_ctx_wake(cx);
	return CX_PENDING;
}

static void spinners_spawn(struct cx_exec *ex, struct spinners *s)
{
	for (int i = 0; i < 8; i++) {
		s->probe[i] =
			(struct probe){ .step = step_spin, .data = s, .n = i };
		probe_spawn(ex, &s->probe[i]);
	}
}

static int step_stop_after(struct probe *p, struct cx_ctx *cx)
{
	struct spinners *s = p->data;

	if (p->n-- > 0) {
		cx_ctx_wake(cx);
		return CX_PENDING;
	}
	s->stop = true;
	return CX_READY;
}

static void test_spinners_are_polled_in_turn(void **state)
{
	for (int by_waker = 0; by_waker < 2; by_waker++) {
		struct cx_exec *ex = exec_new(state);
		struct spinners s = { .by_waker = by_waker };
		struct probe end = { .step = step_stop_after,
				     .data = &s,
				     .n = 3000 };

		spinners_spawn(ex, &s);
		probe_spawn(ex, &end);
		assert_int_equal(cx_run(ex), CX_OK);
		assert_in_range(s.most_apart, 0, 1 + by_waker);
		cx_free(ex);
	}
}

/* ---- spinners starve nobody; they stop when the other is served */

static void last_stop(struct probe *p)
{
	struct spinners *s = p->data;

	s->stop = true;
}

static void test_spinners_do_not_starve_descriptors(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct spinners s = { 0 };
	struct probe p = { .step = step_await, .last = last_stop, .data = &s };
	int fd[2];

	assert_int_equal(pipe(fd), 0);
	assert_int_equal(write(fd[1], "x", 1), 1);
	p.op = cx_fd_ready(ex, fd[0], CX_READABLE);
	probe_spawn(ex, &p);
	spinners_spawn(ex, &s);
	assert_int_equal(cx_run(ex), CX_OK);
	assert_in_range(s.total, 1, 1000);
	close(fd[0]);
	close(fd[1]);
	cx_free(ex);
}

static void test_spinners_do_not_starve_timers(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct spinners s = { 0 };
	struct probe p = { .step = step_await, .last = last_stop, .data = &s };

	p.op = cx_sleep_until(ex, cx_now(ex) + 2 * MS);
	probe_spawn(ex, &p);
	spinners_spawn(ex, &s);
	/* it ends at all; how late is the machine's affair */
	assert_int_equal(cx_run(ex), CX_OK);
	assert_int_equal(p.polls, 2);
	cx_free(ex);
}

static int step_second(struct probe *p, struct cx_ctx *cx)
{
	(void)cx;
	return p->polls == 1 ? CX_PENDING : CX_READY;
}

static void *wake_late(void *arg)
{
	doze(2 * MS);
	cx_waker_wake_by_ref(arg);
	return NULL;
}

static void test_spinners_do_not_starve_remote_wakes(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct spinners s = { 0 };
	struct probe p = { .step = step_second,
			   .last = last_stop,
			   .data = &s,
			   .keeps = true };
	pthread_t thread;

	probe_spawn(ex, &p);
	stalled(ex);
	pthread_create(&thread, NULL, wake_late, &p.kept);
	spinners_spawn(ex, &s);
	assert_int_equal(cx_run(ex), CX_OK);
	pthread_join(thread, NULL);
	probe_forget(&p);
	cx_free(ex);
}

static void test_spinners_do_not_starve_block_on(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct spinners s = { 0 };
	struct probe p = { .step = step_yield, .n = 100 };

	spinners_spawn(ex, &s);
	assert_int_equal(probe_block_on(ex, &p), CX_OK);
	assert_in_range(s.total, 700, 900);
	cx_free(ex);
}

static int step_ping(struct probe *p, struct cx_ctx *cx)
{
	struct probe *other = p->data;

	(void)cx;
	if (other->kept.vt)
		cx_waker_wake_by_ref(&other->kept);
	return CX_PENDING;
}

static void test_pairs_that_wake_each_other_starve_nobody(void **state)
{
	struct cx_exec *ex = exec_new(state);
	static struct probe pair[200];
	struct probe p = { .step = step_yield, .n = 5 };
	int polls = 0;

	for (int i = 0; i < 200; i++) {
		pair[i] = (struct probe){ .step = step_ping,
					  .data = &pair[i ^ 1],
					  .keeps = true };
		probe_spawn(ex, &pair[i]);
	}
	assert_int_equal(probe_block_on(ex, &p), CX_OK);
	for (int i = 0; i < 200; i++)
		polls += pair[i].polls;
	assert_in_range(polls, 200, 2000);
	cx_free(ex);
	for (int i = 0; i < 200; i++)
		probe_forget(&pair[i]);
}

/* How many of the others have been served from one poll to the next. */
struct gap {
	int served;
	int seen;
	int widest;
};

static int step_note_gap(struct probe *p, struct cx_ctx *cx)
{
	struct gap *gap = p->data;

	if (gap->served - gap->seen > gap->widest)
		gap->widest = gap->served - gap->seen;
	gap->seen = gap->served;
	if (gap->served == p->n)
		return CX_READY;
	cx_ctx_wake(cx);
	return CX_PENDING;
}

static void last_serve(struct probe *p)
{
	struct gap *gap = p->data;

	gap->served++;
}

static void test_ready_descriptors_hold_tasks_back_a_batch(void **state)
{
	enum {
		PIPES = 400
	};
	struct cx_exec *ex = exec_new(state);
	struct probe *p = calloc(PIPES, sizeof(*p));
	int(*fd)[2] = calloc(PIPES, sizeof(*fd));
	struct gap gap = { 0 };
	struct probe spinner = { .step = step_note_gap,
				 .data = &gap,
				 .n = PIPES };

	for (int i = 0; i < PIPES; i++) {
		assert_int_equal(pipe(fd[i]), 0);
		p[i] = (struct probe){ .step = step_await,
				       .last = last_serve,
				       .data = &gap };
		p[i].op = cx_fd_ready(ex, fd[i][0], CX_READABLE);
		probe_spawn(ex, &p[i]);
	}
	stalled(ex);
	for (int i = 0; i < PIPES; i++)
		assert_int_equal(write(fd[i][1], "x", 1), 1);
	assert_int_equal(probe_block_on(ex, &spinner), CX_OK);
	assert_in_range(gap.widest, 1, 256);
	assert_int_equal(gap.served, PIPES);
	for (int i = 0; i < PIPES; i++) {
		assert_int_equal(p[i].polls, 2);
		close(fd[i][0]);
		close(fd[i][1]);
	}
	cx_free(ex);
	free(fd);
	free(p);
}

static int step_note_order(struct probe *p, struct cx_ctx *cx)
{
	int *polled = p->data;

	(void)cx;
	assert_int_equal(p->n, (*polled)++);
	return CX_READY;
}

static void test_first_polls_come_in_the_order_of_spawning(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe p[300];
	int polled = 0;

	for (int i = 0; i < 300; i++) {
		p[i] = (struct probe){ .step = step_note_order,
				       .data = &polled,
				       .n = i };
		/* both ways in */
		if (i % 3)
			probe_spawn(ex, &p[i]);
		else
			assert_int_equal(
				cx_spawn_remote(ex, probe_future(&p[i])),
				CX_OK);
	}
	assert_int_equal(cx_run(ex), CX_OK);
	assert_int_equal(polled, 300);
	cx_free(ex);
}

/* ---- asleep */

static void test_idle_executor_takes_no_processor(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe pending = { 0 }, fd_wait = { .step = step_await };
	struct probe timer = { .step = step_await };
	uint64_t cpu;
	int fd[2];

	assert_int_equal(pipe(fd), 0);
	probe_spawn(ex, &pending);
	fd_wait.op = cx_fd_ready(ex, fd[0], CX_READABLE);
	probe_spawn(ex, &fd_wait);
	timer.op = cx_sleep_until(ex, cx_now(ex) + UINT64_C(3600000) * MS);
	probe_spawn(ex, &timer);
	waits = 0;
	cpu = cpu_ns();
	run_for(ex, 200 * MS);
	assert_true(cpu_ns() - cpu < 20 * MS);
	assert_in_range(waits, 1, 3);
	cx_free(ex);
	close(fd[0]);
	close(fd[1]);
}

/* ---- nesting */

struct nest {
	struct cx_exec *inner;
	struct probe *outer_task;
	struct probe *inner_task;
};

static int step_run_inner(struct probe *p, struct cx_ctx *cx)
{
	struct nest *n = p->data;
	struct probe yields = { .step = step_yield, .n = 10 };
	int before = n->outer_task->polls;

	cx_waker_wake_by_ref(&n->outer_task->kept);
	cx_waker_wake_by_ref(&n->inner_task->kept);
	assert_int_equal(probe_block_on(n->inner, &yields), CX_OK);
	assert_int_equal(n->outer_task->polls, before);
	assert_int_equal(n->inner_task->polls, 2);
	/* an op of the inner one, awaited by a task of the outer */
	if (!p->op) {
		p->op = cx_sleep_until(n->inner, 0);
		assert_int_equal(cx_op_poll(p->op, cx, NULL), CX_READY);
	}
	return CX_READY;
}

static void test_executors_nest_and_keep_apart(void **state)
{
	struct cx_exec *outer = exec_new(state), *inner = exec_new(state);
	struct probe outer_task = { .keeps = true };
	struct probe inner_task = { .keeps = true };
	struct nest n = { inner, &outer_task, &inner_task };
	struct probe p = { .step = step_run_inner, .data = &n };

	probe_spawn(outer, &outer_task);
	probe_spawn(inner, &inner_task);
	stalled(outer);
	stalled(inner);
	assert_int_equal(probe_block_on(outer, &p), CX_OK);
	stalled(outer);
	assert_int_equal(outer_task.polls, 2);
	cx_free(inner);
	cx_free(outer);
	probe_forget(&outer_task);
	probe_forget(&inner_task);
}

static void *own_executor(void *arg)
{
	atomic_int *polls = arg;
	struct cx_exec *ex = cx_new();

	for (int i = 0; i < 200; i++) {
		struct probe p = { .step = step_yield, .n = 10 };

		probe_spawn(ex, &p);
		assert_int_equal(cx_run(ex), CX_OK);
		atomic_fetch_add(polls, p.polls);
	}
	cx_free(ex);
	return NULL;
}

static void test_executors_on_two_threads_share_nothing(void **state)
{
	pthread_t thread[2];
	atomic_int polls[2] = { 0 };

	(void)state;
	for (int i = 0; i < 2; i++)
		pthread_create(&thread[i], NULL, own_executor, &polls[i]);
	for (int i = 0; i < 2; i++) {
		pthread_join(thread[i], NULL);
		assert_int_equal(polls[i], 2200);
	}
}

/* ---- memory and numbers */

static void test_a_hundred_thousand_tasks(void **state)
{
	enum {
		TASKS = 100000
	};
	struct cx_exec *ex = exec_new(state);
	struct probe *p = calloc(TASKS, sizeof(*p));
	size_t before = mallinfo2().uordblks;

	for (int i = 0; i < TASKS; i++) {
		p[i].keeps = i % 10 == 0;
		probe_spawn(ex, &p[i]);
	}
	assert_true(mallinfo2().uordblks - before < (size_t)TASKS * 200);
	assert_int_equal(stalled(ex), TASKS);
	for (int i = 0; i < TASKS; i += 10)
		cx_waker_wake(p[i].kept);
	assert_int_equal(stalled(ex), TASKS / 10);
	for (int i = 0; i < TASKS; i += 2)
		assert_int_equal(cx_cancel(ex, p[i].id), CX_OK);
	stalled(ex);
	for (int i = 0; i < TASKS; i++) {
		assert_int_equal(p[i].polls, i % 10 ? 1 : 2);
		assert_int_equal(p[i].drops, i % 2 == 0);
	}
	cx_free(ex);
	free(p);
}

/* As many descriptors as may be had, up to 10,000 and a few. */
static void test_ten_thousand_descriptors(void **state)
{
	struct rlimit limit, raised;
	struct cx_exec *ex = exec_new(state);
	struct probe *p;
	int(*fd)[2];
	int pairs;

	getrlimit(RLIMIT_NOFILE, &limit);
	raised = limit;
	raised.rlim_cur = limit.rlim_max < 10100 ? limit.rlim_max : 10100;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &raised), 0);
	pairs = (int)(raised.rlim_cur - 100) / 2;
	p = calloc((size_t)pairs, sizeof(*p));
	fd = calloc((size_t)pairs, sizeof(*fd));
	for (int i = 0; i < pairs; i++) {
		assert_int_equal(pipe2(fd[i], O_NONBLOCK), 0);
		p[i].step = step_await;
		p[i].op = cx_fd_ready(ex, fd[i][0], CX_READABLE);
		probe_spawn(ex, &p[i]);
	}
	stalled(ex);
	for (int i = pairs - 1; i >= 0; i -= 3)
		assert_int_equal(write(fd[i][1], "x", 1), 1);
	assert_int_equal(stalled(ex), (pairs + 2) / 3);
	for (int i = 0; i < pairs; i++)
		assert_int_equal(p[i].drops, (pairs - 1 - i) % 3 == 0);
	cx_free(ex);
	for (int i = 0; i < pairs; i++) {
		assert_int_equal(p[i].drops, 1);
		close(fd[i][0]);
		close(fd[i][1]);
	}
	setrlimit(RLIMIT_NOFILE, &limit);
	free(fd);
	free(p);
}

static void test_spawning_for_ever_needs_no_more_memory(void **state)
{
	struct cx_exec *ex = exec_new(state);
	size_t before = mallinfo2().uordblks;

	for (int i = 0; i < 100000; i++) {
		struct probe p = { .step = step_ready };

		probe_spawn(ex, &p);
		assert_int_equal(cx_run(ex), CX_OK);
	}
	assert_true(mallinfo2().uordblks <= before + 65536);
	cx_free(ex);
}

static void test_polls_and_yields_allocate_nothing(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe p = { .step = step_yield, .n = 100000 };

	probe_spawn(ex, &p);
	fault_alloc(0);
	assert_int_equal(cx_run(ex), CX_OK);
	assert_int_equal(fault_count(), 0);
	cx_free(ex);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spinners_are_polled_in_turn),
		cmocka_unit_test(test_spinners_do_not_starve_descriptors),
		cmocka_unit_test(test_spinners_do_not_starve_timers),
		cmocka_unit_test(test_spinners_do_not_starve_remote_wakes),
		cmocka_unit_test(test_spinners_do_not_starve_block_on),
		cmocka_unit_test(test_pairs_that_wake_each_other_starve_nobody),
		cmocka_unit_test(
			test_ready_descriptors_hold_tasks_back_a_batch),
		cmocka_unit_test(
			test_first_polls_come_in_the_order_of_spawning),
		cmocka_unit_test(test_idle_executor_takes_no_processor),
		cmocka_unit_test(test_executors_nest_and_keep_apart),
		cmocka_unit_test(test_executors_on_two_threads_share_nothing),
		cmocka_unit_test(test_a_hundred_thousand_tasks),
		cmocka_unit_test(test_ten_thousand_descriptors),
		cmocka_unit_test(test_spawning_for_ever_needs_no_more_memory),
		cmocka_unit_test(test_polls_and_yields_allocate_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
