#ifndef ARTIFACT_01_FILTER_H
#define ARTIFACT_01_FILTER_H

/*
 * What the process of a statement may ask of the system: a seccomp filter.
 *
 * It refuses what no executor needs: other processes, the network, changes to
 * files, terminals and the machine.  A refused call fails with an errno, as
 * it would on a system that lacks it, so whoever has another way goes on.
 * The runner is told of it, through a descriptor that it listens on.
 */

#include <stdbool.h>

/*
 * Filter this process, for good; it has one thread still.  *LISTENER: where
 * the runner is told, or -1 if this system cannot tell.  False: no filter.
 */
bool filter_install(int *listener);

struct refusal {
	bool counts;	/* the statement fails by it */
	char what[160]; /* "called socket(AF_INET): not allowed here" */
};

/* The runner's side: answer one call.  False: there was none. */
bool filter_answer(int listener, struct refusal *refusal);

#endif
