#ifndef ARTIFACT_01_AMBUSH_H
#define ARTIFACT_01_AMBUSH_H

/*
 * Another thread that lies in wait for the loop: it acts just when the loop
 * has looked whether there is anything to do, and goes to sleep.  Where that
 * is seen depends on how long either takes, so both are late at random.
 */

#include "suite.h"

struct ambush {
	void (*act)(void *data, long round); /* over there */
	void *data;
	unsigned int late; /* up to so many steps, here; 0: 1023 */
	long most;	   /* rounds; 0: 60,000 */

	uint64_t until;
	_Atomic long round; /* below 0: over */
	unsigned int seed;
	pthread_t thread;
};

void ambush_begin(struct ambush *a, unsigned int ms);

/*
 * Begin a round: the other thread will act once, soon.  False: it is enough.
 * There are a few, also where the machine is slow.
 */
bool ambush_next(struct ambush *a);
void ambush_end(struct ambush *a);

/*
 * The round after LAST, or one below 0.  Awake at first, to be quick; then
 * asleep, so that a loop that lost a wake is found asleep.
 */
long next_round(_Atomic long *now, long last);

/* A thread's way: ACT in each round, until NOW is below 0. */
void each_round(_Atomic long *now, void (*act)(void *data, long round),
		void *data);

#endif
