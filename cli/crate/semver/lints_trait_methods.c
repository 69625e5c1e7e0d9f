/* The signatures of trait methods. */
#include "crate/semver/lint_rows.h"

#define WHY_IMPLS "every impl of the trait in another crate must change with it"
#define WHY_BOTH                                                             \
	"every impl of the trait in another crate must change with it, and " \
	"so must callers"

#define SIGNATURE                                  \
	WHERE(TRAIT_ITEM, CHANGED, KIND_FUNCTION), \
		.mend = MEND_UNDO, .reference = "trait-item-signature"

const struct semver_lint semver_lints_of_trait_methods[] = {
	{ BREAKS("trait_method_unsafe_added", "trait method became unsafe"),
	  SIGNATURE, .why = WHY_BOTH, .when = { when_becomes_unsafe } },
	{ BREAKS("trait_method_unsafe_removed", "trait method became safe"),
	  SIGNATURE, .why = WHY_IMPLS,
	  .when = { when_was_unsafe, when_item_was_implementable } },
	{ BREAKS("trait_method_changed_abi", "trait method uses another ABI"),
	  SIGNATURE, .why = WHY_BOTH, .when = { when_abi_differs } },
	{ BREAKS("trait_method_no_longer_unwind",
		 "trait method may no longer unwind"),
	  SIGNATURE, .why = WHY_BOTH, .when = { when_unwind_goes } },
	{ BREAKS("trait_method_now_unwind", "trait method may unwind now"),
	  SIGNATURE, .why = WHY_BOTH, .when = { when_unwind_comes } },
	{ BREAKS("trait_method_now_returns_unit",
		 "trait method no longer returns a value"),
	  SIGNATURE, .reach = SEMVER_WAS, .why = WHY_BOTH,
	  .when = { when_returns_unit } },
	{ BREAKS("trait_method_return_value_added",
		 "trait method returns a value now"),
	  SIGNATURE, .why = WHY_IMPLS,
	  .when = { when_returned_unit, when_item_was_implementable } },
	{ BREAKS("trait_method_no_longer_has_receiver",
		 "trait method lost self"),
	  SIGNATURE, .why = WHY_BOTH, .when = { when_receiver_goes } },
	{ BREAKS("trait_method_receiver_added",
		 "function of a trait takes self now"),
	  SIGNATURE, .why = WHY_IMPLS,
	  .when = { when_receiver_comes, when_item_was_implementable } },
	{ BREAKS("trait_method_receiver_ref_became_mut",
		 "trait method takes &mut self instead of &self"),
	  SIGNATURE, .why = WHY_BOTH, .when = { when_ref_becomes_mut } },
	{ BREAKS("trait_method_receiver_ref_became_owned",
		 "trait method takes self instead of &self"),
	  SIGNATURE, .why = WHY_BOTH, .when = { when_ref_becomes_owned } },
	{ BREAKS("trait_method_receiver_mut_ref_became_ref",
		 "trait method takes &self instead of &mut self"),
	  SIGNATURE, .why = WHY_IMPLS,
	  .when = { when_mut_becomes_ref, when_item_was_implementable } },
	{ BREAKS("trait_method_receiver_mut_ref_became_owned",
		 "trait method takes self instead of &mut self"),
	  SIGNATURE, .why = WHY_BOTH, .when = { when_mut_becomes_owned } },
	{ BREAKS("trait_method_receiver_owned_became_ref",
		 "trait method takes &self instead of self"),
	  SIGNATURE, .why = WHY_BOTH, .when = { when_owned_becomes_ref } },
	{ BREAKS("trait_method_receiver_owned_became_mut_ref",
		 "trait method takes &mut self instead of self"),
	  SIGNATURE, .why = WHY_BOTH, .when = { when_owned_becomes_mut } },
	{ BREAKS("trait_method_receiver_type_changed",
		 "trait method takes self in another kind of pointer"),
	  SIGNATURE, .why = WHY_BOTH, .when = { when_receiver_becomes_other } },
	{ BREAKS("trait_method_requires_different_generic_type_params",
		 "trait method takes another number of generic types"),
	  SIGNATURE, .why = WHY_BOTH, .when = { when_type_params_differ } },
	{ BREAKS("trait_method_requires_different_const_generic_params",
		 "trait method takes another number of const generics"),
	  SIGNATURE, .why = WHY_BOTH, .when = { when_const_params_differ } },
	{ 0 },
};
