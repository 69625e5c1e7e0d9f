#ifndef MODEL_SUITE_RESULT_H
#define MODEL_SUITE_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/finding.h"
#include "model/suite_spec.h"

struct err;

/*
 * What a suite says with --json.  A student's library ran beside it and may
 * have written over it, so nothing is believed that is not of the right form:
 * every statement that was asked for has to be there once, and no other.
 * Members that are not known here are passed over.  One thread.
 */
enum {
	SUITE_OUTPUT_MAX = 8 << 20, /* bytes of JSON */
	SUITE_REASON_MAX = 1023,    /* what is longer is cut */
	SUITE_LOG_MAX = 8191
};

enum suite_verdict {
	SUITE_UNKNOWN, /* not tested */
	SUITE_PASS,
	SUITE_FAIL,
	SUITE_UNCLAIMED, /* a capability that the library does not claim */
	SUITE_SKIPPED,
	SUITE_ERROR, /* the suite could not tell */
	SUITE_VERDICTS
};

struct statement_result {
	enum suite_verdict verdict;
	const char *reason; /* never NULL once there is a verdict */
	const char *file;   /* of the suite, where it was found; or "" */
	int64_t line;
	int64_t wall_ms;
	int64_t cpu_ms;
	const char *refused; /* what it asked the system in vain, or "" */
	int64_t printed;     /* bytes; the last of them are in LOG */
	const char *log;
};

struct suite_result {
	struct arena arena;
	const struct suite_spec *spec;	/* borrowed */
	struct statement_result *items; /* as the spec has them */
	struct statement_result load;	/* of the library */
	const char *library;		/* as it calls itself, or "" */
};

/* Nothing is known yet.  SPEC outlives it. */
int suite_result_init(struct suite_result *r, const struct suite_spec *spec,
		      struct err *err);
void suite_result_release(struct suite_result *r);
AUTO_RELEASE(struct suite_result, suite_result_release)

/*
 * Add what the suite said of the statements that WANTED, an array as long as
 * the spec, has true.  ERR_FORMAT, and R as it was, if it is not that.
 */
int suite_result_add(struct suite_result *r, const char *json, size_t len,
		     const bool *wanted, struct err *err);

/* The suite gave no answer about statement INDEX. */
int suite_result_fail(struct suite_result *r, size_t index, const char *why,
		      struct err *err);

const char *suite_verdict_name(enum suite_verdict v);

/*
 * A statement that hangs, or ends before its own question, where a basic one
 * before it is not kept either, may only follow from that: the basic one, or
 * NULL.
 */
const struct statement *suite_blame(const struct suite_result *r, size_t index);

/*
 * The balance.  LEVELS, as long as the spec: deny is what has to be kept; warn
 * is reported apart, and allow is not counted at all.  Points of statements
 * that were skipped or not tested are not to be had, nor are those of optional
 * ones that are not claimed.
 */
struct suite_score {
	int earned; /* of what has to be kept */
	int possible;
	int apart_earned; /* of what is reported apart */
	int apart_possible;
	size_t of[SUITE_VERDICTS];
	size_t failed;	     /* and has to be kept */
	size_t apart_failed; /* and is reported apart */
};
void suite_score(const struct suite_result *r, const enum finding_level *levels,
		 struct suite_score *out);

#endif
