#include "crate/semver/variance.h"

#include <string.h>

#include "base/arena.h"
#include "base/strbuf.h"
#include "crate/rustdoc/doc.h"
#include "crate/semver/alike.h"
#include "crate/semver/members.h"
#include "crate/semver/std_facts.h"
#include "crate/semver/term.h"
#include "crate/semver/unchanged.h"

/* How a parameter is used, as a set. */
enum {
	VARIANCE_CO = 1 << 0,
	VARIANCE_CONTRA = 1 << 1,
	VARIANCE_UNKNOWN = 1 << 2,
	VARIANCE_IN = VARIANCE_CO | VARIANCE_CONTRA
};

enum {
	USES_MAX = 256, /* parameters of types that are looked at */
	STAYS_DEPTH_MAX = 6
};

/* What is known so far of the parameter NTH of ITEM. */
struct use {
	const struct rustdoc_item *item;
	size_t nth;
	unsigned is;
};

struct inquiry {
	struct semver_side *side;
	int which;
	struct arena *arena;
	struct use uses[USES_MAX];
	size_t count;
	bool is_beyond;
};

/* Of ITEM's parameter NTH; to be found out, if it is new. */
static unsigned use_of(struct inquiry *q, const struct rustdoc_item *item,
		       size_t nth)
{
	for (size_t i = 0; i < q->count; i++)
		if (q->uses[i].item == item && q->uses[i].nth == nth)
			return q->uses[i].is;
	if (q->count == USES_MAX) {
		q->is_beyond = true;
		return VARIANCE_UNKNOWN;
	}
	q->uses[q->count++] = (struct use){ .item = item, .nth = nth };
	return 0;
}

/* IS, seen from a place that is AROUND. */
static unsigned within(unsigned around, unsigned is)
{
	unsigned found = (is | around) & VARIANCE_UNKNOWN;

	if (is == 0)
		return 0;
	if (is & VARIANCE_CO)
		found |= around;
	if (is & VARIANCE_CONTRA)
		found |= (around & VARIANCE_CO ? VARIANCE_CONTRA : 0) |
			 (around & VARIANCE_CONTRA ? VARIANCE_CO : 0);
	return found;
}

static unsigned in_term(struct inquiry *q, const struct term *t,
			const char *name, unsigned around, unsigned depth);

static unsigned in_all(struct inquiry *q, const struct term *t,
		       const char *name, unsigned around, unsigned depth)
{
	unsigned found = 0;

	for (size_t i = 0; i < t->count; i++)
		found |= in_term(q, t->args[i], name, around, depth);
	return found;
}

/* Arguments and associated types of a trait. */
static unsigned in_trait(struct inquiry *q, const struct term *t,
			 const char *name, unsigned depth)
{
	unsigned found = in_all(q, t, name, VARIANCE_IN, depth);

	for (size_t i = 0; i < t->constraint_count; i++)
		if (t->constraints[i].value)
			found |= in_term(q, t->constraints[i].value, name,
					 VARIANCE_IN, depth);
	return found;
}

static unsigned in_bounds(struct inquiry *q, const struct term *t,
			  const char *name, unsigned depth)
{
	unsigned found = 0;

	for (size_t i = 0; i < t->bounds.count; i++)
		if (t->bounds.at[i].trait)
			found |=
				in_trait(q, t->bounds.at[i].trait, name, depth);
	return found;
}

static unsigned in_foreign(struct inquiry *q, const struct term *t,
			   const char *name, unsigned around, unsigned depth)
{
	enum fact_variance kind = fact_variance(t->name);
	unsigned found = 0, here;

	for (size_t i = 0; i < t->count; i++) {
		bool is_lifetime = t->args[i]->kind == TERM_LIFETIME;

		here = kind == FACT_COVARIANT || is_lifetime ? VARIANCE_CO
							     : VARIANCE_IN;
		here = in_term(q, t->args[i], name, within(around, here),
			       depth);
		if (here &&
		    (kind == FACT_VARIANCE_UNKNOWN || t->is_foreign_alias))
			here = VARIANCE_UNKNOWN;
		found |= here;
	}
	return found;
}

static unsigned in_path(struct inquiry *q, const struct term *t,
			const char *name, unsigned around, unsigned depth)
{
	unsigned found = 0;

	if (!t->item)
		return in_foreign(q, t, name, around, depth);
	for (size_t i = 0; i < t->count; i++) {
		unsigned is = in_term(q, t->args[i], name, VARIANCE_CO, depth);

		/* what does not speak of it need not be looked at */
		if (is)
			found |= within(around,
					within(use_of(q, t->item, i), is));
	}
	return found;
}

static unsigned in_fn(struct inquiry *q, const struct term *t, const char *name,
		      unsigned around, unsigned depth)
{
	unsigned found = 0;

	for (size_t i = 0; i + 1 < t->count; i++)
		found |= in_term(q, t->args[i], name,
				 within(around, VARIANCE_CONTRA), depth);
	return t->count == 0 ? found
			     : found | in_term(q, t->args[t->count - 1], name,
					       around, depth);
}

static unsigned in_term(struct inquiry *q, const struct term *t,
			const char *name, unsigned around, unsigned depth)
{
	if (depth++ > TERM_DEPTH_MAX)
		return VARIANCE_UNKNOWN;
	switch (t->kind) {
	case TERM_PARAM:
	case TERM_LIFETIME:
		return strcmp(t->name, name) == 0 ? around : 0;
	case TERM_REF:
		return in_term(q, t->args[0], name, around, depth) |
		       in_term(q, t->args[1], name,
			       t->is_mutable ? VARIANCE_IN : around, depth);
	case TERM_POINTER:
		return in_term(q, t->args[0], name,
			       t->is_mutable ? VARIANCE_IN : around, depth);
	case TERM_SLICE:
	case TERM_ARRAY:
	case TERM_TUPLE:
		return in_all(q, t, name, around, depth);
	case TERM_FN:
		return in_fn(q, t, name, around, depth);
	case TERM_DYN:
		return in_term(q, t->args[0], name, around, depth) |
		       in_bounds(q, t, name, depth);
	case TERM_PROJECTION:
		return in_all(q, t, name, VARIANCE_IN, depth) |
		       in_bounds(q, t, name, depth);
	case TERM_PATH:
		return in_path(q, t, name, around, depth);
	case TERM_PRIMITIVE:
	case TERM_CONST:
		return 0;
	default:
		return VARIANCE_UNKNOWN;
	}
}

/* ---- the fields of a type */

static unsigned in_fields(struct inquiry *q, struct term_builder *b,
			  const struct rustdoc_fields *fields, const char *name)
{
	unsigned found = fields->stripped ? VARIANCE_UNKNOWN : 0;

	for (uint32_t i = 0; i < fields->ids.count; i++) {
		const struct rustdoc_item *f = rustdoc_item_of(
			q->side->doc, fields->ids.at[i], RUSTDOC_STRUCT_FIELD);

		found |= f ? in_term(q, term_build(b, f->as.field.type), name,
				     VARIANCE_CO, 0)
			   : (unsigned)VARIANCE_UNKNOWN;
	}
	return found;
}

static unsigned in_item(struct inquiry *q, const struct use *use)
{
	const struct rustdoc_item *item = use->item;
	struct term_params params = { 0 };
	struct term_preds preds = { 0 };
	const struct rustdoc_ids *variants;
	struct term_builder b;
	const char *name;
	unsigned found = 0;

	term_builder_init(&b, q->side, q->which, q->arena);
	term_build_generics(&b, item->generics, &params, &preds);
	b.params = &params;
	if (use->nth >= params.count)
		return VARIANCE_UNKNOWN;
	name = params.at[use->nth].name;
	if (item->kind == RUSTDOC_STRUCT || item->kind == RUSTDOC_UNION)
		return in_fields(q, &b, &item->as.type.fields, name);
	if (item->kind != RUSTDOC_ENUM || item->as.enumeration.stripped)
		return VARIANCE_UNKNOWN;
	variants = &item->as.enumeration.variants;
	for (uint32_t i = 0; i < variants->count; i++) {
		const struct rustdoc_item *v = rustdoc_item_of(
			q->side->doc, variants->at[i], RUSTDOC_VARIANT);

		found |= v ? in_fields(q, &b, &v->as.variant.fields, name)
			   : (unsigned)VARIANCE_UNKNOWN;
	}
	return found;
}

/* The least that all uses together agree with. */
static unsigned variance_of(struct inquiry *q, const struct rustdoc_item *item,
			    size_t nth)
{
	bool changes = true;

	(void)use_of(q, item, nth);
	while (changes && !q->is_beyond) {
		changes = false;
		for (size_t i = 0; i < q->count; i++) {
			unsigned is = in_item(q, &q->uses[i]);

			changes |= is != q->uses[i].is;
			q->uses[i].is = is;
		}
	}
	return q->is_beyond ? VARIANCE_UNKNOWN : use_of(q, item, nth);
}

/* ---- both sides */

/* The parameter of OF like NTH of FROM: of its kind, in the same place. */
static size_t like(const struct term_params *from, size_t nth,
		   const struct term_params *of)
{
	size_t place = 0;

	for (size_t i = 0; i < nth; i++)
		place += from->at[i].kind == from->at[nth].kind;
	for (size_t i = 0; i < of->count; i++)
		if (of->at[i].kind == from->at[nth].kind && place-- == 0)
			return i;
	return of->count;
}

/* T: 'static has few subtypes. */
static bool has_subtypes(const struct term_params *params,
			 const struct term_preds *preds, size_t nth)
{
	if (params->at[nth].kind == TERM_OF_CONST)
		return false;
	for (size_t i = 0; i < preds->count; i++)
		if (preds->at[i].bound.lifetime &&
		    preds->at[i].type->kind != TERM_PROJECTION &&
		    preds->at[i].type->name &&
		    strcmp(preds->at[i].type->name, params->at[nth].name) ==
			    0 &&
		    strcmp(preds->at[i].bound.lifetime->name, "'static") == 0)
			return false;
	return true;
}

/* A public field of another type: that has been said. */
static bool open_fields_change(const struct semver_pair *p)
{
	const struct rustdoc_fields *was = item_fields(p->item[SEMVER_OLD]);
	const struct rustdoc_fields *is = item_fields(p->item[SEMVER_NEW]);

	for (uint32_t i = 0; was && is && i < was->ids.count; i++) {
		const struct rustdoc_item *a =
			rustdoc_item_of(p->side[SEMVER_OLD]->doc,
					was->ids.at[i], RUSTDOC_STRUCT_FIELD);

		for (uint32_t k = 0; a && k < is->ids.count; k++) {
			const struct rustdoc_item *b = rustdoc_item_of(
				p->side[SEMVER_NEW]->doc, is->ids.at[k],
				RUSTDOC_STRUCT_FIELD);

			if (b && member_is_api(a) && a->name && b->name &&
			    strcmp(a->name, b->name) == 0 &&
			    !spans_alike(p, a->as.field.type, b->as.field.type))
				return true;
		}
	}
	return false;
}

bool variance_narrows(const struct semver_pair *p, size_t *nth,
		      struct strbuf *words)
{
	AUTO(arena_releasep) struct arena a = { 0 };
	struct term_params params[2] = { { 0 }, { 0 } };
	struct term_preds preds[2] = { { 0 }, { 0 } };
	struct inquiry q[2];
	struct term_builder b;

	for (int side = SEMVER_OLD; side <= SEMVER_NEW; side++) {
		q[side] = (struct inquiry){ .side = p->side[side],
					    .which = side,
					    .arena = &a };
		term_builder_init(&b, p->side[side], side, &a);
		term_build_generics(&b, p->item[side]->generics, &params[side],
				    &preds[side]);
	}
	for (size_t i = 0; i < params[SEMVER_OLD].count; i++) {
		size_t k = like(&params[SEMVER_OLD], i, &params[SEMVER_NEW]);
		unsigned was, is;

		if (k == params[SEMVER_NEW].count ||
		    !has_subtypes(&params[SEMVER_OLD], &preds[SEMVER_OLD], i))
			continue;
		was = variance_of(&q[SEMVER_OLD], p->item[SEMVER_OLD], i);
		is = variance_of(&q[SEMVER_NEW], p->item[SEMVER_NEW], k);
		if (((was | is) & VARIANCE_UNKNOWN) || (is & ~was) == 0)
			continue;
		if (open_fields_change(p))
			return false;
		if (nth)
			*nth = i;
		if (words)
			strbuf_addf(words, ": by '%s'",
				    params[SEMVER_OLD].at[i].name);
		return true;
	}
	return false;
}

/* ---- what need not be looked at */

static bool fields_stay(struct semver_side *const side[2],
			const struct rustdoc_fields *was,
			const struct rustdoc_fields *is, unsigned depth);

/* Types that are not generic have no variance, and no part in one. */
static bool may_vary(const struct rustdoc_item *it)
{
	return it &&
	       (it->kind == RUSTDOC_STRUCT || it->kind == RUSTDOC_ENUM ||
		it->kind == RUSTDOC_UNION) &&
	       it->generics.size > strlen("{\"params\":[],\"where_predicates\""
					  ":[]}");
}

static bool parts_stay(struct semver_side *const side[2],
		       const struct rustdoc_item *was,
		       const struct rustdoc_item *is, unsigned depth)
{
	const struct rustdoc_ids *a, *b;
	const struct rustdoc_item *v, *w;

	if (was->kind != RUSTDOC_ENUM)
		return fields_stay(side, &was->as.type.fields,
				   &is->as.type.fields, depth);
	a = &was->as.enumeration.variants;
	b = &is->as.enumeration.variants;
	for (uint32_t i = 0; i < a->count && i < b->count; i++) {
		v = rustdoc_item_of(side[SEMVER_OLD]->doc, a->at[i],
				    RUSTDOC_VARIANT);
		w = rustdoc_item_of(side[SEMVER_NEW]->doc, b->at[i],
				    RUSTDOC_VARIANT);
		if (v && w &&
		    !fields_stay(side, &v->as.variant.fields,
				 &w->as.variant.fields, depth))
			return false;
	}
	return true;
}

static bool type_stays(struct semver_side *const side[2], uint32_t was,
		       uint32_t is, unsigned depth)
{
	const struct rustdoc_item *a = rustdoc_item(side[SEMVER_OLD]->doc, was);
	const struct rustdoc_item *b = rustdoc_item(side[SEMVER_NEW]->doc, is);
	struct hash x, y;

	if (!may_vary(a) || !b)
		return true;
	if (depth > STAYS_DEPTH_MAX || a->kind != b->kind ||
	    !unchanged_hash(side[SEMVER_OLD], was, &x) ||
	    !unchanged_hash(side[SEMVER_NEW], is, &y) || !hash_same(&x, &y))
		return false;
	return parts_stay(side, a, b, depth + 1);
}

static bool fields_stay(struct semver_side *const side[2],
			const struct rustdoc_fields *was,
			const struct rustdoc_fields *is, unsigned depth)
{
	for (uint32_t i = 0; i < was->ids.count && i < is->ids.count; i++) {
		size_t count, other;
		const uint32_t *a = rustdoc_mentioned(side[SEMVER_OLD]->doc,
						      was->ids.at[i], &count);
		const uint32_t *b = rustdoc_mentioned(side[SEMVER_NEW]->doc,
						      is->ids.at[i], &other);

		if (!a || !b || count != other)
			return false;
		for (size_t k = 0; k < count; k++)
			if (!type_stays(side, a[k], b[k], depth))
				return false;
	}
	return true;
}

bool variance_stays(struct semver_side *const side[2],
		    const struct rustdoc_item *was,
		    const struct rustdoc_item *is)
{
	return !may_vary(was) || parts_stay(side, was, is, 0);
}
