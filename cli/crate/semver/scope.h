#ifndef CRATE_SEMVER_SCOPE_H
#define CRATE_SEMVER_SCOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/map.h"
#include "crate/rustdoc/item.h"

struct err;
struct rustdoc;

/*
 * Which names each module of a crate offers, to whom, and what they lead to:
 * name resolution as in the Rust reference, "Names, scopes" and "Use
 * declarations", as far as rustdoc JSON shows what it needs.
 *
 * - Types, values and macros are spaces of their own.  A unit or tuple struct
 *   has its name in two of them, the second as visible as its least visible
 *   field.
 * - What is written in a module shadows what globs bring, private or not.
 *   (Private imports are not in the JSON and cannot shadow here.)
 * - Two globs that bring a name to different items cancel each other; if both
 *   lead to one item they are one.
 * - Globs see what is visible to the module they stand in, and bring what
 *   other globs have brought.
 *
 * Everything belongs to the scopes' arena, but items to the document.
 */
enum {
	SCOPE_DEPTH_MAX = 256,	    /* modules inside each other */
	SCOPE_HOPS_MAX = 64,	    /* imports of imports */
	SCOPE_STEPS_MAX = 20000000, /* names carried through globs */
};

enum scope_space {
	SPACE_TYPE,
	SPACE_VALUE,
	SPACE_MACRO,
	SPACE_COUNT
};

/*
 * A set of ways to reach something, each hidden or not and deprecated or not:
 * bit 0 plain, 1 hidden, 2 deprecated, 3 both.  A way is public API if nothing
 * on it is hidden, or anything on it is deprecated.
 */
typedef uint8_t scope_ways;

scope_ways ways_plain(void);
/* Each way of SET continued through something of these two qualities. */
scope_ways ways_through(scope_ways set, bool hidden, bool deprecated);
/* Each way of SET continued by each of MORE. */
scope_ways ways_joined(scope_ways set, scope_ways more);
bool ways_are_api(scope_ways set);

struct scope;

struct scope_name {
	const char *name;
	enum scope_space space;
	struct scope *owner;
	const struct rustdoc_item *item; /* NULL: outside of this crate */
	uint32_t id;			 /* of the item; may be RUSTDOC_NO_ID */
	const struct scope *within;	 /* visible there; NULL: public */
	scope_ways ways;		 /* of the imports, not of the item */
	bool is_glob;
	bool is_cancelled; /* two globs disagree */
	bool is_queued;
	struct scope_name *next; /* in the order they came */
};

struct scope_importer {
	struct scope *to;
	const struct scope *within; /* the import's own visibility */
	bool hidden;
	bool deprecated;
	struct scope_importer *next;
};

/* A module, or an enum whose variants a glob imports. */
struct scope {
	uint32_t id;
	const struct rustdoc_item *item;
	struct scope *parent; /* NULL: the root */
	unsigned depth;
	bool on_stack; /* for who walks */
	struct map names[SPACE_COUNT];
	struct scope_name *first;
	struct scope_name *last;
	struct scope_importer *importers;
	struct scope *next;
};

struct scopes {
	struct arena arena;
	struct rustdoc *doc;
	struct map by_id;
	struct map macros;    /* every macro_rules by name, exported or not */
	struct map constants; /* by name, of those of one name the first */
	struct map ambiguous; /* names of constants with several values */
	struct scope *root;
	struct scope *last;
	struct scope_name **queue;
	size_t queued;
	size_t queue_cap;
	size_t steps;
};

/*
 * Resolve all names of DOC.  ERR_LIMIT for the limits above, ERR_NOMEM; what
 * is malformed sticks to the document.  OUT must be zeroed.
 */
int scopes_resolve(struct scopes *out, struct rustdoc *doc, struct err *err);
void scopes_release(struct scopes *s);
AUTO_RELEASE(struct scopes, scopes_release)

/* The scope of a module or glob-imported enum, or NULL. */
struct scope *scopes_find(const struct scopes *s, uint32_t id);

#endif
