#include "base/json.h"

#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "base/node.h"
#include "base/parse.h"
#include "base/scan.h"
#include "base/vec.h"

enum {
	KEYS_FEW = 8 /* so many are compared one by one */
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Of this thread: some allocation of jansson's has failed. */
static _Thread_local bool memory_failed;

static void *allocate(size_t size)
{
	void *p = malloc(size);

	if (!p)
		memory_failed = true;
	return p;
}

static void watch_memory(void)
{
	json_set_alloc_funcs(allocate, free);
}

void json_start(void)
{
	pthread_once(&once, watch_memory);
}

int json_check(struct err *err)
{
	bool failed = memory_failed;

	memory_failed = false;
	return failed ? err_nomem(err) : 0;
}

/* Children wait on the stack until their list or map is whole. */
struct reader {
	struct scan scan;
	struct arena *arena;
	const char *file;
	const void **stack;
	size_t count;
	size_t cap;
	const char *twice; /* a key that stands twice, if that is the reason */
	int depth;
};

static bool push(struct reader *r, const void *child)
{
	const void **grown =
		vec_grow(r->stack, &r->cap, r->count + 1, sizeof(*grown));

	if (!grown)
		return scan_nomem(&r->scan);
	r->stack = grown;
	r->stack[r->count++] = child;
	return true;
}

static struct node *new_node(struct reader *r, enum node_kind kind)
{
	struct node *n = arena_alloc(r->arena, sizeof(*n));

	if (!n) {
		scan_nomem(&r->scan);
		return NULL;
	}
	n->kind = kind;
	n->file = r->file;
	return n;
}

static struct node *new_string(struct reader *r, const char *text)
{
	struct node *n = new_node(r, NODE_STR);

	if (!n)
		return NULL;
	n->quoted = true;
	n->as.str.bytes = text;
	n->as.str.len = strlen(text); /* the reader lets no NUL pass */
	return n;
}

/* ---- numbers and words */

static const char *pass_digits(const char *p)
{
	while (*p >= '0' && *p <= '9')
		p++;
	return p;
}

/* RFC 8259, section 6; *WHOLE if there is no fraction and no exponent. */
static bool is_number(const char *p, bool *whole)
{
	const char *start;

	p += *p == '-';
	start = p;
	p = pass_digits(p);
	if (p == start || (*start == '0' && p > start + 1))
		return false;
	*whole = *p == '\0';
	if (*p == '.') {
		start = ++p;
		p = pass_digits(p);
		if (p == start)
			return false;
	}
	if (*p == 'e' || *p == 'E') {
		p++;
		p += *p == '+' || *p == '-';
		start = p;
		p = pass_digits(p);
		if (p == start)
			return false;
	}
	return *p == '\0';
}

static struct node *read_number(struct reader *r, const char *text)
{
	struct node value = { 0 }, *n;
	bool whole;

	if (!is_number(text, &whole)) {
		scan_fail(&r->scan, "a value");
		return NULL;
	}
	value.kind = whole ? NODE_INT : NODE_REAL;
	if (whole && !parse_i64(text, &value.as.integer)) {
		scan_fail(&r->scan, "a number of 64 bits");
		return NULL;
	}
	if (!whole)
		value.as.real = strtod(text, NULL);
	if (!whole && !isfinite(value.as.real)) {
		scan_fail(&r->scan, "a number that a double can hold");
		return NULL;
	}
	n = new_node(r, value.kind);
	if (n)
		n->as = value.as;
	return n;
}

static struct node *read_scalar(struct reader *r)
{
	struct scan_text t;
	struct node *n;
	char *text;
	size_t at;

	if (scan_null(&r->scan))
		return new_node(r, NODE_NULL);
	(void)scan_peek(&r->scan);
	at = r->scan.pos;
	if (!scan_value(&r->scan, &t))
		return NULL;
	if (text_is(&t, "true") || text_is(&t, "false")) {
		n = new_node(r, NODE_BOOL);
		if (n)
			n->as.boolean = *t.at == 't';
		return n;
	}
	text = arena_strndup(r->arena, t.at, t.len);
	if (!text) {
		scan_nomem(&r->scan);
		return NULL;
	}
	scan_seek(&r->scan, at); /* where a complaint would point */
	n = read_number(r, text);
	scan_seek(&r->scan, at + t.len);
	return n;
}

/* ---- lists and maps */

static const struct node *read_value(struct reader *r);

static struct node *read_list(struct reader *r)
{
	struct node *n = new_node(r, NODE_LIST);
	size_t begin = r->count, at = 0;
	const struct node *item;

	while (n && scan_element(&r->scan, &at)) {
		item = read_value(r);
		if (!item || !push(r, item))
			return NULL;
	}
	if (!n || !scan_ok(&r->scan))
		return NULL;
	n->as.list.count = r->count - begin;
	n->as.list.items = arena_calloc(r->arena, n->as.list.count,
					sizeof(*n->as.list.items));
	if (!n->as.list.items) {
		scan_nomem(&r->scan);
		return NULL;
	}
	for (size_t i = begin; i < r->count; i++)
		n->as.list.items[i - begin] = r->stack[i];
	r->count = begin;
	return n;
}

static bool same_key(const struct node_entry *a, const struct node_entry *b)
{
	return a->key->as.str.len == b->key->as.str.len &&
	       memcmp(a->key->as.str.bytes, b->key->as.str.bytes,
		      a->key->as.str.len) == 0;
}

static bool twice(struct reader *r, const struct node_entry *e)
{
	r->twice = e->key->as.str.bytes;
	return scan_fail(&r->scan, "another key");
}

/* Does each key stand once? */
static bool keys_differ(struct reader *r, const struct node_entry *e,
			size_t count)
{
	AUTO(map_releasep) struct map seen = { 0 };

	for (size_t i = 1; i < count && count <= KEYS_FEW; i++) {
		for (size_t k = 0; k < i; k++) {
			if (same_key(&e[i], &e[k]))
				return twice(r, &e[i]);
		}
	}
	for (size_t i = 0; i < count && count > KEYS_FEW; i++) {
		const struct node *key = e[i].key;

		if (map_get_n(&seen, key->as.str.bytes, key->as.str.len))
			return twice(r, &e[i]);
		if (map_put_n(&seen, key->as.str.bytes, key->as.str.len,
			      (void *)(uintptr_t)key) < 0)
			return scan_nomem(&r->scan);
	}
	return true;
}

static bool end_map(struct reader *r, struct node *n, size_t begin)
{
	size_t count = (r->count - begin) / 2;
	struct node_entry *e = arena_calloc(r->arena, count, sizeof(*e));

	if (!e)
		return scan_nomem(&r->scan);
	for (size_t i = 0; i < count; i++)
		e[i] = (struct node_entry){ r->stack[begin + 2 * i],
					    r->stack[begin + 2 * i + 1] };
	n->as.map.entries = e;
	n->as.map.count = count;
	r->count = begin;
	return keys_differ(r, e, count);
}

static struct node *read_map(struct reader *r)
{
	struct node *n = new_node(r, NODE_MAP);
	size_t begin = r->count, at = 0;
	const struct node *name, *value;
	const char *key;

	while (n && scan_entry(&r->scan, &at, r->arena, &key)) {
		name = new_string(r, key);
		value = name ? read_value(r) : NULL;
		if (!value || !push(r, name) || !push(r, value))
			return NULL;
	}
	if (!n || !scan_ok(&r->scan) || !end_map(r, n, begin))
		return NULL;
	return n;
}

static const struct node *read_nested(struct reader *r, bool is_map)
{
	const struct node *n;

	if (r->depth == JSON_DEPTH_MAX) {
		r->scan.code = ERR_LIMIT;
		return NULL;
	}
	r->depth++;
	n = is_map ? read_map(r) : read_list(r);
	r->depth--;
	return n;
}

static const struct node *read_value(struct reader *r)
{
	const char *text;

	switch (scan_peek(&r->scan)) {
	case '{':
		return read_nested(r, true);
	case '[':
		return read_nested(r, false);
	case '"':
		return scan_string(&r->scan, r->arena, &text)
			       ? new_string(r, text)
			       : NULL;
	default:
		return read_scalar(r);
	}
}

/* What stopped R, with its place: "f.json:2:7: ',' or '}' is expected". */
static int complain(const struct reader *r, struct err *err)
{
	size_t line = 1, column = 1;

	if (r->scan.code == ERR_NOMEM)
		return err_nomem(err);
	if (r->scan.code == ERR_LIMIT)
		return err_set(err, ERR_LIMIT,
			       "%s: JSON nested more than %d deep", r->file,
			       (int)JSON_DEPTH_MAX);
	for (size_t i = 0; i < r->scan.failed_at; i++) {
		column = r->scan.text[i] == '\n' ? 1 : column + 1;
		line += r->scan.text[i] == '\n';
	}
	if (r->twice)
		return err_set(err, ERR_FORMAT, "%s:%zu:%zu: '%s' stands twice",
			       r->file, line, column, r->twice);
	return err_set(err, ERR_FORMAT, "%s:%zu:%zu: %s is expected", r->file,
		       line, column, r->scan.wanted);
}

int json_read(const char *bytes, size_t len, const char *file,
	      struct arena *arena, const struct node **out, struct err *err)
{
	struct reader r = { .arena = arena, .file = arena_strdup(arena, file) };
	const struct node *n;
	int rc = 0;

	if (!r.file)
		return err_nomem(err);
	if (len > JSON_INPUT_MAX)
		return err_set(err, ERR_LIMIT, "%s: more than %d bytes of JSON",
			       file, (int)JSON_INPUT_MAX);
	scan_init(&r.scan, bytes, len);
	n = read_value(&r);
	if (!n || !scan_end(&r.scan))
		rc = complain(&r, err);
	else
		*out = n;
	free(r.stack);
	return rc;
}

static int sink(const char *bytes, size_t len, void *out)
{
	strbuf_add(out, bytes, len);
	return strbuf_ok(out) ? 0 : -1;
}

static int dump(const json_t *value, size_t flags, struct strbuf *out,
		struct err *err)
{
	if (json_check(err) < 0)
		return err->code;
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
