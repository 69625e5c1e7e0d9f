#ifndef COURSE_LIST_TEXT_H
#define COURSE_LIST_TEXT_H

#include <stddef.h>

#include "base/arena.h"
#include "base/strbuf.h"
#include "io/yaml.h"

struct err;
struct node;

/*
 * A YAML file that holds a list of maps, being edited in place: the roster,
 * the contacts.  Nodes are valid until the next edit.
 */
struct list_text {
	struct strbuf text;
	struct arena arena;
	const char *file; /* for messages; borrowed */
	const char *list_key;
	const struct node *root;
	const struct node *list;
};

enum {
	LIST_TEXT_PAIRS_MAX = 12
};

/* One map to be added: keys without a value are left out. */
struct list_item {
	struct yaml_pair pairs[LIST_TEXT_PAIRS_MAX];
	size_t count;
};

/* Takes a copy of BYTES. */
int list_text_read(struct list_text *t, const char *file, const char *list_key,
		   const char *bytes, size_t len, struct err *err);
void list_text_release(struct list_text *t);
AUTO_RELEASE(struct list_text, list_text_release)

/* The item whose KEY is VALUE, or NULL. */
const struct node *list_text_find(const struct list_text *t, const char *key,
				  const char *value);

/* Set or add KEY of ITEM. */
int list_text_set(struct list_text *t, const struct node *item, const char *key,
		  struct yaml_value value, struct err *err);

/* Add all at the end; as cheap for 32,000 as for one. */
int list_text_add(struct list_text *t, const struct list_item *items,
		  size_t count, struct err *err);

int list_text_remove(struct list_text *t, const char *key, const char *value,
		     struct err *err);

#endif
