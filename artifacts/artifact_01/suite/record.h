#ifndef ARTIFACT_01_RECORD_H
#define ARTIFACT_01_RECORD_H

/* What a statement's process tells the runner, through a pipe. */

#include <stdint.h>
#include <sys/types.h>

struct statement;

enum event {
	EVENT_STARTED,	 /* the library is being loaded */
	EVENT_LOADED,	 /* the statement begins */
	EVENT_EXHAUSTED, /* an allocation failed; it goes on */
	EVENT_PASS,
	EVENT_FAIL,
	EVENT_SKIP,
	EVENT_UNCLAIMED,
};

struct record {
	pid_t pid; /* a process that it forked may write too */
	enum event event;
	int line;
	char file[32];
	char reason[320];
	char name[64]; /* of the library, with EVENT_LOADED */
};

/* A process whose pipe was closed by the library ends with this status. */
enum {
	STATUS_NO_PIPE = 97
};

/* Run ONE in this process and end it; FD < 0: tell in words. */
_Noreturn void child_run(const struct statement *one, const char *library,
			 int fd);

#endif
