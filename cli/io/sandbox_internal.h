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

#endif
