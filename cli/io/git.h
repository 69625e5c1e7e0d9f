#ifndef IO_GIT_H
#define IO_GIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/strbuf.h"

struct err;

/*
 * A git repository on this disk, through libgit2.  No user, system or global
 * git configuration is read, so nobody's insteadOf, hooks or filters apply.
 * One thread at a time for each struct repo; open one per thread.  io/remote.h
 * has what crosses the network.
 */
struct repo;

struct oid {
	unsigned char id[20];
};

enum {
	OID_HEX = 41
}; /* with the NUL */

bool oid_equal(const struct oid *a, const struct oid *b);
bool oid_is_zero(const struct oid *oid);
void oid_hex(const struct oid *oid, char out[OID_HEX]);
bool oid_parse(const char *hex, struct oid *out);

/*
 * Start libgit2, without anybody's configuration.  Whatever opens a repository
 * or a remote calls it; again costs nothing.  Any thread.
 */
int git_setup(struct err *err);

/* ERR_NOT_FOUND if DIR is not itself a repository (no search upwards). */
int repo_open(const char *dir, struct repo **out, struct err *err);

/* The nearest repository at DIR or above it. */
int repo_discover(const char *dir, struct repo **out, struct err *err);

enum repo_init_flags {
	REPO_BARE = 1
};
int repo_init(const char *dir, unsigned flags, struct repo **out,
	      struct err *err);
void repo_free(struct repo *r);
AUTO_DEFINE(struct repo *, repo_free)

const char *repo_git_dir(const struct repo *r);	 /* ends in '/' */
const char *repo_work_dir(const struct repo *r); /* NULL if bare */

/* ---- refs */

/* What REF points at, tags not peeled; ERR_NOT_FOUND if there is none. */
int repo_ref_read(struct repo *r, const char *ref, struct oid *out,
		  struct err *err);

/*
 * Point REF at NEW.  OLD is what it must point at now: NULL for anything,
 * zero for "it must not exist".  ERR_LOCKED if it is something else.  MESSAGE
 * goes to the reflog, NULL for none.
 */
int repo_ref_write(struct repo *r, const char *ref, const struct oid *new_oid,
		   const struct oid *old, const char *message, struct err *err);
/*
 * git's lock file of REF goes if it is a dead writer's: it was to hold OID, and
 * stands there unchanged for a moment, which no living one needs.
 */
void repo_ref_unlock(struct repo *r, const char *ref, const struct oid *oid);

typedef int repo_ref_visit(void *ctx, const char *ref, const struct oid *oid);
/* Each ref below PREFIX, sorted; a negative result of VISIT ends it. */
int repo_ref_each(struct repo *r, const char *prefix, repo_ref_visit *visit,
		  void *ctx, struct err *err);

/* ---- objects */

/* The content of a blob, at most MAX bytes (ERR_LIMIT). */
int repo_blob_read(struct repo *r, const struct oid *oid, size_t max,
		   struct strbuf *out, struct err *err);
int repo_blob_write(struct repo *r, const void *bytes, size_t len,
		    struct oid *out, struct err *err);

/* True, with *OUT, if the object exists here. */
bool repo_has(struct repo *r, const struct oid *oid);

/* A tag object or a commit, peeled to its commit. */
int repo_peel_commit(struct repo *r, const struct oid *oid, struct oid *commit,
		     struct err *err);

/*
 * The commit that REV means, as people write it: a branch, a tag, HEAD~2, the
 * beginning of a hash (gitrevisions).  ERR_NOT_FOUND if it means none here.
 */
int repo_resolve(struct repo *r, const char *rev, struct oid *commit,
		 struct err *err);

struct repo_tag {
	char *name; /* without refs/tags/ */
	char *message;
	char *tagger_name;
	int64_t when; /* the tagger's clock */
	struct oid target;
};
/* ERR_FORMAT if OID is not an annotated tag. */
int repo_tag_read(struct repo *r, const struct oid *oid, struct repo_tag *out,
		  struct err *err);
void repo_tag_release(struct repo_tag *t);
AUTO_RELEASE(struct repo_tag, repo_tag_release)

struct repo_person {
	const char *name;
	const char *email;
	int64_t when;
};
/* An annotated tag in refs/tags/NAME; ERR_EXISTS if that ref exists. */
int repo_tag_create(struct repo *r, const char *name, const struct oid *target,
		    const struct repo_person *tagger, const char *message,
		    struct oid *out, struct err *err);

struct repo_commit {
	struct oid oid;
	struct oid tree;
	struct oid parent;     /* zero for a first commit */
	unsigned parent_count; /* 2 or more: a merge */
	char *message;
	char *author_name;
	int64_t when; /* the committer's clock */
};
int repo_commit_read(struct repo *r, const struct oid *oid,
		     struct repo_commit *out, struct err *err);
void repo_commit_release(struct repo_commit *c);
AUTO_RELEASE(struct repo_commit, repo_commit_release)

/* One entry of a recursive walk. */
enum repo_entry_kind {
	REPO_FILE,
	REPO_EXECUTABLE,
	REPO_LINK,
	REPO_SUBMODULE
};
struct repo_entry {
	const char *path; /* from the root, as the tree has it: not trusted */
	enum repo_entry_kind kind;
	struct oid oid;
};
typedef int repo_tree_visit(void *ctx, const struct repo_entry *entry);
/*
 * Every entry of COMMIT's tree below PATH ("" for all), in git's order;
 * directories are not reported.  More than MAX entries is ERR_LIMIT.
 */
int repo_tree_each(struct repo *r, const struct oid *commit, const char *path,
		   size_t max, repo_tree_visit *visit, void *ctx,
		   struct err *err);

#endif
