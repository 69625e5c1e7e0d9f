/* Structs, enums and unions: their shape, fields and variants. */
#include "crate/semver/lint_rows.h"

#define MEND_STRUCT "keep it a struct, or release a new major version"
#define WHY_LITERAL                                                        \
	"code that builds the struct field by field does not compile any " \
	"more"
#define WHY_UNION                                                        \
	"the union may be larger now, and what is written to one field " \
	"need not be a value of the new one"

/* The struct became an enum or a union. */
#define TURNS                                                           \
	WHERE(ITEM, CHANGED, KIND_STRUCT),                              \
		.becomes = KIND_ENUM | KIND_UNION, .mend = MEND_STRUCT, \
		.reference = "item-remove", .detail = detail_new_kind

#define GONE(on_, kinds_) \
	WHERE(on_, GONE, kinds_), .mend = MEND_BACK, .reference = "item-remove"

/* Visible or not, hidden or not. */
#define ADDED(on_, kinds_) \
	WHERE(on_, ADDED, kinds_), .reach = SEMVER_ANY, .mend = MEND_OUT

#define MARKED_OPEN(on_, kinds_)                                          \
	WHERE(on_, CHANGED, kinds_),                                      \
		.mend = "take the attribute off again, or release a new " \
			"major version",                                  \
		.reference = "attr-adding-non-exhaustive"

#define RESHAPED(on_, kinds_) WHERE(on_, CHANGED, kinds_), .mend = MEND_KEEP

#define CHANGED(on_, kinds_) WHERE(on_, CHANGED, kinds_), .mend = MEND_MINOR

const struct semver_lint semver_lints_of_types[] = {
	{ BREAKS("struct_with_pub_fields_changed_type",
		 "struct with public fields became another type"),
	  TURNS, .why = "code that uses its fields does not compile any more",
	  .when = { when_was_with_public_fields } },
	{ BREAKS("struct_with_no_pub_fields_changed_type",
		 "struct without public fields became another type"),
	  TURNS,
	  .why = "code that matches it as a struct does not compile any more",
	  .when = { when_was_with_only_private_fields } },
	{ BREAKS("constructible_struct_changed_type",
		 "struct without fields became another type"),
	  TURNS,
	  .why = "code that builds it by its name does not compile any more",
	  .when = { when_was_without_fields, when_was_exhaustive } },
	{ BREAKS("non_exhaustive_struct_changed_type",
		 "#[non_exhaustive] struct without fields became another type"),
	  TURNS,
	  .why = "code that matches it as a struct does not compile any more",
	  .when = { when_was_without_fields, when_was_non_exhaustive } },
	{ BREAKS("struct_marked_non_exhaustive",
		 "struct became #[non_exhaustive]"),
	  MARKED_OPEN(ITEM, KIND_STRUCT),
	  .why = "other crates can neither build the struct field by field nor "
		 "match all of it any more",
	  .when = { when_was_exhaustive, when_is_non_exhaustive,
		    when_was_without_private_fields } },
	{ BREAKS("enum_marked_non_exhaustive", "enum became #[non_exhaustive]"),
	  MARKED_OPEN(ITEM, KIND_ENUM),
	  .why = "a match of all variants without a wildcard does not compile "
		 "any more",
	  .when = { when_was_exhaustive, when_is_non_exhaustive } },
	{ BREAKS("enum_variant_marked_non_exhaustive",
		 "enum variant became #[non_exhaustive]"),
	  MARKED_OPEN(VARIANT, KIND_VARIANT),
	  .why = "other crates can neither build the variant nor match all of "
		 "it any more",
	  .when = { when_was_exhaustive, when_is_non_exhaustive } },
	{ BREAKS("enum_variant_missing", "enum variant removed or renamed"),
	  GONE(VARIANT, KIND_VARIANT),
	  .why = "code that builds or matches the variant does not compile any "
		 "more" },
	{ BREAKS("enum_variant_added", "variant added to an exhaustive enum"),
	  WHERE(VARIANT, ADDED, KIND_VARIANT), .reach = SEMVER_ANY,
	  .why = "a match of all variants without a wildcard does not compile "
		 "any more",
	  .mend = "take it out again, or release a new major version, and mark "
		  "the enum #[non_exhaustive] then if more may follow",
	  .reference = "enum-variant-new",
	  .when = { when_item_exhaustive_both } },
	{ BREAKS("struct_pub_field_missing",
		 "public field of a struct removed, renamed or private"),
	  GONE(FIELD, KIND_FIELD),
	  .why = "code that uses the field does not compile any more",
	  .same = when_is_visible,
	  .when = { when_item_is_struct, when_item_shape_stays } },
	{ BREAKS("union_field_missing",
		 "public field of a union removed, renamed or private"),
	  GONE(FIELD, KIND_FIELD),
	  .why = "code that uses the field does not compile any more",
	  .same = when_is_visible, .when = { when_item_is_union } },
	{ BREAKS("enum_struct_variant_field_missing",
		 "field of a struct variant removed or renamed"),
	  GONE(VARIANT_FIELD, KIND_FIELD),
	  .why = "code that uses the field does not compile any more",
	  .when = { when_variant_plain_both } },
	{ BREAKS("enum_tuple_variant_field_missing",
		 "field of a tuple variant removed"),
	  GONE(VARIANT_FIELD, KIND_FIELD),
	  .why = "code that builds or matches the variant does not compile any "
		 "more",
	  .when = { when_variant_tuple_both } },
	{ BREAKS("constructible_struct_adds_field",
		 "public field added to a struct with only public fields"),
	  ADDED(FIELD, KIND_FIELD), .why = WHY_LITERAL,
	  .reference = "struct-add-public-field-when-no-private",
	  .when = { when_item_is_struct, when_item_shape_stays,
		    when_item_exhaustive_both, when_item_was_all_api_fields,
		    when_is_visible } },
	{ BREAKS("constructible_struct_adds_private_field",
		 "private field added to a struct with only public fields"),
	  ADDED(FIELD, KIND_FIELD), .why = WHY_LITERAL,
	  .reference = "struct-add-private-field-when-public",
	  .when = { when_item_is_struct, when_item_shape_stays,
		    when_item_exhaustive_both, when_was_without_private_fields,
		    when_is_private } },
	{ BREAKS("enum_struct_variant_field_added",
		 "field added to an exhaustive struct variant"),
	  ADDED(VARIANT_FIELD, KIND_FIELD),
	  .why = "code that builds the variant, or matches all of it, does not "
		 "compile any more",
	  .reference = "enum-fields-new",
	  .when = { when_variant_plain_both, when_variant_exhaustive_both } },
	{ BREAKS("enum_tuple_variant_field_added",
		 "field added to an exhaustive tuple variant"),
	  ADDED(VARIANT_FIELD, KIND_FIELD),
	  .why = "code that builds or matches the variant does not compile any "
		 "more",
	  .reference = "enum-fields-new",
	  .when = { when_variant_tuple_both, when_variant_exhaustive_both } },
	{ BREAKS("struct_pub_field_now_doc_hidden",
		 "public field is no public API any more"),
	  WHERE(FIELD, CHANGED, KIND_FIELD), .reach = SEMVER_WAS,
	  .why = "what is private or hidden from the documentation is no "
		 "public API any more",
	  .mend = "deprecate it before hiding it, or release a new major "
		  "version",
	  .when = { when_is_no_api_member, when_item_is_struct,
		    when_item_shape_stays } },
	{ BREAKS("union_pub_field_now_doc_hidden",
		 "public field of a union became #[doc(hidden)]"),
	  HIDES(FIELD, KIND_FIELD), .when = { when_item_is_union } },
	{ BREAKS("enum_struct_variant_field_now_doc_hidden",
		 "field of a struct variant became #[doc(hidden)]"),
	  HIDES(VARIANT_FIELD, KIND_FIELD),
	  .when = { when_variant_plain_both } },
	{ BREAKS("enum_tuple_variant_field_now_doc_hidden",
		 "field of a tuple variant became #[doc(hidden)]"),
	  HIDES(VARIANT_FIELD, KIND_FIELD),
	  .when = { when_variant_tuple_both } },
	{ BREAKS("unit_struct_changed_kind",
		 "unit struct became a plain struct"),
	  RESHAPED(ITEM, KIND_STRUCT),
	  .why = "code that names it as a value does not compile any more",
	  .when = { when_was_exhaustive, when_was_unit_shape,
		    when_is_plain_shape } },
	{ BREAKS("tuple_struct_to_plain_struct",
		 "tuple struct became a plain struct"),
	  RESHAPED(ITEM, KIND_STRUCT),
	  .why = "code that builds or matches it does not compile any more",
	  .when = { when_was_exhaustive, when_was_tuple_shape,
		    when_was_without_private_fields, when_is_plain_shape,
		    when_is_exhaustive } },
	{ BREAKS("enum_unit_variant_changed_kind",
		 "unit variant became another kind of variant"),
	  RESHAPED(VARIANT, KIND_VARIANT), .reach = SEMVER_WAS,
	  .why = "code that builds or matches the variant does not compile any "
		 "more",
	  .when = { when_was_exhaustive, when_was_unit_variant,
		    when_variant_shape_differs } },
	{ BREAKS("enum_tuple_variant_changed_kind",
		 "tuple variant became another kind of variant"),
	  RESHAPED(VARIANT, KIND_VARIANT), .reach = SEMVER_WAS,
	  .why = "code that builds or matches the variant does not compile any "
		 "more",
	  .when = { when_was_exhaustive, when_was_tuple_variant,
		    when_variant_shape_differs } },
	{ BREAKS("enum_struct_variant_changed_kind",
		 "struct variant became another kind of variant"),
	  RESHAPED(VARIANT, KIND_VARIANT), .reach = SEMVER_WAS,
	  .why = "code that builds or matches the variant does not compile any "
		 "more",
	  .when = { when_was_struct_variant, when_variant_shape_differs,
		    when_was_variant_with_public_field } },
	{ BREAKS("enum_non_exhaustive_tuple_variant_changed_kind",
		 "#[non_exhaustive] tuple variant became another kind of "
		 "variant"),
	  RESHAPED(VARIANT, KIND_VARIANT), .reach = SEMVER_WAS,
	  .why = "code that matches its fields does not compile any more",
	  .when = { when_was_non_exhaustive, when_was_tuple_variant,
		    when_variant_shape_differs,
		    when_was_variant_with_public_field } },
	{ ADDS_QUIETLY("struct_no_longer_non_exhaustive",
		       "struct is no longer #[non_exhaustive]"),
	  CHANGED(ITEM, KIND_STRUCT),
	  .why = "users may come to rely on building and matching all of it",
	  .when = { when_was_non_exhaustive, when_is_exhaustive,
		    when_was_without_private_fields,
		    when_is_without_private_fields } },
	{ ADDS_QUIETLY("enum_no_longer_non_exhaustive",
		       "enum is no longer #[non_exhaustive]"),
	  CHANGED(ITEM, KIND_ENUM), .reach = SEMVER_WAS,
	  .why = "users may come to rely on matching all of it",
	  .when = { when_was_non_exhaustive, when_is_exhaustive } },
	{ ADDS_QUIETLY("enum_variant_no_longer_non_exhaustive",
		       "enum variant is no longer #[non_exhaustive]"),
	  CHANGED(VARIANT, KIND_VARIANT),
	  .why = "users may come to rely on building and matching all of it",
	  .when = { when_was_non_exhaustive, when_is_exhaustive } },
	{ BREAKS("union_changed_to_incompatible_struct",
		 "union became a struct that is built otherwise"),
	  RESHAPED(ITEM, KIND_UNION), .becomes = KIND_STRUCT,
	  .why = "code that builds it from its one public field does not "
		 "compile any more",
	  .reference = "item-remove",
	  .when = { when_was_with_one_api_field,
		    when_is_no_struct_of_that_field } },
	{ BREAKS("union_with_multiple_pub_fields_changed_to_struct",
		 "union with several public fields became a struct"),
	  RESHAPED(ITEM, KIND_UNION), .becomes = KIND_STRUCT,
	  .why = "code that builds it from one of its fields does not compile "
		 "any more",
	  .reference = "item-remove",
	  .when = { when_was_with_more_api_fields } },
	{ BREAKS("union_field_added_with_all_pub_fields",
		 "field added to a union with only public fields"),
	  ADDED(FIELD, KIND_FIELD), .why = WHY_UNION,
	  .when = { when_item_is_union, when_item_was_all_api_fields,
		    when_item_repr_c_both } },
	{ BREAKS_MAYBE("union_field_added_with_non_pub_fields",
		       "field added to a union with private fields"),
	  ADDED(FIELD, KIND_FIELD), .why = WHY_UNION,
	  .when = { when_item_is_union, when_item_was_not_all_api_fields,
		    when_item_repr_c_both } },
	{ 0 },
};
