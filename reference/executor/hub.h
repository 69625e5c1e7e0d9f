#ifndef REFERENCE_EXECUTOR_HUB_H
#define REFERENCE_EXECUTOR_HUB_H

/*
 * Where wakes of other threads arrive, and how they end a park.
 *
 * The hub is the part of an executor that wakers know.  It is counted: one
 * for the executor and one for each block of a task, so it is there for the
 * last waker, however late that comes.
 *
 * All that threads have to agree on is one word, the inbox:
 *
 *	NULL	the loop is awake, nothing has arrived
 *	PARKED	the loop sleeps, or is about to
 *	CLOSED	the executor is gone
 *	else	the task that was pushed last, chained through task.next
 *
 * "Look whether there is work, then sleep" is a single compare-and-swap from
 * NULL to PARKED, and "push, then look whether the loop sleeps" is a single
 * one too.  Of two operations on one word one comes first: either the park
 * fails or the push sees PARKED and rings.  No wake can fall in between, and
 * that needs no memory order at all; the orders below are for the tasks that
 * are handed over.
 *
 * Progress: push is lock-free, all else wait-free.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct task;
struct queue;

struct hub {
	_Atomic(struct task *) inbox;
	_Atomic uint64_t refs;
	int bell; /* open until hub_close */
};

/* NULL: no memory.  The caller has the one reference. */
struct hub *hub_new(int bell);

/* Any thread. */
void hub_ref(struct hub *hub);
void hub_unref(struct hub *hub);

/*
 * Any thread: hand over TASK, which whoever scheduled it owns, and end a
 * park.  False once the hub is closed: the task is the caller's still.
 */
bool hub_push(struct hub *hub, struct task *task);

/* ---- the loop thread */

bool hub_is_empty(struct hub *hub);

/* Append what has arrived to QUEUE, first come first. */
void hub_take(struct hub *hub, struct queue *queue);

/* False if something has arrived.  Else a push rings, until hub_unpark. */
bool hub_park(struct hub *hub);

/* True if a push has ended the park: one ring has come or is on its way. */
bool hub_unpark(struct hub *hub);

/* Take the last arrivals; from now on every push is refused. */
void hub_close(struct hub *hub, struct queue *queue);

#endif
