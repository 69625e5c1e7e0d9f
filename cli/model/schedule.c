#include "model/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

enum {
	DAY = 86400
};

/* The Monday of week 1, in days since 1970. */
static int64_t first_monday(const struct cohort *c)
{
	int64_t day = civil_to_days(c->first_day.year, c->first_day.month,
				    c->first_day.day);

	return day - (civil_weekday(day) + 6) % 7;
}

static int place(const struct cohort *c, const struct zone *z, const char *what,
		 struct session *s, struct err *err)
{
	int64_t at[2];
	int count = zone_instants(z, &s->local, at);

	if (count != 1)
		return err_set(err, ERR_FORMAT,
			       "%s %d on %04d-%02d-%02d at %02d:%02d: "
			       "in %s that hour %s",
			       what, s->number, s->local.year, s->local.month,
			       s->local.day, s->local.hour, s->local.minute,
			       c->zone,
			       count == 0 ? "does not exist" : "comes twice");
	s->start = at[0];
	s->end = at[0] + (int64_t)s->minutes * 60;
	return 0;
}

static int by_local_time(const void *a, const void *b)
{
	int64_t x = civil_to_unix(&((const struct session *)a)->local);
	int64_t y = civil_to_unix(&((const struct session *)b)->local);

	return (x > y) - (x < y);
}

static struct session in_week(const struct cohort *c, const struct slot *slot,
			      int week)
{
	struct session s = { .week = week, .minutes = slot->minutes };

	s.local = civil_from_days(first_monday(c) + (int64_t)(week - 1) * 7 +
				  (slot->weekday + 6) % 7);
	s.local.hour = slot->hour;
	s.local.minute = slot->minute;
	return s;
}

/* Nothing takes place before the first day. */
static bool is_too_early(const struct cohort *c, const struct session *s)
{
	return civil_to_unix(&s->local) < civil_to_unix(&c->first_day);
}

static int read_slots(const struct cohort *c, const struct zone *z,
		      const char *what, const struct slot *slots, size_t count,
		      struct schedule *out, struct err *err)
{
	AUTO(schedule_releasep) struct schedule s = { 0 };

	s.sessions = calloc((size_t)c->weeks * count + 1, sizeof(*s.sessions));
	if (!s.sessions)
		return err_nomem(err);
	for (int week = 1; week <= c->weeks; week++) {
		for (size_t i = 0; i < count; i++) {
			s.sessions[s.count] = in_week(c, &slots[i], week);
			s.count += !is_too_early(c, &s.sessions[s.count]);
		}
	}
	qsort(s.sessions, s.count, sizeof(*s.sessions), by_local_time);
	for (size_t i = 0; i < s.count; i++) {
		s.sessions[i].number = (int)i + 1;
		if (place(c, z, what, &s.sessions[i], err) < 0)
			return err->code;
	}
	*out = s;
	s = (struct schedule){ 0 };
	return 0;
}

int schedule_read(const struct cohort *c, const struct zone *z,
		  struct schedule *out, struct err *err)
{
	return read_slots(c, z, "session", c->live, c->live_count, out, err);
}

int schedule_office_hours(const struct cohort *c, const struct zone *z,
			  struct schedule *out, struct err *err)
{
	return read_slots(c, z, "office hours", &c->office_hours, 1, out, err);
}

void schedule_release(struct schedule *s)
{
	if (!s)
		return;
	free(s->sessions);
	*s = (struct schedule){ 0 };
}

const struct session *schedule_next(const struct schedule *s, int64_t t)
{
	for (size_t i = 0; i < s->count; i++) {
		if (s->sessions[i].end > t)
			return &s->sessions[i];
	}
	return NULL;
}

int schedule_week(const struct cohort *c, const struct zone *z, int64_t t)
{
	struct civil now = zone_local(z, t);
	int64_t days =
		civil_to_days(now.year, now.month, now.day) - first_monday(c);

	if (days < 0)
		return 0;
	if (days / 7 >= c->weeks)
		return c->weeks + 1;
	return (int)(days / 7) + 1;
}

int64_t schedule_due(const struct cohort *c, const struct zone *z,
		     enum artifact a)
{
	struct civil due = cohort_due(c, a);
	int64_t at[2];
	int count = zone_instants(z, &due, at);

	/* in a doubtful hour the student has the later one */
	if (count > 0)
		return at[count - 1];
	return civil_to_unix(&due) - zone_offset(z, civil_to_unix(&due));
}

static void say_local(const struct civil *c, struct strbuf *out)
{
	int64_t days = civil_to_days(c->year, c->month, c->day);

	strbuf_addf(out, "%s %02d:%02d", weekday_short(civil_weekday(days)),
		    c->hour, c->minute);
}

/* What has been said already, for a reader who lives by it. */
static bool is_utc(const struct zone *z)
{
	return strcmp(zone_name(z), "UTC") == 0 ||
	       strcmp(zone_name(z), "Etc/UTC") == 0;
}

void schedule_say(int64_t t, const struct zone *z, const struct zone *reader,
		  struct strbuf *out)
{
	struct civil local = zone_local(z, t);
	struct civil utc = civil_from_unix(t);
	int64_t days = civil_to_days(local.year, local.month, local.day);

	strbuf_addf(out, "%s %d %s %d %02d:%02d %s = ",
		    weekday_short(civil_weekday(days)), local.day,
		    month_short(local.month), local.year, local.hour,
		    local.minute, zone_name(z));
	say_local(&utc, out);
	strbuf_addc(out, 'Z');
	if (reader && strcmp(zone_name(reader), zone_name(z)) != 0 &&
	    !is_utc(reader)) {
		struct civil mine = zone_local(reader, t);

		strbuf_adds(out, " = your ");
		say_local(&mine, out);
		strbuf_addf(out, " %s", zone_name(reader));
	}
}

void schedule_say_span(int64_t seconds, struct strbuf *out)
{
	int64_t s = seconds < 0 ? -seconds : seconds;

	if (s >= DAY)
		strbuf_addf(out, "%lld d %lld h", (long long)(s / DAY),
			    (long long)(s % DAY / 3600));
	else if (s >= 3600)
		strbuf_addf(out, "%lld h %lld min", (long long)(s / 3600),
			    (long long)(s % 3600 / 60));
	else if (s >= 60)
		strbuf_addf(out, "%lld min", (long long)(s / 60));
	else
		strbuf_addf(out, "%lld s", (long long)s);
}
