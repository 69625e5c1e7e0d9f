#ifndef COURSE_COLLECT_SHEET_H
#define COURSE_COLLECT_SHEET_H

#include "course/collect_look.h"
#include "io/git_box.h"

/* Shared by collect_look.c and collect_sheet.c, and by nobody else. */

/* One tag of one artifact that the repository shows. */
struct shown {
	const char *tag; /* "artifact_01/v0.1.0", in the refs */
	const char *version;
	struct oid oid;	   /* of the tag object, or the commit */
	struct oid commit; /* what it names, if the server said so */
	int64_t claimed_at;
};

/*
 * The tags of one artifact, and where they go.  What fails here is the item's
 * own: its err is where all of these report.
 */
struct sheet {
	struct collect_look *look;
	struct collect_item *item; /* NULL: not asked for */
	struct record *record;
	struct repo *box;      /* NULL: there is none yet */
	struct box_refs *refs; /* the box's */
	struct shown *tags;
	size_t count;
	size_t cap;
	bool changed; /* the record is */
	struct err *err;
};

void sheet_release(struct sheet *s);

/* Take REF if it is a submission of this artifact. */
int sheet_show(struct sheet *s, const struct remote_ref *ref);

/* Does TAG need to be fetched? */
bool sheet_wants(const struct sheet *s, const struct shown *tag);

/*
 * Everything that is wanted is in the box: write it down, in the record and in
 * the box's refs, which are the caller's to write to the disk.
 */
int sheet_apply(struct sheet *s);

#endif
