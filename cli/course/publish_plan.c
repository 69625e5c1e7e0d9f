#include "course/publish_plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/str.h"
#include "course/gating.h"
#include "course/packed.h"
#include "course/roster_check.h"
#include "crate/package/index.h"
#include "io/file.h"

enum {
	NEEDS_MAX = 64,
	WHY_MAX = 400
};

int plan_say(struct published *result, struct publish_item *item,
	     enum publish_state state, const char *type, struct err *err,
	     const char *fmt, ...)
{
	char why[WHY_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	item->state = state;
	item->why = arena_strdup(&result->arena, why);
	item->type = type ? arena_printf(&result->arena, "%s @%s", type,
					 item->seat->handle)
			  : "";
	return item->why && item->type ? 0 : err_nomem(err);
}

/* ---- may it be published? */

/* The first gate that did not pass. */
static const struct gate_result *bad_gate(const struct record *r)
{
	for (size_t i = 0; i < r->check.gate_count; i++) {
		const struct gate_result *g = &r->check.gates[i];

		if (g->verdict == VERDICT_FAIL || g->verdict == VERDICT_ERROR)
			return g;
	}
	return NULL;
}

static int judge(struct plan_crate *c, struct published *result,
		 struct err *err)
{
	const struct record *r = c->record;
	const struct gate_result *bad;

	if (record_is_moved(r))
		return plan_say(result, c->item, PUBLISH_REFUSED,
				"cohort check", err,
				"its tag was moved after it was collected");
	if (!c->sub->package_sha256[0])
		return plan_say(result, c->item, PUBLISH_REFUSED,
				"cohort package", err, "it is not packed");
	if (r->check.n != c->sub->n)
		return plan_say(result, c->item, PUBLISH_REFUSED,
				"cohort check", err, "it is not checked");
	if (r->check.verdict == VERDICT_PASS ||
	    r->check.verdict == VERDICT_SKIPPED)
		return 0;
	bad = bad_gate(r);
	return plan_say(result, c->item, PUBLISH_REFUSED, "cohort check", err,
			"%s: %s", bad ? bad->gate : "check",
			bad && bad->reason && *bad->reason
				? bad->reason
				: verdict_name(r->check.verdict));
}

/* ---- what is in it */

static int note_needs(struct plan_crate *c, struct published *result,
		      const struct manifest *m, struct err *err)
{
	c->needs = arena_calloc(&result->arena, m->dep_count + 1,
				sizeof(*c->needs));
	if (!c->needs)
		return err_nomem(err);
	for (size_t i = 0; i < m->dep_count; i++) {
		const char *name =
			arena_strdup(&result->arena, m->deps[i].package);

		if (!name)
			return err_nomem(err);
		c->needs[c->need_count++] = name;
	}
	return 0;
}

/*
 * The disk registry stands in for crates.io, so no dependency is marked as
 * coming from elsewhere.
 */
static int open_package(struct plan_crate *c, struct published *result,
			struct err *err)
{
	AUTO(packed_releasep) struct packed p = { 0 };
	AUTO(strbuf_releasep) struct strbuf line = { 0 };
	const struct index_spec spec = { .manifest = &p.manifest,
					 .sha256 = c->sub->package_sha256 };

	if (packed_read(c->path, &p, err) < 0 ||
	    index_line(&spec, &line, err) < 0 ||
	    note_needs(c, result, &p.manifest, err) < 0)
		return err->code;
	c->item->crate = arena_strdup(&result->arena, p.manifest.name.value);
	c->item->version =
		arena_strdup(&result->arena, p.manifest.version.value);
	c->index_line = arena_strdup(&result->arena, strbuf_str(&line));
	return c->item->crate && c->item->version && c->index_line
		       ? 0
		       : err_nomem(err);
}

static int take_package(struct workspace *ws, struct plan_crate *c,
			struct published *result, struct err *err)
{
	AUTO(str_freep) char *path = package_path(ws, c->sub->package_sha256);

	c->path = path ? arena_strdup(&result->arena, path) : NULL;
	if (!c->path)
		return err_nomem(err);
	if (!file_exists(c->path))
		return plan_say(result, c->item, PUBLISH_REFUSED,
				"cohort package", err,
				"its packed bytes are not here");
	return open_package(c, result, err);
}

static int plan_seat(struct workspace *ws, struct published *result,
		     struct plan_crate *c, struct err *err)
{
	struct publish_item *item = c->item;
	char crate[80];

	seat_crate_name(item->seat, item->artifact, crate, sizeof(crate));
	item->crate = arena_strdup(&result->arena, crate);
	item->version = item->sha256 = item->why = item->type = "";
	if (!item->crate)
		return err_nomem(err);
	if (workspace_record(ws, item->artifact, item->seat->handle, &c->record,
			     err) < 0)
		return err->code;
	c->sub = record_current(c->record);
	if (!c->sub)
		return plan_say(result, item, PUBLISH_MISSING, NULL, err,
				"nothing was submitted");
	item->version = arena_strdup(&result->arena, c->sub->version);
	item->sha256 = arena_strdup(&result->arena, c->sub->package_sha256);
	if (!item->version || !item->sha256)
		return err_nomem(err);
	if (judge(c, result, err) < 0 || *item->why)
		return err->code;
	return take_package(ws, c, result, err);
}

/* ---- whose */

/* One artifact was named, or this seat has submitted it. */
static bool is_meant(struct workspace *ws, const struct publish_options *o,
		     const struct seat *s, enum artifact a)
{
	size_t index = (size_t)(s - workspace_roster(ws)->seats);

	if (o->artifact >= 0)
		return (int)a == o->artifact;
	return workspace_summary(ws, index, a)->submissions > 0;
}

static void choose_seat(struct workspace *ws, const struct publish_options *o,
			const struct seat *s, struct published *result)
{
	for (int a = 0; a < ARTIFACT_COUNT; a++) {
		struct publish_item *item = &result->items[result->count];

		if (s->status == SEAT_WITHDRAWN ||
		    !is_meant(ws, o, s, (enum artifact)a))
			continue;
		item->seat = s;
		item->artifact = (enum artifact)a;
		result->count++;
	}
}

static int choose(struct workspace *ws, const struct publish_options *o,
		  struct published *result, struct err *err)
{
	const struct roster *roster = workspace_roster(ws);
	size_t most = o->handle_count ? o->handle_count : roster->count;

	result->items = arena_calloc(&result->arena, most * ARTIFACT_COUNT + 1,
				     sizeof(*result->items));
	if (!result->items)
		return err_nomem(err);
	for (size_t i = 0; i < most; i++) {
		const struct seat *s =
			o->handle_count ? roster_find(roster, o->handles[i])
					: &roster->seats[i];

		if (!s)
			return roster_no_student(roster, o->handles[i], err);
		choose_seat(ws, o, s, result);
	}
	return 0;
}

/* ---- the order: dependencies first */

static struct plan_crate *find(struct plan *p, const char *name)
{
	for (size_t i = 0; i < p->count; i++) {
		if (p->crates[i].index_line &&
		    crate_name_same(p->crates[i].item->crate, name))
			return &p->crates[i];
	}
	return NULL;
}

static bool is_free(struct plan *p, const struct plan_crate *c)
{
	for (size_t i = 0; i < c->need_count; i++) {
		const struct plan_crate *need = find(p, c->needs[i]);

		if (need && need != c && !need->placed)
			return false;
	}
	return true;
}

static int put_in_order(struct plan *p, struct published *result,
			struct err *err)
{
	bool moved = true;

	while (moved) {
		moved = false;
		for (size_t i = 0; i < p->count; i++) {
			struct plan_crate *c = &p->crates[i];

			if (!c->index_line || c->placed || !is_free(p, c))
				continue;
			c->placed = moved = true;
			p->order[p->order_count++] = c;
		}
	}
	for (size_t i = 0; i < p->count; i++) {
		struct plan_crate *c = &p->crates[i];

		if (!c->index_line || c->placed)
			continue;
		c->index_line = NULL;
		if (plan_say(result, c->item, PUBLISH_BLOCKED, NULL, err,
			     "it and what it depends on need each other; drop "
			     "the version of a dev-dependency") < 0)
			return err->code;
	}
	return 0;
}

int plan_make(struct workspace *ws, const struct publish_options *options,
	      struct published *result, struct plan *out, struct err *err)
{
	AUTO(plan_releasep) struct plan p = { 0 };

	if (choose(ws, options, result, err) < 0)
		return err->code;
	p.crates = calloc(result->count + 1, sizeof(*p.crates));
	p.order = calloc(result->count + 1, sizeof(*p.order));
	if (!p.crates || !p.order)
		return err_nomem(err);
	for (; p.count < result->count; p.count++) {
		struct plan_crate *c = &p.crates[p.count];

		c->item = &result->items[p.count];
		if (plan_seat(ws, result, c, err) < 0) {
			p.count++;
			return err_context(err, "@%s", c->item->seat->handle);
		}
	}
	if (put_in_order(&p, result, err) < 0)
		return err->code;
	*out = p;
	p = (struct plan){ 0 };
	return 0;
}

void plan_release(struct plan *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->count; i++)
		record_free(p->crates[i].record);
	free(p->crates);
	free(p->order);
	*p = (struct plan){ 0 };
}
