#include "base/schema.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/node.h"
#include "base/parse.h"

enum {
	KEYS_MAX = 64,
	LIST_MAX = 1 << 20
};

/* What a key is read from and into. */
struct place {
	const struct key *key;
	const struct node *node;
	struct arena *arena;
	void *target;
	struct err *err;
};

static int wrong(const struct place *p, const char *want)
{
	return node_err(p->node, p->err, ERR_FORMAT, "'%s' must be %s",
			p->key->name, want);
}

static int want_kind(const struct place *p, enum node_kind kind,
		     const char *want)
{
	if (p->node->kind == kind)
		return 0;
	return node_err(p->node, p->err, ERR_FORMAT,
			"'%s' must be %s, not a %s", p->key->name, want,
			node_kind_name(p->node->kind));
}

static bool has_controls(const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c < 0x20 || c == 0x7f)
			return true;
		if (c == 0xc2 && (unsigned char)s[1] >= 0x80 &&
		    (unsigned char)s[1] < 0xa0)
			return true;
	}
	return false;
}

static int copy_text(const struct place *p, const struct node *n,
		     const char **out)
{
	if (has_controls(n->as.str.bytes))
		return node_err(n, p->err, ERR_UNSAFE,
				"'%s' holds a control character", p->key->name);
	*out = arena_strndup(p->arena, n->as.str.bytes, n->as.str.len);
	return *out ? 0 : err_nomem(p->err);
}

static int read_str(const struct place *p)
{
	const struct node *n = p->node;

	if (want_kind(p, NODE_STR, "a string") == 0)
		return copy_text(p, n, p->target);
	if (n->kind == NODE_LIST || n->kind == NODE_MAP)
		return p->err->code;
	return err_hint(p->err, "put it in quotes");
}

static int read_number(const struct place *p)
{
	const struct key *k = p->key;
	int64_t value;

	if (want_kind(p, NODE_INT, "a whole number") < 0)
		return p->err->code;
	value = p->node->as.integer;
	if (value < k->min || value > k->max)
		return node_err(p->node, p->err, ERR_FORMAT,
				"'%s' must be from %lld to %lld, not %lld",
				k->name, (long long)k->min, (long long)k->max,
				(long long)value);
	if (k->kind == KEY_INT)
		*(int *)p->target = (int)value;
	else
		*(uint32_t *)p->target = (uint32_t)value;
	return 0;
}

static int read_size(const struct place *p)
{
	const struct node *n = p->node;

	if (n->kind == NODE_INT && n->as.integer >= 0) {
		*(uint64_t *)p->target = (uint64_t)n->as.integer;
		return 0;
	}
	if (n->kind == NODE_STR && parse_size(n->as.str.bytes, p->target))
		return 0;
	return wrong(p, "a size in bytes, such as 64M");
}

static int read_bool(const struct place *p)
{
	if (want_kind(p, NODE_BOOL, "true or false") < 0)
		return p->err->code;
	*(bool *)p->target = p->node->as.boolean;
	return 0;
}

static int read_date(const struct place *p)
{
	if (p->node->kind != NODE_STR ||
	    !civil_parse_date(p->node->as.str.bytes, p->target))
		return wrong(p, "a date that exists, such as 2027-01-12");
	return 0;
}

static int read_clock(const struct place *p)
{
	struct schema_clock *c = p->target;
	const char *s = p->node->kind == NODE_STR ? p->node->as.str.bytes : "";
	uint64_t hour, minute;

	if (strlen(s) != 5 || s[2] != ':' || !parse_u64_n(s, 2, &hour) ||
	    !parse_u64_n(s + 3, 2, &minute) || hour > 23 || minute > 59)
		return wrong(p, "a time of day in quotes, such as \"17:00\"");
	c->hour = (int)hour;
	c->minute = (int)minute;
	return 0;
}

static int read_word(const struct place *p)
{
	const char *const *words = p->key->words;
	const char *near;
	size_t count = 0;

	if (want_kind(p, NODE_STR, "a word") < 0)
		return p->err->code;
	for (; words[count]; count++) {
		if (strcmp(words[count], p->node->as.str.bytes) == 0) {
			*(int *)p->target = (int)count;
			return 0;
		}
	}
	(void)node_err(p->node, p->err, ERR_FORMAT, "'%s' cannot be '%s'",
		       p->key->name, p->node->as.str.bytes);
	near = parse_nearest(p->node->as.str.bytes, words, count);
	if (near)
		return err_hint(p->err, "did you mean '%s'?", near);
	return err_hint(p->err, "one of: %s%s%s%s%s%s%s", words[0],
			count > 1 ? ", " : "", count > 1 ? words[1] : "",
			count > 2 ? ", " : "", count > 2 ? words[2] : "",
			count > 3 ? ", " : "", count > 3 ? words[3] : "");
}

static int read_strs(const struct place *p)
{
	struct schema_strs *out = p->target;
	const char **items;
	size_t count;

	if (want_kind(p, NODE_LIST, "a list") < 0)
		return p->err->code;
	count = p->node->as.list.count;
	items = arena_calloc(p->arena, count, sizeof(*items));
	if (!items)
		return err_nomem(p->err);
	for (size_t i = 0; i < count; i++) {
		const struct node *n = p->node->as.list.items[i];

		if (n->kind != NODE_STR)
			return node_err(n, p->err, ERR_FORMAT,
					"'%s' must list strings, not a %s",
					p->key->name, node_kind_name(n->kind));
		if (copy_text(p, n, &items[i]) < 0)
			return p->err->code;
	}
	out->items = items;
	out->count = count;
	return 0;
}

static int read_ints(const struct place *p)
{
	struct schema_ints *out = p->target;
	size_t count;
	int *items;

	if (want_kind(p, NODE_LIST, "a list") < 0)
		return p->err->code;
	count = p->node->as.list.count;
	items = arena_calloc(p->arena, count, sizeof(*items));
	if (!items)
		return err_nomem(p->err);
	for (size_t i = 0; i < count; i++) {
		const struct node *n = p->node->as.list.items[i];

		if (n->kind != NODE_INT || n->as.integer < p->key->min ||
		    n->as.integer > p->key->max)
			return node_err(
				n, p->err, ERR_FORMAT,
				"'%s' must list whole numbers from %lld to "
				"%lld",
				p->key->name, (long long)p->key->min,
				(long long)p->key->max);
		items[i] = (int)n->as.integer;
	}
	*out = (struct schema_ints){ items, count };
	return 0;
}

static int read_map(const struct place *p)
{
	if (want_kind(p, NODE_MAP, "a map") < 0)
		return p->err->code;
	return schema_read(p->node, p->key->sub, p->arena, p->target, p->err);
}

static int read_list(const struct place *p)
{
	const struct key *k = p->key;
	struct schema_list *out = p->target;
	size_t count;
	char *items;

	if (want_kind(p, NODE_LIST, "a list") < 0)
		return p->err->code;
	count = p->node->as.list.count;
	if (count > LIST_MAX)
		return wrong(p, "a shorter list");
	items = arena_calloc(p->arena, count, k->item_size);
	if (!items)
		return err_nomem(p->err);
	for (size_t i = 0; i < count; i++) {
		const struct node *n = p->node->as.list.items[i];

		if (n->kind != NODE_MAP)
			return node_err(n, p->err, ERR_FORMAT,
					"'%s' must list maps, not a %s",
					k->name, node_kind_name(n->kind));
		if (k->item_defaults)
			memcpy(items + i * k->item_size, k->item_defaults,
			       k->item_size);
		if (schema_read(n, k->sub, p->arena, items + i * k->item_size,
				p->err) < 0)
			return p->err->code;
	}
	*out = (struct schema_list){ items, count, p->node };
	return 0;
}

static int read_key(const struct place *p)
{
	switch (p->key->kind) {
	case KEY_STR:
		return read_str(p);
	case KEY_INT:
	case KEY_U32:
		return read_number(p);
	case KEY_SIZE:
		return read_size(p);
	case KEY_BOOL:
		return read_bool(p);
	case KEY_DATE:
		return read_date(p);
	case KEY_CLOCK:
		return read_clock(p);
	case KEY_WORD:
		return read_word(p);
	case KEY_STRS:
		return read_strs(p);
	case KEY_INTS:
		return read_ints(p);
	case KEY_MAP:
		return read_map(p);
	case KEY_LIST:
		return read_list(p);
	}
	return 0;
}

/* Entries are visited once; the table is short, so looking up is cheap. */
static const struct key *find_key(const struct key *keys, const char *name)
{
	for (const struct key *k = keys; k->name; k++) {
		if (strcmp(k->name, name) == 0)
			return k;
	}
	return NULL;
}

static int unknown_key(const struct node *key, const struct key *keys,
		       struct err *err)
{
	const char *names[KEYS_MAX];
	const char *near;
	size_t count = 0;

	for (const struct key *k = keys; k->name && count < KEYS_MAX; k++)
		names[count++] = k->name;
	near = parse_nearest(key->as.str.bytes, names, count);
	(void)node_err(key, err, ERR_FORMAT, "unknown key '%s'",
		       key->as.str.bytes);
	return near ? err_hint(err, "did you mean '%s'?", near) : err->code;
}

static int check_required(const struct node *map, const struct key *keys,
			  struct err *err)
{
	for (const struct key *k = keys; k->name; k++) {
		const struct node *n;

		if (!(k->flags & KEY_REQUIRED))
			continue;
		n = node_get(map, k->name);
		if (!n || n->kind == NODE_NULL)
			return node_err(map, err, ERR_FORMAT, "'%s' is missing",
					k->name);
	}
	return 0;
}

int schema_read(const struct node *map, const struct key *keys,
		struct arena *arena, void *out, struct err *err)
{
	if (map->kind != NODE_MAP)
		return node_err(map, err, ERR_FORMAT,
				"a map is wanted here, not a %s",
				node_kind_name(map->kind));
	for (size_t i = 0; i < map->as.map.count; i++) {
		const struct node_entry *e = &map->as.map.entries[i];
		struct place p = { find_key(keys, e->key->as.str.bytes),
				   e->value, arena, NULL, err };

		if (!p.key)
			return unknown_key(e->key, keys, err);
		if (e->value->kind == NODE_NULL)
			continue;
		p.target = (char *)out + p.key->offset;
		if (read_key(&p) < 0)
			return err->code;
	}
	return check_required(map, keys, err);
}

int schema_version(const struct node *root, int known, struct err *err)
{
	int64_t version;

	if (node_int(root, "schema", 1, INT32_MAX, &version, err) < 0)
		return err->code;
	if (version <= known)
		return 0;
	(void)node_err(node_get(root, "schema"), err, ERR_FORMAT,
		       "schema %lld is newer than this cohort knows (%d)",
		       (long long)version, known);
	return err_hint(err, "install a newer cohort");
}

static const char *kind_text(const struct key *k)
{
	static const char *const texts[] = {
		"text",		"whole number",
		"whole number", "size in bytes",
		"boolean",	"date",
		"time of day",	"word",
		"list of text", "list of whole numbers",
		"map",		"list of maps"
	};

	return texts[k->kind];
}

void schema_manual(FILE *out, const struct key *keys)
{
	fputs(".Bl -tag -width Ds\n", out);
	for (const struct key *k = keys; k->name; k++) {
		fprintf(out, ".It Cm %s\n%s.\n", k->name, k->help);
		fprintf(out, "A %s", kind_text(k));
		if (k->kind == KEY_WORD) {
			for (size_t i = 0; k->words[i]; i++)
				fprintf(out, "%s%s", i ? ", " : ": ",
					k->words[i]);
		} else if (k->kind == KEY_INT || k->kind == KEY_U32 ||
			   k->kind == KEY_INTS) {
			fprintf(out, " from %lld to %lld", (long long)k->min,
				(long long)k->max);
		}
		fputs(k->flags & KEY_REQUIRED ? ", required.\n" : ".\n", out);
		if (k->sub)
			schema_manual(out, k->sub);
	}
	fputs(".El\n", out);
}
