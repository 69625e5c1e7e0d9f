#ifndef ARTIFACT_01_WATCHED_H
#define ARTIFACT_01_WATCHED_H

/* What the runner has seen of one process, and what follows from it. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "filter.h"
#include "record.h"
#include "watch.h"

enum {
	MOST_PRINTED = 1 << 20,
	MOST_REFUSED = 1000,
	MOST_THREADS = 1000,
	MOST_RESIDENT_MIB = 1024,
};

/* Why it was ended. */
enum stop {
	STOP_NOT,
	STOP_IDLE,
	STOP_CPU,
	STOP_WALL,
	STOP_PRINTS,
	STOP_STOPPED, /* it had stopped itself */
	STOP_FORGES,
	STOP_REFUSED, /* it asked too often for what it may not have */
	STOP_THREADS,
	STOP_MEMORY,
};

struct watched {
	pid_t pid;
	int records; /* -1 once at their end */
	int output;
	int listener; /* of the filter; -1: there is none, or not yet */
	struct key key;
	struct record last;
	bool loaded;
	bool exhausted;
	bool told;		/* the last record is a verdict */
	struct refusal refusal; /* the first that counts, or the first */
	unsigned int refused;
	enum stop stop;
	uint64_t call_at; /* in its memory; 0: not known yet */
	const char *call; /* what had not returned when it was stopped */
	unsigned int idle_ms;
	uint64_t cpu_us;
	uint64_t began;
	struct result *result;
};

/* Fill w->result from what was seen; STRAYS: how many children were left. */
void judge(const struct watched *w, int status, int strays);

#endif
