#ifndef COURSE_NEW_H
#define COURSE_NEW_H

#include "base/strbuf.h"
#include "model/artifact.h"

struct err;

/*
 * A student's crate, made from its template.  INVITE, a file, fills in who
 * and what; without it the folder's name does: kov-ada is ada's artifact_01.
 */
struct new_crate {
	char crate[65];
	char handle[40];
	char repository[1024]; /* URL, as the invitation has it, or "" */
	bool is_invited;
	bool in_repository; /* DIR is in one already */
};

/* ERR_EXISTS if DIR has something in it.  DIR appears whole or not at all. */
int new_crate(enum artifact a, const char *dir, const char *invite,
	      struct new_crate *out, struct err *err);

#endif
