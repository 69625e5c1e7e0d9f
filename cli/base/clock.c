#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "base/parse.h"

static bool parse_now(const char *s, int64_t *out)
{
	return stamp_parse(s, out) || parse_i64(s, out);
}

int64_t clock_now(void)
{
	const char *fixed = getenv("COHORT_NOW");
	int64_t t;

	if (fixed && parse_now(fixed, &t))
		return t;
	return (int64_t)time(NULL);
}

int clock_check(struct err *err)
{
	const char *fixed = getenv("COHORT_NOW");
	int64_t t;

	if (!fixed || parse_now(fixed, &t))
		return 0;
	(void)err_set(err, ERR_USAGE, "COHORT_NOW is not an instant: '%s'",
		      fixed);
	return err_hint(err, "write it like 2027-01-12T17:00:00Z, or unset it");
}

int64_t clock_monotonic_ns(void)
{
	struct timespec ts = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

int64_t clock_monotonic_ms(void)
{
	return clock_monotonic_ns() / 1000000;
}

/*
 * The Gregorian calendar in eras of 400 years that begin on 1 March, so that
 * the leap day is the last of its year.  719468 days lie between 0000-03-01
 * and 1970-01-01.
 */
int64_t civil_to_days(int year, int month, int day)
{
	int64_t y = month <= 2 ? (int64_t)year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t month_from_march = (month + 9) % 12;
	int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 -
			     year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - 719468;
}

struct civil civil_from_days(int64_t days)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	struct civil c = { 0 };

	c.day = (int)(doy - (153 * mp + 2) / 5 + 1);
	c.month = (int)(mp < 10 ? mp + 3 : mp - 9);
	c.year = (int)(yoe + era * 400 + (c.month <= 2));
	return c;
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

struct civil civil_from_unix(int64_t t)
{
	int64_t days = floor_div(t, 86400);
	int second = (int)((t % 86400 + 86400) % 86400);
	struct civil c = civil_from_days(days);

	c.hour = second / 3600;
	c.minute = second / 60 % 60;
	c.second = second % 60;
	return c;
}

int64_t civil_to_unix(const struct civil *c)
{
	return civil_to_days(c->year, c->month, c->day) * 86400 +
	       c->hour * 3600 + c->minute * 60 + c->second;
}

int civil_weekday(int64_t days)
{
	/* 1970-01-01 was a Thursday */
	return (int)((days % 7 + 7 + 4) % 7);
}

const char *weekday_name(int weekday)
{
	static const char *const names[] = { "Sunday",	  "Monday",   "Tuesday",
					     "Wednesday", "Thursday", "Friday",
					     "Saturday" };

	return names[weekday];
}

const char *weekday_short(int weekday)
{
	static const char *const names[] = { "Sun", "Mon", "Tue", "Wed",
					     "Thu", "Fri", "Sat" };

	return names[weekday];
}

const char *month_short(int month)
{
	static const char *const names[] = { "Jan", "Feb", "Mar", "Apr",
					     "May", "Jun", "Jul", "Aug",
					     "Sep", "Oct", "Nov", "Dec" };

	return names[month - 1];
}

bool civil_date_is_valid(int year, int month, int day)
{
	struct civil c;

	if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 ||
	    day > 31)
		return false;
	c = civil_from_days(civil_to_days(year, month, day));
	return c.month == month && c.day == day;
}

/* WIDTH digits at S. */
static bool digits(const char *s, size_t width, int *out)
{
	uint64_t value;

	if (!parse_u64_n(s, width, &value))
		return false;
	*out = (int)value;
	return true;
}

static bool date_at(const char *s, struct civil *c)
{
	return strlen(s) >= 10 && digits(s, 4, &c->year) && s[4] == '-' &&
	       digits(s + 5, 2, &c->month) && s[7] == '-' &&
	       digits(s + 8, 2, &c->day) &&
	       civil_date_is_valid(c->year, c->month, c->day);
}

bool civil_parse_date(const char *s, struct civil *out)
{
	struct civil c = { 0 };

	if (strlen(s) != 10 || !date_at(s, &c))
		return false;
	*out = c;
	return true;
}

bool stamp_parse(const char *s, int64_t *out)
{
	struct civil c = { 0 };

	if (strlen(s) != CLOCK_STAMP_SIZE - 1 || !date_at(s, &c) ||
	    (s[10] != 'T' && s[10] != 't') || !digits(s + 11, 2, &c.hour) ||
	    s[13] != ':' || !digits(s + 14, 2, &c.minute) || s[16] != ':' ||
	    !digits(s + 17, 2, &c.second) || (s[19] != 'Z' && s[19] != 'z') ||
	    c.hour > 23 || c.minute > 59 || c.second > 59)
		return false;
	*out = civil_to_unix(&c);
	return true;
}

void stamp_format(int64_t t, char out[CLOCK_STAMP_SIZE])
{
	struct civil c = civil_from_unix(t);

	if (c.year < 1 || c.year > 9999)
		c = (struct civil){ .year = 1, .month = 1, .day = 1 };
	snprintf(out, CLOCK_STAMP_SIZE, "%04u-%02u-%02uT%02u:%02u:%02uZ",
		 (unsigned)c.year % 10000, (unsigned)c.month % 100,
		 (unsigned)c.day % 100, (unsigned)c.hour % 100,
		 (unsigned)c.minute % 100, (unsigned)c.second % 100);
}
