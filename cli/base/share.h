#ifndef BASE_SHARE_H
#define BASE_SHARE_H

#include <stddef.h>

struct err;

/*
 * What ships beside the binary, found relative to it so that the build tree
 * and an installation work alike:
 *
 *	CHECKOUT/build/VARIANT/bin/cohort -> CHECKOUT/NAME
 *	PREFIX/bin/cohort                 -> PREFIX/share/cohort/NAME
 *
 * NAME is "config/cohort.yaml", "templates/artifact_01", ...  *OUT is to be
 * free()d.  ERR_MISSING names the folder that was looked in.  Any thread.
 */
int share_path(const char *name, char **out, struct err *err);

/* The same for the programs under libexec/cohort/, or the variant's bin/. */
int share_program(const char *name, char **out, struct err *err);

#endif
