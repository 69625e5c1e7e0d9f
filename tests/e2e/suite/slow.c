/*
 * The reference under the names right_*, with one function of its own, which
 * is wrong in the way that SLOW names.
 */
#include <stdlib.h>
#include <time.h>

#include "cohort_executor.h"

enum {
	NOT,
	BURNS,	 /* 50 us a spawn */
	FORGETS, /* takes the task, and drops it */
	CRASHES,
	HANGS,
	LOOPS,
};

int right_spawn(struct cx_exec *ex, struct cx_future fut, uint64_t *task);

static void burn(long ns)
{
	struct timespec began;
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &began);
	do {
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while ((now.tv_sec - began.tv_sec) * 1000000000 + now.tv_nsec -
			 began.tv_nsec <
		 ns);
}

int cx_spawn(struct cx_exec *ex, struct cx_future fut, uint64_t *task)
{
	struct timespec day = { .tv_sec = 86400 };

	switch (SLOW) {
	case BURNS:
		burn(50000);
		break;
	case FORGETS:
		fut.drop(fut.state);
		return CX_OK;
	case CRASHES:
		abort();
	case HANGS:
		nanosleep(&day, NULL);
		break;
	case LOOPS:
		for (;;)
			burn(1000);
	}
	return right_spawn(ex, fut, task);
}
