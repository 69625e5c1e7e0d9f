#ifndef COURSE_ROSTER_H
#define COURSE_ROSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/strbuf.h"
#include "workspace/workspace.h"

struct err;

/*
 * The verbs of the roster.  Each changes config/roster.yaml in place, comments
 * and order kept, and ends in one commit, or in none if nothing changed.  What
 * is private goes to config/contacts.yaml, which is never committed.
 */

/* A student as given: NULL for what was not, "" to clear it. */
struct roster_entry {
	const char *handle;
	const char *name;
	const char *mode;
	const char *zone;
	const char *repo;
	const char *suffix;
	const char *seat; /* a number; the lowest free one if NULL */
	const char *email;
	const char *legal_name;
	const char *file; /* where it was given, for messages; or NULL */
	uint32_t line;
};

enum roster_kind {
	ROSTER_ADDED,
	ROSTER_CHANGED,
	ROSTER_UNCHANGED
};

/* What a verb did, or would do, to one student. */
struct roster_change {
	enum roster_kind kind;
	const char *handle;
	uint32_t seat;
	const char *what; /* "zone: UTC -> Asia/Kolkata; ..." */
};

struct roster_diff {
	struct arena arena;
	struct roster_change *items; /* in the arena */
	size_t count;
	size_t added;
	size_t changed;
};

void roster_diff_release(struct roster_diff *d);
AUTO_RELEASE(struct roster_diff, roster_diff_release)

enum roster_flags {
	ROSTER_DRY_RUN = 1, /* say what would be done */
	ROSTER_MAY_ADD = 2,
	ROSTER_MAY_CHANGE = 4
};

/*
 * Add or change COUNT students, all or none.  A student who is there already
 * is ERR_EXISTS without ROSTER_MAY_CHANGE; one who is not is ERR_NOT_FOUND
 * without ROSTER_MAY_ADD.  A seat too many is ERR_LIMIT.  MESSAGE NULL: made
 * from what was done.
 */
int roster_apply(struct workspace *ws, const struct roster_entry *entries,
		 size_t count, unsigned flags, const char *message,
		 struct roster_diff *out, struct err *err);

/*
 * A CSV file with a header row of: handle, name, mode, zone, repo, suffix,
 * seat, email, legal_name.  Only handle is required; a column that is left out
 * changes nothing.
 */
int roster_import(struct workspace *ws, const char *path, unsigned flags,
		  struct roster_diff *out, struct err *err);

/* The same columns, without the private ones; what import reads back. */
int roster_export(struct workspace *ws, struct strbuf *out, struct err *err);

/* The seat becomes free; what was collected stays. */
int roster_withdraw(struct workspace *ws, const char *handle, struct err *err);

/*
 * Write the invitation of HANDLE to DIR/HANDLE.yaml, and mark the student as
 * invited.  *PATH is to be free()d.
 */
int roster_invite(struct workspace *ws, const char *const *handles,
		  size_t count, const char *dir, struct err *err);

#endif
