#include "model/curriculum.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/node.h"
#include "model/curriculum_keys.h"

struct reader {
	struct curriculum *c;
	struct err *err;
};

static int want_count(struct reader *r, const struct schema_list *list,
		      size_t want, const char *what)
{
	if (list->count == want)
		return 0;
	(void)node_err(list->node, r->err, ERR_FORMAT,
		       "%zu %s where the course has %zu", list->count, what,
		       want);
	return err_hint(r->err, "give each its place, if only with a title");
}

static struct week_extra extra_value(const struct week *w,
				     const struct extra_file *f)
{
	struct week_extra e = { .who = f->who ? f->who : "",
				.title = f->title,
				.text = f->text };

	if (f->lesson > 0)
		e.lesson = &w->lessons[f->lesson - 1];
	return e;
}

static int read_live(struct reader *r, struct week *w, size_t at,
		     const struct live_file *f)
{
	struct live_session *s = &w->sessions[at];
	const struct lesson **covers =
		arena_calloc(&r->c->arena, f->covers.count, sizeof(*covers));

	if (!covers)
		return err_nomem(r->err);
	for (size_t i = 0; i < f->covers.count; i++)
		covers[i] = &w->lessons[f->covers.items[i] - 1];
	*s = (struct live_session){
		.number = (w->number - 1) * CURRICULUM_SESSIONS + (int)at + 1,
		.title = f->title,
		.covers = covers,
		.cover_count = f->covers.count,
	};
	return 0;
}

static int read_week(struct reader *r, struct week *w,
		     const struct week_file *f)
{
	const struct lesson_file *lessons = f->lessons.items;
	const struct live_file *live = f->live.items;

	if (want_count(r, &f->lessons, CURRICULUM_LESSONS, "lessons") < 0 ||
	    want_count(r, &f->live, CURRICULUM_SESSIONS, "live sessions") < 0)
		return r->err->code;
	w->title = f->title;
	w->text = f->text;
	w->ships = f->ships;
	for (int i = 0; i < CURRICULUM_LESSONS; i++)
		w->lessons[i] = (struct lesson){
			.number = (w->number - 1) * CURRICULUM_LESSONS + i + 1,
			.title = lessons[i].title,
			.text = lessons[i].text,
		};
	for (size_t i = 0; i < CURRICULUM_SESSIONS; i++) {
		if (read_live(r, w, i, &live[i]) < 0)
			return r->err->code;
	}
	w->lab = extra_value(w, &f->lab);
	w->guest = extra_value(w, &f->guest);
	w->club = extra_value(w, &f->club);
	return 0;
}

static int read_phase(struct reader *r, int at, const struct phase_file *f)
{
	const int weeks = CURRICULUM_WEEKS / CURRICULUM_PHASES;
	const struct week_file *from = f->weeks.items;
	struct phase *p = &r->c->phases[at];

	if (want_count(r, &f->weeks, (size_t)weeks, "weeks") < 0)
		return r->err->code;
	*p = (struct phase){ .number = at + 1,
			     .title = f->title,
			     .text = f->text,
			     .artifact = (enum artifact)f->artifact,
			     .first_week = at * weeks + 1,
			     .last_week = (at + 1) * weeks };
	for (int i = 0; i < weeks; i++) {
		struct week *w = &r->c->weeks[at * weeks + i];

		w->number = p->first_week + i;
		w->phase = p->number;
		if (read_week(r, w, &from[i]) < 0)
			return r->err->code;
	}
	return 0;
}

/* Each artifact is the work of one phase. */
static int check_artifacts(struct reader *r, const struct schema_list *phases)
{
	for (int i = 0; i < CURRICULUM_PHASES; i++) {
		for (int k = 0; k < i; k++) {
			const struct node *n = phases->node->as.list.items[i];

			if (r->c->phases[i].artifact !=
			    r->c->phases[k].artifact)
				continue;
			return node_err(
				node_get(n, "artifact"), r->err, ERR_FORMAT,
				"phase %d builds %s as phase %d does", i + 1,
				artifact_id(r->c->phases[i].artifact), k + 1);
		}
	}
	return 0;
}

static int read_all(struct reader *r, const struct node *root)
{
	struct curriculum_file f = { 0 };
	const struct phase_file *phases;

	r->c->file = arena_strdup(&r->c->arena, root->file ? root->file : "-");
	if (!r->c->file)
		return err_nomem(r->err);
	if (schema_version(root, CURRICULUM_SCHEMA, r->err) < 0 ||
	    schema_read(root, curriculum_keys, &r->c->arena, &f, r->err) < 0 ||
	    want_count(r, &f.phases, CURRICULUM_PHASES, "phases") < 0)
		return r->err->code;
	phases = f.phases.items;
	for (int i = 0; i < CURRICULUM_PHASES; i++) {
		if (read_phase(r, i, &phases[i]) < 0)
			return r->err->code;
	}
	return check_artifacts(r, &f.phases);
}

int curriculum_read(const struct node *root, struct curriculum **out,
		    struct err *err)
{
	AUTO(curriculum_freep) struct curriculum *c = calloc(1, sizeof(*c));
	struct reader r = { .c = c, .err = err };

	if (!c)
		return err_nomem(err);
	if (read_all(&r, root) < 0)
		return err->code;
	*out = c;
	c = NULL; /* handed over */
	return 0;
}

void curriculum_free(struct curriculum *c)
{
	if (!c)
		return;
	arena_release(&c->arena);
	free(c);
}

const struct week *curriculum_week(const struct curriculum *c, int number)
{
	if (number < 1 || number > CURRICULUM_WEEKS)
		return NULL;
	return &c->weeks[number - 1];
}

const struct live_session *curriculum_session(const struct curriculum *c,
					      int number)
{
	if (number < 1 || number > CURRICULUM_WEEKS * CURRICULUM_SESSIONS)
		return NULL;
	number--;
	return &c->weeks[number / CURRICULUM_SESSIONS]
			.sessions[number % CURRICULUM_SESSIONS];
}
