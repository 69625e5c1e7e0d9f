/* Commits without the index: blobs, trees, the commit itself. */
#include "io/git_commit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "base/path.h"
#include "base/vec.h"
#include "io/file.h"
#include "io/git_internal.h"

enum {
	TREE_DEPTH_MAX = 32,
	LOOSE_MAX = 128 /* blobs of one call; more go into a pack */
};

/*
 * libgit2 does not sync unless asked for everything it does, the repositories
 * of students included; here it is the objects of one commit.
 */
int git_unsynced(struct repo *r, char *path, struct err *err)
{
	char **grown = vec_grow(r->unsynced, &r->unsynced_cap,
				r->unsynced_count + 1, sizeof(*grown));

	if (grown)
		r->unsynced = grown;
	if (!grown || !path) {
		free(path);
		return err_nomem(err);
	}
	r->unsynced[r->unsynced_count++] = path;
	return 0;
}

static int unsynced_object(struct repo *r, const git_oid *oid, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	char hex[OID_HEX];

	git_oid_tostr(hex, sizeof(hex), oid);
	strbuf_addf(&path, "%sobjects/%.2s/%s",
		    git_repository_commondir(r->raw), hex, hex + 2);
	return git_unsynced(r, strbuf_take(&path), err);
}

int repo_sync(struct repo *r, const char *const *also, size_t count,
	      struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		if (git_unsynced(r, strdup(also[i]), err) < 0)
			return (int)err->code;
	}
	/* an object that was packed before has no file of its own */
	if (file_sync_all((const char *const *)r->unsynced, r->unsynced_count,
			  err) < 0)
		return (int)err->code;
	while (r->unsynced_count > 0)
		free(r->unsynced[--r->unsynced_count]);
	return 0;
}

int repo_blobs_write(struct repo *r, const struct repo_bytes *blobs,
		     size_t count, struct oid *out, struct err *err)
{
	if (count > LOOSE_MAX)
		return git_pack_blobs(r, blobs, count, out, err);
	for (size_t i = 0; i < count; i++) {
		git_oid raw;

		if (repo_blob_write(r, blobs[i].bytes, blobs[i].len, &out[i],
				    err) < 0)
			return (int)err->code;
		raw = git_oid_theirs(&out[i]);
		if (unsynced_object(r, &raw, err) < 0)
			return (int)err->code;
	}
	return 0;
}

int repo_blob_name(const void *bytes, size_t len, struct oid *out,
		   struct err *err)
{
	git_oid raw;
	int rc;

	if (git_setup(err) < 0)
		return (int)err->code;
	rc = git_odb_hash(&raw, bytes, len, GIT_OBJECT_BLOB);
	if (rc < 0)
		return git_failed(rc, "hash", "a blob", err);
	*out = git_oid_ours(&raw);
	return 0;
}

/* ---- trees */

struct tree_job {
	struct repo *repo;
	const struct repo_edit *edits;
	struct err *err;
};

/* The edits [lo, hi) lie below one folder, whose path has SKIP bytes. */
struct tree_span {
	size_t lo;
	size_t hi;
	size_t skip;
	unsigned depth;
};

static int edit_tree(const struct tree_job *job, const git_tree *base,
		     struct tree_span span, git_oid *out, bool *empty);

static int edit_file(const struct tree_job *job, git_treebuilder *b,
		     const char *name, const struct repo_edit *e)
{
	git_oid raw = git_oid_theirs(&e->oid);
	int rc = 0;

	if (!oid_is_zero(&e->oid))
		rc = git_treebuilder_insert(
			NULL, b, name, &raw,
			e->executable ? GIT_FILEMODE_BLOB_EXECUTABLE
				      : GIT_FILEMODE_BLOB);
	else if (git_treebuilder_get(b, name))
		rc = git_treebuilder_remove(b, name);
	return rc < 0 ? git_failed(rc, "change", e->path, job->err) : 0;
}

static int edit_folder(const struct tree_job *job, git_treebuilder *b,
		       const char *name, struct tree_span span)
{
	AUTO(git_tree_freep) git_tree *sub = NULL;
	const git_tree_entry *old = git_treebuilder_get(b, name);
	const char *path = job->edits[span.lo].path;
	git_oid made;
	bool empty;
	int rc = 0;

	if (span.depth > TREE_DEPTH_MAX)
		return err_set(job->err, ERR_LIMIT, "'%s' is nested too deeply",
			       path);
	if (old && git_tree_entry_type(old) != GIT_OBJECT_TREE)
		return err_set(job->err, ERR_EXISTS,
			       "cannot write '%s': '%s' is no folder", path,
			       name);
	if (old)
		rc = git_tree_lookup(&sub, job->repo->raw,
				     git_tree_entry_id(old));
	if (rc < 0)
		return git_failed(rc, "read the folder of", path, job->err);
	if (edit_tree(job, sub, span, &made, &empty) < 0)
		return (int)job->err->code;
	if (!empty)
		rc = git_treebuilder_insert(NULL, b, name, &made,
					    GIT_FILEMODE_TREE);
	else if (old)
		rc = git_treebuilder_remove(b, name);
	return rc < 0 ? git_failed(rc, "change", path, job->err) : 0;
}

/* One name of a folder: a file, or all edits in the folder of that name. */
static int edit_name(const struct tree_job *job, git_treebuilder *b,
		     struct tree_span *span)
{
	const char *path = job->edits[span->lo].path;
	const char *name = path + span->skip;
	size_t len = strcspn(name, "/");
	char component[256];
	struct tree_span sub = { .lo = span->lo,
				 .hi = span->lo + 1,
				 .skip = span->skip + len + 1,
				 .depth = span->depth + 1 };

	if (len == 0 || len >= sizeof(component))
		return err_set(job->err, ERR_LIMIT, "'%s' is no path for us",
			       path);
	memcpy(component, name, len);
	component[len] = '\0';
	if (!name[len]) {
		span->lo++;
		return edit_file(job, b, component, &job->edits[sub.lo]);
	}
	while (sub.hi < span->hi &&
	       strncmp(job->edits[sub.hi].path, path, sub.skip) == 0)
		sub.hi++;
	span->lo = sub.hi;
	return edit_folder(job, b, component, sub);
}

static int edit_tree(const struct tree_job *job, const git_tree *base,
		     struct tree_span span, git_oid *out, bool *empty)
{
	AUTO(git_treebuilder_freep) git_treebuilder *b = NULL;
	int rc = git_treebuilder_new(&b, job->repo->raw, base);

	if (rc < 0)
		return git_failed(rc, "write a tree into",
				  repo_git_dir(job->repo), job->err);
	while (span.lo < span.hi) {
		if (edit_name(job, b, &span) < 0)
			return (int)job->err->code;
	}
	*empty = git_treebuilder_entrycount(b) == 0;
	if (*empty && span.depth > 0)
		return 0; /* git has no empty folders */
	rc = git_treebuilder_write(out, b);
	if (rc < 0)
		return git_failed(rc, "write a tree into",
				  repo_git_dir(job->repo), job->err);
	return unsynced_object(job->repo, out, job->err);
}

int repo_tree_edit(struct repo *r, const struct oid *commit,
		   const struct repo_edit *edits, size_t count, struct oid *out,
		   struct err *err)
{
	AUTO(git_tree_freep) git_tree *base = NULL;
	struct tree_job job = { .repo = r, .edits = edits, .err = err };
	struct tree_span all = { .hi = count };
	git_oid made;
	bool empty;

	if (commit && git_tree_of(r, commit, &base, err) < 0)
		return (int)err->code;
	if (edit_tree(&job, base, all, &made, &empty) < 0)
		return (int)err->code;
	*out = git_oid_ours(&made);
	return 0;
}

int repo_path_find(struct repo *r, const struct oid *commit, const char *path,
		   struct oid *out, struct err *err)
{
	AUTO(git_tree_freep) git_tree *tree = NULL;
	AUTO(git_tree_entry_freep) git_tree_entry *entry = NULL;
	int rc;

	if (git_tree_of(r, commit, &tree, err) < 0)
		return (int)err->code;
	rc = git_tree_entry_bypath(&entry, tree, path);
	if (rc == GIT_ENOTFOUND ||
	    (rc == 0 && git_tree_entry_type(entry) != GIT_OBJECT_BLOB))
		return err_set(err, ERR_NOT_FOUND, "no '%s' in the commit",
			       path);
	if (rc < 0)
		return git_failed(rc, "read", path, err);
	*out = git_oid_ours(git_tree_entry_id(entry));
	return 0;
}

/* ---- the commit */

int repo_commit_create(struct repo *r, const struct oid *tree,
		       const struct oid *parent,
		       const struct repo_person *author, const char *message,
		       struct oid *out, struct err *err)
{
	AUTO(git_tree_freep) git_tree *t = NULL;
	AUTO(git_commit_freep) git_commit *p = NULL;
	AUTO(git_signature_freep) git_signature *who = NULL;
	git_oid raw = git_oid_theirs(tree);
	const git_commit *parents[1];
	git_oid made;
	int rc = git_tree_lookup(&t, r->raw, &raw);

	if (rc == 0 && parent) {
		raw = git_oid_theirs(parent);
		rc = git_commit_lookup(&p, r->raw, &raw);
	}
	if (rc == 0)
		rc = git_signature_new(&who, author->name, author->email,
				       author->when, 0);
	parents[0] = p;
	if (rc == 0)
		rc = git_commit_create(&made, r->raw, NULL, who, who, NULL,
				       message, t, p ? 1 : 0, parents);
	if (rc < 0)
		return git_failed(rc, "write a commit into", repo_git_dir(r),
				  err);
	if (unsynced_object(r, &made, err) < 0)
		return (int)err->code;
	*out = git_oid_ours(&made);
	return 0;
}

/* ---- what differs, and what is under way */

static enum repo_entry_kind kind_of(uint16_t mode)
{
	switch (mode) {
	case GIT_FILEMODE_BLOB_EXECUTABLE:
		return REPO_EXECUTABLE;
	case GIT_FILEMODE_LINK:
		return REPO_LINK;
	case GIT_FILEMODE_COMMIT:
		return REPO_SUBMODULE;
	default:
		return REPO_FILE;
	}
}

static int report_deltas(git_diff *diff, repo_diff_visit *visit, void *ctx)
{
	size_t count = git_diff_num_deltas(diff);

	for (size_t i = 0; i < count; i++) {
		const git_diff_delta *d = git_diff_get_delta(diff, i);
		struct repo_change change = {
			.path = d->new_file.path,
			.before = git_oid_ours(&d->old_file.id),
			.after = git_oid_ours(&d->new_file.id),
			.before_kind = kind_of(d->old_file.mode),
			.after_kind = kind_of(d->new_file.mode),
		};
		int rc = visit(ctx, &change);

		if (rc < 0)
			return rc;
	}
	return 0;
}

int repo_diff(struct repo *r, const struct oid *before, const struct oid *after,
	      repo_diff_visit *visit, void *ctx, struct err *err)
{
	AUTO(git_tree_freep) git_tree *old = NULL;
	AUTO(git_tree_freep) git_tree *now = NULL;
	AUTO(git_diff_freep) git_diff *diff = NULL;
	git_diff_options opts;
	int rc;

	if ((before && git_tree_of(r, before, &old, err) < 0) ||
	    (after && git_tree_of(r, after, &now, err) < 0))
		return (int)err->code;
	(void)git_diff_options_init(&opts, GIT_DIFF_OPTIONS_VERSION);
	opts.flags =
		GIT_DIFF_DISABLE_PATHSPEC_MATCH | GIT_DIFF_SKIP_BINARY_CHECK;
	opts.ignore_submodules = GIT_SUBMODULE_IGNORE_NONE;
	rc = git_diff_tree_to_tree(&diff, r->raw, old, now, &opts);
	if (rc < 0)
		return git_failed(rc, "compare commits of", repo_git_dir(r),
				  err);
	return report_deltas(diff, visit, ctx);
}

const char *repo_busy_with(struct repo *r)
{
	switch (git_repository_state(r->raw)) {
	case GIT_REPOSITORY_STATE_NONE:
		return NULL;
	case GIT_REPOSITORY_STATE_MERGE:
		return "merge";
	case GIT_REPOSITORY_STATE_REVERT:
	case GIT_REPOSITORY_STATE_REVERT_SEQUENCE:
		return "revert";
	case GIT_REPOSITORY_STATE_CHERRYPICK:
	case GIT_REPOSITORY_STATE_CHERRYPICK_SEQUENCE:
		return "cherry-pick";
	case GIT_REPOSITORY_STATE_BISECT:
		return "bisect";
	case GIT_REPOSITORY_STATE_APPLY_MAILBOX:
	case GIT_REPOSITORY_STATE_APPLY_MAILBOX_OR_REBASE:
		return "am";
	default:
		return "rebase";
	}
}

int repo_head(struct repo *r, struct oid *out, char *branch, size_t size,
	      struct err *err)
{
	AUTO(git_reference_freep) git_reference *head = NULL;
	int rc = git_repository_head(&head, r->raw);

	if (rc == GIT_EUNBORNBRANCH)
		return err_set(err, ERR_NOT_FOUND, "HEAD has no commit yet");
	if (rc < 0)
		return git_failed(rc, "read the ref", "HEAD", err);
	*out = git_oid_ours(git_reference_target(head));
	snprintf(branch, size, "%s",
		 git_reference_is_branch(head) ? git_reference_name(head) : "");
	return 0;
}
