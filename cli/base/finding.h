#ifndef BASE_FINDING_H
#define BASE_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/*
 * One lint hit, whoever found it: the metadata lints, the inspection of a
 * package, the semver lints, the build.  All strings belong to the list's
 * arena and are sanitised only when they are printed.
 */
enum finding_level {
	FINDING_ALLOW,
	FINDING_WARN,
	FINDING_DENY
};

struct finding {
	const char *id; /* lower case with hyphens; semver lints use '_' */
	enum finding_level level;
	const char *file; /* in the crate, or NULL */
	uint32_t line;	  /* 0: no line */
	uint32_t column;
	const char *was_file; /* where it stood before it changed, or NULL */
	uint32_t was_line;
	const char *subject; /* what it is about: a key, a path, an item */
	const char *why;     /* one sentence, no full stop */
	const char *mend;    /* what to do or type, or NULL */
	const char *allowed; /* the reason why it is let pass, or NULL */
};

struct findings {
	struct arena arena;
	struct finding *items;
	size_t count;
	size_t cap;
};

void findings_release(struct findings *f);
AUTO_RELEASE(struct findings, findings_release)

/* Append a copy, strings included.  0, or -1 without memory. */
int findings_add(struct findings *f, const struct finding *finding);

size_t findings_at_level(const struct findings *f, enum finding_level level);

const char *finding_level_name(enum finding_level level);
/* False if S is none of "allow", "warn", "deny". */
bool finding_level_parse(const char *s, enum finding_level *out);

#endif
