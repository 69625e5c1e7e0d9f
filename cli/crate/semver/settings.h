#ifndef CRATE_SEMVER_SETTINGS_H
#define CRATE_SEMVER_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "crate/semver/judge.h"

struct arena;
struct err;
struct findings;
struct node;

/*
 * What a manifest says about its semver lints:
 *
 *	[package.metadata.cargo-semver-checks.lints]
 *	function_missing = "warn"
 *
 *	[package.metadata.cohort.semver.lints]		# the same, and wins
 *	parameter_type_changed = "deny"
 *
 *	[[package.metadata.cohort.semver.allow]]
 *	lint = "function_missing"
 *	item = "kov::one"
 *	reason = "nobody could call it"
 *
 * The first table is another program's, so lints that are not known here do no
 * harm there; in the second they are a mistake.  The rules of the workspace
 * come first where the package has `workspace = true`.
 */
struct semver_manifest {
	const struct semver_rule *rules; /* later ones win */
	size_t rule_count;
	struct semver_allowance *allowances;
	size_t allowance_count;
};

/*
 * PACKAGE and WORKSPACE are the `metadata` of each, or NULL; what is read lives
 * in ARENA.  FILE is how findings call the manifest.  ERR_FORMAT with the
 * place.
 */
int semver_manifest_read(const struct node *package,
			 const struct node *workspace, const char *file,
			 struct arena *arena, struct semver_manifest *out,
			 struct err *err);

/* Does the package want the rules of its workspace? */
bool semver_manifest_inherits(const struct node *package);

/* Is it let pass by A?  Its subject is "*" for all findings of the lint. */
bool semver_allowance_fits(const struct semver_allowance *a,
			   const struct finding *f);

#endif
