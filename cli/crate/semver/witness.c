#include "crate/semver/witness.h"

#include <stdint.h>
#include <string.h>

#include "base/strbuf.h"
#include "crate/rustdoc/doc.h"
#include "crate/semver/impls.h"
#include "crate/semver/members.h"
#include "crate/semver/signature_internal.h"
#include "crate/semver/std_facts.h"
#include "crate/semver/variance.h"

enum {
	LIFETIMES_MAX = 32
};

/* A piece under way. */
struct piece {
	struct job job;
	struct job_frame *fr; /* of the old side */
	const struct semver_pair *p;
	struct strbuf *out;
	const char *lifetimes[LIFETIMES_MAX];
	size_t lifetime_count;
	bool failed;
};

static void text(struct piece *w, const char *s)
{
	strbuf_adds(w->out, s);
}

static void type(struct piece *w, const struct term *t)
{
	if (!t || !term_code(w->p->side[SEMVER_OLD], t, w->out))
		w->failed = true;
}

/* ---- what stands before the parameters */

static void note_lifetimes(struct piece *w, const struct term *t,
			   unsigned depth)
{
	if (!t || depth > TERM_DEPTH_MAX)
		return;
	if (t->kind == TERM_LIFETIME) {
		if (strcmp(t->name, "'static") == 0 || t->name[1] == '^')
			return;
		for (size_t i = 0; i < w->lifetime_count; i++)
			if (strcmp(w->lifetimes[i], t->name) == 0)
				return;
		if (w->lifetime_count < LIFETIMES_MAX)
			w->lifetimes[w->lifetime_count++] = t->name;
		return;
	}
	for (size_t i = 0; i < t->count; i++)
		note_lifetimes(w, t->args[i], depth + 1);
	for (size_t i = 0; i < t->bounds.count; i++) {
		note_lifetimes(w, t->bounds.at[i].trait, depth + 1);
		note_lifetimes(w, t->bounds.at[i].lifetime, depth + 1);
	}
	for (size_t i = 0; i < t->constraint_count; i++)
		note_lifetimes(w, t->constraints[i].value, depth + 1);
}

static void note_all_lifetimes(struct piece *w)
{
	const struct job_frame *fr = w->fr;

	for (size_t i = 0; i < fr->params.count; i++)
		if (fr->params.at[i].kind == TERM_OF_LIFETIME) {
			struct term t = { .kind = TERM_LIFETIME,
					  .name = fr->params.at[i].name };

			note_lifetimes(w, &t, 0);
		}
	note_lifetimes(w, fr->self, 0);
	note_lifetimes(w, fr->receiver, 0);
	for (size_t i = 0; i < fr->count; i++)
		note_lifetimes(w, fr->inputs[i], 0);
	note_lifetimes(w, fr->output, 0);
}

static void one_lifetime(struct piece *w, const char *name)
{
	struct term t = { .kind = TERM_LIFETIME, .name = name };

	type(w, &t);
}

/* <'a, T, const N: usize> */
static void generics(struct piece *w)
{
	const struct job_frame *fr = w->fr;

	text(w, "<");
	for (size_t i = 0; i < w->lifetime_count; i++) {
		one_lifetime(w, w->lifetimes[i]);
		text(w, ", ");
	}
	if (w->p->item[SEMVER_OLD]->kind == RUSTDOC_TRAIT)
		text(w, "Own: ?Sized, ");
	for (size_t i = 0; i < fr->params.count; i++) {
		const struct term_param *p = &fr->params.at[i];

		if (p->kind == TERM_OF_LIFETIME)
			continue;
		if (p->kind == TERM_OF_CONST)
			text(w, "const ");
		text(w, p->name);
		if (p->kind == TERM_OF_CONST) {
			text(w, ": ");
			type(w, p->type);
		}
		text(w, ", ");
	}
	text(w, ">");
}

static void bound(struct piece *w, const struct term_bound *b)
{
	struct term t = { .kind = TERM_IMPL, .bounds = { b, 1 } };
	AUTO(strbuf_releasep) struct strbuf code = { 0 };

	if (b->lifetime) {
		type(w, b->lifetime);
		return;
	}
	if (!term_code(w->p->side[SEMVER_OLD], &t, &code) || code.len < 7) {
		w->failed = true;
		return;
	}
	/* "(impl Clone)" without its wrapping */
	strbuf_add(w->out, strbuf_str(&code) + 6, code.len - 7);
}

static void wheres(struct piece *w)
{
	const struct job_frame *fr = w->fr;
	size_t count = fr->written ? fr->written : fr->preds.count;

	text(w, " where ");
	for (size_t i = 0; i < count; i++) {
		const struct term_pred *p = &fr->preds.at[i];

		type(w, p->type);
		text(w, ": ");
		bound(w, &p->bound);
		text(w, ", ");
	}
}

/* ---- what is called */

static const char *path_of(const struct piece *w)
{
	return w->p->path;
}

/* The item with its parameters for arguments; for the one at NTH, INSTEAD. */
static void item_type_with(struct piece *w, size_t nth, const char *instead)
{
	const struct job_frame *fr = w->fr;
	const char *sep = "<";

	text(w, "::");
	text(w, path_of(w));
	for (size_t i = 0; i < fr->params.count; i++) {
		text(w, sep);
		if (i == nth)
			text(w, instead);
		else if (fr->params.at[i].kind == TERM_OF_LIFETIME)
			one_lifetime(w, fr->params.at[i].name);
		else
			text(w, fr->params.at[i].name);
		sep = ", ";
	}
	if (sep[0] == ',')
		text(w, ">");
}

static void item_type(struct piece *w)
{
	item_type_with(w, SIZE_MAX, NULL);
}

static void callee(struct piece *w)
{
	const struct rustdoc_item *thing = w->p->thing[SEMVER_OLD];

	if (thing == w->p->item[SEMVER_OLD]) {
		text(w, "::");
		text(w, path_of(w));
		return;
	}
	text(w, "<");
	if (w->fr->self)
		type(w, w->fr->self);
	else
		text(w, "Own as ");
	if (!w->fr->self) {
		const struct term_pred *p = w->fr->preds.at;

		/* Self: Trait<..> is among the predicates */
		for (size_t i = 0; i < w->fr->preds.count; i++, p++)
			if (p->bound.trait &&
			    p->bound.trait->item == w->p->item[SEMVER_OLD])
				break;
		type(w, p < w->fr->preds.at + w->fr->preds.count
				? p->bound.trait
				: NULL);
	}
	text(w, ">::");
	text(w, thing->name);
}

static void parameters(struct piece *w)
{
	text(w, "(");
	if (w->fr->receiver) {
		text(w, "me: ");
		type(w, w->fr->receiver);
		text(w, ", ");
	}
	for (size_t i = 0; i < w->fr->count; i++) {
		strbuf_addf(w->out, "p%u: ", (unsigned)i);
		type(w, w->fr->inputs[i]);
		text(w, ", ");
	}
	text(w, ")");
}

/* fn w<T>(p0: T) -> u8 where T: Clone { ::kov::f(p0) } */
static void call(struct piece *w)
{
	const struct rustdoc_item *thing = w->p->thing[SEMVER_OLD];

	job_inputs(w->fr, thing);
	note_all_lifetimes(w);
	text(w, "pub fn w");
	generics(w);
	parameters(w);
	text(w, " -> ");
	type(w, w->fr->output);
	wheres(w);
	if (thing->as.function.is_unsafe)
		text(w, "{ unsafe { ");
	else
		text(w, "{ { ");
	callee(w);
	text(w, "(");
	text(w, w->fr->receiver ? "me, " : "");
	for (size_t i = 0; i < w->fr->count; i++)
		strbuf_addf(w->out, "p%u, ", (unsigned)i);
	text(w, ") } }\n");
}

/* ---- what has a type */

static const struct term *old_type(struct piece *w, struct rustdoc_span at)
{
	return term_build(&w->fr->b, at);
}

static void open_fn(struct piece *w, const struct term *mentioned)
{
	note_all_lifetimes(w);
	note_lifetimes(w, mentioned, 0);
	text(w, "pub fn w");
	generics(w);
}

/* A raw pointer neither derefs nor coerces. */
static void pointer_to(struct piece *w, const struct term *t)
{
	text(w, "let _: *const ");
	type(w, t);
	text(w, " = ");
}

static void field(struct piece *w)
{
	const struct rustdoc_item *thing = w->p->thing[SEMVER_OLD];
	const struct term *t = old_type(w, thing->as.field.type);

	open_fn(w, t);
	text(w, "(x: &");
	item_type(w);
	text(w, ")");
	wheres(w);
	text(w, "{ unsafe { ");
	if (w->p->variant[SEMVER_OLD]) {
		text(w, "if let ::");
		text(w, path_of(w));
		strbuf_addf(w->out, "::%s { %s: a, .. } = x { ",
			    w->p->variant[SEMVER_OLD]->name, thing->name);
		pointer_to(w, t);
		text(w, "a; }");
	} else {
		pointer_to(w, t);
		strbuf_addf(w->out, "::core::ptr::addr_of!(x.%s);",
			    thing->name);
	}
	text(w, " } }\n");
}

static void constant(struct piece *w)
{
	const struct rustdoc_item *thing = w->p->thing[SEMVER_OLD];
	const struct term *t;

	w->fr->b.elision = TERM_ELIDED_STATIC;
	t = old_type(w, thing->as.constant.type);
	open_fn(w, t);
	text(w, "()");
	wheres(w);
	text(w, "{ unsafe { ");
	if (thing->kind == RUSTDOC_STATIC) {
		pointer_to(w, t);
		text(w, "::core::ptr::addr_of!(");
		callee(w);
		text(w, ")");
	} else {
		text(w, "let a = ");
		callee(w);
		text(w, "; ");
		pointer_to(w, t);
		text(w, "&a");
	}
	text(w, "; } }\n");
}

static void alias(struct piece *w)
{
	const struct term *t =
		old_type(w, w->p->thing[SEMVER_OLD]->as.alias.type);

	open_fn(w, t);
	text(w, "(x: *const ");
	item_type(w);
	text(w, ") -> *const ");
	type(w, t);
	wheres(w);
	text(w, "{ x }\n");
}

/* ---- what has bounds */

static void bounds_of_item(struct piece *w)
{
	open_fn(w, NULL);
	if (w->p->item[SEMVER_OLD]->kind == RUSTDOC_TRAIT) {
		text(w, "(x: &Own)");
	} else {
		text(w, "(x: *const ");
		item_type(w);
		text(w, ")");
	}
	wheres(w);
	text(w, "{}\n");
}

/* A value with a longer lifetime where one with a shorter is expected. */
static void variance(struct piece *w)
{
	struct job_frame *fr = w->fr;
	size_t nth;
	bool is_lifetime;

	if (!variance_narrows(w->p, &nth, NULL) || nth >= fr->params.count ||
	    w->lifetime_count + 2 > LIFETIMES_MAX) {
		w->failed = true;
		return;
	}
	is_lifetime = fr->params.at[nth].kind == TERM_OF_LIFETIME;
	/* what is asked of it, a reference may not have */
	if (!is_lifetime &&
	    term_preds_ask(&fr->preds, fr->params.at[nth].name)) {
		w->failed = true;
		return;
	}
	w->lifetimes[w->lifetime_count++] = "'long";
	w->lifetimes[w->lifetime_count++] = "'short";
	open_fn(w, NULL);
	text(w, "(x: *const ");
	item_type_with(w, nth, is_lifetime ? "'long" : "&'long u8");
	text(w, ") -> *const ");
	item_type_with(w, nth, is_lifetime ? "'short" : "&'short u8");
	wheres(w);
	text(w, "'long: 'short { x }\n");
}

/* The default, or the type of a constant. */
static void parameter(struct piece *w)
{
	const struct job_frame *fr = w->fr;
	size_t i = 0;

	if (w->p->item[SEMVER_OLD]->kind == RUSTDOC_TRAIT) {
		w->failed = true;
		return;
	}
	for (; i < fr->params.count && !fr->params.at[i].fallback; i++)
		if (fr->params.at[i].kind == TERM_OF_CONST) {
			bounds_of_item(w);
			return;
		}
	if (i > 0 || fr->params.count == 0) {
		w->failed = true;
		return;
	}
	text(w, "pub fn w(x: *const ::");
	text(w, path_of(w));
	text(w, ") -> *const ::");
	text(w, path_of(w));
	text(w, "<");
	for (; i < fr->params.count; i++) {
		type(w, fr->params.at[i].fallback);
		text(w, ", ");
	}
	text(w, "> { x }\n");
}

static void bounds_of_assoc_type(struct piece *w)
{
	const struct rustdoc_item *thing = w->p->thing[SEMVER_OLD];
	struct term_bounds b =
		term_build_bounds(&w->fr->b, thing->as.assoc_type.bounds);

	/* of ?Sized only an impl tells, and of G<'a> only one that has 'a */
	w->failed |= b.count == 0 || w->fr->own < w->fr->params.count;
	for (size_t i = 0; i < b.count; i++)
		w->failed |= b.at[i].is_maybe;
	if (w->failed)
		return;
	text(w, "fn has<X: ");
	for (size_t i = 0; i < b.count; i++) {
		bound(w, &b.at[i]);
		text(w, " + ");
	}
	text(w, ">() {}\n");
	open_fn(w, NULL);
	text(w, "()");
	wheres(w);
	text(w, "{ has::<");
	callee(w);
	text(w, ">() }\n");
}

static void shape(struct piece *w)
{
	struct rustdoc *d = w->p->side[SEMVER_OLD]->doc;
	const struct rustdoc_fields *fields =
		item_fields(w->p->item[SEMVER_OLD]);

	for (uint32_t i = 0; fields && i < fields->ids.count; i++) {
		const struct rustdoc_item *f =
			rustdoc_item(d, fields->ids.at[i]);

		if (!f || !f->name || !member_is_api(f))
			continue;
		open_fn(w, NULL);
		text(w, "(x: &");
		item_type(w);
		text(w, ")");
		wheres(w);
		strbuf_addf(w->out, "{ let _ = &x.%s; }\n", f->name);
		return;
	}
	w->failed = true;
}

/* ---- impls */

static void has_impl(struct piece *w, bool with_types)
{
	const struct rustdoc_item *impl = w->p->thing[SEMVER_OLD];
	struct rustdoc *d = w->p->side[SEMVER_OLD]->doc;
	const struct rustdoc_ids *ids = &impl->as.impl.items;
	struct job_frame *fr = w->fr;
	struct term_constraint *list = arena_calloc(
		&w->job.arena, (size_t)ids->count + 1, sizeof(*list));
	struct term_params around = { 0 };
	struct term trait;
	struct term_bound b = { .trait = &trait };
	const struct term within = { .kind = TERM_LIFETIME, .name = "'w0" };

	*fr = (struct job_frame){ 0 };
	term_builder_init(&fr->b, w->p->side[SEMVER_OLD], SEMVER_OLD,
			  &w->job.arena);
	term_build_generics(&fr->b, impl->generics, &fr->params, &fr->preds);
	/* what the compiler found leaves out what the type itself asks for */
	if (impl->as.impl.is_synthetic)
		term_build_generics(&fr->b, w->p->item[SEMVER_OLD]->generics,
				    &around, &fr->preds);
	fr->self = term_build(&fr->b, impl->as.impl.target);
	fr->b.self = fr->self;
	trait = *term_build_path(&fr->b, impl->as.impl.trait);
	if (!list || trait.kind != TERM_PATH) {
		w->failed = true;
		return;
	}
	for (uint32_t i = 0; with_types && i < ids->count; i++) {
		const struct rustdoc_item *it =
			rustdoc_item_of(d, ids->at[i], RUSTDOC_ASSOC_TYPE);

		if (it && it->name && it->generics.size < 64)
			list[trait.constraint_count++] =
				(struct term_constraint){
					it->name,
					term_build(&fr->b,
						   it->as.assoc_type.type),
					{ 0 }
				};
	}
	trait.constraints = list;
	note_lifetimes(w, &trait, 0);
	note_all_lifetimes(w);
	note_lifetimes(w, &within, 0);
	text(w, "pub fn w");
	generics(w);
	text(w, "(x: &'w0 ");
	type(w, fr->self);
	text(w, ") -> &'w0 (impl ?Sized + ");
	bound(w, &b);
	text(w, ")");
	wheres(w);
	text(w, "{ x }\n");
}

/* ---- all together */

static void write(struct piece *w, const struct semver_lint *l)
{
	const struct rustdoc_item *thing = w->p->thing[SEMVER_OLD];

	switch (thing->kind) {
	case RUSTDOC_FUNCTION:
		call(w);
		break;
	case RUSTDOC_STRUCT_FIELD:
		field(w);
		break;
	case RUSTDOC_CONSTANT:
	case RUSTDOC_STATIC:
	case RUSTDOC_ASSOC_CONST:
		constant(w);
		break;
	case RUSTDOC_TYPE_ALIAS:
		alias(w);
		break;
	case RUSTDOC_ASSOC_TYPE:
		bounds_of_assoc_type(w);
		break;
	case RUSTDOC_IMPL:
		has_impl(w, w->p->word->change == IMPL_TYPES);
		break;
	default:
		if (strcmp(l->id, "plain_struct_to_tuple_struct") == 0)
			shape(w);
		else if (strcmp(l->id, "generic_parameter_type_changed") == 0)
			parameter(w);
		else if (strcmp(l->id, "type_variance_narrowed") == 0)
			variance(w);
		else
			bounds_of_item(w);
	}
}

bool semver_witness_is_for(const struct semver_lint *lint)
{
	for (const struct semver_lint *l = semver_lints_of_signatures; l->id;
	     l++)
		if (strcmp(l->id, lint->id) == 0)
			return true;
	return false;
}

bool semver_witness(const struct semver_lint *lint, const struct semver_pair *p,
		    struct strbuf *out)
{
	struct piece w = { .job = { .p = p }, .p = p, .out = out };
	size_t before = out->len;
	bool ok;

	w.fr = &w.job.of[SEMVER_OLD];
	if (lint->on != SEMVER_ON_IMPL)
		job_frame(&w.job, SEMVER_OLD);
	write(&w, lint);
	ok = !w.failed && !w.fr->b.is_out_of_memory && strbuf_ok(out);
	arena_release(&w.job.arena);
	if (!ok && strbuf_ok(out))
		strbuf_truncate(out, before);
	return ok;
}
