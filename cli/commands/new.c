/* cohort new: a student's crate, from its template. */
#include "course/new.h"

#include <string.h>

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

/* S as a shell takes it: in quotes if it has to be. */
static void print_word(struct terminal *t, const char *s)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789@%+=:,./_-";

	if (*s && *s != '-' && strspn(s, plain) == strlen(s)) {
		term_printf(t, "%s", s);
		return;
	}
	term_printf(t, "%s", *s == '-' ? "./'" : "'");
	for (; *s; s += strcspn(s, "'")) {
		if (*s == '\'') {
			term_printf(t, "'\\''");
			s++;
		}
		term_printf(t, "%.*s", (int)strcspn(s, "'"), s);
	}
	term_printf(t, "'");
}

static void print_push(struct terminal *t, const json_t *view)
{
	const char *url = view_text(view, "repository");

	if (view_bool(view, "in_repository")) {
		term_printf(t,
			    "  git add . && git commit -m 'Begin %s' && "
			    "git push\n",
			    view_text(view, "crate"));
		return;
	}
	term_printf(t,
		    "  git init -b main && git add . && git commit -m 'Begin "
		    "%s'\n"
		    "  git remote add origin ",
		    view_text(view, "crate"));
	if (*url)
		print_word(t, url);
	else
		term_printf(t, "URL");
	term_printf(t, " && git push -u origin main\n");
}

static void print(struct terminal *t, const json_t *view)
{
	term_printf(t, "%s is in %s\nnext:\n  cd ", view_text(view, "crate"),
		    view_text(view, "dir"));
	print_word(t, view_text(view, "dir"));
	term_printf(t, " && cargo test\n");
	print_push(t, view);
	term_printf(t, "  cohort check\n");
	if (strcmp(view_text(view, "artifact"), "artifact_01") == 0)
		term_printf(t, "  cohort validate artifact_01\n");
	term_printf(t, "  cohort submit\n");
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
	view = json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:b, s:b}", "schema",
			 1, "dir", dir, "crate", crate.crate, "handle",
			 crate.handle, "artifact", artifact_id(a), "repository",
			 crate.repository, "invited", crate.is_invited,
			 "in_repository", crate.in_repository);
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
