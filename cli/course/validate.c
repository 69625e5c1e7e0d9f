#include "course/validate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os_linux.h"
#include "base/path.h"
#include "base/progress.h"
#include "base/share.h"
#include "base/str.h"
#include "course/check.h"
#include "course/checkout.h"
#include "course/dot_file.h"
#include "course/gating.h"
#include "course/seat_jobs.h"
#include "course/validate_record.h"
#include "gate/speed.h"
#include "gate/suite.h"
#include "io/file.h"
#include "io/git.h"
#include "io/sandbox.h"
#include "io/yaml.h"
#include "model/policy.h"
#include "workspace/workspace.h"

enum {
	SPEC_MAX = 1 << 20
};

void validation_release(struct validation *v)
{
	if (!v)
		return;
	for (size_t i = 0; i < v->count; i++) {
		suite_result_release(&v->items[i].result);
		speed_result_release(&v->items[i].speed);
	}
	free(v->items);
	free(v->wanted);
	free(v->program);
	free(v->adapter);
	free(v->speed);
	free(v->reference);
	suite_spec_free(v->spec);
	arena_release(&v->arena);
	*v = (struct validation){ 0 };
}

/* -------------------------------------------------------- what is asked for
 */

int validate_spec(enum artifact a, struct suite_spec **out, struct err *err)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(str_freep) char *path = NULL;
	const struct node *root = NULL;
	struct err why = { 0 };
	char name[64];

	snprintf(name, sizeof(name), "artifacts/%s/spec.yaml", artifact_id(a));
	if (share_path(name, &path, &why) < 0)
		return why.code == ERR_NOMEM
			       ? err_nomem(err)
			       : err_set(err, ERR_NOT_FOUND,
					 "there is no suite for %s",
					 artifact_id(a));
	if (file_read(path, SPEC_MAX, &text, err) < 0 ||
	    yaml_read(strbuf_str(&text), text.len, name, &arena, &root, err) <
		    0)
		return (int)err->code;
	return suite_spec_read(root, out, err);
}

static int want(struct validation *v, const struct validate_options *o,
		struct err *err)
{
	const struct suite_spec *spec = v->spec;

	v->wanted = calloc(spec->count, sizeof(*v->wanted));
	if (!v->wanted)
		return err_nomem(err);
	for (size_t i = 0; i < o->only_count; i++) {
		if (suite_spec_require(spec, o->only[i], err) < 0)
			return (int)err->code;
		v->wanted[suite_spec_find(spec, o->only[i])] = true;
	}
	for (size_t i = 0; i < spec->count && o->only_count == 0; i++)
		v->wanted[i] = true;
	v->partial = o->only_count > 0;
	return 0;
}

static int begin(struct validation *v, const struct validate_options *o,
		 size_t count, struct err *err)
{
	char name[64];

	if (validate_spec(o->artifact, &v->spec, err) < 0 ||
	    want(v, o, err) < 0)
		return (int)err->code;
	snprintf(name, sizeof(name), "artifacts/%s/adapter",
		 artifact_id(o->artifact));
	if (share_path(name, &v->adapter, err) < 0 ||
	    share_program(v->spec->suite, &v->program, err) < 0 ||
	    share_program("reference-executor.so", &v->reference, err) < 0 ||
	    (o->speed && share_program("speed_executor", &v->speed, err) < 0))
		return (int)err->code;
	/* without one nothing can be said of anybody */
	if (!o->no_sandbox && sandbox_check(err) < 0) {
		if (strstr(err->msg, "not found"))
			(void)err_hint(err, "sudo apt-get install bubblewrap");
		return (int)err->code;
	}
	v->items = calloc(count + 1, sizeof(*v->items));
	if (!v->items)
		return err_nomem(err);
	v->count = count;
	return 0;
}

static void apply(struct gating *g, const struct validate_options *o)
{
	g->env.offline = o->offline;
	g->env.no_sandbox = o->no_sandbox;
	g->env.build_timeout_s = o->build_timeout_s;
}

/* ---------------------------------------------------------------- the verdict
 */

/*
 * The policy may change each statement, and by the gate `choices` all those
 * that are the course's own.
 */
static enum finding_level level_of(const struct policy *p, enum artifact a,
				   int week, const char *handle,
				   const struct statement *s)
{
	enum finding_level level = FINDING_DENY;

	if (s->class == STATEMENT_COURSE)
		level = policy_gate_level(p, "choices", a, week, FINDING_WARN);
	level = policy_lint_level(p, s->id, a, week, level);
	if (level == FINDING_DENY && policy_allows(p, s->id, s->id, handle, a))
		level = FINDING_WARN;
	return level;
}

static int set_levels(struct validation *v, struct validated *x,
		      const struct gating *g, enum artifact a, int week,
		      struct err *err)
{
	x->levels = arena_calloc(&v->arena, v->spec->count, sizeof(*x->levels));
	if (!x->levels)
		return err_nomem(err);
	for (size_t i = 0; i < v->spec->count; i++)
		x->levels[i] = level_of(g->env.policy, a, week, x->handle,
					&v->spec->statements[i]);
	return suite_result_init(&x->result, v->spec, err);
}

static void judge(struct validated *x)
{
	const struct statement_result *load = &x->result.load;

	if (x->library.state != LIBRARY_BUILT) {
		x->verdict = VERDICT_FAIL;
		return;
	}
	suite_score(&x->result, x->levels, &x->score);
	if (load->verdict == SUITE_FAIL || x->score.failed > 0 ||
	    (x->has_speed && x->speed.verdict == SPEED_FAIL))
		x->verdict = VERDICT_FAIL;
	else if (load->verdict == SUITE_ERROR || x->score.of[SUITE_ERROR] > 0 ||
		 (x->has_speed && x->speed.verdict == SPEED_ERROR))
		x->verdict = VERDICT_ERROR;
	else
		x->verdict = VERDICT_PASS;
}

static void count_up(struct validation *v)
{
	for (size_t i = 0; i < v->count; i++) {
		const struct validated *x = &v->items[i];

		if (x->missing)
			v->missing++;
		else if (x->err.code || x->verdict == VERDICT_ERROR)
			v->errors++;
		else if (x->verdict == VERDICT_FAIL)
			v->failed++;
		else
			v->passed++;
	}
}

static size_t wanted_count(const struct validation *v)
{
	size_t n = 0;

	for (size_t i = 0; i < v->spec->count; i++)
		n += v->wanted[i];
	return n;
}

/* Beside the reference, once it is known to work at all. */
static int measure(struct validation *v, struct validated *x,
		   const struct gate_env *env, struct err *err)
{
	const struct speed_job job = { .program = v->speed,
				       .reference = v->reference,
				       .library = x->library.path };

	if (!v->speed || x->result.load.verdict != SUITE_PASS)
		return 0;
	progress_step(env->progress, 0, 1, "measuring");
	if (speed_run(env, &job, &x->speed, err) < 0)
		return (int)err->code;
	x->has_speed = true;
	return 0;
}

/* The library of X against the suite, as number DONE of TOTAL. */
static int hold(struct validation *v, struct validated *x,
		const struct gate_env *env, size_t done, size_t total,
		struct err *err)
{
	size_t each = wanted_count(v);
	const struct suite_job job = { .program = v->program,
				       .library = x->library.path,
				       .wanted = v->wanted,
				       .label = x->label,
				       .done = done * each,
				       .total = total * each };

	if (x->library.state == LIBRARY_BUILT &&
	    (suite_run(env, &job, &x->result, err) < 0 ||
	     measure(v, x, env, err) < 0))
		return (int)err->code;
	judge(x);
	return 0;
}

/* ------------------------------------------------------------------ a folder
 */

/* The repository around DIR, in which its crate may have neighbours. */
static char *repository_of(const char *dir)
{
	AUTO(repo_freep) struct repo *repo = NULL;
	struct err ignored = { 0 };
	const char *work;

	if (repo_discover(dir, &repo, &ignored) < 0)
		return NULL;
	work = repo_work_dir(repo);
	return work ? os_real_path(work) : NULL;
}

static int check_artifact(const char *dir, enum artifact a, struct err *err)
{
	AUTO(dotcohort_freep) struct dotcohort *dot = NULL;

	if (dot_file_read(dir, &dot, err) < 0)
		return (int)err->code;
	if (!dot || dot->artifact == a)
		return 0;
	(void)err_set(err, ERR_USAGE, "this crate is %s by its .cohort.yaml",
		      artifact_id(dot->artifact));
	return err_hint(err, "cohort validate %s", artifact_id(dot->artifact));
}

static int open_folder(const char *path, enum artifact a, char **out,
		       struct err *err)
{
	AUTO(str_freep) char *manifest = path_joined(path, "Cargo.toml");
	AUTO(str_freep) char *dir = NULL;

	if (!manifest)
		return err_nomem(err);
	if (!file_is_dir(path))
		return err_set(err, ERR_NOT_FOUND, "'%s' is no folder", path);
	if (!file_exists(manifest))
		return err_set(err, ERR_NOT_FOUND,
			       "there is no Cargo.toml in '%s'", path);
	dir = os_real_path(path);
	if (!dir)
		return err_nomem(err);
	if (check_artifact(dir, a, err) < 0)
		return (int)err->code;
	*out = dir;
	dir = NULL;
	return 0;
}

/* Nothing stays of WORK: ERR keeps the first failure. */
static void remove_work(const char *work)
{
	struct err ignored = { 0 };

	(void)file_remove_tree(work, &ignored);
}

static int validate_in(struct validation *v, struct gating *g, const char *work,
		       const struct library_spec *spec, struct err *err)
{
	struct validated *x = &v->items[0];

	progress_step(g->env.progress, 0, wanted_count(v), "building");
	if (library_build(&g->env, work, spec, &x->library, err) < 0)
		return err->code == ERR_NET
			       ? err_hint(err,
					  "cargo fetch --manifest-path "
					  "%s/Cargo.toml",
					  spec->dir)
			       : (int)err->code;
	return hold(v, x, &g->env, 0, 1, err);
}

int validate_folder(const char *path, const struct validate_options *options,
		    struct validation *out, struct err *err)
{
	AUTO(validation_releasep) struct validation v = { 0 };
	AUTO(gating_releasep) struct gating g = { 0 };
	AUTO(str_freep) char *dir = NULL;
	AUTO(str_freep) char *root = NULL;
	AUTO(str_freep) char *work = NULL;
	struct library_spec spec;

	if (open_folder(path, options->artifact, &dir, err) < 0 ||
	    begin(&v, options, 1, err) < 0 || gating_init(&g, NULL, err) < 0)
		return (int)err->code;
	apply(&g, options);
	g.env.progress = options->progress;
	v.items[0].label = v.items[0].path = arena_strdup(&v.arena, path);
	if (!v.items[0].label)
		return err_nomem(err);
	root = repository_of(dir);
	spec = (struct library_spec){
		.dir = dir, .root = root, .adapter = v.adapter, .stays = true
	};
	if (set_levels(&v, &v.items[0], &g, options->artifact, 0, err) < 0 ||
	    file_temp_dir(g.env.work_dir, &work, err) < 0)
		return (int)err->code;
	(void)validate_in(&v, &g, work, &spec, err);
	remove_work(work);
	if (err->code)
		return (int)err->code;
	count_up(&v);
	*out = v;
	v = (struct validation){ 0 };
	return 0;
}

/* ------------------------------------------------------------- the reference
 */

int validate_reference(const struct validate_options *options,
		       struct validation *out, struct err *err)
{
	AUTO(validation_releasep) struct validation v = { 0 };
	const struct gating none = { 0 };
	const struct gate_env env = { .no_sandbox = options->no_sandbox,
				      .progress = options->progress };
	struct validated *x;

	if (begin(&v, options, 1, err) < 0)
		return (int)err->code;
	x = &v.items[0];
	x->label = "the reference";
	x->is_reference = true;
	x->library.kept = true;
	if (strlen(v.reference) >= sizeof(x->library.path))
		return err_set(err, ERR_LIMIT, "'%s' is too long", v.reference);
	memcpy(x->library.path, v.reference, strlen(v.reference) + 1);
	if (set_levels(&v, x, &none, options->artifact, 0, err) < 0 ||
	    hold(&v, x, &env, 0, 1, err) < 0)
		return (int)err->code;
	count_up(&v);
	*out = v;
	v = (struct validation){ 0 };
	return 0;
}

/* --------------------------------------------------------------------- seats
 */

struct seat_run {
	struct gating *gating;
	const struct seat_jobs *jobs;
	const struct validate_options *options;
	struct validation *result;
	char **work; /* by job: a private folder, or NULL */
};

static void seat_run_release(struct seat_run *run)
{
	for (size_t i = 0; run->work && i < run->jobs->count; i++) {
		if (run->work[i])
			remove_work(run->work[i]);
		free(run->work[i]);
	}
	free(run->work);
}

static int build_job(struct seat_run *run, size_t index, struct err *err)
{
	const struct seat_job *job = &run->jobs->items[index];
	struct library *library = &run->result->items[index].library;
	AUTO(checkout_releasep) struct checkout c = { 0 };
	AUTO(str_freep) char *into = NULL;
	struct library_spec spec = { .adapter = run->result->adapter };
	struct gate_env env;

	if (file_temp_dir(run->gating->env.work_dir, &run->work[index], err) <
	    0)
		return (int)err->code;
	into = path_joined(run->work[index], "checkout");
	if (!into)
		return err_nomem(err);
	if (seat_job_open(run->gating, job, into, &c, &env, err) < 0)
		return (int)err->code;
	spec.dir = c.crate;
	spec.root = c.root;
	if (library_build(&env, run->work[index], &spec, library, err) < 0)
		return err->code == ERR_NET
			       ? err_hint(err, "cohort validate %s @%s",
					  artifact_id(job->artifact),
					  job->seat->handle)
			       : (int)err->code;
	return 0;
}

static void build_one(void *ctx, size_t index)
{
	struct seat_run *run = ctx;

	(void)build_job(run, index, &run->result->items[index].err);
}

/* One after the other: a suite that measures time wants the machine alone. */
static int hold_all(struct seat_run *run, struct err *err)
{
	struct validation *v = run->result;
	struct gate_env env = run->gating->env;

	env.progress = run->options->progress;
	for (size_t i = 0; i < v->count; i++) {
		struct validated *x = &v->items[i];

		if (x->missing || x->err.code)
			continue;
		if (hold(v, x, &env, i, v->count, &x->err) < 0 &&
		    (x->err.code == ERR_NOMEM || x->err.code == ERR_MISSING)) {
			*err = x->err;
			return (int)err->code;
		}
	}
	return 0;
}

/* Strings of the jobs are copied: the result outlives them. */
static int fill(struct seat_run *run, int week, struct err *err)
{
	struct validation *v = run->result;

	for (size_t i = 0; i < v->count; i++) {
		const struct seat_job *job = &run->jobs->items[i];
		struct validated *x = &v->items[i];
		struct seat_told told = { 0 };

		if (seat_job_tell(job, &v->arena, &told, err) < 0)
			return (int)err->code;
		x->label = told.label;
		x->handle = told.handle;
		x->tag = told.tag;
		x->commit = told.commit;
		x->missing = told.missing;
		if (set_levels(v, x, run->gating, job->artifact, week, err) < 0)
			return (int)err->code;
	}
	return 0;
}

static int run_seats(struct seat_run *run, int week, struct err *err)
{
	run->work = calloc(run->jobs->count + 1, sizeof(*run->work));
	if (!run->work)
		return err_nomem(err);
	if (fill(run, week, err) < 0 ||
	    seat_jobs_each(run->jobs, run->options->jobs,
			   run->options->progress, build_one, run, err) < 0)
		return (int)err->code;
	return hold_all(run, err);
}

int validate_seats(struct workspace *ws, const struct validate_options *options,
		   struct validation *out, struct err *err)
{
	AUTO(gating_releasep) struct gating g = { 0 };
	AUTO(seat_jobs_releasep) struct seat_jobs jobs = { 0 };
	AUTO(validation_releasep) struct validation v = { 0 };
	struct seat_run run = {
		.gating = &g, .jobs = &jobs, .options = options, .result = &v
	};
	int week;

	if (seat_jobs_select(ws, options->handles, options->handle_count,
			     (int)options->artifact, &jobs, err) < 0 ||
	    begin(&v, options, jobs.count, err) < 0 ||
	    gating_init(&g, ws, err) < 0 ||
	    check_week(workspace_cohort(ws), &week, err) < 0)
		return (int)err->code;
	apply(&g, options);
	if (run_seats(&run, week, err) == 0) {
		count_up(&v);
		(void)validate_record(ws, &jobs, &v, options->artifact, err);
	}
	seat_run_release(&run);
	if (err->code)
		return (int)err->code;
	*out = v;
	v = (struct validation){ 0 };
	return 0;
}
