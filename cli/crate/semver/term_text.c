/* Terms as text: for people, and to tell whether two are the same. */
#include <string.h>

#include "base/strbuf.h"
#include "crate/semver/lints.h"
#include "crate/semver/surface.h"
#include "crate/semver/term.h"

struct writer {
	struct strbuf *out;
	struct semver_side *side; /* NULL: for people */
	const char *params[TERM_PARAMS_MAX];
	size_t param_count;
};

static void write_term(struct writer *w, const struct term *t);

static const char *last_part(const char *path)
{
	const char *last = path;

	for (const char *p = path; (p = strstr(p, "::")); p += 2)
		last = p + 2;
	return last;
}

static void write_path_name(struct writer *w, const struct term *t)
{
	const struct surface_path *at;

	if (!w->side) {
		strbuf_adds(w->out, last_part(t->name));
		return;
	}
	at = t->item ? surface_of(w->side->surface, t->id) : NULL;
	strbuf_adds(w->out, at ? at->path : t->name);
}

/* In keys, parameters by the order in which they appear. */
static void write_param(struct writer *w, const char *name)
{
	size_t i = 0;

	if (!w->side || strcmp(name, "Self") == 0) {
		strbuf_adds(w->out, name);
		return;
	}
	while (i < w->param_count && strcmp(w->params[i], name) != 0)
		i++;
	if (i == w->param_count && i < TERM_PARAMS_MAX)
		w->params[w->param_count++] = name;
	strbuf_addf(w->out, "$%u", (unsigned)i);
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
	else if (!w->side)
		strbuf_adds(w->out, is_worth_writing(w, l) ? l->name : "'_");
	else if (strncmp(l->name, "'^", 2) == 0 ||
		 strcmp(l->name, "'static") == 0)
		strbuf_adds(w->out, l->name);
	else
		write_param(w, l->name);
}

static void write_list(struct writer *w, const struct term **at, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			strbuf_adds(w->out, ", ");
		write_term(w, at[i]);
	}
}

static void write_bounds(struct writer *w, struct term_bounds bounds)
{
	for (size_t i = 0; i < bounds.count; i++) {
		if (i > 0)
			strbuf_adds(w->out, " + ");
		if (bounds.at[i].is_maybe)
			strbuf_addc(w->out, '?');
		write_term(w, bounds.at[i].trait ? bounds.at[i].trait
						 : bounds.at[i].lifetime);
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
	if (strncmp(t->name, "unsafe ", 7) == 0)
		strbuf_adds(w->out, "unsafe ");
	if (!strstr(t->name, "Rust"))
		strbuf_adds(w->out, "extern ");
	if (w->side)
		strbuf_adds(w->out, t->name);
	strbuf_adds(w->out, "fn(");
	write_list(w, t->args, t->count - 1);
	strbuf_adds(w->out, ") -> ");
	write_term(w, t->args[t->count - 1]);
}

static void write_projection(struct writer *w, const struct term *t)
{
	strbuf_addc(w->out, '<');
	write_term(w, t->args[0]);
	if (t->bounds.count > 0) {
		strbuf_adds(w->out, " as ");
		write_path_name(w, t->bounds.at[0].trait);
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
	strbuf_adds(w->out, "dyn ");
	write_bounds(w, t->bounds);
	if (w->side) {
		strbuf_adds(w->out, " + ");
		write_lifetime(w, t->args[0]);
	}
}

static void write_term(struct writer *w, const struct term *t)
{
	switch (t->kind) {
	case TERM_ANY:
		strbuf_addc(w->out, '_');
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
		strbuf_adds(w->out, "impl ");
		write_bounds(w, t->bounds);
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

void term_key(struct semver_side *side, const struct term *t,
	      struct strbuf *out)
{
	struct writer w = { .out = out, .side = side };

	write_term(&w, t);
}
