#ifndef ARTIFACT_01_WATCH_H
#define ARTIFACT_01_WATCH_H

/* The runner's side: one statement in a process of its own, watched. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum verdict {
	VERDICT_PASS,
	VERDICT_FAIL,
	VERDICT_UNCLAIMED,
	VERDICT_SKIPPED,
	VERDICT_ERROR, /* trouble of the runner itself */
};

enum {
	LOG_KEPT = 4096,
	FIGURES_KEPT = 8192
};

struct result {
	enum verdict verdict;
	char reason[512];
	char file[32]; /* where in the suite; line 0: nowhere */
	int line;
	char name[64];	   /* of the library; empty if it was not loaded */
	bool confined;	   /* by the filter */
	char refused[160]; /* a call that it may not make; empty: none */
	unsigned int wall_ms;
	unsigned int cpu_ms;
	char log[LOG_KEPT + 1];	    /* the end of what was printed */
	uint64_t printed;	    /* bytes */
	char figures[FIGURES_KEPT]; /* that were told, a line each */
};

struct limits {
	unsigned int idle_ms; /* asleep with nothing to wake it */
	unsigned int cpu_ms;
	unsigned int wall_ms;
};

/* Run statement ID of LIBRARY. */
void watch(const char *id, const char *library, const struct limits *limits,
	   struct result *result);

#endif
