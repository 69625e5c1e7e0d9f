#ifndef CRATE_MANIFEST_LINT_TABLE_H
#define CRATE_MANIFEST_LINT_TABLE_H

#include <stddef.h>

#include "base/attr.h"
#include "base/finding.h"

struct err;
struct node;

/*
 * Every lint there is on a crate's metadata, its package and the tree it is
 * packed from.  The table is what `cohort explain` prints, and what gives a
 * finding its id and level; who finds it is named in each part.
 *
 * The level is `deny` for what crates.io or cargo would refuse, or what would
 * do harm, and `warn` for what they take and a user would curse at.
 */
enum lint_id {
	/* the manifest: lints.c */
	LINT_MISSING_PACKAGE,
	LINT_INVALID_NAME,
	LINT_RESERVED_NAME,
	LINT_NAME_TAKEN,
	LINT_NAME_MISMATCH,
	LINT_INVALID_VERSION,
	LINT_VERSION_MISMATCH,
	LINT_DUPLICATE_VERSION,
	LINT_INVALID_EDITION,
	LINT_MISSING_EDITION,
	LINT_INVALID_RUST_VERSION,
	LINT_UNRESOLVED_INHERITANCE,
	LINT_PATCH_TABLE,
	LINT_PUBLISH_DISABLED,
	LINT_MISSING_DESCRIPTION,
	LINT_LONG_DESCRIPTION,
	LINT_MISSING_LICENSE,
	LINT_INVALID_LICENSE,
	LINT_DATED_LICENSE,
	LINT_MISSING_LICENSE_FILE,
	LINT_INVALID_URL,
	LINT_MISSING_LINKS,
	LINT_MISSING_README,
	LINT_LARGE_README,
	LINT_TOO_MANY_KEYWORDS,
	LINT_INVALID_KEYWORD,
	LINT_TOO_MANY_CATEGORIES,
	LINT_UNKNOWN_CATEGORY,
	LINT_TOO_MANY_FEATURES,
	LINT_INVALID_FEATURE,
	LINT_TOO_MANY_DEPENDENCIES,
	LINT_INVALID_DEPENDENCY_NAME,
	LINT_DEPENDENCY_SPELLING,
	LINT_INVALID_REQUIREMENT,
	LINT_WILDCARD_REQUIREMENT,
	LINT_FOREIGN_REGISTRY,
	LINT_MISSING_LOCKFILE,
	LINT_DIRTY_PACKAGE,
	LINT_PACKAGE_TOO_LARGE,

	/* the packed crate: package/inspect.c */
	LINT_DAMAGED_ARCHIVE,
	LINT_TRAILING_BYTES,
	LINT_UNPACKED_TOO_LARGE,
	LINT_TOO_MANY_ENTRIES,
	LINT_WRONG_ROOT,
	LINT_UNSAFE_PATH,
	LINT_ENTRY_TYPE,
	LINT_PAX_SIZE,
	LINT_DUPLICATE_PATH,
	LINT_MISSING_MANIFEST,
	LINT_AMBIGUOUS_MANIFEST,
	LINT_CASE_COLLISION,
	LINT_WINDOWS_NAME,
	LINT_LARGE_FILE,
	LINT_SECRET_FILE,
	LINT_BUILD_OUTPUT,

	/* the tree before it is packed: package/tree.c, with some above */
	LINT_SYMLINK_ESCAPES,
	LINT_SYMLINK_DANGLES,
	LINT_SUBMODULE,
	LINT_GIT_FOLDER,
	LINT_UNPACKABLE_NAME,
	LINT_TREE_TOO_LARGE,

	LINT_COUNT
};

struct lint {
	const char *id; /* "missing-license" */
	enum finding_level level;
	const char *summary;	 /* one sentence, no full stop */
	const char *explanation; /* paragraphs of plain text */
	const char *source;	 /* whose rule it is */
};

/* The entry of ID, never NULL. */
const struct lint *lint_at(enum lint_id id);

/*
 * Findings on their way into a list.  One crate can break one rule a million
 * times: after LINT_REPEAT_MAX of a kind the rest are only counted, and
 * lint_report_end() says how many there were.
 */
enum {
	LINT_REPEAT_MAX = 20
};

struct lint_report {
	struct findings *findings;
	size_t counts[LINT_COUNT];
};

struct lint_place {
	const char *file;	 /* or NULL */
	const struct node *node; /* gives file, line and column; or NULL */
	const char *subject;
};

/* MEND may be NULL.  0 or ERR_NOMEM. */
int lint_add(struct lint_report *r, enum lint_id id,
	     const struct lint_place *place, const char *mend, struct err *err,
	     const char *why, ...) ATTR_PRINTF(6, 7);

int lint_report_end(struct lint_report *r, struct err *err);

#endif
