/* cohort roster import: many students from a spreadsheet, all or none. */
#include "command.h"
#include "commands/roster_view.h"
#include "course/roster.h"

struct args {
	struct common_args common;
	bool dry_run;
};

static const struct opt opts[] = {
	{ "dry-run", 'n', OPT_FLAG, NULL, "show the difference, change nothing",
	  offsetof(struct args, dry_run) },
	{ 0 },
};

static int run(struct cli *cli, const void *argp, struct err *err)
{
	const struct args *args = argp;
	struct workspace *ws = NULL;
	AUTO(roster_diff_releasep) struct roster_diff diff = { 0 };

	if (cli_workspace(cli, args->dry_run ? 0 : WORKSPACE_WRITE, &ws, err) <
		    0 ||
	    roster_import(ws, args->common.operands[0],
			  args->dry_run ? ROSTER_DRY_RUN : 0, &diff, err) < 0)
		return err->code;
	return roster_emit_diff(cli, &diff, args->dry_run, err);
}

const struct command cmd_roster_import = {
	.name = "roster import",
	.summary = "Add and change students from a CSV file, all or none",
	.operands = "FILE",
	.min_operands = 1,
	.max_operands = 1,
	.opts = opts,
	.args_size = sizeof(struct args),
	.flags = CMD_JSON,
	.run = run,
};
