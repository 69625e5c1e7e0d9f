#ifndef COURSE_INIT_H
#define COURSE_INIT_H

#include <stdint.h>

struct err;

/* What differs from the shipped configuration; NULL and 0: nothing. */
struct init_options {
	const char *id;	  /* "2027-winter"; from the first day if not given */
	const char *name; /* for people; likewise */
	const char *first_day; /* "2027-01-12" */
	const char *zone;
	uint32_t seats;
};

/*
 * Make the workspace DIR.  *ROOT, to be free()d, is its absolute path.
 * ERR_USAGE if an option is no such thing; the rest as workspace_create().
 */
int init_workspace(const char *dir, const struct init_options *options,
		   char **root, struct err *err);

#endif
