#include <string.h>

#include "command.h"

/* Manual pages, in mdoc(7), from the command table. */

static void man_text(FILE *out, const char *s)
{
	if (*s == '.' || *s == '\'')
		fputs("\\&", out);
	for (; *s; s++) {
		if (*s == '\\')
			fputs("\\e", out);
		else if (*s == '-')
			fputs("\\-", out);
		else
			fputc(*s, out);
	}
}

static void man_title(FILE *out, const char *name, bool upper)
{
	fputs(upper ? "COHORT" : "cohort", out);
	if (!name)
		return;
	fputc('-', out);
	for (; *name; name++) {
		char c = *name == ' ' ? '-' : *name;

		fputc(upper && c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c, out);
	}
}

static void man_metavar(FILE *out, const struct opt *o)
{
	if (!o->metavar)
		return;
	fputs(" Ar ", out);
	man_text(out, o->metavar);
}

static void man_options(FILE *out, const struct opt *table,
			const struct command *c)
{
	for (const struct opt *o = table; o && o->name; o++) {
		if (!command_takes(c, o))
			continue;
		fputs(".It", out);
		if (o->letter) {
			fprintf(out, " Fl %c", o->letter);
			man_metavar(out, o);
			fputs(" ,", out);
		}
		fprintf(out, " Fl \\-%s", o->name);
		man_metavar(out, o);
		fputc('\n', out);
		man_text(out, o->help);
		fputs(".\n", out);
	}
}

static void man_overview_rows(FILE *out)
{
	bool open = false;

	for (const struct command_row *r = command_table; !row_is_end(r); r++) {
		if (r->group) {
			fprintf(out, "%s.Ss %s\n.Bl -tag -width Ds\n",
				open ? ".El\n" : "", r->group);
			open = true;
		} else if (row_is_shown(r)) {
			fputs(".It Xr ", out);
			man_title(out, r->command->name, false);
			fputs(" 1\n", out);
			man_text(out, r->command->summary);
			fputs(".\n", out);
		}
	}
	if (open)
		fputs(".El\n", out);
}

static void man_synopsis(FILE *out, const struct command *c)
{
	fputs(".Sh SYNOPSIS\n.Nm cohort\n", out);
	if (!c) {
		fputs(".Op Fl C Ar DIR\n.Ar COMMAND\n.Op Ar ARGUMENT ...\n",
		      out);
		return;
	}
	fprintf(out, ".Cm %s\n", c->name);
	for (const struct opt *o = c->opts; o && o->name; o++) {
		fprintf(out, ".Op Fl \\-%s", o->name);
		man_metavar(out, o);
		fputc('\n', out);
	}
	if (c->operands) {
		fputs(".Ar ", out);
		man_text(out, c->operands);
		fputc('\n', out);
	}
}

void usage_man(FILE *out, const struct command *c, const char *prose)
{
	fputs(".Dd November 23, 2026\n.Dt ", out);
	man_title(out, c ? c->name : NULL, true);
	fputs(" 1\n.Os\n.Sh NAME\n.Nm ", out);
	man_title(out, c ? c->name : NULL, false);
	fputs("\n.Nd ", out);
	man_text(out,
		 c ? c->summary : "run a live course to its release party");
	fputc('\n', out);
	man_synopsis(out, c);
	if (prose)
		fputs(prose, out);
	if (!c) {
		fputs(".Sh COMMANDS\n", out);
		man_overview_rows(out);
	}
	fputs(".Sh OPTIONS\n.Bl -tag -width Ds\n", out);
	if (c)
		man_options(out, c->opts, c);
	man_options(out, global_opts, c);
	fputs(".El\n", out);
	if (c)
		fputs(".Sh SEE ALSO\n.Xr cohort 1 ,\n.Xr cohort-config 5\n",
		      out);
}
