/* cohort receipt: does this receipt hold? */
#include "course/receipt.h"
#include "command.h"
#include "commands/view.h"

struct args {
	struct common_args common;
};

static void print(struct terminal *t, const json_t *view)
{
	term_styled(t, TERM_GOOD, "%s holds\n", view_text(view, "receipt"));
	term_printf(t, "%s %s of %s, commit %s, tagged %s by their clock\n",
		    view_text(view, "crate"), view_text(view, "version"),
		    view_text(view, "handle"), view_text(view, "commit"),
		    view_text(view, "tagged_at"));
	if (view_text(view, "previous")[0])
		term_printf(t, "the submission before it is tag %s\n",
			    view_text(view, "previous"));
	if (view_bool(view, "collected"))
		term_printf(t, "collected: this workspace has that very tag\n");
	else if (view_bool(view, "in_workspace"))
		term_printf(t,
			    "this workspace has not collected that tag: "
			    "cohort collect %s\n",
			    view_text(view, "artifact"));
	else if (view_bool(view, "in_repository"))
		term_printf(t, "the tag is in the repository here\n");
}

static int run(struct cli *cli, const void *argp, struct err *err)
{
	const struct args *args = argp;
	AUTO(receipt_verdict_releasep) struct receipt_verdict v = { 0 };
	AUTO(json_decrefp) json_t *view = NULL;
	const struct receipt *r;

	if (receipt_verify(args->common.operands[0], cli->dir, &v, err) < 0)
		return err->code;
	r = v.receipt;
	view = json_pack(
		"{s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, "
		"s:s, s:s, s:b, s:b, s:b}",
		"schema", 1, "receipt", r->id, "cohort", r->cohort, "handle",
		r->handle, "artifact", artifact_id(r->artifact), "crate",
		r->crate, "version", r->version, "previous", r->previous, "tag",
		r->tag, "commit", r->commit, "tag_object", r->tag_object,
		"tagged_at", r->tagged_at, "in_repository", v.in_repository,
		"in_workspace", v.in_workspace, "collected", v.collected);
	return cli_emit(cli, view, print, err);
}

const struct command cmd_receipt = {
	.name = "receipt",
	.summary = "Verify a receipt, without a network",
	.operands = "FILE",
	.min_operands = 1,
	.max_operands = 1,
	.args_size = sizeof(struct args),
	.flags = CMD_JSON,
	.run = run,
};
