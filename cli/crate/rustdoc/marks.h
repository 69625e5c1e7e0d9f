#ifndef CRATE_RUSTDOC_MARKS_H
#define CRATE_RUSTDOC_MARKS_H

#include <stddef.h>

/*
 * For sketch.c: the first place in [POS, END) of TEXT where something may stand
 * that counts in a type, or END: `d":` or `r":` as at the end of the keys "id"
 * and "expr", `"q` as at the beginning of "qualified_path", `":[` as before a
 * list of ids.
 */
size_t marks_find(const char *text, size_t pos, size_t end);

#endif
