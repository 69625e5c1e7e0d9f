#ifndef COURSE_LOOKS_H
#define COURSE_LOOKS_H

#include <stdint.h>

#include "base/attr.h"
#include "model/artifact.h"

struct err;

/*
 * When each repository was last looked at for each artifact, and answered: the
 * lower bound of when a tag that is seen now can have been pushed.  It changes
 * with each collect, also with one that finds nothing, so it is no part of
 * history: a file in git's own folder, written once a run, and folded into a
 * record when a tag is seen.  Losing it only widens the bounds.
 */
struct looks;

/* From GIT_DIR/cohort/looks.json; empty if that is missing or broken. */
int looks_read(const char *git_dir, struct looks **out, struct err *err);
void looks_free(struct looks *l);
AUTO_DEFINE(struct looks *, looks_free)

/* RECORD_NEVER if URL was never looked at. */
int64_t looks_last(const struct looks *l, const char *url, enum artifact a);

int looks_note(struct looks *l, const char *url, enum artifact a, int64_t at,
	       struct err *err);

int looks_write(const struct looks *l, const char *git_dir, struct err *err);

#endif
