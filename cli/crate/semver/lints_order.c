/* What is where: the order of fields, variants and generic parameters. */
#include "crate/semver/conditions.h"
#include "crate/semver/lints.h"

#define MEND_ORDER "put it back in place, or release a new major version"

#define WHY_PARTIAL_ORD \
	"values compare in another order, for the derive goes by position"
#define WHY_REPR_C                                                       \
	"code that relies on the layout, as in another language, reads " \
	"and writes the wrong bytes"

/* `f::<u8, 3>()` needs each argument to be of its parameter's kind. */
#define WHY_ARGUMENTS                                                      \
	"code that names the generic arguments passes a constant where a " \
	"type is wanted, and the other way round"

#define REORDERED(id_, title_, why_, on_, kinds_, ...)                        \
	{                                                                     \
		.id = id_, SEMVER_BREAKS_MAYBE, .title = title_, .why = why_, \
		.mend = MEND_ORDER, SEMVER_WHERE(on_, CHANGED, kinds_),       \
		.when = { __VA_ARGS__ }, .detail = detail_position            \
	}

#define CONST_IN_PLACE_OF_TYPE(id_, what_, on_, kinds_)                     \
	{                                                                   \
		.id = id_, SEMVER_BREAKS,                                   \
		.title = what_ " takes a const generic in place of a type", \
		.why = WHY_ARGUMENTS, .mend = MEND_ORDER,                   \
		SEMVER_WHERE(on_, CHANGED, kinds_), .when = {               \
			when_type_param_becomes_const                       \
		}                                                           \
	}

#define TYPE_IN_PLACE_OF_CONST(id_, what_, on_, kinds_)                     \
	{                                                                   \
		.id = id_, SEMVER_BREAKS,                                   \
		.title = what_ " takes a type in place of a const generic", \
		.why = WHY_ARGUMENTS, .mend = MEND_ORDER,                   \
		SEMVER_WHERE(on_, CHANGED, kinds_), .when = {               \
			when_const_param_becomes_type                       \
		}                                                           \
	}

const struct semver_lint semver_lints_of_order[] = {
	REORDERED("partial_ord_struct_fields_reordered",
		  "field of a struct that derives PartialOrd moved",
		  WHY_PARTIAL_ORD, FIELD, KIND_FIELD, when_item_plain_both,
		  when_field_moves, when_item_derives_partial_ord_both),
	REORDERED("partial_ord_enum_variants_reordered",
		  "variant of an enum that derives PartialOrd moved",
		  WHY_PARTIAL_ORD, VARIANT, KIND_VARIANT, when_variant_moves,
		  when_item_derives_partial_ord_both),
	REORDERED("partial_ord_enum_struct_variant_fields_reordered",
		  "field of a variant that derives PartialOrd moved",
		  WHY_PARTIAL_ORD, VARIANT_FIELD, KIND_FIELD,
		  when_variant_plain_both, when_field_moves,
		  when_item_derives_partial_ord_both),
	REORDERED("repr_c_plain_struct_fields_reordered",
		  "field of a repr(C) struct moved", WHY_REPR_C, FIELD,
		  KIND_FIELD, when_item_repr_c_both, when_item_plain_both,
		  when_field_moves),
	REORDERED("repr_c_enum_struct_variant_fields_reordered",
		  "field of a variant of a repr(C) enum moved", WHY_REPR_C,
		  VARIANT_FIELD, KIND_FIELD, when_item_repr_c_both,
		  when_variant_plain_both, when_field_moves),

	CONST_IN_PLACE_OF_TYPE("function_generic_type_reordered", "function",
			       ITEM, KIND_FUNCTION),
	TYPE_IN_PLACE_OF_CONST("function_const_generic_reordered", "function",
			       ITEM, KIND_FUNCTION),
	CONST_IN_PLACE_OF_TYPE("inherent_method_generic_type_reordered",
			       "method", INHERENT, KIND_FUNCTION),
	TYPE_IN_PLACE_OF_CONST("inherent_method_const_generic_reordered",
			       "method", INHERENT, KIND_FUNCTION),
	CONST_IN_PLACE_OF_TYPE("trait_method_generic_type_reordered",
			       "trait method", TRAIT_ITEM, KIND_FUNCTION),
	TYPE_IN_PLACE_OF_CONST("trait_method_const_generic_reordered",
			       "trait method", TRAIT_ITEM, KIND_FUNCTION),
	CONST_IN_PLACE_OF_TYPE("trait_generic_type_reordered", "trait", ITEM,
			       KIND_TRAIT),
	TYPE_IN_PLACE_OF_CONST("trait_const_generic_reordered", "trait", ITEM,
			       KIND_TRAIT),
	CONST_IN_PLACE_OF_TYPE("type_generic_type_reordered", "type", ITEM,
			       KIND_TYPE),
	TYPE_IN_PLACE_OF_CONST("type_const_generic_reordered", "type", ITEM,
			       KIND_TYPE),
	{ 0 },
};
