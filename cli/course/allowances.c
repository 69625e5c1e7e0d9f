#include "course/allowances.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "course/check.h"
#include "course/explain.h"
#include "course/gating.h"
#include "model/policy.h"

/* Which gates a lint's findings come from. */
enum place {
	PLACE_NONE,   /* `cohort check` has no such lint */
	PLACE_SEMVER, /* one gate */
	PLACE_OTHER   /* one of those before it */
};

static enum place place_of(const struct explained_list *all, const char *lint)
{
	for (size_t i = 0; i < all->count; i++) {
		const struct explained *e = &all->items[i];

		if (strcmp(e->id, lint) != 0 || strcmp(e->kind, "gate") == 0)
			continue;
		if (strncmp(e->kind, "artifact_", 9) == 0)
			return PLACE_NONE;
		return strcmp(e->kind, "semver") == 0 ||
				       strcmp(lint, "unused-allowance") == 0
			       ? PLACE_SEMVER
			       : PLACE_OTHER;
	}
	return PLACE_NONE;
}

/* What one subject says of an allowance. */
enum word {
	WORD_NONE,    /* it is not about it */
	WORD_UNKNOWN, /* a gate could not finish */
	WORD_USED,
	WORD_UNUSED
};

static enum word gates_word(const struct gate_report *r, enum place place)
{
	enum word word = WORD_NONE;

	for (size_t i = 0; i < r->gate_count; i++) {
		bool is_semver = strcmp(r->gates[i].gate, "semver") == 0;

		if (is_semver != (place == PLACE_SEMVER))
			continue;
		switch (r->gates[i].verdict) {
		case VERDICT_PASS:
		case VERDICT_FAIL:
			word = WORD_UNUSED;
			break;
		case VERDICT_SKIPPED:
			if (is_semver) /* there was nothing to compare */
				return WORD_NONE;
			return WORD_UNKNOWN;
		default:
			return WORD_UNKNOWN;
		}
	}
	return word;
}

static enum word word_of(const struct checked *c,
			 const struct policy_allowance *w, enum place place)
{
	const struct findings *f = &c->report.findings;
	enum artifact a;

	if (c->missing || !c->artifact || !artifact_parse(c->artifact, &a) ||
	    !policy_allowance_is_for(w, c->handle, a))
		return WORD_NONE;
	if (c->err.code)
		return WORD_UNKNOWN;
	for (size_t i = 0; i < f->count; i++)
		if (policy_allowance_fits(w, f->items[i].id,
					  f->items[i].subject))
			return WORD_USED;
	return gates_word(&c->report, place);
}

static bool is_unused(const struct policy_allowance *w, enum place place,
		      const struct allowances_scope *s)
{
	bool any = false;

	if (place == PLACE_NONE ||
	    (!s->everybody && strcmp(w->handle, "*") == 0) ||
	    (s->artifact != ARTIFACT_ANY && s->artifact != w->artifact))
		return false;
	for (size_t i = 0; i < s->count; i++) {
		enum word word = word_of(&s->items[i], w, place);

		if (word == WORD_UNKNOWN || word == WORD_USED)
			return false;
		any = any || word == WORD_UNUSED;
	}
	return any;
}

int allowances_unused(const struct policy *p,
		      const struct allowances_scope *scope, struct arena *arena,
		      const char *const **out, size_t *count, struct err *err)
{
	AUTO(explained_list_releasep) struct explained_list all = { 0 };
	const char **lines;
	size_t n = 0;

	if (!p || p->allowance_count == 0)
		return 0;
	lines = arena_calloc(arena, p->allowance_count, sizeof(*lines));
	if (!lines)
		return err_nomem(err);
	if (explain_all(&all, err) < 0)
		return (int)err->code;
	for (size_t i = 0; i < p->allowance_count; i++) {
		const struct policy_allowance *w = &p->allowances[i];

		if (!is_unused(w, place_of(&all, w->lint), scope))
			continue;
		lines[n] = arena_printf(arena,
					"%s:%u: the allowance of '%s' for '%s' "
					"lets nothing pass",
					p->file, w->line, w->lint, w->subject);
		if (!lines[n++])
			return err_nomem(err);
	}
	*out = lines;
	*count = n;
	return 0;
}
