/* Terms as text: for people, and for the compiler. */
#include <string.h>

#include "base/strbuf.h"
#include "crate/semver/lints.h"
#include "crate/semver/std_facts.h"
#include "crate/semver/surface.h"
#include "crate/semver/term.h"

struct writer {
	struct strbuf *out;
	struct semver_side *side; /* of code; NULL: for people */
	bool is_bound;		  /* inside of for<..> */
	bool failed;		  /* there is no way to write it */
};

static void write_term(struct writer *w, const struct term *t);

static const char *last_part(const char *path)
{
	const char *last = path;

	for (const char *p = path; (p = strstr(p, "::")); p += 2)
		last = p + 2;
	return last;
}

/* core::iter::traits::iterator::Iterator is std::iter::Iterator to users. */
static void write_std_name(struct writer *w, const char *path)
{
	const char *first = strstr(path, "::") + 2;
	const char *second = strstr(first, "::");
	bool is_deep = strncmp(first, "sync::atomic::", 14) == 0 ||
		       strncmp(first, "sync::mpsc::", 12) == 0;

	strbuf_adds(w->out, "::std::");
	if (second && !is_deep)
		strbuf_addf(w->out, "%.*s::%s", (int)(second - first), first,
			    last_part(path));
	else
		strbuf_adds(w->out, first);
}

static void write_code_name(struct writer *w, const struct term *t)
{
	const struct surface_path *at =
		t->item ? surface_of(w->side->surface, t->id) : NULL;

	if (at && at->is_api)
		strbuf_addf(w->out, "::%s", at->path);
	else if (!t->item && fact_is_standard(t->name))
		write_std_name(w, t->name);
	else
		w->failed = true;
}

static void write_path_name(struct writer *w, const struct term *t)
{
	if (w->side)
		write_code_name(w, t);
	else
		strbuf_adds(w->out, last_part(t->name));
}

static void write_param(struct writer *w, const char *name)
{
	bool is_own = w->side && strcmp(name, "Self") == 0;

	strbuf_adds(w->out, is_own ? "Own" : name);
}

/* 'a is 'a, a nameless one is 'l1, one of for<..> is 'h1. */
static void write_code_lifetime(struct writer *w, const char *name)
{
	if (name[1] == '_')
		strbuf_addf(w->out, "'l%s", name + 2);
	else if (name[1] == '^')
		strbuf_addf(w->out, "'h%s", name + 2);
	else
		strbuf_adds(w->out, name);
}

static bool is_worth_writing(const struct writer *w, const struct term *l)
{
	return w->side || (strncmp(l->name, "'_", 2) != 0 &&
			   strncmp(l->name, "'^", 2) != 0);
}

static void write_lifetime(struct writer *w, const struct term *l)
{
	if (l->kind != TERM_LIFETIME)
		strbuf_adds(w->out, "'_");
	else if (w->side)
		write_code_lifetime(w, l->name);
	else
		strbuf_adds(w->out, is_worth_writing(w, l) ? l->name : "'_");
}

static void write_list(struct writer *w, const struct term **at, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			strbuf_adds(w->out, ", ");
		write_term(w, at[i]);
	}
}

/* The lifetimes of for<..> in T, as bits by their numbers. */
static uint32_t bound_in(const struct term *t, unsigned depth)
{
	uint32_t found = 0;

	if (!t || depth > TERM_DEPTH_MAX)
		return 0;
	if (t->kind == TERM_LIFETIME && strncmp(t->name, "'^", 2) == 0 &&
	    t->name[2] >= '0' && t->name[2] <= '9')
		return 1u << (t->name[2] - '0');
	for (size_t i = 0; i < t->count; i++)
		found |= bound_in(t->args[i], depth + 1);
	for (size_t i = 0; i < t->bounds.count; i++)
		found |= bound_in(t->bounds.at[i].trait, depth + 1);
	for (size_t i = 0; i < t->constraint_count; i++)
		found |= bound_in(t->constraints[i].value, depth + 1);
	return found;
}

/* for<'h0, 'h1>, in code, where the outermost binder stands. */
static bool open_binder(struct writer *w, const struct term *t)
{
	uint32_t lifetimes = w->side && !w->is_bound ? bound_in(t, 0) : 0;
	const char *sep = "for<";

	for (unsigned i = 0; lifetimes != 0 && i < 10; i++) {
		if (!(lifetimes & (1u << i)))
			continue;
		strbuf_addf(w->out, "%s'h%u", sep, i);
		sep = ", ";
	}
	if (lifetimes != 0)
		strbuf_adds(w->out, "> ");
	w->is_bound |= lifetimes != 0;
	return lifetimes != 0;
}

static void write_bounds(struct writer *w, struct term_bounds bounds)
{
	for (size_t i = 0; i < bounds.count; i++) {
		bool opened;

		if (i > 0)
			strbuf_adds(w->out, " + ");
		if (bounds.at[i].is_maybe)
			strbuf_addc(w->out, '?');
		opened = bounds.at[i].trait &&
			 open_binder(w, bounds.at[i].trait);
		write_term(w, bounds.at[i].trait ? bounds.at[i].trait
						 : bounds.at[i].lifetime);
		if (opened)
			w->is_bound = false;
	}
}

/* Fn(A) -> B */
static void write_call(struct writer *w, const struct term *inputs,
		       const struct term *output)
{
	strbuf_addc(w->out, '(');
	write_list(w, inputs->args, inputs->count);
	strbuf_addc(w->out, ')');
	if (output->kind == TERM_TUPLE && output->count == 0)
		return;
	strbuf_adds(w->out, " -> ");
	write_term(w, output);
}

static void write_constraint(struct writer *w, const struct term_constraint *c)
{
	strbuf_adds(w->out, c->name);
	if (c->value) {
		strbuf_adds(w->out, " = ");
		write_term(w, c->value);
	} else {
		strbuf_adds(w->out, ": ");
		write_bounds(w, c->bounds);
	}
}

static void write_path(struct writer *w, const struct term *t)
{
	const char *sep = "<";

	write_path_name(w, t);
	if (t->constraint_count == 1 && t->count == 1 &&
	    t->constraints[0].value && t->args[0]->kind == TERM_TUPLE &&
	    strcmp(t->constraints[0].name, "Output") == 0) {
		write_call(w, t->args[0], t->constraints[0].value);
		return;
	}
	for (size_t i = 0; i < t->count; i++) {
		if (t->args[i]->kind == TERM_LIFETIME &&
		    !is_worth_writing(w, t->args[i]))
			continue;
		strbuf_adds(w->out, sep);
		write_term(w, t->args[i]);
		sep = ", ";
	}
	for (size_t i = 0; i < t->constraint_count; i++) {
		strbuf_adds(w->out, sep);
		write_constraint(w, &t->constraints[i]);
		sep = ", ";
	}
	if (sep[0] == ',')
		strbuf_addc(w->out, '>');
}

static void write_ref(struct writer *w, const struct term *t)
{
	strbuf_addc(w->out, '&');
	if (is_worth_writing(w, t->args[0])) {
		write_lifetime(w, t->args[0]);
		strbuf_addc(w->out, ' ');
	}
	strbuf_adds(w->out, t->is_mutable ? "mut " : "");
	write_term(w, t->args[1]);
}

static void write_fn(struct writer *w, const struct term *t)
{
	bool opened = open_binder(w, t);

	if (strncmp(t->name, "unsafe ", 7) == 0)
		strbuf_adds(w->out, "unsafe ");
	if (!strstr(t->name, "Rust")) {
		strbuf_adds(w->out, "extern ");
		w->failed |= w->side != NULL;
	}
	strbuf_adds(w->out, "fn(");
	write_list(w, t->args, t->count - 1);
	strbuf_adds(w->out, ") -> ");
	write_term(w, t->args[t->count - 1]);
	if (opened)
		w->is_bound = false;
}

static void write_projection(struct writer *w, const struct term *t)
{
	strbuf_addc(w->out, '<');
	write_term(w, t->args[0]);
	if (t->bounds.count > 0) {
		strbuf_adds(w->out, " as ");
		write_term(w, t->bounds.at[0].trait);
	}
	strbuf_addf(w->out, ">::%s", t->name);
}

static void write_sequence(struct writer *w, const struct term *t)
{
	strbuf_addc(w->out, '[');
	write_term(w, t->args[0]);
	if (t->kind == TERM_ARRAY) {
		strbuf_adds(w->out, "; ");
		write_term(w, t->args[1]);
	}
	strbuf_addc(w->out, ']');
}

static void write_dyn(struct writer *w, const struct term *t)
{
	strbuf_adds(w->out, w->side ? "(dyn " : "dyn ");
	write_bounds(w, t->bounds);
	if (w->side && t->args[0]->kind == TERM_LIFETIME) {
		strbuf_adds(w->out, " + ");
		write_lifetime(w, t->args[0]);
	}
	if (w->side)
		strbuf_addc(w->out, ')');
}

static void write_term(struct writer *w, const struct term *t)
{
	switch (t->kind) {
	case TERM_ANY:
		strbuf_addc(w->out, '_');
		w->failed = true;
		break;
	case TERM_PATH:
		write_path(w, t);
		break;
	case TERM_PARAM:
	case TERM_CONST:
		write_param(w, t->name);
		break;
	case TERM_PRIMITIVE:
		strbuf_adds(w->out,
			    strcmp(t->name, "never") == 0 ? "!" : t->name);
		break;
	case TERM_REF:
		write_ref(w, t);
		break;
	case TERM_POINTER:
		strbuf_adds(w->out, t->is_mutable ? "*mut " : "*const ");
		write_term(w, t->args[0]);
		break;
	case TERM_SLICE:
	case TERM_ARRAY:
		write_sequence(w, t);
		break;
	case TERM_TUPLE:
		strbuf_addc(w->out, '(');
		write_list(w, t->args, t->count);
		strbuf_adds(w->out, t->count == 1 ? ",)" : ")");
		break;
	case TERM_FN:
		write_fn(w, t);
		break;
	case TERM_DYN:
		write_dyn(w, t);
		break;
	case TERM_IMPL:
		strbuf_adds(w->out, w->side ? "(impl " : "impl ");
		write_bounds(w, t->bounds);
		if (w->side)
			strbuf_addc(w->out, ')');
		break;
	case TERM_PROJECTION:
		write_projection(w, t);
		break;
	case TERM_LIFETIME:
		write_lifetime(w, t);
		break;
	}
}

void term_show(const struct term *t, struct strbuf *out)
{
	struct writer w = { .out = out };

	write_term(&w, t);
}

bool term_code(struct semver_side *side, const struct term *t,
	       struct strbuf *out)
{
	struct writer w = { .out = out, .side = side };

	write_term(&w, t);
	return !w.failed;
}
