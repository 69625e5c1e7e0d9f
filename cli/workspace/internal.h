#ifndef WORKSPACE_INTERNAL_H
#define WORKSPACE_INTERNAL_H

/* Shared by the files of workspace/ and by nobody else. */
#include <stdlib.h>

#include "io/git_commit.h"
#include "workspace/config.h"
#include "workspace/snapshot.h"
#include "workspace/state.h"
#include "workspace/workspace.h"

struct workspace {
	char *root;    /* absolute, no '/' at the end */
	char *git_dir; /* absolute, with one */
	char *own_dir; /* git_dir/cohort */
	unsigned flags;
	int lock;	   /* descriptor, or -1 */
	struct repo *repo; /* NULL until somebody needs more than HEAD */
	struct oid head;
	char branch[256]; /* "refs/heads/main"; "" when HEAD is detached */
	struct config config;
	struct state *state; /* NULL with WORKSPACE_BARE */
	struct curriculum *curriculum;
	struct policy *policy;
	struct notes {
		char **items;
		size_t count;
		size_t cap;
	} notes;
};

/* ---- root.c: where it is, and what HEAD says without starting libgit2 */

/* Fills root, git_dir and own_dir. */
int root_find(struct workspace *ws, const char *dir, struct err *err);

/* The nearest workspace at FROM, an absolute path, or above it. */
int root_search(const char *from, char **out, struct err *err);

/* Fills head and branch. */
int head_read(struct workspace *ws, struct err *err);

/* Opens the repository if it is not open yet. */
int workspace_need_repo(struct workspace *ws, struct err *err);

/* Remember something people should hear; never fails, drops it instead. */
void workspace_note(struct workspace *ws, const char *fmt, ...)
	ATTR_PRINTF(2, 3);

/* ---- lock.c */

enum lock_wait {
	LOCK_NOW,
	LOCK_A_MOMENT
};

/*
 * Take the lock: ws->lock.  ERR_LOCKED names who has it.  *KILLED says that
 * the last holder did not live to give it back.
 */
int lock_take(struct workspace *ws, enum lock_wait wait, bool *killed,
	      struct err *err);
void lock_release(struct workspace *ws);

/* ---- intent.c: which commit a checkout was to bring */

struct intent {
	struct oid before; /* zero: there was no commit */
	struct oid after;
};

/* On the disk when it returns, and with it all objects of REPO. */
int intent_write(struct repo *repo, const char *own_dir,
		 const struct intent *intent, struct err *err);
/*
 * 1: there is one; 0: there is none.  ERR_IO or ERR_FORMAT: one that cannot be
 * read; without it what a person edited cannot be told from what a killed
 * checkout left, so nothing is guessed.
 */
int intent_read(const struct workspace *ws, struct intent *out,
		struct err *err);
bool intent_exists(const struct workspace *ws);
void intent_clear(const struct workspace *ws);

/* ---- checkout.c: the working folder and git's index follow HEAD */

struct checkout_item {
	char *path;
	struct oid before; /* zero: it was not there */
	struct oid after;  /* zero: it goes */
	bool executable;
	const char *bytes; /* of AFTER; NULL: read them */
	size_t len;
};

/*
 * Bring COUNT paths, sorted, from what they were before to what HEAD has.  A
 * file that somebody edited meanwhile is set aside with a note, never lost.
 */
int checkout_paths(struct workspace *ws, const struct checkout_item *items,
		   size_t count, struct err *err);

/* The same for everything that differs between the commits of INTENT. */
int checkout_intent(struct workspace *ws, const struct intent *intent,
		    struct err *err);

/* ---- settle.c: after somebody was killed */

/* With the lock held and ws->head known. */
int settle(struct workspace *ws, bool killed, struct err *err);

/* ---- private.c: what must not get into history */

bool private_path(const char *path);

/* One of them as a change brings it; BYTES NULL: none. */
struct private_file {
	const char *path; /* below the root */
	const char *bytes;
	size_t len;
};

/* ERR_UNSAFE if contacts or tokens can be read by others. */
int private_check_modes(const struct workspace *ws, struct err *err);

/*
 * The values of contacts and tokens; empty where there are none.  COMING, if
 * not NULL, is read in place of what is on the disk.
 */
struct private_values;
int private_values_read(const struct workspace *ws, const struct roster *roster,
			const struct private_file *coming,
			struct private_values **out, struct err *err);
void private_values_free(struct private_values *v);
AUTO_DEFINE(struct private_values *, private_values_free)

/* ERR_UNSAFE, naming PATH and whose value it is, if BYTES hold one. */
int private_check(const struct private_values *v, const char *path,
		  const char *bytes, size_t len, struct err *err);

/* ---- private_file.c: one that comes with a commit */

/* On the disk, where the next command finds it if COMMIT became HEAD. */
int private_stage(const struct workspace *ws, const struct private_file *f,
		  const struct oid *commit, struct err *err);
void private_unstage(const struct workspace *ws, const struct private_file *f,
		     const struct oid *commit);

/* In place, mode 0600.  COMMIT NULL: it was not staged. */
int private_bring(const struct workspace *ws, const struct private_file *f,
		  const struct oid *commit, struct err *err);

/* What a killed command staged comes if its commit is HEAD, else it goes. */
int private_settle(struct workspace *ws, struct err *err);

/* ---- create.c */

/* What a killed workspace_create() left in ROOT goes. */
void create_sweep(const char *root);

/* ---- change.c */

/* The blob that HEAD has at PATH; zero where it has none. */
int head_blob(struct workspace *ws, const char *path, struct oid *out,
	      struct err *err);

/* Hand edits in config/, validated, as a commit of their own. */
int commit_hand_edits(struct workspace *ws, struct err *err);

#endif
