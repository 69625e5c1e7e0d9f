/* How sealed a trait is, and what only matters if it is not quite. */
#include "crate/semver/conditions.h"
#include "crate/semver/lints.h"

#define MEND_MINOR "release a new minor version"
#define MEND_UNDO "undo the change, or release a new major version"
#define WHY_OPENED \
	"once other crates implement it, changes of the trait break them"
#define WHY_HIDDEN_IMPLS                                                 \
	"crates that implement the trait by way of its hidden parts do " \
	"not compile any more"

const struct semver_lint semver_lints_of_sealing[] = {
	{
		.id = "pub_api_sealed_trait_became_unconditionally_sealed",
		.update = SEMVER_MINOR,
		.level = FINDING_WARN,
		.title = "trait can no longer be implemented at all",
		.why = "who implemented it by way of hidden items cannot any "
		       "more",
		.mend = MEND_MINOR,
		SEMVER_WHERE(ITEM, CHANGED, KIND_TRAIT),
		.when = { when_item_was_api_sealed, when_is_completely_sealed },
	},
	{
		.id = "pub_api_sealed_trait_became_unsealed",
		.update = SEMVER_MINOR,
		.level = FINDING_WARN,
		.title = "trait can be implemented by other crates now",
		.why = WHY_OPENED,
		.mend = MEND_MINOR,
		SEMVER_WHERE(ITEM, CHANGED, KIND_TRAIT),
		.when = { when_item_was_api_sealed, when_is_implementable },
	},
	{
		.id = "unconditionally_sealed_trait_became_pub_api_sealed",
		.update = SEMVER_MINOR,
		.level = FINDING_WARN,
		.title = "trait can be implemented by way of hidden items now",
		.why = WHY_OPENED,
		.mend = MEND_MINOR,
		SEMVER_WHERE(ITEM, CHANGED, KIND_TRAIT),
		.when = { when_was_completely_sealed, when_is_api_sealed },
	},
	{
		.id = "unconditionally_sealed_trait_became_unsealed",
		.update = SEMVER_MINOR,
		.level = FINDING_WARN,
		.title = "trait can be implemented by other crates now",
		.why = WHY_OPENED,
		.mend = MEND_MINOR,
		SEMVER_WHERE(ITEM, CHANGED, KIND_TRAIT),
		.when = { when_was_completely_sealed, when_is_implementable },
	},
	{
		.id = "pub_api_sealed_trait_method_receiver_added",
		SEMVER_BREAKS_MAYBE,
		.title = "function of a sealed trait takes self now",
		.why = WHY_HIDDEN_IMPLS,
		.mend = MEND_UNDO,
		.reference = "trait-item-signature",
		SEMVER_WHERE(TRAIT_ITEM, CHANGED, KIND_FUNCTION),
		.when = { when_receiver_comes, when_item_was_api_sealed },
	},
	{
		.id = "pub_api_sealed_trait_method_receiver_mut_ref_became_ref",
		SEMVER_BREAKS_MAYBE,
		.title = "method of a sealed trait takes &self instead of "
			 "&mut self",
		.why = WHY_HIDDEN_IMPLS,
		.mend = MEND_UNDO,
		.reference = "trait-item-signature",
		SEMVER_WHERE(TRAIT_ITEM, CHANGED, KIND_FUNCTION),
		.when = { when_mut_becomes_ref, when_item_was_api_sealed },
	},
	{
		.id = "pub_api_sealed_trait_method_return_value_added",
		SEMVER_BREAKS_MAYBE,
		.title = "method of a sealed trait returns a value now",
		.why = WHY_HIDDEN_IMPLS,
		.mend = MEND_UNDO,
		.reference = "trait-item-signature",
		SEMVER_WHERE(TRAIT_ITEM, CHANGED, KIND_FUNCTION),
		.when = { when_returned_unit, when_item_was_api_sealed },
	},
	{
		.id = "pub_api_sealed_trait_method_target_feature_removed",
		SEMVER_BREAKS_MAYBE,
		.title = "method of a sealed trait dropped a #[target_feature]",
		.why = "impls by way of hidden items which need the feature do "
		       "not compile any more",
		.mend = MEND_UNDO,
		.reference = "trait-item-signature",
		SEMVER_WHERE(TRAIT_ITEM, CHANGED, KIND_FUNCTION),
		.when = { when_callable_both, when_target_feature_goes,
			  when_item_was_api_sealed,
			  when_item_is_not_completely_sealed },
	},
	{ 0 },
};
