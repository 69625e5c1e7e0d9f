/* Traits and their items. */
#include "crate/semver/lint_rows.h"

#define MEND_REQUIRED "give it a default, or release a new major version"
#define WHY_REQUIRED                                                      \
	"every impl of the trait in another crate lacks it and does not " \
	"compile any more"
#define WHY_USED \
	"impls that define it and code that uses it do not compile any more"

#define GONE(kinds_)                                                         \
	WHERE(TRAIT_ITEM, GONE, kinds_), .why = WHY_USED, .mend = MEND_BACK, \
					 .reference = "item-remove"

/* Every impl elsewhere must have it now. */
#define REQUIRED(kinds_)                                  \
	WHERE(TRAIT_ITEM, ADDED, kinds_),                 \
		.reach = SEMVER_ANY, .why = WHY_REQUIRED, \
		.reference = "trait-new-item-no-default", \
		.when = { when_is_required, when_item_was_implementable }

#define DEFAULT_GOES(kinds_)                                              \
	WHERE(TRAIT_ITEM, CHANGED, kinds_),                               \
		.why = WHY_REQUIRED,                                      \
		.mend = "bring the default back, or release a new major " \
			"version",                                        \
		.reference = "trait-new-item-no-default",                 \
		.when = { when_default_goes, when_item_was_implementable }

#define CHANGED WHERE(ITEM, CHANGED, KIND_TRAIT), .mend = MEND_UNDO

const struct semver_lint semver_lints_of_traits[] = {
	{ BREAKS("trait_method_missing", "trait method removed or renamed"),
	  GONE(KIND_FUNCTION) },
	{ BREAKS("trait_removed_associated_constant",
		 "associated constant of a trait removed or renamed"),
	  GONE(KIND_ASSOC_CONST) },
	{ BREAKS("trait_removed_associated_type",
		 "associated type of a trait removed or renamed"),
	  GONE(KIND_ASSOC_TYPE) },
	{ BREAKS("trait_method_parameter_count_changed",
		 "trait method takes another number of parameters"),
	  WHERE(TRAIT_ITEM, CHANGED, KIND_FUNCTION), .reach = SEMVER_WAS,
	  .why = "every call and every impl has another number of parameters",
	  .mend = "keep the signature and add a second method with a default, "
		  "or release a new major version",
	  .reference = "trait-item-signature",
	  .when = { when_param_count_differs }, .detail = detail_param_count },
	{ BREAKS("trait_method_added",
		 "method without default added to a trait"),
	  REQUIRED(KIND_FUNCTION), .mend = MEND_REQUIRED },
	{ BREAKS("trait_associated_const_added",
		 "associated constant without default added to a trait"),
	  REQUIRED(KIND_ASSOC_CONST), .mend = MEND_REQUIRED },
	{ BREAKS("trait_associated_type_added",
		 "associated type without default added to a trait"),
	  REQUIRED(KIND_ASSOC_TYPE), .mend = "release a new major version" },
	{ BREAKS("trait_method_default_impl_removed",
		 "trait method lost its default"),
	  DEFAULT_GOES(KIND_FUNCTION) },
	{ BREAKS("trait_associated_const_default_removed",
		 "associated constant of a trait lost its default"),
	  DEFAULT_GOES(KIND_ASSOC_CONST), .reach = SEMVER_ANY },
	{ BREAKS("trait_associated_type_default_removed",
		 "associated type of a trait lost its default"),
	  DEFAULT_GOES(KIND_ASSOC_TYPE), .reach = SEMVER_ANY },
	{ BREAKS("trait_newly_sealed",
		 "trait can no longer be implemented by others"),
	  WHERE(ITEM, CHANGED, KIND_TRAIT),
	  .why = "every impl of the trait in another crate needs something now "
		 "that it cannot name",
	  .mend = "make what it needs public, or release a new major version",
	  .when = { when_becomes_sealed } },
	{ BREAKS("trait_method_now_doc_hidden",
		 "trait method became #[doc(hidden)]"),
	  HIDES(TRAIT_ITEM, KIND_FUNCTION) },
	{ BREAKS("trait_associated_const_now_doc_hidden",
		 "associated constant of a trait became #[doc(hidden)]"),
	  HIDES(TRAIT_ITEM, KIND_ASSOC_CONST) },
	{ BREAKS("trait_associated_type_now_doc_hidden",
		 "associated type of a trait became #[doc(hidden)]"),
	  HIDES(TRAIT_ITEM, KIND_ASSOC_TYPE) },
	{ BREAKS("trait_unsafe_added", "trait became unsafe"), CHANGED,
	  .why = "every impl of the trait in another crate must say unsafe now",
	  .when = { when_becomes_unsafe_trait, when_item_was_implementable } },
	{ BREAKS("trait_unsafe_removed", "unsafe trait became safe"), CHANGED,
	  .why = "every unsafe impl of the trait in another crate does not "
		 "compile any more",
	  .when = { when_was_unsafe_trait, when_item_was_implementable } },
	{ BREAKS("trait_no_longer_dyn_compatible",
		 "trait can no longer be used as dyn"),
	  CHANGED,
	  .why = "code that names the type dyn Trait does not compile any more",
	  .reference = "trait-object-safety",
	  .when = { when_was_dyn_compatible } },
	{ 0 },
};
