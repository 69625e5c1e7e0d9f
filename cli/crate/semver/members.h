#ifndef CRATE_SEMVER_MEMBERS_H
#define CRATE_SEMVER_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/map.h"
#include "crate/rustdoc/item.h"

struct rustdoc;
struct semver_side;
struct surface;
struct unchanged_list;

/*
 * The members of one item, in their order and by name.  Names need not be
 * unique: a type may have a method in each of several impls, a trait a type
 * and a method of one name.
 */
struct member {
	const struct rustdoc_item *item; /* see members_add_offered() */
	uint32_t position;	  /* among the ids that were added with it */
	struct member *next;	  /* in their order */
	struct member *next_same; /* of the same name */
	bool is_settled; /* it has its like on the other side: unchanged.h */
};

struct members {
	size_t *budget; /* what may be added yet, by all who share it; or NULL
			 */
	struct arena arena;
	struct map by_name;
	struct member *first;
	struct member *last;
};

void members_release(struct members *m);
AUTO_RELEASE(struct members, members_release)

/*
 * Add the items IDS; what dangles or has no name is left out.  -1: no memory,
 * or the budget is used up.
 */
int members_add(struct members *m, struct rustdoc *doc,
		const struct rustdoc_ids *ids);

/* Add what the inherent impls among IMPLS have. */
int members_add_inherent(struct members *m, struct rustdoc *doc,
			 const struct rustdoc_ids *impls);

/* What all impls among IMPLS define, of traits as well. */
int members_add_own(struct members *m, struct rustdoc *doc,
		    const struct rustdoc_ids *impls);

/* Of inherent impls; what stands in an impl that OTHER has the like of is
 * settled. */
int members_add_inherent_of(struct members *m, const struct semver_side *side,
			    const struct rustdoc_ids *impls,
			    const struct unchanged_list *other);

/*
 * Add what the trait impls among IMPLS offer callers, methods taken over from
 * the trait included.  The member of a trait that the document does not show
 * has no item.
 */
int members_add_offered(struct members *m, struct rustdoc *doc,
			const struct surface *surface,
			const struct rustdoc_ids *impls);

/* The first of that name, or NULL. */
struct member *members_find(const struct members *m, const char *name);

/* The impls of a struct, enum or union; NULL for another kind. */
const struct rustdoc_ids *item_impls(const struct rustdoc_item *item);

/* The fields of a struct, union or variant; NULL for another kind. */
const struct rustdoc_fields *item_fields(const struct rustdoc_item *item);

/* Visible from outside, hidden or not. */
bool member_is_visible(const struct rustdoc_item *item);

/* And part of the public API. */
bool member_is_api(const struct rustdoc_item *item);

#endif
