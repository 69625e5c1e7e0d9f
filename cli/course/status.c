#include "course/status.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "course/clockface.h"
#include "model/schedule.h"

const char *seat_mark_name(enum seat_mark mark)
{
	static const char *const names[] = {
		"none",	   "overdue", "submitted",
		"checked", "trouble", "published"
	};

	return names[mark];
}

static bool fails_check(const struct seat_summary *summary)
{
	return summary->checked && (summary->verdict == VERDICT_FAIL ||
				    summary->verdict == VERDICT_ERROR);
}

enum seat_mark status_mark(const struct status *s,
			   const struct seat_summary *summary, enum artifact a)
{
	if (summary->submissions == 0)
		return s->artifact[a].is_due ? MARK_OVERDUE : MARK_NONE;
	if (summary->published)
		return MARK_PUBLISHED;
	if (summary->moved || fails_check(summary) ||
	    (summary->validated && !summary->conforms))
		return MARK_TROUBLE;
	return summary->checked ? MARK_CHECKED : MARK_SUBMITTED;
}

static void count(struct status *s, const struct seat_summary *summary,
		  enum artifact a)
{
	struct status_artifact *of = &s->artifact[a];

	switch (status_mark(s, summary, a)) {
	case MARK_NONE:
	case MARK_OVERDUE:
		of->missing++;
		return;
	case MARK_TROUBLE:
		of->trouble++;
		break;
	case MARK_PUBLISHED:
		of->published++;
		break;
	case MARK_CHECKED:
	case MARK_SUBMITTED:
		break;
	}
	of->submitted++;
	of->checked += summary->checked && summary->verdict != VERDICT_FAIL &&
		       summary->verdict != VERDICT_ERROR;
	of->validated += summary->conforms;
	of->late += summary->late_s > 0;
	of->packed += summary->packed;
}

/* The gates that did not pass, in words. */
static void say_gates(const struct record *r, struct strbuf *out)
{
	for (size_t i = 0; i < r->check.gate_count; i++) {
		const struct gate_result *g = &r->check.gates[i];

		if (g->verdict != VERDICT_FAIL && g->verdict != VERDICT_ERROR)
			continue;
		strbuf_addf(out, "%s%s: %s", out->len ? "; " : "", g->gate,
			    g->reason ? g->reason : verdict_name(g->verdict));
	}
}

static int say_trouble(struct workspace *ws, const struct seat *seat,
		       enum artifact a, const struct seat_summary *summary,
		       struct strbuf *out, struct err *err)
{
	AUTO(record_freep) struct record *r = NULL;
	const struct submission *current;

	if (workspace_record(ws, a, seat->handle, &r, err) < 0)
		return err->code;
	current = record_current(r);
	if (summary->moved && current)
		strbuf_addf(out, "tag %s was moved; %.7s is kept", current->tag,
			    current->commit);
	else if (fails_check(summary))
		say_gates(r, out);
	else
		strbuf_addf(out, "contract: %s", r->conformance.reason);
	return strbuf_check(out, err);
}

static int add_trouble(struct status *s, struct workspace *ws,
		       const struct seat *seat, enum artifact a,
		       const struct seat_summary *summary, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf what = { 0 };
	AUTO(strbuf_releasep) struct strbuf type = { 0 };
	struct status_trouble *t;

	s->trouble_total++;
	if (s->trouble_count == STATUS_TROUBLES_MAX)
		return 0;
	if (say_trouble(ws, seat, a, summary, &what, err) < 0)
		return err->code;
	if (summary->moved || fails_check(summary))
		strbuf_addf(&type, "cohort check @%s --artifact %s",
			    seat->handle, artifact_id(a));
	else
		strbuf_addf(&type, "cohort validate %s @%s", artifact_id(a),
			    seat->handle);
	t = &s->troubles[s->trouble_count];
	*t = (struct status_trouble){ .seat = seat, .artifact = a };
	t->what = strbuf_take(&what);
	t->type = strbuf_take(&type);
	s->trouble_count++;
	return t->what && t->type ? 0 : err_nomem(err);
}

static int read_seats(struct status *s, struct workspace *ws, struct err *err)
{
	const struct roster *roster = workspace_roster(ws);

	for (size_t i = 0; i < roster->count; i++) {
		const struct seat *seat = &roster->seats[i];

		if (seat->status == SEAT_WITHDRAWN)
			continue;
		s->seats++;
		for (int k = 0; k < ARTIFACT_COUNT; k++) {
			enum artifact a = (enum artifact)k;
			const struct seat_summary *summary =
				workspace_summary(ws, i, a);

			count(s, summary, a);
			if (status_mark(s, summary, a) == MARK_TROUBLE &&
			    add_trouble(s, ws, seat, a, summary, err) < 0)
				return err->code;
		}
	}
	return 0;
}

static int read_times(struct status *s, const struct cohort *c, struct err *err)
{
	AUTO(schedule_releasep) struct schedule schedule = { 0 };
	AUTO(zone_freep) struct zone *zone = NULL;
	AUTO(zone_freep) struct zone *reader = NULL;
	const struct session *next;

	if (clockface_zone(c->zone, &zone, err) < 0 ||
	    clockface_reader(&reader, err) < 0 ||
	    schedule_read(c, zone, &schedule, err) < 0)
		return err->code;
	s->week = schedule_week(c, zone, s->now);
	for (int k = 0; k < ARTIFACT_COUNT; k++) {
		s->artifact[k].due = schedule_due(c, zone, (enum artifact)k);
		s->artifact[k].is_due = s->now > s->artifact[k].due;
	}
	next = schedule_next(&schedule, s->now);
	if (!next)
		return 0;
	s->has_next = true;
	s->next_number = next->number;
	s->next_count = (int)schedule.count;
	s->next_start = next->start;
	s->next_end = next->end;
	schedule_say(next->start, zone, reader, &s->next_says);
	return strbuf_check(&s->next_says, err);
}

int status_read(struct workspace *ws, struct status *out, struct err *err)
{
	AUTO(status_releasep) struct status s = { .now = clock_now() };

	s.troubles = calloc(STATUS_TROUBLES_MAX, sizeof(*s.troubles));
	if (!s.troubles)
		return err_nomem(err);
	if (read_times(&s, workspace_cohort(ws), err) < 0 ||
	    read_seats(&s, ws, err) < 0)
		return err->code;
	*out = s;
	s = (struct status){ 0 };
	return 0;
}

void status_release(struct status *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->trouble_count; i++) {
		free(s->troubles[i].what);
		free(s->troubles[i].type);
	}
	free(s->troubles);
	strbuf_release(&s->next_says);
	*s = (struct status){ 0 };
}
