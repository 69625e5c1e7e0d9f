#ifndef COURSE_EXPLAIN_TABLES_H
#define COURSE_EXPLAIN_TABLES_H

#include <stddef.h>

struct arena;
struct err;
struct explained;
struct explained_list;

/* The tables of crate/, each in the shape of explain.h; for explain.c. */
size_t explain_metadata_count(void);
void explain_metadata(size_t n, struct explained *out);

size_t explain_semver_count(void);
int explain_semver(size_t n, struct arena *arena, struct explained *out,
		   struct err *err);

/* Those of all artifacts that have a suite, at the end of a list with room. */
enum {
	EXPLAIN_STATEMENTS_MAX = 3 * 512
};
int explain_statements(struct explained_list *l, struct err *err);

#endif
