#include "commands/semver_view.h"

#include <string.h>

#include "base/terminal.h"
#include "commands/view.h"
#include "course/semver.h"
#include "crate/semver/lints.h"

enum {
	CHAPTER_MAX = 256
};

/* ---- the view */

static json_t *text_or_null(const char *s)
{
	return s ? view_string(s) : json_null();
}

static json_t *place_or_null(const char *file, uint32_t line)
{
	if (!file)
		return json_null();
	return json_pack("{s:o, s:I}", "file", view_string(file), "line",
			 (json_int_t)line);
}

static json_t *finding_view(const struct finding *f)
{
	const struct semver_lint *l = semver_lint_find(f->id);
	char buf[CHAPTER_MAX];
	const char *rule = l ? semver_lint_chapter(l, buf, sizeof(buf)) : NULL;
	/* a trait may be gone from a type that is there still, elsewhere */
	bool gone = l && l->event == SEMVER_GONE && !f->was_file;

	return json_pack(
		"{s:s, s:s, s:o, s:o, s:o, s:I, s:I, s:o, s:o, s:o, s:o, s:o, "
		"s:o}",
		"id", f->id, "level", finding_level_name(f->level), "title",
		text_or_null(l ? l->title : NULL), "rule", text_or_null(rule),
		"file", text_or_null(f->file), "line", (json_int_t)f->line,
		"column", (json_int_t)f->column, "before",
		gone ? place_or_null(f->file, f->line)
		     : place_or_null(f->was_file, f->was_line),
		"after", gone ? json_null() : place_or_null(f->file, f->line),
		"subject", text_or_null(f->subject), "why",
		text_or_null(f->why), "mend", text_or_null(f->mend), "allowed",
		text_or_null(f->allowed));
}

static json_t *row_view(const struct finding *f)
{
	return json_pack("{s:s, s:o, s:I, s:o}", "id", f->id, "file",
			 text_or_null(f->file), "line", (json_int_t)f->line,
			 "subject", text_or_null(f->subject));
}

static json_t *findings_view(const struct findings *f,
			     enum semver_detail detail)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < f->count; i++)
		if (json_array_append_new(
			    list, detail == SEMVER_ROWS
					  ? row_view(&f->items[i])
					  : finding_view(&f->items[i])) < 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static bool add_notes(json_t *list, const char *const *notes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (json_array_append_new(list, view_string(notes[i])) < 0)
			return false;
	return true;
}

static json_t *notes_view(const struct semver_item *i)
{
	json_t *list = json_array();

	if (add_notes(list, i->notes, i->note_count) &&
	    add_notes(list, i->compared.notes, i->compared.note_count))
		return list;
	json_decref(list);
	return NULL;
}

static json_t *lints_view(const struct semver_verdict *v)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "ran",
			 (json_int_t)v->ran, "skipped", (json_int_t)v->skipped,
			 "failed_major", (json_int_t)v->major, "failed_minor",
			 (json_int_t)v->minor, "warned", (json_int_t)v->warned,
			 "let_pass", (json_int_t)v->let_pass);
}

static const char *result_of(const struct compared_lint *l)
{
	if (!l->ran)
		return "skip";
	if (l->findings == 0)
		return "pass";
	return l->denied ? "fail" : "warn";
}

static json_t *check_view(const struct compared_lint *l)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:I}", "id", l->id, "title",
			 l->title, "level",
			 finding_level_name(l->setting.level), "update",
			 semver_bump_name(l->setting.update), "result",
			 result_of(l), "findings", (json_int_t)l->findings);
}

static json_t *checks_view(const struct compared *c)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < c->lint_count; i++)
		if (json_array_append_new(list, check_view(&c->lints[i])) < 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static json_t *bump_or_null(const struct semver_verdict *v,
			    enum semver_bump bump)
{
	if (v->ran == 0 && v->skipped == 0) /* there was no verdict */
		return json_null();
	return json_string(semver_bump_name(bump));
}

static json_t *item_view(const struct semver_item *i, enum semver_detail detail)
{
	const struct compared *c = &i->compared;
	const struct semver_verdict *v = &c->verdict;

	return json_pack(
		"{s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
		"s:o, s:o, s:o, s:o, s:I}",
		"crate", text_or_null(i->crate), "verdict",
		verdict_name(i->verdict), "reason", text_or_null(i->reason),
		"error", text_or_null(i->err.code ? i->err.msg : NULL), "hint",
		text_or_null(i->err.hint[0] ? i->err.hint : NULL),
		"compared_with", text_or_null(i->baseline), "baseline",
		text_or_null(c->from), "current", text_or_null(i->version),
		"declared", bump_or_null(v, v->declared), "required",
		bump_or_null(v, v->required), "needed", text_or_null(c->needed),
		"lints", lints_view(v), "checks",
		detail == SEMVER_ALL ? checks_view(c) : json_array(), "notes",
		notes_view(i), "findings", findings_view(&c->findings, detail),
		"ms", (json_int_t)c->ms);
}

json_t *semver_answer_view(const struct semver_answer *a,
			   enum semver_detail detail)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < a->count; i++)
		if (json_array_append_new(
			    list, item_view(&a->items[i], detail)) < 0) {
			json_decref(list);
			return NULL;
		}
	return json_pack("{s:i, s:I, s:I, s:I, s:I, s:o}", "schema", 1,
			 "passed", (json_int_t)a->passed, "failed",
			 (json_int_t)a->failed, "skipped",
			 (json_int_t)a->skipped, "errors",
			 (json_int_t)a->errors, "crates", list);
}

/* ---- the text */

static void print_place(struct terminal *t, const char *before,
			const json_t *place)
{
	if (!json_is_object(place))
		return;
	term_printf(t, "%s%s", before, view_text(place, "file"));
	if (view_int(place, "line") > 0)
		term_printf(t, ":%lld", view_int(place, "line"));
}

static void print_heading(struct terminal *t, const json_t *f)
{
	const char *level = view_text(f, "level");

	term_styled(t, strcmp(level, "deny") == 0 ? TERM_BAD : TERM_WARN,
		    "%-5s", level);
	term_printf(t, " ");
	term_styled(t, TERM_BOLD, "%s", view_text(f, "id"));
	if (view_text(f, "title")[0])
		term_printf(t, ": %s", view_text(f, "title"));
	term_printf(t, "\n");
	if (view_text(f, "rule")[0])
		term_styled(t, TERM_DIM, "      rule: %s\n",
			    view_text(f, "rule"));
}

static void print_finding(struct terminal *t, const json_t *f)
{
	const json_t *before = json_object_get(f, "before");
	const json_t *after = json_object_get(f, "after");

	term_printf(t, "\n      ");
	term_styled(t, TERM_BOLD, "%s", view_text(f, "subject"));
	print_place(t, json_is_object(after) ? ", in " : "", after);
	print_place(t, ", previously in ", before);
	term_printf(t, "\n        %s\n", view_text(f, "why"));
	if (view_text(f, "mend")[0])
		term_printf(t, "        mend: %s\n", view_text(f, "mend"));
}

static void print_crate(struct terminal *t, const json_t *crate)
{
	const char *lint = "", *level = "";
	size_t i;
	json_t *f;

	if (view_text(crate, "error")[0]) {
		term_styled(t, TERM_BAD, "error");
		term_printf(t, " %s: %s\n", view_text(crate, "crate"),
			    view_text(crate, "error"));
		if (view_text(crate, "hint")[0])
			term_printf(t, "      hint: %s\n",
				    view_text(crate, "hint"));
	} else if (view_text(crate, "reason")[0]) {
		term_styled(t, TERM_DIM, "skipped");
		term_printf(t, " %s: %s\n", view_text(crate, "crate"),
			    view_text(crate, "reason"));
	}
	json_array_foreach (json_object_get(crate, "findings"), i, f) {
		if (view_text(f, "allowed")[0])
			continue;
		if (strcmp(lint, view_text(f, "id")) != 0 ||
		    strcmp(level, view_text(f, "level")) != 0)
			print_heading(t, f);
		lint = view_text(f, "id");
		level = view_text(f, "level");
		print_finding(t, f);
		term_printf(t, "\n");
	}
}

void semver_print_text(struct terminal *t, const json_t *view)
{
	size_t i;
	json_t *crate;

	json_array_foreach (json_object_get(view, "crates"), i, crate)
		print_crate(t, crate);
}

/* ---- TSV */

/* A tab or a newline in a name would be another field or row. */
static void print_field(struct terminal *t, const char *s)
{
	for (; *s; s++)
		fputc((unsigned char)*s < 0x20 || *s == 0x7f ? '?' : *s,
		      t->out);
}

void semver_print_tsv(struct terminal *t, const json_t *view)
{
	size_t i, k;
	json_t *crate, *f;

	json_array_foreach (json_object_get(view, "crates"), i, crate) {
		json_array_foreach (json_object_get(crate, "findings"), k, f) {
			print_field(t, view_text(f, "id"));
			fputc('\t', t->out);
			print_field(t, view_text(f, "file"));
			fputc('\t', t->out);
			if (view_int(f, "line") > 0)
				fprintf(t->out, "%lld", view_int(f, "line"));
			fputc('\t', t->out);
			print_field(t, view_text(f, "subject"));
			fputc('\n', t->out);
		}
	}
}
