/*
 * Types: what no lint of cargo-semver-checks looks at.  These ids are our own.
 * They warn, until a witness that fails to compile confirms them.
 */
#include "crate/semver/lint_rows.h"

#define MEND_TYPE "keep the old type, or release a new major version"
#define MEND_BOUND "take the bound back, or release a new major version"

#define WHY_TYPE "code that uses the old type does not compile any more"
#define WHY_IMPLS                                                         \
	"code that uses the old type, and impls in other crates, do not " \
	"compile any more"

#define PARAM                                                             \
	.when = { when_param_type_changes }, .detail = detail_param_type, \
	.mend = MEND_TYPE
#define RETURN                                                              \
	.when = { when_return_type_changes }, .detail = detail_return_type, \
	.mend = MEND_TYPE
#define BOUNDS                                                    \
	.when = { when_bounds_tighten }, .detail = detail_bounds, \
	.mend = MEND_BOUND
#define LIFETIMES .when = { when_lifetimes_tighten }, .mend = MEND_TYPE
#define TYPE \
	.when = { when_type_changes }, .detail = detail_type, .mend = MEND_TYPE

const struct semver_lint semver_lints_of_signatures[] = {
	{ BREAKS_MAYBE("function_parameter_type_changed",
		       "function takes a parameter of another type"),
	  WHERE(ITEM, CHANGED, KIND_FUNCTION),
	  .why = "calls that pass the old type do not compile any more",
	  PARAM },
	{ BREAKS_MAYBE("function_return_type_changed",
		       "function returns another type"),
	  WHERE(ITEM, CHANGED, KIND_FUNCTION), .why = WHY_TYPE, RETURN },
	{ BREAKS_MAYBE("function_bounds_tightened",
		       "function asks for more of its generics"),
	  WHERE(ITEM, CHANGED, KIND_FUNCTION),
	  .why = "calls with types that lack the new bound do not compile any "
		 "more",
	  BOUNDS },
	{ BREAKS_MAYBE("function_lifetimes_changed",
		       "function relates its lifetimes in another way"),
	  WHERE(ITEM, CHANGED, KIND_FUNCTION),
	  .why = "borrows that were allowed do not compile any more",
	  LIFETIMES },
	{ BREAKS_MAYBE("inherent_method_parameter_type_changed",
		       "method takes a parameter of another type"),
	  WHERE(INHERENT, CHANGED, KIND_FUNCTION),
	  .why = "calls that pass the old type do not compile any more",
	  PARAM },
	{ BREAKS_MAYBE("inherent_method_return_type_changed",
		       "method returns another type"),
	  WHERE(INHERENT, CHANGED, KIND_FUNCTION), .why = WHY_TYPE, RETURN },
	{ BREAKS_MAYBE("inherent_method_bounds_tightened",
		       "method asks for more of its generics"),
	  WHERE(INHERENT, CHANGED, KIND_FUNCTION),
	  .why = "calls with types that lack the new bound do not compile any "
		 "more",
	  BOUNDS },
	{ BREAKS_MAYBE("inherent_method_lifetimes_changed",
		       "method relates its lifetimes in another way"),
	  WHERE(INHERENT, CHANGED, KIND_FUNCTION),
	  .why = "borrows that were allowed do not compile any more",
	  LIFETIMES },
	{ BREAKS_MAYBE("inherent_item_for_fewer_types",
		       "method or constant is there for fewer types"),
	  WHERE(INHERENT, CHANGED, KIND_FUNCTION | KIND_ASSOC_CONST),
	  .why = "uses of it with other arguments of its type do not compile "
		 "any more",
	  .when = { when_self_narrows }, .detail = detail_self,
	  .mend = MEND_BACK },
	{ BREAKS_MAYBE("trait_method_parameter_type_changed",
		       "trait method takes a parameter of another type"),
	  WHERE(TRAIT_ITEM, CHANGED, KIND_FUNCTION), .why = WHY_IMPLS, PARAM },
	{ BREAKS_MAYBE("trait_method_return_type_changed",
		       "trait method returns another type"),
	  WHERE(TRAIT_ITEM, CHANGED, KIND_FUNCTION), .why = WHY_IMPLS, RETURN },
	{ BREAKS_MAYBE("trait_method_bounds_changed",
		       "trait method asks for other bounds"),
	  WHERE(TRAIT_ITEM, CHANGED, KIND_FUNCTION),
	  .why = "callers, or impls in other crates, no longer meet the bounds",
	  BOUNDS },
	{ BREAKS_MAYBE("trait_method_lifetimes_changed",
		       "trait method relates its lifetimes in another way"),
	  WHERE(TRAIT_ITEM, CHANGED, KIND_FUNCTION),
	  .why = "borrows that were allowed do not compile any more",
	  LIFETIMES },
	{ BREAKS_MAYBE("struct_pub_field_type_changed",
		       "public field of a struct has another type"),
	  WHERE(FIELD, CHANGED, KIND_FIELD), .why = WHY_TYPE,
	  .when = { when_item_is_struct, when_item_shape_stays,
		    when_item_places_stay, when_type_changes },
	  .detail = detail_type, .mend = MEND_TYPE },
	{ BREAKS_MAYBE("union_pub_field_type_changed",
		       "public field of a union has another type"),
	  WHERE(FIELD, CHANGED, KIND_FIELD), .why = WHY_TYPE,
	  .when = { when_item_is_union, when_type_changes },
	  .detail = detail_type, .mend = MEND_TYPE },
	{ BREAKS_MAYBE("enum_variant_field_type_changed",
		       "field of a variant has another type"),
	  WHERE(VARIANT_FIELD, CHANGED, KIND_FIELD),
	  .why = "code that builds or matches the variant does not compile any "
		 "more",
	  .when = { when_variant_places_stay, when_type_changes },
	  .detail = detail_type, .mend = MEND_TYPE },
	{ BREAKS_MAYBE("pub_module_level_const_type_changed",
		       "constant has another type"),
	  WHERE(ITEM, CHANGED, KIND_CONST), .why = WHY_TYPE, TYPE },
	{ BREAKS_MAYBE("pub_module_level_const_became_static",
		       "constant became a static"),
	  WHERE(ITEM, CHANGED, KIND_CONST), .becomes = KIND_STATIC,
	  .why = "a static is no pattern, and nothing can be moved out of "
		 "it",
	  .mend = MEND_KEEP },
	{ BREAKS_MAYBE("pub_static_type_changed", "static has another type"),
	  WHERE(ITEM, CHANGED, KIND_STATIC), .why = WHY_TYPE, TYPE },
	{ BREAKS_MAYBE("inherent_associated_const_type_changed",
		       "associated constant has another type"),
	  WHERE(INHERENT, CHANGED, KIND_ASSOC_CONST), .why = WHY_TYPE, TYPE },
	{ BREAKS_MAYBE("trait_associated_const_type_changed",
		       "associated constant of a trait has another type"),
	  WHERE(TRAIT_ITEM, CHANGED, KIND_ASSOC_CONST), .why = WHY_IMPLS,
	  TYPE },
	{ BREAKS_MAYBE("trait_associated_type_bounds_changed",
		       "associated type of a trait has other bounds"),
	  WHERE(TRAIT_ITEM, CHANGED, KIND_ASSOC_TYPE),
	  .why = "users rely on what was promised, and impls in other crates "
		 "meet only what was asked for",
	  BOUNDS },
	{ BREAKS_MAYBE("pub_type_alias_target_changed",
		       "type alias stands for another type"),
	  WHERE(ITEM, CHANGED, KIND_ALIAS), .why = WHY_TYPE, TYPE },
	{ BREAKS_MAYBE("type_bounds_tightened",
		       "type asks for more of its generics"),
	  WHERE(ITEM, CHANGED, KIND_TYPE),
	  .why = "uses with types that lack the new bound do not compile any "
		 "more",
	  BOUNDS },
	{ BREAKS_MAYBE("trait_bounds_tightened",
		       "trait asks for more of its generics"),
	  WHERE(ITEM, CHANGED, KIND_TRAIT),
	  .why = "impls and uses with types that lack the new bound do not "
		 "compile any more",
	  BOUNDS },
	{ BREAKS_MAYBE(
		  "generic_parameter_type_changed",
		  "generic has another default, or a constant another type"),
	  WHERE(ITEM, CHANGED, KIND_TYPE | KIND_TRAIT),
	  .why = "code that leaves the argument out, or gives one of the old "
		 "type, does not compile any more",
	  TYPE },
	{ BREAKS_MAYBE("plain_struct_to_tuple_struct",
		       "plain struct became a tuple or unit struct"),
	  WHERE(ITEM, CHANGED, KIND_STRUCT),
	  .why = "code that uses its fields by name does not compile any more",
	  .mend = MEND_KEEP,
	  .when = { when_was_plain_shape, when_was_with_public_fields,
		    when_is_no_plain_shape } },
	{ BREAKS_MAYBE("type_variance_narrowed",
		       "parameter of a type can be replaced by fewer"),
	  WHERE(ITEM, CHANGED, KIND_TYPE),
	  .why = "code that takes a value with a longer lifetime for one with "
		 "a shorter one does not compile any more",
	  .mend = "keep the fields from making the parameter invariant, or "
		  "release a new major version",
	  .when = { when_variance_narrows }, .detail = detail_variance },
	{ BREAKS_MAYBE("trait_blanket_impl_added",
		       "trait is implemented for every type of some sort"),
	  WHERE(ITEM, CHANGED, KIND_TRAIT),
	  .why = "impls in other crates, for types that the new one speaks of "
		 "too, do not compile any more",
	  .mend = "implement it for the types that need it, or release a new "
		  "major version",
	  .when = { when_item_was_implementable, when_is_implementable,
		    when_blanket_impl_is_added } },
	{ BREAKS_MAYBE("drop_impl_added", "type with public fields got a Drop"),
	  WHERE(ITEM, CHANGED, KIND_STRUCT | KIND_ENUM),
	  .why = "code that moves a field out of a value does not compile any "
		 "more",
	  .mend = "put what must be dropped into a private field, or release a "
		  "new major version",
	  .when = { when_becomes_drop, when_was_opened_by_users } },
	{ BREAKS_MAYBE("trait_impl_removed", "trait is no longer implemented"),
	  WHERE(IMPL, GONE, KIND_TYPE | KIND_TRAIT),
	  .why = "code that needs the trait of the type does not compile any "
		 "more",
	  .mend = MEND_BACK, .when = { when_impl_is_gone } },
	{ BREAKS_MAYBE("trait_impl_bounds_tightened",
		       "trait is implemented for fewer types"),
	  WHERE(IMPL, CHANGED, KIND_TYPE | KIND_TRAIT),
	  .why = "code that needs the trait of a type that lacks the new bound "
		 "does not compile any more",
	  .mend = MEND_BOUND, .when = { when_impl_asks_more } },
	{ BREAKS_MAYBE("trait_impl_associated_type_changed",
		       "impl of a trait names another associated type"),
	  WHERE(IMPL, CHANGED, KIND_TYPE | KIND_TRAIT), .why = WHY_TYPE,
	  .mend = MEND_TYPE, .when = { when_impl_types_change } },
	{ 0 },
};
