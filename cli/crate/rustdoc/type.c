#include "crate/rustdoc/type.h"

#include <string.h>

#include "base/arena.h"
#include "base/attr.h"
#include "crate/rustdoc/doc.h"
#include "crate/rustdoc/item_parse.h"

static bool finish(struct rustdoc *d, const struct scan *s)
{
	if (!scan_ok(s))
		rustdoc_fail(d, s);
	return scan_ok(s);
}

static bool raw_or_null(struct scan *s, struct scan_text *out)
{
	return scan_null(s) || scan_raw_string(s, out);
}

/*
 * Read the array at AT by READ, element after element into memory of A of
 * SIZE bytes each.  *COUNT of them; NULL on failure, which sticks to D.
 */
typedef bool element_reader(struct scan *s, void *out);

static void *read_list(struct rustdoc *d, struct rustdoc_span at,
		       struct arena *a, size_t size, element_reader *read,
		       size_t *count)
{
	struct scan s;
	size_t n = 0, found = 0, begin;
	char *list;

	rustdoc_cursor(d, at, &s);
	begin = s.pos;
	while (at.size > 0 && scan_element(&s, &n) && scan_skip(&s))
		found++;
	if (!finish(d, &s))
		return NULL;
	list = arena_calloc(a, found + 1, size);
	if (!list) {
		rustdoc_fail(d, NULL);
		return NULL;
	}
	scan_seek(&s, begin);
	n = 0;
	for (size_t i = 0; i < found && scan_element(&s, &n); i++)
		if (!read(&s, list + i * size))
			break;
	if (!finish(d, &s))
		return NULL;
	*count = found;
	return list;
}

/* ---- types */

static const struct {
	const char *key;
	enum rustdoc_type_kind kind;
} type_kinds[] = {
	{ "resolved_path", RUSTDOC_TYPE_PATH },
	{ "generic", RUSTDOC_TYPE_GENERIC },
	{ "primitive", RUSTDOC_TYPE_PRIMITIVE },
	{ "borrowed_ref", RUSTDOC_TYPE_REF },
	{ "tuple", RUSTDOC_TYPE_TUPLE },
	{ "slice", RUSTDOC_TYPE_SLICE },
	{ "array", RUSTDOC_TYPE_ARRAY },
	{ "dyn_trait", RUSTDOC_TYPE_DYN_TRAIT },
	{ "impl_trait", RUSTDOC_TYPE_IMPL_TRAIT },
	{ "raw_pointer", RUSTDOC_TYPE_POINTER },
	{ "function_pointer", RUSTDOC_TYPE_FN_POINTER },
	{ "qualified_path", RUSTDOC_TYPE_PROJECTION },
	{ "infer", RUSTDOC_TYPE_INFER },
};

static enum rustdoc_type_kind type_kind(const struct scan_text *key)
{
	for (size_t i = 0; i < ARRAY_LEN(type_kinds); i++)
		if (text_is(key, type_kinds[i].key))
			return type_kinds[i].kind;
	return RUSTDOC_TYPE_OTHER;
}

/* {"path": "Iterator", "id": 194, "args": ..}, or null. */
static bool read_trait_id(struct scan *s, struct scan_text *path, uint32_t *id)
{
	struct scan_text key;
	size_t n = 0;

	if (scan_null(s))
		return true;
	while (scan_member(s, &n, &key)) {
		if (text_is(&key, "id"))
			id_or_null_parse(s, id);
		else if (text_is(&key, "path"))
			scan_raw_string(s, path);
		else
			scan_skip(s);
	}
	return scan_ok(s);
}

/* The members of all kinds have names that do not clash. */
static bool read_type_members(struct scan *s, struct rustdoc_type *out)
{
	struct scan_text key, unused = { 0 };
	size_t n = 0;

	while (scan_member(s, &n, &key)) {
		if (text_is(&key, "path") || text_is(&key, "name"))
			scan_raw_string(s, &out->name);
		else if (text_is(&key, "id"))
			id_or_null_parse(s, &out->id);
		else if (text_is(&key, "args"))
			span_parse(s, &out->args);
		else if (text_is(&key, "type") || text_is(&key, "self_type"))
			span_parse(s, &out->inner);
		else if (text_is(&key, "is_mutable"))
			scan_bool(s, &out->is_mutable);
		else if (text_is(&key, "lifetime"))
			raw_or_null(s, &out->lifetime);
		else if (text_is(&key, "len"))
			scan_raw_string(s, &out->length);
		else if (text_is(&key, "trait") &&
			 out->kind == RUSTDOC_TYPE_PROJECTION)
			read_trait_id(s, &unused, &out->trait_id);
		else
			scan_skip(s);
	}
	return scan_ok(s);
}

static bool read_type_body(struct scan *s, struct rustdoc_type *out)
{
	size_t begin;

	(void)scan_peek(s);
	begin = s->pos;
	if (!span_parse(s, &out->body))
		return false;
	scan_seek(s, begin);
	switch (out->kind) {
	case RUSTDOC_TYPE_GENERIC:
	case RUSTDOC_TYPE_PRIMITIVE:
		return scan_raw_string(s, &out->name);
	case RUSTDOC_TYPE_SLICE:
		return span_parse(s, &out->inner);
	case RUSTDOC_TYPE_PATH:
	case RUSTDOC_TYPE_REF:
	case RUSTDOC_TYPE_ARRAY:
	case RUSTDOC_TYPE_POINTER:
	case RUSTDOC_TYPE_PROJECTION:
		return read_type_members(s, out);
	default:
		return scan_skip(s);
	}
}

bool rustdoc_type_read(struct rustdoc *d, struct rustdoc_span at,
		       struct rustdoc_type *out)
{
	struct rustdoc_type t = { .id = RUSTDOC_NO_ID,
				  .trait_id = RUSTDOC_NO_ID };
	struct scan_text key;
	struct scan s;
	size_t n = 0;

	rustdoc_cursor(d, at, &s);
	if (at.size > 0 && scan_peek(&s) == '"') {
		if (scan_raw_string(&s, &key))
			t.kind = type_kind(&key);
	} else if (at.size > 0) {
		while (scan_member(&s, &n, &key)) {
			t.kind = type_kind(&key);
			read_type_body(&s, &t);
		}
	}
	if (!finish(d, &s))
		return false;
	*out = t;
	return true;
}

/* ---- arguments */

static bool read_const_text(struct scan *s, struct scan_text *out)
{
	struct scan_text key;
	size_t n = 0;

	while (scan_member(s, &n, &key)) {
		if (text_is(&key, "expr"))
			scan_raw_string(s, out);
		else
			scan_skip(s);
	}
	return scan_ok(s);
}

/* {"type": ..}, {"lifetime": "'a"}, {"const": {"expr": "N", ..}}, "infer" */
static bool read_arg(struct scan *s, void *to)
{
	struct rustdoc_arg *out = to;
	struct scan_text key;
	size_t n = 0;

	out->kind = RUSTDOC_GENERIC_TYPE;
	if (scan_peek(s) == '"') {
		out->is_infer = true;
		return scan_skip(s);
	}
	while (scan_member(s, &n, &key)) {
		if (text_is(&key, "type")) {
			span_parse(s, &out->type);
		} else if (text_is(&key, "lifetime")) {
			out->kind = RUSTDOC_GENERIC_LIFETIME;
			scan_raw_string(s, &out->name);
		} else if (text_is(&key, "const")) {
			out->kind = RUSTDOC_GENERIC_CONST;
			read_const_text(s, &out->name);
		} else {
			scan_skip(s);
		}
	}
	return scan_ok(s);
}

static bool read_angle_bracketed(struct scan *s, struct rustdoc_span *args,
				 struct rustdoc_span *constraints)
{
	struct scan_text key;
	size_t n = 0;

	while (scan_member(s, &n, &key)) {
		if (text_is(&key, "args"))
			span_parse(s, args);
		else if (text_is(&key, "constraints"))
			span_parse(s, constraints);
		else
			scan_skip(s);
	}
	return scan_ok(s);
}

bool rustdoc_args_read(struct rustdoc *d, struct rustdoc_span at,
		       struct arena *a, struct rustdoc_args *out)
{
	struct rustdoc_args found = { 0 };
	struct rustdoc_span args = { 0 };
	struct scan_text key;
	struct scan s;
	size_t n = 0;

	rustdoc_cursor(d, at, &s);
	if (at.size > 0 && scan_peek(&s) == '"') {
		found.is_parenthesized = true; /* T::method(..) */
		scan_skip(&s);
	} else if (at.size > 0) {
		while (scan_member(&s, &n, &key)) {
			if (text_is(&key, "angle_bracketed")) {
				read_angle_bracketed(&s, &args,
						     &found.constraints);
			} else {
				found.is_parenthesized = true;
				scan_skip(&s);
			}
		}
	}
	if (!finish(d, &s))
		return false;
	found.at = read_list(d, args, a, sizeof(*found.at), read_arg,
			     &found.count);
	if (!found.at)
		return false;
	*out = found;
	return true;
}

/* ---- generics */

static bool read_generic_members(struct scan *s, struct rustdoc_generic *out)
{
	struct scan_text key;
	size_t n = 0;

	while (scan_member(s, &n, &key)) {
		if (text_is(&key, "bounds") || text_is(&key, "outlives")) {
			span_parse(s, &out->bounds);
		} else if (text_is(&key, "type")) {
			span_parse(s, &out->type);
		} else if (text_is(&key, "default")) {
			span_parse(s, &out->fallback);
			out->has_default = out->fallback.size > 0;
		} else if (text_is(&key, "is_synthetic")) {
			scan_bool(s, &out->is_synthetic);
		} else {
			scan_skip(s);
		}
	}
	return scan_ok(s);
}

static bool read_generic_kind(struct scan *s, struct rustdoc_generic *out)
{
	struct scan_text key;
	size_t n = 0;

	while (scan_member(s, &n, &key)) {
		if (text_is(&key, "lifetime"))
			out->kind = RUSTDOC_GENERIC_LIFETIME;
		else if (text_is(&key, "const"))
			out->kind = RUSTDOC_GENERIC_CONST;
		else
			out->kind = RUSTDOC_GENERIC_TYPE;
		read_generic_members(s, out);
	}
	return scan_ok(s);
}

static bool read_generic(struct scan *s, void *to)
{
	struct rustdoc_generic *out = to;
	struct scan_text key;
	size_t n = 0;

	while (scan_member(s, &n, &key)) {
		if (text_is(&key, "name"))
			scan_raw_string(s, &out->name);
		else if (text_is(&key, "kind"))
			read_generic_kind(s, out);
		else
			scan_skip(s);
	}
	return scan_ok(s);
}

bool rustdoc_generics_read(struct rustdoc *d, struct rustdoc_span at,
			   struct arena *a, struct rustdoc_generics *out)
{
	struct rustdoc_generics found = { 0 };
	struct rustdoc_span params = { 0 };
	struct scan_text key;
	struct scan s;
	size_t n = 0;

	rustdoc_cursor(d, at, &s);
	while (at.size > 0 && scan_member(&s, &n, &key)) {
		if (text_is(&key, "params"))
			span_parse(&s, &params);
		else if (text_is(&key, "where_predicates"))
			span_parse(&s, &found.where);
		else
			scan_skip(&s);
	}
	if (!finish(d, &s))
		return false;
	found.at = read_list(d, params, a, sizeof(*found.at), read_generic,
			     &found.count);
	if (!found.at)
		return false;
	*out = found;
	return true;
}

/* ---- bounds */

static bool read_trait_bound(struct scan *s, struct rustdoc_bound *out)
{
	struct scan_text key, modifier = { 0 };
	size_t n = 0, begin;

	while (scan_member(s, &n, &key)) {
		if (text_is(&key, "trait")) {
			(void)scan_peek(s);
			begin = s->pos;
			span_parse(s, &out->trait);
			scan_seek(s, begin);
			read_trait_id(s, &out->path, &out->trait_id);
		} else if (text_is(&key, "modifier")) {
			scan_raw_string(s, &modifier);
		} else {
			scan_skip(s);
		}
	}
	out->is_maybe = text_is(&modifier, "maybe");
	return scan_ok(s);
}

static bool read_bound(struct scan *s, void *to)
{
	struct rustdoc_bound *out = to;
	struct scan_text key;
	size_t n = 0;

	out->trait_id = RUSTDOC_NO_ID;
	while (scan_member(s, &n, &key)) {
		if (text_is(&key, "trait_bound"))
			read_trait_bound(s, out);
		else
			scan_skip(s);
	}
	return scan_ok(s);
}

bool rustdoc_bounds_read(struct rustdoc *d, struct rustdoc_span at,
			 struct arena *a, struct rustdoc_bounds *out)
{
	size_t count = 0;
	struct rustdoc_bound *list =
		read_list(d, at, a, sizeof(*list), read_bound, &count);

	if (!list)
		return false;
	*out = (struct rustdoc_bounds){ list, count };
	return true;
}

static bool read_bound_predicate(struct scan *s, struct rustdoc_where *out)
{
	struct scan_text key;
	size_t n = 0;

	while (scan_member(s, &n, &key)) {
		if (text_is(&key, "type"))
			span_parse(s, &out->type);
		else if (text_is(&key, "bounds"))
			span_parse(s, &out->bounds);
		else
			scan_skip(s);
	}
	return scan_ok(s);
}

static bool read_where(struct scan *s, void *to)
{
	struct rustdoc_where *out = to;
	struct scan_text key;
	size_t n = 0, begin;

	(void)scan_peek(s);
	begin = s->pos;
	span_parse(s, &out->body);
	scan_seek(s, begin);
	while (scan_member(s, &n, &key)) {
		if (text_is(&key, "bound_predicate"))
			read_bound_predicate(s, out);
		else
			scan_skip(s);
	}
	return scan_ok(s);
}

bool rustdoc_where_read(struct rustdoc *d, struct rustdoc_span at,
			struct arena *a, struct rustdoc_wheres *out)
{
	size_t count = 0;
	struct rustdoc_where *list =
		read_list(d, at, a, sizeof(*list), read_where, &count);

	if (!list)
		return false;
	*out = (struct rustdoc_wheres){ list, count };
	return true;
}

/* ---- functions */

bool rustdoc_has_receiver(const struct rustdoc_item *function)
{
	const struct rustdoc_function *f = &function->as.function;

	return f->param_count > 0 && strcmp(f->params[0].name, "self") == 0;
}

uint32_t rustdoc_param_count(const struct rustdoc_item *function)
{
	return function->as.function.param_count -
	       (rustdoc_has_receiver(function) ? 1 : 0);
}
