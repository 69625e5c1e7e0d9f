#ifndef COURSE_SOURCE_H
#define COURSE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "io/git.h"
#include "model/artifact.h"
#include "model/dotcohort.h"

struct err;

/*
 * Where a student's crate is in a commit, and how it comes onto the disk.  The
 * tree is hostile: nothing of its configuration, filters or hooks is read, and
 * no path leaves the folder that it is written to.
 */
enum {
	SOURCE_ENTRIES_MAX = 50000,
	SOURCE_CRATES_MAX = 64,	    /* folders with a .cohort.yaml */
	SOURCE_FILE_MAX = 64 << 20, /* bytes */
	SOURCE_TOTAL_MAX = 512 << 20
};

/*
 * The folder of ARTIFACT's crate in COMMIT, "" for the root: the one whose
 * .cohort.yaml names the artifact, else the root if there is a Cargo.toml and
 * no .cohort.yaml.  *DOT is what that file says, NULL where there is none;
 * release it with dotcohort_free().
 *   ERR_NOT_FOUND	there is no such crate
 *   ERR_FORMAT		two folders claim the artifact
 */
int source_find(struct repo *r, const struct oid *commit, enum artifact a,
		struct strbuf *path, struct dotcohort **dot, struct err *err);

/*
 * Write COMMIT's tree below PATH ("" for all) into the empty folder DIR, files
 * as they are, executable bits kept.  A link is written as a link, also one
 * that leads out: the tree gate finds it before anything follows it.
 * Submodules become empty folders.
 *   ERR_UNSAFE	a path that would leave DIR, or that names .git
 *   ERR_LIMIT	too many entries, or too large
 */
int source_export(struct repo *r, const struct oid *commit, const char *path,
		  const char *dir, struct err *err);

#endif
