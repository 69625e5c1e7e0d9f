/* cohort schedule next: the session that comes, or is on. */
#include "base/clock.h"
#include "command.h"
#include "commands/schedule_view.h"
#include "commands/view.h"
#include "model/curriculum.h"
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

static void print_session(struct terminal *t, const json_t *view,
			  const json_t *s)
{
	AUTO(strbuf_releasep) struct strbuf span = { 0 };
	int64_t now = 0, start = 0;

	view_instant(view, "now", &now);
	view_instant(s, "start", &start);
	schedule_say_span(start - now, &span);
	term_printf(t, "live %lld of %lld, week %lld, %s %s\n%s\n",
		    view_int(s, "number"), view_int(view, "of"),
		    view_int(s, "week"), start > now ? "in" : "on since",
		    strbuf_str(&span), view_text(s, "says"));
	if (*view_text(s, "title"))
		term_styled(t, TERM_BOLD, "%s\n", view_text(s, "title"));
}

static void print(struct terminal *t, const json_t *view)
{
	const json_t *s = json_object_get(view, "session");
	const json_t *office = json_object_get(view, "office_hours");

	if (json_is_object(s))
		print_session(t, view, s);
	else
		term_printf(t, "no more live sessions\n");
	if (json_is_object(office))
		term_printf(t, "office hours: %s\n", view_text(office, "says"));
}

/* The next of SESSIONS as a view, JSON null after the last. */
static json_t *next_of(const struct timetable *t,
		       const struct schedule *sessions, int64_t now,
		       struct err *err)
{
	const struct session *next = schedule_next(sessions, now);

	return next ? session_view(t, next, err) : json_null();
}

/* What is on; a plan that cannot be read is no reason to hide the hour. */
static int add_title(struct cli *cli, struct workspace *ws, json_t *session,
		     struct err *err)
{
	const struct curriculum *c = workspace_curriculum(ws, err);
	const struct live_session *live;

	if (err->code == ERR_NOMEM)
		return err->code;
	if (!c) {
		cli_note(cli, "%s", err->msg);
		err_clear(err);
		return 0;
	}
	live = curriculum_session(c, (int)view_int(session, "number"));
	if (live &&
	    json_object_set_new(session, "title", json_string(live->title)) < 0)
		return err_nomem(err);
	return 0;
}

static int run(struct cli *cli, const void *argp, struct err *err)
{
	const struct args *args = argp;
	struct workspace *ws = NULL;
	AUTO(timetable_releasep) struct timetable t = { 0 };
	AUTO(json_decrefp) json_t *view = NULL;
	AUTO(json_decrefp) json_t *live = NULL;
	AUTO(json_decrefp) json_t *office = NULL;
	int64_t now = clock_now();

	if (cli_workspace(cli, 0, &ws, err) < 0 ||
	    timetable_read(&t, workspace_cohort(ws), args->zone, err) < 0)
		return err->code;
	live = next_of(&t, &t.schedule, now, err);
	office = live ? next_of(&t, &t.office_hours, now, err) : NULL;
	if (!office)
		return err->code;
	if (json_is_object(live) && add_title(cli, ws, live, err) < 0)
		return err->code;
	view = json_pack("{s:i, s:o, s:I, s:O, s:O}", "schema", 1, "now",
			 view_stamp(now), "of", (json_int_t)t.schedule.count,
			 "session", live, "office_hours", office);
	if (!view)
		return err_nomem(err);
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
