#include "io/yaml_verify.h"

#include <string.h>

#include "base/node.h"

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

static bool has_pairs(const struct node *n, const struct yaml_edit *edit)
{
	if (n->kind != NODE_MAP || n->as.map.count != edit->count)
		return false;
	for (size_t i = 0; i < edit->count; i++) {
		if (!has_pair(n, i, &edit->pairs[i]))
			return false;
	}
	return true;
}

/*
 * Each child of BEFORE in AFTER, in order, but for one that is left out at
 * index SKIP.
 */
static bool same_children(const struct node *before, const struct node *after,
			  size_t skip, const struct yaml_edit *edit)
{
	struct children a = children_of(before), b = children_of(after);

	for (size_t i = 0; i < a.count; i++) {
		size_t k = i < skip ? i : i - 1;

		if (i == skip)
			continue;
		if (k >= b.count || !same_key(&a, i, &b, k) ||
		    !yaml_verify(child(&a, i), child(&b, k), edit))
			return false;
	}
	return true;
}

static bool is_edited(const struct node *before, const struct node *after,
		      const struct yaml_edit *edit)
{
	size_t had = children_of(before).count;
	size_t has = children_of(after).count;

	switch (edit->kind) {
	case YAML_EDIT_SET:
		return is_value(after, edit->value);
	case YAML_EDIT_ADD_KEY:
		return after->kind == NODE_MAP && has == had + 1 &&
		       same_children(before, after, had, edit) &&
		       has_pair(after, had, edit->pairs);
	case YAML_EDIT_ADD_ITEM:
		return after->kind == NODE_LIST && has == had + 1 &&
		       same_children(before, after, had, edit) &&
		       has_pairs(after->as.list.items[had], edit);
	default:
		return after->kind == NODE_LIST && has + 1 == had &&
		       same_children(before, after, edit->index, edit);
	}
}

bool yaml_verify(const struct node *before, const struct node *after,
		 const struct yaml_edit *edit)
{
	if (before == edit->target)
		return is_edited(before, after, edit);
	if (!is_collection(before))
		return same_scalar(before, after);
	return before->kind == after->kind &&
	       children_of(before).count == children_of(after).count &&
	       same_children(before, after, children_of(before).count, edit);
}
