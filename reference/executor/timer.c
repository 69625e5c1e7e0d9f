#include "timer.h"

#include "exec.h"
#include "op.h"

struct timer {
	struct cx_op op;
	uint64_t deadline;

	/*
	 * The children of a timer are a list, in no order, of timers that are
	 * not earlier.  before is the sibling in front, or the parent of the
	 * first; the root has neither.
	 */
	struct timer *child;
	struct timer *after;
	struct timer *before;
};

/* Both are roots or NULL; A stays above on a tie. */
static struct timer *meld(struct timer *a, struct timer *b)
{
	struct timer *under;

	if (!a || !b)
		return a ? a : b;
	under = b;
	if (b->deadline < a->deadline) {
		under = a;
		a = b;
	}
	under->before = a;
	under->after = a->child;
	if (a->child)
		a->child->before = under;
	a->child = under;
	return a;
}

/* Take the first off a list of siblings, as a root. */
static struct timer *shift(struct timer **list)
{
	struct timer *first = *list;

	if (first) {
		*list = first->after;
		first->after = first->before = NULL;
	}
	return first;
}

/*
 * One root from a list of siblings: melded in pairs from the left, then the
 * pairs from the right.  It is the pairs that keep the heap flat.
 */
static struct timer *meld_all(struct timer *list)
{
	struct timer *pairs = NULL;
	struct timer *root = NULL;

	while (list) {
		struct timer *a = shift(&list);
		struct timer *pair = meld(a, shift(&list));

		pair->after = pairs;
		pairs = pair;
	}
	while (pairs)
		root = meld(shift(&pairs), root);
	return root;
}

/* Is it in the heap? */
static bool is_waiting(const struct timers *timers, const struct timer *timer)
{
	return timer->before || timers->first == timer;
}

static void timer_start(struct timers *timers, struct timer *timer)
{
	timers->first = meld(timers->first, timer);
}

static void timer_stop(struct timers *timers, struct timer *timer)
{
	struct timer *below = meld_all(timer->child);

	if (timer == timers->first) {
		timers->first = below;
	} else {
		if (timer->before->child == timer)
			timer->before->child = timer->after;
		else
			timer->before->after = timer->after;
		if (timer->after)
			timer->after->before = timer->before;
		timers->first = meld(timers->first, below);
	}
	timer->child = timer->after = timer->before = NULL;
}

uint64_t timers_next(const struct timers *timers)
{
	return timers->first ? timers->first->deadline : UINT64_MAX;
}

void timers_fire(struct timers *timers, uint64_t now)
{
	while (timers->first && timers->first->deadline <= now) {
		struct timer *timer = timers->first;

		timer_stop(timers, timer);
		waker_wake(&timer->op.waker); /* may drop any timer */
	}
}

static int sleep_poll(struct cx_op *op, const struct waker *w, uint64_t *value)
{
	struct timer *timer = (struct timer *)op;

	(void)value;
	/* for ever: not even the waker is kept, as nothing will call it */
	if (timer->deadline == UINT64_MAX)
		return CX_PENDING;
	if (timer->deadline <= exec_now(op->ex))
		return CX_READY;
	waker_keep(&op->waker, w);
	if (!is_waiting(&op->ex->timers, timer))
		timer_start(&op->ex->timers, timer);
	return CX_PENDING;
}

static void sleep_end(struct cx_op *op)
{
	struct timer *timer = (struct timer *)op;

	if (is_waiting(&op->ex->timers, timer))
		timer_stop(&op->ex->timers, timer);
}

static const struct op_kind sleep_kind = {
	.poll = sleep_poll,
	.end = sleep_end,
};

struct cx_op *cx_sleep_until(struct cx_exec *ex, uint64_t deadline_ns)
{
	const struct timer fresh = { .op = { .kind = &sleep_kind, .ex = ex },
				     .deadline = deadline_ns };

	return op_new(&fresh.op, sizeof(fresh));
}
