#ifndef COURSE_CHECK_H
#define COURSE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "gate/gate.h"

struct cohort;
struct progress;
struct workspace;

/* cohort check: run the gates, on a folder or on what was collected. */
struct check_options {
	const char *const *handles; /* none: every seat */
	size_t handle_count;
	int artifact;  /* or ARTIFACT_ANY */
	unsigned jobs; /* 0: as many as there are processors */
	bool offline;
	bool no_sandbox;
	uint32_t build_timeout_s; /* 0: gate_env's own */
	const struct progress *progress;
};

/* One thing that was looked at. */
struct checked {
	const char *label;
	const char *handle;   /* NULL: a folder */
	const char *artifact; /* its id, or NULL where it is not known */
	const char *tag;      /* or NULL */
	const char *commit;   /* or NULL */
	const char *path;     /* the folder, or NULL */
	bool missing;	      /* nothing was submitted */
	struct gate_report report;
	struct err err; /* nothing could be said, and why */
};

struct check_result {
	struct arena arena;
	struct checked *items;
	size_t count;
	size_t passed;
	size_t failed; /* findings that deny */
	size_t errors; /* a gate, or all of it, could not finish */
	size_t missing;
	bool recorded;		     /* a commit was made */
	const char *const *warnings; /* on the policy; see allowances.h */
	size_t warning_count;
};
void check_result_release(struct check_result *r);
AUTO_RELEASE(struct check_result, check_result_release)

/* The crate in the folder PATH; no workspace is needed or changed. */
int check_folder(const char *path, const struct check_options *options,
		 struct check_result *out, struct err *err);

/* Seats of WS, opened for writing: what the gates said goes into the records,
 * in one commit. */
int check_seats(struct workspace *ws, const struct check_options *options,
		struct check_result *out, struct err *err);

/* The week of the cohort that it is now; 0 before the first. */
int check_week(const struct cohort *c, int *out, struct err *err);

#endif
