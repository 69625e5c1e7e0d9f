#include "task.h"

#include <stdlib.h>

#include "hub.h"

struct task *task_new(struct hub *hub, struct cx_future fut)
{
	struct task *task = malloc(sizeof(*task));

	if (!task)
		return NULL;
	*task = (struct task){ .hub = hub, .fut = fut };
	atomic_init(&task->state, TASK_REF | TASK_SCHEDULED);
	hub_ref(hub);
	return task;
}

void task_ref(struct task *task)
{
	/* relaxed: who has a reference may make another, nothing is read */
	atomic_fetch_add_explicit(&task->state, TASK_REF, memory_order_relaxed);
}

void task_unref(struct task *task)
{
	/* G: pairs with itself; the last one comes after all the others */
	uint64_t old = atomic_fetch_sub_explicit(&task->state, TASK_REF,
						 memory_order_acq_rel);

	if (old / TASK_REF > 1)
		return;
	hub_unref(task->hub);
	free(task);
}

void task_wake(struct task *task)
{
	/*
	 * A: pairs with B.  Also when the task is scheduled already: it is
	 * the poll to come that has to see what happened before this wake,
	 * so a look at the flag without the write would not do.
	 */
	uint64_t old = atomic_fetch_or_explicit(&task->state, TASK_SCHEDULED,
						memory_order_release);

	if (old & (TASK_SCHEDULED | TASK_ENDED))
		return;
	/* refused: the executor went meanwhile and left its reference to us */
	if (!hub_push(task->hub, task))
		task_unref(task);
}

bool task_wake_locally(struct task *task)
{
	/* relaxed: the poll to come is on this thread */
	return !(atomic_fetch_or_explicit(&task->state, TASK_SCHEDULED,
					  memory_order_relaxed) &
		 TASK_SCHEDULED);
}

bool task_begin(struct task *task)
{
	/*
	 * B: pairs with A of every wake since the last poll began.  The flag
	 * falls before the poll, so that a wake during it counts.  It is set,
	 * so taking it away clears it, for which processors have a single
	 * instruction that also says what was there.
	 */
	return !(atomic_fetch_sub_explicit(&task->state, TASK_SCHEDULED,
					   memory_order_acquire) &
		 TASK_ENDED);
}

bool task_end(struct task *task)
{
	/* relaxed: it tells wakers to do nothing; G orders the freeing */
	return atomic_fetch_add_explicit(&task->state, TASK_ENDED,
					 memory_order_relaxed) &
	       TASK_SCHEDULED;
}

/* ---- the four functions of a waker */

static void *vt_clone(void *task)
{
	task_ref(task);
	return task;
}

static void vt_wake(void *task)
{
	task_wake(task);
	task_unref(task);
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

void waker_wake(struct waker *kept)
{
	struct waker w = *kept;

	*kept = (struct waker){ 0 };
	if (w.vt)
		w.vt->wake(w.data);
}

void waker_drop(struct waker *kept)
{
	struct waker w = *kept;

	*kept = (struct waker){ 0 };
	if (w.vt)
		w.vt->drop(w.data);
}
