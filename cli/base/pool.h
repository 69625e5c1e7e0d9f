#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stddef.h>

struct err;

/* One job: number INDEX of the run.  Called on any of the workers. */
typedef void pool_job(void *ctx, size_t index);

/*
 * Run JOB for each index below COUNT on up to WORKERS threads, and return when
 * all are done.  Indexes are taken in order.  Jobs keep their own results; a
 * machine that gives fewer threads only makes it slower.  0, or ERR_NOMEM when
 * not even the bookkeeping could be had.
 */
int pool_run(unsigned workers, size_t count, pool_job *job, void *ctx,
	     struct err *err);

#endif
