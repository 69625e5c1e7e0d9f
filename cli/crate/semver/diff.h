#ifndef CRATE_SEMVER_DIFF_H
#define CRATE_SEMVER_DIFF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/attr.h"

struct err;
struct findings;
struct rustdoc;
struct semver_features;

/*
 * What changed between two documents of one crate, as findings at the lints'
 * own levels: no version, no setting, no allowance has been looked at yet,
 * see judge.h.  A document compared with itself has no findings.
 *
 * A finding's subject is the path by which users import the item, then the
 * member: "kov::Event::Closed"; macros are known by their bare name.  Its place
 * is in the old source for what is gone, in the new source for what changed
 * or was added: a type that lost a trait is still there.  An item with two
 * paths gives two findings.  They are ordered by subject.
 *
 * Pure but for parsing: both documents keep what was read of them.  ERR_LIMIT
 * and ERR_FORMAT begin with the name of the document they are about.  FINDINGS
 * is added to only on success.
 */
/* Rust code, see witness.h, for the finding of LINT about SUBJECT. */
struct semver_testimony {
	const char *lint;
	const char *subject;
	const char *code; /* NULL: none can be written */
};

/* { 0 } is ready; owns what the entries point to. */
struct semver_witnesses {
	struct arena arena;
	struct semver_testimony *at;
	size_t count;
	size_t cap;
};

void semver_witnesses_release(struct semver_witnesses *w);
AUTO_RELEASE(struct semver_witnesses, semver_witnesses_release)

struct semver_options {
	const char *const *only; /* ids of the lints to run; NULL: all */
	size_t only_count;
	/*
	 * Of the old and the new manifest, by semver_features_read(); without
	 * both, the lints on features do not run.
	 */
	struct semver_features *features[2];
	/*
	 * Of Rust, as 2021, by side: what an `impl Trait` that is returned
	 * borrows depends on it, and documents do not say.  0: not known; then
	 * such a finding is made only where no edition would refute it.
	 */
	unsigned edition[2];
	/* Look at what plainly did not change, too: for tests. */
	bool is_thorough;
	/* What must fail to compile, of findings on types; NULL: not asked. */
	struct semver_witnesses *witnesses;
};

int semver_diff(struct rustdoc *before, struct rustdoc *after,
		const struct semver_options *options, struct findings *findings,
		struct err *err);

#endif
