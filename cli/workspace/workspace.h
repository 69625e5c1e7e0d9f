#ifndef WORKSPACE_WORKSPACE_H
#define WORKSPACE_WORKSPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/json.h"
#include "io/git.h"
#include "model/cohort.h"
#include "model/record.h"
#include "model/roster.h"

struct curriculum;
struct err;
struct policy;

/*
 * The store: a git repository whose HEAD is the truth.
 *
 * People edit config/ *.yaml; the program writes artifacts/<artifact>/
 * <handle>.json and, through a change, config too.  Every command that changes
 * anything makes exactly one commit, in the order objects, intent, ref,
 * checkout: killed at any point, the next one to open the workspace finds the
 * state before or the state after and rolls the checkout forward.
 *
 * Below the root, git-ignored:
 *	var/collected/<handle>.git   what was fetched from a student
 *	var/packages/<sha256>.crate  packed crates by content
 *	var/registry/                the disk registry, unless configured
 *	var/cache/		     whatever can be made again
 *	config/contacts.yaml, config/tokens.yaml   mode 0600
 * and inside git's own directory, .git/cohort/: lock, intent, effects,
 * snapshot.
 *
 * One thread opens and changes a workspace; the state it hands out is
 * immutable and may be read from any thread until the next commit.
 */
struct workspace;

enum workspace_flags {
	/*
	 * Take the lock (ERR_LOCKED names the holder), settle what a killed
	 * command left, validate hand edits in config/ and commit them.
	 */
	WORKSPACE_WRITE = 1,
	/*
	 * For what only needs commits (log, undo): config/ is not read, so
	 * that it works when somebody committed a broken one.  No cohort, no
	 * roster, no summaries.
	 */
	WORKSPACE_BARE = 2
};

/* DIR NULL: the current directory or the nearest workspace above it. */
int workspace_open(const char *dir, unsigned flags, struct workspace **out,
		   struct err *err);
void workspace_free(struct workspace *ws);
AUTO_DEFINE(struct workspace *, workspace_free)

const char *workspace_root(const struct workspace *ws); /* absolute */
/* NULL only when it can be opened no more (no memory, .git taken away). */
struct repo *workspace_repo(struct workspace *ws);
/* The commit that all reading is from. */
struct oid workspace_head(const struct workspace *ws);

/* ROOT/NAME, to be free()d; NULL without memory. */
char *workspace_path(const struct workspace *ws, const char *name);

/*
 * What people should hear about though it stopped nothing, one sentence each
 * (a file edited by hand that cohort had to write, git's index in use).  Grows
 * until the workspace is freed; commands print it on standard error.
 */
size_t workspace_notes(const struct workspace *ws, const char *const **out);

/* ---- reading: from the snapshot, or from HEAD and config/ and then kept */

/* What status and lists need of one seat and artifact, at any scale. */
struct seat_summary {
	uint32_t submissions; /* 0: nothing yet */
	const char *version;  /* of the current submission, or "" */
	char commit[OID_HEX_SIZE];
	int64_t first_seen_at;
	int64_t late_s;
	bool moved; /* record_is_moved() */
	bool packed;
	bool checked; /* the check is of the current submission */
	enum verdict verdict;
	bool published; /* the current version, in any registry */
	bool validated; /* the current submission, and something was said */
	bool conforms;	/* ... and it kept all that counts */
};

const struct cohort *workspace_cohort(struct workspace *ws);
const struct roster *workspace_roster(struct workspace *ws);

/* INDEX is the seat's place in the roster. */
const struct seat_summary *workspace_summary(struct workspace *ws, size_t index,
					     enum artifact a);

/* Read when first asked for; NULL with ERR set if they are wrong. */
const struct curriculum *workspace_curriculum(struct workspace *ws,
					      struct err *err);
const struct policy *workspace_policy(struct workspace *ws, struct err *err);

/* The full record from HEAD; an empty one if there is no file yet. */
int workspace_record(struct workspace *ws, enum artifact a, const char *handle,
		     struct record **out, struct err *err);

/* ---- changing: one commit */

struct change;

int change_new(struct workspace *ws, struct change **out, struct err *err);
void change_free(struct change *c); /* nothing happened */
AUTO_DEFINE(struct change *, change_free)

/* PATH is below the root and not private.  Bytes are copied. */
int change_put(struct change *c, const char *path, const void *bytes,
	       size_t len, struct err *err);
/* The same for a file that may be a program. */
int change_put_mode(struct change *c, const char *path, const void *bytes,
		    size_t len, bool executable, struct err *err);
int change_put_record(struct change *c, const struct record *r,
		      struct err *err);

/*
 * One private file (contacts or tokens; PATH is not copied) that is put in
 * place when the change is: never committed, and never there without the
 * commit or the commit without it.  What else is in the change is checked
 * against its values.
 */
int change_put_private(struct change *c, const char *path, const void *bytes,
		       size_t len, struct err *err);
int change_remove(struct change *c, const char *path, struct err *err);

/* True: committing it commits nothing, and brings a private file at most. */
bool change_is_empty(const struct change *c);

/*
 * Validate the config files in it, commit, check out.  The first line of
 * MESSAGE reads like the instructor's log ("collect artifact_01: 30 new").
 * The workspace's state is the new one after.  ERR_UNSAFE if a file would make
 * a value of contacts.yaml or tokens.yaml public; ERR_LOCKED if a person has
 * committed meanwhile; nothing has happened then.  A failure whose message
 * begins with "committed" came after: the next command finishes the checkout.
 */
int change_commit(struct change *c, const char *message, struct err *err);

/* ---- effects outside the commit */

/*
 * Append one line of JSON to .git/cohort/effects, fsynced: before something
 * that cannot be rolled back, and after it with how it ended.  The change that
 * is committed next must carry the outcome into a record; then the lines go.
 */
int workspace_effect(struct workspace *ws, const json_t *line, struct err *err);
typedef int workspace_effect_visit(void *ctx, const struct node *line,
				   struct err *err);
int workspace_effects(struct workspace *ws, workspace_effect_visit *visit,
		      void *ctx, struct err *err);
int workspace_effects_clear(struct workspace *ws, struct err *err);

#endif
