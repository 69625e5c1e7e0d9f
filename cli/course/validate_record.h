#ifndef COURSE_VALIDATE_RECORD_H
#define COURSE_VALIDATE_RECORD_H

#include "course/gating.h"
#include "course/validate.h"

/*
 * Into the records of JOBS what V says of them, in one commit; nothing of what
 * a few statements said, nor of what was said before.
 */
int validate_record(struct workspace *ws, const struct seat_jobs *jobs,
		    const struct validation *v, enum artifact a,
		    struct err *err);

#endif
