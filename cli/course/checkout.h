#ifndef COURSE_CHECKOUT_H
#define COURSE_CHECKOUT_H

#include "base/attr.h"
#include "model/artifact.h"

struct err;

/*
 * A submitted commit, laid out on disk so that its crate can be looked at and
 * packed: the files of the commit, and a `.git` of our own making that knows
 * the commit and nothing else, so that cargo writes down what it packed.
 */
struct checkout {
	char *root;  /* of the repository */
	char *crate; /* the crate's own folder, ROOT or below it */
};

/*
 * Lay COMMIT (40 hex digits) of the repository whose git folder is GIT_DIR out
 * below INTO, a folder that does not exist yet.  Errors as source_find() and
 * source_export().
 */
int checkout_commit(const char *git_dir, const char *commit, enum artifact a,
		    const char *into, struct checkout *out, struct err *err);
void checkout_release(struct checkout *c);
AUTO_RELEASE(struct checkout, checkout_release)

#endif
