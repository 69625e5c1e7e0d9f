#ifndef COURSE_PACKED_H
#define COURSE_PACKED_H

#include "base/arena.h"
#include "crate/manifest/manifest.h"
#include "crate/package/listing.h"

struct err;

/* A packed crate that was inspected before: what its own manifest says. */
struct packed {
	struct arena arena;
	struct package_listing listing;
	struct manifest manifest; /* lives in the arena */
};

/* ERR_FORMAT if PATH is no packed crate. */
int packed_read(const char *path, struct packed *out, struct err *err);
void packed_release(struct packed *p);
AUTO_RELEASE(struct packed, packed_release)

#endif
