/* E1 to E19: what a waker promises, on the thread of the loop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "executor.h"
#include "fault.h"

static void test_spawn_polls_once_without_a_wake(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe p = { .step = step_ready };

	probe_spawn(ex, &p);
	assert_int_equal(cx_run(ex), CX_OK);
	assert_int_equal(p.polls, 1);
	assert_int_equal(p.drops, 1);
	cx_free(ex);
}

static void test_spawn_does_not_poll(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe p = { 0 };

	probe_spawn(ex, &p);
	doze(20 * MS);
	assert_int_equal(p.polls, 0);
	stalled(ex);
	assert_int_equal(p.polls, 1);
	cx_free(ex);
}

static void test_each_wake_is_followed_by_a_poll(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe p = { .keeps = true };

	probe_spawn(ex, &p);
	stalled(ex);
	for (int i = 2; i < 20; i++) {
		cx_waker_wake_by_ref(&p.kept);
		stalled(ex);
		assert_int_equal(p.polls, i);
	}
	probe_forget(&p);
	cx_free(ex);
}

static void test_wake_during_the_own_poll_is_not_lost(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe p = { .step = step_yield, .n = 100 };

	probe_spawn(ex, &p);
	assert_int_equal(cx_run(ex), CX_OK);
	assert_int_equal(p.polls, 101);
	cx_free(ex);
}

/* n rounds of three wakes, one of each kind. */
static int step_wake_thrice(struct probe *p, struct cx_ctx *cx)
{
	if (p->n-- <= 0)
		return CX_READY;
	cx_ctx_wake(cx);
	cx_waker_wake(cx_ctx_waker(cx));
	cx_waker_wake_by_ref(&p->kept);
	return CX_PENDING;
}

static void test_wakes_between_two_polls_coalesce(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe p = { .step = step_wake_thrice, .n = 50, .keeps = true };

	probe_spawn(ex, &p);
	assert_int_equal(cx_run(ex), CX_OK);
	assert_int_equal(p.polls, 51);
	probe_forget(&p);
	cx_free(ex);
}

static void test_without_a_wake_there_is_no_poll(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe idle[10] = { 0 };
	struct probe busy = { .step = step_yield, .n = 1000 };

	for (int i = 0; i < 10; i++)
		probe_spawn(ex, &idle[i]);
	probe_spawn(ex, &busy);
	stalled(ex);
	assert_int_equal(busy.polls, 1001);
	for (int i = 0; i < 10; i++)
		assert_int_equal(idle[i].polls, 1);
	cx_free(ex);
}

static void test_wake_after_the_end_does_nothing(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe done = { .step = step_ready, .keeps = true };
	struct probe cancelled = { .keeps = true };

	probe_spawn(ex, &done);
	probe_spawn(ex, &cancelled);
	stalled(ex);
	assert_int_equal(cx_cancel(ex, cancelled.id), CX_OK);
	stalled(ex);
	cx_waker_wake_by_ref(&done.kept);
	cx_waker_wake_by_ref(&cancelled.kept);
	assert_int_equal(stalled(ex), 0);
	assert_int_equal(done.polls, 1);
	assert_int_equal(cancelled.polls, 1);
	probe_forget(&done);
	probe_forget(&cancelled);
	cx_free(ex);
}

static void test_wake_after_free_does_nothing(void **state)
{
	struct cx_exec *ex = cx_new();
	struct probe p = { .keeps = true };
	struct cx_waker clone;

	(void)state;
	probe_spawn(ex, &p);
	stalled(ex);
	cx_free(ex);
	assert_int_equal(p.drops, 1);
	clone = cx_waker_clone(&p.kept);
	cx_waker_wake_by_ref(&clone);
	cx_waker_wake(clone);
	probe_forget(&p);
	assert_int_equal(p.polls, 1);
}

static void test_old_waker_wakes_no_later_task(void **state)
{
	struct cx_exec *ex = exec_new(state);
	enum {
		CYCLES = 2000
	};
	static struct cx_waker old[CYCLES];
	struct probe fresh[20] = { 0 };

	for (int i = 0; i < CYCLES; i++) {
		struct probe p = { .step = step_ready, .keeps = true };

		probe_spawn(ex, &p);
		assert_int_equal(cx_run(ex), CX_OK);
		old[i] = p.kept;
	}
	for (int i = 0; i < 20; i++)
		probe_spawn(ex, &fresh[i]);
	stalled(ex);
	for (int i = 0; i < CYCLES; i++)
		cx_waker_wake(old[i]);
	stalled(ex);
	for (int i = 0; i < 20; i++)
		assert_int_equal(fresh[i].polls, 1);
	cx_free(ex);
}

static void test_clone_does_not_depend_on_the_original(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe p = { .keeps = true };
	struct cx_waker clone;

	probe_spawn(ex, &p);
	stalled(ex);
	clone = cx_waker_clone(&p.kept);
	probe_forget(&p);
	p.keeps = false;
	cx_waker_wake(clone);
	stalled(ex);
	assert_int_equal(p.polls, 2);
	cx_free(ex);
}

/* What leaks, or goes too early, is for the sanitizer to say. */
static void test_clones_wakes_and_drops_balance(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe p = { .keeps = true };
	struct cx_waker held[8];
	unsigned int seed = 7;

	probe_spawn(ex, &p);
	stalled(ex);
	for (int i = 0; i < 8; i++)
		held[i] = cx_waker_clone(&p.kept);
	for (int i = 0; i < 5000; i++) {
		struct cx_waker *w = &held[seed >> 8 & 7];

		seed = seed * 1103515245 + 12345;
		if (seed >> 16 & 1) {
			cx_waker_wake_by_ref(w);
			stalled(ex);
		} else if (seed >> 16 & 2) {
			cx_waker_wake(*w);
			*w = cx_waker_clone(&p.kept);
		} else {
			cx_waker_drop(*w);
			*w = cx_waker_clone(&p.kept);
		}
	}
	for (int i = 0; i < 8; i++)
		cx_waker_drop(held[i]);
	probe_forget(&p);
	cx_free(ex);
}

/* ---- inline polls, recursion, identity */

struct inline_trap {
	bool waking;
	struct probe other;
};

static int step_not_while_waking(struct probe *p, struct cx_ctx *cx)
{
	struct inline_trap *trap = p->data;

	(void)cx;
	assert_false(trap->waking);
	return CX_PENDING;
}

static int step_wake_other(struct probe *p, struct cx_ctx *cx)
{
	struct inline_trap *trap = p->data;

	if (p->polls == 1) {
		cx_ctx_wake(cx);
		return CX_PENDING;
	}
	trap->waking = true;
	cx_waker_wake_by_ref(&trap->other.kept);
	cx_waker_wake_by_ref(&p->kept);
	trap->waking = false;
	return CX_READY;
}

static void test_wake_never_polls_inline(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct inline_trap trap = { 0 };
	struct probe p = { .step = step_wake_other,
			   .data = &trap,
			   .keeps = true };

	trap.other = (struct probe){ .step = step_not_while_waking,
				     .data = &trap,
				     .keeps = true };
	probe_spawn(ex, &p);
	probe_spawn(ex, &trap.other);
	stalled(ex);
	assert_int_equal(trap.other.polls, 2);
	probe_forget(&p);
	probe_forget(&trap.other);
	cx_free(ex);
}

enum {
	CHAIN = 100000
};

static int step_wake_next(struct probe *p, struct cx_ctx *cx)
{
	struct cx_waker *next = p->data;

	(void)cx;
	if (p->polls == 1 && p->n > 0)
		return CX_PENDING;
	if (p->n < CHAIN - 1)
		cx_waker_wake(next[p->n + 1]);
	return CX_READY;
}

static void *chain_thread(void *arg)
{
	struct probe *probes = calloc(CHAIN, sizeof(*probes));
	struct cx_waker *wakers = calloc(CHAIN, sizeof(*wakers));
	struct cx_exec *ex = cx_new();
	atomic_int *ended = arg;

	for (int i = CHAIN - 1; i >= 0; i--) {
		probes[i] = (struct probe){ .step = step_wake_next,
					    .n = i,
					    .data = wakers,
					    .keeps = i > 0 };
		probe_spawn(ex, &probes[i]);
		if (i > 0) {
			stalled(ex);
			wakers[i] = probes[i].kept;
		}
	}
	assert_int_equal(cx_run(ex), CX_OK);
	for (int i = 0; i < CHAIN; i++)
		atomic_fetch_add(ended, probes[i].drops);
	cx_free(ex);
	free(wakers);
	free(probes);
	return NULL;
}

static void test_a_chain_of_wakes_takes_no_stack(void **state)
{
	atomic_int ended = 0;
	pthread_attr_t attr;
	pthread_t thread;

	(void)state;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 128 * 1024);
	assert_int_equal(pthread_create(&thread, &attr, chain_thread, &ended),
			 0);
	pthread_join(thread, NULL);
	pthread_attr_destroy(&attr);
	assert_int_equal(ended, CHAIN);
}

static int step_compare(struct probe *p, struct cx_ctx *cx)
{
	struct probe *other = p->data;

	if (p->polls > 1) {
		assert_int_equal(cx_ctx_will_wake(cx, &p->kept), 1);
		assert_int_equal(cx_ctx_will_wake(cx, &other->kept), 0);
	}
	return CX_PENDING;
}

static void test_will_wake_knows_its_task(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe a = { .step = step_compare, .keeps = true };
	struct probe b = { .step = step_compare, .keeps = true, .data = &a };

	a.data = &b;
	probe_spawn(ex, &a);
	probe_spawn(ex, &b);
	stalled(ex);
	cx_waker_wake_by_ref(&a.kept);
	cx_waker_wake_by_ref(&b.kept);
	assert_int_equal(stalled(ex), 2);
	probe_forget(&a);
	probe_forget(&b);
	cx_free(ex);
}

/* ---- the last owner */

static int step_drop_kept(struct probe *p, struct cx_ctx *cx)
{
	(void)cx;
	if (p->polls == 1)
		return CX_PENDING;
	probe_forget(p);
	return CX_READY;
}

static void last_drop_kept(struct probe *p)
{
	cx_waker_wake_by_ref(&p->kept);
	probe_forget(p);
}

static void test_last_waker_may_be_dropped_in_poll_and_drop(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe in_poll = { .step = step_drop_kept, .keeps = true };
	struct probe in_drop = { .last = last_drop_kept, .keeps = true };

	probe_spawn(ex, &in_poll);
	stalled(ex);
	cx_waker_wake_by_ref(&in_poll.kept);
	stalled(ex);
	assert_int_equal(in_poll.drops, 1);
	probe_spawn(ex, &in_drop);
	stalled(ex);
	cx_free(ex);
	assert_int_equal(in_drop.drops, 1);
}

static void test_wakes_and_polls_allocate_nothing(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe p = { .step = step_wake_thrice,
			   .n = 10000,
			   .keeps = true };

	probe_spawn(ex, &p);
	fault_alloc(0);
	assert_int_equal(cx_run(ex), CX_OK);
	assert_int_equal(fault_count(), 0);
	assert_int_equal(p.polls, 10001);
	probe_forget(&p);
	cx_free(ex);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spawn_polls_once_without_a_wake),
		cmocka_unit_test(test_spawn_does_not_poll),
		cmocka_unit_test(test_each_wake_is_followed_by_a_poll),
		cmocka_unit_test(test_wake_during_the_own_poll_is_not_lost),
		cmocka_unit_test(test_wakes_between_two_polls_coalesce),
		cmocka_unit_test(test_without_a_wake_there_is_no_poll),
		cmocka_unit_test(test_wake_after_the_end_does_nothing),
		cmocka_unit_test(test_wake_after_free_does_nothing),
		cmocka_unit_test(test_old_waker_wakes_no_later_task),
		cmocka_unit_test(test_clone_does_not_depend_on_the_original),
		cmocka_unit_test(test_clones_wakes_and_drops_balance),
		cmocka_unit_test(test_wake_never_polls_inline),
		cmocka_unit_test(test_a_chain_of_wakes_takes_no_stack),
		cmocka_unit_test(test_will_wake_knows_its_task),
		cmocka_unit_test(
			test_last_waker_may_be_dropped_in_poll_and_drop),
		cmocka_unit_test(test_wakes_and_polls_allocate_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
