/* cohort roster withdraw: a student leaves, the seat is free. */
#include "command.h"
#include "commands/view.h"
#include "course/roster.h"

struct args {
	struct common_args common;
};

static void print(struct terminal *t, const json_t *view)
{
	term_printf(t, "%s has withdrawn; the seat is free\n",
		    view_text(view, "handle"));
}

static int run(struct cli *cli, const void *argp, struct err *err)
{
	const struct args *args = argp;
	const char *handle = args->common.operands[0];
	struct workspace *ws = NULL;
	AUTO(json_decrefp) json_t *view = NULL;

	if (cli_workspace(cli, WORKSPACE_WRITE, &ws, err) < 0)
		return err->code;
	if (roster_withdraw(ws, handle, err) < 0) {
		if (err->code == ERR_REFUSED)
			return err_hint(err, "cohort roster add %s",
					handle + (handle[0] == '@'));
		return err->code;
	}
	view = json_pack("{s:i, s:s}", "schema", 1, "handle",
			 handle + (handle[0] == '@'));
	return cli_emit(cli, view, print, err);
}

const struct command cmd_roster_withdraw = {
	.name = "roster withdraw",
	.summary = "Take a student off the roster and free the seat",
	.operands = "HANDLE",
	.min_operands = 1,
	.max_operands = 1,
	.args_size = sizeof(struct args),
	.flags = CMD_JSON,
	.run = run,
};
