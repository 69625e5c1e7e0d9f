/* Layout that users may rely on. */
#include "crate/semver/lint_rows.h"

#define WHY_LAYOUT                                                          \
	"code that relies on the layout, size or alignment of the type is " \
	"wrong now"
#define MEND_NUMBER                                                         \
	"give it its old number, as in `Name = 3`, or release a new major " \
	"version"
#define WHY_NUMBER                                                         \
	"code that casts it to an integer, or reads it from memory, gets " \
	"another number"
#define WHY_CAST "code that casts it to an integer does not compile any more"

#define LAYOUT_CHANGES(kinds_) \
	WHERE(ITEM, CHANGED, kinds_), .why = WHY_LAYOUT, .mend = MEND_UNDO

#define LAYOUT_GAINED(kinds_)                                  \
	WHERE(ITEM, CHANGED, kinds_),                          \
		.why = "users may come to rely on the layout", \
		.mend = MEND_MINOR

#define RENUMBERED                                                \
	WHERE(VARIANT, CHANGED, KIND_VARIANT), .why = WHY_NUMBER, \
					       .mend = MEND_NUMBER

#define UNCASTABLE \
	WHERE(ITEM, CHANGED, KIND_ENUM), .why = WHY_CAST, .mend = MEND_UNDO

const struct semver_lint semver_lints_of_layout[] = {
	{ BREAKS("repr_c_removed", "type lost repr(C)"),
	  LAYOUT_CHANGES(KIND_TYPE), .reference = "repr-c-remove",
	  .when = { when_was_repr_c } },
	{ ADDS_QUIETLY("repr_c_added", "type gained repr(C)"),
	  LAYOUT_GAINED(KIND_TYPE), .reference = "repr-c-add",
	  .when = { when_becomes_repr_c } },
	{ BREAKS("repr_align_added", "type gained repr(align)"),
	  LAYOUT_CHANGES(KIND_TYPE), .reference = "repr-align-add",
	  .when = { when_becomes_aligned } },
	{ BREAKS("repr_align_changed", "type has another repr(align)"),
	  LAYOUT_CHANGES(KIND_TYPE), .reference = "repr-align-n-change",
	  .when = { when_alignment_differs } },
	{ BREAKS("repr_align_removed", "type lost repr(align)"),
	  LAYOUT_CHANGES(KIND_TYPE), .reference = "repr-align-remove",
	  .when = { when_was_aligned } },
	{ BREAKS("repr_packed_added", "type gained repr(packed)"),
	  LAYOUT_CHANGES(KIND_TYPE), .reference = "repr-packed-add",
	  .when = { when_becomes_packed } },
	{ BREAKS("repr_packed_changed", "type has another repr(packed)"),
	  LAYOUT_CHANGES(KIND_TYPE), .reference = "repr-packed-n-change",
	  .when = { when_packing_differs } },
	{ BREAKS("repr_packed_removed", "type lost repr(packed)"),
	  LAYOUT_CHANGES(KIND_TYPE), .reference = "repr-packed-remove",
	  .when = { when_was_packed } },
	{ ADDS("repr_transparent_added", "type gained repr(transparent)"),
	  LAYOUT_GAINED(KIND_TYPE), .reference = "repr-transparent-add",
	  .when = { when_becomes_transparent } },
	{ BREAKS("struct_repr_transparent_removed",
		 "struct lost repr(transparent)"),
	  LAYOUT_CHANGES(KIND_STRUCT), .reference = "repr-transparent-remove",
	  .when = { when_was_public_transparent } },
	{ BREAKS("enum_repr_transparent_removed",
		 "enum lost repr(transparent)"),
	  LAYOUT_CHANGES(KIND_ENUM), .reference = "repr-transparent-remove",
	  .when = { when_was_transparent_enum } },
	{ ADDS_QUIETLY("enum_repr_int_added", "enum gained repr of an integer"),
	  LAYOUT_GAINED(KIND_ENUM), .reference = "repr-int-enum-add",
	  .when = { when_becomes_repr_int } },
	{ BREAKS("enum_repr_int_changed", "enum has repr of another integer"),
	  LAYOUT_CHANGES(KIND_ENUM), .reference = "repr-int-enum-change",
	  .when = { when_repr_int_differs } },
	{ BREAKS("enum_repr_int_removed", "enum lost repr of an integer"),
	  LAYOUT_CHANGES(KIND_ENUM), .reference = "repr-int-enum-remove",
	  .when = { when_was_repr_int } },
	{ BREAKS("enum_no_repr_variant_discriminant_changed",
		 "variant has another number"),
	  RENUMBERED,
	  .when = { when_number_differs, when_item_was_without_repr,
		    when_item_was_castable_and_is_numbered } },
	{ BREAKS("enum_repr_variant_discriminant_changed",
		 "variant of an enum with a repr has another number"),
	  RENUMBERED,
	  .when = { when_number_differs, when_item_with_tag_both } },
	{ BREAKS("enum_discriminants_undefined_non_exhaustive_variant",
		 "enum can no longer be cast: #[non_exhaustive] variant"),
	  UNCASTABLE, .reference = "attr-adding-non-exhaustive",
	  .when = { when_item_was_without_repr, when_was_castable,
		    when_is_with_non_exhaustive_variant } },
	{ BREAKS("enum_discriminants_undefined_non_unit_variant",
		 "enum can no longer be cast: variant with fields"),
	  UNCASTABLE,
	  .when = { when_item_was_without_repr, when_was_castable,
		    when_is_with_non_unit_variant } },
	{ 0 },
};
