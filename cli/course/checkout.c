#include "course/checkout.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "course/source.h"
#include "io/file.h"
#include "io/git_index.h"

void checkout_release(struct checkout *c)
{
	if (!c)
		return;
	free(c->root);
	free(c->crate);
	*c = (struct checkout){ 0 };
}

/* Its objects are those of GIT_DIR; no configuration, no hooks, no filters. */
static int make_repository(const char *root, const char *git_dir,
			   const struct oid *commit, struct err *err)
{
	AUTO(repo_freep) struct repo *fresh = NULL;
	AUTO(repo_freep) struct repo *r = NULL;
	AUTO(strbuf_releasep) struct strbuf objects = { 0 };
	AUTO(str_freep) char *info = path_joined(root, ".git/objects/info");
	AUTO(str_freep)
	char *alternates = path_joined(root, ".git/objects/info/alternates");
	AUTO(str_freep) char *stage = path_joined(root, ".git/cohort-index");

	if (!info || !alternates || !stage)
		return err_nomem(err);
	path_join(&objects, git_dir, "objects\n");
	if (strbuf_check(&objects, err) < 0 ||
	    repo_init(root, 0, &fresh, err) < 0 ||
	    file_make_dirs(info, err) < 0 ||
	    file_write_cache(alternates, objects.data, objects.len, err) < 0 ||
	    repo_open(root, &r, err) < 0 ||
	    repo_ref_write(r, "refs/heads/main", commit, NULL, NULL, err) < 0)
		return (int)err->code;
	return index_update(r, stage, commit, NULL, 0, err);
}

int checkout_commit(const char *git_dir, const char *commit, enum artifact a,
		    const char *into, struct checkout *out, struct err *err)
{
	AUTO(repo_freep) struct repo *repo = NULL;
	AUTO(strbuf_releasep) struct strbuf folder = { 0 };
	AUTO(dotcohort_freep) struct dotcohort *dot = NULL;
	AUTO(checkout_releasep) struct checkout c = { .root = strdup(into) };
	struct oid oid;

	if (!c.root)
		return err_nomem(err);
	if (!oid_parse(commit, &oid))
		return err_set(err, ERR_NOT_FOUND, "'%s' is no commit", commit);
	if (repo_open(git_dir, &repo, err) < 0 ||
	    source_find(repo, &oid, a, &folder, &dot, err) < 0 ||
	    file_make_dirs(into, err) < 0 ||
	    source_export(repo, &oid, "", into, err) < 0 ||
	    make_repository(into, git_dir, &oid, err) < 0)
		return (int)err->code;
	c.crate = folder.len > 0 ? path_joined(into, strbuf_str(&folder))
				 : strdup(into);
	if (!c.crate)
		return err_nomem(err);
	*out = c;
	c = (struct checkout){ 0 };
	return 0;
}
