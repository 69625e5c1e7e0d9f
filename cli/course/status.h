#ifndef COURSE_STATUS_H
#define COURSE_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/strbuf.h"
#include "workspace/workspace.h"

struct err;

/* Where the course stands: what an instructor looks at each morning. */
enum seat_mark {
	MARK_NONE,    /* nothing submitted, and not due */
	MARK_OVERDUE, /* nothing submitted, and due */
	MARK_SUBMITTED,
	MARK_CHECKED, /* passed every gate */
	MARK_TROUBLE, /* a gate or the suite failed, or its tag was moved */
	MARK_PUBLISHED
};

struct status_artifact {
	int64_t due;
	bool is_due; /* the instant has passed */
	size_t submitted;
	size_t late;	  /* of those */
	size_t checked;	  /* and passed */
	size_t validated; /* and keeps its contract */
	size_t trouble;
	size_t packed;
	size_t published;
	size_t missing; /* seats with nothing */
};

/* A seat that needs somebody, and what to type. */
struct status_trouble {
	const struct seat *seat;
	enum artifact artifact;
	char *what; /* "metadata: missing-license" */
	char *type; /* "cohort check @ada --artifact artifact_01" */
};

struct status {
	int64_t now;
	int week;     /* 0 before the course, weeks + 1 after it */
	size_t seats; /* taken, without those withdrawn */
	bool has_next;
	int next_number;
	int next_count; /* sessions in all */
	int64_t next_start;
	int64_t next_end;
	struct strbuf
		next_says; /* in the cohort's, UTC and the reader's time */
	struct status_artifact artifact[ARTIFACT_COUNT];
	struct status_trouble *troubles; /* at most TROUBLES_MAX are told */
	size_t trouble_count;
	size_t trouble_total;
};

enum {
	STATUS_TROUBLES_MAX = 64
};

int status_read(struct workspace *ws, struct status *out, struct err *err);
void status_release(struct status *s);
AUTO_RELEASE(struct status, status_release)

enum seat_mark status_mark(const struct status *s,
			   const struct seat_summary *summary, enum artifact a);
const char *seat_mark_name(enum seat_mark mark);

#endif
