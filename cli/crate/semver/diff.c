#include "crate/semver/diff.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/finding.h"
#include "base/strbuf.h"
#include "crate/rustdoc/doc.h"
#include "crate/semver/diff_internal.h"
#include "crate/semver/facts.h"
#include "crate/semver/sealing.h"
#include "crate/semver/surface.h"
#include "crate/semver/unchanged.h"

/* ---- one finding */

static void add_name(struct strbuf *b, const struct rustdoc_item *it)
{
	strbuf_adds(b, "::");
	strbuf_adds(b, it->name);
}

static bool is_member(const struct semver_lint *l)
{
	return l->on >= SEMVER_ON_FIELD && l->on <= SEMVER_ON_INHERENT;
}

/*
 * What went has its place in the old source; what is still there and lost
 * something, a trait or an attribute, in the new one.
 */
static const struct rustdoc_item *place(const struct semver_lint *l,
					const struct semver_pair *p)
{
	if (l->place)
		return l->place(p);
	if (l->event != SEMVER_GONE || (p->word && p->thing[SEMVER_NEW]))
		return p->thing[SEMVER_NEW];
	return p->thing[SEMVER_OLD];
}

/* A macro is known by its name: it lies in the root, wherever it is written. */
static const char *name_of(const struct semver_pair *p, int side)
{
	const struct rustdoc_item *it = p->item[side];

	return it && (it->kind == RUSTDOC_MACRO ||
		      it->kind == RUSTDOC_PROC_MACRO)
		       ? it->name
		       : p->path;
}

/* What may have moved to a crate that this one re-exports is not proven gone.
 */
static enum finding_level level_of(const struct semver_lint *l,
				   const struct semver_pair *p)
{
	const struct semver_side *new = p->side[SEMVER_NEW];

	if (l->event == SEMVER_GONE && l->level == FINDING_DENY && new &&
	    p->path &&surface_is_abroad(new->surface, p->path))
		return FINDING_WARN;
	return l->level;
}

void diff_report(struct comparison *c, const struct semver_lint *l,
		 const struct semver_pair *p)
{
	int side = l->event == SEMVER_GONE ? SEMVER_OLD : SEMVER_NEW;
	const struct rustdoc_item *at = place(l, p);
	struct finding f = { .id = l->id,
			     .level = level_of(l, p),
			     .mend = l->mend };

	if (at && !at->file && p->item[side])
		at = p->item[side]; /* what the compiler found has no place */
	if (at) {
		f.file = at->file;
		f.line = at->line;
		f.column = at->column;
	}
	if (at != p->thing[SEMVER_OLD] && p->thing[SEMVER_OLD]) {
		f.was_file = p->thing[SEMVER_OLD]->file;
		f.was_line = p->thing[SEMVER_OLD]->line;
	}
	strbuf_reset(&c->subject);
	strbuf_adds(&c->subject, name_of(p, side));
	if (p->variant[side])
		add_name(&c->subject, p->variant[side]);
	if (p->word) {
		strbuf_adds(&c->subject, "::");
		strbuf_adds(&c->subject, side == SEMVER_OLD ? p->word->gone
							    : p->word->added);
	} else if (is_member(l)) {
		add_name(&c->subject, p->thing[side]);
	}
	if (l->subject) {
		strbuf_adds(&c->subject, "::");
		l->subject(p, &c->subject);
	}
	strbuf_reset(&c->why);
	strbuf_adds(&c->why, l->why);
	if (l->detail)
		l->detail(p, &c->why);
	f.subject = strbuf_str(&c->subject);
	f.why = strbuf_str(&c->why);
	if (c->subject.failed == ERR_LIMIT || c->why.failed == ERR_LIMIT ||
	    c->found.arena.total > FINDINGS_BYTES)
		c->is_beyond_limit = true;
	else if (!strbuf_ok(&c->subject) || !strbuf_ok(&c->why) ||
		 findings_add(&c->found, &f) < 0)
		c->is_out_of_memory = true;
	else
		diff_witness(c, l, p, f.subject);
}

bool diff_holds(const struct semver_lint *l, struct semver_pair *p)
{
	for (size_t i = 0; i < SEMVER_CONDITIONS_MAX && l->when[i]; i++)
		if (!l->when[i](p))
			return false;
	return true;
}

bool diff_may_become(const struct semver_lint *l,
		     const struct rustdoc_item *before,
		     const struct rustdoc_item *now)
{
	return l->becomes ? diff_kind_in(l->becomes, now)
			  : now && now->kind == before->kind;
}

bool diff_is_same(const struct semver_lint *l, struct semver_pair *p, int to)
{
	return diff_may_become(l, p->thing[!to], p->thing[to]) &&
	       (!l->same || l->same(p));
}

/* ---- items */

static const struct surface_path *find_in(const struct comparison *c, int side,
					  const char *path)
{
	return surface_find(c->surface[side], path);
}

/* SEMVER_GONE from the old side, SEMVER_ADDED from the new one. */
static void item_alone(struct comparison *c, const struct semver_lint *l,
		       struct semver_pair *p, int from)
{
	const struct surface_path *at = find_in(c, !from, p->path);

	for (; at; at = at->next_here) {
		p->item[!from] = p->thing[!from] = at->item;
		if (diff_is_same(l, p, !from))
			return;
	}
	p->item[!from] = p->thing[!from] = NULL;
	if (diff_holds(l, p))
		diff_report(c, l, p);
}

static void item_changed(struct comparison *c, const struct semver_lint *l,
			 struct semver_pair *p, bool stays_api)
{
	if (!diff_may_become(l, p->thing[SEMVER_OLD], p->thing[SEMVER_NEW]) ||
	    (l->reach != SEMVER_WAS &&
	     (l->reach == SEMVER_LEAVES) == stays_api))
		return;
	if (diff_holds(l, p))
		diff_report(c, l, p);
}

/* ---- the walk */

static struct semver_pair pair_at(struct comparison *c, const char *path)
{
	return (struct semver_pair){
		.side = { &c->side[SEMVER_OLD], &c->side[SEMVER_NEW] },
		.path = path,
	};
}

/* ITEM is what the pair is about at SIDE; FACTS must outlive the pair. */
static void put_item(struct semver_pair *p, int side,
		     const struct rustdoc_item *item, struct facts *facts)
{
	facts->doc = p->side[side]->doc;
	facts->item = item;
	p->item[side] = p->thing[side] = item;
	p->facts[side] = facts;
}

static void compare_members_of(struct comparison *c,
			       const struct semver_pair *p)
{
	if (p->item[SEMVER_OLD]->kind == p->item[SEMVER_NEW]->kind) {
		diff_set(c, p, SEMVER_ON_FIELD);
		diff_set(c, p, SEMVER_ON_VARIANT);
		diff_set(c, p, SEMVER_ON_TRAIT_ITEM);
	}
	diff_inherent(c, p);
	if (c->first[SEMVER_ON_IMPL] < c->first[SEMVER_ON_IMPL + 1])
		diff_impls(c, p);
	for (int on = SEMVER_ON_SUPERTRAIT; on < SEMVER_ON_IMPL; on++)
		if (c->first[on] < c->first[on + 1])
			diff_words(c, p, (enum semver_on)on);
}

static void compare_pair(struct comparison *c, const struct surface_path *was,
			 const struct surface_path *is)
{
	AUTO(facts_releasep) struct facts before = { 0 };
	AUTO(facts_releasep) struct facts after = { 0 };
	struct semver_pair p = pair_at(c, was->path);

	put_item(&p, SEMVER_OLD, was->item, &before);
	put_item(&p, SEMVER_NEW, is->item, &after);
	for (size_t i = c->first[SEMVER_ON_ITEM];
	     i < c->first[SEMVER_ON_ITEM + 1]; i++)
		if (c->rows[i]->event == SEMVER_CHANGED &&
		    diff_kind_in(c->rows[i]->kinds, was->item))
			item_changed(c, c->rows[i], &p, is->is_api);
	if (is->is_api)
		compare_members_of(c, &p);
	c->is_out_of_memory |=
		before.is_out_of_memory || after.is_out_of_memory;
}

/* Rows of EVENT over what stands at one path of the side FROM. */
static void compare_alone(struct comparison *c, const struct surface_path *at,
			  enum semver_event event, int from)
{
	AUTO(facts_releasep) struct facts facts = { 0 };

	for (size_t i = c->first[SEMVER_ON_ITEM];
	     i < c->first[SEMVER_ON_ITEM + 1]; i++) {
		struct semver_pair p;

		if (c->rows[i]->event != event ||
		    !diff_kind_in(c->rows[i]->kinds, at->item))
			continue;
		p = pair_at(c, at->path);
		put_item(&p, from, at->item, &facts);
		item_alone(c, c->rows[i], &p, from);
	}
	c->is_out_of_memory |= facts.is_out_of_memory;
}

static bool is_unchanged(struct comparison *c, const struct rustdoc_item *was,
			 const struct rustdoc_item *is)
{
	struct semver_side *const side[] = { &c->side[SEMVER_OLD],
					     &c->side[SEMVER_NEW] };

	return unchanged_items(side, was, is);
}

/* Is one of those at OTHER the same as ONE of SIDE? */
static bool has_unchanged(struct comparison *c, int side,
			  const struct surface_path *one,
			  const struct surface_path *other)
{
	for (; other; other = other->next_here)
		if (other->item &&
		    (side == SEMVER_OLD
			     ? is_unchanged(c, one->item, other->item)
			     : is_unchanged(c, other->item, one->item)))
			return true;
	return false;
}

static void compare_paths(struct comparison *c)
{
	for (size_t i = 0; i < surface_count(c->surface[SEMVER_OLD]) &&
			   !c->is_out_of_memory && !c->is_beyond_limit;
	     i++) {
		const struct surface_path *was =
			surface_at(c->surface[SEMVER_OLD], i);
		const struct surface_path *is =
			find_in(c, SEMVER_NEW, was->path);

		diff_reexport(c, was);
		if (!was->is_api || !was->item)
			continue;
		if (!has_unchanged(c, SEMVER_OLD, was, is))
			compare_alone(c, was, SEMVER_GONE, SEMVER_OLD);
		for (; is; is = is->next_here)
			if (is->item && !(is->is_api &&
					  is_unchanged(c, was->item, is->item)))
				compare_pair(c, was, is);
	}
	for (size_t i = 0; i < surface_count(c->surface[SEMVER_NEW]); i++) {
		const struct surface_path *is =
			surface_at(c->surface[SEMVER_NEW], i);

		if (is->is_api && is->item &&
		    !has_unchanged(c, SEMVER_NEW, is,
				   find_in(c, SEMVER_OLD, is->path)))
			compare_alone(c, is, SEMVER_ADDED, SEMVER_NEW);
	}
}

/* ---- before and after */

/* The lint of number N. */
static bool is_wanted(const struct semver_options *o, size_t n)
{
	if (!o || !o->only)
		return true;
	for (size_t i = 0; i < o->only_count; i++)
		if (strcmp(o->only[i], semver_lint_at(n)->id) == 0)
			return true;
	return false;
}

static int choose_rows(struct comparison *c, const struct semver_options *o,
		       struct err *err)
{
	size_t count = semver_lint_count(), next[SEMVER_ON_COUNT] = { 0 };

	c->rows = calloc(count, sizeof(*c->rows));
	if (!c->rows)
		return err_nomem(err);
	for (size_t i = 0; i < count; i++)
		next[semver_lint_at(i)->on] += is_wanted(o, i);
	for (int on = 0; on < SEMVER_ON_COUNT; on++) {
		c->first[on + 1] = c->first[on] + next[on];
		next[on] = c->first[on];
	}
	for (size_t i = 0; i < count; i++) {
		const struct semver_lint *l = semver_lint_at(i);

		if (is_wanted(o, i))
			c->rows[next[l->on]++] = l;
	}
	return 0;
}

static int by_subject(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;
	int order = strcmp(x->subject, y->subject);

	if (order == 0)
		order = strcmp(x->id, y->id);
	if (order == 0)
		order = x->line < y->line ? -1 : x->line > y->line;
	return order;
}

/* A failure that does not name the document yet. */
static int failed_on(const struct rustdoc *doc, struct err *err)
{
	return err->code == ERR_NOMEM
		       ? ERR_NOMEM
		       : err_context(err, "%s", rustdoc_name(doc));
}

static int hand_over(struct comparison *c, struct findings *out,
		     struct err *err)
{
	if (c->is_out_of_memory)
		return err_nomem(err);
	if (c->is_beyond_limit)
		return err_set(err, ERR_LIMIT,
			       "findings of more than %d MiB, one about a "
			       "path of more than %d bytes, or more than %d "
			       "members",
			       FINDINGS_BYTES >> 20, SUBJECT_MAX, MEMBERS_MAX);
	for (int side = SEMVER_OLD; side <= SEMVER_NEW; side++) {
		if (rustdoc_check(c->side[side].doc, err) < 0)
			return (int)err->code;
		if (sealing_check(&c->side[side].sealing, err) < 0)
			return failed_on(c->side[side].doc, err);
	}
	if (c->found.count > 0)
		qsort(c->found.items, c->found.count, sizeof(*c->found.items),
		      by_subject);
	for (size_t i = 0, before = out->count; i < c->found.count; i++) {
		/* two impls may have lost the same thing: say it once */
		if (i > 0 &&
		    by_subject(&c->found.items[i - 1], &c->found.items[i]) == 0)
			continue;
		if (findings_add(out, &c->found.items[i]) < 0) {
			out->count = before;
			return err_nomem(err);
		}
	}
	return 0;
}

static void comparison_release(struct comparison *c)
{
	for (int side = SEMVER_OLD; side <= SEMVER_NEW; side++) {
		sealing_release(&c->side[side].sealing);
		surface_free(c->surface[side]);
	}
	free(c->rows);
	findings_release(&c->found);
	strbuf_release(&c->subject);
	strbuf_release(&c->why);
}
AUTO_RELEASE(struct comparison, comparison_release)

static int open_side(struct comparison *c, int side, struct rustdoc *doc,
		     struct err *err)
{
	if (surface_build(doc, &c->surface[side], err) < 0)
		return failed_on(doc, err);
	if (rustdoc_check(doc, err) < 0)
		return (int)err->code;
	c->side[side].doc = doc;
	c->side[side].surface = c->surface[side];
	sealing_init(&c->side[side].sealing, doc, c->surface[side]);
	return 0;
}

static void prepare_hashes(struct comparison *c, bool is_thorough)
{
	struct semver_side *old = &c->side[SEMVER_OLD];
	struct semver_side *new = &c->side[SEMVER_NEW];
	struct hash was = rustdoc_target_hash(old->doc);
	struct hash is = rustdoc_target_hash(new->doc);

	/* what is written as before may borrow more */
	old->has_hashes = !is_thorough && hash_same(&was, &is) &&
			  semver_captures_all(old) == semver_captures_all(new);
	old->constants_stay =
		surface_constants_stay(old->surface, new->surface);
	new->has_hashes = old->has_hashes;
	new->constants_stay = old->constants_stay;
}

int semver_diff(struct rustdoc *before, struct rustdoc *after,
		const struct semver_options *options, struct findings *findings,
		struct err *err)
{
	AUTO(comparison_releasep)
	struct comparison c = { .budget = MEMBERS_MAX };

	strbuf_init(&c.subject, SUBJECT_MAX);
	strbuf_init(&c.why, SUBJECT_MAX);
	if (choose_rows(&c, options, err) < 0 ||
	    open_side(&c, SEMVER_OLD, before, err) < 0 ||
	    open_side(&c, SEMVER_NEW, after, err) < 0)
		return (int)err->code;
	c.witnesses = options ? options->witnesses : NULL;
	for (int i = SEMVER_OLD; options && i <= SEMVER_NEW; i++)
		c.side[i].edition = options->edition[i];
	prepare_hashes(&c, options && options->is_thorough);
	c.side[SEMVER_OLD].signature = &c.signature;
	compare_paths(&c);
	diff_symbols(&c);
	if (options && diff_features(&c, options->features, err) < 0)
		return (int)err->code;
	return hand_over(&c, findings, err);
}
