#include "crate/manifest/toml_tree.h"

#include <string.h>

#include "base/err.h"

void toml_tree_release(struct toml_tree *t)
{
	map_release(&t->members);
	arena_release(&t->scratch);
}

int toml_too_deep(struct toml_scan *s)
{
	return toml_fail(s, ERR_LIMIT, "nested more than %d deep",
			 (int)TOML_DEPTH_MAX);
}

struct toml_growing *toml_grow(struct toml_tree *t, struct node *node,
			       bool is_array, enum toml_origin origin,
			       uint32_t depth)
{
	struct toml_growing *g = arena_alloc(&t->scratch, sizeof(*g));

	if (!g) {
		(void)err_nomem(t->scan->err);
		return NULL;
	}
	node->kind = is_array ? NODE_LIST : NODE_MAP;
	g->node = node;
	g->is_array = is_array;
	g->origin = origin;
	g->depth = depth;
	g->id = t->ids++;
	g->next = t->all;
	t->all = g;
	return g;
}

void toml_move_to_key(struct node *table, const struct node *key)
{
	table->line = key->line;
	table->column = key->column;
	table->begin = key->begin;
	table->end = key->end;
}

struct toml_growing *toml_grow_at_key(struct toml_tree *t,
				      const struct node *key, bool is_array,
				      enum toml_origin origin, uint32_t depth)
{
	struct node *node;

	if (depth > TOML_DEPTH_MAX) {
		(void)toml_too_deep(t->scan);
		return NULL;
	}
	node = toml_node(t->scan, NODE_MAP);
	if (!node)
		return NULL;
	toml_move_to_key(node, key);
	return toml_grow(t, node, is_array, origin, depth);
}

/* What finds a member in the map: the table's number and the key. */
static char *member_name(struct toml_tree *t, const struct toml_growing *table,
			 const struct node *key, size_t *len)
{
	char *name =
		arena_alloc(&t->scratch, sizeof(table->id) + key->as.str.len);

	if (!name) {
		(void)err_nomem(t->scan->err);
		return NULL;
	}
	memcpy(name, &table->id, sizeof(table->id));
	memcpy(name + sizeof(table->id), key->as.str.bytes, key->as.str.len);
	*len = sizeof(table->id) + key->as.str.len;
	return name;
}

int toml_find(struct toml_tree *t, const struct toml_growing *table,
	      const struct node *key, struct toml_member **out)
{
	size_t len;
	char *name = member_name(t, table, key, &len);

	if (!name)
		return t->scan->err->code;
	*out = map_get_n(&t->members, name, len);
	return 0;
}

static void link_member(struct toml_growing *table, struct toml_member *m)
{
	if (table->last)
		table->last->next = m;
	else
		table->first = m;
	table->last = m;
	table->count++;
}

int toml_add(struct toml_tree *t, struct toml_growing *table, struct node *key,
	     const struct toml_member *value)
{
	struct toml_member *m = arena_alloc(&t->scratch, sizeof(*m));
	size_t len = 0;
	char *name = m ? member_name(t, table, key, &len) : NULL;

	if (!name || map_put_n(&t->members, name, len, m) < 0)
		return t->scan->err->code ? t->scan->err->code
					  : err_nomem(t->scan->err);
	*m = *value;
	m->key = key;
	link_member(table, m);
	return 0;
}

int toml_add_table(struct toml_tree *t, struct toml_growing *table,
		   struct node *key, enum toml_origin origin,
		   struct toml_growing **out)
{
	struct toml_member m = { 0 };

	m.growing = toml_grow_at_key(t, key, false, origin, table->depth + 1);
	if (!m.growing)
		return t->scan->err->code;
	m.value = m.growing->node;
	if (toml_add(t, table, key, &m) < 0)
		return t->scan->err->code;
	*out = m.growing;
	return 0;
}

struct toml_member *toml_append(struct toml_tree *t, struct toml_growing *array)
{
	struct toml_member *m = arena_alloc(&t->scratch, sizeof(*m));

	if (m)
		link_member(array, m);
	else
		(void)err_nomem(t->scan->err);
	return m;
}

int toml_append_table(struct toml_tree *t, struct toml_growing *array,
		      const struct node *key, struct toml_growing **out)
{
	struct toml_growing *table =
		toml_grow_at_key(t, key, false, TOML_HEADER, array->depth + 1);
	struct toml_member *m = table ? toml_append(t, array) : NULL;

	if (!m)
		return t->scan->err->code;
	m->growing = table;
	m->value = table->node;
	*out = table;
	return 0;
}

static int settle_list(struct toml_tree *t, struct toml_growing *g)
{
	const struct node **items =
		arena_calloc(t->scan->arena, g->count, sizeof(struct node *));
	size_t i = 0;

	if (!items)
		return err_nomem(t->scan->err);
	for (struct toml_member *m = g->first; m; m = m->next)
		items[i++] = m->value;
	g->node->as.list.items = items;
	g->node->as.list.count = i;
	return 0;
}

static int settle_map(struct toml_tree *t, struct toml_growing *g)
{
	struct node_entry *entries = arena_calloc(t->scan->arena, g->count,
						  sizeof(struct node_entry));
	size_t i = 0;

	if (!entries)
		return err_nomem(t->scan->err);
	for (struct toml_member *m = g->first; m; m = m->next)
		entries[i++] = (struct node_entry){ m->key, m->value };
	g->node->as.map.entries = entries;
	g->node->as.map.count = i;
	return 0;
}

int toml_settle(struct toml_tree *t)
{
	for (struct toml_growing *g = t->all; g; g = g->next) {
		if ((g->is_array ? settle_list : settle_map)(t, g) < 0)
			return t->scan->err->code;
	}
	return 0;
}
