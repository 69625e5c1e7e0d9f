#include "model/csv.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/parse.h"
#include "base/strbuf.h"
#include "base/vec.h"

struct reader {
	const char *p;
	const char *end;
	uint32_t line;
	struct csv *csv;
	size_t cap; /* of csv->rows */
	struct err *err;
};

static int wrong(struct reader *r, uint32_t line, const char *why)
{
	return err_set(r->err, ERR_FORMAT, "%s:%u: %s", r->csv->file,
		       (unsigned)line, why);
}

static bool at_line_end(const struct reader *r)
{
	return r->p == r->end || *r->p == '\n' ||
	       (*r->p == '\r' && r->p + 1 < r->end && r->p[1] == '\n');
}

static void skip_line_end(struct reader *r)
{
	if (r->p < r->end && *r->p == '\r')
		r->p++;
	if (r->p < r->end)
		r->p++;
	r->line++;
}

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

/* After the opening quote; a quote inside is doubled. */
static int read_quoted(struct reader *r, struct strbuf *cell)
{
	uint32_t begin = r->line;

	for (;; r->p++) {
		if (r->p == r->end)
			return wrong(r, begin, "a quote is not closed");
		if (*r->p == '"') {
			if (r->p + 1 == r->end || r->p[1] != '"')
				break;
			r->p++;
		} else if (is_control(*r->p)) {
			return wrong(r, r->line,
				     "a control character in a cell");
		}
		strbuf_addc(cell, *r->p);
	}
	r->p++;
	if (!at_line_end(r) && *r->p != ',')
		return wrong(r, r->line, "text after a closing quote");
	return 0;
}

static int read_plain(struct reader *r, struct strbuf *cell)
{
	for (; !at_line_end(r) && *r->p != ','; r->p++) {
		if (*r->p == '"')
			return wrong(r, r->line,
				     "a quote inside a cell: put "
				     "the cell in quotes and "
				     "double it");
		if (is_control(*r->p))
			return wrong(r, r->line,
				     "a control character in a cell");
		strbuf_addc(cell, *r->p);
	}
	return 0;
}

static int read_cell(struct reader *r, const char **out)
{
	AUTO(strbuf_releasep) struct strbuf cell = { .max = CSV_CELL_MAX };
	int rc;

	if (r->p < r->end && *r->p == '"') {
		r->p++;
		rc = read_quoted(r, &cell);
	} else {
		rc = read_plain(r, &cell);
	}
	if (rc < 0)
		return rc;
	if (!strbuf_ok(&cell))
		return cell.failed == ERR_NOMEM
			       ? err_nomem(r->err)
			       : wrong(r, r->line, "a cell is too long");
	*out = arena_strdup(&r->csv->arena, strbuf_str(&cell));
	return *out ? 0 : err_nomem(r->err);
}

/* The cells of a line; *COUNT of them in CELLS. */
static int read_line(struct reader *r, const char *cells[CSV_COLUMNS_MAX],
		     size_t *count)
{
	size_t n = 0;

	for (;;) {
		if (n == CSV_COLUMNS_MAX)
			return wrong(r, r->line, "more than 64 columns");
		if (read_cell(r, &cells[n++]) < 0)
			return r->err->code;
		if (at_line_end(r))
			break;
		r->p++; /* the comma */
	}
	skip_line_end(r);
	*count = n;
	return 0;
}

static const char **keep(struct reader *r, const char *const *cells,
			 size_t count)
{
	const char **own = arena_calloc(&r->csv->arena, count, sizeof(*own));

	if (own)
		memcpy(own, cells, count * sizeof(*own));
	return own;
}

static int read_header(struct reader *r)
{
	const char *cells[CSV_COLUMNS_MAX];
	struct csv *c = r->csv;

	if (r->p == r->end)
		return wrong(r, 1, "empty: a header line is wanted");
	if (read_line(r, cells, &c->columns) < 0)
		return r->err->code;
	c->header = keep(r, cells, c->columns);
	if (!c->header)
		return err_nomem(r->err);
	for (size_t i = 0; i < c->columns; i++) {
		if (csv_column(c, cells[i]) != (int)i)
			return err_set(r->err, ERR_FORMAT,
				       "%s:1: column '%s' stands twice",
				       c->file, cells[i]);
	}
	return 0;
}

static int add_row(struct reader *r, uint32_t line, const char *const *cells)
{
	struct csv *c = r->csv;
	struct csv_row *grown =
		vec_grow(c->rows, &r->cap, c->count + 1, sizeof(*grown));

	if (!grown)
		return err_nomem(r->err);
	c->rows = grown;
	c->rows[c->count].line = line;
	c->rows[c->count].cells = keep(r, cells, c->columns);
	if (!c->rows[c->count].cells)
		return err_nomem(r->err);
	c->count++;
	return 0;
}

static int read_rows(struct reader *r)
{
	while (r->p < r->end) {
		const char *cells[CSV_COLUMNS_MAX];
		uint32_t line = r->line;
		size_t count;

		if (at_line_end(r)) { /* an empty line */
			skip_line_end(r);
			continue;
		}
		if (read_line(r, cells, &count) < 0)
			return r->err->code;
		if (count != r->csv->columns)
			return err_set(r->err, ERR_FORMAT,
				       "%s:%u: %zu cells where the header has "
				       "%zu",
				       r->csv->file, (unsigned)line, count,
				       r->csv->columns);
		if (add_row(r, line, cells) < 0)
			return r->err->code;
	}
	return 0;
}

int csv_read(const char *bytes, size_t len, const char *file, struct csv **out,
	     struct err *err)
{
	static const char bom[] = "\xef\xbb\xbf";
	AUTO(csv_freep) struct csv *c = calloc(1, sizeof(*c));
	struct reader r = { bytes, bytes + len, 1, c, 0, err };

	if (!c || !(c->file = arena_strdup(&c->arena, file)))
		return err_nomem(err);
	if (len > CSV_INPUT_MAX)
		return err_set(err, ERR_LIMIT, "%s: more than %d bytes", file,
			       CSV_INPUT_MAX);
	if (!text_is_utf8(bytes, len))
		return err_set(err, ERR_FORMAT, "%s: not UTF-8", file);
	if (len >= 3 && memcmp(bytes, bom, 3) == 0)
		r.p += 3;
	if (read_header(&r) < 0 || read_rows(&r) < 0)
		return err->code;
	*out = c;
	c = NULL;
	return 0;
}

void csv_free(struct csv *c)
{
	if (!c)
		return;
	free(c->rows);
	arena_release(&c->arena);
	free(c);
}

int csv_column(const struct csv *c, const char *name)
{
	for (size_t i = 0; i < c->columns; i++) {
		if (strcmp(c->header[i], name) == 0)
			return (int)i;
	}
	return -1;
}

void csv_put(struct strbuf *out, size_t at, const char *cell)
{
	bool formula = *cell && strchr("=+-@\t\r", *cell);

	if (at > 0)
		strbuf_addc(out, ',');
	if (!formula && !strpbrk(cell, ",\"\r\n")) {
		strbuf_adds(out, cell);
		return;
	}
	strbuf_addc(out, '"');
	if (formula)
		strbuf_addc(out, '\'');
	for (; *cell; cell++) {
		if (*cell == '"')
			strbuf_addc(out, '"');
		strbuf_addc(out, *cell);
	}
	strbuf_addc(out, '"');
}

void csv_end_line(struct strbuf *out)
{
	strbuf_adds(out, "\r\n");
}
