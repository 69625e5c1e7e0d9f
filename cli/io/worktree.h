#ifndef IO_WORKTREE_H
#define IO_WORKTREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/git.h"

struct err;

/*
 * A person's own repository with its work tree, as a student has it.  Only the
 * repository's own configuration is read.  One thread at a time.
 */

/* Paths below FOLDER ("" for all) that differ from HEAD. */
struct worktree_dirt {
	char **paths; /* at most WORKTREE_DIRT_MAX, sorted */
	size_t count;
	size_t total;
	bool only_untracked;
};
enum {
	WORKTREE_DIRT_MAX = 16
};

int worktree_dirt(struct repo *r, const char *folder, struct worktree_dirt *out,
		  struct err *err);
void worktree_dirt_release(struct worktree_dirt *d);
AUTO_RELEASE(struct worktree_dirt, worktree_dirt_release)

/*
 * The commit that is checked out, and its branch, "" if HEAD is detached.
 * ERR_NOT_FOUND: nothing has been committed.
 */
enum {
	WORKTREE_BRANCH_SIZE = 256
};
int worktree_head(struct repo *r, struct oid *commit,
		  char branch[WORKTREE_BRANCH_SIZE], struct err *err);

/* Where REMOTE is pushed to, to be free()d; ERR_NOT_FOUND if there is none. */
int worktree_remote_url(struct repo *r, const char *remote, char **out,
			struct err *err);

/* True if COMMIT is TIP or comes before it; false too if TIP is not here. */
bool worktree_contains(struct repo *r, const struct oid *tip,
		       const struct oid *commit);

/*
 * Who made COMMIT: the committer's name and address, to be free()d.  What git
 * took from a person's own configuration, which we do not read.
 */
int worktree_committer(struct repo *r, const struct oid *commit, char **name,
		       char **email, struct err *err);

/* An object's bytes as git hashes them, without its header. */
int worktree_object(struct repo *r, const struct oid *oid, size_t max,
		    struct strbuf *out, struct err *err);

/* What BYTES would be called as an annotated tag. */
int worktree_hash_tag(const char *bytes, size_t len, struct oid *out,
		      struct err *err);

#endif
