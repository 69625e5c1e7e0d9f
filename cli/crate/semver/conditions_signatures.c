/* Conditions on types: what a signature says, and what was implemented. */
#include "crate/semver/conditions.h"

#include "crate/semver/impls.h"
#include "crate/semver/members.h"
#include "crate/semver/signature.h"
#include "crate/semver/variance.h"

bool when_param_type_changes(struct semver_pair *p)
{
	return signature_changes(p, SIGNATURE_PARAM, NULL) != 0;
}

bool when_return_type_changes(struct semver_pair *p)
{
	return signature_changes(p, SIGNATURE_RETURN, NULL) != 0;
}

bool when_bounds_tighten(struct semver_pair *p)
{
	return signature_changes(p, SIGNATURE_BOUNDS, NULL) != 0;
}

bool when_self_narrows(struct semver_pair *p)
{
	return signature_changes(p, SIGNATURE_SELF, NULL) != 0;
}

bool when_generics_move(struct semver_pair *p)
{
	return signature_changes(p, SIGNATURE_ORDER, NULL) != 0;
}

bool when_lifetimes_tighten(struct semver_pair *p)
{
	return signature_changes(p, SIGNATURE_LIFETIMES, NULL) != 0;
}

bool when_type_changes(struct semver_pair *p)
{
	return signature_changes(p, SIGNATURE_TYPE, NULL) != 0;
}

bool when_variance_narrows(struct semver_pair *p)
{
	return variance_narrows(p, NULL, NULL);
}

void detail_variance(const struct semver_pair *p, struct strbuf *out)
{
	variance_narrows(p, NULL, out);
}

void detail_param_type(const struct semver_pair *p, struct strbuf *out)
{
	signature_changes(p, SIGNATURE_PARAM, out);
}

void detail_return_type(const struct semver_pair *p, struct strbuf *out)
{
	signature_changes(p, SIGNATURE_RETURN, out);
}

void detail_bounds(const struct semver_pair *p, struct strbuf *out)
{
	signature_changes(p, SIGNATURE_BOUNDS, out);
}

void detail_self(const struct semver_pair *p, struct strbuf *out)
{
	signature_changes(p, SIGNATURE_SELF, out);
}

void detail_type(const struct semver_pair *p, struct strbuf *out)
{
	signature_changes(p, SIGNATURE_TYPE, out);
}

/* A field told by its number is another one if their count differs. */
static bool places_stay(const struct rustdoc_item *was,
			const struct rustdoc_item *is)
{
	const struct rustdoc_fields *a = item_fields(was), *b = item_fields(is);

	return a && b && a->shape == b->shape &&
	       (a->shape != RUSTDOC_TUPLE || a->ids.count == b->ids.count);
}

bool when_item_places_stay(struct semver_pair *p)
{
	return places_stay(p->item[SEMVER_OLD], p->item[SEMVER_NEW]);
}

bool when_variant_places_stay(struct semver_pair *p)
{
	return places_stay(p->variant[SEMVER_OLD], p->variant[SEMVER_NEW]);
}

static bool is_plain(const struct rustdoc_item *it)
{
	return it->as.type.fields.shape == RUSTDOC_PLAIN;
}

bool when_was_plain_shape(struct semver_pair *p)
{
	return is_plain(p->thing[SEMVER_OLD]);
}

bool when_is_no_plain_shape(struct semver_pair *p)
{
	return !is_plain(p->thing[SEMVER_NEW]);
}

bool when_blanket_impl_is_added(struct semver_pair *p)
{
	return impls_blanket_added(p);
}

bool when_impl_is_gone(struct semver_pair *p)
{
	return p->word->change == IMPL_GONE;
}

bool when_impl_asks_more(struct semver_pair *p)
{
	return p->word->change == IMPL_BOUNDS;
}

bool when_impl_types_change(struct semver_pair *p)
{
	return p->word->change == IMPL_TYPES;
}
