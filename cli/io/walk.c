#include "io/walk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "io/file.h"

enum {
	TICK_NS = 20 * 1000 * 1000, /* what a file system's clock may lag */
	TICK_COARSE_S = 3	    /* where it counts whole seconds */
};

struct walk {
	const char *dir;
	walk_visit *visit;
	void *ctx;
	size_t entries;
};

static int walk_below(struct walk *w, struct strbuf *path, int depth,
		      struct err *err);

static int walk_entry(struct walk *w, struct strbuf *path, int depth,
		      struct err *err)
{
	const char *below = strbuf_str(path) + strlen(w->dir);
	struct stat st;
	struct walk_entry entry = { .st = &st };
	int rc;

	while (*below == '/')
		below++;
	entry.path = below;
	if (++w->entries > WALK_ENTRIES_MAX)
		return err_set(err, ERR_LIMIT, "more than %d files in '%s'",
			       WALK_ENTRIES_MAX, w->dir);
	if (lstat(strbuf_str(path), &st) < 0)
		return err_errno(err, errno, "read", strbuf_str(path));
	rc = w->visit(w->ctx, &entry, err);
	if (rc != 0 || !S_ISDIR(st.st_mode))
		return rc < 0 ? rc : 0;
	return walk_below(w, path, depth + 1, err);
}

static int walk_below(struct walk *w, struct strbuf *path, int depth,
		      struct err *err)
{
	AUTO(file_names_releasep) struct file_names names = { 0 };
	size_t len = path->len;

	if (depth > WALK_DEPTH_MAX)
		return err_set(err, ERR_LIMIT, "more than %d levels in '%s'",
			       WALK_DEPTH_MAX, w->dir);
	if (file_names_read(strbuf_str(path), &names, err) < 0)
		return (int)err->code;
	for (size_t i = 0; i < names.count; i++) {
		strbuf_addc(path, '/');
		strbuf_adds(path, names.items[i]);
		if (strbuf_check(path, err) < 0 ||
		    walk_entry(w, path, depth, err) < 0)
			return (int)err->code;
		strbuf_truncate(path, len);
	}
	return 0;
}

int walk_tree(const char *dir, walk_visit *visit, void *ctx, struct err *err)
{
	struct walk w = { .dir = dir, .visit = visit, .ctx = ctx };
	AUTO(strbuf_releasep) struct strbuf path = { .max = 64 << 10 };

	strbuf_adds(&path, dir);
	if (strbuf_check(&path, err) < 0)
		return (int)err->code;
	return walk_below(&w, &path, 0, err);
}

struct stamping {
	const char *dir;
	struct digest *digest;
	struct timespec now;
	bool settled;
};

/* True if a change right after this one could carry the same time. */
static bool is_fresh(const struct timespec *t, const struct timespec *now)
{
	int64_t age = (int64_t)(now->tv_sec - t->tv_sec) * 1000000000 +
		      (now->tv_nsec - t->tv_nsec);

	if (t->tv_nsec == 0)
		return age < (int64_t)TICK_COARSE_S * 1000000000;
	return age < TICK_NS;
}

/* cargo marks its own: https://bford.info/cachedir/ */
static bool is_target(const struct stamping *s, const char *path)
{
	AUTO(strbuf_releasep) struct strbuf tag = { 0 };

	if (strcmp(path_base(path), "target") != 0)
		return false;
	path_join(&tag, s->dir, path);
	strbuf_adds(&tag, "/CACHEDIR.TAG");
	return strbuf_ok(&tag) && file_exists(strbuf_str(&tag));
}

static int stamp_entry(void *ctx, const struct walk_entry *e, struct err *err)
{
	struct stamping *s = ctx;
	const struct stat *st = e->st;
	char text[160];
	int n;

	(void)err;
	if (S_ISDIR(st->st_mode)) {
		if (strcmp(path_base(e->path), ".git") == 0 ||
		    is_target(s, e->path))
			return 1;
		/* its times change with what is in it, and that counts */
		n = snprintf(text, sizeof(text), "d\n");
	} else {
		n = snprintf(text, sizeof(text),
			     "%o %lld %lld.%09ld %lld.%09ld %llu\n",
			     (unsigned)st->st_mode, (long long)st->st_size,
			     (long long)st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
			     (long long)st->st_ctim.tv_sec, st->st_ctim.tv_nsec,
			     (unsigned long long)st->st_ino);
		if (is_fresh(&st->st_mtim, &s->now) ||
		    is_fresh(&st->st_ctim, &s->now))
			s->settled = false;
	}
	digest_add(s->digest, e->path, strlen(e->path) + 1);
	digest_add(s->digest, text, (size_t)n);
	return 0;
}

AUTO_DEFINE(struct digest *, digest_free)

int walk_stamp(const char *dir, char out[DIGEST_HEX_SIZE], bool *settled,
	       struct err *err)
{
	AUTO(digest_freep) struct digest *d = NULL;
	struct stamping s = { .dir = dir, .settled = true };

	if (clock_gettime(CLOCK_REALTIME, &s.now) < 0)
		return err_errno(err, errno, "read the clock for", dir);
	if (digest_new(&d, err) < 0)
		return (int)err->code;
	s.digest = d;
	if (walk_tree(dir, stamp_entry, &s, err) < 0)
		return (int)err->code;
	digest_hex(d, out);
	*settled = s.settled;
	return 0;
}
