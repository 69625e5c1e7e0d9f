/* cohort schedule list: every live session, in three clocks. */
#include "base/clock.h"
#include "command.h"
#include "commands/schedule_view.h"
#include "commands/view.h"
#include "workspace/workspace.h"

struct args {
	struct common_args common;
	const char *zone;
};

static const struct opt opts[] = {
	{ "zone", 'z', OPT_STR, "ZONE",
	  "the reader's time zone, by its IANA name",
	  offsetof(struct args, zone) },
	{ 0 },
};

static void print(struct terminal *t, const json_t *view)
{
	size_t i;
	json_t *s;

	json_array_foreach (json_object_get(view, "sessions"), i, s) {
		bool next = view_bool(s, "is_next");
		enum term_style style = view_bool(s, "is_over") ? TERM_DIM
					: next			? TERM_BOLD
								: TERM_PLAIN;

		term_styled(t, style, "%c %2lld  week %2lld  %s\n",
			    next ? '>' : ' ', view_int(s, "number"),
			    view_int(s, "week"), view_text(s, "says"));
	}
}

static int add_sessions(json_t *view, const struct timetable *t,
			struct err *err)
{
	json_t *list = json_object_get(view, "sessions");
	int64_t now = clock_now();
	const struct session *next = schedule_next(&t->schedule, now);

	for (size_t i = 0; i < t->schedule.count; i++) {
		const struct session *s = &t->schedule.sessions[i];
		json_t *one = session_view(t, s, err);

		if (!one)
			return err->code;
		json_object_set_new(one, "is_next", json_boolean(s == next));
		json_object_set_new(one, "is_over",
				    json_boolean(s->end <= now));
		if (json_array_append_new(list, one) < 0)
			return err_nomem(err);
	}
	return 0;
}

static int run(struct cli *cli, const void *argp, struct err *err)
{
	const struct args *args = argp;
	struct workspace *ws = NULL;
	AUTO(timetable_releasep) struct timetable t = { 0 };
	AUTO(json_decrefp) json_t *view = NULL;

	if (cli_workspace(cli, 0, &ws, err) < 0 ||
	    timetable_read(&t, workspace_cohort(ws), args->zone, err) < 0)
		return err->code;
	view = json_pack("{s:i, s:s, s:s, s:s, s:[]}", "schema", 1, "zone",
			 zone_name(t.zone), "reader_zone", zone_name(t.reader),
			 "tzdata", t.tzdata, "sessions");
	if (!view)
		return err_nomem(err);
	if (add_sessions(view, &t, err) < 0)
		return err->code;
	return cli_emit(cli, view, print, err);
}

const struct command cmd_schedule_list = {
	.name = "schedule list",
	.summary = "List the live sessions, in your own time too",
	.opts = opts,
	.args_size = sizeof(struct args),
	.flags = CMD_JSON,
	.run = run,
};
