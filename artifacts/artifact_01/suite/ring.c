/*
 * E19: a wake is held on its way to a loop that sleeps, another ends the
 * sleep, and the executor is freed.  What the first does then is done to
 * nobody: its descriptors are somebody else's.
 */
#include "ambush.h"
#include "io.h"
#include "meet.h"
#include "numbers.h"
#include "os_linux.h"

struct ring {
	struct steps steps;
	struct probe task; /* woken by the thread that is held */
	struct probe main; /* by the other one */
	_Atomic long round;
	_Atomic long done;
	_Atomic long ended;
	pid_t loop; /* its thread */
	int fds[2]; /* its last sleep ends by data */
	_Atomic bool over;
};

static void wake_once(void *data, long round)
{
	struct ring *r = data;

	for (int i = 0; i < 100 && !os_sleeps(r->loop); i++)
		doze(MS / 50);
	steps_on(&r->steps);
	cx_waker_wake_by_ref(&r->task.kept);
	steps_off(&r->steps);
	r->done = round;
}

static void *be_held(void *data)
{
	each_round(&((struct ring *)data)->round, wake_once, data);
	return NULL;
}

static void end_once(void *data, long round)
{
	struct ring *r = data;

	steps_meet(&r->steps);
	r->over = true;
	/* a wake might leave it to the other to ring */
	if (cx_caps() & CX_CAP_IO)
		put_bytes(r->fds[1], 1);
	else
		cx_waker_wake_by_ref(&r->main.kept);
	r->ended = round;
}

static void *end_sleep(void *data)
{
	each_round(&((struct ring *)data)->round, end_once, data);
	return NULL;
}

static int step_sleep(struct probe *p, struct cx_ctx *cx)
{
	struct ring *r = p->data;

	if (p->op)
		cx_op_poll(p->op, cx, NULL);
	if (p->n++ == 0)
		r->round++;
	return r->over ? CX_READY : CX_PENDING;
}

/* One round. */
static void sleep_and_free(struct ring *r)
{
	struct cx_exec *ex = exec_new();
	struct squatters squatters;

	r->over = false;
	r->task = (struct probe){ .keeps = true, .anywhere = true };
	r->main =
		(struct probe){ .step = step_sleep, .data = r, .keeps = true };
	pair_open(r->fds);
	if (cx_caps() & CX_CAP_IO)
		r->main.op = ready_op(ex, r->fds[0], CX_READABLE);
	probe_spawn(ex, &r->task);
	turns(ex, 2);
	probe_block_on(ex, &r->main);
	cx_free(ex);
	settle_on_its_numbers(&squatters);
	steps_let_go(&r->steps);
	for (int i = 0; r->done != r->round || r->ended != r->round; i++)
		doze(i < 100 ? MS / 50 : MS);
	check_nothing_written(&squatters);
	pair_close(r->fds);
	probe_forget(&r->task);
	probe_forget(&r->main);
}

void ring_halfway(void)
{
	static struct ring r;
	pthread_t held;
	pthread_t ender;

	if (!steps_possible())
		return;
	r.loop = os_tid();
	steps_begin(&r.steps);
	held = thread_start(be_held, &r);
	ender = thread_start(end_sleep, &r);
	while (steps_next(&r.steps))
		sleep_and_free(&r);
	r.round = -1;
	thread_join(held);
	thread_join(ender);
	steps_end(&r.steps);
}
