/* What is asked of something, and whether it is so. */
#include <string.h>

#include "crate/semver/fit.h"
#include "crate/semver/lints.h"
#include "crate/semver/std_facts.h"

static bool is_unsized(const struct term_preds *preds, const struct term *type)
{
	for (size_t i = 0; preds && i < preds->count; i++)
		if (preds->at[i].bound.is_maybe &&
		    term_same(preds->at[i].type, type))
			return true;
	return false;
}

static bool may_be_unsized(struct term_bounds bounds)
{
	for (size_t i = 0; i < bounds.count; i++)
		if (bounds.at[i].is_maybe)
			return true;
	return false;
}

static bool is_of(int side, struct term_bounds bounds)
{
	for (size_t i = 0; i < bounds.count; i++)
		if (bounds.at[i].trait && !bounds.at[i].is_maybe)
			return bounds.at[i].trait->side == side;
	return false;
}

/* ?Sized beside a trait that asks for Sized says nothing. */
bool fit_is_sized(struct fit *f, const struct term *type)
{
	static const struct term sized = { .kind = TERM_PATH,
					   .name = "core::marker::Sized",
					   .id = RUSTDOC_NO_ID };
	static const char *const paths[] = { "std::path::Path",
					     "std::ffi::os_str::OsStr",
					     "core::ffi::c_str::CStr" };

	switch (type->kind) {
	case TERM_SLICE:
	case TERM_DYN:
		return false;
	case TERM_PRIMITIVE:
		return strcmp(type->name, "str") != 0;
	case TERM_PARAM:
		return !is_unsized(f->had_preds, type) ||
		       fit_preds_say(f, type, &sized);
	case TERM_IMPL:
		return !may_be_unsized(type->bounds) ||
		       fit_any_implies(f, type->bounds, &sized,
				       is_of(f->has, type->bounds));
	case TERM_PATH:
		for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
			if (term_is_named(type, paths[i]))
				return false;
		return true;
	default:
		return true;
	}
}

/* No reference that ends before the program does. */
static bool is_forever(const struct fit *f, const struct term *t,
		       unsigned depth)
{
	struct term_builder b;

	if (depth > TERM_DEPTH_MAX)
		return true;
	if (t->kind == TERM_LIFETIME)
		return strcmp(t->name, "'static") == 0 ||
		       strncmp(t->name, "'^", 2) == 0;
	if (t->kind == TERM_FN)
		return true;
	if (t->kind == TERM_PARAM) {
		for (size_t i = 0; f->had_preds && i < f->had_preds->count;
		     i++) {
			const struct term_pred *p = &f->had_preds->at[i];

			if (p->bound.lifetime && term_same(p->type, t) &&
			    strcmp(p->bound.lifetime->name, "'static") == 0)
				return true;
			if (!p->bound.trait || !term_same(p->type, t))
				continue;
			term_builder_init(&b, f->side[f->had], f->had,
					  f->arena);
			if (term_trait_is_static(&b, p->bound.trait, 0))
				return true;
		}
		return false;
	}
	if (t->kind == TERM_IMPL) {
		for (size_t i = 0; i < t->bounds.count; i++)
			if (t->bounds.at[i].lifetime &&
			    strcmp(t->bounds.at[i].lifetime->name, "'static") ==
				    0)
				return true;
		return false;
	}
	for (size_t i = 0; i < t->count; i++)
		if (!is_forever(f, t->args[i], depth + 1))
			return false;
	return true;
}

bool fit_bounds(struct fit *f, const struct term *had,
		struct term_bounds bounds)
{
	for (size_t i = 0; i < bounds.count; i++) {
		const struct term_bound *b = &bounds.at[i];

		if (b->is_maybe)
			continue;
		if (b->trait && !fit_satisfies(f, had, b->trait))
			return false;
		if (b->lifetime && b->lifetime->kind == TERM_LIFETIME &&
		    strcmp(b->lifetime->name, "'static") == 0 &&
		    !is_forever(f, had, 0))
			return false;
	}
	return true;
}

/* Some predicate of `had` says the same, of whatever type. */
static bool is_said(struct fit *f, const struct term_pred *want)
{
	for (size_t i = 0; f->had_preds && i < f->had_preds->count; i++) {
		const struct term_pred *p = &f->had_preds->at[i];
		struct fit_state before = f->now;

		if (p->bound.trait && !p->bound.is_maybe &&
		    fit_terms(f, p->type, want->type, FIT_EXACT) &&
		    fit_implies(f, p->bound.trait, want->bound.trait))
			return true;
		f->now = before;
	}
	return false;
}

/* <T as TryInto<U>>::Error is <U as TryFrom<T>>::Error. */
static bool is_said_of_from(struct fit *f, const struct term_pred *want)
{
	const struct term *type = want->type, *trait, *args[2];
	struct term from = { .kind = TERM_PATH,
			     .id = RUSTDOC_NO_ID,
			     .name = "core::convert::TryFrom",
			     .count = 1 };
	struct term_bound bound = { .trait = &from };
	struct term_pred p = *want;
	struct term of = *type;

	if (type->kind != TERM_PROJECTION || type->bounds.count == 0)
		return false;
	trait = type->bounds.at[0].trait;
	if (!term_is_named(trait, "core::convert::TryInto") ||
	    trait->count != 1)
		return false;
	args[0] = trait->args[0];
	args[1] = type->args[0];
	of.args = &args[0];
	from.args = &args[1];
	from.side = type->side;
	of.bounds = (struct term_bounds){ &bound, 1 };
	p.type = &of;
	return is_said(f, &p);
}

/* The parameter of `had` that a variable stands for, or NULL. */
static const struct term *stands_for_param(struct fit *f, const struct term *t)
{
	const struct term *is =
		t->kind == TERM_PARAM ? fit_value(f, t->name) : NULL;

	return is && is->kind == TERM_PARAM ? is : NULL;
}

static bool mentions_variable(const struct fit *f, const struct term *t,
			      unsigned depth)
{
	if (depth > TERM_DEPTH_MAX || fit_is_variable(f, t))
		return true;
	for (size_t i = 0; i < t->count; i++)
		if (mentions_variable(f, t->args[i], depth + 1))
			return true;
	return false;
}

/* u64: From<T>: of what may be anything, no such thing is known. */
static bool is_for_anything(struct fit *f, const struct term *type,
			    const struct term *trait)
{
	const struct term *is;
	struct term into = { .kind = TERM_PATH,
			     .side = (uint8_t)f->has,
			     .id = RUSTDOC_NO_ID,
			     .name = "core::convert::Into",
			     .args = &type,
			     .count = 1 };

	if (!fact_is_of_its_argument(trait->name) || trait->count != 1 ||
	    mentions_variable(f, type, 0))
		return false;
	is = stands_for_param(f, trait->args[0]);
	return is && !fit_satisfies(f, is, &into);
}

/* Vec<T>: Clone is T: Clone. */
static bool parts_hold(struct fit *f, const struct term *type,
		       const struct term *trait)
{
	struct term bare = *trait;

	if (!fact_is_by_parts(type, trait->name))
		return true;
	bare.count = 0;
	for (size_t i = 0; i < type->count; i++) {
		const struct term *is = stands_for_param(f, type->args[i]);

		if (is && !fit_satisfies(f, is, &bare))
			return false;
	}
	return true;
}

static bool is_of_redeclared(struct fit *f, const struct term *projection)
{
	const struct term *trait = projection->bounds.count > 0
					   ? projection->bounds.at[0].trait
					   : NULL;

	for (size_t i = 0; trait && f->had_preds && i < f->had_preds->count;
	     i++) {
		const struct term *had = f->had_preds->at[i].bound.trait;

		if (had && had->kind == TERM_PATH && had->item &&
		    fit_same_item(f, had, trait) &&
		    fit_is_redeclared(f, had, projection->name))
			return true;
	}
	return false;
}

static bool projection_holds(struct fit *f, const struct term_pred *p)
{
	const struct term *self = p->type->args[0], *value;
	struct term had = *p->type;

	if (self->kind == TERM_PARAM)
		self = fit_value(f, self->name);
	if (!self || (self->kind != TERM_PARAM && self->kind != TERM_IMPL))
		return true;
	had.args = &self;
	had.side = (uint8_t)f->had;
	value = fit_value_by(f->had_preds, &had);
	if (value)
		return fit_satisfies(f, value, p->bound.trait);
	return fit_projection_says(f, &had, p->bound.trait) ||
	       is_of_redeclared(f, p->type);
}

static bool trait_holds(struct fit *f, const struct term_pred *p)
{
	const struct term *type = p->type;

	if (type->kind == TERM_PARAM) {
		if (f->own_trait && p->bound.trait->item == f->own_trait &&
		    term_is_named(type, "Self"))
			return true;
		type = fit_value(f, type->name);
		return !type || fit_satisfies(f, type, p->bound.trait);
	}
	if (is_said(f, p) || is_said_of_from(f, p))
		return true;
	if (type->kind == TERM_PROJECTION)
		return projection_holds(f, p);
	/* Vec<T>: Debug may follow from T: Debug, and u8: Clone is true */
	if (is_for_anything(f, type, p->bound.trait) ||
	    !parts_hold(f, type, p->bound.trait))
		return false;
	return type->kind == TERM_PRIMITIVE ||
	       (type->kind == TERM_PATH && !type->item);
}

static bool lifetime_holds(struct fit *f, const struct term_pred *p)
{
	const struct term *type = p->type;

	if (p->bound.lifetime->kind != TERM_LIFETIME ||
	    strcmp(p->bound.lifetime->name, "'static") != 0)
		return true;
	if (type->kind == TERM_LIFETIME)
		return true; /* fit_lifetime() has seen to it */
	if (type->kind == TERM_PARAM)
		type = fit_value(f, type->name);
	return !type || is_forever(f, type, 0);
}

static bool pred_holds(struct fit *f, const struct term_pred *p)
{
	if (p->bound.is_maybe)
		return true;
	return p->bound.trait ? trait_holds(f, p) : lifetime_holds(f, p);
}

/* Every type parameter is Sized unless it says ?Sized. */
static bool sizes_hold(struct fit *f)
{
	for (size_t i = 0; f->has_params && i < f->has_params->count; i++) {
		const struct term_param *p = &f->has_params->at[i];
		const struct term *is = fit_value(f, p->name);
		struct term t = { .kind = TERM_PARAM,
				  .side = (uint8_t)f->has,
				  .name = p->name };

		if (p->kind == TERM_OF_TYPE && is && !fit_is_sized(f, is) &&
		    !is_unsized(f->has_preds, &t))
			return false;
	}
	return true;
}

/* `where Self: A` of a trait: said of the trait, and not of each member. */
static bool is_supertrait(const struct fit *f, size_t pred)
{
	return pred < f->has_around &&
	       term_is_named(f->has_preds->at[pred].type, "Self");
}

/* Twice: what a variable is may follow from a later predicate. */
bool fit_preds(struct fit *f, const struct term_pred **which)
{
	*which = NULL;
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; f->has_preds && i < f->has_preds->count;
		     i++) {
			if (is_supertrait(f, i) ||
			    pred_holds(f, &f->has_preds->at[i]))
				continue;
			if (round == 0)
				continue;
			*which = &f->has_preds->at[i];
			return false;
		}
	}
	return sizes_hold(f);
}
