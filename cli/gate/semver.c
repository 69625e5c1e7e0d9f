/* What changed for users since the earlier version, by rustdoc of both. */
#include "gate/gate_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/path.h"
#include "base/str.h"
#include "crate/manifest/manifest.h"
#include "crate/rustdoc/doc.h"
#include "crate/semver/diff.h"
#include "crate/semver/features.h"
#include "crate/semver/judge.h"
#include "io/digest.h"
#include "io/file.h"
#include "io/toolchain.h"

enum {
	MANIFEST_MAX = 1 << 20,
	KEPT_MAX = 32 << 20 /* documents larger than this are made again */
};

/* A change of how the document is made needs another number. */
#define DOC_RECIPE "1"

/* Features that ask for another compiler, or are not for users. */
static bool is_left_out(const char *name)
{
	static const char *const words[] = { "unstable", "nightly", "bench",
					     "no_std" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(name, words[i]) == 0)
			return true;
	return name[0] == '_' || strncmp(name, "unstable-", 9) == 0 ||
	       strncmp(name, "unstable_", 9) == 0;
}

/* "FEATURES=a,b" of the unpacked crate at DIR. */
static int features_of(const char *dir, struct arena *arena, const char **out,
		       struct manifest *m, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(strbuf_releasep) struct strbuf list = { 0 };
	AUTO(str_freep) char *path = path_joined(dir, "Cargo.toml");

	if (!path)
		return err_nomem(err);
	if (file_read(path, MANIFEST_MAX, &text, err) < 0 ||
	    manifest_read(strbuf_str(&text), text.len, "Cargo.toml", arena, m,
			  err) < 0)
		return (int)err->code;
	strbuf_adds(&list, "FEATURES=");
	for (size_t i = 0; i < m->feature_count; i++) {
		if (is_left_out(m->features[i].name))
			continue;
		if (list.data[list.len - 1] != '=')
			strbuf_addc(&list, ',');
		strbuf_adds(&list, m->features[i].name);
	}
	if (strbuf_check(&list, err) < 0)
		return (int)err->code;
	*out = arena_strdup(arena, strbuf_str(&list));
	if (!m->name.value || !m->version.value)
		return err_set(err, ERR_FORMAT, "it has no name or no version");
	return *out ? 0 : err_nomem(err);
}

/* One of the two versions. */
struct side {
	const char *name;    /* "baseline", "current": in messages too */
	const char *package; /* the .crate */
	char *dir;	     /* it, unpacked; of the pipeline for "current" */
	struct arena arena;
	struct manifest manifest;
	char *json; /* path of the document */
	struct file_map map;
	struct rustdoc *doc;
};

static void side_release(struct side *s)
{
	rustdoc_free(s->doc);
	file_map_release(&s->map);
	arena_release(&s->arena);
	free(s->dir);
	free(s->json);
}
AUTO_RELEASE(struct side, side_release)

/* Where the document of a package is kept; NULL: nowhere. */
static char *kept_path(const struct pipeline *p, const struct side *s,
		       const char *features)
{
	const struct toolchain *t = p->env->toolchain;
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	char sha256[DIGEST_HEX_SIZE], key[DIGEST_HEX_SIZE];
	struct err err = { 0 };

	if (!p->env->cache_dir || digest_file(s->package, sha256, &err) < 0)
		return NULL;
	strbuf_addf(&path, "%s %s %s %s %s", DOC_RECIPE, sha256,
		    t->rustc_version, t->host, features);
	if (!strbuf_ok(&path) ||
	    digest_bytes(path.data, path.len, key, &err) < 0)
		return NULL;
	strbuf_reset(&path);
	strbuf_addf(&path, "%s/rustdoc", p->env->cache_dir);
	if (!strbuf_ok(&path) || file_make_dirs(path.data, &err) < 0)
		return NULL;
	strbuf_addf(&path, "/%s.json", key);
	return strbuf_take(&path);
}

static int make_failed(const struct side *s, const struct process_result *r,
		       struct gate_outcome *o)
{
	struct cargo_error e;

	if (r->timed_out)
		return outcome_error(o, "rustdoc of the %s took too long",
				     s->name);
	if (!cargo_first_error(strbuf_str(&r->err), &e))
		snprintf(e.message, sizeof(e.message), "rustdoc failed");
	return outcome_error(o, "%s: %.200s", s->name, e.message);
}

/* The document at s->json; the outcome is set if it cannot be made. */
static int make(struct pipeline *p, struct side *s, const char *features,
		struct gate_outcome *o, struct err *err)
{
	static const char script[] =
		"cargo doc --offline --locked --no-deps --lib "
		"\"--features=$FEATURES\" >&2 || exit 1\n"
		"cat \"$CARGO_TARGET_DIR\"/doc/*.json\n";
	const char *env[] = {
		features, "RUSTC_BOOTSTRAP=1",
		"RUSTDOCFLAGS=-Z unstable-options --output-format=json "
		"--document-private-items --document-hidden-items "
		"--cap-lints=allow",
		"RUSTFLAGS=--cap-lints=allow", NULL
	};
	AUTO(process_result_releasep) struct process_result r = { 0 };
	struct build_spec spec = { .dir = s->dir,
				   .script = script,
				   .env = env };
	int fd = open(s->json, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0)
		return err_errno(err, errno, "write", s->json);
	spec.out_fd = fd;
	if (build_run(p, &spec, &r, err) == 0 && r.exit_status != 0)
		(void)make_failed(s, &r, o);
	if (close(fd) < 0 && !err->code)
		err_errno(err, errno, "write", s->json);
	return (int)err->code;
}

static int open_side(struct pipeline *p, struct side *s, struct gate_outcome *o,
		     struct err *err)
{
	AUTO(str_freep) char *kept = NULL;
	const char *features = NULL;

	if (features_of(s->dir, &s->arena, &features, &s->manifest, err) < 0)
		return (int)err->code;
	kept = kept_path(p, s, features);
	s->json = kept && file_exists(kept) ? strdup(kept)
					    : pipeline_path(p, s->name);
	if (!s->json)
		return err_nomem(err);
	if (!kept || strcmp(kept, s->json) != 0) {
		if (make(p, s, features, o, err) < 0)
			return (int)err->code;
		if (o->verdict == VERDICT_ERROR)
			return 0;
	}
	if (file_map_open(s->json, &s->map, err) < 0 ||
	    rustdoc_open(s->map.data, s->map.len, s->name, &s->doc, err) < 0)
		return (int)err->code;
	if (kept && strcmp(kept, s->json) != 0 && s->map.len <= KEPT_MAX) {
		struct err ignored = { 0 }; /* it is only a cache */

		(void)file_write_cache(kept, s->map.data, s->map.len, &ignored);
	}
	return 0;
}

/* [package.metadata.cargo-semver-checks.lints] of a manifest, or NULL. */
static const struct node *lint_table(const struct manifest *m)
{
	static const char *const path[] = { "metadata", "cargo-semver-checks",
					    "lints" };
	const struct node *n = m->package;

	for (size_t i = 0; n && i < ARRAY_LEN(path); i++)
		n = n->kind == NODE_MAP ? node_get(n, path[i]) : NULL;
	return n && n->kind == NODE_MAP ? n : NULL;
}

static int compare(struct pipeline *p, struct side *before, struct side *after,
		   struct err *err)
{
	AUTO(findings_releasep) struct findings raw = { 0 };
	AUTO(semver_features_releasep) struct semver_features was = { 0 };
	AUTO(semver_features_releasep) struct semver_features is = { 0 };
	struct semver_options options = { .features = { &was, &is } };
	struct semver from, to;
	struct semver_settings how = { .from = &from, .to = &to };
	struct semver_verdict verdict;
	struct semver_rule *rules = NULL;
	bool inherits;

	if (semver_parse(before->manifest.version.value, &from, err) < 0 ||
	    semver_parse(after->manifest.version.value, &to, err) < 0 ||
	    semver_rules_read(lint_table(&after->manifest), &after->arena,
			      &rules, &how.rule_count, &inherits, err) < 0 ||
	    semver_features_read(&before->manifest, &was, err) < 0 ||
	    semver_features_read(&after->manifest, &is, err) < 0 ||
	    semver_diff(before->doc, after->doc, &options, &raw, err) < 0)
		return (int)err->code;
	how.rules = rules;
	return semver_judge(&raw, &how, &p->report->findings, &verdict, err);
}

static void note_format(struct gate_outcome *o, const struct side *s)
{
	outcome_note(o,
		     "rustdoc's format %u is newer than %d, the newest that is "
		     "known here: what is new in it was not compared",
		     (unsigned)rustdoc_format(s->doc), RUSTDOC_FORMAT_MAX);
}

static void note_private(struct gate_outcome *o, const struct side *s)
{
	if (!rustdoc_has_private(s->doc))
		outcome_note(o,
			     "the document of the %s has no private items: "
			     "what they hide may be reported",
			     s->name);
}

/* What makes the comparison of two documents less than whole. */
static void note_doubts(struct gate_outcome *o, const struct side *before,
			const struct side *after)
{
	const char *from = rustdoc_target(before->doc);
	const char *to = rustdoc_target(after->doc);

	if (rustdoc_is_newer(before->doc))
		note_format(o, before);
	if (rustdoc_is_newer(after->doc) &&
	    rustdoc_format(after->doc) != rustdoc_format(before->doc))
		note_format(o, after);
	if (from && to && strcmp(from, to) != 0)
		outcome_note(o,
			     "the two versions were documented for different "
			     "targets: %.40s and %.40s",
			     from, to);
	note_private(o, before);
	note_private(o, after);
}

/* A document that is not what it should be is no finding about the crate. */
static int soften(struct gate_outcome *o, struct err *err)
{
	if (err->code != ERR_FORMAT && err->code != ERR_LIMIT)
		return (int)err->code;
	(void)outcome_error(o, "%.200s", err->msg);
	err_clear(err);
	return 0;
}

/* What does not build broke everybody already: there is nothing to keep. */
static int not_buildable(struct gate_outcome *o, const struct side *before)
{
	char why[sizeof(o->reason)];

	snprintf(why, sizeof(why), "%s", o->reason);
	return outcome_skip(o, "%s cannot be compared with: %.180s",
			    before->manifest.version.value, why);
}

static int run(struct pipeline *p, struct gate_outcome *o, struct err *err)
{
	AUTO(side_releasep)
	struct side before = { .name = "baseline",
			       .package = p->subject->baseline };
	AUTO(side_releasep)
	struct side after = { .name = "current", .package = p->package };
	AUTO(str_freep) char *dir = pipeline_path(p, "earlier");

	after.dir = strdup(p->crate);
	if (!dir || !after.dir)
		return err_nomem(err);
	if (build_unpack(before.package, dir, &before.dir, err) < 0 ||
	    open_side(p, &before, o, err) < 0)
		return soften(o, err);
	if (o->verdict == VERDICT_ERROR)
		return not_buildable(o, &before);
	if (open_side(p, &after, o, err) < 0)
		return soften(o, err);
	if (o->verdict == VERDICT_ERROR)
		return 0;
	if (!crate_name_same(before.manifest.name.value,
			     after.manifest.name.value))
		return outcome_skip(o,
				    "first release of '%s'; before it "
				    "was '%s'",
				    after.manifest.name.value,
				    before.manifest.name.value);
	note_doubts(o, &before, &after);
	return compare(p, &before, &after, err) < 0 ? soften(o, err) : 0;
}

int gate_step_semver(struct pipeline *p, struct gate_outcome *o,
		     struct err *err)
{
	struct err why = { 0 };

	snprintf(o->tool, sizeof(o->tool), "rustdoc %s",
		 p->env->toolchain->rustc_version);
	if (!p->package)
		return outcome_skip(o, "it could not be packed");
	if (!p->subject->baseline)
		return outcome_skip(o, "first release");
	if (p->has_listing && !p->has_library)
		return outcome_skip(o, "it has no library");
	if (p->failed_build)
		return outcome_skip(o, "it does not build");
	if (!p->env->no_sandbox && sandbox_check(&why) < 0)
		return outcome_skip(o, "%s", why.msg);
	if (!p->crate)
		return outcome_skip(o, "it was not unpacked");
	if (p->env->toolchain->rustdoc[0] == '\0')
		return outcome_skip(o, "rustdoc not found");
	return run(p, o, err);
}
