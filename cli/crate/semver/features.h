#ifndef CRATE_SEMVER_FEATURES_H
#define CRATE_SEMVER_FEATURES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/map.h"

struct err;
struct manifest;

/*
 * The features of one version of a crate, as its users see them (the Cargo
 * reference, "Features"): those of [features], and one for each optional
 * dependency that no feature names with `dep:`.
 *
 * What a feature enables is other features of the crate: `dep:x`, and `x/y`
 * where `x` is no feature, are left out.  `default` is there only if it is
 * written.  Names are borrowed from the manifest.
 */
enum {
	SEMVER_FEATURES_MAX = 8192,
	SEMVER_FEATURE_LINKS_MAX = 65536,
	SEMVER_FEATURE_STEPS_MAX = 50000000, /* of all searches together */
};

struct semver_feature {
	const char *name;
	struct semver_feature **enables; /* as written, without others' */
	size_t enable_count;
	bool is_default; /* `default`, or enabled by it */
	size_t mark;	 /* for searches */
};

struct semver_features {
	struct semver_feature *at; /* in the order of the manifest */
	size_t count;
	struct map by_name;
	struct arena arena;
	struct semver_feature **stack;
	size_t mark;
	size_t steps;
};

void semver_features_release(struct semver_features *f);
AUTO_RELEASE(struct semver_features, semver_features_release)

/* ERR_LIMIT for the limits above, ERR_NOMEM.  OUT must be zeroed. */
int semver_features_read(const struct manifest *m, struct semver_features *out,
			 struct err *err);

/* NULL: there is none of that name. */
struct semver_feature *semver_features_find(const struct semver_features *f,
					    const char *name);

/*
 * Does FROM turn on NAME, by itself or by what it enables?  True for want of a
 * better answer once `steps` is beyond its limit.
 */
bool semver_feature_enables(struct semver_features *f,
			    struct semver_feature *from, const char *name);

/* Names that say themselves that they are not for users: `unstable-x`, ... */
bool semver_feature_is_unstable(const char *name);

#endif
