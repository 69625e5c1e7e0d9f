/* cohort roster list: who has which seat. */
#include "command.h"
#include "commands/roster_view.h"
#include "commands/view.h"
#include "workspace/workspace.h"

struct args {
	struct common_args common;
	bool withdrawn;
};

static const struct opt opts[] = {
	{ "withdrawn", 0, OPT_FLAG, NULL, "also those who have withdrawn",
	  offsetof(struct args, withdrawn) },
	{ 0 },
};

/* SEAT_WIDTH: the digits of the highest seat. */
static void print_row(struct terminal *t, int seat_width, const json_t *s)
{
	char seat[24];

	snprintf(seat, sizeof(seat), "%lld", view_int(s, "seat"));
	term_field(t, TERM_DIM, -seat_width, view_int(s, "seat") ? seat : "-");
	term_printf(t, " ");
	term_field(t, TERM_BOLD, 14, view_text(s, "handle"));
	term_field(t, TERM_PLAIN, 24, view_text(s, "name"));
	term_printf(t, " ");
	term_field(t, TERM_PLAIN, 6, view_text(s, "mode"));
	term_field(t, TERM_PLAIN, 10, view_text(s, "status"));
	term_printf(t, "%s\n", view_text(s, "zone"));
}

static void print(struct terminal *t, const json_t *view)
{
	int width = snprintf(NULL, 0, "%3lld", view_int(view, "capacity"));
	size_t i;
	json_t *s;

	json_array_foreach (json_object_get(view, "seats"), i, s)
		print_row(t, width, s);
	term_styled(t, TERM_DIM, "%lld of %lld seats taken\n",
		    view_int(view, "taken"), view_int(view, "capacity"));
}

static int run(struct cli *cli, const void *argp, struct err *err)
{
	const struct args *args = argp;
	struct workspace *ws = NULL;
	AUTO(json_decrefp) json_t *view = NULL;
	const struct roster *roster;
	size_t taken = 0;

	if (cli_workspace(cli, 0, &ws, err) < 0)
		return err->code;
	roster = workspace_roster(ws);
	view = json_pack("{s:i, s:I, s:[]}", "schema", 1, "capacity",
			 (json_int_t)workspace_cohort(ws)->seats, "seats");
	for (size_t i = 0; i < roster->count; i++) {
		const struct seat *s = &roster->seats[i];

		if (s->status == SEAT_WITHDRAWN && !args->withdrawn)
			continue;
		taken += s->status != SEAT_WITHDRAWN;
		if (json_array_append_new(json_object_get(view, "seats"),
					  seat_view(s)) < 0)
			return err_nomem(err);
	}
	json_object_set_new(view, "taken", json_integer((json_int_t)taken));
	return cli_emit(cli, view, print, err);
}

const struct command cmd_roster_list = {
	.name = "roster list",
	.summary = "List the students by seat",
	.opts = opts,
	.args_size = sizeof(struct args),
	.flags = CMD_JSON,
	.run = run,
};
