#ifndef CRATE_SEMVER_DIFF_INTERNAL_H
#define CRATE_SEMVER_DIFF_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/finding.h"
#include "base/strbuf.h"
#include "crate/semver/lints.h"
#include "crate/semver/signature.h"

struct err;
struct semver_features;
struct semver_witnesses;

/* A comparison under way, for diff.c and what it is split into. */
enum {
	SUBJECT_MAX = 4 << 10,	    /* bytes of a path with its member */
	FINDINGS_BYTES = 512 << 20, /* of all findings of a comparison */
	MEMBERS_MAX = 16 << 20,	    /* looked at, of all items together */
};

struct comparison {
	struct semver_side side[2];
	struct surface *surface[2];
	const struct semver_lint **rows;   /* those that run, by SEMVER_ON_* */
	size_t first[SEMVER_ON_COUNT + 1]; /* of the rows of SEMVER_ON_* */
	struct signature_memo signature;
	struct findings found;
	struct strbuf subject;
	struct strbuf why;
	struct semver_witnesses *witnesses; /* or NULL */
	size_t budget;			    /* of MEMBERS_MAX, what is left */
	bool is_out_of_memory;
	bool is_beyond_limit;
};

static inline bool diff_kind_in(uint32_t mask, const struct rustdoc_item *it)
{
	return it && (RUSTDOC_BIT(it->kind) & mask) != 0;
}

/* Do all conditions of the row hold for the pair? */
bool diff_holds(const struct semver_lint *l, struct semver_pair *p);

/* Members could not be added: for want of memory, or of budget. */
static inline void diff_members_failed(struct comparison *c)
{
	if (c->budget == 0)
		c->is_beyond_limit = true;
	else
		c->is_out_of_memory = true;
}

/* May what was BEFORE be NOW, for the row? */
bool diff_may_become(const struct semver_lint *l,
		     const struct rustdoc_item *before,
		     const struct rustdoc_item *now);

/* Is the thing in place TO, found by name, what stood at the other side? */
bool diff_is_same(const struct semver_lint *l, struct semver_pair *p, int to);

/* Add a finding; what fails is told at the end. */
void diff_report(struct comparison *c, const struct semver_lint *l,
		 const struct semver_pair *p);

/* Keep a witness for a finding on types, if anybody wants one. */
void diff_witness(struct comparison *c, const struct semver_lint *l,
		  const struct semver_pair *p, const char *subject);

/* Rows on fields, variants or items of a trait. */
void diff_set(struct comparison *c, const struct semver_pair *p,
	      enum semver_on on);

/* Rows on what inherent impls have. */
void diff_inherent(struct comparison *c, const struct semver_pair *p);

/* Rows on words of sort ON, see words.h. */
void diff_words(struct comparison *c, const struct semver_pair *pair,
		enum semver_on on);

/* Rows on what a path leads to that another item may be re-exported by. */
void diff_reexport(struct comparison *c, const struct surface_path *was);

/* Rows on trait impls, see impls.h. */
void diff_impls(struct comparison *c, const struct semver_pair *pair);

/* Rows on exported functions, by the names that the linker knows. */
void diff_symbols(struct comparison *c);

/* Rows on features; FEATURES may hold NULL, then there is nothing to do. */
int diff_features(struct comparison *c, struct semver_features *const *features,
		  struct err *err);

#endif
