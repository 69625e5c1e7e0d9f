#include "course/semver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os_linux.h"
#include "base/parse.h"
#include "base/path.h"
#include "base/progress.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "course/semver_internal.h"
#include "gate/resolve.h"
#include "io/file.h"
#include "io/sandbox.h"
#include "io/toolchain.h"
#include "model/policy.h"

void semver_answer_release(struct semver_answer *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < a->count; i++)
		compared_release(&a->items[i].compared);
	free(a->items);
	arena_release(&a->arena);
	*a = (struct semver_answer){ 0 };
}

static void run_release(struct semver_run *run)
{
	struct err ignored = { 0 }; /* what matters has been said by now */

	semver_tree_release(&run->current);
	semver_tree_release(&run->baseline);
	if (run->work)
		(void)file_remove_tree(run->work, &ignored);
	free(run->work);
	free(run->manifest);
	free(run->repo_root);
	policy_free(run->own_policy);
	cargo_flags_release(&run->flags);
	gating_release(&run->gating);
}
AUTO_RELEASE(struct semver_run, run_release)

static void count_up(struct semver_answer *a)
{
	for (size_t i = 0; i < a->count; i++) {
		a->passed += a->items[i].verdict == VERDICT_PASS;
		a->failed += a->items[i].verdict == VERDICT_FAIL;
		a->skipped += a->items[i].verdict == VERDICT_SKIPPED;
		a->errors += a->items[i].verdict == VERDICT_ERROR;
	}
}

static int add_items(struct semver_answer *a, size_t count, struct err *err)
{
	a->items = calloc(count + 1, sizeof(*a->items));
	return a->items ? 0 : err_nomem(err);
}

/* ---- two documents */

static int check_documents(struct semver_run *run, struct err *err)
{
	const struct semver_request *r = run->request;
	struct semver_answer *a = run->answer;
	bool named = r->baseline_manifest || r->current_manifest;
	AUTO(str_freep)
	char *old = named ? NULL : semver_near_manifest(r->baseline_rustdoc);
	AUTO(str_freep)
	char *new = old ? semver_near_manifest(r->current_rustdoc) : NULL;
	struct compare_side before = { .name = r->baseline_rustdoc,
				       .json = r->baseline_rustdoc,
				       .manifest = r->baseline_manifest };
	struct compare_side after = { .name = r->current_rustdoc,
				      .json = r->current_rustdoc,
				      .manifest = r->current_manifest };

	if (new) {
		before.manifest = old;
		after.manifest = new;
	}
	if (add_items(a, 1, err) < 0)
		return err->code;
	a->count = 1;
	if (semver_weigh(run, NULL, &before, &after, NULL, &a->items[0], err) <
	    0)
		return err->code;
	a->items[0].crate = a->items[0].compared.crate;
	a->items[0].version = a->items[0].compared.to;
	a->items[0].baseline = r->baseline_rustdoc;
	return 0;
}

/* ---- which crates */

static bool is_among(const struct semver_words *words, const char *name)
{
	for (size_t i = 0; i < words->count; i++)
		if (strcmp(words->items[i], name) == 0)
			return true;
	return false;
}

static int no_such_package(const struct packages *p, const char *name,
			   struct err *err)
{
	const char **names = calloc(p->count + 1, sizeof(*names));
	const char *near;

	(void)err_set(err, ERR_NOT_FOUND,
		      "there is no package '%s' in the workspace", name);
	for (size_t i = 0; names && i < p->count; i++)
		names[i] = p->items[i].name;
	near = names ? parse_nearest(name, names, p->count) : NULL;
	if (near)
		(void)err_hint(err, "did you mean '%s'?", near);
	free(names);
	return err->code;
}

static int check_names(const struct semver_run *run,
		       const struct semver_words *words, struct err *err)
{
	const struct packages *p = &run->current.packages;

	for (size_t i = 0; i < words->count; i++)
		if (!packages_find(p, words->items[i]))
			return no_such_package(p, words->items[i], err);
	return 0;
}

/* The package whose manifest was named; NULL: a workspace without one. */
static const struct package *own_package(const struct semver_run *run)
{
	const struct packages *p = &run->current.packages;

	for (size_t i = 0; i < p->count; i++)
		if (strcmp(p->items[i].manifest, run->manifest) == 0)
			return &p->items[i];
	return NULL;
}

static bool is_chosen(const struct semver_run *run, const struct package *p)
{
	const struct semver_request *r = run->request;
	const struct package *own = own_package(run);

	if (is_among(&r->excluded, p->name))
		return false;
	if (r->packages.count > 0)
		return is_among(&r->packages, p->name);
	if (r->whole_workspace)
		return true;
	return own ? p == own : p->is_default;
}

static void check_one(struct semver_run *run, const struct package *p,
		      struct semver_item *item)
{
	struct arena *arena = &run->answer->arena;

	item->crate = arena_strdup(arena, p->name);
	item->version = arena_strdup(arena, p->version);
	item->baseline = run->request->baseline_rev
				 ? run->request->baseline_rev
				 : run->request->baseline_root;
	if (!item->crate || !item->version)
		(void)err_nomem(&item->err);
	else
		(void)semver_check_crate(run, p, item, &item->err);
	if (item->err.code)
		item->verdict = VERDICT_ERROR;
}

static int check_chosen(struct semver_run *run, struct err *err)
{
	const struct packages *p = &run->current.packages;
	struct semver_answer *a = run->answer;

	if (check_names(run, &run->request->packages, err) < 0 ||
	    check_names(run, &run->request->excluded, err) < 0 ||
	    add_items(a, p->count, err) < 0)
		return err->code;
	for (size_t i = 0; i < p->count; i++) {
		if (!is_chosen(run, &p->items[i]))
			continue;
		progress_step(run->request->progress, i, p->count,
			      p->items[i].name);
		check_one(run, &p->items[i], &a->items[a->count++]);
	}
	progress_step(run->request->progress, p->count, p->count, "");
	if (a->count == 0)
		return err_set(err, ERR_NOT_FOUND, "no package was chosen");
	return 0;
}

/* ---- getting ready */

static int find_manifest(struct semver_run *run, struct err *err)
{
	const char *path = run->request->path ? run->request->path : ".";
	AUTO(str_freep)
	char *manifest = file_is_dir(path) ? path_joined(path, "Cargo.toml")
					   : strdup(path);

	if (!manifest)
		return err_nomem(err);
	if (!file_exists(manifest))
		return err_set(err, ERR_NOT_FOUND,
			       "there is no Cargo.toml in '%s'", path);
	run->manifest = os_real_path(manifest);
	if (!run->manifest)
		return err_nomem(err);
	if (strcmp(path_base(run->manifest), "Cargo.toml") != 0)
		return err_set(err, ERR_USAGE, "'%s' is no Cargo.toml", path);
	run->repo_root = semver_repository_around(run->manifest);
	return 0;
}

static int set_env(struct semver_run *run, struct err *err)
{
	const struct semver_request *r = run->request;

	if (gating_init(&run->gating, r->workspace, err) < 0)
		return err->code;
	run->env = run->gating.env;
	run->env.offline = r->offline;
	run->env.no_sandbox = r->no_sandbox;
	run->env.build_timeout_s = r->build_timeout_s;
	if (run->env.toolchain->rustdoc[0] == '\0')
		return err_set(err, ERR_MISSING, "rustdoc not found");
	if (!r->no_sandbox && sandbox_check(err) < 0)
		return err->code;
	return file_temp_dir(run->env.work_dir, &run->work, err);
}

/* As `cargo build` in the crate's folder would take them. */
static int set_flags(struct semver_run *run, struct err *err)
{
	const struct gate_env *env = &run->env;
	const char *target = run->request->target;
	const char *triple = target ? target : env->toolchain->host;
	AUTO(str_freep) char *dir = strdup(run->manifest);
	AUTO(strbuf_releasep) struct strbuf cfgs = { 0 };
	const char *at = dir;
	struct err ignored = { 0 };

	if (!dir)
		return err_nomem(err);
	dir[path_base(dir) - dir - 1] = '\0';
	at = dir[0] ? dir : "/";
	if (cargo_flags_read(at, env->cargo_home, triple, NULL, &run->flags,
			     err) < 0)
		return err->code;
	/* asked only where it matters; else the flags are told to be missing */
	if (!run->flags.conditional ||
	    toolchain_cfgs(env->toolchain, triple, &cfgs, &ignored) < 0)
		return 0;
	cargo_flags_release(&run->flags);
	return cargo_flags_read(at, env->cargo_home, triple, strbuf_str(&cfgs),
				&run->flags, err);
}

/* Crates of the cohort that depend on each other stand in for crates.io. */
static int set_siblings(struct semver_run *run, struct err *err)
{
	const struct packages *p = &run->current.packages;
	const char *missing = NULL;

	for (size_t i = 0; run->request->workspace && i < p->count; i++) {
		AUTO(str_freep) char *dir = strdup(p->items[i].manifest);
		struct gate_env env;

		if (!dir)
			return err_nomem(err);
		dir[path_base(dir) - dir - 1] = '\0';
		if (gating_env_for(&run->gating, dir, p->items[i].name, &env,
				   &missing, err) < 0)
			return err->code;
		if (missing)
			return err_set(err, ERR_REFUSED,
				       "it needs %s, which is not packed",
				       missing);
		if (env.siblings_dir)
			run->env.siblings_dir = env.siblings_dir;
	}
	return 0;
}

static int open_current(struct semver_run *run, struct err *err)
{
	unsigned flags = run->request->locked ? RESOLVE_LOCKED : 0;
	AUTO(str_freep) char *root = NULL;

	if (semver_tree_of_folder(run, run->manifest, "tree", &run->current,
				  err) < 0 ||
	    set_siblings(run, err) < 0)
		return err->code;
	root = semver_tree_root(&run->current);
	if (!root)
		return err_nomem(err);
	if (resolve(&run->env, run->work, root, flags, err) < 0)
		return err->code;
	run->current.is_resolved = true;
	return 0;
}

/* The baseline that all crates share, if they do. */
static int open_baseline(struct semver_run *run, struct err *err)
{
	const struct semver_request *r = run->request;
	AUTO(str_freep) char *manifest = NULL;
	AUTO(str_freep) char *real = NULL;

	if (r->baseline_rev)
		return semver_tree_of_revision(run, r->baseline_rev,
					       &run->baseline, err);
	if (!r->baseline_root)
		return 0;
	manifest = file_is_dir(r->baseline_root)
			   ? path_joined(r->baseline_root, "Cargo.toml")
			   : strdup(r->baseline_root);
	if (!manifest)
		return err_nomem(err);
	real = os_real_path(manifest);
	if (!real)
		return err_set(err, ERR_NOT_FOUND,
			       "there is no Cargo.toml in '%s'",
			       r->baseline_root);
	if (semver_tree_of_folder(run, real, "baseline", &run->baseline, err) <
	    0)
		return err_context(err, "%s", r->baseline_root);
	return 0;
}

static int check_crates(struct semver_run *run, struct err *err)
{
	if (find_manifest(run, err) < 0 || set_env(run, err) < 0 ||
	    set_flags(run, err) < 0 || open_current(run, err) < 0 ||
	    open_baseline(run, err) < 0)
		return err->code;
	return check_chosen(run, err);
}

int semver_check(const struct semver_request *request,
		 struct semver_answer *out, struct err *err)
{
	AUTO(semver_answer_releasep) struct semver_answer a = { 0 };
	AUTO(run_releasep)
	struct semver_run run = { .request = request, .answer = &a };

	if (semver_policy_open(&run, err) < 0)
		return err->code;
	if ((request->current_rustdoc ? check_documents(&run, err)
				      : check_crates(&run, err)) < 0)
		return err->code;
	count_up(&a);
	*out = a;
	a = (struct semver_answer){ 0 };
	return 0;
}
