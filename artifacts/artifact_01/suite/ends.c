/*
 * Parts of statements: what the end of a run leaves to the next, and the end
 * of a task to the others.
 */
#include "ends.h"

#include "parts.h"

/* ---- E1, E3: a main future that is READY in the poll in which it acts */

static int step_spawn_and_end(struct probe *p, struct cx_ctx *cx)
{
	(void)cx;
	probe_spawn(p->ex, p->peer);
	return CX_READY;
}

void spawn_and_end(void)
{
	struct cx_exec *ex = exec_new();
	struct probe born = { .step = step_ready };
	struct probe main = { .step = step_spawn_and_end, .peer = &born };

	probe_block_on(ex, &main);
	exec_run(ex);
	CHECK(born.polls > 0, "spawned by the future of a block_on in its last "
			      "poll, and never polled");
	cx_free(ex);
}

enum {
	WOKEN = 6
};

static int step_until_told(struct probe *p, struct cx_ctx *cx)
{
	(void)cx;
	return p->n ? CX_READY : CX_PENDING;
}

/* Wakes half of the others and itself, then the other half, and is READY. */
static int step_wake_and_end(struct probe *p, struct cx_ctx *cx)
{
	bool ends = p->polls > 1;

	if (!ends)
		cx_ctx_wake(cx);
	for (int i = ends ? WOKEN / 2 : 0; i < (ends ? WOKEN : WOKEN / 2);
	     i++) {
		p->peer[i].n = 1;
		cx_waker_wake_by_ref(&p->peer[i].kept);
	}
	return ends ? CX_READY : CX_PENDING;
}

static bool all_kept(void *data)
{
	struct probe *p = data;

	for (int i = 0; i < WOKEN; i++) {
		if (!p[i].has_kept)
			return false;
	}
	return true;
}

void wake_and_end(void)
{
	struct cx_exec *ex = exec_new();
	struct probe p[WOKEN];
	struct probe main = { .step = step_wake_and_end, .peer = p };

	for (int i = 0; i < WOKEN; i++) {
		p[i] = (struct probe){ .step = step_until_told, .keeps = true };
		probe_spawn(ex, &p[i]);
	}
	run_until(ex, all_kept, p, "a new task is never polled");
	probe_block_on(ex, &main);
	/* a wake that went with that run leaves this one asleep */
	exec_run(ex);
	for (int i = 0; i < WOKEN; i++) {
		CHECK(p[i].drops == 1,
		      "woken by the future of a block_on before its end, and "
		      "not polled in the next run");
		probe_forget(&p[i]);
	}
	cx_free(ex);
}

/* ---- E9, E35: what a cancel sets free */

enum {
	CANCELLED = 300,
	FRESH = 64
};

void wake_the_cancelled(struct cx_exec *ex)
{
	static struct probe old[CANCELLED];
	static struct probe fresh[FRESH];

	for (int i = 0; i < CANCELLED; i++) {
		old[i] = (struct probe){ .keeps = true };
		probe_spawn(ex, &old[i]);
	}
	turns(ex, 300);
	for (int i = 0; i < CANCELLED; i++)
		CHECK(cx_cancel(ex, old[i].id) == CX_OK, "cannot cancel");
	turns(ex, 300);
	for (int i = 0; i < FRESH; i++)
		probe_spawn(ex, &fresh[i]);
	turns(ex, 300);
	for (int i = 0; i < CANCELLED; i++) {
		if (old[i].has_kept)
			cx_waker_wake(old[i].kept);
	}
	turns(ex, 300);
	for (int i = 0; i < FRESH; i++)
		CHECK(fresh[i].polls == 1,
		      "the waker of a task that was cancelled woke another");
}

void ids_of_cancelled(struct cx_exec *ex, uint64_t *ids, int count)
{
	for (int i = 0; i < count; i++) {
		struct probe p = { 0 };

		probe_spawn(ex, &p);
		if (i % 8 == 0)
			turns(ex, 1);
		CHECK(cx_cancel(ex, p.id) == CX_OK, "cannot cancel");
		exec_run(ex);
		ids[i] = p.id;
	}
}

/* ---- E18 */

static int step_compare_once(struct probe *p, struct cx_ctx *cx)
{
	if (p->peer->has_kept)
		CHECK(!cx_ctx_will_wake(cx, &p->peer->kept),
		      "will_wake says yes for the waker of a task of another "
		      "executor");
	return step_yield(p, cx);
}

void compare_executors(void)
{
	struct cx_exec *a = exec_new();
	struct cx_exec *b = exec_new();
	struct probe in_a = { .keeps = true };
	struct probe in_b = { .step = step_compare_once,
			      .n = 3,
			      .peer = &in_a };

	/* the first task of either */
	probe_spawn(a, &in_a);
	probe_spawn(b, &in_b);
	turns(a, 5);
	exec_run(b);
	cx_free(a);
	cx_free(b);
	probe_forget(&in_a);
}

/* Two futures with one state, as those that have none in Rust. */
struct twins {
	struct cx_waker first;
	bool has_first;
	bool done;
};

static int first_poll(void *state, struct cx_ctx *cx)
{
	struct twins *t = state;

	if (!t->has_first)
		t->first = cx_ctx_waker(cx);
	t->has_first = true;
	return t->done ? CX_READY : CX_PENDING;
}

static int second_poll(void *state, struct cx_ctx *cx)
{
	struct twins *t = state;

	if (!t->has_first) {
		cx_ctx_wake(cx);
		return CX_PENDING;
	}
	CHECK(!cx_ctx_will_wake(cx, &t->first),
	      "will_wake says yes for the waker of another task, whose future "
	      "has the same address");
	t->done = true;
	cx_waker_wake_by_ref(&t->first);
	return CX_READY;
}

static void drop_twin(void *state)
{
	(void)state;
}

void compare_twins(void)
{
	struct cx_exec *ex = exec_new();
	struct twins t = { 0 };
	int rc;

	rc = cx_spawn(ex, (struct cx_future){ first_poll, drop_twin, &t },
		      NULL);
	CHECK(rc == CX_OK, "cx_spawn gave %s", call_word(rc));
	rc = cx_spawn(ex, (struct cx_future){ second_poll, drop_twin, &t },
		      NULL);
	CHECK(rc == CX_OK, "cx_spawn gave %s", call_word(rc));
	exec_run(ex);
	cx_waker_drop(t.first);
	cx_free(ex);
}

/* ---- E21 */

void free_the_cancelled(void)
{
	struct cx_exec *ex = exec_new();
	struct probe p[6] = { { 0 } };

	for (int i = 0; i < 6; i++) {
		p[i].keeps = i % 2;
		if (i == 4)
			turns(ex, 20);
		probe_spawn(ex, &p[i]);
	}
	cx_waker_wake_by_ref(&p[1].kept);
	for (int i = 0; i < 6; i++)
		CHECK(cx_cancel(ex, p[i].id) == CX_OK, "cannot cancel");
	cx_free(ex);
	for (int i = 0; i < 6; i++) {
		CHECK(p[i].drops == 1,
		      "cancelled, and not dropped by cx_free, which came "
		      "before the next turn");
		probe_forget(&p[i]);
	}
}

enum {
	ROUNDS = 3,
	COMERS = 3
};

/* Its peers come as those of other threads do; it waits for none. */
static int step_spawn_remotely(struct probe *p, struct cx_ctx *cx)
{
	for (int i = 0; i < COMERS; i++) {
		int rc = cx_spawn_remote(p->ex, probe_future(p->ex, p->peer++));

		CHECK(rc == CX_OK, "cx_spawn_remote gave %s", call_word(rc));
	}
	if (p->polls >= ROUNDS)
		return CX_READY;
	cx_ctx_wake(cx);
	return CX_PENDING;
}

void free_arrivals(void)
{
	struct cx_exec *ex = exec_new();
	struct probe p[ROUNDS * COMERS] = { { 0 } };
	struct probe main = { .step = step_spawn_remotely, .peer = p };

	probe_block_on(ex, &main);
	cx_free(ex);
	for (int i = 0; i < ROUNDS * COMERS; i++)
		CHECK(p[i].drops == 1,
		      "cx_free did not drop a task that cx_spawn_remote "
		      "brought during the last run");
}

/* ---- E24 */

static int step_cancel_self(struct probe *p, struct cx_ctx *cx)
{
	int rc = cx_cancel(p->ex, p->id);

	(void)cx;
	CHECK(rc == CX_OK, "a cancel of itself gave %s", call_word(rc));
	return CX_PENDING;
}

static void last_spawns(struct probe *p)
{
	probe_spawn(p->ex, p->peer);
}

void spawn_when_cancelled(struct cx_exec *ex)
{
	struct probe born[2] = { { .step = step_ready },
				 { .step = step_ready } };
	struct probe self = { .step = step_cancel_self,
			      .last = last_spawns,
			      .peer = &born[0] };
	struct probe pending = { .last = last_spawns, .peer = &born[1] };

	probe_spawn(ex, &self);
	probe_spawn(ex, &pending);
	turns(ex, 10);
	CHECK(cx_cancel(ex, pending.id) == CX_OK, "cannot cancel");
	exec_run(ex);
	CHECK(self.drops == 1 && born[0].drops == 1,
	      "cancelled by itself: %d drops, and %d of what that spawned",
	      self.drops, born[0].drops);
	CHECK(pending.drops == 1 && born[1].drops == 1,
	      "cancelled: %d drops, and %d of what that spawned", pending.drops,
	      born[1].drops);
}

/* ---- E26: while it is being freed, other threads wake */

enum {
	RING = 4
};

static void *wake_ring(void *data)
{
	struct probe *ring = data;

	for (int i = 0; i < RING; i++)
		cx_waker_wake_by_ref(&ring[i].kept);
	return NULL;
}

static void last_wakes_afar(struct probe *p)
{
	thread_join(thread_start(wake_ring, p->data));
}

void wake_afar_in_free(void)
{
	struct cx_exec *ex = exec_new();
	struct probe ring[RING];

	for (int i = 0; i < RING; i++) {
		ring[i] = (struct probe){ .last = last_wakes_afar,
					  .data = ring,
					  .keeps = true };
		probe_spawn(ex, &ring[i]);
	}
	turns(ex, 10);
	cx_free(ex);
	for (int i = 0; i < RING; i++) {
		CHECK(ring[i].drops == 1, "dropped %d times by cx_free",
		      ring[i].drops);
		probe_forget(&ring[i]);
	}
}
