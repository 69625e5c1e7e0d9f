/* E13 to E19: wakes from afar, and what a wake must not do. */
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdlib.h>

#include "ambush.h"
#include "ends.h"
#include "meet.h"
#include "parts.h"

/* ---- E13, E14: wakes of other threads while the loop sleeps */

struct caller {
	struct cx_waker w;
	sem_t go;
	unsigned int spin; /* steps before the wake; grows */
	uint64_t doze;
	uint64_t until; /* a tick in place of a bell takes long, and is right */
	long rounds;
	bool over;
};

static void *call(void *data)
{
	struct caller *c = data;

	for (;;) {
		while (sem_wait(&c->go) < 0)
			;
		if (c->over)
			return NULL;
		if (c->doze)
			doze(c->doze);
		for (volatile unsigned int i = 0; i < c->spin; i++)
			;
		cx_waker_wake_by_ref(&c->w);
	}
}

static int step_called(struct probe *p, struct cx_ctx *cx)
{
	struct caller *c = p->data;

	if (p->polls == 1)
		c->w = cx_ctx_waker(cx);
	if (p->n-- <= 0 || (c->rounds > 2 && wall_ns() > c->until))
		return CX_READY;
	c->spin = (unsigned int)p->n % 500 * 50;
	c->rounds++;
	sem_post(&c->go);
	return CX_PENDING;
}

static void be_called(struct cx_exec *ex, long times, uint64_t after)
{
	struct caller c = { .doze = after, .until = wall_ns() + 1500ull * MS };
	struct probe p = { .step = step_called, .n = times, .data = &c };
	pthread_t thread;

	sem_init(&c.go, 0, 0);
	thread = thread_start(call, &c);
	probe_block_on(ex, &p);
	c.over = true;
	sem_post(&c.go);
	thread_join(thread);
	cx_waker_drop(c.w);
	CHECK(p.polls > c.rounds, "%d polls for %ld wakes", p.polls, c.rounds);
}

static void e13(void)
{
	struct cx_exec *ex = exec_new();

	be_called(ex, 3, 30 * MS);
	be_called(ex, 2, 30 * MS);
	cx_free(ex);
}

/* ---- E14 */

struct ambushed {
	struct ambush ambush;
	struct cx_waker w;
};

static void wake_it(void *data, long round)
{
	(void)round;
	cx_waker_wake_by_ref(&((struct ambushed *)data)->w);
}

static int step_walk_in(struct probe *p, struct cx_ctx *cx)
{
	struct ambushed *a = p->data;

	if (p->polls == 1)
		a->w = cx_ctx_waker(cx);
	return ambush_next(&a->ambush) ? CX_PENDING : CX_READY;
}

static void e14(void)
{
	struct cx_exec *ex = exec_new();
	struct ambushed a = { .ambush = { .act = wake_it, .data = &a } };
	struct probe p = { .step = step_walk_in, .data = &a };

	fall_asleep_meanwhile();
	take_wakes_meanwhile();
	ambush_begin(&a.ambush, 1200);
	probe_block_on(ex, &p);
	ambush_end(&a.ambush);
	cx_waker_drop(a.w);
	be_called(ex, 2000, 0);
	cx_free(ex);
}

/*
 * ---- E15: a wake that finds its task woken already
 *
 * In each round the loop and another thread wake one task at the same time.
 * The other thread writes the round's number before it wakes.  If its wake
 * only looks at a flag, the processor may look before the number is out: the
 * poll that the loop asked for reads the old number, and no other follows.
 * Stores to cold lines before the number keep it back for longer.
 */
enum {
	LINES = 4096, /* of 64 bytes: more than fit in a first cache */
	COLD = 40,
};

struct crossing {
	struct probe task;
	struct cx_waker w;
	_Atomic long round; /* 0: over */
	char gap[64];
	_Atomic long number; /* written before the wake */
	char gap2[64];
	_Atomic long woken; /* the wake has returned */
	long seen;
	long polls; /* of the loop, since it knows of the wake */
	unsigned int wait;
	uint64_t until;
	char lines[LINES][64];
};

static void *cross(void *data)
{
	struct crossing *m = data;
	unsigned int at = 0;
	long round;

	for (long last = 0;; last = round) {
		round = next_round(&m->round, last);
		if (round < 0)
			return NULL;
		for (int i = 0; i < COLD; i++)
			*(volatile char *)&m->lines[at++ * 67 % LINES][0] = 1;
		atomic_store_explicit(&m->number, round, memory_order_relaxed);
		cx_waker_wake_by_ref(&m->w);
		atomic_store_explicit(&m->woken, round, memory_order_relaxed);
	}
}

static int step_see(struct probe *p, struct cx_ctx *cx)
{
	struct crossing *m = p->data;

	if (p->polls == 1)
		m->w = cx_ctx_waker(cx);
	m->seen = atomic_load_explicit(&m->number, memory_order_relaxed);
	return m->round < 0 ? CX_READY : CX_PENDING;
}

static int step_host(struct probe *p, struct cx_ctx *cx)
{
	struct crossing *m = p->data;

	if (m->polls % 10000 == 9999)
		pause_a_while(cx);
	else
		cx_ctx_wake(cx);
	if (m->task.polls == 0)
		return CX_PENDING;
	if (m->seen == m->round) {
		if (p->n-- <= 0 || wall_ns() > m->until) {
			m->round = -1;
			cx_waker_wake_by_ref(&m->w);
			return CX_READY;
		}
		m->polls = 0;
		m->round++;
		m->wait = m->wait * 1103515245 + 12345;
		for (volatile unsigned int i = m->wait >> 16 & 511; i > 0; i--)
			;
		cx_waker_wake_by_ref(&m->w);
	} else if (m->woken == m->round) {
		CHECK(m->polls++ < 100000,
		      "a wake of a task that was woken already is lost: what "
		      "was written before it is in no poll");
	}
	return CX_PENDING;
}

static void e15(void)
{
	static struct crossing m;
	struct probe host = { .step = step_host, .data = &m, .n = 100000 };
	struct cx_exec *ex = exec_new();
	pthread_t thread;

	wake_halfway();
	wake_twice();
	thread = thread_start(cross, &m);
	m.task = (struct probe){ .step = step_see, .data = &m };
	m.until = wall_ns() + 1500ull * MS;
	probe_spawn(ex, &m.task);
	probe_spawn(ex, &host);
	exec_run(ex);
	thread_join(thread);
	cx_waker_drop(m.w);
	cx_free(ex);
}

/* ---- E16 to E19 */

static _Atomic bool in_wake;

static int step_wakes(struct probe *p, struct cx_ctx *cx)
{
	bool over = p->n-- <= 0;

	CHECK(!in_wake, "a wake polled a task before it returned");
	in_wake = true;
	if (!over)
		cx_ctx_wake(cx);
	if (p->peer && p->peer->has_kept)
		cx_waker_wake_by_ref(&p->peer->kept);
	in_wake = false;
	return over ? CX_READY : CX_PENDING;
}

/* Runs when others wake it, and only then. */
static int step_woken(struct probe *p, struct cx_ctx *cx)
{
	(void)cx;
	CHECK(!in_wake, "a wake polled a task before it returned");
	return p->peer->n < 0 ? CX_READY : CX_PENDING;
}

static void e16(void)
{
	struct cx_exec *ex = exec_new();
	struct probe idle = { .step = step_woken, .keeps = true };
	struct probe a = { .step = step_wakes, .n = 50, .keeps = true };
	struct probe b = { .step = step_wakes, .n = 90, .keeps = true };
	struct probe c = { .step = step_wakes, .n = 2000, .keeps = true };

	idle.peer = &a;
	a.peer = &idle;
	b.peer = &a;
	probe_spawn(ex, &idle);
	probe_spawn(ex, &a);
	probe_spawn(ex, &b);
	exec_run(ex);
	probe_forget(&idle);
	/* and outside a run */
	probe_spawn(ex, &c);
	turns(ex, 2);
	in_wake = true;
	cx_waker_wake_by_ref(&c.kept);
	in_wake = false;
	exec_run(ex);
	probe_forget(&a);
	probe_forget(&b);
	probe_forget(&c);
	cx_free(ex);
}

enum {
	CHAIN = 10000
};

static int step_wake_next(struct probe *p, struct cx_ctx *cx)
{
	(void)cx;
	if (p->polls == 1)
		return CX_PENDING;
	if (p->peer)
		cx_waker_wake_by_ref(&p->peer->kept);
	return CX_READY;
}

/* Has each been polled?  The first that has not is noted in the first. */
static bool chain_waits(void *data)
{
	struct probe *p = data;
	long at = p[0].n;

	while (at < CHAIN && p[at].has_kept)
		at++;
	p[0].n = at;
	return at == CHAIN;
}

static void *run_chain(void *data)
{
	struct probe *p = calloc(CHAIN, sizeof(*p));
	struct cx_exec *ex = exec_new();

	(void)data;
	if (!p)
		skip_because("no memory");
	for (int i = 0; i < CHAIN; i++) {
		p[i].step = step_wake_next;
		p[i].keeps = true;
		p[i].peer = i + 1 < CHAIN ? &p[i + 1] : NULL;
		probe_spawn(ex, &p[i]);
	}
	run_until(ex, chain_waits, p, "a task of a chain was never polled");
	cx_waker_wake_by_ref(&p[0].kept);
	exec_run(ex);
	for (int i = 0; i < CHAIN; i++) {
		CHECK(p[i].drops == 1, "task %d of a chain was not run", i);
		probe_forget(&p[i]);
	}
	cx_free(ex);
	free(p);
	return NULL;
}

static void e17(void)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 256 * 1024);
	if (pthread_create(&thread, &attr, run_chain, NULL) != 0)
		skip_because("no thread could be started");
	thread_join(thread);
	pthread_attr_destroy(&attr);
}

static int step_compare(struct probe *p, struct cx_ctx *cx)
{
	if (p->peer && p->peer->has_kept && !p->peer->drops)
		CHECK(!cx_ctx_will_wake(cx, &p->peer->kept),
		      "will_wake says yes for the waker of another task");
	p->data = cx_ctx_will_wake(cx, &p->kept) ? p : NULL;
	return step_yield(p, cx);
}

static void compare(bool same)
{
	struct cx_exec *ex = exec_new();
	struct probe a = { .step = step_compare, .n = 20, .keeps = true };
	struct probe b = { .step = step_compare, .n = 20, .keeps = true };

	a.peer = &b;
	b.peer = &a;
	probe_spawn(ex, &a);
	probe_spawn(ex, &b);
	exec_run(ex);
	if (same)
		CHECK(a.data && b.data,
		      "will_wake says no for the waker of the same task");
	probe_forget(&a);
	probe_forget(&b);
	cx_free(ex);
}

static void e18(void)
{
	compare(false);
	compare_twins();
	compare_executors();
}

static void e18b(void)
{
	compare(true);
}

/* ---- E19: the waker is the last owner */

static int step_drop_peer(struct probe *p, struct cx_ctx *cx)
{
	(void)cx;
	probe_forget(p->peer);
	return CX_READY;
}

static void last_drop_own(struct probe *p)
{
	probe_forget(p);
}

static void last_drop_peer(struct probe *p)
{
	probe_forget(p->peer);
}

static void in_poll_and_drop(void)
{
	struct cx_exec *ex = exec_new();
	struct probe done = { .step = step_ready, .keeps = true };
	struct probe too = { .step = step_ready, .keeps = true };
	struct probe poller = { .step = step_drop_peer, .peer = &done };
	struct probe own = { .last = last_drop_own, .keeps = true };
	struct probe other = { .last = last_drop_peer, .peer = &too };

	probe_spawn(ex, &done);
	probe_spawn(ex, &too);
	exec_run(ex);
	probe_spawn(ex, &poller);
	exec_run(ex);
	probe_spawn(ex, &own);
	probe_spawn(ex, &other);
	turns(ex, 10);
	cx_free(ex);
}

static void by_clone(struct cx_waker w)
{
	struct cx_waker copy = cx_waker_clone(&w);

	cx_waker_drop(w);
	cx_waker_wake(copy);
}

struct race {
	struct cx_waker w;
	sem_t ready;
	_Atomic bool go;
	int kind;
};

static void *race_with_free(void *data)
{
	struct race *r = data;

	sem_post(&r->ready);
	while (!r->go)
		sched_yield();
	if (r->kind == 0)
		cx_waker_drop(r->w);
	else if (r->kind == 1)
		cx_waker_wake(r->w);
	else
		by_clone(r->w);
	return NULL;
}

static void e19(void)
{
	in_poll_and_drop();
	for (int i = 0; i < 400; i++) {
		struct cx_exec *ex = exec_new();
		struct probe p = { .keeps = true };
		struct race r = { .kind = i % 3 };
		pthread_t thread;

		probe_spawn(ex, &p);
		turns(ex, 2);
		r.w = p.kept;
		sem_init(&r.ready, 0, 0);
		thread = thread_start(race_with_free, &r);
		while (sem_wait(&r.ready) < 0)
			;
		r.go = true;
		for (volatile int spin = 0; spin < i % 20 * 40; spin++)
			;
		/* async-executor may drop it a moment later, over there */
		p.anywhere = true;
		cx_free(ex);
		thread_join(thread);
	}
	free_meanwhile();
	free_halfway();
	ring_halfway();
}

const struct statement wake_statements[] = {
	{ "E13", 'L', true, 0, e13 },
	{ "E14", 'L', false, 0, e14 },
	{ "E15", 'L', false, 0, e15 },
	{ "E16", 'G', false, 0, e16 },
	{ "E17", 'G', false, 0, e17 },
	{ "E18", 'L', true, 0, e18 },
	{ "E18b", 'K', false, 0, e18b },
	{ "E19", 'L', true, 0, e19 },
	{ 0 },
};
