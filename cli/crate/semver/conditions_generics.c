/* Conditions on generic parameters: how many, and in which order. */
#include "crate/rustdoc/doc.h"
#include "crate/rustdoc/type.h"
#include "crate/semver/conditions.h"

struct generic_counts {
	size_t lifetimes;
	size_t types;
	size_t types_required;
	size_t consts;
	size_t consts_required;
	size_t unnamed; /* `impl Trait` parameters */
};

static struct rustdoc_generics read(const struct semver_pair *p, int side,
				    struct arena *scratch)
{
	struct rustdoc_generics g = { 0 };

	if (!rustdoc_generics_read(p->side[side]->doc, p->thing[side]->generics,
				   scratch, &g))
		g.count = 0; /* the document knows why */
	return g;
}

/* Those that are written, apart from what `impl Trait` parameters add. */
static struct generic_counts count(const struct semver_pair *p, int side)
{
	AUTO(arena_releasep) struct arena scratch = { 0 };
	struct generic_counts c = { 0 };
	struct rustdoc_generics g = read(p, side, &scratch);

	for (size_t i = 0; i < g.count; i++) {
		bool required = !g.at[i].has_default;

		c.unnamed += g.at[i].is_synthetic;
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

/*
 * Where each `impl Trait` got a name, and nothing had one before, there was
 * no argument that callers could have written.
 */
bool when_type_params_differ_for_callers(struct semver_pair *p)
{
	struct generic_counts was = count(p, SEMVER_OLD);
	struct generic_counts is = count(p, SEMVER_NEW);

	return was.types != is.types &&
	       (was.types > 0 || was.consts > 0 || is.consts > 0 ||
		was.unnamed != is.types + is.unnamed);
}

bool when_const_params_differ(struct semver_pair *p)
{
	return count(p, SEMVER_OLD).consts != count(p, SEMVER_NEW).consts;
}

/* ---- order */

/* The next that is a type or a constant and written, from *I on, or NULL. */
static const struct rustdoc_generic *next_written(
	const struct rustdoc_generics *g, size_t *i)
{
	while (*i < g->count) {
		const struct rustdoc_generic *it = &g->at[(*i)++];

		if (it->kind != RUSTDOC_GENERIC_LIFETIME && !it->is_synthetic)
			return it;
	}
	return NULL;
}

/*
 * As many as before of each kind: other numbers have lints of their own.
 */
static bool same_counts(const struct semver_pair *p)
{
	struct generic_counts was = count(p, SEMVER_OLD);
	struct generic_counts is = count(p, SEMVER_NEW);

	return was.types == is.types && was.consts == is.consts;
}

/*
 * Does a parameter of the kind FROM stand where one of the other kind stands
 * now?  Lifetimes always come first and do not count.
 */
static bool kind_moves(const struct semver_pair *p,
		       enum rustdoc_generic_kind from)
{
	AUTO(arena_releasep) struct arena scratch = { 0 };
	struct rustdoc_generics was = read(p, SEMVER_OLD, &scratch);
	struct rustdoc_generics is = read(p, SEMVER_NEW, &scratch);
	const struct rustdoc_generic *a, *b;
	size_t i = 0, j = 0;

	while ((a = next_written(&was, &i)) && (b = next_written(&is, &j)))
		if (a->kind == from && b->kind != from)
			return same_counts(p);
	return false;
}

bool when_type_param_becomes_const(struct semver_pair *p)
{
	return kind_moves(p, RUSTDOC_GENERIC_TYPE);
}

bool when_const_param_becomes_type(struct semver_pair *p)
{
	return kind_moves(p, RUSTDOC_GENERIC_CONST);
}
