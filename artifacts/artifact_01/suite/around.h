#ifndef ARTIFACT_01_AROUND_H
#define ARTIFACT_01_AROUND_H

/*
 * What a library shares with its process and is to leave alone: descriptors
 * that it did not open, signals, limits.
 */

#include <stdbool.h>

enum {
	MOST_DESCRIPTORS = 16384 /* that it may open */
};

/*
 * Before the library is loaded.  Take the socket FD to a number that is drawn,
 * which is returned; -1: that cannot be had.  FD < 0: there is none.
 */
int around_note(int fd);

/* Is the socket still there? */
bool around_has_socket(void);

/* Fails by what has changed. */
void around_check(void);

#endif
