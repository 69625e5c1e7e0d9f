#ifndef CRATE_SEMVER_VARIANCE_H
#define CRATE_SEMVER_VARIANCE_H

#include <stdbool.h>
#include <stddef.h>

#include "crate/semver/lints.h"

struct strbuf;

/*
 * Variance (the Rust reference, "Subtyping and variance"): whether S<'static>
 * may stand where S<'a> is expected.  No signature shows it, it follows from
 * the types of all fields, private ones and those of private types included.
 *
 * True if a parameter of P's two types allows less than it did: the first such,
 * of the old one, in *NTH, and by its name in WORDS; both may be NULL.  Of
 * types of other crates only those of the standard library are known: where
 * another one takes part, or a field is not in the document, nothing is said.
 */
bool variance_narrows(const struct semver_pair *p, size_t *nth,
		      struct strbuf *words);

/*
 * Is what the fields of two types of one fingerprint are made of, types of this
 * crate, as it was too?
 */
bool variance_stays(struct semver_side *const side[2],
		    const struct rustdoc_item *was,
		    const struct rustdoc_item *is);

#endif
