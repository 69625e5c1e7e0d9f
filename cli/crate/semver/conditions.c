#include "crate/semver/conditions.h"

#include <string.h>

#include "base/strbuf.h"
#include "crate/rustdoc/doc.h"
#include "crate/rustdoc/type.h"
#include "crate/semver/alias.h"
#include "crate/semver/members.h"
#include "crate/semver/surface.h"

/* --- the same thing ----------------------------------------------------------
 */

bool is_visible(struct lint_pair *p)
{
	return member_is_visible(p->thing[LINT_NEW]);
}

bool is_same_proc_macro_kind(struct lint_pair *p)
{
	return strcmp(p->thing[LINT_OLD]->as.proc_macro.kind,
		      p->thing[LINT_NEW]->as.proc_macro.kind) == 0;
}

/* --- items
 * ---------------------------------------------------------------------- */

bool was_exported_macro(struct lint_pair *p)
{
	const struct rustdoc_item *macro = p->thing[LINT_OLD];
	const char *name = strstr(p->path, "::");

	return macro->attrs.macro_export && name &&
	       strcmp(name + 2, macro->name) == 0;
}

bool is_no_macro(struct lint_pair *p)
{
	return !surface_macro(p->side[LINT_NEW]->surface,
			      p->thing[LINT_OLD]->name);
}

bool is_private_macro(struct lint_pair *p)
{
	return !is_no_macro(p);
}

static bool was_proc_macro(const struct lint_pair *p, const char *kind)
{
	return strcmp(p->thing[LINT_OLD]->as.proc_macro.kind, kind) == 0;
}

bool was_derive_macro(struct lint_pair *p)
{
	return was_proc_macro(p, "derive");
}

bool was_attribute_macro(struct lint_pair *p)
{
	return was_proc_macro(p, "attr");
}

bool was_bang_macro(struct lint_pair *p)
{
	return was_proc_macro(p, "bang");
}

bool was_alias_of_its_own(struct lint_pair *p)
{
	return !alias_target(p->side[LINT_OLD]->doc, p->thing[LINT_OLD]);
}

/* --- structs, enums, unions
 * -------------------------------------------------------- */

bool item_is_struct(struct lint_pair *p)
{
	return p->item[LINT_OLD]->kind == RUSTDOC_STRUCT &&
	       p->item[LINT_NEW]->kind == RUSTDOC_STRUCT;
}

bool item_is_union(struct lint_pair *p)
{
	return p->item[LINT_OLD]->kind == RUSTDOC_UNION &&
	       p->item[LINT_NEW]->kind == RUSTDOC_UNION;
}

bool item_shape_stays(struct lint_pair *p)
{
	return p->item[LINT_OLD]->as.type.fields.shape ==
	       p->item[LINT_NEW]->as.type.fields.shape;
}

bool item_exhaustive_both(struct lint_pair *p)
{
	return !p->item[LINT_OLD]->attrs.non_exhaustive &&
	       !p->item[LINT_NEW]->attrs.non_exhaustive;
}

/* Fields by what they are; one that was left out is private or hidden. */
struct field_counts {
	uint32_t all;
	uint32_t private;
	uint32_t hidden; /* and not private */
};

static struct field_counts count_fields(struct rustdoc *doc,
					const struct rustdoc_fields *fields)
{
	struct field_counts c = { 0 };

	for (uint32_t i = 0; i < fields->ids.count; i++) {
		const struct rustdoc_item *f =
			rustdoc_item(doc, fields->ids.at[i]);

		c.all++;
		if (!f || !member_is_visible(f))
			c.private ++;
		else if (!member_is_api(f))
			c.hidden++;
	}
	if (fields->stripped) {
		c.all++;
		c.private ++;
	}
	return c;
}

static struct field_counts old_fields(struct lint_pair *p,
				      const struct rustdoc_item *type)
{
	return count_fields(p->side[LINT_OLD]->doc, &type->as.type.fields);
}

bool item_was_without_private_fields(struct lint_pair *p)
{
	return old_fields(p, p->item[LINT_OLD]).private == 0;
}

bool item_was_all_api_fields(struct lint_pair *p)
{
	struct field_counts c = old_fields(p, p->item[LINT_OLD]);

	return c.private == 0 && c.hidden == 0;
}

bool was_exhaustive(struct lint_pair *p)
{
	return !p->thing[LINT_OLD]->attrs.non_exhaustive;
}

bool was_non_exhaustive(struct lint_pair *p)
{
	return p->thing[LINT_OLD]->attrs.non_exhaustive;
}

bool is_exhaustive(struct lint_pair *p)
{
	return !p->thing[LINT_NEW]->attrs.non_exhaustive;
}

bool is_non_exhaustive(struct lint_pair *p)
{
	return p->thing[LINT_NEW]->attrs.non_exhaustive;
}

bool was_without_fields(struct lint_pair *p)
{
	return old_fields(p, p->thing[LINT_OLD]).all == 0;
}

bool was_with_public_fields(struct lint_pair *p)
{
	struct field_counts c = old_fields(p, p->thing[LINT_OLD]);

	return c.all > c.private;
}

bool was_with_only_private_fields(struct lint_pair *p)
{
	struct field_counts c = old_fields(p, p->thing[LINT_OLD]);

	return c.all > 0 && c.all == c.private;
}

bool was_without_private_fields(struct lint_pair *p)
{
	return old_fields(p, p->thing[LINT_OLD]).private == 0;
}

bool is_private(struct lint_pair *p)
{
	return !member_is_visible(p->thing[LINT_NEW]);
}

static bool variant_both(const struct lint_pair *p, enum rustdoc_shape shape)
{
	return p->variant[LINT_OLD]->as.variant.fields.shape == shape &&
	       p->variant[LINT_NEW]->as.variant.fields.shape == shape;
}

bool variant_plain_both(struct lint_pair *p)
{
	return variant_both(p, RUSTDOC_PLAIN);
}

bool variant_tuple_both(struct lint_pair *p)
{
	return variant_both(p, RUSTDOC_TUPLE);
}

bool variant_exhaustive_both(struct lint_pair *p)
{
	return !p->variant[LINT_OLD]->attrs.non_exhaustive &&
	       !p->variant[LINT_NEW]->attrs.non_exhaustive;
}

/* --- functions
 * ------------------------------------------------------------------- */

bool param_count_differs(struct lint_pair *p)
{
	return rustdoc_param_count(p->thing[LINT_OLD]) !=
	       rustdoc_param_count(p->thing[LINT_NEW]);
}

/* --- traits
 * ------------------------------------------------------------------------- */

static enum sealing_state sealing_at(struct lint_pair *p, int side,
				     const struct rustdoc_item *trait)
{
	return sealing_of(&p->side[side]->sealing, trait);
}

bool item_implementable_both(struct lint_pair *p)
{
	return sealing_at(p, LINT_OLD, p->item[LINT_OLD]) == SEALING_NONE &&
	       sealing_at(p, LINT_NEW, p->item[LINT_NEW]) == SEALING_NONE;
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

bool is_required(struct lint_pair *p)
{
	return !has_default(p->thing[LINT_NEW]);
}

bool default_goes(struct lint_pair *p)
{
	return has_default(p->thing[LINT_OLD]) &&
	       !has_default(p->thing[LINT_NEW]);
}

bool becomes_sealed(struct lint_pair *p)
{
	return sealing_at(p, LINT_OLD, p->item[LINT_OLD]) == SEALING_NONE &&
	       sealing_at(p, LINT_NEW, p->item[LINT_NEW]) != SEALING_NONE;
}

/* --- details
 * -------------------------------------------------------------------------- */

void detail_param_count(const struct lint_pair *p, struct strbuf *out)
{
	strbuf_addf(out, ": it takes %u instead of %u",
		    (unsigned)rustdoc_param_count(p->thing[LINT_NEW]),
		    (unsigned)rustdoc_param_count(p->thing[LINT_OLD]));
}

void detail_new_kind(const struct lint_pair *p, struct strbuf *out)
{
	strbuf_addf(out, ": it is a %s now",
		    rustdoc_kind_name(p->thing[LINT_NEW]->kind));
}

/* A re-export of another crate may well be the same thing: say so. */
void detail_foreign(const struct lint_pair *p, struct strbuf *out)
{
	const struct lint_side *new = p->side[LINT_NEW];
	const struct surface_path *at = surface_find(new->surface, p->path);
	const char *path, *kind;

	for (; at; at = at->next_here) {
		if (at->item || !rustdoc_path(new->doc, at->id, &path, &kind))
			continue;
		strbuf_addf(out,
			    ": '%s' stands there now, of another crate, "
			    "which rustdoc does not describe",
			    path);
		return;
	}
}
