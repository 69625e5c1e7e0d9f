#ifndef COURSE_SEMVER_H
#define COURSE_SEMVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "gate/compare.h"
#include "model/record.h"

struct progress;
struct workspace;

/* cohort semver: what changed in the interface of crates, and may it. */

struct semver_words {
	const char *const *items;
	size_t count;
};

/* Which features are on; on each side those of FEATURES too. */
enum semver_features_mode {
	SEMVER_FEATURES_STABLE, /* all but those that look unstable */
	SEMVER_FEATURES_ALL,
	SEMVER_FEATURES_DEFAULT,
	SEMVER_FEATURES_EXPLICIT /* no others */
};

struct semver_request {
	struct workspace *workspace; /* or NULL: policy, registry, cache */

	/* what is checked: a folder with a Cargo.toml, or that file */
	const char *path;
	struct semver_words packages; /* by name; none: as cargo chooses */
	struct semver_words excluded;
	bool whole_workspace;
	/* or a document that somebody made, and its Cargo.toml or NULL */
	const char *current_rustdoc;
	const char *current_manifest;

	/* what it is compared with; at most one, none: the last release */
	const char *baseline_root;
	const char *baseline_rev;
	const char *baseline_version;
	const char *baseline_rustdoc;
	const char *baseline_manifest; /* with that */
	const char *registry;	       /* a folder or a name; NULL: default */

	enum semver_features_mode features_mode;
	struct semver_words features; /* each "a,b" */
	struct semver_words baseline_features;
	struct semver_words current_features;
	const char *target; /* a triple, or NULL */

	const char *policy; /* a file; NULL: the workspace's, if there is one */

	bool offline;
	bool locked;
	bool no_sandbox;
	uint32_t build_timeout_s; /* 0: gate_env's own */
	const struct progress *progress;
	struct compare_settings how;
};

/* One crate. */
struct semver_item {
	const char *crate;
	const char *version;  /* the current one, or NULL */
	const char *baseline; /* where the earlier one is from, or NULL */
	enum verdict verdict;
	const char *reason; /* why it was skipped, or NULL */
	struct err err;	    /* why it could not be compared */
	struct compared compared;
	const char **notes; /* beside those of `compared` */
	size_t note_count;
};

struct semver_answer {
	struct arena arena;
	struct semver_item *items;
	size_t count;
	size_t passed;
	size_t failed;
	size_t skipped;
	size_t errors;
};
void semver_answer_release(struct semver_answer *a);
AUTO_RELEASE(struct semver_answer, semver_answer_release)

/*
 * Compare.  What goes wrong with one crate of several is in its item; an error
 * only where nothing could be said.
 */
int semver_check(const struct semver_request *request,
		 struct semver_answer *out, struct err *err);

#endif
