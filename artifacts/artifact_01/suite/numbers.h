#ifndef ARTIFACT_01_NUMBERS_H
#define ARTIFACT_01_NUMBERS_H

/* Descriptors of somebody else, on the numbers that an executor had. */

#include "suite.h"

enum {
	SQUATTERS = 8
};

struct squatters {
	int fds[SQUATTERS][2]; /* sockets, and nothing to read */
};

/* Skips if they are not to be had. */
void settle_on_its_numbers(struct squatters *s);

/* Fails if somebody wrote to them; they are closed. */
void check_nothing_written(struct squatters *s);

#endif
