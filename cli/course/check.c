#include "course/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/os_linux.h"
#include "base/path.h"
#include "base/str.h"
#include "course/allowances.h"
#include "course/baseline.h"
#include "course/checkout.h"
#include "course/clockface.h"
#include "course/dot_file.h"
#include "course/gating.h"
#include "course/seat_jobs.h"
#include "io/file.h"
#include "io/walk.h"
#include "model/schedule.h"
#include "workspace/workspace.h"

void check_result_release(struct check_result *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->count; i++)
		gate_report_release(&r->items[i].report);
	free(r->items);
	arena_release(&r->arena);
	*r = (struct check_result){ 0 };
}

static void count_up(struct check_result *r)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct checked *c = &r->items[i];

		if (c->missing)
			r->missing++;
		else if (c->err.code || c->report.verdict == VERDICT_ERROR)
			r->errors++;
		else if (c->report.verdict == VERDICT_FAIL)
			r->failed++;
		else
			r->passed++;
	}
}

static void apply(struct gating *g, const struct check_options *o)
{
	g->env.offline = o->offline;
	g->env.no_sandbox = o->no_sandbox;
	g->env.build_timeout_s = o->build_timeout_s;
}

/* ------------------------------------------------------------------ a folder
 */

/* The repository around DIR, or DIR itself: links must stay below it. */
static char *root_of(const char *dir)
{
	AUTO(repo_freep) struct repo *repo = NULL;
	struct err ignored = { 0 };
	const char *work;
	char *root;

	if (repo_discover(dir, &repo, &ignored) < 0)
		return strdup(dir);
	work = repo_work_dir(repo);
	root = work ? os_real_path(work) : NULL;
	return root ? root : strdup(dir);
}

struct folder {
	char *dir;  /* absolute */
	char *root; /* absolute */
	char identity[DIGEST_HEX_SIZE];
	bool settled;
	struct dotcohort *dot;
};

static void folder_release(struct folder *f)
{
	free(f->dir);
	free(f->root);
	dotcohort_free(f->dot);
}
AUTO_RELEASE(struct folder, folder_release)

/*
 * A file that was saved this very moment could be saved again without a trace;
 * a moment later it could not.
 */
static int stamp_folder(struct folder *f, struct err *err)
{
	const struct timespec moment = { .tv_nsec = 30 * 1000 * 1000 };

	for (int i = 0; i < 2 && !f->settled; i++) {
		if (i > 0)
			(void)nanosleep(&moment, NULL);
		if (walk_stamp(f->root, f->identity, &f->settled, err) < 0)
			return (int)err->code;
	}
	return 0;
}

static int folder_open(const char *path, struct folder *f, struct err *err)
{
	AUTO(str_freep) char *manifest = path_joined(path, "Cargo.toml");

	if (!manifest)
		return err_nomem(err);
	if (!file_is_dir(path))
		return err_set(err, ERR_NOT_FOUND, "'%s' is no folder", path);
	if (!file_exists(manifest))
		return err_set(err, ERR_NOT_FOUND,
			       "there is no Cargo.toml in '%s'", path);
	f->dir = os_real_path(path);
	f->root = f->dir ? root_of(f->dir) : NULL;
	if (!f->dir || !f->root)
		return err_nomem(err);
	if (dot_file_read(f->dir, &f->dot, err) < 0)
		return (int)err->code;
	return stamp_folder(f, err);
}

static struct checked *only_item(struct check_result *r, const char *path)
{
	struct checked *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	r->items = c;
	r->count = 1;
	c->label = arena_strdup(&r->arena, path);
	c->path = c->label;
	return c->label ? c : NULL;
}

int check_folder(const char *path, const struct check_options *options,
		 struct check_result *out, struct err *err)
{
	AUTO(folder_releasep) struct folder f = { 0 };
	AUTO(gating_releasep) struct gating g = { 0 };
	AUTO(check_result_releasep) struct check_result r = { 0 };
	AUTO(str_freep) char *baseline = NULL;
	struct gate_subject s = { .label = path };
	struct checked *c = only_item(&r, path);

	if (!c)
		return err_nomem(err);
	if (folder_open(path, &f, err) < 0 || gating_init(&g, NULL, err) < 0)
		return (int)err->code;
	apply(&g, options);
	s.label = f.dir;
	s.source_dir = f.dir;
	s.root_dir = f.root;
	s.identity = f.settled ? f.identity : NULL;
	if (f.dot) {
		s.artifact = f.dot->artifact;
		s.expected_name = f.dot->crate;
		c->artifact = artifact_id(f.dot->artifact);
		if (baseline_of_folder(&g, f.dir, s.artifact, &baseline, err) <
		    0)
			return (int)err->code;
		s.baseline = baseline;
	}
	if (!gate_is_known(&g.env, &s, &c->report)) {
		if (!options->offline && gate_fetch(&g.env, f.dir, err) < 0)
			return err->code == ERR_NET
				       ? err_hint(err,
						  "cargo fetch --manifest-path "
						  "%s/Cargo.toml",
						  f.dir)
				       : (int)err->code;
		if (gate_run(&g.env, &s, &c->report, err) < 0)
			return (int)err->code;
	}
	count_up(&r);
	*out = r;
	r = (struct check_result){ 0 };
	return 0;
}

/* --------------------------------------------------------------------- seats
 */

struct seat_run {
	struct gating *gating;
	const struct seat_jobs *jobs;
	const struct workspace *ws;
	const struct check_options *options;
	struct check_result *result;
	struct pack_result *earlier; /* the version before, by job */
	int week;
};

static void seat_run_release(struct seat_run *run)
{
	for (size_t i = 0; i < run->jobs->count; i++)
		pack_result_release(&run->earlier[i]);
	free(run->earlier);
}

/* Versions that are out already from another commit. */
static void set_published(const struct seat_job *job, struct gate_subject *s,
			  const char **list)
{
	for (size_t i = 0; i < job->record->publication_count; i++) {
		const struct publication *p = &job->record->publications[i];

		if (strcmp(p->commit, job->sub->commit) != 0)
			list[s->published_count++] = p->version;
	}
	s->published = list;
}

static int run_gates(struct seat_run *run, const struct seat_job *job,
		     struct gate_subject *s, struct gate_report *out,
		     const char *into, struct err *err)
{
	AUTO(checkout_releasep) struct checkout c = { 0 };
	struct gate_env env;

	if (seat_job_open(run->gating, job, into, &c, &env, err) < 0)
		return (int)err->code;
	if (!env.offline && gate_fetch(&env, c.crate, err) < 0)
		return err->code == ERR_NET ? err_hint(err, "cohort check @%s",
						       job->seat->handle)
					    : (int)err->code;
	s->source_dir = c.crate;
	s->root_dir = c.root;
	return gate_run(&env, s, out, err);
}

static int check_known_or_run(struct seat_run *run, const struct seat_job *job,
			      struct gate_subject *s, struct gate_report *out,
			      struct err *err)
{
	AUTO(str_freep) char *dir = NULL;
	AUTO(str_freep) char *into = NULL;
	struct err ignored = { 0 };

	if (gate_is_known(&run->gating->env, s, out))
		return 0;
	if (file_temp_dir(run->gating->env.work_dir, &dir, err) < 0)
		return (int)err->code;
	into = path_joined(dir, "tree");
	if (!into)
		(void)err_nomem(err);
	else
		(void)run_gates(run, job, s, out, into, err);
	(void)file_remove_tree(dir, &ignored);
	return (int)err->code;
}

static int check_job(struct seat_run *run, size_t index, struct err *err)
{
	const struct seat_job *job = &run->jobs->items[index];
	struct checked *c = &run->result->items[index];
	struct pack_result *earlier = &run->earlier[index];
	AUTO(str_freep) char *baseline = NULL;
	AUTO(str_freep) char *package = NULL;
	const char **published;
	struct gate_subject s;
	int rc;

	seat_job_subject(job, run->week, &s);
	if (job->earlier) {
		if (seat_job_pack(run->gating, job, job->earlier, earlier,
				  err) < 0)
			return (int)err->code;
		if (earlier->sha256[0])
			baseline = package_path(run->ws, earlier->sha256);
		s.baseline = baseline;
	}
	if (job->sub->package_sha256[0]) {
		package = package_path(run->ws, job->sub->package_sha256);
		if (package && file_exists(package))
			s.package = package;
	}
	published =
		calloc(job->record->publication_count + 1, sizeof(*published));
	if (!published)
		return err_nomem(err);
	set_published(job, &s, published);
	rc = check_known_or_run(run, job, &s, &c->report, err);
	free(published);
	return rc;
}

static void check_one(void *ctx, size_t index)
{
	struct seat_run *run = ctx;

	(void)check_job(run, index, &run->result->items[index].err);
}

/* Strings of the jobs are copied: the result outlives them. */
static int fill_items(struct check_result *r, const struct seat_jobs *jobs,
		      struct err *err)
{
	r->items = calloc(jobs->count + 1, sizeof(*r->items));
	if (!r->items)
		return err_nomem(err);
	r->count = jobs->count;
	for (size_t i = 0; i < jobs->count; i++) {
		struct checked *c = &r->items[i];
		struct seat_told told = { 0 };

		if (seat_job_tell(&jobs->items[i], &r->arena, &told, err) < 0)
			return (int)err->code;
		c->label = told.label;
		c->handle = told.handle;
		c->tag = told.tag;
		c->commit = told.commit;
		c->missing = told.missing;
		c->artifact = artifact_id(jobs->items[i].artifact);
	}
	return 0;
}

/* ---------------------------------------------------------------- the records
 */

static bool same_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

/* A check that says what the last one said is no news. */
static bool is_news(const struct check *old, const struct check *fresh)
{
	if (old->n != fresh->n || old->verdict != fresh->verdict ||
	    old->gate_count != fresh->gate_count)
		return true;
	for (size_t i = 0; i < fresh->gate_count; i++) {
		const struct gate_result *a = &old->gates[i];
		const struct gate_result *b = &fresh->gates[i];

		if (a->verdict != b->verdict || a->deny != b->deny ||
		    a->warn != b->warn || !same_text(a->gate, b->gate) ||
		    !same_text(a->reason, b->reason) ||
		    !same_text(a->tool, b->tool))
			return true;
	}
	return false;
}

static int record_job(void *ctx, size_t index, struct change *change,
		      struct err *err)
{
	struct seat_run *run = ctx;
	struct seat_job *job = &run->jobs->items[index];
	const struct checked *c = &run->result->items[index];
	struct gate_result gates[GATE_COUNT_MAX] = { 0 };
	struct check check = { .at = clock_now(), .gates = gates };
	struct pack_result packed = { 0 };
	bool changed = false;

	if (c->missing || c->err.code)
		return 0;
	check.n = job->sub->n;
	check.verdict = c->report.verdict;
	check.gate_count = gate_summary(&c->report, gates);
	if (c->report.package_sha256[0] &&
	    strcmp(job->sub->package_sha256, c->report.package_sha256) != 0) {
		memcpy(packed.sha256, c->report.package_sha256,
		       sizeof(packed.sha256));
		packed.size = c->report.package_size;
		record_set_package(job->record, job->sub->n, &packed);
		changed = true;
	}
	if (run->earlier[index].fresh) {
		record_set_package(job->record, job->earlier->n,
				   &run->earlier[index]);
		changed = true;
	}
	if (is_news(&job->record->check, &check)) {
		if (record_set_check(job->record, &check, err) < 0)
			return (int)err->code;
		changed = true;
	}
	return changed ? change_put_record(change, job->record, err) : 0;
}

static int record_all(struct workspace *ws, struct seat_run *run,
		      struct err *err)
{
	struct check_result *r = run->result;
	char message[160];

	snprintf(message, sizeof(message), "check %s: %zu pass, %zu fail%s",
		 run->options->artifact == ARTIFACT_ANY
			 ? "submissions"
			 : artifact_id((enum artifact)run->options->artifact),
		 r->passed, r->failed,
		 r->errors > 0 ? ", some could not be finished" : "");
	return seat_jobs_record(ws, run->jobs, record_job, run, message,
				&r->recorded, err);
}

int check_week(const struct cohort *c, int *out, struct err *err)
{
	AUTO(zone_freep) struct zone *zone = NULL;

	if (clockface_zone(c->zone, &zone, err) < 0)
		return (int)err->code;
	*out = schedule_week(c, zone, clock_now());
	return 0;
}

static int find_unused(const struct gating *g,
		       const struct check_options *options,
		       struct check_result *r, struct err *err)
{
	struct allowances_scope scope = {
		.items = r->items,
		.count = r->count,
		.everybody = options->handle_count == 0,
		.artifact = options->artifact,
	};

	return allowances_unused(g->env.policy, &scope, &r->arena, &r->warnings,
				 &r->warning_count, err);
}

int check_seats(struct workspace *ws, const struct check_options *options,
		struct check_result *out, struct err *err)
{
	AUTO(gating_releasep) struct gating g = { 0 };
	AUTO(seat_jobs_releasep) struct seat_jobs jobs = { 0 };
	AUTO(check_result_releasep) struct check_result r = { 0 };
	struct seat_run run = { .gating = &g,
				.jobs = &jobs,
				.ws = ws,
				.options = options,
				.result = &r };

	if (seat_jobs_select(ws, options->handles, options->handle_count,
			     options->artifact, &jobs, err) < 0 ||
	    gating_init(&g, ws, err) < 0 || fill_items(&r, &jobs, err) < 0 ||
	    check_week(workspace_cohort(ws), &run.week, err) < 0)
		return (int)err->code;
	apply(&g, options);
	run.earlier = calloc(jobs.count + 1, sizeof(*run.earlier));
	if (!run.earlier)
		return err_nomem(err);
	if (seat_jobs_each(&jobs, options->jobs, options->progress, check_one,
			   &run, err) == 0) {
		count_up(&r);
		if (find_unused(&g, options, &r, err) == 0)
			(void)record_all(ws, &run, err);
	}
	seat_run_release(&run);
	if (err->code)
		return (int)err->code;
	*out = r;
	r = (struct check_result){ 0 };
	return 0;
}
