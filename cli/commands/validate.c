/* cohort validate: which promises of its contract does a crate keep? */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "command.h"
#include "commands/artifact_arg.h"
#include "commands/build_opts.h"
#include "commands/validate.h"
#include "commands/view.h"
#include "course/validate.h"
#include "io/file.h"
#include "workspace/workspace.h"

enum {
	ONLY_MAX = 512
};

struct args {
	struct common_args common;
	bool all;
	bool reference;
	const char *only;
	const char *page;
	const char *format;
	uint32_t jobs;
	bool speed;
	struct build_args build;
};

static const struct opt opts[] = {
	{ "all", 'a', OPT_FLAG, NULL, "validate every seat's submission",
	  offsetof(struct args, all) },
	{ "reference", 0, OPT_FLAG, NULL,
	  "validate the reference that ships with cohort",
	  offsetof(struct args, reference) },
	{ "only", 0, OPT_STR, "ID[,ID...]", "test these statements alone",
	  offsetof(struct args, only) },
	{ "page", 0, OPT_STR, "FILE", "write a page with all of it to FILE",
	  offsetof(struct args, page) },
	{ "speed", 0, OPT_FLAG, NULL,
	  "measure it beside the reference, too; wants an idle machine",
	  offsetof(struct args, speed) },
	{ "format", 0, OPT_STR, "text|junit",
	  "how to print; the last one is for CI",
	  offsetof(struct args, format) },
	{ "jobs", 'j', OPT_U32, "N", "build so many at once",
	  offsetof(struct args, jobs) },
	BUILD_OPTS(struct args, build),
	{ 0 },
};

/* ---- what is asked for */

/* "E4,E13": pointers into a copy that lives in ARENA. */
static int split_only(const char *text, struct arena *arena,
		      struct validate_options *o, struct err *err)
{
	const char **ids = arena_calloc(arena, ONLY_MAX, sizeof(*ids));
	size_t n = 0;

	if (!ids)
		return err_nomem(err);
	while (*text) {
		size_t len = strcspn(text, ",");

		if (n == ONLY_MAX)
			return err_set(err, ERR_USAGE, "too many statements");
		if (len > 0)
			ids[n++] = arena_strndup(arena, text, len);
		if (len > 0 && !ids[n - 1])
			return err_nomem(err);
		text += len + (text[len] == ',');
	}
	if (n == 0)
		return err_set(err, ERR_USAGE, "--only names no statement");
	o->only = ids;
	o->only_count = n;
	return 0;
}

static int fill_options(struct cli *cli, const struct args *args,
			struct arena *arena, struct validate_options *out,
			struct err *err)
{
	*out = (struct validate_options){ .jobs = args->jobs,
					  .speed = args->speed,
					  .offline = args->build.offline,
					  .no_sandbox = args->build.no_sandbox,
					  .build_timeout_s =
						  args->build.timeout,
					  .progress = &cli->progress };
	if (artifact_required(args->common.operands[0], &out->artifact, err) <
	    0)
		return (int)err->code;
	return args->only ? split_only(args->only, arena, out, err) : 0;
}

static int validate_workspace(struct cli *cli, const char *const *handles,
			      size_t count, struct validate_options *o,
			      struct validation *out, struct err *err)
{
	struct workspace *ws = NULL;

	o->handles = handles;
	o->handle_count = count;
	if (cli_workspace(cli, WORKSPACE_WRITE, &ws, err) < 0)
		return (int)err->code;
	return validate_seats(ws, o, out, err);
}

/* The crate that we stand in, or else all seats of the workspace. */
static int validate_here(struct cli *cli, const struct args *args,
			 struct validate_options *o, struct validation *out,
			 struct err *err)
{
	struct err why = { 0 };

	if (args->all || cli->dir)
		return validate_workspace(cli, NULL, 0, o, out, err);
	if (file_exists("Cargo.toml"))
		return validate_folder(".", o, out, err);
	if (validate_workspace(cli, NULL, 0, o, out, &why) == 0)
		return 0;
	if (cli->workspace || why.code != ERR_NOT_FOUND) {
		*err = why;
		return (int)err->code;
	}
	(void)err_set(err, ERR_NOT_FOUND,
		      "there is neither a Cargo.toml nor a workspace here");
	return err_hint(err, "cohort validate %s PATH",
			artifact_id(o->artifact));
}

static int one_thing(const struct args *args, struct err *err)
{
	(void)err_set(err, ERR_USAGE,
		      "one folder at a time, or handles, or one of --all and "
		      "--reference");
	return err_hint(err, "cohort validate %s", args->common.operands[0]);
}

/* No handle has a '/', so what has one was meant for a folder. */
static int validate(struct cli *cli, const struct args *args,
		    struct validate_options *o, struct validation *out,
		    struct err *err)
{
	const char *const *names = args->common.operands + 1;
	size_t count = args->common.operand_count - 1, paths = 0;

	if (args->reference + args->all + (count > 0) > 1)
		return one_thing(args, err);
	if (args->reference)
		return validate_reference(o, out, err);
	for (size_t i = 0; i < count; i++) {
		if (names[i][0] != '@' && strchr(names[i], '/') &&
		    !file_exists(names[i]))
			return err_set(err, ERR_NOT_FOUND,
				       "there is no folder '%s'", names[i]);
		paths += names[i][0] != '@' && file_exists(names[i]);
	}
	if (count == 0)
		return validate_here(cli, args, o, out, err);
	if (paths == 0)
		return validate_workspace(cli, names, count, o, out, err);
	return count == 1 ? validate_folder(names[0], o, out, err)
			  : one_thing(args, err);
}

/* ---- the answer */

static void set_status(struct cli *cli, const struct validation *v)
{
	if (v->failed > 0)
		cli_worse(cli, 1);
	for (size_t i = 0; i < v->count; i++) {
		const struct validated *x = &v->items[i];

		if (x->err.code)
			cli_worse(cli, exit_status(x->err.code));
		else if (!x->missing && x->verdict == VERDICT_ERROR)
			cli_worse(cli, 1);
	}
}

static int run(struct cli *cli, const void *argp, struct err *err)
{
	const struct args *args = argp;
	AUTO(arena_releasep) struct arena arena = { 0 };
	AUTO(validation_releasep) struct validation v = { 0 };
	AUTO(json_decrefp) json_t *view = NULL;
	struct validate_options options;

	if (fill_options(cli, args, &arena, &options, err) < 0 ||
	    validate(cli, args, &options, &v, err) < 0)
		return (int)err->code;
	set_status(cli, &v);
	view = validate_view(&v);
	if (!view)
		return err_nomem(err);
	if (args->page && validate_page(args->page, view, err) < 0)
		return (int)err->code;
	return cli_emit(cli, view,
			args->format && strcmp(args->format, "junit") == 0
				? validate_print_junit
				: validate_print,
			err);
}

const struct command cmd_validate = {
	.name = "validate",
	.summary = "Hold a crate against its artifact's contract",
	.operands = "ARTIFACT [PATH|@HANDLE...]",
	.min_operands = 1,
	.max_operands = OPERANDS_ANY,
	.opts = opts,
	.args_size = sizeof(struct args),
	.flags = CMD_JSON,
	.run = run,
};
