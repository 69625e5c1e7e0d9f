#ifndef IO_INDEX_FILE_H
#define IO_INDEX_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/git.h"

struct err;

/*
 * git's index as bytes (gitformat-index): versions 2, 3 and 4 are read, 2 or 3
 * is written.  libgit2 takes half a second to load and store 96,000 entries;
 * changing a few of them in a copy takes a few hundredths.  Pure.
 */

/* What git compares to see that a file was not touched; 0s: look inside. */
struct index_stat {
	uint32_t ctime_s;
	uint32_t ctime_ns;
	uint32_t mtime_s;
	uint32_t mtime_ns;
	uint32_t dev;
	uint32_t ino;
	uint32_t uid;
	uint32_t gid;
	uint32_t size;
};

struct index_edit {
	const char *path;
	struct oid oid; /* the blob; zero: the path goes */
	bool executable;
	bool link; /* symbolic; the blob is where it leads */
	struct index_stat stat;
};

/*
 * OLD (LEN bytes; 0: no index yet) with COUNT edits, which are sorted by path
 * and name each path once.  What else is staged stays; optional extensions,
 * which are caches, go.  ERR_FORMAT: not an index that is understood.
 */
int index_file_edit(const void *old, size_t len, const struct index_edit *edits,
		    size_t count, struct strbuf *out, struct err *err);

#endif
