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
