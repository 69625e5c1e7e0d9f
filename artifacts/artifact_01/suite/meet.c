/* Two threads that meet: who waits for whom. */
#include "meet.h"

#include "ambush.h"
#include "os_linux.h"

enum {
	QUIET_MS = 900, /* asleep for so long, it has been forgotten */
	SAMPLE_MS = 10
};

/* ---- the loop is held */

/* Until the loop has come to the next round, or sleeps for good. */
static void watch_loop(const struct meeting *m, long round)
{
	int quiet = 0;

	for (int i = 0; m->round == round; i++) {
		doze(i < 20 ? MS / 20 : SAMPLE_MS * MS);
		quiet = i >= 20 && os_sleeps(m->steps.tid) ? quiet + 1 : 0;
		CHECK(quiet < QUIET_MS / SAMPLE_MS,
		      "hang-idle (lost wake): %s when the loop was %s, and it "
		      "sleeps on",
		      m->what ? m->what : "another thread acted",
		      steps_place(&m->steps));
	}
}

static void meet_once(void *data, long round)
{
	struct meeting *m = data;

	steps_meet(&m->steps);
	m->acted = round;
	m->act(m);
	m->done = round;
	steps_let_go(&m->steps);
	watch_loop(m, round);
}

static void *meet(void *data)
{
	each_round(&((struct meeting *)data)->round, meet_once, data);
	return NULL;
}

void meeting_begin(struct meeting *m)
{
	m->round = 0;
	m->acted = 0;
	m->done = 0;
	m->steps = (struct steps){ .ms = m->steps.ms };
	steps_begin(&m->steps);
	m->thread = thread_start(meet, m);
}

void meeting_await(struct meeting *m)
{
	for (int i = 0; m->done != m->round; i++)
		doze(i < 100 ? MS / 50 : MS);
}

bool meeting_next(struct meeting *m)
{
	steps_off(&m->steps);
	meeting_await(m);
	if (!steps_next(&m->steps))
		return false;
	m->round++;
	return true;
}

void meeting_end(struct meeting *m)
{
	m->round = -1;
	thread_join(m->thread);
	steps_end(&m->steps);
}

/* ---- the other thread is held */

static void be_held_once(void *data, long round)
{
	struct halfway *h = data;

	steps_on(&h->steps);
	h->act(h);
	steps_off(&h->steps);
	h->done = round;
}

static void *be_held(void *data)
{
	each_round(&((struct halfway *)data)->round, be_held_once, data);
	return NULL;
}

void halfway_try(struct halfway *h)
{
	long round = 0;
	pthread_t thread;

	if (!steps_possible())
		return;
	h->round = 0;
	h->done = 0;
	h->steps = (struct steps){ .ms = h->steps.ms };
	steps_begin(&h->steps);
	thread = thread_start(be_held, h);
	while (steps_next(&h->steps)) {
		if (h->before)
			h->before(h);
		h->round++;
		steps_meet(&h->steps);
		h->meanwhile(h);
		steps_let_go(&h->steps);
		next_round(&h->done, round++);
		if (h->after)
			h->after(h);
	}
	h->round = -1;
	thread_join(thread);
	steps_end(&h->steps);
}

/* ---- two tasks, and what was written before they are woken */

static int step_see(struct probe *p, struct cx_ctx *cx)
{
	struct pair *pair = p->data;

	(void)cx;
	pair->seen[p->n] = pair->number[p->n];
	return pair->over ? CX_READY : CX_PENDING;
}

void pair_begin(struct cx_exec *ex, struct pair *pair)
{
	*pair = (struct pair){ 0 };
	for (int i = 0; i < 2; i++) {
		pair->task[i] = (struct probe){
			.step = step_see, .data = pair, .n = i, .keeps = true
		};
		probe_spawn(ex, &pair->task[i]);
	}
	turns(ex, 2);
}

void pair_wake(struct pair *pair, int which)
{
	pair->number[which]++;
	cx_waker_wake_by_ref(&pair->task[which].kept);
}

static bool has_seen(void *data)
{
	const struct pair *pair = data;

	return pair->seen[0] == pair->number[0] &&
	       pair->seen[1] == pair->number[1];
}

void pair_await(struct cx_exec *ex, struct pair *pair, const char *what)
{
	run_until(ex, has_seen, pair, what);
}

void pair_end(struct cx_exec *ex, struct pair *pair)
{
	pair->over = true;
	for (int i = 0; i < 2; i++)
		pair_wake(pair, i);
	exec_run(ex);
	for (int i = 0; i < 2; i++)
		probe_forget(&pair->task[i]);
}
