/* Conditions on positions and on the numbers of variants. */
#include <string.h>

#include "base/strbuf.h"
#include "crate/rustdoc/doc.h"
#include "crate/semver/conditions.h"
#include "crate/semver/facts.h"
#include "crate/semver/members.h"

/* ---- numbers */

static struct discriminant number(const struct semver_pair *p, int side)
{
	return facts_number(p->facts[side], p->position[side]);
}

/* Numbers that cannot be told count as the same. */
bool when_number_differs(struct semver_pair *p)
{
	struct discriminant was = number(p, SEMVER_OLD);
	struct discriminant is = number(p, SEMVER_NEW);

	return was.is_known && is.is_known && !discriminant_same(was, is);
}

/* The number of a variant can be read from memory, whatever fields it has. */
static bool has_tag(const struct semver_pair *p, int side)
{
	return p->item[side]->attrs.rare->repr_int;
}

bool when_item_with_tag_both(struct semver_pair *p)
{
	return has_tag(p, SEMVER_OLD) && has_tag(p, SEMVER_NEW);
}

/* No repr says anything of the old enum, whether of its numbers or not. */
bool when_item_was_without_repr(struct semver_pair *p)
{
	const struct rustdoc_attrs *a = &p->item[SEMVER_OLD]->attrs;

	return !a->rare->repr_int && a->repr == RUSTDOC_REPR_RUST &&
	       !a->rare->repr_align;
}

static bool castable(const struct semver_pair *p, int side)
{
	return facts_is_castable(p->facts[side]);
}

/*
 * Where a cast becomes impossible, a lint on that speaks, unless the number
 * can be read from memory now.
 */
bool when_item_was_castable_and_is_numbered(struct semver_pair *p)
{
	return castable(p, SEMVER_OLD) &&
	       (castable(p, SEMVER_NEW) ||
		(has_tag(p, SEMVER_NEW) &&
		 !facts_variants(p->facts[SEMVER_NEW])->any_non_exhaustive));
}

/* All its variants are units, for anybody to cast. */
bool when_was_castable(struct semver_pair *p)
{
	return castable(p, SEMVER_OLD) &&
	       facts_variants(p->facts[SEMVER_OLD])->all_units;
}

bool when_is_with_non_exhaustive_variant(struct semver_pair *p)
{
	const struct variant_facts *v = facts_variants(p->facts[SEMVER_NEW]);

	return v->all_units && v->any_non_exhaustive;
}

/* `A()` and `A {}` are none either. */
bool when_is_with_non_unit_variant(struct semver_pair *p)
{
	return !facts_variants(p->facts[SEMVER_NEW])->all_units;
}

/* ---- positions */

static bool fields_are_whole(const struct semver_pair *p, int side)
{
	const struct rustdoc_item *of =
		p->variant[side] ? p->variant[side] : p->item[side];

	return !item_fields(of)->stripped;
}

/* Of a field, absolutely: all before it count, private or hidden as well. */
bool when_field_moves(struct semver_pair *p)
{
	return p->position[SEMVER_OLD] != p->position[SEMVER_NEW] &&
	       fields_are_whole(p, SEMVER_OLD) &&
	       fields_are_whole(p, SEMVER_NEW);
}

/* Absolutely as well; explicit numbers do not count. */
bool when_variant_moves(struct semver_pair *p)
{
	return p->position[SEMVER_OLD] != p->position[SEMVER_NEW] &&
	       !p->item[SEMVER_OLD]->as.enumeration.stripped &&
	       !p->item[SEMVER_NEW]->as.enumeration.stripped;
}

void detail_position(const struct semver_pair *p, struct strbuf *out)
{
	strbuf_addf(out, ": it was in place %u and is in place %u",
		    (unsigned)p->position[SEMVER_OLD] + 1,
		    (unsigned)p->position[SEMVER_NEW] + 1);
}

bool when_item_derives_partial_ord_both(struct semver_pair *p)
{
	return facts_derives_partial_ord(p->facts[SEMVER_OLD]) &&
	       facts_derives_partial_ord(p->facts[SEMVER_NEW]);
}

bool when_item_repr_c_both(struct semver_pair *p)
{
	return p->item[SEMVER_OLD]->attrs.repr == RUSTDOC_REPR_C &&
	       p->item[SEMVER_NEW]->attrs.repr == RUSTDOC_REPR_C;
}

bool when_item_plain_both(struct semver_pair *p)
{
	return when_item_is_struct(p) && when_item_shape_stays(p) &&
	       p->item[SEMVER_NEW]->as.type.fields.shape == RUSTDOC_PLAIN;
}

/* ---- unions */

static uint32_t api_fields(struct semver_pair *p, int side)
{
	struct field_counts c = facts_fields(p->facts[side]);

	return c.all - c.private - c.hidden;
}

bool when_was_with_one_api_field(struct semver_pair *p)
{
	return api_fields(p, SEMVER_OLD) == 1;
}

bool when_was_with_more_api_fields(struct semver_pair *p)
{
	return api_fields(p, SEMVER_OLD) > 1;
}

static const struct rustdoc_item *first_api_field(struct rustdoc *doc,
						  const struct rustdoc_ids *ids)
{
	for (uint32_t i = 0; i < ids->count; i++) {
		const struct rustdoc_item *f =
			rustdoc_item_of(doc, ids->at[i], RUSTDOC_STRUCT_FIELD);

		if (f && member_is_api(f))
			return f;
	}
	return NULL;
}

/* `Name { field: .. }`, which makes a union, must make the struct as well. */
bool when_is_no_struct_of_that_field(struct semver_pair *p)
{
	const struct rustdoc_item *new = p->thing[SEMVER_NEW], *was, *is;

	if (new->attrs.non_exhaustive ||
	    facts_fields(p->facts[SEMVER_NEW]).all != 1)
		return true;
	was = first_api_field(p->side[SEMVER_OLD]->doc,
			      &p->thing[SEMVER_OLD]->as.type.fields.ids);
	is = first_api_field(p->side[SEMVER_NEW]->doc,
			     &new->as.type.fields.ids);
	return !was || !is || !was->name || !is->name ||
	       strcmp(was->name, is->name) != 0;
}
