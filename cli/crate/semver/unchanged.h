#ifndef CRATE_SEMVER_UNCHANGED_H
#define CRATE_SEMVER_UNCHANGED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"

struct arena;
struct rustdoc_ids;
struct rustdoc_item;
struct semver_pair;
struct semver_side;

/*
 * What need not be compared: most of a crate is as it was.
 *
 * A row looks at two things, and at what is in them and around them.  Where
 * fingerprints say that all of that is the same, no row finds anything, as none
 * does when a document is compared with itself.  What rows ask beyond what is
 * written there is looked at here: the target, values of constants, and how far
 * a trait is sealed.  Each answer may be false where it could be true.
 */

/* The fingerprint of the item ID, see doc.h, if it may be trusted. */
bool unchanged_hash(const struct semver_side *side, uint32_t id,
		    struct hash *out);

/* Are two items with paths of their own the same? */
bool unchanged_items(struct semver_side *const side[2],
		     const struct rustdoc_item *was,
		     const struct rustdoc_item *is);

/* Is there nothing around the items of P's two traits that has changed? */
bool unchanged_around_traits(const struct semver_pair *p);

/* What two lists of ids have in common, for unchanged_among(). */
struct unchanged_list {
	struct hash *at; /* sorted */
	uint32_t count;
};

/* -1 without memory.  In A. */
int unchanged_list(const struct semver_side *side,
		   const struct rustdoc_ids *ids, struct arena *a,
		   struct unchanged_list *out);

/* Has the item ID of SIDE its like among those of the other side? */
bool unchanged_among(const struct unchanged_list *list,
		     const struct semver_side *side, uint32_t id);

#endif
