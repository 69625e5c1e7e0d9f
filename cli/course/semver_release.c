/* The earlier release of a crate: in a directory, or on crates.io. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/semver.h"
#include "base/str.h"
#include "course/semver_internal.h"
#include "crate/manifest/manifest.h"
#include "crate/package/index.h"
#include "gate/fetched_crate.h"
#include "io/file.h"
#include "model/cohort.h"
#include "workspace/workspace.h"

#define CRATES_IO "crates.io"

static int no_such_version(const char *crate, const char *version,
			   const char *in, struct err *err)
{
	return err_set(err, ERR_NOT_FOUND, "there is no %s %s %s", crate,
		       version, in);
}

/* ---- a directory, as registry/disk.c and cargo's local-registry have it */

/* Is A the better baseline for what follows?  See semver_release_find(). */
static bool is_better(const struct semver *a, const struct semver *b,
		      const struct semver *current)
{
	bool a_fits = a->pre[0] == '\0' && semver_compare(a, current) <= 0;
	bool b_fits = b->pre[0] == '\0' && semver_compare(b, current) <= 0;

	if (a_fits != b_fits)
		return a_fits;
	return semver_compare(a, b) > 0;
}

static const struct index_version *best(const struct crate_index *index,
					const struct semver *current)
{
	const struct index_version *found = NULL;
	struct semver highest = { 0 };

	for (size_t i = 0; i < index->count; i++) {
		const struct index_version *v = &index->versions[i];
		struct err ignored = { 0 };
		struct semver version;

		if (v->yanked ||
		    semver_parse(v->version, &version, &ignored) < 0)
			continue;
		if (found && !is_better(&version, &highest, current))
			continue;
		found = v;
		highest = version;
	}
	return found;
}

static int read_index(const char *dir, const char *crate,
		      struct crate_index *out, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	AUTO(strbuf_releasep) struct strbuf text = { .max = INDEX_FILE_MAX };
	char name[INDEX_PATH_SIZE];

	if (index_path(crate, name, err) < 0)
		return err->code;
	strbuf_addf(&path, "%s/index/%s", dir, name);
	if (strbuf_check(&path, err) < 0)
		return err->code;
	if (!file_exists(strbuf_str(&path)))
		return 0;
	if (file_read(strbuf_str(&path), INDEX_FILE_MAX, &text, err) < 0)
		return err->code;
	return crate_index_read(strbuf_str(&text), text.len, strbuf_str(&path),
				out, err);
}

/* The bytes that the index means, and no others. */
static int take(const char *dir, const struct index_version *v, char **package,
		struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	char sha256[DIGEST_HEX_SIZE];

	strbuf_addf(&path, "%s/%s-%s.crate", dir, v->name, v->version);
	if (strbuf_check(&path, err) < 0 ||
	    digest_file(strbuf_str(&path), sha256, err) < 0)
		return err->code;
	if (strcmp(sha256, v->sha256) != 0)
		return err_set(err, ERR_FORMAT,
			       "'%s' is not what the index says: its SHA-256 "
			       "is %s",
			       strbuf_str(&path), sha256);
	*package = strbuf_take(&path);
	return *package ? 0 : err_nomem(err);
}

static int find_in_directory(struct semver_run *run, const char *dir,
			     const struct package *p, char **package,
			     const char **label, struct err *err)
{
	AUTO(crate_index_releasep) struct crate_index index = { 0 };
	const char *wanted = run->request->baseline_version;
	const struct index_version *v;
	struct semver current;

	if (semver_parse(p->version, &current, err) < 0)
		return err->code;
	if (!file_is_dir(dir))
		return run->request->registry
			       ? err_set(err, ERR_NOT_FOUND,
					 "there is no registry in '%s'", dir)
			       : 0;
	if (read_index(dir, p->name, &index, err) < 0)
		return err->code;
	v = wanted ? crate_index_find(&index, wanted) : best(&index, &current);
	if (!v && wanted)
		return no_such_version(p->name, wanted, "in the registry", err);
	if (!v)
		return 0;
	if (take(dir, v, package, err) < 0)
		return err->code;
	*label = arena_printf(&run->answer->arena, "%s %s in %s", v->name,
			      v->version, dir);
	return *label ? 0 : err_nomem(err);
}

/* ---- crates.io */

/*
 * A requirement that an upper bound alone makes takes no pre-release, so what
 * is current may be one: what it leads to is not out yet.
 */
static int below(const char *version, char *out, size_t size, struct err *err)
{
	struct semver v;

	if (semver_parse(version, &v, err) < 0)
		return err->code;
	snprintf(out, size, "%s%llu.%llu.%llu",
		 v.pre[0] ? "<" : "<=", (unsigned long long)v.major,
		 (unsigned long long)v.minor, (unsigned long long)v.patch);
	return 0;
}

static int fetch(struct semver_run *run, const struct package *p,
		 const char *requirement, struct fetched_crate *out,
		 struct err *err)
{
	if (!crate_name_is_valid(p->name))
		return err_set(err, ERR_NOT_FOUND, "'%s' is no name of a crate",
			       p->name);
	return fetched_crate_get(&run->env, run->work, p->name, requirement,
				 out, err);
}

static int find_wanted(struct semver_run *run, const struct package *p,
		       const char *wanted, struct fetched_crate *out,
		       struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf requirement = { 0 };
	struct semver v;

	if (semver_parse(wanted, &v, err) < 0)
		return err->code;
	strbuf_addc(&requirement, '=');
	semver_format(&v, &requirement);
	if (strbuf_check(&requirement, err) < 0)
		return err->code;
	if (fetch(run, p, strbuf_str(&requirement), out, err) < 0 &&
	    err->code == ERR_NOT_FOUND) {
		err_clear(err);
		return no_such_version(p->name, wanted, "on " CRATES_IO, err);
	}
	return err->code;
}

static int find_on_web(struct semver_run *run, const struct package *p,
		       char **package, const char **label, struct err *err)
{
	const char *wanted = run->request->baseline_version;
	AUTO(fetched_crate_releasep) struct fetched_crate found = { 0 };
	char requirement[80];

	if (wanted) {
		if (find_wanted(run, p, wanted, &found, err) < 0)
			return err->code;
	} else if (below(p->version, requirement, sizeof(requirement), err) <
		   0) {
		return err->code;
	} else if (fetch(run, p, requirement, &found, err) < 0) {
		if (err->code != ERR_NOT_FOUND)
			return err->code;
		err_clear(err);
		if (fetch(run, p, "*", &found, err) < 0) {
			if (err->code != ERR_NOT_FOUND)
				return err->code;
			err_clear(err);
			if (run->env.offline) /* who knows */
				*label = CRATES_IO ", offline";
			return 0;
		}
	}
	*label = arena_printf(&run->answer->arena, "%s %s on %s", p->name,
			      found.version, CRATES_IO);
	if (!*label)
		return err_nomem(err);
	*package = found.folder;
	found.folder = NULL; /* handed over */
	return 0;
}

/* ---- which of them */

/* The directory to look in, or NULL: crates.io. */
static int choose(struct semver_run *run, char **dir, struct err *err)
{
	struct workspace *ws = run->request->workspace;
	const char *name = run->request->registry;
	const struct registry_config *c = NULL;

	if (name && strcmp(name, CRATES_IO) == 0)
		return 0;
	if (ws)
		c = cohort_registry(workspace_cohort(ws),
				    name ? name : "local");
	if (c && c->kind == REGISTRY_DISK && c->path)
		*dir = c->path[0] == '/' ? strdup(c->path)
					 : workspace_path(ws, c->path);
	else if (name)
		*dir = strdup(name);
	else
		return 0;
	return *dir ? 0 : err_nomem(err);
}

int semver_release_find(struct semver_run *run, const struct package *p,
			char **package, const char **label, struct err *err)
{
	AUTO(str_freep) char *dir = NULL;

	*package = NULL;
	if (choose(run, &dir, err) < 0)
		return err->code;
	if (dir)
		return find_in_directory(run, dir, p, package, label, err);
	return find_on_web(run, p, package, label, err);
}
