#ifndef CRATE_SEMVER_CONDITIONS_H
#define CRATE_SEMVER_CONDITIONS_H

#include "crate/semver/lints.h"

/*
 * The conditions that rows of the lint table are made of.  Each looks at one
 * pair; `was` is about the old side, `is` about the new one.  Most are about
 * the thing itself, those with `item` in their name about the item around it.
 */

/* What something must be to count as the same thing as before. */
lint_condition is_visible;
lint_condition is_same_proc_macro_kind;

/* Items. */
lint_condition was_exported_macro; /* at its home, not re-exported */
lint_condition is_no_macro;	   /* none of that name, exported or not */
lint_condition is_private_macro;
lint_condition was_derive_macro;
lint_condition was_attribute_macro;
lint_condition was_bang_macro;
lint_condition was_alias_of_its_own; /* did not re-export its target */

/* Structs, enums, unions and what they hold. */
lint_condition item_is_struct;
lint_condition item_is_union;
lint_condition item_shape_stays;
lint_condition item_exhaustive_both;
lint_condition item_was_without_private_fields;
lint_condition item_was_all_api_fields;
lint_condition was_exhaustive;
lint_condition was_non_exhaustive;
lint_condition is_exhaustive;
lint_condition is_non_exhaustive;
lint_condition was_without_fields;
lint_condition was_with_public_fields;
lint_condition was_with_only_private_fields;
lint_condition was_without_private_fields;
lint_condition is_private;
lint_condition variant_plain_both;
lint_condition variant_tuple_both;
lint_condition variant_exhaustive_both;

/* Functions. */
lint_condition param_count_differs;

/* Traits. */
lint_condition item_implementable_both;
lint_condition is_required;
lint_condition default_goes;
lint_condition becomes_sealed;

/* A word on the case. */
void detail_param_count(const struct lint_pair *p, struct strbuf *out);
void detail_new_kind(const struct lint_pair *p, struct strbuf *out);
void detail_foreign(const struct lint_pair *p, struct strbuf *out);

#endif
