/* Traits and their items. */
#include "crate/semver/conditions.h"
#include "crate/semver/lints.h"

#define MEND_GONE "bring it back, or release a new major version"
#define MEND_UNDO "undo the change, or release a new major version"
#define MEND_REQUIRED "give it a default, or release a new major version"
#define WHY_REQUIRED                                                      \
	"every impl of the trait in another crate lacks it and does not " \
	"compile any more"
#define WHY_USED \
	"impls that define it and code that uses it do not compile any more"
#define MEND_HIDDEN \
	"deprecate it before hiding it, or release a new major version"
#define WHY_HIDDEN \
	"what is hidden from the documentation is no public API any more"

const struct semver_lint semver_lints_of_traits[] = {
	{
		.id = "trait_method_missing",
		.update = SEMVER_MAJOR,
		.level = FINDING_DENY,
		.title = "trait method removed or renamed",
		.why = WHY_USED,
		.mend = MEND_GONE,
		.reference = "item-remove",
		.on = SEMVER_ON_TRAIT_ITEM,
		.event = SEMVER_GONE,
		.kinds = KIND_FUNCTION,
	},
	{
		.id = "trait_removed_associated_constant",
		.update = SEMVER_MAJOR,
		.level = FINDING_DENY,
		.title = "associated constant of a trait removed or renamed",
		.why = WHY_USED,
		.mend = MEND_GONE,
		.reference = "item-remove",
		.on = SEMVER_ON_TRAIT_ITEM,
		.event = SEMVER_GONE,
		.kinds = KIND_ASSOC_CONST,
	},
	{
		.id = "trait_removed_associated_type",
		.update = SEMVER_MAJOR,
		.level = FINDING_DENY,
		.title = "associated type of a trait removed or renamed",
		.why = WHY_USED,
		.mend = MEND_GONE,
		.reference = "item-remove",
		.on = SEMVER_ON_TRAIT_ITEM,
		.event = SEMVER_GONE,
		.kinds = KIND_ASSOC_TYPE,
	},
	{
		.id = "trait_method_parameter_count_changed",
		.update = SEMVER_MAJOR,
		.level = FINDING_DENY,
		.title = "trait method takes another number of parameters",
		.why = "every call and every impl has another number of "
		       "parameters",
		.mend = "keep the signature and add a second method with a "
			"default, or release a new major version",
		.reference = "trait-item-signature",
		.on = SEMVER_ON_TRAIT_ITEM,
		.event = SEMVER_CHANGED,
		.kinds = KIND_FUNCTION,
		.when = { when_param_count_differs },
		.detail = detail_param_count,
	},
	{
		.id = "trait_method_added",
		.update = SEMVER_MAJOR,
		.level = FINDING_DENY,
		.title = "method without default added to a trait",
		.why = WHY_REQUIRED,
		.mend = MEND_REQUIRED,
		.reference = "trait-new-item-no-default",
		.on = SEMVER_ON_TRAIT_ITEM,
		.event = SEMVER_ADDED,
		.kinds = KIND_FUNCTION,
		.when = { when_is_required, when_item_implementable_both },
	},
	{
		.id = "trait_associated_const_added",
		.update = SEMVER_MAJOR,
		.level = FINDING_DENY,
		.title = "associated constant without default added to a trait",
		.why = WHY_REQUIRED,
		.mend = MEND_REQUIRED,
		.reference = "trait-new-item-no-default",
		.on = SEMVER_ON_TRAIT_ITEM,
		.event = SEMVER_ADDED,
		.kinds = KIND_ASSOC_CONST,
		.when = { when_is_required, when_item_implementable_both },
	},
	{
		.id = "trait_associated_type_added",
		.update = SEMVER_MAJOR,
		.level = FINDING_DENY,
		.title = "associated type without default added to a trait",
		.why = WHY_REQUIRED,
		.mend = "release a new major version",
		.reference = "trait-new-item-no-default",
		.on = SEMVER_ON_TRAIT_ITEM,
		.event = SEMVER_ADDED,
		.kinds = KIND_ASSOC_TYPE,
		.when = { when_is_required, when_item_implementable_both },
	},
	{
		.id = "trait_method_default_impl_removed",
		.update = SEMVER_MAJOR,
		.level = FINDING_DENY,
		.title = "trait method lost its default",
		.why = WHY_REQUIRED,
		.mend = "bring the default back, or release a new major "
			"version",
		.reference = "trait-new-item-no-default",
		.on = SEMVER_ON_TRAIT_ITEM,
		.event = SEMVER_CHANGED,
		.kinds = KIND_FUNCTION,
		.when = { when_default_goes, when_item_implementable_both },
	},
	{
		.id = "trait_associated_const_default_removed",
		.update = SEMVER_MAJOR,
		.level = FINDING_DENY,
		.title = "associated constant of a trait lost its default",
		.why = WHY_REQUIRED,
		.mend = "bring the default back, or release a new major "
			"version",
		.reference = "trait-new-item-no-default",
		.on = SEMVER_ON_TRAIT_ITEM,
		.event = SEMVER_CHANGED,
		.kinds = KIND_ASSOC_CONST,
		.when = { when_default_goes, when_item_implementable_both },
	},
	{
		.id = "trait_associated_type_default_removed",
		.update = SEMVER_MAJOR,
		.level = FINDING_DENY,
		.title = "associated type of a trait lost its default",
		.why = WHY_REQUIRED,
		.mend = "bring the default back, or release a new major "
			"version",
		.reference = "trait-new-item-no-default",
		.on = SEMVER_ON_TRAIT_ITEM,
		.event = SEMVER_CHANGED,
		.kinds = KIND_ASSOC_TYPE,
		.when = { when_default_goes, when_item_implementable_both },
	},
	{
		.id = "trait_newly_sealed",
		.update = SEMVER_MAJOR,
		.level = FINDING_DENY,
		.title = "trait can no longer be implemented by others",
		.why = "every impl of the trait in another crate needs "
		       "something now that it cannot name",
		.mend = "make what it needs public, or release a new major "
			"version",
		.on = SEMVER_ON_ITEM,
		.event = SEMVER_CHANGED,
		.kinds = KIND_TRAIT,
		.when = { when_becomes_sealed },
	},
	{
		.id = "trait_method_now_doc_hidden",
		.update = SEMVER_MAJOR,
		.level = FINDING_DENY,
		.title = "trait method became #[doc(hidden)]",
		.why = WHY_HIDDEN,
		.mend = MEND_HIDDEN,
		.on = SEMVER_ON_TRAIT_ITEM,
		.event = SEMVER_CHANGED,
		.reach = SEMVER_LEAVES,
		.kinds = KIND_FUNCTION,
	},
	{
		.id = "trait_associated_const_now_doc_hidden",
		.update = SEMVER_MAJOR,
		.level = FINDING_DENY,
		.title = "associated constant of a trait became "
			 "#[doc(hidden)]",
		.why = WHY_HIDDEN,
		.mend = MEND_HIDDEN,
		.on = SEMVER_ON_TRAIT_ITEM,
		.event = SEMVER_CHANGED,
		.reach = SEMVER_LEAVES,
		.kinds = KIND_ASSOC_CONST,
	},
	{
		.id = "trait_associated_type_now_doc_hidden",
		.update = SEMVER_MAJOR,
		.level = FINDING_DENY,
		.title = "associated type of a trait became #[doc(hidden)]",
		.why = WHY_HIDDEN,
		.mend = MEND_HIDDEN,
		.on = SEMVER_ON_TRAIT_ITEM,
		.event = SEMVER_CHANGED,
		.reach = SEMVER_LEAVES,
		.kinds = KIND_ASSOC_TYPE,
	},
	{
		.id = "trait_unsafe_added",
		SEMVER_BREAKS,
		.title = "trait became unsafe",
		.why = "every impl of the trait in another crate must say "
		       "unsafe now",
		.mend = MEND_UNDO,
		SEMVER_WHERE(ITEM, CHANGED, KIND_TRAIT),
		.when = { when_becomes_unsafe_trait,
			  when_item_implementable_both },
	},
	{
		.id = "trait_unsafe_removed",
		SEMVER_BREAKS,
		.title = "unsafe trait became safe",
		.why = "every unsafe impl of the trait in another crate "
		       "does not compile any more",
		.mend = MEND_UNDO,
		SEMVER_WHERE(ITEM, CHANGED, KIND_TRAIT),
		.when = { when_was_unsafe_trait, when_item_implementable_both },
	},
	{
		.id = "trait_no_longer_dyn_compatible",
		SEMVER_BREAKS,
		.title = "trait can no longer be used as dyn",
		.why = "code that names the type dyn Trait does not compile "
		       "any more",
		.mend = MEND_UNDO,
		.reference = "trait-object-safety",
		SEMVER_WHERE(ITEM, CHANGED, KIND_TRAIT),
		.when = { when_was_dyn_compatible },
	},
	{ 0 },
};
