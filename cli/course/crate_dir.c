#include "course/crate_dir.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/os_linux.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "crate/manifest/manifest.h"
#include "io/file.h"
#include "io/yaml.h"

enum {
	FILE_MAX = 1 << 20
};

static const char dot_name[] = ".cohort.yaml";

/* The folder of the nearest .cohort.yaml at DIR or above it; DIR is cut. */
static bool climb(char *dir)
{
	for (;;) {
		char *path = path_joined(dir, dot_name);
		bool found = path && file_exists(path);
		char *slash = strrchr(dir, '/');

		free(path);
		if (found)
			return true;
		if (!slash || slash == dir)
			return false;
		*slash = '\0';
	}
}

static int read_dot(struct crate_dir *c, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *root = NULL;
	char *path = path_joined(c->dir, dot_name);

	if (!path)
		return err_nomem(err);
	if (file_read(path, FILE_MAX, &text, err) == 0 &&
	    yaml_read(strbuf_str(&text), text.len, dot_name, &arena, &root,
		      err) == 0)
		(void)dotcohort_read(root, &c->dot, err);
	free(path);
	return err->code;
}

static int read_manifest(struct crate_dir *c, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	struct manifest m = { 0 };
	char *path = path_joined(c->dir, "Cargo.toml");

	if (!path)
		return err_nomem(err);
	(void)file_read(path, FILE_MAX, &text, err);
	free(path);
	if (err->code || manifest_read(strbuf_str(&text), text.len,
				       "Cargo.toml", &c->arena, &m, err) < 0)
		return err->code;
	if (!m.name.value || !m.version.value)
		return err_set(err, ERR_FORMAT,
			       "Cargo.toml: the package has no '%s' of its own",
			       m.name.value ? "version" : "name");
	c->name = m.name.value;
	c->version = m.version.value;
	return 0;
}

/* The crate's folder below the work tree, which has no links in it. */
static int find_repo(struct crate_dir *c, struct err *err)
{
	const char *work;
	size_t len;
	char *plain;

	if (repo_discover(c->dir, &c->repo, err) < 0) {
		if (err->code == ERR_NOT_FOUND)
			err_clear(err); /* a crate need not be in git yet */
		return err->code;
	}
	work = repo_work_dir(c->repo);
	plain = work ? os_real_path(work) : NULL;
	if (!plain)
		return 0;
	len = strlen(plain);
	if (strncmp(c->dir, plain, len) == 0)
		c->folder = arena_strdup(
			&c->arena, c->dir[len] == '/' ? c->dir + len + 1 : "");
	free(plain);
	return c->folder ? 0 : err_nomem(err);
}

int crate_dir_open(const char *from, struct crate_dir *out, struct err *err)
{
	AUTO(crate_dir_releasep) struct crate_dir c = { 0 };

	c.dir = os_real_path(from);
	if (!c.dir)
		return err_errno(err, errno, "open", from);
	if (!climb(c.dir)) {
		(void)err_set(err, ERR_NOT_FOUND,
			      "there is no '%s' in '%s' or above it", dot_name,
			      from);
		return err_hint(err, "run it in your crate; 'cohort new "
				     "artifact_01 DIR' makes one");
	}
	if (read_dot(&c, err) < 0 || read_manifest(&c, err) < 0 ||
	    find_repo(&c, err) < 0)
		return err->code;
	*out = c;
	c = (struct crate_dir){ 0 };
	return 0;
}

void crate_dir_release(struct crate_dir *c)
{
	if (!c)
		return;
	free(c->dir);
	dotcohort_free(c->dot);
	repo_free(c->repo);
	arena_release(&c->arena);
	*c = (struct crate_dir){ 0 };
}
