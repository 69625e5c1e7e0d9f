#include "course/gating.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/path.h"
#include "base/share.h"
#include "base/str.h"
#include "base/vec.h"
#include "course/checkout.h"
#include "course/explain.h"
#include "course/roster_check.h"
#include "io/digest.h"
#include "io/file.h"
#include "model/policy.h"
#include "workspace/workspace.h"

/* ------------------------------------------------------------ the environment
 */

enum {
	WORK_AGE_MAX_S = 24 * 60 * 60
};

static const char *keep(struct gating *g, const char *dir, const char *name)
{
	return arena_printf(&g->arena, "%s/%s", dir, name);
}

static const char *home(void)
{
	const char *h = getenv("HOME");

	return h && h[0] == '/' ? h : NULL;
}

/* XDG Base Directory Specification: an unset or relative value is ignored. */
static const char *student_cache(struct gating *g)
{
	const char *xdg = getenv("XDG_CACHE_HOME");

	if (xdg && xdg[0] == '/')
		return keep(g, xdg, "cohort");
	return home() ? keep(g, home(), ".cache/cohort") : NULL;
}

static const char *student_cargo(struct gating *g)
{
	const char *cargo = getenv("CARGO_HOME");

	if (cargo && cargo[0] == '/')
		return arena_strdup(&g->arena, cargo);
	return home() ? keep(g, home(), ".cargo") : NULL;
}

static int set_hidden(struct gating *g, const char *dir,
		      const char *const *names, size_t count, struct err *err)
{
	const char **hidden = arena_calloc(&g->arena, count, sizeof(*hidden));

	for (size_t i = 0; hidden && i < count; i++) {
		hidden[i] = keep(g, dir, names[i]);
		if (!hidden[i])
			return err_nomem(err);
	}
	if (!hidden)
		return err_nomem(err);
	g->env.hidden = hidden;
	g->env.hidden_count = count;
	return 0;
}

static int set_student(struct gating *g, struct err *err)
{
	static const char *const secrets[] = { ".cargo/credentials.toml",
					       ".ssh/id_ed25519", ".ssh/id_rsa",
					       ".netrc" };

	g->env.cache_dir = student_cache(g);
	g->env.cargo_home = student_cargo(g);
	if (g->env.cache_dir)
		g->env.packages_dir = keep(g, g->env.cache_dir, "packages");
	return home() ? set_hidden(g, home(), secrets, ARRAY_LEN(secrets), err)
		      : 0;
}

int gating_check_policy(const struct policy *p, struct err *err)
{
	AUTO(explained_list_releasep) struct explained_list all = { 0 };
	const char **lints, **gates;
	size_t lint_count = 0, gate_count = 0;

	if (explain_all(&all, err) < 0)
		return (int)err->code;
	lints = calloc(all.count + 1, sizeof(*lints));
	gates = calloc(all.count + 1, sizeof(*gates));
	for (size_t i = 0; lints && gates && i < all.count; i++) {
		if (strcmp(all.items[i].kind, "gate") == 0)
			gates[gate_count++] = all.items[i].id;
		else
			lints[lint_count++] = all.items[i].id;
	}
	if (!lints || !gates)
		(void)err_nomem(err);
	else if (policy_check_lints(p, lints, lint_count, err) == 0)
		(void)policy_check_gates(p, gates, gate_count, err);
	free(lints);
	free(gates);
	return (int)err->code;
}

static int set_workspace(struct gating *g, struct workspace *ws,
			 struct err *err)
{
	static const char *const secrets[] = { "config/contacts.yaml",
					       "config/tokens.yaml" };
	const char *root = workspace_root(ws);

	g->env.cache_dir = keep(g, root, "var/cache");
	g->env.packages_dir = keep(g, root, "var/packages");
	g->env.cargo_home = keep(g, root, "var/cargo");
	if (!g->env.cache_dir || !g->env.packages_dir || !g->env.cargo_home)
		return err_nomem(err);
	file_sweep(g->env.packages_dir); /* we hold the workspace's lock */
	g->env.policy = workspace_policy(ws, err);
	if (!g->env.policy || gating_check_policy(g->env.policy, err) < 0)
		return (int)err->code;
	if (siblings_init(&g->siblings, ws, err) < 0)
		return (int)err->code;
	return set_hidden(g, root, secrets, ARRAY_LEN(secrets), err);
}

/* What a killed run left there goes after a day; nobody runs for so long. */
static void sweep(const char *dir)
{
	AUTO(file_names_releasep) struct file_names names = { 0 };
	time_t now = time(NULL);
	struct err ignored = { 0 };

	if (file_names_read(dir, &names, &ignored) < 0)
		return;
	for (size_t i = 0; i < names.count; i++) {
		AUTO(str_freep) char *path = path_joined(dir, names.items[i]);
		struct stat st;

		err_clear(&ignored);
		if (path && lstat(path, &st) == 0 && S_ISDIR(st.st_mode) &&
		    now - st.st_mtime > WORK_AGE_MAX_S)
			(void)file_remove_tree(path, &ignored);
	}
}

/* Without a cache, or with one that can only be read, there is /tmp. */
static void set_work(struct gating *g)
{
	struct err ignored = { 0 };

	if (!g->env.cache_dir)
		return;
	g->env.work_dir = keep(g, g->env.cache_dir, "work");
	if (!g->env.work_dir || file_make_dirs(g->env.work_dir, &ignored) < 0 ||
	    access(g->env.work_dir, W_OK) < 0)
		g->env.work_dir = NULL;
	else
		sweep(g->env.work_dir);
}

int gating_init(struct gating *g, struct workspace *ws, struct err *err)
{
	AUTO(str_freep) char *data = NULL;

	*g = (struct gating){ 0 };
	if (share_path("config", &data, err) < 0)
		return (int)err->code;
	g->env.data_dir = arena_strdup(&g->arena, data);
	if (!g->env.data_dir)
		return err_nomem(err);
	if ((ws ? set_workspace(g, ws, err) : set_student(g, err)) < 0)
		return (int)err->code;
	if (g->env.cache_dir && file_make_dirs(g->env.cache_dir, err) < 0) {
		if (ws)
			return (int)err->code;
		err_clear(err); /* a student without a writable home */
		g->env.cache_dir = g->env.packages_dir = NULL;
	}
	set_work(g);
	g->env.toolchain = &g->toolchain;
	return toolchain_find(g->env.cache_dir, &g->toolchain, err);
}

void gating_release(struct gating *g)
{
	if (!g)
		return;
	siblings_release(&g->siblings);
	arena_release(&g->arena);
}

/* ------------------------------------------------------------------- the jobs
 */

void seat_jobs_release(struct seat_jobs *jobs)
{
	if (!jobs)
		return;
	for (size_t i = 0; i < jobs->count; i++)
		record_free(jobs->items[i].record);
	free(jobs->items);
	arena_release(&jobs->arena);
	*jobs = (struct seat_jobs){ 0 };
}

/* All crates of the artifact but the job's own. */
static int set_taken(struct seat_jobs *jobs, struct seat_job *job,
		     struct err *err)
{
	const char **all =
		jobs->crates + (size_t)job->artifact * jobs->crate_count;
	const char **taken;

	if (jobs->crate_count == 0)
		return 0;
	taken = arena_calloc(&jobs->arena, jobs->crate_count, sizeof(*taken));
	if (!taken)
		return err_nomem(err);
	for (size_t i = 0; i < jobs->crate_count; i++)
		if (strcmp(all[i], job->crate) != 0)
			taken[job->taken_count++] = all[i];
	job->taken = taken;
	return 0;
}

static int add_job(struct workspace *ws, const struct seat *seat,
		   enum artifact a, struct seat_jobs *jobs, struct err *err)
{
	struct seat_job *grown = vec_grow(jobs->items, &jobs->cap,
					  jobs->count + 1, sizeof(*grown));
	struct seat_job *job;
	char crate[128];

	if (!grown)
		return err_nomem(err);
	jobs->items = grown;
	job = &grown[jobs->count];
	*job = (struct seat_job){ .seat = seat, .artifact = a };
	if (workspace_record(ws, a, seat->handle, &job->record, err) < 0)
		return (int)err->code;
	jobs->count++; /* the record is the list's from here on */
	seat_crate_name(seat, a, crate, sizeof(crate));
	job->crate = arena_strdup(&jobs->arena, crate);
	job->sub = record_current(job->record);
	job->earlier = job->sub ? record_baseline(job->record, job->sub) : NULL;
	job->label = arena_printf(&jobs->arena, "@%s %s", seat->handle,
				  job->sub ? job->sub->tag : artifact_id(a));
	job->repository = arena_printf(&jobs->arena, "%s/var/collected/%s.git",
				       workspace_root(ws), seat->handle);
	if (!job->crate || !job->label || !job->repository)
		return err_nomem(err);
	return set_taken(jobs, job, err);
}

static int add_seat(struct workspace *ws, size_t index, int artifact,
		    bool named, struct seat_jobs *jobs, struct err *err)
{
	const struct seat *seat = &workspace_roster(ws)->seats[index];
	size_t before = jobs->count;

	for (int a = 0; a < ARTIFACT_COUNT; a++) {
		const struct seat_summary *s =
			workspace_summary(ws, index, (enum artifact)a);

		if (artifact != ARTIFACT_ANY && artifact != a)
			continue;
		if (artifact == ARTIFACT_ANY && s->submissions == 0)
			continue;
		if (add_job(ws, seat, (enum artifact)a, jobs, err) < 0)
			return (int)err->code;
	}
	if (named && jobs->count == before)
		return add_job(ws, seat, ARTIFACT_01, jobs, err);
	return 0;
}

static int list_crates(struct workspace *ws, struct seat_jobs *jobs,
		       struct err *err)
{
	const struct roster *roster = workspace_roster(ws);
	char crate[128];

	if (roster->count > TAKEN_MAX)
		return 0;
	jobs->crates =
		arena_calloc(&jobs->arena, roster->count * ARTIFACT_COUNT + 1,
			     sizeof(*jobs->crates));
	if (!jobs->crates)
		return err_nomem(err);
	for (int a = 0; a < ARTIFACT_COUNT; a++)
		for (size_t i = 0; i < roster->count; i++) {
			const char *own;

			seat_crate_name(&roster->seats[i], (enum artifact)a,
					crate, sizeof(crate));
			own = arena_strdup(&jobs->arena, crate);
			if (!own)
				return err_nomem(err);
			jobs->crates[(size_t)a * roster->count + i] = own;
		}
	jobs->crate_count = roster->count;
	return 0;
}

int seat_jobs_select(struct workspace *ws, const char *const *handles,
		     size_t count, int artifact, struct seat_jobs *out,
		     struct err *err)
{
	AUTO(seat_jobs_releasep) struct seat_jobs jobs = { 0 };
	const struct roster *roster = workspace_roster(ws);

	if (list_crates(ws, &jobs, err) < 0)
		return (int)err->code;
	for (size_t i = 0; i < count; i++) {
		const struct seat *seat = roster_find(roster, handles[i]);

		if (!seat)
			return roster_no_student(roster, handles[i], err);
		if (add_seat(ws, (size_t)(seat - roster->seats), artifact, true,
			     &jobs, err) < 0)
			return (int)err->code;
	}
	for (size_t i = 0; count == 0 && i < roster->count; i++)
		if (roster->seats[i].status != SEAT_WITHDRAWN &&
		    add_seat(ws, i, artifact, false, &jobs, err) < 0)
			return (int)err->code;
	*out = jobs;
	jobs = (struct seat_jobs){ 0 };
	return 0;
}

void seat_job_subject(const struct seat_job *job, int week,
		      struct gate_subject *out)
{
	*out = (struct gate_subject){
		.label = job->label,
		.artifact = job->artifact,
		.week = week,
		.handle = job->seat->handle,
		.expected_name = job->crate,
		.expected_version = job->sub ? job->sub->version : NULL,
		.tag = job->sub ? job->sub->tag : NULL,
		.moved_tag = job->sub && record_is_moved(job->record),
		.kept_commit = job->sub ? job->sub->commit : NULL,
		.identity = job->sub ? job->sub->commit : NULL,
	};
	out->taken = job->taken;
	out->taken_count = job->taken_count;
}

/* -------------------------------------------------------------------- packing
 */

char *package_path(const struct workspace *ws, const char *sha256)
{
	AUTO(strbuf_releasep) struct strbuf path = { 0 };

	strbuf_addf(&path, "%s/var/packages/%s.crate", workspace_root(ws),
		    sha256);
	return strbuf_take(&path);
}

void pack_result_release(struct pack_result *r)
{
	if (r)
		gate_report_release(&r->report);
}

/* True if it was packed and the bytes are still what they were. */
static bool is_packed(const struct gating *g, const struct submission *sub)
{
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	char sha256[DIGEST_HEX_SIZE];
	struct err ignored = { 0 };

	if (sub->package_sha256[0] == '\0')
		return false;
	strbuf_addf(&path, "%s/%s.crate", g->env.packages_dir,
		    sub->package_sha256);
	return strbuf_ok(&path) &&
	       digest_file(strbuf_str(&path), sha256, &ignored) == 0 &&
	       strcmp(sha256, sub->package_sha256) == 0;
}

int gating_env_for(struct gating *g, const char *dir, const char *crate,
		   struct gate_env *out, const char **missing, struct err *err)
{
	*out = g->env;
	if (!siblings_needed(&g->siblings, dir, crate, missing) || *missing)
		return 0;
	out->siblings_dir = siblings_stage(&g->siblings, err);
	return (int)err->code;
}

static int pack(struct gating *g, const struct seat_job *job,
		const struct submission *sub, const char *into,
		struct pack_result *out, struct err *err)
{
	AUTO(checkout_releasep) struct checkout c = { 0 };
	struct gate_subject subject;
	struct gate_env env;

	if (checkout_commit(job->repository, sub->commit, job->artifact, into,
			    &c, err) < 0 ||
	    gating_env_for(g, c.crate, job->crate, &env, &out->waits_for, err) <
		    0)
		return (int)err->code;
	if (out->waits_for)
		return 0;
	if (!env.offline && gate_fetch(&env, c.crate, err) < 0)
		return err->code == ERR_NET
			       ? err_hint(err, "cohort package @%s",
					  job->seat->handle)
			       : (int)err->code;
	seat_job_subject(job, 0, &subject);
	subject.moved_tag = false; /* a matter of the check */
	subject.root_dir = c.root;
	subject.source_dir = c.crate;
	return gate_pack(&env, &subject, &out->report, err);
}

int seat_job_pack(struct gating *g, const struct seat_job *job,
		  const struct submission *sub, struct pack_result *out,
		  struct err *err)
{
	AUTO(str_freep) char *dir = NULL;
	AUTO(str_freep) char *into = NULL;
	struct pack_result r = { 0 };
	struct err ignored = { 0 };

	if (is_packed(g, sub)) {
		memcpy(r.sha256, sub->package_sha256, sizeof(r.sha256));
		r.size = sub->package_size;
		*out = r;
		return 0;
	}
	if (file_temp_dir(g->env.work_dir, &dir, err) < 0)
		return (int)err->code;
	into = path_joined(dir, "tree");
	if (!into)
		(void)err_nomem(err);
	else
		(void)pack(g, job, sub, into, &r, err);
	(void)file_remove_tree(dir, &ignored);
	if (err->code) {
		pack_result_release(&r);
		return (int)err->code;
	}
	memcpy(r.sha256, r.report.package_sha256, sizeof(r.sha256));
	r.size = r.report.package_size;
	r.fresh = r.sha256[0] != '\0';
	*out = r;
	return 0;
}

void record_set_package(struct record *record, uint32_t n,
			const struct pack_result *packed)
{
	for (size_t i = 0; i < record->submission_count; i++) {
		struct submission *s = &record->submissions[i];

		if (s->n != n)
			continue;
		memcpy(s->package_sha256, packed->sha256,
		       sizeof(s->package_sha256));
		s->package_size = packed->size;
	}
}
