#include "crate/semver/members.h"

#include <string.h>

#include "crate/rustdoc/doc.h"
#include "crate/semver/lints.h"
#include "crate/semver/surface.h"
#include "crate/semver/unchanged.h"

void members_release(struct members *m)
{
	if (!m)
		return;
	map_release(&m->by_name);
	arena_release(&m->arena);
	*m = (struct members){ 0 };
}

/* Lists may name one impl or item a million times: each time counts. */
static bool spend(struct members *m)
{
	if (!m->budget)
		return true;
	if (*m->budget == 0)
		return false;
	--*m->budget;
	return true;
}

/* ITEM may be NULL, what is called NAME is not in the document then. */
static int add(struct members *m, const char *name,
	       const struct rustdoc_item *item, uint32_t position)
{
	struct member *new, *same;

	if (!spend(m))
		return -1;
	same = map_get(&m->by_name, name);
	if (same && item && same->item == item)
		return 0; /* listed twice */
	new = arena_alloc(&m->arena, sizeof(*new));
	if (!new)
		return -1;
	new->item = item;
	new->position = position;
	if (same) {
		new->next_same = same->next_same;
		same->next_same = new;
	} else if (map_put(&m->by_name, name, new) < 0) {
		return -1;
	}
	if (m->last)
		m->last->next = new;
	else
		m->first = new;
	m->last = new;
	return 0;
}

int members_add(struct members *m, struct rustdoc *doc,
		const struct rustdoc_ids *ids)
{
	for (uint32_t i = 0; i < ids->count; i++) {
		const struct rustdoc_item *item = rustdoc_item(doc, ids->at[i]);

		if (item && item->name && add(m, item->name, item, i) < 0)
			return -1;
	}
	return 0;
}

static int add_impls(struct members *m, struct rustdoc *doc,
		     const struct rustdoc_ids *impls, bool with_traits)
{
	for (uint32_t i = 0; i < impls->count; i++) {
		const struct rustdoc_item *impl;

		if (!spend(m))
			return -1;
		if (rustdoc_impl_sort(doc, impls->at[i]) !=
		    RUSTDOC_IMPL_UNKNOWN)
			continue;
		impl = rustdoc_item_of(doc, impls->at[i], RUSTDOC_IMPL);
		if (impl &&
		    (with_traits || impl->as.impl.trait_id == RUSTDOC_NO_ID) &&
		    members_add(m, doc, &impl->as.impl.items) < 0)
			return -1;
	}
	return 0;
}

int members_add_inherent(struct members *m, struct rustdoc *doc,
			 const struct rustdoc_ids *impls)
{
	return add_impls(m, doc, impls, false);
}

int members_add_own(struct members *m, struct rustdoc *doc,
		    const struct rustdoc_ids *impls)
{
	return add_impls(m, doc, impls, true);
}

int members_add_inherent_of(struct members *m, const struct semver_side *side,
			    const struct rustdoc_ids *impls,
			    const struct unchanged_list *other)
{
	for (uint32_t i = 0; i < impls->count; i++) {
		struct rustdoc_ids one = { &impls->at[i], 1 };
		struct member *last = m->last;
		bool is_settled;

		if (members_add_inherent(m, side->doc, &one) < 0)
			return -1;
		if (m->last == last)
			continue;
		is_settled = unchanged_among(other, side, impls->at[i]);
		for (last = last ? last->next : m->first; last;
		     last = last->next)
			last->is_settled = is_settled;
	}
	return 0;
}

struct member *members_find(const struct members *m, const char *name)
{
	return map_get(&m->by_name, name);
}

const struct rustdoc_ids *item_impls(const struct rustdoc_item *item)
{
	switch (item->kind) {
	case RUSTDOC_STRUCT:
	case RUSTDOC_UNION:
		return &item->as.type.impls;
	case RUSTDOC_ENUM:
		return &item->as.enumeration.impls;
	default:
		return NULL;
	}
}

const struct rustdoc_fields *item_fields(const struct rustdoc_item *item)
{
	switch (item->kind) {
	case RUSTDOC_STRUCT:
	case RUSTDOC_UNION:
		return &item->as.type.fields;
	case RUSTDOC_VARIANT:
		return &item->as.variant.fields;
	default:
		return NULL;
	}
}

/* Constants that an impl takes over. */
static int add_constants(struct members *m, struct rustdoc *doc,
			 const struct members *of_trait,
			 const struct rustdoc_impl *impl)
{
	for (const struct member *c = of_trait->first; c; c = c->next) {
		bool own = false;

		for (uint32_t i = 0; i < impl->items.count && !own; i++) {
			const struct rustdoc_item *it = rustdoc_item_of(
				doc, impl->items.at[i], RUSTDOC_ASSOC_CONST);

			own = it && it->name &&
			      strcmp(it->name, c->item->name) == 0;
		}
		if (!own && c->item->kind == RUSTDOC_ASSOC_CONST &&
		    add(m, c->item->name, c->item, c->position) < 0)
			return -1;
	}
	return 0;
}

/* What an impl takes over; a foreign trait does not show it. */
static int add_provided(struct members *m, struct rustdoc *doc,
			const struct rustdoc_impl *impl)
{
	AUTO(members_releasep)
	struct members of_trait = { .budget = m->budget };
	const struct rustdoc_item *trait =
		rustdoc_item_of(doc, impl->trait_id, RUSTDOC_TRAIT);

	if (trait && members_add(&of_trait, doc, &trait->as.trait.items) < 0)
		return -1;
	if (add_constants(m, doc, &of_trait, impl) < 0)
		return -1;
	for (uint32_t i = 0; i < impl->provided.count; i++) {
		const struct member *it =
			members_find(&of_trait, impl->provided.at[i]);

		if (add(m, impl->provided.at[i], it ? it->item : NULL, i) < 0)
			return -1;
	}
	return 0;
}

/* A trait of this crate that nobody can import helps no caller. */
static bool can_be_called(const struct rustdoc_item *impl, struct rustdoc *doc,
			  const struct surface *surface)
{
	uint32_t trait = impl->as.impl.trait_id;
	const struct rustdoc_item *local;

	if (trait == RUSTDOC_NO_ID || impl->as.impl.is_negative)
		return false;
	local = rustdoc_item_of(doc, trait, RUSTDOC_TRAIT);
	return !local || local->crate_id != 0 || surface_is_api(surface, trait);
}

int members_add_offered(struct members *m, struct rustdoc *doc,
			const struct surface *surface,
			const struct rustdoc_ids *impls)
{
	for (uint32_t i = 0; i < impls->count; i++) {
		const struct rustdoc_item *impl =
			rustdoc_item_of(doc, impls->at[i], RUSTDOC_IMPL);

		if (!spend(m))
			return -1;
		if (!impl || !can_be_called(impl, doc, surface))
			continue;
		if (members_add(m, doc, &impl->as.impl.items) < 0 ||
		    add_provided(m, doc, &impl->as.impl) < 0)
			return -1;
	}
	return 0;
}

bool member_is_visible(const struct rustdoc_item *item)
{
	return item->visibility != RUSTDOC_RESTRICTED;
}

bool member_is_api(const struct rustdoc_item *item)
{
	return member_is_visible(item) &&
	       (item->deprecated || !item->attrs.hidden);
}
