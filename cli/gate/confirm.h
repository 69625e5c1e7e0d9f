#ifndef GATE_CONFIRM_H
#define GATE_CONFIRM_H

#include <stddef.h>

struct err;
struct findings;
struct gate_env;
struct semver_witnesses;

/* One unpacked version: what the witnesses are compiled against. */
struct confirm_side {
	const char *dir;
	const char *features;  /* "a,b"; never NULL */
	const char *folder;    /* of the workspace in DIR; NULL: DIR itself */
	const char *package;   /* of several; NULL: the only one */
	const char *rustflags; /* as it was documented with; NULL or "" */
};

struct confirm_job {
	const struct gate_env *env;
	const char *work; /* the witnesses are written below it */
	struct confirm_side before;
	struct confirm_side after;
	size_t asked; /* out: findings with a witness */
	size_t confirmed;
};

/*
 * For compare(), with a struct confirm_job: compile the witnesses against both
 * versions, in the sandbox, and raise to `deny` the findings whose witness
 * passes before and fails after.  What cannot be built confirms nothing.
 * At most CONFIRM_MAX are tried, the first ones.
 */
enum {
	CONFIRM_MAX = 64
};

int confirm_types(void *job, struct findings *raw,
		  const struct semver_witnesses *witnesses, struct err *err);

#endif
