#ifndef IO_SANDBOX_H
#define IO_SANDBOX_H

#include "io/process.h"

/*
 * The only way student code runs: bubblewrap with every namespace of its own
 * (no network, own pids), a read-only system, nothing of $HOME or of the
 * workspace but what is bound by name, an empty environment, no new
 * privileges, and limits on CPU, memory, file size, descriptors, processes,
 * wall time and output.
 */
struct sandbox_bind {
	const char *from; /* absolute, on this machine */
	const char *to;	  /* absolute, inside */
	bool writable;	  /* FROM is for this run alone: its owner may change */
};

struct sandbox_spec {
	const char *const *argv;
	const char *const *env; /* inside; NULL-terminated */
	const char *cwd;	/* inside */
	const struct sandbox_bind *binds;
	size_t bind_count;
	uint32_t timeout_ms;
	uint32_t cpu_s;
	uint64_t memory_bytes; /* address space of each process */
	uint64_t file_bytes;   /* largest file written */
	uint32_t files;	       /* descriptors */
	uint32_t processes;    /* and threads */
	uint64_t tmp_bytes;    /* of /tmp, and as much again of SANDBOX_HOME */
	size_t max_output;
	bool merge;
	int out_fd; /* stdout goes here and not into out; 0: no */
};

/*
 * Folders in memory that are fresh for each run, empty and writable.  All else
 * is read-only but the binds that say otherwise.
 */
#define SANDBOX_HOME "/home/student"

/* Sensible limits for a cargo build; the caller changes what it must. */
void sandbox_defaults(struct sandbox_spec *spec);

/*
 * 0 if a sandbox can be had on this machine (asked once, by trying); else
 * ERR_MISSING with the reason ("bubblewrap not found", ...) in ERR.
 */
int sandbox_check(struct err *err);

/*
 * As process_run(), and ERR_MISSING as sandbox_check().  What the sandbox has
 * of its own, where memory and processes are counted, depends on the machine:
 * limits of each process always, a uid of its own as root, cgroups where they
 * can be made.
 */
int sandbox_run(const struct sandbox_spec *spec, struct process_result *out,
		struct err *err);

#endif
