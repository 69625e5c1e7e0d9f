#ifndef CRATE_SEMVER_SEALING_H
#define CRATE_SEMVER_SEALING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/map.h"

struct err;
struct rustdoc;
struct rustdoc_item;
struct surface;

/*
 * Whether other crates can implement a trait.
 *
 * A trait is sealed if it cannot be named, if something that an impl must
 * write is hidden or needs a type that cannot be named (directly, as a
 * parameter, return or constant's type), or if a supertrait is sealed, a
 * `where Self: S` counting as one.  A blanket impl gives a sealed supertrait
 * to everybody, unless its own bounds are sealed.  What can be named only by a
 * hidden path seals for the public API only.
 *
 * Answers are worked out on demand and kept.  One thread at a time.
 */
enum sealing_state {
	SEALING_NONE, /* anybody can implement it */
	SEALING_API,  /* only by way of hidden items */
	SEALING_COMPLETE
};

enum {
	SEALING_STEPS_MAX = 50000000,
	SEALING_ALIASES_MAX = 16,
};

struct sealing {
	struct rustdoc *doc;
	const struct surface *surface;
	struct arena arena;
	struct map by_id;
	size_t steps;
	bool is_out_of_memory;
};

void sealing_init(struct sealing *s, struct rustdoc *doc,
		  const struct surface *surface);
void sealing_release(struct sealing *s);
AUTO_RELEASE(struct sealing, sealing_release)

/* TRAIT must be one of the document's own. */
enum sealing_state sealing_of(struct sealing *s,
			      const struct rustdoc_item *trait);

/* 0, or ERR_NOMEM or ERR_LIMIT if an answer could not be worked out. */
int sealing_check(const struct sealing *s, struct err *err);

#endif
