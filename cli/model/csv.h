#ifndef MODEL_CSV_H
#define MODEL_CSV_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"

struct err;
struct strbuf;

/*
 * Comma-separated values after RFC 4180, with what spreadsheets add to it: a
 * byte order mark, LF or CRLF, a last line without its end.  The first record
 * is the header; every other has as many cells.  UTF-8 without control
 * characters.  Immutable; everything lives in its arena.
 */
enum {
	CSV_INPUT_MAX = 64 << 20, /* bytes */
	CSV_COLUMNS_MAX = 64,
	CSV_CELL_MAX = 64 << 10 /* bytes */
};

struct csv_row {
	uint32_t line; /* where it begins, from 1 */
	const char **cells;
};

struct csv {
	struct arena arena;
	const char *file;
	const char **header;
	size_t columns;
	struct csv_row *rows;
	size_t count;
};

/* ERR_FORMAT: "FILE:LINE: why". */
int csv_read(const char *bytes, size_t len, const char *file, struct csv **out,
	     struct err *err);
void csv_free(struct csv *c);
AUTO_DEFINE(struct csv *, csv_free)

/* The column called NAME, or -1. */
int csv_column(const struct csv *c, const char *name);

/*
 * One more cell of a line, quoted where it must be.  A cell that a spreadsheet
 * would take for a formula (it begins with = + - @ TAB or CR) gets a quote in
 * front.  AT is the cell's place in the line, from 0.
 */
void csv_put(struct strbuf *out, size_t at, const char *cell);
void csv_end_line(struct strbuf *out);

#endif
