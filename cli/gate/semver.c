/* What changed for users since the earlier version, by rustdoc of both. */
#include "gate/gate_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/path.h"
#include "base/str.h"
#include "crate/manifest/manifest.h"
#include "crate/semver/settings.h"
#include "gate/compare.h"
#include "gate/confirm.h"
#include "gate/document.h"
#include "gate/packages.h"
#include "gate/resolve.h"
#include "gate/unpack.h"
#include "io/digest.h"
#include "io/file.h"
#include "io/toolchain.h"

enum {
	MANIFEST_MAX = 1 << 20
};

/* One of the two versions. */
struct side {
	const char *name;    /* "baseline", "current": in messages too */
	const char *package; /* the .crate */
	char *dir;	     /* it, unpacked; of the pipeline for "current" */
	struct arena arena;
	struct manifest manifest;
	const char *features; /* that users may ask for: "a,b" */
	char *cargo_toml;
	char *lock;
	char *json; /* path of the document */
};

static void side_release(struct side *s)
{
	arena_release(&s->arena);
	free(s->dir);
	free(s->cargo_toml);
	free(s->lock);
	free(s->json);
}
AUTO_RELEASE(struct side, side_release)

static int list_features(struct side *s, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf list = { 0 };

	for (size_t i = 0; i < s->manifest.feature_count; i++) {
		const char *name = s->manifest.features[i].name;

		if (feature_is_unstable(name))
			continue;
		if (list.len > 0)
			strbuf_addc(&list, ',');
		strbuf_adds(&list, name);
	}
	if (strbuf_check(&list, err) < 0)
		return (int)err->code;
	s->features = arena_strdup(&s->arena, strbuf_str(&list));
	return s->features ? 0 : err_nomem(err);
}

static int side_open(struct side *s, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };

	s->cargo_toml = path_joined(s->dir, "Cargo.toml");
	s->lock = path_joined(s->dir, "Cargo.lock");
	if (!s->cargo_toml || !s->lock)
		return err_nomem(err);
	if (file_read(s->cargo_toml, MANIFEST_MAX, &text, err) < 0 ||
	    manifest_read(strbuf_str(&text), text.len, "Cargo.toml", &s->arena,
			  &s->manifest, err) < 0)
		return (int)err->code;
	if (!s->manifest.name.value || !s->manifest.version.value)
		return err_set(err, ERR_FORMAT, "it has no name or no version");
	return list_features(s, err);
}

/* ---- one dependency graph */

/*
 * The earlier version is documented against what the current one depends on,
 * as far as it allows that: see resolve.h.
 */
static int align(struct pipeline *p, struct side *before,
		 const struct side *after, struct gate_outcome *o,
		 struct err *err)
{
	char why[200];

	if (before->manifest.dep_count == 0 || !file_exists(after->lock))
		return 0;
	if (resolve_like(p->env, p->work, before->dir, after->lock, why,
			 sizeof(why), err) < 0) {
		/* then its own lock has to do, which it was packed with */
		if (err->code == ERR_NOMEM || err->code == ERR_IO)
			return (int)err->code;
		snprintf(why, sizeof(why), "%.190s", err->msg);
		err_clear(err);
	}
	if (why[0])
		outcome_note(o,
			     "the two versions were documented against "
			     "different dependencies: %.160s",
			     why);
	return 0;
}

/* ---- their documents */

/* What a document depends on: the package, and the lock as it is now. */
static int identify(const struct side *s, char out[2 * DIGEST_HEX_SIZE],
		    struct err *err)
{
	char package[DIGEST_HEX_SIZE], lock[DIGEST_HEX_SIZE] = "";

	if (digest_file(s->package, package, err) < 0 ||
	    (file_exists(s->lock) && digest_file(s->lock, lock, err) < 0))
		return (int)err->code;
	snprintf(out, 2 * DIGEST_HEX_SIZE, "%s %s", package, lock);
	return 0;
}

/* The outcome is set if the document cannot be made. */
static int describe(struct pipeline *p, struct side *s, struct gate_outcome *o,
		    struct err *err)
{
	char identity[2 * DIGEST_HEX_SIZE];
	struct document_spec spec = { .name = s->name,
				      .dir = s->dir,
				      .features = s->features,
				      .identity = identity };
	struct err why = { 0 };

	if (identify(s, identity, err) < 0)
		return (int)err->code;
	if (document_make(p->env, p->work, &spec, &s->json, &why) == 0)
		return 0;
	if (why.code == ERR_REFUSED || why.code == ERR_LIMIT)
		return outcome_error(o, "%.200s", why.msg);
	*err = why;
	return (int)err->code;
}

/* ---- the comparison */

/*
 * A packed manifest has no workspace any more, so the rules that it asks for
 * are those around the source.  OUT stays empty if it asks for none.
 */
static int read_workspace(struct pipeline *p, const struct side *after,
			  struct packages *out, struct err *err)
{
	const struct node *package = after->manifest.package;
	const char *dir = p->subject->source_dir;
	AUTO(str_freep)
	char *path = dir ? path_joined(dir, "Cargo.toml") : NULL;
	struct err ignored = { 0 }; /* the pack gate has read it */

	if (dir && !path)
		return err_nomem(err);
	if (path && package && package->kind == NODE_MAP &&
	    semver_manifest_inherits(node_get(package, "metadata")))
		(void)packages_read(p->env, p->work, path, out, &ignored);
	return 0;
}

static int weigh(struct pipeline *p, const struct side *before,
		 const struct side *after, struct gate_outcome *o,
		 struct err *err)
{
	const struct compare_side old = { .name = before->name,
					  .json = before->json,
					  .manifest = before->cargo_toml };
	const struct compare_side fresh = { .name = after->name,
					    .json = after->json,
					    .manifest = after->cargo_toml };
	struct confirm_job job = {
		.env = p->env,
		.work = p->work,
		.before = { .dir = before->dir, .features = before->features },
		.after = { .dir = after->dir, .features = after->features }
	};
	struct compare_settings how = { .keep_allowed = true,
					.confirm = confirm_types,
					.context = &job };
	AUTO(compared_releasep) struct compared c = { 0 };
	AUTO(packages_releasep) struct packages around = { 0 };

	if (read_workspace(p, after, &around, err) < 0)
		return (int)err->code;
	how.workspace = around.metadata;
	if (compare(&old, &fresh, &how, &c, err) < 0)
		return (int)err->code;
	for (size_t i = 0; i < c.note_count; i++)
		outcome_note(o, "%s", c.notes[i]);
	if (job.asked > 0)
		outcome_note(o,
			     "%zu of %zu findings on types are confirmed by a "
			     "program that no longer compiles",
			     job.confirmed, job.asked);
	for (size_t i = 0; i < c.findings.count; i++)
		if (pipeline_find(p, &c.findings.items[i], err) < 0)
			return (int)err->code;
	return 0;
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
	if (package_unpack(before.package, dir, &before.dir, err) < 0 ||
	    side_open(&before, err) < 0 || side_open(&after, err) < 0)
		return soften(o, err);
	if (!crate_name_same(before.manifest.name.value,
			     after.manifest.name.value))
		return outcome_skip(o,
				    "first release of '%s'; before it "
				    "was '%s'",
				    after.manifest.name.value,
				    before.manifest.name.value);
	if (align(p, &before, &after, o, err) < 0 ||
	    describe(p, &before, o, err) < 0)
		return soften(o, err);
	if (o->verdict == VERDICT_ERROR)
		return not_buildable(o, &before);
	if (describe(p, &after, o, err) < 0)
		return soften(o, err);
	if (o->verdict == VERDICT_ERROR)
		return 0;
	return weigh(p, &before, &after, o, err) < 0 ? soften(o, err) : 0;
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
