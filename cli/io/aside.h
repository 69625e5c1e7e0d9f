#ifndef IO_ASIDE_H
#define IO_ASIDE_H

#include "base/attr.h"

struct err;

/*
 * A folder that is filled aside, in the one where it is to stand, and renamed
 * when it is whole.  Its maker holds a lock on it that dies with it, so that
 * what a killed one left is told from what a living one is at.  { 0 } is none.
 */
struct aside {
	char *path; /* owned; NULL: there is none */
	int lock;
};

/* In DIR, private, called PREFIX and six letters; what is dead there goes. */
int aside_make(const char *dir, const char *prefix, struct aside *out,
	       struct err *err);

/* Those of killed makers go; whether it could is not told. */
void aside_sweep(const char *dir, const char *prefix);

/* Removes it, unless it stands under another name by now. */
void aside_release(struct aside *a);
AUTO_RELEASE(struct aside, aside_release)

#endif
