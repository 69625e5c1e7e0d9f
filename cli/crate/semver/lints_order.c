/* What is where: the order of fields, variants and generic parameters. */
#include "crate/semver/lint_rows.h"

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

/* A thing stands in another place than before. */
#define MOVED(on_, kinds_)                               \
	WHERE(on_, CHANGED, kinds_), .mend = MEND_ORDER, \
				     .detail = detail_position

#define NOW_CONST(on_, kinds_)                                                 \
	WHERE(on_, CHANGED, kinds_), .why = WHY_ARGUMENTS, .mend = MEND_ORDER, \
				     .when = { when_type_param_becomes_const }

#define NOW_TYPE(on_, kinds_)                                                  \
	WHERE(on_, CHANGED, kinds_), .why = WHY_ARGUMENTS, .mend = MEND_ORDER, \
				     .when = { when_const_param_becomes_type }

#define GENERICS_MOVE                                                          \
	.why = "calls that name the generic arguments, as in f::<u8, u16>(), " \
	       "mean other ones now",                                          \
	.mend = "put them back in their places, or release a new major "       \
		"version",                                                     \
	.when = { when_generics_move }

const struct semver_lint semver_lints_of_order[] = {
	{ BREAKS_MAYBE("partial_ord_struct_fields_reordered",
		       "field of a struct that derives PartialOrd moved"),
	  MOVED(FIELD, KIND_FIELD), .why = WHY_PARTIAL_ORD,
	  .when = { when_item_plain_both, when_field_moves,
		    when_item_derives_partial_ord_both } },
	{ BREAKS_MAYBE("partial_ord_enum_variants_reordered",
		       "variant of an enum that derives PartialOrd moved"),
	  MOVED(VARIANT, KIND_VARIANT), .why = WHY_PARTIAL_ORD,
	  .when = { when_variant_moves, when_item_derives_partial_ord_both } },
	{ BREAKS_MAYBE("partial_ord_enum_struct_variant_fields_reordered",
		       "field of a variant that derives PartialOrd moved"),
	  MOVED(VARIANT_FIELD, KIND_FIELD), .why = WHY_PARTIAL_ORD,
	  .when = { when_variant_plain_both, when_field_moves,
		    when_item_derives_partial_ord_both } },
	{ BREAKS_MAYBE("repr_c_plain_struct_fields_reordered",
		       "field of a repr(C) struct moved"),
	  MOVED(FIELD, KIND_FIELD), .why = WHY_REPR_C,
	  .when = { when_item_repr_c_both, when_item_plain_both,
		    when_field_moves } },
	{ BREAKS_MAYBE("repr_c_enum_struct_variant_fields_reordered",
		       "field of a variant of a repr(C) enum moved"),
	  MOVED(VARIANT_FIELD, KIND_FIELD), .why = WHY_REPR_C,
	  .when = { when_item_repr_c_both, when_variant_plain_both,
		    when_field_moves } },

	{ BREAKS("function_generic_type_reordered",
		 "function takes a const generic in place of a type"),
	  NOW_CONST(ITEM, KIND_FUNCTION) },
	{ BREAKS("function_const_generic_reordered",
		 "function takes a type in place of a const generic"),
	  NOW_TYPE(ITEM, KIND_FUNCTION) },
	{ BREAKS("inherent_method_generic_type_reordered",
		 "method takes a const generic in place of a type"),
	  NOW_CONST(INHERENT, KIND_FUNCTION) },
	{ BREAKS("inherent_method_const_generic_reordered",
		 "method takes a type in place of a const generic"),
	  NOW_TYPE(INHERENT, KIND_FUNCTION) },
	{ BREAKS("trait_method_generic_type_reordered",
		 "trait method takes a const generic in place of a type"),
	  NOW_CONST(TRAIT_ITEM, KIND_FUNCTION) },
	{ BREAKS("trait_method_const_generic_reordered",
		 "trait method takes a type in place of a const generic"),
	  NOW_TYPE(TRAIT_ITEM, KIND_FUNCTION) },
	{ BREAKS("trait_generic_type_reordered",
		 "trait takes a const generic in place of a type"),
	  NOW_CONST(ITEM, KIND_TRAIT) },
	{ BREAKS("trait_const_generic_reordered",
		 "trait takes a type in place of a const generic"),
	  NOW_TYPE(ITEM, KIND_TRAIT) },
	{ BREAKS("type_generic_type_reordered",
		 "type takes a const generic in place of a type"),
	  NOW_CONST(ITEM, KIND_TYPE) },
	{ BREAKS("type_const_generic_reordered",
		 "type takes a type in place of a const generic"),
	  NOW_TYPE(ITEM, KIND_TYPE) },
	{ BREAKS_MAYBE("function_generics_reordered",
		       "generics of a function changed places"),
	  WHERE(ITEM, CHANGED, KIND_FUNCTION), GENERICS_MOVE },
	{ BREAKS_MAYBE("inherent_method_generics_reordered",
		       "generics of a method changed places"),
	  WHERE(INHERENT, CHANGED, KIND_FUNCTION), GENERICS_MOVE },
	{ BREAKS_MAYBE("trait_method_generics_reordered",
		       "generics of a trait method changed places"),
	  WHERE(TRAIT_ITEM, CHANGED, KIND_FUNCTION), GENERICS_MOVE },
	{ 0 },
};
