#ifndef CRATE_SEMVER_LINTS_H
#define CRATE_SEMVER_LINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/finding.h"
#include "crate/rustdoc/item.h"
#include "crate/semver/sealing.h"

struct rustdoc;
struct strbuf;
struct surface;
struct surface_path;

/*
 * The lints, one row each: what it looks at, what must have happened to it,
 * under which conditions.  compare.c walks the two documents once and shows
 * each row what it asks for.  Ids are those of cargo-semver-checks 0.50 where
 * it has the lint, so that settings and habits carry over.
 */
enum semver_bump {
	SEMVER_PATCH,
	SEMVER_MINOR,
	SEMVER_MAJOR
};

/* What a row looks at; all but items are members of one. */
enum lint_on {
	LINT_ON_ITEM,  /* something with a path of its own */
	LINT_ON_FIELD, /* of a struct or union */
	LINT_ON_VARIANT,
	LINT_ON_VARIANT_FIELD,
	LINT_ON_TRAIT_ITEM,
	LINT_ON_INHERENT, /* functions and constants of inherent impls */
};

enum lint_event {
	LINT_GONE,    /* nothing of the kinds in `becomes` has its name */
	LINT_ADDED,   /* there was nothing of that name and kind */
	LINT_CHANGED, /* on both sides, the new one of a kind in `becomes` */
};

/*
 * How public it has to be.  An item is public API by its path; a member if it
 * is visible and deprecated or not hidden, and its item is public API.
 */
enum lint_reach {
	LINT_API,    /* on each side where it is */
	LINT_LEAVES, /* before, and now only visible: it became hidden */
	LINT_ANY,    /* members: visible or not, hidden or not */
};

enum {
	LINT_OLD,
	LINT_NEW
};

struct lint_side {
	struct rustdoc *doc;
	const struct surface *surface;
	struct sealing sealing;
};

/* What a row is shown, by side.  Of LINT_GONE the new thing is NULL, &c. */
struct lint_pair {
	struct lint_side *side[2];
	const char *path;		       /* importable, of the item */
	const struct rustdoc_item *item[2];    /* what stands at the path */
	const struct rustdoc_item *variant[2]; /* around a variant's field */
	const struct rustdoc_item *thing[2];   /* the item or the member */
};

enum {
	LINT_CONDITIONS_MAX = 5
};

typedef bool lint_condition(struct lint_pair *p);

struct lint {
	const char *id;
	enum semver_bump update; /* what the change needs */
	enum finding_level level;
	const char *title;     /* a heading: "function removed" */
	const char *why;       /* one sentence, no full stop */
	const char *mend;      /* the same */
	const char *reference; /* anchor in the SemVer chapter, or NULL */
	enum lint_on on;
	enum lint_event event;
	enum lint_reach reach;
	uint32_t kinds;	  /* of the thing: old, or new if it was added */
	uint32_t becomes; /* 0: the same kinds */
	/*
	 * What else something of the same name and kind must be, to be taken
	 * for the same thing: without it, LINT_GONE or LINT_ADDED holds.
	 */
	lint_condition *same;
	lint_condition *when[LINT_CONDITIONS_MAX]; /* all of them */
	/* A word on the case at hand, put behind `why`. */
	void (*detail)(const struct lint_pair *p, struct strbuf *out);
};

size_t lint_count(void);
const struct lint *lint_at(size_t n);

/* NULL if there is no such lint. */
const struct lint *lint_find(const char *id);

/* Where Cargo's chapter on compatibility treats it; NULL: nowhere. */
const char *lint_chapter(const struct lint *lint, char *buf, size_t size);

/* The families, for lints.c: rows that end with one without an id. */
extern const struct lint lints_of_items[];
extern const struct lint lints_of_types[];
extern const struct lint lints_of_functions[];
extern const struct lint lints_of_traits[];

/* Masks for rows. */
enum {
	KIND_MODULE = 1u << RUSTDOC_MODULE,
	KIND_STRUCT = 1u << RUSTDOC_STRUCT,
	KIND_ENUM = 1u << RUSTDOC_ENUM,
	KIND_UNION = 1u << RUSTDOC_UNION,
	KIND_TYPE = KIND_STRUCT | KIND_ENUM | KIND_UNION,
	KIND_TRAIT = 1u << RUSTDOC_TRAIT,
	KIND_FUNCTION = 1u << RUSTDOC_FUNCTION,
	KIND_CONST = 1u << RUSTDOC_CONSTANT,
	KIND_STATIC = 1u << RUSTDOC_STATIC,
	KIND_MACRO = 1u << RUSTDOC_MACRO,
	KIND_PROC_MACRO = 1u << RUSTDOC_PROC_MACRO,
	KIND_ALIAS = 1u << RUSTDOC_TYPE_ALIAS,
	KIND_FIELD = 1u << RUSTDOC_STRUCT_FIELD,
	KIND_VARIANT = 1u << RUSTDOC_VARIANT,
	KIND_ASSOC_CONST = 1u << RUSTDOC_ASSOC_CONST,
	KIND_ASSOC_TYPE = 1u << RUSTDOC_ASSOC_TYPE,
	KIND_NAMES_TYPE = KIND_TYPE | KIND_TRAIT | KIND_ALIAS |
			  1u << RUSTDOC_EXTERN_TYPE | 1u << RUSTDOC_TRAIT_ALIAS,
};

#endif
