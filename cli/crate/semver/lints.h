#ifndef CRATE_SEMVER_LINTS_H
#define CRATE_SEMVER_LINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/finding.h"
#include "base/semver.h"
#include "crate/rustdoc/item.h"
#include "crate/semver/sealing.h"

struct facts;
struct rustdoc;
struct semver_feature;
struct strbuf;
struct surface;
struct surface_path;

/*
 * The lints, one row each: what it looks at, what must have happened to it,
 * under which conditions.  diff.c walks the two documents once and shows
 * each row what it asks for.  Ids are those of cargo-semver-checks 0.50 where
 * it has the lint, so that settings and habits carry over.
 */

/* What a row looks at; all but items are members of one. */
enum semver_on {
	SEMVER_ON_ITEM,	 /* something with a path of its own */
	SEMVER_ON_FIELD, /* of a struct or union */
	SEMVER_ON_VARIANT,
	SEMVER_ON_VARIANT_FIELD,
	SEMVER_ON_TRAIT_ITEM,
	SEMVER_ON_INHERENT, /* functions and constants of inherent impls */
	/* not by path: `kinds` and `reach` do not count */
	SEMVER_ON_SYMBOL,	/* exported functions, public or not */
	SEMVER_ON_FEATURE,	/* of the manifest */
	SEMVER_ON_FEATURE_LINK, /* a feature that one of the old ones enables */
	SEMVER_ON_REEXPORT,	/* a path to something that is elsewhere */
	/* not items but words: of `kinds`, the item they belong to */
	SEMVER_ON_SUPERTRAIT,
	SEMVER_ON_AUTO_TRAIT, /* Send, Sync, ... that a type has */
	SEMVER_ON_DERIVE,     /* Clone, Debug, ... that a type has */
	SEMVER_ON_HELPER,     /* attributes of a derive macro */
	SEMVER_ON_IMPL,	      /* of traits, see impls.h */
	SEMVER_ON_COUNT
};

enum semver_event {
	SEMVER_GONE,	/* nothing of the kinds in `becomes` has its name */
	SEMVER_ADDED,	/* there was nothing of that name and kind */
	SEMVER_CHANGED, /* on both sides, the new one of a kind in `becomes` */
};

/*
 * How public it has to be.  An item is public API by its path; a member if it
 * is visible and deprecated or not hidden, and its item is public API.
 */
enum semver_reach {
	SEMVER_API,    /* on each side where it is */
	SEMVER_LEAVES, /* before, and now only visible: it became hidden */
	SEMVER_WAS,    /* before; now whatever it is */
	SEMVER_ANY,    /* members: visible or not, hidden or not */
};

enum {
	SEMVER_OLD,
	SEMVER_NEW
};

struct semver_side {
	struct rustdoc *doc;
	const struct surface *surface;
	struct sealing sealing;
	struct signature_memo *signature; /* of the old side; or NULL */
	/* Fingerprints may be trusted; those that name constants, too. */
	bool has_hashes;
	bool constants_stay;
	unsigned edition; /* of Rust; 0: not known */
};

/* Does an `impl Trait` hold all lifetimes around it, named or not? */
static inline bool semver_captures_all(const struct semver_side *side)
{
	return side->edition >= 2024;
}

/* Something of an item that is no item itself, and how a finding names it. */
struct semver_word {
	const char *key;   /* the same on both sides */
	const char *added; /* at the end of a finding's subject */
	const char *gone;
	uint32_t id;	 /* of the trait, where it is one */
	bool is_derived; /* #[automatically_derived] */
	bool is_implied; /* by another word; it is not written itself */
	int change;	 /* of an impl: enum impl_change */
};

/* What a row is shown, by side.  Of SEMVER_GONE the new thing is NULL, &c. */
struct semver_pair {
	struct semver_side *side[2];
	const char *path;		       /* importable, of the item */
	const struct rustdoc_item *item[2];    /* what stands at the path */
	struct facts *facts[2];		       /* of item[] */
	const struct rustdoc_item *variant[2]; /* around a variant's field */
	const struct rustdoc_item *thing[2];   /* the item or the member */
	uint32_t position[2]; /* of a member, what was left out counted */
	const struct semver_word *word; /* or NULL: the row is about items */
	const struct semver_feature *feature[2]; /* or of the manifest */
};

enum {
	SEMVER_CONDITIONS_MAX = 5
};

typedef bool semver_condition(struct semver_pair *p);

struct semver_lint {
	const char *id;
	enum semver_bump update; /* what the change needs */
	enum finding_level level;
	const char *title;     /* a heading: "function removed" */
	const char *why;       /* one sentence, no full stop */
	const char *mend;      /* the same */
	const char *reference; /* anchor in the SemVer chapter, or NULL */
	enum semver_on on;
	enum semver_event event;
	enum semver_reach reach;
	uint32_t kinds;	  /* of the thing: old, or new if it was added */
	uint32_t becomes; /* 0: the same kinds */
	/*
	 * What else something of the same name and kind must be, to be taken
	 * for the same thing: without it, SEMVER_GONE or SEMVER_ADDED holds.
	 */
	semver_condition *same;
	semver_condition *when[SEMVER_CONDITIONS_MAX]; /* all of them */
	/*
	 * Of inherent methods: the change must hold against those of trait
	 * impls too, and moving there may be the change.
	 */
	bool of_any_impl;
	/* What the finding points at, where it is not the thing itself. */
	const struct rustdoc_item *(*place)(const struct semver_pair *p);
	/* A word on the case at hand, put behind `why`. */
	void (*detail)(const struct semver_pair *p, struct strbuf *out);
	/* More for the end of the subject, behind another `::`. */
	void (*subject)(const struct semver_pair *p, struct strbuf *out);
};

size_t semver_lint_count(void);
const struct semver_lint *semver_lint_at(size_t n);

/* NULL if there is no such lint. */
const struct semver_lint *semver_lint_find(const char *id);

/* Where Cargo's chapter on compatibility treats it; NULL: nowhere. */
const char *semver_lint_chapter(const struct semver_lint *lint, char *buf,
				size_t size);

/* The families, for lints.c: rows that end with one without an id. */
extern const struct semver_lint semver_lints_of_items[];
extern const struct semver_lint semver_lints_of_types[];
extern const struct semver_lint semver_lints_of_functions[];
extern const struct semver_lint semver_lints_of_traits[];
extern const struct semver_lint semver_lints_of_trait_methods[];
extern const struct semver_lint semver_lints_of_methods[];
extern const struct semver_lint semver_lints_of_generics[];
extern const struct semver_lint semver_lints_of_impls[];
extern const struct semver_lint semver_lints_of_layout[];
extern const struct semver_lint semver_lints_of_order[];
extern const struct semver_lint semver_lints_of_additions[];
extern const struct semver_lint semver_lints_of_deprecation[];
extern const struct semver_lint semver_lints_of_features[];
extern const struct semver_lint semver_lints_of_symbols[];
extern const struct semver_lint semver_lints_of_target_features[];
extern const struct semver_lint semver_lints_of_sealing[];
extern const struct semver_lint semver_lints_of_signatures[];

/* What most rows have in common. */
#define SEMVER_BREAKS .update = SEMVER_MAJOR, .level = FINDING_DENY
#define SEMVER_BREAKS_MAYBE .update = SEMVER_MAJOR, .level = FINDING_WARN
#define SEMVER_ADDS .update = SEMVER_MINOR, .level = FINDING_DENY
#define SEMVER_ADDS_QUIETLY .update = SEMVER_MINOR, .level = FINDING_ALLOW
#define SEMVER_WHERE(on_, event_, kinds_) \
	.on = SEMVER_ON_##on_, .event = SEMVER_##event_, .kinds = (kinds_)

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
