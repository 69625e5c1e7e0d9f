#ifndef WORKSPACE_STATE_H
#define WORKSPACE_STATE_H

#include "base/arena.h"
#include "io/file.h"
#include "workspace/snapshot.h"

struct config_values;
struct err;
struct workspace;

/*
 * The cohort, the roster and the summaries of one HEAD, as readers see them.
 * Index and order of STATES are the roster's.
 */
struct state {
	struct cohort *cohort;
	struct roster *roster;
	struct seat_state *states;
	struct arena strings; /* of the summaries */
	struct file_map map;  /* of a roster that came from a snapshot */
};

/* From the snapshot, or made anew and kept in one.  Fills ws->config. */
int state_load(struct workspace *ws, struct state **out, struct err *err);
void state_free(struct state *s);
AUTO_DEFINE(struct state *, state_free)

/* One file of a change. */
struct state_item {
	const char *path; /* from the root */
	const char *bytes;
	size_t len;
	struct oid oid; /* zero: it goes */
};

/*
 * What a change makes of a state, prepared before the commit, so that nothing
 * can fail after it.  Takes the cohort and roster of VALUES where the change
 * brings them.  A record that cannot be read is ERR_FORMAT with its place.
 */
struct state_update;
int state_update_new(struct workspace *ws, const struct state_item *items,
		     size_t count, struct config_values *values,
		     struct state_update **out, struct err *err);
void state_update_apply(struct state *s, struct state_update *u);
void state_update_free(struct state_update *u);
AUTO_DEFINE(struct state_update *, state_update_free)

/* "artifacts/artifact_01/ada.json" and back; false if it is no such path. */
bool record_path_parse(const char *path, enum artifact *a,
		       char handle[HANDLE_MAX + 1]);
void record_path(enum artifact a, const char *handle, struct strbuf *out);

/* Parse the bytes of a record, called PATH in messages. */
int record_parse(const char *path, const char *bytes, size_t len,
		 struct record **out, struct err *err);

enum {
	RECORD_SIZE_MAX = 16 << 20
};

#endif
