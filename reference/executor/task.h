#ifndef REFERENCE_EXECUTOR_TASK_H
#define REFERENCE_EXECUTOR_TASK_H

/*
 * A task: a future, and what its wakers need.
 *
 * One block of memory, counted.  The executor has one reference, the queue
 * has one while the task is in it, and every waker has one; whoever drops the
 * last frees the block, on whichever thread.  The future in it is dropped long
 * before, by the executor, on the loop thread: a waker keeps the block, not
 * the future.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cohort_executor.h"

struct hub;
struct link;

/* The parts of task.state. */
enum {
	TASK_SCHEDULED = 1, /* queued, or with who will; has a reference */
	TASK_ENDED = 2,	    /* set once; the future is gone, or going */
	TASK_REF = 4,	    /* the rest counts references */
};

struct task {
	_Atomic uint64_t state;
	struct task *next; /* in the inbox or a queue: whoever scheduled it */
	struct hub *hub;   /* constant, counted */

	/* what follows is the loop thread's */
	struct cx_future fut;
	uint64_t id; /* 0: from another thread, and not met yet */
	struct task *same_bucket;
	struct task *next_doomed;
	struct link *joins;
	bool cancelled;
};

/* Tasks in the order in which they are to be polled. */
struct queue {
	struct task *first;
	struct task *last; /* anything, if first is NULL */
};

/* FIRST to LAST are chained already. */
static inline void queue_append(struct queue *queue, struct task *first,
				struct task *last)
{
	if (queue->first)
		queue->last->next = first;
	else
		queue->first = first;
	queue->last = last;
}

static inline void queue_push(struct queue *queue, struct task *task)
{
	task->next = NULL;
	queue_append(queue, task, task);
}

static inline struct task *queue_pop(struct queue *queue)
{
	struct task *task = queue->first;

	if (task)
		queue->first = task->next;
	return task;
}

/*
 * A task that is scheduled: the caller queues it.  It has the references of
 * the executor and of the queue.  Any thread.
 * NULL: no memory, and FUT is the caller's still.
 */
struct task *task_new(struct hub *hub, struct cx_future fut);

/* ---- any thread, with a reference */

void task_ref(struct task *task);
void task_unref(struct task *task);

/* Have it polled, by way of the hub.  Keeps the caller's reference. */
void task_wake(struct task *task);

/* ---- the loop thread */

/* As task_wake from inside its own poll: true if the caller is to queue it. */
bool task_wake_locally(struct task *task);

/* Taken from the queue, whose reference goes.  False if it has ended. */
bool task_begin(struct task *task);

/* It has ended: wakes do nothing from now on. */
void task_end(struct task *task);

/*
 * A waker as ops keep it: of a task, or made by the suite.  vt is NULL where
 * there is none.
 */
struct waker {
	void *data;
	const struct cx_waker_vt *vt;
};

extern const struct cx_waker_vt task_waker_vt;

/* Leave a clone of FRESH in *KEPT, unless it is known to be the same. */
void waker_keep(struct waker *kept, const struct waker *fresh);

/* Take it out of *KEPT and wake it, or drop it; if there is one. */
static inline void waker_wake(struct waker *kept)
{
	struct waker w = *kept;

	*kept = (struct waker){ 0 };
	if (w.vt)
		w.vt->wake(w.data);
}

static inline void waker_drop(struct waker *kept)
{
	struct waker w = *kept;

	*kept = (struct waker){ 0 };
	if (w.vt)
		w.vt->drop(w.data);
}

#endif
