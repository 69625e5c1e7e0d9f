/*
 * A registry that is one directory, which cargo reads in three ways: as a
 * local-registry, as a static sparse index behind any web server, and with
 * rustup's cargo as a git index over file://.
 *
 *	ROOT/NAME-VERSION.crate
 *	ROOT/index/config.json
 *	ROOT/index/ti/ny/tiny-lib	one line of JSON a version
 *	ROOT/index/.git			the index is a git work tree
 */
#include "registry/registry_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/node.h"
#include "base/os_linux.h"
#include "base/path.h"
#include "base/str.h"
#include "base/vec.h"
#include "crate/package/index.h"
#include "io/aside.h"
#include "io/digest.h"
#include "io/file.h"
#include "io/git_commit.h"
#include "io/walk.h"

#define BRANCH "refs/heads/main"
#define ASIDE ".cohort-index."

struct disk {
	char *root;
	char *index;
	struct repo *repo; /* of the index */
	int lock;	   /* on the root; one publisher at a time */
};

static void disk_free(void *self)
{
	struct disk *d = self;

	if (!d)
		return;
	repo_free(d->repo);
	if (d->lock >= 0)
		close(d->lock);
	free(d->root);
	free(d->index);
	free(d);
}

/* ------------------------------------------------------------------ opening */

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || strchr("/-._~", c);
}

/* An absolute path as a URL: RFC 8089, with percent signs where needed. */
static void add_file_url(struct strbuf *out, const char *path)
{
	strbuf_adds(out, "file://");
	for (; *path; path++) {
		if (is_plain(*path))
			strbuf_addc(out, *path);
		else
			strbuf_addf(out, "%%%02X", (unsigned char)*path);
	}
}

/*
 * config.json names the place absolutely, so a registry that was moved needs
 * another.  One that somebody pointed at a web server is theirs.
 */
static int settle_config(const struct disk *d, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf url = { 0 };
	AUTO(strbuf_releasep) struct strbuf want = { 0 };
	AUTO(strbuf_releasep) struct strbuf have = { 0 };
	AUTO(str_freep) char *path = path_joined(d->index, "config.json");
	AUTO(json_decrefp) json_t *config = NULL;
	struct err unread = { 0 };

	if (!path)
		return err_nomem(err);
	add_file_url(&url, d->root);
	strbuf_adds(&url, "/{crate}-{version}.crate");
	config = json_pack("{s:s}", "dl", strbuf_str(&url));
	if (!strbuf_ok(&url) || !config)
		return err_nomem(err);
	if (json_write(config, &want, err) < 0)
		return (int)err->code;
	if (file_exists(path)) {
		if (file_read(path, INDEX_FILE_MAX, &have, &unread) < 0) {
			*err = unread;
			return (int)err->code;
		}
		if (strcmp(strbuf_str(&have), strbuf_str(&want)) == 0 ||
		    !strstr(strbuf_str(&have), "file://"))
			return 0;
	}
	return file_write(path, want.data, want.len, 0644, err);
}

/* Dies with us, however we die.  Where locks do not work, there is none. */
static int take_lock(struct disk *d, struct err *err)
{
	d->lock = open(d->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->lock < 0)
		return err_errno(err, errno, "open", d->root);
	if (os_lock_try(d->lock) == 0 || errno != EWOULDBLOCK)
		return 0;
	(void)err_set(err, ERR_LOCKED, "another cohort is at work in it");
	return err_hint(err, "wait for it, then run this again");
}

/* git's own lock on our branch, left by a killed run: we hold ours. */
static int drop_ref_lock(const struct disk *d, struct err *err)
{
	AUTO(str_freep)
	char *path = path_joined(d->index, ".git/" BRANCH ".lock");

	if (!path)
		return err_nomem(err);
	if (unlink(path) < 0 && errno != ENOENT && errno != ENOTDIR)
		return err_errno(err, errno, "remove", path);
	return 0;
}

/* Made aside: half a repository would never be opened again. */
static int make_index(struct disk *d, struct err *err)
{
	AUTO(aside_releasep) struct aside aside = { 0 };
	AUTO(str_freep) char *from = NULL;
	AUTO(str_freep) char *to = path_joined(d->index, ".git");
	struct repo *made = NULL;

	if (!to)
		return err_nomem(err);
	if (aside_make(d->root, ASIDE, &aside, err) < 0 ||
	    repo_init(aside.path, 0, &made, err) < 0)
		return (int)err->code;
	repo_free(made);
	from = path_joined(aside.path, ".git");
	if (!from)
		return err_nomem(err);
	if (rename(from, to) < 0)
		return err_errno(err, errno, "make", to);
	return file_sync_dir(d->index, err);
}

static int open_index(struct disk *d, struct err *err)
{
	aside_sweep(d->root, ASIDE);
	if (repo_open(d->index, &d->repo, err) == 0)
		return 0;
	if (err->code != ERR_NOT_FOUND)
		return (int)err->code;
	err_clear(err);
	return make_index(d, err) < 0 ? (int)err->code
				      : repo_open(d->index, &d->repo, err);
}

static const struct registry_kind_ops disk_ops;

int disk_registry_open(const char *root, void **self,
		       const struct registry_kind_ops **ops, struct err *err)
{
	struct disk *d = calloc(1, sizeof(*d));

	if (!d)
		return err_nomem(err);
	d->lock = -1;
	d->root = strdup(root);
	d->index = path_joined(root, "index");
	if (!d->root || !d->index) {
		(void)err_nomem(err);
	} else if (file_make_dirs(d->index, err) == 0 &&
		   take_lock(d, err) == 0 && open_index(d, err) == 0 &&
		   drop_ref_lock(d, err) == 0 && settle_config(d, err) == 0) {
		*self = d;
		*ops = &disk_ops;
		return 0;
	}
	disk_free(d);
	return err_context(err, "registry '%s'", root);
}

/* -------------------------------------------------------------- index lines */

/* Where the lines of the crate NAME are on this disk. */
static char *index_of(const struct disk *d, const char *name, struct err *err)
{
	char path[INDEX_PATH_SIZE];
	char *full;

	if (index_path(name, path, err) < 0)
		return NULL;
	full = path_joined(d->index, path);
	if (!full)
		(void)err_nomem(err);
	return full;
}

/* The lines there are, into LINES (nothing if there is no file). */
static int look_at(const char *path, const struct registry_crate *crate,
		   struct strbuf *lines, enum registry_state *out,
		   struct err *err)
{
	AUTO(crate_index_releasep) struct crate_index file = { 0 };
	const struct index_version *v;

	if (file_exists(path) &&
	    file_read(path, INDEX_FILE_MAX, lines, err) < 0)
		return (int)err->code;
	if (crate_index_read(strbuf_str(lines), lines->len, path, &file, err) <
	    0)
		return (int)err->code;
	v = crate_index_find(&file, crate->version);
	if (!v)
		*out = REGISTRY_ABSENT;
	else if (strcmp(v->sha256, crate->sha256) == 0 &&
		 strcmp(v->version, crate->version) == 0)
		*out = REGISTRY_SAME;
	else
		*out = REGISTRY_DIFFERENT;
	return 0;
}

static int disk_look(void *self, const struct registry_crate *crate,
		     enum registry_state *out, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf lines = { .max = INDEX_FILE_MAX };
	AUTO(str_freep) char *path = index_of(self, crate->name, err);

	return path ? look_at(path, crate, &lines, out, err) : (int)err->code;
}

/* --------------------------------------------------------------- publishing */

/* The line is made elsewhere; what it says must be what is published. */
static int check_line(const struct registry_crate *crate, struct err *err)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	const char *name, *vers, *cksum;
	const struct node *n;

	if (json_read(crate->index_line, strlen(crate->index_line),
		      "the index line", &arena, &n, err) < 0 ||
	    node_str(n, "name", &name, err) < 0 ||
	    node_str(n, "vers", &vers, err) < 0 ||
	    node_str(n, "cksum", &cksum, err) < 0)
		return (int)err->code;
	if (strcmp(name, crate->name) != 0 ||
	    strcmp(vers, crate->version) != 0 ||
	    strcmp(cksum, crate->sha256) != 0 ||
	    strchr(crate->index_line, '\n'))
		return err_set(err, ERR_BUG,
			       "the index line of '%s' says something else",
			       crate->name);
	return 0;
}

/* Exactly the bytes that were packed and inspected. */
static int put_crate(const struct disk *d, const struct registry_crate *crate,
		     struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf to = { 0 };
	char sha256[DIGEST_HEX_SIZE];

	strbuf_addf(&to, "%s/%s-%s.crate", d->root, crate->name,
		    crate->version);
	if (strbuf_check(&to, err) < 0 ||
	    digest_file(crate->path, sha256, err) < 0)
		return (int)err->code;
	if (strcmp(sha256, crate->sha256) != 0)
		return err_set(err, ERR_FORMAT,
			       "'%s' is not what was packed: its SHA-256 is "
			       "%s",
			       crate->path, sha256);
	if (file_copy(crate->path, strbuf_str(&to), err) < 0)
		return (int)err->code;
	return file_sync_dir(d->root, err);
}

static int put_line(const struct registry_crate *crate, const char *path,
		    const struct strbuf *lines, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf with = { .max = INDEX_FILE_MAX };
	AUTO(str_freep) char *dir = strdup(path);

	if (!dir)
		return err_nomem(err);
	dir[path_base(path) - path - 1] = '\0';
	if (crate_index_add(strbuf_str(lines), lines->len, path,
			    crate->index_line, &with, err) < 0 ||
	    file_make_dirs(dir, err) < 0)
		return (int)err->code;
	return file_write(path, with.data, with.len, 0644, err);
}

static int disk_publish(void *self, const struct registry_crate *crate,
			struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf lines = { .max = INDEX_FILE_MAX };
	AUTO(str_freep) char *path = index_of(self, crate->name, err);
	enum registry_state state;

	if (!path || check_line(crate, err) < 0 ||
	    look_at(path, crate, &lines, &state, err) < 0)
		return (int)err->code;
	if (state == REGISTRY_SAME)
		return 0;
	if (state == REGISTRY_DIFFERENT)
		return err_set(err, ERR_EXISTS,
			       "%s %s is published already with another "
			       "checksum",
			       crate->name, crate->version);
	if (put_crate(self, crate, err) < 0)
		return (int)err->code;
	return put_line(crate, path, &lines, err);
}

/* --------------------------------------------------------------- committing */

/* The files of the index that HEAD has otherwise, or not at all. */
struct pending {
	struct disk *disk;
	const struct oid *head; /* NULL: no commit yet */
	struct arena arena;
	struct repo_edit *edits;
	struct repo_bytes *bytes;
	size_t count;
	size_t cap;
	size_t bytes_cap;
};

static void pending_release(struct pending *p)
{
	free(p->edits);
	free(p->bytes);
	arena_release(&p->arena);
}
AUTO_RELEASE(struct pending, pending_release)

static int pending_add(struct pending *p, const char *path,
		       const struct strbuf *text, struct err *err)
{
	struct repo_edit *edits =
		vec_grow(p->edits, &p->cap, p->count + 1, sizeof(*edits));
	struct repo_bytes *bytes;
	char *copy;

	if (!edits)
		return err_nomem(err);
	p->edits = edits;
	bytes = vec_grow(p->bytes, &p->bytes_cap, p->count + 1, sizeof(*bytes));
	if (!bytes)
		return err_nomem(err);
	p->bytes = bytes;
	copy = arena_alloc(&p->arena, text->len + 1);
	edits[p->count].path = arena_strdup(&p->arena, path);
	edits[p->count].executable = false;
	if (!copy || !edits[p->count].path)
		return err_nomem(err);
	memcpy(copy, strbuf_str(text), text->len);
	bytes[p->count].bytes = copy;
	bytes[p->count].len = text->len;
	p->count++;
	return 0;
}

static int compare(void *ctx, const struct walk_entry *e, struct err *err)
{
	struct pending *p = ctx;
	AUTO(strbuf_releasep) struct strbuf text = { .max = INDEX_FILE_MAX };
	AUTO(str_freep) char *path = NULL;
	struct err absent = { 0 };
	struct oid have, want;

	if (S_ISDIR(e->st->st_mode))
		return strcmp(e->path, ".git") == 0;
	path = path_joined(p->disk->index, e->path);
	if (!path)
		return err_nomem(err);
	if (file_is_temp(path_base(path)))
		(void)unlink(path); /* a killed run was writing it */
	if (!S_ISREG(e->st->st_mode) || path_base(path)[0] == '.')
		return 0;
	if (file_read(path, INDEX_FILE_MAX, &text, err) < 0 ||
	    repo_blob_name(strbuf_str(&text), text.len, &want, err) < 0)
		return (int)err->code;
	if (p->head &&
	    repo_path_find(p->disk->repo, p->head, e->path, &have, &absent) ==
		    0 &&
	    oid_equal(&have, &want))
		return 0;
	return pending_add(p, e->path, &text, err);
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct repo_edit *)a)->path,
		      ((const struct repo_edit *)b)->path);
}

static int commit(struct disk *d, struct pending *p, const char *message,
		  struct err *err)
{
	struct repo_identity who;
	struct repo_person author;
	struct oid *blobs = calloc(p->count, sizeof(*blobs));
	static const struct oid none;
	struct oid tree, made;

	if (!blobs)
		return err_nomem(err);
	if (repo_blobs_write(d->repo, p->bytes, p->count, blobs, err) < 0) {
		free(blobs);
		return (int)err->code;
	}
	for (size_t i = 0; i < p->count; i++)
		p->edits[i].oid = blobs[i];
	free(blobs);
	qsort(p->edits, p->count, sizeof(*p->edits), by_path);
	repo_identity(d->repo, &who);
	author = (struct repo_person){ .name = who.name,
				       .email = who.email,
				       .when = clock_now() };
	if (repo_tree_edit(d->repo, p->head, p->edits, p->count, &tree, err) <
		    0 ||
	    repo_commit_create(d->repo, &tree, p->head, &author, message, &made,
			       err) < 0)
		return (int)err->code;
	return repo_ref_write(d->repo, BRANCH, &made, p->head ? p->head : &none,
			      message, err);
}

/*
 * Whatever is not committed yet, of this run or of one that was killed, and
 * what that one left half-written goes.
 */
static int disk_finish(void *self, const char *message, struct err *err)
{
	struct disk *d = self;
	AUTO(pending_releasep) struct pending p = { .disk = d };
	struct oid head;

	if (repo_ref_read(d->repo, BRANCH, &head, err) == 0)
		p.head = &head;
	else if (err->code == ERR_NOT_FOUND)
		err_clear(err);
	else
		return (int)err->code;
	file_sweep(d->root);
	if (walk_tree(d->index, compare, &p, err) < 0)
		return (int)err->code;
	return p.count > 0 ? commit(d, &p, message, err) : 0;
}

static const char *disk_location(const void *self)
{
	return ((const struct disk *)self)->root;
}

static const struct registry_kind_ops disk_ops = {
	.look = disk_look,
	.publish = disk_publish,
	.finish = disk_finish,
	.location = disk_location,
	.free = disk_free,
};
