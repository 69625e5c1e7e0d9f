#include "io/yaml_verify.h"

#include <stdint.h>
#include <string.h>

#include "base/err.h"
#include "base/map.h"
#include "base/node.h"

/* Which edit is on which node. */
struct verifier {
	struct map by_target; /* address of the node -> edit */
	const struct yaml_edit *only;
};

static bool same(const struct verifier *v, const struct node *a,
		 const struct node *b);

/* Values that stand one behind the other, in a list or in a map. */
struct children {
	const struct node *node;
	size_t count;
};

static struct children children_of(const struct node *n)
{
	struct children c = { .node = n };

	if (n->kind == NODE_LIST)
		c.count = n->as.list.count;
	else if (n->kind == NODE_MAP)
		c.count = n->as.map.count;
	return c;
}

static const struct node *child(const struct children *c, size_t i)
{
	return c->node->kind == NODE_LIST ? c->node->as.list.items[i]
					  : c->node->as.map.entries[i].value;
}

static bool same_text(const struct node *a, const struct node *b)
{
	return a->as.str.len == b->as.str.len &&
	       memcmp(a->as.str.bytes, b->as.str.bytes, a->as.str.len) == 0;
}

/* The keys of child I and K; always true in lists. */
static bool same_key(const struct children *a, size_t i,
		     const struct children *b, size_t k)
{
	return a->node->kind != NODE_MAP || b->node->kind != NODE_MAP ||
	       same_text(a->node->as.map.entries[i].key,
			 b->node->as.map.entries[k].key);
}

static bool same_scalar(const struct node *a, const struct node *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case NODE_NULL:
		return true;
	case NODE_BOOL:
		return a->as.boolean == b->as.boolean;
	case NODE_INT:
		return a->as.integer == b->as.integer;
	case NODE_REAL:
		return memcmp(&a->as.real, &b->as.real, sizeof(double)) == 0;
	default:
		return same_text(a, b);
	}
}

static bool is_collection(const struct node *n)
{
	return n->kind == NODE_LIST || n->kind == NODE_MAP;
}

static bool is_value(const struct node *n, struct yaml_value v)
{
	const char *text = v.text ? v.text : "";
	struct node want = { .kind = NODE_STR };

	want.as.str.bytes = text;
	want.as.str.len = strlen(text);
	if ((v.plain || !v.text) && !scalar_resolve(text, strlen(text), &want))
		return false;
	return !is_collection(n) && same_scalar(n, &want);
}

static bool has_pair(const struct node *map, size_t i,
		     const struct yaml_pair *pair)
{
	const struct node_entry *e = &map->as.map.entries[i];

	return strcmp(e->key->as.str.bytes, pair->key) == 0 &&
	       is_value(e->value, pair->value);
}

/* MAP has the item's pairs from place FIRST on, and nothing after them. */
static bool ends_in(const struct node *map, size_t first,
		    const struct yaml_item *item)
{
	if (map->kind != NODE_MAP || map->as.map.count != first + item->count)
		return false;
	for (size_t i = 0; i < item->count; i++) {
		if (!has_pair(map, first + i, &item->pairs[i]))
			return false;
	}
	return true;
}

/*
 * Each child of BEFORE in AFTER, in order, but for one that is left out at
 * index SKIP.
 */
static bool same_children(const struct verifier *v, const struct node *before,
			  const struct node *after, size_t skip)
{
	struct children a = children_of(before), b = children_of(after);

	for (size_t i = 0; i < a.count; i++) {
		size_t k = i < skip ? i : i - 1;

		if (i == skip)
			continue;
		if (k >= b.count || !same_key(&a, i, &b, k) ||
		    !same(v, child(&a, i), child(&b, k)))
			return false;
	}
	return true;
}

static bool has_new_items(const struct node *list, size_t first,
			  const struct yaml_edit *edit)
{
	if (list->kind != NODE_LIST ||
	    list->as.list.count != first + edit->count)
		return false;
	for (size_t i = 0; i < edit->count; i++) {
		if (!ends_in(list->as.list.items[first + i], 0,
			     &edit->items[i]))
			return false;
	}
	return true;
}

static bool is_edited(const struct verifier *v, const struct node *before,
		      const struct node *after, const struct yaml_edit *edit)
{
	size_t had = children_of(before).count;
	size_t has = children_of(after).count;

	switch (edit->kind) {
	case YAML_EDIT_SET:
		return is_value(after, edit->value);
	case YAML_EDIT_ADD_KEYS:
		return ends_in(after, had, edit->items) &&
		       same_children(v, before, after, had);
	case YAML_EDIT_ADD_ITEMS:
		return has_new_items(after, had, edit) &&
		       same_children(v, before, after, had);
	default:
		return after->kind == NODE_LIST && has + 1 == had &&
		       same_children(v, before, after, edit->index);
	}
}

static const struct yaml_edit *edit_of(const struct verifier *v,
				       const struct node *n)
{
	if (v->only)
		return v->only->target == n ? v->only : NULL;
	return map_get_n(&v->by_target, (const char *)&n, sizeof(n));
}

/* As deep as what was read: YAML_DEPTH_MAX. */
static bool same(const struct verifier *v, const struct node *a,
		 const struct node *b)
{
	const struct yaml_edit *edit = edit_of(v, a);

	if (edit)
		return is_edited(v, a, b, edit);
	if (!is_collection(a))
		return same_scalar(a, b);
	return a->kind == b->kind &&
	       children_of(a).count == children_of(b).count &&
	       same_children(v, a, b, children_of(a).count);
}

bool yaml_verify(const struct node *before, const struct node *after,
		 const struct yaml_edit *const *edits, size_t count,
		 struct err *err)
{
	AUTO(map_releasep) struct map by_target = { 0 };
	struct verifier v = { .only = count == 1 ? edits[0] : NULL };

	for (size_t i = 0; i < count && !v.only; i++) {
		/* the key is the address that the edit holds */
		const char *key = (const char *)&edits[i]->target;

		if (map_get_n(&by_target, key, sizeof(edits[i]->target)))
			return false;
		if (map_put_n(&by_target, key, sizeof(edits[i]->target),
			      (void *)(uintptr_t)edits[i]) < 0) {
			(void)err_nomem(err);
			return false;
		}
	}
	v.by_target = by_target;
	return same(&v, before, after);
}
