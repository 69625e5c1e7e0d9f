#include "base/node.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/parse.h"

const char *node_kind_name(enum node_kind kind)
{
	static const char *const names[] = { "null",	     "boolean",
					     "whole number", "number",
					     "string",	     "list",
					     "map" };

	return names[kind];
}

int node_err(const struct node *n, struct err *err, int code, const char *fmt,
	     ...)
{
	char msg[sizeof(err->msg)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	if (n->line == 0) /* JSON has no places */
		return err_set(err, (enum err_code)code, "%s: %s",
			       n->file ? n->file : "-", msg);
	return err_set(err, (enum err_code)code, "%s:%u:%u: %s",
		       n->file ? n->file : "-", (unsigned)n->line,
		       (unsigned)n->column, msg);
}

const struct node *node_get(const struct node *map, const char *key)
{
	if (map->kind != NODE_MAP)
		return NULL;
	for (size_t i = 0; i < map->as.map.count; i++) {
		const struct node_entry *e = &map->as.map.entries[i];

		if (strcmp(e->key->as.str.bytes, key) == 0)
			return e->value;
	}
	return NULL;
}

static int wrong_kind(const struct node *n, const char *key, const char *want,
		      struct err *err)
{
	return node_err(n, err, ERR_FORMAT, "'%s' must be a %s, not a %s", key,
			want, node_kind_name(n->kind));
}

/* *OUT is NULL if the key is missing or null. */
static int member(const struct node *map, const char *key, enum node_kind kind,
		  const struct node **out, struct err *err)
{
	const struct node *n;

	if (map->kind != NODE_MAP)
		return node_err(map, err, ERR_FORMAT,
				"a map with '%s' is wanted here, not a %s", key,
				node_kind_name(map->kind));
	n = node_get(map, key);
	if (n && n->kind == NODE_NULL)
		n = NULL;
	if (n && n->kind != kind)
		return wrong_kind(n, key, node_kind_name(kind), err);
	*out = n;
	return 0;
}

static int required(const struct node *map, const char *key,
		    enum node_kind kind, const struct node **out,
		    struct err *err)
{
	const struct node *n = NULL;

	if (member(map, key, kind, &n, err) < 0)
		return err->code;
	if (!n)
		return node_err(map, err, ERR_FORMAT, "'%s' is missing", key);
	*out = n;
	return 0;
}

int node_str(const struct node *map, const char *key, const char **out,
	     struct err *err)
{
	const struct node *n = NULL;

	if (required(map, key, NODE_STR, &n, err) < 0)
		return err->code;
	*out = n->as.str.bytes;
	return 0;
}

int node_str_or(const struct node *map, const char *key, const char *fallback,
		const char **out, struct err *err)
{
	const struct node *n = NULL;

	if (member(map, key, NODE_STR, &n, err) < 0)
		return err->code;
	*out = n ? n->as.str.bytes : fallback;
	return 0;
}

static int in_range(const struct node *n, const char *key, int64_t min,
		    int64_t max, int64_t *out, struct err *err)
{
	if (n->as.integer < min || n->as.integer > max)
		return node_err(n, err, ERR_FORMAT,
				"'%s' must be from %lld to %lld, not %lld", key,
				(long long)min, (long long)max,
				(long long)n->as.integer);
	*out = n->as.integer;
	return 0;
}

int node_int(const struct node *map, const char *key, int64_t min, int64_t max,
	     int64_t *out, struct err *err)
{
	const struct node *n = NULL;

	if (required(map, key, NODE_INT, &n, err) < 0)
		return err->code;
	return in_range(n, key, min, max, out, err);
}

int node_int_or(const struct node *map, const char *key, int64_t min,
		int64_t max, int64_t fallback, int64_t *out, struct err *err)
{
	const struct node *n = NULL;

	if (member(map, key, NODE_INT, &n, err) < 0)
		return err->code;
	if (n)
		return in_range(n, key, min, max, out, err);
	*out = fallback;
	return 0;
}

int node_bool_or(const struct node *map, const char *key, bool fallback,
		 bool *out, struct err *err)
{
	const struct node *n = NULL;

	if (member(map, key, NODE_BOOL, &n, err) < 0)
		return err->code;
	*out = n ? n->as.boolean : fallback;
	return 0;
}

int node_list(const struct node *map, const char *key, const struct node **out,
	      struct err *err)
{
	return member(map, key, NODE_LIST, out, err);
}

int node_map(const struct node *map, const char *key, const struct node **out,
	     struct err *err)
{
	return member(map, key, NODE_MAP, out, err);
}

int node_only(const struct node *map, const char *const *known, size_t count,
	      struct err *err)
{
	if (map->kind != NODE_MAP)
		return node_err(map, err, ERR_FORMAT,
				"a map is wanted here, not a %s",
				node_kind_name(map->kind));
	for (size_t i = 0; i < map->as.map.count; i++) {
		const struct node *key = map->as.map.entries[i].key;
		const char *word = key->as.str.bytes;
		const char *near;
		size_t k = 0;

		while (k < count && strcmp(known[k], word) != 0)
			k++;
		if (k == count) {
			near = parse_nearest(word, known, count);
			(void)node_err(key, err, ERR_FORMAT, "unknown key '%s'",
				       word);
			return near ? err_hint(err, "did you mean '%s'?", near)
				    : err->code;
		}
	}
	return 0;
}
