/* cohort log: what has happened, newest first. */
#include "command.h"
#include "commands/view.h"
#include "course/history.h"
#include "model/handle.h"
#include "workspace/workspace.h"

enum {
	LIMIT = 20
};

struct args {
	struct common_args common;
	uint32_t limit;
	bool all;
};

static const struct opt opts[] = {
	{ "limit", 'n', OPT_U32, "N", "at most so many, 20 if not given",
	  offsetof(struct args, limit) },
	{ "all", 'a', OPT_FLAG, NULL, "all of them",
	  offsetof(struct args, all) },
	{ 0 },
};

static int add(void *ctx, const struct history_entry *e, struct err *err)
{
	json_t *row =
		json_pack("{s:s, s:o, s:s, s:s, s:b}", "commit", e->commit,
			  "at", view_stamp(e->when), "author", e->author,
			  "message", e->subject, "undone", e->is_undone);

	if (row && e->is_undo &&
	    json_object_set_new(row, "undoes", json_string(e->undoes)) < 0)
		return err_nomem(err);
	return json_array_append_new(ctx, row) < 0 ? err_nomem(err) : 0;
}

static void print_row(struct terminal *t, const json_t *row)
{
	bool undone = view_bool(row, "undone");

	term_styled(t, TERM_DIM, "%.10s %.5s  ", view_text(row, "at"),
		    view_text(row, "at") + 11);
	term_styled(t, TERM_ACCENT, "%.7s", view_text(row, "commit"));
	term_styled(t, undone ? TERM_DIM : TERM_PLAIN, "  %s",
		    view_text(row, "message"));
	term_styled(t, TERM_DIM, "%s  %s\n", undone ? " (undone)" : "",
		    view_text(row, "author"));
}

static void print(struct terminal *t, const json_t *view)
{
	size_t i;
	json_t *row;

	json_array_foreach (json_object_get(view, "commits"), i, row)
		print_row(t, row);
	if (view_bool(view, "more"))
		term_styled(t, TERM_DIM, "older ones: cohort log --all\n");
}

static int run(struct cli *cli, const void *argp, struct err *err)
{
	const struct args *args = argp;
	struct workspace *ws = NULL;
	AUTO(json_decrefp)
	json_t *view = json_pack("{s:i, s:[]}", "schema", 1, "commits");
	struct history_query query = { .limit = args->limit ? args->limit
							    : LIMIT };
	bool more;

	if (args->all)
		query.limit = 0;
	if (args->common.operand_count > 0) {
		query.handle = args->common.operands[0];
		query.handle += query.handle[0] == '@';
		if (!handle_is_valid(query.handle))
			return err_set(err, ERR_USAGE, "'%s' is not a handle",
				       query.handle);
	}
	if (!view)
		return err_nomem(err);
	if (cli_workspace(cli, WORKSPACE_BARE, &ws, err) < 0 ||
	    history_each(ws, &query, add, json_object_get(view, "commits"),
			 &more, err) < 0)
		return err->code;
	if (json_object_set_new(view, "more", json_boolean(more)) < 0)
		return err_nomem(err);
	return cli_emit(cli, view, print, err);
}

const struct command cmd_log = {
	.name = "log",
	.summary = "Show what has happened, newest first",
	.operands = "[@HANDLE]",
	.max_operands = 1,
	.opts = opts,
	.args_size = sizeof(struct args),
	.flags = CMD_JSON,
	.run = run,
};
