#ifndef COMMANDS_SCHEDULE_VIEW_H
#define COMMANDS_SCHEDULE_VIEW_H

#include "base/json.h"
#include "model/schedule.h"

struct err;

/* What `schedule list` and `schedule next` have in common. */
struct timetable {
	struct zone *zone;	  /* the cohort's */
	struct zone *reader;	  /* who looks */
	struct schedule schedule; /* live sessions */
	struct schedule office_hours;
	char tzdata[16]; /* release of the zone data */
};

/* READER_ZONE NULL: this machine's. */
int timetable_read(struct timetable *t, const struct cohort *c,
		   const char *reader_zone, struct err *err);
void timetable_release(struct timetable *t);
AUTO_RELEASE(struct timetable, timetable_release)

/* One session: number, week, start and end in UTC, and how it is said. */
json_t *session_view(const struct timetable *t, const struct session *s,
		     struct err *err);

#endif
