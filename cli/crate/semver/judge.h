#ifndef CRATE_SEMVER_JUDGE_H
#define CRATE_SEMVER_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/finding.h"
#include "base/semver.h"

struct arena;
struct err;
struct node;
struct semver_lint;

/*
 * What semver_diff() found, weighed against the version that the author chose
 * and against the settings of the crate.  Pure.
 *
 * A finding that comes with another level than its lint has keeps it unless a
 * rule sets the level of the lint: one on types is higher once a witness has
 * confirmed it, one that rustdoc cannot show to the end is lower.
 *
 * A lint does not run if the declared bump covers what it asks for, or if its
 * level is `allow`.  What the versions declare:
 *
 *	0.3.1 -> 0.4.0	major	1.2.3 -> 1.3.0	minor
 *	0.3.1 -> 0.3.2	minor	1.2.3 -> 1.2.4	patch
 *	0.0.3 -> 0.0.4	major	a pre-release that differs: major
 *
 * Equal versions, or a smaller one, declare the least there is: patch from 1.0
 * on, minor for 0.y.z, major for 0.0.z.
 */
struct semver_rule {
	const char *lint;
	bool has_level;
	enum finding_level level;
	bool has_update;
	enum semver_bump update; /* SEMVER_MINOR or SEMVER_MAJOR */
};

/* One finding that is known and accepted, by the identity of a finding. */
struct semver_allowance {
	const char *lint;
	const char *subject; /* "*": whatever it is about */
	const char *reason;  /* never empty */
	const char *file;    /* where it stands */
	uint32_t line;
};

struct semver_settings {
	/* of the baseline and of what follows it; NULL: not known, both */
	const struct semver *from;
	const struct semver *to;
	/* in place of TO; SEMVER_SAME: no.  Needed where TO is not known */
	enum semver_bump release_type;
	const struct semver_rule *rules; /* later ones win */
	size_t rule_count;
	const struct semver_allowance *allowances;
	size_t allowance_count;
	/*
	 * Findings at the level `allow` are handed on too, for somebody who
	 * may know better.
	 */
	bool keep_allowed;
};

struct semver_verdict {
	enum semver_bump declared;
	enum semver_bump required; /* by findings that deny; else SEMVER_SAME */
	struct semver needed; /* the least version that would be right, or 0.0.0
			       * where FROM is not known */
	size_t ran;	      /* lints */
	size_t skipped;
	size_t major; /* lints that failed, by what they ask for */
	size_t minor;
	size_t warned;
	size_t let_pass; /* findings, by an allowance */
};

/*
 * Append to OUT those findings of RAW that count, at the level they count at,
 * with the version that would be right in how to mend them.  What an allowance
 * lets pass is at the level `allow`, and has its reason.  0, or ERR_NOMEM.
 */
int semver_judge(const struct findings *raw, const struct semver_settings *how,
		 struct findings *out, struct semver_verdict *verdict,
		 struct err *err);

/* The allowance for F, or NULL. */
const struct semver_allowance *semver_allowed(const struct semver_settings *how,
					      const struct finding *f);

/* A lint as the settings have it. */
struct semver_setting {
	enum finding_level level;
	enum semver_bump update;
};

struct semver_setting semver_setting_of(const struct semver_settings *how,
					const struct semver_lint *lint);

/* Would it be looked at, for a release that declares DECLARED? */
bool semver_runs(const struct semver_setting *s, enum semver_bump declared);

/* The bump from FROM to TO, of the three that the table above knows. */
enum semver_bump semver_declared(const struct semver *from,
				 const struct semver *to);

/* The least version after FROM that declares BUMP. */
void semver_next(const struct semver *from, enum semver_bump bump,
		 struct semver *out);

/*
 * The rules in a `lints` table of [package.metadata.cargo-semver-checks], so
 * that a crate set up for that tool needs no change:
 *
 *	enum_missing = "warn"
 *	function_missing = { level = "deny", required-update = "minor" }
 *
 * `workspace = true` says that the workspace's table holds too: *INHERITS.
 * Lints that this program does not have are kept and do no harm.  TABLE may
 * be NULL.  ERR_FORMAT with the place.
 */
int semver_rules_read(const struct node *table, struct arena *arena,
		      struct semver_rule **out, size_t *count, bool *inherits,
		      struct err *err);

#endif
