#include "course/list_text.h"

#include <string.h>

#include "base/err.h"
#include "base/node.h"

/* The same indentation and line ends as the list has, around one item. */
struct sample {
	struct strbuf text;
	struct arena arena;
};

static void sample_release(struct sample *s)
{
	strbuf_release(&s->text);
	arena_release(&s->arena);
}
AUTO_RELEASE(struct sample, sample_release)

static int parse(struct list_text *t, struct err *err)
{
	const struct node *root = NULL;

	arena_release(&t->arena);
	t->root = t->list = NULL;
	if (yaml_read(strbuf_str(&t->text), t->text.len, t->file, &t->arena,
		      &root, err) < 0)
		return err->code;
	t->root = root;
	t->list = node_get(root, t->list_key);
	if (!t->list)
		return node_err(root, err, ERR_FORMAT, "'%s' is missing",
				t->list_key);
	return 0;
}

int list_text_read(struct list_text *t, const char *file, const char *list_key,
		   const char *bytes, size_t len, struct err *err)
{
	*t = (struct list_text){ .file = file, .list_key = list_key };
	strbuf_add(&t->text, bytes, len);
	if (strbuf_check(&t->text, err) < 0)
		return err->code;
	return parse(t, err);
}

void list_text_release(struct list_text *t)
{
	if (!t)
		return;
	strbuf_release(&t->text);
	arena_release(&t->arena);
	*t = (struct list_text){ 0 };
}

static size_t item_count(const struct list_text *t)
{
	return t->list->kind == NODE_LIST ? t->list->as.list.count : 0;
}

static bool has_value(const struct node *item, const char *key,
		      const char *value)
{
	const struct node *n = node_get(item, key);

	return n && n->kind == NODE_STR && strcmp(n->as.str.bytes, value) == 0;
}

const struct node *list_text_find(const struct list_text *t, const char *key,
				  const char *value)
{
	for (size_t i = 0; i < item_count(t); i++) {
		const struct node *item = t->list->as.list.items[i];

		if (has_value(item, key, value))
			return item;
	}
	return NULL;
}

/* OUT becomes the text. */
static int take(struct list_text *t, struct strbuf *out, struct err *err)
{
	struct strbuf old = t->text;

	if (strbuf_check(out, err) < 0)
		return err->code;
	t->text = *out;
	*out = old;
	return parse(t, err);
}

static struct yaml_doc doc_of(const struct list_text *t)
{
	return (struct yaml_doc){ strbuf_str(&t->text), t->text.len, t->root };
}

int list_text_set(struct list_text *t, const struct node *item, const char *key,
		  struct yaml_value value, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf out = { 0 };
	const struct yaml_pair pair = { key, value };
	const struct yaml_doc doc = doc_of(t);
	const struct node *old = node_get(item, key);

	if (old && yaml_set(&doc, old, value, &out, err) < 0)
		return err->code;
	if (!old && yaml_add_key(&doc, item, &pair, &out, err) < 0)
		return err->code;
	return take(t, &out, err);
}

static int add_one(struct list_text *t, const struct list_item *item,
		   struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf out = { 0 };
	const struct yaml_doc doc = doc_of(t);

	if (yaml_add_item(&doc, t->list, item->pairs, item->count, &out, err) <
	    0)
		return err->code;
	return take(t, &out, err);
}

/* Where more items can be put after the last one; 0: only one by one. */
static size_t block_end(const struct list_text *t)
{
	const struct node *last = t->list->as.list.items[item_count(t) - 1];
	const char *text = strbuf_str(&t->text);

	if (text[t->list->begin] == '[' || text[last->begin] == '{')
		return 0;
	return last->end;
}

/* "list:", and one item as far in as the list's are. */
static int sample_read(struct sample *s, const struct list_text *t,
		       const char *eol, const struct node **list,
		       const struct node **root, struct err *err)
{
	strbuf_addf(&s->text, "list:%s%*s- x: y", eol,
		    (int)(t->list->column - 1), "");
	if (strbuf_check(&s->text, err) < 0 ||
	    yaml_read(strbuf_str(&s->text), s->text.len, "list", &s->arena,
		      root, err) < 0)
		return err->code;
	*list = node_get(*root, "list");
	return 0;
}

/* The text of each item, as yaml_add_item() puts it after the sample's. */
static int render_items(const struct list_text *t,
			const struct list_item *items, size_t count,
			struct strbuf *out, struct err *err)
{
	AUTO(sample_releasep) struct sample s = { 0 };
	const char *eol = strstr(strbuf_str(&t->text), "\r\n") ? "\r\n" : "\n";
	const struct node *list = NULL, *root = NULL;

	if (sample_read(&s, t, eol, &list, &root, err) < 0)
		return err->code;
	for (size_t i = 0; i < count; i++) {
		AUTO(strbuf_releasep) struct strbuf one = { 0 };
		const struct yaml_doc doc = { strbuf_str(&s.text), s.text.len,
					      root };

		if (yaml_add_item(&doc, list, items[i].pairs, items[i].count,
				  &one, err) < 0)
			return err->code;
		strbuf_adds(out, strbuf_str(&one) + s.text.len);
	}
	return strbuf_check(out, err);
}

static int add_many(struct list_text *t, const struct list_item *items,
		    size_t count, size_t at, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf out = { 0 };

	strbuf_add(&out, strbuf_str(&t->text), at);
	if (render_items(t, items, count, &out, err) < 0)
		return err->code;
	strbuf_add(&out, strbuf_str(&t->text) + at, t->text.len - at);
	return take(t, &out, err);
}

int list_text_add(struct list_text *t, const struct list_item *items,
		  size_t count, struct err *err)
{
	size_t at = 0;

	for (size_t i = 0; i < count; i++) {
		/* the first shows where and how; the rest follow in one go */
		if (i > 0 && at == 0)
			at = block_end(t);
		if (at > 0)
			return add_many(t, items + i, count - i, at, err);
		if (add_one(t, &items[i], err) < 0)
			return err->code;
	}
	return 0;
}

int list_text_remove(struct list_text *t, const char *key, const char *value,
		     struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf out = { 0 };
	const struct yaml_doc doc = doc_of(t);

	for (size_t i = 0; i < item_count(t); i++) {
		if (!has_value(t->list->as.list.items[i], key, value))
			continue;
		if (yaml_remove_item(&doc, t->list, i, &out, err) < 0)
			return err->code;
		return take(t, &out, err);
	}
	return 0;
}
