#include "io/git_index.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "base/vec.h"
#include "io/file.h"
#include "io/git_internal.h"

enum {
	WAIT_MS = 1000, /* for a git of a person that is at work */
	WAIT_STEP_MS = 20,
	INDEX_ENTRIES_MAX = 4 << 20
};

static char *in_git_dir(const struct repo *r, const char *name)
{
	return path_joined(git_repository_path(r->raw), name);
}

struct index_stat index_stat_of(const char *path)
{
	struct index_stat s = { 0 };
	struct stat st;

	if (lstat(path, &st) < 0)
		return s;
	s.ctime_s = (uint32_t)st.st_ctim.tv_sec;
	s.ctime_ns = (uint32_t)st.st_ctim.tv_nsec;
	s.mtime_s = (uint32_t)st.st_mtim.tv_sec;
	s.mtime_ns = (uint32_t)st.st_mtim.tv_nsec;
	s.dev = (uint32_t)st.st_dev;
	s.ino = (uint32_t)st.st_ino;
	s.uid = (uint32_t)st.st_uid;
	s.gid = (uint32_t)st.st_gid;
	s.size = (uint32_t)st.st_size;
	return s;
}

/* ---- the whole index of a commit, where there is none to start from */

struct gather {
	struct index_edit *items;
	size_t count;
	size_t cap;
	const struct index_edit *edits; /* whose stat is known */
	const struct index_edit *edits_end;
	struct err *err;
};

static void gather_release(struct gather *g)
{
	for (size_t i = 0; i < g->count; i++) {
		union {
			const char *in;
			char *out;
		} path = { .in = g->items[i].path };

		free(path.out);
	}
	free(g->items);
}
AUTO_RELEASE(struct gather, gather_release)

static int gather_entry(void *ctx, const struct repo_entry *entry)
{
	struct gather *g = ctx;
	struct index_edit *grown;

	if (entry->kind == REPO_SUBMODULE)
		return 0; /* git will say that it is not staged */
	grown = vec_grow(g->items, &g->cap, g->count + 1, sizeof(*grown));
	if (!grown)
		return err_nomem(g->err);
	g->items = grown;
	grown += g->count;
	*grown = (struct index_edit){ .oid = entry->oid };
	grown->executable = entry->kind == REPO_EXECUTABLE;
	grown->link = entry->kind == REPO_LINK;
	grown->path = strdup(entry->path);
	if (!grown->path)
		return err_nomem(g->err);
	g->count++;
	while (g->edits < g->edits_end &&
	       strcmp(g->edits->path, entry->path) < 0)
		g->edits++;
	if (g->edits < g->edits_end &&
	    strcmp(g->edits->path, entry->path) == 0 &&
	    oid_equal(&g->edits->oid, &entry->oid))
		grown->stat = g->edits->stat;
	return 0;
}

static int build_whole(struct repo *r, const struct oid *commit,
		       const struct index_edit *edits, size_t count,
		       struct strbuf *out, struct err *err)
{
	AUTO(gather_releasep)
	struct gather g = { .edits = edits,
			    .edits_end = count ? edits + count : edits,
			    .err = err };

	strbuf_truncate(out, 0);
	if (repo_tree_each(r, commit, "", INDEX_ENTRIES_MAX, gather_entry, &g,
			   err) < 0)
		return (int)err->code;
	return index_file_edit(NULL, 0, g.items, g.count, out, err);
}

/* ---- putting it in place */

struct update {
	struct repo *repo;
	const char *stage;
	char *index;
	char *lock;
	struct stat seen; /* of the index that was read; zeros: none */
};

static void update_release(struct update *u)
{
	free(u->index);
	free(u->lock);
}
AUTO_RELEASE(struct update, update_release)

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static struct stat look(const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		memset(&st, 0, sizeof(st));
	return st;
}

static int build(struct update *u, const struct oid *commit,
		 const struct index_edit *edits, size_t count,
		 struct strbuf *out, struct err *err)
{
	AUTO(file_map_releasep) struct file_map old = { 0 };
	struct err why = { 0 };

	u->seen = look(u->index);
	if (u->seen.st_size > 0 && file_map_open(u->index, &old, err) < 0)
		return (int)err->code;
	if (old.len > 0 &&
	    index_file_edit(old.data, old.len, edits, count, out, &why) == 0)
		return 0;
	if (why.code && why.code != ERR_FORMAT) {
		*err = why;
		return (int)err->code;
	}
	return build_whole(u->repo, commit, edits, count, out, err);
}

/* 1: in place.  0: somebody else was there meanwhile.  Negative: failed. */
static int place(struct update *u, struct err *err)
{
	struct stat now;

	if (link(u->stage, u->lock) < 0) {
		if (errno == EEXIST)
			return 0;
		return err_errno(err, errno, "write", u->lock);
	}
	now = look(u->index);
	if (!is_same(&now, &u->seen)) {
		(void)unlink(u->lock);
		return 0;
	}
	if (rename(u->lock, u->index) < 0) {
		err_errno(err, errno, "replace", u->index);
		(void)unlink(u->lock);
		return (int)err->code;
	}
	return 1;
}

static int attempt(struct update *u, const struct oid *commit,
		   const struct index_edit *edits, size_t count,
		   struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf bytes = { 0 };
	int rc;

	if (build(u, commit, edits, count, &bytes, err) < 0)
		return (int)err->code;
	if (file_write_cache(u->stage, bytes.data, bytes.len, err) < 0)
		return (int)err->code;
	rc = place(u, err);
	(void)unlink(u->stage);
	return rc;
}

int index_update(struct repo *r, const char *stage, const struct oid *commit,
		 const struct index_edit *edits, size_t count, struct err *err)
{
	static const struct timespec step = { .tv_nsec =
						      WAIT_STEP_MS * 1000000L };
	AUTO(update_releasep)
	struct update u = { .repo = r,
			    .stage = stage,
			    .index = in_git_dir(r, "index"),
			    .lock = in_git_dir(r, "index.lock") };
	int64_t begun = clock_monotonic_ms();

	if (!u.index || !u.lock)
		return err_nomem(err);
	for (;;) {
		int rc = attempt(&u, commit, edits, count, err);

		if (rc != 0)
			return rc < 0 ? rc : 0;
		if (clock_monotonic_ms() - begun > WAIT_MS)
			return err_set(err, ERR_LOCKED,
				       "'%s' is there: a git is at work, or "
				       "one was killed",
				       u.lock);
		(void)nanosleep(&step, NULL);
	}
}

void index_settle(struct repo *r, const char *stage)
{
	AUTO(str_freep) char *lock = in_git_dir(r, "index.lock");
	struct stat staged = look(stage);
	struct stat locked;

	if (staged.st_ino == 0 || !lock)
		return;
	locked = look(lock);
	if (locked.st_ino == staged.st_ino && locked.st_dev == staged.st_dev)
		(void)unlink(lock);
	(void)unlink(stage);
}
