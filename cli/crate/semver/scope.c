#include "crate/semver/scope.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/vec.h"
#include "crate/rustdoc/doc.h"

/* ---- ways */

enum {
	WAY_HIDDEN = 1,
	WAY_DEPRECATED = 2,
	WAY_COUNT = 4
};

scope_ways ways_plain(void)
{
	return 1;
}

scope_ways ways_through(scope_ways set, bool hidden, bool deprecated)
{
	unsigned added =
		(hidden ? WAY_HIDDEN : 0u) | (deprecated ? WAY_DEPRECATED : 0u);
	unsigned out = 0;

	for (unsigned way = 0; way < WAY_COUNT; way++)
		if (set >> way & 1)
			out |= 1u << (way | added);
	return (scope_ways)out;
}

scope_ways ways_joined(scope_ways set, scope_ways more)
{
	unsigned out = 0;

	for (unsigned way = 0; way < WAY_COUNT; way++)
		if (more >> way & 1)
			out |= ways_through(set, way & WAY_HIDDEN,
					    way & WAY_DEPRECATED);
	return (scope_ways)out;
}

bool ways_are_api(scope_ways set)
{
	return (set & ~(1u << WAY_HIDDEN)) != 0;
}

/* ---- visibility */

/* A scope, or NULL for everywhere. */
static bool is_inside(const struct scope *s, const struct scope *outer)
{
	while (s && s != outer)
		s = s->parent;
	return s != NULL;
}

static bool is_visible(const struct scope *within, const struct scope *from)
{
	return !within || is_inside(from, within);
}

static const struct scope *narrower(const struct scope *a,
				    const struct scope *b)
{
	if (!a || !b)
		return a ? a : b;
	return is_inside(a, b) ? a : b;
}

static const struct scope *wider(const struct scope *a, const struct scope *b)
{
	return narrower(a, b) == a ? b : a;
}

struct scope *scopes_find(const struct scopes *s, uint32_t id)
{
	return map_get_n(&s->by_id, (const char *)&id, sizeof(id));
}

static const struct scope *item_within(const struct scopes *s,
				       const struct rustdoc_item *item)
{
	const struct scope *in;

	if (item->visibility != RUSTDOC_RESTRICTED)
		return NULL;
	in = item->visible_in == RUSTDOC_NO_ID
		     ? NULL
		     : scopes_find(s, item->visible_in);
	return in ? in : s->root;
}

/* Where a constructor can be called: its least visible field decides. */
static const struct scope *constructor_within(const struct scopes *s,
					      const struct rustdoc_item *item)
{
	const struct rustdoc_fields *f = &item->as.type.fields;
	const struct scope *within = item_within(s, item);

	if (item->attrs.non_exhaustive)
		within = narrower(within, s->root);
	for (uint32_t i = 0; i < f->ids.count; i++) {
		const struct rustdoc_item *field =
			rustdoc_item(s->doc, f->ids.at[i]);

		/* a field that was left out is private, or hidden */
		if (field)
			within = narrower(within, item_within(s, field));
	}
	return within;
}

/* ---- names */

static int no_memory(struct err *err)
{
	return err->code ? (int)err->code : err_nomem(err);
}

static int enqueue(struct scopes *s, struct scope_name *n, struct err *err)
{
	struct scope_name **grown;

	if (n->is_queued)
		return 0;
	grown = vec_grow(s->queue, &s->queue_cap, s->queued + 1,
			 sizeof(*grown));
	if (!grown)
		return no_memory(err);
	s->queue = grown;
	s->queue[s->queued++] = n;
	n->is_queued = true;
	return 0;
}

static struct scope_name *find_name(const struct scope *in,
				    enum scope_space space, const char *name)
{
	return map_get(&in->names[space], name);
}

/* A copy of MODEL among the names of its owner. */
static int add_name(struct scopes *s, const struct scope_name *model,
		    struct err *err)
{
	struct scope *owner = model->owner;
	struct scope_name *n = arena_alloc(&s->arena, sizeof(*n));

	if (!n)
		return no_memory(err);
	*n = *model;
	if (map_put(&owner->names[n->space], n->name, n) < 0)
		return no_memory(err);
	if (owner->last)
		owner->last->next = n;
	else
		owner->first = n;
	owner->last = n;
	return enqueue(s, n, err);
}

/* What is written in a module.  The more visible of two wins. */
static int define(struct scopes *s, const struct scope_name *model,
		  struct err *err)
{
	struct scope_name *old =
		find_name(model->owner, model->space, model->name);
	struct scope_name *next;

	if (strcmp(model->name, "_") == 0)
		return 0;
	if (!old)
		return add_name(s, model, err);
	if (old->within && !model->within) {
		next = old->next;
		*old = *model;
		old->next = next;
	}
	return 0;
}

static enum scope_space kind_space(enum rustdoc_kind kind)
{
	switch (kind) {
	case RUSTDOC_FUNCTION:
	case RUSTDOC_CONSTANT:
	case RUSTDOC_STATIC:
		return SPACE_VALUE;
	case RUSTDOC_MACRO:
	case RUSTDOC_PROC_MACRO:
		return SPACE_MACRO;
	default:
		return SPACE_TYPE;
	}
}

/* The second name of a tuple or unit struct or variant. */
static int define_constructor(struct scopes *s, struct scope_name *n,
			      struct err *err)
{
	const struct rustdoc_item *it = n->item;
	const struct scope *within = NULL;

	if (it->kind == RUSTDOC_STRUCT) {
		if (it->as.type.fields.shape == RUSTDOC_PLAIN)
			return 0;
		within = constructor_within(s, it);
	} else if (it->kind == RUSTDOC_VARIANT) {
		if (it->as.variant.fields.shape == RUSTDOC_PLAIN)
			return 0;
		within = it->attrs.non_exhaustive ? s->root : NULL;
	} else {
		return 0;
	}
	if (!is_visible(within, n->owner))
		return 0; /* an import does not bring it */
	n->space = SPACE_VALUE;
	n->within = narrower(n->within, within);
	return define(s, n, err);
}

/* ITEM under NAME in OWNER, in each space it is in. */
static int define_item(struct scopes *s, struct scope_name *n, struct err *err)
{
	n->space = kind_space(n->item->kind);
	if (define(s, n, err) < 0)
		return (int)err->code;
	return define_constructor(s, n, err);
}

/* ---- imports */

static enum scope_space foreign_space(const char *kind)
{
	static const char *const values[] = { "function", "constant",
					      "static" };
	static const char *const macros[] = { "macro", "proc_attribute",
					      "proc_derive" };

	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		if (strcmp(kind, values[i]) == 0)
			return SPACE_VALUE;
	for (size_t i = 0; i < ARRAY_LEN(macros); i++)
		if (strcmp(kind, macros[i]) == 0)
			return SPACE_MACRO;
	return SPACE_TYPE;
}

/* What an import leads to in the end, the imports on the way in WAYS. */
static const struct rustdoc_item *follow_import(struct rustdoc *doc,
						const struct rustdoc_item *use,
						uint32_t *id, scope_ways *ways)
{
	const struct rustdoc_item *it = use;

	for (unsigned hops = 0; hops < SCOPE_HOPS_MAX; hops++) {
		*ways = ways_through(*ways, it->attrs.hidden, it->deprecated);
		*id = it->as.use.id;
		it = rustdoc_item(doc, *id);
		if (!it || it->kind != RUSTDOC_USE || it->as.use.is_glob)
			return it;
	}
	return NULL;
}

static int define_import(struct scopes *s, struct scope *owner,
			 const struct rustdoc_item *use, struct err *err)
{
	struct scope_name n = { .name = use->as.use.name,
				.owner = owner,
				.within = item_within(s, use),
				.ways = ways_plain() };
	const char *path, *kind;

	n.item = follow_import(s->doc, use, &n.id, &n.ways);
	if (n.item)
		return define_item(s, &n, err);
	if (rustdoc_path(s->doc, n.id, &path, &kind))
		n.space = foreign_space(kind);
	return define(s, &n, err);
}

static int add_importer(struct scopes *s, struct scope *from, struct scope *to,
			const struct rustdoc_item *use, struct err *err)
{
	struct scope_importer *i = arena_alloc(&s->arena, sizeof(*i));

	if (!i)
		return no_memory(err);
	*i = (struct scope_importer){ .to = to,
				      .within = item_within(s, use),
				      .hidden = use->attrs.hidden,
				      .deprecated = use->deprecated,
				      .next = from->importers };
	from->importers = i;
	return 0;
}

static struct scope *add_scope(struct scopes *s,
			       const struct rustdoc_item *item,
			       struct scope *parent, struct err *err)
{
	struct scope *made = scopes_find(s, item->id);

	if (made)
		return made;
	if (parent && parent->depth + 1 >= SCOPE_DEPTH_MAX) {
		err_set(err, ERR_LIMIT, "modules nest more than %d deep",
			SCOPE_DEPTH_MAX);
		return NULL;
	}
	made = arena_alloc(&s->arena, sizeof(*made));
	if (!made) {
		no_memory(err);
		return NULL;
	}
	*made = (struct scope){ .id = item->id,
				.item = item,
				.parent = parent,
				.depth = parent ? parent->depth + 1 : 0 };
	if (map_put_n(&s->by_id, (const char *)&made->id, sizeof(made->id),
		      made) < 0) {
		no_memory(err);
		return NULL;
	}
	if (s->last)
		s->last->next = made;
	else
		s->root = made;
	s->last = made;
	return made;
}

/* The variants of an enum, for the globs that import them. */
static struct scope *add_enum(struct scopes *s, const struct rustdoc_item *item,
			      struct err *err)
{
	const struct rustdoc_ids *ids = &item->as.enumeration.variants;
	struct scope *made = scopes_find(s, item->id);

	if (made)
		return made;
	made = add_scope(s, item, s->root, err);
	for (uint32_t i = 0; made && i < ids->count; i++) {
		struct scope_name n = { .owner = made,
					.within = item_within(s, item),
					.ways = ways_plain() };

		n.item = rustdoc_item_of(s->doc, ids->at[i], RUSTDOC_VARIANT);
		if (!n.item)
			continue;
		n.id = n.item->id;
		n.name = n.item->name;
		if (define_item(s, &n, err) < 0)
			return NULL;
	}
	return made;
}

static int define_glob(struct scopes *s, struct scope *owner,
		       const struct rustdoc_item *use, struct err *err)
{
	const struct rustdoc_item *target =
		rustdoc_item(s->doc, use->as.use.id);
	struct scope *from;

	if (!target)
		return 0; /* of another crate: nobody knows what it brings */
	if (target->kind == RUSTDOC_ENUM)
		from = add_enum(s, target, err);
	else
		from = scopes_find(s, target->id);
	if (err->code)
		return (int)err->code;
	if (!from || from == owner)
		return 0;
	return add_importer(s, from, owner, use, err);
}

/* ---- collecting */

static int keep_macro(struct scopes *s, const struct rustdoc_item *item,
		      struct err *err)
{
	const struct rustdoc_item *old = map_get(&s->macros, item->name);

	if (old && old->attrs.macro_export)
		return 0;
	if (map_put(&s->macros, item->name, (void *)(uintptr_t)item) < 0)
		return no_memory(err);
	return 0;
}

static int keep_constant(struct scopes *s, const struct rustdoc_item *item,
			 struct err *err)
{
	const struct rustdoc_item *old;
	const char *value = item->as.constant.value;
	struct map *to = &s->constants;

	if (!item->name)
		return 0;
	old = map_get(to, item->name);
	if (old) {
		if (value && old->as.constant.value &&
		    strcmp(value, old->as.constant.value) == 0)
			return 0;
		to = &s->ambiguous;
	}
	if (map_put(to, item->name, (void *)(uintptr_t)item) < 0)
		return no_memory(err);
	return 0;
}

/* First all modules, so that visibilities and globs find them. */
static int collect_modules(struct scopes *s, struct err *err)
{
	for (struct scope *in = s->root; in; in = in->next) {
		const struct rustdoc_ids *ids = &in->item->as.module.items;

		for (uint32_t i = 0; i < ids->count; i++) {
			const struct rustdoc_item *it =
				rustdoc_item(s->doc, ids->at[i]);

			if (it && it->kind == RUSTDOC_MODULE &&
			    !add_scope(s, it, in, err))
				return (int)err->code;
			if (it && it->kind == RUSTDOC_MACRO &&
			    keep_macro(s, it, err) < 0)
				return (int)err->code;
			if (it && it->kind == RUSTDOC_CONSTANT &&
			    keep_constant(s, it, err) < 0)
				return (int)err->code;
		}
	}
	return 0;
}

/* A macro_rules that is not exported has no path. */
static bool has_no_path(const struct rustdoc_item *item)
{
	return item->kind == RUSTDOC_OTHER || item->kind == RUSTDOC_IMPL ||
	       (item->kind == RUSTDOC_MACRO &&
		item->visibility == RUSTDOC_RESTRICTED);
}

static int define_member(struct scopes *s, struct scope *in,
			 const struct rustdoc_item *it, struct err *err)
{
	struct scope_name n = { .name = it->name,
				.owner = in,
				.item = it,
				.id = it->id,
				.within = item_within(s, it),
				.ways = ways_plain() };

	if (has_no_path(it))
		return 0;
	if (it->kind == RUSTDOC_USE)
		return it->as.use.is_glob ? define_glob(s, in, it, err)
					  : define_import(s, in, it, err);
	if (it->kind == RUSTDOC_EXTERN_CRATE) {
		n.name = it->as.extern_crate.name;
		n.item = NULL;
		n.id = RUSTDOC_NO_ID;
		return define(s, &n, err);
	}
	return define_item(s, &n, err);
}

static int define_members(struct scopes *s, struct err *err)
{
	for (struct scope *in = s->root; in; in = in->next) {
		const struct rustdoc_ids *ids = &in->item->as.module.items;

		if (in->item->kind != RUSTDOC_MODULE)
			continue; /* an enum that a glob brought in */
		for (uint32_t i = 0; i < ids->count; i++) {
			const struct rustdoc_item *it =
				rustdoc_item(s->doc, ids->at[i]);

			if (it && define_member(s, in, it, err) < 0)
				return (int)err->code;
		}
	}
	return 0;
}

/* ---- globs */

/* Merge what a glob brings into what is there: only ever more. */
static bool merge(struct scope_name *old, const struct scope_name *new)
{
	const struct scope *within = wider(old->within, new->within);
	scope_ways ways = old->ways | new->ways;
	bool cancelled = old->is_cancelled || new->is_cancelled ||
			 old->id != new->id || old->item != new->item;
	bool changed = within != old->within || ways != old->ways ||
		       cancelled != old->is_cancelled;

	old->within = within;
	old->ways = ways;
	old->is_cancelled = cancelled;
	return changed;
}

static int carry(struct scopes *s, const struct scope_name *n,
		 const struct scope_importer *i, struct err *err)
{
	struct scope_name brought = *n, *old;

	if (++s->steps > SCOPE_STEPS_MAX)
		return err_set(err, ERR_LIMIT,
			       "its glob imports carry more than %d names",
			       SCOPE_STEPS_MAX);
	if (!is_visible(n->within, i->to))
		return 0;
	brought.owner = i->to;
	brought.within = narrower(n->within, i->within);
	brought.ways = ways_through(n->ways, i->hidden, i->deprecated);
	brought.is_glob = true;
	brought.is_queued = false;
	brought.next = NULL;
	old = find_name(i->to, n->space, n->name);
	if (!old)
		return add_name(s, &brought, err);
	if (old->is_glob && merge(old, &brought))
		return enqueue(s, old, err);
	return 0;
}

/* Until no glob brings anything new. */
static int run_globs(struct scopes *s, struct err *err)
{
	while (s->queued > 0) {
		struct scope_name *n = s->queue[--s->queued];

		n->is_queued = false;
		for (const struct scope_importer *i = n->owner->importers; i;
		     i = i->next)
			if (carry(s, n, i, err) < 0)
				return (int)err->code;
	}
	return 0;
}

int scopes_resolve(struct scopes *out, struct rustdoc *doc, struct err *err)
{
	out->doc = doc;
	if (!add_scope(out, rustdoc_root(doc), NULL, err) ||
	    collect_modules(out, err) < 0 || define_members(out, err) < 0)
		return (int)err->code;
	return run_globs(out, err);
}

void scopes_release(struct scopes *s)
{
	if (!s)
		return;
	for (struct scope *in = s->root; in; in = in->next)
		for (unsigned i = 0; i < SPACE_COUNT; i++)
			map_release(&in->names[i]);
	map_release(&s->by_id);
	map_release(&s->macros);
	map_release(&s->constants);
	map_release(&s->ambiguous);
	free(s->queue);
	arena_release(&s->arena);
	*s = (struct scopes){ 0 };
}
