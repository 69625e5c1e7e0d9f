#ifndef MODEL_CSV_H
#define MODEL_CSV_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/strbuf.h"

struct err;

/*
 * Comma-separated values with a header row, as RFC 4180 and spreadsheets write
 * them: CRLF or LF, quotes doubled inside quotes, line breaks inside quotes, a
 * byte order mark.  Pure; immutable once read; any thread.
 */
enum {
	CSV_INPUT_MAX = 64 << 20, /* bytes */
	CSV_COLUMNS_MAX = 64,
	CSV_ROWS_MAX = 1 << 20,
	CSV_CELL_MAX = 4096 /* bytes */
};

struct csv_row {
	uint32_t line;		  /* on which it begins, from 1 */
	const char *const *cells; /* as many as there are columns */
};

struct csv {
	struct arena arena;
	const char *file;
	const char *const *columns; /* the header, blanks around it cut */
	size_t column_count;
	struct csv_row *rows;
	size_t count;
};

/*
 * ERR_FORMAT with "FILE:LINE: why" for a row of another length than the
 * header, a column twice or without a name, a quote in the wrong place,
 * control characters other than tab and line break, or what is not UTF-8;
 * ERR_LIMIT beyond the limits above.  Empty lines are passed over.
 */
int csv_read(const char *bytes, size_t len, const char *file, struct csv **out,
	     struct err *err);
void csv_free(struct csv *c);
AUTO_DEFINE(struct csv *, csv_free)

/* The place of a column, or -1. */
int csv_column(const struct csv *c, const char *name);

/*
 * Append COUNT cells as one line that ends in CRLF.  A cell that a spreadsheet
 * would run (it begins with = + - @ TAB or CR) gets a ' in front, which
 * csv_read() takes away again.
 */
void csv_write(struct strbuf *out, const char *const *cells, size_t count);

#endif
