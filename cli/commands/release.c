/* cohort release: the crates of a party, as one archive. */
#include "course/release.h"
#include "command.h"
#include "commands/artifact_arg.h"
#include "commands/view.h"

struct args {
	struct common_args common;
	const char *registry;
	const char *name;
};

static const struct opt opts[] = {
	{ "registry", 'r', OPT_STR, "NAME",
	  "where they were published; local unless told",
	  offsetof(struct args, registry) },
	{ "name", 0, OPT_STR, "NAME",
	  "of the folder below release/; the cohort and artifact unless told",
	  offsetof(struct args, name) },
	{ 0 },
};

static void print(struct terminal *t, const json_t *view)
{
	term_printf(t, "%lld crate%s in %s\n", view_int(view, "crates"),
		    view_int(view, "crates") == 1 ? "" : "s",
		    view_text(view, "dir"));
	term_printf(t, "%s  %s\n", view_text(view, "archive_sha256"),
		    view_text(view, "archive"));
}

static int run(struct cli *cli, const void *argp, struct err *err)
{
	const struct args *args = argp;
	struct workspace *ws = NULL;
	AUTO(release_releasep) struct release r = { 0 };
	AUTO(json_decrefp) json_t *view = NULL;
	enum artifact a;

	if (artifact_required(args->common.operands[0], &a, err) < 0)
		return err->code;
	if (cli_workspace(cli, WORKSPACE_WRITE, &ws, err) < 0 ||
	    release_make(ws, a, args->registry ? args->registry : "local",
			 args->name, &r, err) < 0)
		return err->code;
	view = json_pack("{s:i, s:s, s:s, s:s, s:s, s:I, s:I}", "schema", 1,
			 "release", r.name, "dir", r.dir, "archive", r.archive,
			 "archive_sha256", r.archive_sha256, "crates",
			 (json_int_t)r.crates, "bytes", (json_int_t)r.bytes);
	return cli_emit(cli, view, print, err);
}

const struct command cmd_release = {
	.name = "release",
	.summary = "Pack what was published into one archive with checksums",
	.operands = "ARTIFACT",
	.min_operands = 1,
	.max_operands = 1,
	.opts = opts,
	.args_size = sizeof(struct args),
	.flags = CMD_JSON,
	.run = run,
};
