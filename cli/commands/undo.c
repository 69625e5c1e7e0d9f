/* cohort undo: take back the last step. */
#include "command.h"
#include "commands/view.h"
#include "course/history.h"
#include "workspace/workspace.h"

static void print(struct terminal *t, const json_t *view)
{
	long long files = view_int(view, "files");

	term_printf(t, "undid '%s' (%.7s), %lld file%s\n",
		    view_text(view, "message"), view_text(view, "undone"),
		    files, files == 1 ? "" : "s");
	term_styled(t, TERM_DIM, "to have it back: git revert --no-edit %.7s\n",
		    view_text(view, "commit"));
}

static int run(struct cli *cli, const void *argp, struct err *err)
{
	struct workspace *ws = NULL;
	AUTO(json_decrefp) json_t *view = NULL;
	struct undo_result done;

	(void)argp;
	if (cli_workspace(cli, WORKSPACE_WRITE | WORKSPACE_BARE, &ws, err) <
		    0 ||
	    undo_last(ws, &done, err) < 0)
		return err->code;
	view = json_pack("{s:i, s:s, s:s, s:I, s:s}", "schema", 1, "undone",
			 done.undone, "message", done.subject, "files",
			 (json_int_t)done.files, "commit", done.commit);
	undo_result_release(&done);
	return cli_emit(cli, view, print, err);
}

const struct command cmd_undo = {
	.name = "undo",
	.summary = "Take back the last step, by a new one",
	.args_size = sizeof(struct common_args),
	.flags = CMD_JSON,
	.run = run,
};
