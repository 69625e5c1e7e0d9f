/* What items have inside, against each other. */
#include "crate/rustdoc/doc.h"
#include "crate/semver/diff_internal.h"
#include "crate/semver/members.h"
#include "crate/semver/unchanged.h"

/* The members that rows of one kind look at, on both sides. */
struct member_sets {
	struct members set[2];
	const struct rustdoc_ids *impls[2];
	struct members offered[2]; /* by trait impls; see offered() */
	bool offered_known[2];
	enum semver_on on;
};

static void member_sets_release(struct member_sets *m)
{
	for (int side = SEMVER_OLD; side <= SEMVER_NEW; side++) {
		members_release(&m->set[side]);
		members_release(&m->offered[side]);
	}
}
AUTO_RELEASE(struct member_sets, member_sets_release)

static struct member_sets member_sets(struct comparison *c, enum semver_on on)
{
	struct member_sets m = { .on = on };

	for (int side = SEMVER_OLD; side <= SEMVER_NEW; side++)
		m.set[side].budget = m.offered[side].budget = &c->budget;
	return m;
}

/* The next of the same name; there may be too many of them. */
static const struct member *next_same(struct comparison *c,
				      const struct member *it)
{
	if (!it->next_same)
		return NULL;
	if (c->budget == 0) {
		c->is_beyond_limit = true;
		return NULL;
	}
	c->budget--;
	return it->next_same;
}

static bool reaches(const struct semver_lint *l, const struct rustdoc_item *it)
{
	return l->reach == SEMVER_ANY || member_is_api(it);
}

/* What trait impls have of that name: collected when first asked for. */
static const struct member *offered(struct comparison *c,
				    const struct semver_pair *p,
				    struct member_sets *m, int side,
				    const char *name)
{
	if (m->on != SEMVER_ON_INHERENT)
		return NULL;
	if (!m->offered_known[side] &&
	    members_add_offered(&m->offered[side], p->side[side]->doc,
				p->side[side]->surface, m->impls[side]) < 0)
		diff_members_failed(c);
	m->offered_known[side] = true;
	return members_find(&m->offered[side], name);
}

/* Is one of them of KIND, or may be? */
static bool offers_kind(const struct member *m, enum rustdoc_kind kind)
{
	while (m && m->item && m->item->kind != kind)
		m = m->next_same;
	return m != NULL;
}

/*
 * Does MEMBER of the side FROM lack a counterpart?  A method or constant that
 * some trait impl of the type offers is not gone: calls still find it.  One
 * that only a trait impl offered before is new as a method of its own: calls
 * find it without the trait now.
 */
static void member_alone(struct comparison *c, const struct semver_lint *l,
			 struct semver_pair *p, struct member_sets *m, int from)
{
	const struct rustdoc_item *it = p->thing[from];
	const struct member *other = members_find(&m->set[!from], it->name);

	if (!reaches(l, it))
		return;
	for (; other; other = next_same(c, other)) {
		p->thing[!from] = other->item;
		if (diff_is_same(l, p, !from))
			return;
	}
	p->thing[!from] = NULL;
	if (!diff_holds(l, p))
		return;
	if (from == SEMVER_OLD &&
	    offers_kind(offered(c, p, m, SEMVER_NEW, it->name), it->kind))
		return;
	diff_report(c, l, p);
}

/* How far the counterpart IT is public, against what the row wants. */
static bool counts_as_new(const struct semver_lint *l,
			  const struct rustdoc_item *was,
			  const struct rustdoc_item *it)
{
	if (!diff_may_become(l, was, it))
		return false;
	if (l->reach == SEMVER_WAS)
		return true;
	if (!member_is_visible(it))
		return false;
	return l->reach == SEMVER_ANY ||
	       member_is_api(it) == (l->reach == SEMVER_API);
}

/*
 * A type may have several functions of one name.  The change counts if it
 * holds against each of them: one that is as before serves callers still.
 * False if one does; *FIRST is the first that has changed.
 */
static bool all_changed(struct comparison *c, const struct semver_lint *l,
			struct semver_pair *p, const struct member *other,
			const struct rustdoc_item **first)
{
	const struct rustdoc_item *it = p->thing[SEMVER_OLD];

	for (; other; other = next_same(c, other)) {
		if (!other->item)
			return false; /* nobody knows */
		if (!counts_as_new(l, it, other->item)) {
			if (l->reach == SEMVER_LEAVES &&
			    diff_may_become(l, it, other->item) &&
			    member_is_api(other->item))
				return false;
			continue;
		}
		p->thing[SEMVER_NEW] = other->item;
		p->position[SEMVER_NEW] = other->position;
		if (!diff_holds(l, p))
			return false;
		if (!*first)
			*first = other->item;
	}
	return true;
}

static void member_changed(struct comparison *c, const struct semver_lint *l,
			   struct semver_pair *p, struct member_sets *m)
{
	const struct rustdoc_item *it = p->thing[SEMVER_OLD], *first = NULL;
	const struct member *other =
		members_find(&m->set[SEMVER_NEW], it->name);

	if (!reaches(l, it) || !all_changed(c, l, p, other, &first) ||
	    (l->of_any_impl &&
	     !all_changed(c, l, p, offered(c, p, m, SEMVER_NEW, it->name),
			  &first)))
		return;
	p->thing[SEMVER_NEW] = first;
	if (first)
		diff_report(c, l, p);
}

static void compare_members(struct comparison *c,
			    const struct semver_pair *pair,
			    struct member_sets *m);

/* Rows of M->on over one member of the side FROM. */
static void member_rows(struct comparison *c, const struct semver_pair *pair,
			struct member_sets *m, const struct member *it,
			int from)
{
	for (size_t i = c->first[m->on]; i < c->first[m->on + 1]; i++) {
		const struct semver_lint *l = c->rows[i];
		struct semver_pair p = *pair;

		if (!diff_kind_in(l->kinds, it->item))
			continue;
		p.thing[from] = it->item;
		p.thing[!from] = NULL;
		p.position[from] = it->position;
		if (l->event == SEMVER_CHANGED && from == SEMVER_OLD)
			member_changed(c, l, &p, m);
		else if (l->event ==
			 (from == SEMVER_OLD ? SEMVER_GONE : SEMVER_ADDED))
			member_alone(c, l, &p, m, from);
	}
}

static void compare_fields_of_variants(struct comparison *c,
				       const struct semver_pair *pair,
				       struct member_sets *variants)
{
	const struct member *v = variants->set[SEMVER_OLD].first;

	for (; v; v = v->next) {
		AUTO(member_sets_releasep)
		struct member_sets m = member_sets(c, SEMVER_ON_VARIANT_FIELD);
		const struct member *now =
			members_find(&variants->set[SEMVER_NEW], v->item->name);
		struct semver_pair p = *pair;

		if (!now || !diff_kind_in(KIND_VARIANT, now->item) ||
		    !diff_kind_in(KIND_VARIANT, v->item) ||
		    !member_is_api(v->item) || !member_is_api(now->item))
			continue;
		p.variant[SEMVER_OLD] = v->item;
		p.variant[SEMVER_NEW] = now->item;
		for (int side = SEMVER_OLD; side <= SEMVER_NEW; side++)
			if (members_add(&m.set[side], p.side[side]->doc,
					&item_fields(p.variant[side])->ids) < 0)
				diff_members_failed(c);
		compare_members(c, &p, &m);
	}
}

/*
 * Items of a trait that are as they were.  (Other members count by their place
 * as well, or with what stands around them.)
 */
static void settle(const struct semver_pair *p, struct member_sets *m)
{
	struct member *it, *other;
	struct hash was, is;

	if (m->on != SEMVER_ON_TRAIT_ITEM || !unchanged_around_traits(p))
		return;
	for (it = m->set[SEMVER_OLD].first; it; it = it->next) {
		other = members_find(&m->set[SEMVER_NEW], it->item->name);
		if (!other || other->next_same || it->next_same ||
		    members_find(&m->set[SEMVER_OLD], it->item->name) != it ||
		    !unchanged_hash(p->side[SEMVER_OLD], it->item->id, &was) ||
		    !unchanged_hash(p->side[SEMVER_NEW], other->item->id, &is))
			continue;
		it->is_settled = other->is_settled = hash_same(&was, &is);
	}
}

static void compare_members(struct comparison *c,
			    const struct semver_pair *pair,
			    struct member_sets *m)
{
	if (c->is_out_of_memory || c->is_beyond_limit)
		return;
	settle(pair, m);
	for (int side = SEMVER_OLD; side <= SEMVER_NEW; side++)
		for (const struct member *it = m->set[side].first; it;
		     it = it->next)
			if (!it->is_settled)
				member_rows(c, pair, m, it, side);
	if (m->on == SEMVER_ON_VARIANT)
		compare_fields_of_variants(c, pair, m);
}

static const struct rustdoc_ids *member_ids(const struct rustdoc_item *it,
					    enum semver_on on)
{
	const struct rustdoc_fields *fields;

	switch (on) {
	case SEMVER_ON_FIELD:
		fields = item_fields(it);
		return fields ? &fields->ids : NULL;
	case SEMVER_ON_VARIANT:
		return it->kind == RUSTDOC_ENUM ? &it->as.enumeration.variants
						: NULL;
	case SEMVER_ON_TRAIT_ITEM:
		return it->kind == RUSTDOC_TRAIT ? &it->as.trait.items : NULL;
	default:
		return NULL;
	}
}

void diff_set(struct comparison *c, const struct semver_pair *p,
	      enum semver_on on)
{
	AUTO(member_sets_releasep) struct member_sets m = member_sets(c, on);

	for (int side = SEMVER_OLD; side <= SEMVER_NEW; side++) {
		const struct rustdoc_ids *ids = member_ids(p->item[side], on);

		if (!ids)
			return;
		if (members_add(&m.set[side], p->side[side]->doc, ids) < 0)
			diff_members_failed(c);
	}
	compare_members(c, p, &m);
}

void diff_inherent(struct comparison *c, const struct semver_pair *p)
{
	AUTO(member_sets_releasep)
	struct member_sets m = member_sets(c, SEMVER_ON_INHERENT);
	AUTO(arena_releasep) struct arena scratch = { 0 };
	struct unchanged_list lists[2];

	for (int side = SEMVER_OLD; side <= SEMVER_NEW; side++) {
		m.impls[side] = item_impls(p->item[side]);
		if (!m.impls[side])
			return;
		if (unchanged_list(p->side[side], m.impls[side], &scratch,
				   &lists[side]) < 0) {
			c->is_out_of_memory = true;
			return;
		}
	}
	for (int side = SEMVER_OLD; side <= SEMVER_NEW; side++)
		if (members_add_inherent_of(&m.set[side], p->side[side],
					    m.impls[side], &lists[!side]) < 0)
			diff_members_failed(c);
	compare_members(c, p, &m);
}
