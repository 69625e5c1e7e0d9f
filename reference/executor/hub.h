#ifndef REFERENCE_EXECUTOR_HUB_H
#define REFERENCE_EXECUTOR_HUB_H

/*
 * Where wakes arrive, and how those of other threads end a park.
 *
 * The hub is the part of an executor that wakers know.  It is counted: one
 * for the executor and one for each block of a task, so it is there for the
 * last waker, however late that comes.
 *
 * A wake by the loop thread itself goes to the queue at once: there is nobody
 * to agree with.  All that threads have to agree on is one word, the inbox:
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
 * Progress: push is lock-free, settle waits for other threads, all else is
 * wait-free.
 */

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct task;
struct queue;

struct hub {
	_Atomic(struct task *) inbox;
	_Atomic uint64_t refs;
	_Atomic uint64_t rung; /* how often the bell was */
	int bell;	       /* closed after hub_settle */
	pthread_t loop;	       /* constant */
	struct queue *ready;   /* the loop thread's; NULL once closed */
	uint64_t parks_ended;  /* by a push; the loop thread's */
};

/*
 * The caller is the loop thread, whose queue is READY, and has the one
 * reference.  NULL: no memory.
 */
struct hub *hub_new(int bell, struct queue *ready);

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

/* Append what has arrived to the queue, first come first. */
void hub_take(struct hub *hub);

/* False if something has arrived.  Else a push rings, until hub_unpark. */
bool hub_park(struct hub *hub);

/* After hub_park.  If a push was first, one ring has come or is to come. */
void hub_unpark(struct hub *hub);

/* Take the last arrivals; from now on every push is refused. */
void hub_close(struct hub *hub);

/*
 * Wait for the rings that are still to come.  A thread that has ended a park
 * rings a moment later; were the bell closed before that, the ring could go
 * to a stranger who was given the same number.
 */
void hub_settle(struct hub *hub);

#endif
