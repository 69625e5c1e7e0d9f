#ifndef MODEL_RECORD_H
#define MODEL_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/json.h"
#include "model/artifact.h"

struct err;
struct node;

enum {
	OID_HEX_SIZE = 41,
	SHA256_HEX_SIZE = 65,
	RECORD_SCHEMA = 1
};

/* No instant: nothing was seen, claimed or done. */
#define RECORD_NEVER INT64_MIN

/* What gates say. */
enum verdict {
	VERDICT_PASS,
	VERDICT_FAIL,
	VERDICT_SKIPPED,
	VERDICT_ERROR
};

/*
 * What was seen of a student's tag, once.  Append only: a tag that is moved
 * adds another submission and never changes an earlier one.  The commit is
 * kept in the student's collected repository as refs/cohort/<artifact>/<n>.
 */
struct submission {
	uint32_t n;	 /* 1, 2, ... in this record */
	const char *tag; /* "artifact_01/v0.1.0" */
	const char *version;
	char tag_object[OID_HEX_SIZE]; /* annotated tag, or the commit */
	char commit[OID_HEX_SIZE];
	int64_t claimed_at;    /* the tagger's (else committer's) clock */
	int64_t not_seen_at;   /* last look that did not find it, or NEVER */
	int64_t first_seen_at; /* first look that did */
	/*
	 * Seconds past due at the earliest moment that the two bounds and the
	 * student's own clock allow together; 0: in time.
	 */
	int64_t late_s;
	uint32_t moved_from;  /* n of the submission whose tag this took; 0 */
	int64_t gone_at;      /* the tag was deleted or moved away, or NEVER */
	bool checked;	      /* the gates have been run on it */
	enum verdict verdict; /* and that is what they last said */
	char package_sha256[SHA256_HEX_SIZE]; /* "" until packed */
	uint64_t package_size;
};

/* What one gate last said of a submission, in short. */
struct gate_result {
	const char *gate; /* "metadata", "build", "semver", ... */
	enum verdict verdict;
	const char *reason; /* for skipped and error; the first finding's id */
	const char *tool;   /* name and version */
	uint32_t deny;	    /* findings at that level */
	uint32_t warn;
};

struct check {
	uint32_t n; /* submission; 0: never checked */
	int64_t at;
	enum verdict verdict;
	struct gate_result *gates;
	size_t gate_count;
};

/* What the suite of the artifact last said of a submission, in short. */
struct conformance {
	uint32_t n; /* submission; 0: never validated */
	int64_t at;
	enum verdict verdict;
	uint32_t points;
	uint32_t of_points;
	const char *reason; /* what fails: "E4 E13", or why nothing was said */
};

struct publication {
	const char *registry;
	const char *crate;
	const char *version;
	char sha256[SHA256_HEX_SIZE];
	char commit[OID_HEX_SIZE];
	int64_t at;
};

/*
 * artifacts/<artifact>/<handle>.json: all that the program knows of one seat
 * and artifact.  Strings live in its arena.
 */
struct record {
	struct arena arena;
	enum artifact artifact;
	const char *handle;
	struct submission *submissions; /* oldest first */
	size_t submission_count;
	struct check check;
	struct conformance conformance;
	struct publication *publications; /* oldest first */
	size_t publication_count;
};

/* An empty one. */
int record_new(enum artifact a, const char *handle, struct record **out,
	       struct err *err);
int record_read(const struct node *root, struct record **out, struct err *err);
void record_free(struct record *r);
AUTO_DEFINE(struct record *, record_free)

/* The file's content; the same bytes for the same record. */
int record_write(const struct record *r, struct strbuf *out, struct err *err);

/* Append copies.  The arrays may move. */
int record_add_submission(struct record *r, const struct submission *s,
			  struct err *err);
int record_add_publication(struct record *r, const struct publication *p,
			   struct err *err);
/* Replace the check; the gates are copied. */
int record_set_check(struct record *r, const struct check *c, struct err *err);

/* Replaces what was said before.  Strings are copied. */
int record_set_conformance(struct record *r, const struct conformance *c,
			   struct err *err);

/*
 * The submission that counts: the highest version among those whose tag was
 * not taken from an earlier one (moved_from == 0), the newest of equals.
 * NULL if nothing was submitted.
 */
const struct submission *record_current(const struct record *r);

/*
 * What the version of OF is compared with: the highest below it whose tag was
 * its own and that did not fail its check.  A break is not forgiven by
 * submitting it twice.  NULL: it is the first.
 */
const struct submission *record_baseline(const struct record *r,
					 const struct submission *of);

/*
 * True when the tag of the current submission has been moved or deleted since:
 * the earlier commit is kept, and a new version is wanted.
 */
bool record_is_moved(const struct record *r);

/* The publication of VERSION in REGISTRY, or NULL. */
const struct publication *record_publication(const struct record *r,
					     const char *registry,
					     const char *version);

const char *verdict_name(enum verdict v);
bool verdict_parse(const char *s, enum verdict *out);

#endif
