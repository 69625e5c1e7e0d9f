#include "command.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "version.h"
#include "workspace/workspace.h"

#define GROUP(title)
#define COMMAND(id) extern const struct command cmd_##id;
#include "commands/commands.def"
#undef GROUP
#undef COMMAND

const struct command_row command_table[] = {
#define GROUP(title) { title, NULL },
#define COMMAND(id) { NULL, &cmd_##id },
#include "commands/commands.def"
#undef GROUP
#undef COMMAND
	{ NULL, NULL },
};

int exit_status(enum err_code code)
{
	switch (code) {
	case ERR_NONE:
		return 0;
	case ERR_REFUSED:
		return 1;
	case ERR_USAGE:
		return 2;
	case ERR_MISSING:
		return 3;
	case ERR_LOCKED:
		return 4;
	case ERR_NET:
		return 5;
	case ERR_BUG:
		return 70;
	default:
		return 6;
	}
}

/* Statuses from the least to the most serious. */
static int seriousness(int status)
{
	static const int order[] = { 0, 1, 2, 3, 4, 5, 6, 70 };
	int rank = 0;

	while (rank < (int)ARRAY_LEN(order) - 1 && order[rank] != status)
		rank++;
	return rank;
}

void cli_worse(struct cli *cli, int status)
{
	if (seriousness(status) > seriousness(cli->status))
		cli->status = status;
}

/*
 * A reader that went away, as in `cohort log | head`, ends us as it ends
 * every filter: by SIGPIPE, and only here, after the work is done.
 */
static int cannot_write(struct err *err)
{
	int errnum = errno;

	if (errnum == EPIPE) {
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	}
	return err_set(err, ERR_IO, "cannot write output: %s",
		       errnum ? strerror(errnum) : "unknown reason");
}

int cli_workspace(struct cli *cli, unsigned flags, struct workspace **out,
		  struct err *err)
{
	assert(!cli->workspace);
	if (workspace_open(cli->dir, flags, &cli->workspace, err) < 0)
		return err->code;
	*out = cli->workspace;
	return 0;
}

static void close_workspace(struct cli *cli)
{
	const char *const *notes;
	size_t count =
		cli->workspace ? workspace_notes(cli->workspace, &notes) : 0;

	for (size_t i = 0; i < count; i++)
		cli_note(cli, "note: %s", notes[i]);
	workspace_free(cli->workspace);
	cli->workspace = NULL;
}

int cli_flush(struct cli *cli, struct err *err)
{
	if (fflush(cli->out.out) != 0 || ferror(cli->out.out))
		return cannot_write(err);
	return cli->out.cut ? err_nomem(err) : 0;
}

int cli_emit(struct cli *cli, const json_t *view, cli_renderer *render,
	     struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };

	if (!view)
		return err_nomem(err);
	if (json_check(err) < 0)
		return err->code;
	close_workspace(cli);
	errno = 0;
	if (cli->json) {
		if (json_write(view, &text, err) < 0)
			return err->code;
		fwrite(text.data, 1, text.len, cli->out.out);
	} else {
		render(&cli->out, view);
		if (json_check(err) < 0) /* some make values of their own */
			return err->code;
	}
	return cli_flush(cli, err);
}

void cli_note(struct cli *cli, const char *fmt, ...)
{
	va_list ap;
	char line[1024];

	if (cli->quiet)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	term_printf(&cli->err, "%s\n", line);
}

/* One line on a terminal, drawn over at each step, gone at the end. */
struct progress_line {
	pthread_mutex_t lock;
	struct terminal *t;
	int64_t drawn_at;
	bool drawn;
};

static void draw(void *ctx, size_t done, size_t total, const char *what)
{
	enum {
		EVERY_MS = 50
	};
	struct progress_line *p = ctx;
	int64_t now = clock_monotonic_ms();

	pthread_mutex_lock(&p->lock);
	if (now - p->drawn_at >= EVERY_MS || done == total) {
		fputs("\r\033[K", p->t->out);
		if (done < total) {
			char text[160];

			snprintf(text, sizeof(text), "%zu of %zu  %s", done,
				 total, what);
			term_field(p->t, TERM_DIM, (int)p->t->width - 1, text);
		}
		fflush(p->t->out);
		p->drawn_at = now;
		p->drawn = done < total;
	}
	pthread_mutex_unlock(&p->lock);
}

static void erase(struct progress_line *p)
{
	if (p->drawn) {
		fputs("\r\033[K", p->t->out);
		fflush(p->t->out);
	}
}

static void report(struct terminal *t, const struct err *err)
{
	term_styled(t, TERM_BAD, "cohort: ");
	term_printf(t, "%s\n", err->msg);
	if (err->hint[0]) {
		term_styled(t, TERM_ACCENT, "hint: ");
		term_printf(t, "%s\n", err->hint);
	}
}

static enum term_colour colour_of(const struct cli_options *global)
{
	if (!global->colour || strcmp(global->colour, "auto") == 0)
		return TERM_AUTO;
	return strcmp(global->colour, "always") == 0 ? TERM_ALWAYS : TERM_NEVER;
}

static void print_version(struct terminal *t, const json_t *view)
{
	term_printf(t, "cohort %s\n",
		    json_string_value(json_object_get(view, "version")));
}

static int run_version(struct cli *cli, struct err *err)
{
	AUTO(json_decrefp)
	json_t *view =
		json_pack("{s:i, s:s}", "schema", 1, "version", COHORT_VERSION);

	return cli_emit(cli, view, print_version, err);
}

/* -h and a bare `cohort`: the text goes to stdout, checked like any other. */
static int run_help(struct cli *cli, const struct command *c, struct err *err)
{
	errno = 0;
	if (c)
		usage_command(&cli->out, c);
	else
		usage_overview(&cli->out);
	return cli_flush(cli, err);
}

static int run_command(struct cli *cli, const struct command *c,
		       const void *args, struct err *err)
{
	struct progress_line line = { .t = &cli->err };
	int rc;

	if (clock_check(err) < 0)
		return err->code;
	pthread_mutex_init(&line.lock, NULL);
	if (cli->err.is_tty && !cli->json && !cli->quiet)
		cli->progress = (struct progress){ draw, &line };
	rc = c->run(cli, args, err);
	erase(&line);
	close_workspace(cli);
	pthread_mutex_destroy(&line.lock);
	return rc;
}

int command_main(int argc, char **argv)
{
	struct cli_options global = { 0 };
	const struct command *c = NULL;
	struct err err = { 0 };
	struct cli cli = { 0 };
	void *args = NULL;
	int rc;

	signal(SIGPIPE, SIG_IGN);
	json_start();
	rc = options_parse(argc, argv, &global, &c, &args, &err);
	terminal_init(&cli.out, stdout, colour_of(&global));
	terminal_init(&cli.err, stderr, colour_of(&global));
	cli.dir = global.dir;
	cli.json = global.json;
	cli.quiet = global.quiet;
	cli.command = c;
	if (rc == 0 && global.version)
		rc = run_version(&cli, &err);
	else if (rc == 0 && (global.help || !c))
		rc = run_help(&cli, c, &err);
	else if (rc == 0)
		rc = run_command(&cli, c, args, &err);
	args_free(c, args);
	if (rc < 0) {
		report(&cli.err, &err);
		cli_worse(&cli, exit_status(err.code));
	}
	return cli.status;
}
