/* <S as Trait>::Out by the impl that says what it is, if the crate has it. */
#include <string.h>

#include "crate/rustdoc/doc.h"
#include "crate/rustdoc/type.h"
#include "crate/semver/fit.h"
#include "crate/semver/lints.h"
#include "crate/semver/members.h"
#include "crate/semver/term_read.h"

enum {
	PROJECT_IMPLS_MAX = 4096,
	PROJECT_DEPTH = 8 /* of TERM_DEPTH_MAX: few lead to further ones */
};

/* The parameters of an impl, and what they stand for in one projection. */
struct unknowns {
	struct term_params params;
	const struct term **values;
};

static bool is_unknown_in(const struct unknowns *u, const struct term *t,
			  size_t *n)
{
	if (t->kind != TERM_PARAM && t->kind != TERM_LIFETIME &&
	    t->kind != TERM_CONST)
		return false;
	for (*n = 0; *n < u->params.count; ++*n)
		if (strcmp(u->params.at[*n].name, t->name) == 0)
			return true;
	return false;
}

static bool heads_match(const struct term *a, const struct term *b)
{
	if (a->kind != b->kind || a->is_mutable != b->is_mutable ||
	    a->count != b->count)
		return false;
	if (a->kind == TERM_PATH && a->id != RUSTDOC_NO_ID &&
	    b->id != RUSTDOC_NO_ID)
		return a->id == b->id;
	if (a->kind == TERM_DYN)
		return term_same(a, b);
	return !a->name || !b->name || strcmp(a->name, b->name) == 0;
}

/* PATTERN, as the impl has it, covers IS; both are of one document. */
static bool covers(struct unknowns *u, const struct term *pattern,
		   const struct term *is, unsigned depth)
{
	size_t n;

	if (depth > TERM_DEPTH_MAX || pattern->kind == TERM_ANY ||
	    is->kind == TERM_ANY)
		return false;
	if (is_unknown_in(u, pattern, &n)) {
		if (u->values[n])
			return term_same(u->values[n], is);
		u->values[n] = is;
		return true;
	}
	if (pattern->kind == TERM_LIFETIME)
		return is->kind == TERM_LIFETIME;
	if (!heads_match(pattern, is))
		return false;
	for (size_t i = 0; i < pattern->count; i++)
		if (!covers(u, pattern->args[i], is->args[i], depth + 1))
			return false;
	return true;
}

static bool read_unknowns(struct term_builder *b, struct rustdoc_span generics,
			  struct unknowns *u)
{
	struct rustdoc_generics g = { 0 };

	if (generics.size > 0 &&
	    !rustdoc_generics_read(term_doc(b), generics, b->arena, &g))
		return false;
	u->params.at =
		arena_calloc(b->arena, g.count + 1, sizeof(*u->params.at));
	u->values = term_list(b, g.count);
	if (!u->params.at || !u->values) {
		b->is_out_of_memory = true;
		return false;
	}
	u->params.count = g.count;
	for (size_t i = 0; i < g.count; i++)
		u->params.at[i].name = term_word(b, &g.at[i].name);
	return true;
}

/* The type NAME of IMPL; none with parameters of its own. */
static const struct rustdoc_item *type_in(struct term_builder *b,
					  const struct rustdoc_item *impl,
					  const char *name)
{
	for (uint32_t i = 0; i < impl->as.impl.items.count; i++) {
		const struct rustdoc_item *it =
			rustdoc_item_of(term_doc(b), impl->as.impl.items.at[i],
					RUSTDOC_ASSOC_TYPE);
		struct rustdoc_generics g;

		if (!it || !it->name || strcmp(it->name, name) != 0)
			continue;
		if (it->generics.size > 0 &&
		    (!rustdoc_generics_read(term_doc(b), it->generics, b->arena,
					    &g) ||
		     g.count > 0))
			return NULL;
		return it;
	}
	return NULL;
}

/* A builder for what stands elsewhere, at the expense of B. */
static struct term_builder apart(const struct term_builder *b)
{
	struct term_builder inner;

	term_builder_init(&inner, b->side, b->which, b->arena);
	inner.fresh = b->fresh;
	inner.steps = b->steps;
	inner.depth = b->depth + PROJECT_DEPTH;
	return inner;
}

static void settle(struct term_builder *b, const struct term_builder *inner)
{
	b->fresh = inner->fresh;
	b->steps = inner->steps;
	b->is_out_of_memory |= inner->is_out_of_memory;
}

static bool all_known(const struct unknowns *u)
{
	for (size_t i = 0; i < u->params.count; i++)
		if (!u->values[i])
			return false;
	return true;
}

/* What IMPL says of the projection P; NULL: nothing. */
static const struct term *by_impl(struct term_builder *b,
				  const struct rustdoc_item *impl,
				  const struct term *p)
{
	const struct rustdoc_item *type = type_in(b, impl, p->name);
	struct term_builder inner = apart(b);
	struct unknowns u = { 0 };
	struct term_frame frame = { &u.params, NULL };
	const struct term *trait, *found = NULL;

	if (!type)
		return NULL;
	if (!read_unknowns(&inner, impl->generics, &u)) {
		settle(b, &inner);
		return NULL;
	}
	inner.self = term_build(&inner, impl->as.impl.target);
	trait = term_with_self(&inner,
			       term_build_path(&inner, impl->as.impl.trait),
			       inner.self);
	if (covers(&u, inner.self, p->args[0], 0) &&
	    covers(&u, trait,
		   term_with_self(&inner, p->bounds.at[0].trait, p->args[0]),
		   0)) {
		frame.values = u.values;
		inner.self = p->args[0];
		inner.frame = &frame;
		if (all_known(&u))
			found = term_build(&inner, type->as.assoc_type.type);
	}
	settle(b, &inner);
	return found && found->kind != TERM_ANY ? found : NULL;
}

static const struct rustdoc_ids *impls_for(const struct term *p)
{
	const struct term *trait = p->bounds.at[0].trait;

	if (trait->kind != TERM_PATH)
		return NULL;
	if (trait->item)
		return trait->item->kind == RUSTDOC_TRAIT
			       ? &trait->item->as.trait.impls
			       : NULL;
	return p->args[0]->kind == TERM_PATH && p->args[0]->item
		       ? item_impls(p->args[0]->item)
		       : NULL;
}

bool term_is_unresolved(const struct term *t)
{
	if (t->kind != TERM_PROJECTION)
		return false;
	for (unsigned i = 0; t->kind == TERM_PROJECTION && i < TERM_DEPTH_MAX;
	     i++)
		t = t->args[0];
	return t->kind != TERM_PARAM && t->kind != TERM_IMPL;
}

const struct term *term_project(struct term_builder *b, const struct term *p)
{
	const struct term *found = NULL;
	const struct rustdoc_ids *ids;

	if (p->bounds.count == 0 || !term_is_unresolved(p) ||
	    b->depth + PROJECT_DEPTH >= TERM_DEPTH_MAX)
		return p;
	ids = impls_for(p);
	for (uint32_t i = 0; ids && i < ids->count && i < PROJECT_IMPLS_MAX;
	     i++) {
		const struct rustdoc_item *impl =
			rustdoc_item_of(term_doc(b), ids->at[i], RUSTDOC_IMPL);
		const struct term *is;

		if (!impl || impl->as.impl.trait_id == RUSTDOC_NO_ID ||
		    impl->as.impl.is_negative || impl->as.impl.is_synthetic ||
		    impl->as.impl.is_blanket)
			continue;
		if (b->steps++ >= TERM_STEPS_MAX)
			return p;
		is = by_impl(b, impl, p);
		/* two that differ in their bounds alone: which one holds? */
		if (is && found && found != is)
			return p;
		if (is)
			found = is;
	}
	return found ? found : p;
}
