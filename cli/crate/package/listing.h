#ifndef CRATE_PACKAGE_LISTING_H
#define CRATE_PACKAGE_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct err;

/*
 * What is in a packed crate: its files, and the bytes of the few that say
 * what it is.  Made by package_inspect_end(); immutable then, any thread.
 * `{ 0 }` is an empty listing.
 */
struct package_file {
	const char *path; /* below the root folder: "src/lib.rs" */
	uint64_t size;
	unsigned mode;	 /* permission bits */
	uint64_t offset; /* of the content, in the uncompressed archive */
};

/* Cargo.toml, Cargo.toml.orig, Cargo.lock, .cargo_vcs_info.json, README* */
struct package_text {
	const char *path;
	char *bytes;
	size_t len;
	size_t cap;
	bool cut; /* longer than PACKAGE_TEXT_MAX */
};

enum {
	PACKAGE_TEXTS_MAX = 8,
	PACKAGE_TEXT_MAX = 1 << 20 /* bytes kept of each */
};

struct package_listing {
	struct arena arena;
	const char *root;	    /* "kov-ada-0.1.0", or NULL */
	struct package_file *files; /* sorted by path */
	size_t count;
	size_t cap;
	uint64_t unpacked_bytes; /* of the whole archive */
	struct package_text texts[PACKAGE_TEXTS_MAX];
	size_t text_count;
};

void package_listing_release(struct package_listing *l);
AUTO_RELEASE(struct package_listing, package_listing_release)

/* The file at PATH, or NULL. */
const struct package_file *package_listing_find(const struct package_listing *l,
						const char *path);

/* Its bytes, if they were kept; else NULL. */
const struct package_text *package_listing_text(const struct package_listing *l,
						const char *path);

/* Cargo.toml, or the old cargo.toml; NULL if there is neither. */
const struct package_text *package_listing_manifest(
	const struct package_listing *l);

/*
 * The README as cargo would find it: README.md, README.txt or README; NULL if
 * there is none.
 */
const struct package_text *package_listing_readme(
	const struct package_listing *l);

/* .cargo_vcs_info.json: the commit that was packed. */
struct package_vcs {
	char sha1[41];	  /* "" if it names none */
	bool dirty;	  /* packed with changes that were not committed */
	char folder[256]; /* of the crate in its repository, "" for the root */
};

/* ERR_NOT_FOUND if the package has none; ERR_FORMAT if it is no such file. */
int package_vcs_read(const struct package_listing *l, struct package_vcs *out,
		     struct err *err);

#endif
