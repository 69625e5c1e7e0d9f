#include "commands/syllabus_view.h"

#include "commands/view.h"

/* A view under construction; a failed allocation anywhere is remembered. */
struct builder {
	const struct syllabus *plan;
	bool failed;
};

static void append(struct builder *b, json_t *list, json_t *item)
{
	b->failed = json_array_append_new(list, item) < 0 || b->failed;
}

static void put(struct builder *b, json_t *view, const char *key, json_t *value)
{
	b->failed = json_object_set_new(view, key, value) < 0 || b->failed;
}

static json_t *extra_view(struct builder *b, const struct week_extra *e)
{
	json_t *view;

	if (!e->title[0])
		return json_null();
	view = json_pack("{s:s, s:s}", "title", e->title, "text", e->text);
	if (e->who[0])
		put(b, view, "who", json_string(e->who));
	if (e->lesson)
		put(b, view, "lesson", json_integer(e->lesson->number));
	return view;
}

static json_t *lessons_view(struct builder *b, const struct week *w)
{
	json_t *list = json_array();

	for (int i = 0; i < CURRICULUM_LESSONS; i++) {
		const struct lesson *l = &w->lessons[i];

		append(b, list,
		       json_pack("{s:i, s:s, s:s}", "number", l->number,
				 "title", l->title, "text", l->text));
	}
	return list;
}

/* When a session is, if the cohort has as many slots a week as the plan. */
static const struct session *when(const struct syllabus *p, int number)
{
	size_t want = (size_t)CURRICULUM_WEEKS * CURRICULUM_SESSIONS;

	if (p->table.schedule.count != want)
		return NULL;
	return &p->table.schedule.sessions[number - 1];
}

static json_t *live_view(struct builder *b, const struct live_session *s)
{
	const struct session *at = when(b->plan, s->number);
	AUTO(strbuf_releasep) struct strbuf says = { 0 };
	json_t *covers = json_array();
	json_t *view;

	for (size_t i = 0; i < s->cover_count; i++)
		append(b, covers, json_integer(s->covers[i]->number));
	view = json_pack("{s:i, s:s, s:o}", "number", s->number, "title",
			 s->title, "covers", covers);
	if (!at)
		return view;
	schedule_say(at->start, b->plan->table.zone, b->plan->table.reader,
		     &says);
	b->failed = !strbuf_ok(&says) || b->failed;
	put(b, view, "start", view_stamp(at->start));
	put(b, view, "says", json_string(strbuf_str(&says)));
	return view;
}

static json_t *week_view(struct builder *b, const struct week *w)
{
	json_t *live = json_array();

	for (int i = 0; i < CURRICULUM_SESSIONS; i++)
		append(b, live, live_view(b, &w->sessions[i]));
	return json_pack(
		"{s:i, s:i, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:b}",
		"number", w->number, "phase", w->phase, "title", w->title,
		"text", w->text, "lessons", lessons_view(b, w), "live", live,
		"lab", extra_view(b, &w->lab), "guest",
		extra_view(b, &w->guest), "club", extra_view(b, &w->club),
		"ships", w->ships, "is_now", w->number == b->plan->week);
}

static json_t *phases_view(struct builder *b)
{
	json_t *list = json_array();

	for (int i = 0; i < CURRICULUM_PHASES; i++) {
		const struct phase *p = &b->plan->curriculum->phases[i];

		append(b, list,
		       json_pack("{s:i, s:s, s:s, s:s, s:i, s:i}", "number",
				 p->number, "title", p->title, "text", p->text,
				 "artifact", artifact_id(p->artifact),
				 "first_week", p->first_week, "last_week",
				 p->last_week));
	}
	return list;
}

json_t *syllabus_view(const struct syllabus *p, int only)
{
	struct builder b = { .plan = p };
	json_t *weeks = json_array();
	json_t *view;

	for (int i = 1; i <= CURRICULUM_WEEKS; i++) {
		if (only == 0 || only == i)
			append(&b, weeks,
			       week_view(&b,
					 curriculum_week(p->curriculum, i)));
	}
	view = json_pack("{s:i, s:i, s:b, s:o, s:o}", "schema", 1, "week",
			 p->week, "is_page", only > 0, "phases",
			 phases_view(&b), "weeks", weeks);
	if (!b.failed)
		return view;
	json_decref(view);
	return NULL;
}

json_t *syllabus_findings_view(const struct findings *found)
{
	struct builder b = { 0 };
	json_t *list = json_array();
	json_t *view;

	for (size_t i = 0; i < found->count; i++) {
		const struct finding *f = &found->items[i];

		append(&b, list,
		       json_pack("{s:s, s:s, s:s, s:s, s:s}", "id", f->id,
				 "level", finding_level_name(f->level),
				 "subject", f->subject, "why", f->why, "mend",
				 f->mend));
	}
	view = json_pack("{s:i, s:o}", "schema", 1, "findings", list);
	if (!b.failed)
		return view;
	json_decref(view);
	return NULL;
}
