/* E20 to E35: spawning, dropping, cancelling, panicking, running. */
#include <pthread.h>
#include <stdlib.h>

#include "ends.h"
#include "io.h"
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

/* ---- E31 to E35 */

enum {
	CHAIN = 100000
};

struct chain {
	struct probe *links;
	long made;
	long polled;
};

static void chain_next(struct cx_exec *ex, struct chain *c);

static int step_link(struct probe *p, struct cx_ctx *cx)
{
	struct chain *c = p->data;

	(void)cx;
	c->polled++;
	if (p->n % 2)
		chain_next(p->ex, c);
	return CX_READY;
}

static void last_link(struct probe *p)
{
	if (p->n % 2 == 0)
		chain_next(p->ex, p->data);
}

static void chain_next(struct cx_exec *ex, struct chain *c)
{
	struct probe *p = &c->links[c->made];

	if (c->made == CHAIN)
		return;
	*p = (struct probe){
		.step = step_link, .last = last_link, .data = c, .n = c->made++
	};
	probe_spawn(ex, p);
}

static void e31(void)
{
	struct chain c = { .links = calloc(CHAIN, sizeof(*c.links)) };
	struct cx_exec *ex = exec_new();

	if (!c.links)
		skip_because("no memory");
	chain_next(ex, &c);
	exec_run(ex);
	CHECK(c.polled == CHAIN, "%ld of %d spawned tasks were polled",
	      c.polled, CHAIN);
	cx_free(ex);
	free(c.links);
}

/* Its peer comes behind it in each round. */
static int step_before_peer(struct probe *p, struct cx_ctx *cx)
{
	if (p->polls == 1)
		probe_spawn(p->ex, p->peer);
	return step_yield(p, cx);
}

static int step_until_told(struct probe *p, struct cx_ctx *cx)
{
	(void)cx;
	return p->n ? CX_READY : CX_PENDING;
}

static void e32(void)
{
	struct cx_exec *ex = exec_new();
	struct probe pending = { .step = step_until_told, .keeps = true };
	/* many more than any batch, for each poll of the other */
	struct probe busy = { .step = step_yield, .n = 30000 };
	struct probe behind = busy;
	struct probe main = { .step = step_before_peer,
			      .n = 10,
			      .peer = &behind };

	probe_spawn(ex, &pending);
	probe_spawn(ex, &busy);
	probe_block_on(ex, &main);
	CHECK(busy.drops == 0, "block_on waited for another task");
	CHECK(pending.polls > 0,
	      "another task was not polled once while block_on ran");
	pending.n = 1;
	cx_waker_wake_by_ref(&pending.kept);
	exec_run(ex);
	CHECK(busy.drops == 1 && behind.drops == 1 && pending.drops == 1,
	      "tasks that block_on left behind did not go on");
	probe_forget(&pending);
	cx_free(ex);
}

static void *wake_in_a_while(void *data)
{
	struct probe *p = data;

	doze(20 * MS);
	cx_waker_wake_by_ref(&p->kept);
	return NULL;
}

static void e33(void)
{
	struct cx_exec *ex = exec_new();
	struct probe idle = { .step = step_second, .keeps = true };
	pthread_t thread;
	struct probe a = { .step = step_yield, .n = 10 };
	struct probe b = { .step = step_yield, .n = 500 };

	exec_run(ex);
	exec_run(ex);
	probe_spawn(ex, &a);
	probe_spawn(ex, &b);
	exec_run(ex);
	CHECK(a.drops == 1 && b.drops == 1, "cx_run left a task that is live");
	exec_run(ex);
	probe_spawn(ex, &idle);
	turns(ex, 2);
	thread = thread_start(wake_in_a_while, &idle);
	exec_run(ex);
	CHECK(idle.drops == 1, "cx_run left a task that waits");
	thread_join(thread);
	probe_forget(&idle);
	cx_free(ex);
}

/* It looks at the reactor, without waiting: soon the data is seen. */
static void stalled_beside_data(struct cx_exec *ex)
{
	struct probe p = { .step = step_await };
	int fds[2];

	pair_open(fds);
	p.op = ready_op(ex, fds[0], CX_READABLE);
	probe_spawn(ex, &p);
	cx_run_until_stalled(ex, NULL);
	put_bytes(fds[1], 1);
	for (int i = 0; i < 200 && !p.drops; i++) {
		cx_run_until_stalled(ex, NULL);
		doze(i < 3 ? 0 : MS);
	}
	CHECK(p.drops == 1, "it never looks at the reactor");
	pair_close(fds);
}

static void e34(void)
{
	struct cx_exec *ex = exec_new();
	struct probe p[3] = { { .step = step_yield, .n = 500 },
			      { .step = step_yield, .n = 3 },
			      { .step = step_yield, .n = 2 } };
	struct probe pending = { 0 };
	struct probe far = { .step = step_await };
	uint64_t before = all_polls;
	uint64_t polls = 0;
	int rc;

	for (int i = 0; i < 3; i++)
		probe_spawn(ex, &p[i]);
	probe_spawn(ex, &pending);
	if (cx_caps() & CX_CAP_TIMERS) {
		far.op = cx_sleep_until(ex, cx_now(ex) + 3600ull * 1000 * MS);
		CHECK(far.op, "cx_sleep_until gave NULL");
		probe_spawn(ex, &far);
	}
	rc = cx_run_until_stalled(ex, &polls);
	CHECK(rc == CX_OK, "cx_run_until_stalled gave %s", call_word(rc));
	for (int i = 0; i < 3; i++)
		CHECK(p[i].drops == 1, "it left a task that could run");
	CHECK(polls == all_polls - before,
	      "it says %llu polls, and there were %llu",
	      (unsigned long long)polls,
	      (unsigned long long)(all_polls - before));
	rc = cx_run_until_stalled(ex, NULL);
	CHECK(rc == CX_OK, "cx_run_until_stalled gave %s", call_word(rc));
	if (cx_caps() & CX_CAP_IO)
		stalled_beside_data(ex);
	count_no_dead(ex);
	count_many(ex);
	cx_free(ex);
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void e35(void)
{
	enum {
		COUNT = 66000, /* more than 16 bits */
		MORE = 2000
	};
	static uint64_t ids[COUNT + MORE];
	struct cx_exec *ex = exec_new();
	int count = COUNT;

	for (int i = 0; i < COUNT; i++) {
		struct probe p = { .step = step_ready };

		probe_spawn(ex, &p);
		exec_run(ex);
		ids[i] = p.id;
	}
	if (cx_caps() & CX_CAP_CANCEL) {
		ids_of_cancelled(ex, ids + COUNT, MORE);
		count += MORE;
	}
	qsort(ids, (size_t)count, sizeof(ids[0]), by_value);
	for (int i = 1; i < count; i++)
		CHECK(ids[i] != ids[i - 1], "a task id was used twice");
	cx_free(ex);
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
	{ "E31", 'L', false, 0, e31 },
	{ "E32", 'G', true, 0, e32 },
	{ "E33", 'G', true, 0, e33 },
	{ "E34", 'K', true, CX_CAP_STALLED, e34 },
	{ "E35", 'K', false, 0, e35 },
	{ 0 },
};
