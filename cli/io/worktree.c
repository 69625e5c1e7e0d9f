#include "io/worktree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "io/file.h"
#include "io/git_internal.h"

enum {
	EXCLUDES_MAX = 1 << 20
};

AUTO_DEFINE(git_status_list *, git_status_list_free)
AUTO_DEFINE(git_remote *, git_remote_free)

/* ---- what is not committed */

static const char *path_of(const git_status_entry *e)
{
	const git_diff_delta *d =
		e->index_to_workdir ? e->index_to_workdir : e->head_to_index;

	return d->new_file.path ? d->new_file.path : d->old_file.path;
}

/* An untracked folder stands for all that is in it, and ends in '/'. */
static bool is_below(const char *path, const char *folder)
{
	size_t len = strlen(folder), own = strlen(path);

	if (len == 0)
		return true;
	if (own <= len)
		return own > 0 && path[own - 1] == '/' &&
		       strncmp(path, folder, own) == 0;
	return strncmp(path, folder, len) == 0 && path[len] == '/';
}

static int add_path(struct worktree_dirt *d, const char *path, struct err *err)
{
	if (d->total++ >= WORKTREE_DIRT_MAX)
		return 0;
	d->paths[d->count] = strdup(path);
	if (!d->paths[d->count])
		return err_nomem(err);
	d->count++;
	return 0;
}

/*
 * libgit2 does not see the person's configuration, but what they ignore
 * everywhere they do not want to hear of here.
 */
static int ignore_the_usual(struct repo *r, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	AUTO(strbuf_releasep) struct strbuf rules = { 0 };
	struct err none = { 0 };
	int rc = 0;

	if (!git_user_excludes(&path) || !file_exists(strbuf_str(&path)))
		return 0;
	if (file_read(strbuf_str(&path), EXCLUDES_MAX, &rules, &none) == 0)
		rc = git_ignore_add_rule(r->raw, strbuf_str(&rules));
	if (none.code == ERR_NOMEM)
		return err_nomem(err);
	return rc < 0 ? git_failed(rc, "read", strbuf_str(&path), err) : 0;
}

/*
 * Of everything: told a folder, libgit2 1.5.1 misses those with a '*' in their
 * names, and those in an untracked folder.
 */
static int list_status(struct repo *r, git_status_list **out, struct err *err)
{
	git_status_options o;
	int rc = git_status_options_init(&o, GIT_STATUS_OPTIONS_VERSION);

	if (rc < 0)
		return git_failed(rc, "compare", "the work tree", err);
	o.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR;
	o.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED |
		  GIT_STATUS_OPT_SORT_CASE_SENSITIVELY |
		  GIT_STATUS_OPT_EXCLUDE_SUBMODULES;
	rc = git_status_list_new(out, r->raw, &o);
	return rc < 0 ? git_failed(rc, "compare", "the work tree", err) : 0;
}

int worktree_dirt(struct repo *r, const char *folder, struct worktree_dirt *out,
		  struct err *err)
{
	AUTO(git_status_list_freep) git_status_list *list = NULL;
	AUTO(worktree_dirt_releasep)
	struct worktree_dirt d = { 0 };

	d.paths = calloc(WORKTREE_DIRT_MAX, sizeof(*d.paths));
	if (!d.paths)
		return err_nomem(err);
	if (ignore_the_usual(r, err) < 0 || list_status(r, &list, err) < 0)
		return err->code;
	for (size_t i = 0; i < git_status_list_entrycount(list); i++) {
		const git_status_entry *e = git_status_byindex(list, i);
		const char *path = path_of(e);

		if (!is_below(path, folder))
			continue;
		d.untracked += (e->status & GIT_STATUS_WT_NEW) != 0;
		if (add_path(&d, path, err) < 0)
			return err->code;
	}
	*out = d;
	d = (struct worktree_dirt){ 0 };
	return 0;
}

void worktree_dirt_release(struct worktree_dirt *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->count; i++)
		free(d->paths[i]);
	free(d->paths);
	*d = (struct worktree_dirt){ 0 };
}

/* ---- where it stands */

int worktree_head(struct repo *r, struct oid *commit,
		  char branch[WORKTREE_BRANCH_SIZE], struct err *err)
{
	AUTO(git_reference_freep) git_reference *head = NULL;
	int rc = git_repository_head(&head, r->raw);
	const char *name;

	if (rc == GIT_EUNBORNBRANCH || rc == GIT_ENOTFOUND)
		return err_set(err, ERR_NOT_FOUND, "nothing is committed yet");
	if (rc < 0)
		return git_failed(rc, "read", "HEAD", err);
	*commit = git_oid_ours(git_reference_target(head));
	branch[0] = '\0';
	name = git_reference_is_branch(head) ? git_reference_shorthand(head)
					     : "";
	if (strlen(name) < WORKTREE_BRANCH_SIZE)
		memcpy(branch, name, strlen(name) + 1);
	return 0;
}

bool worktree_is_shallow(const struct repo *r)
{
	return git_repository_is_shallow(r->raw) == 1;
}

int worktree_remote_url(struct repo *r, const char *remote, char **out,
			struct err *err)
{
	AUTO(git_remote_freep) git_remote *raw = NULL;
	int rc = git_remote_lookup(&raw, r->raw, remote);
	const char *url;

	if (rc == GIT_ENOTFOUND)
		return err_set(err, ERR_NOT_FOUND, "there is no remote '%s'",
			       remote);
	if (rc < 0)
		return git_failed(rc, "read the remote", remote, err);
	url = git_remote_pushurl(raw) ? git_remote_pushurl(raw)
				      : git_remote_url(raw);
	if (!url || !*url)
		return err_set(err, ERR_FORMAT, "remote '%s' has no URL",
			       remote);
	*out = strdup(url);
	return *out ? 0 : err_nomem(err);
}

bool worktree_contains(struct repo *r, const struct oid *tip,
		       const struct oid *commit)
{
	git_oid raw_tip = git_oid_theirs(tip),
		raw_commit = git_oid_theirs(commit);

	if (oid_equal(tip, commit))
		return true;
	/* libgit2 1.5.1 loses memory when it meets a commit that is not here */
	if (!repo_has(r, tip) || !repo_has(r, commit))
		return false;
	return git_graph_descendant_of(r->raw, &raw_tip, &raw_commit) == 1;
}

int worktree_tagger(struct repo *r, const struct oid *commit,
		    struct repo_identity *out, struct err *err)
{
	AUTO(git_commit_freep) git_commit *c = NULL;
	git_oid raw = git_oid_theirs(commit);
	const git_signature *who;
	int rc;

	if (repo_identity(r, out))
		return 0;
	rc = git_commit_lookup(&c, r->raw, &raw);
	if (rc < 0)
		return git_failed(rc, "read", "HEAD", err);
	who = git_commit_committer(c);
	if (!who || !git_name_take(out->name, sizeof(out->name), who->name))
		snprintf(out->name, sizeof(out->name), "cohort");
	if (!who || !git_name_take(out->email, sizeof(out->email), who->email))
		snprintf(out->email, sizeof(out->email), "cohort@localhost");
	return 0;
}

const char *worktree_common_dir(const struct repo *r)
{
	return git_repository_commondir(r->raw);
}

/* ---- objects as they are hashed */

int worktree_object(struct repo *r, const struct oid *oid, size_t max,
		    struct strbuf *out, struct err *err)
{
	AUTO(git_odb_freep) git_odb *odb = NULL;
	AUTO(git_odb_object_freep) git_odb_object *object = NULL;
	git_oid raw = git_oid_theirs(oid);
	char hex[OID_HEX];
	int rc = git_repository_odb(&odb, r->raw);

	oid_hex(oid, hex);
	if (rc == 0)
		rc = git_odb_read(&object, odb, &raw);
	if (rc < 0)
		return git_failed(rc, "read the object", hex, err);
	if (git_odb_object_size(object) > max)
		return err_set(err, ERR_LIMIT, "object '%s' is too large", hex);
	strbuf_add(out, git_odb_object_data(object),
		   git_odb_object_size(object));
	return strbuf_check(out, err);
}

int worktree_hash_tag(const char *bytes, size_t len, struct oid *out,
		      struct err *err)
{
	git_oid raw;
	int rc;

	if (git_setup(err) < 0)
		return err->code;
	rc = git_odb_hash(&raw, bytes, len, GIT_OBJECT_TAG);
	if (rc < 0)
		return git_failed(rc, "hash", "a tag", err);
	*out = git_oid_ours(&raw);
	return 0;
}
