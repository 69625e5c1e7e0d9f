/* Where the workspace is, and what its HEAD says. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/os_linux.h"
#include "base/parse.h"
#include "base/path.h"
#include "base/str.h"
#include "base/vec.h"
#include "io/file.h"
#include "workspace/internal.h"

enum {
	HEAD_MAX = 4096,
	PACKED_REFS_MAX = 16 << 20
};

static int has(const char *dir, const char *name, bool *out, struct err *err)
{
	AUTO(str_freep) char *path = path_joined(dir, name);

	if (!path)
		return err_nomem(err);
	*out = file_exists(path);
	return 0;
}

static int is_workspace(const char *dir, bool *is_git, bool *out,
			struct err *err)
{
	bool config = false, own = false;

	if (has(dir, ".git", is_git, err) < 0 ||
	    has(dir, CONFIG_COHORT_PATH, &config, err) < 0 ||
	    has(dir, ".git/cohort", &own, err) < 0)
		return (int)err->code;
	/* the second, should somebody have deleted the first by hand */
	*out = *is_git && (config || own);
	return 0;
}

static int not_found(const char *from, const char *foreign, bool upwards,
		     struct err *err)
{
	if (foreign)
		(void)err_set(err, ERR_NOT_FOUND,
			      "'%s' is a git repository, but no workspace: "
			      "it has no " CONFIG_COHORT_PATH,
			      foreign);
	else
		(void)err_set(err, ERR_NOT_FOUND, "no workspace at '%s'%s",
			      from, upwards ? " or above it" : "");
	return err_hint(err, "'cohort init DIR' makes one; "
			     "'cohort -C DIR ...' names one");
}

static int search(const char *from, bool upwards, char **out, struct err *err)
{
	AUTO(str_freep) char *dir = strdup(from);
	AUTO(str_freep) char *foreign = NULL;

	if (!dir)
		return err_nomem(err);
	for (;;) {
		char *slash = strrchr(dir, '/');
		bool is_git = false, found = false;

		if (is_workspace(dir, &is_git, &found, err) < 0)
			return (int)err->code;
		if (found) {
			*out = dir;
			dir = NULL;
			return 0;
		}
		if (!foreign && is_git)
			foreign = strdup(dir);
		if (!upwards || !slash || !dir[1])
			return not_found(from, foreign, upwards, err);
		slash[slash == dir] = '\0';
	}
}

int root_search(const char *from, char **out, struct err *err)
{
	return search(from, true, out, err);
}

/*
 * As git does: what belongs to somebody else is not touched.  Root that came
 * by sudo counts as the one who called it.
 */
static int check_owner(const char *path, const char *root, struct err *err)
{
	struct stat st;
	const char *sudo = getenv("SUDO_UID");
	uint32_t caller;

	if (lstat(path, &st) < 0)
		return err_errno(err, errno, "read", path);
	if (st.st_uid == geteuid())
		return 0;
	if (geteuid() == 0 && sudo && parse_u32(sudo, &caller) &&
	    st.st_uid == caller)
		return 0;
	(void)err_set(err, ERR_UNSAFE,
		      "'%s' belongs to another user of this machine", root);
	return err_hint(err,
			"run it as the owner: sudo -u \"$(stat -c %%U '%s')\" "
			"cohort ...",
			root);
}

/* A linked worktree has a file where others have the folder. */
static int find_git_dir(struct workspace *ws, const char *dot_git,
			struct err *err)
{
	if (file_is_dir(dot_git)) {
		ws->git_dir = path_joined(dot_git, "");
		return ws->git_dir ? 0 : err_nomem(err);
	}
	if (workspace_need_repo(ws, err) < 0)
		return (int)err->code;
	ws->git_dir = strdup(repo_git_dir(ws->repo));
	return ws->git_dir ? 0 : err_nomem(err);
}

int root_find(struct workspace *ws, const char *dir, struct err *err)
{
	AUTO(str_freep) char *from = os_real_path(dir ? dir : ".");
	AUTO(str_freep) char *dot_git = NULL;

	if (!from)
		return err_errno(err, errno, "open", dir ? dir : ".");
	if (search(from, !dir, &ws->root, err) < 0)
		return (int)err->code;
	dot_git = path_joined(ws->root, ".git");
	if (!dot_git)
		return err_nomem(err);
	if (check_owner(dot_git, ws->root, err) < 0 ||
	    find_git_dir(ws, dot_git, err) < 0)
		return (int)err->code;
	ws->own_dir = path_joined(ws->git_dir, "cohort");
	return ws->own_dir ? 0 : err_nomem(err);
}

int workspace_need_repo(struct workspace *ws, struct err *err)
{
	return ws->repo ? 0 : repo_open(ws->root, &ws->repo, err);
}

/* ---- HEAD, without libgit2, whose start costs more than a whole `status` */

/* A line of hex digits; nothing else counts. */
static bool is_oid_line(const char *text, struct oid *out)
{
	char hex[OID_HEX];
	size_t len = strcspn(text, " \n");

	if (len != OID_HEX - 1)
		return false;
	memcpy(hex, text, len);
	hex[len] = '\0';
	return oid_parse(hex, out);
}

static bool read_small(const char *dir, const char *name, size_t max,
		       struct strbuf *out)
{
	AUTO(str_freep) char *path = path_joined(dir, name);
	struct err ignored = { 0 };

	return path && file_read(path, max, out, &ignored) == 0;
}

static bool find_packed(const struct workspace *ws, struct oid *out)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	size_t want = strlen(ws->branch);

	if (!read_small(ws->git_dir, "packed-refs", PACKED_REFS_MAX, &text))
		return false;
	for (const char *line = strbuf_str(&text); *line;) {
		size_t len = strcspn(line, "\n");

		if (len == OID_HEX + want && line[OID_HEX - 1] == ' ' &&
		    memcmp(line + OID_HEX, ws->branch, want) == 0)
			return is_oid_line(line, out);
		line += len + (line[len] == '\n');
	}
	return false;
}

/* False: not the plain case; libgit2 shall look. */
static bool head_plain(struct workspace *ws)
{
	static const char prefix[] = "ref: ";
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(strbuf_releasep) struct strbuf ref = { 0 };
	struct err ignored = { 0 };
	const char *name;
	bool linked = false;
	size_t len;

	if (has(ws->git_dir, "commondir", &linked, &ignored) < 0 || linked ||
	    !read_small(ws->git_dir, "HEAD", HEAD_MAX, &text))
		return false;
	if (is_oid_line(strbuf_str(&text), &ws->head)) {
		ws->branch[0] = '\0';
		return true;
	}
	if (strncmp(strbuf_str(&text), prefix, sizeof(prefix) - 1) != 0)
		return false;
	name = strbuf_str(&text) + sizeof(prefix) - 1;
	len = strcspn(name, "\n");
	if (len >= sizeof(ws->branch))
		return false;
	memcpy(ws->branch, name, len);
	ws->branch[len] = '\0';
	if (!path_is_safe(ws->branch))
		return false;
	if (read_small(ws->git_dir, ws->branch, HEAD_MAX, &ref))
		return is_oid_line(strbuf_str(&ref), &ws->head);
	return find_packed(ws, &ws->head);
}

int head_read(struct workspace *ws, struct err *err)
{
	if (head_plain(ws))
		return 0;
	if (workspace_need_repo(ws, err) < 0)
		return (int)err->code;
	if (repo_head(ws->repo, &ws->head, ws->branch, sizeof(ws->branch),
		      err) < 0) {
		if (err->code == ERR_NOT_FOUND) {
			err_clear(err);
			return err_set(err, ERR_FORMAT,
				       "'%s' is no whole workspace: it has no "
				       "commit yet",
				       ws->root);
		}
		return err_context(err, "%s", ws->root);
	}
	return 0;
}

/* ---- notes */

void workspace_note(struct workspace *ws, const char *fmt, ...)
{
	struct notes *n = &ws->notes;
	char **grown =
		vec_grow(n->items, &n->cap, n->count + 1, sizeof(*grown));
	char text[1024];
	va_list ap;

	if (!grown)
		return;
	n->items = grown;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	n->items[n->count] = strdup(text);
	if (n->items[n->count])
		n->count++;
}
