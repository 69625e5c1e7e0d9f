#ifndef BASE_TERMINAL_H
#define BASE_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/attr.h"

/*
 * Where people read: a stream, its width, and whether it shows colour.  All
 * text that came from outside goes through here: control characters, C1
 * controls, bidirectional overrides and broken UTF-8 come out as '?' or
 * U+FFFD, so nothing that a student typed steers the terminal.
 */
struct terminal {
	FILE *out;
	bool colour;
	bool is_tty;
	unsigned width; /* columns; 80 where unknown */
	bool cut;	/* there was no memory to print all of it */
};

enum term_style {
	TERM_PLAIN,
	TERM_BOLD,
	TERM_DIM,
	TERM_GOOD, /* green */
	TERM_WARN, /* yellow */
	TERM_BAD,  /* red */
	TERM_ACCENT
};

enum term_colour {
	TERM_AUTO,
	TERM_ALWAYS,
	TERM_NEVER
};

/* AUTO: colour on a terminal that is not dumb, unless NO_COLOR is set. */
void terminal_init(struct terminal *t, FILE *out, enum term_colour colour);

/* Sanitised text.  The format is ours; only the arguments are foreign. */
void term_printf(struct terminal *t, const char *fmt, ...) ATTR_PRINTF(2, 3);
void term_styled(struct terminal *t, enum term_style style, const char *fmt,
		 ...) ATTR_PRINTF(3, 4);

/*
 * Text in a field of COLUMNS, cut with an ellipsis or filled with spaces on
 * the right; negative fills on the left.
 */
void term_field(struct terminal *t, enum term_style style, int columns,
		const char *text);

/* Columns that TEXT takes on a terminal, after sanitising. */
unsigned term_columns(const char *text);

/* TEXT in lines of at most t->width, each begun by INDENT spaces. */
void term_wrap(struct terminal *t, unsigned indent, const char *text);

#endif
