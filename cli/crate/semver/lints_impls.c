/* Traits that types have, and supertraits. */
#include "crate/semver/lint_rows.h"

const struct semver_lint semver_lints_of_impls[] = {
	{ BREAKS("auto_trait_impl_removed", "type lost an auto trait"),
	  WHERE(AUTO_TRAIT, GONE, KIND_TYPE),
	  .why = "code that needs the trait of the type does not compile any "
		 "more",
	  .mend = MEND_BACK },
	{ ADDS_QUIETLY("auto_trait_impl_added", "type gained an auto trait"),
	  WHERE(AUTO_TRAIT, ADDED, KIND_TYPE),
	  .why = "users may come to rely on it, and a private field can take "
		 "it away again",
	  .mend = "release a new minor version" },
	{ BREAKS("derive_trait_impl_removed",
		 "derived trait is no longer implemented"),
	  WHERE(DERIVE, GONE, KIND_TYPE),
	  .why = "code that needs the trait of the type does not compile any "
		 "more",
	  .mend = MEND_BACK, .when = { when_word_was_derived } },
	{ BREAKS("copy_impl_added", "type became Copy"),
	  WHERE(ITEM, CHANGED, KIND_TYPE), .becomes = KIND_TYPE,
	  .why = "closures capture it by reference where they moved it before",
	  .mend = "take Copy off again, or release a new major version",
	  .when = { when_becomes_copy } },
	{ BREAKS("derive_helper_attr_removed",
		 "helper attribute of a derive macro removed"),
	  WHERE(HELPER, GONE, KIND_PROC_MACRO),
	  .why = "code that uses the attribute does not compile any more",
	  .mend = MEND_BACK, .reference = "item-remove",
	  .when = { when_was_derive_macro } },
	{ BREAKS("sized_impl_removed", "type is no longer Sized"),
	  WHERE(ITEM, CHANGED, KIND_TYPE),
	  .why = "it can be passed and kept only behind a pointer now",
	  .mend = MEND_BACK, .when = { when_becomes_unsized } },
	{ BREAKS("trait_added_supertrait", "supertrait added"),
	  WHERE(SUPERTRAIT, ADDED, KIND_TRAIT),
	  .why = "impls of the trait for types that lack the supertrait do not "
		 "compile any more",
	  .mend = MEND_BACK, .when = { when_item_was_implementable } },
	{ BREAKS("trait_removed_supertrait", "supertrait removed"),
	  WHERE(SUPERTRAIT, GONE, KIND_TRAIT),
	  .why = "code that uses the supertrait of such types does not compile "
		 "any more",
	  .mend = MEND_BACK, .when = { when_word_is_local_api } },
	{ BREAKS_MAYBE("trait_removed_foreign_supertrait",
		       "supertrait of another crate removed"),
	  WHERE(SUPERTRAIT, GONE, KIND_TRAIT),
	  .why = "generic code that relies on the supertrait by way of the "
		 "trait does not compile any more",
	  .mend = MEND_BACK, .when = { when_word_is_foreign } },
	{ 0 },
};
