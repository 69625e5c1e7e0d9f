#ifndef COURSE_ALLOWANCES_H
#define COURSE_ALLOWANCES_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct checked;
struct err;
struct policy;

/* What was checked, by which allowances are judged. */
struct allowances_scope {
	const struct checked *items;
	size_t count;
	bool everybody; /* all seats, and not only those that were named */
	int artifact;	/* the only one that was looked at, or ARTIFACT_ANY */
};

/*
 * A line for each allowance of P that let nothing pass and had the occasion to:
 * "config/policy.yaml:12: the allowance of ..."; *OUT and its texts are
 * ARENA's. One that is for more than what was checked, or for a gate that did
 * not run, is left for another time; so are those of statements, which `cohort
 * validate` knows.
 */
int allowances_unused(const struct policy *p,
		      const struct allowances_scope *scope, struct arena *arena,
		      const char *const **out, size_t *count, struct err *err);

#endif
