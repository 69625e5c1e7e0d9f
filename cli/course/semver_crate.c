/* One crate, compared with what it was. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/pool.h"
#include "base/str.h"
#include "course/semver_internal.h"
#include "crate/manifest/manifest.h"
#include "gate/confirm.h"
#include "gate/document.h"
#include "gate/resolve.h"

static int set_skipped(struct semver_item *item, const char *reason)
{
	item->verdict = VERDICT_SKIPPED;
	item->reason = reason;
	return 0;
}

int semver_weigh(struct semver_run *run, const struct package *p,
		 const struct compare_side *old,
		 const struct compare_side *fresh, struct confirm_job *job,
		 struct semver_item *item, struct err *err)
{
	struct compare_settings how = run->request->how;
	AUTO(str_freep) char *dir = p ? strdup(p->manifest) : NULL;

	if (p && !dir)
		return err_nomem(err);
	if (dir)
		dir[path_base(dir) - dir - 1] = '\0';
	how.workspace = run->current.packages.metadata;
	if (job && !how.all_lints) {
		how.confirm = confirm_types;
		how.context = job;
	}
	if (semver_policy_apply(run, dir, &how, err) < 0 ||
	    compare(old, fresh, &how, &item->compared, err) < 0)
		return err->code;
	if (!how.all_lints &&
	    findings_at_level(&item->compared.findings, FINDING_DENY) > 0)
		item->verdict = VERDICT_FAIL;
	if (job && job->asked > 0)
		return semver_item_note(run, item, err,
					"%zu of %zu findings on types are "
					"confirmed by a program that no longer "
					"compiles",
					job->confirmed, job->asked);
	return 0;
}

/* The earlier version of one crate. */
struct earlier {
	struct semver_tree *tree; /* OWN, or the one that all share */
	struct semver_tree own;
	const struct package *package;
	char *crate; /* the .crate, where it is a release */
};

static void earlier_release(struct earlier *e)
{
	semver_tree_release(&e->own);
	free(e->crate);
}
AUTO_RELEASE(struct earlier, earlier_release)

static const struct package *find_like(const struct packages *p,
				       const char *name)
{
	const struct package *found = packages_find(p, name);

	for (size_t i = 0; !found && i < p->count; i++)
		if (crate_name_same(p->items[i].name, name))
			found = &p->items[i];
	return found;
}

/* e->package stays NULL where there is no earlier version. */
static int find_earlier(struct semver_run *run, const struct package *p,
			struct semver_item *item, struct earlier *e,
			struct err *err)
{
	char name[CRATE_NAME_SIZE + 16];

	if (run->baseline.dir) {
		e->tree = &run->baseline;
	} else {
		if (semver_release_find(run, p, &e->crate, &item->baseline,
					err) < 0)
			return err->code;
		if (!e->crate)
			return 0;
		snprintf(name, sizeof(name), "earlier-%.64s", p->name);
		if (semver_tree_of_package(run, e->crate, name, &e->own, err) <
		    0)
			return err->code;
		e->tree = &e->own;
	}
	e->package = find_like(&e->tree->packages, p->name);
	return 0;
}

/* Both sides against the dependencies of the current one: see resolve.h. */
static int align(struct semver_run *run, struct semver_item *item,
		 struct semver_tree *t, struct err *err)
{
	AUTO(str_freep) char *dir = semver_tree_root(t);
	AUTO(str_freep) char *current = semver_tree_root(&run->current);
	AUTO(str_freep) char *lock = NULL;
	char why[300];

	if (t->is_resolved)
		return 0;
	lock = current ? path_joined(current, "Cargo.lock") : NULL;
	if (!dir || !lock)
		return err_nomem(err);
	if (resolve_like(&run->env, run->work, dir, lock, why, sizeof(why),
			 err) < 0)
		return err_context(err, "baseline");
	t->is_resolved = true;
	if (why[0])
		return semver_item_note(run, item, err,
					"the two versions were documented "
					"against different dependencies: %s",
					why);
	return 0;
}

/* What is in the tree, with its Cargo.lock as it is now. */
static int identify(const struct semver_tree *t, struct strbuf *out,
		    struct err *err)
{
	AUTO(str_freep) char *dir = semver_tree_root(t);
	AUTO(str_freep)
	char *lock = dir ? path_joined(dir, "Cargo.lock") : NULL;
	char digest[DIGEST_HEX_SIZE];

	if (!lock)
		return err_nomem(err);
	if (digest_file(lock, digest, err) < 0)
		return err->code;
	strbuf_addf(out, "%s %s", t->key, digest);
	return strbuf_check(out, err);
}

/* One document that is to be made. */
struct making {
	const struct semver_run *run;
	struct document_spec spec;
	struct strbuf identity;
	char *json; /* when it is made */
	struct err err;
};

static void making_release(struct making *m)
{
	strbuf_release(&m->identity);
	free(m->json);
}
AUTO_RELEASE(struct making, making_release)

static int making_init(struct making *m, struct semver_run *run,
		       const char *name, const struct semver_tree *t,
		       const struct package *p, struct semver_item *item,
		       struct err *err)
{
	m->run = run;
	m->spec = (struct document_spec){
		.name = name,
		.dir = t->dir,
		.folder = t->folder,
		.package = t->packages.count > 1 ? p->name : NULL,
		.target = run->request->target,
		.rustflags = strbuf_str(&run->flags.rustc),
		.rustdocflags = strbuf_str(&run->flags.rustdoc)
	};
	if (semver_features_choose(run, p, t != &run->current, item,
				   &m->spec.features, err) < 0 ||
	    identify(t, &m->identity, err) < 0)
		return err->code;
	m->spec.identity = strbuf_str(&m->identity);
	return 0;
}

static void make_one(void *ctx, size_t index)
{
	struct making *m = ((struct making *const *)ctx)[index];

	(void)document_make(&m->run->env, m->run->work, &m->spec, &m->json,
			    &m->err);
}

/* At the same time; the first that fails is the failure. */
static int make_all(struct making *const *all, size_t count, struct err *err)
{
	if (pool_run((unsigned)count, count, make_one, (void *)all, err) < 0)
		return err->code;
	for (size_t i = 0; i < count && !err->code; i++)
		if (all[i]->err.code)
			*err = all[i]->err;
	return err->code;
}

/* As places in the source are named: below the root of the workspace. */
static const char *manifest_name(const struct semver_run *run,
				 const struct package *p)
{
	const char *root = run->current.packages.root;
	size_t len = strlen(root);

	return strncmp(p->manifest, root, len) == 0 && p->manifest[len] == '/'
		       ? p->manifest + len + 1
		       : NULL;
}

/* What was documented is what witnesses are compiled against. */
static struct confirm_side confirm_side_of(const struct document_spec *spec)
{
	return (struct confirm_side){ .dir = spec->dir,
				      .features = spec->features,
				      .folder = spec->folder,
				      .package = spec->package,
				      .rustflags = spec->rustflags };
}

static int compare_with(struct semver_run *run, const struct package *p,
			struct semver_item *item, struct earlier *e,
			struct err *err)
{
	AUTO(making_releasep) struct making was = { 0 };
	AUTO(making_releasep) struct making is = { 0 };
	struct making *const both[] = { &was, &is };
	AUTO(str_freep)
	char *old_manifest = semver_tree_manifest(e->tree, e->package);
	AUTO(str_freep)
	char *new_manifest = semver_tree_manifest(&run->current, p);
	struct compare_side old = { .name = "baseline",
				    .manifest = old_manifest,
				    .edition = e->package->edition };
	struct compare_side fresh = { .name = "current",
				      .manifest = new_manifest,
				      .manifest_name = manifest_name(run, p),
				      .edition = p->edition };
	struct confirm_job job = { .env = &run->env, .work = run->work };

	if (!old_manifest || !new_manifest)
		return err_nomem(err);
	if (align(run, item, e->tree, err) < 0 ||
	    making_init(&was, run, "baseline", e->tree, e->package, item, err) <
		    0 ||
	    making_init(&is, run, "current", &run->current, p, item, err) < 0 ||
	    make_all(both, ARRAY_LEN(both), err) < 0)
		return err->code;
	old.json = was.json;
	fresh.json = is.json;
	job.before = confirm_side_of(&was.spec);
	job.after = confirm_side_of(&is.spec);
	return semver_weigh(run, p, &old, &fresh,
			    run->request->target ? NULL : &job, item, err);
}

static int compare_with_document(struct semver_run *run,
				 const struct package *p,
				 struct semver_item *item, struct err *err)
{
	const struct semver_request *r = run->request;
	AUTO(making_releasep) struct making is = { 0 };
	struct making *const only[] = { &is };
	AUTO(str_freep)
	char *new_manifest = semver_tree_manifest(&run->current, p);
	struct compare_side old = { .name = r->baseline_rustdoc,
				    .json = r->baseline_rustdoc,
				    .manifest = r->baseline_manifest };
	struct compare_side fresh = { .name = "current",
				      .manifest = new_manifest,
				      .manifest_name = manifest_name(run, p),
				      .edition = p->edition };

	if (!new_manifest)
		return err_nomem(err);
	item->baseline = r->baseline_rustdoc;
	if (making_init(&is, run, "current", &run->current, p, item, err) < 0 ||
	    make_all(only, ARRAY_LEN(only), err) < 0)
		return err->code;
	fresh.json = is.json;
	return semver_weigh(run, p, &old, &fresh, NULL, item, err);
}

int semver_check_crate(struct semver_run *run, const struct package *p,
		       struct semver_item *item, struct err *err)
{
	AUTO(earlier_releasep) struct earlier e = { 0 };

	if (!p->has_library)
		return set_skipped(item, "it has no library");
	if (run->flags.conditional &&
	    semver_item_note(run, item, err,
			     "the flags of [target.'cfg(..)'] in the "
			     "configuration of cargo are not followed") < 0)
		return err->code;
	if (run->request->whole_workspace && !p->is_published)
		return set_skipped(item, "it is not published");
	if (run->request->baseline_rustdoc)
		return compare_with_document(run, p, item, err);
	if (find_earlier(run, p, item, &e, err) < 0)
		return err->code;
	if (!e.package && !e.tree && item->baseline)
		return set_skipped(item, "no earlier version is here, and "
					 "nothing was to be fetched");
	if (!e.package)
		return set_skipped(item, "no earlier version");
	if (!e.package->has_library)
		return set_skipped(item, "the earlier version has no library");
	return compare_with(run, p, item, &e, err);
}
