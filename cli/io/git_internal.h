#ifndef IO_GIT_INTERNAL_H
#define IO_GIT_INTERNAL_H

#include <git2.h>
#include <string.h>

#include "base/attr.h"
#include "io/git.h"

/* Shared by the git files of io/ and by nobody else. */
struct repo {
	git_repository *raw;
	char **unsynced; /* files written, perhaps only to the cache */
	size_t unsynced_count;
	size_t unsynced_cap;
};

/* Bound each piece of memory of libgit2's.  git_memory.c; negative: failed. */
int git_bound_memory(void);

/*
 * Record libgit2's last error as "cannot DO 'SUBJECT': ..." at once, before
 * another call replaces it.  RC is what the call returned.
 */
int git_failed(int rc, const char *verb, const char *subject, struct err *err);

/* The tree of COMMIT; OUT belongs to the caller. */
int git_tree_of(struct repo *r, const struct oid *commit, git_tree **out,
		struct err *err);

/*
 * VALUE as the name or address of a person: cut to SIZE, and what would end
 * that part of a commit made harmless.  False if nothing is left of it.
 */
bool git_name_take(char *out, size_t size, const char *value);

/* Where the person's own excludes are, in OUT; there may be no such file. */
bool git_user_excludes(struct strbuf *out);

struct repo_bytes;

/* PATH (taken over; NULL: no memory) waits for repo_sync(). */
int git_unsynced(struct repo *r, char *path, struct err *err);

/* repo_blobs_write() for many: one pack. */
int git_pack_blobs(struct repo *r, const struct repo_bytes *blobs, size_t count,
		   struct oid *out, struct err *err);

/* The two spellings of an object's name. */
static inline ATTR_UNUSED struct oid git_oid_ours(const git_oid *raw)
{
	struct oid oid;

	memcpy(oid.id, raw->id, sizeof(oid.id));
	return oid;
}

static inline ATTR_UNUSED git_oid git_oid_theirs(const struct oid *oid)
{
	git_oid raw;

	memcpy(raw.id, oid->id, sizeof(raw.id));
	return raw;
}

/* libgit2's own free functions accept NULL. */
AUTO_DEFINE(git_blob *, git_blob_free)
AUTO_DEFINE(git_commit *, git_commit_free)
AUTO_DEFINE(git_config *, git_config_free)
AUTO_DEFINE(git_diff *, git_diff_free)
AUTO_DEFINE(git_object *, git_object_free)
AUTO_DEFINE(git_odb *, git_odb_free)
AUTO_DEFINE(git_odb_object *, git_odb_object_free)
AUTO_DEFINE(git_reference *, git_reference_free)
AUTO_DEFINE(git_reference_iterator *, git_reference_iterator_free)
AUTO_DEFINE(git_signature *, git_signature_free)
AUTO_DEFINE(git_tag *, git_tag_free)
AUTO_DEFINE(git_tree *, git_tree_free)
AUTO_DEFINE(git_tree_entry *, git_tree_entry_free)
AUTO_DEFINE(git_treebuilder *, git_treebuilder_free)

#endif
