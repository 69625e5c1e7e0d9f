#include "exec.h"

#include <stdlib.h>

#include "hub.h"
#include "join.h"

uint32_t cx_abi(void)
{
	return CX_ABI_VERSION;
}

const char *cx_name(void)
{
	return "cohort reference executor";
}

uint64_t cx_caps(void)
{
	return CX_CAP_CANCEL | CX_CAP_TIMERS | CX_CAP_IO | CX_CAP_CHANNEL |
	       CX_CAP_STALLED | CX_CAP_REMOTE_SPAWN | CX_CAP_VIRTUAL_TIME |
	       CX_CAP_CATCH_PANIC | CX_CAP_JOIN;
}

/* ---- life */

struct cx_exec *cx_new(void)
{
	struct cx_exec *ex = calloc(1, sizeof(*ex));

	if (!ex)
		return NULL;
	if (!reactor_init(&ex->reactor))
		goto no_reactor;
	if (!table_init(&ex->tasks))
		goto no_table;
	ex->hub = hub_new(ex->reactor.poller.bell, &ex->ready);
	if (!ex->hub)
		goto no_hub;
	atomic_init(&ex->closing, false);
	return ex;
no_hub:
	table_release(&ex->tasks);
no_table:
	reactor_release(&ex->reactor);
no_reactor:
	free(ex);
	return NULL;
}

/* Take in the tasks of other threads that the loop has not met. */
static void meet_all(struct cx_exec *ex)
{
	hub_take(ex->hub);
	for (struct task *task = ex->ready.first; task; task = task->next) {
		if (task->id == 0)
			table_add(&ex->tasks, task);
	}
}

void cx_free(struct cx_exec *ex)
{
	struct task *task;
	size_t at = 0;

	if (!ex)
		return;
	/* relaxed: only drops of futures can see it, on this thread */
	atomic_store_explicit(&ex->closing, true, memory_order_relaxed);
	ex->doomed = NULL;
	meet_all(ex);
	while ((task = table_any(&ex->tasks, &at)))
		exec_end(ex, task, CX_END_CANCELLED);
	/*
	 * All have ended, so a wake that comes now does nothing.  One that
	 * began before may be about to push, and will be refused.
	 */
	hub_close(ex->hub);
	while ((task = queue_pop(&ex->ready)))
		task_unref(task);
	hub_settle(ex->hub);
	reactor_release(&ex->reactor);
	table_release(&ex->tasks);
	hub_unref(ex->hub);
	free(ex->spare);
	free(ex);
}

/* ---- tasks */

static bool is_closing(const struct cx_exec *ex)
{
	/* relaxed: see cx_free */
	return atomic_load_explicit(&ex->closing, memory_order_relaxed);
}

/* A new task at the end of the queue; NULL: FUT has been dropped. */
static struct task *spawn(struct cx_exec *ex, struct cx_future fut)
{
	struct task *task = task_new(ex->hub, fut);

	if (!task) {
		fut.drop(fut.state);
		return NULL;
	}
	table_add(&ex->tasks, task);
	/* what was woken before is polled before */
	if (!hub_is_empty(ex->hub))
		hub_take(ex->hub);
	queue_push(&ex->ready, task);
	return task;
}

int cx_spawn(struct cx_exec *ex, struct cx_future fut, uint64_t *task)
{
	struct task *made;

	if (is_closing(ex)) {
		fut.drop(fut.state);
		return CX_E_CLOSED;
	}
	made = spawn(ex, fut);
	if (!made)
		return CX_E_SYS;
	if (task)
		*task = made->id;
	return CX_OK;
}

int cx_spawn_remote(struct cx_exec *ex, struct cx_future fut)
{
	struct task *task;

	if (is_closing(ex))
		return CX_E_CLOSED;
	task = task_new(ex->hub, fut);
	if (!task)
		return CX_E_SYS;
	/* taken: the hub is open while the executor lives */
	(void)hub_push(ex->hub, task);
	return CX_OK;
}

int cx_cancel(struct cx_exec *ex, uint64_t id)
{
	struct task *task = table_find(&ex->tasks, id);

	if (!task || task->cancelled)
		return CX_E_INVAL;
	task->cancelled = true;
	/* its own poll looks at the mark; cx_free drops all anyway */
	if (task != ex->current && !is_closing(ex)) {
		task->next_doomed = ex->doomed;
		ex->doomed = task;
	}
	return CX_OK;
}

void exec_end(struct cx_exec *ex, struct task *task, enum cx_end end)
{
	task_end(task);
	table_remove(&ex->tasks, task);
	if (ex->run && ex->run->main == task) {
		ex->run->main_ended = true;
		ex->run->end = end;
	}
	task->fut.drop(task->fut.state);
	joins_finish(&task->joins, end);
	task_unref(task);
}

/* ---- running */

static int run(struct cx_exec *ex, struct run *run)
{
	int rc;

	ex->run = run;
	rc = exec_drive(ex);
	if (run->main && !run->main_ended)
		exec_end(ex, run->main, CX_END_CANCELLED);
	ex->run = NULL;
	return rc;
}

static bool is_nested(const struct cx_exec *ex)
{
	return ex->run || is_closing(ex);
}

int cx_block_on(struct cx_exec *ex, struct cx_future fut)
{
	struct run main = { .goal = GOAL_MAIN };
	int rc;

	if (is_nested(ex)) {
		fut.drop(fut.state);
		return CX_E_NESTED;
	}
	main.main = spawn(ex, fut);
	if (!main.main)
		return CX_E_SYS;
	rc = run(ex, &main);
	if (rc < 0)
		return rc;
	return main.end == CX_END_PANIC ? CX_PANIC : CX_OK;
}

int cx_run(struct cx_exec *ex)
{
	struct run all = { .goal = GOAL_EMPTY };

	return is_nested(ex) ? CX_E_NESTED : run(ex, &all);
}

int cx_run_until_stalled(struct cx_exec *ex, uint64_t *polls)
{
	struct run some = { .goal = GOAL_STALLED };
	int rc;

	if (is_nested(ex))
		return CX_E_NESTED;
	rc = run(ex, &some);
	if (rc == CX_OK && polls)
		*polls = some.polls;
	return rc;
}
