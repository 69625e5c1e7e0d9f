#ifndef COURSE_COLLECT_H
#define COURSE_COLLECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "model/artifact.h"
#include "model/record.h"
#include "model/roster.h"

struct progress;
struct workspace;

/*
 * Ask every student's repository for its tags, fetch what moved, write down
 * what was seen.  One repository that is dead, slow, huge or hostile costs its
 * own seat and nobody else's.
 */

/* What became of one seat and artifact; each is exactly one of these. */
enum collect_result {
	COLLECT_FAILED,
	COLLECT_MOVED,	   /* a tag names another commit; the first is kept */
	COLLECT_GONE,	   /* a tag was deleted; what it named is kept */
	COLLECT_COLLECTED, /* something new */
	COLLECT_UNCHANGED, /* there, and as it was */
	COLLECT_MISSING,   /* no tag yet */
	COLLECT_RESULTS
};

enum collect_kind {
	EVENT_NEW,
	EVENT_MOVED,
	EVENT_GONE,
	EVENT_BACK, /* a tag that was gone or moved is as it was again */
	EVENT_ODD   /* a tag that is none of ours; `why` */
};

/* One thing that was seen.  In a dry run what would be written down. */
struct collect_event {
	enum collect_kind kind;
	char tag[ARTIFACT_TAG_SIZE];
	uint32_t n; /* of the submission; 0 in a dry run */
	char tag_object[OID_HEX_SIZE];
	char commit[OID_HEX_SIZE];
	char kept[OID_HEX_SIZE]; /* MOVED: the commit of the first */
	int64_t claimed_at;
	int64_t not_seen_at;
	int64_t first_seen_at;
	int64_t late_s;
	char why[160];
};

struct collect_item {
	const struct seat *seat;
	enum artifact artifact;
	const char *url;
	enum collect_result result;
	struct collect_event *events;
	size_t event_count;
	size_t event_cap;
	char note[512];	       /* what is odd about the newest crate, or "" */
	bool local;	       /* FAILED here: the URL, our record */
	struct err err;	       /* FAILED */
	struct record *record; /* as it will be; NULL if nothing changed */
	int64_t looked_at;     /* it answered then, or RECORD_NEVER */
};

struct collect {
	struct collect_item *items; /* in the roster's order, then artifact */
	size_t count;
	size_t of[COLLECT_RESULTS];
	size_t late;	     /* submissions that came late in this run */
	size_t without_repo; /* seats that have none, and were not asked */
	uint64_t received;   /* bytes of packs */
	unsigned connections;
	int64_t ms;
	bool committed;
};

enum {
	COLLECT_SUBMISSIONS_MAX = 1000 /* of one seat and artifact */
};

struct collect_options {
	bool artifact[ARTIFACT_COUNT];
	const char *const *handles; /* "ada" or "@ada"; none: every seat */
	size_t handle_count;
	uint32_t jobs; /* 0: as cohort.yaml says; else also for each host */
	bool dry_run;  /* look, and neither fetch nor write */
	const struct progress *progress;
};

/*
 * WS is open for writing, or for reading in a dry run.  0 when every seat was
 * looked at, whatever became of it; an error when nothing could be written.
 * Killed anywhere, the next run goes on where it stopped.
 */
int collect_run(struct workspace *ws, const struct collect_options *options,
		struct collect *out, struct err *err);
void collect_release(struct collect *c);
AUTO_RELEASE(struct collect, collect_release)

/* "failed", "moved", "deleted", ... */
const char *collect_result_name(enum collect_result r);
const char *collect_kind_name(enum collect_kind k);

#endif
