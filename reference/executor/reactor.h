#ifndef REFERENCE_EXECUTOR_REACTOR_H
#define REFERENCE_EXECUTOR_REACTOR_H

/*
 * Who waits for which descriptor.
 *
 * A descriptor is watched while somebody waits, and for one report only:
 * so an idle one costs nothing, a hang-up that nobody waits for cannot spin
 * the loop, and a stale number does no harm.  The price is a system call a
 * wait.  It buys that a descriptor may be closed, and its number used again,
 * as soon as nothing waits, without a word to the executor.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "poller.h"

struct source;

struct reactor {
	struct poller poller;
	struct source *sources; /* by descriptor */
	size_t room;
	size_t watched; /* how many descriptors */
	struct poller_event events[POLLER_BATCH];
};

bool reactor_init(struct reactor *reactor);

/* No op is left, and nobody rings. */
void reactor_release(struct reactor *reactor);

/* Wait and note; the events are in REACTOR.  How many, or -1. */
int reactor_wait(struct reactor *reactor, uint64_t timeout_ns);

/* Wake those that the COUNT events noted are for. */
void reactor_wake(struct reactor *reactor, int count);

#endif
