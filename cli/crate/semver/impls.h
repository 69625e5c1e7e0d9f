#ifndef CRATE_SEMVER_IMPLS_H
#define CRATE_SEMVER_IMPLS_H

#include <stddef.h>

#include "base/arena.h"
#include "crate/semver/lints.h"

/*
 * Trait impls that a type, or a trait for types of other crates, had: those
 * that are gone, that ask for more now, or whose associated types differ.
 * An impl counts where the first type of this crate that it speaks of is; it
 * is not gone if another one, as a blanket one, covers what it was for.  What
 * is derived from the standard library has lints of its own.
 */
enum impl_change {
	IMPL_GONE = 1,
	IMPL_BOUNDS,
	IMPL_TYPES
};

struct impl_found {
	enum impl_change change;
	const char *name; /* "From<u8>" */
	const struct rustdoc_item *was;
	const struct rustdoc_item *is; /* NULL: gone */
};

/* In A.  -1: memory. */
int impls_compare(const struct semver_pair *p, struct arena *a,
		  const struct impl_found **out, size_t *count);

/*
 * True if P's trait got an impl for every type, or every one with some traits,
 * and had none: who implemented it for a type of their own that has these too
 * has two now.
 */
bool impls_blanket_added(const struct semver_pair *p);

#endif
