#include "crate/rustdoc/item.h"

#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/scan.h"
#include "crate/rustdoc/item_parse.h"

static const char *const kind_names[RUSTDOC_KIND_COUNT] = {
	[RUSTDOC_OTHER] = "item",
	[RUSTDOC_MODULE] = "module",
	[RUSTDOC_EXTERN_CRATE] = "extern crate",
	[RUSTDOC_USE] = "import",
	[RUSTDOC_UNION] = "union",
	[RUSTDOC_STRUCT] = "struct",
	[RUSTDOC_STRUCT_FIELD] = "field",
	[RUSTDOC_ENUM] = "enum",
	[RUSTDOC_VARIANT] = "variant",
	[RUSTDOC_FUNCTION] = "function",
	[RUSTDOC_TRAIT] = "trait",
	[RUSTDOC_TRAIT_ALIAS] = "trait alias",
	[RUSTDOC_IMPL] = "impl",
	[RUSTDOC_TYPE_ALIAS] = "type alias",
	[RUSTDOC_CONSTANT] = "constant",
	[RUSTDOC_STATIC] = "static",
	[RUSTDOC_EXTERN_TYPE] = "extern type",
	[RUSTDOC_MACRO] = "macro",
	[RUSTDOC_PROC_MACRO] = "proc macro",
	[RUSTDOC_PRIMITIVE] = "primitive",
	[RUSTDOC_ASSOC_CONST] = "associated constant",
	[RUSTDOC_ASSOC_TYPE] = "associated type",
};

const char *rustdoc_kind_name(enum rustdoc_kind kind)
{
	return kind_names[kind];
}

/* One item on its way. */
struct reader {
	struct scan *s;
	struct arena *a;
	struct map *files;
	struct rustdoc_item *item;
	bool has_inner; /* a second one would mix two kinds in one union */
};

/* ---- around the kinds */

/* As written a name is a key, unless something in it is escaped. */
static bool read_file(struct reader *r)
{
	size_t begin = r->s->pos;
	struct scan_text raw;
	const char *name;

	if (!scan_raw_string(r->s, &raw))
		return false;
	if (memchr(raw.at, '\\', raw.len)) {
		scan_seek(r->s, begin);
		return scan_string(r->s, r->a, &r->item->file);
	}
	r->item->file = map_get_n(r->files, raw.at, raw.len);
	if (r->item->file)
		return true;
	scan_seek(r->s, begin);
	if (!scan_string(r->s, r->a, &name))
		return false;
	if (map_put(r->files, name, (void *)(uintptr_t)name) < 0)
		return scan_nomem(r->s);
	r->item->file = name;
	return true;
}

/* {"filename": "src/lib.rs", "begin": [1, 1], "end": [1, 9]} */
static bool read_span(struct reader *r)
{
	struct scan_text key;
	size_t n = 0, m = 0;

	if (scan_null(r->s))
		return true;
	while (scan_member(r->s, &n, &key)) {
		if (text_is(&key, "filename")) {
			read_file(r);
		} else if (text_is(&key, "begin")) {
			m = 0;
			if (scan_element(r->s, &m))
				scan_u32(r->s, &r->item->line);
			if (scan_element(r->s, &m))
				scan_u32(r->s, &r->item->column);
			if (scan_element(r->s, &m))
				return scan_fail(r->s, "a line and a column");
		} else {
			scan_skip(r->s);
		}
	}
	return scan_ok(r->s);
}

/* "public", "default", "crate", {"restricted": {"parent": 2, ..}} */
static bool read_visibility(struct reader *r)
{
	struct scan_text word, key;
	size_t n = 0, m;

	r->item->visibility = RUSTDOC_RESTRICTED;
	if (scan_peek(r->s) == '"') {
		if (!scan_raw_string(r->s, &word))
			return false;
		if (text_is(&word, "public"))
			r->item->visibility = RUSTDOC_PUBLIC;
		else if (text_is(&word, "default"))
			r->item->visibility = RUSTDOC_DEFAULT;
		return true;
	}
	while (scan_member(r->s, &n, &key)) {
		m = 0;
		while (scan_member(r->s, &m, &key)) {
			if (text_is(&key, "parent"))
				scan_u32(r->s, &r->item->visible_in);
			else
				scan_skip(r->s);
		}
	}
	return scan_ok(r->s);
}

static bool item_member(struct reader *r, const struct scan_text *key)
{
	struct rustdoc_item *it = r->item;

	if (text_is(key, "id"))
		return scan_u32(r->s, &it->id);
	if (text_is(key, "crate_id"))
		return scan_u32(r->s, &it->crate_id);
	if (text_is(key, "name"))
		return scan_string_or_null(r->s, r->a, &it->name);
	if (text_is(key, "span"))
		return read_span(r);
	if (text_is(key, "visibility"))
		return read_visibility(r);
	if (text_is(key, "attrs"))
		return attrs_parse(r->s, r->a, &it->attrs);
	if (text_is(key, "deprecation")) {
		it->deprecated = scan_peek(r->s) != 'n';
		return scan_skip(r->s);
	}
	if (text_is(key, "inner")) {
		if (r->has_inner)
			return scan_fail(r->s, "'inner' once");
		r->has_inner = true;
		(void)scan_peek(r->s);
		it->inner = (uint32_t)(r->s->base + r->s->pos);
		return inner_parse(r->s, r->a, r->item);
	}
	return scan_skip(r->s);
}

/* What a known kind cannot do without. */
static bool is_complete(const struct rustdoc_item *it)
{
	switch (it->kind) {
	case RUSTDOC_USE:
		return it->as.use.name && it->as.use.source;
	case RUSTDOC_EXTERN_CRATE:
		return it->as.extern_crate.name;
	case RUSTDOC_PROC_MACRO:
		return it->as.proc_macro.kind;
	case RUSTDOC_IMPL:
	case RUSTDOC_OTHER:
		return true;
	default:
		return it->name;
	}
}

bool item_parse(struct scan *s, struct arena *a, struct map *files,
		struct rustdoc_item *out)
{
	struct reader r = { s, a, files, out, false };
	size_t begin = s->pos, n = 0;
	struct scan_text key;

	out->visible_in = RUSTDOC_NO_ID;
	out->attrs.rare = &attrs_without;
	while (scan_member(s, &n, &key))
		if (!item_member(&r, &key))
			return false;
	if (!scan_ok(s))
		return false;
	if (is_complete(out))
		return true;
	scan_seek(s, begin);
	return scan_fail(s, "an item with a name");
}

/* Into the member KEY of the object at the cursor; false if it has none. */
static bool enter(struct scan *s, const char *key)
{
	struct scan_text found;
	size_t n = 0;

	if (scan_peek(s) != '{')
		return false;
	while (scan_member(s, &n, &found)) {
		if (text_is(&found, key))
			return true;
		scan_skip(s);
	}
	return false;
}

bool item_peek_trait(struct scan *s, uint32_t *out)
{
	if (enter(s, "inner") && enter(s, "impl") && enter(s, "trait") &&
	    enter(s, "id"))
		scan_u32(s, out);
	return scan_ok(s);
}

/* ---- impls by their end */

static bool ends_with(const char *text, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len >= n && memcmp(text + len - n, end, n) == 0;
}

/* The impl is the item's last member, and `blanket_impl` the impl's. */
enum rustdoc_impl_sort impl_sort_peek(const char *text, size_t size)
{
	static const char synthetic[] =
		",\"is_negative\":false,\"is_synthetic\":true,"
		"\"blanket_impl\":null}}}";
	static const char generic[] = ",\"blanket_impl\":{\"generic\":\"";
	size_t len = size;

	if (ends_with(text, len, synthetic))
		return RUSTDOC_IMPL_SYNTHETIC;
	if (!ends_with(text, len, "\"}}}}"))
		return RUSTDOC_IMPL_UNKNOWN;
	for (len -= 5; len > 0 && text[len - 1] != '"'; len--)
		if (size - len > 64)
			return RUSTDOC_IMPL_UNKNOWN;
	return ends_with(text, len, generic) ? RUSTDOC_IMPL_BLANKET
					     : RUSTDOC_IMPL_UNKNOWN;
}
