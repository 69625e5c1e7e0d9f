#ifndef CRATE_PACKAGE_INSPECT_H
#define CRATE_PACKAGE_INSPECT_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "crate/package/listing.h"

struct err;
struct findings;

/*
 * Look into a packed crate without unpacking it: the bytes of its archive,
 * inflated by the caller, are pushed in, and out come a listing of what is in
 * it and the findings that crates.io's rules for archives give (see
 * crate/manifest/lint_table.h).  What is wrong with the archive is a finding,
 * never an error.
 *
 *	package_inspect_new(&spec, &findings, &p, err);
 *	while ((more = inflate(...)) > 0)
 *		if ((rc = package_inspect_feed(p, buf, more, err)) != 0)
 *			break;
 *	package_inspect_end(p, &listing, err);
 */
enum {
	PACKAGE_UNPACKED_MAX = 512 << 20, /* bytes; crates.io's limit */
	PACKAGE_ENTRIES_MAX = 65536,
	PACKAGE_PATHS_MAX = 32 << 20, /* bytes of all paths together */
	PACKAGE_LARGE_FILE = 4 << 20  /* bytes of a file worth a warning */
};

struct package_spec {
	const char *root;   /* "NAME-VERSION", or NULL: as the first path */
	uint64_t max_bytes; /* of the archive; 0: PACKAGE_UNPACKED_MAX */
	size_t max_entries; /* 0: PACKAGE_ENTRIES_MAX */
};

struct package_inspect;

/* FINDINGS is borrowed until package_inspect_free(). */
int package_inspect_new(const struct package_spec *spec,
			struct findings *findings, struct package_inspect **out,
			struct err *err);

/*
 * The next LEN bytes.  0: go on; 1: that is enough, a finding says why (a
 * bomb, a damaged header), do not inflate further; ERR_NOMEM.
 */
int package_inspect_feed(struct package_inspect *p, const void *bytes,
			 size_t len, struct err *err);

/* All was fed.  *OUT takes the listing; release it. */
int package_inspect_end(struct package_inspect *p, struct package_listing *out,
			struct err *err);

/*
 * The archive cannot be inflated to its end: WHY becomes the finding
 * `damaged-archive`.  Before package_inspect_end().
 */
int package_inspect_damaged(struct package_inspect *p, const char *why,
			    struct err *err);

void package_inspect_free(struct package_inspect *p);
AUTO_DEFINE(struct package_inspect *, package_inspect_free)

#endif
