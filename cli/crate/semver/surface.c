#include "crate/semver/surface.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "crate/rustdoc/doc.h"
#include "crate/semver/alias.h"
#include "crate/semver/scope.h"

struct surface {
	struct rustdoc *doc;
	struct scopes scopes;
	struct arena arena;
	struct surface_path **paths;
	size_t count;
	size_t cap;
	size_t bytes;
	struct map by_path;
	struct map by_id;
};

/* The walk's place: a module and how it was reached. */
struct walk {
	struct surface *s;
	struct strbuf path;
	unsigned depth;
	struct err *err;
};

static int fail_limit(struct err *err)
{
	return err_set(err, ERR_LIMIT,
		       "more than %d public paths, or %d MiB of them",
		       SURFACE_PATHS_MAX, SURFACE_BYTES_MAX >> 20);
}

/* ---- adding */

/* The same item at the same path again: perhaps by a better way. */
static bool is_known(struct surface *s, const char *path, uint32_t id,
		     const struct rustdoc_item *item, bool is_api)
{
	struct surface_path *p = map_get(&s->by_path, path);

	for (; p; p = (struct surface_path *)(uintptr_t)p->next_here) {
		if (p->id == id && p->item == item) {
			p->is_api |= is_api;
			return true;
		}
	}
	return false;
}

/* Put P behind the last of its path, and of its item. */
static int link_path(struct surface *s, struct surface_path *p)
{
	struct surface_path *last = map_get(&s->by_path, p->path);

	if (last) {
		p->next_here = last->next_here;
		last->next_here = p;
	} else if (map_put(&s->by_path, p->path, p) < 0) {
		return -1;
	}
	last = map_get_n(&s->by_id, (const char *)&p->id, sizeof(p->id));
	if (last) {
		p->next_way = last->next_way;
		last->next_way = p;
	} else if (map_put_n(&s->by_id, (const char *)&p->id, sizeof(p->id),
			     p) < 0) {
		return -1;
	}
	return 0;
}

static int add_path(struct walk *w, const struct rustdoc_item *item,
		    uint32_t id, scope_ways ways)
{
	struct surface *s = w->s;
	struct surface_path *p, **grown;

	if (strbuf_check(&w->path, w->err) < 0)
		return (int)w->err->code;
	if (is_known(s, strbuf_str(&w->path), id, item, ways_are_api(ways)))
		return 0;
	s->bytes += w->path.len;
	if (s->count >= SURFACE_PATHS_MAX || s->bytes > SURFACE_BYTES_MAX)
		return fail_limit(w->err);
	grown = vec_grow(s->paths, &s->cap, s->count + 1, sizeof(*grown));
	if (grown)
		s->paths = grown;
	p = grown ? arena_alloc(&s->arena, sizeof(*p)) : NULL;
	if (!p)
		return err_nomem(w->err);
	p->path = arena_strdup(&s->arena, strbuf_str(&w->path));
	p->item = item;
	p->id = id;
	p->is_api = ways_are_api(ways);
	if (!p->path || link_path(s, p) < 0)
		return err_nomem(w->err);
	s->paths[s->count++] = p;
	return 0;
}

/* ---- the walk */

static scope_ways through_item(scope_ways ways, const struct rustdoc_item *item)
{
	return ways_through(ways, item->attrs.hidden, item->deprecated);
}

/* The targets of an alias have its path too, as far as it re-exports them. */
static int add_alias_targets(struct walk *w, const struct rustdoc_item *alias,
			     scope_ways ways)
{
	const struct rustdoc_item *it = alias;

	for (unsigned i = 0; i < SURFACE_ALIASES_MAX; i++) {
		if (it->kind != RUSTDOC_TYPE_ALIAS)
			break;
		it = alias_target(w->s->doc, it);
		if (!it)
			break;
		ways = through_item(ways, it);
		if (it->kind != RUSTDOC_TYPE_ALIAS &&
		    add_path(w, it, it->id, ways) < 0)
			return (int)w->err->code;
	}
	return 0;
}

static int walk_scope(struct walk *w, struct scope *in, scope_ways ways);

static int walk_name(struct walk *w, const struct scope_name *n,
		     scope_ways ways)
{
	struct scope *inner;

	ways = ways_joined(ways, n->ways);
	if (n->item)
		ways = through_item(ways, n->item);
	if (add_path(w, n->item, n->id, ways) < 0)
		return (int)w->err->code;
	if (!n->item)
		return 0;
	if (n->item->kind == RUSTDOC_TYPE_ALIAS)
		return add_alias_targets(w, n->item, ways);
	if (n->item->kind != RUSTDOC_MODULE)
		return 0;
	inner = scopes_find(&w->s->scopes, n->item->id);
	if (!inner || inner->on_stack)
		return 0;
	return walk_scope(w, inner, ways);
}

/* A struct is listed as a type, not once more as its constructor. */
static bool is_constructor(const struct scope_name *n)
{
	return n->space == SPACE_VALUE && n->item &&
	       (n->item->kind == RUSTDOC_STRUCT ||
		n->item->kind == RUSTDOC_VARIANT);
}

/* Each module is entered once a path, and no path is longer than the limit. */
static int walk_scope(struct walk *w, struct scope *in, scope_ways ways)
{
	size_t len = w->path.len;
	int rc = 0;

	if (++w->depth > SCOPE_DEPTH_MAX)
		return err_set(w->err, ERR_LIMIT,
			       "public modules nest more than %d deep",
			       SCOPE_DEPTH_MAX);
	in->on_stack = true;
	for (const struct scope_name *n = in->first; n && rc == 0;
	     n = n->next) {
		if (n->within || n->is_cancelled || is_constructor(n))
			continue;
		strbuf_adds(&w->path, "::");
		strbuf_adds(&w->path, n->name);
		rc = walk_name(w, n, ways);
		strbuf_truncate(&w->path, len);
	}
	in->on_stack = false;
	w->depth--;
	return rc;
}

static int walk_root(struct surface *s, struct err *err)
{
	struct walk w = { .s = s, .err = err };
	struct scope *root = s->scopes.root;
	scope_ways ways = through_item(ways_plain(), root->item);
	int rc;

	strbuf_adds(&w.path, root->item->name);
	rc = add_path(&w, root->item, root->item->id, ways);
	if (rc == 0)
		rc = walk_scope(&w, root, ways);
	strbuf_release(&w.path);
	return rc;
}

int surface_build(struct rustdoc *doc, struct surface **out, struct err *err)
{
	AUTO(surface_freep) struct surface *s = calloc(1, sizeof(*s));

	if (!s)
		return err_nomem(err);
	s->doc = doc;
	if (scopes_resolve(&s->scopes, doc, err) < 0 || walk_root(s, err) < 0)
		return (int)err->code;
	*out = s;
	s = NULL;
	return 0;
}

void surface_free(struct surface *s)
{
	if (!s)
		return;
	scopes_release(&s->scopes);
	free(s->paths);
	map_release(&s->by_path);
	map_release(&s->by_id);
	arena_release(&s->arena);
	free(s);
}

/* ---- answers */

size_t surface_count(const struct surface *s)
{
	return s->count;
}

const struct surface_path *surface_at(const struct surface *s, size_t n)
{
	return s->paths[n];
}

const struct surface_path *surface_find(const struct surface *s,
					const char *path)
{
	return map_get(&s->by_path, path);
}

bool surface_is_abroad(const struct surface *s, const char *path)
{
	const struct surface_path *at;

	for (size_t len = strlen(path); len > 0; len--) {
		if (path[len] != '\0' && path[len] != ':')
			continue;
		at = map_get_n(&s->by_path, path, len);
		for (; at; at = at->next_here)
			if (!at->item)
				return true;
	}
	return false;
}

const struct surface_path *surface_of(const struct surface *s, uint32_t id)
{
	return map_get_n(&s->by_id, (const char *)&id, sizeof(id));
}

bool surface_is_api(const struct surface *s, uint32_t id)
{
	const struct surface_path *p = surface_of(s, id);

	while (p && !p->is_api)
		p = p->next_way;
	return p != NULL;
}

const struct rustdoc_item *surface_macro(const struct surface *s,
					 const char *name)
{
	return map_get(&s->scopes.macros, name);
}

const char *surface_constant(const struct surface *s, const char *name)
{
	const struct rustdoc_item *item = map_get(&s->scopes.constants, name);

	return item && rustdoc_has_private(s->doc) &&
			       !map_get(&s->scopes.ambiguous, name)
		       ? item->as.constant.value
		       : NULL;
}

bool surface_constants_stay(const struct surface *old,
			    const struct surface *new)
{
	const struct map *names = &old->scopes.constants;

	for (size_t i = 0; i < names->cap; i++) {
		const char *name = names->slots[i].key, *was, *is;

		if (!name)
			continue;
		was = surface_constant(old, name);
		is = surface_constant(new, name);
		if (was && is && strcmp(was, is) != 0)
			return false;
	}
	return true;
}
