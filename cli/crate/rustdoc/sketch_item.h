#ifndef CRATE_RUSTDOC_SKETCH_ITEM_H
#define CRATE_RUSTDOC_SKETCH_ITEM_H

#include <stdbool.h>
#include <stdint.h>

#include "crate/rustdoc/item.h"
#include "crate/rustdoc/sketch.h"

/* For sketch.c: how an item is read, and what is kept of it. */

/* Among the ids of what an item consists of; they are below. */
#define LIST_END (RUSTDOC_NO_ID - 1)
#define LISTS_END (RUSTDOC_NO_ID - 2)

/* What stands in a fingerprint for what is no text. */
enum mark {
	MARK_DEPRECATED = 1,
	MARK_RESTRICTED,
	MARK_CRATE,
	MARK_ID,
	MARK_NULL,
	MARK_ABSENT,
	MARK_END,
	MARK_KID
};

/* The lowest bits of a path; another one is set in each. */
enum {
	PATH_LOCAL = 1,
	PATH_ALIAS = 2,
	PATH_BITS = 7
};

/*
 * The sketch of ITEM into SKETCH, which is zeroed: what `paths` says of ids is
 * not in it yet.  *OF_MODULE: it is of a kind that stands in modules.  -1
 * without memory.
 */
int sketch_item(struct sketches *out, const struct scan_text *item,
		struct sketch *sketch, bool *of_module);

#endif
