#include "task.h"

#include <stdlib.h>

#include "hub.h"

struct task *task_new(struct hub *hub, struct cx_future fut)
{
	struct task *task = malloc(sizeof(*task));

	if (!task)
		return NULL;
	*task = (struct task){ .hub = hub, .fut = fut };
	atomic_init(&task->state, 2 * TASK_REF | TASK_SCHEDULED);
	hub_ref(hub);
	return task;
}

void task_ref(struct task *task)
{
	/* relaxed: who has a reference may make another, nothing is read */
	atomic_fetch_add_explicit(&task->state, TASK_REF, memory_order_relaxed);
}

static void destroy(struct task *task)
{
	hub_unref(task->hub);
	free(task);
}

void task_unref(struct task *task)
{
	/* G: pairs with itself; the last one comes after all the others */
	if (atomic_fetch_sub_explicit(&task->state, TASK_REF,
				      memory_order_acq_rel) /
		    TASK_REF ==
	    1)
		destroy(task);
}

/* Set the flag; if it was clear, the caller gets a reference to queue. */
static bool schedule(struct task *task)
{
	/* relaxed: the exchange below confirms the value */
	uint64_t old = atomic_load_explicit(&task->state, memory_order_relaxed);
	uint64_t fresh;

	do {
		if (old & TASK_ENDED)
			return false;
		fresh = old;
		if (!(old & TASK_SCHEDULED))
			fresh = (old | TASK_SCHEDULED) + TASK_REF;
		/*
		 * A: pairs with B, both ways.  Release, also when there is
		 * nothing to set: the poll to come has to see what happened
		 * before this wake, so a look at the flag would not do.
		 * Acquire, because task.next is ours now: the loop is done
		 * with it.
		 */
	} while (!atomic_compare_exchange_weak_explicit(
		&task->state, &old, fresh, memory_order_acq_rel,
		memory_order_relaxed));
	return fresh != old;
}

void task_wake(struct task *task)
{
	/* refused, if the executor went meanwhile */
	if (schedule(task) && !hub_push(task->hub, task))
		task_unref(task);
}

/*
 * The same by a waker that goes: its reference is the queue's, or is dropped.
 */
static void wake_and_unref(struct task *task)
{
	/* relaxed: the exchange below confirms the value */
	uint64_t old = atomic_load_explicit(&task->state, memory_order_relaxed);
	uint64_t fresh;

	do {
		fresh = old & (TASK_ENDED | TASK_SCHEDULED)
				? old - TASK_REF
				: old | TASK_SCHEDULED;
		/* A again: pairs with B; and G, where it is the last one */
	} while (!atomic_compare_exchange_weak_explicit(
		&task->state, &old, fresh, memory_order_acq_rel,
		memory_order_relaxed));
	if (fresh / TASK_REF == 0)
		destroy(task);
	else if (fresh > old && !hub_push(task->hub, task))
		task_unref(task);
}

bool task_wake_locally(struct task *task)
{
	return schedule(task);
}

bool task_begin(struct task *task)
{
	/*
	 * B: pairs with A, acquire with every wake since the last poll began,
	 * release with the next that queues the task.  The flag falls before
	 * the poll, so that a wake during it counts; with it goes the
	 * reference of the queue, which is the last one only if the task has
	 * ended.  The flag is set, so a subtraction clears it.
	 */
	uint64_t old = atomic_fetch_sub_explicit(
		&task->state, TASK_SCHEDULED + TASK_REF, memory_order_acq_rel);

	if (old / TASK_REF == 1)
		destroy(task);
	return !(old & TASK_ENDED);
}

void task_end(struct task *task)
{
	/* relaxed: it tells wakers to do nothing; G orders the freeing */
	atomic_fetch_add_explicit(&task->state, TASK_ENDED,
				  memory_order_relaxed);
}

/* ---- the four functions of a waker */

static void *vt_clone(void *task)
{
	task_ref(task);
	return task;
}

static void vt_wake(void *task)
{
	wake_and_unref(task);
}

static void vt_wake_by_ref(void *task)
{
	task_wake(task);
}

static void vt_drop(void *task)
{
	task_unref(task);
}

const struct cx_waker_vt task_waker_vt = {
	.clone = vt_clone,
	.wake = vt_wake,
	.wake_by_ref = vt_wake_by_ref,
	.drop = vt_drop,
};

/* The loader's waker has const pointers, as a RawWaker has. */
static struct task *task_of(const struct cx_waker *w)
{
	return (struct task *)w->data;
}

struct cx_waker cx_waker_clone(const struct cx_waker *w)
{
	task_ref(task_of(w));
	return *w;
}

void cx_waker_wake(struct cx_waker w)
{
	vt_wake(task_of(&w));
}

void cx_waker_wake_by_ref(const struct cx_waker *w)
{
	task_wake(task_of(w));
}

void cx_waker_drop(struct cx_waker w)
{
	task_unref(task_of(&w));
}

/* ---- wakers that ops keep */

void waker_keep(struct waker *kept, const struct waker *fresh)
{
	struct waker old = *kept;

	/* a clone is alive, so an equal address is the same waker */
	if (old.vt == fresh->vt && old.data == fresh->data)
		return;
	kept->data = fresh->vt->clone(fresh->data);
	kept->vt = fresh->vt;
	waker_drop(&old);
}
