/* What a function takes and gives, before and after. */
#include "crate/semver/signature_internal.h"

#include <string.h>

#include "crate/rustdoc/type.h"
#include "crate/semver/term_read.h"

static const struct term *first_ref(const struct term *t, unsigned depth)
{
	const struct term *inner = NULL;

	if (t->kind == TERM_REF)
		return t->args[0];
	for (size_t i = 0; i < t->count && !inner && depth < 8; i++)
		inner = first_ref(t->args[i], depth + 1);
	return inner;
}

/* &'r T can only be if all in T outlives 'r. */
static void add_outlives(struct job_frame *fr, const struct term *t,
			 const struct term *within, unsigned depth)
{
	if (depth > TERM_DEPTH_MAX)
		return;
	if (t->kind == TERM_LIFETIME && within)
		term_preds_add(&fr->b, &fr->preds, t,
			       (struct term_bound){ .lifetime = within });
	if (t->kind == TERM_REF) {
		add_outlives(fr, t->args[1], t->args[0], depth + 1);
		return;
	}
	for (size_t i = 0; i < t->count; i++)
		add_outlives(fr, t->args[i], within, depth + 1);
}

static bool is_unit(const struct term *t)
{
	return t->kind == TERM_TUPLE && t->count == 0;
}

void job_inputs(struct job_frame *fr, const struct rustdoc_item *thing)
{
	const struct rustdoc_function *fn = &thing->as.function;
	const struct term *lifetime = NULL;

	fr->inputs = arena_calloc(fr->b.arena, fn->param_count + 1,
				  sizeof(*fr->inputs));
	fr->b.inputs = 0;
	for (uint32_t i = 0; i < fn->param_count && fr->inputs; i++) {
		const struct term *t = term_build(&fr->b, fn->params[i].type);

		if (i == 0 && strcmp(fn->params[i].name, "self") == 0) {
			fr->receiver = t;
			lifetime = first_ref(t, 0);
		} else {
			fr->inputs[fr->count++] = t;
		}
	}
	fr->written = fr->preds.count;
	for (size_t i = 0; i < fr->count; i++)
		add_outlives(fr, fr->inputs[i], NULL, 0);
	if (fr->receiver)
		add_outlives(fr, fr->receiver, NULL, 0);
	if (!lifetime && fr->b.inputs == 1)
		lifetime = fr->b.input;
	if (lifetime) {
		fr->b.elision = TERM_ELIDED_IS;
		fr->b.elided = lifetime;
	}
	fr->output = term_build(&fr->b, fn->output);
	fr->is_unit = fr->output && is_unit(fr->output);
	fr->is_async = fn->is_async;
	if (fn->is_async)
		fr->output = term_build_future(&fr->b, fr->output);
}

static size_t own_of(const struct job_frame *fr, int kind)
{
	size_t count = 0;

	for (size_t i = fr->own; i < fr->params.count; i++)
		count += (int)fr->params.at[i].kind == kind;
	return count;
}

bool job_is_said_already(const struct job *j)
{
	const struct job_frame *was = &j->of[SEMVER_OLD],
			       *is = &j->of[SEMVER_NEW];

	return was->count != is->count || !was->inputs || !is->inputs ||
	       own_of(was, TERM_OF_TYPE) != own_of(is, TERM_OF_TYPE) ||
	       own_of(was, TERM_OF_CONST) != own_of(is, TERM_OF_CONST);
}

/* 'b: 'a of the side `has`: what limits 'b limits 'a. */
static void spread_limits(struct fit *f)
{
	for (size_t i = 0; i < f->has_preds->count; i++) {
		const struct term_pred *p = &f->has_preds->at[i];

		if (p->type->kind != TERM_LIFETIME || !p->bound.lifetime)
			continue;
		for (size_t k = 0; k < f->now.lifetime_count; k++) {
			struct fit_lifetime *l = &f->now.lifetimes[k];

			if (strcmp(l->name, p->type->name) != 0)
				continue;
			for (size_t m = 0; m < l->count; m++) {
				struct term t = { .kind = TERM_LIFETIME,
						  .name = l->limit[m] };

				fit_lifetime(f, &t, p->bound.lifetime,
					     FIT_PARAM);
			}
		}
	}
}

bool term_mentions(const struct term *t, const char *lifetime, unsigned depth)
{
	if (!t || depth > TERM_DEPTH_MAX)
		return false;
	if (t->kind == TERM_LIFETIME)
		return strcmp(t->name, lifetime) == 0;
	for (size_t i = 0; i < t->count; i++)
		if (term_mentions(t->args[i], lifetime, depth + 1))
			return true;
	for (size_t i = 0; i < t->bounds.count; i++)
		if (term_mentions(t->bounds.at[i].trait, lifetime, depth + 1) ||
		    term_mentions(t->bounds.at[i].lifetime, lifetime,
				  depth + 1))
			return true;
	for (size_t i = 0; i < t->constraint_count; i++)
		if (term_mentions(t->constraints[i].value, lifetime, depth + 1))
			return true;
	return false;
}

/* The 'a of `impl Trait + 'a`, or NULL. */
static const struct term *outlives(const struct term *t)
{
	const struct term *found = NULL;

	for (size_t i = 0; i < t->bounds.count && !found; i++)
		found = t->bounds.at[i].lifetime;
	return found;
}

/*
 * Does what is returned keep borrowed what LIFETIME is of?  An `async fn` does
 * always, an `impl Trait` what it lists in use<..>; without that all there is
 * from edition 2024 on, and before it what it speaks of.  Where it says how
 * long it lives, no borrow need last longer, whatever else it captures.
 */
static bool holds(const struct job_frame *fr, const struct term *t,
		  const char *lifetime)
{
	const struct term *bound = outlives(t);

	if (fr->is_async)
		return true;
	if (bound)
		return term_mentions(bound, lifetime, 0);
	for (size_t i = 0; i < t->capture_count; i++)
		if (term_mentions(t->captures[i], lifetime, 0))
			return true;
	if (!t->captures && semver_captures_all(fr->b.side))
		return true;
	return term_mentions(t, lifetime, 0);
}

/* The first `impl Trait` in T: it, or an argument. */
static const struct term *opaque_in(const struct term *t, unsigned depth)
{
	const struct term *found = t->kind == TERM_IMPL ? t : NULL;

	for (size_t i = 0; i < t->count && !found && depth < TERM_DEPTH_MAX;
	     i++)
		found = opaque_in(t->args[i], depth + 1);
	return found;
}

/* Without the edition, two can be told apart if both say or neither does. */
static bool can_be_told(const struct job_frame *fr,
			const struct job_frame *other, const struct term *t,
			const struct term *u)
{
	bool says = fr->is_async || t->captures;
	bool other_says = other->is_async || u->captures;

	if (says && other_says)
		return true;
	if (!says && fr->b.side->edition == 0)
		return !other_says && other->b.side->edition == 0;
	return other_says || other->b.side->edition != 0;
}

/* &'a A<'b>: as long as 'a is kept, 'b is borrowed as well. */
static bool is_behind(const struct job_frame *fr, const struct term *input,
		      const struct term *pointee, const struct term *had,
		      const char *lifetime)
{
	return input && input->kind == TERM_REF &&
	       holds(fr, had, input->args[0]->name) &&
	       term_mentions(pointee ? pointee : input->args[1], lifetime, 0);
}

/* So it is where 'b: 'a is asked for. */
static bool holds_through(const struct job_frame *fr, const struct term *had,
			  const char *lifetime)
{
	if (holds(fr, had, lifetime) ||
	    is_behind(fr, fr->receiver, fr->self, had, lifetime))
		return true;
	for (size_t i = 0; i < fr->count; i++)
		if (is_behind(fr, fr->inputs[i], NULL, had, lifetime))
			return true;
	for (size_t i = 0; i < fr->preds.count; i++) {
		const struct term_pred *p = &fr->preds.at[i];

		if (p->type->kind == TERM_LIFETIME && p->bound.lifetime &&
		    strcmp(p->type->name, lifetime) == 0 &&
		    holds(fr, had, p->bound.lifetime->name))
			return true;
	}
	return false;
}

/* What was free to be changed is kept borrowed now. */
static bool holds_more(const struct job *j, const struct fit *f)
{
	const struct job_frame *from = &j->of[f->had], *to = &j->of[f->has];
	const struct term *had = opaque_in(from->output, 0);
	const struct term *has = opaque_in(to->output, 0);

	if (!had || !has || !can_be_told(from, to, had, has))
		return false;
	for (size_t i = 0; i < f->now.lifetime_count; i++) {
		const struct fit_lifetime *l = &f->now.lifetimes[i];

		if (!holds(to, has, l->name))
			continue;
		for (size_t k = 0; k < l->count; k++)
			if (!holds_through(from, had, l->limit[k]))
				return true;
	}
	return false;
}

static void compare_return(struct job *j, struct fit *f)
{
	const struct term *had = j->of[f->had].output;
	const struct term *has = j->of[f->has].output;
	const struct job_frame *was = &j->of[SEMVER_OLD],
			       *is = &j->of[SEMVER_NEW];

	/* with and without a value: trait and function lints say that */
	if (was->is_async == is->is_async && was->is_unit != is->is_unit &&
	    (job_is_of_trait(j->p) || is->is_unit))
		return;
	if (!fit_try(f, had, has, FIT_RETURN))
		job_found(j, SIGNATURE_RETURN, j->of[SEMVER_OLD].output,
			  j->of[SEMVER_NEW].output);
	else if (!job_is_of_trait(j->p))
		f->now.lifetimes_differ |= holds_more(j, f);
}

/* &mut A<'a>: for no shorter lifetime than 'a.  & A<'a> may be. */
static bool is_mutable_ref(const struct term *receiver)
{
	return receiver && receiver->kind == TERM_REF && receiver->is_mutable;
}

/* Which of the parameters of its kind, from 1; 0: none of the thing's own. */
static size_t place_of(const struct job_frame *fr, const char *name)
{
	const struct term_param *p = NULL;
	size_t nth = 0;

	for (size_t i = fr->own; i < fr->params.count && !p; i++)
		if (strcmp(fr->params.at[i].name, name) == 0)
			p = &fr->params.at[i];
	for (size_t i = fr->own; p && i < fr->params.count; i++) {
		nth += fr->params.at[i].kind == p->kind;
		if (&fr->params.at[i] == p)
			return nth;
	}
	return 0;
}

/*
 * Does a parameter that the inputs and the result tell stand elsewhere?  What
 * other kinds have come between is said by the lints on order.
 */
static bool order_changes(const struct job *j, const struct fit *f)
{
	const struct job_frame *from = &j->of[f->had], *to = &j->of[f->has];

	for (size_t i = to->own; i < to->params.count; i++) {
		const struct term_param *p = &to->params.at[i];
		const struct term *is = fit_value(f, p->name);
		size_t was;

		if (p->kind == TERM_OF_LIFETIME || !is ||
		    (is->kind != TERM_PARAM && is->kind != TERM_CONST))
			continue;
		was = place_of(from, is->name);
		if (was > 0 && was != place_of(to, p->name))
			return true;
	}
	return false;
}

void job_compare_calls(struct job *j, int had)
{
	const struct job_frame *from = &j->of[had], *to = &j->of[!had];
	const struct term_pred *pred = NULL;
	struct fit f;
	bool moves;

	job_fit(j, &f, had);
	f.is_exact = had == SEMVER_NEW;
	/* A::new() leaves the lifetimes of A to be found */
	if (!from->receiver)
		f.now.lifetime_count = 0;
	if (from->self && !is_mutable_ref(from->receiver))
		for (size_t i = 0; i < f.now.lifetime_count; i++)
			f.now.lifetimes[i].exact = NULL;
	if (from->receiver && to->receiver &&
	    from->receiver->kind == TERM_REF && to->receiver->kind == TERM_REF)
		fit_lifetime(&f, from->receiver->args[0], to->receiver->args[0],
			     FIT_PARAM);
	for (size_t i = 0; i < from->count; i++) {
		if (fit_try(&f, from->inputs[i], to->inputs[i], FIT_PARAM))
			continue;
		job_found(j, SIGNATURE_PARAM, j->of[SEMVER_OLD].inputs[i],
			  j->of[SEMVER_NEW].inputs[i]);
	}
	for (int i = 0; i < 3; i++)
		spread_limits(&f);
	compare_return(j, &f);
	moves = had == SEMVER_OLD && order_changes(j, &f);
	if (!(j->found & (SIGNATURE_PARAM | SIGNATURE_RETURN))) {
		if (!fit_preds(&f, &pred))
			job_found_bound(j, pred, f.has);
		if (f.now.lifetimes_differ)
			job_found(j, SIGNATURE_LIFETIMES, NULL, NULL);
		if (moves)
			job_found(j, SIGNATURE_ORDER, NULL, NULL);
	}
}
