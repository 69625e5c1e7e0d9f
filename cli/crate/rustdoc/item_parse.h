#ifndef CRATE_RUSTDOC_ITEM_PARSE_H
#define CRATE_RUSTDOC_ITEM_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crate/rustdoc/item.h"

struct arena;
struct map;
struct rustdoc_attrs;
struct rustdoc_ids;
struct rustdoc_item;
struct rustdoc_span;
struct rustdoc_strings;
struct scan;

/*
 * For doc.c: the item at the cursor into *OUT, which is zeroed, with its
 * strings in A; FILES has those that are names of files, for many have the
 * same.  What is unknown or uninteresting (docs, links) is skipped.  False,
 * with the failure in the cursor, if it is malformed.
 */
bool item_parse(struct scan *s, struct arena *a, struct map *files,
		struct rustdoc_item *out);

/*
 * The id of the trait of the impl at the cursor; *OUT is untouched if it is
 * inherent, or no impl.  What stands behind it is not looked at.
 */
bool item_peek_trait(struct scan *s, uint32_t *out);

/* What sort of impl the item TEXT plainly is, see rustdoc_impl_sort(). */
enum rustdoc_impl_sort impl_sort_peek(const char *text, size_t size);

/* None that is rare. */
extern const struct rustdoc_rare_attrs attrs_without;

/*
 * The array of attributes at the cursor: Rust text ("#[non_exhaustive]") as
 * formats up to 53 have it, words and objects as those from 54 on, or both.
 */
bool attrs_parse(struct scan *s, struct arena *a, struct rustdoc_attrs *out);

/* What is in the value of `inner`: for item_parse(), likewise. */
bool inner_parse(struct scan *s, struct arena *a, struct rustdoc_item *out);

/* An id; null is RUSTDOC_NO_ID.  A list of them. */
bool id_or_null_parse(struct scan *s, uint32_t *out);
bool ids_parse(struct scan *s, struct arena *a, struct rustdoc_ids *out);

/* Where a value is, unread; null is the empty span. */
bool span_parse(struct scan *s, struct rustdoc_span *out);

/* An array of strings. */
bool strings_parse(struct scan *s, struct arena *a,
		   struct rustdoc_strings *out);

#endif
