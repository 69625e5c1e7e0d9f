/* Values of a document by their place, for who builds terms. */
#include "crate/semver/term_read.h"

#include "crate/rustdoc/doc.h"
#include "crate/rustdoc/item_parse.h"

static void keep_failure(struct rustdoc *d, const struct scan *s)
{
	if (!scan_ok(s))
		rustdoc_fail(d, s);
}

struct rustdoc_span json_member(struct rustdoc *d, struct rustdoc_span at,
				const char *key)
{
	struct rustdoc_span found = { 0 };
	struct scan_text name;
	struct scan s;
	size_t n = 0;

	rustdoc_cursor(d, at, &s);
	if (at.size == 0 || scan_peek(&s) != '{')
		return found;
	while (scan_member(&s, &n, &name)) {
		if (text_is(&name, key))
			span_parse(&s, &found);
		else
			scan_skip(&s);
	}
	keep_failure(d, &s);
	return found;
}

struct rustdoc_span json_only(struct rustdoc *d, struct rustdoc_span at,
			      struct scan_text *key)
{
	struct rustdoc_span found = { 0 };
	struct scan s;
	size_t n = 0;

	*key = (struct scan_text){ 0 };
	rustdoc_cursor(d, at, &s);
	if (at.size == 0)
		return found;
	if (scan_peek(&s) == '"')
		scan_raw_string(&s, key);
	else
		while (scan_member(&s, &n, key))
			span_parse(&s, &found);
	keep_failure(d, &s);
	return found;
}

const struct rustdoc_span *json_elements(struct rustdoc *d,
					 struct rustdoc_span at,
					 struct arena *a, size_t *count)
{
	struct rustdoc_span *list;
	struct scan s;
	size_t n = 0, found = 0, begin;

	*count = 0;
	rustdoc_cursor(d, at, &s);
	begin = s.pos;
	if (at.size == 0 || scan_peek(&s) != '[')
		return NULL;
	while (scan_element(&s, &n) && scan_skip(&s))
		found++;
	keep_failure(d, &s);
	if (!scan_ok(&s) || found == 0)
		return NULL;
	list = arena_calloc(a, found, sizeof(*list));
	if (!list) {
		rustdoc_fail(d, NULL);
		return NULL;
	}
	scan_seek(&s, begin);
	n = 0;
	for (size_t i = 0; i < found && scan_element(&s, &n); i++)
		span_parse(&s, &list[i]);
	*count = found;
	return list;
}

struct scan_text json_text(struct rustdoc *d, struct rustdoc_span at)
{
	struct scan_text text = { 0 };
	struct scan s;

	rustdoc_cursor(d, at, &s);
	if (at.size > 0 && scan_peek(&s) == '"' && !scan_raw_string(&s, &text))
		rustdoc_fail(d, &s);
	return text;
}

bool json_bool(struct rustdoc *d, struct rustdoc_span at)
{
	bool value = false;
	struct scan s;

	rustdoc_cursor(d, at, &s);
	if (at.size > 0 && !scan_bool(&s, &value))
		rustdoc_fail(d, &s);
	return value;
}
