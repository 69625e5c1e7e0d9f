#ifndef COURSE_BASELINE_H
#define COURSE_BASELINE_H

#include "course/gating.h"

/*
 * The version before, for a student's own folder: of the submission tags in
 * its repository the highest below the version in Cargo.toml, packed.  *OUT is
 * the path of the .crate, to be free()d, or NULL where there is none.
 */
int baseline_of_folder(const struct gating *g, const char *dir, enum artifact a,
		       char **out, struct err *err);

#endif
