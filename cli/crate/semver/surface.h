#ifndef CRATE_SEMVER_SURFACE_H
#define CRATE_SEMVER_SURFACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "crate/rustdoc/item.h"

struct err;
struct rustdoc;

/*
 * Every path by which other crates can import something from this one: what
 * identifies an item across versions is such a path and its kind.
 *
 * An item has as many paths as it is re-exported by, renames, globs and cycles
 * included; a module that lies on the path already is not entered again.  A
 * type alias whose parameters are those of its target, one to one and with
 * the same defaults, counts as one more path of the target.
 *
 * Paths lie in the order in which a walk from the root meets them.  Immutable
 * once built; belongs to one document, which must outlive it.
 */
enum {
	SURFACE_PATHS_MAX = 1 << 20,
	SURFACE_BYTES_MAX = 256 << 20, /* of all paths together */
	SURFACE_ALIASES_MAX = 16,      /* aliases of aliases */
};

struct surface;

struct surface_path {
	const char *path;		 /* "kov::timer::Sleep" */
	const struct rustdoc_item *item; /* NULL: of another crate */
	uint32_t id;			 /* the item's, foreign or not */
	bool is_api; /* nothing hidden on the way, or something deprecated */
	const struct surface_path *next_here; /* another item, same path */
	const struct surface_path *next_way;  /* same item, another path */
};

/* ERR_LIMIT, ERR_NOMEM; what is malformed sticks to the document. */
int surface_build(struct rustdoc *doc, struct surface **out, struct err *err);
void surface_free(struct surface *s);
AUTO_DEFINE(struct surface *, surface_free)

size_t surface_count(const struct surface *s);
const struct surface_path *surface_at(const struct surface *s, size_t n);

/* The first of what PATH leads to, or NULL. */
const struct surface_path *surface_find(const struct surface *s,
					const char *path);

/*
 * True if PATH, or a module above it, leads to an item of another crate: what
 * is there is not in this document.
 */
bool surface_is_abroad(const struct surface *s, const char *path);

/* The first path of the item ID, or NULL: it cannot be named. */
const struct surface_path *surface_of(const struct surface *s, uint32_t id);

/* True if some path of ID is public API. */
bool surface_is_api(const struct surface *s, uint32_t id);

/*
 * The value, as text, of the constants of that name: NULL if there is none,
 * they differ, or private ones may be among them and are not shown.
 */
const char *surface_constant(const struct surface *s, const char *name);

/* False if a constant of any name has one value in OLD and another in NEW. */
bool surface_constants_stay(const struct surface *old,
			    const struct surface *new);

/* A macro_rules of that name anywhere in the crate, exported or not. */
const struct rustdoc_item *surface_macro(const struct surface *s,
					 const char *name);

#endif
