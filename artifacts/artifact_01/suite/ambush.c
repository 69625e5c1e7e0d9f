/* A thread that acts when the loop goes to sleep. */
#include "ambush.h"

#include <sched.h>

long next_round(_Atomic long *now, long last)
{
	for (long i = 0; *now == last; i++) {
		if (i > 2000000)
			doze(2 * MS);
		else if (i % 512 == 511)
			sched_yield();
	}
	return *now;
}

void each_round(_Atomic long *now, void (*act)(void *data, long round),
		void *data)
{
	long round;

	for (long last = 0; (round = next_round(now, last)) >= 0; last = round)
		act(data, round);
}

static unsigned int random_of(unsigned int *seed)
{
	return (*seed = *seed * 1103515245 + 12345) >> 16;
}

static void dawdle(unsigned int steps)
{
	for (volatile unsigned int i = steps; i > 0; i--)
		;
}

static void *lie_in_wait(void *data)
{
	struct ambush *a = data;
	unsigned int seed = 1;
	long round;

	for (long last = 0;; last = round) {
		round = next_round(&a->round, last);
		if (round < 0)
			return NULL;
		dawdle(random_of(&seed) & 511);
		a->act(a->data, round);
	}
}

void ambush_begin(struct ambush *a, unsigned int ms)
{
	if (!a->late)
		a->late = 1023;
	if (!a->most)
		a->most = 60000;
	a->until = wall_ns() + (uint64_t)ms * MS;
	a->thread = thread_start(lie_in_wait, a);
}

bool ambush_next(struct ambush *a)
{
	if (a->round >= a->most || (a->round > 2 && wall_ns() > a->until))
		return false;
	a->round++;
	dawdle(random_of(&a->seed) & a->late);
	return true;
}

void ambush_end(struct ambush *a)
{
	a->round = -1;
	thread_join(a->thread);
}
