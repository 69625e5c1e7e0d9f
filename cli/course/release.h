#ifndef COURSE_RELEASE_H
#define COURSE_RELEASE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "workspace/workspace.h"

struct err;

/*
 * release/NAME/ in the workspace: the crates of a party as they were
 * published, RELEASE.json that says of each where it came from, SHA256SUMS, and
 * one NAME.tar.zst of all of it.  The same publications give the same bytes.
 * RELEASE.json and SHA256SUMS are committed; the rest is git-ignored, being
 * kept by its checksum already.
 */
struct release {
	struct arena arena;
	const char *name;
	const char *dir;     /* absolute */
	const char *archive; /* absolute */
	char archive_sha256[65];
	size_t crates;
	uint64_t bytes; /* of the archive */
};

/*
 * NAME NULL: "<cohort>-<artifact>".  ERR_REFUSED if nothing of ARTIFACT is
 * published in REGISTRY.
 */
int release_make(struct workspace *ws, enum artifact a, const char *registry,
		 const char *name, struct release *out, struct err *err);
void release_release(struct release *r);
AUTO_RELEASE(struct release, release_release)

#endif
