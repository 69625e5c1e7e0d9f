/* The loop is held at each place while another thread acts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io.h"
#include "meet.h"
#include "parts.h"

/* ---- E14: on its way from a poll to its sleep */

struct sleeper {
	struct meeting m;
	struct probe main;
	struct cx_waker w;
};

static int step_into_sleep(struct probe *p, struct cx_ctx *cx)
{
	struct sleeper *s = p->data;

	if (p->polls == 1)
		s->w = cx_ctx_waker(cx);
	if (s->m.acted != s->m.round)
		return CX_PENDING; /* for nothing */
	if (!meeting_next(&s->m))
		return CX_READY;
	steps_on(&s->m.steps);
	return CX_PENDING;
}

static void act_wake(struct meeting *m)
{
	cx_waker_wake_by_ref(&((struct sleeper *)m->data)->w);
}

static void act_wake_clone(struct meeting *m)
{
	cx_waker_wake(cx_waker_clone(&((struct sleeper *)m->data)->w));
}

static void fall_asleep(struct cx_exec *ex, bool spawned)
{
	static struct sleeper s;

	s = (struct sleeper){
		.m = { .act = spawned ? act_wake_clone : act_wake,
		       .what = "another thread woke a task",
		       .data = &s },
		.main = { .step = step_into_sleep, .data = &s },
	};
	meeting_begin(&s.m);
	if (spawned) {
		probe_spawn(ex, &s.main);
		exec_run(ex);
	} else {
		probe_block_on(ex, &s.main);
	}
	meeting_end(&s.m);
	cx_waker_drop(s.w);
}

void fall_asleep_meanwhile(void)
{
	struct cx_exec *ex = exec_new();
	struct probe later = { .step = step_await };
	struct probe reader = { .step = step_await };
	int fds[2];

	if (!steps_possible())
		return;
	fall_asleep(ex, false);
	fall_asleep(ex, true);
	/* with something to wait for, it goes another way */
	if (cx_caps() & CX_CAP_TIMERS) {
		later.op = cx_sleep_until(ex, cx_now(ex) + 3600000ull * MS);
		probe_spawn(ex, &later);
	}
	pair_open(fds);
	if (cx_caps() & CX_CAP_IO) {
		reader.op = ready_op(ex, fds[0], CX_READABLE);
		probe_spawn(ex, &reader);
	}
	if (cx_caps() & (CX_CAP_TIMERS | CX_CAP_IO))
		fall_asleep(ex, false);
	cx_free(ex);
	pair_close(fds);
}

/* ---- E14: taking one wake while another comes */

struct taker {
	struct meeting m;
	struct pair pair;
};

static void act_wake_second(struct meeting *m)
{
	pair_wake(&((struct taker *)m->data)->pair, 1);
}

static void *wake_first(void *data)
{
	pair_wake(data, 0);
	return NULL;
}

static void take_one(struct cx_exec *ex, struct taker *t)
{
	char text[200];

	thread_join(thread_start(wake_first, &t->pair));
	steps_on(&t->m.steps);
	turns(ex, 1);
	steps_off(&t->m.steps);
	meeting_await(&t->m);
	snprintf(text, sizeof(text),
		 "of two wakes by other threads one is lost: it came when the "
		 "loop was %s",
		 steps_place(&t->m.steps));
	pair_await(ex, &t->pair, text);
}

void take_wakes_meanwhile(void)
{
	static struct taker t;
	struct cx_exec *ex = exec_new();

	if (!steps_possible())
		return;
	t = (struct taker){ .m = { .act = act_wake_second, .data = &t } };
	pair_begin(ex, &t.pair);
	meeting_begin(&t.m);
	while (meeting_next(&t.m))
		take_one(ex, &t);
	meeting_end(&t.m);
	pair_end(ex, &t.pair);
	cx_free(ex);
}

/* ---- E8, E19: on its way from READY, or a cancel, or through cx_free */

struct ending {
	struct meeting m;
	void (*end)(struct ending *e, struct probe *p); /* held in it */
	struct cx_exec *ex;
	struct cx_waker w;
};

static void act_wake_once(struct meeting *m)
{
	struct ending *e = m->data;
	struct cx_waker copy;

	if (m->round % 2) {
		copy = cx_waker_clone(&e->w);
		cx_waker_drop(e->w);
		cx_waker_wake(copy);
	} else {
		cx_waker_wake(e->w);
	}
}

static int step_when_told(struct probe *p, struct cx_ctx *cx)
{
	struct ending *e = p->data;

	(void)cx;
	if (p->n == 0)
		return CX_PENDING;
	steps_on(&e->m.steps);
	return CX_READY;
}

static void end_by_ready(struct ending *e, struct probe *p)
{
	p->n = 1;
	cx_waker_wake_by_ref(&p->kept);
	exec_run(e->ex);
}

static void end_by_cancel(struct ending *e, struct probe *p)
{
	steps_on(&e->m.steps);
	cx_cancel(e->ex, p->id);
	exec_run(e->ex);
}

static void end_by_free(struct ending *e, struct probe *p)
{
	p->anywhere = true;
	steps_on(&e->m.steps);
	cx_free(e->ex);
	steps_off(&e->m.steps); /* making one is another matter */
	e->ex = exec_new();
}

/* One task ends in each round; another thread has a waker of it. */
static void end_each(void (*end)(struct ending *e, struct probe *p))
{
	static struct ending e;
	bool more = true;

	if (!steps_possible())
		return;
	e = (struct ending){ .m = { .act = act_wake_once, .data = &e },
			     .end = end,
			     .ex = exec_new() };
	meeting_begin(&e.m);
	while (more) {
		struct probe p = { .step = step_when_told,
				   .data = &e,
				   .keeps = true };

		probe_spawn(e.ex, &p);
		turns(e.ex, 2);
		e.w = cx_waker_clone(&p.kept);
		more = meeting_next(&e.m);
		end(&e, &p);
		steps_off(&e.m.steps);
		if (more)
			meeting_await(&e.m);
		else
			cx_waker_drop(e.w);
		CHECK(p.drops == 1,
		      "woken by another thread when the loop was %s, and "
		      "dropped %d times",
		      steps_place(&e.m.steps), p.drops);
		probe_forget(&p);
	}
	meeting_end(&e.m);
	cx_free(e.ex);
}

void end_meanwhile(void)
{
	end_each(end_by_ready);
	if (cx_caps() & CX_CAP_CANCEL)
		end_each(end_by_cancel);
}

void free_meanwhile(void)
{
	end_each(end_by_free);
}

/* ---- E84, E85: a spawn comes when it falls asleep, or has nothing left */

struct arrival {
	struct meeting m;
	struct cx_exec *ex;
	struct probe main;
	struct probe comer;
	struct cx_future future;
};

static void act_spawn(struct meeting *m)
{
	struct arrival *a = m->data;
	int rc = cx_spawn_remote(a->ex, a->future);

	CHECK(rc == CX_OK, "cx_spawn_remote gave %s", call_word(rc));
}

static int step_wake_main(struct probe *p, struct cx_ctx *cx)
{
	struct arrival *a = p->data;

	(void)cx;
	if (a->main.has_kept)
		cx_waker_wake_by_ref(&a->main.kept);
	return CX_READY;
}

/* Which may come at the end of a turn, after main was polled. */
static void last_wakes_main(struct probe *p)
{
	const struct arrival *a = p->data;

	if (a->main.has_kept)
		cx_waker_wake_by_ref(&a->main.kept);
}

static void next_comer(struct arrival *a)
{
	a->comer = (struct probe){ .step = step_wake_main,
				   .last = last_wakes_main,
				   .data = a };
	a->future = probe_future(a->ex, &a->comer);
}

static int step_until_comer(struct probe *p, struct cx_ctx *cx)
{
	struct arrival *a = p->data;

	(void)cx;
	if (a->m.round > 0 && a->comer.drops == 0)
		return CX_PENDING;
	if (!meeting_next(&a->m))
		return CX_READY;
	next_comer(a);
	steps_on(&a->m.steps);
	return CX_PENDING;
}

void spawn_meanwhile(void)
{
	static struct arrival a;

	if (!steps_possible())
		return;
	a = (struct arrival){
		.m = { .act = act_spawn,
		       .what = "another thread spawned a task",
		       .data = &a },
		.ex = exec_new(),
		.main = { .step = step_until_comer, .data = &a, .keeps = true },
	};
	meeting_begin(&a.m);
	probe_block_on(a.ex, &a.main);
	meeting_end(&a.m);
	probe_forget(&a.main);
	cx_free(a.ex);
}

/*
 * The loop takes one that was spawned before, and runs out of tasks, while
 * another comes.
 */
void run_out_meanwhile(void)
{
	static struct arrival a;

	if (!steps_possible())
		return;
	a = (struct arrival){ .m = { .act = act_spawn, .data = &a },
			      .ex = exec_new() };
	meeting_begin(&a.m);
	while (meeting_next(&a.m)) {
		struct probe first = { .step = step_ready };
		int rc = cx_spawn_remote(a.ex, probe_future(a.ex, &first));

		CHECK(rc == CX_OK, "cx_spawn_remote gave %s", call_word(rc));
		next_comer(&a);
		steps_on(&a.m.steps);
		exec_run(a.ex);
		steps_off(&a.m.steps);
		meeting_await(&a.m);
		exec_run(a.ex);
		CHECK(a.comer.polls == 1 && a.comer.drops == 1 &&
			      first.drops == 1,
		      "a task that another thread spawned when the loop was "
		      "%s had %d polls and %d drops",
		      steps_place(&a.m.steps), a.comer.polls, a.comer.drops);
	}
	meeting_end(&a.m);
	cx_free(a.ex);
}
