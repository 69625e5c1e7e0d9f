#ifndef REFERENCE_EXECUTOR_REACTOR_H
#define REFERENCE_EXECUTOR_REACTOR_H

/*
 * Who waits for which descriptor.
 *
 * A descriptor is watched while somebody waits, and for one report only:
 * so an idle one costs nothing, a hang-up that nobody waits for cannot spin
 * the loop, and a stale number does no harm.  It may be closed, and its number
 * used again, as soon as nothing waits, without a word to the executor.
 *
 * That rules out to leave a registration in place for the next wait.  The
 * number may have another file by then, which the registration is not for;
 * and if the old file lives on under another number (dup, fork), it goes on
 * to report, and nothing can end that, as a registration is found by the
 * number that it was made with.  So each wait would cost a system call.
 *
 * What saves it: a descriptor whose wait was reported just now, and that is
 * waited for anew, is likely to be ready again soon.  It is not registered
 * but asked about, by number, in the very call that sleeps.  Such a question
 * leaves nothing behind that could be stale.  Only a few are asked at a time,
 * as each costs something in every turn, and one that has not been ready for
 * some turns is registered like the others.
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
	size_t watched; /* how many descriptors, the asked ones among them */
	uint64_t round; /* how many waits there were */
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
