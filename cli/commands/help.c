/* cohort help: the overview, a command's usage, or its manual page. */
#include <errno.h>
#include <string.h>

#include "base/strbuf.h"
#include "command.h"
#include "io/file.h"

enum {
	PROSE_MAX = 1 << 20
};

struct args {
	struct common_args common;
	bool man;
	const char *prose;
};

static const struct opt opts[] = {
	{ "man", 0, OPT_FLAG, NULL, "print the manual page as mdoc",
	  offsetof(struct args, man) },
	{ "prose", 0, OPT_STR, "FILE",
	  "with --man: hand-written mdoc to put after the synopsis",
	  offsetof(struct args, prose) },
	{ 0 },
};

/* "roster add" from one operand or from two. */
static int find(const struct args *args, const struct command **out,
		struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf name = { 0 };
	const struct command *c;

	if (args->common.operand_count == 0) {
		*out = NULL;
		return 0;
	}
	for (size_t i = 0; i < args->common.operand_count; i++) {
		strbuf_adds(&name, i ? " " : "");
		strbuf_adds(&name, args->common.operands[i]);
	}
	if (strbuf_check(&name, err) < 0)
		return err->code;
	c = command_find(strbuf_str(&name));
	if (!c) {
		(void)err_set(err, ERR_USAGE, "there is no command '%s'",
			      strbuf_str(&name));
		return err_hint(err, "see 'cohort -h'");
	}
	*out = c;
	return 0;
}

/* `help config` is about the files, not about a command. */
static bool is_config(const struct args *args)
{
	return args->man && args->common.operand_count == 1 &&
	       strcmp(args->common.operands[0], "config") == 0;
}

static int run(struct cli *cli, const void *argp, struct err *err)
{
	const struct args *args = argp;
	AUTO(strbuf_releasep) struct strbuf prose = { 0 };
	const struct command *c = NULL;

	if (!is_config(args) && find(args, &c, err) < 0)
		return err->code;
	if (args->prose && file_read(args->prose, PROSE_MAX, &prose, err) < 0)
		return err->code;
	errno = 0;
	if (is_config(args))
		usage_config(cli->out.out,
			     args->prose ? strbuf_str(&prose) : NULL);
	else if (args->man)
		usage_man(cli->out.out, c,
			  args->prose ? strbuf_str(&prose) : NULL);
	else if (c)
		usage_command(&cli->out, c);
	else
		usage_overview(&cli->out);
	return cli_flush(cli, err);
}

const struct command cmd_help = {
	.name = "help",
	.summary = "Explain a command, or list them all",
	.operands = "[COMMAND]",
	.max_operands = 2,
	.opts = opts,
	.args_size = sizeof(struct args),
	.run = run,
};
