#include "crate/semver/alike.h"

#include <string.h>

#include "base/scan.h"
#include "crate/rustdoc/doc.h"

/* The path of ID by which it is told; NULL: it may stand for another. */
static const char *identity(struct rustdoc *d, uint32_t id, bool *is_local)
{
	const struct rustdoc_item *item = rustdoc_item(d, id);
	const char *path, *kind;

	if (item && item->kind == RUSTDOC_TYPE_ALIAS)
		return NULL;
	*is_local = item && item->crate_id == 0;
	return rustdoc_path(d, id, &path, &kind) ? path : NULL;
}

static bool same_id(const struct semver_pair *p, uint32_t was, uint32_t is)
{
	bool local[2] = { false, false };
	const char *a = identity(p->side[SEMVER_OLD]->doc, was, &local[0]);
	const char *b = identity(p->side[SEMVER_NEW]->doc, is, &local[1]);

	return a && b && local[0] == local[1] && strcmp(a, b) == 0;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static uint32_t number(const char *text, size_t len, size_t *at)
{
	uint32_t value = 0;

	for (; *at < len && is_digit(text[*at]); (*at)++)
		value = value * 10 + (uint32_t)(text[*at] - '0');
	return value;
}

bool spans_alike(const struct semver_pair *p, struct rustdoc_span was,
		 struct rustdoc_span is)
{
	static const char key[] = "\"id\":";
	const size_t key_len = sizeof(key) - 1;
	struct scan a, b;
	const char *x, *y;
	size_t i = 0, j = 0;

	if (was.size == 0 || is.size == 0)
		return was.size == is.size;
	rustdoc_cursor(p->side[SEMVER_OLD]->doc, was, &a);
	rustdoc_cursor(p->side[SEMVER_NEW]->doc, is, &b);
	x = a.text + was.begin;
	y = b.text + is.begin;
	while (i < was.size && j < is.size) {
		if (x[i] != y[j])
			return false;
		i++;
		j++;
		if (x[i - 1] != ':' || i < key_len ||
		    memcmp(x + i - key_len, key, key_len) != 0 ||
		    i >= was.size || j >= is.size || !is_digit(x[i]))
			continue;
		if (!same_id(p, number(x, was.size, &i),
			     number(y, is.size, &j)))
			return false;
	}
	return i == was.size && j == is.size;
}
