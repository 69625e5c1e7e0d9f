#ifndef CRATE_MANIFEST_LINTS_H
#define CRATE_MANIFEST_LINTS_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct findings;
struct manifest;
struct package_listing;
struct wordlist;

/*
 * Would crates.io take this crate?  All that can be said without asking it,
 * by the rules of its source in the order it looks; see lint_table.h for each.
 *
 * Everything pointed to is borrowed for the call.
 */
struct lint_data {
	const struct wordlist *licenses;   /* config/spdx-licenses.txt */
	const struct wordlist *exceptions; /* config/spdx-exceptions.txt */
	const struct wordlist *categories; /* config/categories.txt */
	const struct wordlist *reserved;   /* config/reserved-names.txt */
};

struct lint_input {
	const struct lint_data *data;
	const struct manifest *manifest; /* of the packed Cargo.toml */
	/*
	 * Of Cargo.toml.orig, which is what the student wrote: findings then
	 * name its lines.  NULL: those of the packed one.
	 */
	const struct manifest *original;
	/* NULL: nothing is said about files. */
	const struct package_listing *listing;
	uint64_t package_bytes;	  /* of the .crate; 0: not known */
	const char *const *taken; /* names of the other seats' crates */
	size_t taken_count;
	const char *expected_name;    /* by the roster, or NULL */
	const char *expected_version; /* of the tag, or NULL */
	const char *const *published; /* versions of it that exist already */
	size_t published_count;
};

enum {
	LINT_PACKAGE_MAX = 10 << 20, /* bytes of a .crate */
	LINT_UPLOAD_JSON_MAX = 1 << 20,
	LINT_DESCRIPTION_MAX = 1000, /* bytes */
	LINT_KEYWORDS_MAX = 5,
	LINT_KEYWORD_MAX = 20, /* bytes */
	LINT_CATEGORIES_MAX = 5,
	LINT_FEATURES_MAX = 300,
	LINT_DEPENDENCIES_MAX = 500
};

/* Append what is found.  0, also when there is a lot; ERR_NOMEM. */
int manifest_lint(const struct lint_input *in, struct findings *out,
		  struct err *err);

#endif
