#ifndef COURSE_PUBLISH_PLAN_H
#define COURSE_PUBLISH_PLAN_H

#include "course/publish.h"
#include "model/record.h"

struct err;

/*
 * What may be published, and in which order: each seat's record is read, its
 * current submission judged, its package opened.
 */
struct plan_crate {
	struct publish_item *item; /* of the result */
	struct record *record;	   /* owned */
	const struct submission *sub;
	const char *path;	/* of the packed crate */
	const char *index_line; /* NULL: not to be published */
	const char **needs;	/* names of crates it depends on */
	size_t need_count;
	bool is_new; /* to be published, not there already */
	bool placed; /* in the order */
};

struct plan {
	struct plan_crate *crates; /* by seat, as result->items */
	size_t count;
	struct plan_crate **order; /* those with an index line */
	size_t order_count;
};

int plan_make(struct workspace *ws, const struct publish_options *options,
	      struct published *result, struct plan *out, struct err *err);
void plan_release(struct plan *p);
AUTO_RELEASE(struct plan, plan_release)

/* Set ITEM's state and why; TYPE may be NULL. */
int plan_say(struct published *result, struct publish_item *item,
	     enum publish_state state, const char *type, struct err *err,
	     const char *fmt, ...) ATTR_PRINTF(6, 7);

#endif
