#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

/*
 * Instants are seconds since 1970-01-01T00:00:00Z, without leap seconds.  A
 * civil time is what a calendar on the wall shows, in no zone or in one that
 * the context names; model/zone.h relates the two.
 */
struct civil {
	int year;   /* 1 to 9999 */
	int month;  /* 1 to 12 */
	int day;    /* 1 to 31 */
	int hour;   /* 0 to 23 */
	int minute; /* 0 to 59 */
	int second; /* 0 to 59 */
};

enum {
	CLOCK_STAMP_SIZE = 21
}; /* "2027-01-12T17:00:00Z" and the NUL */

/*
 * Now.  COHORT_NOW, an RFC 3339 instant in UTC or seconds, stands in for the
 * clock where it is set; clock_check() says whether it can be read, and main
 * calls that once.  Safe from any thread.
 */
int64_t clock_now(void);
int clock_check(struct err *err);

/* Milliseconds and nanoseconds that only go forward, from an unknown start. */
int64_t clock_monotonic_ms(void);
int64_t clock_monotonic_ns(void);

/* In UTC.  Defined for years 1 to 9999. */
struct civil civil_from_unix(int64_t t);
int64_t civil_to_unix(const struct civil *c);

/* Days since 1970-01-01 of a date, and back.  civil_from_days clears the time.
 */
int64_t civil_to_days(int year, int month, int day);
struct civil civil_from_days(int64_t days);

/* 0 is Sunday. */
int civil_weekday(int64_t days);
const char *weekday_name(int weekday);	/* "Tuesday" */
const char *weekday_short(int weekday); /* "Tue" */
const char *month_short(int month);	/* "Jan" for 1 */

/* True for a date that exists. */
bool civil_date_is_valid(int year, int month, int day);

/* "2027-01-12"; false if it is not such a date. */
bool civil_parse_date(const char *s, struct civil *out);

/* "2027-01-12T17:00:00Z", lower or upper case; false if it is not. */
bool stamp_parse(const char *s, int64_t *out);
void stamp_format(int64_t t, char out[CLOCK_STAMP_SIZE]);

#endif
