#ifndef IO_WALK_H
#define IO_WALK_H

#include <stdbool.h>
#include <stddef.h>

#include "io/digest.h"

struct err;
struct stat;

/*
 * What lies below a folder that a student filled: nothing is followed or
 * opened, whatever it is.  Any thread.
 */
enum {
	WALK_DEPTH_MAX = 64,
	WALK_ENTRIES_MAX = 100000
};

struct walk_entry {
	const char *path;      /* below the folder, without a leading '/' */
	const struct stat *st; /* by lstat() */
};

/* Negative with ERR set ends the walk; 1 passes over what is below a folder. */
typedef int walk_visit(void *ctx, const struct walk_entry *entry,
		       struct err *err);

/*
 * Each entry below DIR, folders before what is in them, sorted by bytes.
 * ERR_LIMIT: deeper or more than the limits above.
 */
int walk_tree(const char *dir, walk_visit *visit, void *ctx, struct err *err);

/*
 * What identifies the state of all files below DIR without reading them: path,
 * kind, size, times and inode of each.  `.git` and cargo's `target` folders do
 * not count.  *SETTLED is false when a file was changed so recently that
 * another change might leave the same stamp.
 */
int walk_stamp(const char *dir, char out[DIGEST_HEX_SIZE], bool *settled,
	       struct err *err);

#endif
