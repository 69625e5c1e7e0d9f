#ifndef CRATE_SEMVER_CONDITIONS_H
#define CRATE_SEMVER_CONDITIONS_H

#include "crate/semver/lints.h"

/*
 * The conditions that rows of the lint table are made of.  Each looks at one
 * pair; `was` is about the old side, `is` about the new one.  Most are about
 * the thing itself, those with `item` in their name about the item around it.
 */

/* What something must be to count as the same thing as before. */
semver_condition when_is_visible;
semver_condition when_is_same_proc_macro_kind;

/* Items. */
semver_condition when_was_exported_macro; /* at its home, not re-exported */
semver_condition when_is_no_macro; /* none of that name, exported or not */
semver_condition when_is_private_macro;
semver_condition when_was_derive_macro;
semver_condition when_was_attribute_macro;
semver_condition when_was_bang_macro;
semver_condition when_was_alias_of_its_own; /* did not re-export its target */

/* Structs, enums, unions and what they hold. */
semver_condition when_item_is_struct;
semver_condition when_item_is_union;
semver_condition when_item_shape_stays;
semver_condition when_item_exhaustive_both;
semver_condition when_item_was_without_private_fields;
semver_condition when_item_was_all_api_fields;
semver_condition when_was_exhaustive;
semver_condition when_was_non_exhaustive;
semver_condition when_is_exhaustive;
semver_condition when_is_non_exhaustive;
semver_condition when_was_without_fields;
semver_condition when_was_with_public_fields;
semver_condition when_was_with_only_private_fields;
semver_condition when_was_without_private_fields;
semver_condition when_is_private;
semver_condition when_variant_plain_both;
semver_condition when_variant_tuple_both;
semver_condition when_variant_exhaustive_both;

/* Functions. */
semver_condition when_param_count_differs;

/* Traits. */
semver_condition when_item_implementable_both;
semver_condition when_is_required;
semver_condition when_default_goes;
semver_condition when_becomes_sealed;

/* A word on the case. */
void detail_param_count(const struct semver_pair *p, struct strbuf *out);
void detail_new_kind(const struct semver_pair *p, struct strbuf *out);
void detail_instead(const struct semver_pair *p, struct strbuf *out);

#endif
