#ifndef IO_CREDENTIAL_H
#define IO_CREDENTIAL_H

#include <stdbool.h>

#include "base/attr.h"

struct err;

/*
 * A user name and a password from git's helpers (gitcredentials(7)), asked by
 * `git credential` over its standard input and output: never in an argument,
 * never on a terminal, and wiped from memory when done with.
 */
struct credential {
	char *user;
	char *password;
};

void credential_release(struct credential *c);
AUTO_RELEASE(struct credential, credential_release)

/*
 * What the helpers know for PROTOCOL ("https"), HOST ("example.org:8443"),
 * PATH (without '/' in front, or NULL) and USER (or "").
 * ERR_NOT_FOUND: nothing; ERR_MISSING: there is no git.
 */
int credential_ask(const char *protocol, const char *host, const char *path,
		   const char *user, struct credential *out, struct err *err);

/* Tell the helpers whether it was right, so that they keep or forget it. */
void credential_settle(const char *protocol, const char *host, const char *path,
		       const struct credential *c, bool was_right);

#endif
