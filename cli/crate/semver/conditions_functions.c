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

/* Where self comes or goes, the lints on receivers say so. */
bool when_param_count_differs(struct semver_pair *p)
{
	return rustdoc_has_receiver(p->thing[SEMVER_OLD]) ==
		       rustdoc_has_receiver(p->thing[SEMVER_NEW]) &&
	       rustdoc_param_count(p->thing[SEMVER_OLD]) !=
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

/* What stands behind the arrow; an async function makes a future of it. */
static bool returns_value(const struct semver_pair *p, int side)
{
	struct rustdoc *doc = p->side[side]->doc;
	struct rustdoc_type t;
	struct scan s;
	size_t n = 0;

	if (fn(p, side)->output.size == 0 ||
	    !rustdoc_type_read(doc, fn(p, side)->output, &t))
		return false;
	if (t.kind != RUSTDOC_TYPE_TUPLE)
		return true;
	rustdoc_cursor(doc, t.body, &s);
	return scan_element(&s, &n); /* the tuple has one: it is not () */
}

static bool same_asyncness(const struct semver_pair *p)
{
	return fn(p, SEMVER_OLD)->is_async == fn(p, SEMVER_NEW)->is_async;
}

bool when_returns_unit(struct semver_pair *p)
{
	return same_asyncness(p) && returns_value(p, SEMVER_OLD) &&
	       !returns_value(p, SEMVER_NEW);
}

bool when_returned_unit(struct semver_pair *p)
{
	return same_asyncness(p) && !returns_value(p, SEMVER_OLD) &&
	       returns_value(p, SEMVER_NEW);
}

/* ---- receivers */

enum {
	POINTERS_MAX = 8, /* Pin<&mut Box<Self>> has three */
};

/* How a method takes self, or the pointer to it. */
enum receiver {
	RECEIVER_OWNED,
	RECEIVER_REF, /* & */
	RECEIVER_MUT, /* &mut */
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

/* Of what self is behind a reference, or is, without one. */
static enum receiver kind_of(const struct pointers *p)
{
	if (p->count > 0 && strcmp(p->at[0], "&") == 0)
		return RECEIVER_REF;
	if (p->count > 0 && strcmp(p->at[0], "&mut") == 0)
		return RECEIVER_MUT;
	return RECEIVER_OWNED;
}

/* What is around Self within the reference, if there is one. */
static size_t inner_of(const struct pointers *p)
{
	return kind_of(p) == RECEIVER_OWNED ? 0 : 1;
}

static bool same_within(const struct pointers *a, const struct pointers *b)
{
	size_t i = inner_of(a), j = inner_of(b);

	if (a->count - i != b->count - j)
		return false;
	while (i < a->count)
		if (strcmp(a->at[i++], b->at[j++]) != 0)
			return false;
	return true;
}

/* From a reference to one of another kind or to none, or the other way. */
static bool goes(const struct semver_pair *p, enum receiver from,
		 enum receiver to)
{
	struct pointers was, is;

	return read_pointers(p, SEMVER_OLD, &was) &&
	       read_pointers(p, SEMVER_NEW, &is) && kind_of(&was) == from &&
	       kind_of(&is) == to && same_within(&was, &is);
}

bool when_receiver_goes(struct semver_pair *p)
{
	return rustdoc_has_receiver(p->thing[SEMVER_OLD]) &&
	       !rustdoc_has_receiver(p->thing[SEMVER_NEW]);
}

bool when_receiver_comes(struct semver_pair *p)
{
	return !rustdoc_has_receiver(p->thing[SEMVER_OLD]) &&
	       rustdoc_has_receiver(p->thing[SEMVER_NEW]);
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

/* Box<Self>, Pin<&mut Self>: any change that is not of a reference alone. */
bool when_receiver_becomes_other(struct semver_pair *p)
{
	struct pointers was, is;

	return read_pointers(p, SEMVER_OLD, &was) &&
	       read_pointers(p, SEMVER_NEW, &is) && !same_within(&was, &is);
}
