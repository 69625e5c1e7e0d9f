/* A repository on this disk: opening it, and its refs. */
#include "io/git.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/parse.h"
#include "base/vec.h"
#include "io/file.h"
#include "io/git_internal.h"

enum {
	LOOK_AGAIN_MS = 100 /* at a lock that may be a dead writer's */
};

bool oid_equal(const struct oid *a, const struct oid *b)
{
	return memcmp(a->id, b->id, sizeof(a->id)) == 0;
}

bool oid_is_zero(const struct oid *oid)
{
	static const struct oid zero;

	return oid_equal(oid, &zero);
}

void oid_hex(const struct oid *oid, char out[OID_HEX])
{
	hex_encode(oid->id, sizeof(oid->id), out);
}

bool oid_parse(const char *hex, struct oid *out)
{
	unsigned char id[sizeof(out->id)];

	if (strlen(hex) != OID_HEX - 1 || !hex_decode(hex, id, sizeof(id)))
		return false;
	memcpy(out->id, id, sizeof(id));
	return true;
}

/*
 * A folder that belongs to somebody else is not opened, as git itself does
 * not: what we write there would be ours, and its links could lead us away.
 */
static bool is_foreign(int rc)
{
	const git_error *e = git_error_last();

	/* libgit2 1.5.1 says "'safe.directory' was not found" instead */
	return rc == GIT_EOWNER ||
	       (rc == GIT_ENOTFOUND && e && e->klass == GIT_ERROR_CONFIG);
}

static int open_failed(int rc, const char *dir, struct err *err)
{
	if (is_foreign(rc)) {
		(void)err_set(err, ERR_UNSAFE,
			      "'%s' belongs to another user of this machine",
			      dir);
		return err_hint(err,
				"run it as the owner: sudo -u \"$(stat -c "
				"%%U '%s')\" cohort ...",
				dir);
	}
	if (rc == GIT_ENOTFOUND)
		return err_set(err, ERR_NOT_FOUND, "'%s' is no git repository",
			       dir);
	return git_failed(rc, "open", dir, err);
}

static int wrap(git_repository *raw, struct repo **out, struct err *err)
{
	struct repo *r = calloc(1, sizeof(*r));

	if (!r) {
		git_repository_free(raw);
		return err_nomem(err);
	}
	r->raw = raw;
	*out = r;
	return 0;
}

static int open_with(const char *dir, unsigned flags, struct repo **out,
		     struct err *err)
{
	git_repository *raw = NULL;
	int rc;

	if (git_setup(err) < 0)
		return (int)err->code;
	rc = git_repository_open_ext(&raw, dir, flags, NULL);
	if (rc < 0)
		return open_failed(rc, dir, err);
	return wrap(raw, out, err);
}

int repo_open(const char *dir, struct repo **out, struct err *err)
{
	return open_with(dir, GIT_REPOSITORY_OPEN_NO_SEARCH, out, err);
}

int repo_discover(const char *dir, struct repo **out, struct err *err)
{
	return open_with(dir, 0, out, err);
}

static int init_bare(const char *dir, const char *git_dir, git_repository **out,
		     struct err *err)
{
	git_repository_init_options opts;
	int rc;

	(void)git_repository_init_options_init(
		&opts, GIT_REPOSITORY_INIT_OPTIONS_VERSION);
	opts.flags = GIT_REPOSITORY_INIT_NO_REINIT | GIT_REPOSITORY_INIT_MKDIR |
		     GIT_REPOSITORY_INIT_MKPATH | GIT_REPOSITORY_INIT_BARE;
	opts.initial_head = "main";
	rc = git_repository_init_ext(out, git_dir, &opts);
	if (rc == GIT_EEXISTS)
		return err_set(err, ERR_EXISTS, "'%s' is a git repository",
			       dir);
	return rc < 0 ? git_failed(rc, "make the repository", dir, err) : 0;
}

static int give_work_dir(git_repository *raw, const char *dir, struct err *err)
{
	git_config *config = NULL;
	int rc = git_repository_config(&config, raw);

	if (rc == 0)
		rc = git_config_set_bool(config, "core.bare", 0);
	if (rc == 0)
		rc = git_config_set_bool(config, "core.logallrefupdates", 1);
	git_config_free(config);
	return rc < 0 ? git_failed(rc, "configure the repository", dir, err)
		      : 0;
}

/*
 * Made bare in any case: libgit2 tries out what the file system can do with
 * files of its own, and one that could not be removed again would stay among
 * the files of a work folder, to be packed or committed with them.
 */
int repo_init(const char *dir, unsigned flags, struct repo **out,
	      struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf git_dir = { 0 };
	git_repository *raw = NULL;
	int rc;

	strbuf_adds(&git_dir, dir);
	if (!(flags & REPO_BARE))
		strbuf_adds(&git_dir, "/.git");
	if (strbuf_check(&git_dir, err) < 0 || git_setup(err) < 0 ||
	    init_bare(dir, strbuf_str(&git_dir), &raw, err) < 0)
		return (int)err->code;
	if (flags & REPO_BARE)
		return wrap(raw, out, err);
	rc = give_work_dir(raw, dir, err);
	git_repository_free(raw);
	return rc < 0 ? rc : repo_open(dir, out, err);
}

void repo_free(struct repo *r)
{
	if (!r)
		return;
	git_repository_free(r->raw);
	for (size_t i = 0; i < r->unsynced_count; i++)
		free(r->unsynced[i]);
	free(r->unsynced);
	free(r);
}

const char *repo_git_dir(const struct repo *r)
{
	return git_repository_path(r->raw);
}

const char *repo_work_dir(const struct repo *r)
{
	return git_repository_workdir(r->raw);
}

int repo_ref_read(struct repo *r, const char *ref, struct oid *out,
		  struct err *err)
{
	git_oid oid;
	int rc = git_reference_name_to_id(&oid, r->raw, ref);

	if (rc < 0)
		return git_failed(rc, "read the ref", ref, err);
	*out = git_oid_ours(&oid);
	return 0;
}

/* A symbolic ref stays: what moves is the branch that HEAD stands for. */
static int ref_target(struct repo *r, const char *ref, git_reference **out,
		      struct err *err)
{
	int rc = git_reference_lookup(out, r->raw, ref);

	while (rc == 0 && git_reference_type(*out) == GIT_REFERENCE_SYMBOLIC) {
		AUTO(git_reference_freep) git_reference *old = *out;

		*out = NULL;
		rc = git_reference_lookup(out, r->raw,
					  git_reference_symbolic_target(old));
	}
	if (rc < 0 && rc != GIT_ENOTFOUND)
		return git_failed(rc, "read the ref", ref, err);
	return 0;
}

/*
 * libgit2 links a new ref's lock into place and then removes it; when that
 * fails, the lock would stay for good, under a ref that is written.
 */
static void drop_linked_lock(struct repo *r, const char *ref)
{
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	struct stat st, lock;

	strbuf_addf(&path, "%s%s", git_repository_commondir(r->raw), ref);
	if (!strbuf_ok(&path) || lstat(strbuf_str(&path), &st) < 0)
		return;
	strbuf_adds(&path, ".lock");
	if (strbuf_ok(&path) && lstat(strbuf_str(&path), &lock) == 0 &&
	    lock.st_ino == st.st_ino && lock.st_dev == st.st_dev)
		(void)unlink(strbuf_str(&path));
}

int repo_ref_write(struct repo *r, const char *ref, const struct oid *new_oid,
		   const struct oid *old, const char *message, struct err *err)
{
	AUTO(git_reference_freep) git_reference *made = NULL;
	AUTO(git_reference_freep) git_reference *now = NULL;
	git_oid to = git_oid_theirs(new_oid);
	git_oid from = { { 0 } };
	int rc;

	if (ref_target(r, ref, &now, err) < 0)
		return (int)err->code;
	if (now)
		ref = git_reference_name(now);
	if (old)
		from = git_oid_theirs(old);
	if (old && oid_is_zero(old))
		rc = git_reference_create(&made, r->raw, ref, &to, 0, message);
	else
		rc = git_reference_create_matching(&made, r->raw, ref, &to, 1,
						   old ? &from : NULL, message);
	/* a ref that is gone has moved as well */
	if (old &&
	    (rc == GIT_EEXISTS || rc == GIT_EMODIFIED || rc == GIT_ENOTFOUND))
		return err_set(err, ERR_LOCKED,
			       "'%s' was moved by somebody else", ref);
	if (rc < 0)
		return git_failed(rc, "write the ref", ref, err);
	drop_linked_lock(r, ref);
	return 0;
}

static bool read_lock(const char *path, ino_t *ino, struct strbuf *text)
{
	struct stat st;
	struct err ignored = { 0 };

	if (lstat(path, &st) < 0)
		return false;
	*ino = st.st_ino;
	strbuf_reset(text);
	return file_read(path, OID_HEX, text, &ignored) == 0;
}

void repo_ref_unlock(struct repo *r, const char *ref, const struct oid *oid)
{
	static const struct timespec moment = { .tv_nsec = LOOK_AGAIN_MS *
							   1000000L };
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	char hex[OID_HEX];
	ino_t first, second;

	strbuf_addf(&path, "%s%s.lock", git_repository_commondir(r->raw), ref);
	oid_hex(oid, hex);
	if (!strbuf_ok(&path) || !read_lock(strbuf_str(&path), &first, &text))
		return;
	if (text.len > 0 && strncmp(strbuf_str(&text), hex, OID_HEX - 1) != 0)
		return;
	(void)nanosleep(&moment, NULL);
	if (read_lock(strbuf_str(&path), &second, &text) && first == second)
		(void)unlink(strbuf_str(&path));
}

/* ---- each ref: collected first, as VISIT may write and delete refs */

struct named_oid {
	char *name;
	struct oid oid;
};

struct ref_list {
	struct named_oid *items;
	size_t count;
	size_t cap;
};

static void ref_list_release(struct ref_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->items[i].name);
	free(l->items);
}
AUTO_RELEASE(struct ref_list, ref_list_release)

static int ref_list_add(struct ref_list *l, const char *name,
			const struct oid *oid)
{
	struct named_oid *grown =
		vec_grow(l->items, &l->cap, l->count + 1, sizeof(*grown));

	if (!grown)
		return -1;
	l->items = grown;
	grown[l->count].name = strdup(name);
	grown[l->count].oid = *oid;
	if (!grown[l->count].name)
		return -1;
	l->count++;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct named_oid *x = a;
	const struct named_oid *y = b;

	return strcmp(x->name, y->name);
}

/* A symbolic ref that leads nowhere, as HEAD of a new repository, is none. */
static int ref_list_take(struct ref_list *l, git_reference *found,
			 const char *prefix, struct err *err)
{
	AUTO(git_reference_freep) git_reference *direct = NULL;
	const char *name = git_reference_name(found);
	struct oid oid;
	int rc;

	if (strncmp(name, prefix, strlen(prefix)) != 0)
		return 0;
	rc = git_reference_resolve(&direct, found);
	if (rc == GIT_ENOTFOUND)
		return 0;
	if (rc < 0)
		return git_failed(rc, "read the ref", name, err);
	oid = git_oid_ours(git_reference_target(direct));
	return ref_list_add(l, name, &oid) < 0 ? err_nomem(err) : 0;
}

int repo_ref_each(struct repo *r, const char *prefix, repo_ref_visit *visit,
		  void *ctx, struct err *err)
{
	AUTO(git_reference_iterator_freep) git_reference_iterator *it = NULL;
	AUTO(ref_list_releasep) struct ref_list list = { 0 };
	int rc = git_reference_iterator_new(&it, r->raw);

	while (rc == 0) {
		AUTO(git_reference_freep) git_reference *found = NULL;

		rc = git_reference_next(&found, it);
		if (rc == 0 && ref_list_take(&list, found, prefix, err) < 0)
			return (int)err->code;
	}
	if (rc != GIT_ITEROVER)
		return git_failed(rc, "list the refs of", repo_git_dir(r), err);
	if (list.count > 1)
		qsort(list.items, list.count, sizeof(*list.items), by_name);
	for (size_t i = 0; i < list.count; i++) {
		rc = visit(ctx, list.items[i].name, &list.items[i].oid);
		if (rc < 0)
			return rc;
	}
	return 0;
}
