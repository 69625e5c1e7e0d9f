#include "course/seat_jobs.h"

#include <pthread.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/os_linux.h"
#include "base/progress.h"
#include "workspace/workspace.h"

int seat_job_tell(const struct seat_job *job, struct arena *arena,
		  struct seat_told *out, struct err *err)
{
	struct seat_told t = {
		.label = arena_strdup(arena, job->label),
		.handle = arena_strdup(arena, job->seat->handle),
		.missing = !job->sub,
	};

	if (job->sub) {
		t.tag = arena_strdup(arena, job->sub->tag);
		t.commit = arena_strdup(arena, job->sub->commit);
	}
	if (!t.label || !t.handle || (job->sub && (!t.tag || !t.commit)))
		return err_nomem(err);
	*out = t;
	return 0;
}

int seat_job_open(struct gating *g, const struct seat_job *job,
		  const char *into, struct checkout *out, struct gate_env *env,
		  struct err *err)
{
	AUTO(checkout_releasep) struct checkout c = { 0 };
	const char *missing = NULL;

	if (checkout_commit(job->repository, job->sub->commit, job->artifact,
			    into, &c, err) < 0 ||
	    gating_env_for(g, c.crate, job->crate, env, &missing, err) < 0)
		return (int)err->code;
	if (missing) {
		(void)err_set(err, ERR_REFUSED,
			      "it needs %s, which is not packed", missing);
		return err_hint(err, "cohort package");
	}
	*out = c;
	c = (struct checkout){ 0 };
	return 0;
}

struct each {
	const struct seat_jobs *jobs;
	const struct progress *progress;
	pool_job *one;
	void *ctx;
	pthread_mutex_t lock;
	size_t done;
};

static void do_one(void *ctx, size_t index)
{
	struct each *each = ctx;
	const struct seat_job *job = &each->jobs->items[index];

	if (job->sub)
		each->one(each->ctx, index);
	pthread_mutex_lock(&each->lock);
	each->done++;
	progress_step(each->progress, each->done, each->jobs->count,
		      job->label);
	pthread_mutex_unlock(&each->lock);
}

int seat_jobs_each(const struct seat_jobs *jobs, unsigned workers,
		   const struct progress *progress, pool_job *one, void *ctx,
		   struct err *err)
{
	struct each each = {
		.jobs = jobs, .progress = progress, .one = one, .ctx = ctx
	};

	pthread_mutex_init(&each.lock, NULL);
	(void)pool_run(workers ? workers : os_cpu_count(), jobs->count, do_one,
		       &each, err);
	pthread_mutex_destroy(&each.lock);
	return (int)err->code;
}

int seat_jobs_record(struct workspace *ws, const struct seat_jobs *jobs,
		     seat_job_put *put, void *ctx, const char *message,
		     bool *recorded, struct err *err)
{
	AUTO(change_freep) struct change *change = NULL;

	if (change_new(ws, &change, err) < 0)
		return (int)err->code;
	for (size_t i = 0; i < jobs->count; i++)
		if (put(ctx, i, change, err) < 0)
			return (int)err->code;
	if (change_is_empty(change))
		return 0;
	*recorded = true;
	return change_commit(change, message, err);
}
