#ifndef MODEL_SCHEDULE_H
#define MODEL_SCHEDULE_H

#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "model/artifact.h"
#include "model/cohort.h"
#include "model/zone.h"

struct err;

/*
 * When a cohort meets: its weekly slots from its first day on, in the civil
 * time of its zone, related to instants by the rules of that zone.  Weeks run
 * from Monday to Sunday; week 1 holds the first day.
 */
struct session {
	int number; /* from 1, in order of time */
	int week;   /* from 1 */
	struct civil local;
	int minutes;
	int64_t start; /* instants */
	int64_t end;
};

struct schedule {
	struct session *sessions;
	size_t count;
};

/*
 * All live sessions.  ERR_FORMAT if one falls on an hour that the clocks jump
 * over or show twice: someone has to choose.
 */
int schedule_read(const struct cohort *c, const struct zone *z,
		  struct schedule *out, struct err *err);
void schedule_release(struct schedule *s);
AUTO_RELEASE(struct schedule, schedule_release)

/* The office hours of each week, from the first day on; numbered alike. */
int schedule_office_hours(const struct cohort *c, const struct zone *z,
			  struct schedule *out, struct err *err);

/* The one that has not ended at T; NULL after the last. */
const struct session *schedule_next(const struct schedule *s, int64_t t);

/* The week of instant T: 1 to weeks; 0 before, weeks + 1 after. */
int schedule_week(const struct cohort *c, const struct zone *z, int64_t t);

/* The last instant at which ARTIFACT is not yet late. */
int64_t schedule_due(const struct cohort *c, const struct zone *z,
		     enum artifact a);

/*
 * "Tue 12 Jan 2027 17:00 America/Los_Angeles = Wed 01:00Z", and with a READER
 * of another zone " = your Wed 06:30 Asia/Kolkata".
 */
void schedule_say(int64_t t, const struct zone *z, const struct zone *reader,
		  struct strbuf *out);

/* "3 d 4 h", "2 h 5 min", "12 min", "40 s"; the sign is the caller's. */
void schedule_say_span(int64_t seconds, struct strbuf *out);

#endif
