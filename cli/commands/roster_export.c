/* cohort roster export: the roster for a spreadsheet. */
#include <errno.h>

#include "command.h"
#include "course/roster.h"

struct args {
	struct common_args common;
};

static int run(struct cli *cli, const void *argp, struct err *err)
{
	struct workspace *ws = NULL;
	AUTO(strbuf_releasep) struct strbuf out = { 0 };

	(void)argp;
	if (cli_workspace(cli, 0, &ws, err) < 0 ||
	    roster_export(ws, &out, err) < 0)
		return err->code;
	errno = 0;
	fwrite(strbuf_str(&out), 1, out.len, cli->out.out);
	return cli_flush(cli, err);
}

const struct command cmd_roster_export = {
	.name = "roster export",
	.summary = "Print the roster as CSV, without what is private",
	.args_size = sizeof(struct args),
	.run = run,
};
