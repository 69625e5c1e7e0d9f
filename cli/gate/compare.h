#ifndef GATE_COMPARE_H
#define GATE_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/finding.h"
#include "crate/semver/judge.h"

struct err;
struct node;
struct semver_witnesses;

/*
 * Two versions of a crate, compared by the rustdoc documents and the manifests
 * of both, and weighed against the version number and the settings of the
 * current one.  Runs nothing and needs no toolchain.
 */
struct compare_side {
	const char *name; /* "baseline", "current", or a file: in messages */
	const char *json; /* the document */
	const char *manifest; /* its Cargo.toml; NULL: features are not asked */
	/* the same for findings, below the folder of `src`; NULL: Cargo.toml */
	const char *manifest_name;
	unsigned edition; /* of Rust; 0: as the manifest has it, if it does */
};

struct compare_settings {
	/*
	 * Every lint, whatever its level, the versions and the manifests'
	 * settings say: for measurements.
	 */
	bool all_lints;
	enum semver_bump release_type; /* SEMVER_SAME: by the versions */
	bool keep_allowed;	       /* see semver_settings */
	/* `metadata` of the workspace; the manifest may ask for its rules */
	const struct node *workspace;
	/* beyond the manifest, and these win: a policy's */
	const struct semver_rule *rules;
	size_t rule_count;
	const struct semver_allowance *allowances;
	size_t allowance_count;
	/*
	 * May raise findings of RAW for which WITNESSES speak, before they are
	 * weighed; NULL: nobody can compile anything.
	 */
	int (*confirm)(void *context, struct findings *raw,
		       const struct semver_witnesses *witnesses,
		       struct err *err);
	void *context;
};

/* What became of one lint. */
struct compared_lint {
	const char *id; /* static, as the next */
	const char *title;
	struct semver_setting setting;
	bool ran;
	size_t findings; /* that count */
	bool denied;	 /* by one of them */
};

struct compared {
	struct arena arena;	  /* of the texts here */
	const char *crate;	  /* by the manifest, else as Rust names it */
	const char *from;	  /* version of the baseline, or NULL */
	const char *to;		  /* of the current one, or NULL */
	const char *needed;	  /* the least that would be right, or NULL */
	struct findings findings; /* by lint, then by subject */
	struct semver_verdict verdict; /* nothing with all_lints */
	struct compared_lint *lints;   /* all there are */
	size_t lint_count;
	const char **notes; /* what makes the answer less sure */
	size_t note_count;
	int64_t ms;
};
void compared_release(struct compared *c);
AUTO_RELEASE(struct compared, compared_release)

/*
 * An allowance that matches nothing is a finding of its own, unused-allowance,
 * if it is the manifest's or names an item of this crate.
 *
 * ERR_FORMAT, ERR_LIMIT and ERR_NOT_FOUND begin with the name of the side that
 * they are about.
 */
int compare(const struct compare_side *before, const struct compare_side *after,
	    const struct compare_settings *how, struct compared *out,
	    struct err *err);

#endif
