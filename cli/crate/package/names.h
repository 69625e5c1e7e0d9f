#ifndef CRATE_PACKAGE_NAMES_H
#define CRATE_PACKAGE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What a path in a package or tree says by its name alone.  Paths here are
 * relative and use '/'.
 */

/* A component that Windows cannot have: "aux.rs", "con", "a.". */
bool path_breaks_windows(const char *path);

/* A file that usually holds a secret: ".env", "id_ed25519", ".netrc", ... */
bool path_is_secret(const char *path);

/* Below target/, as cargo leaves it. */
bool path_is_build_output(const char *path);

/* A component that some disk takes for ".git". */
bool path_has_git(const char *path);

/* A character that cargo does not pack in a name. */
bool path_is_unpackable(const char *path);

/* strcmp() that ignores the case of ASCII letters. */
int path_compare_folded(const char *a, const char *b);

/*
 * PATH for people and for JSON, into OUT of SIZE bytes: UTF-8 without control
 * characters, cut if it must be.
 */
void path_printable(const char *path, size_t len, char *out, size_t size);

#endif
