#ifndef IO_WORKTREE_H
#define IO_WORKTREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/git.h"
#include "io/git_commit.h"

struct err;

/*
 * A person's own repository with its work tree, as a student has it.  Only the
 * repository's own configuration is read.  One thread at a time.
 */

/*
 * Paths below FOLDER ("" for all) that differ from HEAD.  What the repository
 * or the person's own core.excludesFile ignores is not among them.
 */
struct worktree_dirt {
	char **paths; /* at most WORKTREE_DIRT_MAX, sorted */
	size_t count;
	size_t total;
	size_t untracked; /* of those */
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

/* Is history cut off?  libgit2 1.5.1 cannot push from such a repository. */
bool worktree_is_shallow(const struct repo *r);

/*
 * Where REMOTE is pushed to, to be free()d.  ERR_NOT_FOUND if there is none,
 * ERR_FORMAT if it is nowhere.
 */
int worktree_remote_url(struct repo *r, const char *remote, char **out,
			struct err *err);

/* True if COMMIT is TIP or comes before it; false too if TIP is not here. */
bool worktree_contains(struct repo *r, const struct oid *tip,
		       const struct oid *commit);

/*
 * Who tags COMMIT: whoever this machine says its person is, else the committer
 * of COMMIT.  Always valid for git, and UTF-8.
 */
int worktree_tagger(struct repo *r, const struct oid *commit,
		    struct repo_identity *out, struct err *err);

/* The git folder that all work trees of R share; ends in '/'. */
const char *worktree_common_dir(const struct repo *r);

/* An object's bytes as git hashes them, without its header. */
int worktree_object(struct repo *r, const struct oid *oid, size_t max,
		    struct strbuf *out, struct err *err);

/* What BYTES would be called as an annotated tag. */
int worktree_hash_tag(const char *bytes, size_t len, struct oid *out,
		      struct err *err);

#endif
