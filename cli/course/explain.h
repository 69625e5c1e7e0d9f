#ifndef COURSE_EXPLAIN_H
#define COURSE_EXPLAIN_H

#include <stddef.h>

#include "base/arena.h"

struct err;

/*
 * Everything that `cohort check` and `cohort validate` may name: the gates, the
 * lints on a crate's metadata and package, on its build and on its interface,
 * and the statements that artifacts are held against.
 */
struct explained {
	const char *id;
	const char *kind;  /* "gate", "metadata", ..., "artifact_01" */
	const char *level; /* as the lint has it; "" for a gate */
	const char *summary;
	const char *explanation; /* paragraphs of plain text */
	const char *source;	 /* whose rule it is, or "" */
};

struct explained_list {
	struct arena arena;
	struct explained *items; /* by kind, then as the tables have them */
	size_t count;
};
void explained_list_release(struct explained_list *l);
AUTO_RELEASE(struct explained_list, explained_list_release)

/* All of them. */
int explain_all(struct explained_list *out, struct err *err);

/* ERR_NOT_FOUND names the nearest as hint. */
const struct explained *explain_find(const struct explained_list *l,
				     const char *id, struct err *err);

#endif
