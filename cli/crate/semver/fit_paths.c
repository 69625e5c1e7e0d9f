/* Types and traits by their paths, and the arguments that they take. */
#include <string.h>

#include "crate/semver/fit.h"
#include "crate/semver/lints.h"
#include "crate/semver/std_facts.h"
#include "crate/semver/surface.h"

/* ---- what is the same */

static bool leads_to(const struct surface *s, const char *path, uint32_t id)
{
	const struct surface_path *at = surface_find(s, path);

	for (; at; at = at->next_here)
		if (at->id == id)
			return true;
	return false;
}

/* Of a renamed type, "gone" has been said of its old name. */
static bool took_its_place(struct fit *f, const struct term *had,
			   const struct term *has)
{
	const struct surface_path *at;

	if (!had->item || !has->item)
		return false;
	at = surface_of(f->side[f->had]->surface, had->id);
	for (; at; at = at->next_way)
		if (surface_find(f->side[f->has]->surface, at->path))
			return false;
	at = surface_of(f->side[f->has]->surface, has->id);
	for (; at; at = at->next_way)
		if (surface_find(f->side[f->had]->surface, at->path))
			return false;
	return true;
}

bool fit_same_item(struct fit *f, const struct term *had,
		   const struct term *has)
{
	const struct surface_path *at;

	if (had->side == has->side && had->id != RUSTDOC_NO_ID &&
	    has->id != RUSTDOC_NO_ID)
		return had->id == has->id;
	if (!had->item && !has->item && strcmp(had->name, has->name) == 0)
		return true;
	if (!had->item && !has->item &&
	    !fact_may_be_moved(had->name, has->name))
		return false;
	if (had->id == RUSTDOC_NO_ID || has->id == RUSTDOC_NO_ID)
		return strcmp(had->name, has->name) == 0;
	at = surface_of(f->side[f->had]->surface, had->id);
	for (; at; at = at->next_way)
		if (leads_to(f->side[f->has]->surface, at->path, has->id))
			return true;
	/* what nobody may name may have another name */
	if (had->item && has->item &&
	    !surface_is_api(f->side[f->had]->surface, had->id))
		return true;
	return took_its_place(f, had, has);
}

/* ---- arguments */

/* HashMap<K, V> is HashMap<K, V, S> for one S. */
static bool is_default_for(struct fit *f, const struct term *had,
			   const struct term *has)
{
	if (had->kind != TERM_PATH || had->count > has->count)
		return false;
	for (size_t i = had->count; i < has->count; i++)
		if (!fit_is_variable(f, has->args[i]))
			return false;
	return true;
}

struct declared {
	struct term_params params;
	struct term_preds preds;
};

static struct declared declared_by(struct fit *f, const struct term *path,
				   int which)
{
	struct declared d = { 0 };
	struct term_builder b;

	term_builder_init(&b, f->side[which], which, f->arena);
	term_build_generics(&b, path->item->generics, &d.params, &d.preds);
	return d;
}

/*
 * Of a type that nobody can name, parameters are no promise: where it declares
 * others now, its arguments mean something else.
 */
static bool means_other_args(struct fit *f, const struct term *had,
			     const struct term *has)
{
	struct declared was, is;

	if (!had->item || !has->item ||
	    surface_is_api(f->side[f->had]->surface, had->id) ||
	    surface_is_api(f->side[f->has]->surface, has->id))
		return false;
	was = declared_by(f, had, f->had);
	is = declared_by(f, has, f->has);
	if (was.params.count != is.params.count ||
	    was.preds.count != is.preds.count)
		return true;
	for (size_t i = 0; i < was.params.count; i++)
		if (strcmp(was.params.at[i].name, is.params.at[i].name) != 0)
			return true;
	return false;
}

static size_t lifetimes_in(const struct term *t)
{
	size_t n = 0;

	while (n < t->count && t->args[n]->kind == TERM_LIFETIME)
		n++;
	return n;
}

bool fit_args(struct fit *f, const struct term *had, const struct term *has,
	      enum fit_mode mode)
{
	size_t i = 0, k = 0;

	if (means_other_args(f, had, has))
		return true;
	/* a type of ours that takes others now: its own lint has said so */
	if (had->count != has->count) {
		if (!(had->item && has->item) && !is_default_for(f, had, has))
			return false;
		if (had->item && has->item &&
		    lifetimes_in(had) != lifetimes_in(has)) {
			i = lifetimes_in(had);
			k = lifetimes_in(has);
		}
	}
	for (; i < had->count && k < has->count; i++, k++)
		if (!fit_terms(f, had->args[i], has->args[k], mode))
			return false;
	return true;
}

/* ---- the whole */

/* What WAS has become, if an alias stands at its path now; else NULL. */
static const struct term *alias_now(struct fit *f, const struct term *was)
{
	struct semver_side *side = f->side[SEMVER_NEW];
	const struct surface_path *at, *is;
	struct term_builder b;

	if (was->side != SEMVER_OLD || !was->item)
		return NULL;
	at = surface_of(f->side[SEMVER_OLD]->surface, was->id);
	is = at ? surface_find(side->surface, at->path) : NULL;
	for (; is; is = is->next_here) {
		if (!is->item || is->item->kind != RUSTDOC_TYPE_ALIAS)
			continue;
		term_builder_init(&b, side, SEMVER_NEW, f->arena);
		return term_build_item(&b, is->item, was->args, was->count);
	}
	return NULL;
}

bool fit_paths(struct fit *f, const struct term *had, const struct term *has,
	       enum fit_mode mode)
{
	const struct term *now;

	if (!fit_same_item(f, had, has)) {
		now = alias_now(f, had);
		if (now)
			return fit_terms(f, now, has, mode);
		now = alias_now(f, has);
		return now && fit_terms(f, had, now, mode);
	}
	mode = fact_is_invariant(had->name) ? FIT_EXACT : fit_inside(mode);
	return fit_args(f, had, has, mode);
}
