/* A workspace from nothing. */
#include "workspace/create.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/os_linux.h"
#include "base/path.h"
#include "base/str.h"
#include "io/aside.h"
#include "io/file.h"
#include "workspace/internal.h"

#define ASIDE ".cohort-init."

struct creation {
	char *root;
	struct aside aside; /* where the repository is made */
	bool made_root;
	struct repo *repo;
	struct err *err;
};

void create_sweep(const char *root)
{
	aside_sweep(root, ASIDE);
}

static int check_empty(struct creation *c, const char *dir)
{
	AUTO(file_names_releasep) struct file_names names = { 0 };

	create_sweep(dir);
	if (file_names_read(dir, &names, c->err) < 0)
		return (int)c->err->code;
	if (names.count == 0)
		return 0;
	if (names.count == 1 &&
	    strncmp(names.items[0], ASIDE, sizeof(ASIDE) - 1) == 0)
		return err_set(c->err, ERR_LOCKED,
			       "another 'cohort init' is at work in '%s'", dir);
	(void)err_set(c->err, ERR_EXISTS, "'%s' is not empty", dir);
	return err_hint(c->err, "name a folder that does not exist yet");
}

/* A workspace in a workspace: every command would have to guess. */
static int check_outside(struct creation *c)
{
	AUTO(str_freep) char *around = NULL;

	if (root_search(c->root, &around, c->err) < 0) {
		if (c->err->code != ERR_NOT_FOUND)
			return (int)c->err->code;
		err_clear(c->err);
		return 0;
	}
	if (strcmp(around, c->root) == 0)
		return err_set(c->err, ERR_EXISTS,
			       "'%s' is a workspace already", c->root);
	return err_set(c->err, ERR_EXISTS, "'%s' is inside the workspace '%s'",
		       c->root, around);
}

static int take_root(struct creation *c, const char *dir)
{
	if (mkdir(dir, 0777) == 0)
		c->made_root = true;
	else if (errno == ENOENT)
		return file_make_dirs(dir, c->err) < 0 ? (int)c->err->code
						       : take_root(c, dir);
	else if (errno != EEXIST)
		return err_errno(c->err, errno, "make the folder", dir);
	c->root = os_real_path(dir);
	if (!c->root)
		return err_errno(c->err, errno, "open", dir);
	return check_outside(c) < 0 ? (int)c->err->code
				    : check_empty(c, c->root);
}

static int make_aside(struct creation *c)
{
	return aside_make(c->root, ASIDE, &c->aside, c->err) < 0
		       ? (int)c->err->code
		       : repo_init(c->aside.path, 0, &c->repo, c->err);
}

static int check_config(const struct new_file *files, size_t count,
			struct err *err)
{
	AUTO(config_values_releasep) struct config_values values = { 0 };

	for (int f = 0; f < CONFIG_COUNT; f++) {
		size_t i = 0;

		while (i < count &&
		       strcmp(files[i].path,
			      config_path((enum config_file)f)) != 0)
			i++;
		if (i == count)
			return err_set(err, ERR_BUG, "a workspace without '%s'",
				       config_path((enum config_file)f));
		if (config_parse((enum config_file)f, files[i].bytes,
				 files[i].len, &values, err) < 0)
			return (int)err->code;
	}
	return 0;
}

static int by_path(const void *a, const void *b)
{
	const struct repo_edit *x = a;
	const struct repo_edit *y = b;

	return strcmp(x->path, y->path);
}

static int write_tree(struct creation *c, const struct new_file *files,
		      struct repo_edit *edits, size_t count, struct oid *tree)
{
	for (size_t i = 0; i < count; i++) {
		struct repo_bytes bytes = { files[i].bytes, files[i].len };

		edits[i].path = files[i].path;
		if (repo_blobs_write(c->repo, &bytes, 1, &edits[i].oid,
				     c->err) < 0)
			return (int)c->err->code;
	}
	qsort(edits, count, sizeof(*edits), by_path);
	return repo_tree_edit(c->repo, NULL, edits, count, tree, c->err);
}

static int first_commit(struct creation *c, const struct new_file *files,
			size_t count, const char *message, struct oid *out)
{
	struct repo_edit *edits = calloc(count, sizeof(*edits));
	struct repo_identity who;
	struct repo_person author = { who.name, who.email, clock_now() };
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	struct oid tree;
	int rc;

	if (!edits)
		return err_nomem(c->err);
	rc = write_tree(c, files, edits, count, &tree);
	free(edits);
	strbuf_addf(&text, "%s\n", message);
	if (rc < 0 || strbuf_check(&text, c->err) < 0)
		return (int)c->err->code;
	repo_identity(c->repo, &who);
	if (repo_commit_create(c->repo, &tree, NULL, &author, strbuf_str(&text),
			       out, c->err) < 0)
		return (int)c->err->code;
	return repo_ref_write(c->repo, "refs/heads/main", out, NULL, message,
			      c->err);
}

/* What the checkout of the first commit needs, and git's hook. */
static int write_extras(struct creation *c, const struct oid *commit,
			const char *hook)
{
	const char *git_dir = repo_git_dir(c->repo);
	AUTO(str_freep) char *own = path_joined(git_dir, "cohort");
	AUTO(str_freep) char *hooks = path_joined(git_dir, "hooks");
	AUTO(str_freep)
	char *path = hooks ? path_joined(hooks, "pre-commit") : NULL;
	struct intent intent = { .after = *commit };

	if (!own || !path)
		return err_nomem(c->err);
	if (mkdir(own, 0700) < 0)
		return err_errno(c->err, errno, "make the folder", own);
	if (file_make_dirs(hooks, c->err) < 0 ||
	    file_write(path, hook, strlen(hook), 0755, c->err) < 0)
		return (int)c->err->code;
	return intent_write(c->repo, own, &intent, c->err);
}

/* From here on it is a workspace. */
static int put_in_place(struct creation *c)
{
	AUTO(str_freep) char *from = path_joined(c->aside.path, ".git");
	AUTO(str_freep) char *to = path_joined(c->root, ".git");

	if (!from || !to)
		return err_nomem(c->err);
	if (file_sync_dir(from, c->err) < 0)
		return (int)c->err->code;
	if (rename(from, to) < 0) {
		if (errno == EEXIST || errno == ENOTEMPTY)
			return err_set(c->err, ERR_EXISTS,
				       "'%s' is a git repository", c->root);
		return err_errno(c->err, errno, "write", to);
	}
	c->made_root = false;
	(void)rmdir(c->aside.path);
	return file_sync_dir(c->root, c->err);
}

static int finish(struct creation *c, char **root)
{
	AUTO(workspace_freep) struct workspace *ws = NULL;

	if (workspace_open(c->root, WORKSPACE_WRITE, &ws, c->err) < 0)
		return (int)c->err->code;
	*root = c->root;
	c->root = NULL;
	return 0;
}

/* Whatever was made and is no workspace goes again. */
static void creation_release(struct creation *c)
{
	repo_free(c->repo);
	aside_release(&c->aside);
	if (c->made_root && c->root)
		(void)rmdir(c->root);
	free(c->root);
}
AUTO_RELEASE(struct creation, creation_release)

int workspace_create(const char *dir, const struct new_file *files,
		     size_t count, const char *hook, const char *message,
		     char **root, struct err *err)
{
	AUTO(creation_releasep)
	struct creation c = { .err = err };
	struct oid commit;

	if (check_config(files, count, err) < 0 || take_root(&c, dir) < 0 ||
	    make_aside(&c) < 0 ||
	    first_commit(&c, files, count, message, &commit) < 0 ||
	    write_extras(&c, &commit, hook) < 0 || put_in_place(&c) < 0)
		return (int)err->code;
	return finish(&c, root);
}
