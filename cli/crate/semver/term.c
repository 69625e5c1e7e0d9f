#include "crate/semver/term.h"

#include <stdio.h>
#include <string.h>

#include "crate/rustdoc/doc.h"
#include "crate/rustdoc/type.h"
#include "crate/semver/lints.h"
#include "crate/semver/surface.h"
#include "crate/semver/term_read.h"

/* Stands for what memory or limits deny. */
static const struct term anything = { .kind = TERM_ANY };

struct rustdoc *term_doc(const struct term_builder *b)
{
	return b->side->doc;
}

void term_builder_init(struct term_builder *b, struct semver_side *side,
		       int which, struct arena *arena)
{
	*b = (struct term_builder){ .side = side,
				    .which = which,
				    .arena = arena };
}

struct term *term_new(struct term_builder *b, enum term_kind kind)
{
	struct term *t = arena_alloc(b->arena, sizeof(*t));

	if (!t) {
		b->is_out_of_memory = true;
		return NULL;
	}
	t->kind = kind;
	t->side = (uint8_t)b->which;
	t->id = RUSTDOC_NO_ID;
	return t;
}

const struct term **term_list(struct term_builder *b, size_t count)
{
	const struct term **list =
		arena_calloc(b->arena, count + 1, sizeof(*list));

	b->is_out_of_memory |= !list;
	return list;
}

const char *term_word(struct term_builder *b, const struct scan_text *t)
{
	const char *word =
		t->len > 0 ? arena_strndup(b->arena, t->at, t->len) : "";

	b->is_out_of_memory |= !word;
	return word ? word : "";
}

static bool set_args(struct term_builder *b, struct term *t, size_t count)
{
	t->args = term_list(b, count);
	t->count = t->args ? count : 0;
	return t->args != NULL;
}

/* ---- lifetimes */

static const struct term *named(struct term_builder *b, enum term_kind kind,
				const char *name)
{
	struct term *t = term_new(b, kind);

	if (t)
		t->name = name;
	return t ? t : &anything;
}

const struct term *term_bound_lifetime(struct term_builder *b)
{
	char name[16];
	struct scan_text text = { name, 0 };

	text.len = (size_t)snprintf(name, sizeof(name), "'^%u", b->bound++);
	return named(b, TERM_LIFETIME, term_word(b, &text));
}

static const struct term *fresh_lifetime(struct term_builder *b)
{
	char name[16];
	struct scan_text text = { name, 0 };

	text.len = (size_t)snprintf(name, sizeof(name), "'_%u", b->fresh++);
	return named(b, TERM_LIFETIME, term_word(b, &text));
}

static const struct term *elided_lifetime(struct term_builder *b)
{
	switch (b->elision) {
	case TERM_ELIDED_STATIC:
		return named(b, TERM_LIFETIME, "'static");
	case TERM_ELIDED_IS:
		return b->elided ? b->elided : fresh_lifetime(b);
	default:
		break;
	}
	/* inside of Fn(&u8) it belongs to the Fn */
	if (b->binders)
		return term_bound_lifetime(b);
	return fresh_lifetime(b);
}

static const struct term *param_of_frame(const struct term_frame *f,
					 const struct scan_text *name)
{
	for (size_t i = 0; f && i < f->params->count; i++)
		if (text_is(name, f->params->at[i].name))
			return f->values[i];
	return NULL;
}

static const struct term *find_lifetime(struct term_builder *b,
					const struct scan_text *name)
{
	const struct term *found;

	if (name->len == 0 || text_is(name, "'_"))
		return elided_lifetime(b);
	for (struct term_binder *at = b->binders; at; at = at->around) {
		if (!at->name || !text_is(name, at->name))
			continue;
		if (!at->as)
			at->as = term_bound_lifetime(b);
		return at->as;
	}
	found = param_of_frame(b->frame, name);
	return found ? found : named(b, TERM_LIFETIME, term_word(b, name));
}

const struct term *term_lifetime(struct term_builder *b,
				 const struct scan_text *name)
{
	const struct term *found = find_lifetime(b, name);

	if (strcmp(found->name ? found->name : "", "'static") != 0) {
		b->inputs++;
		b->input = found;
	}
	return found;
}

void term_bind(struct term_builder *b, struct rustdoc_span params)
{
	size_t count;
	const struct rustdoc_span *list =
		json_elements(term_doc(b), params, b->arena, &count);

	for (size_t i = 0; i < count; i++) {
		struct term_binder *new = arena_alloc(b->arena, sizeof(*new));
		struct scan_text name = json_text(
			term_doc(b), json_member(term_doc(b), list[i], "name"));

		if (!new) {
			b->is_out_of_memory = true;
			return;
		}
		new->name = term_word(b, &name);
		new->around = b->binders;
		b->binders = new;
	}
}

/* ---- signatures inside of types */

/* The one lifetime among the inputs is that of the output. */
struct term_sig term_build_sig(struct term_builder *b,
			       struct rustdoc_span inputs, bool with_names,
			       struct rustdoc_span output)
{
	struct term_builder saved = *b;
	struct term_binder unnamed = { .around = b->binders };
	struct term_sig sig = { 0 };
	const struct rustdoc_span *list =
		json_elements(term_doc(b), inputs, b->arena, &sig.count);

	sig.inputs = term_list(b, sig.count);
	b->binders = &unnamed;
	b->elision = TERM_ELIDED_FRESH;
	b->object = NULL;
	b->inputs = 0;
	for (size_t i = 0; i < sig.count && sig.inputs; i++) {
		size_t two = 2;
		const struct rustdoc_span *pair =
			with_names ? json_elements(term_doc(b), list[i],
						   b->arena, &two)
				   : NULL;

		sig.inputs[i] = !with_names ? term_build(b, list[i])
				: two == 2  ? term_build(b, pair[1])
					    : &anything;
	}
	if (!sig.inputs)
		sig.count = 0;
	if (b->inputs == 1) {
		b->elision = TERM_ELIDED_IS;
		b->elided = b->input;
	}
	sig.output = term_build(b, output);
	b->binders = saved.binders;
	b->elision = saved.elision;
	b->elided = saved.elided;
	b->object = saved.object;
	b->inputs = saved.inputs;
	b->input = saved.input;
	return sig;
}

static const struct term *build_fn(struct term_builder *b,
				   struct rustdoc_span body)
{
	struct rustdoc *d = term_doc(b);
	struct rustdoc_span sig = json_member(d, body, "sig");
	struct rustdoc_span header = json_member(d, body, "header");
	struct rustdoc_span abi = json_member(d, header, "abi");
	struct term_binder *around = b->binders;
	unsigned bound = b->bound;
	struct term *t = term_new(b, TERM_FN);
	struct term_sig s;
	struct scan_text word = { "", 0 };

	if (!t)
		return &anything;
	if (!around)
		b->bound = 0;
	term_bind(b, json_member(d, body, "generic_params"));
	s = term_build_sig(b, json_member(d, sig, "inputs"), true,
			   json_member(d, sig, "output"));
	b->binders = around;
	if (!around)
		b->bound = bound;
	(void)rustdoc_text(d, abi, &word);
	t->name = arena_printf(
		b->arena, "%s%s%.*s",
		json_bool(d, json_member(d, header, "is_unsafe")) ? "unsafe "
								  : "",
		json_bool(d, json_member(d, sig, "is_c_variadic")) ? "... "
								   : "",
		(int)word.len, word.at);
	if (!t->name || !set_args(b, t, s.count + 1)) {
		b->is_out_of_memory = true;
		return &anything;
	}
	for (size_t i = 0; i < s.count; i++)
		t->args[i] = s.inputs[i];
	t->args[s.count] = s.output;
	return t;
}

/* ---- the kinds of types */

static const struct term *build_ref(struct term_builder *b,
				    const struct rustdoc_type *type)
{
	struct term *t = term_new(b, TERM_REF);
	const struct term *object = b->object;

	if (!t || !set_args(b, t, 2))
		return &anything;
	t->is_mutable = type->is_mutable;
	t->args[0] = term_lifetime(b, &type->lifetime);
	b->object = t->args[0];
	t->args[1] = term_build(b, type->inner);
	b->object = object;
	return t;
}

static const struct term *build_tuple(struct term_builder *b,
				      struct rustdoc_span body)
{
	size_t count;
	const struct rustdoc_span *list =
		json_elements(term_doc(b), body, b->arena, &count);
	struct term *t = term_new(b, TERM_TUPLE);

	if (!t || !set_args(b, t, count))
		return &anything;
	for (size_t i = 0; i < count; i++)
		t->args[i] = term_build(b, list[i]);
	return t;
}

static bool is_literal(const struct scan_text *s)
{
	return s->len > 0 &&
	       ((s->at[0] >= '0' && s->at[0] <= '9') || s->at[0] == '-' ||
		s->at[0] == '\'' || text_is(s, "true") || text_is(s, "false"));
}

/* A constant of this crate by its value, if that is one. */
static void look_up(struct term_builder *b, struct scan_text *name)
{
	const char *value = NULL;
	struct scan_text text;

	if (name->len > 0)
		value = surface_constant(b->side->surface, term_word(b, name));
	if (!value)
		return;
	text = (struct scan_text){ value, strlen(value) };
	if (is_literal(&text))
		*name = text;
}

/* Is it a parameter of what is being built, and no constant? */
static bool is_param_name(const struct term_builder *b,
			  const struct scan_text *s)
{
	for (size_t i = 0; i < b->params->count; i++)
		if (text_is(s, b->params->at[i].name))
			return true;
	return false;
}

/* Braces and suffixes apart, N and 3 are N and 3. */
const struct term *term_build_const(struct term_builder *b,
				    const struct scan_text *text)
{
	struct scan_text s = *text;
	const struct term *value;
	struct term *t;

	if (s.len >= 2 && s.at[0] == '{' && s.at[s.len - 1] == '}') {
		s.at++;
		s.len -= 2;
	}
	while (s.len > 0 && s.at[0] == ' ') {
		s.at++;
		s.len--;
	}
	while (s.len > 0 && s.at[s.len - 1] == ' ')
		s.len--;
	value = param_of_frame(b->frame, &s);
	if (value)
		return value;
	t = term_new(b, TERM_CONST);
	if (!t)
		return &anything;
	if (b->params && !is_literal(&s) && !is_param_name(b, &s))
		look_up(b, &s);
	t->is_literal = is_literal(&s);
	if (t->is_literal && s.at[0] >= '0' && s.at[0] <= '9') {
		size_t digits = strspn(s.at, "0123456789_");

		if (digits < s.len && strchr("ui", s.at[digits]))
			s.len = digits;
	}
	t->name = term_word(b, &s);
	return t;
}

static const struct term *build_inner(struct term_builder *b,
				      enum term_kind kind,
				      const struct rustdoc_type *type)
{
	struct term *t = term_new(b, kind);
	const struct term *object = b->object;

	if (!t || !set_args(b, t, kind == TERM_ARRAY ? 2 : 1))
		return &anything;
	t->is_mutable = type->is_mutable;
	b->object = NULL;
	t->args[0] = term_build(b, type->inner);
	if (kind == TERM_ARRAY)
		t->args[1] = term_build_const(b, &type->length);
	b->object = object;
	return t;
}

static const struct term *build_dyn(struct term_builder *b,
				    struct rustdoc_span body)
{
	struct rustdoc *d = term_doc(b);
	struct scan_text name = json_text(d, json_member(d, body, "lifetime"));
	struct term *t = term_new(b, TERM_DYN);
	const struct term *object = b->object;

	if (!t || !set_args(b, t, 1))
		return &anything;
	b->object = NULL;
	t->bounds = term_build_bounds(b, json_member(d, body, "traits"));
	b->object = object;
	/* &'a (dyn Any) is &'a (dyn Any + 'static) */
	for (size_t i = 0; i < t->bounds.count; i++)
		if (term_trait_is_static(b, t->bounds.at[i].trait, 0))
			object = NULL;
	t->args[0] = name.len > 0 ? term_lifetime(b, &name)
		     : object	  ? object
				  : named(b, TERM_LIFETIME, "'static");
	return t;
}

/* use<'a, T> among the bounds. */
static void build_captures(struct term_builder *b, struct rustdoc_span bounds,
			   struct term *t)
{
	struct rustdoc *d = term_doc(b);
	struct rustdoc_span use = { 0 };
	const struct rustdoc_span *list;
	struct scan_text key, name;
	size_t count;

	list = json_elements(d, bounds, b->arena, &count);
	for (size_t i = 0; i < count && use.size == 0; i++) {
		use = json_only(d, list[i], &key);
		if (!text_is(&key, "use"))
			use.size = 0;
	}
	if (use.size == 0)
		return;
	list = json_elements(d, use, b->arena, &count);
	t->captures = term_list(b, count);
	for (size_t i = 0; i < count && t->captures; i++) {
		name = json_text(d, json_only(d, list[i], &key));
		if (text_is(&key, "lifetime"))
			t->captures[t->capture_count++] =
				term_lifetime(b, &name);
	}
}

static const struct term *build_impl(struct term_builder *b,
				     struct rustdoc_span body)
{
	struct term *t = term_new(b, TERM_IMPL);

	if (!t)
		return &anything;
	t->bounds = term_build_bounds(b, body);
	build_captures(b, body, t);
	return t;
}

static const struct term *build_projection(struct term_builder *b,
					   const struct rustdoc_type *type)
{
	struct rustdoc *d = term_doc(b);
	struct rustdoc_span trait = json_member(d, type->body, "trait");
	struct term *t = term_new(b, TERM_PROJECTION);
	struct term_bound *bound = arena_alloc(b->arena, sizeof(*bound));

	if (!t || !bound || !set_args(b, t, 1)) {
		b->is_out_of_memory = true;
		return &anything;
	}
	t->name = term_word(b, &type->name);
	t->args[0] = term_build(b, type->inner);
	if (trait.size > 0) {
		bound->trait = term_build_path(b, trait);
		t->bounds = (struct term_bounds){ bound, 1 };
	}
	return term_project(b, t);
}

static const struct term *build_generic(struct term_builder *b,
					const struct scan_text *name)
{
	const struct term *value = param_of_frame(b->frame, name);

	if (value)
		return value;
	if (text_is(name, "Self") && b->self)
		return b->self;
	return named(b, TERM_PARAM, term_word(b, name));
}

const struct term *term_build_param(struct term_builder *b, const char *name)
{
	return named(b, name[0] == '\'' ? TERM_LIFETIME : TERM_PARAM, name);
}

static const struct term *build_kind(struct term_builder *b,
				     const struct rustdoc_type *t)
{
	switch (t->kind) {
	case RUSTDOC_TYPE_NONE:
		return build_tuple(b, (struct rustdoc_span){ 0 });
	case RUSTDOC_TYPE_PATH:
		return term_build_path(b, t->body);
	case RUSTDOC_TYPE_DYN_TRAIT:
		return build_dyn(b, t->body);
	case RUSTDOC_TYPE_GENERIC:
		return build_generic(b, &t->name);
	case RUSTDOC_TYPE_PRIMITIVE:
		return named(b, TERM_PRIMITIVE, term_word(b, &t->name));
	case RUSTDOC_TYPE_FN_POINTER:
		return build_fn(b, t->body);
	case RUSTDOC_TYPE_TUPLE:
		return build_tuple(b, t->body);
	case RUSTDOC_TYPE_SLICE:
		return build_inner(b, TERM_SLICE, t);
	case RUSTDOC_TYPE_ARRAY:
		return build_inner(b, TERM_ARRAY, t);
	case RUSTDOC_TYPE_IMPL_TRAIT:
		return build_impl(b, t->body);
	case RUSTDOC_TYPE_POINTER:
		return build_inner(b, TERM_POINTER, t);
	case RUSTDOC_TYPE_REF:
		return build_ref(b, t);
	case RUSTDOC_TYPE_PROJECTION:
		return build_projection(b, t);
	default:
		return &anything;
	}
}

const struct term *term_build(struct term_builder *b, struct rustdoc_span at)
{
	const struct term *found;
	struct rustdoc_type t;

	if (b->depth >= TERM_DEPTH_MAX || b->steps++ >= TERM_STEPS_MAX ||
	    !rustdoc_type_read(term_doc(b), at, &t))
		return &anything;
	b->depth++;
	found = build_kind(b, &t);
	b->depth--;
	return found;
}
