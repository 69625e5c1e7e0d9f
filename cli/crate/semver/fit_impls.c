/* The impls of types of this crate. */
#include "crate/semver/fit.h"

#include <string.h>

#include "crate/rustdoc/doc.h"
#include "crate/semver/lints.h"
#include "crate/semver/members.h"
#include "crate/semver/surface.h"
#include "crate/semver/term_read.h"

enum {
	IMPLS_MAX = 4096
};

bool term_is_named(const struct term *t, const char *path)
{
	return t->name && strcmp(t->name, path) == 0;
}

/* The trait, and what its associated types are, of IMPL in the side WHICH. */
static struct term *impl_trait(struct fit *f, int which,
			       const struct rustdoc_item *impl)
{
	struct rustdoc *d = f->side[which]->doc;
	struct term_constraint *list = arena_calloc(
		f->arena, impl->as.impl.items.count + 1, sizeof(*list));
	struct term_builder b;
	struct term *t = arena_alloc(f->arena, sizeof(*t));
	const struct term *self;

	if (!t || !list)
		return NULL;
	term_builder_init(&b, f->side[which], which, f->arena);
	self = term_build(&b, impl->as.impl.target);
	b.self = self;
	*t = *term_build_path(&b, impl->as.impl.trait);
	if (t->kind != TERM_PATH)
		return NULL;
	t->constraints = list;
	t->constraint_count = 0;
	for (uint32_t i = 0; i < impl->as.impl.items.count; i++) {
		const struct rustdoc_item *it = rustdoc_item_of(
			d, impl->as.impl.items.at[i], RUSTDOC_ASSOC_TYPE);

		if (it && it->name)
			list[t->constraint_count++] = (struct term_constraint){
				.name = it->name,
				.value = term_build(&b, it->as.assoc_type.type),
			};
	}
	return t;
}

/* The head of what an impl is for: &mut X is X. */
static bool is_for(struct fit *f, int which, const struct rustdoc_item *impl,
		   uint32_t id)
{
	struct term_builder b;
	const struct term *t;

	term_builder_init(&b, f->side[which], which, f->arena);
	t = term_build(&b, impl->as.impl.target);
	return t->kind == TERM_PATH && t->id == id;
}

bool fit_type_has(struct fit *f, int which, const struct rustdoc_item *type,
		  const struct term *want, bool back)
{
	const struct rustdoc_ids *impls = item_impls(type);
	struct rustdoc *d = f->side[which]->doc;

	for (uint32_t i = 0; impls && i < impls->count && i < IMPLS_MAX; i++) {
		const struct rustdoc_item *impl =
			rustdoc_item_of(d, impls->at[i], RUSTDOC_IMPL);
		struct fit_state before = f->now;
		const struct term *trait;
		bool found;

		if (!impl || impl->as.impl.trait_id == RUSTDOC_NO_ID ||
		    impl->as.impl.is_negative)
			continue;
		if (!impl->as.impl.is_blanket &&
		    !is_for(f, which, impl, type->id))
			continue;
		trait = impl_trait(f, which, impl);
		if (!trait)
			return true;
		/* back: the document of `has`; else it is had's own again */
		found = impl->as.impl.is_blanket
				? term_is_named(trait, want->name)
			: back ? fit_implies_back(f, trait, want)
			       : term_is_named(trait, want->name) ||
					 (trait->item && want->item &&
					  trait->id == want->id);
		if (found)
			return true;
		f->now = before;
	}
	return false;
}

bool fit_is_conversion(const struct term *want)
{
	return term_is_named(want, "core::convert::Into") ||
	       term_is_named(want, "core::convert::TryInto");
}

/* `impl From<HAD> for X`, among the impls of TYPE. */
static bool converts_by(struct fit *f, const struct rustdoc_item *type,
			const struct term *had, const struct term *to)
{
	const struct rustdoc_ids *impls = type ? item_impls(type) : NULL;
	struct rustdoc *d = f->side[f->has]->doc;
	struct term_builder b;

	for (uint32_t i = 0; impls && i < impls->count && i < IMPLS_MAX; i++) {
		const struct rustdoc_item *impl =
			rustdoc_item_of(d, impls->at[i], RUSTDOC_IMPL);
		const struct term *trait;

		if (!impl || impl->as.impl.trait_id == RUSTDOC_NO_ID ||
		    impl->as.impl.is_blanket)
			continue;
		term_builder_init(&b, f->side[f->has], f->has, f->arena);
		b.self = term_build(&b, impl->as.impl.target);
		trait = term_build_path(&b, impl->as.impl.trait);
		if (term_is_named(trait, "core::convert::From") &&
		    trait->count == 1 && term_same(b.self, to) &&
		    fit_try(f, had, trait->args[0], FIT_EXACT))
			return true;
		/* From<T> for all T of some kind: cannot be told */
		if (term_is_named(trait, "core::convert::From") &&
		    trait->count == 1 && trait->args[0]->kind == TERM_PARAM)
			return true;
	}
	return false;
}

const struct rustdoc_item *fit_type_now(struct fit *f, const struct term *had)
{
	const struct surface_path *at = surface_of(f->side[f->had]->surface,
						   had->id),
				  *is;

	for (; at; at = at->next_way) {
		is = surface_find(f->side[f->has]->surface, at->path);
		for (; is; is = is->next_here)
			if (is->item && item_impls(is->item))
				return is->item;
	}
	return NULL;
}

/* TO: From<HAD>, as the side `had` asks for, gives HAD: Into<TO>. */
static bool converts_by_preds(struct fit *f, const struct term *had,
			      const struct term *want)
{
	const char *name = term_is_named(want, "core::convert::Into")
				   ? "core::convert::From"
				   : "core::convert::TryFrom";

	for (size_t i = 0; f->had_preds && i < f->had_preds->count; i++) {
		const struct term_pred *p = &f->had_preds->at[i];
		const struct term *trait = p->bound.trait;

		if (trait && term_is_named(trait, name) && trait->count == 1 &&
		    term_same(trait->args[0], had) &&
		    fit_try(f, p->type, want->args[0], FIT_EXACT))
			return true;
	}
	return false;
}

bool fit_converts(struct fit *f, const struct term *had,
		  const struct term *want)
{
	const struct term *to = want->count == 1 ? want->args[0] : NULL;
	const struct rustdoc_item *now =
		had->item ? fit_type_now(f, had) : NULL;

	if (!to || fit_try(f, had, to, FIT_EXACT) ||
	    converts_by_preds(f, had, want))
		return true;
	if (to->kind != TERM_PATH && to->kind != TERM_PRIMITIVE)
		return true;
	if (to->kind == TERM_PATH &&
	    term_is_named(to, "core::option::Option") && to->count == 1 &&
	    fit_try(f, had, to->args[0], FIT_EXACT))
		return true;
	if (!now && !to->item)
		return had->kind != TERM_PARAM;
	return converts_by(f, now, had, to) ||
	       converts_by(f, to->item, had, to);
}
