#include "hub.h"

#include <sched.h>
#include <stdlib.h>

#include "poller.h"
#include "task.h"

static struct task *parked(void)
{
	return (struct task *)(uintptr_t)1;
}

static struct task *closed(void)
{
	return (struct task *)(uintptr_t)2;
}

struct hub *hub_new(int bell, struct queue *ready)
{
	struct hub *hub = malloc(sizeof(*hub));

	if (!hub)
		return NULL;
	atomic_init(&hub->inbox, NULL);
	atomic_init(&hub->refs, 1);
	atomic_init(&hub->rung, 0);
	hub->bell = bell;
	hub->loop = pthread_self();
	hub->ready = ready;
	hub->parks_ended = 0;
	return hub;
}

void hub_ref(struct hub *hub)
{
	/* relaxed: who has a reference may make another, nothing is read */
	atomic_fetch_add_explicit(&hub->refs, 1, memory_order_relaxed);
}

void hub_unref(struct hub *hub)
{
	/* H: pairs with itself; the last one comes after all the others */
	if (atomic_fetch_sub_explicit(&hub->refs, 1, memory_order_acq_rel) == 1)
		free(hub);
}

/* On the loop thread. */
static bool push_here(struct hub *hub, struct task *task)
{
	if (!hub->ready)
		return false;
	/* what has arrived before is polled before */
	if (!hub_is_empty(hub))
		hub_take(hub);
	queue_push(hub->ready, task);
	return true;
}

static bool push_from_afar(struct hub *hub, struct task *task)
{
	/* relaxed: the value is compared, never followed */
	struct task *head =
		atomic_load_explicit(&hub->inbox, memory_order_relaxed);

	do {
		if (head == closed())
			return false;
		task->next = head == parked() ? NULL : head;
		/* C: pairs with D; publishes the task and its link */
	} while (!atomic_compare_exchange_weak_explicit(
		&hub->inbox, &head, task, memory_order_release,
		memory_order_relaxed));
	if (head == parked()) {
		poller_ring(hub->bell);
		/* F: pairs with I; the bell is not touched any more */
		atomic_fetch_add_explicit(&hub->rung, 1, memory_order_release);
	}
	return true;
}

bool hub_push(struct hub *hub, struct task *task)
{
	/*
	 * Another thread can only have the number of the loop's once that has
	 * ended, and so has closed the hub.
	 */
	return pthread_equal(hub->loop, pthread_self())
		       ? push_here(hub, task)
		       : push_from_afar(hub, task);
}

bool hub_is_empty(struct hub *hub)
{
	/* relaxed: a hint; what is missed now is found by hub_park */
	return !atomic_load_explicit(&hub->inbox, memory_order_relaxed);
}

/* The inbox is a stack; in the order of their arrival they go to QUEUE. */
static void append_reversed(struct task *newest, struct queue *queue)
{
	struct task *oldest = NULL;
	struct task *last = newest;

	if (!newest)
		return;
	while (newest) {
		struct task *next = newest->next;

		newest->next = oldest;
		oldest = newest;
		newest = next;
	}
	queue_append(queue, oldest, last);
}

void hub_take(struct hub *hub)
{
	/*
	 * D: pairs with C of every push since the last take.  Each of them
	 * read what the one before wrote, so they form one release sequence.
	 */
	append_reversed(atomic_exchange_explicit(&hub->inbox, NULL,
						 memory_order_acquire),
			hub->ready);
}

bool hub_park(struct hub *hub)
{
	struct task *empty = NULL;

	/* relaxed: nothing is published by going to sleep */
	return atomic_compare_exchange_strong_explicit(
		&hub->inbox, &empty, parked(), memory_order_relaxed,
		memory_order_relaxed);
}

void hub_unpark(struct hub *hub)
{
	struct task *still = parked();

	/* relaxed: what has arrived is left to hub_take */
	if (!atomic_compare_exchange_strong_explicit(&hub->inbox, &still, NULL,
						     memory_order_relaxed,
						     memory_order_relaxed))
		hub->parks_ended++;
}

void hub_close(struct hub *hub)
{
	/* D again: pairs with C */
	append_reversed(atomic_exchange_explicit(&hub->inbox, closed(),
						 memory_order_acquire),
			hub->ready);
	hub->ready = NULL;
}

void hub_settle(struct hub *hub)
{
	/* I: pairs with F of every ring */
	while (atomic_load_explicit(&hub->rung, memory_order_acquire) !=
	       hub->parks_ended)
		sched_yield();
}
