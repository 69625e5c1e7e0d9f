/* cohort semver: is the new version number right? */
#include <string.h>

#include "command.h"
#include "commands/semver_view.h"
#include "commands/view.h"
#include "course/semver.h"

struct args {
	struct common_args common;
	const char *baseline_rustdoc;
	const char *current_rustdoc;
	const char *baseline_manifest;
	const char *current_manifest;
	const char *release_type;
	bool all_lints;
	const char *format;
};

static const struct opt opts[] = {
	{ "baseline-rustdoc", 0, OPT_STR, "FILE",
	  "the earlier version's rustdoc JSON",
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
	{ "release-type", 0, OPT_STR, "major|minor|patch",
	  "what the release may change, whatever the versions say",
	  offsetof(struct args, release_type) },
	{ "all-lints", 0, OPT_FLAG, NULL,
	  "every lint, whatever the versions and the settings say",
	  offsetof(struct args, all_lints) },
	{ "format", 0, OPT_STR, "text|tsv", "how to print",
	  offsetof(struct args, format) },
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

static int need(bool holds, const char *option, const char *other,
		struct err *err)
{
	if (holds)
		return 0;
	return err_set(err, ERR_USAGE, "'--%s' needs '--%s'", option, other);
}

static int fill_request(const struct args *a, struct semver_request *out,
			struct err *err)
{
	*out = (struct semver_request){
		.baseline_rustdoc = a->baseline_rustdoc,
		.current_rustdoc = a->current_rustdoc,
		.baseline_manifest = a->baseline_manifest,
		.current_manifest = a->current_manifest,
		.how = { .all_lints = a->all_lints,
			 .release_type = release_type(a->release_type) },
	};
	if (need(!a->current_rustdoc || a->baseline_rustdoc, "current-rustdoc",
		 "baseline-rustdoc", err) < 0 ||
	    need(!a->baseline_manifest || a->baseline_rustdoc,
		 "baseline-manifest", "baseline-rustdoc", err) < 0 ||
	    need(!a->current_manifest || a->current_rustdoc, "current-manifest",
		 "current-rustdoc", err) < 0)
		return err->code;
	if (a->baseline_rustdoc && a->current_rustdoc)
		return 0;
	return err_set(err, ERR_USAGE,
		       "'--baseline-rustdoc' needs '--current-rustdoc'");
}

/* ---- what is said on standard error */

static void note_all(struct cli *cli, const json_t *crate)
{
	size_t i;
	json_t *note;

	json_array_foreach (json_object_get(crate, "notes"), i, note)
		cli_note(cli, "note: %s", json_string_value(note));
}

static void summarise(struct cli *cli, const json_t *crate)
{
	const json_t *lints = json_object_get(crate, "lints");
	long long ran = view_int(lints, "ran"),
		  major = view_int(lints, "failed_major"),
		  minor = view_int(lints, "failed_minor"),
		  warned = view_int(lints, "warned");

	if (!view_text(crate, "declared")[0])
		return;
	cli_note(cli, "Checking %s %s -> %s (%s change)",
		 view_text(crate, "crate"), view_text(crate, "baseline"),
		 view_text(crate, "current"), view_text(crate, "declared"));
	cli_note(cli,
		 " Checked [%.3fs] %lld checks: %lld pass, %lld fail, %lld "
		 "warn, %lld skip",
		 (double)view_int(crate, "ms") / 1000, ran,
		 ran - major - minor - warned, major + minor, warned,
		 view_int(lints, "skipped"));
	if (major + minor == 0)
		cli_note(cli, " Summary no semver update required");
	else
		cli_note(cli,
			 " Summary semver requires new %s version: %lld major "
			 "and %lld minor checks failed: %s -> %s",
			 view_text(crate, "required"), major, minor,
			 view_text(crate, "baseline"),
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

/* The one failure that another option mends. */
static int hint(struct err *err)
{
	if (strstr(err->msg, "no release type"))
		(void)err_hint(err, "cohort semver --release-type minor");
	return err->code;
}

static int run(struct cli *cli, const void *argp, struct err *err)
{
	const struct args *args = argp;
	AUTO(semver_answer_releasep) struct semver_answer a = { 0 };
	AUTO(json_decrefp) json_t *view = NULL;
	struct semver_request request;
	bool is_text = !args->format || strcmp(args->format, "text") == 0;
	size_t i;
	json_t *crate;

	if (fill_request(args, &request, err) < 0)
		return err->code;
	if (semver_check(&request, &a, err) < 0)
		return hint(err);
	set_status(cli, &a);
	view = semver_answer_view(&a);
	json_array_foreach (json_object_get(view, "crates"), i, crate) {
		note_all(cli, crate);
		if (is_text && !cli->json)
			summarise(cli, crate);
	}
	return cli_emit(cli, view,
			is_text ? semver_print_text : semver_print_tsv, err);
}

const struct command cmd_semver = {
	.name = "semver",
	.summary = "Say whether the new version number fits what changed",
	.opts = opts,
	.args_size = sizeof(struct args),
	.flags = CMD_JSON,
	.run = run,
};
