#ifndef IO_VERSIONS_H
#define IO_VERSIONS_H

#include <stddef.h>

/* The libraries that this program runs with, as they name themselves. */
struct library_version {
	const char *name;    /* "libgit2" */
	const char *package; /* Debian's, to build with it */
	char version[48];
};

enum {
	LIBRARY_COUNT = 7
};

/* Any thread. */
void library_versions(struct library_version out[LIBRARY_COUNT]);

#endif
