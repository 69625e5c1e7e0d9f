#ifndef CRATE_SEMVER_STD_FACTS_H
#define CRATE_SEMVER_STD_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "crate/semver/term.h"

/*
 * What the standard library promises and rustdoc JSON of a user's crate does
 * not show: which traits imply which, what derefs to what, what certainly
 * lacks a trait.  Paths are those of `paths`: where it is defined.
 */

/* The N-th trait that TRAIT implies for whoever has it, or NULL at the end. */
const char *fact_implied(const char *trait, size_t n);

/* A trait whose impls the compiler finds: Send, Sync, Unpin, ... */
bool fact_is_auto(const char *trait);

/* True if the type certainly has no impl of TRAIT, arguments included. */
bool fact_lacks(const struct term *type, const struct term *trait);

/*
 * A literal has no type yet when it meets `impl Into<u64>`, and becomes an
 * i32: which is no u64.
 */
bool fact_literal_fails(const struct term *type, const struct term *trait);

/* A trait that &T has where T has it, and only there. */
bool fact_is_through_ref(const char *trait);

/* False if ALIAS, as c_char, is on no target the primitive type NUMBER. */
bool fact_may_be(const char *alias, const char *number);

/* A trait with an argument that few types are made for: From, Borrow, ... */
bool fact_is_of_its_argument(const char *trait);

/* True if TYPE has TRAIT where all its arguments have it, and only there. */
bool fact_is_by_parts(const struct term *type, const char *trait);

/* What a loop over TYPE yields, or NULL. */
const struct term *fact_item(const struct term *type);

/* What &T coerces to when T is TYPE: the target of Deref, or NULL. */
const struct term *fact_deref(const struct term *type, struct arena *a);

/* Box, Rc, Arc, ...: what they point to may become a dyn at a coercion. */
bool fact_is_pointer(const char *path);

/* Cell, Mutex, ...: what is inside may not change at all. */
bool fact_is_invariant(const char *path);

/*
 * What the arguments of a type of the standard library may be replaced with;
 * lifetimes of those that are invariant are covariant all the same.
 */
enum fact_variance {
	FACT_VARIANCE_UNKNOWN,
	FACT_COVARIANT,
	FACT_INVARIANT
};

enum fact_variance fact_variance(const char *path);

/* No trait for other crates: markers of the compiler, Drop, unstable ones. */
bool fact_is_no_promise(const char *trait);

/* A trait with one parameter that is Self unless it is written. */
bool fact_takes_self(const char *trait);

bool fact_is_standard(const char *path);

/*
 * True if two paths into other crates may be those of one item: private
 * modules of a dependency may differ from version to version.
 */
bool fact_may_be_moved(const char *a, const char *b);

#endif
