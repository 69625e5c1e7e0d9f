#include "model/zone_rule.h"

#include <string.h>

#include "base/clock.h"

enum {
	DAY = 86400,
	CHANGE_TIME = 2 * 3600
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool number(const char **s, int min, int max, int *out)
{
	int value = 0;

	if (!is_digit(**s))
		return false;
	for (int i = 0; is_digit(**s); (*s)++, i++) {
		if (i == 4)
			return false;
		value = value * 10 + (**s - '0');
	}
	*out = value;
	return value >= min && value <= max;
}

/* "PST" or "<-03>"; what it says is of no use, only where it ends. */
static bool name(const char **s)
{
	const char *start = *s;

	if (**s == '<') {
		const char *close = strchr(*s, '>');

		if (!close)
			return false;
		*s = close + 1;
		return close - start >= 4;
	}
	while (is_letter(**s))
		(*s)++;
	return *s - start >= 3;
}

/* [+-]h[h[h]][:mm[:ss]] in seconds. */
static bool duration(const char **s, int max_hours, int32_t *out)
{
	int sign = 1, hours, minutes = 0, seconds = 0;

	if (**s == '+' || **s == '-')
		sign = *(*s)++ == '-' ? -1 : 1;
	if (!number(s, 0, max_hours, &hours))
		return false;
	if (**s == ':') {
		(*s)++;
		if (!number(s, 0, 59, &minutes))
			return false;
	}
	if (**s == ':') {
		(*s)++;
		if (!number(s, 0, 59, &seconds))
			return false;
	}
	*out = sign * (hours * 3600 + minutes * 60 + seconds);
	return true;
}

static bool month_day(const char **s, struct zone_day *d)
{
	(*s)++;
	d->kind = ZONE_DAY_MONTH;
	if (!number(s, 1, 12, &d->month) || *(*s)++ != '.')
		return false;
	if (!number(s, 1, 5, &d->week) || *(*s)++ != '.')
		return false;
	return number(s, 0, 6, &d->day);
}

static bool day(const char **s, struct zone_day *d)
{
	*d = (struct zone_day){ .time = CHANGE_TIME };
	if (**s == 'M') {
		if (!month_day(s, d))
			return false;
	} else if (**s == 'J') {
		(*s)++;
		d->kind = ZONE_DAY_JULIAN;
		if (!number(s, 1, 365, &d->day))
			return false;
	} else {
		d->kind = ZONE_DAY_COUNTED;
		if (!number(s, 0, 365, &d->day))
			return false;
	}
	if (**s != '/')
		return true;
	(*s)++;
	return duration(s, 167, &d->time);
}

bool zone_rule_parse(const char *s, struct zone_rule *out)
{
	struct zone_rule r = { 0 };
	int32_t west;

	if (!name(&s) || !duration(&s, 24, &west))
		return false;
	r.standard = -west;
	if (*s == '\0') {
		*out = r;
		return true;
	}
	if (!name(&s))
		return false;
	r.has_summer = true;
	r.summer = r.standard + 3600;
	if (*s != ',' && *s != '\0') {
		if (!duration(&s, 24, &west))
			return false;
		r.summer = -west;
	}
	if (*s++ != ',' || !day(&s, &r.start) || *s++ != ',' ||
	    !day(&s, &r.end) || *s != '\0')
		return false;
	*out = r;
	return true;
}

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Seconds since 1970 of the change in YEAR, as the wall then shows them. */
static int64_t change_at(const struct zone_day *d, int year)
{
	int64_t first = civil_to_days(year, 1, 1);
	int64_t days;

	if (d->kind == ZONE_DAY_JULIAN) {
		/* day 60 is 1 March in every year */
		days = first + d->day - 1 + (is_leap(year) && d->day >= 60);
	} else if (d->kind == ZONE_DAY_COUNTED) {
		days = first + d->day;
	} else {
		int64_t begin = civil_to_days(year, d->month, 1);
		int64_t next = d->month == 12
				       ? civil_to_days(year + 1, 1, 1)
				       : civil_to_days(year, d->month + 1, 1);

		days = begin + (d->day - civil_weekday(begin) + 7) % 7 +
		       (int64_t)(d->week - 1) * 7;
		if (days >= next)
			days -= 7; /* week 5 is the last one */
	}
	return days * DAY + d->time;
}

int32_t zone_rule_offset(const struct zone_rule *r, int64_t t)
{
	int64_t start, end;
	int year;

	if (!r->has_summer)
		return r->standard;
	year = civil_from_unix(t + r->standard).year;
	start = change_at(&r->start, year) - r->standard;
	end = change_at(&r->end, year) - r->summer;
	if (start < end)
		return t >= start && t < end ? r->summer : r->standard;
	return t >= end && t < start ? r->standard : r->summer;
}
