/* cohort roster invite: the file from which a student begins. */
#include <stdlib.h>

#include "command.h"
#include "commands/view.h"
#include "course/roster.h"

struct args {
	struct common_args common;
	bool all;
	const char *to;
};

static const struct opt opts[] = {
	{ "all", 'a', OPT_FLAG, NULL, "every student who has a seat",
	  offsetof(struct args, all) },
	{ "to", 0, OPT_STR, "DIR", "where to write them; . unless told",
	  offsetof(struct args, to) },
	{ 0 },
};

static void print(struct terminal *t, const json_t *view)
{
	size_t i;
	json_t *file;

	json_array_foreach (json_object_get(view, "files"), i, file)
		term_printf(t, "%s\n", json_string_value(file));
	term_styled(t, TERM_DIM,
		    "send each to its student, who begins with: cohort new "
		    "artifact_01 DIR --invite FILE\n");
}

/* The handles asked for, or all that have a seat; to be free()d. */
static int choose(const struct args *args, const struct roster *roster,
		  const char ***out, size_t *count, struct err *err)
{
	const char **handles =
		calloc(roster->count + args->common.operand_count + 1,
		       sizeof(*handles));

	if (!handles)
		return err_nomem(err);
	*count = 0;
	for (size_t i = 0; i < args->common.operand_count; i++)
		handles[(*count)++] = args->common.operands[i];
	for (size_t i = 0; args->all && i < roster->count; i++) {
		if (roster->seats[i].status != SEAT_WITHDRAWN)
			handles[(*count)++] = roster->seats[i].handle;
	}
	*out = handles;
	return 0;
}

static json_t *view_of(const char *const *handles, size_t count,
		       const char *dir)
{
	json_t *view = json_pack("{s:i, s:[]}", "schema", 1, "files");

	for (size_t i = 0; i < count; i++) {
		const char *handle = handles[i] + (handles[i][0] == '@');

		json_array_append_new(json_object_get(view, "files"),
				      json_sprintf("%s/%s.yaml", dir, handle));
	}
	return view;
}

static int run(struct cli *cli, const void *argp, struct err *err)
{
	const struct args *args = argp;
	const char *dir = args->to ? args->to : ".";
	struct workspace *ws = NULL;
	AUTO(json_decrefp) json_t *view = NULL;
	const char **handles = NULL;
	size_t count = 0;

	if (args->all == (args->common.operand_count > 0)) {
		(void)err_set(err, ERR_USAGE, "whom to invite is not clear");
		return err_hint(err, "name students, or give --all");
	}
	if (cli_workspace(cli, WORKSPACE_WRITE, &ws, err) < 0 ||
	    choose(args, workspace_roster(ws), &handles, &count, err) < 0)
		return err->code;
	view = view_of(handles, count, dir); /* before the roster is reread */
	(void)roster_invite(ws, handles, count, dir, err);
	free(handles);
	return err->code ? err->code : cli_emit(cli, view, print, err);
}

const struct command cmd_roster_invite = {
	.name = "roster invite",
	.summary = "Write the invitations that students begin from",
	.operands = "[HANDLE...]",
	.max_operands = OPERANDS_ANY,
	.opts = opts,
	.args_size = sizeof(struct args),
	.flags = CMD_JSON,
	.run = run,
};
