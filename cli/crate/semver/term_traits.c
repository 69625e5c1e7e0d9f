/* What traits ask of whoever has them. */
#include <string.h>

#include "crate/semver/term.h"

enum {
	TRAITS_DEPTH_MAX = 8
};

static bool is_static(const struct term *lifetime)
{
	return lifetime && lifetime->kind == TERM_LIFETIME &&
	       strcmp(lifetime->name, "'static") == 0;
}

bool term_trait_is_static(struct term_builder *b, const struct term *trait,
			  unsigned depth)
{
	struct term_builder own;
	struct term_params params = { 0 };
	struct term_preds preds = { 0 };
	struct term_bounds bounds;
	const struct rustdoc_item *item;

	if (!trait || trait->kind != TERM_PATH || depth > TRAITS_DEPTH_MAX)
		return false;
	item = trait->item;
	if (!item || item->kind != RUSTDOC_TRAIT)
		return strcmp(trait->name, "core::any::Any") == 0;
	term_builder_init(&own, b->side, b->which, b->arena);
	own.depth = b->depth;
	term_build_generics(&own, item->generics, &params, &preds);
	bounds = term_build_bounds(&own, item->as.trait.bounds);
	for (size_t i = 0; i < bounds.count; i++)
		if (is_static(bounds.at[i].lifetime) ||
		    term_trait_is_static(b, bounds.at[i].trait, depth + 1))
			return true;
	for (size_t i = 0; i < preds.count; i++)
		if (preds.at[i].type->kind == TERM_PARAM &&
		    strcmp(preds.at[i].type->name, "Self") == 0 &&
		    (is_static(preds.at[i].bound.lifetime) ||
		     term_trait_is_static(b, preds.at[i].bound.trait,
					  depth + 1)))
			return true;
	return false;
}

bool term_preds_ask(const struct term_preds *preds, const char *param)
{
	for (size_t i = 0; i < preds->count; i++) {
		const struct term_pred *p = &preds->at[i];

		if (p->bound.trait && !p->bound.is_maybe &&
		    p->type->kind == TERM_PARAM &&
		    strcmp(p->type->name, param) == 0)
			return true;
	}
	return false;
}
