/* Terms of paths, bounds and generics. */
#include <string.h>

#include "crate/rustdoc/doc.h"
#include "crate/rustdoc/type.h"
#include "crate/semver/lints.h"
#include "crate/semver/std_facts.h"
#include "crate/semver/term.h"
#include "crate/semver/term_read.h"

static const struct term anything = { .kind = TERM_ANY };

/* Build something that stands elsewhere: no names of here are in force. */
static const struct term *build_apart(struct term_builder *b,
				      struct rustdoc_span at,
				      const struct term_frame *frame)
{
	struct term_builder saved = *b;
	const struct term *found;

	b->frame = frame;
	b->self = NULL;
	b->binders = NULL;
	b->elision = TERM_ELIDED_STATIC;
	b->elided = NULL;
	b->object = NULL;
	found = term_build(b, at);
	b->frame = saved.frame;
	b->self = saved.self;
	b->binders = saved.binders;
	b->elision = saved.elision;
	b->elided = saved.elided;
	b->object = saved.object;
	return found;
}

/* ---- arguments */

static void build_args(struct term_builder *b, struct term *t,
		       const struct rustdoc_args *args)
{
	t->args = term_list(b, args->count);
	for (size_t i = 0; i < args->count && t->args; i++) {
		const struct rustdoc_arg *a = &args->at[i];

		if (a->is_infer)
			t->args[i] = &anything;
		else if (a->kind == RUSTDOC_GENERIC_LIFETIME)
			t->args[i] = term_lifetime(b, &a->name);
		else if (a->kind == RUSTDOC_GENERIC_CONST)
			t->args[i] = term_build_const(b, &a->name);
		else
			t->args[i] = term_build(b, a->type);
		t->count++;
	}
}

static void build_constraint(struct term_builder *b, struct rustdoc_span at,
			     struct term_constraint *out)
{
	struct rustdoc *d = term_doc(b);
	struct scan_text name = json_text(d, json_member(d, at, "name")), key;
	struct rustdoc_span value =
		json_only(d, json_member(d, at, "binding"), &key);

	out->name = term_word(b, &name);
	if (text_is(&key, "constraint")) {
		out->bounds = term_build_bounds(b, value);
		return;
	}
	value = json_only(d, value, &key);
	out->value = text_is(&key, "type") ? term_build(b, value) : &anything;
}

static void build_constraints(struct term_builder *b, struct term *t,
			      struct rustdoc_span at)
{
	struct term_constraint *list;
	size_t count;
	const struct rustdoc_span *spans =
		json_elements(term_doc(b), at, b->arena, &count);

	if (count == 0)
		return;
	list = arena_calloc(b->arena, count, sizeof(*list));
	if (!list) {
		b->is_out_of_memory = true;
		return;
	}
	for (size_t i = 0; i < count; i++)
		build_constraint(b, spans[i], &list[i]);
	t->constraints = list;
	t->constraint_count = count;
}

/* Fn(A, B) -> C is Fn<(A, B), Output = C>. */
static void build_parenthesized(struct term_builder *b, struct term *t,
				struct rustdoc_span body)
{
	struct rustdoc *d = term_doc(b);
	struct term_sig s =
		term_build_sig(b, json_member(d, body, "inputs"), false,
			       json_member(d, body, "output"));
	struct term *tuple = term_new(b, TERM_TUPLE);
	struct term_constraint *out = arena_calloc(b->arena, 1, sizeof(*out));

	t->args = term_list(b, 1);
	if (!tuple || !out || !t->args) {
		b->is_out_of_memory = true;
		return;
	}
	tuple->args = s.inputs;
	tuple->count = s.count;
	t->args[0] = tuple;
	t->count = 1;
	*out = (struct term_constraint){ .name = "Output", .value = s.output };
	t->constraints = out;
	t->constraint_count = 1;
}

/* ---- what is of this crate */

static enum rustdoc_generic_kind kind_of(const struct term *t)
{
	return t->kind == TERM_LIFETIME ? RUSTDOC_GENERIC_LIFETIME
	       : t->kind == TERM_CONST	? RUSTDOC_GENERIC_CONST
					: RUSTDOC_GENERIC_TYPE;
}

static const struct term *fallback_of(struct term_builder *b,
				      const struct rustdoc_generic *g,
				      const struct term_frame *frame)
{
	struct scan_text text;

	if (g->kind == RUSTDOC_GENERIC_TYPE)
		return build_apart(b, g->fallback, frame);
	text = json_text(term_doc(b), g->fallback);
	return term_build_const(b, &text);
}

/*
 * The values of all parameters G: the arguments of T, in the order of each
 * kind, and the defaults of those that are left out.
 */
static bool fill_in(struct term_builder *b, const struct rustdoc_generics *g,
		    struct term *t)
{
	struct term_params params = { 0 };
	struct term_frame frame = { &params, NULL };
	const struct term **values = term_list(b, g->count);
	size_t next = 0;

	params.at = arena_calloc(b->arena, g->count + 1, sizeof(*params.at));
	if (!values || !params.at) {
		b->is_out_of_memory = true;
		return false;
	}
	frame.values = values;
	for (size_t i = 0; i < g->count; i++) {
		const struct rustdoc_generic *p = &g->at[i];
		bool is_lifetime = p->kind == RUSTDOC_GENERIC_LIFETIME;

		params.at[i].name = term_word(b, &p->name);
		values[i] = &anything;
		if (next < t->count &&
		    is_lifetime == (kind_of(t->args[next]) ==
				    RUSTDOC_GENERIC_LIFETIME))
			values[i] = t->args[next++];
		else if (p->has_default)
			values[i] = fallback_of(b, p, &frame);
		params.count = i + 1;
	}
	t->args = values;
	t->count = g->count;
	return true;
}

/* An alias is what it stands for. */
static const struct term *build_local(struct term_builder *b, struct term *t,
				      const struct rustdoc_item *item)
{
	struct term_params params = { 0 };
	struct term_frame frame = { &params, NULL };
	struct rustdoc_generics g;

	t->item = item;
	if (item->generics.size == 0 ||
	    !rustdoc_generics_read(term_doc(b), item->generics, b->arena, &g))
		g = (struct rustdoc_generics){ 0 };
	if (!fill_in(b, &g, t))
		return &anything;
	if (item->kind != RUSTDOC_TYPE_ALIAS)
		return t;
	params.at = arena_calloc(b->arena, g.count + 1, sizeof(*params.at));
	if (!params.at) {
		b->is_out_of_memory = true;
		return &anything;
	}
	params.count = g.count;
	for (size_t i = 0; i < g.count; i++)
		params.at[i].name = term_word(b, &g.at[i].name);
	frame.values = t->args;
	return build_apart(b, item->as.alias.type, &frame);
}

const struct term *term_build_item(struct term_builder *b,
				   const struct rustdoc_item *item,
				   const struct term **args, size_t count)
{
	struct term *t = term_new(b, TERM_PATH);

	if (!t)
		return &anything;
	t->name = item->name;
	t->id = item->id;
	t->args = args;
	t->count = count;
	return build_local(b, t, item);
}

/* Arguments that are the defaults of types everybody knows. */
static void drop_defaults(struct term *t)
{
	while (t->count > 0) {
		const struct term *last = t->args[t->count - 1];

		if (last->kind != TERM_PATH ||
		    (strcmp(last->name, "alloc::alloc::Global") != 0 &&
		     strcmp(last->name, "std::hash::random::RandomState") != 0))
			break;
		t->count--;
	}
}

static const struct term *build_foreign(struct term_builder *b, struct term *t)
{
	bool is_alias = false;
	const struct term *stands_for;
	const char *path, *kind;

	drop_defaults(t);
	if (!rustdoc_path(term_doc(b), t->id, &path, &kind) ||
	    strcmp(kind, "type_alias") != 0)
		return t;
	stands_for = term_foreign_alias(b, t, &is_alias);
	t->is_foreign_alias = !is_alias;
	return is_alias ? stands_for : t;
}

/* Ref<'a, dyn T>: 'a, if Ref has T: 'a; who knows. */
static const struct term *object_in(const struct rustdoc_args *args)
{
	for (size_t i = 0; i < args->count; i++)
		if (args->at[i].kind == RUSTDOC_GENERIC_LIFETIME)
			return &anything;
	return NULL;
}

static void read_args(struct term_builder *b, struct term *t,
		      struct rustdoc_span at)
{
	struct rustdoc *d = term_doc(b);
	const struct term *object = b->object;
	struct rustdoc_args args;
	struct rustdoc_span body;
	struct scan_text key;

	body = json_only(d, at, &key);
	b->object = NULL;
	if (text_is(&key, "parenthesized")) {
		build_parenthesized(b, t, body);
	} else if (text_is(&key, "angle_bracketed") &&
		   rustdoc_args_read(d, at, b->arena, &args)) {
		b->object = object_in(&args);
		build_args(b, t, &args);
		build_constraints(b, t, args.constraints);
	}
	b->object = object;
}

const struct term *term_build_path(struct term_builder *b,
				   struct rustdoc_span at)
{
	struct rustdoc *d = term_doc(b);
	struct term *t = term_new(b, TERM_PATH);
	const struct rustdoc_item *item;
	struct scan_text name;
	const char *path, *kind;
	struct scan s;

	if (!t || b->depth >= TERM_DEPTH_MAX)
		return &anything;
	rustdoc_cursor(d, json_member(d, at, "id"), &s);
	if (!scan_u32(&s, &t->id))
		t->id = RUSTDOC_NO_ID;
	b->depth++;
	read_args(b, t, json_member(d, at, "args"));
	b->depth--;
	if (rustdoc_path(d, t->id, &path, &kind)) {
		t->name = path;
	} else {
		name = json_text(d, json_member(d, at, "path"));
		t->name = term_word(b, &name);
	}
	item = rustdoc_item(d, t->id);
	if (item && item->crate_id == 0 && item->kind != RUSTDOC_USE)
		return build_local(b, t, item);
	return build_foreign(b, t);
}

/* ---- bounds */

static bool build_trait_bound(struct term_builder *b, struct rustdoc_span at,
			      struct term_bound *out)
{
	struct rustdoc *d = term_doc(b);
	struct scan_text modifier =
		json_text(d, json_member(d, at, "modifier"));
	struct term_binder *around = b->binders;
	unsigned bound = b->bound;

	if (!around)
		b->bound = 0;
	term_bind(b, json_member(d, at, "generic_params"));
	out->trait = term_build_path(b, json_member(d, at, "trait"));
	out->is_maybe = text_is(&modifier, "maybe");
	b->binders = around;
	if (!around)
		b->bound = bound;
	return out->trait->kind == TERM_PATH;
}

static bool build_bound(struct term_builder *b, struct rustdoc_span at,
			struct term_bound *out)
{
	struct rustdoc *d = term_doc(b);
	struct scan_text key, name;
	struct rustdoc_span body = json_only(d, at, &key);

	*out = (struct term_bound){ 0 };
	if (text_is(&key, "trait_bound"))
		return build_trait_bound(b, body, out);
	if (text_is(&key, "outlives")) {
		name = json_text(d, body);
		out->lifetime = term_lifetime(b, &name);
		return true;
	}
	/* of a dyn: the trait's members stand there themselves */
	return json_member(d, at, "trait").size > 0 &&
	       build_trait_bound(b, at, out);
}

struct term_bounds term_build_bounds(struct term_builder *b,
				     struct rustdoc_span at)
{
	struct term_bounds found = { 0 };
	struct term_bound *list;
	size_t count;
	const struct rustdoc_span *spans =
		json_elements(term_doc(b), at, b->arena, &count);

	list = arena_calloc(b->arena, count + 1, sizeof(*list));
	if (!list) {
		b->is_out_of_memory = true;
		return found;
	}
	for (size_t i = 0; i < count; i++)
		if (build_bound(b, spans[i], &list[found.count]))
			found.count++;
	found.at = list;
	return found;
}

const struct term *term_with_self(struct term_builder *b,
				  const struct term *trait,
				  const struct term *self)
{
	struct term *t;

	/* Neg and Not have no parameter, and none of them is compared */
	if (trait->kind != TERM_PATH || trait->item || trait->count > 0 ||
	    !fact_takes_self(trait->name))
		return trait;
	t = term_new(b, TERM_PATH);
	if (!t)
		return trait;
	*t = *trait;
	t->args = term_list(b, 1);
	if (!t->args)
		return trait;
	t->args[0] = self;
	t->count = 1;
	return t;
}

const struct term *term_build_future(struct term_builder *b,
				     const struct term *output)
{
	struct term *t = term_new(b, TERM_IMPL),
		    *trait = term_new(b, TERM_PATH);
	struct term_constraint *c = arena_calloc(b->arena, 1, sizeof(*c));
	struct term_bound *bound = arena_calloc(b->arena, 1, sizeof(*bound));

	if (!t || !trait || !c || !bound) {
		b->is_out_of_memory = true;
		return &anything;
	}
	*c = (struct term_constraint){ .name = "Output", .value = output };
	trait->name = "core::future::future::Future";
	trait->constraints = c;
	trait->constraint_count = 1;
	bound->trait = trait;
	t->bounds = (struct term_bounds){ bound, 1 };
	return t;
}

/* ---- generics */

void term_preds_add(struct term_builder *b, struct term_preds *preds,
		    const struct term *type, struct term_bound bound)
{
	if (preds->count == preds->cap) {
		size_t cap = preds->cap ? preds->cap * 2 : 8;
		struct term_pred *grown =
			arena_calloc(b->arena, cap, sizeof(*grown));

		if (!grown) {
			b->is_out_of_memory = true;
			return;
		}
		if (preds->count > 0)
			memcpy(grown, preds->at, preds->count * sizeof(*grown));
		preds->at = grown;
		preds->cap = cap;
	}
	preds->at[preds->count++] = (struct term_pred){ type, bound };
}

static void add_bounds(struct term_builder *b, struct term_preds *preds,
		       const struct term *type, struct term_bounds bounds,
		       unsigned depth);

/* T: Iterator<Item: Clone> says something about <T as Iterator>::Item too. */
static void add_constraints(struct term_builder *b, struct term_preds *preds,
			    const struct term *type,
			    const struct term_bound *bound, unsigned depth)
{
	const struct term *trait = bound->trait;

	for (size_t i = 0; i < trait->constraint_count; i++) {
		const struct term_constraint *c = &trait->constraints[i];
		struct term *of;

		if (c->value || c->bounds.count == 0)
			continue;
		of = term_new(b, TERM_PROJECTION);
		if (!of)
			return;
		of->args = term_list(b, 1);
		if (!of->args)
			return;
		of->name = c->name;
		of->args[0] = type;
		of->count = 1;
		of->bounds = (struct term_bounds){ bound, 1 };
		add_bounds(b, preds, of, c->bounds, depth + 1);
	}
}

static void add_bounds(struct term_builder *b, struct term_preds *preds,
		       const struct term *type, struct term_bounds bounds,
		       unsigned depth)
{
	if (depth > TERM_DEPTH_MAX)
		return;
	for (size_t i = 0; i < bounds.count; i++) {
		struct term_bound bound = bounds.at[i];

		if (bound.trait)
			bound.trait = term_with_self(b, bound.trait, type);
		term_preds_add(b, preds, type, bound);
		if (bounds.at[i].trait)
			add_constraints(b, preds, type, &bounds.at[i], depth);
	}
}

static void add_lifetime_bounds(struct term_builder *b,
				struct term_preds *preds,
				const struct term *type, struct rustdoc_span at)
{
	size_t count;
	const struct rustdoc_span *list =
		json_elements(term_doc(b), at, b->arena, &count);

	for (size_t i = 0; i < count; i++) {
		struct scan_text name = json_text(term_doc(b), list[i]);

		term_preds_add(b, preds, type,
			       (struct term_bound){
				       .lifetime = term_lifetime(b, &name) });
	}
}

static void add_where(struct term_builder *b, struct term_preds *preds,
		      struct rustdoc_span at)
{
	struct rustdoc *d = term_doc(b);
	struct scan_text key, name;
	struct rustdoc_span body = json_only(d, at, &key);
	struct term_binder *around = b->binders;
	const struct term *type;

	if (text_is(&key, "bound_predicate")) {
		term_bind(b, json_member(d, body, "generic_params"));
		b->bound = 0;
		type = term_build(b, json_member(d, body, "type"));
		add_bounds(b, preds, type,
			   term_build_bounds(b, json_member(d, body, "bounds")),
			   0);
		b->binders = around;
	} else if (text_is(&key, "lifetime_predicate")) {
		name = json_text(d, json_member(d, body, "lifetime"));
		add_lifetime_bounds(b, preds, term_lifetime(b, &name),
				    json_member(d, body, "outlives"));
	}
}

static void add_param(struct term_builder *b, const struct rustdoc_generic *g,
		      struct term_params *out, struct term_preds *preds)
{
	struct term_param *p = &out->at[out->count];
	const struct term *self;

	*p = (struct term_param){ .name = term_word(b, &g->name) };
	self = term_build_param(b, p->name);
	switch (g->kind) {
	case RUSTDOC_GENERIC_LIFETIME:
		p->kind = TERM_OF_LIFETIME;
		add_lifetime_bounds(b, preds, self, g->bounds);
		break;
	case RUSTDOC_GENERIC_TYPE:
		p->kind = TERM_OF_TYPE;
		if (g->has_default)
			p->fallback = fallback_of(b, g, NULL);
		add_bounds(b, preds, self, term_build_bounds(b, g->bounds), 0);
		break;
	case RUSTDOC_GENERIC_CONST:
		p->kind = TERM_OF_CONST;
		p->type = term_build(b, g->type);
		if (g->has_default)
			p->fallback = fallback_of(b, g, NULL);
		break;
	}
	out->count++;
}

void term_build_generics(struct term_builder *b, struct rustdoc_span generics,
			 struct term_params *out, struct term_preds *preds)
{
	struct rustdoc_generics g;
	const struct rustdoc_span *wheres;
	struct term_param *grown;
	size_t count;

	if (generics.size == 0 ||
	    !rustdoc_generics_read(term_doc(b), generics, b->arena, &g))
		return;
	grown = arena_calloc(b->arena, out->count + g.count + 1,
			     sizeof(*grown));
	if (!grown) {
		b->is_out_of_memory = true;
		return;
	}
	if (out->count > 0)
		memcpy(grown, out->at, out->count * sizeof(*grown));
	out->at = grown;
	for (size_t i = 0; i < g.count; i++)
		if (!g.at[i].is_synthetic)
			add_param(b, &g.at[i], out, preds);
	wheres = json_elements(term_doc(b), g.where, b->arena, &count);
	for (size_t i = 0; i < count; i++)
		add_where(b, preds, wheres[i]);
}
