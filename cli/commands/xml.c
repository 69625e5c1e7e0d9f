#include "commands/xml.h"

#include <stdio.h>

#include "base/terminal.h"

void xml_print(struct terminal *t, const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '&')
			fputs("&amp;", t->out);
		else if (c == '<')
			fputs("&lt;", t->out);
		else if (c == '>')
			fputs("&gt;", t->out);
		else if (c == '"')
			fputs("&quot;", t->out);
		else if (c >= 0x20 || c == '\n' || c == '\t')
			fputc(c, t->out);
		else
			fputc('?', t->out);
	}
}

void xml_attribute(struct terminal *t, const char *name, const char *value)
{
	fprintf(t->out, " %s=\"", name);
	xml_print(t, value);
	fputc('"', t->out);
}
