#ifndef COURSE_SUBMIT_H
#define COURSE_SUBMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "course/check.h"
#include "model/receipt.h"

struct err;
struct progress;

/*
 * A student submits: the commit that is checked out and pushed gets the
 * annotated tag artifact_01/v0.1.0, which is pushed too.  The branch is never
 * pushed for the student, nothing is ever forced, and lateness never refuses.
 * Killed anywhere, the same command again finishes; the same commit again
 * gives the same receipt.
 */
enum submit_flags {
	SUBMIT_ANYWAY = 1, /* although the gates do not pass */
	SUBMIT_DRY_RUN = 2 /* everything but the tag */
};

struct submission_made {
	struct receipt *receipt; /* NULL after a dry run */
	char *receipt_path;	 /* where it was written */
	char *url;		 /* of the repository, without any login */
	char tag[ARTIFACT_TAG_SIZE];
	char commit[41];
	bool again;    /* this commit was submitted before: no gate was run */
	bool has_due;  /* the invitation had a date */
	int64_t due;   /* instant */
	char zone[64]; /* of the due date */
	struct check_result check; /* one item, or none if no gate was run */
	char unchecked[512];	   /* why not, or "" */
};

/*
 * DIR: where to begin to look, upwards, for a .cohort.yaml.  What the gates
 * said is in OUT->check also when ERR_REFUSED says that they do not pass; no
 * toolchain on this machine is no refusal.
 *   ERR_REFUSED	the tree, the version or the gates; the hint mends it
 *   ERR_NET		the repository cannot be reached; again is safe
 *   ERR_LOCKED		another one is at work in this repository
 */
int submit_crate(const char *dir, unsigned flags, const struct progress *p,
		 struct submission_made *out, struct err *err);
void submission_made_release(struct submission_made *s);
AUTO_RELEASE(struct submission_made, submission_made_release)

#endif
