#ifndef IO_SANDBOX_INTERNAL_H
#define IO_SANDBOX_INTERNAL_H

#include "io/sandbox.h"

/* The ways to a sandbox, best first.  For sandbox.c and its test. */
enum sandbox_mode {
	/* as root: a uid of our own, so that limits on processes hold */
	SANDBOX_OWN_UID,
	/* as anybody: a user namespace, in which no further one can be made */
	SANDBOX_USERNS,
	/* the same where the kernel cannot forbid further ones */
	SANDBOX_USERNS_OPEN,
	SANDBOX_MODES
};

/* 0 if MODE works on this machine. */
int sandbox_try(enum sandbox_mode mode, struct err *err);

/*
 * CGROUP false: do without, and count where nothing else limits processes.
 * As sandbox_run().
 */
int sandbox_run_as(enum sandbox_mode mode, bool cgroup,
		   const struct sandbox_spec *spec, struct process_result *out,
		   struct err *err);

/*
 * The last resort, for root without any other limit that holds: a namespace
 * dies with its first process, however many there are by then.  True if below
 * PID are more than CTX, a uint32_t, says.
 */
bool sandbox_too_many(void *ctx, int64_t pid);

#endif
