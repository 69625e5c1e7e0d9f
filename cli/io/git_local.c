/* A repository in a folder of this machine, read through libgit2. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"
#include "base/vec.h"
#include "io/git_internal.h"
#include "io/git_receive.h"
#include "io/git_wire.h"
#include "io/remote_internal.h"

static int open_there(const struct remote *r, struct repo **out,
		      struct err *err)
{
	if (repo_open(r->url.path, out, err) < 0)
		return err->code;
	return 0;
}

/* ---- ls */

struct listing {
	struct remote *r;
	git_repository *there;
	struct remote_refs refs;
	size_t cap;
	size_t seen;
};

static void listing_release(struct listing *l)
{
	remote_refs_release(&l->refs);
}
AUTO_RELEASE(struct listing, listing_release)

static void reference_free(git_reference *ref)
{
	git_reference_free(ref);
}
AUTO_DEFINE(git_reference *, reference_free)

static void object_free(git_object *o)
{
	git_object_free(o);
}
AUTO_DEFINE(git_object *, object_free)

static int time_is_over(const struct remote *r, struct err *err)
{
	if (r->deadline_ms && clock_monotonic_ms() >= r->deadline_ms)
		return err_set(err, ERR_NET, "'%s' did not finish in time",
			       r->url.path);
	return 0;
}

/*
 * What NAME points at.  1: at nothing, a symbolic ref that dangles.  A ref that
 * cannot be read is an error: left out, it would look deleted.
 */
static int resolve(struct listing *l, const char *name, struct remote_ref *item,
		   struct err *err)
{
	AUTO(reference_freep) git_reference *ref = NULL, *direct = NULL;
	AUTO(object_freep) git_object *object = NULL, *peeled = NULL;
	int rc = git_reference_lookup(&ref, l->there, name);

	if (rc == 0)
		rc = git_reference_resolve(&direct, ref);
	if (rc == GIT_ENOTFOUND && ref &&
	    git_reference_type(ref) == GIT_REFERENCE_SYMBOLIC)
		return 1;
	if (rc == 0)
		rc = git_object_lookup(&object, l->there,
				       git_reference_target(direct),
				       GIT_OBJECT_ANY);
	if (rc == 0 && git_object_type(object) == GIT_OBJECT_TAG)
		rc = git_tag_peel(&peeled, (git_tag *)object);
	if (rc < 0)
		return git_failed(rc, "read the ref", name, err);
	memcpy(item->oid.id, git_object_id(object)->id, sizeof(item->oid.id));
	if (peeled)
		memcpy(item->peeled.id, git_object_id(peeled)->id,
		       sizeof(item->peeled.id));
	return 0;
}

static int add_ref(struct listing *l, const char *name, struct err *err)
{
	struct remote_ref item = { 0 };
	struct remote_ref *grown;
	int rc;

	if (l->r->limits.max_refs && ++l->seen > l->r->limits.max_refs)
		return err_set(err, ERR_LIMIT, "it has more than %zu refs",
			       l->r->limits.max_refs);
	if (!wire_name_is_safe(name))
		return err_set(err, ERR_UNSAFE, "bad name of a ref: '%s'",
			       name);
	rc = resolve(l, name, &item, err);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	grown = vec_grow(l->refs.items, &l->cap, l->refs.count + 1,
			 sizeof(*grown));
	if (!grown)
		return err_nomem(err);
	l->refs.items = grown;
	item.name = strdup(name);
	if (!item.name)
		return err_nomem(err);
	grown[l->refs.count++] = item;
	return 0;
}

static void iterator_free(git_reference_iterator *it)
{
	git_reference_iterator_free(it);
}
AUTO_DEFINE(git_reference_iterator *, iterator_free)

static int list_prefix(struct listing *l, const char *prefix, struct err *err)
{
	AUTO(iterator_freep) git_reference_iterator *it = NULL;
	const char *name;
	char glob[128];
	int rc;

	snprintf(glob, sizeof(glob), "%s*", prefix);
	rc = git_reference_iterator_glob_new(&it, l->there, glob);
	while (rc == 0) {
		rc = git_reference_next_name(&name, it);
		if (rc < 0)
			break;
		if (time_is_over(l->r, err) < 0 || add_ref(l, name, err) < 0)
			return err->code;
	}
	if (rc != GIT_ITEROVER)
		return git_failed(rc, "list the refs of", l->r->url.path, err);
	return 0;
}

static int file_ls(struct remote *r, const char *const *prefixes, size_t count,
		   struct remote_refs *out, struct err *err)
{
	static const char *const all[] = { "refs/" };
	AUTO(repo_freep) struct repo *there = NULL;
	AUTO(listing_releasep) struct listing l = { .r = r };

	if (count == 0) {
		prefixes = all;
		count = 1;
	}
	if (open_there(r, &there, err) < 0)
		return err->code;
	l.there = there->raw;
	for (size_t i = 0; i < count; i++) {
		if (list_prefix(&l, prefixes[i], err) < 0)
			return err->code;
	}
	*out = l.refs;
	l.refs = (struct remote_refs){ 0 }; /* handed over */
	return 0;
}

/* ---- fetch: pack there, unpack here */

struct copy {
	struct remote *r;
	struct pack_receiver *writer;
	struct err *err;
};

static int on_pack(void *bytes, size_t len, void *arg)
{
	struct copy *c = arg;

	return pack_receiver_add(c->writer, bytes, len, c->err) < 0 ? GIT_EUSER
								    : 0;
}

/* While objects are counted and deltas are made. */
static int on_stage(int stage, uint32_t done, uint32_t total, void *arg)
{
	struct copy *c = arg;

	(void)stage;
	(void)done;
	(void)total;
	return c->err->code || time_is_over(c->r, c->err) < 0 ? GIT_EUSER : 0;
}

static void walk_free(git_revwalk *walk)
{
	git_revwalk_free(walk);
}
AUTO_DEFINE(git_revwalk *, walk_free)

static void builder_free(git_packbuilder *pb)
{
	git_packbuilder_free(pb);
}
AUTO_DEFINE(git_packbuilder *, builder_free)

/* The tags between OID and what they come to go along with it. */
static int want(git_packbuilder *pb, git_revwalk *walk, git_repository *there,
		const struct oid *oid)
{
	git_oid id;
	int rc;

	memcpy(id.id, oid->id, sizeof(id.id));
	for (int depth = 0; depth < 8; depth++) {
		AUTO(object_freep) git_object *object = NULL;

		rc = git_object_lookup(&object, there, &id, GIT_OBJECT_ANY);
		if (rc < 0)
			return rc;
		if (git_object_type(object) == GIT_OBJECT_COMMIT)
			return git_revwalk_push(walk, &id);
		rc = git_packbuilder_insert(pb, &id, NULL);
		if (rc < 0 || git_object_type(object) != GIT_OBJECT_TAG)
			return rc;
		id = *git_tag_target_id((git_tag *)object);
	}
	return -1;
}

/* Both sides know HAVES that are commits there too: they stay out. */
static int have(git_revwalk *walk, git_repository *there, const struct oid *oid)
{
	AUTO(object_freep) git_object *object = NULL;
	git_oid id;

	memcpy(id.id, oid->id, sizeof(id.id));
	if (git_object_lookup(&object, there, &id, GIT_OBJECT_COMMIT) < 0)
		return 0;
	return git_revwalk_hide(walk, &id);
}

static int build(struct copy *c, git_repository *there, const struct oid *wants,
		 size_t count, const struct oid *haves, size_t have_count)
{
	AUTO(builder_freep) git_packbuilder *pb = NULL;
	AUTO(walk_freep) git_revwalk *walk = NULL;
	int rc = git_packbuilder_new(&pb, there);

	if (rc == 0)
		rc = git_packbuilder_set_callbacks(pb, on_stage, c);
	if (rc == 0)
		rc = git_revwalk_new(&walk, there);
	for (size_t i = 0; rc == 0 && i < have_count; i++)
		rc = have(walk, there, &haves[i]);
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = want(pb, walk, there, &wants[i]);
	if (rc == 0)
		rc = git_packbuilder_insert_walk(pb, walk);
	if (rc == 0)
		rc = git_packbuilder_foreach(pb, on_pack, c);
	return rc;
}

static int file_fetch(struct remote *r, struct repo *repo,
		      const struct oid *wants, size_t count,
		      const struct oid *haves, size_t have_count,
		      uint64_t *received, struct err *err)
{
	AUTO(repo_freep) struct repo *there = NULL;
	AUTO(pack_receiver_freep) struct pack_receiver *writer = NULL;
	struct copy c = { .r = r, .err = err };
	int rc;

	if (open_there(r, &there, err) < 0 ||
	    pack_receiver_new(repo, r->limits.max_bytes, r->deadline_ms,
			      &writer, err) < 0)
		return err->code;
	c.writer = writer;
	rc = build(&c, there->raw, wants, count, haves, have_count);
	if (rc < 0)
		return git_failed(rc, "copy from", r->url.path, err);
	if (pack_receiver_finish(writer, wants, count, haves, have_count, err) <
	    0)
		return err->code;
	*received = pack_receiver_received(writer);
	return 0;
}

static void file_close(struct remote *r)
{
	(void)r; /* nothing stays open between calls */
}

/* The other side is written by us alone: a killed push left its lock. */
static int unlock(struct repo *repo, struct repo *there, const char *refspec,
		  struct err *err)
{
	const char *colon = strchr(refspec, ':');
	AUTO(str_freep) char *from = NULL;
	struct oid oid;
	struct err absent = { 0 };

	if (!colon)
		return 0;
	from = strndup(refspec, (size_t)(colon - refspec));
	if (!from)
		return err_nomem(err);
	if (repo_ref_read(repo, from, &oid, &absent) == 0)
		repo_ref_unlock(there, colon + 1, &oid);
	return 0;
}

static int file_push(struct remote *r, struct repo *repo,
		     const char *const *refspecs, size_t count, struct err *err)
{
	AUTO(repo_freep) struct repo *there = NULL;

	if (open_there(r, &there, err) < 0)
		return err->code;
	for (size_t i = 0; i < count; i++) {
		if (unlock(repo, there, refspecs[i], err) < 0)
			return err->code;
	}
	return remote_push_through(r, NULL, repo, refspecs, count, err);
}

const struct remote_ops remote_file_ops = {
	.ls = file_ls,
	.fetch = file_fetch,
	.push = file_push,
	.close = file_close,
};
