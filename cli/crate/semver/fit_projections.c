/* <T as Trait>::Name, against another or against what it stands for. */
#include <string.h>

#include "crate/semver/fit.h"

/* Iterator::Item is IntoIterator::Item. */
static bool is_item_of_both(const struct term *had, const struct term *has)
{
	static const char iter[] = "core::iter::traits::";
	const struct term *a = had->bounds.at[0].trait;
	const struct term *b = has->bounds.at[0].trait;

	return strcmp(had->name, "Item") == 0 && a->name && b->name &&
	       strncmp(a->name, iter, sizeof(iter) - 1) == 0 &&
	       strncmp(b->name, iter, sizeof(iter) - 1) == 0;
}

/* T: B<Item: Clone> speaks of the Item of A, if that is B's supertrait. */
static bool is_of_super(struct fit *f, const struct term *had,
			const struct term *has)
{
	const struct term *a = had->bounds.at[0].trait;
	const struct term *b = has->bounds.at[0].trait;

	return (a->item || a->name) && (b->item || b->name) &&
	       (fit_any_implies(f, had->bounds, b, false) ||
		fit_any_implies(f, has->bounds, a, true));
}

/* Of a trait that nobody can name, an associated type may be renamed. */
static bool has_other_name(struct fit *f, const struct term *had,
			   const struct term *has)
{
	const struct term *was, *is;

	if (had->bounds.count == 0 || has->bounds.count == 0)
		return false;
	was = had->bounds.at[0].trait;
	is = has->bounds.at[0].trait;
	return was->kind == TERM_PATH && is->kind == TERM_PATH &&
	       fit_same_item(f, was, is) && fit_is_redeclared(f, is, had->name);
}

static bool fit_projections(struct fit *f, const struct term *had,
			    const struct term *has)
{
	if (!fit_terms(f, had->args[0], has->args[0], FIT_EXACT))
		return false;
	if (strcmp(had->name, has->name) != 0)
		return has_other_name(f, had, has);
	if (had->bounds.count == 0 || has->bounds.count == 0 ||
	    is_item_of_both(had, has))
		return true;
	return fit_try(f, had->bounds.at[0].trait, has->bounds.at[0].trait,
		       FIT_EXACT) ||
	       is_of_super(f, had, has);
}

/* T::Item, of what PREDS call T: Iterator<Item = u8>, is u8. */
const struct term *fit_value_by(const struct term_preds *preds,
				const struct term *t)
{
	const struct term *trait;

	if (t->kind != TERM_PROJECTION || t->bounds.count == 0 ||
	    t->bounds.at[0].trait->kind != TERM_PATH)
		return NULL;
	for (size_t i = 0; preds && i < preds->count; i++) {
		trait = preds->at[i].bound.trait;
		if (!trait || !term_same(preds->at[i].type, t->args[0]) ||
		    strcmp(trait->name, t->bounds.at[0].trait->name) != 0)
			continue;
		for (size_t k = 0; k < trait->constraint_count; k++)
			if (strcmp(trait->constraints[k].name, t->name) == 0)
				return trait->constraints[k].value;
	}
	return NULL;
}

/* HAS is T::Name, and of what T stands for `had` says that it is HAD. */
static bool is_value_of(struct fit *f, const struct term *had,
			const struct term *has)
{
	struct term of = *has;
	const struct term *self, *value;

	if (has->kind != TERM_PROJECTION || has->args[0]->kind != TERM_PARAM)
		return false;
	self = fit_value(f, has->args[0]->name);
	if (!self)
		return false;
	of.args = &self;
	value = fit_value_by(f->had_preds, &of);
	return value && term_same(value, had);
}

/* At least one of them is a projection. */
bool fit_projected(struct fit *f, const struct term *had,
		   const struct term *has, enum fit_mode mode)
{
	const struct term *was = fit_value_by(f->had_preds, had);
	const struct term *is = fit_value_by(f->has_preds, has);
	struct fit_state before = f->now;

	if (had->kind == has->kind && fit_projections(f, had, has))
		return true;
	f->now = before;
	if (was || is)
		return fit_terms(f, was ? was : had, is ? is : has, mode);
	if (is_value_of(f, had, has))
		return true;
	if (had->kind == has->kind && strcmp(had->name, has->name) == 0)
		return false;
	return term_is_unresolved(had) || term_is_unresolved(has);
}
