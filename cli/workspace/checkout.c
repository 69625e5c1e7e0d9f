/* The working folder and git's index follow HEAD. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "base/vec.h"
#include "io/file.h"
#include "io/git_index.h"
#include "workspace/internal.h"

enum {
	FILE_SIZE_MAX = 256 << 20,
	ASIDE_TRIES = 100
};

struct checkout {
	struct workspace *ws;
	struct index_edit *edits;
	size_t count;
	char **unsynced; /* files, and the folders of what went */
	size_t unsynced_count;
	size_t unsynced_cap;
	struct err *err;
};

static void checkout_release(struct checkout *c)
{
	free(c->edits);
	for (size_t i = 0; i < c->unsynced_count; i++)
		free(c->unsynced[i]);
	free(c->unsynced);
}
AUTO_RELEASE(struct checkout, checkout_release)

/*
 * Of records HEAD is the truth; anything else that a power cut threw back to
 * what it was would pass for a hand edit.
 */
static int sync_later(struct checkout *c, const char *path)
{
	char **grown = vec_grow(c->unsynced, &c->unsynced_cap,
				c->unsynced_count + 1, sizeof(*grown));

	if (!grown)
		return err_nomem(c->err);
	c->unsynced = grown;
	grown[c->unsynced_count] = strdup(path);
	if (!grown[c->unsynced_count])
		return err_nomem(c->err);
	c->unsynced_count++;
	return 0;
}

static int sync_all(struct checkout *c)
{
	AUTO(str_freep) char *ref = path_joined(c->ws->git_dir, c->ws->branch);

	if (!ref)
		return err_nomem(c->err);
	if (sync_later(c, ref) < 0)
		return (int)c->err->code;
	return file_sync_all((const char *const *)c->unsynced,
			     c->unsynced_count, c->err);
}

/* What stands at PATH: the blob it would be; zero if there is nothing. */
static int name_of(const char *path, bool *odd, struct oid *out,
		   struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf text = { .max = FILE_SIZE_MAX };
	struct stat st;

	*odd = false;
	memset(out, 0, sizeof(*out));
	if (lstat(path, &st) < 0)
		return errno == ENOENT || errno == ENOTDIR
			       ? 0
			       : err_errno(err, errno, "read", path);
	if (!S_ISREG(st.st_mode) || st.st_size > FILE_SIZE_MAX) {
		*odd = true;
		return 0;
	}
	if (file_read(path, FILE_SIZE_MAX, &text, err) < 0)
		return (int)err->code;
	return repo_blob_name(text.data, text.len, out, err);
}

/* What a person wrote stays beside it, under a name of its own. */
static int set_aside(struct checkout *c, const char *path, const char *name)
{
	for (int i = 1; i <= ASIDE_TRIES; i++) {
		AUTO(strbuf_releasep) struct strbuf aside = { 0 };

		strbuf_addf(&aside, "%s.edited", path);
		if (i > 1)
			strbuf_addf(&aside, ".%d", i);
		if (strbuf_check(&aside, c->err) < 0)
			return (int)c->err->code;
		if (file_exists(strbuf_str(&aside)))
			continue;
		if (rename(path, strbuf_str(&aside)) < 0)
			return err_errno(c->err, errno, "move", path);
		workspace_note(c->ws,
			       "'%s' was edited by hand while cohort wrote it: "
			       "your text is in '%s%s'",
			       name, name, strbuf_str(&aside) + strlen(path));
		return 0;
	}
	return err_set(c->err, ERR_EXISTS, "cannot move '%s': too many '%s.*'",
		       name, name);
}

/* Folders that became empty go; the first that is not ends it. */
static void remove_empty_parents(const struct checkout *c, char *path)
{
	size_t root = strlen(c->ws->root);

	for (;;) {
		char *slash = strrchr(path, '/');

		if (!slash || (size_t)(slash - path) <= root)
			return;
		*slash = '\0';
		if (rmdir(path) < 0)
			return;
	}
}

static int remove_file(struct checkout *c, char *path)
{
	if (unlink(path) < 0 && errno != ENOENT)
		return err_errno(c->err, errno, "remove", path);
	remove_empty_parents(c, path);
	return 0;
}

static int make_parent(const char *path, struct err *err)
{
	AUTO(str_freep) char *dir = strdup(path);
	char *slash = dir ? strrchr(dir, '/') : NULL;

	if (!slash)
		return err_nomem(err);
	*slash = '\0';
	return file_make_dirs(dir, err);
}

/*
 * By way of git's folder, where a half-written file that a kill leaves is
 * nobody's business; unless PATH is a link to another file system.
 */
static int put_file(struct checkout *c, const struct checkout_item *item,
		    const char *path, const char *bytes, size_t len)
{
	AUTO(str_freep) char *temp = path_joined(c->ws->own_dir, "file");

	if (!temp)
		return err_nomem(c->err);
	if (file_write_cache(temp, bytes, len, c->err) < 0)
		return (int)c->err->code;
	if (item->executable && chmod(temp, 0755) < 0)
		return err_errno(c->err, errno, "write", path);
	if (rename(temp, path) == 0)
		return 0;
	if (errno != EXDEV)
		return err_errno(c->err, errno, "write", path);
	(void)unlink(temp);
	return file_write(path, bytes, len, item->executable ? 0755 : 0644,
			  c->err);
}

static int write_file(struct checkout *c, const struct checkout_item *item,
		      const char *path)
{
	AUTO(strbuf_releasep) struct strbuf text = { .max = FILE_SIZE_MAX };
	const char *bytes = item->bytes;
	size_t len = item->len;
	char handle[HANDLE_MAX + 1];
	enum artifact a;

	if (!bytes) {
		if (repo_blob_read(c->ws->repo, &item->after, FILE_SIZE_MAX,
				   &text, c->err) < 0)
			return (int)c->err->code;
		bytes = strbuf_str(&text);
		len = text.len;
	}
	if (make_parent(path, c->err) < 0)
		return (int)c->err->code;
	if (put_file(c, item, path, bytes, len) < 0)
		return (int)c->err->code;
	if (record_path_parse(item->path, &a, handle))
		return 0;
	return sync_later(c, path);
}

static int bring(struct checkout *c, const struct checkout_item *item)
{
	AUTO(str_freep) char *path = path_joined(c->ws->root, item->path);
	struct index_edit *edit = &c->edits[c->count];
	struct oid now;
	bool odd;

	if (!path)
		return err_nomem(c->err);
	if (name_of(path, &odd, &now, c->err) < 0)
		return (int)c->err->code;
	if (odd || (!oid_is_zero(&now) && !oid_equal(&now, &item->after) &&
		    !oid_equal(&now, &item->before))) {
		if (set_aside(c, path, item->path) < 0)
			return (int)c->err->code;
		memset(&now, 0, sizeof(now));
	}
	if (!oid_equal(&now, &item->after) &&
	    (oid_is_zero(&item->after) ? remove_file(c, path)
				       : write_file(c, item, path)) < 0)
		return (int)c->err->code;
	edit->path = item->path;
	edit->oid = item->after;
	edit->executable = item->executable;
	if (!oid_is_zero(&item->after))
		edit->stat = index_stat_of(path);
	c->count++;
	return 0;
}

static int update_index(struct checkout *c)
{
	AUTO(str_freep) char *stage = path_joined(c->ws->own_dir, "index");
	struct err busy = { 0 };

	if (!stage)
		return err_nomem(c->err);
	if (index_update(c->ws->repo, stage, &c->ws->head, c->edits, c->count,
			 &busy) == 0)
		return 0;
	if (busy.code != ERR_LOCKED) {
		*c->err = busy;
		return (int)busy.code;
	}
	/* the intent stays, so the next command does it */
	workspace_note(c->ws,
		       "%s; until the next cohort command, 'git status' shows "
		       "this change turned round",
		       busy.msg);
	return 1;
}

int checkout_paths(struct workspace *ws, const struct checkout_item *items,
		   size_t count, struct err *err)
{
	AUTO(checkout_releasep) struct checkout c = { .ws = ws, .err = err };
	int rc = 0;

	if (count == 0)
		return 0;
	c.edits = calloc(count, sizeof(*c.edits));
	if (!c.edits)
		return err_nomem(err);
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = bring(&c, &items[i]);
	if (rc == 0)
		rc = sync_all(&c);
	if (rc == 0)
		rc = update_index(&c);
	if (rc == 0)
		intent_clear(ws);
	return rc < 0 ? rc : 0;
}

/* ---- from two commits */

struct gather {
	struct checkout_item *items;
	size_t count;
	size_t cap;
	struct err *err;
};

static void gather_release(struct gather *g)
{
	for (size_t i = 0; i < g->count; i++)
		free(g->items[i].path);
	free(g->items);
}
AUTO_RELEASE(struct gather, gather_release)

static int gather_change(void *ctx, const struct repo_change *change)
{
	struct gather *g = ctx;
	struct checkout_item *grown =
		vec_grow(g->items, &g->cap, g->count + 1, sizeof(*grown));

	if (!grown)
		return err_nomem(g->err);
	g->items = grown;
	grown += g->count;
	*grown = (struct checkout_item){ .before = change->before,
					 .after = change->after };
	grown->executable = change->after_kind == REPO_EXECUTABLE;
	grown->path = strdup(change->path);
	if (!grown->path)
		return err_nomem(g->err);
	g->count++;
	return 0;
}

int checkout_intent(struct workspace *ws, const struct intent *intent,
		    struct err *err)
{
	AUTO(gather_releasep) struct gather g = { .err = err };
	const struct oid *before =
		oid_is_zero(&intent->before) ? NULL : &intent->before;

	if (workspace_need_repo(ws, err) < 0 ||
	    repo_diff(ws->repo, before, &intent->after, gather_change, &g,
		      err) < 0)
		return (int)err->code;
	return checkout_paths(ws, g.items, g.count, err);
}
