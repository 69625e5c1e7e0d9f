/* Conditions on functions. */
#include "crate/semver/conditions.h"

#include <string.h>

#include "base/strbuf.h"
#include "crate/rustdoc/doc.h"
#include "crate/rustdoc/type.h"

static const struct rustdoc_function *fn(const struct semver_pair *p, int side)
{
	return &p->thing[side]->as.function;
}

bool when_param_count_differs(struct semver_pair *p)
{
	return rustdoc_param_count(p->thing[SEMVER_OLD]) !=
	       rustdoc_param_count(p->thing[SEMVER_NEW]);
}

/* As the linker's other side counts them: with self. */
bool when_symbol_param_count_differs(struct semver_pair *p)
{
	return fn(p, SEMVER_OLD)->param_count != fn(p, SEMVER_NEW)->param_count;
}

void detail_symbol_param_count(const struct semver_pair *p, struct strbuf *out)
{
	strbuf_addf(out, ": it takes %u instead of %u",
		    (unsigned)fn(p, SEMVER_NEW)->param_count,
		    (unsigned)fn(p, SEMVER_OLD)->param_count);
}

void detail_param_count(const struct semver_pair *p, struct strbuf *out)
{
	strbuf_addf(out, ": it takes %u instead of %u",
		    (unsigned)rustdoc_param_count(p->thing[SEMVER_NEW]),
		    (unsigned)rustdoc_param_count(p->thing[SEMVER_OLD]));
}

bool when_becomes_unsafe(struct semver_pair *p)
{
	return !fn(p, SEMVER_OLD)->is_unsafe && fn(p, SEMVER_NEW)->is_unsafe;
}

bool when_was_unsafe(struct semver_pair *p)
{
	return fn(p, SEMVER_OLD)->is_unsafe && !fn(p, SEMVER_NEW)->is_unsafe;
}

bool when_becomes_const(struct semver_pair *p)
{
	return !fn(p, SEMVER_OLD)->is_const && fn(p, SEMVER_NEW)->is_const;
}

bool when_was_const(struct semver_pair *p)
{
	return fn(p, SEMVER_OLD)->is_const && !fn(p, SEMVER_NEW)->is_const;
}

static bool same_abi(const struct semver_pair *p)
{
	return strcmp(fn(p, SEMVER_OLD)->abi, fn(p, SEMVER_NEW)->abi) == 0;
}

bool when_abi_differs(struct semver_pair *p)
{
	return !same_abi(p);
}

bool when_unwind_goes(struct semver_pair *p)
{
	return same_abi(p) && fn(p, SEMVER_OLD)->unwind &&
	       !fn(p, SEMVER_NEW)->unwind;
}

bool when_unwind_comes(struct semver_pair *p)
{
	return same_abi(p) && !fn(p, SEMVER_OLD)->unwind &&
	       fn(p, SEMVER_NEW)->unwind;
}

/* An async function returns a future, whatever stands behind its arrow. */
static bool returns_value(const struct semver_pair *p, int side)
{
	struct rustdoc *doc = p->side[side]->doc;
	struct rustdoc_type t;
	struct scan s;
	size_t n = 0;

	if (fn(p, side)->is_async)
		return true;
	if (fn(p, side)->output.size == 0 ||
	    !rustdoc_type_read(doc, fn(p, side)->output, &t))
		return false;
	if (t.kind != RUSTDOC_TYPE_TUPLE)
		return true;
	rustdoc_cursor(doc, t.body, &s);
	return scan_element(&s, &n); /* the tuple has one: it is not () */
}

bool when_returns_unit(struct semver_pair *p)
{
	return returns_value(p, SEMVER_OLD) && !returns_value(p, SEMVER_NEW);
}

bool when_returned_unit(struct semver_pair *p)
{
	return !returns_value(p, SEMVER_OLD) && returns_value(p, SEMVER_NEW);
}

/* ---- receivers */

enum {
	POINTERS_MAX = 8, /* Pin<&mut Box<Self>> has three */
};

/* How a method takes self. */
enum receiver {
	RECEIVER_NONE,
	RECEIVER_OWNED, /* self */
	RECEIVER_REF,	/* &self */
	RECEIVER_MUT,	/* &mut self */
	RECEIVER_OTHER	/* Box<Self>, Pin<&mut Self>, ... */
};

/* What stands around Self, outermost first: "&mut", "alloc::boxed::Box". */
struct pointers {
	const char *at[POINTERS_MAX];
	size_t count;
};

/* The type itself, as Self or by its name. */
static bool is_self(const struct semver_pair *p, int side,
		    const struct rustdoc_type *t)
{
	return (t->kind == RUSTDOC_TYPE_GENERIC && text_is(&t->name, "Self")) ||
	       (t->kind == RUSTDOC_TYPE_PATH && t->id == p->item[side]->id);
}

/* Step into a pointer; NULL if it is none. */
static const char *enter_pointer(struct rustdoc *doc,
				 const struct rustdoc_type *t,
				 struct rustdoc_span *inner)
{
	AUTO(arena_releasep) struct arena scratch = { 0 };
	const char *path, *kind;
	struct rustdoc_args args;

	if (t->kind == RUSTDOC_TYPE_REF) {
		*inner = t->inner;
		return t->is_mutable ? "&mut" : "&";
	}
	if (t->kind != RUSTDOC_TYPE_PATH ||
	    !rustdoc_path(doc, t->id, &path, &kind) ||
	    !rustdoc_args_read(doc, t->args, &scratch, &args))
		return NULL;
	for (size_t i = 0; i < args.count; i++) {
		if (args.at[i].kind != RUSTDOC_GENERIC_TYPE)
			continue;
		*inner = args.at[i].type;
		return path;
	}
	return NULL;
}

/* False if there is no self. */
static bool read_pointers(const struct semver_pair *p, int side,
			  struct pointers *out)
{
	const struct rustdoc_item *function = p->thing[side];
	struct rustdoc *doc = p->side[side]->doc;
	struct rustdoc_span at;
	struct rustdoc_type t;

	out->count = 0;
	if (!rustdoc_has_receiver(function))
		return false;
	at = function->as.function.params[0].type;
	while (out->count < POINTERS_MAX && rustdoc_type_read(doc, at, &t) &&
	       !is_self(p, side, &t)) {
		const char *pointer = enter_pointer(doc, &t, &at);

		if (!pointer)
			break;
		out->at[out->count++] = pointer;
	}
	return true;
}

static bool same_pointers(const struct pointers *a, const struct pointers *b)
{
	for (size_t i = 0; i < a->count && i < b->count; i++)
		if (strcmp(a->at[i], b->at[i]) != 0)
			return false;
	return a->count == b->count;
}

static enum receiver kind_of(const struct pointers *p)
{
	if (p->count == 0)
		return RECEIVER_OWNED;
	if (p->count > 1)
		return RECEIVER_OTHER;
	if (strcmp(p->at[0], "&") == 0)
		return RECEIVER_REF;
	return strcmp(p->at[0], "&mut") == 0 ? RECEIVER_MUT : RECEIVER_OTHER;
}

static enum receiver receiver(const struct semver_pair *p, int side)
{
	struct pointers around;

	return read_pointers(p, side, &around) ? kind_of(&around)
					       : RECEIVER_NONE;
}

static bool goes(const struct semver_pair *p, enum receiver from,
		 enum receiver to)
{
	return receiver(p, SEMVER_OLD) == from && receiver(p, SEMVER_NEW) == to;
}

bool when_receiver_goes(struct semver_pair *p)
{
	return receiver(p, SEMVER_OLD) != RECEIVER_NONE &&
	       receiver(p, SEMVER_NEW) == RECEIVER_NONE;
}

bool when_receiver_comes(struct semver_pair *p)
{
	return receiver(p, SEMVER_OLD) == RECEIVER_NONE &&
	       receiver(p, SEMVER_NEW) != RECEIVER_NONE;
}

bool when_ref_becomes_mut(struct semver_pair *p)
{
	return goes(p, RECEIVER_REF, RECEIVER_MUT);
}

bool when_ref_becomes_owned(struct semver_pair *p)
{
	return goes(p, RECEIVER_REF, RECEIVER_OWNED);
}

bool when_mut_becomes_ref(struct semver_pair *p)
{
	return goes(p, RECEIVER_MUT, RECEIVER_REF);
}

bool when_mut_becomes_owned(struct semver_pair *p)
{
	return goes(p, RECEIVER_MUT, RECEIVER_OWNED);
}

bool when_owned_becomes_ref(struct semver_pair *p)
{
	return goes(p, RECEIVER_OWNED, RECEIVER_REF);
}

bool when_owned_becomes_mut(struct semver_pair *p)
{
	return goes(p, RECEIVER_OWNED, RECEIVER_MUT);
}

/* Any change between kinds that no other lint has a name for. */
bool when_receiver_becomes_other(struct semver_pair *p)
{
	struct pointers was, is;

	return read_pointers(p, SEMVER_OLD, &was) &&
	       read_pointers(p, SEMVER_NEW, &is) && !same_pointers(&was, &is) &&
	       (kind_of(&was) == RECEIVER_OTHER ||
		kind_of(&is) == RECEIVER_OTHER);
}
