#ifndef MODEL_POLICY_H
#define MODEL_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/finding.h"
#include "base/schema.h"
#include "model/artifact.h"

struct err;
struct node;

/*
 * config/policy.yaml: how serious the lints and gates of this cohort are, for
 * which artifact and from which week on, and the findings that are let pass,
 * each with its reason.  Whether an id names a lint is for those to say who
 * know the lints; policy_check_lints() asks them.  Immutable; any thread.
 */
enum {
	POLICY_ANY_ARTIFACT = -1,
	POLICY_SCHEMA = 1
};

struct policy_rule {
	const char *id;		  /* of a lint or a gate */
	enum finding_level level; /* of a gate: allow skips it, warn cannot
				     fail a submission */
	int artifact;		  /* enum artifact, or POLICY_ANY_ARTIFACT */
	int from_week;		  /* 1: always */
	unsigned line;		  /* in the file, for complaints */
};

/* One finding that is known and accepted. */
struct policy_allowance {
	const char *lint;
	const char *subject; /* as the finding names it, or "*" */
	const char *handle;  /* whose, or "*" */
	int artifact;	     /* enum artifact, or POLICY_ANY_ARTIFACT */
	const char *reason;  /* never empty */
	unsigned line;
};

struct policy {
	struct arena arena;
	const char *file; /* as messages call it */
	const struct policy_rule *lints;
	size_t lint_count;
	const struct policy_rule *gates;
	size_t gate_count;
	const struct policy_allowance *allowances;
	size_t allowance_count;
};

int policy_read(const struct node *root, struct policy **out, struct err *err);
void policy_free(struct policy *p);
AUTO_DEFINE(struct policy *, policy_free)

/* The keys of the file, for cohort-config(5). */
extern const struct key policy_keys[];

/*
 * The level of LINT for an artifact in a week (0 before the course, beyond the
 * last after it): the last rule that fits, else FALLBACK.  P NULL: FALLBACK.
 */
enum finding_level policy_lint_level(const struct policy *p, const char *lint,
				     enum artifact a, int week,
				     enum finding_level fallback);
enum finding_level policy_gate_level(const struct policy *p, const char *gate,
				     enum artifact a, int week,
				     enum finding_level fallback);

/* Whose findings W is about, and which of them; HANDLE, SUBJECT may be NULL. */
bool policy_allowance_is_for(const struct policy_allowance *w,
			     const char *handle, enum artifact a);
bool policy_allowance_fits(const struct policy_allowance *w, const char *lint,
			   const char *subject);

/* Why this finding is let pass, or NULL.  HANDLE may be NULL: no one's. */
const struct policy_allowance *policy_allows(const struct policy *p,
					     const char *lint,
					     const char *subject,
					     const char *handle,
					     enum artifact a);

/*
 * ERR_FORMAT with the place and the nearest id if a rule or an allowance names
 * a lint that is not among the COUNT of KNOWN.
 */
int policy_check_lints(const struct policy *p, const char *const *known,
		       size_t count, struct err *err);
int policy_check_gates(const struct policy *p, const char *const *known,
		       size_t count, struct err *err);

#endif
