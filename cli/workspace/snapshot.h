#ifndef WORKSPACE_SNAPSHOT_H
#define WORKSPACE_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "workspace/config.h"
#include "workspace/workspace.h"

struct err;

/*
 * Everything that status and lists need, in one file that is mapped instead of
 * parsed: the roster, and of each seat and artifact a summary and the blob it
 * was made from.  It is a cache of this machine and this binary, checked from
 * end to end before use; deleting it costs a second.  Pure: bytes in, values
 * out.
 */

/* A summary and where it came from. */
struct seat_state {
	struct seat_summary summary[ARTIFACT_COUNT];
	struct oid record[ARTIFACT_COUNT]; /* the blob; zero: no record */
};

/* What a snapshot was made of, and when. */
struct snapshot_key {
	uint64_t binary[4]; /* of the program that made it */
	int64_t made_ns;
	struct oid head;
	struct config_seen files[CONFIG_COUNT]; /* without their text */
};

/* One that was opened; points into the bytes. */
struct snapshot {
	struct snapshot_key key;
	size_t seat_count;
	const void *seats;
	const void *summaries;
	const char *strings;
	size_t strings_len;
};

int snapshot_write(const struct snapshot_key *key, const struct roster *roster,
		   const struct seat_state *states, struct strbuf *out,
		   struct err *err);

/* False: not a snapshot of ours, or damaged.  BYTES are aligned to 8. */
bool snapshot_open(const void *bytes, size_t len, struct snapshot *out);

/* A roster whose strings point into the snapshot's bytes. */
int snapshot_roster(const struct snapshot *s, struct roster **out,
		    struct err *err);

/* The state of the seat at INDEX; its version points into the bytes. */
void snapshot_state(const struct snapshot *s, size_t index,
		    struct seat_state *out);

/* A fast checksum, to find damage and changes, not malice. */
uint64_t snapshot_sum(const void *bytes, size_t len);

/* Make BYTES, changed in place, whole again: for tests and fuzzing. */
void snapshot_seal(void *bytes, size_t len);

#endif
