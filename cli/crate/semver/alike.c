#include "crate/semver/alike.h"

#include <string.h>

#include "base/scan.h"
#include "crate/rustdoc/doc.h"
#include "crate/semver/surface.h"

enum {
	NAME_MAX_SIZE = 128 /* of a constant; a longer one is not looked up */
};

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

/* AT is behind `"expr":"`: a constant that has another value now? */
static bool same_value(const struct semver_pair *p, const char *at, size_t len)
{
	char name[NAME_MAX_SIZE];
	const char *was, *is;
	size_t n = 0;

	while (n < len && n + 1 < sizeof(name) && at[n] != '"') {
		name[n] = at[n];
		n++;
	}
	name[n] = '\0';
	was = surface_constant(p->side[SEMVER_OLD]->surface, name);
	is = surface_constant(p->side[SEMVER_NEW]->surface, name);
	return !was || !is || strcmp(was, is) == 0;
}

static bool is_behind(const char *text, size_t end, const char *key)
{
	size_t len = strlen(key);

	return end >= len && memcmp(text + end - len, key, len) == 0;
}

bool spans_alike(const struct semver_pair *p, struct rustdoc_span was,
		 struct rustdoc_span is)
{
	struct scan_text a, b;
	const char *x, *y;
	size_t i = 0, j = 0;

	if (was.size == 0 || is.size == 0)
		return was.size == is.size;
	if (!rustdoc_text(p->side[SEMVER_OLD]->doc, was, &a) ||
	    !rustdoc_text(p->side[SEMVER_NEW]->doc, is, &b))
		return false;
	x = a.at;
	y = b.at;
	while (i < was.size && j < is.size) {
		if (x[i] != y[j])
			return false;
		i++;
		j++;
		if (x[i - 1] == '"' && is_behind(x, i, "\"expr\":\"") &&
		    !same_value(p, x + i, was.size - i))
			return false;
		if (x[i - 1] != ':' || !is_behind(x, i, "\"id\":") ||
		    i >= was.size || j >= is.size || !is_digit(x[i]))
			continue;
		if (!same_id(p, number(x, was.size, &i),
			     number(y, is.size, &j)))
			return false;
	}
	return i == was.size && j == is.size;
}
