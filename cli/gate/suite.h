#ifndef GATE_SUITE_H
#define GATE_SUITE_H

#include "gate/gate.h"
#include "model/suite_result.h"

/*
 * Hold a library against its suite.  The suite is a program of its own, in the
 * sandbox, where nothing but it, the library and the system can be read: for
 * the library is a student's, and runs there.  It is asked for a few
 * statements at a time, so that a library that ends the suite itself costs the
 * answer about one statement and not about all.
 */
struct suite_job {
	const char *program; /* absolute */
	const char *library; /* absolute */
	const bool *wanted;  /* as long as the spec */
	const char *label;   /* for progress */
	size_t done;	     /* statements of other libraries, for progress */
	size_t total;
};

/* OUT was initialised.  ERR_MISSING: no sandbox. */
int suite_run(const struct gate_env *env, const struct suite_job *job,
	      struct suite_result *out, struct err *err);

#endif
