#ifndef CRATE_SEMVER_LINT_ROWS_H
#define CRATE_SEMVER_LINT_ROWS_H

#include "crate/semver/conditions.h"
#include "crate/semver/lints.h"

/*
 * For the tables lints_*.c: what many rows have in common, so that a row shows
 * only what is its own.  A row is { BREAKS("id", "title"), WHERE(..), .. };
 * each table makes macros of the same sort for what its own rows share.
 */
#define BREAKS(id_, title_) .id = id_, .title = title_, SEMVER_BREAKS
#define BREAKS_MAYBE(id_, title_) \
	.id = id_, .title = title_, SEMVER_BREAKS_MAYBE
#define ADDS(id_, title_) .id = id_, .title = title_, SEMVER_ADDS
#define ADDS_QUIETLY(id_, title_) \
	.id = id_, .title = title_, SEMVER_ADDS_QUIETLY

#define WHERE(on_, event_, kinds_) \
	.on = SEMVER_ON_##on_, .event = SEMVER_##event_, .kinds = (kinds_)

/* It was public API and is still there, but hidden. */
#define HIDES(on_, kinds_)                                                   \
	WHERE(on_, CHANGED, kinds_),                                         \
		.reach = SEMVER_LEAVES,                                      \
		.why = "what is hidden from the documentation is no public " \
		       "API any more",                                       \
		.mend = "deprecate it before hiding it, or release a new "   \
			"major version"

#define MEND_BACK "bring it back, or release a new major version"
#define MEND_OUT "take it out again, or release a new major version"
#define MEND_KEEP "keep what it was, or release a new major version"
#define MEND_UNDO "undo the change, or release a new major version"
#define MEND_SECOND                                                       \
	"keep the signature and add a second function, or release a new " \
	"major version"
#define MEND_MINOR "release a new minor version"
#define WHY_RELY "users may come to rely on it"

#endif
