/* cohort completion: what a shell needs to complete our commands. */
#include <errno.h>

#include "command.h"

struct args {
	struct common_args common;
};

static int run(struct cli *cli, const void *argp, struct err *err)
{
	const struct args *args = argp;
	const char *shell = args->common.operands[0];

	errno = 0;
	if (!usage_completion(cli->out.out, shell)) {
		(void)err_set(err, ERR_USAGE, "no completion for '%s'", shell);
		return err_hint(err, "cohort completion bash, zsh or fish");
	}
	return cli_flush(cli, err);
}

const struct command cmd_completion = {
	.name = "completion",
	.summary = "Print the completion script of a shell",
	.operands = "bash|zsh|fish",
	.min_operands = 1,
	.max_operands = 1,
	.args_size = sizeof(struct args),
	.run = run,
};
