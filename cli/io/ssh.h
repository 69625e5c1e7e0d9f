#ifndef IO_SSH_H
#define IO_SSH_H

#include <stddef.h>

#include "base/attr.h"

struct err;
struct remote;

/*
 * A running OpenSSH client in batch mode, with the keys, the agent, the known
 * hosts and the jump hosts of the person who runs us; it never asks.  Reading
 * and writing end at the remote's deadline, and when nothing has come for its
 * low_speed_s.  One thread at a time.
 */
struct ssh;

/*
 * Run SERVICE for R's path on R's host.  EXTRA_ENV ("KEY=value",
 * NULL-terminated) may be NULL.  ERR_MISSING: there is no ssh.
 */
int ssh_start(struct remote *r, const char *service,
	      const char *const *extra_env, struct ssh **out, struct err *err);

/* All of it, or an error. */
int ssh_write(struct ssh *s, const char *bytes, size_t len, struct err *err);

/* At least one byte; *GOT 0 is the end. */
int ssh_read(struct ssh *s, char *bytes, size_t size, size_t *got,
	     struct err *err);

/*
 * It ended too early: ERR_NET, or ERR_NOT_FOUND, with its last words.
 */
int ssh_ended(struct ssh *s, struct err *err);

/* After the good-bye: wait a moment for the other side to end by itself. */
void ssh_finish(struct ssh *s);

/* End it.  Accepts NULL. */
void ssh_free(struct ssh *s);
AUTO_DEFINE(struct ssh *, ssh_free)

#endif
