#ifndef CRATE_SEMVER_FACTS_H
#define CRATE_SEMVER_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "crate/rustdoc/item.h"

struct rustdoc;

/*
 * What is known of one item as a whole, worked out when first asked for and
 * kept, so that a row which asks for each of a million members costs no more
 * than one that asks once.  {0} with an item and its document is ready.
 */

/* Fields by what they are; one that was left out is private or hidden. */
struct field_counts {
	uint32_t all;
	uint32_t private;
	uint32_t hidden; /* and not private */
};

/* The number of a variant: anything from i128 to u128. */
struct discriminant {
	bool is_known; /* not behind a variant that was left out */
	bool is_negative;
	uint64_t high; /* of the absolute value */
	uint64_t low;
};

/* The variants of an enum taken together. */
struct variant_facts {
	bool any_non_exhaustive;
	bool any_fields;
	bool any_explicit; /* number */
	bool all_units;
	const struct discriminant *numbers; /* by position */
};

struct facts {
	struct rustdoc *doc;
	const struct rustdoc_item *item;
	struct arena arena;
	struct field_counts fields;
	struct variant_facts variants;
	bool has_partial_ord; /* by #[derive] */
	bool fields_known;
	bool variants_known;
	bool partial_ord_known;
	bool is_out_of_memory; /* some answer is wrong for lack of it */
};

void facts_release(struct facts *f);
AUTO_RELEASE(struct facts, facts_release)

/* Of a struct or union. */
struct field_counts facts_fields(struct facts *f);

/* Of an enum. */
const struct variant_facts *facts_variants(struct facts *f);

/* The number of the variant at POSITION, said or implied: previous + 1. */
struct discriminant facts_number(struct facts *f, uint32_t position);

/*
 * Can values of the enum be cast to integers, elsewhere than in its crate?
 * Reference, "Casting": no variant has a field, and if any is no unit, none has
 * an explicit number.  "The non_exhaustive attribute" forbids it of variants.
 */
bool facts_is_castable(struct facts *f);

/* Of a struct, enum or union: #[derive(PartialOrd)]. */
bool facts_derives_partial_ord(struct facts *f);

/* The number that rustdoc has written out; it is unknown if it makes none. */
struct discriminant discriminant_read(const char *decimal);
struct discriminant discriminant_next(struct discriminant d);
bool discriminant_same(struct discriminant a, struct discriminant b);

#endif
