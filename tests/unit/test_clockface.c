#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "course/clockface.h"

static int pin_zones(void **state)
{
	(void)state;
	return setenv("TZDIR", "tests/fixtures/zoneinfo", 1);
}

static void reads_as(const char *tz, const char *want)
{
	AUTO(zone_freep) struct zone *z = NULL;
	struct err err = { 0 };

	assert_int_equal(setenv("TZ", tz, 1), 0);
	assert_int_equal(clockface_reader(&z, &err), 0);
	assert_int_equal(err.code, 0);
	assert_string_equal(zone_name(z), want);
}

static void test_zone_knows_utc_without_any_file(void **state)
{
	AUTO(zone_freep) struct zone *z = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(setenv("TZDIR", "tests/fixtures", 1), 0);
	assert_int_equal(clockface_zone("UTC", &z, &err), 0);
	assert_string_equal(zone_name(z), "UTC");
	assert_int_equal(zone_offset(z, 0), 0);
	assert_int_equal(zone_offset(z, INT64_C(1) << 40), 0);
	assert_int_equal(zone_local(z, 86399).hour, 23);
	assert_int_equal(pin_zones(state), 0);
}

static void test_zone_names_the_one_that_is_missing(void **state)
{
	AUTO(zone_freep) struct zone *z = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(clockface_zone("Europe/Atlantis", &z, &err),
			 ERR_NOT_FOUND);
	assert_null(z);
	assert_string_equal(err.msg, "there is no time zone 'Europe/Atlantis'");
	assert_string_equal(err.hint, "use an IANA name such as Asia/Kolkata");
}

static void test_reader_is_the_zone_that_tz_names(void **state)
{
	(void)state;
	reads_as("Asia/Kolkata", "Asia/Kolkata");
	reads_as(":Europe/Berlin", "Europe/Berlin");
	reads_as("UTC", "UTC");
}

static void test_reader_is_utc_where_tz_names_no_zone(void **state)
{
	(void)state;
	reads_as("PST8PDT,M3.2.0,M11.1.0", "UTC");
	reads_as("../../../etc/passwd", "UTC");
	reads_as("tzdata.zi", "UTC");
	reads_as("Odd/Leap_Seconds", "UTC");
	reads_as("Asia", "UTC");
	reads_as("\033[31m", "UTC");
	reads_as("A/name/that/is/longer/than/any/zone/in/the/world/could/ever/"
		 "reasonably/be",
		 "UTC");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_zone_knows_utc_without_any_file),
		cmocka_unit_test(test_zone_names_the_one_that_is_missing),
		cmocka_unit_test(test_reader_is_the_zone_that_tz_names),
		cmocka_unit_test(test_reader_is_utc_where_tz_names_no_zone),
	};

	return cmocka_run_group_tests(tests, pin_zones, NULL);
}
