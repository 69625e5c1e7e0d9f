#ifndef MODEL_DOTCOHORT_H
#define MODEL_DOTCOHORT_H

#include "base/arena.h"
#include "base/attr.h"
#include "model/artifact.h"

struct civil;
struct err;
struct node;

/* What one of these files may say at most, in bytes. */
enum {
	DOTCOHORT_TEXT_MAX = 200,
	DOTCOHORT_URL_MAX = 1000
};

/*
 * A student's crate says what it is in `.cohort.yaml` beside its Cargo.toml:
 * whose it is, which artifact, and what it is called.  It comes from the
 * student, so nothing in it is trusted; the roster decides.
 */
struct dotcohort {
	struct arena arena;
	const char *cohort; /* the season's id, or "" */
	const char *handle;
	enum artifact artifact;
	const char *crate;
	const char *zone; /* IANA name, or "" */
	const char *due;  /* "2027-02-07 23:59 America/Los_Angeles", or "" */
};

/*
 * The due date, to its last second, and the zone that it is in, which points
 * into D.  False where there is none, or it is not written like the example.
 */
bool dotcohort_due(const struct dotcohort *d, struct civil *out,
		   const char **zone);

/* ERR_FORMAT with the place for anything that is not such a file. */
int dotcohort_read(const struct node *root, struct dotcohort **out,
		   struct err *err);
void dotcohort_free(struct dotcohort *d);
AUTO_DEFINE(struct dotcohort *, dotcohort_free)

/*
 * The invitation that `cohort roster invite` writes and `cohort new --invite`
 * reads: all that a student's crates are filled from.
 */
struct invite {
	struct arena arena;
	const char *cohort;
	const char *handle;
	const char *name;
	const char *zone;	/* the student's, or the cohort's */
	const char *repository; /* URL, or "" */
	struct {
		const char *crate; /* "kov-ada" */
		const char *due;   /* "2027-02-07 23:59 America/Los_Angeles" */
	} artifact[ARTIFACT_COUNT];
};

int invite_read(const struct node *root, struct invite **out, struct err *err);
void invite_free(struct invite *i);
AUTO_DEFINE(struct invite *, invite_free)

/* The file's text; the same bytes for the same invitation. */
struct strbuf;
int invite_write(const struct invite *i, struct strbuf *out, struct err *err);

#endif
