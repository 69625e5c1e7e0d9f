#include "io/yaml.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "base/node.h"
#include "base/vec.h"
#include "io/library.h"
#include "io/yaml_text.h"

enum {
	KEYS_BY_SIGHT = 16 /* more keys than that are compared by hash */
};

/* A list or map that has begun and not ended. */
struct frame {
	struct node *node;
	size_t first;		/* its children's place on the stack */
	const struct node *key; /* of a map: read, its value not yet */
};

struct reader {
	struct yaml_text text;
	const char *file;
	struct arena *arena;
	struct err *err;

	struct frame frames[YAML_DEPTH_MAX];
	size_t depth;
	const struct node **stack; /* children of all frames; keys and values */
	size_t stack_count;
	size_t stack_cap;
	size_t nodes;
	const struct node *root;
};

static void reader_release(struct reader *r)
{
	yaml_text_release(&r->text);
	free(r->stack);
}
AUTO_RELEASE(struct reader, reader_release)

/* ---- nodes */

static int fail(struct reader *r, const yaml_event_t *event, int code,
		const char *msg, const char *hint)
{
	(void)yaml_text_fail(&r->text, event->start_mark, r->err, code, "%s",
			     msg);
	return err_hint(r->err, "%s", hint);
}

/* Written with brackets, and so all that is inside. */
static bool is_bracketed(const struct reader *r, const struct node *n)
{
	char c = r->text.bytes[n->begin];

	return c == '[' || c == '{';
}

static struct frame *top(struct reader *r)
{
	return r->depth ? &r->frames[r->depth - 1] : NULL;
}

static struct node *new_node(struct reader *r, const yaml_event_t *event,
			     enum node_kind kind)
{
	const struct frame *parent = top(r);
	struct node *n;

	if (++r->nodes > YAML_NODES_MAX) {
		(void)fail(r, event, ERR_LIMIT, "too many keys and values",
			   "split the file");
		return NULL;
	}
	n = arena_alloc(r->arena, sizeof(*n));
	if (!n) {
		(void)err_nomem(r->err);
		return NULL;
	}
	n->kind = kind;
	n->file = r->file;
	n->line = (uint32_t)event->start_mark.line + 1;
	n->column = (uint32_t)event->start_mark.column + 1;
	n->begin = yaml_text_byte(&r->text, event->start_mark.index);
	n->end = yaml_text_byte(&r->text, event->end_mark.index);
	if (parent)
		n->flow = parent->node->flow || is_bracketed(r, parent->node);
	return n;
}

/*
 * libyaml takes some values that are no further in than what they belong to;
 * no person reads them that way.
 */
static int check_indent(struct reader *r, const struct node *n)
{
	const struct frame *parent = top(r);
	uint32_t least;

	if (!parent || n->flow || n->begin == n->end)
		return 0;
	least = parent->node->column + 1;
	if (parent->node->kind == NODE_MAP &&
	    (!parent->key || (n->kind == NODE_LIST && !is_bracketed(r, n))))
		least--;
	if (n->column >= least)
		return 0;
	(void)node_err(n, r->err, ERR_FORMAT,
		       "this is not indented below what it belongs to");
	return err_hint(r->err, "indent it by two more spaces");
}

/* Put NODE under the collection that is open, or at the root. */
static int attach(struct reader *r, const struct node *n)
{
	struct frame *parent = top(r);
	const struct node **grown;

	if (check_indent(r, n) < 0)
		return r->err->code;
	if (!parent) {
		r->root = n;
		return 0;
	}
	grown = vec_grow(r->stack, &r->stack_cap, r->stack_count + 1,
			 sizeof(*grown));
	if (!grown)
		return err_nomem(r->err);
	r->stack = grown;
	r->stack[r->stack_count++] = n;
	if (parent->node->kind == NODE_MAP)
		parent->key = parent->key ? NULL : n;
	return 0;
}

static bool is_key_next(const struct reader *r)
{
	const struct frame *f = r->depth ? &r->frames[r->depth - 1] : NULL;

	return f && f->node->kind == NODE_MAP && !f->key;
}

/* Our maps are `key: value`, the colon on the key's own line. */
static int check_key(struct reader *r, const struct node *key,
		     const yaml_event_t *event)
{
	const char *bytes = r->text.bytes;
	size_t at = key->end;

	while (at < r->text.len && (bytes[at] == ' ' || bytes[at] == '\t'))
		at++;
	if (key->as.str.len == 0)
		return fail(r, event, ERR_FORMAT, "an empty key",
			    "name it, or quote what it is");
	if (!key->quoted && strcmp(key->as.str.bytes, "<<") == 0)
		return fail(r, event, ERR_FORMAT,
			    "merge keys ('<<') are not read here",
			    "write the keys out");
	if (at == r->text.len || bytes[at] != ':') {
		(void)node_err(key, r->err, ERR_FORMAT,
			       "no ':' follows the key '%s' on its line",
			       key->as.str.bytes);
		return err_hint(r->err, "write 'key: value'");
	}
	return 0;
}

static bool has_control(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (yaml_text_is_control(s + i, len - i) || s[i] == '\r')
			return true;
	}
	return false;
}

/* '+' or '-' behind '|' or '>', or 0. */
static char chomping(const struct reader *r, const struct node *n)
{
	for (size_t i = n->begin + 1; i < n->end; i++) {
		char c = r->text.bytes[i];

		if (c == '+' || c == '-')
			return c;
		if (c < '0' || c > '9')
			return 0;
	}
	return 0;
}

static bool is_break(char c)
{
	return c == '\r' || c == '\n';
}

/*
 * The end mark of a block scalar is after the empty lines that follow; only
 * with '+' are they part of the value.
 */
static void trim_block_scalar(const struct reader *r, struct node *n)
{
	if (chomping(r, n) == '+')
		return;
	while (n->end > n->begin && is_break(r->text.bytes[n->end - 1]))
		n->end--;
}

/* A missing newline at the end of the file is not part of a text. */
static bool lacks_newline(const struct reader *r, const struct node *n,
			  const char *s, size_t len)
{
	return len > 0 && s[len - 1] != '\n' && n->end == r->text.len &&
	       chomping(r, n) != '-';
}

static int copy_string(struct reader *r, struct node *n, const char *s,
		       size_t len, bool newline)
{
	char *copy = arena_strndup(r->arena, s, len + newline);

	if (!copy)
		return err_nomem(r->err);
	if (newline)
		copy[len] = '\n';
	n->kind = NODE_STR;
	n->as.str.bytes = copy;
	n->as.str.len = len + newline;
	return 0;
}

static int take_scalar(struct reader *r, const yaml_event_t *event)
{
	const char *s = (const char *)event->data.scalar.value;
	size_t len = event->data.scalar.length;
	yaml_scalar_style_t style = event->data.scalar.style;
	bool is_block = style == YAML_LITERAL_SCALAR_STYLE ||
			style == YAML_FOLDED_SCALAR_STYLE;
	bool is_key = is_key_next(r);
	struct node *n = new_node(r, event, NODE_STR);
	bool newline;

	if (!n)
		return r->err->code;
	newline = is_block && lacks_newline(r, n, s, len);
	if (is_block)
		trim_block_scalar(r, n);
	n->quoted = style != YAML_PLAIN_SCALAR_STYLE;
	if (has_control(s, len))
		return fail(r, event, ERR_FORMAT,
			    "a control character in a value",
			    "remove it, also where it is escaped");
	if (!n->quoted && !is_key && !scalar_resolve(s, len, n))
		return fail(r, event, ERR_FORMAT, "a number too large to hold",
			    "put it in quotes if it is a text");
	if (n->kind == NODE_STR && copy_string(r, n, s, len, newline) < 0)
		return r->err->code;
	if (is_key && check_key(r, n, event) < 0)
		return r->err->code;
	return attach(r, n);
}

static int begin_collection(struct reader *r, const yaml_event_t *event,
			    enum node_kind kind)
{
	struct node *n;

	if (is_key_next(r))
		return fail(r, event, ERR_FORMAT,
			    "a list or map cannot be a key",
			    "put a text with brackets in quotes");
	if (r->depth == YAML_DEPTH_MAX)
		return fail(r, event, ERR_LIMIT, "nested too deeply",
			    "flatten it");
	n = new_node(r, event, kind);
	if (!n || attach(r, n) < 0)
		return r->err->code;
	if (kind == NODE_MAP && n->flow && !is_bracketed(r, n))
		return fail(r, event, ERR_FORMAT, "a map inside [] needs {}",
			    "write [{key: value}]");
	r->frames[r->depth++] =
		(struct frame){ .node = n, .first = r->stack_count };
	return 0;
}

static int refuse_duplicate(struct reader *r, const struct node *again,
			    const struct node *first)
{
	(void)node_err(again, r->err, ERR_FORMAT,
		       "'%s' stands twice, first in line %u",
		       again->as.str.bytes, (unsigned)first->line);
	return err_hint(r->err, "keep one of them");
}

static int check_unique_by_hash(struct reader *r, const struct node *n)
{
	AUTO(map_releasep) struct map seen = { 0 };

	for (size_t i = 0; i < n->as.map.count; i++) {
		const struct node *key = n->as.map.entries[i].key;
		const struct node *first = map_get(&seen, key->as.str.bytes);

		if (first)
			return refuse_duplicate(r, key, first);
		if (map_put(&seen, key->as.str.bytes, (void *)key) < 0)
			return err_nomem(r->err);
	}
	return 0;
}

static int check_unique(struct reader *r, const struct node *n)
{
	const struct node_entry *e = n->as.map.entries;

	if (n->as.map.count > KEYS_BY_SIGHT)
		return check_unique_by_hash(r, n);
	for (size_t i = 1; i < n->as.map.count; i++) {
		for (size_t k = 0; k < i; k++) {
			if (e[i].key->as.str.len == e[k].key->as.str.len &&
			    strcmp(e[i].key->as.str.bytes,
				   e[k].key->as.str.bytes) == 0)
				return refuse_duplicate(r, e[i].key, e[k].key);
		}
	}
	return 0;
}

static int fill_map(struct reader *r, struct node *n,
		    const struct node **children, size_t count)
{
	struct node_entry *e = arena_calloc(r->arena, count / 2, sizeof(*e));

	if (!e)
		return err_nomem(r->err);
	for (size_t i = 0; i < count / 2; i++) {
		e[i].key = children[2 * i];
		e[i].value = children[2 * i + 1];
	}
	n->as.map.entries = e;
	n->as.map.count = count / 2;
	return check_unique(r, n);
}

static int fill_list(struct reader *r, struct node *n,
		     const struct node **children, size_t count)
{
	const struct node **items =
		arena_calloc(r->arena, count, sizeof(struct node *));

	if (!items)
		return err_nomem(r->err);
	if (count > 0)
		memcpy(items, children, count * sizeof(struct node *));
	n->as.list.items = items;
	n->as.list.count = count;
	return 0;
}

static int end_collection(struct reader *r, const yaml_event_t *event)
{
	struct frame *f = &r->frames[--r->depth];
	size_t count = r->stack_count - f->first;
	const struct node **children = count ? r->stack + f->first : NULL;
	struct node *n = f->node;

	r->stack_count = f->first;
	if (is_bracketed(r, n))
		n->end = yaml_text_byte(&r->text, event->end_mark.index);
	else if (count > 0)
		n->end = children[count - 1]->end;
	return n->kind == NODE_MAP ? fill_map(r, n, children, count)
				   : fill_list(r, n, children, count);
}

/* ---- events */

static int refuse_extras(struct reader *r, const yaml_event_t *event)
{
	const void *anchor = NULL, *tag = NULL;

	if (event->type == YAML_SCALAR_EVENT) {
		anchor = event->data.scalar.anchor;
		tag = event->data.scalar.tag;
	} else if (event->type == YAML_SEQUENCE_START_EVENT) {
		anchor = event->data.sequence_start.anchor;
		tag = event->data.sequence_start.tag;
	} else if (event->type == YAML_MAPPING_START_EVENT) {
		anchor = event->data.mapping_start.anchor;
		tag = event->data.mapping_start.tag;
	}
	if (anchor || event->type == YAML_ALIAS_EVENT) {
		return fail(r, event, ERR_FORMAT,
			    "anchors ('&') and aliases ('*') are not read here",
			    "write the value out, or quote it");
	}
	if (tag) {
		return fail(r, event, ERR_FORMAT,
			    "tags ('!') are not read here",
			    "put the value in quotes");
	}
	return 0;
}

static int begin_document(struct reader *r, const yaml_event_t *event)
{
	if (r->root)
		return fail(r, event, ERR_FORMAT,
			    "a second document begins here",
			    "keep one document in a file");
	if (event->data.document_start.tag_directives.start !=
	    event->data.document_start.tag_directives.end)
		return fail(r, event, ERR_FORMAT, "%TAG is not read here",
			    "remove the line");
	return 0;
}

static int take_event(struct reader *r, const yaml_event_t *event)
{
	if (refuse_extras(r, event) < 0)
		return r->err->code;
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return take_scalar(r, event);
	case YAML_SEQUENCE_START_EVENT:
		return begin_collection(r, event, NODE_LIST);
	case YAML_MAPPING_START_EVENT:
		return begin_collection(r, event, NODE_MAP);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return end_collection(r, event);
	case YAML_DOCUMENT_START_EVENT:
		return begin_document(r, event);
	default:
		return 0;
	}
}

static int parse(struct reader *r, yaml_parser_t *p)
{
	yaml_event_t event;
	bool more = true;
	int rc = 0;

	yaml_parser_set_encoding(p, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(
		p, (const unsigned char *)r->text.bytes + r->text.begin,
		r->text.len - r->text.begin);
	while (more && rc == 0) {
		if (!yaml_parser_parse(p, &event))
			return yaml_text_refuse(&r->text, p, r->err);
		more = event.type != YAML_STREAM_END_EVENT;
		rc = take_event(r, &event);
		yaml_event_delete(&event);
	}
	return rc;
}

static int read_nodes(struct reader *r)
{
	yaml_parser_t parser;
	yaml_event_t nothing = { .end_mark = { 0 } };
	int rc;

	if (library_load(LIBRARY_YAML, r->err) < 0)
		return (int)r->err->code;
	if (!yaml_parser_initialize(&parser))
		return err_nomem(r->err);
	rc = parse(r, &parser);
	yaml_parser_delete(&parser);
	if (rc == 0 && !r->root)
		r->root = new_node(r, &nothing, NODE_NULL);
	return r->err->code;
}

int yaml_read(const char *bytes, size_t len, const char *file,
	      struct arena *arena, const struct node **out, struct err *err)
{
	AUTO(reader_releasep)
	struct reader r = { .arena = arena,
			    .file = arena_strdup(arena, file),
			    .err = err };

	if (!r.file)
		return err_nomem(err);
	if (yaml_text_init(&r.text, bytes, len, r.file, err) < 0 ||
	    read_nodes(&r) < 0)
		return err->code;
	*out = r.root;
	return 0;
}
