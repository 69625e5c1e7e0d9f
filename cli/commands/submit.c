/* cohort submit: a student's commit becomes a submission. */
#include "course/submit.h"

#include <string.h>

#include "base/clock.h"
#include "command.h"
#include "commands/verdict.h"
#include "commands/view.h"
#include "course/clockface.h"
#include "model/schedule.h"

struct args {
	struct common_args common;
	bool anyway;
	bool dry_run;
};

static const struct opt opts[] = {
	{ "anyway", 0, OPT_FLAG, NULL, "submit although the gates do not pass",
	  offsetof(struct args, anyway) },
	{ "dry-run", 'n', OPT_FLAG, NULL, "check everything, tag nothing",
	  offsetof(struct args, dry_run) },
	{ 0 },
};

static void print_due(struct terminal *t, const json_t *view)
{
	const char *says = view_text(view, "due_says");

	if (!*says)
		return;
	term_printf(t, "due %s ", says);
	if (view_int(view, "late_s") > 0)
		term_styled(t, TERM_WARN, "(soft; late by %s)\n",
			    view_text(view, "span"));
	else
		term_printf(t, "(soft; %s left)\n", view_text(view, "span"));
}

/* ---- what the gates said */

static void print_finding(struct terminal *t, const json_t *f, bool in_full)
{
	term_printf(t, "        ");
	term_styled(t, TERM_BOLD, "%s", view_text(f, "id"));
	verdict_print_finding(t, f, ": ");
	term_printf(t, "\n");
	if (in_full && view_text(f, "mend")[0])
		term_printf(t, "        mend: %s\n", view_text(f, "mend"));
}

static void print_findings(struct terminal *t, const json_t *gate,
			   const char *level)
{
	size_t i;
	json_t *f;

	json_array_foreach (json_object_get(gate, "findings"), i, f) {
		if (strcmp(view_text(f, "level"), level) == 0)
			print_finding(t, f, strcmp(level, "deny") == 0);
	}
}

static bool has_level(const json_t *gate, const char *level)
{
	size_t i;
	json_t *f;

	json_array_foreach (json_object_get(gate, "findings"), i, f) {
		if (strcmp(view_text(f, "level"), level) == 0)
			return true;
	}
	return false;
}

/* "ok", "!!", "x" or "--", as people look for it down the margin. */
static void print_gate(struct terminal *t, const json_t *gate)
{
	const char *verdict = view_text(gate, "verdict");
	const char *reason = view_text(gate, "reason");

	if (strcmp(verdict, "fail") == 0)
		term_styled(t, TERM_BAD, "  x   ");
	else if (strcmp(verdict, "skipped") == 0)
		term_styled(t, TERM_DIM, "  --  ");
	else if (strcmp(verdict, "error") == 0 || has_level(gate, "warn"))
		term_styled(t, TERM_WARN, "  !!  ");
	else
		term_styled(t, TERM_GOOD, "  ok  ");
	term_printf(t, "%-8s", view_text(gate, "gate"));
	if (strcmp(verdict, "pass") == 0 && has_level(gate, "warn"))
		term_printf(t, "  warns, and does not block");
	else if (strcmp(verdict, "pass") == 0)
		term_styled(t, TERM_DIM, "  %s", view_text(gate, "tool"));
	else
		term_printf(t, "  %s%s%s", verdict, reason[0] ? ": " : "",
			    reason);
	term_printf(t, "\n");
	print_findings(t, gate, "deny");
	print_findings(t, gate, "warn");
	if (strcmp(verdict, "fail") == 0 && view_text(gate, "log")[0])
		term_styled(t, TERM_DIM, "        log: %s\n",
			    view_text(gate, "log"));
}

static void print_gates(struct terminal *t, const json_t *view)
{
	const char *unchecked = view_text(view, "unchecked");
	size_t i;
	json_t *gate;

	if (unchecked[0]) {
		term_styled(t, TERM_DIM, "  --  ");
		term_printf(t, "gates     skipped: %s\n", unchecked);
	}
	json_array_foreach (
		json_object_get(json_object_get(view, "check"), "gates"), i,
		gate)
		print_gate(t, gate);
}

/* ---- the rest */

/* For people; the result itself is the receipt's id. */
static void print_remarks(struct terminal *t, const json_t *view)
{
	term_printf(t, "%s -> %.7s, pushed to %s\n", view_text(view, "tag"),
		    view_text(view, "commit"), view_text(view, "repository"));
	print_gates(t, view);
	if (!view_bool(view, "submitted") && !view_bool(view, "dry_run"))
		return;
	print_due(t, view);
	if (view_bool(view, "dry_run")) {
		term_printf(t, "dry run: nothing was tagged\n");
		return;
	}
	term_styled(t, TERM_GOOD, "%s",
		    view_bool(view, "again") ? "submitted before"
					     : "submitted");
	term_printf(t, "; the receipt is in %s\n",
		    view_text(view, "receipt_file"));
}

static void print(struct terminal *t, const json_t *view)
{
	if (view_text(view, "receipt")[0])
		term_printf(t, "%s\n", view_text(view, "receipt"));
}

/* The due date in its zone, in UTC and in the reader's own. */
static int add_due(json_t *view, const struct submission_made *s,
		   struct err *err)
{
	AUTO(zone_freep) struct zone *zone = NULL;
	AUTO(zone_freep) struct zone *reader = NULL;
	AUTO(strbuf_releasep) struct strbuf says = { 0 };
	AUTO(strbuf_releasep) struct strbuf span = { 0 };
	int64_t left = s->due - clock_now();

	if (!s->has_due)
		return 0;
	if (clockface_zone(s->zone, &zone, err) < 0 ||
	    clockface_reader(&reader, err) < 0)
		return err->code;
	schedule_say(s->due, zone, reader, &says);
	schedule_say_span(left, &span);
	json_object_set_new(view, "due", view_stamp(s->due));
	json_object_set_new(view, "due_says", json_string(strbuf_str(&says)));
	json_object_set_new(view, "span", json_string(strbuf_str(&span)));
	json_object_set_new(view, "late_s", json_integer(left < 0 ? -left : 0));
	return 0;
}

static json_t *checked_view(const struct submission_made *s)
{
	return s->check.count > 0 ? gate_report_view(&s->check.items[0].report)
				  : json_null();
}

static json_t *submission_view(const struct args *args,
			       const struct submission_made *s)
{
	json_t *view =
		json_pack("{s:i, s:s, s:s, s:s, s:b, s:b, s:b, s:s, s:o}",
			  "schema", 1, "tag", s->tag, "commit", s->commit,
			  "repository", s->url, "submitted", s->receipt != NULL,
			  "again", s->again, "dry_run", args->dry_run,
			  "unchecked", s->unchecked, "check", checked_view(s));

	if (view && s->receipt) {
		json_object_set_new(view, "receipt",
				    json_string(s->receipt->id));
		json_object_set_new(view, "receipt_file",
				    json_string(s->receipt_path));
		json_object_set_new(view, "tag_object",
				    json_string(s->receipt->tag_object));
	}
	return view;
}

static int show(struct cli *cli, const struct args *args,
		const struct submission_made *s, struct err *err)
{
	AUTO(json_decrefp) json_t *view = submission_view(args, s);

	progress_step(&cli->progress, 1, 1, ""); /* its line goes */
	if (!view)
		return err_nomem(err);
	if (add_due(view, s, err) < 0)
		return err->code;
	if (!cli->json && !cli->quiet)
		print_remarks(&cli->err, view);
	return cli_emit(cli, view, print, err);
}

/* The gates were run and refuse: what they found is the answer. */
static bool was_checked(const struct submission_made *s)
{
	return s->check.count > 0 && !s->receipt;
}

static int run(struct cli *cli, const void *argp, struct err *err)
{
	const struct args *args = argp;
	AUTO(submission_made_releasep) struct submission_made s = { 0 };
	unsigned flags = (args->anyway ? SUBMIT_ANYWAY : 0) |
			 (args->dry_run ? SUBMIT_DRY_RUN : 0);
	struct err why = { 0 };

	if (submit_crate(cli->dir ? cli->dir : ".", flags, &cli->progress, &s,
			 err) == 0)
		return show(cli, args, &s, err);
	if (err->code == ERR_REFUSED && was_checked(&s))
		(void)show(cli, args, &s, &why);
	return err->code;
}

const struct command cmd_submit = {
	.name = "submit",
	.summary = "Submit the commit that is checked out and pushed",
	.opts = opts,
	.args_size = sizeof(struct args),
	.flags = CMD_JSON,
	.run = run,
};
