#ifndef COURSE_SUBMIT_INTERNAL_H
#define COURSE_SUBMIT_INTERNAL_H

#include "course/crate_dir.h"
#include "course/submit.h"
#include "io/remote.h"
#include "io/worktree.h"

/* Shared by submit.c, submit_ready.c and by nobody else. */
struct submit {
	struct crate_dir crate;
	struct oid head;
	char branch[WORKTREE_BRANCH_SIZE];
	char *address; /* of the repository, as remote_open() takes it */
	struct remotes *remotes;
	struct remote *remote;
	struct remote_refs refs; /* what the repository has */
	struct oid tag;		 /* the tag object, once there is one */
	struct oid previous;	 /* of the submission before; or zero */
	bool has_tag;		 /* here */
	bool has_ref;		 /* here, whatever it names */
	bool is_out;		 /* the same tag is there already */
	int lock;		 /* descriptor, -1: none */
	struct submission_made *out;
	struct err *err;
};

/*
 * All that must hold here before anything is tagged, and then all that must
 * hold there.  ERR_REFUSED with the command that mends it.
 */
int submit_check_here(struct submit *s, const char *dir);
int submit_check_there(struct submit *s);

/* The conversation with the repository, begun anew: gates take their time. */
int submit_connect(struct submit *s);

/*
 * The receipt of the tag object s->tag, which is here; ERR_REFUSED if it is
 * not one of this crate that we would have made.  *OUT is to be freed.
 */
int submit_receipt(struct submit *s, struct receipt **out);

#endif
