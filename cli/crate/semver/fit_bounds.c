/* Which traits something has, as far as two documents tell. */
#include "crate/semver/fit.h"

#include <string.h>

#include "crate/rustdoc/doc.h"
#include "crate/semver/lints.h"
#include "crate/semver/members.h"
#include "crate/semver/std_facts.h"
#include "crate/semver/surface.h"
#include "crate/semver/term_read.h"

enum {
	IMPLIED_DEPTH_MAX = 8
};

/* ---- a trait that stands for another */

static const struct term_constraint *constraint(const struct term *t,
						const char *name)
{
	for (size_t i = 0; i < t->constraint_count; i++)
		if (strcmp(t->constraints[i].name, name) == 0)
			return &t->constraints[i];
	return NULL;
}

/* HAVE of the side `had` if forth, of `has` if BACK. */
static bool pair_fits(struct fit *f, const struct term *have,
		      const struct term *want, bool back)
{
	return back ? fit_terms(f, want, have, FIT_RETURN_IN)
		    : fit_terms(f, have, want, FIT_EXACT);
}

static const struct rustdoc_item *type_declared(struct fit *f,
						const struct term *trait,
						const char *name)
{
	struct rustdoc *d = f->side[trait->side]->doc;

	for (uint32_t i = 0; i < trait->item->as.trait.items.count; i++) {
		const struct rustdoc_item *it =
			rustdoc_item_of(d, trait->item->as.trait.items.at[i],
					RUSTDOC_ASSOC_TYPE);

		if (it && it->name && strcmp(it->name, name) == 0)
			return it;
	}
	return NULL;
}

bool fit_is_redeclared(struct fit *f, const struct term *trait,
		       const char *name)
{
	return trait->item && trait->item->kind == RUSTDOC_TRAIT &&
	       !surface_is_api(f->side[trait->side]->surface, trait->id) &&
	       !type_declared(f, trait, name);
}

static bool refs_fit(struct fit *f, const struct term *have,
		     const struct term *want, bool back)
{
	size_t count = have->count < want->count ? have->count : want->count;

	for (size_t i = 0; i < count; i++)
		if (!pair_fits(f, have->args[i], want->args[i], back))
			return false;
	for (size_t i = 0; i < want->constraint_count; i++) {
		const struct term_constraint *w = &want->constraints[i], *h;

		if (!w->value || strcmp(w->name, "IntoIter") == 0 ||
		    fit_is_redeclared(f, have, w->name))
			continue;
		h = constraint(have, w->name);
		if (!h || !h->value || !pair_fits(f, h->value, w->value, back))
			return false;
	}
	return true;
}

static bool implies(struct fit *f, const struct term *have,
		    const struct term *want, bool back, unsigned depth);

/* The supertraits of a trait of this crate. */
static bool super_implies(struct fit *f, const struct term *have,
			  const struct term *want, bool back, unsigned depth)
{
	int which = back ? f->has : f->had;
	struct term_builder b;
	struct term_params params = { 0 };
	struct term_preds preds = { 0 };
	struct term_frame frame = { &params, have->args };
	struct term_bounds bounds;

	if (!have->item || have->item->kind != RUSTDOC_TRAIT)
		return false;
	term_builder_init(&b, f->side[which], which, f->arena);
	term_build_generics(&b, have->item->generics, &params, &preds);
	if (params.count > have->count)
		params.count = have->count;
	b.frame = &frame;
	bounds = term_build_bounds(&b, have->item->as.trait.bounds);
	for (size_t i = 0; i < bounds.count; i++)
		if (bounds.at[i].trait &&
		    implies(f, bounds.at[i].trait, want, back, depth + 1))
			return true;
	for (size_t i = 0; i < preds.count; i++)
		if (preds.at[i].type->kind == TERM_PARAM &&
		    term_is_named(preds.at[i].type, "Self") &&
		    preds.at[i].bound.trait &&
		    implies(f, preds.at[i].bound.trait, want, back, depth + 1))
			return true;
	return false;
}

static bool keeps_args(const char *trait)
{
	return strstr(trait, "::function::Fn") != NULL ||
	       strstr(trait, "AsyncFn") != NULL ||
	       strncmp(trait, "core::iter::", 12) == 0 ||
	       strncmp(trait, "core::cmp::", 11) == 0 ||
	       strncmp(trait, "core::convert::", 15) == 0 ||
	       strncmp(trait, "core::ops::", 11) == 0 ||
	       strncmp(trait, "core::future::", 14) == 0;
}

static bool implies(struct fit *f, const struct term *have,
		    const struct term *want, bool back, unsigned depth)
{
	const char *next;

	if (depth > IMPLIED_DEPTH_MAX || have->kind != TERM_PATH ||
	    want->kind != TERM_PATH)
		return false;
	if (back ? fit_same_item(f, want, have) : fit_same_item(f, have, want))
		return refs_fit(f, have, want, back);
	for (size_t i = 0; (next = fact_implied(have->name, i)); i++) {
		struct term other = *have;

		other.name = next;
		other.id = RUSTDOC_NO_ID;
		if (!keeps_args(have->name))
			other.count = 0;
		if (implies(f, &other, want, back, depth + 1))
			return true;
	}
	return super_implies(f, have, want, back, depth);
}

bool fit_implies(struct fit *f, const struct term *have,
		 const struct term *want)
{
	return implies(f, have, want, false, 0);
}

bool fit_implies_back(struct fit *f, const struct term *have,
		      const struct term *want)
{
	return implies(f, have, want, true, 0);
}

/* As often as it may fail without leaving a trace. */
static bool try_implies(struct fit *f, const struct term *have,
			const struct term *want, bool back)
{
	struct fit_state before = f->now;

	if (implies(f, have, want, back, 0))
		return true;
	f->now = before;
	return false;
}

bool fit_any_implies(struct fit *f, struct term_bounds have,
		     const struct term *want, bool back)
{
	for (size_t i = 0; i < have.count; i++)
		if (have.at[i].trait && !have.at[i].is_maybe &&
		    try_implies(f, have.at[i].trait, want, back))
			return true;
	return false;
}

/* ---- what HAD stands for */

bool fit_preds_say(struct fit *f, const struct term *type,
		   const struct term *want)
{
	for (size_t i = 0; f->had_preds && i < f->had_preds->count; i++) {
		const struct term_pred *p = &f->had_preds->at[i];

		if (p->bound.trait && !p->bound.is_maybe &&
		    term_same(p->type, type) &&
		    try_implies(f, p->bound.trait, want, false))
			return true;
	}
	return false;
}

/* type Item: Clone, in a trait of this crate. */
bool fit_projection_says(struct fit *f, const struct term *had,
			 const struct term *want)
{
	const struct term *trait =
		had->bounds.count > 0 ? had->bounds.at[0].trait : NULL;
	const struct rustdoc_item *it;
	struct term_builder b;

	if (!trait || !trait->item || trait->item->kind != RUSTDOC_TRAIT)
		return false;
	it = type_declared(f, trait, had->name);
	if (!it)
		return false;
	term_builder_init(&b, f->side[trait->side], trait->side, f->arena);
	return fit_any_implies(f,
			       term_build_bounds(&b, it->as.assoc_type.bounds),
			       want, trait->side != f->had);
}

/* Does the blanket IMPL, of the crate as it is now, speak of HAD? */
static bool blanket_covers(struct fit *f, const struct term *had,
			   const struct rustdoc_item *impl)
{
	struct term_params params = { 0 };
	struct term_preds preds = { 0 };
	struct term_builder b;
	const struct term *self;

	term_builder_init(&b, f->side[f->has], f->has, f->arena);
	term_build_generics(&b, impl->generics, &params, &preds);
	self = term_build(&b, impl->as.impl.target);
	if (self->kind != TERM_PARAM)
		return had->kind != TERM_PARAM &&
		       fit_try(f, had, self, FIT_EXACT);
	for (size_t i = 0; i < preds.count; i++)
		if (preds.at[i].bound.trait && !preds.at[i].bound.is_maybe &&
		    term_same(preds.at[i].type, self) &&
		    !fit_satisfies(f, had, preds.at[i].bound.trait))
			return false;
	return true;
}

/* impl<T: A> WANT for T: its parameters are no variables of ours. */
static bool blanket_says(struct fit *f, const struct term *had,
			 const struct term *want)
{
	struct rustdoc *d = f->side[f->has]->doc;
	struct fit_state before = f->now;
	bool found = false;

	if (!want->item || want->item->kind != RUSTDOC_TRAIT || f->depth > 8)
		return false;
	f->depth += 4;
	for (uint32_t i = 0; i < want->item->as.trait.impls.count && !found;
	     i++) {
		const struct rustdoc_item *impl = rustdoc_item_of(
			d, want->item->as.trait.impls.at[i], RUSTDOC_IMPL);

		f->now = (struct fit_state){ 0 };
		found = impl && blanket_covers(f, had, impl);
	}
	f->depth -= 4;
	f->now = before;
	return found;
}

/* What everything has. */
static bool all_have(struct fit *f, const struct term *had,
		     const struct term *want)
{
	static const char *const reflexive[] = { "core::borrow::Borrow",
						 "core::borrow::BorrowMut",
						 "core::convert::From",
						 "core::convert::TryFrom" };

	if (term_is_named(want, "core::any::Any"))
		return true;
	if (term_is_named(want, "core::marker::Sized"))
		return f->own_trait && term_is_named(had, "Self")
			       ? fit_preds_say(f, had, want)
			       : fit_is_sized(f, had);
	for (size_t i = 0; i < sizeof(reflexive) / sizeof(reflexive[0]); i++)
		if (term_is_named(want, reflexive[i]) && want->count == 1 &&
		    fit_try(f, had, want->args[0], FIT_EXACT))
			return true;
	return fit_is_conversion(want) && !fact_lacks(had, want) &&
	       (f->is_header || !fact_literal_fails(had, want)) &&
	       fit_converts(f, had, want);
}

static bool fn_pointer_has(struct fit *f, const struct term *had,
			   const struct term *want)
{
	struct term inputs = *had, call = { .kind = TERM_PATH };
	struct term_constraint output = { .name = "Output" };
	const struct term *args[] = { &inputs };

	if (!strstr(want->name, "::function::Fn"))
		return true;
	inputs.kind = TERM_TUPLE;
	inputs.name = NULL;
	inputs.count = had->count - 1;
	output.value = had->args[had->count - 1];
	call.name = want->name;
	call.args = args;
	call.count = 1;
	call.constraints = &output;
	call.constraint_count = 1;
	return refs_fit(f, &call, want, false);
}

static bool has_item(struct fit *f, const struct term *had,
		     const struct term *want)
{
	const struct term_constraint *c = constraint(want, "Item");
	const struct term *item, *value = c ? c->value : NULL;

	if (!value ||
	    !term_is_named(want, "core::iter::traits::collect::IntoIterator"))
		return true;
	if (had->kind != TERM_REF) {
		item = fact_item(had);
		return !item || fit_try(f, item, value,
					value->kind == TERM_IMPL ? FIT_PARAM_REF
								 : FIT_EXACT);
	}
	item = fact_item(had->args[1]);
	return !item || value->kind != TERM_REF ||
	       fit_try(f, item, value->args[1], FIT_EXACT);
}

static bool ref_has(struct fit *f, const struct term *had,
		    const struct term *want)
{
	if (!had->is_mutable && (term_is_named(want, "core::marker::Copy") ||
				 term_is_named(want, "core::clone::Clone")))
		return true;
	if (fact_lacks(had, want) || !has_item(f, had, want))
		return false;
	if (fact_is_through_ref(want->name) &&
	    had->args[1]->kind == TERM_PATH && had->args[1]->item)
		return fit_satisfies(f, had->args[1], want);
	/* of ours, only what is written for the reference itself */
	if (want->item)
		return blanket_says(f, had, want) ||
		       had->args[1]->kind == TERM_PATH;
	return true;
}

static bool path_has(struct fit *f, const struct term *had,
		     const struct term *want)
{
	const struct rustdoc_item *now =
		had->item ? fit_type_now(f, had) : NULL;

	if (now)
		return fit_type_has(f, f->has, now, want, false);
	if (had->item)
		return true;
	if (fact_lacks(had, want) || !has_item(f, had, want))
		return false;
	return !want->item || blanket_says(f, had, want);
}

bool fit_satisfies(struct fit *f, const struct term *had,
		   const struct term *want)
{
	if (had->kind == TERM_ANY || want->kind != TERM_PATH)
		return true;
	if (all_have(f, had, want))
		return true;
	if (fit_is_conversion(want) && had->kind != TERM_PARAM &&
	    had->kind != TERM_IMPL)
		return false;
	switch (had->kind) {
	case TERM_PARAM:
		return fit_preds_say(f, had, want) ||
		       blanket_says(f, had, want);
	case TERM_IMPL:
	case TERM_DYN:
		return fit_any_implies(f, had->bounds, want, false) ||
		       blanket_says(f, had, want) ||
		       (had->kind == TERM_DYN && fact_is_auto(want->name) &&
			had->bounds.count == 0);
	case TERM_PROJECTION:
		return fit_preds_say(f, had, want) ||
		       fit_projection_says(f, had, want) ||
		       term_is_unresolved(had);
	case TERM_REF:
		return ref_has(f, had, want);
	case TERM_PATH:
		return path_has(f, had, want);
	case TERM_FN:
		return fn_pointer_has(f, had, want);
	case TERM_PRIMITIVE:
		return !fact_lacks(had, want) &&
		       (!want->item || blanket_says(f, had, want));
	default:
		return true;
	}
}

/* ---- what HAS is now */

/* Of no tuple, whatever is in it. */
static bool is_for_tuples(const char *trait)
{
	static const char *const others[] = {
		"core::iter::traits::iterator::",
		"core::iter::traits::double_ended::",
		"core::iter::traits::exact_size::",
		"core::iter::traits::marker::",
		"core::iter::traits::collect::IntoIterator",
		"core::future::",
		"core::ops::function::",
		"core::ops::async_function::",
		"core::ops::deref::",
		"core::fmt::Display",
		"core::error::Error",
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strncmp(trait, others[i], strlen(others[i])) == 0)
			return false;
	return true;
}

bool fit_provides(struct fit *f, const struct term *has,
		  const struct term *want)
{
	switch (has->kind) {
	case TERM_IMPL:
	case TERM_DYN:
		return fit_any_implies(f, has->bounds, want, true);
	case TERM_PATH:
		if (has->item && item_impls(has->item))
			return fit_type_has(f, f->has, has->item, want, true);
		return !fact_lacks(has, want);
	case TERM_PRIMITIVE:
		return !fact_lacks(has, want);
	case TERM_TUPLE:
		return is_for_tuples(want->name);
	default:
		return true;
	}
}
