#ifndef COURSE_DOCTOR_H
#define COURSE_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct err;

/* What this machine has, and what each missing thing costs. */
enum doctor_state {
	DOCTOR_OK,
	DOCTOR_OLD,    /* there, but too old for something */
	DOCTOR_BROKEN, /* there, but it does not run */
	DOCTOR_MISSING
};

struct doctor_item {
	const char *kind; /* "library", "tool", "data", "sandbox" */
	const char *name;
	enum doctor_state state;
	char version[96]; /* "" if missing or broken */
	char remark[160]; /* where it is, or what is wrong with it */
	const char *cost; /* what does not work without it */
	const char *mend; /* what to type */
	bool required;	  /* nothing much works without it */
};

enum {
	DOCTOR_ITEMS_MAX = 32
};

struct doctor {
	struct doctor_item items[DOCTOR_ITEMS_MAX];
	size_t count;
};

/* Looks at the machine and runs each tool with --version; changes nothing. */
int doctor_look(struct doctor *out, struct err *err);

#endif
