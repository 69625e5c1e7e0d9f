/* Warnings that users get: deprecation and #[must_use]. */
#include "crate/semver/lint_rows.h"

#define WHY_DEPRECATED \
	"every use of it gets a warning, which some builds take for an error"
#define WHY_MUST_USE                                                        \
	"code that ignores such a value gets a warning, which some builds " \
	"take for an error"
#define WHY_MAY_IGNORE "code that ignores such a value is no longer warned"

#define DEPRECATED(on_, kinds_) \
	WHERE(on_, CHANGED, kinds_), .why = WHY_DEPRECATED, .mend = MEND_MINOR

#define MUST_USE(on_, kinds_)                                                 \
	WHERE(on_, CHANGED, kinds_), .why = WHY_MUST_USE, .mend = MEND_MINOR, \
				     .when = { when_becomes_must_use }

#define MAY_IGNORE(on_, kinds_)                             \
	WHERE(on_, CHANGED, kinds_), .why = WHY_MAY_IGNORE, \
				     .mend = MEND_MINOR,    \
				     .when = { when_was_must_use }

const struct semver_lint semver_lints_of_deprecation[] = {
	{ ADDS("function_marked_deprecated", "function became #[deprecated]"),
	  DEPRECATED(ITEM, KIND_FUNCTION),
	  .when = { when_becomes_deprecated } },
	{ ADDS("type_marked_deprecated", "type became #[deprecated]"),
	  DEPRECATED(ITEM, KIND_TYPE), .when = { when_becomes_deprecated } },
	{ ADDS("trait_marked_deprecated", "trait became #[deprecated]"),
	  DEPRECATED(ITEM, KIND_TRAIT), .when = { when_becomes_deprecated } },
	{ ADDS("global_value_marked_deprecated",
	       "constant or static became #[deprecated]"),
	  DEPRECATED(ITEM, KIND_CONST | KIND_STATIC),
	  .becomes = KIND_CONST | KIND_STATIC,
	  .when = { when_becomes_deprecated } },
	{ ADDS("macro_marked_deprecated",
	       "exported macro became #[deprecated]"),
	  DEPRECATED(ITEM, KIND_MACRO),
	  .when = { when_becomes_deprecated, when_was_exported_macro } },
	{ ADDS("proc_macro_marked_deprecated",
	       "procedural macro became #[deprecated]"),
	  DEPRECATED(ITEM, KIND_PROC_MACRO),
	  .when = { when_becomes_deprecated, when_is_same_proc_macro_kind } },
	{ ADDS("struct_field_marked_deprecated",
	       "field of a struct became #[deprecated]"),
	  DEPRECATED(FIELD, KIND_FIELD),
	  .when = { when_becomes_deprecated, when_item_is_struct,
		    when_item_is_not_deprecated } },
	{ ADDS("union_field_marked_deprecated",
	       "field of a union became #[deprecated]"),
	  DEPRECATED(FIELD, KIND_FIELD),
	  .when = { when_becomes_deprecated, when_item_is_union,
		    when_item_is_not_deprecated } },
	{ ADDS("enum_variant_marked_deprecated",
	       "enum variant became #[deprecated]"),
	  DEPRECATED(VARIANT, KIND_VARIANT),
	  .when = { when_becomes_deprecated, when_item_is_not_deprecated } },
	{ ADDS("enum_struct_variant_field_marked_deprecated",
	       "field of a struct variant became #[deprecated]"),
	  DEPRECATED(VARIANT_FIELD, KIND_FIELD),
	  .when = { when_becomes_deprecated, when_variant_plain_both,
		    when_variant_is_not_deprecated } },
	{ ADDS("enum_tuple_variant_field_marked_deprecated",
	       "field of a tuple variant became #[deprecated]"),
	  DEPRECATED(VARIANT_FIELD, KIND_FIELD),
	  .when = { when_becomes_deprecated, when_variant_tuple_both,
		    when_variant_is_not_deprecated } },
	{ ADDS("type_method_marked_deprecated", "method became #[deprecated]"),
	  DEPRECATED(INHERENT, KIND_FUNCTION),
	  .when = { when_becomes_deprecated } },
	{ ADDS("type_associated_const_marked_deprecated",
	       "associated constant became #[deprecated]"),
	  DEPRECATED(INHERENT, KIND_ASSOC_CONST),
	  .when = { when_becomes_deprecated } },
	{ ADDS("trait_method_marked_deprecated",
	       "trait method became #[deprecated]"),
	  DEPRECATED(TRAIT_ITEM, KIND_FUNCTION),
	  .when = { when_becomes_deprecated, when_item_is_not_deprecated } },
	{ ADDS("trait_associated_const_marked_deprecated",
	       "associated constant of a trait became #[deprecated]"),
	  DEPRECATED(TRAIT_ITEM, KIND_ASSOC_CONST),
	  .when = { when_becomes_deprecated, when_item_is_not_deprecated } },
	{ ADDS("trait_associated_type_marked_deprecated",
	       "associated type of a trait became #[deprecated]"),
	  DEPRECATED(TRAIT_ITEM, KIND_ASSOC_TYPE),
	  .when = { when_becomes_deprecated, when_item_is_not_deprecated } },
	{ ADDS("struct_must_use_added", "struct became #[must_use]"),
	  MUST_USE(ITEM, KIND_STRUCT) },
	{ ADDS_QUIETLY("struct_must_use_removed",
		       "struct is no longer #[must_use]"),
	  MAY_IGNORE(ITEM, KIND_STRUCT) },
	{ ADDS("enum_must_use_added", "enum became #[must_use]"),
	  MUST_USE(ITEM, KIND_ENUM) },
	{ ADDS_QUIETLY("enum_must_use_removed",
		       "enum is no longer #[must_use]"),
	  MAY_IGNORE(ITEM, KIND_ENUM) },
	{ ADDS("union_must_use_added", "union became #[must_use]"),
	  MUST_USE(ITEM, KIND_UNION) },
	{ ADDS_QUIETLY("union_must_use_removed",
		       "union is no longer #[must_use]"),
	  MAY_IGNORE(ITEM, KIND_UNION) },
	{ ADDS("trait_must_use_added", "trait became #[must_use]"),
	  MUST_USE(ITEM, KIND_TRAIT) },
	{ ADDS_QUIETLY("trait_must_use_removed",
		       "trait is no longer #[must_use]"),
	  MAY_IGNORE(ITEM, KIND_TRAIT) },
	{ 0 },
};
