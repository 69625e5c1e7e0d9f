/* Conditions on functions and on what is generic. */
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

static enum rustdoc_receiver receiver(const struct semver_pair *p, int side)
{
	return rustdoc_receiver(p->side[side]->doc, p->thing[side]);
}

static bool goes(const struct semver_pair *p, enum rustdoc_receiver from,
		 enum rustdoc_receiver to)
{
	return receiver(p, SEMVER_OLD) == from && receiver(p, SEMVER_NEW) == to;
}

bool when_receiver_goes(struct semver_pair *p)
{
	return receiver(p, SEMVER_OLD) != RUSTDOC_RECEIVER_NONE &&
	       receiver(p, SEMVER_NEW) == RUSTDOC_RECEIVER_NONE;
}

bool when_receiver_comes(struct semver_pair *p)
{
	return receiver(p, SEMVER_OLD) == RUSTDOC_RECEIVER_NONE &&
	       receiver(p, SEMVER_NEW) != RUSTDOC_RECEIVER_NONE;
}

bool when_ref_becomes_mut(struct semver_pair *p)
{
	return goes(p, RUSTDOC_RECEIVER_REF, RUSTDOC_RECEIVER_MUT);
}

bool when_ref_becomes_owned(struct semver_pair *p)
{
	return goes(p, RUSTDOC_RECEIVER_REF, RUSTDOC_RECEIVER_OWNED);
}

bool when_mut_becomes_ref(struct semver_pair *p)
{
	return goes(p, RUSTDOC_RECEIVER_MUT, RUSTDOC_RECEIVER_REF);
}

bool when_mut_becomes_owned(struct semver_pair *p)
{
	return goes(p, RUSTDOC_RECEIVER_MUT, RUSTDOC_RECEIVER_OWNED);
}

bool when_owned_becomes_ref(struct semver_pair *p)
{
	return goes(p, RUSTDOC_RECEIVER_OWNED, RUSTDOC_RECEIVER_REF);
}

bool when_owned_becomes_mut(struct semver_pair *p)
{
	return goes(p, RUSTDOC_RECEIVER_OWNED, RUSTDOC_RECEIVER_MUT);
}

bool when_receiver_becomes_other(struct semver_pair *p)
{
	enum rustdoc_receiver was = receiver(p, SEMVER_OLD);

	return was != RUSTDOC_RECEIVER_NONE && was != RUSTDOC_RECEIVER_OTHER &&
	       receiver(p, SEMVER_NEW) == RUSTDOC_RECEIVER_OTHER;
}

/* ---- generics */

struct generic_counts {
	size_t lifetimes;
	size_t types;
	size_t types_required;
	size_t consts;
	size_t consts_required;
};

/* Those that are written: not what an `impl Trait` parameter adds. */
static struct generic_counts count(const struct semver_pair *p, int side)
{
	AUTO(arena_releasep) struct arena scratch = { 0 };
	struct generic_counts c = { 0 };
	struct rustdoc_generics g;

	if (!rustdoc_generics_read(p->side[side]->doc, p->thing[side]->generics,
				   &scratch, &g))
		return c;
	for (size_t i = 0; i < g.count; i++) {
		bool required = !g.at[i].has_default;

		if (g.at[i].is_synthetic)
			continue;
		switch (g.at[i].kind) {
		case RUSTDOC_GENERIC_LIFETIME:
			c.lifetimes++;
			break;
		case RUSTDOC_GENERIC_TYPE:
			c.types++;
			c.types_required += required;
			break;
		case RUSTDOC_GENERIC_CONST:
			c.consts++;
			c.consts_required += required;
			break;
		}
	}
	return c;
}

bool when_lifetimes_differ(struct semver_pair *p)
{
	return count(p, SEMVER_OLD).lifetimes != count(p, SEMVER_NEW).lifetimes;
}

bool when_requires_more_types(struct semver_pair *p)
{
	return count(p, SEMVER_OLD).types_required <
	       count(p, SEMVER_NEW).types_required;
}

bool when_requires_more_consts(struct semver_pair *p)
{
	return count(p, SEMVER_OLD).consts_required <
	       count(p, SEMVER_NEW).consts_required;
}

bool when_allows_fewer_types(struct semver_pair *p)
{
	return count(p, SEMVER_OLD).types > count(p, SEMVER_NEW).types;
}

bool when_allows_fewer_consts(struct semver_pair *p)
{
	return count(p, SEMVER_OLD).consts > count(p, SEMVER_NEW).consts;
}

bool when_type_params_differ(struct semver_pair *p)
{
	return count(p, SEMVER_OLD).types != count(p, SEMVER_NEW).types;
}

bool when_const_params_differ(struct semver_pair *p)
{
	return count(p, SEMVER_OLD).consts != count(p, SEMVER_NEW).consts;
}
