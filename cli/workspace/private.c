/* What must not get into history: the values of contacts and tokens. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/path.h"
#include "base/str.h"
#include "base/vec.h"
#include "io/file.h"
#include "io/yaml.h"
#include "workspace/internal.h"

enum {
	VALUE_MIN = 6, /* bytes; shorter ones stand everywhere by chance */
	PRIVATE_SIZE_MAX = 64 << 20,
	FILTER_BITS = 20
};

static const struct {
	const char *path;
	const char *what;
	bool secret; /* matches anywhere, be it part of another word */
} files[] = {
	{ "config/contacts.yaml", "contacts", false },
	{ "config/tokens.yaml", "tokens", true },
};

struct value {
	const char *text;
	size_t len;
	const char *label; /* "ada email" */
	size_t file;
	struct value *next; /* with the same beginning */
};

/*
 * Values by their first VALUE_MIN bytes: a bit set tells at nearly every place
 * of a text that nothing begins there, a map finds the few that may.
 */
struct private_values {
	struct arena arena;
	struct map heads;
	unsigned char filter[1 << (FILTER_BITS - 3)];
};

bool private_path(const char *path)
{
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		if (strcmp(path, files[i].path) == 0)
			return true;
	}
	return false;
}

int private_check_modes(const struct workspace *ws, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		AUTO(str_freep)
		char *path = path_joined(ws->root, files[i].path);
		struct stat st;

		if (!path)
			return err_nomem(err);
		if (stat(path, &st) < 0 || (st.st_mode & 077) == 0)
			continue;
		(void)err_set(err, ERR_UNSAFE,
			      "'%s' can be read by others (mode %04o)",
			      files[i].path, (unsigned)st.st_mode & 07777);
		return err_hint(err, "chmod 600 '%s'", path);
	}
	return 0;
}

void private_values_free(struct private_values *v)
{
	if (!v)
		return;
	map_release(&v->heads);
	arena_release(&v->arena);
	free(v);
}

static uint32_t filter_bit(const char *head)
{
	uint64_t word = 0;

	memcpy(&word, head, VALUE_MIN);
	return (uint32_t)(word * 0x9e3779b97f4a7c15u >> (64 - FILTER_BITS));
}

/* ---- collecting */

struct collect {
	struct private_values *values;
	const struct roster *roster;
	const struct private_file *coming;
	struct map shown;
	size_t file;
	struct err *err;
};

/* What a student shows: the name may well be the legal one. */
static int collect_shown(struct collect *c)
{
	if (!c->roster || c->shown.count > 0)
		return 0;
	for (size_t i = 0; i < c->roster->count; i++) {
		const struct seat *s = &c->roster->seats[i];
		const char *const shown[] = { s->handle, s->name, s->repo,
					      s->suffix, s->zone };

		for (size_t k = 0; k < ARRAY_LEN(shown); k++) {
			if (map_put(&c->shown, shown[k], c) < 0)
				return err_nomem(c->err);
		}
	}
	return 0;
}

/* Days stand everywhere, and name nobody. */
static bool is_public(const struct collect *c, const char *text, size_t len)
{
	char day[16] = "";
	struct civil ignored;

	if (files[c->file].secret)
		return false;
	if (len < sizeof(day))
		memcpy(day, text, len);
	return civil_parse_date(day, &ignored) ||
	       map_get_n(&c->shown, text, len);
}

static int add_value(struct collect *c, const char *text, size_t len,
		     const char *label)
{
	struct private_values *v = c->values;
	struct value *value;
	uint32_t bit;

	while (len > 0 && isspace((unsigned char)text[len - 1]))
		len--;
	for (; len > 0 && isspace((unsigned char)text[0]); len--)
		text++;
	if (len < VALUE_MIN || is_public(c, text, len))
		return 0;
	value = arena_alloc(&v->arena, sizeof(*value));
	if (!value)
		return err_nomem(c->err);
	value->text = arena_strndup(&v->arena, text, len);
	value->len = len;
	value->label = label;
	value->file = c->file;
	if (!value->text)
		return err_nomem(c->err);
	value->next = map_get_n(&v->heads, value->text, VALUE_MIN);
	if (map_put_n(&v->heads, value->text, VALUE_MIN, value) < 0)
		return err_nomem(c->err);
	bit = filter_bit(value->text);
	v->filter[bit / 8] |= (unsigned char)(1u << bit % 8);
	return 0;
}

/* Each line of a value counts for itself: an address has several. */
static int add_lines(struct collect *c, const char *text, const char *label)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		if (add_value(c, text, len, label) < 0)
			return (int)c->err->code;
		text += len + (text[len] == '\n');
	}
	return 0;
}

/* The reader bounds the depth of N. */
static int add_node(struct collect *c, const struct node *n, const char *label)
{
	char number[32];

	switch (n->kind) {
	case NODE_STR:
		return add_lines(c, n->as.str.bytes, label);
	case NODE_INT:
		snprintf(number, sizeof(number), "%lld",
			 (long long)n->as.integer);
		return add_lines(c, number, label);
	case NODE_LIST:
		for (size_t i = 0; i < n->as.list.count; i++) {
			if (add_node(c, n->as.list.items[i], label) < 0)
				return (int)c->err->code;
		}
		return 0;
	case NODE_MAP:
		for (size_t i = 0; i < n->as.map.count; i++) {
			const struct node_entry *e = &n->as.map.entries[i];
			const char *sub = arena_printf(
				&c->values->arena, "%s%s%s", label,
				*label ? " " : "", e->key->as.str.bytes);

			if (!sub)
				return err_nomem(c->err);
			if (add_node(c, e->value, sub) < 0)
				return (int)c->err->code;
		}
		return 0;
	default:
		return 0;
	}
}

static int collect_file(struct collect *c, const char *root)
{
	AUTO(str_freep) char *path = path_joined(root, files[c->file].path);
	AUTO(strbuf_releasep) struct strbuf text = { .max = PRIVATE_SIZE_MAX };
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *n;

	if (!path)
		return err_nomem(c->err);
	if (c->coming && c->coming->bytes &&
	    strcmp(c->coming->path, files[c->file].path) == 0) {
		strbuf_add(&text, c->coming->bytes, c->coming->len);
		if (strbuf_check(&text, c->err) < 0)
			return (int)c->err->code;
	} else if (file_read(path, PRIVATE_SIZE_MAX, &text, c->err) < 0) {
		if (c->err->code != ERR_NOT_FOUND)
			return (int)c->err->code;
		err_clear(c->err);
		return 0;
	}
	if (collect_shown(c) < 0 ||
	    yaml_read(strbuf_str(&text), text.len, files[c->file].path, &arena,
		      &n, c->err) < 0)
		return (int)c->err->code;
	return add_node(c, n, "");
}

int private_values_read(const struct workspace *ws, const struct roster *roster,
			const struct private_file *coming,
			struct private_values **out, struct err *err)
{
	AUTO(private_values_freep)
	struct private_values *v = calloc(1, sizeof(*v));
	struct collect c = {
		.values = v, .roster = roster, .coming = coming, .err = err
	};

	if (!v)
		return err_nomem(err);
	while (c.file < ARRAY_LEN(files) && collect_file(&c, ws->root) == 0)
		c.file++;
	map_release(&c.shown);
	if (err->code)
		return (int)err->code;
	*out = v;
	v = NULL;
	return 0;
}

/* ---- searching */

/* What may join two parts of one word: Europe/Berlin does not name Berlin. */
static bool joins(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80 ||
	       strchr("_-/.@", c) != NULL;
}

static bool stands_alone(const struct value *v, const char *bytes, size_t len,
			 size_t at)
{
	if (files[v->file].secret || memchr(v->text, '@', v->len))
		return true;
	return (at == 0 || !joins(bytes[at - 1])) &&
	       (at + v->len == len || !joins(bytes[at + v->len]));
}

static int found(const struct value *v, const char *path, struct err *err)
{
	(void)err_set(err, ERR_UNSAFE,
		      "'%s' would make a private value public: '%s' of %s",
		      path, v->label, files[v->file].path);
	return err_hint(err,
			"take it out of '%s'; history keeps what was "
			"committed for good",
			path);
}

int private_check(const struct private_values *v, const char *path,
		  const char *bytes, size_t len, struct err *err)
{
	if (v->heads.count == 0)
		return 0;
	for (size_t at = 0; at + VALUE_MIN <= len; at++) {
		uint32_t bit = filter_bit(bytes + at);
		const struct value *value;

		if (!(v->filter[bit / 8] >> bit % 8 & 1))
			continue;
		value = map_get_n(&v->heads, bytes + at, VALUE_MIN);
		for (; value; value = value->next) {
			if (value->len <= len - at &&
			    memcmp(value->text, bytes + at, value->len) == 0 &&
			    stands_alone(value, bytes, len, at))
				return found(value, path, err);
		}
	}
	return 0;
}
