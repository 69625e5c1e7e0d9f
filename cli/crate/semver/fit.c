#include "crate/semver/fit.h"

#include <string.h>

#include "crate/semver/lints.h"
#include "crate/semver/std_facts.h"
#include "crate/semver/surface.h"

enum {
	DEREFS_MAX = 6,
	STEPS_MAX = 50000
};

/* ---- what is the same */

static bool same_lists(const struct term *a, const struct term *b)
{
	if (a->count != b->count || a->bounds.count != b->bounds.count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!term_same(a->args[i], b->args[i]))
			return false;
	for (size_t i = 0; i < a->bounds.count; i++) {
		const struct term *x = a->bounds.at[i].trait;
		const struct term *y = b->bounds.at[i].trait;

		if (!x != !y || (x && !term_same(x, y)))
			return false;
	}
	return true;
}

bool term_same(const struct term *a, const struct term *b)
{
	if (a == b || a->kind == TERM_ANY || b->kind == TERM_ANY)
		return true;
	if (a->kind != b->kind || a->is_mutable != b->is_mutable)
		return false;
	if (a->kind == TERM_LIFETIME)
		return true;
	if (a->kind == TERM_PATH && a->side == b->side &&
	    a->id != RUSTDOC_NO_ID && b->id != RUSTDOC_NO_ID) {
		if (a->id != b->id)
			return false;
	} else if (a->name && b->name && strcmp(a->name, b->name) != 0) {
		return false;
	}
	return same_lists(a, b);
}

/* ---- variables */

static bool is_param_of(const struct term_params *params, const char *name)
{
	for (size_t i = 0; params && i < params->count; i++)
		if (strcmp(params->at[i].name, name) == 0)
			return true;
	return false;
}

bool fit_is_variable(const struct fit *f, const struct term *has)
{
	if (has->kind == TERM_PARAM)
		return true;
	return has->kind == TERM_CONST && is_param_of(f->has_params, has->name);
}

const struct term *fit_value(const struct fit *f, const char *name)
{
	for (size_t i = 0; i < f->now.var_count; i++)
		if (strcmp(f->now.vars[i].name, name) == 0)
			return f->now.vars[i].is;
	return NULL;
}

void fit_bind(struct fit *f, const char *name, const struct term *is)
{
	if (f->now.var_count < FIT_VARS_MAX)
		f->now.vars[f->now.var_count++] = (struct fit_var){ name, is };
}

/*
 * Where nothing but the value says what the variable is, a caller that passes
 * None or vec![] leaves it open.
 */
static bool can_be_inferred(const struct term *had, enum fit_mode mode)
{
	return mode != FIT_PARAM_IN || had->kind == TERM_PARAM ||
	       had->kind == TERM_CONST || had->kind == TERM_IMPL ||
	       had->kind == TERM_PROJECTION;
}

static bool fit_variable(struct fit *f, const struct term *had,
			 const struct term *has, enum fit_mode mode)
{
	const struct term *is = fit_value(f, has->name);

	if (is)
		return term_same(had, is) || term_is_unresolved(had);
	if (!can_be_inferred(had, mode))
		return false;
	fit_bind(f, has->name, had);
	return true;
}

/* ---- types inside of each other */

enum fit_mode fit_inside(enum fit_mode mode)
{
	switch (mode) {
	case FIT_PARAM:
	case FIT_PARAM_REF:
		return FIT_PARAM_IN;
	case FIT_RETURN:
		return FIT_RETURN_IN;
	default:
		return mode;
	}
}

static bool is_return(enum fit_mode mode)
{
	return mode == FIT_RETURN || mode == FIT_RETURN_IN;
}

static bool dyn_has(struct fit *f, struct term_bounds have,
		    const struct term *want, bool back)
{
	struct fit_state before = f->now;

	for (size_t i = 0; i < have.count; i++) {
		if (!have.at[i].trait)
			continue;
		if (back ? fit_implies_back(f, have.at[i].trait, want)
			 : fit_implies(f, have.at[i].trait, want))
			return true;
		f->now = before;
	}
	return false;
}

/* dyn A + Send becomes dyn A where it may be coerced, else never. */
static bool fit_dyn(struct fit *f, const struct term *had,
		    const struct term *has, enum fit_mode mode, bool coerced)
{
	bool both = !coerced;

	for (size_t i = 0; i < has->bounds.count; i++)
		if ((both || !is_return(mode)) &&
		    !dyn_has(f, had->bounds, has->bounds.at[i].trait, false))
			return false;
	for (size_t i = 0; i < had->bounds.count; i++)
		if ((both || is_return(mode)) &&
		    !dyn_has(f, has->bounds, had->bounds.at[i].trait, true))
			return false;
	fit_lifetime(f, had->args[0], has->args[0], mode);
	return true;
}

static bool fit_consts(struct fit *f, const struct term *had,
		       const struct term *has)
{
	bool known = had->is_literal || is_param_of(f->had_params, had->name);

	if (strcmp(had->name, has->name) == 0)
		return true;
	/* a constant by its name: its value is not to be seen */
	return !known || !has->is_literal;
}

static bool fit_refs(struct fit *f, const struct term *had,
		     const struct term *has, enum fit_mode mode)
{
	enum fit_mode inner = mode == FIT_PARAM	   ? FIT_PARAM_REF
			      : mode == FIT_RETURN ? FIT_RETURN_IN
						   : mode;

	if (had->is_mutable != has->is_mutable)
		return false;
	fit_lifetime(f, had->args[0], has->args[0], mode);
	if (had->is_mutable && !fit_is_variable(f, has->args[1]))
		inner = inner == FIT_PARAM_REF &&
					has->args[1]->kind == TERM_IMPL
				? inner
				: FIT_EXACT;
	return fit_terms(f, had->args[1], has->args[1], inner);
}

static bool fit_impls(struct fit *f, const struct term *had,
		      const struct term *has, enum fit_mode mode)
{
	bool auto_leaks = !f->is_opaque;

	if (!is_return(mode))
		return (fit_is_sized(f, had) || !fit_is_sized(f, has)) &&
		       fit_bounds(f, had, has->bounds);
	if (had->kind != TERM_IMPL)
		return false;
	for (size_t i = 0; i < had->bounds.count; i++) {
		const struct term *want = had->bounds.at[i].trait;

		if (!want || had->bounds.at[i].is_maybe ||
		    (auto_leaks && fact_is_auto(want->name)))
			continue;
		if (!fit_provides(f, has, want))
			return false;
	}
	return true;
}

static bool fit_fns(struct fit *f, const struct term *had,
		    const struct term *has, enum fit_mode mode)
{
	enum fit_flow before = f->flow;
	bool fits;

	if (mode != FIT_EXACT)
		f->flow = is_return(mode) ? FIT_GOT : FIT_GIVEN;
	fits = strcmp(had->name, has->name) == 0 &&
	       fit_args(f, had, has, FIT_EXACT);
	f->flow = before;
	return fits;
}

static bool fit_kind(struct fit *f, const struct term *had,
		     const struct term *has, enum fit_mode mode)
{
	if (had->kind != has->kind)
		return false;
	switch (had->kind) {
	case TERM_PATH:
		return fit_paths(f, had, has, mode);
	case TERM_PRIMITIVE:
		return strcmp(had->name, has->name) == 0;
	case TERM_REF:
		return fit_refs(f, had, has, mode);
	case TERM_POINTER:
		return had->is_mutable == has->is_mutable &&
		       fit_args(f, had, has, FIT_EXACT);
	case TERM_TUPLE:
		return fit_args(f, had, has,
				mode == FIT_PARAM ? FIT_PARAM_REF : mode);
	case TERM_SLICE:
	case TERM_ARRAY:
		return fit_args(f, had, has, fit_inside(mode));
	case TERM_FN:
		return fit_fns(f, had, has, mode);
	case TERM_DYN:
		return fit_dyn(f, had, has, mode, false);
	case TERM_CONST:
		return fit_consts(f, had, has);
	case TERM_LIFETIME:
		fit_lifetime(f, had, has, mode);
		return true;
	default:
		return true;
	}
}

/* ---- coercions */

/* &HAD where &HAS is wanted: by Deref, or as an object. */
static bool fit_pointee(struct fit *f, const struct term *had,
			const struct term *has, bool is_mutable)
{
	const struct term *at = had;

	if (has->kind == TERM_DYN && had->kind != TERM_DYN &&
	    fit_is_sized(f, had) && fit_bounds(f, had, has->bounds))
		return true;
	if (has->kind == TERM_DYN && had->kind == TERM_DYN)
		return fit_dyn(f, had, has, FIT_PARAM, true);
	for (int i = 0; i < DEREFS_MAX && at; i++) {
		enum fit_mode mode = FIT_PARAM_REF;

		if (is_mutable && has->kind != TERM_IMPL &&
		    !fit_is_variable(f, has))
			mode = FIT_EXACT;
		if (fit_try(f, at, has, mode))
			return true;
		at = fact_deref(at, f->arena);
	}
	return false;
}

static bool coerce_param(struct fit *f, const struct term *had,
			 const struct term *has)
{
	if (has->kind == TERM_REF && had->kind == TERM_REF) {
		if (has->is_mutable && !had->is_mutable)
			return false;
		fit_lifetime(f, had->args[0], has->args[0], FIT_PARAM);
		return fit_pointee(f, had->args[1], has->args[1],
				   has->is_mutable);
	}
	if (has->kind == TERM_POINTER &&
	    (had->kind == TERM_REF || had->kind == TERM_POINTER) &&
	    (had->is_mutable || !has->is_mutable))
		return fit_terms(f, had->args[had->kind == TERM_REF],
				 has->args[0], FIT_EXACT);
	if (has->kind != TERM_PATH || had->kind != TERM_PATH ||
	    !fact_is_pointer(had->name) || strcmp(had->name, has->name) != 0 ||
	    had->count != 1 || has->count != 1 ||
	    has->args[0]->kind != TERM_DYN)
		return false;
	if (had->args[0]->kind == TERM_DYN)
		return fit_dyn(f, had->args[0], has->args[0], FIT_PARAM, true);
	return fit_bounds(f, had->args[0], has->args[0]->bounds);
}

static bool coerce_return(struct fit *f, const struct term *had,
			  const struct term *has)
{
	const struct term *a = had, *b = has;

	if (has->kind == TERM_PRIMITIVE && strcmp(has->name, "never") == 0)
		return true;
	if (had->kind == TERM_PATH && has->kind == TERM_PATH &&
	    fact_is_pointer(had->name) && strcmp(had->name, has->name) == 0 &&
	    had->count == 1 && has->count == 1) {
		a = had->args[0];
		b = has->args[0];
	}
	if (had->kind == TERM_REF && has->kind == TERM_REF &&
	    had->is_mutable == has->is_mutable) {
		fit_lifetime(f, had->args[0], has->args[0], FIT_RETURN);
		a = had->args[1];
		b = has->args[1];
	}
	return a != had && a->kind == TERM_DYN && b->kind == TERM_DYN &&
	       fit_dyn(f, a, b, FIT_RETURN, true);
}

/* ---- all together */

/* c_long of libc and that of core: one may well be the other. */
static bool same_last(const char *a, const char *b)
{
	const char *x = strrchr(a, ':'), *y = strrchr(b, ':');

	return x && y && strcmp(x, y) == 0 &&
	       fact_is_standard(a) != fact_is_standard(b);
}

static bool is_unknown(const struct term *t)
{
	return t->kind == TERM_ANY || t->is_foreign_alias;
}

/* <usize as SliceIndex<..>>::Output: the impl that says it is not looked for */
static bool is_said_elsewhere(const struct fit *f, const struct term *has)
{
	const struct term *self =
		has->kind == TERM_PROJECTION ? has->args[0] : NULL;

	if (!self || !fit_is_variable(f, self))
		return false;
	self = fit_value(f, self->name);
	return self && self->kind != TERM_PARAM && self->kind != TERM_IMPL &&
	       self->kind != TERM_PROJECTION;
}

static bool fit_any(struct fit *f, const struct term *had,
		    const struct term *has, enum fit_mode mode)
{
	if (had->kind == TERM_ANY || has->kind == TERM_ANY)
		return true;
	if (fit_is_variable(f, has))
		return fit_variable(f, had, has, mode);
	if (has->kind == TERM_IMPL && !is_return(mode) &&
	    !can_be_inferred(had, mode))
		return false;
	if (has->kind == TERM_IMPL && mode != FIT_EXACT)
		return fit_impls(f, had, has, mode);
	if (had->kind == TERM_IMPL && is_return(mode))
		return fit_impls(f, had, has, mode);
	if (mode == FIT_PARAM && !f->is_exact && coerce_param(f, had, has))
		return true;
	if (mode == FIT_RETURN && !f->is_exact && coerce_return(f, had, has))
		return true;
	if (is_said_elsewhere(f, has))
		return true;
	if (had->kind == TERM_PROJECTION || has->kind == TERM_PROJECTION)
		return fit_projected(f, had, has, mode);
	if (had->is_foreign_alias && has->kind == TERM_PRIMITIVE)
		return fact_may_be(had->name, has->name);
	if (has->is_foreign_alias && had->kind == TERM_PRIMITIVE)
		return fact_may_be(has->name, had->name);
	if (is_unknown(had) || is_unknown(has))
		return !(had->is_foreign_alias && has->is_foreign_alias) ||
		       same_last(had->name, has->name) ||
		       fit_paths(f, had, has, mode);
	return fit_kind(f, had, has, mode);
}

bool fit_terms(struct fit *f, const struct term *had, const struct term *has,
	       enum fit_mode mode)
{
	bool fits;

	if (f->depth >= TERM_DEPTH_MAX || f->steps++ >= STEPS_MAX)
		return true;
	f->depth++;
	fits = fit_any(f, had, has, mode);
	f->depth--;
	return fits;
}

bool fit_try(struct fit *f, const struct term *had, const struct term *has,
	     enum fit_mode mode)
{
	struct fit_state before = f->now;

	if (fit_terms(f, had, has, mode))
		return true;
	f->now = before;
	return false;
}
