#ifndef COURSE_HISTORY_UNDO_H
#define COURSE_HISTORY_UNDO_H

#include <stdbool.h>

#include "io/git.h"

/* The line of a commit's message that says which commit it takes back. */
#define UNDOES "Undoes: "

/* False if MESSAGE has no such line. */
bool history_undoes(const char *message, char out[OID_HEX]);

#endif
