#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"

struct reader {
	struct arena *arena;
	const char *file;
};

static const struct node *convert(struct reader *r, const json_t *value);

static const struct node *new_string(struct reader *r, const char *bytes,
				     size_t len)
{
	struct node *n = arena_alloc(r->arena, sizeof(*n));

	if (!n)
		return NULL;
	n->kind = NODE_STR;
	n->file = r->file;
	n->quoted = true;
	n->as.str.len = len;
	n->as.str.bytes = arena_strndup(r->arena, bytes, len);
	return n->as.str.bytes ? n : NULL;
}

static int convert_list(struct reader *r, const json_t *value, struct node *n)
{
	size_t count = json_array_size(value);

	n->kind = NODE_LIST;
	n->as.list.items = arena_calloc(r->arena, count, sizeof(struct node *));
	if (!n->as.list.items)
		return -1;
	for (size_t i = 0; i < count; i++) {
		n->as.list.items[i] = convert(r, json_array_get(value, i));
		if (!n->as.list.items[i])
			return -1;
	}
	n->as.list.count = count;
	return 0;
}

static int convert_map(struct reader *r, json_t *value, struct node *n)
{
	struct node_entry *e =
		arena_calloc(r->arena, json_object_size(value), sizeof(*e));
	const char *key;
	json_t *member;

	n->kind = NODE_MAP;
	n->as.map.entries = e;
	if (!e)
		return -1;
	json_object_foreach (value, key, member) {
		e->key = new_string(r, key, strlen(key));
		e->value = e->key ? convert(r, member) : NULL;
		if (!e->value)
			return -1;
		e++;
		n->as.map.count++;
	}
	return 0;
}

static const struct node *convert(struct reader *r, const json_t *value)
{
	struct node *n;

	if (json_is_string(value))
		return new_string(r, json_string_value(value),
				  json_string_length(value));
	n = arena_alloc(r->arena, sizeof(*n));
	if (!n)
		return NULL;
	n->file = r->file;
	switch (json_typeof(value)) {
	case JSON_INTEGER:
		n->kind = NODE_INT;
		n->as.integer = json_integer_value(value);
		return n;
	case JSON_REAL:
		n->kind = NODE_REAL;
		n->as.real = json_real_value(value);
		return n;
	case JSON_TRUE:
	case JSON_FALSE:
		n->kind = NODE_BOOL;
		n->as.boolean = json_is_true(value);
		return n;
	case JSON_ARRAY:
		return convert_list(r, value, n) < 0 ? NULL : n;
	case JSON_OBJECT:
		return convert_map(r, (json_t *)value, n) < 0 ? NULL : n;
	default:
		n->kind = NODE_NULL;
		return n;
	}
}

/* jansson recurses; so do we.  Refuse what would eat the stack. */
static int depth_is_sane(const char *bytes, size_t len)
{
	int depth = 0;
	bool in_string = false;

	for (size_t i = 0; i < len; i++) {
		char c = bytes[i];

		if (in_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = false;
		} else if (c == '"') {
			in_string = true;
		} else if (c == '[' || c == '{') {
			if (++depth > JSON_DEPTH_MAX)
				return 0;
		} else if (c == ']' || c == '}') {
			depth--;
		}
	}
	return 1;
}

static int parse(const char *bytes, size_t len, const char *file, json_t **out,
		 struct err *err)
{
	json_error_t why;
	json_t *value;

	if (len > JSON_INPUT_MAX)
		return err_set(err, ERR_LIMIT, "%s: more than %d bytes of JSON",
			       file, (int)JSON_INPUT_MAX);
	if (!depth_is_sane(bytes, len))
		return err_set(err, ERR_LIMIT,
			       "%s: JSON nested more than %d deep", file,
			       (int)JSON_DEPTH_MAX);
	value = json_loadb(bytes, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY,
			   &why);
	/* most of its allocations fail without a word (jansson 2.14) */
	if (!value && (json_error_code(&why) == json_error_out_of_memory ||
		       why.text[0] == '\0'))
		return err_nomem(err);
	if (!value)
		return err_set(err, ERR_FORMAT, "%s:%d:%d: %s", file, why.line,
			       why.column, why.text);
	*out = value;
	return 0;
}

int json_read(const char *bytes, size_t len, const char *file,
	      struct arena *arena, const struct node **out, struct err *err)
{
	struct reader r = { .arena = arena, .file = arena_strdup(arena, file) };
	AUTO(json_decrefp) json_t *value = NULL;
	const struct node *n;

	if (!r.file)
		return err_nomem(err);
	if (parse(bytes, len, file, &value, err) < 0)
		return err->code;
	n = convert(&r, value);
	if (!n)
		return err_nomem(err);
	*out = n;
	return 0;
}

static int sink(const char *bytes, size_t len, void *out)
{
	strbuf_add(out, bytes, len);
	return strbuf_ok(out) ? 0 : -1;
}

static int dump(const json_t *value, size_t flags, struct strbuf *out,
		struct err *err)
{
	if (json_dump_callback(value, sink, out,
			       flags | JSON_SORT_KEYS | JSON_ENCODE_ANY) == 0)
		return 0;
	if (strbuf_check(out, err) < 0)
		return err->code;
	return err_nomem(err);
}

int json_write(const json_t *value, struct strbuf *out, struct err *err)
{
	if (dump(value, JSON_INDENT(1), out, err) < 0)
		return err->code;
	strbuf_addc(out, '\n');
	return strbuf_check(out, err);
}

int json_write_line(const json_t *value, struct strbuf *out, struct err *err)
{
	return dump(value, JSON_COMPACT, out, err);
}
