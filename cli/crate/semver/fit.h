#ifndef CRATE_SEMVER_FIT_H
#define CRATE_SEMVER_FIT_H

#include <stdbool.h>
#include <stddef.h>

#include "crate/semver/term.h"

/*
 * Whether what was written against one side still holds on the other.
 *
 * The terms of the side `had` are fixed; the type and lifetime parameters of
 * the side `has` are variables that stand for whatever makes the two fit, as
 * a caller's compiler would choose them.  So generics that were renamed,
 * reordered or added are no change, and bounds are looked at afterwards, with
 * what the variables have come to stand for.
 *
 * What cannot be told, as about traits of other crates, counts as fitting.
 * Lifetimes never fail a fit; they set `lifetimes_differ`.
 */
enum fit_mode {
	FIT_PARAM,     /* a caller passes HAD where HAS is taken; coerced */
	FIT_PARAM_REF, /* the same behind a reference */
	FIT_PARAM_IN,  /* the same inside of a type: Option<HAD> */
	FIT_RETURN,    /* HAS comes where HAD is expected; coerced */
	FIT_RETURN_IN,
	FIT_EXACT
};

/* Whoever has `for<'a> fn(&'a T)` has `fn(&'b T)` for any 'b. */
enum fit_flow {
	FIT_STAYS, /* a type that is written out: neither for the other */
	FIT_GIVEN, /* HAD is given where HAS is taken */
	FIT_GOT	   /* HAS comes where HAD is expected */
};

enum {
	FIT_VARS_MAX = 64,
	FIT_LIMITS_MAX = 8
};

struct fit_var {
	const char *name;
	const struct term *is;
};

/* A lifetime of `has`: no longer than any of these of `had`. */
struct fit_lifetime {
	const char *name;
	const char *limit[FIT_LIMITS_MAX];
	size_t count;
	const char *exact; /* and this one itself, for want of variance */
};

struct fit_state {
	struct fit_var vars[FIT_VARS_MAX];
	size_t var_count;
	struct fit_lifetime lifetimes[FIT_VARS_MAX];
	size_t lifetime_count;
	bool lifetimes_differ;
};

struct fit {
	struct semver_side *side[2];
	int had; /* SEMVER_OLD or SEMVER_NEW */
	int has;
	struct arena *arena;
	const struct term_preds *had_preds;
	const struct term_preds *has_preds;
	/* the first of these, which are of the trait around: of Self it tells
	 */
	size_t has_around;
	const struct term_params *had_params;
	const struct term_params *has_params;
	const struct rustdoc_item *own_trait; /* of `has`, around; or NULL */
	bool is_exact;	    /* an impl against its trait: nothing is coerced */
	bool is_header;	    /* of impls: no literals are passed */
	enum fit_flow flow; /* of the fn pointer around */
	bool is_opaque;	    /* auto traits of an `impl Trait` do not leak */
	unsigned depth;
	unsigned steps;
	struct fit_state now;
};

bool fit_terms(struct fit *f, const struct term *had, const struct term *has,
	       enum fit_mode mode);

/* As often as something may fail without leaving a trace. */
bool fit_try(struct fit *f, const struct term *had, const struct term *has,
	     enum fit_mode mode);

/* The variable NAME is IS from the start. */
void fit_bind(struct fit *f, const char *name, const struct term *is);
const struct term *fit_value(const struct fit *f, const char *name);
bool fit_is_variable(const struct fit *f, const struct term *has);

/* A lifetime of a caller, shorter or longer than the other. */
void fit_lifetime(struct fit *f, const struct term *had, const struct term *has,
		  enum fit_mode mode);

/* The mode for what is inside of a type that is compared by MODE. */
enum fit_mode fit_inside(enum fit_mode mode);

/* The arguments of HAD and HAS, paths or what else has a list of types. */
bool fit_args(struct fit *f, const struct term *had, const struct term *has,
	      enum fit_mode mode);

/* Two paths with their arguments; an alias stands for what it is. */
bool fit_paths(struct fit *f, const struct term *had, const struct term *has,
	       enum fit_mode mode);

/* HAD and HAS, of which one at least is a projection. */
bool fit_projected(struct fit *f, const struct term *had,
		   const struct term *has, enum fit_mode mode);

/* The same type or trait? */
bool fit_same_item(struct fit *f, const struct term *had,
		   const struct term *has);

/* Both of one side; lifetimes are not looked at. */
bool term_same(const struct term *a, const struct term *b);

/* ---- bounds: fit_bounds.c */

/* Does what HAD stands for have the trait WANT of the side `has`? */
bool fit_satisfies(struct fit *f, const struct term *had,
		   const struct term *want);

/* Does what is HAS now have the trait WANT of the side `had`? */
bool fit_provides(struct fit *f, const struct term *has,
		  const struct term *want);

/* HAVE, or a trait that it implies, is WANT: of the sides had and has. */
bool fit_implies(struct fit *f, const struct term *have,
		 const struct term *want);

/* The same, of the sides has and had. */
bool fit_implies_back(struct fit *f, const struct term *have,
		      const struct term *want);

/* One of the bounds HAVE implies WANT; BACK: of the sides has and had. */
bool fit_any_implies(struct fit *f, struct term_bounds have,
		     const struct term *want, bool back);

/* The predicates of `had` say of TYPE that it has WANT. */
bool fit_preds_say(struct fit *f, const struct term *type,
		   const struct term *want);

/* U, if PREDS have T: Trait<Name = U> and T is <T as Trait>::Name; or NULL. */
const struct term *fit_value_by(const struct term_preds *preds,
				const struct term *t);

/*
 * TRAIT, which cannot be named from outside, has no associated type NAME: what
 * the other side says of one is about a trait that was declared anew.
 */
bool fit_is_redeclared(struct fit *f, const struct term *trait,
		       const char *name);

/* The bounds of an associated type in a trait of this crate have WANT. */
bool fit_projection_says(struct fit *f, const struct term *had,
			 const struct term *want);

/* ---- fit_impls.c */

/* Is T the type or trait at PATH, whatever its arguments? */
bool term_is_named(const struct term *t, const char *path);

/*
 * Does TYPE of the side WHICH have an impl of WANT?  Of Into<X> every type has
 * one in the document, if only X were made From it: that is looked for apart.
 */
bool fit_type_has(struct fit *f, int which, const struct rustdoc_item *type,
		  const struct term *want, bool back);

/* Is WANT Into or TryInto? */
bool fit_is_conversion(const struct term *want);

/* Does HAD turn into what the Into or TryInto that is WANT has? */
bool fit_converts(struct fit *f, const struct term *had,
		  const struct term *want);

/* The type of the side `has` that stands where HAD stood, or NULL. */
const struct rustdoc_item *fit_type_now(struct fit *f, const struct term *had);

/* ---- fit_preds.c */

/* All that is asked of HAD by `impl BOUNDS`. */
bool fit_bounds(struct fit *f, const struct term *had,
		struct term_bounds bounds);

/* Are all predicates of `has` fulfilled?  The first that is not in *WHICH. */
bool fit_preds(struct fit *f, const struct term_pred **which);

/* True if TYPE may stand where Sized is asked for. */
bool fit_is_sized(struct fit *f, const struct term *type);

#endif
