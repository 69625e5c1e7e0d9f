#ifndef WORKSPACE_SUMMARY_H
#define WORKSPACE_SUMMARY_H

#include "workspace/state.h"

/* Summaries of another HEAD; what comes from the same blob is reused. */
struct summary_known {
	const struct roster *roster;
	const struct seat_state *states;
};

/*
 * Fill STATES, in ROSTER's order, from the records in COMMIT; KNOWN may be
 * NULL.  Versions are kept in STRINGS.
 */
int summaries_read(struct workspace *ws, const struct oid *commit,
		   const struct roster *roster,
		   const struct summary_known *known, struct seat_state *states,
		   struct arena *strings, struct err *err);

/* One summary from its record. */
int summary_make(const struct record *r, struct arena *strings,
		 struct seat_summary *out, struct err *err);

#endif
