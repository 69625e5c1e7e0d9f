#ifndef COURSE_GATING_H
#define COURSE_GATING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "course/siblings.h"
#include "gate/gate.h"
#include "io/toolchain.h"
#include "model/record.h"
#include "model/roster.h"

struct err;
struct policy;
struct workspace;

/* Where gates work for a workspace, or for a student's own folder. */
struct gating {
	struct gate_env env;
	struct toolchain toolchain;
	struct arena arena;
	struct siblings siblings; /* of a workspace */
};

/*
 * WS NULL: a student's machine; results are kept in $XDG_CACHE_HOME/cohort,
 * dependencies come from their own CARGO_HOME.  ERR_MISSING: no toolchain.
 */
int gating_init(struct gating *g, struct workspace *ws, struct err *err);
void gating_release(struct gating *g);
AUTO_RELEASE(struct gating, gating_release)

/*
 * ERR_FORMAT if the policy has a rule for a lint or a gate that there is not:
 * it would silently do nothing.
 */
int gating_check_policy(const struct policy *p, struct err *err);

/* ---- the submissions that a command is about */

/* One seat and artifact.  Strings live in the list's arena. */
struct seat_job {
	const struct seat *seat;
	enum artifact artifact;
	struct record *record;	      /* owned */
	const struct submission *sub; /* that counts, in RECORD; or NULL */
	const char *label;	      /* "@ada artifact_01/v0.1.0" */
	const char *crate;	      /* by the roster */
	const char *repository;	      /* collected, bare */
	const char *const *taken;     /* crates of the other seats */
	size_t taken_count;
	const struct submission *earlier; /* the version before, or NULL */
};

struct seat_jobs {
	struct arena arena;
	struct seat_job *items;
	size_t count;
	size_t cap;
	const char **crates; /* of all seats, for each artifact in a row */
	size_t crate_count;  /* of one artifact; 0: too many to compare */
};

enum {
	ARTIFACT_ANY = -1,
	TAKEN_MAX = 512 /* seats; beyond, the roster's own check must do */
};

/*
 * The seats named by HANDLES ("@ada" or "ada"), or all that are not withdrawn
 * when there is none; each with ARTIFACT, or with every artifact that it has
 * submitted.  A seat that was named, or an artifact that was named, is there
 * without a submission too.  ERR_NOT_FOUND: no such handle, with the nearest.
 */
int seat_jobs_select(struct workspace *ws, const char *const *handles,
		     size_t count, int artifact, struct seat_jobs *out,
		     struct err *err);
void seat_jobs_release(struct seat_jobs *jobs);
AUTO_RELEASE(struct seat_jobs, seat_jobs_release)

/* The gates' view of a job, without source or baseline. */
void seat_job_subject(const struct seat_job *job, int week,
		      struct gate_subject *out);

/* The path of a packed crate in the workspace, to be free()d. */
char *package_path(const struct workspace *ws, const char *sha256);

/*
 * Pack SUB of JOB, or find it packed: SHA256 and *SIZE are set.  When it had
 * to be packed and could not be, REPORT says why and SHA256 is "".  Network is
 * used for dependencies unless g->env.offline.
 */
struct pack_result {
	char sha256[SHA256_HEX_SIZE];
	uint64_t size;
	bool fresh; /* packed by this call */
	/* a crate of the cohort that it needs and that is not packed, or NULL
	 */
	const char *waits_for;
	struct gate_report report;
};
int seat_job_pack(struct gating *g, const struct seat_job *job,
		  const struct submission *sub, struct pack_result *out,
		  struct err *err);
void pack_result_release(struct pack_result *r);
AUTO_RELEASE(struct pack_result, pack_result_release)

/*
 * The environment for the crate in DIR: G's own, or with the cohort's crates
 * where it needs one.  *MISSING as siblings_needed().
 */
int gating_env_for(struct gating *g, const char *dir, const char *crate,
		   struct gate_env *out, const char **missing, struct err *err);

/* Into RECORD, which has a submission N: what it was packed to. */
void record_set_package(struct record *record, uint32_t n,
			const struct pack_result *packed);

#endif
