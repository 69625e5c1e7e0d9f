/*
 * A walk over all objects, without recursion and each object once: trees come
 * from outside and may be nested as deep, or shared as often, as they like.
 */
#include "io/git_complete.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/map.h"
#include "base/vec.h"
#include "io/git_internal.h"

enum {
	CLOCK_EVERY = 256 /* objects between two looks at the clock */
};

struct step {
	git_oid id;
	git_object_t kind;
};

struct walk {
	git_repository *repo;
	git_odb *odb;
	struct arena arena; /* of the keys of seen */
	struct map seen;
	struct step *todo; /* a stack */
	size_t count;
	size_t cap;
};

static void walk_release(struct walk *w)
{
	git_odb_free(w->odb);
	map_release(&w->seen);
	arena_release(&w->arena);
	free(w->todo);
}
AUTO_RELEASE(struct walk, walk_release)

static void object_free(git_object *o)
{
	git_object_free(o);
}
AUTO_DEFINE(git_object *, object_free)

/* 1 if it is new, 0 if it was seen before. */
static int see(struct walk *w, const void *id, struct err *err)
{
	static const char here[1];
	char *key;

	if (map_get_n(&w->seen, id, GIT_OID_RAWSZ))
		return 0;
	key = arena_alloc(&w->arena, GIT_OID_RAWSZ);
	if (!key)
		return err_nomem(err);
	memcpy(key, id, GIT_OID_RAWSZ);
	if (map_put_n(&w->seen, key, GIT_OID_RAWSZ, (void *)here) < 0)
		return err_nomem(err);
	return 1;
}

static int missing(const git_oid *id, struct err *err)
{
	char hex[GIT_OID_HEXSZ + 1];

	return err_set(err, ERR_FORMAT, "bad pack: object %s is missing",
		       git_oid_tostr(hex, sizeof(hex), id));
}

static int push(struct walk *w, const git_oid *id, git_object_t kind,
		struct err *err)
{
	struct step *grown;
	int fresh = see(w, id, err);

	if (fresh <= 0)
		return fresh;
	if (kind == GIT_OBJECT_BLOB) /* nothing behind it */
		return git_odb_exists(w->odb, id) ? 0 : missing(id, err);
	grown = vec_grow(w->todo, &w->cap, w->count + 1, sizeof(*grown));
	if (!grown)
		return err_nomem(err);
	w->todo = grown;
	grown[w->count].id = *id;
	grown[w->count++].kind = kind;
	return 0;
}

static int push_commit(struct walk *w, const git_commit *c, struct err *err)
{
	if (push(w, git_commit_tree_id(c), GIT_OBJECT_TREE, err) < 0)
		return err->code;
	for (unsigned i = 0; i < git_commit_parentcount(c); i++) {
		if (push(w, git_commit_parent_id(c, i), GIT_OBJECT_COMMIT,
			 err) < 0)
			return err->code;
	}
	return 0;
}

static int push_tree(struct walk *w, const git_tree *t, struct err *err)
{
	for (size_t i = 0; i < git_tree_entrycount(t); i++) {
		const git_tree_entry *e = git_tree_entry_byindex(t, i);
		git_object_t kind = git_tree_entry_type(e);

		if (kind == GIT_OBJECT_COMMIT)
			continue; /* a submodule: another repository's */
		if (push(w, git_tree_entry_id(e), kind, err) < 0)
			return err->code;
	}
	return 0;
}

static int visit(struct walk *w, const struct step *s, struct err *err)
{
	AUTO(object_freep) git_object *o = NULL;
	git_object_t kind;

	if (git_object_lookup(&o, w->repo, &s->id, s->kind) < 0)
		return missing(&s->id, err);
	kind = git_object_type(o);
	if (kind == GIT_OBJECT_COMMIT)
		return push_commit(w, (git_commit *)o, err);
	if (kind == GIT_OBJECT_TREE)
		return push_tree(w, (git_tree *)o, err);
	if (kind == GIT_OBJECT_TAG)
		return push(w, git_tag_target_id((git_tag *)o),
			    git_tag_target_type((git_tag *)o), err);
	return 0;
}

static int walk_all(struct walk *w, int64_t deadline_ms, struct err *err)
{
	for (size_t i = 0; w->count > 0; i++) {
		struct step next = w->todo[--w->count];

		if (deadline_ms && i % CLOCK_EVERY == 0 &&
		    clock_monotonic_ms() >= deadline_ms)
			return err_set(err, ERR_NET,
				       "the pack was not checked in time");
		if (visit(w, &next, err) < 0)
			return err->code;
	}
	return 0;
}

int repo_check_complete(struct repo *r, const struct oid *tips, size_t count,
			const struct oid *known, size_t known_count,
			int64_t deadline_ms, struct err *err)
{
	AUTO(walk_releasep) struct walk w = { .repo = r->raw };
	int rc = git_repository_odb(&w.odb, r->raw);

	if (rc < 0)
		return git_failed(rc, "open", repo_git_dir(r), err);
	for (size_t i = 0; i < known_count; i++) {
		if (see(&w, known[i].id, err) < 0)
			return err->code;
	}
	for (size_t i = 0; i < count; i++) {
		git_oid id;

		memcpy(id.id, tips[i].id, sizeof(id.id));
		if (push(&w, &id, GIT_OBJECT_ANY, err) < 0)
			return err->code;
	}
	return walk_all(&w, deadline_ms, err);
}
