/* Conditions on the shape and layout of types, and on plain attributes. */
#include "crate/semver/conditions.h"

#include <string.h>

#include "crate/rustdoc/doc.h"
#include "crate/rustdoc/type.h"
#include "crate/semver/members.h"

static enum rustdoc_shape struct_shape(const struct semver_pair *p, int side)
{
	return p->thing[side]->as.type.fields.shape;
}

bool when_was_unit_shape(struct semver_pair *p)
{
	return struct_shape(p, SEMVER_OLD) == RUSTDOC_UNIT;
}

bool when_was_tuple_shape(struct semver_pair *p)
{
	return struct_shape(p, SEMVER_OLD) == RUSTDOC_TUPLE;
}

bool when_is_plain_shape(struct semver_pair *p)
{
	return struct_shape(p, SEMVER_NEW) == RUSTDOC_PLAIN;
}

static enum rustdoc_shape variant_shape(const struct semver_pair *p, int side)
{
	return p->thing[side]->as.variant.fields.shape;
}

bool when_was_unit_variant(struct semver_pair *p)
{
	return variant_shape(p, SEMVER_OLD) == RUSTDOC_UNIT;
}

bool when_was_tuple_variant(struct semver_pair *p)
{
	return variant_shape(p, SEMVER_OLD) == RUSTDOC_TUPLE;
}

bool when_was_struct_variant(struct semver_pair *p)
{
	return variant_shape(p, SEMVER_OLD) == RUSTDOC_PLAIN;
}

bool when_variant_shape_differs(struct semver_pair *p)
{
	return variant_shape(p, SEMVER_OLD) != variant_shape(p, SEMVER_NEW);
}

bool when_was_variant_with_public_field(struct semver_pair *p)
{
	const struct rustdoc_ids *ids =
		&p->thing[SEMVER_OLD]->as.variant.fields.ids;

	for (uint32_t i = 0; i < ids->count; i++) {
		const struct rustdoc_item *field =
			rustdoc_item(p->side[SEMVER_OLD]->doc, ids->at[i]);

		if (field && member_is_api(field))
			return true;
	}
	return false;
}

/* ---- attributes */

static const struct rustdoc_attrs *attrs(const struct semver_pair *p, int side)
{
	return &p->thing[side]->attrs;
}

bool when_becomes_must_use(struct semver_pair *p)
{
	return !attrs(p, SEMVER_OLD)->must_use &&
	       attrs(p, SEMVER_NEW)->must_use;
}

bool when_was_must_use(struct semver_pair *p)
{
	return attrs(p, SEMVER_OLD)->must_use &&
	       !attrs(p, SEMVER_NEW)->must_use;
}

bool when_becomes_deprecated(struct semver_pair *p)
{
	return !p->thing[SEMVER_OLD]->deprecated &&
	       p->thing[SEMVER_NEW]->deprecated;
}

bool when_item_is_not_deprecated(struct semver_pair *p)
{
	return !p->item[SEMVER_NEW]->deprecated;
}

bool when_variant_is_not_deprecated(struct semver_pair *p)
{
	return !p->variant[SEMVER_NEW]->deprecated;
}

bool when_becomes_mutable(struct semver_pair *p)
{
	return !p->thing[SEMVER_OLD]->as.constant.is_mutable &&
	       p->thing[SEMVER_NEW]->as.constant.is_mutable;
}

bool when_was_mutable(struct semver_pair *p)
{
	return p->thing[SEMVER_OLD]->as.constant.is_mutable &&
	       !p->thing[SEMVER_NEW]->as.constant.is_mutable;
}

bool when_static_becomes_unsafe(struct semver_pair *p)
{
	return !p->thing[SEMVER_OLD]->as.constant.is_unsafe &&
	       p->thing[SEMVER_NEW]->as.constant.is_unsafe;
}

/* ---- layout */

static bool repr_goes(const struct semver_pair *p, enum rustdoc_repr_kind kind,
		      int from)
{
	return attrs(p, from)->repr == kind && attrs(p, !from)->repr != kind;
}

bool when_becomes_repr_c(struct semver_pair *p)
{
	return repr_goes(p, RUSTDOC_REPR_C, SEMVER_NEW);
}

bool when_was_repr_c(struct semver_pair *p)
{
	return repr_goes(p, RUSTDOC_REPR_C, SEMVER_OLD);
}

bool when_becomes_transparent(struct semver_pair *p)
{
	return repr_goes(p, RUSTDOC_REPR_TRANSPARENT, SEMVER_NEW);
}

static bool is_phantom(struct rustdoc *doc, const struct rustdoc_item *field)
{
	const char *path, *kind;
	struct rustdoc_type t;

	return rustdoc_type_read(doc, field->as.field.type, &t) &&
	       t.kind == RUSTDOC_TYPE_PATH &&
	       rustdoc_path(doc, t.id, &path, &kind) &&
	       strcmp(path, "core::marker::PhantomData") == 0;
}

/* Fields that are no PhantomData; *ONLY is the last of them. */
static unsigned real_fields(struct rustdoc *doc, const struct rustdoc_ids *ids,
			    const struct rustdoc_item **only)
{
	unsigned count = 0;

	*only = NULL;
	for (uint32_t i = 0; i < ids->count; i++) {
		const struct rustdoc_item *field =
			rustdoc_item_of(doc, ids->at[i], RUSTDOC_STRUCT_FIELD);

		if (field && is_phantom(doc, field))
			continue;
		count++;
		*only = field;
	}
	return count;
}

bool when_was_public_transparent(struct semver_pair *p)
{
	const struct rustdoc_item *old = p->thing[SEMVER_OLD], *field;

	return repr_goes(p, RUSTDOC_REPR_TRANSPARENT, SEMVER_OLD) &&
	       real_fields(p->side[SEMVER_OLD]->doc, &old->as.type.fields.ids,
			   &field) == 1 &&
	       field && member_is_visible(field);
}

bool when_was_transparent_enum(struct semver_pair *p)
{
	const struct rustdoc_ids *variants =
		&p->thing[SEMVER_OLD]->as.enumeration.variants;
	struct rustdoc *doc = p->side[SEMVER_OLD]->doc;
	const struct rustdoc_item *variant, *field;

	if (!repr_goes(p, RUSTDOC_REPR_TRANSPARENT, SEMVER_OLD) ||
	    variants->count != 1)
		return false;
	variant = rustdoc_item_of(doc, variants->at[0], RUSTDOC_VARIANT);
	return variant && variant->as.variant.fields.shape != RUSTDOC_UNIT &&
	       real_fields(doc, &variant->as.variant.fields.ids, &field) <= 1;
}

static bool number_goes(uint64_t from, uint64_t to)
{
	return from != 0 && to == 0;
}

static bool number_differs(uint64_t a, uint64_t b)
{
	return a != 0 && b != 0 && a != b;
}

bool when_becomes_aligned(struct semver_pair *p)
{
	return number_goes(attrs(p, SEMVER_NEW)->rare->repr_align,
			   attrs(p, SEMVER_OLD)->rare->repr_align);
}

bool when_was_aligned(struct semver_pair *p)
{
	return number_goes(attrs(p, SEMVER_OLD)->rare->repr_align,
			   attrs(p, SEMVER_NEW)->rare->repr_align);
}

bool when_alignment_differs(struct semver_pair *p)
{
	return number_differs(attrs(p, SEMVER_OLD)->rare->repr_align,
			      attrs(p, SEMVER_NEW)->rare->repr_align);
}

bool when_becomes_packed(struct semver_pair *p)
{
	return number_goes(attrs(p, SEMVER_NEW)->rare->repr_packed,
			   attrs(p, SEMVER_OLD)->rare->repr_packed);
}

bool when_was_packed(struct semver_pair *p)
{
	return number_goes(attrs(p, SEMVER_OLD)->rare->repr_packed,
			   attrs(p, SEMVER_NEW)->rare->repr_packed);
}

bool when_packing_differs(struct semver_pair *p)
{
	return number_differs(attrs(p, SEMVER_OLD)->rare->repr_packed,
			      attrs(p, SEMVER_NEW)->rare->repr_packed);
}

bool when_becomes_repr_int(struct semver_pair *p)
{
	return !attrs(p, SEMVER_OLD)->rare->repr_int &&
	       attrs(p, SEMVER_NEW)->rare->repr_int;
}

bool when_was_repr_int(struct semver_pair *p)
{
	return attrs(p, SEMVER_OLD)->rare->repr_int &&
	       !attrs(p, SEMVER_NEW)->rare->repr_int;
}

bool when_repr_int_differs(struct semver_pair *p)
{
	const char *was = attrs(p, SEMVER_OLD)->rare->repr_int;
	const char *is = attrs(p, SEMVER_NEW)->rare->repr_int;

	return was && is && strcmp(was, is) != 0;
}
