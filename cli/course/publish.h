#ifndef COURSE_PUBLISH_H
#define COURSE_PUBLISH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/progress.h"
#include "model/artifact.h"
#include "workspace/workspace.h"

struct err;

/*
 * Publish what was packed and passed its gates: exactly those bytes, in an
 * order in which dependencies come first.  Each upload is written down before
 * and after; killed anywhere, the same command again looks at the registry,
 * settles what was done, and goes on.  The same version with another checksum
 * is an error, never "done already".
 */
struct publish_options {
	const char *registry;	    /* its name in cohort.yaml */
	int artifact;		    /* negative: all that was submitted */
	const char *const *handles; /* none: every seat */
	size_t handle_count;
	bool dry_run;
	const struct progress *progress;
};

enum publish_state {
	PUBLISH_DONE,	 /* by this run, or would be */
	PUBLISH_ALREADY, /* the registry has these very bytes */
	PUBLISH_MISSING, /* nothing was submitted */
	PUBLISH_REFUSED, /* not packed, not checked, or not passed */
	PUBLISH_BLOCKED, /* it depends on one that is not out */
	PUBLISH_FAILED	 /* the registry would not take it */
};

struct publish_item {
	const struct seat *seat;
	enum artifact artifact;
	enum publish_state state;
	const char *crate;
	const char *version; /* "" if nothing was submitted */
	const char *sha256;
	const char *why;  /* for the last four */
	const char *type; /* the command that helps, or "" */
	bool is_input;	  /* FAILED by what exists, not by the registry */
};

struct published {
	struct arena arena;
	struct publish_item *items; /* by seat */
	size_t count;
	size_t by_state[PUBLISH_FAILED + 1];
	const char *location; /* what cargo needs to read the registry */
};

/* WS is open for writing unless it is a dry run. */
int publish_run(struct workspace *ws, const struct publish_options *options,
		struct published *out, struct err *err);
void published_release(struct published *p);
AUTO_RELEASE(struct published, published_release)

const char *publish_state_name(enum publish_state s);

#endif
