#include "io/tree_copy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "io/file.h"
#include "io/walk.h"

enum {
	LINK_MAX_BYTES = 4096
};

struct copying {
	const char *from;
	const char *to;
	uint64_t left; /* bytes that may still be copied */
	uint64_t max;
	struct digest *digest;
};

static void copying_release(struct copying *c)
{
	digest_free(c->digest);
}
AUTO_RELEASE(struct copying, copying_release)

static bool is_left_out(const char *dir)
{
	AUTO(str_freep) char *tag = path_joined(dir, "CACHEDIR.TAG");

	return strcmp(path_base(dir), ".git") == 0 || (tag && file_exists(tag));
}

/* Kind, path and content, so that no two trees are written down alike. */
static void note(struct copying *c, char kind, const char *path,
		 const void *bytes, size_t len)
{
	uint64_t size = len;

	digest_add(c->digest, &kind, 1);
	digest_add(c->digest, path, strlen(path) + 1);
	digest_add(c->digest, &size, sizeof(size));
	digest_add(c->digest, bytes, len);
}

static int copy_file(struct copying *c, const struct walk_entry *e,
		     const char *from, const char *to, struct err *err)
{
	AUTO(file_map_releasep) struct file_map map = { 0 };
	bool runs = (e->st->st_mode & S_IXUSR) != 0;

	if (file_map_open(from, &map, err) < 0)
		return (int)err->code;
	if (map.len > c->left)
		return err_set(err, ERR_LIMIT,
			       "'%s' has more than %llu MiB of files", c->from,
			       (unsigned long long)(c->max >> 20));
	c->left -= map.len;
	note(c, runs ? 'x' : 'f', e->path, map.data, map.len);
	if (file_write_cache(to, map.data, map.len, err) < 0)
		return (int)err->code;
	if (runs && chmod(to, 0755) < 0)
		return err_errno(err, errno, "write", to);
	return 0;
}

static int copy_link(struct copying *c, const struct walk_entry *e,
		     const char *from, const char *to, struct err *err)
{
	char target[LINK_MAX_BYTES];
	ssize_t len = readlink(from, target, sizeof(target) - 1);

	if (len < 0)
		return err_errno(err, errno, "read", from);
	target[len] = '\0';
	note(c, 'l', e->path, target, (size_t)len);
	if (symlink(target, to) < 0)
		return err_errno(err, errno, "make the link", to);
	return 0;
}

static int copy_entry(void *ctx, const struct walk_entry *e, struct err *err)
{
	struct copying *c = ctx;
	AUTO(str_freep) char *from = path_joined(c->from, e->path);
	AUTO(str_freep) char *to = path_joined(c->to, e->path);

	if (!from || !to)
		return err_nomem(err);
	if (S_ISDIR(e->st->st_mode))
		return is_left_out(from) ? 1 : file_make_dirs(to, err);
	if (S_ISLNK(e->st->st_mode))
		return copy_link(c, e, from, to, err);
	if (S_ISREG(e->st->st_mode))
		return copy_file(c, e, from, to, err);
	return 0; /* cargo would wait for a fifo for ever */
}

int tree_copy(const char *from, const char *to, uint64_t max,
	      char key[DIGEST_HEX_SIZE], struct err *err)
{
	AUTO(copying_releasep)
	struct copying c = { .from = from, .to = to, .left = max, .max = max };

	if (digest_new(&c.digest, err) < 0 || file_make_dirs(to, err) < 0 ||
	    walk_tree(from, copy_entry, &c, err) < 0)
		return (int)err->code;
	digest_hex(c.digest, key);
	return 0;
}
