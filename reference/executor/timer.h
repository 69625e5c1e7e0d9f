#ifndef REFERENCE_EXECUTOR_TIMER_H
#define REFERENCE_EXECUTOR_TIMER_H

/*
 * Deadlines that somebody waits for, the earliest first.
 *
 * A pairing heap, linked through the timers: starting one takes a comparison
 * and no memory, so it cannot fail; cancelling one that has not come near the
 * top cuts it out of a list.  The work is done by the expiries, O(log n) each
 * over time.
 */

#include <stdbool.h>
#include <stdint.h>

struct timer;

struct timers {
	struct timer *first; /* the earliest, root of the heap */
};

/* Of the earliest; UINT64_MAX if there is none. */
uint64_t timers_next(const struct timers *timers);

/* Wake those whose deadline is NOW or before, in their order. */
void timers_fire(struct timers *timers, uint64_t now);

#endif
