#ifndef COURSE_LIST_TEXT_H
#define COURSE_LIST_TEXT_H

#include <stddef.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/strbuf.h"
#include "io/yaml.h"

struct err;
struct node;

/*
 * A YAML file that holds a list of maps, being edited in place: the roster,
 * the contacts.  Changes are collected and made in one go when the new text is
 * asked for, so 32,000 cost little more than one.
 */
enum {
	LIST_TEXT_PAIRS_MAX = 12
};

/* One map to be added: keys without a value are left out. */
struct list_item {
	struct yaml_pair pairs[LIST_TEXT_PAIRS_MAX];
	size_t count;
};

struct list_change;

struct list_text {
	struct arena arena;
	struct yaml_doc doc; /* as it was read */
	const struct node *list;
	struct map by_id;	     /* value of the id key -> its item */
	struct map by_target;	     /* node -> its change */
	struct list_change *changes; /* newest first, in the arena */
	size_t change_count;
	const struct list_item *added;
	size_t added_count;
};

/* LIST_KEY names the list, ID_KEY what tells its items apart.  Copies BYTES. */
int list_text_read(struct list_text *t, const char *file, const char *list_key,
		   const char *id_key, const char *bytes, size_t len,
		   struct err *err);
void list_text_release(struct list_text *t);
AUTO_RELEASE(struct list_text, list_text_release)

/* The item of that id, or NULL. */
const struct node *list_text_find(const struct list_text *t, const char *id);

/* KEY of ITEM becomes VALUE, or joins it.  The value is copied. */
int list_text_set(struct list_text *t, const struct node *item, const char *key,
		  struct yaml_value value, struct err *err);

/* ITEMS come after the last; once, and borrowed until the text is made. */
void list_text_add(struct list_text *t, const struct list_item *items,
		   size_t count);

/* Append the text with all changes made. */
int list_text_make(const struct list_text *t, struct strbuf *out,
		   struct err *err);

#endif
