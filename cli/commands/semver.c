/* cohort semver: is the new version number right? */
#include <string.h>

#include "command.h"
#include "commands/build_opts.h"
#include "commands/explain.h"
#include "commands/semver_format.h"
#include "commands/semver_view.h"
#include "commands/view.h"
#include "course/semver.h"

struct args {
	struct common_args common;
	struct opt_list packages;
	bool workspace;
	struct opt_list excluded;
	const char *manifest_path;
	const char *baseline_version;
	const char *baseline_rev;
	const char *baseline_root;
	const char *registry;
	const char *baseline_rustdoc;
	const char *current_rustdoc;
	const char *baseline_manifest;
	const char *current_manifest;
	bool all_features;
	bool default_features;
	bool only_explicit;
	struct opt_list features;
	struct opt_list baseline_features;
	struct opt_list current_features;
	const char *target;
	const char *release_type;
	const char *policy;
	bool all_lints;
	const char *format;
	bool locked;
	bool verbose;
	bool list;
	const char *explain;
	struct build_args build;
};

static const struct opt opts[] = {
	{ "package", 'p', OPT_LIST, "NAME", "check this package",
	  offsetof(struct args, packages) },
	{ "workspace", 0, OPT_FLAG, NULL,
	  "check every package of the workspace that is published",
	  offsetof(struct args, workspace) },
	{ "exclude", 0, OPT_LIST, "NAME", "with --workspace: but not this one",
	  offsetof(struct args, excluded) },
	{ "manifest-path", 0, OPT_STR, "FILE", "the Cargo.toml, as PATH",
	  offsetof(struct args, manifest_path) },
	{ "baseline-version", 0, OPT_STR, "X.Y.Z",
	  "compare with this release, not with the last one",
	  offsetof(struct args, baseline_version) },
	{ "baseline-rev", 0, OPT_STR, "REV",
	  "compare with this revision of the repository",
	  offsetof(struct args, baseline_rev) },
	{ "baseline-root", 0, OPT_STR, "DIR",
	  "compare with the crate in this folder",
	  offsetof(struct args, baseline_root) },
	{ "registry", 0, OPT_STR, "REGISTRY",
	  "where releases are: a directory, or a registry of the workspace",
	  offsetof(struct args, registry) },
	{ "baseline-rustdoc", 0, OPT_STR, "FILE",
	  "compare with this rustdoc JSON",
	  offsetof(struct args, baseline_rustdoc) },
	{ "current-rustdoc", 0, OPT_STR, "FILE",
	  "the new version's, with --baseline-rustdoc",
	  offsetof(struct args, current_rustdoc) },
	{ "baseline-manifest", 0, OPT_STR, "FILE",
	  "the Cargo.toml of --baseline-rustdoc, to compare features",
	  offsetof(struct args, baseline_manifest) },
	{ "current-manifest", 0, OPT_STR, "FILE",
	  "the Cargo.toml of --current-rustdoc",
	  offsetof(struct args, current_manifest) },
	{ "all-features", 0, OPT_FLAG, NULL, "with all features, unstable too",
	  offsetof(struct args, all_features) },
	{ "default-features", 0, OPT_FLAG, NULL,
	  "with the default features alone",
	  offsetof(struct args, default_features) },
	{ "only-explicit-features", 0, OPT_FLAG, NULL,
	  "with the features that are named and no others",
	  offsetof(struct args, only_explicit) },
	{ "features", 0, OPT_LIST, "LIST", "with these too",
	  offsetof(struct args, features) },
	{ "baseline-features", 0, OPT_LIST, "LIST",
	  "with these too, in the earlier version",
	  offsetof(struct args, baseline_features) },
	{ "current-features", 0, OPT_LIST, "LIST",
	  "with these too, in the new version",
	  offsetof(struct args, current_features) },
	{ "target", 0, OPT_STR, "TRIPLE", "for this target",
	  offsetof(struct args, target) },
	{ "release-type", 0, OPT_STR, "major|minor|patch",
	  "what the release may change, whatever the versions say",
	  offsetof(struct args, release_type) },
	{ "policy", 0, OPT_STR, "FILE",
	  "levels and allowances, in place of the workspace's policy",
	  offsetof(struct args, policy) },
	{ "all-lints", 0, OPT_FLAG, NULL,
	  "every lint, whatever the versions and the settings say",
	  offsetof(struct args, all_lints) },
	{ "format", 0, OPT_STR, "text|tsv|sarif|junit",
	  "how to print; the last two are for code hosts and CI",
	  offsetof(struct args, format) },
	{ "locked", 0, OPT_FLAG, NULL,
	  "fail if Cargo.lock would have to change",
	  offsetof(struct args, locked) },
	{ "verbose", 'v', OPT_FLAG, NULL, "say what became of each lint",
	  offsetof(struct args, verbose) },
	{ "list", 0, OPT_FLAG, NULL, "list the lints",
	  offsetof(struct args, list) },
	{ "explain", 0, OPT_STR, "LINT", "say what a lint means",
	  offsetof(struct args, explain) },
	BUILD_OPTS(struct args, build),
	{ 0 },
};

/* ---- the request */

static enum semver_bump release_type(const char *word)
{
	if (!word)
		return SEMVER_SAME;
	if (strcmp(word, "major") == 0)
		return SEMVER_MAJOR;
	return strcmp(word, "minor") == 0 ? SEMVER_MINOR : SEMVER_PATCH;
}

static struct semver_words words(const struct opt_list *l)
{
	return (struct semver_words){ l->items, l->count };
}

static enum semver_features_mode features_mode(const struct args *a)
{
	if (a->all_features)
		return SEMVER_FEATURES_ALL;
	if (a->default_features)
		return SEMVER_FEATURES_DEFAULT;
	return a->only_explicit ? SEMVER_FEATURES_EXPLICIT
				: SEMVER_FEATURES_STABLE;
}

/* An option that means nothing without another. */
static int need(bool holds, const char *option, const char *other,
		struct err *err)
{
	if (holds)
		return 0;
	return err_set(err, ERR_USAGE, "'--%s' needs '--%s'", option, other);
}

/* At most one of the options that were given. */
struct given {
	const char *option;
	bool is_given;
};

static int at_most_one(const struct given *g, size_t count, struct err *err)
{
	const char *first = NULL;

	for (size_t i = 0; i < count; i++) {
		if (!g[i].is_given)
			continue;
		if (first)
			return err_set(err, ERR_USAGE,
				       "'--%s' and '--%s' exclude each other",
				       first, g[i].option);
		first = g[i].option;
	}
	return 0;
}

static int check_usage(const struct args *a, struct err *err)
{
	const struct given baselines[] = {
		{ "baseline-version", a->baseline_version != NULL },
		{ "baseline-rev", a->baseline_rev != NULL },
		{ "baseline-root", a->baseline_root != NULL },
		{ "baseline-rustdoc", a->baseline_rustdoc != NULL },
	};
	const struct given features[] = {
		{ "all-features", a->all_features },
		{ "default-features", a->default_features },
		{ "only-explicit-features", a->only_explicit },
	};
	const struct given packages[] = {
		{ "package", a->packages.count > 0 },
		{ "workspace", a->workspace },
		{ "current-rustdoc", a->current_rustdoc != NULL },
	};

	if (at_most_one(baselines, ARRAY_LEN(baselines), err) < 0 ||
	    at_most_one(features, ARRAY_LEN(features), err) < 0 ||
	    at_most_one(packages, ARRAY_LEN(packages), err) < 0 ||
	    need(a->excluded.count == 0 || a->workspace, "exclude", "workspace",
		 err) < 0 ||
	    need(!a->current_rustdoc || a->baseline_rustdoc, "current-rustdoc",
		 "baseline-rustdoc", err) < 0 ||
	    need(!a->baseline_manifest || a->baseline_rustdoc,
		 "baseline-manifest", "baseline-rustdoc", err) < 0)
		return err->code;
	if (a->common.operand_count > 0 &&
	    (a->manifest_path || a->current_rustdoc))
		return err_set(
			err, ERR_USAGE, "'%s' and '--%s' exclude each other",
			a->common.operands[0],
			a->manifest_path ? "manifest-path" : "current-rustdoc");
	return need(!a->current_manifest || a->current_rustdoc,
		    "current-manifest", "current-rustdoc", err);
}

static int fill_request(struct cli *cli, const struct args *a,
			struct semver_request *out, struct err *err)
{
	if (check_usage(a, err) < 0)
		return err->code;
	*out = (struct semver_request){
		.path = a->common.operand_count > 0 ? a->common.operands[0]
						    : a->manifest_path,
		.packages = words(&a->packages),
		.excluded = words(&a->excluded),
		.whole_workspace = a->workspace,
		.current_rustdoc = a->current_rustdoc,
		.current_manifest = a->current_manifest,
		.baseline_root = a->baseline_root,
		.baseline_rev = a->baseline_rev,
		.baseline_version = a->baseline_version,
		.baseline_rustdoc = a->baseline_rustdoc,
		.baseline_manifest = a->baseline_manifest,
		.registry = a->registry,
		.features_mode = features_mode(a),
		.features = words(&a->features),
		.baseline_features = words(&a->baseline_features),
		.current_features = words(&a->current_features),
		.target = a->target,
		.policy = a->policy,
		.offline = a->build.offline,
		.locked = a->locked,
		.no_sandbox = a->build.no_sandbox,
		.build_timeout_s = a->build.timeout,
		.progress = &cli->progress,
		.how = { .all_lints = a->all_lints,
			 .release_type = release_type(a->release_type) },
	};
	return 0;
}

/*
 * Two documents need no workspace; else one is used where there is one.  That
 * of -C has to be there.
 */
static int find_workspace(struct cli *cli, struct semver_request *r,
			  struct err *err)
{
	struct workspace *ws = NULL;

	if (r->current_rustdoc && !cli->dir)
		return 0;
	if (cli_workspace(cli, 0, &ws, err) < 0) {
		if (cli->dir || err->code != ERR_NOT_FOUND)
			return err->code;
		err_clear(err);
		return 0;
	}
	r->workspace = ws;
	return 0;
}

/* ---- what is said on standard error */

static void note_all(struct cli *cli, const json_t *crate)
{
	size_t i;
	json_t *note;

	json_array_foreach (json_object_get(crate, "notes"), i, note)
		cli_note(cli, "note: %s", json_string_value(note));
}

/* Rows of findings have no place for it, and none is not "no finding". */
static void tell_failed(struct cli *cli, const json_t *crate)
{
	if (view_text(crate, "error")[0])
		cli_note(cli, "error %s: %s", view_text(crate, "crate"),
			 view_text(crate, "error"));
	if (view_text(crate, "hint")[0])
		cli_note(cli, "hint: %s", view_text(crate, "hint"));
}

static void tell_each(struct cli *cli, const json_t *crate)
{
	size_t i;
	json_t *check;

	json_array_foreach (json_object_get(crate, "checks"), i, check)
		cli_note(cli, "  %-5s %-5s  %s", view_text(check, "result"),
			 view_text(check, "update"), view_text(check, "id"));
}

static void tell_allowed(struct cli *cli, const json_t *crate)
{
	size_t i;
	json_t *f;

	json_array_foreach (json_object_get(crate, "findings"), i, f)
		if (view_text(f, "allowed")[0])
			cli_note(cli, " Allowed %s %s: %s", view_text(f, "id"),
				 view_text(f, "subject"),
				 view_text(f, "allowed"));
}

static void summarise(struct cli *cli, const json_t *crate, bool verbose)
{
	const json_t *lints = json_object_get(crate, "lints");
	long long ran = view_int(lints, "ran"),
		  major = view_int(lints, "failed_major"),
		  minor = view_int(lints, "failed_minor"),
		  warned = view_int(lints, "warned");

	if (!view_text(crate, "declared")[0])
		return;
	if (view_text(crate, "baseline")[0])
		cli_note(cli, "Checking %s %s -> %s (%s change)",
			 view_text(crate, "crate"),
			 view_text(crate, "baseline"),
			 view_text(crate, "current"),
			 view_text(crate, "declared"));
	else
		cli_note(cli, "Checking %s (%s change)",
			 view_text(crate, "crate"),
			 view_text(crate, "declared"));
	if (verbose)
		tell_each(cli, crate);
	cli_note(cli,
		 " Checked [%.3fs] %lld checks: %lld pass, %lld fail, %lld "
		 "warn, %lld skip",
		 (double)view_int(crate, "ms") / 1000, ran,
		 ran - major - minor - warned, major + minor, warned,
		 view_int(lints, "skipped"));
	tell_allowed(cli, crate);
	if (major + minor == 0)
		cli_note(cli, " Summary no semver update required");
	else
		cli_note(cli,
			 " Summary semver requires new %s version: %lld major "
			 "and %lld minor checks failed%s%s%s%s",
			 view_text(crate, "required"), major, minor,
			 view_text(crate, "needed")[0] ? ": " : "",
			 view_text(crate, "baseline"),
			 view_text(crate, "needed")[0] ? " -> " : "",
			 view_text(crate, "needed"));
}

/* ---- running */

static void set_status(struct cli *cli, const struct semver_answer *a)
{
	if (a->failed > 0)
		cli_worse(cli, 1);
	for (size_t i = 0; i < a->count; i++)
		if (a->items[i].err.code)
			cli_worse(cli, exit_status(a->items[i].err.code));
}

/* The failures that another option mends. */
static int hint(struct err *err)
{
	if (strstr(err->msg, "bubblewrap") && !err->hint[0])
		(void)err_hint(err, "cohort semver --no-sandbox");
	if (strstr(err->msg, "no release type"))
		(void)err_hint(err, "cohort semver --release-type minor");
	return err->code;
}

static cli_renderer *renderer(const char *format)
{
	if (!format || strcmp(format, "text") == 0)
		return semver_print_text;
	if (strcmp(format, "tsv") == 0)
		return semver_print_tsv;
	return strcmp(format, "sarif") == 0 ? semver_print_sarif
					    : semver_print_junit;
}

static enum semver_detail detail_for(const struct cli *cli,
				     const struct args *args,
				     cli_renderer *render)
{
	if (!cli->json && render == semver_print_tsv)
		return SEMVER_ROWS;
	if (!cli->json && render == semver_print_text && !args->verbose)
		return SEMVER_FINDINGS;
	return SEMVER_ALL;
}

static int check(struct cli *cli, const struct args *args, struct err *err)
{
	AUTO(semver_answer_releasep) struct semver_answer a = { 0 };
	AUTO(json_decrefp) json_t *view = NULL;
	struct semver_request request;
	cli_renderer *render = renderer(args->format);
	size_t i;
	json_t *crate;

	if (fill_request(cli, args, &request, err) < 0 ||
	    find_workspace(cli, &request, err) < 0)
		return err->code;
	if (semver_check(&request, &a, err) < 0)
		return hint(err);
	set_status(cli, &a);
	view = semver_answer_view(&a, detail_for(cli, args, render));
	json_array_foreach (json_object_get(view, "crates"), i, crate) {
		note_all(cli, crate);
		if (render == semver_print_text && !cli->json)
			summarise(cli, crate, args->verbose);
		if (render == semver_print_tsv && !cli->json)
			tell_failed(cli, crate);
	}
	return cli_emit(cli, view, render, err);
}

static int run(struct cli *cli, const void *argp, struct err *err)
{
	const struct args *args = argp;

	if (args->explain)
		return explain_show(cli, &args->explain, 1, NULL, err);
	if (args->list)
		return explain_show(cli, NULL, 0, "semver", err);
	return check(cli, args, err);
}

const struct command cmd_semver = {
	.name = "semver",
	.summary = "Say whether the new version number fits what changed",
	.operands = "[PATH]",
	.max_operands = 1,
	.opts = opts,
	.args_size = sizeof(struct args),
	.flags = CMD_JSON,
	.run = run,
};
