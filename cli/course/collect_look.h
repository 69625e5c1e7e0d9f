#ifndef COURSE_COLLECT_LOOK_H
#define COURSE_COLLECT_LOOK_H

#include "course/collect.h"
#include "io/remote.h"

/*
 * One look at one repository: its tags against the records, then what is new
 * into the seat's box.  Any thread; its items are nobody else's meanwhile.
 *
 * A box is a bare repository of ours for each student.  refs/tags/ is what
 * theirs has of submissions now; refs/cohort/<artifact>/<n> is what submission
 * n was when it was first seen, and is never changed.
 */
struct collect_look {
	struct remotes *remotes;
	const struct remote_limits *limits;
	const char *box; /* path of the box */
	const char *url;
	bool dry_run;
	struct collect_item *items[ARTIFACT_COUNT]; /* NULL: not asked for */
	struct record *records[ARTIFACT_COUNT];	    /* as they are; changed */
	int64_t due[ARTIFACT_COUNT];		    /* the last instant */
	int64_t not_seen_at[ARTIFACT_COUNT];	    /* or RECORD_NEVER */
	uint64_t received;
};

/*
 * Fills result, events, note and looked_at of each item.  An error is that of
 * all of them.
 */
int collect_look(struct collect_look *l, struct err *err);

#endif
