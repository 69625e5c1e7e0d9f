#include <string.h>

#include "command.h"

bool row_is_end(const struct command_row *r)
{
	return !r->group && !r->command;
}

bool row_is_shown(const struct command_row *r)
{
	return r->command && !(r->command->flags & CMD_HIDDEN);
}

bool command_takes(const struct command *c, const struct opt *o)
{
	return strcmp(o->name, "json") != 0 || !c || (c->flags & CMD_JSON);
}

const struct command *command_find(const char *name)
{
	for (const struct command_row *r = command_table; !row_is_end(r); r++) {
		if (r->command && strcmp(r->command->name, name) == 0)
			return r->command;
	}
	return NULL;
}

/* ---- -h */

static void print_options(struct terminal *t, const struct opt *table,
			  const struct command *c)
{
	enum {
		COLUMN = 28
	};

	for (const struct opt *o = table; o && o->name; o++) {
		char left[96];
		int len;

		if (!command_takes(c, o))
			continue;
		len = snprintf(
			left, sizeof(left), "  %c%c%s--%s%s%s",
			o->letter ? '-' : ' ', o->letter ? o->letter : ' ',
			o->letter ? ", " : "  ", o->name, o->metavar ? " " : "",
			o->metavar ? o->metavar : "");
		if (len > COLUMN - 2)
			term_printf(t, "%s\n%*s%s\n", left, COLUMN, "",
				    o->help);
		else
			term_printf(t, "%-*s%s\n", COLUMN, left, o->help);
	}
}

void usage_overview(struct terminal *t)
{
	term_printf(t, "usage: cohort [-C DIR] COMMAND [ARGUMENT...]\n\n"
		       "Runs a live course of 32 seats, from the first "
		       "application to the\nrelease party.\n");
	for (const struct command_row *r = command_table; !row_is_end(r); r++) {
		if (r->group) {
			term_printf(t, "\n");
			term_styled(t, TERM_BOLD, "%s", r->group);
			term_printf(t, "\n");
		} else if (row_is_shown(r)) {
			term_printf(t, "  %-18s%s\n", r->command->name,
				    r->command->summary);
		}
	}
	term_printf(t, "\n");
	term_styled(t, TERM_BOLD, "Everywhere");
	term_printf(t, "\n");
	print_options(t, global_opts, NULL);
	term_printf(t, "\n'cohort COMMAND -h' explains a command, "
		       "'man cohort-COMMAND' at length.\n");
}

void usage_command(struct terminal *t, const struct command *c)
{
	term_printf(t, "usage: cohort %s%s%s%s\n\n%s.\n", c->name,
		    c->opts && c->opts->name ? " [OPTION...]" : "",
		    c->operands ? " " : "", c->operands ? c->operands : "",
		    c->summary);
	if (c->opts && c->opts->name) {
		term_printf(t, "\n");
		print_options(t, c->opts, c);
	}
	term_printf(t, "\nEverywhere:\n");
	print_options(t, global_opts, c);
}
