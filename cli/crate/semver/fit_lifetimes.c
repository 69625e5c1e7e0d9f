/* Which lifetimes must outlive which. */
#include <string.h>

#include "crate/semver/fit.h"
#include "crate/semver/lints.h"

static struct fit_lifetime *lifetime_of(struct fit *f, const char *name)
{
	struct fit_lifetime *l;

	for (size_t i = 0; i < f->now.lifetime_count; i++)
		if (strcmp(f->now.lifetimes[i].name, name) == 0)
			return &f->now.lifetimes[i];
	if (f->now.lifetime_count == FIT_VARS_MAX)
		return NULL;
	l = &f->now.lifetimes[f->now.lifetime_count++];
	*l = (struct fit_lifetime){ .name = name };
	return l;
}

static void limit(struct fit_lifetime *l, const char *by)
{
	for (size_t i = 0; i < l->count; i++)
		if (strcmp(l->limit[i], by) == 0)
			return;
	if (l->count < FIT_LIMITS_MAX)
		l->limit[l->count++] = by;
}

/* 'a: 'b, as the side `had` has it. */
static bool outlives(const struct fit *f, const char *a, const char *b)
{
	for (size_t i = 0; f->had_preds && i < f->had_preds->count; i++) {
		const struct term_pred *p = &f->had_preds->at[i];

		if (p->type->kind == TERM_LIFETIME && p->bound.lifetime &&
		    strcmp(p->type->name, a) == 0 &&
		    strcmp(p->bound.lifetime->name, b) == 0)
			return true;
	}
	return strcmp(a, b) == 0;
}

static bool is_static(const char *name)
{
	return strcmp(name, "'static") == 0;
}

static bool lives_as_long(const struct fit *f, const struct fit_lifetime *l,
			  const char *name)
{
	for (size_t i = 0; i < l->count; i++)
		if (!outlives(f, l->limit[i], name))
			return false;
	return l->count == 0 || !is_static(name);
}

static bool is_bound(const struct term *lifetime)
{
	return strncmp(lifetime->name, "'^", 2) == 0;
}

/* Lifetimes of for<..>, at least one of them. */
static bool binders_fit(const struct fit *f, const struct term *had,
			const struct term *has)
{
	if (is_bound(had) && is_bound(has))
		return strcmp(had->name, has->name) == 0;
	return f->flow == (is_bound(had) ? FIT_GIVEN : FIT_GOT);
}

void fit_lifetime(struct fit *f, const struct term *had, const struct term *has,
		  enum fit_mode mode)
{
	struct fit_lifetime *l;

	if (had->kind != TERM_LIFETIME || has->kind != TERM_LIFETIME)
		return;
	if (is_bound(had) || is_bound(has)) {
		f->now.lifetimes_differ |= !binders_fit(f, had, has);
		return;
	}
	if (is_static(has->name)) {
		if (!is_static(had->name) && mode != FIT_RETURN &&
		    mode != FIT_RETURN_IN)
			f->now.lifetimes_differ = true;
		return;
	}
	l = lifetime_of(f, has->name);
	if (!l)
		return;
	if (mode == FIT_RETURN || mode == FIT_RETURN_IN) {
		f->now.lifetimes_differ |= !lives_as_long(f, l, had->name);
		return;
	}
	if (is_static(had->name) && mode != FIT_EXACT)
		return;
	if (mode == FIT_EXACT) {
		f->now.lifetimes_differ |=
			l->exact && strcmp(l->exact, had->name) != 0;
		for (size_t i = 0; i < l->count; i++)
			f->now.lifetimes_differ |=
				!outlives(f, l->limit[i], had->name);
		l->exact = had->name;
	} else if (l->exact) {
		f->now.lifetimes_differ |= !outlives(f, had->name, l->exact);
	}
	limit(l, had->name);
}
