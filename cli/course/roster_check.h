#ifndef COURSE_ROSTER_CHECK_H
#define COURSE_ROSTER_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/map.h"
#include "course/roster.h"

struct err;

/*
 * What makes a student's entry right beside all the others: its own form, and
 * a handle, seat and crate suffix that nobody else has.
 */
struct roster_checks {
	const struct cohort *cohort;
	const struct roster *roster;
	struct map handles;  /* given so far -> entry */
	struct map suffixes; /* canonical -> the handle that has it */
	const char **seats;  /* by number: the handle that has it, or NULL */
	uint32_t seat_count;
	uint32_t next_free;
	struct arena arena;
};

int roster_checks_init(struct roster_checks *k, const struct cohort *cohort,
		       const struct roster *roster, struct err *err);
void roster_checks_release(struct roster_checks *k);

/*
 * Check E against the others, NOW being what the roster has of that student,
 * or NULL; its seat is in *SEAT.
 */
int roster_check_entry(struct roster_checks *k, const struct roster_entry *e,
		       const struct seat *now, uint32_t *seat, struct err *err);

/* An error with "FILE:LINE: " in front, where the entry came from a file. */
int roster_complain(const struct roster_entry *e, struct err *err, int code,
		    const char *fmt, ...) ATTR_PRINTF(4, 5);

/* ERR_NOT_FOUND, with the nearest handle as hint. */
int roster_no_student(const struct roster *roster, const char *handle,
		      struct err *err);

/* Write DIR/HANDLE.yaml, what `cohort new --invite` reads. */
int invitation_write(const struct cohort *c, const struct seat *s,
		     const char *dir, struct err *err);

#endif
