#ifndef COURSE_SEAT_JOBS_H
#define COURSE_SEAT_JOBS_H

#include <stdbool.h>

#include "base/pool.h"
#include "course/checkout.h"
#include "course/gating.h"

struct arena;
struct change;
struct progress;
struct workspace;

/* What commands that run something on every submission have in common. */

/* How a job is told of, once it is gone itself. */
struct seat_told {
	const char *label;
	const char *handle;
	const char *tag;    /* or NULL */
	const char *commit; /* or NULL */
	bool missing;	    /* nothing was submitted */
};
int seat_job_tell(const struct seat_job *job, struct arena *arena,
		  struct seat_told *out, struct err *err);

/*
 * Its commit below INTO, and the environment for its crate.  ERR_REFUSED: it
 * needs a crate of the cohort that is not packed.
 */
int seat_job_open(struct gating *g, const struct seat_job *job,
		  const char *into, struct checkout *out, struct gate_env *env,
		  struct err *err);

/*
 * ONE for each job that has a submission, on up to WORKERS threads (0: as many
 * as there are processors), with a step of PROGRESS for each job.
 */
int seat_jobs_each(const struct seat_jobs *jobs, unsigned workers,
		   const struct progress *progress, pool_job *one, void *ctx,
		   struct err *err);

/*
 * One commit with what PUT has to change for each job, or none.  *RECORDED is
 * set if there was one.
 */
typedef int seat_job_put(void *ctx, size_t index, struct change *change,
			 struct err *err);
int seat_jobs_record(struct workspace *ws, const struct seat_jobs *jobs,
		     seat_job_put *put, void *ctx, const char *message,
		     bool *recorded, struct err *err);

#endif
