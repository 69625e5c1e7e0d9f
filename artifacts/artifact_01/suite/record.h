#ifndef ARTIFACT_01_RECORD_H
#define ARTIFACT_01_RECORD_H

/*
 * What a statement's process tells the runner, through a socket.
 *
 * The library shares that process, so it could write there as well.  A record
 * counts only with the key, which the runner made up and the process keeps in
 * a page that can be read while it tells, and at no other time.  The socket
 * itself has a number that is drawn.  That is no wall against a library that
 * takes the suite's code apart, but nothing simpler gets through.
 */

#include <stdint.h>
#include <sys/types.h>

struct statement;

enum event {
	EVENT_STARTED,	 /* the library is being loaded */
	EVENT_LOADED,	 /* the statement begins */
	EVENT_EXHAUSTED, /* an allocation failed; it goes on */
	EVENT_FIGURE,	 /* REASON is one that was measured; it goes on */
	EVENT_PASS,
	EVENT_FAIL,
	EVENT_SKIP,
	EVENT_UNCLAIMED,
};

struct key {
	uint64_t word[2];
};

/*
 * Sent behind the key.  EVENT_STARTED has a line other than 0 if the filter is
 * on, and may carry its listener.
 */
struct record {
	pid_t pid; /* a process that it forked may write too */
	enum event event;
	uint64_t call_at; /* with EVENT_LOADED: api_call_at() */
	int line;
	char file[32];
	char reason[320];
	char name[64]; /* of the library, with EVENT_LOADED */
};

/* A process that cannot tell any more ends with this status. */
enum {
	STATUS_NO_PIPE = 97
};

/* In a statement: tell TEXT as a figure. */
void child_figure(const char *text);

/* In a statement: should it be kept, HOW that was found out, static text. */
void child_remark(const char *how);

/* In a statement: it is kept, and here it ends. */
_Noreturn void child_pass(const char *how);

/*
 * Run ONE in this process and end it; the key is to be read from the socket
 * FD.  FD < 0: without limits, and tell in words.
 */
_Noreturn void child_run(const struct statement *one, const char *library,
			 int fd);

#endif
