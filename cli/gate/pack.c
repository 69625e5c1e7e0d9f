/*
 * Packing: cargo, in a neutral place, without network and without running
 * anything of the student's.
 */
#include "gate/gate_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/path.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "crate/manifest/manifest.h"
#include "io/digest.h"
#include "io/file.h"
#include "io/toolchain.h"

enum {
	PACKAGE_FILE_MAX = 64 << 20 /* crates.io's limit is a lint of its own */
};

/* The one .crate that cargo made. */
static int find_crate(const char *dir, char **out, struct err *err)
{
	AUTO(file_names_releasep) struct file_names names = { 0 };

	if (file_names_read(dir, &names, err) < 0)
		return (int)err->code;
	for (size_t i = 0; i < names.count; i++) {
		size_t len = strlen(names.items[i]);

		if (len > 6 &&
		    strcmp(names.items[i] + len - 6, ".crate") == 0) {
			*out = path_joined(dir, names.items[i]);
			return *out ? 0 : err_nomem(err);
		}
	}
	return err_set(err, ERR_BUG, "cargo packed nothing");
}

/* The name says what the content is, if nobody touched it. */
static bool is_whole(const char *path, const char *sha256)
{
	char found[DIGEST_HEX_SIZE];
	struct err ignored = { 0 };

	return digest_file(path, found, &ignored) == 0 &&
	       strcmp(found, sha256) == 0;
}

/* Name and version are those of the manifest; see the metadata gate. */
static int keep(struct pipeline *p, struct err *err)
{
	struct gate_report *r = p->report;
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	struct stat st;

	if (stat(p->package, &st) < 0 || st.st_size > PACKAGE_FILE_MAX)
		return err_set(err, ERR_LIMIT,
			       "the packed crate has more than %d bytes",
			       PACKAGE_FILE_MAX);
	if (digest_file(p->package, r->package_sha256, err) < 0)
		return (int)err->code;
	r->package_size = (uint64_t)st.st_size;
	if (!p->env->packages_dir)
		return 0;
	strbuf_addf(&path, "%s/%s.crate", p->env->packages_dir,
		    r->package_sha256);
	if (strbuf_check(&path, err) < 0)
		return (int)err->code;
	if (path.len >= sizeof(r->package_path))
		return err_set(err, ERR_LIMIT, "path '%s' is too long",
			       strbuf_str(&path));
	if (file_make_dirs(p->env->packages_dir, err) < 0)
		return (int)err->code;
	if (!is_whole(strbuf_str(&path), r->package_sha256) &&
	    file_copy(p->package, strbuf_str(&path), err) < 0)
		return (int)err->code;
	memcpy(r->package_path, strbuf_str(&path), path.len + 1);
	return 0;
}

/* True when cargo wanted something that only a fetch brings. */
static bool wants_fetch(const char *log)
{
	return strstr(log, "no matching package") || strstr(log, "--offline") ||
	       strstr(log, "failed to download") ||
	       strstr(log, "unable to update registry");
}

/* The first dependency in M whose folder has no manifest. */
static const struct manifest_dep *astray(const struct pipeline *p,
					 const struct manifest *m)
{
	for (size_t i = 0; i < m->dep_count; i++) {
		const char *path = m->deps[i].path.value;
		AUTO(strbuf_releasep) struct strbuf there = { 0 };

		if (!path)
			continue;
		if (path[0] != '/')
			strbuf_addf(&there, "%s/", p->subject->source_dir);
		strbuf_addf(&there, "%s/Cargo.toml", path);
		if (strbuf_ok(&there) && !file_exists(strbuf_str(&there)))
			return &m->deps[i];
	}
	return NULL;
}

/*
 * A path where nothing is: nobody who clones this can build it, but whether
 * cargo packs it depends on what was fetched before.
 */
static int check_paths(struct pipeline *p, struct gate_outcome *o,
		       struct err *err)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	struct finding f = { .id = "pack-fails",
			     .level = FINDING_DENY,
			     .file = "Cargo.toml",
			     .mend = "commit it in this repository, or take "
				     "it from crates.io" };
	const struct manifest_dep *dep;
	struct manifest m = { 0 };

	if (!gate_manifest(p->subject->source_dir, &arena, &m))
		return 0;
	dep = astray(p, &m);
	if (!dep)
		return 0;
	f.why = arena_printf(&arena,
			     "'%s' is to be in '%s', which is not among the "
			     "files that are collected",
			     dep->key, dep->path.value);
	f.subject = dep->key;
	f.line = dep->key_node->line;
	f.column = dep->key_node->column;
	o->verdict = VERDICT_FAIL;
	return f.why ? pipeline_find(p, &f, err) : err_nomem(err);
}

static int explain(struct pipeline *p, const struct process_result *r,
		   struct gate_outcome *o, struct err *err)
{
	const char *log = strbuf_str(&r->out);
	struct cargo_error e;
	struct finding f = { .id = "pack-fails",
			     .level = FINDING_DENY,
			     .file = "Cargo.toml",
			     .subject = "cargo package",
			     .mend = "run 'cargo package --no-verify' until it "
				     "works" };

	if (r->timed_out)
		return outcome_error(o, "cargo package took too long");
	if (!cargo_first_error(log, &e))
		snprintf(e.message, sizeof(e.message),
			 "cargo package ended without a reason");
	cargo_last_cause(log, &e);
	if (wants_fetch(log))
		return outcome_error(o, "its dependencies are not fetched: %s",
				     e.message);
	f.why = e.message;
	if (e.line > 0) {
		f.file = e.file;
		f.line = e.line;
		f.column = e.column;
	}
	o->verdict = VERDICT_FAIL;
	return pipeline_find(p, &f, err);
}

/* Without siblings everything comes from env->cargo_home. */
static int run_cargo(const struct pipeline *p, const char *manifest,
		     const char *target, struct process_result *r,
		     struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf stage = { 0 };
	const char *args[16] = { "package",   "--manifest-path",
				 manifest,    "--target-dir",
				 target,      "--no-verify",
				 "--offline", "--allow-dirty" };

	if (p->env->siblings_dir) {
		strbuf_addf(&stage, "source.stage.local-registry='%s'",
			    p->env->siblings_dir);
		if (strbuf_check(&stage, err) < 0)
			return (int)err->code;
		args[8] = "--config";
		args[9] = "source.crates-io.replace-with='stage'";
		args[10] = "--config";
		args[11] = strbuf_str(&stage);
	}
	return cargo_run(p->env, p->work, args, false, r, err);
}

static int pack(struct pipeline *p, struct gate_outcome *o, struct err *err)
{
	AUTO(str_freep)
	char *manifest = path_joined(p->subject->source_dir, "Cargo.toml");
	AUTO(str_freep) char *target = pipeline_path(p, "target");
	AUTO(str_freep) char *made = pipeline_path(p, "target/package");
	AUTO(process_result_releasep) struct process_result r = { 0 };

	if (!manifest || !target || !made)
		return err_nomem(err);
	if (!file_exists(manifest))
		return err_set(err, ERR_NOT_FOUND, "there is no Cargo.toml");
	if (check_paths(p, o, err) < 0)
		return (int)err->code;
	if (o->verdict == VERDICT_FAIL)
		return 0;
	if (run_cargo(p, manifest, target, &r, err) < 0 ||
	    outcome_log(p, o, "pack", &r.out, err) < 0)
		return (int)err->code;
	if (r.exit_status != 0)
		return explain(p, &r, o, err);
	return find_crate(made, &p->package, err);
}

int gate_step_pack(struct pipeline *p, struct gate_outcome *o, struct err *err)
{
	snprintf(o->tool, sizeof(o->tool), "cargo %s",
		 p->env->toolchain->cargo_version);
	if (p->subject->package) {
		p->package = strdup(p->subject->package);
		if (!p->package)
			return err_nomem(err);
		o->cached = true;
	} else if (pack(p, o, err) < 0) {
		return (int)err->code;
	}
	return p->package ? keep(p, err) : 0;
}
