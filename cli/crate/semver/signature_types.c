/* Signatures of what has one type, or only bounds. */
#include <string.h>

#include "crate/rustdoc/doc.h"
#include "crate/semver/alias.h"
#include "crate/semver/alike.h"
#include "crate/semver/signature_internal.h"

/* ---- what has one type */

static struct rustdoc_span type_of(const struct rustdoc_item *it)
{
	switch (it->kind) {
	case RUSTDOC_STRUCT_FIELD:
		return it->as.field.type;
	case RUSTDOC_TYPE_ALIAS:
		return it->as.alias.type;
	default:
		return it->as.constant.type;
	}
}

static bool is_constant(const struct rustdoc_item *it)
{
	return it->kind == RUSTDOC_CONSTANT || it->kind == RUSTDOC_STATIC ||
	       it->kind == RUSTDOC_ASSOC_CONST;
}

/* More or fewer parameters: that has been said, and is all to say. */
static bool counts_differ(const struct job *j)
{
	size_t had[3] = { 0 }, has[3] = { 0 }, needs[3] = { 0 };
	const struct term_param *p;

	for (size_t i = 0; i < j->of[SEMVER_OLD].own; i++)
		had[j->of[SEMVER_OLD].params.at[i].kind]++;
	for (size_t i = 0; i < j->of[SEMVER_NEW].own; i++) {
		p = &j->of[SEMVER_NEW].params.at[i];
		has[p->kind]++;
		needs[p->kind] += !p->fallback;
	}
	for (int kind = 0; kind < 3; kind++)
		if (has[kind] < had[kind] || needs[kind] > had[kind])
			return true;
	return false;
}

void job_compare_types(struct job *j)
{
	const struct semver_pair *p = j->p;
	bool is_const = is_constant(p->thing[SEMVER_OLD]);
	bool is_written =
		is_const && job_is_of_trait(p) && job_is_implementable(p);
	const struct term *type[2];
	struct fit f;

	if (spans_alike(p, type_of(p->thing[SEMVER_OLD]),
			type_of(p->thing[SEMVER_NEW])) &&
	    job_around_alike(p) &&
	    spans_alike(p, p->thing[SEMVER_OLD]->generics,
			p->thing[SEMVER_NEW]->generics))
		return;
	for (int side = SEMVER_OLD; side <= SEMVER_NEW; side++) {
		job_frame(j, side);
		if (is_const)
			j->of[side].b.elision = TERM_ELIDED_STATIC;
		type[side] =
			term_build(&j->of[side].b, type_of(p->thing[side]));
	}
	if (counts_differ(j) && !j->of[SEMVER_OLD].self) {
		/* of an alias that is no re-export nobody else says so */
		if (p->thing[SEMVER_OLD]->kind == RUSTDOC_TYPE_ALIAS &&
		    !alias_target(p->side[SEMVER_OLD]->doc,
				  p->thing[SEMVER_OLD]))
			job_found(j, SIGNATURE_TYPE, type[SEMVER_OLD],
				  type[SEMVER_NEW]);
		return;
	}
	job_fit(j, &f, SEMVER_OLD);
	if (!fit_terms(&f, type[SEMVER_OLD], type[SEMVER_NEW],
		       is_const && !is_written ? FIT_RETURN_IN : FIT_EXACT) ||
	    f.now.lifetimes_differ)
		job_found(j, SIGNATURE_TYPE, type[SEMVER_OLD],
			  type[SEMVER_NEW]);
}

/* ---- what has bounds */

/* A supertrait of the same name with other arguments: From<u8>, From<u16>. */
static void compare_supertraits(struct job *j, struct fit *f)
{
	struct term_bounds was = term_build_bounds(
		&j->of[SEMVER_OLD].b, j->p->item[SEMVER_OLD]->as.trait.bounds);
	struct term_bounds is = term_build_bounds(
		&j->of[SEMVER_NEW].b, j->p->item[SEMVER_NEW]->as.trait.bounds);

	for (size_t i = 0; i < is.count; i++) {
		const struct term *now = is.at[i].trait, *same = NULL;
		bool fits = false;

		for (size_t k = 0; now && k < was.count && !fits; k++) {
			if (!was.at[k].trait ||
			    !fit_same_item(f, was.at[k].trait, now))
				continue;
			same = was.at[k].trait;
			fits = fit_implies(f, same, now);
		}
		if (same && !fits)
			job_found(j, SIGNATURE_BOUNDS, same, now);
	}
}

static void compare_consts(struct job *j, struct fit *f)
{
	const struct term_params *was = &j->of[SEMVER_OLD].params;
	const struct term_params *is = &j->of[SEMVER_NEW].params;
	size_t i = 0;

	for (size_t k = 0; k < is->count; k++) {
		if (is->at[k].kind != TERM_OF_CONST)
			continue;
		while (i < was->count && was->at[i].kind != TERM_OF_CONST)
			i++;
		if (i == was->count)
			return;
		if (!fit_try(f, was->at[i].type, is->at[k].type, FIT_EXACT))
			job_found(j, SIGNATURE_TYPE, was->at[i].type,
				  is->at[k].type);
		i++;
	}
}

/* The defaults that were there; a new one breaks nobody. */
static void compare_defaults(struct job *j, struct fit *f)
{
	const struct term_params *was = &j->of[SEMVER_OLD].params;
	const struct term_params *is = &j->of[SEMVER_NEW].params;

	if (was->count != is->count)
		return;
	for (size_t i = 0; i < was->count; i++)
		if (was->at[i].fallback && is->at[i].fallback &&
		    !fit_try(f, was->at[i].fallback, is->at[i].fallback,
			     FIT_EXACT))
			job_found(j, SIGNATURE_TYPE, was->at[i].fallback,
				  is->at[i].fallback);
}

void job_compare_generics(struct job *j)
{
	const struct semver_pair *p = j->p;
	const struct term_pred *pred = NULL;
	bool is_trait = p->thing[SEMVER_OLD]->kind == RUSTDOC_TRAIT;
	struct fit f;

	if (spans_alike(p, p->thing[SEMVER_OLD]->generics,
			p->thing[SEMVER_NEW]->generics) &&
	    (!is_trait || spans_alike(p, p->thing[SEMVER_OLD]->as.trait.bounds,
				      p->thing[SEMVER_NEW]->as.trait.bounds)))
		return;
	job_frame(j, SEMVER_OLD);
	job_frame(j, SEMVER_NEW);
	job_fit(j, &f, SEMVER_OLD);
	if (is_trait)
		compare_supertraits(j, &f);
	compare_consts(j, &f);
	compare_defaults(j, &f);
	/* `where Self: X` makes a supertrait, whose lints have said it */
	for (size_t i = 0; i < f.has_preds->count; i++)
		if (is_trait && f.has_preds->at[i].type->kind == TERM_PARAM &&
		    strcmp(f.has_preds->at[i].type->name, "Self") == 0)
			f.has_preds->at[i].bound.is_maybe = true;
	if (!(j->found & SIGNATURE_BOUNDS) && !fit_preds(&f, &pred))
		job_found_bound(j, pred, SEMVER_NEW);
	if (f.now.lifetimes_differ)
		job_found(j, SIGNATURE_LIFETIMES, NULL, NULL);
}

/* Users rely on what was promised, impls were made for what was asked. */
void job_compare_assoc_types(struct job *j)
{
	const struct semver_pair *p = j->p;
	struct term type[2] = { { .kind = TERM_IMPL }, { .kind = TERM_IMPL } };
	bool was_sized, is_sized;
	struct fit f;

	if (spans_alike(p, p->thing[SEMVER_OLD]->as.assoc_type.bounds,
			p->thing[SEMVER_NEW]->as.assoc_type.bounds) &&
	    job_around_alike(p))
		return;
	for (int side = SEMVER_OLD; side <= SEMVER_NEW; side++) {
		job_frame(j, side);
		type[side].bounds = term_build_bounds(
			&j->of[side].b, p->thing[side]->as.assoc_type.bounds);
	}
	job_fit(j, &f, SEMVER_OLD);
	was_sized = fit_is_sized(&f, &type[SEMVER_OLD]);
	is_sized = fit_is_sized(&f, &type[SEMVER_NEW]);
	if ((was_sized && !is_sized) ||
	    (!was_sized && is_sized && job_is_implementable(p)) ||
	    !fit_try(&f, &type[SEMVER_OLD], &type[SEMVER_NEW], FIT_RETURN_IN) ||
	    (job_is_implementable(p) &&
	     !fit_bounds(&f, &type[SEMVER_OLD], type[SEMVER_NEW].bounds)))
		job_found(j, SIGNATURE_BOUNDS, &type[SEMVER_OLD],
			  &type[SEMVER_NEW]);
}
