/* The turns of the loop, time, and what a poll is given. */
#include <time.h>

#include "exec.h"
#include "hub.h"

/*
 * How many tasks a turn takes from the queue before it looks at the reactor
 * and the timers.  A look is a system call, the price of ten or twenty polls;
 * a descriptor that is ready waits for that many.
 */
enum {
	BUDGET = 128
};

/* ---- the poll context */

struct cx_waker cx_ctx_waker(struct cx_ctx *cx)
{
	task_ref(cx->task);
	return (struct cx_waker){ .data = cx->task, .vt = &task_waker_vt };
}

void cx_ctx_wake(struct cx_ctx *cx)
{
	/* no thread but this one touches the queue, so no need for the hub */
	if (task_wake_locally(cx->task))
		queue_push(&cx->ex->ready, cx->task);
}

int cx_ctx_will_wake(struct cx_ctx *cx, const struct cx_waker *w)
{
	/* the waker holds the block, so no other task can have its address */
	return w->data == cx->task;
}

/* ---- time */

static uint64_t clock_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

uint64_t exec_now(const struct cx_exec *ex)
{
	return ex->paused ? ex->paused_at : clock_ns();
}

uint64_t cx_now(struct cx_exec *ex)
{
	return exec_now(ex);
}

int cx_time_pause(struct cx_exec *ex)
{
	if (!ex->paused)
		ex->paused_at = clock_ns();
	ex->paused = true;
	return CX_OK;
}

int cx_time_advance(struct cx_exec *ex, uint64_t ns)
{
	if (!ex->paused)
		return CX_E_INVAL;
	/* the last instant is never: see cx_sleep_until */
	if (ns > UINT64_MAX - 1 - ex->paused_at)
		ns = UINT64_MAX - 1 - ex->paused_at;
	ex->paused_at += ns;
	return CX_OK;
}

/* ---- turns */

/* Drop what was cancelled before this turn. */
static void reap(struct cx_exec *ex)
{
	struct task *doomed = ex->doomed;

	ex->doomed = NULL;
	while (doomed) {
		struct task *task = doomed;

		doomed = task->next_doomed;
		exec_end(ex, task, CX_END_CANCELLED);
	}
}

static void poll_task(struct cx_exec *ex, struct task *task)
{
	struct cx_ctx cx = { .ex = ex, .task = task };
	int rc;

	/* a cancelled one is among the doomed */
	if (!task_begin(task) || task->cancelled)
		return;
	if (task->id == 0)
		table_add(&ex->tasks, task);
	ex->current = task;
	ex->run->polls++;
	rc = task->fut.poll(task->fut.state, &cx);
	ex->current = NULL;
	if (task->cancelled)
		exec_end(ex, task, CX_END_CANCELLED);
	else if (rc == CX_READY)
		exec_end(ex, task, CX_END_READY);
	else if (rc != CX_PENDING)
		exec_end(ex, task, CX_END_PANIC);
}

static void poll_some(struct cx_exec *ex)
{
	for (int i = 0; i < BUDGET && !ex->run->main_ended; i++) {
		struct task *task;

		/* for each, so that wakes keep their order across threads */
		if (!hub_is_empty(ex->hub))
			hub_take(ex->hub);
		task = queue_pop(&ex->ready);
		if (!task)
			break;
		poll_task(ex, task);
	}
}

static bool has_work(const struct cx_exec *ex)
{
	return ex->ready.first || ex->doomed || !hub_is_empty(ex->hub);
}

static bool is_over(const struct cx_exec *ex)
{
	switch (ex->run->goal) {
	case GOAL_MAIN:
		return ex->run->main_ended;
	case GOAL_EMPTY:
		return ex->tasks.count == 0 && !has_work(ex);
	case GOAL_STALLED:
		break; /* after a look at the reactor */
	}
	return false;
}

/* How long to sleep if nothing else happens, in nanoseconds. */
static uint64_t time_to_next(const struct cx_exec *ex)
{
	uint64_t next = timers_next(&ex->timers);
	uint64_t now;

	if (next == UINT64_MAX)
		return POLLER_FOREVER;
	if (ex->paused)
		return 0; /* time will jump */
	now = exec_now(ex);
	return next > now ? next - now : 0;
}

/* Look at the reactor, asleep for TIMEOUT nanoseconds if it is not 0. */
static int look_at_reactor(struct cx_exec *ex, uint64_t timeout)
{
	bool parked = timeout > 0 && hub_park(ex->hub);
	int count = 0;

	if (!parked)
		timeout = 0;
	if (parked || ex->reactor.watched > 0)
		count = reactor_wait(&ex->reactor, timeout);
	/* before anything is woken, or this thread would ring for itself */
	if (parked)
		hub_unpark(ex->hub);
	if (count < 0)
		return CX_E_SYS;
	reactor_wake(&ex->reactor, count);
	return CX_OK;
}

static int look(struct cx_exec *ex)
{
	bool idle = ex->run->goal != GOAL_STALLED && !has_work(ex);
	uint64_t timeout = idle ? time_to_next(ex) : 0;

	if (idle && ex->paused && timeout == POLLER_FOREVER &&
	    ex->reactor.watched == 0 && ex->receives == 0)
		return CX_E_STALLED;
	if (look_at_reactor(ex, timeout) < 0)
		return CX_E_SYS;
	if (!ex->timers.first)
		return CX_OK;
	if (idle && ex->paused && !has_work(ex) &&
	    ex->paused_at < timers_next(&ex->timers))
		ex->paused_at = timers_next(&ex->timers);
	timers_fire(&ex->timers, exec_now(ex));
	return CX_OK;
}

int exec_drive(struct cx_exec *ex)
{
	int rc;

	for (;;) {
		reap(ex);
		poll_some(ex);
		if (is_over(ex))
			return CX_OK;
		rc = look(ex);
		if (rc < 0)
			return rc;
		if (ex->run->goal == GOAL_STALLED && !has_work(ex))
			return CX_OK;
	}
}
