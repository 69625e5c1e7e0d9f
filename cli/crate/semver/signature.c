#include "crate/semver/signature.h"

#include <string.h>

#include "base/strbuf.h"
#include "crate/rustdoc/doc.h"
#include "crate/rustdoc/type.h"
#include "crate/semver/alike.h"
#include "crate/semver/members.h"
#include "crate/semver/sealing.h"
#include "crate/semver/signature_internal.h"
#include "crate/semver/term_read.h"

/* ---- around the thing */

bool job_is_of_trait(const struct semver_pair *p)
{
	return p->item[SEMVER_OLD]->kind == RUSTDOC_TRAIT &&
	       p->thing[SEMVER_OLD] != p->item[SEMVER_OLD];
}

static bool has_id(const struct rustdoc_ids *ids, uint32_t id)
{
	for (uint32_t i = 0; i < ids->count; i++)
		if (ids->at[i] == id)
			return true;
	return false;
}

/* The inherent impl that the thing stands in, or NULL. */
static const struct rustdoc_item *impl_of(const struct semver_pair *p, int side)
{
	const struct rustdoc_ids *impls = item_impls(p->item[side]);
	struct rustdoc *d = p->side[side]->doc;
	uint32_t id = p->thing[side]->id;

	if (p->thing[side] == p->item[side])
		return NULL;
	for (uint32_t i = 0; impls && i < impls->count; i++) {
		const struct rustdoc_item *impl;

		if (rustdoc_impl_sort(d, impls->at[i]) != RUSTDOC_IMPL_UNKNOWN)
			continue;
		impl = rustdoc_item_of(d, impls->at[i], RUSTDOC_IMPL);
		if (impl && impl->as.impl.trait_id == RUSTDOC_NO_ID &&
		    has_id(&impl->as.impl.items, id))
			return impl;
	}
	return NULL;
}

/* Nothing around the two was changed either. */
bool job_around_alike(const struct semver_pair *p)
{
	const struct rustdoc_item *was, *is;

	if (p->thing[SEMVER_OLD] == p->item[SEMVER_OLD])
		return true;
	if (job_is_of_trait(p))
		return spans_alike(p, p->item[SEMVER_OLD]->generics,
				   p->item[SEMVER_NEW]->generics) &&
		       spans_alike(p, p->item[SEMVER_OLD]->as.trait.bounds,
				   p->item[SEMVER_NEW]->as.trait.bounds);
	was = impl_of(p, SEMVER_OLD);
	is = impl_of(p, SEMVER_NEW);
	if (!was || !is)
		return !was && !is &&
		       spans_alike(p, p->item[SEMVER_OLD]->generics,
				   p->item[SEMVER_NEW]->generics);
	return spans_alike(p, was->generics, is->generics) &&
	       spans_alike(p, was->as.impl.target, is->as.impl.target);
}

static const struct term *param_term(struct job_frame *fr,
				     const struct term_param *p)
{
	struct scan_text name = { p->name, strlen(p->name) };

	return p->kind == TERM_OF_CONST ? term_build_const(&fr->b, &name)
					: term_build_param(&fr->b, p->name);
}

/* ITEM with its own parameters for arguments. */
static struct term *item_term(struct job_frame *fr,
			      const struct rustdoc_item *item)
{
	struct term *t = arena_alloc(fr->b.arena, sizeof(*t));

	if (!t)
		return NULL;
	t->kind = TERM_PATH;
	t->side = (uint8_t)fr->b.which;
	t->name = item->name;
	t->id = item->id;
	t->item = item;
	t->args = arena_calloc(fr->b.arena, fr->params.count + 1,
			       sizeof(*t->args));
	for (size_t i = 0; t->args && i < fr->params.count; i++)
		t->args[t->count++] = param_term(fr, &fr->params.at[i]);
	return t;
}

/* In a trait, Self: Trait; in a type, Self is the type. */
static void add_self(struct job_frame *fr, const struct rustdoc_item *item)
{
	struct term *t = item_term(fr, item);

	if (t && item->kind == RUSTDOC_TRAIT)
		term_preds_add(&fr->b, &fr->preds,
			       term_build_param(&fr->b, "Self"),
			       (struct term_bound){ .trait = t });
	else if (t && item_impls(item))
		fr->b.self = t;
}

/* Who wrote Conv has Conv<u8> now, if that is the default. */
static void leave_out_new(struct job *j)
{
	struct job_frame *was = &j->of[SEMVER_OLD], *is = &j->of[SEMVER_NEW];
	struct term_params *left = arena_calloc(&j->arena, 1, sizeof(*left));
	struct term_frame *frame = arena_calloc(&j->arena, 1, sizeof(*frame));
	const struct term **values = term_list(&is->b, is->own);
	size_t counts[3] = { 0 };

	if (!left || !frame || !values)
		return;
	left->at = arena_calloc(&j->arena, is->own + 1, sizeof(*left->at));
	if (!left->at)
		return;
	for (size_t i = 0; i < was->own; i++)
		counts[was->params.at[i].kind]++;
	for (size_t i = 0; i < is->own; i++) {
		const struct term_param *p = &is->params.at[i];

		if (counts[p->kind] > 0) {
			counts[p->kind]--;
		} else if (p->fallback) {
			values[left->count] = p->fallback;
			left->at[left->count++] = *p;
		}
	}
	*frame = (struct term_frame){ left, values };
	if (left->count > 0)
		is->b.frame = frame;
}

void job_frame(struct job *j, int side)
{
	struct job_frame *fr = &j->of[side];
	const struct rustdoc_item *item = j->p->item[side];
	const struct rustdoc_item *impl = impl_of(j->p, side);

	term_builder_init(&fr->b, j->p->side[side], side, &j->arena);
	if (impl) {
		term_build_generics(&fr->b, impl->generics, &fr->params,
				    &fr->preds);
		fr->self = term_build(&fr->b, impl->as.impl.target);
		fr->b.self = fr->self;
	} else {
		term_build_generics(&fr->b, item->generics, &fr->params,
				    &fr->preds);
		if (item->name)
			add_self(fr, item);
	}
	fr->own = fr->params.count;
	fr->around = item->kind == RUSTDOC_TRAIT ? fr->preds.count : 0;
	if (item->kind == RUSTDOC_TRAIT && side == SEMVER_NEW)
		leave_out_new(j);
	if (item == j->p->thing[side] && item->kind == RUSTDOC_FUNCTION)
		fr->own = 0;
	else if (item != j->p->thing[side])
		term_build_generics(&fr->b, j->p->thing[side]->generics,
				    &fr->params, &fr->preds);
	fr->b.params = &fr->params;
}

/* Parameters of the things around are told by their place. */
static void bind_around(struct job *j, struct fit *f)
{
	struct job_frame *had = &j->of[f->had], *has = &j->of[f->has];

	for (size_t i = 0; i < has->own; i++) {
		const struct term_param *p = &has->params.at[i];
		size_t nth = 0, seen = 0;
		const struct term *is = NULL;

		for (size_t k = 0; k < i; k++)
			nth += has->params.at[k].kind == p->kind;
		for (size_t k = 0; k < had->own && !is; k++)
			if (had->params.at[k].kind == p->kind && seen++ == nth)
				is = param_term(had, &had->params.at[k]);
		if (!is)
			is = p->fallback;
		if (is && p->kind == TERM_OF_LIFETIME)
			fit_lifetime(f, is, param_term(has, p), FIT_EXACT);
		else if (is)
			fit_bind(f, p->name, is);
	}
}

void job_fit(struct job *j, struct fit *f, int had)
{
	const struct job_frame *from = &j->of[had], *to = &j->of[!had];

	*f = (struct fit){
		.side = { j->p->side[SEMVER_OLD], j->p->side[SEMVER_NEW] },
		.had = had,
		.has = !had,
		.arena = &j->arena,
		.had_preds = &from->preds,
		.has_preds = &to->preds,
		.has_around =
			j->p->item[!had] != j->p->thing[!had] ? to->around : 0,
		.had_params = &from->params,
		.has_params = &to->params,
		.is_opaque = job_is_of_trait(j->p),
		.own_trait = j->p->item[!had]->kind == RUSTDOC_TRAIT
				     ? j->p->item[!had]
				     : NULL,
	};
	fit_bind(f, "Self", term_build_param(&j->of[had].b, "Self"));
	if (from->self && to->self)
		(void)fit_try(f, from->self, to->self, FIT_EXACT);
	else
		bind_around(j, f);
}

/* ---- what is said about it */

void job_found(struct job *j, unsigned change, const struct term *was,
	       const struct term *is)
{
	bool first = (j->found & change) == 0;

	j->found |= change;
	if (!j->words || !first || !(change & j->wanted) || !was || !is)
		return;
	strbuf_adds(j->words, ": it was '");
	term_show(was, j->words);
	strbuf_adds(j->words, "' and is '");
	term_show(is, j->words);
	strbuf_addc(j->words, '\'');
}

void job_found_bound(struct job *j, const struct term_pred *pred, int side)
{
	bool first = (j->found & SIGNATURE_BOUNDS) == 0;

	j->found |= SIGNATURE_BOUNDS;
	if (!j->words || !first || !(j->wanted & SIGNATURE_BOUNDS))
		return;
	if (!pred) {
		strbuf_adds(j->words, ": a type of unknown size will not do");
		return;
	}
	strbuf_adds(j->words, ": '");
	term_show(pred->type, j->words);
	strbuf_adds(j->words, ": ");
	term_show(pred->bound.trait ? pred->bound.trait : pred->bound.lifetime,
		  j->words);
	strbuf_adds(j->words, side == SEMVER_NEW ? "' is asked for now"
						 : "' is no longer asked for");
}

/* ---- lifetimes that a caller may write out */

/*
 * Early bound: in a bound, or in no parameter.  Such a function is no longer
 * one for all lifetimes, as `for<'a> fn(&'a u8)` asks.
 */
static bool is_early(const struct job_frame *fr, const char *lifetime)
{
	for (size_t i = 0; i < fr->written; i++) {
		const struct term_pred *p = &fr->preds.at[i];

		if (term_mentions(p->type, lifetime, 0) ||
		    term_mentions(p->bound.trait, lifetime, 0) ||
		    term_mentions(p->bound.lifetime, lifetime, 0))
			return true;
	}
	for (size_t i = 0; i < fr->count; i++)
		if (term_mentions(fr->inputs[i], lifetime, 0))
			return false;
	return !term_mentions(fr->receiver, lifetime, 0);
}

static size_t early_count(const struct job_frame *fr)
{
	size_t count = 0;

	for (size_t i = fr->own; i < fr->params.count; i++)
		if (fr->params.at[i].kind == TERM_OF_LIFETIME)
			count += is_early(fr, fr->params.at[i].name);
	return count;
}

bool job_is_implementable(const struct semver_pair *p)
{
	for (int side = SEMVER_OLD; side <= SEMVER_NEW; side++)
		if (sealing_of(&p->side[side]->sealing, p->item[side]) !=
		    SEALING_NONE)
			return false;
	return true;
}

static bool function_alike(const struct semver_pair *p)
{
	const struct rustdoc_function *was, *is;

	was = &p->thing[SEMVER_OLD]->as.function;
	is = &p->thing[SEMVER_NEW]->as.function;
	if (semver_captures_all(p->side[SEMVER_OLD]) !=
		    semver_captures_all(p->side[SEMVER_NEW]) ||
	    was->param_count != is->param_count ||
	    was->is_async != is->is_async ||
	    !spans_alike(p, was->output, is->output) ||
	    !spans_alike(p, p->thing[SEMVER_OLD]->generics,
			 p->thing[SEMVER_NEW]->generics))
		return false;
	for (uint32_t i = 0; i < was->param_count; i++)
		if (!spans_alike(p, was->params[i].type, is->params[i].type))
			return false;
	return job_around_alike(p);
}

static void compare_functions(struct job *j)
{
	for (int side = SEMVER_OLD; side <= SEMVER_NEW; side++) {
		job_frame(j, side);
		job_inputs(&j->of[side], j->p->thing[side]);
	}
	if (job_is_said_already(j))
		return;
	job_compare_calls(j, SEMVER_OLD);
	if (!j->found && job_is_of_trait(j->p) && job_is_implementable(j->p)) {
		job_compare_calls(j, SEMVER_NEW);
		/* few write a method that is there, and with its bounds */
		if (j->p->thing[SEMVER_OLD]->as.function.has_body &&
		    j->p->thing[SEMVER_NEW]->as.function.has_body)
			j->found &= ~(unsigned)SIGNATURE_BOUNDS;
	}
	if (!j->found &&
	    early_count(&j->of[SEMVER_NEW]) > early_count(&j->of[SEMVER_OLD]))
		job_found(j, SIGNATURE_LIFETIMES, NULL, NULL);
}

/* impl<T> S<T> is now impl S<u8>. */
static void compare_selves(struct job *j)
{
	const struct rustdoc_item *was = impl_of(j->p, SEMVER_OLD);
	const struct rustdoc_item *is = impl_of(j->p, SEMVER_NEW);
	struct fit f;

	if (!was || !is ||
	    (spans_alike(j->p, was->generics, is->generics) &&
	     spans_alike(j->p, was->as.impl.target, is->as.impl.target)))
		return;
	job_frame(j, SEMVER_OLD);
	job_frame(j, SEMVER_NEW);
	job_fit(j, &f, SEMVER_OLD);
	f.now = (struct fit_state){ 0 };
	if (!fit_terms(&f, j->of[SEMVER_OLD].self, j->of[SEMVER_NEW].self,
		       FIT_EXACT))
		job_found(j, SIGNATURE_SELF, j->of[SEMVER_OLD].self,
			  j->of[SEMVER_NEW].self);
}

static bool is_of(const struct signature_memo *memo,
		  const struct semver_pair *p)
{
	return memo && memo->thing[SEMVER_OLD] == p->thing[SEMVER_OLD] &&
	       memo->thing[SEMVER_NEW] == p->thing[SEMVER_NEW] &&
	       memo->item[SEMVER_OLD] == p->item[SEMVER_OLD] &&
	       memo->item[SEMVER_NEW] == p->item[SEMVER_NEW];
}

static void remember(const struct job *j)
{
	struct signature_memo *memo = j->p->side[SEMVER_OLD]->signature;

	if (!memo)
		return;
	for (int side = SEMVER_OLD; side <= SEMVER_NEW; side++) {
		memo->item[side] = j->p->item[side];
		memo->thing[side] = j->p->thing[side];
	}
	memo->found = j->found;
}

static void compare_things(struct job *j)
{
	switch (j->p->thing[SEMVER_OLD]->kind) {
	case RUSTDOC_FUNCTION:
		if (!function_alike(j->p))
			compare_functions(j);
		break;
	case RUSTDOC_STRUCT_FIELD:
	case RUSTDOC_TYPE_ALIAS:
	case RUSTDOC_CONSTANT:
	case RUSTDOC_STATIC:
	case RUSTDOC_ASSOC_CONST:
		job_compare_types(j);
		break;
	case RUSTDOC_ASSOC_TYPE:
		job_compare_assoc_types(j);
		break;
	default:
		job_compare_generics(j);
		break;
	}
}

unsigned signature_changes(const struct semver_pair *p, unsigned wanted,
			   struct strbuf *words)
{
	struct job j = { .p = p, .wanted = wanted, .words = words };
	const struct signature_memo *memo = p->side[SEMVER_OLD]->signature;

	if (wanted == SIGNATURE_SELF) {
		compare_selves(&j);
	} else {
		if (!words && is_of(memo, p))
			return memo->found & wanted;
		compare_things(&j);
		remember(&j);
	}
	arena_release(&j.arena);
	return j.found & wanted;
}
