#ifndef CRATE_RUSTDOC_SKETCH_H
#define CRATE_RUSTDOC_SKETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/scan.h"
#include "crate/rustdoc/item.h"
#include "crate/rustdoc/plain.h"
#include "crate/rustdoc/table.h"

/*
 * For open.c and doc.c: what can be told of items without parsing them.
 *
 * As the text goes past, a fingerprint is taken of each item: of all that is
 * written in it, but for its place in the source, its docs, and ids.  When all
 * is read, an id of a type or trait counts as the path that it leads to; the
 * ids of what the item consists of are kept, to be looked up when the
 * fingerprint of the whole is asked for.  So an item that is as it was in
 * another version is known for that and need not be looked at.
 *
 * What cannot be told in this way has no fingerprint: kinds that stand for
 * other things, what mentions something without a path, and what is not
 * written as rustdoc does.  An alias counts as its path with all that is
 * written in it.  Methods of trait impls do not count: nobody compares them.
 */
enum sketch_sort {
	SKETCH_NONE,  /* no fingerprint, of itself or of what it consists of */
	SKETCH_LEAF,  /* consists of nothing else */
	SKETCH_NODE,  /* may consist of others */
	SKETCH_WHOLE, /* the fingerprint is of all that it consists of */
	SKETCH_PASSED /* an instance of a blanket impl: nobody looks at it */
};

/* What makes that equal text may stand for different things. */
enum sketch_doubt {
	SKETCH_EXPR = 1 << 0,	   /* mentions a constant, perhaps */
	SKETCH_ALIAS = 1 << 1,	   /* an alias */
	SKETCH_PROJECTION = 1 << 2 /* <T as Trait>::Name */
};

struct sketch {
	struct hash hash;
	uint64_t written; /* the same of its paths, as they are written */
	uint32_t kids;	  /* where its ids begin; before an impl's its trait */
	uint8_t sort;
	uint8_t doubts;
	uint8_t impl; /* what its end says: enum rustdoc_impl_sort */
	bool is_function : 1;
	bool has_body : 1;
	bool is_of_trait : 1; /* an impl */
	/* What it says of itself, and `paths` may say otherwise. */
	bool has_kind : 1; /* it is known whether it is an alias */
	bool is_alias : 1;
	bool is_foreign : 1;
	bool is_plain : 1; /* an alias that says all that it stands for */
};

/* All of a document; those of items by the numbers of their entries. */
struct sketches {
	struct sketch *at;
	size_t count;
	size_t cap;
	/* Of each its lists, the end of lists, ids that it mentions, the end.
	 */
	uint32_t *kids;
	size_t kid_count;
	size_t kid_cap;
	uint32_t *mentioned; /* while they are made: by the item at hand */
	size_t mentioned_count;
	size_t mentioned_cap;
	uint64_t *paths; /* while they are made: what `paths` says, by number */
	size_t path_count;
	size_t path_cap;
	uint8_t *asked; /* a bit for each id that an item mentions; NULL: any */
	size_t asked_count;
	bool has_symbols; /* an attribute may name one */
	bool is_void;	  /* ids may be mentioned of which no path was kept */
};

/*
 * There are none yet of items, or of paths; perhaps there will be COUNT.  When
 * paths come behind the items, as they do, only those that are mentioned count.
 */
void sketches_restart(struct sketches *s, size_t count);
void sketches_restart_paths(struct sketches *s, size_t count);

/* The sketch of the next entry of `paths`, as it is written.  -1: no memory. */
int sketches_add_path(struct sketches *s, uint32_t id,
		      const struct scan_text *entry);
int sketches_add_plain_path(struct sketches *s, const struct plain_path *p);

/* The same of the next item; *OF_MODULE: a module may have it. */
int sketches_add_item(struct sketches *s, const struct scan_text *item,
		      bool *of_module);

/* All are there. */
void sketches_finish(struct sketches *s, const struct table *index,
		     const struct table *paths);
void sketches_release(struct sketches *s);

/*
 * The fingerprint of the item ID with all that it consists of.  False if it
 * has none.  *HAS_EXPR: it may depend on the value of a constant.
 *
 * Who compares types works out projections, and may find that one stands for
 * another type now, but only where the texts differ or name an alias.  So with
 * projections the texts of paths count, and aliases leave no fingerprint.
 */
bool sketches_hash(struct sketches *s, const struct table *index, uint32_t id,
		   struct hash *out, bool *has_expr);

/*
 * The ids that stand in the text of the item ID itself for types and traits,
 * in the order of the text.  NULL if that is not known.
 */
const uint32_t *sketches_mentioned(const struct sketches *s,
				   const struct table *index, uint32_t id,
				   size_t *count);

/* Is ID a function with a body?  False if that is not known. */
bool sketches_has_body(const struct sketches *s, const struct table *index,
		       uint32_t id);

/* What the end of the entry of number N says of it. */
enum rustdoc_impl_sort sketches_impl_sort(const struct sketches *s, size_t n);

/* The trait of that impl; RUSTDOC_NO_ID if that is not known. */
uint32_t sketches_impl_trait(const struct sketches *s, size_t n);

#endif
