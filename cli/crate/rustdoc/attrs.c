#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/parse.h"
#include "base/scan.h"
#include "crate/rustdoc/item.h"
#include "crate/rustdoc/item_parse.h"

enum {
	STRINGS_MAX = 4096, /* features of a function, helpers of a derive */
};

static const char too_many[] = "a list of at most 4096 strings";

bool strings_parse(struct scan *s, struct arena *a, struct rustdoc_strings *out)
{
	size_t begin = s->pos, n = 0, count = 0;
	const char **at;
	struct scan_text skipped;

	while (scan_element(s, &n) && scan_raw_string(s, &skipped))
		count++;
	if (!scan_ok(s))
		return false;
	if (count > STRINGS_MAX)
		return scan_fail(s, too_many);
	at = arena_calloc(a, count + 1, sizeof(*at));
	if (!at)
		return scan_nomem(s);
	scan_seek(s, begin);
	n = 0;
	for (size_t i = 0; scan_element(s, &n); i++)
		if (!scan_string(s, a, &at[i]))
			return false;
	out->at = at;
	out->count = (uint32_t)count;
	return scan_ok(s);
}

/* The attributes of one item on their way. */
struct reading {
	struct rustdoc_attrs plain;
	struct rustdoc_rare_attrs rare;
};

const struct rustdoc_rare_attrs attrs_without = { 0 };

/* ---- attributes as Rust text, without the "#[" and the "]" */

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_';
}

static void trim(struct scan_text *t)
{
	while (t->len > 0 && t->at[0] == ' ') {
		t->at++;
		t->len--;
	}
	while (t->len > 0 && t->at[t->len - 1] == ' ')
		t->len--;
}

/* "name(rest)", "name = rest" or "name": the name, and the REST, trimmed. */
static struct scan_text split_name(struct scan_text t, struct scan_text *rest)
{
	struct scan_text name;
	size_t i = 0;

	trim(&t);
	while (i < t.len && is_word(t.at[i]))
		i++;
	name = (struct scan_text){ t.at, i };
	*rest = (struct scan_text){ t.at + i, t.len - i };
	trim(rest);
	if (rest->len >= 2 && rest->at[0] == '(' &&
	    rest->at[rest->len - 1] == ')') {
		rest->at++;
		rest->len -= 2;
	} else if (rest->len >= 1 && rest->at[0] == '=') {
		rest->at++;
		rest->len--;
	}
	trim(rest);
	return name;
}

/* The next part of LIST before a comma that is in no bracket or quotes. */
static bool next_part(struct scan_text *list, struct scan_text *part)
{
	size_t depth = 0, i;
	bool quoted = false;

	if (list->len == 0)
		return false;
	for (i = 0; i < list->len; i++) {
		char c = list->at[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == '(' || c == '[' || c == '{'))
			depth++;
		else if (!quoted && depth > 0 &&
			 (c == ')' || c == ']' || c == '}'))
			depth--;
		else if (!quoted && depth == 0 && c == ',')
			break;
	}
	if (i > list->len)
		i = list->len;
	*part = (struct scan_text){ list->at, i };
	trim(part);
	i += i < list->len;
	list->at += i;
	list->len -= i;
	return true;
}

static bool keep(struct scan *s, struct arena *a, const struct scan_text *t,
		 const char **out)
{
	const char *copy = arena_strndup(a, t->at, t->len);

	if (!copy)
		return scan_nomem(s);
	*out = copy;
	return true;
}

/* The content of "..." with \" and \\ undone. */
static bool keep_quoted(struct scan *s, struct arena *a, struct scan_text t,
			const char **out)
{
	char *copy, *to;

	if (t.len < 2 || t.at[0] != '"' || t.at[t.len - 1] != '"')
		return true;
	to = copy = arena_alloc(a, t.len);
	if (!copy)
		return scan_nomem(s);
	for (size_t i = 1; i + 1 < t.len; i++) {
		if (t.at[i] == '\\' && i + 2 < t.len &&
		    (t.at[i + 1] == '"' || t.at[i + 1] == '\\'))
			i++;
		*to++ = t.at[i];
	}
	*to = '\0';
	*out = copy;
	return true;
}

static uint64_t number_or(const struct scan_text *t, uint64_t fallback)
{
	uint64_t value;

	return parse_u64_n(t->at, t->len, &value) ? value : fallback;
}

static bool repr_text(struct scan *s, struct arena *a, struct scan_text list,
		      struct reading *out)
{
	struct scan_text part;

	while (next_part(&list, &part)) {
		struct scan_text rest, name = split_name(part, &rest);

		if (text_is(&name, "C"))
			out->plain.repr = RUSTDOC_REPR_C;
		else if (text_is(&name, "transparent"))
			out->plain.repr = RUSTDOC_REPR_TRANSPARENT;
		else if (text_is(&name, "simd"))
			out->plain.repr = RUSTDOC_REPR_SIMD;
		else if (text_is(&name, "align"))
			out->rare.repr_align = number_or(&rest, 0);
		else if (text_is(&name, "packed"))
			out->rare.repr_packed = number_or(&rest, 1);
		else if (name.len > 1 &&
			 (name.at[0] == 'u' || name.at[0] == 'i') &&
			 !keep(s, a, &name, &out->rare.repr_int))
			return false;
	}
	return true;
}

/* enable = "avx,avx2", once or more, after what is there already. */
static bool features_text(struct scan *s, struct arena *a,
			  struct scan_text list, struct reading *out)
{
	struct scan_text part;

	while (next_part(&list, &part)) {
		struct scan_text rest, one, name = split_name(part, &rest);
		uint32_t count = out->rare.target_features.count;
		size_t more;
		const char **at;

		if (!text_is(&name, "enable") || rest.len < 2 ||
		    rest.at[0] != '"')
			continue;
		rest.at++;
		rest.len -= 2;
		more = 1;
		for (size_t i = 0; i < rest.len; i++)
			more += rest.at[i] == ',';
		if (more > STRINGS_MAX - count)
			return scan_fail(s, too_many);
		at = arena_calloc(a, count + more, sizeof(*at));
		if (!at)
			return scan_nomem(s);
		if (count > 0)
			memcpy(at, out->rare.target_features.at,
			       count * sizeof(*at));
		while (next_part(&rest, &one))
			if (!keep(s, a, &one, &at[count++]))
				return false;
		out->rare.target_features =
			(struct rustdoc_strings){ at, count };
	}
	return true;
}

static bool has_part(struct scan_text list, const char *word)
{
	struct scan_text part;

	while (next_part(&list, &part))
		if (text_is(&part, word))
			return true;
	return false;
}

/* The compiler's own form, "attr = MustUse {reason: ..}". */
static bool debug_text(struct scan_text t, struct reading *out)
{
	struct scan_text rest, name = split_name(t, &rest);

	if (text_is(&name, "MustUse"))
		out->plain.must_use = true;
	else if (text_is(&name, "NonExhaustive"))
		out->plain.non_exhaustive = true;
	else if (text_is(&name, "AutomaticallyDerived"))
		out->plain.automatically_derived = true;
	else if (text_is(&name, "MacroExport"))
		out->plain.macro_export = true;
	else if (text_is(&name, "NoMangle"))
		out->plain.no_mangle = true;
	return true;
}

static bool attr_text(struct scan *s, struct arena *a, struct scan_text t,
		      struct reading *out)
{
	struct scan_text rest, name = split_name(t, &rest);

	if (text_is(&name, "unsafe"))
		name = split_name(rest, &rest);
	if (text_is(&name, "attr"))
		return debug_text(rest, out);
	if (text_is(&name, "doc"))
		out->plain.hidden |= has_part(rest, "hidden");
	else if (text_is(&name, "non_exhaustive"))
		out->plain.non_exhaustive = true;
	else if (text_is(&name, "must_use"))
		out->plain.must_use = true;
	else if (text_is(&name, "automatically_derived"))
		out->plain.automatically_derived = true;
	else if (text_is(&name, "macro_export"))
		out->plain.macro_export = true;
	else if (text_is(&name, "no_mangle"))
		out->plain.no_mangle = true;
	else if (text_is(&name, "export_name"))
		return keep_quoted(s, a, rest, &out->rare.export_name);
	else if (text_is(&name, "repr"))
		return repr_text(s, a, rest, out);
	else if (text_is(&name, "target_feature"))
		return features_text(s, a, rest, out);
	return true;
}

/* ---- attributes as JSON */

/* What stands in the brackets of Rust text; other words as they are. */
static bool unwrap(struct scan_text *t)
{
	size_t inner;

	trim(t);
	if (t->len < 3 || t->at[0] != '#' || t->at[t->len - 1] != ']')
		return true;
	inner = t->at[1] == '!' ? 3 : 2;
	if (t->len <= inner || t->at[inner - 1] != '[')
		return false;
	t->at += inner;
	t->len -= inner + 1;
	return true;
}

/*
 * "#[attr = CfgTrace(..)]": the compiler's own form of what no lint asks for.
 * It is passed, unread.
 */
static bool pass_untold(struct scan *s)
{
	static const char begin[] = "#[attr = ";
	size_t at = s->pos, len = strlen(begin);
	struct reading told = { 0 };
	struct scan_text t, name;

	if (scan_peek(s) != '"' || !scan_raw_string(s, &t))
		return false;
	if (t.len > len && memcmp(t.at, begin, len) == 0) {
		name = (struct scan_text){ t.at + len, 0 };
		while (len + name.len < t.len && is_word(name.at[name.len]))
			name.len++;
		debug_text(name, &told);
		/* a letter may hide behind its number */
		if (len + name.len < t.len && name.at[name.len] != '\\' &&
		    !told.plain.must_use && !told.plain.non_exhaustive &&
		    !told.plain.automatically_derived &&
		    !told.plain.macro_export && !told.plain.no_mangle)
			return true;
	}
	scan_seek(s, at);
	return false;
}

/* "non_exhaustive", or Rust text, of which only what is kept stays in A. */
static bool attr_word(struct scan *s, struct arena *a, struct reading *out)
{
	struct arena_mark before = arena_mark(a), after;
	const char *word;
	struct scan_text t;

	if (pass_untold(s))
		return true;
	if (!scan_string(s, a, &word))
		return false;
	after = arena_mark(a);
	t = (struct scan_text){ word, strlen(word) };
	if (unwrap(&t) && !attr_text(s, a, t, out))
		return false;
	if (after.block == arena_mark(a).block &&
	    after.used == arena_mark(a).used)
		arena_rewind(a, before);
	return true;
}

static bool number_or_null(struct scan *s, uint64_t *out)
{
	struct scan_text t;

	if (scan_null(s))
		return true;
	if (!scan_value(s, &t))
		return false;
	*out = number_or(&t, 0);
	return true;
}

static bool repr_kind(struct scan *s, enum rustdoc_repr_kind *out)
{
	struct scan_text kind;

	if (!scan_raw_string(s, &kind))
		return false;
	if (text_is(&kind, "c"))
		*out = RUSTDOC_REPR_C;
	else if (text_is(&kind, "transparent"))
		*out = RUSTDOC_REPR_TRANSPARENT;
	else if (text_is(&kind, "simd"))
		*out = RUSTDOC_REPR_SIMD;
	return true;
}

static bool repr_object(struct scan *s, struct arena *a, struct reading *out)
{
	struct scan_text key;
	size_t n = 0;

	while (scan_member(s, &n, &key)) {
		if (text_is(&key, "kind"))
			repr_kind(s, &out->plain.repr);
		else if (text_is(&key, "align"))
			number_or_null(s, &out->rare.repr_align);
		else if (text_is(&key, "packed"))
			number_or_null(s, &out->rare.repr_packed);
		else if (text_is(&key, "int"))
			scan_string_or_null(s, a, &out->rare.repr_int);
		else
			scan_skip(s);
	}
	return scan_ok(s);
}

static bool features_object(struct scan *s, struct arena *a,
			    struct reading *out)
{
	struct scan_text key;
	size_t n = 0;

	while (scan_member(s, &n, &key)) {
		if (text_is(&key, "enable"))
			strings_parse(s, a, &out->rare.target_features);
		else
			scan_skip(s);
	}
	return scan_ok(s);
}

static bool attr_object(struct scan *s, struct arena *a, struct reading *out)
{
	struct scan_text key;
	size_t n = 0;

	while (scan_member(s, &n, &key)) {
		if (text_is(&key, "other")) {
			attr_word(s, a, out);
		} else if (text_is(&key, "must_use")) {
			out->plain.must_use = true;
			scan_skip(s);
		} else if (text_is(&key, "export_name")) {
			scan_string_or_null(s, a, &out->rare.export_name);
		} else if (text_is(&key, "repr")) {
			repr_object(s, a, out);
		} else if (text_is(&key, "target_feature")) {
			features_object(s, a, out);
		} else {
			scan_skip(s);
		}
	}
	return scan_ok(s);
}

static bool is_rare(const struct rustdoc_rare_attrs *r)
{
	return r->repr_align || r->repr_packed || r->repr_int ||
	       r->export_name || r->target_features.count > 0;
}

bool attrs_parse(struct scan *s, struct arena *a, struct rustdoc_attrs *out)
{
	struct reading r = { *out, *out->rare };
	struct rustdoc_rare_attrs *rare;
	size_t n = 0;

	while (scan_element(s, &n)) {
		char c = scan_peek(s);

		if (c == '"')
			attr_word(s, a, &r);
		else if (c == '{')
			attr_object(s, a, &r);
		else
			scan_skip(s);
	}
	*out = r.plain;
	if (!scan_ok(s) || !is_rare(&r.rare))
		return scan_ok(s);
	rare = arena_alloc(a, sizeof(*rare));
	if (!rare)
		return scan_nomem(s);
	*rare = r.rare;
	out->rare = rare;
	return true;
}
