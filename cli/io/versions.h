#ifndef IO_VERSIONS_H
#define IO_VERSIONS_H

#include <stddef.h>

/* A library that this program runs with, as it names itself. */
struct library_version {
	const char *name; /* "libgit2" */
	const char *cost; /* what does not work without it */
	const char *mend; /* what to type */
	char version[48]; /* "" if it cannot be loaded */
	char why[160];	  /* and why not */
};

enum {
	LIBRARY_VERSIONS = 8
};

/* Loads those that are not loaded yet; any thread. */
void library_versions(struct library_version out[LIBRARY_VERSIONS]);

#endif
