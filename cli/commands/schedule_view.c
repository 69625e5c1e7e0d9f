#include "commands/schedule_view.h"

#include "base/err.h"
#include "commands/view.h"
#include "course/clockface.h"
#include "io/zonefile.h"

int timetable_read(struct timetable *t, const struct cohort *c,
		   const char *reader_zone, struct err *err)
{
	if (clockface_zone(c->zone, &t->zone, err) < 0)
		return err_context(err, "zone of the cohort");
	if (reader_zone) {
		if (clockface_zone(reader_zone, &t->reader, err) < 0)
			return err->code;
	} else if (clockface_reader(&t->reader, err) < 0) {
		return err->code;
	}
	zonefile_release_name(t->tzdata);
	if (schedule_read(c, t->zone, &t->schedule, err) < 0)
		return err->code;
	return schedule_office_hours(c, t->zone, &t->office_hours, err);
}

void timetable_release(struct timetable *t)
{
	if (!t)
		return;
	zone_free(t->zone);
	zone_free(t->reader);
	schedule_release(&t->schedule);
	schedule_release(&t->office_hours);
	*t = (struct timetable){ 0 };
}

json_t *session_view(const struct timetable *t, const struct session *s,
		     struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf says = { 0 };
	json_t *view;

	schedule_say(s->start, t->zone, t->reader, &says);
	if (strbuf_check(&says, err) < 0)
		return NULL;
	view = json_pack("{s:i, s:i, s:i, s:o, s:o, s:s}", "number", s->number,
			 "week", s->week, "minutes", s->minutes, "start",
			 view_stamp(s->start), "end", view_stamp(s->end),
			 "says", strbuf_str(&says));
	if (!view)
		(void)err_nomem(err);
	return view;
}
