/* cohort syllabus: what is taught when, a line a week or a page a week. */
#include "base/clock.h"
#include "base/parse.h"
#include "command.h"
#include "commands/syllabus_view.h"
#include "commands/view.h"
#include "workspace/workspace.h"

struct args {
	struct common_args common;
	const char *zone;
	bool check;
};

static const struct opt opts[] = {
	{ "check", 0, OPT_FLAG, NULL, "look for slots that are still empty",
	  offsetof(struct args, check) },
	{ "zone", 'z', OPT_STR, "ZONE",
	  "the reader's time zone, by its IANA name",
	  offsetof(struct args, zone) },
	{ 0 },
};

/* ---- a line a week */

static void print_line(struct terminal *t, const json_t *w)
{
	const json_t *guest = json_object_get(w, "guest");
	const json_t *club = json_object_get(w, "club");
	bool now = view_bool(w, "is_now");

	term_styled(t, now ? TERM_BOLD : TERM_PLAIN, "%c %2lld  %s\n",
		    now ? '>' : ' ', view_int(w, "number"),
		    view_text(w, "title"));
	if (json_is_object(guest))
		term_styled(t, TERM_ACCENT, "      guest: %s, %s\n",
			    view_text(guest, "who"), view_text(guest, "title"));
	if (json_is_object(club))
		term_styled(t, TERM_ACCENT, "      paper club: %s, %s\n",
			    view_text(club, "who"), view_text(club, "title"));
	if (*view_text(w, "ships"))
		term_styled(t, TERM_GOOD, "      ships: %s\n",
			    view_text(w, "ships"));
}

static void print_overview(struct terminal *t, const json_t *view)
{
	size_t i, k;
	json_t *p, *w;

	json_array_foreach (json_object_get(view, "phases"), i, p) {
		term_styled(t, TERM_BOLD, "%sphase %lld: %s (%s)\n",
			    i ? "\n" : "", view_int(p, "number"),
			    view_text(p, "title"), view_text(p, "artifact"));
		json_array_foreach (json_object_get(view, "weeks"), k, w) {
			if (view_int(w, "phase") == view_int(p, "number"))
				print_line(t, w);
		}
	}
}

/* ---- a page a week */

static void print_extra(struct terminal *t, const char *what, const json_t *e)
{
	if (!json_is_object(e))
		return;
	term_styled(t, TERM_BOLD, "\n%s: ", what);
	if (*view_text(e, "who"))
		term_printf(t, "%s, ", view_text(e, "who"));
	term_printf(t, "%s\n", view_text(e, "title"));
	term_wrap(t, 4, view_text(e, "text"));
}

static void print_live(struct terminal *t, const json_t *s)
{
	const json_t *covers = json_object_get(s, "covers");
	size_t i;
	json_t *n;

	term_styled(t, TERM_BOLD, "\nlive %lld: ", view_int(s, "number"));
	term_printf(t, "%s (lesson%s", view_text(s, "title"),
		    json_array_size(covers) == 1 ? "" : "s");
	json_array_foreach (covers, i, n)
		term_printf(t, "%s %lld", i ? "," : "",
			    (long long)json_integer_value(n));
	term_printf(t, ")\n");
	if (*view_text(s, "says"))
		term_styled(t, TERM_DIM, "    %s\n", view_text(s, "says"));
}

static void print_page(struct terminal *t, const json_t *w)
{
	size_t i;
	json_t *one;

	term_styled(t, TERM_BOLD, "week %lld: %s\n", view_int(w, "number"),
		    view_text(w, "title"));
	term_wrap(t, 0, view_text(w, "text"));
	json_array_foreach (json_object_get(w, "lessons"), i, one) {
		term_styled(t, TERM_BOLD, "\n%2lld  %s\n",
			    view_int(one, "number"), view_text(one, "title"));
		term_wrap(t, 4, view_text(one, "text"));
	}
	json_array_foreach (json_object_get(w, "live"), i, one)
		print_live(t, one);
	print_extra(t, "lab", json_object_get(w, "lab"));
	print_extra(t, "guest", json_object_get(w, "guest"));
	print_extra(t, "paper club", json_object_get(w, "club"));
	if (*view_text(w, "ships"))
		term_styled(t, TERM_GOOD, "\nships: %s\n",
			    view_text(w, "ships"));
}

static void print(struct terminal *t, const json_t *view)
{
	if (view_bool(view, "is_page"))
		print_page(t,
			   json_array_get(json_object_get(view, "weeks"), 0));
	else
		print_overview(t, view);
}

/* ---- looking for empty slots */

static void print_findings(struct terminal *t, const json_t *view)
{
	const json_t *list = json_object_get(view, "findings");
	size_t i;
	json_t *f;

	json_array_foreach (list, i, f) {
		term_styled(t, TERM_BAD, "%s", view_text(f, "id"));
		term_printf(t, " %s: %s\n", view_text(f, "subject"),
			    view_text(f, "why"));
		term_styled(t, TERM_ACCENT, "    %s\n", view_text(f, "mend"));
	}
	if (json_array_size(list) == 0)
		term_styled(t, TERM_GOOD, "no slot is empty\n");
}

static int run_check(struct cli *cli, const struct curriculum *c,
		     struct err *err)
{
	AUTO(findings_releasep) struct findings found = { 0 };
	AUTO(json_decrefp) json_t *view = NULL;

	if (curriculum_lint(c, &found, err) < 0)
		return err->code;
	view = syllabus_findings_view(&found);
	if (!view)
		return err_nomem(err);
	if (found.count > 0)
		cli_worse(cli, 1);
	return cli_emit(cli, view, print_findings, err);
}

static int parse_week(const struct common_args *args, int *out, struct err *err)
{
	uint32_t week = 0;

	if (args->operand_count == 0)
		return 0;
	if (parse_u32(args->operands[0], &week) && week >= 1 &&
	    week <= CURRICULUM_WEEKS) {
		*out = (int)week;
		return 0;
	}
	(void)err_set(err, ERR_USAGE, "there is no week '%s'",
		      args->operands[0]);
	return err_hint(err, "weeks are 1 to %d", CURRICULUM_WEEKS);
}

static int run(struct cli *cli, const void *argp, struct err *err)
{
	const struct args *args = argp;
	struct workspace *ws = NULL;
	AUTO(json_decrefp) json_t *view = NULL;
	struct syllabus plan = { 0 };
	int only = 0, rc = 0;

	if (parse_week(&args->common, &only, err) < 0 ||
	    cli_workspace(cli, 0, &ws, err) < 0)
		return err->code;
	plan.curriculum = workspace_curriculum(ws, err);
	if (!plan.curriculum)
		return err->code;
	if (args->check)
		return run_check(cli, plan.curriculum, err);
	rc = timetable_read(&plan.table, workspace_cohort(ws), args->zone, err);
	if (rc == 0) {
		plan.week = schedule_week(workspace_cohort(ws), plan.table.zone,
					  clock_now());
		view = syllabus_view(&plan, only);
		rc = view ? cli_emit(cli, view, print, err) : err_nomem(err);
	}
	timetable_release(&plan.table);
	return rc;
}

const struct command cmd_syllabus = {
	.name = "syllabus",
	.summary = "Show what is taught when, or one week in full",
	.operands = "[WEEK]",
	.max_operands = 1,
	.opts = opts,
	.args_size = sizeof(struct args),
	.flags = CMD_JSON,
	.run = run,
};
