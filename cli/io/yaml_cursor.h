#ifndef IO_YAML_CURSOR_H
#define IO_YAML_CURSOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"

struct node;

/*
 * Walking through the text of a YAML document while copying it, for
 * io/yaml_edit.c alone.  Positions are bytes of the source and only go forward;
 * a step back is remembered in `overlaps`.
 */
struct cursor {
	const char *source;
	size_t len;
	size_t start; /* 3 after a byte order mark */
	size_t at;    /* so much of SOURCE is in OUT, or left out on purpose */
	bool overlaps;
	const char *eol; /* "\n" or "\r\n", as the source has it */
	struct strbuf *out;
};

void cursor_init(struct cursor *e, const char *source, size_t len,
		 struct strbuf *out);

/* Copy, or leave out, what comes before POS. */
void keep_until(struct cursor *e, size_t pos);
void skip_until(struct cursor *e, size_t pos);

/* ---- characters and lines; nothing here moves the cursor */

bool is_blank(char c); /* space or tab */
bool is_break(char c);
size_t line_start(const struct cursor *e, size_t pos);
size_t line_end(const struct cursor *e, size_t pos); /* before the break */
/* From the end of a line to the start of the next, and back. */
size_t after_break(const struct cursor *e, size_t pos);
size_t before_break(const struct cursor *e, size_t pos);
size_t skip_blanks(const struct cursor *e, size_t pos);
/* The next byte that is neither blank, line break nor comment. */
size_t skip_gap(const struct cursor *e, size_t pos);

/* START is the start of a line: has it nothing; only a comment, how far in? */
bool is_empty_line(const struct cursor *e, size_t start);
bool is_comment_line(const struct cursor *e, size_t start, size_t *indent);

/* ---- nodes in the text */

/* Written with [] or {}. */
bool is_bracketed(const struct cursor *e, const struct node *n);

/* The last value in N, at any depth, is a text that '|' or '>' introduces. */
bool ends_in_text(const struct cursor *e, const struct node *n);

/*
 * The end of the line on which a block value ends, and of the comments below
 * it that are indented by MIN or more: they belong to it.
 */
size_t block_end(const struct cursor *e, const struct node *n, size_t min);

/* The '-' of item INDEX of a block list. */
size_t find_dash(const struct cursor *e, const struct node *list, size_t index);

#endif
