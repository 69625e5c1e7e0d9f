#ifndef TESTS_YAML_TREE_H
#define TESTS_YAML_TREE_H

/*
 * Random edits of YAML documents, and what must hold after each:
 * the new text reads as the old tree with just that change, and all bytes
 * elsewhere are the old ones.  For the unit test and the fuzz target.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/node.h"
#include "base/strbuf.h"
#include "io/yaml.h"
#include "yaml_edits.h"

enum edit_op {
	OP_SET,
	OP_ADD_KEY,
	OP_ADD_ITEM,
	OP_REMOVE,
	OP_COUNT
};

struct edit_plan {
	enum edit_op op;
	const struct node *target;
	size_t index; /* OP_REMOVE */
	struct yaml_value value;
	const struct yaml_pair *pairs;
	size_t pair_count;
	struct yaml_item item;
	const struct edit_plan *head; /* of all plans that are made at once */
	const struct edit_plan *next;
};

/* ---- comparing */

static inline bool tree_same(const struct node *a, const struct node *b,
			     const struct edit_plan *plan);

static inline bool value_is(const struct node *n, struct yaml_value v)
{
	struct node want = { .kind = NODE_STR };

	if (!v.text)
		return n->kind == NODE_NULL;
	if (v.plain)
		return scalar_resolve(v.text, strlen(v.text), &want) &&
		       n->kind == want.kind;
	return n->kind == NODE_STR && strcmp(n->as.str.bytes, v.text) == 0;
}

static inline bool pair_is(const struct node_entry *e,
			   const struct yaml_pair *p)
{
	return strcmp(e->key->as.str.bytes, p->key) == 0 &&
	       value_is(e->value, p->value);
}

static inline bool map_grew(const struct node *a, const struct node *b,
			    const struct edit_plan *plan)
{
	size_t count = a->kind == NODE_MAP ? a->as.map.count : 0;

	if (b->kind != NODE_MAP || b->as.map.count != count + 1)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(a->as.map.entries[i].key->as.str.bytes,
			   b->as.map.entries[i].key->as.str.bytes) != 0 ||
		    !tree_same(a->as.map.entries[i].value,
			       b->as.map.entries[i].value, plan->head))
			return false;
	}
	return pair_is(&b->as.map.entries[count], plan->pairs);
}

static inline bool list_grew(const struct node *a, const struct node *b,
			     const struct edit_plan *plan)
{
	size_t count = a->kind == NODE_LIST ? a->as.list.count : 0;
	const struct node *item;

	if (b->kind != NODE_LIST || b->as.list.count != count + 1)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!tree_same(a->as.list.items[i], b->as.list.items[i],
			       plan->head))
			return false;
	}
	item = b->as.list.items[count];
	if (item->kind != NODE_MAP || item->as.map.count != plan->pair_count)
		return false;
	for (size_t i = 0; i < plan->pair_count; i++) {
		if (!pair_is(&item->as.map.entries[i], &plan->pairs[i]))
			return false;
	}
	return true;
}

static inline bool list_shrank(const struct node *a, const struct node *b,
			       const struct edit_plan *plan)
{
	if (b->kind != NODE_LIST || b->as.list.count + 1 != a->as.list.count)
		return false;
	for (size_t i = 0; i < b->as.list.count; i++) {
		const struct node *old =
			a->as.list.items[i < plan->index ? i : i + 1];

		if (!tree_same(old, b->as.list.items[i], plan->head))
			return false;
	}
	return true;
}

static inline bool target_changed(const struct node *a, const struct node *b,
				  const struct edit_plan *plan)
{
	switch (plan->op) {
	case OP_SET:
		return value_is(b, plan->value);
	case OP_ADD_KEY:
		return map_grew(a, b, plan);
	case OP_ADD_ITEM:
		return list_grew(a, b, plan);
	default:
		return list_shrank(a, b, plan);
	}
}

static inline bool collections_same(const struct node *a, const struct node *b,
				    const struct edit_plan *plan)
{
	if (a->kind == NODE_LIST) {
		if (a->as.list.count != b->as.list.count)
			return false;
		for (size_t i = 0; i < a->as.list.count; i++) {
			if (!tree_same(a->as.list.items[i], b->as.list.items[i],
				       plan))
				return false;
		}
		return true;
	}
	if (a->as.map.count != b->as.map.count)
		return false;
	for (size_t i = 0; i < a->as.map.count; i++) {
		if (strcmp(a->as.map.entries[i].key->as.str.bytes,
			   b->as.map.entries[i].key->as.str.bytes) != 0 ||
		    !tree_same(a->as.map.entries[i].value,
			       b->as.map.entries[i].value, plan))
			return false;
	}
	return true;
}

/* PLAN NULL: equal; else equal but for what the plan changes. */
static inline bool tree_same(const struct node *a, const struct node *b,
			     const struct edit_plan *plan)
{
	for (const struct edit_plan *p = plan; p; p = p->next) {
		if (a == p->target)
			return target_changed(a, b, p);
	}
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
		return !(a->as.real < b->as.real) && !(a->as.real > b->as.real);
	case NODE_STR:
		return a->as.str.len == b->as.str.len &&
		       memcmp(a->as.str.bytes, b->as.str.bytes,
			      a->as.str.len) == 0;
	default:
		return collections_same(a, b, plan);
	}
}

/* ---- choosing and making an edit */

struct chooser {
	const struct node *found[4096];
	size_t count;
};

static inline void collect_nodes(struct chooser *c, const struct node *n,
				 enum edit_op op)
{
	bool fits = (op == OP_SET && n->kind < NODE_LIST) ||
		    (op == OP_ADD_KEY &&
		     (n->kind == NODE_MAP || n->kind == NODE_NULL)) ||
		    (op == OP_ADD_ITEM &&
		     (n->kind == NODE_LIST || n->kind == NODE_NULL)) ||
		    (op == OP_REMOVE && n->kind == NODE_LIST &&
		     n->as.list.count > 0);

	if (fits && c->count < ARRAY_LEN(c->found))
		c->found[c->count++] = n;
	if (n->kind == NODE_LIST) {
		for (size_t i = 0; i < n->as.list.count; i++)
			collect_nodes(c, n->as.list.items[i], op);
	} else if (n->kind == NODE_MAP) {
		for (size_t i = 0; i < n->as.map.count; i++)
			collect_nodes(c, n->as.map.entries[i].value, op);
	}
}

static inline bool plan_edit(const struct node *root, uint32_t dice,
			     struct edit_plan *plan)
{
	static const struct yaml_value values[] = {
		{ "ada", false },	{ "Zo\xc3\xab: \"x\", #1", false },
		{ "42", true },		{ "42", false },
		{ "", false },		{ "two\nlines", false },
		{ "- no list", false }, { "true", true },
		{ NULL, false },
	};
	static const struct yaml_pair pairs[] = {
		{ "zz_handle", { "ada", false } },
		{ "zz_name", { "Zo\xc3\xab [x]", false } },
		{ "zz_seat", { "7", true } },
		{ "zz_repo", { "", false } },
	};
	struct chooser c = { .count = 0 };

	plan->op = (enum edit_op)(dice % OP_COUNT);
	collect_nodes(&c, root, plan->op);
	if (c.count == 0)
		return false;
	plan->target = c.found[(dice >> 2) % c.count];
	if (plan->op == OP_REMOVE)
		plan->index = (dice >> 12) % plan->target->as.list.count;
	plan->value = values[(dice >> 16) % ARRAY_LEN(values)];
	plan->pairs = pairs + (dice >> 20) % ARRAY_LEN(pairs);
	plan->pair_count = ARRAY_LEN(pairs) - (size_t)(plan->pairs - pairs);
	plan->item = (struct yaml_item){
		plan->pairs, plan->op == OP_ADD_KEY ? 1 : plan->pair_count
	};
	plan->head = plan;
	plan->next = NULL;
	return true;
}

static inline int make_edit(const struct edit_plan *p,
			    const struct yaml_doc *doc, struct strbuf *out,
			    struct err *err)
{
	switch (p->op) {
	case OP_SET:
		return yaml_set(doc, p->target, p->value, out, err);
	case OP_ADD_KEY:
		return yaml_add_key(doc, p->target, p->pairs, out, err);
	case OP_ADD_ITEM:
		return yaml_add_item(doc, p->target, p->pairs, p->pair_count,
				     out, err);
	default:
		return yaml_remove_item(doc, p->target, p->index, out, err);
	}
}

static inline size_t common(const char *a, size_t la, const char *b, size_t lb,
			    bool from_end)
{
	size_t n = 0;

	while (n < la && n < lb &&
	       (from_end ? a[la - 1 - n] == b[lb - 1 - n] : a[n] == b[n]))
		n++;
	return n;
}

/* All bytes of A in B, in their order. */
static inline bool is_within(const char *a, size_t la, const char *b, size_t lb)
{
	size_t i = 0;

	for (size_t k = 0; i < la && k < lb; k++)
		i += a[i] == b[k];
	return i == la;
}

/* How many bytes of SOURCE an edit may touch at most, up to its end. */
static inline size_t may_touch(const struct edit_plan *p, const char *source,
			       size_t len)
{
	const struct node *n = p->target;
	size_t begin = n->begin;

	if (p->op == OP_REMOVE)
		return len;
	if (p->op == OP_SET || n->kind == NODE_NULL ||
	    (n->kind == NODE_LIST && n->as.list.count == 0) ||
	    (n->kind == NODE_MAP && n->as.map.count == 0)) {
		while (begin > 0 && strchr(" \t", source[begin - 1]))
			begin--;
		return n->end - begin;
	}
	return 0;
}

/* Do OUT and SOURCE share their first LEN bytes? */
static inline bool begins_alike(const char *source, const struct strbuf *out,
				size_t len)
{
	return out->len >= len && memcmp(source, out->data, len) == 0;
}

/* NULL if all that must hold does, else what does not. */
static inline const char *check_edit(const char *source, size_t len,
				     const struct node *root,
				     const struct edit_plan *plan,
				     struct strbuf *out)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *again = NULL;
	struct err err = { 0 };
	size_t kept, touched, begin;

	const struct yaml_doc doc = { source, len, root };

	if (make_edit(plan, &doc, out, &err) < 0)
		return err.code == ERR_FORMAT && out->len == 0
			       ? "the edit was refused"
			       : "the edit failed";
	if (yaml_read(out->data, out->len, "new", &arena, &again, &err) < 0)
		return "the new text is not YAML";
	if (!tree_same(root, again, plan))
		return "the new tree is not the one intended";
	touched = may_touch(plan, source, len);
	if (plan->op == OP_REMOVE) {
		begin = plan->target->begin;
		while (begin > 0 && strchr(" \t\r\n", source[begin - 1]))
			begin--;
		if (plan->target->as.list.count == 1)
			kept = begins_alike(source, out, begin);
		else
			kept = is_within(out->data, out->len, source, len);
		if (!kept)
			return "a removal has changed bytes elsewhere";
		return NULL;
	}
	begin = plan->target->end - touched;
	if (plan->op == OP_SET || touched == 0) {
		kept = common(source, len, out->data, out->len, false) +
		       common(source, len, out->data, out->len, true);
		if (kept + touched < len)
			return "bytes elsewhere have changed";
	}
	if (touched > 0 &&
	    (!begins_alike(source, out, begin) ||
	     !is_within(source + begin + touched, len - begin - touched,
			out->data + begin, out->len - begin)))
		return "bytes elsewhere are lost";
	return NULL;
}

/* ---- several edits at once */

enum {
	PLANS_MAX = 12
};

/* Up to PLANS_MAX edits of different nodes; the first is PLANS[0]. */
static inline size_t plan_many(const struct node *root, uint32_t dice,
			       struct edit_plan plans[PLANS_MAX])
{
	size_t count = 0;

	for (int i = 0; i < PLANS_MAX; i++) {
		struct edit_plan *p = &plans[count];
		bool taken = false;

		dice = dice * 1664525u + 1013904223u;
		if (!plan_edit(root, dice >> 3, p) || p->op == OP_REMOVE)
			continue;
		for (size_t k = 0; k < count; k++)
			taken = taken || plans[k].target == p->target;
		if (!taken)
			count++;
	}
	for (size_t i = 0; i < count; i++) {
		plans[i].head = plans;
		plans[i].next = i + 1 < count ? &plans[i + 1] : NULL;
	}
	return count;
}

static inline int make_many(const struct edit_plan *plans, size_t count,
			    const struct yaml_doc *doc, struct strbuf *out,
			    struct err *err)
{
	static const enum yaml_edit_kind kinds[] = { YAML_EDIT_SET,
						     YAML_EDIT_ADD_KEYS,
						     YAML_EDIT_ADD_ITEMS };
	struct yaml_edit edits[PLANS_MAX];

	for (size_t i = 0; i < count; i++)
		edits[i] = (struct yaml_edit){ .kind = kinds[plans[i].op],
					       .target = plans[i].target,
					       .value = plans[i].value,
					       .items = &plans[i].item,
					       .count = 1 };
	return yaml_apply(doc, edits, count, out, err);
}

/* NULL if all that must hold does, else what does not. */
static inline const char *check_many(const char *source, size_t len,
				     const struct node *root,
				     const struct edit_plan *plans,
				     size_t count, struct strbuf *out)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	AUTO(strbuf_releasep) struct strbuf rest = { 0 };
	const struct yaml_doc doc = { source, len, root };
	const struct node *again = NULL;
	struct err err = { 0 };

	if (make_many(plans, count, &doc, out, &err) < 0)
		return err.code == ERR_FORMAT && out->len == 0
			       ? "the edit was refused"
			       : "the edit failed";
	if (yaml_read(out->data, out->len, "new", &arena, &again, &err) < 0)
		return "the new text is not YAML";
	if (!tree_same(root, again, plans))
		return "the new tree is not the one intended";
	for (size_t i = 0; i < len; i++) {
		bool touched = false;

		for (size_t k = 0; k < count && !touched; k++) {
			size_t end = plans[k].target->end;

			touched = i < end &&
				  i + may_touch(&plans[k], source, len) >= end;
		}
		if (!touched)
			strbuf_addc(&rest, source[i]);
	}
	if (!is_within(strbuf_str(&rest), rest.len, out->data, out->len))
		return "bytes elsewhere are lost";
	return NULL;
}

#endif
