/* The roster as CSV, in and out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/parse.h"
#include "course/roster.h"
#include "io/file.h"
#include "model/csv.h"

static const struct {
	const char *name;
	size_t offset; /* in struct roster_entry */
	bool is_private;
} columns[] = {
	{ "handle", offsetof(struct roster_entry, handle), false },
	{ "name", offsetof(struct roster_entry, name), false },
	{ "seat", offsetof(struct roster_entry, seat), false },
	{ "mode", offsetof(struct roster_entry, mode), false },
	{ "zone", offsetof(struct roster_entry, zone), false },
	{ "repo", offsetof(struct roster_entry, repo), false },
	{ "suffix", offsetof(struct roster_entry, suffix), false },
	{ "email", offsetof(struct roster_entry, email), true },
	{ "legal_name", offsetof(struct roster_entry, legal_name), true },
};

static int unknown_column(const struct csv *c, const char *name,
			  struct err *err)
{
	const char *names[ARRAY_LEN(columns)];
	const char *near;

	for (size_t i = 0; i < ARRAY_LEN(columns); i++)
		names[i] = columns[i].name;
	near = parse_nearest(name, names, ARRAY_LEN(names));
	(void)err_set(err, ERR_FORMAT, "%s:1: unknown column '%s'", c->file,
		      name);
	if (near)
		return err_hint(err, "did you mean '%s'?", near);
	return err_hint(err, "handle, name, seat, mode, zone, repo, suffix, "
			     "email and legal_name are known");
}

static int check_header(const struct csv *c, struct err *err)
{
	for (size_t i = 0; i < c->columns; i++) {
		size_t k = 0;

		while (k < ARRAY_LEN(columns) &&
		       strcmp(columns[k].name, c->header[i]) != 0)
			k++;
		if (k == ARRAY_LEN(columns))
			return unknown_column(c, c->header[i], err);
	}
	if (csv_column(c, "handle") < 0)
		return err_set(err, ERR_FORMAT,
			       "%s:1: there is no column 'handle'", c->file);
	return 0;
}

static struct roster_entry entry_of(const struct csv *c, size_t row)
{
	struct roster_entry e = { .file = c->file, .line = c->rows[row].line };

	for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
		int at = csv_column(c, columns[i].name);

		if (at >= 0)
			*(const char **)(void *)((char *)&e +
						 columns[i].offset) =
				c->rows[row].cells[at];
	}
	return e;
}

static int read_csv(const char *path, struct csv **out, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf bytes = { 0 };

	if (file_read(path, CSV_INPUT_MAX, &bytes, err) < 0 ||
	    csv_read(strbuf_str(&bytes), bytes.len, path, out, err) < 0)
		return err->code;
	return check_header(*out, err);
}

int roster_import(struct workspace *ws, const char *path, unsigned flags,
		  struct roster_diff *out, struct err *err)
{
	AUTO(csv_freep) struct csv *c = NULL;
	struct roster_entry *entries;

	if (read_csv(path, &c, err) < 0)
		return err->code;
	entries = calloc(c->count + 1, sizeof(*entries));
	if (!entries)
		return err_nomem(err);
	for (size_t i = 0; i < c->count; i++)
		entries[i] = entry_of(c, i);
	(void)roster_apply(ws, entries, c->count,
			   flags | ROSTER_MAY_ADD | ROSTER_MAY_CHANGE, NULL,
			   out, err);
	free(entries);
	return err->code;
}

int roster_export(struct workspace *ws, struct strbuf *out, struct err *err)
{
	const struct roster *roster = workspace_roster(ws);
	size_t at = 0;

	for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
		if (!columns[i].is_private)
			csv_put(out, at++, columns[i].name);
	}
	csv_end_line(out);
	for (size_t i = 0; i < roster->count; i++) {
		const struct seat *s = &roster->seats[i];
		char number[16];

		if (s->status == SEAT_WITHDRAWN)
			continue;
		snprintf(number, sizeof(number), "%u", (unsigned)s->number);
		csv_put(out, 0, s->handle);
		csv_put(out, 1, s->name);
		csv_put(out, 2, number);
		csv_put(out, 3, seat_mode_name(s->mode));
		csv_put(out, 4, s->zone);
		csv_put(out, 5, s->repo);
		csv_put(out, 6, s->suffix);
		csv_end_line(out);
	}
	return strbuf_check(out, err);
}
