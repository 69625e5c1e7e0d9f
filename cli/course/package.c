#include "course/package.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os_linux.h"
#include "base/pool.h"
#include "base/progress.h"
#include "course/gating.h"
#include "workspace/workspace.h"

void package_result_release(struct package_result *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->count; i++)
		gate_report_release(&r->items[i].report);
	free(r->items);
	arena_release(&r->arena);
	*r = (struct package_result){ 0 };
}

const char *package_outcome_name(enum package_outcome o)
{
	static const char *const names[] = { "packed", "kept", "missing",
					     "failed" };

	return names[o];
}

struct run {
	struct gating *gating;
	const struct seat_jobs *jobs;
	const struct package_options *options;
	struct package_result *result;
	const char **waits; /* by job: a crate that has to be packed first */
	bool *settled;	    /* by job */
	pthread_mutex_t lock;
	size_t done;
};

/*
 * A version that is out has its bytes for good: if they were lost here and
 * cargo packs others now, somebody has to look.
 */
static int compare_with_published(const struct seat_job *job,
				  const struct pack_result *packed,
				  struct err *err)
{
	for (size_t i = 0; i < job->record->publication_count; i++) {
		const struct publication *p = &job->record->publications[i];

		if (strcmp(p->version, job->sub->version) != 0 ||
		    strcmp(p->sha256, packed->sha256) == 0)
			continue;
		return err_set(err, ERR_EXISTS,
			       "%s %s is published with other bytes than it "
			       "packs to now",
			       job->crate, p->version);
	}
	return 0;
}

static void pack_job(struct run *run, size_t index)
{
	const struct seat_job *job = &run->jobs->items[index];
	struct packaged *p = &run->result->items[index];
	struct pack_result packed = { 0 };

	if (!job->sub) {
		p->outcome = PACKAGE_MISSING;
		return;
	}
	p->outcome = PACKAGE_FAILED;
	if (seat_job_pack(run->gating, job, job->sub, &packed, &p->err) < 0)
		return;
	if (packed.waits_for) {
		run->waits[index] = packed.waits_for;
		run->settled[index] = false;
		return;
	}
	p->report = packed.report;
	if (packed.sha256[0] == '\0' ||
	    compare_with_published(job, &packed, &p->err) < 0)
		return;
	memcpy(p->sha256, packed.sha256, sizeof(p->sha256));
	p->size = packed.size;
	p->outcome = packed.fresh ? PACKAGE_PACKED : PACKAGE_KEPT;
}

static void pack_one(void *ctx, size_t index)
{
	struct run *run = ctx;

	if (run->settled[index])
		return;
	run->settled[index] = true;
	pack_job(run, index);
	pthread_mutex_lock(&run->lock);
	run->done += run->settled[index];
	progress_step(run->options->progress, run->done, run->jobs->count,
		      run->result->items[index].label);
	pthread_mutex_unlock(&run->lock);
}

static int fill_items(struct package_result *r, const struct seat_jobs *jobs,
		      struct err *err)
{
	struct arena *a = &r->arena;

	r->items = calloc(jobs->count + 1, sizeof(*r->items));
	if (!r->items)
		return err_nomem(err);
	r->count = jobs->count;
	for (size_t i = 0; i < jobs->count; i++) {
		const struct seat_job *job = &jobs->items[i];
		struct packaged *p = &r->items[i];

		p->label = arena_strdup(a, job->label);
		p->handle = arena_strdup(a, job->seat->handle);
		p->artifact = artifact_id(job->artifact);
		p->crate = arena_strdup(a, job->crate);
		p->version = arena_strdup(a, job->sub ? job->sub->version : "");
		if (!p->label || !p->handle || !p->crate || !p->version)
			return err_nomem(err);
		if (job->sub &&
		    !(p->commit = arena_strdup(a, job->sub->commit)))
			return err_nomem(err);
	}
	return 0;
}

static int record_all(struct workspace *ws, const struct run *run,
		      struct err *err)
{
	AUTO(change_freep) struct change *change = NULL;
	const struct package_result *r = run->result;
	char message[160];

	if (change_new(ws, &change, err) < 0)
		return (int)err->code;
	for (size_t i = 0; i < r->count; i++) {
		const struct seat_job *job = &run->jobs->items[i];
		struct pack_result packed = { .size = r->items[i].size };

		if (!r->items[i].sha256[0] ||
		    strcmp(job->sub->package_sha256, r->items[i].sha256) == 0)
			continue;
		memcpy(packed.sha256, r->items[i].sha256,
		       sizeof(packed.sha256));
		record_set_package(job->record, job->sub->n, &packed);
		if (change_put_record(change, job->record, err) < 0)
			return (int)err->code;
	}
	if (change_is_empty(change))
		return 0;
	snprintf(message, sizeof(message), "package %s: %zu packed",
		 run->options->artifact == ARTIFACT_ANY
			 ? "submissions"
			 : artifact_id((enum artifact)run->options->artifact),
		 r->counts[PACKAGE_PACKED] + r->counts[PACKAGE_KEPT]);
	return change_commit(change, message, err);
}

/* What was packed in this round may be what others wait for. */
static int tell_siblings(struct run *run, const bool *before, bool *progress,
			 struct err *err)
{
	for (size_t i = 0; i < run->jobs->count; i++) {
		const struct packaged *p = &run->result->items[i];

		if (!run->settled[i] || before[i] || !p->sha256[0])
			continue;
		if (siblings_add(&run->gating->siblings, p->crate, p->version,
				 p->sha256, err) < 0)
			return (int)err->code;
		*progress = true;
	}
	return 0;
}

static bool all_settled(const struct run *run)
{
	for (size_t i = 0; i < run->jobs->count; i++)
		if (!run->settled[i])
			return false;
	return true;
}

/* Those that still wait for each other when nothing moves any more. */
static void give_up(struct run *run)
{
	for (size_t i = 0; i < run->jobs->count; i++)
		if (!run->settled[i])
			(void)err_set(&run->result->items[i].err, ERR_REFUSED,
				      "it needs %s, which is not packed",
				      run->waits[i]);
}

/* Round by round, so that what a crate needs is packed before it. */
static int pack_rounds(struct run *run, unsigned workers, struct err *err)
{
	size_t count = run->jobs->count;
	bool *before = calloc(count + 1, sizeof(*before));
	bool progress = true;

	if (!before)
		return err_nomem(err);
	while (progress && !all_settled(run) && !err->code) {
		progress = false;
		memcpy(before, run->settled, count * sizeof(*before));
		if (pool_run(workers, count, pack_one, run, err) == 0)
			(void)tell_siblings(run, before, &progress, err);
	}
	free(before);
	give_up(run);
	return (int)err->code;
}

int package_seats(struct workspace *ws, const struct package_options *options,
		  struct package_result *out, struct err *err)
{
	AUTO(gating_releasep) struct gating g = { 0 };
	AUTO(seat_jobs_releasep) struct seat_jobs jobs = { 0 };
	AUTO(package_result_releasep) struct package_result r = { 0 };
	struct run run = {
		.gating = &g, .jobs = &jobs, .options = options, .result = &r
	};
	unsigned workers = options->jobs ? options->jobs : os_cpu_count();

	if (seat_jobs_select(ws, options->handles, options->handle_count,
			     options->artifact, &jobs, err) < 0 ||
	    gating_init(&g, ws, err) < 0 || fill_items(&r, &jobs, err) < 0)
		return (int)err->code;
	g.env.offline = options->offline;
	run.waits = calloc(jobs.count + 1, sizeof(*run.waits));
	run.settled = calloc(jobs.count + 1, sizeof(*run.settled));
	if (!run.waits || !run.settled) {
		free(run.waits);
		free(run.settled);
		return err_nomem(err);
	}
	pthread_mutex_init(&run.lock, NULL);
	if (pack_rounds(&run, workers, err) == 0) {
		for (size_t i = 0; i < r.count; i++)
			r.counts[r.items[i].outcome]++;
		(void)record_all(ws, &run, err);
	}
	pthread_mutex_destroy(&run.lock);
	free(run.waits);
	free(run.settled);
	if (err->code)
		return (int)err->code;
	*out = r;
	r = (struct package_result){ 0 };
	return 0;
}
