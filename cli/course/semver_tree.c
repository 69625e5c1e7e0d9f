/* Where the sources that are compared come from: trees of our own. */
#include <stdlib.h>
#include <string.h>

#include "base/os_linux.h"
#include "base/path.h"
#include "base/str.h"
#include "course/semver_internal.h"
#include "course/source.h"
#include "gate/unpack.h"
#include "io/file.h"
#include "io/git.h"
#include "io/tree_copy.h"

enum {
	TREE_MAX = 1 << 30
};

void semver_tree_release(struct semver_tree *t)
{
	if (!t)
		return;
	packages_release(&t->packages);
	free(t->dir);
	free(t->folder);
	free(t->origin);
	*t = (struct semver_tree){ 0 };
}

char *semver_tree_root(const struct semver_tree *t)
{
	return t->folder[0] ? path_joined(t->dir, t->folder) : strdup(t->dir);
}

char *semver_tree_manifest(const struct semver_tree *t, const struct package *p)
{
	size_t len = strlen(t->origin);

	if (strncmp(p->manifest, t->origin, len) != 0 ||
	    p->manifest[len] != '/')
		return strdup(p->manifest);
	return path_joined(t->dir, p->manifest + len + 1);
}

static bool is_below(const char *path, const char *root)
{
	size_t len = strlen(root);

	return strncmp(path, root, len) == 0 &&
	       (path[len] == '/' || path[len] == '\0');
}

/* The part of PATH below ROOT. */
static char *below(const char *path, const char *root)
{
	size_t len = strlen(root);

	return strdup(path[len] == '/' ? path + len + 1 : path + len);
}

static int set_place(struct semver_tree *t, const char *origin, struct err *err)
{
	t->origin = strdup(origin);
	if (!t->origin)
		return err_nomem(err);
	if (!is_below(t->packages.root, origin))
		return err_set(err, ERR_FORMAT,
			       "its workspace is '%s', which is not in '%s'",
			       t->packages.root, origin);
	t->folder = below(t->packages.root, origin);
	return t->folder ? 0 : err_nomem(err);
}

/* ---- a folder */

char *semver_repository_around(const char *file)
{
	AUTO(repo_freep) struct repo *repo = NULL;
	AUTO(str_freep) char *dir = strdup(file);
	const char *work;
	struct err ignored = { 0 };

	if (!dir)
		return NULL;
	dir[path_base(dir) - dir - 1] = '\0';
	if (repo_discover(dir[0] ? dir : "/", &repo, &ignored) < 0)
		return NULL;
	work = repo_work_dir(repo);
	return work ? os_real_path(work) : NULL;
}

static int astray(const char *dependency, const char *root, struct err *err)
{
	AUTO(str_freep) char *common = strdup(root);

	while (common && common[1] && !is_below(dependency, common)) {
		char *slash = strrchr(common, '/');

		slash[slash == common] = '\0';
	}
	(void)err_set(err, ERR_NOT_FOUND,
		      "the dependency '%s' is not in '%s', nor is there a "
		      "repository that has both",
		      dependency, root);
	return common && common[1] ? err_hint(err, "git init '%s'", common)
				   : (int)err->code;
}

/*
 * What has to be copied: the workspace, and where a dependency lies beside it
 * the repository that has both.
 */
static char *root_of(const struct packages *p, const char *manifest,
		     struct err *err)
{
	AUTO(str_freep) char *repo = NULL;
	const char *root = p->root;
	char *copy;

	if (p->outside_count > 0)
		root = repo = semver_repository_around(manifest);
	for (size_t i = 0; i < p->outside_count; i++)
		if (!repo || !is_below(p->root, repo) ||
		    !is_below(p->outside[i], repo)) {
			(void)astray(p->outside[i], p->root, err);
			return NULL;
		}
	copy = strdup(root);
	if (!copy)
		(void)err_nomem(err);
	return copy;
}

int semver_tree_of_folder(struct semver_run *run, const char *manifest,
			  const char *name, struct semver_tree *out,
			  struct err *err)
{
	AUTO(semver_tree_releasep) struct semver_tree t = { 0 };
	AUTO(str_freep) char *root = NULL;

	t.dir = path_joined(run->work, name);
	if (!t.dir)
		return err_nomem(err);
	if (packages_read(&run->env, run->work, manifest, &t.packages, err) < 0)
		return err->code;
	root = root_of(&t.packages, manifest, err);
	if (!root || set_place(&t, root, err) < 0 ||
	    tree_copy(t.origin, t.dir, TREE_MAX, t.key, err) < 0)
		return err->code;
	*out = t;
	t = (struct semver_tree){ 0 };
	return 0;
}

/* ---- a commit */

/*
 * The workspace of the commit: where the current one is, or at the root of the
 * repository if there was none.
 */
static int find_manifest(const struct semver_run *run, const char *dir,
			 char **out, struct err *err)
{
	const char *root = run->current.packages.root;
	AUTO(str_freep) char *folder = below(root, run->repo_root);
	AUTO(str_freep) char *place = NULL;
	AUTO(str_freep) char *there = NULL;
	AUTO(str_freep) char *top = path_joined(dir, "Cargo.toml");

	place = folder && folder[0] ? path_joined(dir, folder) : strdup(dir);
	there = place ? path_joined(place, "Cargo.toml") : NULL;
	if (!folder || !there || !top)
		return err_nomem(err);
	if (file_exists(there)) {
		*out = there;
		there = NULL;
	} else if (file_exists(top)) {
		*out = top;
		top = NULL;
	} else {
		return err_set(err, ERR_NOT_FOUND, "it has no Cargo.toml");
	}
	return 0;
}

static int export_commit(struct semver_run *run, const char *rev,
			 struct semver_tree *t, struct err *err)
{
	AUTO(repo_freep) struct repo *repo = NULL;
	struct oid commit;

	if (repo_open(run->repo_root, &repo, err) < 0 ||
	    repo_resolve(repo, rev, &commit, err) < 0 ||
	    file_make_dirs(t->dir, err) < 0)
		return err->code;
	oid_hex(&commit, t->key);
	return source_export(repo, &commit, "", t->dir, err);
}

int semver_tree_of_revision(struct semver_run *run, const char *rev,
			    struct semver_tree *out, struct err *err)
{
	AUTO(semver_tree_releasep) struct semver_tree t = { 0 };
	AUTO(str_freep) char *manifest = NULL;

	if (!run->repo_root)
		return err_set(err, ERR_NOT_FOUND,
			       "there is no git repository around '%s'",
			       run->manifest);
	t.dir = path_joined(run->work, "baseline");
	if (!t.dir)
		return err_nomem(err);
	if (export_commit(run, rev, &t, err) < 0)
		return err->code;
	if (find_manifest(run, t.dir, &manifest, err) < 0 ||
	    packages_read(&run->env, run->work, manifest, &t.packages, err) <
		    0 ||
	    set_place(&t, t.dir, err) < 0)
		return err_context(err, "%s", rev);
	*out = t;
	t = (struct semver_tree){ 0 };
	return 0;
}

/* ---- a release */

static int lay_out(const char *package, char **dir, struct semver_tree *t,
		   struct err *err)
{
	if (!file_is_dir(package))
		return digest_file(package, t->key, err) < 0
			       ? err->code
			       : package_unpack(package, *dir, &t->dir, err);
	if (tree_copy(package, *dir, TREE_MAX, t->key, err) < 0)
		return err->code;
	t->dir = *dir;
	*dir = NULL; /* handed over */
	return 0;
}

int semver_tree_of_package(struct semver_run *run, const char *package,
			   const char *name, struct semver_tree *out,
			   struct err *err)
{
	AUTO(semver_tree_releasep) struct semver_tree t = { 0 };
	AUTO(str_freep) char *dir = path_joined(run->work, name);
	AUTO(str_freep) char *manifest = NULL;

	if (!dir)
		return err_nomem(err);
	if (lay_out(package, &dir, &t, err) < 0)
		return err->code;
	manifest = path_joined(t.dir, "Cargo.toml");
	if (!manifest)
		return err_nomem(err);
	if (packages_read(&run->env, run->work, manifest, &t.packages, err) <
		    0 ||
	    set_place(&t, t.dir, err) < 0)
		return err_context(err, "%s", path_base(package));
	*out = t;
	t = (struct semver_tree){ 0 };
	return 0;
}
