/* cohort roster show: all that is known of one student. */
#include "command.h"
#include "commands/roster_view.h"
#include "commands/view.h"
#include "course/roster_check.h"
#include "workspace/workspace.h"

struct args {
	struct common_args common;
};

static void line(struct terminal *t, const char *label, const char *text)
{
	if (!*text)
		return;
	term_field(t, TERM_DIM, 12, label);
	term_printf(t, "%s\n", text);
}

static void print_submission(struct terminal *t, const json_t *s)
{
	long long late = view_int(s, "late_s");

	term_printf(t, "  %2lld  %-24s %.7s  first seen %s", view_int(s, "n"),
		    view_text(s, "tag"), view_text(s, "commit"),
		    view_text(s, "first_seen_at"));
	if (late > 0)
		term_styled(t, TERM_WARN, "  late by %lld h",
			    (late + 3599) / 3600);
	if (view_int(s, "moved_from"))
		term_styled(t, TERM_BAD, "  took the tag of %lld",
			    view_int(s, "moved_from"));
	if (json_is_string(json_object_get(s, "gone_at")))
		term_styled(t, TERM_BAD, "  tag moved or deleted since");
	term_printf(t, "\n");
}

static void print_artifact(struct terminal *t, const json_t *a)
{
	const json_t *publications = json_object_get(a, "publications");
	const json_t *validation = json_object_get(a, "validation");
	size_t i;
	json_t *one;

	term_styled(t, TERM_BOLD, "%s  %s\n", view_text(a, "artifact"),
		    view_text(a, "crate"));
	if (json_array_size(json_object_get(a, "submissions")) == 0)
		term_printf(t, "  nothing submitted\n");
	json_array_foreach (json_object_get(a, "submissions"), i, one)
		print_submission(t, one);
	if (*view_text(a, "verdict"))
		term_printf(t, "  checked: %s\n", view_text(a, "verdict"));
	if (validation)
		term_printf(t, "  validated: %s, %lld of %lld points%s%s\n",
			    view_text(validation, "verdict"),
			    view_int(validation, "points"),
			    view_int(validation, "of_points"),
			    *view_text(validation, "reason") ? ": " : "",
			    view_text(validation, "reason"));
	json_array_foreach (publications, i, one)
		term_styled(t, TERM_GOOD, "  published %s %s in %s\n",
			    view_text(one, "crate"), view_text(one, "version"),
			    view_text(one, "registry"));
}

static void print(struct terminal *t, const json_t *view)
{
	const json_t *s = json_object_get(view, "student");
	char seat[24];
	size_t i;
	json_t *a;

	snprintf(seat, sizeof(seat), "%lld", view_int(s, "seat"));
	line(t, "handle", view_text(s, "handle"));
	line(t, "name", view_text(s, "name"));
	line(t, "seat", view_int(s, "seat") ? seat : "none");
	line(t, "status", view_text(s, "status"));
	line(t, "mode", view_text(s, "mode"));
	line(t, "zone", view_text(s, "zone"));
	line(t, "repository", view_text(s, "repo"));
	json_array_foreach (json_object_get(view, "artifacts"), i, a)
		print_artifact(t, a);
}

static int add_artifacts(json_t *list, struct workspace *ws,
			 const struct seat *s, struct err *err)
{
	for (int k = 0; k < ARTIFACT_COUNT; k++) {
		AUTO(record_freep) struct record *r = NULL;

		if (workspace_record(ws, (enum artifact)k, s->handle, &r, err) <
		    0)
			return err->code;
		if (json_array_append_new(list, record_view(s, r)) < 0)
			return err_nomem(err);
	}
	return 0;
}

static int run(struct cli *cli, const void *argp, struct err *err)
{
	const struct args *args = argp;
	const char *handle = args->common.operands[0];
	struct workspace *ws = NULL;
	AUTO(json_decrefp) json_t *view = NULL;
	const struct seat *s;

	if (cli_workspace(cli, 0, &ws, err) < 0)
		return err->code;
	s = roster_find(workspace_roster(ws), handle);
	if (!s)
		return roster_no_student(workspace_roster(ws), handle, err);
	view = json_pack("{s:i, s:o, s:[]}", "schema", 1, "student",
			 seat_view(s), "artifacts");
	if (!view)
		return err_nomem(err);
	if (add_artifacts(json_object_get(view, "artifacts"), ws, s, err) < 0)
		return err->code;
	return cli_emit(cli, view, print, err);
}

const struct command cmd_roster_show = {
	.name = "roster show",
	.summary = "Show one student, and what came from them",
	.operands = "HANDLE",
	.min_operands = 1,
	.max_operands = 1,
	.args_size = sizeof(struct args),
	.flags = CMD_JSON,
	.run = run,
};
