/* The zone reader against glibc's, and against bytes nobody should believe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/err.h"
#include "io/zonefile.h"
#include "model/zone.h"

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

static void test_zone_offset_agrees_with_glibc(void **state)
{
	static const char *const names[] = { "UTC",
					     "America/Los_Angeles",
					     "Europe/London",
					     "Asia/Kolkata",
					     "Australia/Sydney",
					     "America/Phoenix",
					     "Africa/Casablanca",
					     "Europe/Dublin",
					     "America/Sao_Paulo",
					     "Pacific/Chatham",
					     "Asia/Gaza",
					     "America/St_Johns",
					     "Australia/Lord_Howe",
					     "Antarctica/Troll",
					     "Asia/Tehran",
					     "America/Havana",
					     "Pacific/Apia",
					     "Asia/Kathmandu",
					     "America/Nuuk",
					     "Africa/Cairo" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct zone *z = load(names[i]);

		setenv("TZ", names[i], 1);
		tzset();
		/* 1950 to 2060 in odd steps, then each hour of two years */
		for (int64_t t = -631152000; t < 2840140800; t += 1000003)
			assert_int_equal(zone_offset(z, t), glibc_offset(t));
		for (int64_t t = 1798761600; t < 1861920000; t += 3600)
			assert_int_equal(zone_offset(z, t), glibc_offset(t));
		zone_free(z);
	}
	unsetenv("TZ");
}

static void test_zone_instants_counts_gaps_and_folds(void **state)
{
	struct zone *z = load("America/Los_Angeles");
	struct civil plain = { 2027, 1, 12, 17, 0, 0 };
	struct civil gap = { 2027, 3, 14, 2, 30, 0 };
	struct civil fold = { 2027, 11, 7, 1, 30, 0 };
	int64_t at[2];
	int64_t want;

	(void)state;
	assert_int_equal(zone_instants(z, &plain, at), 1);
	assert_true(stamp_parse("2027-01-13T01:00:00Z", &want));
	assert_int_equal(at[0], want);
	assert_int_equal(zone_instants(z, &gap, at), 0);
	assert_int_equal(zone_instants(z, &fold, at), 2);
	assert_int_equal(at[1] - at[0], 3600);
	zone_free(z);
}

static void test_zone_read_refuses_any_truncation(void **state)
{
	AUTO(strbuf_releasep) struct strbuf bytes = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(zonefile_read("Europe/Berlin", &bytes, &err), 0);
	for (size_t len = 0; len < bytes.len; len++) {
		char *exact = malloc(len + 1); /* so ASan sees a step too far */
		struct zone *z = NULL;

		memcpy(exact, bytes.data, len);
		err = (struct err){ 0 };
		if (zone_read("Europe/Berlin", exact, len, &z, &err) == 0)
			fail_msg("believed %zu of %zu bytes", len, bytes.len);
		assert_int_equal(err.code, ERR_FORMAT);
		assert_string_equal(err.msg, "time zone 'Europe/Berlin' is not "
					     "in the TZif format");
		assert_null(z);
		free(exact);
	}
}

static void test_zone_read_survives_any_changed_byte(void **state)
{
	AUTO(strbuf_releasep) struct strbuf bytes = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(zonefile_read("Europe/Berlin", &bytes, &err), 0);
	for (size_t i = 0; i < bytes.len; i++) {
		for (int bit = 0; bit < 8; bit++) {
			struct zone *z = NULL;

			err = (struct err){ 0 };
			bytes.data[i] ^= (char)(1 << bit);
			if (zone_read("x", bytes.data, bytes.len, &z, &err) ==
			    0) {
				int32_t o = zone_offset(z, 1800000000);

				assert_in_range(o + 100000, 0, 200000);
				zone_free(z);
			} else {
				assert_int_equal(err.code, ERR_FORMAT);
			}
			bytes.data[i] ^= (char)(1 << bit);
		}
	}
}

static void test_zonefile_read_refuses_paths_out_of_the_folder(void **state)
{
	static const char *const bad[] = { "../../etc/passwd", "/etc/passwd",
					   "", "a/../b" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		AUTO(strbuf_releasep) struct strbuf bytes = { 0 };
		struct err err = { 0 };

		assert_int_equal(zonefile_read(bad[i], &bytes, &err),
				 ERR_UNSAFE);
		assert_non_null(strstr(err.msg, "is not a time zone"));
	}
}

static void test_zonefile_read_names_a_missing_zone(void **state)
{
	AUTO(strbuf_releasep) struct strbuf bytes = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(zonefile_read("Mars/Olympus", &bytes, &err),
			 ERR_NOT_FOUND);
	assert_string_equal(err.msg, "there is no time zone 'Mars/Olympus'");
	assert_string_equal(err.hint, "use an IANA name such as Asia/Kolkata");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_zone_offset_agrees_with_glibc),
		cmocka_unit_test(test_zone_instants_counts_gaps_and_folds),
		cmocka_unit_test(test_zone_read_refuses_any_truncation),
		cmocka_unit_test(test_zone_read_survives_any_changed_byte),
		cmocka_unit_test(
			test_zonefile_read_refuses_paths_out_of_the_folder),
		cmocka_unit_test(test_zonefile_read_names_a_missing_zone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
