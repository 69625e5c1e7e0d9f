#ifndef IO_GIT_INTERNAL_H
#define IO_GIT_INTERNAL_H

#include <git2.h>

#include "io/git.h"

/* Shared by the git files of io/ and by nobody else. */
struct repo {
	git_repository *raw;
};

/*
 * Record libgit2's last error as "cannot DO 'SUBJECT': ..." at once, before
 * another call replaces it.  RC is what the call returned.
 */
int git_failed(int rc, const char *verb, const char *subject, struct err *err);

#endif
