#ifndef CRATE_RUSTDOC_TARGET_H
#define CRATE_RUSTDOC_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "crate/rustdoc/item.h"

struct arena;
struct scan;

/*
 * The target that a document was made for, and the features that its
 * processors may have: which ones each implies, and which every program has
 * that is compiled for it.  Immutable; lives as long as its document.
 */
enum {
	TARGET_FEATURES_MAX = 1024,
	TARGET_LINKS_MAX = 16384, /* features that imply one */
};

struct target_feature {
	const char *name;
	uint32_t number; /* its place in the list */
	bool is_global;
	struct rustdoc_strings implied_names;
	const struct target_feature **implies; /* those that there are */
	uint32_t implied_count;
};

struct rustdoc_target {
	const char *triple; /* or NULL */
	struct target_feature *features;
	uint32_t feature_count;
	struct map by_name;
};

void target_release(struct rustdoc_target *t);

/* For doc.c: the value of `target`; anything but an object is no target. */
bool target_parse(struct scan *s, struct arena *a, struct rustdoc_target *out);

/* The same, its triple alone. */
bool target_parse_triple(struct scan *s, struct arena *a, const char **out);

/* NULL: the target has no such feature. */
const struct target_feature *target_find(const struct rustdoc_target *t,
					 const char *name);

#endif
