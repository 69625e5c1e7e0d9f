#ifndef REFERENCE_EXECUTOR_EXEC_H
#define REFERENCE_EXECUTOR_EXEC_H

/*
 * The executor itself.  All of it is the loop thread's, but for the hub.
 *
 * Polling, dropping and waking run code of the suite, which may call back
 * into all of this: nothing is half-done, and no pointer into a list is held,
 * while one of them runs.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "cohort_executor.h"
#include "reactor.h"
#include "table.h"
#include "task.h"
#include "timer.h"

struct hub;

/* When a run is over. */
enum goal {
	GOAL_MAIN,    /* its main task has ended */
	GOAL_EMPTY,   /* no task is left */
	GOAL_STALLED, /* nothing can be polled */
};

struct run {
	enum goal goal;
	struct task *main; /* never followed: it may have been freed */
	bool main_ended;
	enum cx_end end; /* how */
	uint64_t polls;
};

struct cx_exec {
	struct hub *hub;
	struct queue ready;
	struct table tasks;
	struct task *doomed;  /* cancelled, to be dropped in the next turn */
	struct task *current; /* being polled */
	struct run *run;      /* of the run call that is active */
	struct timers timers;
	struct reactor reactor;
	struct cx_op *spare; /* the latest to be dropped: see op_new */
	uint64_t receives;   /* that wait */
	bool paused;
	uint64_t paused_at;
	_Atomic bool closing;
};

struct cx_ctx {
	struct cx_exec *ex;
	struct task *task;
};

/* cx_now. */
uint64_t exec_now(const struct cx_exec *ex);

/* Drop the future of TASK, which is not being polled, and forget the task. */
void exec_end(struct cx_exec *ex, struct task *task, enum cx_end end);

/* Turns until the goal of ex->run: CX_OK or an enum cx_error. */
int exec_drive(struct cx_exec *ex);

#endif
