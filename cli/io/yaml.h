#ifndef IO_YAML_H
#define IO_YAML_H

#include <stddef.h>

#include "base/strbuf.h"

struct arena;
struct err;
struct node;

/*
 * YAML 1.1 as libyaml reads it, the part that configuration needs: one
 * document; maps with string keys, lists, scalars.  Anchors, aliases, tags and
 * merge keys are refused with their place; so is a key that stands twice.
 * Plain scalars resolve as in YAML 1.2's core schema (true/false, null,
 * decimal numbers); everything else, and everything quoted, is a string.
 */
enum {
	YAML_INPUT_MAX = 64 << 20,
	YAML_DEPTH_MAX = 64
};

int yaml_read(const char *bytes, size_t len, const char *file,
	      struct arena *arena, const struct node **out, struct err *err);

/*
 * Edits change only the bytes of what they name; comments, order and quoting
 * elsewhere stay.  NODE comes from yaml_read() of exactly SOURCE.  Each appends
 * the whole new text to OUT.
 */

/* The scalar NODE becomes VALUE, quoted if it must be. */
int yaml_set(const char *source, size_t len, const struct node *node,
	     const char *value, struct strbuf *out, struct err *err);

/* KEY: VALUE is added at the end of the block map MAP. */
int yaml_add_key(const char *source, size_t len, const struct node *map,
		 const char *key, const char *value, struct strbuf *out,
		 struct err *err);

/* A map of COUNT keys and values is added at the end of the block list LIST. */
int yaml_add_item(const char *source, size_t len, const struct node *list,
		  const char *const (*pairs)[2], size_t count,
		  struct strbuf *out, struct err *err);

/* The item NODE of the list LIST goes, with the comments that belong to it. */
int yaml_remove_item(const char *source, size_t len, const struct node *list,
		     const struct node *node, struct strbuf *out,
		     struct err *err);

/* VALUE as a scalar, quoted if a plain one would be read as something else. */
void yaml_scalar(struct strbuf *out, const char *value);

#endif
