#ifndef COURSE_PACKAGE_H
#define COURSE_PACKAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "gate/gate.h"

struct progress;
struct workspace;

/*
 * cohort package: fetch what the collected crates depend on, and pack each
 * commit once.  A package is kept by its SHA-256 and is the artifact from then
 * on.
 */
struct package_options {
	const char *const *handles; /* none: every seat */
	size_t handle_count;
	int artifact;  /* or ARTIFACT_ANY */
	unsigned jobs; /* 0: as many as there are processors */
	bool offline;
	const struct progress *progress;
};

enum package_outcome {
	PACKAGE_PACKED,	 /* now */
	PACKAGE_KEPT,	 /* before, and still whole */
	PACKAGE_MISSING, /* nothing was submitted */
	PACKAGE_FAILED	 /* cargo or a gate refused; see the report */
};

struct packaged {
	const char *label;
	const char *handle;
	const char *artifact;
	const char *crate;
	const char *version; /* "" if missing */
	const char *commit;  /* or NULL */
	enum package_outcome outcome;
	char sha256[65];
	uint64_t size;
	struct gate_report report; /* of a fresh or failed one */
	struct err err;		   /* nothing could be said, and why */
};

struct package_result {
	struct arena arena;
	struct packaged *items;
	size_t count;
	size_t counts[4]; /* by outcome */
};
void package_result_release(struct package_result *r);
AUTO_RELEASE(struct package_result, package_result_release)

const char *package_outcome_name(enum package_outcome o);

/* WS is open for writing; what was packed goes into the records, one commit. */
int package_seats(struct workspace *ws, const struct package_options *options,
		  struct package_result *out, struct err *err);

#endif
