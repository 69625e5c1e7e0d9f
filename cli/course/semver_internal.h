#ifndef COURSE_SEMVER_INTERNAL_H
#define COURSE_SEMVER_INTERNAL_H

#include "course/gating.h"
#include "course/semver.h"
#include "gate/cargo_flags.h"
#include "gate/packages.h"
#include "io/digest.h"

struct confirm_job;

/* Shared by the files of `cohort semver` and by nobody else. */

/* ---- semver_tree.c: source trees of ours, to write a Cargo.lock into */

struct semver_tree {
	char *dir;			/* in the work folder */
	char *folder;			/* of the workspace in it; "" for DIR */
	char *origin;			/* what the packages' paths call DIR */
	char key[DIGEST_HEX_SIZE + 64]; /* identifies what is in it */
	struct packages packages;
	bool is_resolved;
};
void semver_tree_release(struct semver_tree *t);
AUTO_RELEASE(struct semver_tree, semver_tree_release)

struct semver_run {
	const struct semver_request *request;
	struct semver_answer *answer;
	struct gating gating;
	struct gate_env env;
	const struct policy *policy; /* levels and allowances, or NULL */
	struct policy *own_policy;   /* of a file that was named */
	struct cargo_flags flags;    /* of the person's cargo */
	int week;		     /* of the cohort */
	char *work;	 /* a private folder, gone when the run is over */
	char *manifest;	 /* of what is checked, absolute; NULL: a document */
	char *repo_root; /* the repository around it, or NULL */
	struct semver_tree current;
	struct semver_tree baseline; /* if all crates share one */
};

/* A copy of the workspace of MANIFEST, called NAME in the work folder. */
int semver_tree_of_folder(struct semver_run *run, const char *manifest,
			  const char *name, struct semver_tree *out,
			  struct err *err);

/* The same place as run->current, as it was in a commit. */
int semver_tree_of_revision(struct semver_run *run, const char *rev,
			    struct semver_tree *out, struct err *err);

/* A release: a .crate, or a folder that cargo has unpacked it to. */
int semver_tree_of_package(struct semver_run *run, const char *package,
			   const char *name, struct semver_tree *out,
			   struct err *err);

/* The root of the repository around FILE, an absolute path; NULL: none. */
char *semver_repository_around(const char *file);

/* The folder of the workspace's root, and a package's Cargo.toml, in it. */
char *semver_tree_root(const struct semver_tree *t);
char *semver_tree_manifest(const struct semver_tree *t,
			   const struct package *p);

/* ---- semver_near.c */

/*
 * The Cargo.toml of the document JSON, to be free()d, if the document lies
 * where `cargo doc` writes it and the package is of its name; else NULL.
 */
char *semver_near_manifest(const char *json);

/* ---- semver_release.c: what was published */

/*
 * The release that a crate is compared with: VERSION, or the highest that is
 * neither yanked nor a pre-release and not above the current one, else the
 * highest of all.  *PACKAGE, to be free()d, is for semver_tree_of_package();
 * NULL: there is no earlier version.  ERR_NOT_FOUND if VERSION was asked for
 * and is not there.
 */
int semver_release_find(struct semver_run *run, const struct package *p,
			char **package, const char **label, struct err *err);

/* ---- semver_features.c */

/*
 * The features of P that are on: "a,b", in the answer's arena.  ERR_USAGE for
 * one that was asked for and is not there, unless P is the baseline's: then
 * ITEM gets a note.
 */
int semver_features_choose(struct semver_run *run, const struct package *p,
			   bool is_baseline, struct semver_item *item,
			   const char **out, struct err *err);

/* Append to the item's notes. */
int semver_item_note(struct semver_run *run, struct semver_item *item,
		     struct err *err, const char *fmt, ...) ATTR_PRINTF(4, 5);

/* ---- semver_crate.c */

/*
 * Compare two documents by the request and the policy.  P is the current
 * package, or NULL where there are only documents.  JOB confirms changed types,
 * or is NULL where nothing can be compiled.
 */
int semver_weigh(struct semver_run *run, const struct package *p,
		 const struct compare_side *old,
		 const struct compare_side *fresh, struct confirm_job *job,
		 struct semver_item *item, struct err *err);

/* Make both documents of P and compare them: the item has the answer. */
int semver_check_crate(struct semver_run *run, const struct package *p,
		       struct semver_item *item, struct err *err);

/* ---- semver_policy.c */

/*
 * The policy as the settings of one comparison.  DIR is the crate's folder,
 * whose .cohort.yaml says whose it is, or NULL.
 */
int semver_policy_open(struct semver_run *run, struct err *err);
int semver_policy_apply(struct semver_run *run, const char *dir,
			struct compare_settings *how, struct err *err);

#endif
