/* cohort schedule next: the session that comes, or is on. */
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
	AUTO(strbuf_releasep) struct strbuf span = { 0 };
	const json_t *s = json_object_get(view, "session");
	int64_t now = 0, start = 0;

	if (!json_is_object(s)) {
		term_printf(t, "no more live sessions\n");
		return;
	}
	view_instant(view, "now", &now);
	view_instant(s, "start", &start);
	schedule_say_span(start - now, &span);
	term_printf(t, "live %lld of %lld, week %lld, %s %s\n%s\n",
		    view_int(s, "number"), view_int(view, "of"),
		    view_int(s, "week"), start > now ? "in" : "on since",
		    strbuf_str(&span), view_text(s, "says"));
}

static int run(struct cli *cli, const void *argp, struct err *err)
{
	const struct args *args = argp;
	AUTO(workspace_freep) struct workspace *ws = NULL;
	AUTO(timetable_releasep) struct timetable t = { 0 };
	AUTO(json_decrefp) json_t *view = NULL;
	const struct session *next;
	int64_t now = clock_now();
	json_t *one;

	if (workspace_open(cli->dir, 0, &ws, err) < 0 ||
	    timetable_read(&t, workspace_cohort(ws), args->zone, err) < 0)
		return err->code;
	next = schedule_next(&t.schedule, now);
	one = next ? session_view(&t, next, err) : json_null();
	if (!one)
		return err->code;
	view = json_pack("{s:i, s:o, s:I, s:o}", "schema", 1, "now",
			 view_stamp(now), "of", (json_int_t)t.schedule.count,
			 "session", one);
	return cli_emit(cli, view, print, err);
}

const struct command cmd_schedule_next = {
	.name = "schedule next",
	.summary = "Show the live session that comes next, or is on",
	.opts = opts,
	.args_size = sizeof(struct args),
	.flags = CMD_JSON,
	.run = run,
};
