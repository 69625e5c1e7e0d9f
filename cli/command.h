#ifndef COMMAND_H
#define COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/json.h"
#include "base/progress.h"
#include "base/terminal.h"

struct workspace;

/*
 * The command table: parser, usage text, man page synopses and completions
 * all come from it.  A command is one file in commands/ and one line in
 * commands/commands.def.
 */
enum opt_kind {
	OPT_FLAG, /* bool */
	OPT_STR,  /* const char *, NULL when not given */
	OPT_U32,  /* uint32_t, as it was when not given */
	OPT_SIZE, /* uint64_t, with K, M or G */
	OPT_LIST  /* struct opt_list: may be given more than once */
};

struct opt_list {
	const char **items; /* in the order given */
	size_t count;
};

struct opt {
	const char *name; /* without the dashes; NULL ends a table */
	char letter;	  /* 0: none */
	enum opt_kind kind;
	const char *metavar; /* "FILE"; "a|b|c" also limits the values */
	const char *help;    /* a phrase, no full stop */
	size_t offset;	     /* in the command's args */
};

/* First member of every command's args. */
struct common_args {
	const char *const *operands;
	size_t operand_count;
};

/* What a run of the program has at hand. */
struct cli {
	struct terminal out; /* the result, for people */
	struct terminal err; /* progress and remarks */
	const char *dir;     /* -C: the workspace, or NULL */
	bool json;
	bool quiet;
	int status; /* what main returns if run() succeeds; see cli_worse() */
	const struct command *command;
	struct workspace *workspace; /* see cli_workspace() */
	struct progress progress;    /* draws on err if that is a terminal */
};

enum command_flags {
	CMD_JSON = 1, /* has --json: the view, complete */
	CMD_HIDDEN = 2
};

enum {
	OPERANDS_ANY = 1 << 20
};

struct command {
	const char *name;     /* "roster add": one or two words */
	const char *summary;  /* a sentence without a full stop */
	const char *operands; /* "[PATH|@HANDLE...]", or NULL for none */
	unsigned min_operands;
	unsigned max_operands;
	const struct opt *opts; /* or NULL */
	size_t args_size;
	unsigned flags;
	int (*run)(struct cli *cli, const void *args, struct err *err);
};

/* A row of the table: a heading, or a command. */
struct command_row {
	const char *group; /* not NULL: the commands that follow are its */
	const struct command *command;
};

/* All of them, in the order of commands.def; ends with { NULL, NULL }. */
extern const struct command_row command_table[];

/* Parse, run, report.  The exit status. */
int command_main(int argc, char **argv);

/* The exit status of ARCHITECTURE's table for a code. */
int exit_status(enum err_code code);

/*
 * A command over many parts ends with the most serious of them, in the order
 * 70, 6, 5, 4, 3, 1, 0.
 */
void cli_worse(struct cli *cli, int status);

/*
 * workspace_open() for a command: of the folder that -C names.  *OUT belongs to
 * CLI and lives until cli_emit() or the end of the command, however it ends;
 * what the workspace wants people to hear is then said, on stderr.
 */
int cli_workspace(struct cli *cli, unsigned flags, struct workspace **out,
		  struct err *err);

/*
 * Show VIEW: as JSON with --json, else through RENDER.  Text is made from the
 * view alone, so --json is complete by construction.  The workspace is closed
 * first: nobody holds its lock while a pager waits.  Fails with ERR_IO if the
 * output cannot be written.
 */
typedef void cli_renderer(struct terminal *t, const json_t *view);
int cli_emit(struct cli *cli, const json_t *view, cli_renderer *render,
	     struct err *err);

/* Flush stdout and see that all of it was written; errno was 0 before. */
int cli_flush(struct cli *cli, struct err *err);

/* A remark on stderr; nothing when quiet. */
void cli_note(struct cli *cli, const char *fmt, ...) ATTR_PRINTF(2, 3);

/* ---- options.c */

/* Options that every command takes; offsets are into struct cli_options. */
struct cli_options {
	const char *dir;
	const char *colour;
	bool json;
	bool quiet;
	bool help;
	bool version;
};
extern const struct opt global_opts[];

/*
 * Read ARGV after the program's name: the longest command that matches, its
 * options, and the global ones anywhere.  *ARGS (calloc'ed, the command's
 * args_size) is to be released with args_free(); *COMMAND is NULL when there
 * is none, which is right only with help or version.
 */
int options_parse(int argc, char **argv, struct cli_options *global,
		  const struct command **command, void **args, struct err *err);
void args_free(const struct command *command, void *args);

/* ---- usage.c */

const struct command *command_find(const char *name);
bool row_is_end(const struct command_row *r);
bool row_is_shown(const struct command_row *r);

/* --json is a global option that only some commands have; C NULL: all. */
bool command_takes(const struct command *c, const struct opt *o);

void usage_overview(struct terminal *t);
void usage_command(struct terminal *t, const struct command *c);

/* ---- manpage.c, completion.c */

/*
 * The mdoc page of a command: NAME, SYNOPSIS and OPTIONS from the table, then
 * PROSE, hand-written mdoc, or NULL.  C NULL is cohort(1) itself.
 */
void usage_man(FILE *out, const struct command *c, const char *prose);

/* cohort-config(5), from the tables that the files are read by. */
void usage_config(FILE *out, const char *prose);

/* SHELL is "bash", "zsh" or "fish"; false for another. */
bool usage_completion(FILE *out, const char *shell);

#endif
