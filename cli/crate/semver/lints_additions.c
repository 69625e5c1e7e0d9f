/* What came: types, and what users may do with them now. */
#include "crate/semver/lint_rows.h"

#define ADDED(kind_) \
	WHERE(ITEM, ADDED, kind_), .mend = MEND_MINOR, .reference = "item-new"

/* A constant that became a static is still there, and so the other way. */
#define VALUE_ADDED(kind_) ADDED(kind_), .becomes = KIND_CONST | KIND_STATIC

/* What was an enum or a union is told by the lints on these. */
#define STRUCT_ADDED ADDED(KIND_STRUCT), .becomes = KIND_TYPE

#define FIELD_ADDED                                                       \
	WHERE(VARIANT_FIELD, ADDED, KIND_FIELD),                          \
		.reach = SEMVER_ANY, .why = WHY_RELY, .mend = MEND_MINOR, \
		.reference = "enum-fields-new"

const struct semver_lint semver_lints_of_additions[] = {
	{ ADDS_QUIETLY("pub_const_added", "public constant added"),
	  VALUE_ADDED(KIND_CONST), .why = WHY_RELY },
	{ ADDS_QUIETLY("pub_static_added", "public static added"),
	  VALUE_ADDED(KIND_STATIC), .why = WHY_RELY },
	{ ADDS_QUIETLY("union_added", "public union added"), ADDED(KIND_UNION),
	  .why = WHY_RELY },
	{ ADDS_QUIETLY("exhaustive_enum_added", "exhaustive public enum added"),
	  ADDED(KIND_ENUM),
	  .why = "users can match all its variants, so that no further one can "
		 "be added without a new major version",
	  .when = { when_is_exhaustive } },
	{ ADDS_QUIETLY("non_exhaustive_enum_added",
		       "#[non_exhaustive] public enum added"),
	  ADDED(KIND_ENUM), .why = WHY_RELY,
	  .when = { when_is_non_exhaustive } },
	{ ADDS_QUIETLY("exhaustive_struct_added",
		       "public struct with only public fields added"),
	  ADDED(KIND_STRUCT),
	  .why = "users can build it field by field, so that no further field "
		 "can be added without a new major version",
	  .when = { when_is_exhaustive, when_is_all_api_fields } },
	{ ADDS_QUIETLY("exhaustive_struct_with_doc_hidden_fields_added",
		       "public struct with #[doc(hidden)] fields added"),
	  STRUCT_ADDED,
	  .why = "users can build it by way of its hidden fields alone, and "
		 "some will",
	  .when = { when_is_exhaustive, when_is_without_private_fields,
		    when_is_with_hidden_fields } },
	{ ADDS_QUIETLY("exhaustive_struct_with_private_fields_added",
		       "public struct with private fields added"),
	  STRUCT_ADDED, .why = WHY_RELY,
	  .when = { when_is_exhaustive, when_is_with_private_fields } },
	{ ADDS_QUIETLY("non_exhaustive_struct_added",
		       "#[non_exhaustive] public struct added"),
	  STRUCT_ADDED, .why = WHY_RELY,
	  .when = { when_is_non_exhaustive, when_is_all_api_fields } },
	{ ADDS_QUIETLY("struct_no_longer_has_non_pub_fields",
		       "struct lost its last private field"),
	  .why = "users can build it field by field now, so that no "
		 "further field can be added without a new major version",
	  .mend = MEND_MINOR, WHERE(ITEM, CHANGED, KIND_STRUCT),
	  .when = { when_was_exhaustive, when_is_exhaustive,
		    when_was_with_private_fields,
		    when_is_without_private_fields } },
	{ ADDS_QUIETLY("enum_non_exhaustive_struct_variant_field_added",
		       "field added to a #[non_exhaustive] struct variant"),
	  FIELD_ADDED,
	  .when = { when_variant_plain_both,
		    when_variant_was_non_exhaustive } },
	{ ADDS_QUIETLY("enum_non_exhaustive_tuple_variant_field_added",
		       "field added to a #[non_exhaustive] tuple variant"),
	  FIELD_ADDED,
	  .when = { when_variant_tuple_both,
		    when_variant_was_non_exhaustive } },
	{ 0 },
};
