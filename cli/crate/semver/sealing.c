#include "crate/semver/sealing.h"

#include <string.h>

#include "base/err.h"
#include "crate/rustdoc/doc.h"
#include "crate/rustdoc/type.h"
#include "crate/semver/surface.h"

/* Traits that something rests on. */
struct node_list {
	struct node_link *first;
};

struct node_link {
	struct node *node;
	struct node_link *next;
};

/* A blanket impl, and what it asks of the type. */
struct blanket {
	struct node_list bounds;
	struct blanket *next;
};

struct node {
	uint32_t id;
	const struct rustdoc_item *trait;
	enum sealing_state state; /* grows until it is settled */
	bool is_settled;
	struct node_list supers;
	struct blanket *blankets;
	struct node *older; /* in the order of discovery, newest first */
};

/* One question: the traits that it has to look at. */
struct closure {
	struct sealing *s;
	struct node *newest;
};

void sealing_init(struct sealing *s, struct rustdoc *doc,
		  const struct surface *surface)
{
	*s = (struct sealing){ .doc = doc, .surface = surface };
}

void sealing_release(struct sealing *s)
{
	if (!s)
		return;
	map_release(&s->by_id);
	arena_release(&s->arena);
	*s = (struct sealing){ 0 };
}

int sealing_check(const struct sealing *s, struct err *err)
{
	if (s->is_out_of_memory)
		return err_nomem(err);
	if (s->steps > SEALING_STEPS_MAX)
		return err_set(err, ERR_LIMIT,
			       "its traits rest on each other in more than "
			       "%d steps",
			       SEALING_STEPS_MAX);
	return 0;
}

static enum sealing_state worse(enum sealing_state a, enum sealing_state b)
{
	return a > b ? a : b;
}

/* ---- what a trait says itself */

static enum sealing_state reach(struct sealing *s, uint32_t id)
{
	if (!surface_of(s->surface, id))
		return SEALING_COMPLETE;
	return surface_is_api(s->surface, id) ? SEALING_NONE : SEALING_API;
}

/* Can the type be written down?  Only its head is looked at. */
static enum sealing_state type_state(struct sealing *s, struct rustdoc_span at)
{
	struct rustdoc_type t;
	const struct rustdoc_item *it;

	for (unsigned i = 0; i < SEALING_ALIASES_MAX; i++) {
		if (!rustdoc_type_read(s->doc, at, &t) ||
		    t.kind != RUSTDOC_TYPE_PATH)
			return SEALING_NONE;
		it = rustdoc_item(s->doc, t.id);
		if (!it || it->crate_id != 0)
			return SEALING_NONE;
		if (it->kind != RUSTDOC_TYPE_ALIAS)
			return reach(s, it->id);
		at = it->as.alias.type;
	}
	return SEALING_NONE;
}

static enum sealing_state signature_state(struct sealing *s,
					  const struct rustdoc_function *f)
{
	enum sealing_state state = type_state(s, f->output);

	for (uint32_t i = 0; i < f->param_count; i++)
		state = worse(state, type_state(s, f->params[i].type));
	return state;
}

static enum sealing_state item_state(struct sealing *s,
				     const struct rustdoc_item *it)
{
	enum sealing_state state = SEALING_NONE;

	switch (it->kind) {
	case RUSTDOC_FUNCTION:
		if (it->as.function.has_body)
			return SEALING_NONE;
		state = signature_state(s, &it->as.function);
		break;
	case RUSTDOC_ASSOC_CONST:
		if (it->as.constant.value)
			return SEALING_NONE;
		state = type_state(s, it->as.constant.type);
		break;
	case RUSTDOC_ASSOC_TYPE:
		if (it->as.assoc_type.type.size > 0)
			return SEALING_NONE;
		break;
	default:
		return SEALING_NONE;
	}
	if (it->attrs.hidden && !it->deprecated)
		state = worse(state, SEALING_API);
	return state;
}

static enum sealing_state own_state(struct sealing *s,
				    const struct rustdoc_item *trait)
{
	const struct rustdoc_ids *ids = &trait->as.trait.items;
	enum sealing_state state = reach(s, trait->id);

	for (uint32_t i = 0; i < ids->count; i++) {
		const struct rustdoc_item *it;

		if (rustdoc_has_body(s->doc, ids->at[i]))
			continue; /* as item_state() would say */
		it = rustdoc_item(s->doc, ids->at[i]);
		if (it)
			state = worse(state, item_state(s, it));
	}
	return state;
}

/* ---- what it rests on */

static struct node *node_for(struct closure *c, uint32_t id)
{
	struct sealing *s = c->s;
	const struct rustdoc_item *trait =
		rustdoc_item_of(s->doc, id, RUSTDOC_TRAIT);
	struct node *n;

	if (!trait || trait->crate_id != 0)
		return NULL; /* of another crate: taken as open */
	n = map_get_n(&s->by_id, (const char *)&id, sizeof(id));
	if (n)
		return n;
	n = arena_alloc(&s->arena, sizeof(*n));
	if (!n) {
		s->is_out_of_memory = true;
		return NULL;
	}
	n->id = id;
	n->trait = trait;
	n->state = own_state(s, trait);
	n->older = c->newest;
	c->newest = n;
	if (map_put_n(&s->by_id, (const char *)&n->id, sizeof(n->id), n) < 0)
		s->is_out_of_memory = true;
	return n;
}

static void link_node(struct closure *c, struct node_list *list,
		      struct node *node)
{
	struct node_link *l;

	if (!node)
		return;
	l = arena_alloc(&c->s->arena, sizeof(*l));
	if (!l) {
		c->s->is_out_of_memory = true;
		return;
	}
	*l = (struct node_link){ node, list->first };
	list->first = l;
}

static void link_bounds(struct closure *c, struct node_list *list,
			struct rustdoc_span at, struct arena *scratch)
{
	struct rustdoc_bounds bounds;

	if (!rustdoc_bounds_read(c->s->doc, at, scratch, &bounds))
		return;
	for (size_t i = 0; i < bounds.count; i++)
		if (!bounds.at[i].is_maybe)
			link_node(c, list, node_for(c, bounds.at[i].trait_id));
}

/* The bounds that a where clause puts on the generic NAME. */
static void link_where(struct closure *c, struct node_list *list,
		       struct rustdoc_span where, const struct scan_text *name,
		       struct arena *scratch)
{
	struct rustdoc_wheres preds;
	struct rustdoc_type t;

	if (!rustdoc_where_read(c->s->doc, where, scratch, &preds))
		return;
	for (size_t i = 0; i < preds.count; i++) {
		if (preds.at[i].type.size == 0 ||
		    !rustdoc_type_read(c->s->doc, preds.at[i].type, &t))
			continue;
		if (t.kind == RUSTDOC_TYPE_GENERIC && text_same(&t.name, name))
			link_bounds(c, list, preds.at[i].bounds, scratch);
	}
}

static void link_supers(struct closure *c, struct node *n,
			struct arena *scratch)
{
	static const struct scan_text self = { "Self", 4 };
	struct rustdoc_generics g;

	link_bounds(c, &n->supers, n->trait->as.trait.bounds, scratch);
	if (rustdoc_generics_read(c->s->doc, n->trait->generics, scratch, &g))
		link_where(c, &n->supers, g.where, &self, scratch);
}

/* impl<T> .. for T, for &T, for &mut T: the T, else false. */
static bool blanket_param(struct rustdoc *doc, const struct rustdoc_impl *impl,
			  struct rustdoc_type *t)
{
	if (impl->is_negative || !rustdoc_type_read(doc, impl->target, t))
		return false;
	for (unsigned i = 0; t->kind == RUSTDOC_TYPE_REF; i++)
		if (i == 8 || !rustdoc_type_read(doc, t->inner, t))
			return false;
	return t->kind == RUSTDOC_TYPE_GENERIC;
}

static void add_blanket(struct closure *c, struct node *n,
			const struct rustdoc_item *impl, struct arena *scratch)
{
	struct rustdoc_generics g;
	struct rustdoc_type param;
	struct blanket *b;

	if (!blanket_param(c->s->doc, &impl->as.impl, &param) ||
	    !rustdoc_generics_read(c->s->doc, impl->generics, scratch, &g))
		return;
	b = arena_alloc(&c->s->arena, sizeof(*b));
	if (!b) {
		c->s->is_out_of_memory = true;
		return;
	}
	for (size_t i = 0; i < g.count; i++)
		if (g.at[i].kind == RUSTDOC_GENERIC_TYPE &&
		    text_same(&g.at[i].name, &param.name))
			link_bounds(c, &b->bounds, g.at[i].bounds, scratch);
	link_where(c, &b->bounds, g.where, &param.name, scratch);
	b->next = n->blankets;
	n->blankets = b;
}

static void link_all(struct closure *c, struct node *n)
{
	AUTO(arena_releasep) struct arena scratch = { 0 };
	const struct rustdoc_ids *ids = &n->trait->as.trait.impls;

	link_supers(c, n, &scratch);
	if (n->state == SEALING_NONE && !n->supers.first)
		return; /* open for good: nobody asks for its blankets */
	for (uint32_t i = 0; i < ids->count; i++) {
		const struct rustdoc_item *impl =
			rustdoc_item_of(c->s->doc, ids->at[i], RUSTDOC_IMPL);

		if (impl)
			add_blanket(c, n, impl, &scratch);
	}
}

/* ---- the answer */

static enum sealing_state worst_of(struct sealing *s,
				   const struct node_list *list)
{
	enum sealing_state state = SEALING_NONE;

	for (const struct node_link *l = list->first; l; l = l->next) {
		state = worse(state, l->node->state);
		s->steps++;
	}
	return state;
}

/* What it takes to have N: implement it, or meet a blanket impl's bounds. */
static enum sealing_state to_have(struct sealing *s, const struct node *n)
{
	enum sealing_state best = n->state;

	for (const struct blanket *b = n->blankets; b && best > SEALING_NONE;
	     b = b->next) {
		enum sealing_state state = worst_of(s, &b->bounds);

		s->steps++;
		if (state < best)
			best = state;
	}
	return best;
}

/* States only grow, so that traits which need each other stay open. */
static bool settle_once(struct closure *c)
{
	bool changed = false;

	for (struct node *n = c->newest; n; n = n->older) {
		enum sealing_state state = n->state;

		for (const struct node_link *l = n->supers.first; l;
		     l = l->next)
			state = worse(state, to_have(c->s, l->node));
		c->s->steps++;
		changed |= state != n->state;
		n->state = state;
	}
	return changed;
}

enum sealing_state sealing_of(struct sealing *s,
			      const struct rustdoc_item *trait)
{
	struct closure c = { .s = s };
	struct node *n = node_for(&c, trait->id), *done = NULL;

	if (!n)
		return SEALING_COMPLETE;
	if (n->is_settled)
		return n->state;
	/* new nodes come in front; go on until none is left unlinked */
	while (c.newest != done) {
		struct node *until = done, *from = c.newest;

		for (n = from; n != until; n = n->older)
			link_all(&c, n);
		done = from;
	}
	while (s->steps <= SEALING_STEPS_MAX && settle_once(&c))
		continue;
	for (n = c.newest; n; n = n->older)
		n->is_settled = true;
	n = map_get_n(&s->by_id, (const char *)&trait->id, sizeof(trait->id));
	return n ? n->state : SEALING_COMPLETE;
}
