#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "io/file.h"
#include "io/yaml.h"
#include "io/zonefile.h"
#include "model/cohort.h"
#include "model/schedule.h"

static struct cohort *read_bytes(const char *text, size_t len, struct err *err)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *root = NULL;
	struct cohort *c = NULL;

	*err = (struct err){ 0 };
	if (yaml_read(text, len, "cohort.yaml", &arena, &root, err) < 0 ||
	    cohort_read(root, &c, err) < 0)
		return NULL;
	return c;
}

static struct cohort *read_text(const char *text, struct err *err)
{
	return read_bytes(text, strlen(text), err);
}

static struct cohort *read_shipped(void)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	struct cohort *c;
	struct err err = { 0 };

	assert_int_equal(file_read("config/cohort.yaml", 1 << 20, &text, &err),
			 0);
	c = read_bytes(strbuf_str(&text), text.len, &err);
	assert_string_equal(err.msg, "");
	return c;
}

static void test_cohort_read_takes_the_shipped_file(void **state)
{
	struct cohort *c = read_shipped();
	struct civil due = cohort_due(c, ARTIFACT_01);

	(void)state;
	assert_int_equal(c->live_count, 2);
	assert_int_equal(c->live[1].weekday, 4);
	assert_int_equal(c->seats, 32);
	assert_int_equal(c->collect.max_bytes, 256 << 20);
	assert_int_equal(c->url_scheme_count, 2);
	assert_string_equal(c->url_schemes[0], "https");
	assert_string_equal(c->url_schemes[1], "ssh");
	assert_int_equal(cohort_registry(c, "local")->kind, REGISTRY_DISK);
	assert_null(cohort_registry(c, "none"));
	/* the Sunday of week 4 of a course that began on Tue 2027-01-12 */
	assert_int_equal(due.month, 2);
	assert_int_equal(due.day, 7);
	assert_int_equal(due.hour, 23);
	cohort_free(c);
}

#define REST                                        \
	"id: x\nname: X\nzone: UTC\n"               \
	"live: [{ day: Tuesday, at: \"17:00\" }]\n" \
	"office_hours: { day: Friday, at: \"10:00\" }\n"

static void test_cohort_read_names_place_and_mend(void **state)
{
	static const struct {
		const char *text;
		const char *message;
		const char *hint;
	} cases[] = {
		{ "schema: 1\nfirst_day: 2027-01-13\n" REST,
		  "cohort.yaml:2:12: 'first_day' is a Wednesday, but the first "
		  "live session of a week is on Tuesday",
		  "first_day: 2027-01-19" },
		{ "schema: 1\nfirst_day: 2027-02-30\n" REST,
		  "cohort.yaml:2:12: 'first_day' must be a date that exists, "
		  "such as 2027-01-12",
		  "" },
		{ "schema: 1\nfirst_day: 2027-01-12\nseat: 3\n" REST,
		  "cohort.yaml:3:1: unknown key 'seat'",
		  "did you mean 'seats'?" },
		{ "schema: 1\nfirst_day: 2027-01-12\nseats: 0\n" REST,
		  "cohort.yaml:3:8: 'seats' must be from 1 to 1000000, not 0",
		  "" },
		{ "schema: 1\nfirst_day: 2027-01-12\nurl_schemes: [ftp]\n" REST,
		  "cohort.yaml:3:14: 'url_schemes' may list https, ssh, http, "
		  "file and git",
		  "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err;

		assert_null(read_text(cases[i].text, &err));
		assert_string_equal(err.msg, cases[i].message);
		assert_string_equal(err.hint, cases[i].hint);
	}
}

static struct zone *load(const char *name)
{
	AUTO(strbuf_releasep) struct strbuf bytes = { 0 };
	struct zone *z = NULL;
	struct err err = { 0 };

	assert_int_equal(zonefile_read(name, &bytes, &err), 0);
	assert_int_equal(
		zone_read(name, strbuf_str(&bytes), bytes.len, &z, &err), 0);
	return z;
}

static void says(const struct session *s, const struct zone *z,
		 const struct zone *reader, const char *want)
{
	AUTO(strbuf_releasep) struct strbuf out = { 0 };

	schedule_say(s->start, z, reader, &out);
	assert_string_equal(strbuf_str(&out), want);
}

static void test_schedule_keeps_the_wall_clock_over_a_change(void **state)
{
	struct cohort *c = read_shipped();
	struct zone *z = load("America/Los_Angeles");
	struct zone *kolkata = load("Asia/Kolkata");
	struct schedule s = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(schedule_read(c, z, &s, &err), 0);
	assert_int_equal(s.count, 24);
	says(&s.sessions[0], z, kolkata,
	     "Tue 12 Jan 2027 17:00 America/Los_Angeles = Wed 01:00Z = your "
	     "Wed 06:30 Asia/Kolkata");
	/* clocks go forward on 14 March: an hour earlier in UTC */
	says(&s.sessions[17], z, NULL,
	     "Thu 11 Mar 2027 17:00 America/Los_Angeles = Fri 01:00Z");
	says(&s.sessions[18], z, z,
	     "Tue 16 Mar 2027 17:00 America/Los_Angeles = Wed 00:00Z");
	assert_int_equal(s.sessions[23].week, 12);
	assert_int_equal(s.sessions[23].end - s.sessions[23].start, 75 * 60);
	assert_int_equal(schedule_week(c, z, s.sessions[0].start), 1);
	assert_int_equal(schedule_week(c, z, s.sessions[23].start), 12);
	assert_int_equal(schedule_week(c, z, s.sessions[0].start - 7 * 86400),
			 0);
	assert_ptr_equal(schedule_next(&s, s.sessions[3].end), &s.sessions[4]);
	assert_null(schedule_next(&s, s.sessions[23].end));
	schedule_release(&s);
	zone_free(z);
	zone_free(kolkata);
	cohort_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cohort_read_takes_the_shipped_file),
		cmocka_unit_test(test_cohort_read_names_place_and_mend),
		cmocka_unit_test(
			test_schedule_keeps_the_wall_clock_over_a_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
