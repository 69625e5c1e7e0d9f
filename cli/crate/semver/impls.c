#include "crate/semver/impls.h"

#include <string.h>

#include "base/strbuf.h"
#include "crate/rustdoc/doc.h"
#include "crate/rustdoc/type.h"
#include "crate/semver/alike.h"
#include "crate/semver/fit.h"
#include "crate/semver/members.h"
#include "crate/semver/std_facts.h"
#include "crate/semver/surface.h"
#include "crate/semver/term.h"
#include "crate/semver/unchanged.h"

/* What stands before the brace of an impl. */
struct header {
	const struct rustdoc_item *impl;
	struct term_builder b;
	struct term_params params;
	struct term_preds preds;
	const struct term *self;
	const struct term *trait;
};

struct search {
	const struct semver_pair *p;
	struct arena *a;
	struct header was;
	const struct rustdoc_item *is; /* the best so far */
	enum impl_change change;
	bool with_found; /* Send and Sync as the compiler finds them */
};

static const struct rustdoc_ids *impls_of(const struct rustdoc_item *it)
{
	return it->kind == RUSTDOC_TRAIT ? &it->as.trait.impls : item_impls(it);
}

static bool is_threads_path(struct rustdoc *d, uint32_t trait)
{
	const char *path, *kind;

	return rustdoc_path(d, trait, &path, &kind) &&
	       (strcmp(path, "core::marker::Send") == 0 ||
		strcmp(path, "core::marker::Sync") == 0);
}

/*
 * An impl that somebody wrote or derived, of a trait; or, WITH_FOUND, what the
 * compiler found a generic type to need to be Send or Sync.
 */
static const struct rustdoc_item *written(struct rustdoc *d, uint32_t id,
					  bool with_found)
{
	enum rustdoc_impl_sort sort = rustdoc_impl_sort(d, id);
	const struct rustdoc_item *impl;

	if (sort == RUSTDOC_IMPL_SYNTHETIC)
		return with_found && is_threads_path(d,
						     rustdoc_impl_trait(d, id))
			       ? rustdoc_item_of(d, id, RUSTDOC_IMPL)
			       : NULL;
	if (sort != RUSTDOC_IMPL_UNKNOWN)
		return NULL;
	impl = rustdoc_item_of(d, id, RUSTDOC_IMPL);
	if (!impl || impl->as.impl.trait_id == RUSTDOC_NO_ID ||
	    impl->as.impl.is_negative || impl->as.impl.is_synthetic ||
	    impl->as.impl.is_blanket)
		return NULL;
	return impl;
}

/* ---- the cheap answer */

static const struct rustdoc_item *type_named(struct rustdoc *d,
					     const struct rustdoc_item *impl,
					     const char *name)
{
	for (uint32_t i = 0; i < impl->as.impl.items.count; i++) {
		const struct rustdoc_item *it = rustdoc_item_of(
			d, impl->as.impl.items.at[i], RUSTDOC_ASSOC_TYPE);

		if (it && it->name && strcmp(it->name, name) == 0)
			return it;
	}
	return NULL;
}

static bool types_alike(const struct semver_pair *p,
			const struct rustdoc_item *was,
			const struct rustdoc_item *is)
{
	for (uint32_t i = 0; i < was->as.impl.items.count; i++) {
		const struct rustdoc_item *a = rustdoc_item_of(
			p->side[SEMVER_OLD]->doc, was->as.impl.items.at[i],
			RUSTDOC_ASSOC_TYPE);
		const struct rustdoc_item *b =
			a && a->name ? type_named(p->side[SEMVER_NEW]->doc, is,
						  a->name)
				     : NULL;

		if (a && (!b || !spans_alike(p, a->as.assoc_type.type,
					     b->as.assoc_type.type)))
			return false;
	}
	return true;
}

static bool is_alike(const struct semver_pair *p,
		     const struct rustdoc_item *was,
		     const struct rustdoc_item *is)
{
	return spans_alike(p, was->as.impl.trait, is->as.impl.trait) &&
	       spans_alike(p, was->as.impl.target, is->as.impl.target) &&
	       spans_alike(p, was->generics, is->generics) &&
	       types_alike(p, was, is);
}

static bool stays_as_it_was(const struct semver_pair *p,
			    const struct rustdoc_item *was, bool with_found)
{
	const struct rustdoc_ids *ids = impls_of(p->item[SEMVER_NEW]);

	for (uint32_t i = 0; ids && i < ids->count; i++) {
		const struct rustdoc_item *is = written(
			p->side[SEMVER_NEW]->doc, ids->at[i], with_found);

		if (is && is_alike(p, was, is))
			return true;
	}
	return false;
}

/* ---- headers */

static void read_header(struct search *s, int side,
			const struct rustdoc_item *impl, struct header *out)
{
	*out = (struct header){ .impl = impl };
	term_builder_init(&out->b, s->p->side[side], side, s->a);
	term_build_generics(&out->b, impl->generics, &out->params, &out->preds);
	out->self = term_build(&out->b, impl->as.impl.target);
	out->b.self = out->self;
	out->trait = term_with_self(
		&out->b, term_build_path(&out->b, impl->as.impl.trait),
		out->self);
}

static void fit_headers(struct search *s, const struct header *to,
			struct fit *f)
{
	*f = (struct fit){
		.side = { s->p->side[SEMVER_OLD], s->p->side[SEMVER_NEW] },
		.had = SEMVER_OLD,
		.has = SEMVER_NEW,
		.arena = s->a,
		.had_preds = &s->was.preds,
		.has_preds = &to->preds,
		.had_params = &s->was.params,
		.has_params = &to->params,
		.is_header = true,
	};
}

static bool same_types(struct search *s, struct header *to, struct fit *f)
{
	struct rustdoc *d = s->p->side[SEMVER_OLD]->doc;
	const struct rustdoc_ids *ids = &s->was.impl->as.impl.items;

	for (uint32_t i = 0; i < ids->count; i++) {
		const struct rustdoc_item *a =
			rustdoc_item_of(d, ids->at[i], RUSTDOC_ASSOC_TYPE);
		const struct rustdoc_item *b;

		if (!a || !a->name)
			continue;
		b = type_named(s->p->side[SEMVER_NEW]->doc, to->impl, a->name);
		if (b &&
		    !fit_terms(f, term_build(&s->was.b, a->as.assoc_type.type),
			       term_build(&to->b, b->as.assoc_type.type),
			       FIT_EXACT))
			return false;
	}
	return true;
}

/* How far the impl covers what was; 0: not at all. */
static enum impl_change still_missing(struct search *s, struct header *to)
{
	const struct term_pred *pred;
	struct fit f;

	fit_headers(s, to, &f);
	if (!fit_terms(&f, s->was.self, to->self, FIT_EXACT) ||
	    !fit_terms(&f, s->was.trait, to->trait, FIT_EXACT))
		return IMPL_GONE;
	if (!fit_preds(&f, &pred) || f.now.lifetimes_differ)
		return IMPL_BOUNDS;
	return same_types(s, to, &f) ? 0 : IMPL_TYPES;
}

/* From<A> for B gives Into<B> for A; Display gives ToString. */
static bool stands_for(struct search *s, const struct header *to)
{
	const struct term *was = s->was.trait;
	struct fit f;

	fit_headers(s, to, &f);
	if (term_is_named(was, "core::convert::Into") &&
	    term_is_named(to->trait, "core::convert::From"))
		return was->count == 1 && to->trait->count == 1 &&
		       fit_terms(&f, was->args[0], to->self, FIT_EXACT) &&
		       fit_terms(&f, s->was.self, to->trait->args[0],
				 FIT_EXACT);
	return term_is_named(was, "alloc::string::ToString") &&
	       term_is_named(to->trait, "core::fmt::Display") &&
	       fit_terms(&f, s->was.self, to->self, FIT_EXACT);
}

static void look_among(struct search *s, const struct rustdoc_ids *ids)
{
	for (uint32_t i = 0; ids && i < ids->count && s->change != 0; i++) {
		const struct rustdoc_item *impl = written(
			s->p->side[SEMVER_NEW]->doc, ids->at[i], s->with_found);
		enum impl_change change;
		struct header to;

		if (!impl)
			continue;
		read_header(s, SEMVER_NEW, impl, &to);
		if (to.trait->kind != TERM_PATH)
			continue;
		change = stands_for(s, &to) ? 0 : still_missing(s, &to);
		if (change == 0 || change > s->change) {
			s->change = change;
			s->is = impl;
		}
	}
}

/* ---- which ones count */

static const struct term *first_local(const struct term *t, unsigned depth)
{
	const struct term *found = NULL;

	if (t->kind == TERM_PATH && t->item && t->item->kind != RUSTDOC_TRAIT)
		return t;
	for (size_t i = 0; i < t->count && !found && depth < TERM_DEPTH_MAX;
	     i++)
		found = first_local(t->args[i], depth + 1);
	return found;
}

/*
 * What nobody outside can have: a type with `pub(crate)` or less before it, or
 * what rustdoc left out of the crate, as a type inside of a function.
 */
static bool has_private(const struct search *s, const struct term *t,
			unsigned depth)
{
	const char *crate = rustdoc_root(s->p->side[SEMVER_OLD]->doc)->name;
	size_t len = crate ? strlen(crate) : 0;

	if (t->kind == TERM_PATH && t->item &&
	    t->item->visibility == RUSTDOC_RESTRICTED)
		return true;
	if (t->kind == TERM_PATH && !t->item && len > 0 &&
	    strncmp(t->name, crate, len) == 0 &&
	    strncmp(t->name + len, "::", 2) == 0)
		return true;
	/* `paths` does not know it: it is written as in the source */
	if (t->kind == TERM_PATH && !t->item && !strchr(t->name, ':'))
		return true;
	for (size_t i = 0; i < t->count && depth < TERM_DEPTH_MAX; i++)
		if (has_private(s, t->args[i], depth + 1))
			return true;
	return false;
}

static bool is_its_place(const struct search *s)
{
	const struct rustdoc_item *item = s->p->item[SEMVER_OLD];
	const struct term *local = first_local(s->was.self, 0);

	if (!local)
		local = first_local(s->was.trait, 0);
	if (item->kind == RUSTDOC_TRAIT)
		return !local;
	return local && local->id == item->id;
}

/* Can users name the trait, before and after? */
static const struct surface_path *trait_now(const struct search *s)
{
	const struct surface_path *at =
		surface_of(s->p->side[SEMVER_OLD]->surface, s->was.trait->id);

	for (; at; at = at->next_way) {
		const struct surface_path *is =
			surface_find(s->p->side[SEMVER_NEW]->surface, at->path);

		if (at->is_api && is && is->is_api)
			return is;
	}
	return NULL;
}

/* Written by hand, as `unsafe impl<T> Send for Own<T>`. */
static bool is_for_threads(const struct term *trait)
{
	return term_is_named(trait, "core::marker::Send") ||
	       term_is_named(trait, "core::marker::Sync");
}

static bool is_promise(const struct search *s)
{
	const struct term *trait = s->was.trait;
	const struct rustdoc_item *impl = s->was.impl;

	if (trait->kind != TERM_PATH || impl->attrs.hidden ||
	    (fact_is_no_promise(trait->name) && !is_for_threads(trait)))
		return false;
	return !impl->attrs.automatically_derived ||
	       !fact_is_standard(trait->name) ||
	       strcmp(trait->name, "core::default::Default") == 0;
}

static void look(struct search *s)
{
	const struct surface_path *now = NULL;

	s->change = IMPL_GONE;
	read_header(s, SEMVER_OLD, s->was.impl, &s->was);
	if (!is_promise(s) || !is_its_place(s) ||
	    has_private(s, s->was.self, 0) || has_private(s, s->was.trait, 0)) {
		s->change = 0;
		return;
	}
	if (s->was.trait->item) {
		now = trait_now(s);
		if (!now || !now->item) {
			s->change = 0;
			return;
		}
	}
	look_among(s, impls_of(s->p->item[SEMVER_NEW]));
	if (now && now->item->kind == RUSTDOC_TRAIT)
		look_among(s, impls_of(now->item));
	/* without it the compiler looks for itself: a lint of its own */
	if (s->change == IMPL_GONE && is_for_threads(s->was.trait))
		s->change = 0;
	if (s->was.trait->count == 1 &&
	    term_is_named(s->was.trait, "core::convert::Into") &&
	    s->was.trait->args[0]->item) {
		const struct surface_path *to = surface_find(
			s->p->side[SEMVER_NEW]->surface,
			surface_of(s->p->side[SEMVER_OLD]->surface,
				   s->was.trait->args[0]->id)
				? surface_of(s->p->side[SEMVER_OLD]->surface,
					     s->was.trait->args[0]->id)
					  ->path
				: "");

		if (to && to->item)
			look_among(s, impls_of(to->item));
	}
}

/* "From<u8>", "&Set::IntoIterator"; no blank after a comma, to be one word. */
static const char *name_of(const struct search *s)
{
	AUTO(strbuf_releasep) struct strbuf name = { 0 };
	char *word, *to;
	struct term bare = *s->was.trait;
	const struct term *shown = &bare;

	/* PartialEq and not PartialEq<Self> */
	if (bare.count == 1 && term_same(bare.args[0], s->was.self) &&
	    fact_takes_self(bare.name))
		bare.count = 0;
	if (s->p->item[SEMVER_OLD]->kind == RUSTDOC_TRAIT ||
	    s->was.self->kind != TERM_PATH || !s->was.self->item) {
		term_show(s->was.self, &name);
		strbuf_adds(&name, "::");
	}
	term_show(shown, &name);
	word = strbuf_ok(&name) ? arena_strdup(s->a, strbuf_str(&name)) : NULL;
	to = word;
	for (const char *from = word; from && *from; from++)
		if (*from != ' ' || from == word || from[-1] != ',')
			*to++ = *from;
	if (to)
		*to = '\0';
	return word;
}

/* A type without them is Send or not, which is a lint of its own. */
static bool has_type_params(const struct semver_pair *p, struct arena *a)
{
	struct rustdoc_generics g;

	/* what the type itself asks for more is said of the type */
	if (!item_impls(p->item[SEMVER_OLD]) ||
	    !spans_alike(p, p->item[SEMVER_OLD]->generics,
			 p->item[SEMVER_NEW]->generics) ||
	    !rustdoc_generics_read(p->side[SEMVER_OLD]->doc,
				   p->item[SEMVER_OLD]->generics, a, &g))
		return false;
	for (size_t i = 0; i < g.count; i++)
		if (g.at[i].kind == RUSTDOC_GENERIC_TYPE)
			return true;
	return false;
}

int impls_compare(const struct semver_pair *p, struct arena *a,
		  const struct impl_found **out, size_t *count)
{
	const struct rustdoc_ids *ids = impls_of(p->item[SEMVER_OLD]);
	const struct rustdoc_ids *now = impls_of(p->item[SEMVER_NEW]);
	struct unchanged_list same;
	struct impl_found *list;
	bool generic = has_type_params(p, a);

	*count = 0;
	if (!ids || !now)
		return 0;
	list = arena_calloc(a, ids->count + 1, sizeof(*list));
	if (!list || unchanged_list(p->side[SEMVER_NEW], now, a, &same) < 0)
		return -1;
	for (uint32_t i = 0; i < ids->count; i++) {
		struct search s = { .p = p, .a = a, .with_found = generic };

		if (unchanged_among(&same, p->side[SEMVER_OLD], ids->at[i]))
			continue;
		s.was.impl =
			written(p->side[SEMVER_OLD]->doc, ids->at[i], generic);
		if (!s.was.impl || stays_as_it_was(p, s.was.impl, s.with_found))
			continue;
		look(&s);
		if (s.change == 0)
			continue;
		list[*count] = (struct impl_found){ s.change, name_of(&s),
						    s.was.impl, s.is };
		if (s.change == IMPL_GONE)
			list[*count].is = NULL;
		if (!list[(*count)++].name)
			return -1;
	}
	*out = list;
	return 0;
}

/* ---- impls for everybody */

/* impl<T> Trait for T, by the TRAIT's own list. */
static const struct rustdoc_item *blanket_at(struct rustdoc *d,
					     const struct rustdoc_item *trait,
					     uint32_t nth)
{
	const struct rustdoc_item *impl =
		written(d, trait->as.trait.impls.at[nth], false);
	struct rustdoc_type t;

	return impl && impl->as.impl.trait_id == trait->id &&
			       rustdoc_type_read(d, impl->as.impl.target, &t) &&
			       t.kind == RUSTDOC_TYPE_GENERIC
		       ? impl
		       : NULL;
}

/*
 * Could a type of another crate have met BOUND before, and had an impl of its
 * own?  Not of a trait that is new, or that only this crate implements.
 */
static bool others_may_have(const struct semver_pair *p,
			    const struct term_bound *bound)
{
	const struct term *t = bound->trait;
	const struct surface_path *at;

	if (!t || bound->is_maybe)
		return true;
	if (t->kind != TERM_PATH)
		return false;
	if (!t->item)
		return true;
	if (t->item->kind != RUSTDOC_TRAIT ||
	    sealing_of(&p->side[SEMVER_NEW]->sealing, t->item) != SEALING_NONE)
		return false;
	at = surface_of(p->side[SEMVER_NEW]->surface, t->id);
	for (; at; at = at->next_way)
		if (surface_find(p->side[SEMVER_OLD]->surface, at->path))
			return true;
	return false;
}

bool impls_blanket_added(const struct semver_pair *p)
{
	const struct rustdoc_item *was = p->item[SEMVER_OLD];
	const struct rustdoc_item *is = p->item[SEMVER_NEW];
	AUTO(arena_releasep) struct arena a = { 0 };
	bool found = false;

	for (uint32_t i = 0; i < was->as.trait.impls.count; i++)
		if (blanket_at(p->side[SEMVER_OLD]->doc, was, i))
			return false;
	for (uint32_t i = 0; i < is->as.trait.impls.count && !found; i++) {
		const struct rustdoc_item *impl =
			blanket_at(p->side[SEMVER_NEW]->doc, is, i);
		struct term_params params = { 0 };
		struct term_preds preds = { 0 };
		struct term_builder b;

		if (!impl)
			continue;
		term_builder_init(&b, p->side[SEMVER_NEW], SEMVER_NEW, &a);
		term_build_generics(&b, impl->generics, &params, &preds);
		found = true;
		for (size_t k = 0; k < preds.count && found; k++)
			found = others_may_have(p, &preds.at[k].bound);
	}
	return found;
}
