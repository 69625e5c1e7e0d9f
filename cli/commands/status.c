/* cohort status: the one screen an instructor looks at. */
#include <string.h>

#include "command.h"
#include "commands/view.h"
#include "course/status.h"
#include "model/schedule.h"
#include "workspace/workspace.h"

/* More seats than this are counted, not drawn, unless asked for. */
enum {
	GRID_MAX = 64
};

struct args {
	struct common_args common;
	bool all;
};

static const struct opt opts[] = {
	{ "all", 'a', OPT_FLAG, NULL, "draw every seat, however many there are",
	  offsetof(struct args, all) },
	{ 0 },
};

/* ---- the view */

static json_t *artifacts_view(const struct status *s)
{
	json_t *list = json_array();

	for (int k = 0; k < ARTIFACT_COUNT; k++) {
		const struct status_artifact *a = &s->artifact[k];

		json_array_append_new(
			list,
			json_pack("{s:s, s:s, s:o, s:b, s:I, s:I, s:I, s:I, "
				  "s:I, s:I, s:I, s:I}",
				  "id", artifact_id((enum artifact)k), "crate",
				  artifact_crate_prefix((enum artifact)k),
				  "due", view_stamp(a->due), "is_due",
				  a->is_due, "submitted",
				  (json_int_t)a->submitted, "late",
				  (json_int_t)a->late, "passed",
				  (json_int_t)a->checked, "validated",
				  (json_int_t)a->validated, "trouble",
				  (json_int_t)a->trouble, "packed",
				  (json_int_t)a->packed, "published",
				  (json_int_t)a->published, "missing",
				  (json_int_t)a->missing));
	}
	return list;
}

static json_t *cell_view(const struct status *s,
			 const struct seat_summary *summary, enum artifact a)
{
	json_t *cell =
		json_pack("{s:s, s:s}", "mark",
			  seat_mark_name(status_mark(s, summary, a)), "version",
			  summary->submissions ? summary->version : "");

	if (summary->submissions && summary->late_s > 0)
		json_object_set_new(cell, "late_s",
				    json_integer(summary->late_s));
	return cell;
}

static json_t *seats_view(const struct status *s, struct workspace *ws)
{
	const struct roster *roster = workspace_roster(ws);
	json_t *list = json_array();

	for (size_t i = 0; i < roster->count; i++) {
		const struct seat *seat = &roster->seats[i];
		json_t *row;

		if (seat->status == SEAT_WITHDRAWN)
			continue;
		row = json_pack("{s:I, s:s}", "seat", (json_int_t)seat->number,
				"handle", seat->handle);
		for (int k = 0; k < ARTIFACT_COUNT; k++) {
			enum artifact a = (enum artifact)k;

			json_object_set_new(
				row, artifact_id(a),
				cell_view(s, workspace_summary(ws, i, a), a));
		}
		json_array_append_new(list, row);
	}
	return list;
}

static json_t *troubles_view(const struct status *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->trouble_count; i++) {
		const struct status_trouble *t = &s->troubles[i];

		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s, s:s}", "handle",
					t->seat->handle, "artifact",
					artifact_id(t->artifact), "what",
					t->what, "type", t->type));
	}
	return list;
}

static json_t *next_view(const struct status *s)
{
	if (!s->has_next)
		return json_null();
	return json_pack(
		"{s:i, s:i, s:o, s:o, s:s, s:b}", "number", s->next_number,
		"of", s->next_count, "start", view_stamp(s->next_start), "end",
		view_stamp(s->next_end), "says", strbuf_str(&s->next_says),
		"is_on", s->now >= s->next_start);
}

static json_t *status_view(struct workspace *ws, const struct status *s,
			   bool with_seats)
{
	const struct cohort *c = workspace_cohort(ws);
	json_t *view = json_pack(
		"{s:i, s:s, s:s, s:o, s:i, s:i, s:I, s:I, s:o, s:o, s:o, s:I}",
		"schema", 1, "cohort", c->id, "name", c->name, "now",
		view_stamp(s->now), "week", s->week, "weeks", c->weeks, "seats",
		(json_int_t)s->seats, "capacity", (json_int_t)c->seats, "next",
		next_view(s), "artifacts", artifacts_view(s), "troubles",
		troubles_view(s), "troubles_total",
		(json_int_t)s->trouble_total);

	if (view && with_seats)
		json_object_set_new(view, "grid", seats_view(s, ws));
	return view;
}

/* ---- the screen */

static void print_head(struct terminal *t, const json_t *view)
{
	long long week = view_int(view, "week"),
		  weeks = view_int(view, "weeks");

	term_styled(t, TERM_BOLD, "%s", view_text(view, "name"));
	if (week == 0)
		term_printf(t, "  before week 1");
	else if (week > weeks)
		term_printf(t, "  after week %lld", weeks);
	else
		term_printf(t, "  week %lld of %lld", week, weeks);
	term_printf(t, "  %lld of %lld seats\n", view_int(view, "seats"),
		    view_int(view, "capacity"));
}

static void print_next(struct terminal *t, const json_t *view)
{
	AUTO(strbuf_releasep) struct strbuf span = { 0 };
	const json_t *next = json_object_get(view, "next");
	int64_t now = 0, start = 0;

	if (!json_is_object(next)) {
		term_printf(t, "no more live sessions\n");
		return;
	}
	view_instant(view, "now", &now);
	view_instant(next, "start", &start);
	schedule_say_span(start - now, &span);
	term_printf(t, "live %lld of %lld", view_int(next, "number"),
		    view_int(next, "of"));
	if (view_bool(next, "is_on"))
		term_styled(t, TERM_GOOD, " is on now");
	else
		term_printf(t, " in %s", strbuf_str(&span));
	term_printf(t, ": %s\n", view_text(next, "says"));
}

static void print_artifact(struct terminal *t, const json_t *view,
			   const json_t *a)
{
	AUTO(strbuf_releasep) struct strbuf span = { 0 };
	bool is_due = view_bool(a, "is_due");
	int64_t now = 0, due = 0;

	view_instant(view, "now", &now);
	view_instant(a, "due", &due);
	schedule_say_span(due - now, &span);
	term_field(t, TERM_PLAIN, 12, view_text(a, "id"));
	term_field(t, TERM_PLAIN, 12, view_text(a, "crate"));
	term_printf(t, "%3lld submitted", view_int(a, "submitted"));
	if (view_int(a, "late"))
		term_styled(t, TERM_WARN, " (%lld late)", view_int(a, "late"));
	term_printf(t, "  %lld passed", view_int(a, "passed"));
	if (view_int(a, "validated"))
		term_printf(t, "  %lld validated", view_int(a, "validated"));
	if (view_int(a, "trouble"))
		term_styled(t, TERM_BAD, "  %lld in trouble",
			    view_int(a, "trouble"));
	term_printf(t, "  %lld published", view_int(a, "published"));
	if (is_due && view_int(a, "missing"))
		term_styled(t, TERM_BAD, "  %lld overdue, due %s ago",
			    view_int(a, "missing"), strbuf_str(&span));
	else if (!is_due)
		term_styled(t, TERM_DIM, "  due in %s", strbuf_str(&span));
	term_printf(t, "\n");
}

static const struct mark {
	const char *name;
	const char *sign;
	enum term_style style;
} marks[] = {
	{ "none", "-", TERM_DIM },	  { "overdue", "!", TERM_WARN },
	{ "submitted", ".", TERM_PLAIN }, { "checked", "+", TERM_GOOD },
	{ "trouble", "x", TERM_BAD },	  { "published", "*", TERM_GOOD },
};

static const struct mark *mark_of(const json_t *cell)
{
	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		if (strcmp(marks[i].name, view_text(cell, "mark")) == 0)
			return &marks[i];
	}
	return &marks[0];
}

enum {
	SEAT_COLUMNS = 39,
	HANDLE_COLUMNS = 11,
	CELL_COLUMNS = 7
};

static void print_seat(struct terminal *t, const json_t *row)
{
	char seat[16];

	snprintf(seat, sizeof(seat), "%lld", view_int(row, "seat"));
	term_field(t, TERM_DIM, -3, seat);
	term_printf(t, " ");
	term_field(t, TERM_PLAIN, HANDLE_COLUMNS, view_text(row, "handle"));
	for (int k = 0; k < ARTIFACT_COUNT; k++) {
		const json_t *cell =
			json_object_get(row, artifact_id((enum artifact)k));
		const struct mark *m = mark_of(cell);
		char shown[64];

		snprintf(shown, sizeof(shown), "%s%s", m->sign,
			 view_text(cell, "version"));
		term_printf(t, " ");
		term_field(t, m->style, CELL_COLUMNS, shown);
	}
}

/* Seats run down the columns, as on a class list. */
static void print_grid(struct terminal *t, const json_t *grid)
{
	size_t count = json_array_size(grid);
	size_t columns = t->width / (SEAT_COLUMNS + 1);
	size_t rows;

	if (columns < 1)
		columns = 1;
	rows = (count + columns - 1) / columns;
	term_printf(t, "\n");
	for (size_t c = 0; c < columns && c * rows < count; c++) {
		term_field(t, TERM_DIM, SEAT_COLUMNS + (c + 1 < columns),
			   "    handle       kov    flume-l hal");
	}
	term_printf(t, "\n");
	for (size_t r = 0; r < rows; r++) {
		for (size_t c = 0; c < columns && c * rows + r < count; c++) {
			term_printf(t, c ? " " : "");
			print_seat(t, json_array_get(grid, c * rows + r));
		}
		term_printf(t, "\n");
	}
	term_styled(t, TERM_DIM,
		    "- nothing yet  ! overdue  . submitted  + passed every "
		    "gate  x in trouble  * published\n");
}

static void print_troubles(struct terminal *t, const json_t *view)
{
	const json_t *list = json_object_get(view, "troubles");
	long long more = view_int(view, "troubles_total") -
			 (long long)json_array_size(list);
	size_t i;
	json_t *one;

	if (json_array_size(list) == 0)
		return;
	term_printf(t, "\n");
	json_array_foreach (list, i, one) {
		term_styled(t, TERM_BAD, "@%s", view_text(one, "handle"));
		term_printf(t, " %s %s\n", view_text(one, "artifact"),
			    view_text(one, "what"));
		term_styled(t, TERM_ACCENT, "    %s\n", view_text(one, "type"));
	}
	if (more > 0)
		term_printf(t, "and %lld more\n", more);
}

static void print(struct terminal *t, const json_t *view)
{
	const json_t *grid = json_object_get(view, "grid");
	size_t i;
	json_t *a;

	print_head(t, view);
	print_next(t, view);
	term_printf(t, "\n");
	json_array_foreach (json_object_get(view, "artifacts"), i, a)
		print_artifact(t, view, a);
	if (json_array_size(grid) > 0)
		print_grid(t, grid);
	print_troubles(t, view);
}

static int run(struct cli *cli, const void *argp, struct err *err)
{
	const struct args *args = argp;
	struct workspace *ws = NULL;
	AUTO(status_releasep) struct status status = { 0 };
	AUTO(json_decrefp) json_t *view = NULL;

	if (cli_workspace(cli, 0, &ws, err) < 0 ||
	    status_read(ws, &status, err) < 0)
		return err->code;
	view = status_view(ws, &status,
			   cli->json || args->all || status.seats <= GRID_MAX);
	return cli_emit(cli, view, print, err);
}

const struct command cmd_status = {
	.name = "status",
	.summary = "Show where the course stands, and what is in trouble",
	.opts = opts,
	.args_size = sizeof(struct args),
	.flags = CMD_JSON,
	.run = run,
};
