#ifndef COURSE_SEMVER_H
#define COURSE_SEMVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "gate/compare.h"
#include "model/record.h"

/* cohort semver: what changed in the interface of crates, and may it. */
struct semver_request {
	/* two documents that somebody made; both or none */
	const char *baseline_rustdoc;
	const char *current_rustdoc;
	const char *baseline_manifest; /* with those: Cargo.toml, or NULL */
	const char *current_manifest;
	struct compare_settings how;
};

/* One crate. */
struct semver_item {
	const char *crate;
	enum verdict verdict;
	const char *reason; /* why it was skipped, or NULL */
	struct err err;	    /* why it could not be compared */
	struct compared compared;
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
