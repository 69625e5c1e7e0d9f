#ifndef CRATE_MANIFEST_TOML_TREE_H
#define CRATE_MANIFEST_TOML_TREE_H

#include "base/arena.h"
#include "base/map.h"
#include "crate/manifest/toml_scan.h"

/*
 * How a table came to be decides who may still add to it:
 *   TOML_IMPLIED	named only on the way to another: anything may
 *   TOML_HEADER	has its [header]: only sub-tables and its own lines
 *   TOML_DOTTED	made by a dotted key: only dotted keys, and sub-tables
 *   TOML_INLINE	{ ... }: closed
 */
enum toml_origin {
	TOML_IMPLIED,
	TOML_HEADER,
	TOML_DOTTED,
	TOML_INLINE
};

/*
 * A table or array of tables that may still grow.  Its node is in the tree at
 * once; what belongs to it is counted into place when all is read.
 */
struct toml_member {
	struct node *key; /* NULL in an array of tables */
	const struct node *value;
	struct toml_growing *growing; /* or NULL: the value is complete */
	struct toml_member *next;
};

struct toml_growing {
	struct node *node;
	bool is_array; /* of tables */
	enum toml_origin origin;
	uint32_t id;
	uint32_t depth;
	struct toml_member *first;
	struct toml_member *last;
	size_t count;
	struct toml_growing *next; /* of all there are */
};

struct toml_tree {
	struct toml_scan *scan; /* whose arena gets the nodes */
	struct arena scratch;
	struct map members; /* (id of the table, key) -> struct toml_member */
	struct toml_growing *all;
	uint32_t ids;
};

void toml_tree_release(struct toml_tree *t);

/* ERR_LIMIT here.  Returns the code. */
int toml_too_deep(struct toml_scan *s);

/* Let NODE grow.  NULL on failure, which is reported; so below. */
struct toml_growing *toml_grow(struct toml_tree *t, struct node *node,
			       bool is_array, enum toml_origin origin,
			       uint32_t depth);

/* The same with a fresh node whose place is that of the KEY that names it. */
struct toml_growing *toml_grow_at_key(struct toml_tree *t,
				      const struct node *key, bool is_array,
				      enum toml_origin origin, uint32_t depth);

/* The place of TABLE is from now on that of KEY. */
void toml_move_to_key(struct node *table, const struct node *key);

/* The member of TABLE called KEY in *OUT, or NULL there. */
int toml_find(struct toml_tree *t, const struct toml_growing *table,
	      const struct node *key, struct toml_member **out);

/* VALUE becomes the member KEY of TABLE, which has none of that name. */
int toml_add(struct toml_tree *t, struct toml_growing *table, struct node *key,
	     const struct toml_member *value);

/* A fresh table as member KEY of TABLE. */
int toml_add_table(struct toml_tree *t, struct toml_growing *table,
		   struct node *key, enum toml_origin origin,
		   struct toml_growing **out);

/* A fresh table as the last item of the array of tables ARRAY. */
int toml_append_table(struct toml_tree *t, struct toml_growing *array,
		      const struct node *key, struct toml_growing **out);

/* A fresh member without a key as the last item of ARRAY; NULL on failure. */
struct toml_member *toml_append(struct toml_tree *t,
				struct toml_growing *array);

/* Write every table's entries into the arena, now that all is read. */
int toml_settle(struct toml_tree *t);

#endif
