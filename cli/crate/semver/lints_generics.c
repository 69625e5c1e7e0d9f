/* How many generic parameters types and traits take. */
#include "crate/semver/conditions.h"
#include "crate/semver/lints.h"

#define MEND_DEFAULT "give it a default, or release a new major version"
#define MEND_UNDO "undo the change, or release a new major version"
#define WHY_MORE                                                             \
	"code that names it with the arguments so far does not compile any " \
	"more"
#define WHY_FEWER \
	"code that names it with all its arguments does not compile any more"

const struct semver_lint semver_lints_of_generics[] = {
	{
		.id = "type_mismatched_generic_lifetimes",
		SEMVER_BREAKS,
		.title = "type takes another number of lifetimes",
		.why = "code that names it with its lifetimes does not "
		       "compile any more",
		.mend = MEND_UNDO,
		SEMVER_WHERE(ITEM, CHANGED, KIND_TYPE),
		.when = { when_lifetimes_differ },
	},
	{
		.id = "type_requires_more_generic_type_params",
		SEMVER_BREAKS,
		.title = "type requires more generic types",
		.why = WHY_MORE,
		.mend = MEND_DEFAULT,
		SEMVER_WHERE(ITEM, CHANGED, KIND_TYPE),
		.when = { when_requires_more_types },
	},
	{
		.id = "type_requires_more_const_generic_params",
		SEMVER_BREAKS,
		.title = "type requires more const generics",
		.why = WHY_MORE,
		.mend = MEND_DEFAULT,
		SEMVER_WHERE(ITEM, CHANGED, KIND_TYPE),
		.when = { when_requires_more_consts },
	},
	{
		.id = "type_allows_fewer_generic_type_params",
		SEMVER_BREAKS,
		.title = "type allows fewer generic types",
		.why = WHY_FEWER,
		.mend = MEND_UNDO,
		SEMVER_WHERE(ITEM, CHANGED, KIND_TYPE),
		.when = { when_allows_fewer_types },
	},
	{
		.id = "type_allows_fewer_const_generic_params",
		SEMVER_BREAKS,
		.title = "type allows fewer const generics",
		.why = WHY_FEWER,
		.mend = MEND_UNDO,
		SEMVER_WHERE(ITEM, CHANGED, KIND_TYPE),
		.when = { when_allows_fewer_consts },
	},
	{
		.id = "trait_mismatched_generic_lifetimes",
		SEMVER_BREAKS,
		.title = "trait takes another number of lifetimes",
		.why = "code that names it with its lifetimes does not "
		       "compile any more",
		.mend = MEND_UNDO,
		SEMVER_WHERE(ITEM, CHANGED, KIND_TRAIT),
		.when = { when_lifetimes_differ },
	},
	{
		.id = "trait_requires_more_generic_type_params",
		SEMVER_BREAKS,
		.title = "trait requires more generic types",
		.why = WHY_MORE,
		.mend = MEND_DEFAULT,
		.reference = "trait-new-parameter-no-default",
		SEMVER_WHERE(ITEM, CHANGED, KIND_TRAIT),
		.when = { when_requires_more_types },
	},
	{
		.id = "trait_requires_more_const_generic_params",
		SEMVER_BREAKS,
		.title = "trait requires more const generics",
		.why = WHY_MORE,
		.mend = MEND_DEFAULT,
		.reference = "trait-new-parameter-no-default",
		SEMVER_WHERE(ITEM, CHANGED, KIND_TRAIT),
		.when = { when_requires_more_consts },
	},
	{
		.id = "trait_allows_fewer_generic_type_params",
		SEMVER_BREAKS,
		.title = "trait allows fewer generic types",
		.why = WHY_FEWER,
		.mend = MEND_UNDO,
		SEMVER_WHERE(ITEM, CHANGED, KIND_TRAIT),
		.when = { when_allows_fewer_types },
	},
	{
		.id = "trait_allows_fewer_const_generic_params",
		SEMVER_BREAKS,
		.title = "trait allows fewer const generics",
		.why = WHY_FEWER,
		.mend = MEND_UNDO,
		SEMVER_WHERE(ITEM, CHANGED, KIND_TRAIT),
		.when = { when_allows_fewer_consts },
	},
	{ 0 },
};
