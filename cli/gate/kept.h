#ifndef GATE_KEPT_H
#define GATE_KEPT_H

#include <stddef.h>

/*
 * Of the files in DIR whose names end in SUFFIX, the MOST that were used last
 * stay.  It is a cache that is tidied: no failure counts.
 */
void kept_prune(const char *dir, const char *suffix, size_t most);

#endif
