/* Features of the manifest, and what they turn on. */
#include <string.h>

#include "crate/semver/conditions.h"
#include "crate/semver/features.h"
#include "crate/semver/lints.h"

bool when_feature_was_for_users(struct semver_pair *p)
{
	return !semver_feature_is_unstable(p->path) &&
	       strcmp(p->path, "default") != 0;
}

bool when_feature_was_default(struct semver_pair *p)
{
	return p->feature[SEMVER_OLD]->is_default;
}

bool when_feature_is_no_default(struct semver_pair *p)
{
	return !p->feature[SEMVER_NEW]->is_default;
}

const struct semver_lint semver_lints_of_features[] = {
	{
		.id = "feature_missing",
		SEMVER_BREAKS,
		.title = "feature removed or renamed",
		.why = "a crate that asks for the feature cannot be resolved "
		       "any more",
		.mend = "keep the feature, empty if need be, or release a new "
			"major version",
		.reference = "cargo-feature-remove",
		SEMVER_WHERE(FEATURE, GONE, 0),
		.when = { when_feature_was_for_users },
	},
	{
		.id = "feature_not_enabled_by_default",
		SEMVER_BREAKS,
		.title = "feature left the default set",
		.why = "who uses the default features loses what this one "
		       "turned on",
		.mend = "bring it back into `default`, or release a new major "
			"version",
		.reference = "cargo-feature-remove-another",
		SEMVER_WHERE(FEATURE, CHANGED, 0),
		.when = { when_feature_was_for_users, when_feature_was_default,
			  when_feature_is_no_default },
	},
	{
		.id = "feature_no_longer_enables_feature",
		SEMVER_BREAKS,
		.title = "feature no longer turns on another",
		.why = "who asks for the feature loses what the other one "
		       "turned on",
		.mend = "enable the other feature again, or release a new "
			"major version",
		.reference = "cargo-feature-remove-another",
		SEMVER_WHERE(FEATURE_LINK, GONE, 0),
		.when = { when_feature_was_for_users },
	},
	{
		.id = "feature_newly_enables_feature",
		SEMVER_ADDS_QUIETLY,
		.title = "feature turns on another",
		.why = "who asks for the feature gets the other one with it",
		.mend = "release a new minor version",
		SEMVER_WHERE(FEATURE_LINK, ADDED, 0),
		.when = { when_feature_was_for_users },
	},
	{ 0 },
};
