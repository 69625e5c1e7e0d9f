/* cohort package: fetch dependencies and pack each collected commit once. */
#include <string.h>

#include "command.h"
#include "commands/artifact_arg.h"
#include "commands/view.h"
#include "course/gating.h"
#include "course/package.h"
#include "workspace/workspace.h"

struct args {
	struct common_args common;
	const char *artifact;
	uint32_t jobs;
	bool offline;
};

static const struct opt opts[] = {
	{ "artifact", 0, OPT_STR, "ARTIFACT", "only this artifact",
	  offsetof(struct args, artifact) },
	{ "jobs", 'j', OPT_U32, "N", "pack so many at once",
	  offsetof(struct args, jobs) },
	{ "offline", 0, OPT_FLAG, NULL, "fetch no dependencies",
	  offsetof(struct args, offline) },
	{ 0 },
};

static json_t *packaged_view(const struct packaged *p)
{
	json_t *item = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:o, s:o}", "label",
		p->label, "handle", p->handle, "artifact", p->artifact, "crate",
		p->crate, "version", p->version, "outcome",
		package_outcome_name(p->outcome), "sha256", p->sha256, "size",
		(json_int_t)p->size, "error",
		p->err.code ? json_string(p->err.msg) : json_null(), "hint",
		p->err.hint[0] ? json_string(p->err.hint) : json_null());
	json_t *report = gate_report_view(&p->report);

	if (!item || !report) {
		json_decref(item);
		json_decref(report);
		return NULL;
	}
	json_object_set(item, "gates", json_object_get(report, "gates"));
	json_decref(report);
	return item;
}

static json_t *result_view(const struct package_result *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->count; i++)
		if (json_array_append_new(list, packaged_view(&r->items[i])) <
		    0) {
			json_decref(list);
			return NULL;
		}
	return json_pack("{s:i, s:I, s:I, s:I, s:I, s:o}", "schema", 1,
			 "packed", (json_int_t)r->counts[PACKAGE_PACKED],
			 "kept", (json_int_t)r->counts[PACKAGE_KEPT], "missing",
			 (json_int_t)r->counts[PACKAGE_MISSING], "failed",
			 (json_int_t)r->counts[PACKAGE_FAILED], "packages",
			 list);
}

static void print_failure(struct terminal *t, const json_t *item)
{
	size_t g, k;
	json_t *gate, *f;

	term_styled(t, TERM_BOLD, "%s", view_text(item, "label"));
	term_styled(t, TERM_BAD, "  not packed\n");
	if (view_text(item, "error")[0])
		term_printf(t, "    %s\n", view_text(item, "error"));
	if (view_text(item, "hint")[0])
		term_printf(t, "    hint: %s\n", view_text(item, "hint"));
	json_array_foreach (json_object_get(item, "gates"), g, gate) {
		if (strcmp(view_text(gate, "verdict"), "error") == 0)
			term_printf(t, "    %s: %s\n", view_text(gate, "gate"),
				    view_text(gate, "reason"));
		json_array_foreach (json_object_get(gate, "findings"), k, f)
			term_printf(t, "    %s: %s (%s)\n", view_text(f, "id"),
				    view_text(f, "why"),
				    view_text(f, "subject"));
	}
}

static void print(struct terminal *t, const json_t *view)
{
	size_t i;
	json_t *item;

	json_array_foreach (json_object_get(view, "packages"), i, item) {
		const char *outcome = view_text(item, "outcome");

		if (strcmp(outcome, "failed") == 0)
			print_failure(t, item);
		else if (strcmp(outcome, "packed") == 0)
			term_printf(t, "%s  %s %s  %.12s  %lld bytes\n",
				    view_text(item, "label"),
				    view_text(item, "crate"),
				    view_text(item, "version"),
				    view_text(item, "sha256"),
				    view_int(item, "size"));
	}
	term_styled(t, TERM_BOLD, "%lld packed", view_int(view, "packed"));
	term_printf(t, ", %lld as before, %lld failed, %lld missing\n",
		    view_int(view, "kept"), view_int(view, "failed"),
		    view_int(view, "missing"));
}

static int run(struct cli *cli, const void *argp, struct err *err)
{
	const struct args *args = argp;
	struct workspace *ws = NULL;
	AUTO(package_result_releasep) struct package_result r = { 0 };
	AUTO(json_decrefp) json_t *view = NULL;
	struct package_options o = { .handles = args->common.operands,
				     .handle_count = args->common.operand_count,
				     .artifact = ARTIFACT_ANY,
				     .jobs = args->jobs,
				     .offline = args->offline,
				     .progress = &cli->progress };
	enum artifact a;

	if (args->artifact) {
		if (artifact_required(args->artifact, &a, err) < 0)
			return err->code;
		o.artifact = (int)a;
	}
	if (cli_workspace(cli, WORKSPACE_WRITE, &ws, err) < 0 ||
	    package_seats(ws, &o, &r, err) < 0)
		return err->code;
	for (size_t i = 0; i < r.count; i++)
		if (r.items[i].outcome == PACKAGE_FAILED)
			cli_worse(cli,
				  r.items[i].err.code
					  ? exit_status(r.items[i].err.code)
					  : 1);
	view = result_view(&r);
	return cli_emit(cli, view, print, err);
}

const struct command cmd_package = {
	.name = "package",
	.summary = "Fetch dependencies and pack each collected commit once",
	.operands = "[@HANDLE...]",
	.max_operands = OPERANDS_ANY,
	.opts = opts,
	.args_size = sizeof(struct args),
	.flags = CMD_JSON,
	.run = run,
};
