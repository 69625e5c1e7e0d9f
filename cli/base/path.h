#ifndef BASE_PATH_H
#define BASE_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"

struct err;

/*
 * True for a relative path that stays below where it starts: not empty, no
 * leading '/', no empty, "." or ".." component, no NUL, control character or
 * backslash.  What comes from outside passes here first.
 */
bool path_is_safe(const char *path);

/* The part after the last '/', or the whole. */
const char *path_base(const char *path);

/* DIR "/" NAME appended to OUT; DIR may be empty or end in '/'. */
void path_join(struct strbuf *out, const char *dir, const char *name);

/* The same as a fresh string, to be free()d; NULL without memory. */
char *path_joined(const char *dir, const char *name);

#endif
