/* E84 to E86: spawns from other threads. */
#include <sched.h>
#include <stdlib.h>

#include "ambush.h"
#include "io.h"
#include "meet.h"
#include "parts.h"

enum {
	SPAWNERS = 4,
	SPAWNS = 3000
};

struct spawner {
	struct cx_exec *ex;
	struct cx_future futures[SPAWNS];
	int count;
	unsigned int wait_ms;
	atomic_int *missing; /* that are to begin together; or NULL */
};

static void *spawn_all(void *data)
{
	struct spawner *s = data;

	doze((uint64_t)s->wait_ms * MS);
	if (s->missing) {
		--*s->missing;
		while (*s->missing > 0)
			sched_yield();
	}
	for (int i = 0; i < s->count; i++) {
		int rc = cx_spawn_remote(s->ex, s->futures[i]);

		CHECK(rc == CX_OK, "cx_spawn_remote gave %s", call_word(rc));
	}
	return NULL;
}

/* Takes one off the count of its peer, and wakes it at the end. */
static int step_report(struct probe *p, struct cx_ctx *cx)
{
	(void)cx;
	if (--p->peer->n == 0)
		cx_waker_wake_by_ref(&p->peer->kept);
	return CX_READY;
}

static int step_all_reported(struct probe *p, struct cx_ctx *cx)
{
	(void)cx;
	return p->n == 0 ? CX_READY : CX_PENDING;
}

/* A spawn comes just when the loop goes to sleep. */
enum {
	AMBUSHES = 20000
};

struct ambushed {
	struct ambush ambush;
	struct probe main;
	struct probe comers[AMBUSHES + 1];
	struct cx_future futures[AMBUSHES + 1];
};

static void spawn_round(void *data, long round)
{
	struct ambushed *a = data;
	int rc = cx_spawn_remote(a->main.ex, a->futures[round]);

	CHECK(rc == CX_OK, "cx_spawn_remote gave %s", call_word(rc));
}

static int step_wake_main(struct probe *p, struct cx_ctx *cx)
{
	(void)cx;
	cx_waker_wake_by_ref(&p->peer->kept);
	return CX_READY;
}

/* Some poll it more often than it is woken. */
static int step_next_comer(struct probe *p, struct cx_ctx *cx)
{
	struct ambushed *a = p->data;

	(void)cx;
	if (a->ambush.round && a->comers[a->ambush.round].polls == 0)
		return CX_PENDING;
	return ambush_next(&a->ambush) ? CX_PENDING : CX_READY;
}

static void spawn_in_ambush(struct cx_exec *ex)
{
	static struct ambushed a;

	a.ambush = (struct ambush){ .act = spawn_round,
				    .data = &a,
				    .most = AMBUSHES };
	a.main = (struct probe){ .step = step_next_comer,
				 .data = &a,
				 .keeps = true };
	for (int i = 1; i <= AMBUSHES; i++) {
		a.comers[i].step = step_wake_main;
		a.comers[i].peer = &a.main;
		a.futures[i] = probe_future(ex, &a.comers[i]);
	}
	ambush_begin(&a.ambush, 600);
	probe_block_on(ex, &a.main);
	ambush_end(&a.ambush);
	exec_run(ex);
	probe_forget(&a.main);
}

static void e84(void)
{
	static struct spawner s;
	struct cx_exec *ex = exec_new();

	for (int round = 0; round < 3; round++) {
		struct probe all = { .step = step_all_reported,
				     .keeps = true,
				     .n = 1 };
		struct probe one = { .step = step_report, .peer = &all };
		pthread_t thread;

		s = (struct spawner){ .ex = ex, .count = 1, .wait_ms = 60 };
		s.futures[0] = probe_future(ex, &one);
		thread = thread_start(spawn_all, &s);
		probe_block_on(ex, &all);
		thread_join(thread);
		exec_run(ex);
		CHECK(one.polls == 1 && one.drops == 1,
		      "a task from another thread had %d polls and %d drops",
		      one.polls, one.drops);
		probe_forget(&all);
	}
	spawn_meanwhile();
	spawn_in_ambush(ex);
	cx_free(ex);
}

/* Another thread does, during the last poll of this one, and of all. */
static int step_spawn_afar(struct probe *p, struct cx_ctx *cx)
{
	if (step_yield(p, cx) == CX_PENDING)
		return CX_PENDING;
	thread_join(thread_start(spawn_all, p->data));
	return CX_READY;
}

/* One that the run has not met yet is live, wherever in a turn it comes. */
static void spawn_when_all_is_done(struct cx_exec *ex)
{
	static struct spawner s;

	for (int i = 0; i < 140; i++) {
		struct probe last = { .step = step_spawn_afar,
				      .data = &s,
				      .n = i - 1 };
		struct probe p = { .step = step_ready };

		s = (struct spawner){ .ex = ex, .count = 1 };
		s.futures[0] = probe_future(ex, &p);
		if (i == 0)
			thread_join(thread_start(spawn_all, &s));
		else
			probe_spawn(ex, &last);
		exec_run(ex);
		CHECK(p.polls == 1 && p.drops == 1,
		      "cx_run left a task that another thread had spawned");
	}
}

static void e85(void)
{
	static struct spawner s[SPAWNERS];
	static struct probe p[SPAWNERS][SPAWNS];
	struct cx_exec *ex = exec_new();
	struct probe all = { .step = step_all_reported,
			     .keeps = true,
			     .n = SPAWNERS * SPAWNS };
	atomic_int missing = SPAWNERS;
	pthread_t threads[SPAWNERS];

	spawn_when_all_is_done(ex);
	run_out_meanwhile();
	spawn_halfway();
	for (int i = 0; i < SPAWNERS; i++) {
		s[i] = (struct spawner){ .ex = ex,
					 .count = SPAWNS,
					 .missing = &missing };
		for (int j = 0; j < SPAWNS; j++) {
			p[i][j].step = step_report;
			p[i][j].peer = &all;
			s[i].futures[j] = probe_future(ex, &p[i][j]);
		}
		threads[i] = thread_start(spawn_all, &s[i]);
	}
	probe_block_on(ex, &all);
	for (int i = 0; i < SPAWNERS; i++)
		thread_join(threads[i]);
	exec_run(ex);
	for (int i = 0; i < SPAWNERS; i++) {
		for (int j = 0; j < SPAWNS; j++)
			CHECK(p[i][j].polls == 1 && p[i][j].drops == 1,
			      "a task from another thread had %d polls and "
			      "%d drops",
			      p[i][j].polls, p[i][j].drops);
	}
	probe_forget(&all);
	cx_free(ex);
}

/* What its drop spawns is its peer; the result goes to n. */
static void last_spawns(struct probe *p)
{
	p->n = cx_spawn_remote(p->ex, probe_future(p->ex, p->peer));
}

static void e86(void)
{
	static struct spawner s;
	struct cx_exec *ex = exec_new();
	struct probe p[10] = { { 0 } };
	struct probe late = { 0 };
	struct probe spawns = { .last = last_spawns, .peer = &late };
	struct probe local[3] = { { 0 } };
	/* its waker is left, and what it shares with others */
	struct probe done = { .step = step_ready, .keeps = true };

	probe_spawn(ex, &spawns);
	probe_spawn(ex, &done);
	turns(ex, 2);
	/* there are others in the queue, which no run met either */
	for (int i = 0; i < 3; i++)
		probe_spawn(ex, &local[i]);
	s = (struct spawner){ .ex = ex, .count = 10 };
	for (int i = 0; i < 10; i++)
		s.futures[i] = probe_future(ex, &p[i]);
	thread_join(thread_start(spawn_all, &s));
	cx_free(ex);
	for (int i = 0; i < 3; i++)
		CHECK(local[i].drops == 1, "cx_free dropped a task %d times",
		      local[i].drops);
	for (int i = 0; i < 10; i++)
		CHECK(p[i].drops == 1 && p[i].polls == 0,
		      "a task from another thread that no run met had %d "
		      "drops in cx_free, and %d polls",
		      p[i].drops, p[i].polls);
	/* what came while it was being freed may go with what is shared */
	probe_forget(&done);
	if (spawns.n == CX_OK)
		CHECK(late.drops == 1,
		      "cx_spawn_remote inside cx_free took a future and "
		      "dropped it %d times",
		      late.drops);
	else
		CHECK(late.drops == 0,
		      "cx_spawn_remote inside cx_free gave %s, and dropped "
		      "the future, which is still the caller's",
		      code_word(spawns.n));
}

const struct statement extra_statements[] = {
	{ "E84", 'L', true, CX_CAP_REMOTE_SPAWN, e84 },
	{ "E85", 'L', false, CX_CAP_REMOTE_SPAWN, e85 },
	{ "E86", 'L', true, CX_CAP_REMOTE_SPAWN, e86 },
	{ 0 },
};
