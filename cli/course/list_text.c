#include "course/list_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/node.h"

/* What will happen to one node: a value that is set, or keys that join. */
struct list_change {
	struct list_change *next;
	const struct node *target;
	struct yaml_value value;
	struct yaml_pair pairs[LIST_TEXT_PAIRS_MAX];
	struct yaml_item item;
};

static size_t item_count(const struct list_text *t)
{
	return t->list->kind == NODE_LIST ? t->list->as.list.count : 0;
}

static int index_items(struct list_text *t, const char *id_key, struct err *err)
{
	for (size_t i = 0; i < item_count(t); i++) {
		const struct node *item = t->list->as.list.items[i];
		const struct node *id = node_get(item, id_key);

		if (!id || id->kind != NODE_STR)
			continue;
		if (map_put(&t->by_id, id->as.str.bytes,
			    (void *)(uintptr_t)item) < 0)
			return err_nomem(err);
	}
	return 0;
}

int list_text_read(struct list_text *t, const char *file, const char *list_key,
		   const char *id_key, const char *bytes, size_t len,
		   struct err *err)
{
	*t = (struct list_text){ .doc.len = len };
	t->doc.bytes = arena_strndup(&t->arena, bytes, len);
	if (!t->doc.bytes)
		return err_nomem(err);
	if (yaml_read(t->doc.bytes, len, file, &t->arena, &t->doc.root, err) <
	    0)
		return err->code;
	t->list = node_get(t->doc.root, list_key);
	if (!t->list)
		return node_err(t->doc.root, err, ERR_FORMAT, "'%s' is missing",
				list_key);
	if (t->list->kind != NODE_LIST && t->list->kind != NODE_NULL)
		return node_err(t->list, err, ERR_FORMAT,
				"'%s' must be a list, not a %s", list_key,
				node_kind_name(t->list->kind));
	return index_items(t, id_key, err);
}

void list_text_release(struct list_text *t)
{
	if (!t)
		return;
	map_release(&t->by_id);
	map_release(&t->by_target);
	arena_release(&t->arena);
	*t = (struct list_text){ 0 };
}

const struct node *list_text_find(const struct list_text *t, const char *id)
{
	return map_get(&t->by_id, id);
}

static struct list_change *change_of(struct list_text *t,
				     const struct node *target)
{
	struct list_change *c =
		map_get_n(&t->by_target, (const char *)&target, sizeof(target));

	if (c)
		return c;
	c = arena_alloc(&t->arena, sizeof(*c));
	if (!c)
		return NULL;
	*c = (struct list_change){ .next = t->changes, .target = target };
	c->item.pairs = c->pairs;
	if (map_put_n(&t->by_target, (const char *)&c->target,
		      sizeof(c->target), c) < 0)
		return NULL;
	t->changes = c;
	t->change_count++;
	return c;
}

/* The pair of KEY among those that join, or a fresh one. */
static struct yaml_pair *pair_of(struct list_change *c, const char *key)
{
	for (size_t i = 0; i < c->item.count; i++) {
		if (strcmp(c->pairs[i].key, key) == 0)
			return &c->pairs[i];
	}
	if (c->item.count == LIST_TEXT_PAIRS_MAX)
		return NULL;
	c->pairs[c->item.count].key = key;
	return &c->pairs[c->item.count++];
}

int list_text_set(struct list_text *t, const struct node *item, const char *key,
		  struct yaml_value value, struct err *err)
{
	const struct node *old = node_get(item, key);
	struct list_change *c = change_of(t, old ? old : item);
	struct yaml_pair *pair;

	value.text = arena_strdup(&t->arena, value.text);
	if (!c || !value.text)
		return err_nomem(err);
	if (old) {
		c->value = value;
		return 0;
	}
	pair = pair_of(c, key);
	if (!pair)
		return node_err(item, err, ERR_BUG, "too many new keys");
	pair->value = value;
	return 0;
}

void list_text_add(struct list_text *t, const struct list_item *items,
		   size_t count)
{
	t->added = items;
	t->added_count = count;
}

static struct yaml_edit edit_of(const struct list_change *c)
{
	struct yaml_edit edit = { .kind = YAML_EDIT_SET,
				  .target = c->target,
				  .value = c->value };

	if (c->item.count > 0) {
		edit.kind = YAML_EDIT_ADD_KEYS;
		edit.items = &c->item;
		edit.count = 1;
	}
	return edit;
}

static int make(const struct list_text *t, struct yaml_edit *edits,
		struct yaml_item *items, struct strbuf *out, struct err *err)
{
	size_t count = 0;

	for (const struct list_change *c = t->changes; c; c = c->next)
		edits[count++] = edit_of(c);
	for (size_t i = 0; i < t->added_count; i++)
		items[i] = (struct yaml_item){ t->added[i].pairs,
					       t->added[i].count };
	if (t->added_count > 0)
		edits[count++] =
			(struct yaml_edit){ .kind = YAML_EDIT_ADD_ITEMS,
					    .target = t->list,
					    .items = items,
					    .count = t->added_count };
	return yaml_apply(&t->doc, edits, count, out, err);
}

int list_text_make(const struct list_text *t, struct strbuf *out,
		   struct err *err)
{
	struct yaml_edit *edits = calloc(t->change_count + 1, sizeof(*edits));
	struct yaml_item *items = calloc(t->added_count + 1, sizeof(*items));
	int rc = edits && items ? make(t, edits, items, out, err)
				: err_nomem(err);

	free(edits);
	free(items);
	return rc;
}
