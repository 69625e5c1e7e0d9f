/* E44 to E55, and virtual time. */
#define _GNU_SOURCE
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "executor.h"
#include "waits.h"

static const uint64_t HOUR = UINT64_C(3600000) * MS;

struct deadline {
	uint64_t at;
	struct probe probe;
	int *order; /* how many have fired */
	int place;
};

static int step_deadline(struct probe *p, struct cx_ctx *cx)
{
	struct deadline *d = p->data;
	int rc = cx_op_poll(p->op, cx, NULL);

	if (rc != CX_READY)
		return CX_PENDING;
	assert_true(cx_now(p->ex) >= d->at);
	d->place = (*d->order)++;
	return CX_READY;
}

static void deadline_spawn(struct cx_exec *ex, struct deadline *d, uint64_t at,
			   int *order)
{
	*d = (struct deadline){ .at = at, .order = order, .place = -1 };
	d->probe = (struct probe){ .step = step_deadline, .data = d };
	d->probe.op = cx_sleep_until(ex, at);
	assert_non_null(d->probe.op);
	probe_spawn(ex, &d->probe);
}

static void sleep_many(struct cx_exec *ex)
{
	struct deadline d[200];
	int order = 0;

	for (int i = 0; i < 200; i++) {
		/* from a microsecond to 30 ms, the short ones more often */
		uint64_t far = 1000 + (uint64_t)i * i * 750 * (i % 3);

		deadline_spawn(ex, &d[i], cx_now(ex) + far, &order);
	}
	assert_int_equal(cx_run(ex), CX_OK);
	assert_int_equal(order, 200);
}

static void test_sleep_is_never_ready_before_its_deadline(void **state)
{
	struct cx_exec *ex = exec_new(state);

	sleep_many(ex);
	cx_free(ex);
}

static void test_sleep_does_without_epoll_pwait2(void **state)
{
	struct cx_exec *ex = exec_new(state);

	pwait2_is_missing = true;
	sleep_many(ex);
	pwait2_is_missing = false;
	cx_free(ex);
}

static void test_sleeps_end_in_the_order_of_their_deadlines(void **state)
{
	static const uint64_t ms[] = { 30, 10, 20, 0, 10, 25 };
	static const int after[] = { 3, 1, 4, 2, 5, 0 };
	struct cx_exec *ex = exec_new(state);
	struct deadline d[6];
	int order = 0;

	assert_int_equal(cx_time_pause(ex), CX_OK);
	for (int i = 0; i < 6; i++)
		deadline_spawn(ex, &d[i], cx_now(ex) + ms[i] * MS, &order);
	assert_int_equal(cx_run(ex), CX_OK);
	for (int i = 0; i < 5; i++)
		assert_true(ms[after[i]] <= ms[after[i + 1]] &&
			    (ms[after[i]] == ms[after[i + 1]] ||
			     d[after[i]].place < d[after[i + 1]].place));
	cx_free(ex);
}

/* Started and cancelled in no order, checked against what is left. */
static void test_heap_keeps_its_order_under_cancels(void **state)
{
	enum {
		TIMERS = 2000
	};
	struct cx_exec *ex = exec_new(state);
	struct deadline *d = calloc(TIMERS, sizeof(*d));
	uint64_t *fired = calloc(TIMERS, sizeof(*fired));
	unsigned int seed = 3;
	uint64_t start;
	int order = 0;

	cx_time_pause(ex);
	start = cx_now(ex);
	for (int i = 0; i < TIMERS; i++) {
		seed = seed * 1103515245 + 12345;
		deadline_spawn(ex, &d[i], start + (seed >> 16) % 500, &order);
	}
	stalled(ex);
	for (int i = 0; i < TIMERS; i++) {
		seed = seed * 1103515245 + 12345;
		if (seed >> 16 & 1)
			assert_int_equal(cx_cancel(ex, d[i].probe.id),
					 d[i].probe.drops ? CX_E_INVAL : CX_OK);
		if (i % 100 == 0) {
			cx_time_advance(ex, 7);
			stalled(ex);
		}
	}
	assert_int_equal(cx_run(ex), CX_OK);
	for (int i = 0; i < TIMERS; i++) {
		if (d[i].place >= 0)
			fired[d[i].place] = d[i].at;
	}
	for (int i = 1; i < order; i++)
		assert_true(fired[i - 1] <= fired[i]);
	assert_in_range(order, TIMERS / 4, TIMERS);
	for (int i = 0; i < TIMERS; i++)
		assert_int_equal(d[i].probe.drops, 1);
	cx_free(ex);
	free(fired);
	free(d);
}

static void test_equal_deadlines_all_fire(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct deadline *d = calloc(1000, sizeof(*d));
	uint64_t at = cx_now(ex) + MS;
	int order = 0;

	for (int i = 0; i < 1000; i++)
		deadline_spawn(ex, &d[i], at, &order);
	assert_int_equal(cx_run(ex), CX_OK);
	assert_int_equal(order, 1000);
	cx_free(ex);
	free(d);
}

static void test_past_deadlines_do_not_sleep(void **state)
{
	struct cx_exec *ex = exec_new(state);

	waits = 0;
	for (int i = 0; i < 1000; i++) {
		struct probe p = { .step = step_await };

		p.op = cx_sleep_until(ex, i % 2 ? 0 : cx_now(ex));
		assert_int_equal(probe_block_on(ex, &p), CX_OK);
		assert_int_equal(p.polls, 1);
	}
	assert_int_equal(waits, 0);
	cx_free(ex);
}

static void test_far_deadlines_neither_fire_nor_spin(void **state)
{
	struct cx_exec *ex = exec_new(state);
	const uint64_t far[] = { UINT64_MAX, UINT64_MAX - 1,
				 cx_now(ex) + 100 * 365 * 24 * HOUR,
				 cx_now(ex) + 30 * 24 * HOUR };
	struct deadline d[4];
	uint64_t cpu;
	int order = 0;

	for (int missing = 0; missing < 2; missing++) {
		pwait2_is_missing = missing;
		for (int i = 0; i < 4; i++)
			deadline_spawn(ex, &d[i], far[i], &order);
		waits = 0;
		cpu = cpu_ns();
		run_for(ex, 20 * MS);
		assert_true(cpu_ns() - cpu < 15 * MS);
		assert_in_range(waits, 1, 3);
		for (int i = 0; i < 4; i++) {
			assert_int_equal(d[i].probe.polls, 1);
			assert_int_equal(cx_cancel(ex, d[i].probe.id), CX_OK);
		}
		stalled(ex);
	}
	pwait2_is_missing = false;
	assert_int_equal(order, 0);
	cx_free(ex);
}

static void *wake_late(void *arg)
{
	doze(20 * MS);
	cx_waker_wake_by_ref(arg);
	return NULL;
}

static int step_second(struct probe *p, struct cx_ctx *cx)
{
	(void)cx;
	return p->polls == 1 ? CX_PENDING : CX_READY;
}

/* Milliseconds that an int or 32 bits would make short, or none. */
static void test_far_deadline_alone_does_not_spin(void **state)
{
	static const uint64_t far_ms[] = { UINT64_C(1) << 32,
					   (UINT64_C(1) << 32) + 2,
					   (UINT64_C(1) << 31) + 1 };

	for (int i = 0; i < 6; i++) {
		struct cx_exec *ex = exec_new(state);
		struct probe p = { .step = step_second, .keeps = true };
		struct probe join = { .step = step_await };
		struct deadline d;
		pthread_t thread;
		int order = 0;

		pwait2_is_missing = i % 2;
		probe_spawn(ex, &p);
		stalled(ex);
		deadline_spawn(ex, &d, cx_now(ex) + far_ms[i / 2] * MS, &order);
		pthread_create(&thread, NULL, wake_late, &p.kept);
		waits = 0;
		join.op = cx_join(ex, p.id);
		assert_int_equal(probe_block_on(ex, &join), CX_OK);
		assert_in_range(waits, 0, 2);
		assert_int_equal(order, 0);
		pthread_join(thread, NULL);
		cx_free(ex);
		probe_forget(&p);
	}
	pwait2_is_missing = false;
}

static int step_never_then_soon(struct probe *p, struct cx_ctx *cx)
{
	if (p->polls == 1) {
		struct cx_op *never = cx_sleep_until(p->ex, UINT64_MAX);

		assert_int_equal(cx_op_poll(never, cx, NULL), CX_PENDING);
		cx_op_drop(never);
		p->op = cx_sleep_until(p->ex, cx_now(p->ex) + 2 * MS);
	}
	return step_await(p, cx);
}

static void test_never_ending_sleep_disables_no_other(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe p = { .step = step_never_then_soon };

	assert_int_equal(probe_block_on(ex, &p), CX_OK);
	assert_int_equal(p.polls, 2);
	cx_free(ex);
}

static void test_dropped_sleep_leaves_nothing(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct counter c = { 0 };
	size_t before = mallinfo2().uordblks;

	for (int i = 0; i < 20000; i++) {
		struct cx_op *op = cx_sleep_until(ex, cx_now(ex) + HOUR);

		assert_int_equal(poll_with(op, &c), CX_PENDING);
		cx_op_drop(op);
	}
	assert_true(mallinfo2().uordblks <= before + 65536);
	assert_int_equal(c.clones, 20000);
	assert_int_equal(c.drops, 20000);
	cx_time_pause(ex);
	cx_time_advance(ex, 2 * HOUR);
	stalled(ex);
	assert_int_equal(c.wakes, 0);
	cx_free(ex);
}

struct dropper {
	struct cx_op *ops[100];
};

static void drop_all(void *data)
{
	struct dropper *all = data;

	for (int i = 0; i < 100; i++) {
		cx_op_drop(all->ops[i]);
		all->ops[i] = NULL;
	}
}

static void test_wake_may_drop_other_sleeps(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct dropper all = { { 0 } };
	struct counter c = { .on_wake = drop_all, .data = &all };

	cx_time_pause(ex);
	for (int i = 0; i < 100; i++) {
		all.ops[i] = cx_sleep_until(ex, cx_now(ex) + 5 + i % 7);
		assert_int_equal(poll_with(all.ops[i], &c), CX_PENDING);
	}
	cx_time_advance(ex, 20);
	stalled(ex);
	assert_int_equal(c.wakes, 1);
	assert_int_equal(c.drops, 100);
	cx_free(ex);
}

static int step_spawn_sooner(struct probe *p, struct cx_ctx *cx)
{
	struct probe *later = p->data;

	(void)cx;
	later->step = step_await;
	later->op = cx_sleep_until(p->ex, cx_now(p->ex) + 2 * MS);
	probe_spawn(p->ex, later);
	return CX_READY;
}

static void test_sooner_sleep_shortens_the_park(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct deadline far;
	struct probe sooner = { 0 };
	struct probe p = { .step = step_spawn_sooner, .data = &sooner };
	struct probe end = { .step = step_await };
	int order = 0;

	deadline_spawn(ex, &far, cx_now(ex) + HOUR, &order);
	probe_spawn(ex, &p);
	stalled(ex);
	end.op = cx_join(ex, sooner.id);
	assert_int_equal(probe_block_on(ex, &end), CX_OK);
	assert_int_equal(sooner.drops, 1);
	assert_int_equal(order, 0);
	cx_free(ex);
}

static void test_short_sleep_takes_one_wait(void **state)
{
	struct cx_exec *ex = exec_new(state);

	for (int missing = 0; missing < 2; missing++) {
		pwait2_is_missing = missing;
		waits = 0;
		for (int i = 0; i < 20; i++)
			run_for(ex, 300000);
		assert_in_range(waits, 0, 20);
	}
	pwait2_is_missing = false;
	cx_free(ex);
}

/* Processor time for one of COUNT, started and cancelled in random order. */
static uint64_t cost_of(struct cx_exec *ex, int count)
{
	struct cx_op **ops = calloc((size_t)count, sizeof(struct cx_op *));
	struct counter c = { 0 };
	unsigned int seed = 11;
	uint64_t began;

	for (int i = 0; i < count; i++) {
		seed = seed * 1103515245 + 12345;
		ops[i] = cx_sleep_until(ex, cx_now(ex) + HOUR + seed);
	}
	began = cpu_ns();
	for (int i = 0; i < count; i++)
		poll_with(ops[i], &c);
	for (int i = 0; i < count; i++)
		cx_op_drop(ops[i]);
	began = cpu_ns() - began;
	free(ops);
	return began / (uint64_t)count;
}

static void test_cost_of_a_sleep_hardly_grows(void **state)
{
	struct cx_exec *ex = exec_new(state);
	uint64_t few = UINT64_MAX, many = UINT64_MAX;

	for (int i = 0; i < 3; i++) {
		uint64_t cost = cost_of(ex, 5000);

		few = cost < few ? cost : few;
		cost = cost_of(ex, 100000);
		many = cost < many ? cost : many;
	}
	assert_true(many < 8 * few + 8);
	cx_free(ex);
}

static void test_only_the_last_waker_is_woken(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct counter a = { 0 }, b = { 0 };
	struct cx_op *op;

	cx_time_pause(ex);
	op = cx_sleep_until(ex, cx_now(ex) + 10);
	assert_int_equal(poll_with(op, &a), CX_PENDING);
	assert_int_equal(poll_with(op, &b), CX_PENDING);
	assert_int_equal(poll_with(op, &b), CX_PENDING);
	cx_time_advance(ex, 10);
	stalled(ex);
	assert_int_equal(a.wakes, 0);
	assert_int_equal(b.wakes, 1);
	assert_int_equal(poll_with(op, &a), CX_READY);
	assert_int_equal(poll_with(op, &a), CX_E_INVAL);
	cx_op_drop(op);
	assert_int_equal(a.clones, a.drops);
	assert_int_equal(b.clones, b.drops);
	cx_free(ex);
}

/* ---- virtual time */

static void test_paused_time_stands_still_and_jumps(void **state)
{
	struct cx_exec *ex = exec_new(state);
	uint64_t start;

	assert_int_equal(cx_time_advance(ex, 1), CX_E_INVAL);
	assert_int_equal(cx_time_pause(ex), CX_OK);
	assert_int_equal(cx_time_pause(ex), CX_OK);
	start = cx_now(ex);
	doze(MS);
	assert_true(cx_now(ex) == start);
	waits = 0;
	run_for(ex, 1000 * HOUR);
	assert_true(cx_now(ex) == start + 1000 * HOUR);
	assert_int_equal(waits, 0);
	assert_int_equal(cx_time_advance(ex, UINT64_MAX), CX_OK);
	assert_true(cx_now(ex) == UINT64_MAX - 1);
	cx_free(ex);
}

static void test_paused_time_does_not_jump_until_stalled(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct deadline d;
	int order = 0;

	cx_time_pause(ex);
	deadline_spawn(ex, &d, cx_now(ex) + 10, &order);
	stalled(ex);
	assert_int_equal(order, 0);
	cx_time_advance(ex, 9);
	assert_int_equal(stalled(ex), 0);
	cx_time_advance(ex, 1);
	assert_int_equal(stalled(ex), 1);
	assert_int_equal(order, 1);
	cx_free(ex);
}

static void test_paused_run_that_can_never_go_on_says_so(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe pending = { 0 };
	struct probe main_task = { .step = step_await };
	struct probe never = { .step = step_await };

	cx_time_pause(ex);
	main_task.op = cx_sleep_until(ex, UINT64_MAX);
	assert_int_equal(probe_block_on(ex, &main_task), CX_E_STALLED);
	assert_int_equal(main_task.drops, 1);
	probe_spawn(ex, &pending);
	never.op = cx_sleep_until(ex, UINT64_MAX);
	probe_spawn(ex, &never);
	assert_int_equal(cx_run(ex), CX_E_STALLED);
	assert_int_equal(pending.drops, 0);
	cx_free(ex);
	assert_int_equal(pending.drops, 1);
}

static void *send_late(void *arg)
{
	doze(20 * MS);
	assert_int_equal(cx_tx_send(arg, 42), CX_OK);
	return NULL;
}

static void test_paused_run_waits_for_a_receive(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe p = { .step = step_await };
	struct cx_tx *tx;
	struct cx_rx *rx;
	pthread_t thread;

	cx_time_pause(ex);
	assert_int_equal(cx_chan(ex, &tx, &rx), CX_OK);
	p.op = cx_rx_recv(rx);
	pthread_create(&thread, NULL, send_late, tx);
	assert_int_equal(probe_block_on(ex, &p), CX_OK);
	pthread_join(thread, NULL);
	assert_int_equal(p.n, 42);
	cx_tx_drop(tx);
	cx_rx_drop(rx);
	cx_free(ex);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sleep_is_never_ready_before_its_deadline),
		cmocka_unit_test(test_sleep_does_without_epoll_pwait2),
		cmocka_unit_test(
			test_sleeps_end_in_the_order_of_their_deadlines),
		cmocka_unit_test(test_heap_keeps_its_order_under_cancels),
		cmocka_unit_test(test_equal_deadlines_all_fire),
		cmocka_unit_test(test_past_deadlines_do_not_sleep),
		cmocka_unit_test(test_far_deadlines_neither_fire_nor_spin),
		cmocka_unit_test(test_far_deadline_alone_does_not_spin),
		cmocka_unit_test(test_never_ending_sleep_disables_no_other),
		cmocka_unit_test(test_dropped_sleep_leaves_nothing),
		cmocka_unit_test(test_wake_may_drop_other_sleeps),
		cmocka_unit_test(test_sooner_sleep_shortens_the_park),
		cmocka_unit_test(test_short_sleep_takes_one_wait),
		cmocka_unit_test(test_cost_of_a_sleep_hardly_grows),
		cmocka_unit_test(test_only_the_last_waker_is_woken),
		cmocka_unit_test(test_paused_time_stands_still_and_jumps),
		cmocka_unit_test(test_paused_time_does_not_jump_until_stalled),
		cmocka_unit_test(test_paused_run_that_can_never_go_on_says_so),
		cmocka_unit_test(test_paused_run_waits_for_a_receive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
