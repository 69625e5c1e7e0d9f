#ifndef IO_GIT_BOX_H
#define IO_GIT_BOX_H

#include "io/git.h"

struct err;

/*
 * A bare repository that nobody writes but us, in as few files as git allows:
 * a cohort has one for each student, and a file system takes longer to make
 * twenty files than a network does to fill one.  It is a repository like any
 * other for whoever reads it.
 */

/* Open the box at PATH; if there is none make it, in a folder that exists. */
int box_open(const char *path, struct repo **out, struct err *err);

/* Its refs, all in memory, sorted by name. */
struct box_ref {
	char *name;
	struct oid oid;
};

struct box_refs {
	struct box_ref *items;
	size_t count;
	size_t cap;
	bool changed; /* since they were read or written */
};

int box_refs_read(struct repo *box, struct box_refs *out, struct err *err);
void box_refs_release(struct box_refs *refs);
AUTO_RELEASE(struct box_refs, box_refs_release)

/* NULL if there is none. */
const struct oid *box_refs_get(const struct box_refs *refs, const char *name);

int box_refs_set(struct box_refs *refs, const char *name, const struct oid *oid,
		 struct err *err);
void box_refs_remove(struct box_refs *refs, const char *name);

/* All of them, in one step; not forced to the disk. */
int box_refs_write(struct repo *box, struct box_refs *refs, struct err *err);

#endif
