#ifndef IO_GIT_INDEX_H
#define IO_GIT_INDEX_H

#include "io/git.h"
#include "io/index_file.h"

struct err;

/*
 * git's index after a commit that went past it, so that `git status` tells a
 * person nothing but what they did themselves.  Threads as in io/git.h.
 */

/*
 * Put COUNT edits, sorted by path, into the index.  COMMIT is what all other
 * files are taken from where there is no index, or one that is not understood.
 *
 * The new index is written to STAGE, which must be on the same file system,
 * and linked to git's own lock name: killed at any point, the index is the old
 * or the new one, and index_settle() can tell our lock from a person's.
 * ERR_LOCKED: a git of theirs holds the lock, for longer than we waited.
 */
int index_update(struct repo *r, const char *stage, const struct oid *commit,
		 const struct index_edit *edits, size_t count, struct err *err);

/* Take away what a killed index_update() left. */
void index_settle(struct repo *r, const char *stage);

/* Of the file at PATH; zeros if there is none. */
struct index_stat index_stat_of(const char *path);

#endif
