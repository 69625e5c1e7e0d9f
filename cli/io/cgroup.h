#ifndef IO_CGROUP_H
#define IO_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

/*
 * A control group of one sandbox, where this machine lets us make one (version
 * 2, or the pids and memory hierarchies of version 1).  Nothing is an error: a
 * limit that cannot be had is not among those that are.  Any thread.
 */
enum {
	CGROUP_DIRS = 2,
	CGROUP_PATH = 512
};

struct cgroup {
	unsigned count;
	char dir[CGROUP_DIRS][CGROUP_PATH];
	char procs[CGROUP_DIRS][CGROUP_PATH + 16];
	const char *enter[CGROUP_DIRS + 1]; /* process_spec.cgroups */
	bool pids;			    /* the number is limited */
	bool memory;			    /* their sum is limited */
};

void cgroup_new(struct cgroup *out, uint32_t pids, uint64_t memory_bytes);

/* Everybody in it must be dead or dying. */
void cgroup_free(struct cgroup *g);
AUTO_RELEASE(struct cgroup, cgroup_free)

#endif
