#ifndef IO_PROCESS_H
#define IO_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

struct err;

/*
 * Run a program and wait for it.  It gets exactly ENV (never ours), its own
 * session and process group, stdin from INPUT or /dev/null, and no descriptor
 * but 0, 1 and 2.  Output beyond max_output is dropped and counted, never
 * blocked on.  When the time is over, or we die, the whole group is killed.
 * Any thread; any number at once.
 */
struct process_spec {
	const char *const *argv; /* argv[0] is looked up in ENV's PATH */
	const char *const *env;	 /* "KEY=value", NULL-terminated */
	const char *cwd;	 /* NULL: ours */
	const void *input;
	size_t input_len;
	uint32_t timeout_ms; /* 0: none */
	size_t max_output;   /* bytes of each stream kept; 0: 1 MiB */
	bool merge;	     /* stderr into out, in order */
	int out_fd;	     /* stdout goes here and not into out; 0: no */
	const char *const *cgroups; /* cgroup.procs to enter, or NULL */
	/*
	 * Asked some twenty times a second with the process's id while it
	 * runs; true ends the group.  NULL: nobody asks.
	 */
	bool (*watch)(void *ctx, int64_t pid);
	void *watch_ctx;
};

struct process_result {
	int exit_status; /* -1 if a signal ended it */
	int signal;	 /* 0 if none */
	bool timed_out;
	bool stopped; /* by watch */
	struct strbuf out;
	struct strbuf err;
	uint64_t dropped; /* bytes of output beyond the limit */
	int64_t wall_ms;
	int64_t cpu_ms; /* user and system, children that were waited for */
};
void process_result_release(struct process_result *r);
AUTO_RELEASE(struct process_result, process_result_release)

/*
 * 0 when the program was started and ended, however it ended.  ERR_MISSING:
 * there is no such program; ERR_IO: it could not be started.
 */
int process_run(const struct process_spec *spec, struct process_result *out,
		struct err *err);

/* The absolute path of NAME in PATH (NULL: our own), to be free()d; or NULL. */
char *process_find(const char *name, const char *path);

#endif
