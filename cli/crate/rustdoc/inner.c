/* What is inside an item, kind by kind. */
#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/scan.h"
#include "crate/rustdoc/item.h"
#include "crate/rustdoc/item_parse.h"

/* What a reader of one kind needs at hand. */
struct reader {
	struct scan *s;
	struct arena *a;
	struct rustdoc_item *item;
};

/* ---- what several kinds share */

/* Members that the kind at hand knows; the others are skipped. */
typedef bool member_reader(struct reader *r, const struct scan_text *key);

static bool read_members(struct reader *r, member_reader *member)
{
	struct scan_text key;
	size_t n = 0;

	while (scan_member(r->s, &n, &key))
		if (!member(r, &key))
			return false;
	return scan_ok(r->s);
}

/* {"fields": [..], "has_stripped_fields": false}, or [..], or a word. */
static bool read_fields(struct reader *r, struct rustdoc_fields *out)
{
	struct scan_text key;
	size_t n = 0;

	if (scan_peek(r->s) == '[') {
		out->shape = RUSTDOC_TUPLE;
		return ids_parse(r->s, r->a, &out->ids);
	}
	out->shape = RUSTDOC_PLAIN;
	while (scan_member(r->s, &n, &key)) {
		if (text_is(&key, "fields"))
			ids_parse(r->s, r->a, &out->ids);
		else if (text_is(&key, "has_stripped_fields"))
			scan_bool(r->s, &out->stripped);
		else
			scan_skip(r->s);
	}
	return scan_ok(r->s);
}

/* "unit" or "plain", {"tuple": [..]}, {"plain"|"struct": {..}}. */
static bool read_shape(struct reader *r, struct rustdoc_fields *out)
{
	struct scan_text key;
	size_t n = 0;

	if (scan_peek(r->s) == '"') {
		out->shape = RUSTDOC_UNIT;
		return scan_skip(r->s);
	}
	while (scan_member(r->s, &n, &key))
		if (!read_fields(r, out))
			return false;
	return scan_ok(r->s);
}

/* {"path": "Clone", "id": 17, "args": ..}; format 37 and older say "name". */
static bool read_trait_of(struct reader *r, struct rustdoc_impl *out)
{
	struct scan_text key;
	size_t n = 0, begin;

	if (scan_null(r->s))
		return true;
	begin = r->s->pos;
	while (scan_member(r->s, &n, &key)) {
		if (text_is(&key, "path"))
			scan_string(r->s, r->a, &out->trait_path);
		else if (text_is(&key, "id"))
			scan_u32(r->s, &out->trait_id);
		else
			scan_skip(r->s);
	}
	out->trait.begin = (uint32_t)(r->s->base + begin);
	out->trait.size = (uint32_t)(r->s->pos - begin);
	return scan_ok(r->s);
}

/* ---- one reader a kind */

static bool module_member(struct reader *r, const struct scan_text *key)
{
	if (text_is(key, "items"))
		return ids_parse(r->s, r->a, &r->item->as.module.items);
	if (text_is(key, "is_crate"))
		return scan_bool(r->s, &r->item->as.module.is_crate);
	if (text_is(key, "is_stripped"))
		return scan_bool(r->s, &r->item->as.module.is_stripped);
	return scan_skip(r->s);
}

static bool use_member(struct reader *r, const struct scan_text *key)
{
	if (text_is(key, "source"))
		return scan_string(r->s, r->a, &r->item->as.use.source);
	if (text_is(key, "name"))
		return scan_string(r->s, r->a, &r->item->as.use.name);
	if (text_is(key, "id"))
		return id_or_null_parse(r->s, &r->item->as.use.id);
	if (text_is(key, "is_glob"))
		return scan_bool(r->s, &r->item->as.use.is_glob);
	return scan_skip(r->s);
}

static bool extern_crate_member(struct reader *r, const struct scan_text *key)
{
	if (text_is(key, "name"))
		return scan_string(r->s, r->a, &r->item->as.extern_crate.name);
	if (text_is(key, "rename"))
		return scan_string_or_null(r->s, r->a,
					   &r->item->as.extern_crate.source);
	return scan_skip(r->s);
}

static bool type_member(struct reader *r, const struct scan_text *key)
{
	struct rustdoc_fields *fields = &r->item->as.type.fields;

	if (text_is(key, "kind"))
		return read_shape(r, fields);
	if (text_is(key, "fields")) { /* of a union */
		fields->shape = RUSTDOC_PLAIN;
		return ids_parse(r->s, r->a, &fields->ids);
	}
	if (text_is(key, "has_stripped_fields"))
		return scan_bool(r->s, &fields->stripped);
	if (text_is(key, "generics"))
		return span_parse(r->s, &r->item->generics);
	if (text_is(key, "impls"))
		return ids_parse(r->s, r->a, &r->item->as.type.impls);
	return scan_skip(r->s);
}

static bool enum_member(struct reader *r, const struct scan_text *key)
{
	if (text_is(key, "generics"))
		return span_parse(r->s, &r->item->generics);
	if (text_is(key, "variants"))
		return ids_parse(r->s, r->a, &r->item->as.enumeration.variants);
	if (text_is(key, "has_stripped_variants"))
		return scan_bool(r->s, &r->item->as.enumeration.stripped);
	if (text_is(key, "impls"))
		return ids_parse(r->s, r->a, &r->item->as.enumeration.impls);
	return scan_skip(r->s);
}

static bool read_discriminant(struct reader *r)
{
	struct scan_text key;
	size_t n = 0;

	if (scan_null(r->s))
		return true;
	while (scan_member(r->s, &n, &key)) {
		if (text_is(&key, "value"))
			scan_string_or_null(r->s, r->a,
					    &r->item->as.variant.discriminant);
		else
			scan_skip(r->s);
	}
	return scan_ok(r->s);
}

static bool variant_member(struct reader *r, const struct scan_text *key)
{
	if (text_is(key, "kind"))
		return read_shape(r, &r->item->as.variant.fields);
	if (text_is(key, "discriminant"))
		return read_discriminant(r);
	return scan_skip(r->s);
}

/* "Rust", {"C": {"unwind": false}}, {"other": "\"thiscall\""}. */
static bool read_abi(struct reader *r)
{
	struct rustdoc_function *f = &r->item->as.function;
	struct scan_text key, inner;
	size_t n = 0, m = 0;

	if (scan_peek(r->s) == '"')
		return scan_string(r->s, r->a, &f->abi);
	while (scan_member(r->s, &n, &key)) {
		if (scan_peek(r->s) == '"') {
			scan_string(r->s, r->a, &f->abi);
			continue;
		}
		f->abi = arena_strndup(r->a, key.at, key.len);
		if (!f->abi)
			return scan_nomem(r->s);
		m = 0;
		while (scan_member(r->s, &m, &inner)) {
			if (text_is(&inner, "unwind"))
				scan_bool(r->s, &f->unwind);
			else
				scan_skip(r->s);
		}
	}
	return scan_ok(r->s);
}

static bool read_header(struct reader *r)
{
	struct rustdoc_function *f = &r->item->as.function;
	struct scan_text key;
	size_t n = 0;

	while (scan_member(r->s, &n, &key)) {
		if (text_is(&key, "is_const"))
			scan_bool(r->s, &f->is_const);
		else if (text_is(&key, "is_unsafe"))
			scan_bool(r->s, &f->is_unsafe);
		else if (text_is(&key, "is_async"))
			scan_bool(r->s, &f->is_async);
		else if (text_is(&key, "abi"))
			read_abi(r);
		else
			scan_skip(r->s);
	}
	return scan_ok(r->s);
}

/* [["self", TYPE], ["x", TYPE]] */
static bool read_param(struct reader *r, struct rustdoc_param *out)
{
	size_t n = 0;

	return scan_element(r->s, &n) && scan_string(r->s, r->a, &out->name) &&
	       scan_element(r->s, &n) && span_parse(r->s, &out->type) &&
	       !scan_element(r->s, &n) && scan_ok(r->s);
}

static bool read_params(struct reader *r)
{
	struct rustdoc_function *f = &r->item->as.function;
	struct rustdoc_param *params;
	size_t n = 0, count = 0, begin;

	(void)scan_peek(r->s);
	begin = r->s->pos;
	while (scan_element(r->s, &n) && scan_skip(r->s))
		count++;
	if (!scan_ok(r->s))
		return false;
	params = arena_calloc(r->a, count + 1, sizeof(*params));
	if (!params)
		return scan_nomem(r->s);
	scan_seek(r->s, begin);
	n = 0;
	for (size_t i = 0; scan_element(r->s, &n); i++) {
		if (!read_param(r, &params[i]))
			return scan_fail(r->s, "a name and a type");
	}
	f->params = params;
	f->param_count = (uint32_t)count;
	return scan_ok(r->s);
}

static bool read_signature(struct reader *r)
{
	struct rustdoc_function *f = &r->item->as.function;
	struct scan_text key;
	size_t n = 0;

	while (scan_member(r->s, &n, &key)) {
		if (text_is(&key, "inputs"))
			read_params(r);
		else if (text_is(&key, "output"))
			span_parse(r->s, &f->output);
		else if (text_is(&key, "is_c_variadic"))
			scan_bool(r->s, &f->is_variadic);
		else
			scan_skip(r->s);
	}
	return scan_ok(r->s);
}

static bool function_member(struct reader *r, const struct scan_text *key)
{
	if (text_is(key, "sig"))
		return read_signature(r);
	if (text_is(key, "generics"))
		return span_parse(r->s, &r->item->generics);
	if (text_is(key, "header"))
		return read_header(r);
	if (text_is(key, "has_body"))
		return scan_bool(r->s, &r->item->as.function.has_body);
	return scan_skip(r->s);
}

static bool trait_member(struct reader *r, const struct scan_text *key)
{
	struct rustdoc_item *it = r->item;

	if (text_is(key, "items"))
		return ids_parse(r->s, r->a, &it->as.trait.items);
	if (text_is(key, "implementations"))
		return ids_parse(r->s, r->a, &it->as.trait.impls);
	if (text_is(key, "bounds"))
		return span_parse(r->s, &it->as.trait.bounds);
	if (text_is(key, "generics"))
		return span_parse(r->s, &it->generics);
	if (text_is(key, "is_auto"))
		return scan_bool(r->s, &it->as.trait.is_auto);
	if (text_is(key, "is_unsafe"))
		return scan_bool(r->s, &it->as.trait.is_unsafe);
	if (text_is(key, "is_dyn_compatible"))
		return scan_bool(r->s, &it->as.trait.is_dyn_compatible);
	return scan_skip(r->s);
}

static bool impl_member(struct reader *r, const struct scan_text *key)
{
	struct rustdoc_impl *impl = &r->item->as.impl;

	if (text_is(key, "trait"))
		return read_trait_of(r, impl);
	if (text_is(key, "for"))
		return span_parse(r->s, &impl->target);
	if (text_is(key, "generics"))
		return span_parse(r->s, &r->item->generics);
	if (text_is(key, "items"))
		return ids_parse(r->s, r->a, &impl->items);
	if (text_is(key, "provided_trait_methods"))
		return strings_parse(r->s, r->a, &impl->provided);
	if (text_is(key, "is_unsafe"))
		return scan_bool(r->s, &impl->is_unsafe);
	if (text_is(key, "is_negative"))
		return scan_bool(r->s, &impl->is_negative);
	if (text_is(key, "is_synthetic"))
		return scan_bool(r->s, &impl->is_synthetic);
	if (text_is(key, "blanket_impl")) {
		impl->is_blanket = scan_peek(r->s) != 'n';
		return scan_skip(r->s);
	}
	return scan_skip(r->s);
}

/* Type aliases, and the type of a constant or static. */
static bool alias_member(struct reader *r, const struct scan_text *key)
{
	if (text_is(key, "type"))
		return span_parse(r->s, &r->item->as.alias.type);
	if (text_is(key, "generics"))
		return span_parse(r->s, &r->item->generics);
	return scan_skip(r->s);
}

/* {"expr": "1 + 1", "value": "2usize", ..} */
static bool constant_value(struct reader *r)
{
	struct scan_text key;
	size_t n = 0;

	while (scan_member(r->s, &n, &key)) {
		if (text_is(&key, "value"))
			scan_string_or_null(r->s, r->a,
					    &r->item->as.constant.value);
		else
			scan_skip(r->s);
	}
	return scan_ok(r->s);
}

static bool constant_member(struct reader *r, const struct scan_text *key)
{
	struct rustdoc_item *it = r->item;

	if (text_is(key, "type"))
		return span_parse(r->s, &it->as.constant.type);
	if (text_is(key, "value") || text_is(key, "expr"))
		return scan_string_or_null(r->s, r->a, &it->as.constant.value);
	if (text_is(key, "const"))
		return constant_value(r);
	if (text_is(key, "is_mutable"))
		return scan_bool(r->s, &it->as.constant.is_mutable);
	if (text_is(key, "is_unsafe"))
		return scan_bool(r->s, &it->as.constant.is_unsafe);
	return scan_skip(r->s);
}

static bool assoc_type_member(struct reader *r, const struct scan_text *key)
{
	if (text_is(key, "type"))
		return span_parse(r->s, &r->item->as.assoc_type.type);
	if (text_is(key, "bounds"))
		return span_parse(r->s, &r->item->as.assoc_type.bounds);
	if (text_is(key, "generics"))
		return span_parse(r->s, &r->item->generics);
	return scan_skip(r->s);
}

static bool proc_macro_member(struct reader *r, const struct scan_text *key)
{
	if (text_is(key, "kind"))
		return scan_string(r->s, r->a, &r->item->as.proc_macro.kind);
	if (text_is(key, "helpers"))
		return strings_parse(r->s, r->a,
				     &r->item->as.proc_macro.helpers);
	return scan_skip(r->s);
}

static bool generics_member(struct reader *r, const struct scan_text *key)
{
	if (text_is(key, "generics"))
		return span_parse(r->s, &r->item->generics);
	return scan_skip(r->s);
}

static bool skip_member(struct reader *r, const struct scan_text *key)
{
	(void)key;
	return scan_skip(r->s);
}

/* The key inside `inner`, the kind, and who reads its members. */
static const struct inner_kind {
	const char *key;
	enum rustdoc_kind kind;
	member_reader *member; /* NULL: the value is no object */
} inner_kinds[] = {
	{ "impl", RUSTDOC_IMPL, impl_member },
	{ "function", RUSTDOC_FUNCTION, function_member },
	{ "struct_field", RUSTDOC_STRUCT_FIELD, NULL },
	{ "struct", RUSTDOC_STRUCT, type_member },
	{ "assoc_type", RUSTDOC_ASSOC_TYPE, assoc_type_member },
	{ "variant", RUSTDOC_VARIANT, variant_member },
	{ "enum", RUSTDOC_ENUM, enum_member },
	{ "module", RUSTDOC_MODULE, module_member },
	{ "use", RUSTDOC_USE, use_member },
	{ "trait", RUSTDOC_TRAIT, trait_member },
	{ "union", RUSTDOC_UNION, type_member },
	{ "type_alias", RUSTDOC_TYPE_ALIAS, alias_member },
	{ "constant", RUSTDOC_CONSTANT, constant_member },
	{ "static", RUSTDOC_STATIC, constant_member },
	{ "assoc_const", RUSTDOC_ASSOC_CONST, constant_member },
	{ "macro", RUSTDOC_MACRO, NULL },
	{ "proc_macro", RUSTDOC_PROC_MACRO, proc_macro_member },
	{ "trait_alias", RUSTDOC_TRAIT_ALIAS, generics_member },
	{ "extern_crate", RUSTDOC_EXTERN_CRATE, extern_crate_member },
	{ "extern_type", RUSTDOC_EXTERN_TYPE, NULL },
	{ "primitive", RUSTDOC_PRIMITIVE, skip_member },
};

static const struct inner_kind *find_kind(const struct scan_text *key)
{
	for (size_t i = 0; i < ARRAY_LEN(inner_kinds); i++)
		if (text_is(key, inner_kinds[i].key))
			return &inner_kinds[i];
	return NULL;
}

/* What differs from zero where a kind says nothing. */
static void set_defaults(struct rustdoc_item *it)
{
	if (it->kind == RUSTDOC_USE)
		it->as.use.id = RUSTDOC_NO_ID;
	else if (it->kind == RUSTDOC_IMPL)
		it->as.impl.trait_id = RUSTDOC_NO_ID;
	else if (it->kind == RUSTDOC_FUNCTION)
		it->as.function.abi = "Rust";
}

/* {"struct": {..}} or "extern_type". */
bool inner_parse(struct scan *s, struct arena *a, struct rustdoc_item *out)
{
	struct reader reader = { s, a, out }, *r = &reader;
	const struct inner_kind *kind;
	struct scan_text key;
	size_t n = 0;

	if (scan_peek(r->s) == '"') {
		if (!scan_raw_string(r->s, &key))
			return false;
		kind = find_kind(&key);
		r->item->kind = kind ? kind->kind : RUSTDOC_OTHER;
		return true;
	}
	while (scan_member(r->s, &n, &key)) {
		kind = find_kind(&key);
		if (n > 1)
			return scan_fail(r->s, "one kind of item");
		if (!kind) {
			scan_skip(r->s);
			continue;
		}
		r->item->kind = kind->kind;
		set_defaults(r->item);
		if (kind->member)
			read_members(r, kind->member);
		else if (kind->kind == RUSTDOC_STRUCT_FIELD)
			span_parse(r->s, &r->item->as.field.type);
		else
			scan_skip(r->s);
	}
	return scan_ok(r->s);
}
