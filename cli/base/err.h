#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/attr.h"

/*
 * What a caller would do differently about, one code each.  Negative, so a
 * function returns 0 or a code.  The exit status of each is in command.c.
 */
enum err_code {
	ERR_NONE = 0,
	ERR_NOMEM = -1,	    /* no memory */
	ERR_IO = -2,	    /* the system refused: disk, permission */
	ERR_NOT_FOUND = -3, /* there is no such thing */
	ERR_EXISTS = -4,    /* it is there already, and differs */
	ERR_FORMAT = -5,    /* input that is not what it should be */
	ERR_UNSAFE = -6,    /* input that would do harm */
	ERR_LIMIT = -7,	    /* input beyond a named limit */
	ERR_USAGE = -8,	    /* the command line is wrong */
	ERR_MISSING = -9,   /* a tool or library this machine lacks */
	ERR_LOCKED = -10,   /* someone else holds the lock, or it moved */
	ERR_NET = -11,	    /* the network or a remote service */
	ERR_REFUSED = -12,  /* the thing checked does not pass */
	ERR_BUG = -13	    /* our own mistake, found at run time */
};

/*
 * One failure: the first cause.  Lives in the caller's frame and is passed
 * down, never global; reporting needs no memory and nothing to free.  `{ 0 }`
 * is "no error".  MSG is lower case without a full stop, the failure first
 * and the subject in quotes; HINT is what to type next, or empty.
 */
struct err {
	enum err_code code;
	char msg[512];
	char hint[256];
};

/*
 * Record a failure.  Returns CODE, so a caller can `return err_set(...)`.
 * Control characters in the arguments come out as `?`, so a hostile name
 * cannot reach the terminal.  No error may be recorded yet.
 */
int err_set(struct err *err, enum err_code code, const char *fmt, ...)
	ATTR_PRINTF(3, 4);

/* Say what the user can do about it.  Returns the recorded code. */
int err_hint(struct err *err, const char *fmt, ...) ATTR_PRINTF(2, 3);

/* Put "CONTEXT: " before the message.  Returns the recorded code. */
int err_context(struct err *err, const char *fmt, ...) ATTR_PRINTF(2, 3);

/* ERR_NOMEM with its one wording. */
int err_nomem(struct err *err);

/*
 * A failed system call: "cannot DO 'SUBJECT': <strerror>".  ENUM, the value
 * of errno, chooses the code: ENOENT is ERR_NOT_FOUND, ENOMEM is ERR_NOMEM,
 * EEXIST is ERR_EXISTS, everything else ERR_IO.
 */
int err_errno(struct err *err, int errnum, const char *verb,
	      const char *subject);

/* Forget it: the failure was dealt with. */
void err_clear(struct err *err);

#endif
