#include "course/baseline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/path.h"
#include "base/semver.h"
#include "base/str.h"
#include "course/checkout.h"
#include "crate/manifest/manifest.h"
#include "io/digest.h"
#include "io/file.h"
#include "io/git.h"

enum {
	MANIFEST_MAX = 1 << 20
};

/* False where the manifest has no version of its own to compare with. */
static bool version_of(const char *dir, struct semver *out)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(str_freep) char *path = path_joined(dir, "Cargo.toml");
	struct manifest m = { 0 };
	struct err ignored = { 0 }; /* the gates will complain */

	return path && file_read(path, MANIFEST_MAX, &text, &ignored) == 0 &&
	       manifest_read(strbuf_str(&text), text.len, "Cargo.toml", &arena,
			     &m, &ignored) == 0 &&
	       m.version.value &&
	       semver_parse(m.version.value, out, &ignored) == 0;
}

struct search {
	enum artifact artifact;
	struct semver below;
	struct semver best;
	struct oid oid;
	bool found;
};

static int look(void *ctx, const char *ref, const struct oid *oid)
{
	struct search *s = ctx;
	const char *text;
	enum artifact a;
	struct semver v;
	struct err ignored = { 0 };

	if (!artifact_tag_parse(ref, &a, &text) || a != s->artifact ||
	    semver_parse(text, &v, &ignored) < 0 ||
	    semver_compare(&v, &s->below) >= 0 ||
	    (s->found && semver_compare(&v, &s->best) <= 0))
		return 0;
	s->best = v;
	s->oid = *oid;
	s->found = true;
	return 0;
}

/* Which package a commit was packed to is remembered beside the packages. */
static char *note_path(const struct gating *g, const char *commit)
{
	AUTO(strbuf_releasep) struct strbuf path = { 0 };

	strbuf_addf(&path, "%s/%s.of-commit", g->env.packages_dir, commit);
	return strbuf_take(&path);
}

static char *noted_package(const struct gating *g, const char *commit)
{
	AUTO(str_freep) char *note = note_path(g, commit);
	AUTO(strbuf_releasep) struct strbuf sha256 = { 0 };
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	struct err ignored = { 0 };

	if (!note || file_read(note, SHA256_HEX_SIZE, &sha256, &ignored) < 0)
		return NULL;
	strbuf_addf(&path, "%s/%s.crate", g->env.packages_dir,
		    strbuf_str(&sha256));
	return strbuf_ok(&path) && file_exists(strbuf_str(&path))
		       ? strbuf_take(&path)
		       : NULL;
}

static int pack(const struct gating *g, struct repo *repo, const char *commit,
		enum artifact a, const char *into, char **out, struct err *err)
{
	AUTO(checkout_releasep) struct checkout c = { 0 };
	AUTO(gate_report_releasep) struct gate_report r = { 0 };
	AUTO(str_freep) char *note = note_path(g, commit);
	struct gate_subject s = { .label = commit, .artifact = a };

	if (checkout_commit(repo_git_dir(repo), commit, a, into, &c, err) < 0)
		return (int)err->code;
	s.root_dir = c.root;
	s.source_dir = c.crate;
	if (gate_pack(&g->env, &s, &r, err) < 0)
		return (int)err->code;
	if (!r.package_path[0] || !note)
		return 0; /* it does not pack any more: nothing to compare */
	(void)file_write_cache(note, r.package_sha256, strlen(r.package_sha256),
			       err);
	err_clear(err);
	*out = strdup(r.package_path);
	return *out ? 0 : err_nomem(err);
}

int baseline_of_folder(const struct gating *g, const char *dir, enum artifact a,
		       char **out, struct err *err)
{
	AUTO(repo_freep) struct repo *repo = NULL;
	AUTO(str_freep) char *temp = NULL;
	AUTO(str_freep) char *into = NULL;
	struct search s = { .artifact = a };
	struct oid commit;
	char hex[OID_HEX];
	struct err ignored = { 0 };

	*out = NULL;
	if (!g->env.packages_dir || !version_of(dir, &s.below) ||
	    repo_discover(dir, &repo, &ignored) < 0)
		return 0;
	if (repo_ref_each(repo, "refs/tags/", look, &s, err) < 0)
		return (int)err->code;
	if (!s.found || repo_peel_commit(repo, &s.oid, &commit, &ignored) < 0)
		return 0;
	oid_hex(&commit, hex);
	*out = noted_package(g, hex);
	if (*out)
		return 0;
	if (file_temp_dir(g->env.work_dir, &temp, err) < 0)
		return (int)err->code;
	into = path_joined(temp, "tree");
	if (!into)
		(void)err_nomem(err);
	else
		(void)pack(g, repo, hex, a, into, out, err);
	err_clear(&ignored);
	(void)file_remove_tree(temp, &ignored);
	if (err->code == ERR_NOT_FOUND) /* the crate was elsewhere then */
		err_clear(err);
	return (int)err->code;
}
