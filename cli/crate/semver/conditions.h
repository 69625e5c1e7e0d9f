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
semver_condition when_is_no_api_member;
semver_condition when_is_same_kind_or_api; /* an item, by its path */
semver_condition when_is_same_proc_macro_kind;

/* Items. */
semver_condition when_was_exported_macro; /* at its home, not re-exported */
semver_condition when_is_no_macro; /* none of that name, exported or not */
semver_condition when_is_private_macro;
semver_condition when_was_derive_macro;
semver_condition when_was_attribute_macro;
semver_condition when_was_bang_macro;
semver_condition when_is_not_abroad; /* nothing of another crate instead */
semver_condition when_was_alias_of_its_own; /* did not re-export its target */

/* Structs, enums, unions and what they hold. */
semver_condition when_item_is_struct;
semver_condition when_item_is_union;
semver_condition when_item_shape_stays;
semver_condition when_item_exhaustive_both;
semver_condition when_item_was_all_api_fields;
semver_condition when_was_exhaustive;
semver_condition when_was_non_exhaustive;
semver_condition when_is_exhaustive;
semver_condition when_is_non_exhaustive;
semver_condition when_was_without_fields;
semver_condition when_was_with_public_fields;
semver_condition when_was_with_only_private_fields;
semver_condition when_was_without_private_fields;
semver_condition when_was_with_private_fields;
semver_condition when_is_with_private_fields;
semver_condition when_is_without_private_fields;
semver_condition when_is_with_hidden_fields;
semver_condition when_is_all_api_fields;
semver_condition when_was_with_one_api_field;
semver_condition when_was_with_more_api_fields;
semver_condition when_is_no_struct_of_that_field;
semver_condition when_item_was_not_all_api_fields;
semver_condition when_becomes_unsized;
semver_condition when_becomes_copy;
semver_condition when_becomes_drop;
semver_condition when_was_opened_by_users; /* could move fields out of it */
semver_condition when_is_private;
semver_condition when_variant_plain_both;
semver_condition when_variant_tuple_both;
semver_condition when_variant_exhaustive_both;
semver_condition when_variant_was_non_exhaustive;

semver_condition when_was_unit_shape;
semver_condition when_was_tuple_shape;
semver_condition when_is_plain_shape;
semver_condition when_was_unit_variant;
semver_condition when_was_tuple_variant;
semver_condition when_was_struct_variant;
semver_condition when_was_variant_with_public_field;
semver_condition when_variant_shape_differs;
semver_condition when_becomes_must_use;
semver_condition when_was_must_use;
semver_condition when_becomes_deprecated;
semver_condition when_item_is_not_deprecated; /* else it is inherited */
semver_condition when_variant_is_not_deprecated;

/* Constants and statics. */
semver_condition when_becomes_mutable;
semver_condition when_was_mutable;
semver_condition when_static_becomes_unsafe;

/* Layout. */
semver_condition when_becomes_repr_c;
semver_condition when_was_repr_c;
semver_condition when_becomes_transparent;
semver_condition when_was_public_transparent;
semver_condition when_was_transparent_enum;
semver_condition when_becomes_aligned;
semver_condition when_was_aligned;
semver_condition when_alignment_differs;
semver_condition when_becomes_packed;
semver_condition when_was_packed;
semver_condition when_packing_differs;
semver_condition when_becomes_repr_int;
semver_condition when_was_repr_int;
semver_condition when_repr_int_differs;

/* Order. */
semver_condition when_item_with_tag_both; /* repr(u8), .. */
semver_condition when_item_was_without_repr;
semver_condition when_item_was_castable_and_is_numbered;
semver_condition when_item_derives_partial_ord_both;
semver_condition when_item_repr_c_both;
semver_condition when_item_plain_both;
semver_condition when_was_castable;
semver_condition when_is_with_non_exhaustive_variant;
semver_condition when_is_with_non_unit_variant;
semver_condition when_number_differs;
semver_condition when_field_moves;
semver_condition when_variant_moves;

/* Generics. */
semver_condition when_lifetimes_differ;
semver_condition when_requires_more_types;
semver_condition when_requires_more_consts;
semver_condition when_allows_fewer_types;
semver_condition when_allows_fewer_consts;
semver_condition when_type_params_differ;
semver_condition when_type_params_differ_for_callers;
semver_condition when_const_params_differ;
semver_condition when_type_param_becomes_const;
semver_condition when_const_param_becomes_type;

/* Words. */
semver_condition when_word_was_derived;
semver_condition when_word_is_local_api; /* before: the path leads there */
semver_condition when_word_is_foreign;	 /* a trait of another crate */

/* Functions. */
semver_condition when_param_count_differs;
semver_condition when_becomes_unsafe;
semver_condition when_was_unsafe;
semver_condition when_becomes_const;
semver_condition when_was_const;
semver_condition when_abi_differs;
semver_condition when_unwind_goes;
semver_condition when_unwind_comes;
semver_condition when_returns_unit;
semver_condition when_returned_unit;
semver_condition when_receiver_goes;
semver_condition when_receiver_comes;
semver_condition when_ref_becomes_mut;
semver_condition when_ref_becomes_owned;
semver_condition when_mut_becomes_ref;
semver_condition when_mut_becomes_owned;
semver_condition when_owned_becomes_ref;
semver_condition when_owned_becomes_mut;
semver_condition when_receiver_becomes_other;

/* Traits. */
semver_condition when_item_was_implementable;
semver_condition when_item_is_not_completely_sealed;
semver_condition when_becomes_unsafe_trait;
semver_condition when_was_unsafe_trait;
semver_condition when_was_dyn_compatible;
semver_condition when_is_required;
semver_condition when_default_goes;
semver_condition when_becomes_sealed;
semver_condition when_item_was_api_sealed;
semver_condition when_was_completely_sealed;
semver_condition when_is_implementable;
semver_condition when_is_api_sealed;
semver_condition when_is_completely_sealed;

/* What the linker sees. */
semver_condition when_symbol_goes; /* or has another name */
semver_condition when_symbol_param_count_differs;

/* Features of the processor. */
semver_condition when_callable_both; /* on the target of the documents */
semver_condition when_safe_function_both;
semver_condition when_was_unsafe_function;
semver_condition when_was_without_target_features;
semver_condition when_was_with_target_features;
semver_condition when_is_with_target_features;
semver_condition when_needs_more_target_features;
semver_condition when_target_feature_goes;

/* Features of the manifest. */
semver_condition when_feature_was_for_users; /* by its name, and no `default` */
semver_condition when_feature_was_default;
semver_condition when_feature_is_no_default;

/* Types: signature.h, impls.h. */
semver_condition when_param_type_changes;
semver_condition when_return_type_changes;
semver_condition when_bounds_tighten;
semver_condition when_variance_narrows;
semver_condition when_blanket_impl_is_added;
semver_condition when_self_narrows;
semver_condition when_generics_move;
semver_condition when_lifetimes_tighten;
semver_condition when_type_changes;
semver_condition when_item_places_stay;
semver_condition when_variant_places_stay;
semver_condition when_was_plain_shape;
semver_condition when_is_no_plain_shape;
semver_condition when_impl_is_gone;
semver_condition when_impl_asks_more;
semver_condition when_impl_types_change;

/* The macro of the same name that is left, for what is no longer exported. */
const struct rustdoc_item *place_of_macro(const struct semver_pair *p);

/* A word on the case. */
void detail_param_type(const struct semver_pair *p, struct strbuf *out);
void detail_return_type(const struct semver_pair *p, struct strbuf *out);
void detail_variance(const struct semver_pair *p, struct strbuf *out);
void detail_bounds(const struct semver_pair *p, struct strbuf *out);
void detail_self(const struct semver_pair *p, struct strbuf *out);
void detail_type(const struct semver_pair *p, struct strbuf *out);
void detail_param_count(const struct semver_pair *p, struct strbuf *out);
void detail_position(const struct semver_pair *p, struct strbuf *out);
void detail_new_kind(const struct semver_pair *p, struct strbuf *out);
void detail_symbol_param_count(const struct semver_pair *p, struct strbuf *out);
void detail_symbols(const struct semver_pair *p, struct strbuf *out);
void detail_abis(const struct semver_pair *p, struct strbuf *out);
void detail_instead(const struct semver_pair *p, struct strbuf *out);

/* The end of a subject: "avx2,fma". */
void subject_new_target_features(const struct semver_pair *p,
				 struct strbuf *out);

/* The symbol that a function is exported by, or NULL. */
const char *symbol_of(const struct rustdoc_item *function);

#endif
