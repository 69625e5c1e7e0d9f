/* What came: types, and what users may do with them now. */
#include "crate/semver/conditions.h"
#include "crate/semver/lints.h"

#define MEND_MINOR "release a new minor version"
#define WHY_RELY "users may come to rely on it"

#define ADDED(id_, title_, why_, kind_, ...)                                  \
	{                                                                     \
		.id = id_, SEMVER_ADDS_QUIETLY, .title = title_, .why = why_, \
		.mend = MEND_MINOR, .reference = "item-new",                  \
		SEMVER_WHERE(ITEM, ADDED, kind_), .when = {                   \
			__VA_ARGS__                                           \
		}                                                             \
	}

const struct semver_lint semver_lints_of_additions[] = {
	ADDED("pub_const_added", "public constant added", WHY_RELY, KIND_CONST,
	      0),
	ADDED("pub_static_added", "public static added", WHY_RELY, KIND_STATIC,
	      0),
	ADDED("union_added", "public union added", WHY_RELY, KIND_UNION, 0),
	ADDED("exhaustive_enum_added", "exhaustive public enum added",
	      "users can match all its variants, so that no further one can "
	      "be added without a new major version",
	      KIND_ENUM, when_is_exhaustive),
	ADDED("non_exhaustive_enum_added",
	      "#[non_exhaustive] public enum added", WHY_RELY, KIND_ENUM,
	      when_is_non_exhaustive),
	ADDED("exhaustive_struct_added",
	      "public struct with only public fields added",
	      "users can build it field by field, so that no further field "
	      "can be added without a new major version",
	      KIND_STRUCT, when_is_exhaustive, when_is_all_api_fields),
	ADDED("exhaustive_struct_with_doc_hidden_fields_added",
	      "public struct with #[doc(hidden)] fields added",
	      "users can build it by way of its hidden fields alone, and "
	      "some will",
	      KIND_STRUCT, when_is_exhaustive, when_is_without_private_fields,
	      when_is_with_hidden_fields),
	ADDED("exhaustive_struct_with_private_fields_added",
	      "public struct with private fields added", WHY_RELY, KIND_STRUCT,
	      when_is_exhaustive, when_is_with_private_fields),
	ADDED("non_exhaustive_struct_added",
	      "#[non_exhaustive] public struct added", WHY_RELY, KIND_STRUCT,
	      when_is_non_exhaustive),
	{
		.id = "struct_no_longer_has_non_pub_fields",
		SEMVER_ADDS_QUIETLY,
		.title = "struct lost its last private field",
		.why = "users can build it field by field now, so that no "
		       "further field can be added without a new major version",
		.mend = MEND_MINOR,
		SEMVER_WHERE(ITEM, CHANGED, KIND_STRUCT),
		.when = { when_was_exhaustive, when_is_exhaustive,
			  when_was_with_private_fields,
			  when_is_without_private_fields },
	},
	{
		.id = "enum_non_exhaustive_struct_variant_field_added",
		SEMVER_ADDS_QUIETLY,
		.title = "field added to a #[non_exhaustive] struct variant",
		.why = WHY_RELY,
		.mend = MEND_MINOR,
		.reference = "enum-fields-new",
		SEMVER_WHERE(VARIANT_FIELD, ADDED, KIND_FIELD),
		.when = { when_variant_plain_both,
			  when_variant_non_exhaustive_both },
	},
	{
		.id = "enum_non_exhaustive_tuple_variant_field_added",
		SEMVER_ADDS_QUIETLY,
		.title = "field added to a #[non_exhaustive] tuple variant",
		.why = WHY_RELY,
		.mend = MEND_MINOR,
		.reference = "enum-fields-new",
		SEMVER_WHERE(VARIANT_FIELD, ADDED, KIND_FIELD),
		.when = { when_variant_tuple_both,
			  when_variant_non_exhaustive_both },
	},
	{ 0 },
};
