#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "command.h"

const struct opt global_opts[] = {
	{ "dir", 'C', OPT_STR, "DIR",
	  "the workspace; else the current folder or one above it",
	  offsetof(struct cli_options, dir) },
	{ "json", 0, OPT_FLAG, NULL, "print the result as JSON",
	  offsetof(struct cli_options, json) },
	{ "quiet", 'q', OPT_FLAG, NULL, "no remarks and no progress",
	  offsetof(struct cli_options, quiet) },
	{ "color", 0, OPT_STR, "auto|always|never",
	  "colour in the output (auto: on a terminal, unless NO_COLOR is set)",
	  offsetof(struct cli_options, colour) },
	{ "help", 'h', OPT_FLAG, NULL, "show this help",
	  offsetof(struct cli_options, help) },
	{ "version", 0, OPT_FLAG, NULL, "print the version",
	  offsetof(struct cli_options, version) },
	{ 0 },
};

struct parser {
	int argc;
	char **argv;
	int next;
	const struct command *command;
	char *args;
	struct cli_options *global;
	const char **operands;
	size_t operand_count;
	struct err *err;
};

static int see_help(struct parser *p)
{
	if (p->command)
		return err_hint(p->err, "see 'cohort %s -h'", p->command->name);
	return err_hint(p->err, "see 'cohort -h'");
}

/* ---- which command */

/* How many words of ARGV the name of C takes if they match; 0: none. */
static int words_matched(const struct command *c, int argc, char **argv)
{
	const char *space = strchr(c->name, ' ');
	size_t len = space ? (size_t)(space - c->name) : strlen(c->name);

	if (argc < 1 || strlen(argv[0]) != len ||
	    memcmp(argv[0], c->name, len) != 0)
		return 0;
	if (!space)
		return 1;
	return argc > 1 && strcmp(argv[1], space + 1) == 0 ? 2 : 0;
}

static const struct command *find_longest(int argc, char **argv, int *words)
{
	const struct command *best = NULL;

	*words = 0;
	for (const struct command_row *r = command_table; !row_is_end(r); r++) {
		int n = r->command ? words_matched(r->command, argc, argv) : 0;

		if (n > *words) {
			*words = n;
			best = r->command;
		}
	}
	return best;
}

/* "roster" alone, or "roster lsit": say which second words there are. */
static bool name_subcommands(struct parser *p, const char *word)
{
	char list[200] = "";
	size_t len = strlen(word), used = 0;

	for (const struct command_row *r = command_table; !row_is_end(r); r++) {
		const char *name = r->command ? r->command->name : "";

		if (strncmp(name, word, len) != 0 || name[len] != ' ')
			continue;
		used += (size_t)snprintf(list + used, sizeof(list) - used,
					 "%s%s", used ? ", " : "",
					 name + len + 1);
		if (used >= sizeof(list))
			break;
	}
	if (used == 0)
		return false;
	(void)err_set(p->err, ERR_USAGE, "'%s' needs a second word: %s", word,
		      list);
	(void)err_hint(p->err, "see 'cohort -h'");
	return true;
}

static int no_command(struct parser *p, const char *word)
{
	const char *names[128];
	const char *near;
	size_t count = 0;

	if (name_subcommands(p, word))
		return p->err->code;
	for (const struct command_row *r = command_table;
	     !row_is_end(r) && count < ARRAY_LEN(names); r++) {
		if (row_is_shown(r))
			names[count++] = r->command->name;
	}
	near = parse_nearest(word, names, count);
	(void)err_set(p->err, ERR_USAGE, "there is no command '%s'", word);
	if (near)
		return err_hint(p->err, "did you mean 'cohort %s'?", near);
	return see_help(p);
}

/* ---- options */

static const struct opt *find_name(const struct opt *table, const char *name,
				   size_t len)
{
	for (const struct opt *o = table; o && o->name; o++) {
		if (strlen(o->name) == len && memcmp(o->name, name, len) == 0)
			return o;
	}
	return NULL;
}

static const struct opt *find_letter(const struct opt *table, char letter)
{
	for (const struct opt *o = table; o && o->name; o++) {
		if (o->letter == letter && letter)
			return o;
	}
	return NULL;
}

/* Where the value of O goes: the command's own options come first. */
static void *target_of(struct parser *p, const struct opt *o)
{
	for (const struct opt *g = global_opts; g->name; g++) {
		if (g == o)
			return (char *)p->global + o->offset;
	}
	return p->args + o->offset;
}

static int unknown(struct parser *p, const char *shown, const char *name)
{
	const char *names[64];
	const char *near;
	size_t count = 0;
	const struct opt *tables[2] = { p->command ? p->command->opts : NULL,
					global_opts };

	for (size_t t = 0; t < 2; t++) {
		for (const struct opt *o = tables[t];
		     o && o->name && count < ARRAY_LEN(names); o++)
			names[count++] = o->name;
	}
	near = name ? parse_nearest(name, names, count) : NULL;
	(void)err_set(p->err, ERR_USAGE, "unknown option '%s'", shown);
	if (near)
		return err_hint(p->err, "did you mean '--%s'?", near);
	return see_help(p);
}

/* A metavar with '|' lists the only values. */
static bool is_choice(const char *metavar, const char *value)
{
	size_t len = strlen(value);

	if (!strchr(metavar, '|'))
		return true;
	for (const char *m = metavar;; m = strchr(m, '|') + 1) {
		if (strcspn(m, "|") == len && memcmp(m, value, len) == 0)
			return true;
		if (!strchr(m, '|'))
			return false;
	}
}

static int bad_value(struct parser *p, const struct opt *o, const char *value)
{
	(void)err_set(p->err, ERR_USAGE, "option '--%s' takes %s, not '%s'",
		      o->name, o->metavar, value);
	return see_help(p);
}

static int append(struct parser *p, struct opt_list *list, const char *value)
{
	const char **grown =
		realloc(list->items, (list->count + 1) * sizeof(*grown));

	if (!grown)
		return err_nomem(p->err);
	list->items = grown;
	list->items[list->count++] = value;
	return 0;
}

static int store(struct parser *p, const struct opt *o, const char *value)
{
	void *target = target_of(p, o);

	switch (o->kind) {
	case OPT_FLAG:
		*(bool *)target = true;
		return 0;
	case OPT_STR:
		if (!is_choice(o->metavar, value))
			return bad_value(p, o, value);
		*(const char **)target = value;
		return 0;
	case OPT_U32:
		return parse_u32(value, target) ? 0 : bad_value(p, o, value);
	case OPT_SIZE:
		return parse_size(value, target) ? 0 : bad_value(p, o, value);
	case OPT_LIST:
		return append(p, target, value);
	}
	return 0;
}

/* The value of O: after '=', or the next word. */
static int take_value(struct parser *p, const struct opt *o,
		      const char *attached)
{
	if (o->kind == OPT_FLAG) {
		if (!attached)
			return store(p, o, NULL);
		(void)err_set(p->err, ERR_USAGE, "option '--%s' takes no value",
			      o->name);
		return see_help(p);
	}
	if (attached)
		return store(p, o, attached);
	if (p->next < p->argc)
		return store(p, o, p->argv[p->next++]);
	(void)err_set(p->err, ERR_USAGE, "option '--%s' needs a value: %s",
		      o->name, o->metavar);
	return see_help(p);
}

static bool json_is_refused(const struct parser *p, const struct opt *o)
{
	return p->command && !(p->command->flags & CMD_JSON) &&
	       strcmp(o->name, "json") == 0 &&
	       find_name(global_opts, "json", 4) == o;
}

static int parse_long(struct parser *p, const char *word)
{
	const char *name = word + 2;
	size_t len = strcspn(name, "=");
	const struct opt *o = NULL;
	char only_name[64];

	snprintf(only_name, sizeof(only_name), "%.*s", (int)len, name);
	if (p->command)
		o = find_name(p->command->opts, name, len);
	if (!o)
		o = find_name(global_opts, name, len);
	if (!o || json_is_refused(p, o))
		return unknown(p, word, only_name);
	return take_value(p, o, name[len] ? name + len + 1 : NULL);
}

static int parse_short(struct parser *p, const char *word)
{
	for (const char *c = word + 1; *c; c++) {
		const struct opt *o = NULL;
		char shown[3] = { '-', *c, '\0' };

		if (p->command)
			o = find_letter(p->command->opts, *c);
		if (!o)
			o = find_letter(global_opts, *c);
		if (!o)
			return unknown(p, shown, NULL);
		if (o->kind == OPT_FLAG) {
			if (store(p, o, NULL) < 0)
				return p->err->code;
			continue;
		}
		return take_value(p, o, c[1] ? c + 1 : NULL);
	}
	return 0;
}

/* ---- all words */

static int take_command(struct parser *p)
{
	int words = 0;

	p->command = find_longest(p->argc - p->next, p->argv + p->next, &words);
	if (!p->command)
		return no_command(p, p->argv[p->next]);
	p->next += words;
	p->args = calloc(1, p->command->args_size);
	return p->args ? 0 : err_nomem(p->err);
}

static int parse_words(struct parser *p)
{
	bool only_operands = false;

	while (p->next < p->argc) {
		char *word = p->argv[p->next];
		int rc = 0;

		if (!only_operands && strcmp(word, "--") == 0) {
			only_operands = true;
			p->next++;
		} else if (!only_operands && strncmp(word, "--", 2) == 0) {
			p->next++;
			rc = parse_long(p, word);
		} else if (!only_operands && word[0] == '-' && word[1]) {
			p->next++;
			rc = parse_short(p, word);
		} else if (!p->command) {
			rc = take_command(p);
		} else {
			p->operands[p->operand_count++] = word;
			p->next++;
		}
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int check_operands(struct parser *p)
{
	const struct command *c = p->command;

	if (p->operand_count < c->min_operands) {
		(void)err_set(p->err, ERR_USAGE, "'cohort %s' needs %s",
			      c->name, c->operands);
		return see_help(p);
	}
	if (p->operand_count > c->max_operands) {
		(void)err_set(p->err, ERR_USAGE, "unexpected argument '%s'",
			      p->operands[c->max_operands]);
		return see_help(p);
	}
	return 0;
}

int options_parse(int argc, char **argv, struct cli_options *global,
		  const struct command **command, void **args, struct err *err)
{
	struct parser p = { .argc = argc,
			    .argv = argv,
			    .next = 1,
			    .global = global,
			    .err = err };
	struct common_args *common;

	p.operands = calloc((size_t)argc + 1, sizeof(*p.operands));
	if (!p.operands)
		return err_nomem(err);
	(void)parse_words(&p);
	if (err->code == 0 && p.command && !global->help && !global->version)
		(void)check_operands(&p);
	*command = p.command;
	*args = p.args;
	common = (struct common_args *)(void *)p.args;
	if (!common) {
		free(p.operands);
		return err->code;
	}
	common->operands = p.operands;
	common->operand_count = p.operand_count;
	return err->code;
}

void args_free(const struct command *command, void *args)
{
	struct common_args *common = args;

	if (!args)
		return;
	for (const struct opt *o = command->opts; o && o->name; o++) {
		if (o->kind == OPT_LIST)
			free(((struct opt_list *)(void *)((char *)args +
							  o->offset))
				     ->items);
	}
	free((void *)common->operands);
	free(args);
}
