/*
 * The hours of a cohort on both sides of a clock change, with time zones that
 * do not depend on the machine: tests/fixtures/zoneinfo/rules.txt.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/err.h"
#include "io/zonefile.h"
#include "model/schedule.h"

static const struct slot tuesday_and_thursday[] = { { 2, 17, 0, 75 },
						    { 4, 17, 0, 75 } };

static struct cohort winter(void)
{
	struct cohort c = {
		.id = "2027-winter",
		.zone = "America/Los_Angeles",
		.first_day = { .year = 2027, .month = 1, .day = 12 },
		.weeks = 12,
		.live = tuesday_and_thursday,
		.live_count = 2
	};

	for (int a = 0; a < ARTIFACT_COUNT; a++) {
		c.due[a].week = 4 * (a + 1);
		c.due[a].hour = 23;
		c.due[a].minute = 59;
	}
	return c;
}

static int pin_zones(void **state)
{
	(void)state;
	return setenv("TZDIR", "tests/fixtures/zoneinfo", 1);
}

static struct zone *load(const char *name)
{
	AUTO(strbuf_releasep) struct strbuf bytes = { 0 };
	struct zone *z = NULL;
	struct err err = { 0 };

	if (zonefile_read(name, &bytes, &err) < 0 ||
	    zone_read(name, bytes.data, bytes.len, &z, &err) < 0)
		fail_msg("%s", err.msg);
	return z;
}

static struct schedule plan(const struct cohort *c)
{
	AUTO(zone_freep) struct zone *z = load(c->zone);
	struct schedule s = { 0 };
	struct err err = { 0 };

	if (schedule_read(c, z, &s, &err) < 0)
		fail_msg("%s", err.msg);
	return s;
}

static int64_t at(const char *stamp)
{
	int64_t t = 0;

	assert_true(stamp_parse(stamp, &t));
	return t;
}

static void test_read_gives_24_sessions_in_order(void **state)
{
	const struct cohort c = winter();
	AUTO(schedule_releasep) struct schedule s = plan(&c);

	(void)state;
	assert_int_equal(s.count, 24);
	for (size_t i = 0; i < s.count; i++) {
		const struct session *one = &s.sessions[i];

		assert_int_equal(one->number, i + 1);
		assert_int_equal(one->week, i / 2 + 1);
		assert_int_equal(one->local.hour, 17);
		assert_int_equal(one->end - one->start, 75 * 60);
	}
	assert_true(s.sessions[0].start == at("2027-01-13T01:00:00Z"));
	assert_true(s.sessions[17].start == at("2027-03-12T01:00:00Z"));
	assert_true(s.sessions[18].start == at("2027-03-17T00:00:00Z"));
	assert_true(s.sessions[23].start == at("2027-04-02T00:00:00Z"));
}

/* America changes on 14 March, Europe on the 28th, India and Arizona never. */
static void test_sessions_are_right_around_the_world(void **state)
{
	static const struct {
		const char *zone;
		const char *local[3]; /* sessions 17, 19 and 23 */
	} cases[] = {
		{ "America/New_York",
		  { "Tue 20:00", "Tue 20:00", "Tue 20:00" } },
		{ "Europe/London", { "Wed 01:00", "Wed 00:00", "Wed 01:00" } },
		{ "Europe/Dublin", { "Wed 01:00", "Wed 00:00", "Wed 01:00" } },
		{ "Europe/Berlin", { "Wed 02:00", "Wed 01:00", "Wed 02:00" } },
		{ "Asia/Kolkata", { "Wed 06:30", "Wed 05:30", "Wed 05:30" } },
		{ "Australia/Sydney",
		  { "Wed 12:00", "Wed 11:00", "Wed 11:00" } },
		{ "America/Phoenix",
		  { "Tue 18:00", "Tue 17:00", "Tue 17:00" } },
	};
	static const size_t sessions[] = { 16, 18, 22 };
	const struct cohort c = winter();
	AUTO(schedule_releasep) struct schedule s = plan(&c);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(zone_freep) struct zone *z = load(cases[i].zone);

		for (size_t k = 0; k < ARRAY_LEN(sessions); k++) {
			struct civil l =
				zone_local(z, s.sessions[sessions[k]].start);
			char text[32];

			snprintf(text, sizeof(text), "%s %02d:%02d",
				 weekday_short(civil_weekday(civil_to_days(
					 l.year, l.month, l.day))),
				 l.hour, l.minute);
			assert_string_equal(text, cases[i].local[k]);
		}
	}
}

/* October to November in Sydney: three local times in one term. */
static void test_sessions_of_a_fall_cohort_move_twice_in_sydney(void **state)
{
	AUTO(zone_freep) struct zone *sydney = load("Australia/Sydney");
	struct cohort c = winter();
	int first[24] = { 0 };

	(void)state;
	c.first_day = (struct civil){ .year = 2026, .month = 9, .day = 8 };
	AUTO(schedule_releasep) struct schedule s = plan(&c);
	for (size_t i = 0; i < s.count; i++)
		first[zone_local(sydney, s.sessions[i].start).hour]++;
	assert_int_equal(first[10], 8); /* to 1 October */
	assert_int_equal(first[11], 8); /* to 29 October */
	assert_int_equal(first[12], 8);
}

/* Governments move: the same instant, before and after the law. */
static void test_zone_data_decides_what_people_see(void **state)
{
	AUTO(zone_freep) struct zone *old = load("Law/Vancouver_2025");
	AUTO(zone_freep) struct zone *new = load("Law/Vancouver_2026");
	int64_t t = at("2026-12-02T01:00:00Z");

	(void)state;
	assert_int_equal(zone_local(old, t).hour, 17);
	assert_int_equal(zone_local(new, t).hour, 18);
}

static void says(int64_t t, const char *zone, const char *reader,
		 const char *want)
{
	AUTO(zone_freep) struct zone *z = load(zone);
	AUTO(zone_freep) struct zone *r = reader ? load(reader) : NULL;
	AUTO(strbuf_releasep) struct strbuf out = { 0 };

	schedule_say(t, z, r, &out);
	assert_string_equal(strbuf_str(&out), want);
}

static void test_say_names_zones_and_never_abbreviates(void **state)
{
	int64_t t = at("2027-01-13T01:00:00Z");

	(void)state;
	says(t, "America/Los_Angeles", "Asia/Kolkata",
	     "Tue 12 Jan 2027 17:00 America/Los_Angeles = Wed 01:00Z = your "
	     "Wed 06:30 Asia/Kolkata");
	says(t, "America/Los_Angeles", "America/Los_Angeles",
	     "Tue 12 Jan 2027 17:00 America/Los_Angeles = Wed 01:00Z");
	says(t, "America/Los_Angeles", NULL,
	     "Tue 12 Jan 2027 17:00 America/Los_Angeles = Wed 01:00Z");
}

static void test_read_refuses_an_hour_that_is_not_or_is_twice(void **state)
{
	static const struct {
		int weekday, hour, month, day;
		const char *msg;
	} cases[] = {
		{ 0, 2, 3, 14,
		  "session 1 on 2027-03-14 at 02:30: in America/Los_Angeles "
		  "that hour does not exist" },
		{ 0, 1, 11, 7,
		  "session 1 on 2027-11-07 at 01:30: in America/Los_Angeles "
		  "that hour comes twice" },
	};
	AUTO(zone_freep) struct zone *z = load("America/Los_Angeles");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct slot slot = { cases[i].weekday, cases[i].hour, 30,
					   60 };
		struct cohort c = winter();
		struct schedule s = { 0 };
		struct err err = { 0 };

		c.first_day = (struct civil){ .year = 2027,
					      .month = cases[i].month,
					      .day = cases[i].day };
		c.live = &slot;
		c.live_count = 1;
		assert_int_equal(schedule_read(&c, z, &s, &err), ERR_FORMAT);
		assert_string_equal(err.msg, cases[i].msg);
		assert_null(s.sessions);
	}
}

static void test_office_hours_are_weekly_and_never_too_early(void **state)
{
	AUTO(zone_freep) struct zone *z = load("America/Los_Angeles");
	AUTO(schedule_releasep) struct schedule fridays = { 0 };
	AUTO(schedule_releasep) struct schedule mondays = { 0 };
	struct cohort c = winter();
	struct err err = { 0 };

	(void)state;
	c.office_hours = (struct slot){ 5, 10, 0, 60 };
	assert_int_equal(schedule_office_hours(&c, z, &fridays, &err), 0);
	assert_int_equal(fridays.count, 12);
	assert_true(fridays.sessions[0].start == at("2027-01-15T18:00:00Z"));
	assert_true(fridays.sessions[11].start == at("2027-04-02T17:00:00Z"));
	c.office_hours.weekday = 1;
	assert_int_equal(schedule_office_hours(&c, z, &mondays, &err), 0);
	assert_int_equal(mondays.count, 11);
	assert_int_equal(mondays.sessions[0].number, 1);
	assert_int_equal(mondays.sessions[0].week, 2);
	assert_true(mondays.sessions[0].start == at("2027-01-18T18:00:00Z"));
}

static void test_next_is_the_one_that_has_not_ended(void **state)
{
	const struct cohort c = winter();
	AUTO(schedule_releasep) struct schedule s = plan(&c);

	(void)state;
	assert_int_equal(schedule_next(&s, 0)->number, 1);
	assert_int_equal(schedule_next(&s, s.sessions[0].start)->number, 1);
	assert_int_equal(schedule_next(&s, s.sessions[0].end - 1)->number, 1);
	assert_int_equal(schedule_next(&s, s.sessions[0].end)->number, 2);
	assert_int_equal(schedule_next(&s, s.sessions[23].end - 1)->number, 24);
	assert_null(schedule_next(&s, s.sessions[23].end));
}

static void test_week_changes_at_midnight_of_the_cohort(void **state)
{
	const struct cohort c = winter();
	AUTO(zone_freep) struct zone *z = load(c.zone);

	(void)state;
	/* Monday 11 January, 00:00 in Los Angeles */
	assert_int_equal(schedule_week(&c, z, at("2027-01-11T07:59:59Z")), 0);
	assert_int_equal(schedule_week(&c, z, at("2027-01-11T08:00:00Z")), 1);
	assert_int_equal(schedule_week(&c, z, at("2027-01-18T07:59:59Z")), 1);
	assert_int_equal(schedule_week(&c, z, at("2027-01-18T08:00:00Z")), 2);
	/* an hour earlier in UTC once summer time is on */
	assert_int_equal(schedule_week(&c, z, at("2027-03-15T06:59:59Z")), 9);
	assert_int_equal(schedule_week(&c, z, at("2027-03-15T07:00:00Z")), 10);
	assert_int_equal(schedule_week(&c, z, at("2027-04-05T06:59:59Z")), 12);
	assert_int_equal(schedule_week(&c, z, at("2027-04-05T07:00:00Z")), 13);
}

static void test_due_is_the_last_second_of_its_minute(void **state)
{
	const struct cohort c = winter();
	AUTO(zone_freep) struct zone *z = load(c.zone);

	(void)state;
	assert_true(schedule_due(&c, z, ARTIFACT_01) ==
		    at("2027-02-08T07:59:59Z"));
	assert_true(schedule_due(&c, z, ARTIFACT_02) ==
		    at("2027-03-08T07:59:59Z"));
	assert_true(schedule_due(&c, z, ARTIFACT_03) ==
		    at("2027-04-05T06:59:59Z"));
}

/* What glibc makes of the same file. */
static int64_t glibc_offset(int64_t t)
{
	time_t when = (time_t)t;
	struct tm tm;
	struct civil c;

	assert_non_null(localtime_r(&when, &tm));
	c = (struct civil){ tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
			    tm.tm_hour,	       tm.tm_min,     tm.tm_sec };
	return civil_to_unix(&c) - t;
}

static void test_pinned_zones_agree_with_glibc(void **state)
{
	static const char *const names[] = {
		"America/Los_Angeles", "Fat/Los_Angeles",    "America/New_York",
		"Europe/Dublin",       "Europe/London",	     "Asia/Kolkata",
		"Australia/Sydney",    "Law/Vancouver_2026", "Odd/Skipped_Day",
		"Odd/Half_Hour",       "Odd/No_Midnight",    "Etc/UTC",
	};
	const int64_t from = at("2006-01-01T00:00:00Z");
	const int64_t to = at("2060-01-01T00:00:00Z");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		AUTO(zone_freep) struct zone *z = load(names[i]);

		assert_int_equal(setenv("TZ", names[i], 1), 0);
		tzset();
		for (int64_t t = from; t < to; t += 7199) {
			if (zone_offset(z, t) != glibc_offset(t))
				fail_msg("%s at %lld: %d, glibc %lld", names[i],
					 (long long)t, (int)zone_offset(z, t),
					 (long long)glibc_offset(t));
		}
	}
	assert_int_equal(unsetenv("TZ"), 0);
	tzset();
}

static void instants(const char *zone, struct civil c, int want,
		     const char *first, const char *second)
{
	AUTO(zone_freep) struct zone *z = load(zone);
	int64_t out[2] = { 0 };

	assert_int_equal(zone_instants(z, &c, out), want);
	if (want > 0)
		assert_true(out[0] == at(first));
	if (want > 1)
		assert_true(out[1] == at(second));
}

static void test_instants_find_gaps_and_folds_of_any_width(void **state)
{
	(void)state;
	instants("Fat/Los_Angeles", (struct civil){ 2027, 3, 14, 2, 0, 0 }, 0,
		 NULL, NULL);
	instants("Fat/Los_Angeles", (struct civil){ 2027, 3, 14, 3, 0, 0 }, 1,
		 "2027-03-14T10:00:00Z", NULL);
	instants("America/Los_Angeles",
		 (struct civil){ 2027, 11, 7, 1, 59, 59 }, 2,
		 "2027-11-07T08:59:59Z", "2027-11-07T09:59:59Z");
	instants("America/Los_Angeles", (struct civil){ 2027, 11, 7, 2, 0, 0 },
		 1, "2027-11-07T10:00:00Z", NULL);
	instants("Odd/Skipped_Day", (struct civil){ 2011, 12, 30, 12, 0, 0 }, 0,
		 NULL, NULL);
	instants("Odd/Skipped_Day", (struct civil){ 2011, 12, 31, 0, 0, 0 }, 1,
		 "2011-12-30T10:00:00Z", NULL);
	instants("Odd/Half_Hour", (struct civil){ 2027, 10, 3, 2, 29, 59 }, 0,
		 NULL, NULL);
	instants("Odd/Half_Hour", (struct civil){ 2027, 4, 4, 1, 30, 0 }, 2,
		 "2027-04-03T14:30:00Z", "2027-04-03T15:00:00Z");
	instants("Odd/No_Midnight", (struct civil){ 2027, 3, 14, 0, 0, 0 }, 0,
		 NULL, NULL);
	instants("Europe/Dublin", (struct civil){ 2027, 10, 31, 1, 0, 0 }, 2,
		 "2027-10-31T00:00:00Z", "2027-10-31T01:00:00Z");
}

static void test_zone_read_refuses_leap_seconds(void **state)
{
	AUTO(strbuf_releasep) struct strbuf bytes = { 0 };
	AUTO(zone_freep) struct zone *z = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(zonefile_read("Odd/Leap_Seconds", &bytes, &err), 0);
	assert_int_equal(
		zone_read("Odd/Leap_Seconds", bytes.data, bytes.len, &z, &err),
		ERR_FORMAT);
	assert_null(z);
	assert_string_equal(err.msg,
			    "time zone 'Odd/Leap_Seconds' counts leap seconds");
}

static void test_release_name_is_that_of_the_zone_folder(void **state)
{
	char release[ZONE_RELEASE_SIZE];

	(void)state;
	zonefile_release_name(release);
	assert_string_equal(release, "test-1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_gives_24_sessions_in_order),
		cmocka_unit_test(test_sessions_are_right_around_the_world),
		cmocka_unit_test(
			test_sessions_of_a_fall_cohort_move_twice_in_sydney),
		cmocka_unit_test(test_zone_data_decides_what_people_see),
		cmocka_unit_test(test_say_names_zones_and_never_abbreviates),
		cmocka_unit_test(
			test_read_refuses_an_hour_that_is_not_or_is_twice),
		cmocka_unit_test(
			test_office_hours_are_weekly_and_never_too_early),
		cmocka_unit_test(test_next_is_the_one_that_has_not_ended),
		cmocka_unit_test(test_week_changes_at_midnight_of_the_cohort),
		cmocka_unit_test(test_due_is_the_last_second_of_its_minute),
		cmocka_unit_test(test_pinned_zones_agree_with_glibc),
		cmocka_unit_test(
			test_instants_find_gaps_and_folds_of_any_width),
		cmocka_unit_test(test_zone_read_refuses_leap_seconds),
		cmocka_unit_test(test_release_name_is_that_of_the_zone_folder),
	};

	return cmocka_run_group_tests(tests, pin_zones, NULL);
}
