#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/vec.h"
#include "course/collect_sheet.h"

struct wants {
	struct oid *items;
	size_t count;
	size_t cap;
};

static void wants_release(struct wants *w)
{
	free(w->items);
}
AUTO_RELEASE(struct wants, wants_release)

struct sheets {
	struct sheet of[ARTIFACT_COUNT];
	struct repo *box; /* NULL until there is something to put into it */
	struct box_refs refs;
};

static void sheets_release(struct sheets *s)
{
	box_refs_release(&s->refs);
	repo_free(s->box);
	for (size_t k = 0; k < ARTIFACT_COUNT; k++)
		sheet_release(&s->of[k]);
}
AUTO_RELEASE(struct sheets, sheets_release)

/* Still good: asked for, and nothing of its own went wrong. */
static bool is_open(const struct sheet *s)
{
	return s->item && !s->item->err.code;
}

static void read_shown(struct collect_look *l, const struct remote_refs *refs,
		       struct sheets *sheets)
{
	int64_t now = clock_now();

	for (size_t k = 0; k < ARTIFACT_COUNT; k++) {
		struct sheet *s = &sheets->of[k];

		s->item = l->items[k];
		if (!s->item)
			continue;
		s->look = l;
		s->record = l->records[k];
		s->err = &s->item->err;
		s->item->looked_at = now;
		for (size_t i = 0; i < refs->count && is_open(s); i++)
			(void)sheet_show(s, &refs->items[i]);
	}
}

static int add_wants(const struct sheet *s, struct wants *w)
{
	size_t before = w->count;

	for (size_t i = 0; i < s->count; i++) {
		struct oid *grown;

		if (!sheet_wants(s, &s->tags[i]))
			continue;
		grown = vec_grow(w->items, &w->cap, w->count + 1,
				 sizeof(*grown));
		if (!grown)
			return err_nomem(s->err);
		w->items = grown;
		grown[w->count++] = s->tags[i].oid;
	}
	if (w->count - before <= COLLECT_SUBMISSIONS_MAX)
		return 0;
	w->count = before;
	return err_set(s->err, ERR_LIMIT, "more than %d new tags of %s",
		       COLLECT_SUBMISSIONS_MAX, artifact_id(s->item->artifact));
}

/* The box, if there is one. */
static int find_box(struct collect_look *l, struct sheets *sheets,
		    struct err *err)
{
	if (repo_open(l->box, &sheets->box, err) == 0)
		return box_refs_read(sheets->box, &sheets->refs, err);
	if (err->code == ERR_NOT_FOUND)
		err_clear(err);
	return err->code;
}

static void hand_out(struct sheets *sheets)
{
	for (size_t k = 0; k < ARTIFACT_COUNT; k++) {
		sheets->of[k].box = sheets->box;
		sheets->of[k].refs = &sheets->refs;
	}
}

static int fetch(struct collect_look *l, struct remote *remote,
		 struct sheets *sheets, struct err *err)
{
	AUTO(wants_releasep) struct wants wants = { 0 };

	if (find_box(l, sheets, err) < 0)
		return err->code;
	hand_out(sheets);
	for (size_t k = 0; k < ARTIFACT_COUNT; k++) {
		if (is_open(&sheets->of[k]))
			(void)add_wants(&sheets->of[k], &wants);
	}
	if (wants.count == 0 || l->dry_run)
		return 0;
	if (!sheets->box && box_open(l->box, &sheets->box, err) < 0)
		return err->code;
	hand_out(sheets);
	return remote_fetch(remote, sheets->box, wants.items, wants.count,
			    &l->received, err);
}

/* The prefixes that ls is asked for: "refs/tags/artifact_01/v", ... */
struct prefixes {
	char text[ARTIFACT_COUNT][48];
	const char *items[ARTIFACT_COUNT];
	size_t count;
};

static void make_prefixes(const struct collect_look *l, struct prefixes *p)
{
	p->count = 0;
	for (size_t k = 0; k < ARTIFACT_COUNT; k++) {
		if (!l->items[k])
			continue;
		snprintf(p->text[p->count], sizeof(p->text[0]),
			 "refs/tags/%s/v", artifact_id((enum artifact)k));
		p->items[p->count] = p->text[p->count];
		p->count++;
	}
}

int collect_look(struct collect_look *l, struct err *err)
{
	AUTO(remote_freep) struct remote *remote = NULL;
	AUTO(remote_refs_releasep) struct remote_refs refs = { 0 };
	AUTO(sheets_releasep) struct sheets sheets = { 0 };
	struct prefixes p;

	make_prefixes(l, &p);
	if (remote_open(l->remotes, l->url, l->limits, &remote, err) < 0 ||
	    remote_ls(remote, p.items, p.count, &refs, err) < 0)
		return err->code;
	read_shown(l, &refs, &sheets);
	if (fetch(l, remote, &sheets, err) < 0)
		return err->code;
	for (size_t k = 0; k < ARTIFACT_COUNT; k++) {
		if (is_open(&sheets.of[k]))
			(void)sheet_apply(&sheets.of[k]);
	}
	if (!l->dry_run && sheets.box &&
	    box_refs_write(sheets.box, &sheets.refs, err) < 0)
		return err->code;
	for (size_t k = 0; k < ARTIFACT_COUNT; k++) {
		struct sheet *s = &sheets.of[k];

		if (!is_open(s) || !s->changed)
			continue;
		s->item->record = s->record;
		l->records[k] = NULL; /* handed over */
	}
	return 0;
}
