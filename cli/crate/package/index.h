#ifndef CRATE_PACKAGE_INDEX_H
#define CRATE_PACKAGE_INDEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "crate/manifest/manifest.h"

struct err;
struct strbuf;

/*
 * The index of a registry, as cargo reads it
 * (doc.rust-lang.org/cargo/reference/registry-index.html): one file a crate,
 * one line of JSON a version.
 */
enum {
	INDEX_PATH_SIZE = CRATE_NAME_SIZE + 8,
	INDEX_FILE_MAX = 64 << 20, /* bytes */
	INDEX_VERSIONS_MAX = 100000
};

/*
 * Where the file of the crate NAME is in an index: 1/a, 2/ab, 3/a/abc,
 * ab/cd/abcd, from the name in lower case.  ERR_FORMAT if no crate can have
 * that name.
 */
int index_path(const char *name, char out[INDEX_PATH_SIZE], struct err *err);

struct index_spec {
	const struct manifest *manifest; /* the packed one */
	const char *sha256;		 /* of the .crate, 64 hex digits */
	/*
	 * The crates that the registry itself has.  A dependency that is not
	 * among them is marked as one of crates.io.  NULL: the registry is
	 * crates.io, or stands in for it, and nothing is marked.
	 */
	const char *const *own;
	size_t own_count;
};

/*
 * Append the line of one version, without a newline.  The same manifest gives
 * the same bytes.  Features that need it (`dep:x`, `x?/y`, and those that
 * enable such) go into features2, with v 2, as on crates.io.  ERR_FORMAT if
 * the manifest has no name or version, or a requirement that is none.
 */
int index_line(const struct index_spec *spec, struct strbuf *out,
	       struct err *err);

/* ---- a crate's file */

struct index_version {
	const char *name;
	const char *version;
	const char *sha256;
	bool yanked;
};

/* `{ 0 }` is the file of a crate without versions. */
struct crate_index {
	struct arena arena;
	struct index_version *versions; /* of the arena, as they stand */
	size_t count;
};

/*
 * ERR_FORMAT names FILE and the line for what is no line of an index.  Lines
 * of a format newer than 2 are passed over, as cargo does.
 */
int crate_index_read(const char *bytes, size_t len, const char *file,
		     struct crate_index *out, struct err *err);
void crate_index_release(struct crate_index *f);
AUTO_RELEASE(struct crate_index, crate_index_release)

/*
 * The line of VERSION, or NULL.  Versions that differ only in what follows
 * '+' are one to every registry.
 */
const struct index_version *crate_index_find(const struct crate_index *f,
					     const char *version);

/*
 * Append to OUT the file BYTES with LINE added at its end.  A version that is
 * there with the same checksum changes nothing; with another it is ERR_EXISTS.
 */
int crate_index_add(const char *bytes, size_t len, const char *file,
		    const char *line, struct strbuf *out, struct err *err);

#endif
