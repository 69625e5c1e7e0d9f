/* E20 to E30: spawning, dropping, cancelling, panicking. */
#include <pthread.h>

#include "ends.h"
#include "panics.h"
#include "parts.h"

static void e20(void)
{
	struct cx_exec *ex = exec_new();
	struct probe a = { .step = step_yield, .n = 5 };
	struct probe b = { .step = step_ready };
	struct probe main = { .step = step_yield, .n = 100 };

	probe_spawn(ex, &a);
	exec_run(ex);
	CHECK(a.drops == 1, "READY in a run, and not dropped when it ends");
	probe_spawn(ex, &b);
	probe_block_on(ex, &main);
	CHECK(b.polls == 0 || b.drops == 1,
	      "READY in a run, and not dropped when it ends");
	cx_free(ex);
}

/* The one statement about futures that cx_free leaves; others pass over it. */
static void e21(void)
{
	struct cx_exec *ex = exec_new();
	struct probe p[10] = { { 0 } };

	for (int i = 0; i < 10; i++) {
		p[i].keeps = i % 2;
		if (i == 5)
			turns(ex, 20);
		probe_spawn(ex, &p[i]);
	}
	/* parked, never polled, and one that is woken */
	cx_waker_wake_by_ref(&p[3].kept);
	cx_free(ex);
	for (int i = 0; i < 10; i++) {
		CHECK(p[i].drops == 1,
		      "cx_free did not drop a future that was %s",
		      i < 5 ? "pending" : "not polled yet");
		probe_forget(&p[i]);
	}
	free_after_churn();
	free_the_last();
	free_with_ops();
	if (cx_caps() & CX_CAP_CANCEL)
		free_the_cancelled();
	if (cx_caps() & CX_CAP_REMOTE_SPAWN)
		free_arrivals();
}

static void *drop_waker(void *data)
{
	probe_forget(data);
	return NULL;
}

static void e22(void)
{
	struct cx_exec *ex = exec_new();
	struct probe done = { .step = step_ready, .keeps = true };
	struct probe pending = { .keeps = true };
	struct probe late = { .keeps = true };

	/* where it is dropped is checked by the probe */
	probe_spawn(ex, &done);
	exec_run(ex);
	thread_join(thread_start(drop_waker, &done));
	probe_spawn(ex, &pending);
	probe_spawn(ex, &late);
	turns(ex, 10);
	thread_join(thread_start(drop_waker, &pending));
	cx_free(ex);
	thread_join(thread_start(drop_waker, &late));
}

/* ---- E23: its own poll and its own drop */

static int step_cancel_self(struct probe *p, struct cx_ctx *cx)
{
	cx_ctx_wake(cx);
	if (p->id && cx_caps() & CX_CAP_CANCEL)
		p->data = cx_cancel(p->ex, p->id) == CX_OK ? p : NULL;
	else
		return CX_READY;
	return CX_PENDING;
}

static void last_wakes_self(struct probe *p)
{
	cx_waker_wake_by_ref(&p->kept);
}

/* Its own task is over, or not yet, when its future is dropped. */
static void last_cancels_self(struct probe *p)
{
	if (cx_caps() & CX_CAP_CANCEL)
		cx_cancel(p->ex, p->id);
}

static void e23(void)
{
	struct cx_exec *ex = exec_new();
	struct probe a = { .step = step_cancel_self,
			   .last = last_wakes_self,
			   .keeps = true };
	struct probe b = { .last = last_wakes_self, .keeps = true };
	struct probe c = { .step = step_second,
			   .last = last_cancels_self,
			   .keeps = true };

	/* that neither happens within the other is checked by the probe */
	probe_spawn(ex, &a);
	probe_spawn(ex, &b);
	turns(ex, 20);
	CHECK(a.drops == 1, "%s, and dropped %d times",
	      cx_caps() & CX_CAP_CANCEL ? "cancelled by itself" : "READY",
	      a.drops);
	probe_spawn(ex, &c);
	turns(ex, 2);
	cx_waker_wake_by_ref(&c.kept);
	turns(ex, 5);
	CHECK(c.drops == 1, "READY, and dropped %d times", c.drops);
	cx_free(ex);
	probe_forget(&a);
	probe_forget(&c);
	probe_forget(&b);
}

/* ---- E24: what a drop may do */

enum {
	GUESTS = 12
};

struct house {
	pthread_mutex_t lock;
	struct probe guests[GUESTS];
	struct probe born[GUESTS];
	int births;
	bool closing;
	struct cx_waker spare[GUESTS];
};

static void last_act(struct probe *p)
{
	struct house *h = p->data;
	struct probe *other = p->peer;

	CHECK(pthread_mutex_lock(&h->lock) == 0,
	      "a future was dropped inside the drop of another");
	pthread_mutex_unlock(&h->lock);
	if (!other)
		return;
	if (other->has_kept)
		cx_waker_wake_by_ref(&other->kept);
	cx_waker_drop(h->spare[p->n]);
	if (h->births < GUESTS) {
		struct probe *born = &h->born[h->births++];
		uint64_t id;
		int rc;

		born->step = step_ready;
		rc = cx_spawn(p->ex, probe_future(p->ex, born), &id);
		CHECK(!h->closing || rc == CX_E_CLOSED,
		      "a spawn inside cx_free gave %s, not CX_E_CLOSED",
		      call_word(rc));
		CHECK(h->closing || rc == CX_OK, "a spawn in a drop gave %s",
		      call_word(rc));
		CHECK(!h->closing || born->drops == 1,
		      "a spawn was refused, and the future not dropped");
	}
	if (cx_caps() & CX_CAP_CANCEL && !other->drops && other->id)
		cx_cancel(p->ex, other->id);
}

static void settle_in(struct cx_exec *ex, struct house *h)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
	pthread_mutex_init(&h->lock, &attr);
	for (int i = 0; i < GUESTS; i++) {
		struct probe *p = &h->guests[i];

		*p = (struct probe){ .step = step_second,
				     .last = last_act,
				     .data = h,
				     .n = i,
				     .keeps = true,
				     .peer = &h->guests[(i + 1) % GUESTS] };
		probe_spawn(ex, p);
	}
	turns(ex, 30);
	for (int i = 0; i < GUESTS; i++)
		h->spare[i] = cx_waker_clone(&h->guests[i].kept);
}

static void leave(struct house *h)
{
	for (int i = 0; i < GUESTS; i++) {
		CHECK(h->closing || h->guests[i].drops == 1, "dropped %d times",
		      h->guests[i].drops);
		probe_forget(&h->guests[i]);
	}
	for (int i = 0; i < h->births; i++)
		CHECK(h->born[i].drops == 1,
		      "a future spawned in a drop was dropped %d times",
		      h->born[i].drops);
}

static void e24(void)
{
	static struct house during_run;
	static struct house during_free;
	struct cx_exec *ex = exec_new();

	settle_in(ex, &during_run);
	cx_waker_wake_by_ref(&during_run.guests[0].kept);
	exec_run(ex);
	if (cx_caps() & CX_CAP_CANCEL)
		spawn_when_cancelled(ex);
	settle_in(ex, &during_free);
	during_free.closing = true;
	cx_free(ex);
	leave(&during_run);
	leave(&during_free);
}

/* ---- E25, E26: what keeps what alive */

static void e25(void)
{
	struct cx_exec *ex = exec_new();
	struct probe p = { .step = step_ready, .keeps = true };
	struct cx_waker more;

	probe_spawn(ex, &p);
	exec_run(ex);
	CHECK(p.drops == 1, "a waker keeps a future alive that is READY");
	more = cx_waker_clone(&p.kept);
	probe_forget(&p);
	turns(ex, 10);
	cx_free(ex);
	cx_waker_drop(more);
}

static void last_forgets(struct probe *p)
{
	probe_forget(p);
}

static void last_wakes_peer(struct probe *p)
{
	cx_waker_wake_by_ref(&p->peer->kept);
}

static void own_waker_cycle(void)
{
	struct cx_exec *ex = exec_new();
	struct probe own = { .last = last_forgets, .keeps = true };
	struct probe after = { .keeps = true };
	struct probe woken = { .last = last_forgets, .keeps = true };
	struct probe first = { .last = last_wakes_peer, .peer = &after };
	struct probe last = first;

	/* whichever goes first, one of them wakes a task of a dying executor */
	probe_spawn(ex, &first);
	probe_spawn(ex, &own);
	probe_spawn(ex, &after);
	probe_spawn(ex, &woken);
	probe_spawn(ex, &last);
	turns(ex, 10);
	cx_waker_wake_by_ref(&woken.kept);
	cx_free(ex);
	cx_waker_wake_by_ref(&after.kept);
	cx_waker_wake(after.kept);
	CHECK(own.drops == 1 && after.drops == 1 && woken.drops == 1,
	      "not dropped by cx_free");
}

static void e26(void)
{
	int64_t before;
	int64_t grown;

	for (int i = 0; i < 2; i++) {
		own_waker_cycle();
		wake_afar_in_free();
	}
	before = counts_now().blocks;
	for (int i = 0; i < 20; i++) {
		own_waker_cycle();
		wake_afar_in_free();
	}
	grown = counts_now().blocks - before;
	CHECK(grown < 20, "20 rounds left %d blocks of memory behind",
	      (int)grown);
}

const struct statement task_statements[] = {
	{ "E20", 'G', true, 0, e20 },
	{ "E21", 'L', true, 0, e21 },
	{ "E22", 'L', true, 0, e22 },
	{ "E23", 'L', true, 0, e23 },
	{ "E24", 'G', true, 0, e24 },
	{ "E25", 'G', true, 0, e25 },
	{ "E26", 'G', true, 0, e26 },
	{ "E27", 'K', true, CX_CAP_CATCH_PANIC, panic_in_poll },
	{ "E28", 'L', false, 0, panic_in_drop },
	{ "E29", 'G', true, CX_CAP_CANCEL, cancel_pending },
	{ "E30", 'K', true, CX_CAP_CANCEL, cancel_by_id },
	{ 0 },
};
