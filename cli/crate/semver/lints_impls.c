/* Traits that types have, and supertraits. */
#include "crate/semver/conditions.h"
#include "crate/semver/lints.h"

#define MEND_UNDO "bring it back, or release a new major version"

const struct semver_lint semver_lints_of_impls[] = {
	{
		.id = "auto_trait_impl_removed",
		SEMVER_BREAKS,
		.title = "type lost an auto trait",
		.why = "code that needs the trait of the type does not "
		       "compile any more",
		.mend = MEND_UNDO,
		SEMVER_WHERE(AUTO_TRAIT, GONE, KIND_TYPE),
	},
	{
		.id = "auto_trait_impl_added",
		SEMVER_ADDS_QUIETLY,
		.title = "type gained an auto trait",
		.why = "users may come to rely on it, and a private field "
		       "can take it away again",
		.mend = "release a new minor version",
		SEMVER_WHERE(AUTO_TRAIT, ADDED, KIND_TYPE),
	},
	{
		.id = "derive_trait_impl_removed",
		SEMVER_BREAKS,
		.title = "derived trait is no longer implemented",
		.why = "code that needs the trait of the type does not "
		       "compile any more",
		.mend = MEND_UNDO,
		SEMVER_WHERE(DERIVE, GONE, KIND_TYPE),
		.when = { when_word_was_derived },
	},
	{
		.id = "copy_impl_added",
		SEMVER_BREAKS,
		.title = "type became Copy",
		.why = "closures capture it by reference where they moved "
		       "it before",
		.mend = "take Copy off again, or release a new major version",
		SEMVER_WHERE(DERIVE, ADDED, KIND_TYPE),
		.when = { when_word_is_copy },
	},
	{
		.id = "derive_helper_attr_removed",
		SEMVER_BREAKS,
		.title = "helper attribute of a derive macro removed",
		.why = "code that uses the attribute does not compile any "
		       "more",
		.mend = MEND_UNDO,
		.reference = "item-remove",
		SEMVER_WHERE(HELPER, GONE, KIND_PROC_MACRO),
		.when = { when_was_derive_macro },
	},
	{
		.id = "sized_impl_removed",
		SEMVER_BREAKS,
		.title = "type is no longer Sized",
		.why = "it can be passed and kept only behind a pointer now",
		.mend = MEND_UNDO,
		SEMVER_WHERE(ITEM, CHANGED, KIND_TYPE),
		.when = { when_becomes_unsized },
	},
	{
		.id = "trait_added_supertrait",
		SEMVER_BREAKS,
		.title = "supertrait added",
		.why = "impls of the trait for types that lack the "
		       "supertrait do not compile any more",
		.mend = MEND_UNDO,
		SEMVER_WHERE(SUPERTRAIT, ADDED, KIND_TRAIT),
		.when = { when_item_implementable_both },
	},
	{
		.id = "trait_removed_supertrait",
		SEMVER_BREAKS,
		.title = "supertrait removed",
		.why = "code that uses the supertrait of such types does "
		       "not compile any more",
		.mend = MEND_UNDO,
		SEMVER_WHERE(SUPERTRAIT, GONE, KIND_TRAIT),
	},
	{ 0 },
};
