#ifndef ARTIFACT_01_STEP_H
#define ARTIFACT_01_STEP_H

/*
 * Two threads that meet at every place there is.
 *
 * What two threads do to each other goes wrong where one has done half of
 * something, and the other comes and does all of its own.  Chance finds such
 * places seldom.  So one thread is stepped by the processor once, to learn
 * its way through the library, and is then held at one place of it in each
 * round, while the other acts, until each place has had its turn or the time
 * is over.
 *
 * One thread is held at a time.  It may hold a lock: it goes on after a few
 * milliseconds, whatever the other has done by then.
 */

#include <semaphore.h>

#include "suite.h"

/* Zeros at first, but for ms. */
struct steps {
	unsigned int ms; /* about so long in all; 0: 1200 */

	/* of all rounds */
	uint64_t until;
	long round;
	long places;  /* that there are */
	long reached; /* before it slept; 0: it did not */
	long first;   /* of them, those that are come to the first time */

	/* of this round */
	long stop; /* the place to be held at; -1: none, it learns */
	unsigned int visit;
	_Atomic bool on;
	_Atomic bool met; /* the other knows that it is held */
	_Atomic unsigned int steps;
	_Atomic int tid;
	sem_t is_held;
	sem_t let_go;
};

/*
 * Can a thread be held here?  Not on other processors, nor under gdb, nor in
 * code that cannot be made writable; the verdict then says so.
 */
#define BY_CHANCE "threads met by chance alone: none can be held here"
bool steps_possible(void);

void steps_begin(struct steps *s);
void steps_end(struct steps *s);

/* Begin a round; false: there are no more. */
bool steps_next(struct steps *s);

/* From here on this thread may be held; off: it was not, or has been. */
void steps_on(struct steps *s);
void steps_off(struct steps *s);

/*
 * On the other thread: wait until the first is held, or sleeps without that,
 * or says that it is off.
 */
void steps_meet(struct steps *s);
void steps_let_go(struct steps *s);

/* Where it was to be held, in words. */
const char *steps_place(const struct steps *s);

#endif
