/* E20 to E35: how a future ends, by its drop, a panic or a cancellation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "executor.h"

/* ---- the drop of a future */

static int step_see_drop(struct probe *p, struct cx_ctx *cx)
{
	struct probe *other = p->data;

	if (p->polls == 1) {
		cx_ctx_wake(cx);
		return CX_PENDING;
	}
	p->n = other->drops;
	return CX_READY;
}

static void test_ready_future_is_dropped_before_the_run_returns(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe p = { .step = step_ready };
	struct probe after = { .step = step_see_drop, .data = &p };

	probe_spawn(ex, &p);
	probe_spawn(ex, &after);
	assert_int_equal(cx_run(ex), CX_OK);
	assert_int_equal(p.drops, 1);
	assert_int_equal(after.n, 1);
	cx_free(ex);
	assert_int_equal(p.drops, 1);
}

static void test_free_drops_every_pending_future_once(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe p[200] = { 0 };

	for (int i = 0; i < 200; i++) {
		p[i].step = i % 2 ? step_yield : NULL;
		p[i].n = 1000000;
		probe_spawn(ex, &p[i]);
	}
	cx_free(ex);
	for (int i = 0; i < 200; i++) {
		assert_int_equal(p[i].drops, 1);
		assert_int_equal(p[i].polls, 0);
	}
}

struct on_thread {
	pthread_t loop;
	bool elsewhere;
	struct cx_waker waker;
};

static void last_note_thread(struct probe *p)
{
	struct on_thread *t = p->data;

	t->elsewhere = !pthread_equal(t->loop, pthread_self());
}

static void *drop_thread(void *arg)
{
	struct on_thread *t = arg;

	cx_waker_wake_by_ref(&t->waker);
	cx_waker_drop(t->waker);
	return NULL;
}

static void test_future_is_dropped_on_the_loop_thread(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct on_thread t = { .loop = pthread_self() };
	struct probe p = { .last = last_note_thread,
			   .data = &t,
			   .keeps = true };
	pthread_t thread;

	probe_spawn(ex, &p);
	stalled(ex);
	t.waker = p.kept;
	assert_int_equal(cx_cancel(ex, p.id), CX_OK);
	pthread_create(&thread, NULL, drop_thread, &t);
	pthread_join(thread, NULL);
	assert_int_equal(p.drops, 0);
	stalled(ex);
	assert_int_equal(p.drops, 1);
	assert_false(t.elsewhere);
	cx_free(ex);
}

/*
 * A drop that calls everything back, with a lock that the drops of others
 * take too.
 */
struct busy_drop {
	pthread_mutex_t lock;
	struct probe *spawned;
	struct probe *victim;
	int refused;
};

static void last_call_back(struct probe *p)
{
	struct busy_drop *b = p->data;

	pthread_mutex_lock(&b->lock);
	cx_waker_wake_by_ref(&p->kept);
	if (cx_spawn(p->ex, probe_future(b->spawned), NULL) == CX_E_CLOSED)
		b->refused++;
	cx_cancel(p->ex, b->victim->id);
	probe_forget(p);
	pthread_mutex_unlock(&b->lock);
}

static void last_lock(struct probe *p)
{
	struct busy_drop *b = p->data;

	pthread_mutex_lock(&b->lock);
	pthread_mutex_unlock(&b->lock);
}

static void drop_busily(bool in_run)
{
	struct cx_exec *ex = cx_new();
	struct probe spawned = { .step = step_ready };
	struct busy_drop b = { .lock = PTHREAD_MUTEX_INITIALIZER,
			       .spawned = &spawned };
	struct probe victim = { .last = last_lock, .data = &b };
	struct probe p = { .last = last_call_back, .data = &b, .keeps = true };

	b.victim = &victim;
	probe_spawn(ex, &p);
	probe_spawn(ex, &victim);
	stalled(ex);
	if (in_run) {
		assert_int_equal(cx_cancel(ex, p.id), CX_OK);
		stalled(ex);
		assert_int_equal(victim.drops, 1);
		assert_int_equal(spawned.polls, 1);
	}
	cx_free(ex);
	assert_int_equal(p.drops, 1);
	assert_int_equal(victim.drops, 1);
	assert_int_equal(spawned.drops, 1);
	assert_int_equal(b.refused, in_run ? 0 : 1);
}

static void test_drop_may_call_everything(void **state)
{
	(void)state;
	drop_busily(true);
	drop_busily(false);
}

static void test_waker_does_not_keep_the_future(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe p = { .keeps = true };

	probe_spawn(ex, &p);
	stalled(ex);
	cx_cancel(ex, p.id);
	stalled(ex);
	assert_int_equal(p.drops, 1);
	cx_free(ex);
	probe_forget(&p);
}

static void last_forget(struct probe *p)
{
	probe_forget(p);
}

/* The leak would be the sanitizer's to find. */
static void test_task_that_keeps_its_own_waker_does_not_leak(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe p = { .keeps = true, .last = last_forget };

	probe_spawn(ex, &p);
	stalled(ex);
	cx_free(ex);
	assert_int_equal(p.drops, 1);
}

static void test_panic_ends_one_task_only(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe bad = { .step = step_panic };
	struct probe good = { .step = step_yield, .n = 10 };
	struct probe main_bad = { .step = step_panic };

	assert_true(cx_caps() & CX_CAP_CATCH_PANIC);
	probe_spawn(ex, &bad);
	probe_spawn(ex, &good);
	assert_int_equal(cx_run(ex), CX_OK);
	assert_int_equal(bad.polls, 1);
	assert_int_equal(bad.drops, 1);
	assert_int_equal(good.polls, 11);
	assert_int_equal(probe_block_on(ex, &main_bad), CX_PANIC);
	assert_int_equal(main_bad.drops, 1);
	cx_free(ex);
}

/* ---- cancel */

static void test_cancel_drops_by_the_end_of_the_next_turn(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe p = { .keeps = true };
	struct probe turn = { .step = step_ready };

	probe_spawn(ex, &p);
	stalled(ex);
	assert_int_equal(cx_cancel(ex, p.id), CX_OK);
	cx_waker_wake_by_ref(&p.kept);
	assert_int_equal(probe_block_on(ex, &turn), CX_OK);
	assert_int_equal(p.polls, 1);
	assert_int_equal(p.drops, 1);
	probe_forget(&p);
	cx_free(ex);
}

static void test_cancel_comes_before_the_first_poll(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe p = { .step = step_ready };

	probe_spawn(ex, &p);
	assert_int_equal(cx_cancel(ex, p.id), CX_OK);
	assert_int_equal(cx_run(ex), CX_OK);
	assert_int_equal(p.polls, 0);
	assert_int_equal(p.drops, 1);
	cx_free(ex);
}

static int step_cancel(struct probe *p, struct cx_ctx *cx)
{
	struct probe *whom = p->data;

	cx_ctx_wake(cx);
	assert_int_equal(cx_cancel(p->ex, whom->id), CX_OK);
	assert_int_equal(cx_cancel(p->ex, whom->id), CX_E_INVAL);
	assert_int_equal(p->drops, 0);
	return p->n ? CX_READY : CX_PENDING;
}

static void test_cancel_of_self_and_of_others(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe self = { .step = step_cancel };
	struct probe self_ready = { .step = step_cancel, .n = 1 };
	struct probe victim = { 0 };
	struct probe other = { .step = step_cancel, .data = &victim, .n = 1 };

	self.data = &self;
	self_ready.data = &self_ready;
	probe_spawn(ex, &self);
	probe_spawn(ex, &self_ready);
	probe_spawn(ex, &victim);
	probe_spawn(ex, &other);
	assert_int_equal(cx_run(ex), CX_OK);
	assert_int_equal(self.polls, 1);
	assert_int_equal(self.drops, 1);
	assert_int_equal(self_ready.polls, 1);
	assert_int_equal(self_ready.drops, 1);
	assert_int_equal(victim.drops, 1);
	assert_int_equal(cx_cancel(ex, victim.id), CX_E_INVAL);
	assert_int_equal(cx_cancel(ex, 0), CX_E_INVAL);
	assert_int_equal(cx_cancel(ex, UINT64_MAX), CX_E_INVAL);
	cx_free(ex);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_ready_future_is_dropped_before_the_run_returns),
		cmocka_unit_test(test_free_drops_every_pending_future_once),
		cmocka_unit_test(test_future_is_dropped_on_the_loop_thread),
		cmocka_unit_test(test_drop_may_call_everything),
		cmocka_unit_test(test_waker_does_not_keep_the_future),
		cmocka_unit_test(
			test_task_that_keeps_its_own_waker_does_not_leak),
		cmocka_unit_test(test_panic_ends_one_task_only),
		cmocka_unit_test(test_cancel_drops_by_the_end_of_the_next_turn),
		cmocka_unit_test(test_cancel_comes_before_the_first_poll),
		cmocka_unit_test(test_cancel_of_self_and_of_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
