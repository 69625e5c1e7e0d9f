#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/err.h"

static void test_clock_now_stands_still_when_told(void **state)
{
	struct err err = { 0 };

	(void)state;
	setenv("COHORT_NOW", "2027-01-12T17:00:00Z", 1);
	assert_int_equal(clock_check(&err), 0);
	assert_int_equal(clock_now(), 1799773200);
	setenv("COHORT_NOW", "1799773201", 1);
	assert_int_equal(clock_now(), 1799773201);
	unsetenv("COHORT_NOW");
	assert_int_equal(clock_check(&err), 0);
	assert_true(clock_now() > 1700000000);
}

static void test_clock_check_refuses_what_is_no_instant(void **state)
{
	struct err err = { 0 };

	(void)state;
	setenv("COHORT_NOW", "tomorrow", 1);
	assert_int_equal(clock_check(&err), ERR_USAGE);
	assert_string_equal(err.msg,
			    "COHORT_NOW is not an instant: 'tomorrow'");
	assert_non_null(strstr(err.hint, "2027-01-12T17:00:00Z"));
	unsetenv("COHORT_NOW");
}

static void test_clock_monotonic_goes_forward(void **state)
{
	int64_t a = clock_monotonic_ns(), b = clock_monotonic_ns();

	(void)state;
	assert_true(b >= a);
	assert_true(clock_monotonic_ms() >= a / 1000000);
}

/* Day by day over 800 years against a calendar kept by hand. */
static void test_civil_days_count_like_a_calendar(void **state)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30,
				       31, 31, 30, 31, 30, 31 };
	int year = 1600, month = 1, day = 1;
	int64_t days = civil_to_days(1600, 1, 1);

	(void)state;
	while (year < 2400) {
		int leap = year % 4 == 0 && (year % 100 || year % 400 == 0);
		struct civil c = civil_from_days(days);

		assert_int_equal(civil_to_days(year, month, day), days);
		assert_true(c.year == year && c.month == month && c.day == day);
		days++;
		if (++day > lengths[month - 1] + (month == 2 && leap)) {
			day = 1;
			if (++month > 12) {
				month = 1;
				year++;
			}
		}
	}
	assert_int_equal(civil_to_days(1970, 1, 1), 0);
	assert_int_equal(civil_to_days(1, 1, 1), -719162);
	assert_int_equal(civil_to_days(9999, 12, 31), 2932896);
}

static void test_civil_from_unix_goes_both_ways(void **state)
{
	static const int64_t instants[] = {
		0,	-1,	    86399,	86400,	      -86400,
		-86401, 1799773200, 4102444799, -62135596800, 253402300799
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(instants); i++) {
		struct civil c = civil_from_unix(instants[i]);

		assert_true(c.hour >= 0 && c.hour < 24 && c.minute >= 0 &&
			    c.minute < 60 && c.second >= 0 && c.second < 60);
		assert_true(civil_to_unix(&c) == instants[i]);
	}
}

static void test_civil_weekday_and_names_agree(void **state)
{
	(void)state;
	assert_string_equal(weekday_name(civil_weekday(0)), "Thursday");
	assert_string_equal(weekday_short(civil_weekday(-1)), "Wed");
	assert_string_equal(
		weekday_name(civil_weekday(civil_to_days(2027, 1, 12))),
		"Tuesday");
	assert_int_equal(civil_weekday(civil_to_days(1, 1, 1)), 1);
	assert_string_equal(month_short(1), "Jan");
	assert_string_equal(month_short(12), "Dec");
}

static void test_civil_date_is_valid_knows_february(void **state)
{
	(void)state;
	assert_true(civil_date_is_valid(2028, 2, 29));
	assert_true(civil_date_is_valid(2000, 2, 29));
	assert_false(civil_date_is_valid(2027, 2, 29));
	assert_false(civil_date_is_valid(1900, 2, 29));
	assert_false(civil_date_is_valid(2027, 4, 31));
	assert_false(civil_date_is_valid(2027, 0, 1));
	assert_false(civil_date_is_valid(2027, 13, 1));
	assert_false(civil_date_is_valid(2027, 1, 0));
	assert_false(civil_date_is_valid(0, 1, 1));
	assert_false(civil_date_is_valid(10000, 1, 1));
}

static void test_civil_parse_date_takes_one_spelling(void **state)
{
	static const char *const bad[] = {
		"",	      "2027-1-12",
		"2027-02-29", "2027-01-12 ",
		"+027-01-12", "27-01-12",
		"2027/01/12", "2027-01-1x",
		"0000-01-01", "2027-01-12T00:00:00Z"
	};
	struct civil c = { .year = 7 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (civil_parse_date(bad[i], &c))
			fail_msg("'%s' passes", bad[i]);
	}
	assert_int_equal(c.year, 7);
	assert_true(civil_parse_date("2027-01-12", &c));
	assert_true(c.year == 2027 && c.month == 1 && c.day == 12);
}

static void test_stamp_round_trips(void **state)
{
	static const int64_t instants[] = { 0, -1, 1799773200, -62135596800,
					    253402300799 };
	char text[CLOCK_STAMP_SIZE];
	int64_t back;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(instants); i++) {
		stamp_format(instants[i], text);
		assert_true(stamp_parse(text, &back));
		assert_true(back == instants[i]);
	}
	stamp_format(1799773200, text);
	assert_string_equal(text, "2027-01-12T17:00:00Z");
	assert_true(stamp_parse("2027-01-12t17:00:00z", &back));
	assert_int_equal(back, 1799773200);
}

static void test_stamp_format_bears_any_instant(void **state)
{
	static const int64_t odd[] = { INT64_MIN, INT64_MAX, 253402300800,
				       -62135596801 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
		char text[CLOCK_STAMP_SIZE];

		stamp_format(odd[i], text);
		assert_int_equal(strlen(text), CLOCK_STAMP_SIZE - 1);
	}
}

static void test_stamp_parse_refuses_the_rest(void **state)
{
	static const char *const bad[] = { "",
					   "2027-01-12",
					   "2027-01-12T24:00:00Z",
					   "2027-01-12T17:60:00Z",
					   "2027-01-12T17:00:60Z",
					   "2027-01-12 17:00:00Z",
					   "2027-01-12T17:00:00",
					   "2027-01-12T17:00:00+00:00",
					   "2027-02-30T17:00:00Z",
					   "2027-01-12T17:00:0 Z",
					   "2027-01-12T17.00.00Z",
					   " 2027-01-12T17:00:0Z" };
	int64_t t = 7;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (stamp_parse(bad[i], &t))
			fail_msg("'%s' passes", bad[i]);
	}
	assert_int_equal(t, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clock_now_stands_still_when_told),
		cmocka_unit_test(test_clock_check_refuses_what_is_no_instant),
		cmocka_unit_test(test_clock_monotonic_goes_forward),
		cmocka_unit_test(test_civil_days_count_like_a_calendar),
		cmocka_unit_test(test_civil_from_unix_goes_both_ways),
		cmocka_unit_test(test_civil_weekday_and_names_agree),
		cmocka_unit_test(test_civil_date_is_valid_knows_february),
		cmocka_unit_test(test_civil_parse_date_takes_one_spelling),
		cmocka_unit_test(test_stamp_round_trips),
		cmocka_unit_test(test_stamp_format_bears_any_instant),
		cmocka_unit_test(test_stamp_parse_refuses_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
