/* E1 to E9: wakers, and the polls that they cause. */
#include "ends.h"
#include "meet.h"
#include "numbers.h"

static void e1(void)
{
	struct cx_exec *ex = exec_new();
	struct probe p = { .step = step_ready };

	probe_spawn(ex, &p);
	exec_run(ex);
	CHECK(p.polls > 0, "a spawned future was never polled");
	cx_free(ex);
	spawn_and_end();
}

static void e2(void)
{
	struct cx_exec *ex = exec_new();
	struct probe p = { .step = step_ready };

	probe_spawn(ex, &p);
	CHECK(p.polls == 0, "cx_spawn polled the future");
	doze(20 * MS);
	CHECK(p.polls == 0, "a future was polled outside a run");
	exec_run(ex);
	cx_free(ex);
}

/* ---- E3: two tasks that wait for each other, in four ways */

enum {
	ROUNDS = 2000
};

/*
 * Answers each poll by waking its peer, and waits to be woken.  Its data, when
 * it was woken last, goes when it is READY, which may be before its drop.
 */
static int step_answer(struct probe *p, struct cx_ctx *cx)
{
	struct probe *peer = p->peer;
	uint64_t *woken = peer->data;
	struct cx_waker copy;

	(void)cx;
	p->n++;
	if (!woken) {
		p->data = NULL;
		return CX_READY;
	}
	if (!peer->has_kept)
		return CX_PENDING;
	*woken = tick();
	switch (p->n % 4) {
	case 0:
		cx_waker_wake_by_ref(&peer->kept);
		break;
	case 1:
		copy = cx_waker_clone(&peer->kept);
		cx_waker_wake(copy);
		break;
	case 2:
		copy = cx_waker_clone(&peer->kept);
		cx_waker_wake_by_ref(&copy);
		cx_waker_drop(copy);
		break;
	default:
		cx_waker_wake_by_ref(&peer->kept);
		cx_waker_wake_by_ref(&peer->kept);
	}
	if (p->n < ROUNDS)
		return CX_PENDING;
	p->data = NULL;
	return CX_READY;
}

static void e3(void)
{
	struct cx_exec *ex = exec_new();
	uint64_t woken[2] = { 0 };
	struct probe a = { .step = step_answer,
			   .keeps = true,
			   .data = &woken[0] };
	struct probe b = { .step = step_answer,
			   .keeps = true,
			   .data = &woken[1],
			   .peer = &a };

	a.peer = &b;
	probe_spawn(ex, &a);
	probe_spawn(ex, &b);
	/* one that lost a wake sleeps; the first to end wakes the other last */
	exec_run(ex);
	CHECK(a.polled_at > woken[0] && b.polled_at > woken[1],
	      "a task was woken, and no poll of it began after that");
	probe_forget(&a);
	probe_forget(&b);
	cx_free(ex);
	wake_and_end();
}

/* ---- E4, E5: wakes during the own poll */

static int step_own_waker(struct probe *p, struct cx_ctx *cx)
{
	if (p->n-- <= 0)
		return CX_READY;
	if (p->n % 2)
		cx_waker_wake(cx_ctx_waker(cx));
	else
		cx_waker_wake_by_ref(&p->kept);
	return CX_PENDING;
}

static void e4(void)
{
	struct cx_exec *ex = exec_new();
	struct probe a = { .step = step_yield, .n = 100 };
	struct probe b = { .step = step_own_waker, .n = 100, .keeps = true };
	struct probe c = { .step = step_own_waker, .n = 100, .keeps = true };

	probe_spawn(ex, &a);
	probe_spawn(ex, &b);
	exec_run(ex);
	CHECK(a.polls == 101 && b.polls == 101,
	      "%d and %d polls for 100 wakes by themselves", a.polls, b.polls);
	probe_block_on(ex, &c);
	CHECK(c.polls == 101, "%d polls for 100 wakes by itself", c.polls);
	probe_forget(&b);
	probe_forget(&c);
	cx_free(ex);
}

static int step_thrice(struct probe *p, struct cx_ctx *cx)
{
	if (p->n >= 50)
		return CX_PENDING;
	p->n++;
	cx_ctx_wake(cx);
	cx_waker_wake_by_ref(&p->kept);
	cx_waker_wake(cx_ctx_waker(cx));
	return CX_PENDING;
}

static bool has_50(void *data)
{
	return ((struct probe *)data)->n >= 50;
}

static int polls_of_thrice(void)
{
	struct cx_exec *ex = exec_new();
	struct probe p = { .step = step_thrice, .keeps = true };

	probe_spawn(ex, &p);
	run_until(ex, has_50, &p, "wakes by itself were lost");
	turns(ex, 300);
	cx_free(ex);
	probe_forget(&p);
	return p.polls;
}

static void e5(void)
{
	int polls = polls_of_thrice();

	CHECK(polls >= 51 && polls <= 151, "%d polls for 150 wakes in 50 polls",
	      polls);
}

/* Woken while it waits for its turn, and now and then not at all. */
static int step_wake_peer(struct probe *p, struct cx_ctx *cx)
{
	if (p->n-- <= 0)
		return CX_READY;
	cx_ctx_wake(cx);
	if (p->n % 3 != 0 && p->peer->has_kept) {
		p->peer->n++;
		cx_waker_wake_by_ref(&p->peer->kept);
	}
	return CX_PENDING;
}

static int step_was_woken(struct probe *p, struct cx_ctx *cx)
{
	(void)cx;
	CHECK(p->polls == 1 || p->n > 0,
	      "polled again, and nobody woke it since the last poll began");
	p->n = 0;
	return CX_PENDING;
}

static void wake_the_queued(void)
{
	struct cx_exec *ex = exec_new();
	struct probe woken = { .step = step_was_woken, .keeps = true };
	struct probe first = { .step = step_wake_peer, .n = 300 };
	struct probe last = first;

	first.peer = last.peer = &woken;
	probe_spawn(ex, &first);
	probe_spawn(ex, &woken);
	probe_spawn(ex, &last);
	turns(ex, 1000);
	cx_free(ex);
	probe_forget(&woken);
}

static void e5b(void)
{
	int polls = polls_of_thrice();

	CHECK(polls == 51, "%d polls, not 51: three wakes in a poll are one",
	      polls);
	wake_the_queued();
}

static void e6(void)
{
	struct cx_exec *ex = exec_new();
	struct probe p[10] = { { 0 } };

	for (int i = 0; i < 10; i++)
		probe_spawn(ex, &p[i]);
	turns(ex, 1000);
	for (int i = 0; i < 10; i++)
		CHECK(p[i].polls == 1, "%d polls of a task that nobody woke",
		      p[i].polls);
	cx_free(ex);
}

/* ---- E7 to E9: wakers of tasks that have ended */

static void e7(void)
{
	struct cx_exec *ex = exec_new();
	struct probe p = { .step = step_yield, .n = 3, .keeps = true };

	probe_spawn(ex, &p);
	exec_run(ex);
	for (int i = 0; i < 10; i++) {
		cx_waker_wake_by_ref(&p.kept);
		turns(ex, 10);
	}
	CHECK(p.polls == 4, "polled after it was READY");
	probe_forget(&p);
	cx_free(ex);
}

/* All that can be done with a waker; drops it. */
static void use_up(struct cx_waker w)
{
	struct cx_waker copy = cx_waker_clone(&w);

	cx_waker_wake_by_ref(&w);
	cx_waker_wake_by_ref(&copy);
	cx_waker_wake(copy);
	copy = cx_waker_clone(&w);
	cx_waker_drop(w);
	cx_waker_wake_by_ref(&copy);
	cx_waker_drop(copy);
}

static void e8(void)
{
	struct squatters squatters;

	struct cx_exec *ex = exec_new();
	struct probe ready = { .step = step_second, .keeps = true };
	struct probe freed = { .keeps = true };
	struct probe gone = { .keeps = true };
	struct probe main = { .step = step_ready, .keeps = true };
	struct probe next = { .step = step_ready };
	struct cx_waker late;

	/* what block_on ran is gone, and the next run is another one */
	probe_block_on(ex, &main);
	cx_waker_wake_by_ref(&main.kept);
	probe_spawn(ex, &next);
	exec_run(ex);
	probe_spawn(ex, &ready);
	probe_spawn(ex, &freed);
	probe_spawn(ex, &gone);
	turns(ex, 10);
	cx_waker_wake_by_ref(&ready.kept);
	turns(ex, 10);
	CHECK(ready.drops == 1, "a task that was woken is not done");
	late = cx_waker_clone(&ready.kept);
	use_up(ready.kept);
	turns(ex, 10);
	if (cx_caps() & CX_CAP_CANCEL) {
		CHECK(cx_cancel(ex, gone.id) == CX_OK, "cannot cancel");
		turns(ex, 10);
		cx_waker_wake_by_ref(&gone.kept);
		turns(ex, 10);
	}
	/* queued when it is freed */
	cx_waker_wake_by_ref(&freed.kept);
	cx_free(ex);
	settle_on_its_numbers(&squatters);
	use_up(main.kept);
	use_up(freed.kept);
	use_up(gone.kept);
	use_up(late);
	check_nothing_written(&squatters);
	end_meanwhile();
	end_halfway();
}

enum {
	OLD = 2000,
	BETWEEN = 64500, /* with half the old ones: what 16 bits can tell */
	FRESH = 64
};

static void check_fresh(struct probe *fresh)
{
	for (int i = 0; i < FRESH; i++)
		CHECK(fresh[i].polls == 1,
		      "the waker of a task that is gone woke another");
}

static void e9(void)
{
	static struct probe old[OLD];
	static struct probe fresh[FRESH];
	struct cx_exec *ex = exec_new();

	for (int i = 0; i < OLD; i++) {
		old[i] = (struct probe){ .step = step_ready, .keeps = true };
		probe_spawn(ex, &old[i]);
		exec_run(ex);
	}
	for (int i = 0; i < BETWEEN; i++) {
		struct probe p = { .step = step_ready };

		probe_spawn(ex, &p);
		exec_run(ex);
	}
	for (int i = 0; i < FRESH; i++)
		probe_spawn(ex, &fresh[i]);
	turns(ex, 300);
	for (int i = 0; i < FRESH; i++) {
		if (fresh[i].polls != 1)
			skip_because("it polls tasks that nobody woke");
	}
	for (int i = 0; i < OLD; i++)
		cx_waker_wake_by_ref(&old[i].kept);
	turns(ex, 300);
	check_fresh(fresh);
	for (int i = 0; i < OLD; i++)
		cx_waker_wake(old[i].kept);
	turns(ex, 300);
	check_fresh(fresh);
	if (cx_caps() & CX_CAP_CANCEL)
		wake_the_cancelled(ex);
	cx_free(ex);
}

const struct statement waker_statements[] = {
	{ "E1", 'L', true, 0, e1 },
	{ "E2", 'G', false, 0, e2 },
	{ "E3", 'L', true, 0, e3 },
	{ "E4", 'L', true, 0, e4 },
	{ "E5", 'L', true, 0, e5 },
	{ "E5b", 'G', false, 0, e5b },
	{ "E6", 'G', false, 0, e6 },
	{ "E7", 'L', true, 0, e7 },
	{ "E8", 'L', true, 0, e8 },
	{ "E9", 'G', true, 0, e9 },
	{ 0 },
};
