#ifndef COURSE_HISTORY_H
#define COURSE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/git.h"

struct err;
struct workspace;

/*
 * The commits of a workspace as the instructor's log.  Works on a workspace
 * that was opened with WORKSPACE_BARE.
 */
struct history_entry {
	char commit[OID_HEX];
	int64_t when;
	const char *author;
	const char *subject;  /* the first line */
	bool is_undone;	      /* a later commit has taken it back */
	bool is_undo;	      /* it takes one back itself */
	char undoes[OID_HEX]; /* which; "" if none */
};

typedef int history_visit(void *ctx, const struct history_entry *entry,
			  struct err *err);

struct history_query {
	const char *handle; /* only what concerns this student, or NULL */
	size_t limit;	    /* 0: all */
};

/* Newest first.  *MORE says that the limit has left some out. */
int history_each(struct workspace *ws, const struct history_query *query,
		 history_visit *visit, void *ctx, bool *more, struct err *err);

struct undo_result {
	char undone[OID_HEX];
	char commit[OID_HEX]; /* the new one */
	char *subject;	      /* of what was undone */
	size_t files;
};
void undo_result_release(struct undo_result *r);

/*
 * Take back the last commit that is not taken back yet, by a new one; again
 * takes back the one before.  ERR_REFUSED, naming it, for what cannot be: a
 * publication, a merge, the beginning.
 */
int undo_last(struct workspace *ws, struct undo_result *out, struct err *err);

#endif
