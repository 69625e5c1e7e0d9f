/* cohort init: a workspace, the folder in which a cohort lives. */
#include "course/init.h"
#include "command.h"
#include "commands/view.h"

#include <stdlib.h>

struct args {
	struct common_args common;
	struct init_options init;
};

static const struct opt opts[] = {
	{ "first-day", 'd', OPT_STR, "DATE",
	  "the day of the first live session, like 2027-01-12",
	  offsetof(struct args, init.first_day) },
	{ "seats", 's', OPT_U32, "N", "how many students there are at most",
	  offsetof(struct args, init.seats) },
	{ "zone", 'z', OPT_STR, "ZONE",
	  "the time zone in which the cohort meets",
	  offsetof(struct args, init.zone) },
	{ "id", 0, OPT_STR, "ID", "a short name for files, like 2027-winter",
	  offsetof(struct args, init.id) },
	{ "name", 0, OPT_STR, "NAME", "the name that people read",
	  offsetof(struct args, init.name) },
	{ 0 },
};

static void print(struct terminal *t, const json_t *view)
{
	term_printf(t, "workspace %s\n", view_text(view, "root"));
	term_printf(t,
		    "next:\n"
		    "  cd %s\n"
		    "  cohort status\n"
		    "  cohort roster add HANDLE --name NAME --repo URL\n",
		    view_text(view, "dir"));
}

static int run(struct cli *cli, const void *argp, struct err *err)
{
	const struct args *args = argp;
	const char *dir = args->common.operands[0];
	AUTO(json_decrefp) json_t *view = NULL;
	char *root = NULL;

	if (init_workspace(dir, &args->init, &root, err) < 0)
		return err->code;
	view = json_pack("{s:i, s:s, s:s}", "schema", 1, "root", root, "dir",
			 dir);
	free(root);
	return cli_emit(cli, view, print, err);
}

const struct command cmd_init = {
	.name = "init",
	.summary = "Make a workspace for a cohort",
	.operands = "DIR",
	.min_operands = 1,
	.max_operands = 1,
	.opts = opts,
	.args_size = sizeof(struct args),
	.flags = CMD_JSON,
	.run = run,
};
