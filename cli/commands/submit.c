/* cohort submit: a student's commit becomes a submission. */
#include "course/submit.h"
#include "base/clock.h"
#include "command.h"
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

static void print(struct terminal *t, const json_t *view)
{
	term_printf(t, "%s -> %.7s, pushed to %s\n", view_text(view, "tag"),
		    view_text(view, "commit"), view_text(view, "repository"));
	print_due(t, view);
	if (view_bool(view, "dry_run")) {
		term_printf(t, "dry run: nothing was tagged\n");
		return;
	}
	term_styled(t, TERM_GOOD, "%s",
		    view_bool(view, "again") ? "submitted before"
					     : "submitted");
	term_printf(t, "; receipt %s\n%s\n", view_text(view, "receipt"),
		    view_text(view, "receipt_file"));
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

static int show(struct cli *cli, const struct args *args,
		const struct submission_made *s, struct err *err)
{
	AUTO(json_decrefp)
	json_t *view =
		json_pack("{s:i, s:s, s:s, s:s, s:b, s:b}", "schema", 1, "tag",
			  s->tag, "commit", s->commit, "repository", s->url,
			  "again", s->again, "dry_run", args->dry_run);

	if (!view)
		return err_nomem(err);
	if (s->receipt) {
		json_object_set_new(view, "receipt",
				    json_string(s->receipt->id));
		json_object_set_new(view, "receipt_file",
				    json_string(s->receipt_path));
		json_object_set_new(view, "tag_object",
				    json_string(s->receipt->tag_object));
	}
	if (add_due(view, s, err) < 0)
		return err->code;
	return cli_emit(cli, view, print, err);
}

static int run(struct cli *cli, const void *argp, struct err *err)
{
	const struct args *args = argp;
	AUTO(submission_made_releasep) struct submission_made s = { 0 };
	unsigned flags = (args->anyway ? SUBMIT_ANYWAY : 0) |
			 (args->dry_run ? SUBMIT_DRY_RUN : 0);

	if (submit_crate(cli->dir ? cli->dir : ".", flags, &cli->progress, &s,
			 err) < 0)
		return err->code;
	return show(cli, args, &s, err);
}

const struct command cmd_submit = {
	.name = "submit",
	.summary = "Submit the commit that is checked out and pushed",
	.opts = opts,
	.args_size = sizeof(struct args),
	.flags = CMD_JSON,
	.run = run,
};
