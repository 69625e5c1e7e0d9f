#ifndef REGISTRY_REGISTRY_H
#define REGISTRY_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

struct err;
struct registry_config;

/*
 * Where crates are published.  One interface; the disk registry is the first
 * behind it, web registries (crates.io) follow.  One thread at a time.
 */
struct registry;

struct registry_crate {
	const char *name;
	const char *version;
	const char *sha256;	/* of the .crate */
	const char *path;	/* the bytes, in the content-addressed store */
	const char *index_line; /* one JSON object, no newline */
};

enum registry_state {
	REGISTRY_ABSENT,   /* this version is not there */
	REGISTRY_SAME,	   /* there, with this checksum */
	REGISTRY_DIFFERENT /* there, with another checksum */
};

/*
 * CONFIG's relative path starts at ROOT, the workspace.  ERR_LOCKED: somebody
 * else has it open, of whatever workspace.
 */
int registry_open(const struct registry_config *config, const char *root,
		  struct registry **out, struct err *err);
void registry_free(struct registry *r);
AUTO_DEFINE(struct registry *, registry_free)

/* What the registry has of this crate and version. */
int registry_look(struct registry *r, const struct registry_crate *crate,
		  enum registry_state *out, struct err *err);

/*
 * Publish exactly those bytes: the file first, the index last, each in one
 * step.  The same again is 0 and changes nothing; another checksum under a
 * version that exists is ERR_EXISTS.
 */
int registry_publish(struct registry *r, const struct registry_crate *crate,
		     struct err *err);

/* After a run: commit the index (disk), so that git readers see it. */
int registry_finish(struct registry *r, const char *message, struct err *err);

/* What a Cargo configuration needs to read it, for people. */
const char *registry_location(const struct registry *r);

#endif
