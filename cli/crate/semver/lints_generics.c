/* How many generic parameters types and traits take. */
#include "crate/semver/lint_rows.h"

#define MEND_DEFAULT "give it a default, or release a new major version"
#define WHY_MORE                                                             \
	"code that names it with the arguments so far does not compile any " \
	"more"
#define WHY_FEWER \
	"code that names it with all its arguments does not compile any more"

#define LIFETIMES(kinds_)                                                \
	WHERE(ITEM, CHANGED, kinds_),                                    \
		.mend = MEND_UNDO,                                       \
		.why = "code that names it with its lifetimes does not " \
		       "compile any more",                               \
		.when = { when_lifetimes_differ }

#define MORE(kinds_) \
	WHERE(ITEM, CHANGED, kinds_), .why = WHY_MORE, .mend = MEND_DEFAULT

#define FEWER(kinds_) \
	WHERE(ITEM, CHANGED, kinds_), .why = WHY_FEWER, .mend = MEND_UNDO

const struct semver_lint semver_lints_of_generics[] = {
	{ BREAKS("type_mismatched_generic_lifetimes",
		 "type takes another number of lifetimes"),
	  LIFETIMES(KIND_TYPE) },
	{ BREAKS("type_requires_more_generic_type_params",
		 "type requires more generic types"),
	  MORE(KIND_TYPE), .when = { when_requires_more_types } },
	{ BREAKS("type_requires_more_const_generic_params",
		 "type requires more const generics"),
	  MORE(KIND_TYPE), .when = { when_requires_more_consts } },
	{ BREAKS("type_allows_fewer_generic_type_params",
		 "type allows fewer generic types"),
	  FEWER(KIND_TYPE), .when = { when_allows_fewer_types } },
	{ BREAKS("type_allows_fewer_const_generic_params",
		 "type allows fewer const generics"),
	  FEWER(KIND_TYPE), .when = { when_allows_fewer_consts } },
	{ BREAKS("trait_mismatched_generic_lifetimes",
		 "trait takes another number of lifetimes"),
	  LIFETIMES(KIND_TRAIT) },
	{ BREAKS("trait_requires_more_generic_type_params",
		 "trait requires more generic types"),
	  MORE(KIND_TRAIT), .reference = "trait-new-parameter-no-default",
	  .when = { when_requires_more_types } },
	{ BREAKS("trait_requires_more_const_generic_params",
		 "trait requires more const generics"),
	  MORE(KIND_TRAIT), .reference = "trait-new-parameter-no-default",
	  .when = { when_requires_more_consts } },
	{ BREAKS("trait_allows_fewer_generic_type_params",
		 "trait allows fewer generic types"),
	  FEWER(KIND_TRAIT), .when = { when_allows_fewer_types } },
	{ BREAKS("trait_allows_fewer_const_generic_params",
		 "trait allows fewer const generics"),
	  FEWER(KIND_TRAIT), .when = { when_allows_fewer_consts } },
	{ 0 },
};
