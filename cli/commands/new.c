/* cohort new: a student's crate, from its template. */
#include "course/new.h"
#include "command.h"
#include "commands/artifact_arg.h"
#include "commands/view.h"

struct args {
	struct common_args common;
	const char *invite;
};

static const struct opt opts[] = {
	{ "invite", 0, OPT_STR, "FILE",
	  "the invitation that 'cohort roster invite' wrote for you",
	  offsetof(struct args, invite) },
	{ 0 },
};

static void print(struct terminal *t, const json_t *view)
{
	term_printf(t, "%s is in %s\n", view_text(view, "crate"),
		    view_text(view, "dir"));
	term_printf(t,
		    "next:\n"
		    "  cd %s && cargo test\n"
		    "  git init && git add . && git commit -m 'Begin %s'\n"
		    "  cohort check\n"
		    "  cohort submit\n",
		    view_text(view, "dir"), view_text(view, "crate"));
}

static int run(struct cli *cli, const void *argp, struct err *err)
{
	const struct args *args = argp;
	const char *name = args->common.operands[0];
	const char *dir = args->common.operands[1];
	AUTO(json_decrefp) json_t *view = NULL;
	struct new_crate crate;
	enum artifact a;

	if (artifact_required(name, &a, err) < 0)
		return err->code;
	if (new_crate(a, dir, args->invite, &crate, err) < 0) {
		if (err->code == ERR_EXISTS)
			return err_hint(err, "name a folder that does not "
					     "exist yet");
		return err->code;
	}
	view = json_pack("{s:i, s:s, s:s, s:s, s:s, s:b}", "schema", 1, "dir",
			 dir, "crate", crate.crate, "handle", crate.handle,
			 "artifact", artifact_id(a), "invited",
			 crate.is_invited);
	return cli_emit(cli, view, print, err);
}

const struct command cmd_new = {
	.name = "new",
	.summary = "Make a crate for an artifact from its template",
	.operands = "ARTIFACT DIR",
	.min_operands = 2,
	.max_operands = 2,
	.opts = opts,
	.args_size = sizeof(struct args),
	.flags = CMD_JSON,
	.run = run,
};
