#ifndef COURSE_SIBLINGS_H
#define COURSE_SIBLINGS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct err;
struct workspace;

/*
 * The cohort's own crates, for those that depend on each other before anything
 * is published: what is packed already, as a local-registry under var/cache
 * that stands in for crates.io.  A crate that needs one of them gets all its
 * dependencies from there.
 *
 * Filled by one thread; siblings_stage() may be called by any.
 */
struct sibling {
	const char *crate;
	const char *version;
	const char *sha256;
};

struct siblings {
	struct arena arena;
	const char *root;   /* of the workspace */
	const char **names; /* of all crates that the cohort may have */
	size_t name_count;
	struct sibling *packed;
	size_t count;
	size_t cap;
	pthread_mutex_t lock;
	bool staged;
	char *dir;
};

enum {
	SIBLINGS_SEATS_MAX = 512 /* beyond, nobody depends on anybody */
};

int siblings_init(struct siblings *s, struct workspace *ws, struct err *err);
void siblings_release(struct siblings *s);

/* One more is packed. */
int siblings_add(struct siblings *s, const char *crate, const char *version,
		 const char *sha256, struct err *err);

/*
 * Does the crate in the folder DIR, called SELF, depend on one of the cohort?
 * *MISSING names one that is not packed, or is NULL.
 */
bool siblings_needed(const struct siblings *s, const char *dir,
		     const char *self, const char **missing);

/* The local-registry with all that is packed; ERR says why not. */
const char *siblings_stage(struct siblings *s, struct err *err);

#endif
