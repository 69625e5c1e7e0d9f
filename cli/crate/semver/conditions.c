#include "crate/semver/conditions.h"

#include <string.h>

#include "base/strbuf.h"
#include "crate/rustdoc/doc.h"
#include "crate/rustdoc/type.h"
#include "crate/semver/alias.h"
#include "crate/semver/facts.h"
#include "crate/semver/members.h"
#include "crate/semver/surface.h"

/* ---- the same thing */

bool when_is_visible(struct semver_pair *p)
{
	return member_is_visible(p->thing[SEMVER_NEW]);
}

bool when_is_no_api_member(struct semver_pair *p)
{
	return !member_is_api(p->thing[SEMVER_NEW]);
}

bool when_is_same_kind_or_api(struct semver_pair *p)
{
	const struct rustdoc_item *is = p->thing[SEMVER_NEW];
	const struct surface_path *at =
		surface_find(p->side[SEMVER_NEW]->surface, p->path);

	if (is->kind == p->thing[SEMVER_OLD]->kind)
		return true;
	while (at && at->item != is)
		at = at->next_here;
	return at && at->is_api;
}

bool when_is_same_proc_macro_kind(struct semver_pair *p)
{
	return strcmp(p->thing[SEMVER_OLD]->as.proc_macro.kind,
		      p->thing[SEMVER_NEW]->as.proc_macro.kind) == 0;
}

/* ---- items */

bool when_was_exported_macro(struct semver_pair *p)
{
	const struct rustdoc_item *macro = p->thing[SEMVER_OLD];
	const char *name = strstr(p->path, "::");

	return macro->attrs.macro_export && name &&
	       strcmp(name + 2, macro->name) == 0;
}

const struct rustdoc_item *place_of_macro(const struct semver_pair *p)
{
	return surface_macro(p->side[SEMVER_NEW]->surface,
			     p->thing[SEMVER_OLD]->name);
}

bool when_is_no_macro(struct semver_pair *p)
{
	return !place_of_macro(p);
}

bool when_is_private_macro(struct semver_pair *p)
{
	return !when_is_no_macro(p);
}

static bool was_proc_macro(const struct semver_pair *p, const char *kind)
{
	return strcmp(p->thing[SEMVER_OLD]->as.proc_macro.kind, kind) == 0;
}

bool when_was_derive_macro(struct semver_pair *p)
{
	return was_proc_macro(p, "derive");
}

bool when_was_attribute_macro(struct semver_pair *p)
{
	return was_proc_macro(p, "attr");
}

bool when_was_bang_macro(struct semver_pair *p)
{
	return was_proc_macro(p, "bang");
}

bool when_is_not_abroad(struct semver_pair *p)
{
	return !surface_is_abroad(p->side[SEMVER_NEW]->surface, p->path);
}

bool when_was_alias_of_its_own(struct semver_pair *p)
{
	return !alias_target(p->side[SEMVER_OLD]->doc, p->thing[SEMVER_OLD]);
}

/* ---- structs, enums, unions */

bool when_item_is_struct(struct semver_pair *p)
{
	return p->item[SEMVER_OLD]->kind == RUSTDOC_STRUCT &&
	       p->item[SEMVER_NEW]->kind == RUSTDOC_STRUCT;
}

bool when_item_is_union(struct semver_pair *p)
{
	return p->item[SEMVER_OLD]->kind == RUSTDOC_UNION &&
	       p->item[SEMVER_NEW]->kind == RUSTDOC_UNION;
}

bool when_item_shape_stays(struct semver_pair *p)
{
	return p->item[SEMVER_OLD]->as.type.fields.shape ==
	       p->item[SEMVER_NEW]->as.type.fields.shape;
}

bool when_item_exhaustive_both(struct semver_pair *p)
{
	return !p->item[SEMVER_OLD]->attrs.non_exhaustive &&
	       !p->item[SEMVER_NEW]->attrs.non_exhaustive;
}

static struct field_counts fields(const struct semver_pair *p, int side)
{
	return facts_fields(p->facts[side]);
}

static bool all_api_fields(struct field_counts c)
{
	return c.private == 0 && c.hidden == 0;
}

bool when_item_was_all_api_fields(struct semver_pair *p)
{
	return all_api_fields(fields(p, SEMVER_OLD));
}

bool when_item_was_not_all_api_fields(struct semver_pair *p)
{
	return !when_item_was_all_api_fields(p);
}

bool when_was_exhaustive(struct semver_pair *p)
{
	return !p->thing[SEMVER_OLD]->attrs.non_exhaustive;
}

bool when_was_non_exhaustive(struct semver_pair *p)
{
	return p->thing[SEMVER_OLD]->attrs.non_exhaustive;
}

bool when_is_exhaustive(struct semver_pair *p)
{
	return !p->thing[SEMVER_NEW]->attrs.non_exhaustive;
}

bool when_is_non_exhaustive(struct semver_pair *p)
{
	return p->thing[SEMVER_NEW]->attrs.non_exhaustive;
}

bool when_was_without_fields(struct semver_pair *p)
{
	return fields(p, SEMVER_OLD).all == 0;
}

bool when_was_with_public_fields(struct semver_pair *p)
{
	struct field_counts c = fields(p, SEMVER_OLD);

	return c.all > c.private + c.hidden;
}

bool when_was_with_only_private_fields(struct semver_pair *p)
{
	struct field_counts c = fields(p, SEMVER_OLD);

	return c.all > 0 && c.all == c.private + c.hidden;
}

bool when_was_without_private_fields(struct semver_pair *p)
{
	return fields(p, SEMVER_OLD).private == 0;
}

bool when_was_with_private_fields(struct semver_pair *p)
{
	return fields(p, SEMVER_OLD).private > 0;
}

bool when_is_with_private_fields(struct semver_pair *p)
{
	return fields(p, SEMVER_NEW).private > 0;
}

bool when_is_without_private_fields(struct semver_pair *p)
{
	return fields(p, SEMVER_NEW).private == 0;
}

bool when_is_with_hidden_fields(struct semver_pair *p)
{
	return fields(p, SEMVER_NEW).hidden > 0;
}

bool when_is_all_api_fields(struct semver_pair *p)
{
	return all_api_fields(fields(p, SEMVER_NEW));
}

bool when_is_private(struct semver_pair *p)
{
	return !member_is_visible(p->thing[SEMVER_NEW]);
}

static bool variant_both(const struct semver_pair *p, enum rustdoc_shape shape)
{
	return p->variant[SEMVER_OLD]->as.variant.fields.shape == shape &&
	       p->variant[SEMVER_NEW]->as.variant.fields.shape == shape;
}

bool when_variant_plain_both(struct semver_pair *p)
{
	return variant_both(p, RUSTDOC_PLAIN);
}

bool when_variant_tuple_both(struct semver_pair *p)
{
	return variant_both(p, RUSTDOC_TUPLE);
}

bool when_variant_exhaustive_both(struct semver_pair *p)
{
	return !p->variant[SEMVER_OLD]->attrs.non_exhaustive &&
	       !p->variant[SEMVER_NEW]->attrs.non_exhaustive;
}

bool when_variant_was_non_exhaustive(struct semver_pair *p)
{
	return p->variant[SEMVER_OLD]->attrs.non_exhaustive;
}

static bool has_impl(struct semver_pair *p, int side, const char *trait,
		     bool is_negative)
{
	const struct rustdoc_ids *impls = item_impls(p->thing[side]);
	struct rustdoc *doc = p->side[side]->doc;
	const char *path, *kind;

	for (uint32_t i = 0; i < impls->count; i++) {
		const struct rustdoc_item *impl;

		if (rustdoc_impl_sort(doc, impls->at[i]) !=
		    RUSTDOC_IMPL_UNKNOWN)
			continue;
		impl = rustdoc_item_of(doc, impls->at[i], RUSTDOC_IMPL);
		if (impl && impl->as.impl.is_negative == is_negative &&
		    rustdoc_path(doc, impl->as.impl.trait_id, &path, &kind) &&
		    strcmp(path, trait) == 0)
			return true;
	}
	return false;
}

/* rustdoc says of what is no Sized type that it is not, and else nothing. */
bool when_becomes_unsized(struct semver_pair *p)
{
	static const char sized[] = "core::marker::Sized";

	return has_impl(p, SEMVER_NEW, sized, true) &&
	       !has_impl(p, SEMVER_OLD, sized, true);
}

bool when_becomes_copy(struct semver_pair *p)
{
	static const char copy[] = "core::marker::Copy";

	return has_impl(p, SEMVER_NEW, copy, false) &&
	       !has_impl(p, SEMVER_OLD, copy, false);
}

bool when_becomes_drop(struct semver_pair *p)
{
	static const char drop[] = "core::ops::drop::Drop";

	return has_impl(p, SEMVER_NEW, drop, false) &&
	       !has_impl(p, SEMVER_OLD, drop, false);
}

/* A field of such a type is copied, not moved. */
static bool is_copied(struct rustdoc *doc, const struct rustdoc_item *field)
{
	struct rustdoc_type t;

	return !rustdoc_type_read(doc, field->as.field.type, &t) ||
	       t.kind == RUSTDOC_TYPE_PRIMITIVE ||
	       (t.kind == RUSTDOC_TYPE_REF && !t.is_mutable);
}

static bool any_moves(struct rustdoc *doc, const struct rustdoc_ids *fields)
{
	for (uint32_t i = 0; i < fields->count; i++) {
		const struct rustdoc_item *f = rustdoc_item_of(
			doc, fields->at[i], RUSTDOC_STRUCT_FIELD);

		if (f && member_is_api(f) && !is_copied(doc, f))
			return true;
	}
	return false;
}

bool when_was_opened_by_users(struct semver_pair *p)
{
	const struct rustdoc_item *type = p->thing[SEMVER_OLD];
	struct rustdoc *doc = p->side[SEMVER_OLD]->doc;
	const struct rustdoc_ids *ids;

	if (type->kind == RUSTDOC_STRUCT)
		return any_moves(doc, &type->as.type.fields.ids);
	ids = &type->as.enumeration.variants;
	for (uint32_t i = 0; i < ids->count; i++) {
		const struct rustdoc_item *v =
			rustdoc_item_of(doc, ids->at[i], RUSTDOC_VARIANT);

		if (v && any_moves(doc, &v->as.variant.fields.ids))
			return true;
	}
	return false;
}

/* ---- traits */

static enum sealing_state sealing_at(struct semver_pair *p, int side,
				     const struct rustdoc_item *trait)
{
	return sealing_of(&p->side[side]->sealing, trait);
}

bool when_item_was_implementable(struct semver_pair *p)
{
	return sealing_at(p, SEMVER_OLD, p->item[SEMVER_OLD]) == SEALING_NONE;
}

bool when_item_is_not_completely_sealed(struct semver_pair *p)
{
	return !when_is_completely_sealed(p);
}

static bool has_default(const struct rustdoc_item *it)
{
	switch (it->kind) {
	case RUSTDOC_FUNCTION:
		return it->as.function.has_body;
	case RUSTDOC_ASSOC_CONST:
		return it->as.constant.value != NULL;
	default:
		return it->as.assoc_type.type.size > 0;
	}
}

bool when_is_required(struct semver_pair *p)
{
	return !has_default(p->thing[SEMVER_NEW]);
}

bool when_default_goes(struct semver_pair *p)
{
	return has_default(p->thing[SEMVER_OLD]) &&
	       !has_default(p->thing[SEMVER_NEW]);
}

bool when_becomes_sealed(struct semver_pair *p)
{
	return sealing_at(p, SEMVER_OLD, p->item[SEMVER_OLD]) == SEALING_NONE &&
	       sealing_at(p, SEMVER_NEW, p->item[SEMVER_NEW]) != SEALING_NONE;
}

bool when_item_was_api_sealed(struct semver_pair *p)
{
	return sealing_at(p, SEMVER_OLD, p->item[SEMVER_OLD]) == SEALING_API;
}

bool when_was_completely_sealed(struct semver_pair *p)
{
	return sealing_at(p, SEMVER_OLD, p->item[SEMVER_OLD]) ==
	       SEALING_COMPLETE;
}

bool when_is_implementable(struct semver_pair *p)
{
	return sealing_at(p, SEMVER_NEW, p->item[SEMVER_NEW]) == SEALING_NONE;
}

bool when_is_api_sealed(struct semver_pair *p)
{
	return sealing_at(p, SEMVER_NEW, p->item[SEMVER_NEW]) == SEALING_API;
}

bool when_is_completely_sealed(struct semver_pair *p)
{
	return sealing_at(p, SEMVER_NEW, p->item[SEMVER_NEW]) ==
	       SEALING_COMPLETE;
}

static bool is_unsafe_trait(const struct semver_pair *p, int side)
{
	return p->thing[side]->as.trait.is_unsafe;
}

bool when_becomes_unsafe_trait(struct semver_pair *p)
{
	return !is_unsafe_trait(p, SEMVER_OLD) &&
	       is_unsafe_trait(p, SEMVER_NEW);
}

bool when_was_unsafe_trait(struct semver_pair *p)
{
	return is_unsafe_trait(p, SEMVER_OLD) &&
	       !is_unsafe_trait(p, SEMVER_NEW);
}

bool when_was_dyn_compatible(struct semver_pair *p)
{
	return p->thing[SEMVER_OLD]->as.trait.is_dyn_compatible &&
	       !p->thing[SEMVER_NEW]->as.trait.is_dyn_compatible;
}

/* ---- words */

bool when_word_was_derived(struct semver_pair *p)
{
	return p->word->is_derived;
}

static bool is_foreign(const struct semver_pair *p)
{
	const struct rustdoc_item *trait = rustdoc_item_of(
		p->side[SEMVER_OLD]->doc, p->word->id, RUSTDOC_TRAIT);

	return !trait || trait->crate_id != 0;
}

bool when_word_is_local_api(struct semver_pair *p)
{
	return !is_foreign(p) &&
	       surface_is_api(p->side[SEMVER_OLD]->surface, p->word->id);
}

bool when_word_is_foreign(struct semver_pair *p)
{
	return is_foreign(p);
}

/* ---- details */

void detail_new_kind(const struct semver_pair *p, struct strbuf *out)
{
	strbuf_addf(out, ": it is a %s now",
		    rustdoc_kind_name(p->thing[SEMVER_NEW]->kind));
}

/*
 * A re-export of another crate's item, or an alias with other parameters, may
 * well serve users as before: say that it is there.
 */
void detail_instead(const struct semver_pair *p, struct strbuf *out)
{
	const struct semver_side *new = p->side[SEMVER_NEW];
	const struct surface_path *at = surface_find(new->surface, p->path);
	const char *path, *kind;

	for (; at; at = at->next_here) {
		if (at->item && at->item->kind == RUSTDOC_TYPE_ALIAS) {
			strbuf_adds(out, ": a type alias stands there now, "
					 "with parameters of its own");
			return;
		}
		if (at->item || !rustdoc_path(new->doc, at->id, &path, &kind))
			continue;
		strbuf_addf(out,
			    ": '%s' of another crate stands there now, "
			    "which rustdoc does not describe",
			    path);
		return;
	}
}
