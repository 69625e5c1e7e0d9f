#ifndef MODEL_SPEED_RESULT_H
#define MODEL_SPEED_RESULT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct err;

/*
 * What speed_executor says with --json (artifacts/artifact_01/speed/speed.h):
 * how fast a library is beside the reference.  As a student's library ran
 * there, only what is of the right form is taken, and a ratio or a verdict has
 * to follow from the figures.  One thread.
 */
enum {
	SPEED_SHAPES_MAX = 64
};

enum speed_verdict {
	SPEED_PASS,
	SPEED_WARN, /* slower than it should be */
	SPEED_FAIL, /* slower than it may be, or it did not do the work */
	SPEED_SKIPPED,
	SPEED_ERROR,
	SPEED_UNCLAIMED, /* of a shape: it needs what is not offered */
	SPEED_SHOWN,	 /* of a shape: measured and never graded */
	SPEED_VERDICTS
};

struct speed_shape {
	const char *id;
	const char *title;
	const char *unit; /* "ns", "B": of one step */
	bool is_graded;
	enum speed_verdict verdict;
	const char *reason; /* or "" */
	double reference;   /* medians; 0: not measured */
	double library;
	double spread; /* of the library's: median absolute deviation */
	double floor;  /* of the bare system calls; 0: none */
	double ratio;  /* 0: none */
};

struct speed_result {
	struct arena arena;
	enum speed_verdict verdict;
	const char *reason; /* or "" */
	double load;	    /* -1: not known */
	double warn_above;
	double fail_above;
	const struct speed_shape *shapes;
	size_t count;
};
void speed_result_release(struct speed_result *r);
AUTO_RELEASE(struct speed_result, speed_result_release)

/* ERR_FORMAT if that is not what speed_executor says. */
int speed_result_read(const char *json, size_t len, struct speed_result *out,
		      struct err *err);

const char *speed_verdict_name(enum speed_verdict v);

#endif
