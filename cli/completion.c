#include <string.h>

#include "command.h"

/* Shell completions from the command table. */

static void quoted(FILE *out, const char *s)
{
	for (; *s; s++) {
		if (*s == '\'')
			fputs("'\\''", out);
		else
			fputc(*s, out);
	}
}

static void bash_words(FILE *out, const struct opt *table,
		       const struct command *c)
{
	for (const struct opt *o = table; o && o->name; o++) {
		if (command_takes(c, o))
			fprintf(out, " --%s", o->name);
	}
}

static void complete_bash(FILE *out)
{
	fputs("# bash completion for cohort\n"
	      "_cohort() {\n"
	      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} words= i cmd=\n"
	      "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	      "\t\tcase ${COMP_WORDS[i]} in\n"
	      "\t\t-C | --dir | --color) ((i++)) ;;\n"
	      "\t\t-*) ;;\n"
	      "\t\t*) cmd=${cmd:+$cmd }${COMP_WORDS[i]} ;;\n"
	      "\t\tesac\n"
	      "\tdone\n"
	      "\tcase $cmd in\n",
	      out);
	for (const struct command_row *r = command_table; !row_is_end(r); r++) {
		if (!row_is_shown(r))
			continue;
		fprintf(out, "\t'%s' | '%s '*) words='", r->command->name,
			r->command->name);
		bash_words(out, r->command->opts, r->command);
		bash_words(out, global_opts, r->command);
		fputs("' ;;\n", out);
	}
	fputs("\t*)\n\t\twords='", out);
	for (const struct command_row *r = command_table; !row_is_end(r); r++) {
		if (row_is_shown(r))
			fprintf(out, "%s\n", r->command->name);
	}
	fputs("'\n"
	      "\t\tif [ -n \"$cmd\" ]; then\n"
	      "\t\t\twords=$(printf '%s' \"$words\" | "
	      "sed -n \"s/^$cmd //p\")\n"
	      "\t\telse\n"
	      "\t\t\twords=$(printf '%s' \"$words\" | "
	      "cut -d' ' -f1 | sort -u)\n"
	      "\t\tfi ;;\n"
	      "\tesac\n"
	      "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
	      "}\n"
	      "complete -o default -F _cohort cohort\n",
	      out);
}

static void zsh_options(FILE *out, const struct opt *table,
			const struct command *c)
{
	for (const struct opt *o = table; o && o->name; o++) {
		if (!command_takes(c, o))
			continue;
		fprintf(out, " '--%s%s[", o->name, o->metavar ? "=" : "");
		quoted(out, o->help);
		fputs(o->metavar ? "]:value:_files'" : "]'", out);
	}
}

static void complete_zsh(FILE *out)
{
	fputs("#compdef cohort\n"
	      "local -a names\n"
	      "names=(\n",
	      out);
	for (const struct command_row *r = command_table; !row_is_end(r); r++) {
		if (!row_is_shown(r))
			continue;
		fprintf(out, "\t'%s:", r->command->name);
		quoted(out, r->command->summary);
		fputs("'\n", out);
	}
	fputs(")\n"
	      "local line=\"${(j: :)${(@)words[2,CURRENT-1]:#-*}}\"\n"
	      "case $line in\n",
	      out);
	for (const struct command_row *r = command_table; !row_is_end(r); r++) {
		if (!row_is_shown(r))
			continue;
		fprintf(out, "'%s'|'%s '*)\n\t_arguments", r->command->name,
			r->command->name);
		zsh_options(out, r->command->opts, r->command);
		zsh_options(out, global_opts, r->command);
		fputs(" '*:file:_files' ;;\n", out);
	}
	fputs("'') _describe command names ;;\n"
	      "*) compadd -- ${${(M)${names%%:*}:#$line *}#$line } ;;\n"
	      "esac\n",
	      out);
}

static void fish_condition(FILE *out, const char *name)
{
	const char *space = strchr(name, ' ');

	if (!space) {
		fprintf(out, "__fish_seen_subcommand_from %s", name);
		return;
	}
	fprintf(out,
		"__fish_seen_subcommand_from %.*s; "
		"and __fish_seen_subcommand_from %s",
		(int)(space - name), name, space + 1);
}

static void fish_options(FILE *out, const struct opt *table,
			 const struct command *c)
{
	for (const struct opt *o = table; o && o->name; o++) {
		if (!command_takes(c, o))
			continue;
		fputs("complete -c cohort", out);
		if (c) {
			fputs(" -n '", out);
			fish_condition(out, c->name);
			fputc('\'', out);
		}
		fprintf(out, " -l %s", o->name);
		if (o->letter)
			fprintf(out, " -s %c", o->letter);
		fprintf(out, "%s -d '", o->metavar ? " -r" : "");
		quoted(out, o->help);
		fputs("'\n", out);
	}
}

static void fish_name(FILE *out, const struct command *c)
{
	const char *space = strchr(c->name, ' ');

	if (space) {
		fprintf(out,
			"complete -c cohort -f "
			"-n __fish_use_subcommand -a %.*s\n"
			"complete -c cohort -f "
			"-n '__fish_seen_subcommand_from %.*s' -a %s -d '",
			(int)(space - c->name), c->name, (int)(space - c->name),
			c->name, space + 1);
	} else {
		fprintf(out,
			"complete -c cohort -f "
			"-n __fish_use_subcommand -a %s -d '",
			c->name);
	}
	quoted(out, c->summary);
	fputs("'\n", out);
}

static void complete_fish(FILE *out)
{
	fputs("# fish completion for cohort\n", out);
	for (const struct command_row *r = command_table; !row_is_end(r); r++) {
		if (!row_is_shown(r))
			continue;
		fish_name(out, r->command);
		fish_options(out, r->command->opts, r->command);
	}
	fish_options(out, global_opts, NULL);
}

bool usage_completion(FILE *out, const char *shell)
{
	if (strcmp(shell, "bash") == 0)
		complete_bash(out);
	else if (strcmp(shell, "zsh") == 0)
		complete_zsh(out);
	else if (strcmp(shell, "fish") == 0)
		complete_fish(out);
	else
		return false;
	return true;
}
