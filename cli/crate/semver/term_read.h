#ifndef CRATE_SEMVER_TERM_READ_H
#define CRATE_SEMVER_TERM_READ_H

#include <stdbool.h>
#include <stddef.h>

#include "base/scan.h"
#include "crate/semver/term.h"

struct rustdoc;

/*
 * For the builder of terms: values of the JSON by their place, and the parts
 * of a builder that its files share.
 */

/* The member KEY of the object AT; the empty span if there is none. */
struct rustdoc_span json_member(struct rustdoc *d, struct rustdoc_span at,
				const char *key);

/* The only member of the object AT, with its key; of a string, the string. */
struct rustdoc_span json_only(struct rustdoc *d, struct rustdoc_span at,
			      struct scan_text *key);

/* The elements of the array AT in A, *COUNT of them; NULL if there are none. */
const struct rustdoc_span *json_elements(struct rustdoc *d,
					 struct rustdoc_span at,
					 struct arena *a, size_t *count);

/* The string AT, its escapes left alone; empty if it is none. */
struct scan_text json_text(struct rustdoc *d, struct rustdoc_span at);
bool json_bool(struct rustdoc *d, struct rustdoc_span at);

/* Names that are in force inside an alias; every parameter has its term. */
struct term_frame {
	const struct term_params *params;
	const struct term *const *values;
};

/* for<'a>; a lifetime has its number when it is first met. */
struct term_binder {
	struct term_binder *around;
	const char *name; /* NULL: those that are not written */
	const struct term *as;
};

struct term *term_new(struct term_builder *b, enum term_kind kind);

/* NULL without memory, as the builder knows then. */
const struct term **term_list(struct term_builder *b, size_t count);
const char *term_word(struct term_builder *b, const struct scan_text *t);
struct rustdoc *term_doc(const struct term_builder *b);

const struct term *term_lifetime(struct term_builder *b,
				 const struct scan_text *name);

/* One more of the lifetimes that a for<..> binds, and not named. */
const struct term *term_bound_lifetime(struct term_builder *b);

/* Bring in the lifetimes of `generic_params`; the caller takes them out. */
void term_bind(struct term_builder *b, struct rustdoc_span params);

/* Inputs with an output: a fn pointer's, or those of Fn(..) -> ... */
struct term_sig {
	const struct term **inputs;
	size_t count;
	const struct term *output;
};

struct term_sig term_build_sig(struct term_builder *b,
			       struct rustdoc_span inputs, bool with_names,
			       struct rustdoc_span output);

/* N, { N }, 3usize. */
const struct term *term_build_const(struct term_builder *b,
				    const struct scan_text *text);

/* What the projection P is by an impl of this crate; else P: term_project.c. */
const struct term *term_project(struct term_builder *b, const struct term *p);

/* What is known of types outside of the crate: std_facts.c. */
const struct term *term_foreign_alias(struct term_builder *b, struct term *t,
				      bool *is_alias);

#endif
