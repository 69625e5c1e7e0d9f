#ifndef CRATE_SEMVER_SIGNATURE_INTERNAL_H
#define CRATE_SEMVER_SIGNATURE_INTERNAL_H

#include <stdbool.h>

#include "base/arena.h"
#include "crate/semver/fit.h"
#include "crate/semver/lints.h"
#include "crate/semver/signature.h"
#include "crate/semver/term.h"

struct strbuf;

/* A comparison of two signatures, for signature.c and what it is split into. */

/* One side of a comparison. */
struct job_frame {
	struct term_builder b;
	struct term_params params;
	struct term_preds preds;
	size_t around;		 /* of these, those of the trait around it */
	size_t written;		 /* of the predicates; the others follow */
	size_t own;		 /* the first parameter of the thing itself */
	const struct term *self; /* of an inherent impl */
	const struct term **inputs;
	size_t count;
	const struct term *output;
	const struct term *receiver; /* or NULL */
	bool is_async;
	bool is_unit; /* what stands behind the arrow */
};

struct job {
	const struct semver_pair *p;
	struct arena arena;
	struct job_frame of[2];
	unsigned wanted;
	struct strbuf *words;
	unsigned found;
};

/* Is the thing a member of a trait? */
bool job_is_of_trait(const struct semver_pair *p);

/* Can other crates implement the trait, before and after? */
bool job_is_implementable(const struct semver_pair *p);

/* True if nothing around the two things was changed. */
bool job_around_alike(const struct semver_pair *p);

/* Fill j->of[SIDE] with the generics around the thing and its own. */
void job_frame(struct job *j, int side);

/* A fit of the other side to HAD, the parameters around bound by their place.
 */
void job_fit(struct job *j, struct fit *f, int had);

/* Note CHANGE; say what WAS and what IS, unless either is NULL. */
void job_found(struct job *j, unsigned change, const struct term *was,
	       const struct term *is);

/* PRED of SIDE is not fulfilled; NULL: a size is missing. */
void job_found_bound(struct job *j, const struct term_pred *pred, int side);

/* ---- signature_calls.c */

/* Fill in the parameters and the result of the function THING. */
void job_inputs(struct job_frame *fr, const struct rustdoc_item *thing);

/* What the lints of functions say themselves. */
bool job_is_said_already(const struct job *j);

/* From the side HAD to the other: callers if old, implementors if new. */
void job_compare_calls(struct job *j, int had);

/* Does LIFETIME stand anywhere in T?  DEPTH: 0. */
bool term_mentions(const struct term *t, const char *lifetime, unsigned depth);

/* ---- signature_types.c */
void job_compare_types(struct job *j);
void job_compare_generics(struct job *j);
void job_compare_assoc_types(struct job *j);

#endif
