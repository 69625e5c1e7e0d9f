/* cohort check: run the gates on a folder, or on what was collected. */
#include <string.h>

#include "command.h"
#include "commands/artifact_arg.h"
#include "commands/build_opts.h"
#include "commands/check_format.h"
#include "commands/verdict.h"
#include "commands/view.h"
#include "course/check.h"
#include "course/gating.h"
#include "io/file.h"
#include "workspace/workspace.h"

struct args {
	struct common_args common;
	bool all;
	const char *artifact;
	const char *format;
	uint32_t jobs;
	struct build_args build;
};

static const struct opt opts[] = {
	{ "all", 'a', OPT_FLAG, NULL, "check every seat's submissions",
	  offsetof(struct args, all) },
	{ "artifact", 0, OPT_STR, "ARTIFACT", "only this artifact",
	  offsetof(struct args, artifact) },
	{ "format", 0, OPT_STR, "text|sarif|junit",
	  "how to print; the last two are for code hosts and CI",
	  offsetof(struct args, format) },
	{ "jobs", 'j', OPT_U32, "N", "check so many at once",
	  offsetof(struct args, jobs) },
	BUILD_OPTS(struct args, build),
	{ 0 },
};

/* ---- the view */

static json_t *text_or_null(const char *s)
{
	return s ? json_string(s) : json_null();
}

static json_t *checked_view(const struct checked *c)
{
	json_t *item = gate_report_view(&c->report);

	if (!item)
		return NULL;
	json_object_set_new(item, "label", text_or_null(c->label));
	json_object_set_new(item, "handle", text_or_null(c->handle));
	json_object_set_new(item, "artifact", text_or_null(c->artifact));
	json_object_set_new(item, "tag", text_or_null(c->tag));
	json_object_set_new(item, "commit", text_or_null(c->commit));
	json_object_set_new(item, "path", text_or_null(c->path));
	json_object_set_new(item, "missing", json_boolean(c->missing));
	json_object_set_new(item, "error",
			    c->err.code ? json_string(c->err.msg)
					: json_null());
	json_object_set_new(item, "hint",
			    c->err.hint[0] ? json_string(c->err.hint)
					   : json_null());
	if (c->missing || c->err.code)
		json_object_set_new(item, "verdict",
				    c->missing ? json_null()
					       : json_string("error"));
	return item;
}

static json_t *warnings_view(const struct check_result *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->warning_count; i++)
		json_array_append_new(list, json_string(r->warnings[i]));
	return list;
}

static json_t *result_view(const struct check_result *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->count; i++)
		if (json_array_append_new(list, checked_view(&r->items[i])) <
		    0) {
			json_decref(list);
			return NULL;
		}
	return json_pack("{s:i, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "schema",
			 1, "count", (json_int_t)r->count, "passed",
			 (json_int_t)r->passed, "failed", (json_int_t)r->failed,
			 "errors", (json_int_t)r->errors, "missing",
			 (json_int_t)r->missing, "warnings", warnings_view(r),
			 "checked", list);
}

/* ---- the text */

static void print_finding(struct terminal *t, const json_t *f)
{
	const char *level = view_text(f, "level");
	bool denies = strcmp(level, "deny") == 0;

	term_printf(t, "    ");
	term_styled(t, denies ? TERM_BAD : TERM_WARN, "%-4s", level);
	term_printf(t, "  ");
	term_styled(t, TERM_BOLD, "%s", view_text(f, "id"));
	verdict_print_finding(t, f, "\n          ");
	if (view_text(f, "mend")[0])
		term_printf(t, "\n          mend: %s", view_text(f, "mend"));
	term_printf(t, "\n");
}

static void print_findings(struct terminal *t, const json_t *gate)
{
	size_t i;
	json_t *f;

	json_array_foreach (json_object_get(gate, "findings"), i, f) {
		if (strcmp(view_text(f, "level"), "allow") != 0)
			print_finding(t, f);
	}
}

static void print_notes(struct terminal *t, const json_t *gate)
{
	size_t i;
	json_t *note;

	json_array_foreach (json_object_get(gate, "notes"), i, note)
		term_styled(t, TERM_DIM, "    note: %s\n",
			    json_string_value(note));
}

static void print_gate(struct terminal *t, const json_t *gate, bool in_full)
{
	const char *verdict = view_text(gate, "verdict");
	const char *reason = view_text(gate, "reason");

	if (in_full) {
		term_printf(t, "  %-9s", view_text(gate, "gate"));
		term_styled(t, verdict_style(verdict), "%-7s", verdict);
		if (reason[0])
			term_printf(t, " %s", reason);
		else
			term_styled(
				t, TERM_DIM, " %lld ms  %s%s",
				view_int(gate, "ms"), view_text(gate, "tool"),
				view_bool(gate, "cached") ? "  (cached)" : "");
		term_printf(t, "\n");
	} else if (strcmp(verdict, "error") == 0 ||
		   strstr(reason, "bubblewrap")) {
		term_printf(t, "    ");
		term_styled(t, TERM_WARN, "%s", verdict);
		term_printf(t, "  %s: %s\n", view_text(gate, "gate"), reason);
	}
	print_notes(t, gate);
	print_findings(t, gate);
	if (strcmp(verdict, "fail") == 0 && view_text(gate, "log")[0])
		term_styled(t, TERM_DIM, "          log: %s\n",
			    view_text(gate, "log"));
}

static void print_item(struct terminal *t, const json_t *item, bool in_full)
{
	size_t g;
	json_t *gate;

	if (!verdict_print_head(t, item))
		return;
	term_printf(t, "\n");
	if (view_text(item, "error")[0])
		term_printf(t, "    %s\n", view_text(item, "error"));
	if (view_text(item, "hint")[0])
		term_printf(t, "    hint: %s\n", view_text(item, "hint"));
	json_array_foreach (json_object_get(item, "gates"), g, gate)
		print_gate(t, gate, in_full);
}

static bool is_quiet_pass(const json_t *item)
{
	size_t g;
	json_t *gate;

	if (strcmp(view_text(item, "verdict"), "pass") != 0)
		return false;
	json_array_foreach (json_object_get(item, "gates"), g, gate) {
		if (json_array_size(json_object_get(gate, "findings")) > 0 ||
		    strstr(view_text(gate, "reason"), "bubblewrap"))
			return false;
	}
	return true;
}

static void print(struct terminal *t, const json_t *view)
{
	size_t i;
	json_t *item;
	long long count = view_int(view, "count");

	json_array_foreach (json_object_get(view, "checked"), i, item) {
		if (count == 1 || !is_quiet_pass(item))
			print_item(t, item, count == 1);
	}
	if (count == 1)
		return;
	term_styled(t, TERM_BOLD, "%lld checked", count);
	term_printf(t, ": %lld pass, %lld fail, %lld error, %lld missing\n",
		    view_int(view, "passed"), view_int(view, "failed"),
		    view_int(view, "errors"), view_int(view, "missing"));
}

/* ---- running */

static int fill_options(struct cli *cli, const struct args *args,
			struct check_options *out, struct err *err)
{
	enum artifact a;

	*out = (struct check_options){ .artifact = ARTIFACT_ANY,
				       .jobs = args->jobs,
				       .offline = args->build.offline,
				       .no_sandbox = args->build.no_sandbox,
				       .build_timeout_s = args->build.timeout,
				       .progress = &cli->progress };
	if (!args->artifact)
		return 0;
	if (artifact_required(args->artifact, &a, err) < 0)
		return err->code;
	out->artifact = (int)a;
	return 0;
}

static int check_workspace(struct cli *cli, const struct args *args,
			   struct check_options *o, struct check_result *out,
			   struct err *err)
{
	struct workspace *ws = NULL;

	o->handles = args->common.operands;
	o->handle_count = args->common.operand_count;
	if (cli_workspace(cli, WORKSPACE_WRITE, &ws, err) < 0)
		return err->code;
	return check_seats(ws, o, out, err);
}

static int check_here(struct cli *cli, const struct args *args,
		      struct check_options *o, struct check_result *out,
		      struct err *err)
{
	if (args->all || args->artifact)
		return check_workspace(cli, args, o, out, err);
	if (file_exists("Cargo.toml"))
		return check_folder(".", o, out, err);
	(void)err_set(err, ERR_NOT_FOUND, "there is no Cargo.toml here");
	return err_hint(err, "cohort check --all, or cohort check PATH");
}

/* No handle has a '/', so what has one was meant for a folder. */
static int missing_path(const char *const *operands, size_t count,
			struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		if (operands[i][0] != '@' && strchr(operands[i], '/') &&
		    !file_exists(operands[i]))
			return err_set(err, ERR_NOT_FOUND,
				       "there is no folder '%s'", operands[i]);
	}
	return 0;
}

static int check(struct cli *cli, const struct args *args,
		 struct check_options *o, struct check_result *out,
		 struct err *err)
{
	const char *const *operands = args->common.operands;
	size_t count = args->common.operand_count, paths = 0;

	for (size_t i = 0; i < count; i++)
		paths += operands[i][0] != '@' && file_exists(operands[i]);
	if (count == 0)
		return check_here(cli, args, o, out, err);
	if (missing_path(operands, count, err) < 0)
		return err->code;
	if (paths == 0)
		return check_workspace(cli, args, o, out, err);
	if (count == 1 && !args->all)
		return check_folder(operands[0], o, out, err);
	(void)err_set(err, ERR_USAGE, "one folder at a time, without handles");
	return err_hint(err, "cohort check %s", operands[0]);
}

static void set_status(struct cli *cli, const struct check_result *r)
{
	if (r->failed > 0)
		cli_worse(cli, 1);
	for (size_t i = 0; i < r->count; i++) {
		const struct checked *c = &r->items[i];

		if (c->err.code)
			cli_worse(cli, exit_status(c->err.code));
		else if (!c->missing && c->report.verdict == VERDICT_ERROR)
			cli_worse(cli, 1);
	}
}

static int run(struct cli *cli, const void *argp, struct err *err)
{
	const struct args *args = argp;
	AUTO(check_result_releasep) struct check_result r = { 0 };
	AUTO(json_decrefp) json_t *view = NULL;
	struct check_options options;
	cli_renderer *render = print;

	if (fill_options(cli, args, &options, err) < 0 ||
	    check(cli, args, &options, &r, err) < 0)
		return err->code;
	if (args->format && strcmp(args->format, "sarif") == 0)
		render = check_print_sarif;
	else if (args->format && strcmp(args->format, "junit") == 0)
		render = check_print_junit;
	set_status(cli, &r);
	for (size_t i = 0; i < r.warning_count; i++)
		cli_note(cli, "warning: %s", r.warnings[i]);
	view = result_view(&r);
	return cli_emit(cli, view, render, err);
}

const struct command cmd_check = {
	.name = "check",
	.summary = "Check a crate, or what was collected, by five gates",
	.operands = "[PATH|@HANDLE...]",
	.max_operands = OPERANDS_ANY,
	.opts = opts,
	.args_size = sizeof(struct args),
	.flags = CMD_JSON,
	.run = run,
};
