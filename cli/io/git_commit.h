#ifndef IO_GIT_COMMIT_H
#define IO_GIT_COMMIT_H

#include "io/git.h"

struct err;

/*
 * Commits without git's index: objects straight into the object store, then
 * repo_sync(), then a ref by repo_ref_write().  Threads as in io/git.h.
 */

/*
 * Who commits: GIT_AUTHOR_NAME and GIT_AUTHOR_EMAIL, else user.name and
 * user.email of the repository, else of the user's own git configuration (of
 * which else only core.excludesFile is ever looked at), else "cohort".  False
 * where that had to do.
 */
struct repo_identity {
	char name[128];
	char email[128];
};
bool repo_identity(struct repo *r, struct repo_identity *out);

struct repo_bytes {
	const void *bytes;
	size_t len;
};

/* COUNT blobs; few as loose objects, many as one pack. */
int repo_blobs_write(struct repo *r, const struct repo_bytes *blobs,
		     size_t count, struct oid *out, struct err *err);

/* The name a blob of these bytes has, without writing it. */
int repo_blob_name(const void *bytes, size_t len, struct oid *out,
		   struct err *err);

/* One path of a new tree. */
struct repo_edit {
	const char *path;
	struct oid oid; /* the blob; zero: the path goes */
	bool executable;
};

/*
 * The tree of COMMIT (NULL: none) with COUNT edits, sorted by path as strcmp()
 * does and each path once.  Folders that become empty go.
 */
int repo_tree_edit(struct repo *r, const struct oid *commit,
		   const struct repo_edit *edits, size_t count, struct oid *out,
		   struct err *err);

/* PARENT NULL: a first commit.  The committer is the author. */
int repo_commit_create(struct repo *r, const struct oid *tree,
		       const struct oid *parent,
		       const struct repo_person *author, const char *message,
		       struct oid *out, struct err *err);

/*
 * Wait until every object written above is on the disk, and the COUNT files
 * and folders of ALSO with them.
 */
int repo_sync(struct repo *r, const char *const *also, size_t count,
	      struct err *err);

/* The blob at PATH in COMMIT, without reading it; ERR_NOT_FOUND. */
int repo_path_find(struct repo *r, const struct oid *commit, const char *path,
		   struct oid *out, struct err *err);

/* One path that differs between two commits. */
struct repo_change {
	const char *path;
	struct oid before; /* zero: it was not there */
	struct oid after;  /* zero: it is gone */
	enum repo_entry_kind before_kind;
	enum repo_entry_kind after_kind;
};
typedef int repo_diff_visit(void *ctx, const struct repo_change *change);

/* Sorted by path.  BEFORE or AFTER NULL stands for nothing at all. */
int repo_diff(struct repo *r, const struct oid *before, const struct oid *after,
	      repo_diff_visit *visit, void *ctx, struct err *err);

/* What a person has under way here ("merge", "rebase", ...), or NULL. */
const char *repo_busy_with(struct repo *r);

/*
 * What HEAD points at, and its branch ("refs/heads/main"), "" where HEAD is a
 * commit itself.  ERR_NOT_FOUND: a branch without a commit.
 */
int repo_head(struct repo *r, struct oid *out, char *branch, size_t size,
	      struct err *err);

#endif
