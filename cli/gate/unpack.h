#ifndef GATE_UNPACK_H
#define GATE_UNPACK_H

struct err;

/*
 * Unpack the .crate at PACKAGE below DIR; *OUT, to be free()d, is its one
 * folder.  Errors as archive_unpack(); ERR_UNSAFE if there is not one folder.
 */
int package_unpack(const char *package, const char *dir, char **out,
		   struct err *err);

#endif
