#ifndef GATE_SPEED_H
#define GATE_SPEED_H

#include "gate/gate.h"
#include "model/speed_result.h"

/*
 * Measure a library beside the reference, in the sandbox.  PROGRAM, REFERENCE
 * and LIBRARY are absolute.  A measurer that gives no answer is the verdict
 * `error`, with the reason.  ERR_MISSING: no sandbox.
 */
struct speed_job {
	const char *program;
	const char *reference;
	const char *library;
};

int speed_run(const struct gate_env *env, const struct speed_job *job,
	      struct speed_result *out, struct err *err);

#endif
