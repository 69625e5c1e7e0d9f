/* What a repository holds: blobs, tags, commits, and walks over trees. */
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "io/git_internal.h"

enum {
	TREE_DEPTH_MAX = 64, /* folders in folders; crates have a handful */
	TREE_PATH_MAX = 4096
};

/* ---- blobs */

int repo_blob_read(struct repo *r, const struct oid *oid, size_t max,
		   struct strbuf *out, struct err *err)
{
	AUTO(git_odb_freep) git_odb *odb = NULL;
	AUTO(git_odb_object_freep) git_odb_object *object = NULL;
	git_oid raw = git_oid_theirs(oid);
	char hex[OID_HEX];
	size_t size;
	git_object_t type;
	int rc = git_repository_odb(&odb, r->raw);

	oid_hex(oid, hex);
	/* the size first: a small file in a pack can declare gigabytes */
	if (rc == 0)
		rc = git_odb_read_header(&size, &type, odb, &raw);
	if (rc < 0)
		return git_failed(rc, "read the object", hex, err);
	if (type != GIT_OBJECT_BLOB)
		return err_set(err, ERR_FORMAT, "object '%s' is no file", hex);
	if (size > max)
		return err_set(err, ERR_LIMIT,
			       "object '%s' has %zu bytes, more than %zu", hex,
			       size, max);
	rc = git_odb_read(&object, odb, &raw);
	if (rc < 0)
		return git_failed(rc, "read the object", hex, err);
	strbuf_add(out, git_odb_object_data(object),
		   git_odb_object_size(object));
	return strbuf_check(out, err);
}

int repo_blob_write(struct repo *r, const void *bytes, size_t len,
		    struct oid *out, struct err *err)
{
	git_oid raw;
	int rc = git_blob_create_from_buffer(&raw, r->raw, bytes, len);

	if (rc < 0)
		return git_failed(rc, "write an object into", repo_git_dir(r),
				  err);
	*out = git_oid_ours(&raw);
	return 0;
}

bool repo_has(struct repo *r, const struct oid *oid)
{
	AUTO(git_odb_freep) git_odb *odb = NULL;
	git_oid raw = git_oid_theirs(oid);

	return git_repository_odb(&odb, r->raw) == 0 &&
	       git_odb_exists(odb, &raw) == 1;
}

/* ---- trees */

int git_tree_of(struct repo *r, const struct oid *commit, git_tree **out,
		struct err *err)
{
	AUTO(git_commit_freep) git_commit *c = NULL;
	git_oid raw = git_oid_theirs(commit);
	char hex[OID_HEX];
	int rc = git_commit_lookup(&c, r->raw, &raw);

	if (rc == 0)
		rc = git_commit_tree(out, c);
	oid_hex(commit, hex);
	return rc < 0 ? git_failed(rc, "read the commit", hex, err) : 0;
}

struct walk {
	struct repo *repo;
	repo_tree_visit *visit;
	void *ctx;
	size_t max;
	size_t seen; /* entries and folders: folders alone can be a bomb */
	struct strbuf path;
	struct err *err;
};

static int walk_tree(struct walk *w, const git_tree *tree, unsigned depth);

static int walk_folder(struct walk *w, const git_tree_entry *entry,
		       unsigned depth)
{
	AUTO(git_tree_freep) git_tree *sub = NULL;
	int rc;

	if (depth >= TREE_DEPTH_MAX)
		return err_set(w->err, ERR_LIMIT,
			       "'%s': folders nested deeper than %d",
			       strbuf_str(&w->path), TREE_DEPTH_MAX);
	rc = git_tree_lookup(&sub, w->repo->raw, git_tree_entry_id(entry));
	if (rc < 0)
		return git_failed(rc, "read the folder", strbuf_str(&w->path),
				  w->err);
	strbuf_addc(&w->path, '/');
	return walk_tree(w, sub, depth + 1);
}

static int walk_entry(struct walk *w, const git_tree_entry *entry,
		      unsigned depth)
{
	struct repo_entry found = { .path = strbuf_str(&w->path) };

	found.oid = git_oid_ours(git_tree_entry_id(entry));
	switch (git_tree_entry_filemode(entry)) {
	case GIT_FILEMODE_TREE:
		return walk_folder(w, entry, depth);
	case GIT_FILEMODE_BLOB_EXECUTABLE:
		found.kind = REPO_EXECUTABLE;
		break;
	case GIT_FILEMODE_LINK:
		found.kind = REPO_LINK;
		break;
	case GIT_FILEMODE_COMMIT:
		found.kind = REPO_SUBMODULE;
		break;
	default:
		found.kind = REPO_FILE;
		break;
	}
	return w->visit(w->ctx, &found);
}

/* The path of TREE, with its final '/', is in w->path. */
static int walk_tree(struct walk *w, const git_tree *tree, unsigned depth)
{
	size_t base = w->path.len;
	size_t count = git_tree_entrycount(tree);

	for (size_t i = 0; i < count; i++) {
		const git_tree_entry *e = git_tree_entry_byindex(tree, i);
		int rc;

		if (++w->seen > w->max)
			return err_set(w->err, ERR_LIMIT,
				       "more than %zu files and folders",
				       w->max);
		strbuf_adds(&w->path, git_tree_entry_name(e));
		if (strbuf_check(&w->path, w->err) < 0)
			return (int)w->err->code;
		rc = walk_entry(w, e, depth);
		if (rc < 0)
			return rc;
		strbuf_truncate(&w->path, base);
	}
	return 0;
}

static int subtree(struct repo *r, git_tree **tree, const char *path,
		   struct err *err)
{
	AUTO(git_tree_entry_freep) git_tree_entry *entry = NULL;
	AUTO(git_tree_freep) git_tree *whole = *tree;
	int rc;

	*tree = NULL;
	rc = git_tree_entry_bypath(&entry, whole, path);
	if (rc == GIT_ENOTFOUND)
		return err_set(err, ERR_NOT_FOUND, "no '%s' in the commit",
			       path);
	if (rc == 0 && git_tree_entry_type(entry) != GIT_OBJECT_TREE)
		return err_set(err, ERR_FORMAT, "'%s' is no folder", path);
	if (rc == 0)
		rc = git_tree_lookup(tree, r->raw, git_tree_entry_id(entry));
	return rc < 0 ? git_failed(rc, "read the folder", path, err) : 0;
}

int repo_tree_each(struct repo *r, const struct oid *commit, const char *path,
		   size_t max, repo_tree_visit *visit, void *ctx,
		   struct err *err)
{
	AUTO(git_tree_freep) git_tree *tree = NULL;
	struct walk w = {
		.repo = r, .visit = visit, .ctx = ctx, .max = max, .err = err
	};
	int rc;

	if (git_tree_of(r, commit, &tree, err) < 0)
		return (int)err->code;
	if (path[0] && subtree(r, &tree, path, err) < 0)
		return (int)err->code;
	strbuf_init(&w.path, TREE_PATH_MAX);
	if (path[0]) {
		strbuf_adds(&w.path, path);
		strbuf_addc(&w.path, '/');
	}
	rc = walk_tree(&w, tree, 0);
	strbuf_release(&w.path);
	return rc;
}

/* ---- tags and commits */

static int any_object(struct repo *r, const struct oid *oid, git_object **out,
		      struct err *err)
{
	git_oid raw = git_oid_theirs(oid);
	char hex[OID_HEX];
	int rc = git_object_lookup(out, r->raw, &raw, GIT_OBJECT_ANY);

	oid_hex(oid, hex);
	return rc < 0 ? git_failed(rc, "read the object", hex, err) : 0;
}

int repo_peel_commit(struct repo *r, const struct oid *oid, struct oid *commit,
		     struct err *err)
{
	AUTO(git_object_freep) git_object *object = NULL;
	AUTO(git_object_freep) git_object *peeled = NULL;
	char hex[OID_HEX];
	int rc;

	if (any_object(r, oid, &object, err) < 0)
		return (int)err->code;
	oid_hex(oid, hex);
	rc = git_object_peel(&peeled, object, GIT_OBJECT_COMMIT);
	if (rc == GIT_EPEEL || rc == GIT_EINVALIDSPEC)
		return err_set(err, ERR_FORMAT,
			       "object '%s' does not lead to a commit", hex);
	if (rc < 0)
		return git_failed(rc, "read the object", hex, err);
	*commit = git_oid_ours(git_object_id(peeled));
	return 0;
}

int repo_resolve(struct repo *r, const char *rev, struct oid *commit,
		 struct err *err)
{
	AUTO(git_object_freep) git_object *object = NULL;
	AUTO(git_object_freep) git_object *peeled = NULL;
	int rc = git_revparse_single(&object, r->raw, rev);

	if (rc == 0)
		rc = git_object_peel(&peeled, object, GIT_OBJECT_COMMIT);
	if (rc == GIT_ENOTFOUND || rc == GIT_EINVALIDSPEC || rc == GIT_EPEEL ||
	    rc == GIT_EAMBIGUOUS)
		return err_set(err, ERR_NOT_FOUND,
			       "there is no commit '%s' in the repository",
			       rev);
	if (rc < 0)
		return git_failed(rc, "read the object", rev, err);
	*commit = git_oid_ours(git_object_id(peeled));
	return 0;
}

static char *copy(const char *s)
{
	return strdup(s ? s : "");
}

int repo_tag_read(struct repo *r, const struct oid *oid, struct repo_tag *out,
		  struct err *err)
{
	AUTO(git_tag_freep) git_tag *tag = NULL;
	AUTO(git_object_freep) git_object *object = NULL;
	struct repo_tag found = { 0 };
	git_oid raw = git_oid_theirs(oid);
	const git_signature *tagger;
	char hex[OID_HEX];
	int rc;

	if (any_object(r, oid, &object, err) < 0)
		return (int)err->code;
	oid_hex(oid, hex);
	if (git_object_type(object) != GIT_OBJECT_TAG)
		return err_set(err, ERR_FORMAT,
			       "object '%s' is no annotated tag", hex);
	rc = git_tag_lookup(&tag, r->raw, &raw);
	if (rc < 0)
		return git_failed(rc, "read the tag", hex, err);
	tagger = git_tag_tagger(tag); /* tags of old may have none */
	found.name = copy(git_tag_name(tag));
	found.message = copy(git_tag_message(tag));
	found.tagger_name = copy(tagger ? tagger->name : NULL);
	found.when = tagger ? tagger->when.time : 0;
	found.target = git_oid_ours(git_tag_target_id(tag));
	if (!found.name || !found.message || !found.tagger_name) {
		repo_tag_release(&found);
		return err_nomem(err);
	}
	*out = found;
	return 0;
}

void repo_tag_release(struct repo_tag *t)
{
	if (!t)
		return;
	free(t->name);
	free(t->message);
	free(t->tagger_name);
	*t = (struct repo_tag){ 0 };
}

int repo_tag_create(struct repo *r, const char *name, const struct oid *target,
		    const struct repo_person *tagger, const char *message,
		    struct oid *out, struct err *err)
{
	AUTO(git_object_freep) git_object *object = NULL;
	AUTO(git_signature_freep) git_signature *who = NULL;
	git_oid made;
	int rc;

	if (any_object(r, target, &object, err) < 0)
		return (int)err->code;
	rc = git_signature_new(&who, tagger->name, tagger->email, tagger->when,
			       0);
	if (rc < 0)
		return git_failed(rc, "sign as", tagger->name, err);
	rc = git_tag_create(&made, r->raw, name, object, who, message, 0);
	if (rc == GIT_EEXISTS)
		return err_set(err, ERR_EXISTS, "there is a tag '%s' already",
			       name);
	if (rc < 0)
		return git_failed(rc, "make the tag", name, err);
	*out = git_oid_ours(&made);
	return 0;
}

int repo_commit_read(struct repo *r, const struct oid *oid,
		     struct repo_commit *out, struct err *err)
{
	AUTO(git_commit_freep) git_commit *c = NULL;
	git_oid raw = git_oid_theirs(oid);
	struct repo_commit found = { .oid = *oid };
	char hex[OID_HEX];
	int rc = git_commit_lookup(&c, r->raw, &raw);

	oid_hex(oid, hex);
	if (rc < 0)
		return git_failed(rc, "read the commit", hex, err);
	found.tree = git_oid_ours(git_commit_tree_id(c));
	found.parent_count = git_commit_parentcount(c);
	if (found.parent_count > 0)
		found.parent = git_oid_ours(git_commit_parent_id(c, 0));
	found.when = git_commit_time(c);
	found.message = copy(git_commit_message(c));
	found.author_name = copy(git_commit_author(c)->name);
	if (!found.message || !found.author_name) {
		repo_commit_release(&found);
		return err_nomem(err);
	}
	*out = found;
	return 0;
}

void repo_commit_release(struct repo_commit *c)
{
	if (!c)
		return;
	free(c->message);
	free(c->author_name);
	*c = (struct repo_commit){ 0 };
}
