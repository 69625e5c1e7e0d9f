#ifndef IO_YAML_H
#define IO_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/scalar.h"
#include "base/strbuf.h"

struct arena;
struct err;
struct node;

/*
 * YAML as libyaml reads it, the part that configuration needs: one document of
 * maps with string keys, lists and scalars.  Anchors, aliases, tags, merge
 * keys and `?` keys are refused with their place; so is a key that stands
 * twice, a control character, also an escaped one, and a tab as indentation.
 * Plain scalars mean what base/scalar.h says; everything quoted is a string.
 * Any thread.
 */
enum {
	YAML_INPUT_MAX = 64 << 20, /* bytes */
	YAML_DEPTH_MAX = 64,
	YAML_NODES_MAX = 4 << 20
};

/*
 * Read LEN bytes, called FILE in messages, into nodes of ARENA.  An empty file
 * is a null.  The begin and end of a node are bytes of the input: a block map
 * or list ends where its last value does, before any comment; a value that is
 * left out is an empty place after its key's colon.
 *   ERR_FORMAT	not YAML, or not our part of it: "FILE:LINE:COLUMN: why"
 *   ERR_LIMIT	too long, too deep, too many nodes
 */
int yaml_read(const char *bytes, size_t len, const char *file,
	      struct arena *arena, const struct node **out, struct err *err);

/*
 * Edits change only the bytes of what they name; comments, order, quoting,
 * line ends and a missing final newline elsewhere stay.  The whole new text is
 * appended to OUT, after it has been read again and found to be the same tree
 * with just those changes.  ERR_FORMAT for the odd file where it is not; OUT is
 * then as it was.
 */
struct yaml_doc {
	const char *bytes;
	size_t len;
	const struct node *root; /* from yaml_read() of exactly those bytes */
};

struct yaml_value {
	const char *text; /* NULL: nothing stands there */
	bool plain;	  /* a number or boolean: never quoted */
};

struct yaml_pair {
	const char *key; /* a plain word */
	struct yaml_value value;
};

/* A map to be. */
struct yaml_item {
	const struct yaml_pair *pairs;
	size_t count;
};

enum yaml_edit_kind {
	YAML_EDIT_SET,	     /* the scalar becomes `value` */
	YAML_EDIT_ADD_KEYS,  /* the pairs of one item join the map */
	YAML_EDIT_ADD_ITEMS, /* `count` maps join the list */
	YAML_EDIT_REMOVE     /* item `index` leaves the list; alone only */
};

/*
 * What is added comes last.  A map or list may be {}, [], null, or left out
 * after its key; it is then written one line a key.  An item that is removed
 * takes the comments right above it along, and the indented ones right below.
 */
struct yaml_edit {
	enum yaml_edit_kind kind;
	const struct node *target; /* in doc->root */
	struct yaml_value value;
	const struct yaml_item *items;
	size_t count;
	size_t index;
};

/*
 * All COUNT edits in one go, which costs little more than one.  No two have the
 * same target.
 */
int yaml_apply(const struct yaml_doc *doc, const struct yaml_edit *edits,
	       size_t count, struct strbuf *out, struct err *err);

/* The one edit SET. */
int yaml_set(const struct yaml_doc *doc, const struct node *node,
	     struct yaml_value value, struct strbuf *out, struct err *err);

#endif
