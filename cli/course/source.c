#include "course/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/path.h"
#include "io/file.h"
#include "io/yaml.h"

enum {
	DOT_MAX = 64 << 10,
	LINK_MAX_BYTES = 4096
};

static const char dot_name[] = ".cohort.yaml";

/* ---- finding the crate */

struct search {
	struct repo *repo;
	enum artifact artifact;
	struct strbuf *path;
	struct dotcohort *dot;
	bool has_manifest; /* Cargo.toml at the root */
	size_t dots;
	struct err *err;
};

static int read_dot(struct search *s, const struct repo_entry *entry,
		    struct dotcohort **out)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *root = NULL;

	if (repo_blob_read(s->repo, &entry->oid, DOT_MAX, &text, s->err) < 0) {
		/* a damaged repository, which is not "no such crate" */
		if (s->err->code == ERR_NOT_FOUND)
			s->err->code = ERR_IO;
		return err_context(s->err, "%s", entry->path);
	}
	if (yaml_read(strbuf_str(&text), text.len, entry->path, &arena, &root,
		      s->err) < 0)
		return s->err->code;
	return dotcohort_read(root, out, s->err);
}

static int take(struct search *s, const char *path, struct dotcohort *dot)
{
	size_t len = strlen(path) - strlen(path_base(path));

	if (s->dot)
		return err_set(s->err, ERR_FORMAT,
			       "'%s%s%s' and '%s' both say that they are %s",
			       strbuf_str(s->path), s->path->len > 0 ? "/" : "",
			       dot_name, path, artifact_id(s->artifact));
	s->dot = dot;
	strbuf_reset(s->path);
	strbuf_add(s->path, path, len > 0 ? len - 1 : 0);
	return strbuf_check(s->path, s->err);
}

static int look_at(void *ctx, const struct repo_entry *entry)
{
	struct search *s = ctx;
	struct dotcohort *dot = NULL;
	int rc;

	if (strcmp(entry->path, "Cargo.toml") == 0)
		s->has_manifest = true;
	if (strcmp(path_base(entry->path), dot_name) != 0 ||
	    (entry->kind != REPO_FILE && entry->kind != REPO_EXECUTABLE))
		return 0;
	if (++s->dots > SOURCE_CRATES_MAX)
		return err_set(s->err, ERR_LIMIT,
			       "more than %d folders have a '%s'",
			       SOURCE_CRATES_MAX, dot_name);
	if (read_dot(s, entry, &dot) < 0)
		return s->err->code;
	if (dot->artifact != s->artifact) {
		dotcohort_free(dot);
		return 0;
	}
	rc = take(s, entry->path, dot);
	if (rc < 0 && s->dot != dot)
		dotcohort_free(dot);
	return rc;
}

int source_find(struct repo *r, const struct oid *commit, enum artifact a,
		struct strbuf *path, struct dotcohort **dot, struct err *err)
{
	struct search s = {
		.repo = r, .artifact = a, .path = path, .err = err
	};

	if (repo_tree_each(r, commit, "", SOURCE_ENTRIES_MAX, look_at, &s,
			   err) < 0) {
		dotcohort_free(s.dot);
		return err->code;
	}
	if (!s.dot && (s.dots > 0 || !s.has_manifest)) {
		(void)err_set(err, ERR_NOT_FOUND, "no folder is %s",
			      artifact_id(a));
		return err_hint(err, "its %s says 'artifact: %s'", dot_name,
				artifact_id(a));
	}
	*dot = s.dot;
	return 0;
}

/* ---- writing it out */

struct export
{
	struct repo *repo;
	const char *dir;
	size_t prefix; /* bytes of PATH and its slash, cut off each name */
	uint64_t total;
	bool links; /* the second round, when all folders and files stand */
	struct err *err;
};

/* What git itself refuses to check out: .git in any case, at any depth. */
static bool names_git(const char *path)
{
	for (;;) {
		size_t len = strcspn(path, "/");

		if (len == 4 && strncasecmp(path, ".git", 4) == 0)
			return true;
		if (path[len] == '\0')
			return false;
		path += len + 1;
	}
}

static int make_parent(const char *path, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf dir = { 0 };

	strbuf_add(&dir, path, (size_t)(path_base(path) - path) - 1);
	if (strbuf_check(&dir, err) < 0)
		return err->code;
	return file_make_dirs(strbuf_str(&dir), err);
}

/* Never over something that is there, and never through a link. */
static int write_new(const char *path, const struct strbuf *bytes,
		     unsigned mode, struct err *err)
{
	int fd =
		open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		     mode);
	size_t done = 0;
	int errnum = fd < 0 ? errno : 0;

	while (errnum == 0 && done < bytes->len) {
		ssize_t n = write(fd, bytes->data + done, bytes->len - done);

		if (n >= 0)
			done += (size_t)n;
		else if (errno != EINTR)
			errnum = errno;
	}
	if (fd >= 0 && close(fd) != 0 && errnum == 0)
		errnum = errno;
	return errnum ? err_errno(err, errnum, "write", path) : 0;
}

static int write_file(struct export *x, const struct repo_entry *entry,
		      const char *path)
{
	AUTO(strbuf_releasep) struct strbuf bytes = { 0 };

	if (repo_blob_read(x->repo, &entry->oid, SOURCE_FILE_MAX, &bytes,
			   x->err) < 0)
		return err_context(x->err, "%s", entry->path);
	x->total += bytes.len;
	if (x->total > SOURCE_TOTAL_MAX)
		return err_set(x->err, ERR_LIMIT,
			       "the files are more than %d MB together",
			       SOURCE_TOTAL_MAX >> 20);
	if (make_parent(path, x->err) < 0)
		return x->err->code;
	return write_new(path, &bytes,
			 entry->kind == REPO_EXECUTABLE ? 0755 : 0644, x->err);
}

static int write_link(struct export *x, const struct repo_entry *entry,
		      const char *path)
{
	AUTO(strbuf_releasep) struct strbuf target = { 0 };

	if (repo_blob_read(x->repo, &entry->oid, LINK_MAX_BYTES, &target,
			   x->err) < 0)
		return err_context(x->err, "%s", entry->path);
	if (target.len == 0 || strlen(target.data) != target.len)
		return err_set(x->err, ERR_UNSAFE, "'%s' is a broken link",
			       entry->path);
	if (symlink(target.data, path) != 0)
		return err_errno(x->err, errno, "make the link", path);
	return 0;
}

static int export_one(void *ctx, const struct repo_entry *entry)
{
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	struct export *x = ctx;

	if (!path_is_safe(entry->path) || names_git(entry->path))
		return err_set(x->err, ERR_UNSAFE, "unsafe path '%s'",
			       entry->path);
	if (x->links && entry->kind != REPO_LINK)
		return 0;
	path_join(&path, x->dir, entry->path + x->prefix);
	if (strbuf_check(&path, x->err) < 0)
		return x->err->code;
	if (entry->kind == REPO_SUBMODULE)
		return file_make_dirs(strbuf_str(&path), x->err);
	if (x->links)
		return write_link(x, entry, strbuf_str(&path));
	if (entry->kind == REPO_LINK)
		return make_parent(strbuf_str(&path), x->err);
	return write_file(x, entry, strbuf_str(&path));
}

/*
 * Folders and files first, then links: a tree may hold a link and a folder of
 * the same name, and nothing must be written through it.
 */
int source_export(struct repo *r, const struct oid *commit, const char *path,
		  const char *dir, struct err *err)
{
	struct export x = { .repo = r,
			    .dir = dir,
			    .prefix = *path ? strlen(path) + 1 : 0,
			    .err = err };

	if (repo_tree_each(r, commit, path, SOURCE_ENTRIES_MAX, export_one, &x,
			   err) < 0)
		return err->code;
	x.links = true;
	return repo_tree_each(r, commit, path, SOURCE_ENTRIES_MAX, export_one,
			      &x, err);
}
