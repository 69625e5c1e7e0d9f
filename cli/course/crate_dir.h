#ifndef COURSE_CRATE_DIR_H
#define COURSE_CRATE_DIR_H

#include "base/arena.h"
#include "base/attr.h"
#include "io/git.h"
#include "model/dotcohort.h"

struct err;

/*
 * A student's own crate, as it lies in their work tree: what it says of itself
 * and the repository that it is in.
 */
struct crate_dir {
	char *dir;	       /* absolute, where .cohort.yaml is */
	struct dotcohort *dot; /* what that says */
	struct repo *repo;     /* or NULL: not in a repository */
	const char *folder;    /* of the crate in it, "" for the root */
	struct arena arena;
	const char *name; /* of Cargo.toml */
	const char *version;
};

/*
 * Look for a .cohort.yaml at FROM and above.  ERR_NOT_FOUND with what to do if
 * there is none.
 */
int crate_dir_open(const char *from, struct crate_dir *out, struct err *err);
void crate_dir_release(struct crate_dir *c);
AUTO_RELEASE(struct crate_dir, crate_dir_release)

#endif
