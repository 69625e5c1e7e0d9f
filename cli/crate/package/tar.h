#ifndef CRATE_PACKAGE_TAR_H
#define CRATE_PACKAGE_TAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct err;

/*
 * A walk over the blocks of an uncompressed tar archive (POSIX.1-2017 pax,
 * ustar, GNU's long names), which hides nothing: every entry is shown with the
 * type and the sizes that its headers name, however odd.  libarchive would
 * show type '7' and a size that differs from its pax record as plain files.
 *
 * The bytes are pushed in, in pieces of any length, so that a bomb is refused
 * at the limit without ever being inflated whole.  One thread at a time.
 */
enum {
	TAR_NAME_MAX = 4096,	/* bytes of a path */
	TAR_EXTRA_MAX = 1 << 16 /* bytes of a long name's or a pax header */
};

struct tar_entry {
	const char *path;  /* raw bytes, NUL-terminated, valid in the call */
	size_t path_len;   /* more than strlen() if a NUL is inside */
	char type;	   /* '0' for the old '\0' as well */
	bool sparse;	   /* GNU sparse by its pax keys */
	unsigned mode;	   /* permission bits */
	uint64_t size;	   /* of the content, as the header says */
	uint64_t pax_size; /* as the pax record says, or SIZE */
	uint64_t offset;   /* of the content in the archive */
};

struct tar_visitor {
	void *ctx;
	/* A negative result of either ends the walk; both set ERR. */
	int (*entry)(void *ctx, const struct tar_entry *e, struct err *err);
	/* The content of the last entry, in pieces. */
	int (*data)(void *ctx, const void *bytes, size_t len, struct err *err);
};

struct tar_walk;

/* Refuses more than MAX_BYTES of archive; 0: no limit. */
int tar_walk_new(const struct tar_visitor *visitor, uint64_t max_bytes,
		 struct tar_walk **out, struct err *err);

/*
 * The next LEN bytes.  ERR_FORMAT: damaged; ERR_LIMIT: larger than allowed.
 * After a failure the walk is over.
 */
int tar_walk_feed(struct tar_walk *w, const void *bytes, size_t len,
		  struct err *err);

/*
 * All bytes were fed.  ERR_FORMAT if the archive is not whole: it ends inside
 * an entry, or before two blocks of zeros.
 */
int tar_walk_end(struct tar_walk *w, struct err *err);

/* Bytes so far. */
uint64_t tar_walk_bytes(const struct tar_walk *w);

/* How many bytes other than zero came after the end mark. */
uint64_t tar_walk_trailing(const struct tar_walk *w);

void tar_walk_free(struct tar_walk *w);
AUTO_DEFINE(struct tar_walk *, tar_walk_free)

#endif
