/* E20 to E35, and joins: spawning tasks and the ways to run them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "executor.h"
#include "fault.h"

/* ---- spawn */

static int step_spawn_next(struct probe *p, struct cx_ctx *cx)
{
	struct probe *next = p + 1;

	(void)cx;
	if (p->n > 0) {
		next->n = p->n - 1;
		next->step = step_spawn_next;
		probe_spawn(p->ex, next);
	}
	return CX_READY;
}

static void last_spawn(struct probe *p)
{
	probe_spawn(p->ex, p->data);
}

static void test_spawn_works_inside_poll_and_drop(void **state)
{
	enum {
		LENGTH = 20000
	};
	struct cx_exec *ex = exec_new(state);
	struct probe *chain = calloc(LENGTH + 1, sizeof(*chain));
	struct probe from_drop = { .step = step_ready };
	struct probe p = { .step = step_ready,
			   .last = last_spawn,
			   .data = &from_drop };
	int drops = 0;

	chain[0] = (struct probe){ .step = step_spawn_next, .n = LENGTH };
	probe_spawn(ex, &chain[0]);
	probe_spawn(ex, &p);
	assert_int_equal(cx_run(ex), CX_OK);
	for (int i = 0; i <= LENGTH; i++)
		drops += chain[i].drops;
	assert_int_equal(drops, LENGTH + 1);
	assert_int_equal(from_drop.drops, 1);
	cx_free(ex);
	free(chain);
}

static void test_ids_are_never_used_again(void **state)
{
	struct cx_exec *ex = exec_new(state);
	uint64_t last = 0;

	for (int i = 0; i < 20000; i++) {
		struct probe p = { .step = step_ready };

		probe_spawn(ex, &p);
		assert_true(p.id > last);
		last = p.id;
		assert_int_equal(cx_run(ex), CX_OK);
		assert_int_equal(cx_cancel(ex, p.id), CX_E_INVAL);
	}
	cx_free(ex);
}

struct remote {
	struct cx_exec *ex;
	struct probe probes[1000];
	struct probe *main;
	int rc;
};

/* Pending until the last of the others has ended; asleep until then. */
static void last_wake_main(struct probe *p)
{
	cx_waker_wake(*(struct cx_waker *)p->data);
}

static int step_second(struct probe *p, struct cx_ctx *cx)
{
	(void)cx;
	return p->polls == 1 ? CX_PENDING : CX_READY;
}

static void *remote_thread(void *arg)
{
	struct remote *r = arg;

	doze(20 * MS); /* most likely it sleeps by then */
	for (int i = 0; i < 1000; i++) {
		r->probes[i] = (struct probe){ .step = step_yield, .n = 3 };
		if (i == 999) {
			r->probes[i].last = last_wake_main;
			r->probes[i].data = &r->main->kept;
		}
		r->rc |= cx_spawn_remote(r->ex, probe_future(&r->probes[i]));
	}
	return NULL;
}

static void test_remote_spawn_ends_a_park(void **state)
{
	static struct remote r;
	struct probe p = { .step = step_second, .keeps = true };
	pthread_t thread;

	r = (struct remote){ .ex = exec_new(state), .main = &p };
	/* polled once here, so that its waker is there for the thread */
	probe_spawn(r.ex, &p);
	stalled(r.ex);
	pthread_create(&thread, NULL, remote_thread, &r);
	assert_int_equal(cx_run(r.ex), CX_OK);
	pthread_join(thread, NULL);
	assert_int_equal(r.rc, CX_OK);
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(r.probes[i].drops, 1);
		assert_int_equal(r.probes[i].polls, 4);
	}
	cx_free(r.ex);
}

static int step_remote_inside(struct probe *p, struct cx_ctx *cx)
{
	(void)cx;
	return cx_spawn_remote(p->ex, probe_future(p->data)) == CX_OK
		       ? CX_READY
		       : CX_PANIC;
}

static void last_remote_refused(struct probe *p)
{
	p->n = cx_spawn_remote(p->ex, probe_future(p->data));
}

static void test_remote_spawn_works_on_the_loop_thread(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe from_poll = { .step = step_ready };
	struct probe p = { .step = step_remote_inside, .data = &from_poll };
	struct probe kept_out = { 0 };
	struct probe late = { .last = last_remote_refused, .data = &kept_out };
	struct probe unmet = { 0 };

	probe_spawn(ex, &p);
	assert_int_equal(cx_run(ex), CX_OK);
	assert_int_equal(from_poll.drops, 1);
	probe_spawn(ex, &late);
	assert_int_equal(cx_spawn_remote(ex, probe_future(&unmet)), CX_OK);
	cx_free(ex);
	assert_int_equal(unmet.drops, 1);
	assert_int_equal(unmet.polls, 0);
	assert_int_equal(late.n, CX_E_CLOSED);
	assert_int_equal(kept_out.drops, 0);
}

/* ---- the three ways to run */

static void test_block_on_ignores_the_others(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe never = { .keeps = true };
	struct probe later = { .step = step_yield, .n = 10 };
	struct probe p = { .step = step_yield, .n = 2 };

	probe_spawn(ex, &never);
	probe_spawn(ex, &later);
	assert_int_equal(probe_block_on(ex, &p), CX_OK);
	assert_int_equal(p.drops, 1);
	assert_int_equal(never.drops, 0);
	assert_in_range(later.polls, 1, 4);
	stalled(ex);
	assert_int_equal(later.drops, 1);
	cx_free(ex);
	probe_forget(&never);
}

static void test_run_returns_at_once_when_there_is_none(void **state)
{
	struct cx_exec *ex = exec_new(state);

	assert_int_equal(cx_run(ex), CX_OK);
	assert_int_equal(cx_run(ex), CX_OK);
	assert_int_equal(stalled(ex), 0);
	cx_free(ex);
}

static int step_share(struct probe *p, struct cx_ctx *cx)
{
	long *left = p->data;

	if (*left > 0) {
		--*left;
		cx_ctx_wake(cx);
	}
	return CX_PENDING;
}

static void test_until_stalled_runs_all_and_never_blocks(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe far = { .step = step_await };
	struct probe p[3];
	long left = 1000;
	uint64_t polls = 0;

	far.op = cx_sleep_until(ex, cx_now(ex) + UINT64_C(3600000) * MS);
	probe_spawn(ex, &far);
	for (int i = 0; i < 3; i++) {
		p[i] = (struct probe){ .step = step_share, .data = &left };
		probe_spawn(ex, &p[i]);
	}
	assert_int_equal(cx_run_until_stalled(ex, &polls), CX_OK);
	assert_int_equal(left, 0);
	assert_int_equal(polls, 1000 + 3 + 1);
	assert_int_equal(cx_run_until_stalled(ex, NULL), CX_OK);
	cx_free(ex);
}

static int step_nest(struct probe *p, struct cx_ctx *cx)
{
	struct probe inner = { .step = step_ready };
	uint64_t polls = 77;

	(void)cx;
	assert_int_equal(cx_run(p->ex), CX_E_NESTED);
	assert_int_equal(cx_run_until_stalled(p->ex, &polls), CX_E_NESTED);
	assert_int_equal(polls, 77);
	assert_int_equal(probe_block_on(p->ex, &inner), CX_E_NESTED);
	assert_int_equal(inner.polls, 0);
	assert_int_equal(inner.drops, 1);
	return CX_READY;
}

static void last_nest(struct probe *p)
{
	p->n = cx_run(p->ex);
}

static void test_run_inside_a_poll_is_refused(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe p = { .step = step_nest, .last = last_nest };
	struct probe freed = { .last = last_nest };

	probe_spawn(ex, &p);
	assert_int_equal(cx_run(ex), CX_OK);
	assert_int_equal(p.n, CX_E_NESTED);
	probe_spawn(ex, &freed);
	cx_free(ex);
	assert_int_equal(freed.n, CX_E_NESTED);
}

/* ---- join */

static void test_join_says_how_a_task_ended(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe task[3] = { { .step = step_yield, .n = 5 },
				 { .step = step_panic },
				 { 0 } };
	struct probe join[3] = { { .n = 7 }, { .n = 7 }, { .n = 7 } };

	for (int i = 0; i < 3; i++) {
		probe_spawn(ex, &task[i]);
		join[i].step = step_await;
		join[i].op = cx_join(ex, task[i].id);
		assert_non_null(join[i].op);
		probe_spawn(ex, &join[i]);
	}
	stalled(ex);
	assert_int_equal(join[2].drops, 0);
	assert_int_equal(cx_cancel(ex, task[2].id), CX_OK);
	assert_int_equal(cx_run(ex), CX_OK);
	assert_int_equal(join[0].n, CX_END_READY);
	assert_int_equal(join[1].n, CX_END_PANIC);
	assert_int_equal(join[2].n, CX_END_CANCELLED);
	assert_null(cx_join(ex, task[0].id));
	cx_free(ex);
}

static void drop_op(void *data)
{
	struct cx_op **op = data;

	cx_op_drop(*op);
	*op = NULL;
}

static void test_join_may_be_dropped_by_the_wake_of_another(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe task = { .step = step_ready };
	struct counter a = { .on_wake = drop_op }, b = { .on_wake = drop_op };
	struct cx_op *op_a, *op_b;

	probe_spawn(ex, &task);
	op_a = cx_join(ex, task.id);
	op_b = cx_join(ex, task.id);
	a.data = &op_b;
	b.data = &op_a;
	assert_int_equal(poll_with(op_a, &a), CX_PENDING);
	assert_int_equal(poll_with(op_b, &b), CX_PENDING);
	assert_int_equal(cx_run(ex), CX_OK);
	assert_int_equal(a.wakes + b.wakes, 1);
	assert_int_equal(a.clones, a.drops);
	assert_int_equal(b.clones, b.drops);
	cx_op_drop(op_a);
	cx_op_drop(op_b);
	cx_free(ex);
}

/* ---- no memory */

static void test_spawn_without_memory_drops_or_gives_back(void **state)
{
	struct cx_exec *ex = exec_new(state);
	struct probe p = { .step = step_ready };
	struct probe main_task = { .step = step_ready };
	struct probe remote = { .step = step_ready };
	uint64_t id = 5;

	fault_alloc(1);
	assert_int_equal(cx_spawn(ex, probe_future(&p), &id), CX_E_SYS);
	assert_int_equal(p.drops, 1);
	assert_int_equal(id, 5);
	fault_alloc(1);
	assert_int_equal(probe_block_on(ex, &main_task), CX_E_SYS);
	assert_int_equal(main_task.drops, 1);
	fault_alloc(1);
	assert_int_equal(cx_spawn_remote(ex, probe_future(&remote)), CX_E_SYS);
	assert_int_equal(remote.drops, 0);
	fault_alloc(0);
	cx_free(ex);
}

static void test_new_without_memory_is_null_and_leaks_nothing(void **state)
{
	struct cx_exec *ex;
	long nth = 0;

	(void)state;
	do {
		fault_alloc(++nth);
		ex = cx_new();
		fault_alloc(0);
	} while (!ex && nth < 20);
	assert_in_range(nth, 3, 19);
	cx_free(ex);
	cx_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spawn_works_inside_poll_and_drop),
		cmocka_unit_test(test_ids_are_never_used_again),
		cmocka_unit_test(test_remote_spawn_ends_a_park),
		cmocka_unit_test(test_remote_spawn_works_on_the_loop_thread),
		cmocka_unit_test(test_block_on_ignores_the_others),
		cmocka_unit_test(test_run_returns_at_once_when_there_is_none),
		cmocka_unit_test(test_until_stalled_runs_all_and_never_blocks),
		cmocka_unit_test(test_run_inside_a_poll_is_refused),
		cmocka_unit_test(test_join_says_how_a_task_ended),
		cmocka_unit_test(
			test_join_may_be_dropped_by_the_wake_of_another),
		cmocka_unit_test(test_spawn_without_memory_drops_or_gives_back),
		cmocka_unit_test(
			test_new_without_memory_is_null_and_leaks_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
