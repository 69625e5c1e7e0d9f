#include "commands/validate.h"

#include <string.h>

#include "base/strbuf.h"
#include "commands/view.h"
#include "course/validate.h"

static json_t *text_or_null(const char *s)
{
	return s && s[0] ? view_string(s) : json_null();
}

/* A word for the shell. */
static void add_word(struct strbuf *b, const char *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-./@=+,:%";

	if (s[0] && s[strspn(s, plain)] == '\0') {
		strbuf_adds(b, s);
		return;
	}
	strbuf_addc(b, '\'');
	for (; *s; s++) {
		if (*s == '\'')
			strbuf_adds(b, "'\\''");
		else
			strbuf_addc(b, *s);
	}
	strbuf_addc(b, '\'');
}

static json_t *take_text(struct strbuf *b)
{
	return strbuf_ok(b) ? view_string(strbuf_str(b)) : NULL;
}

/* ---- what to type */

static void add_command(struct strbuf *b, const struct validation *v,
			const struct validated *x)
{
	strbuf_addf(b, "cohort validate %s ", v->spec->artifact);
	if (x->is_reference)
		strbuf_adds(b, "--reference");
	else if (x->handle)
		strbuf_addf(b, "@%s", x->handle);
	else
		add_word(b, x->path);
}

static json_t *again(const struct validation *v, const struct validated *x,
		     const char *id)
{
	AUTO(strbuf_releasep) struct strbuf b = { 0 };

	add_command(&b, v, x);
	if (id)
		strbuf_addf(&b, " --only %s", id);
	return take_text(&b);
}

/* It stops where the statement is found not to be kept, or at a crash. */
static json_t *debugger(const struct validation *v, const struct validated *x,
			const char *id)
{
	AUTO(strbuf_releasep) struct strbuf b = { 0 };

	if (x->library.state != LIBRARY_BUILT || !x->library.kept)
		return json_null();
	strbuf_adds(&b, "gdb -q -ex 'break fail_at' -ex run --args ");
	add_word(&b, v->program);
	strbuf_addc(&b, ' ');
	add_word(&b, x->library.path);
	strbuf_addf(&b, " --here %s", id);
	return take_text(&b);
}

/* What mends a crate that is no library for the suite yet. */
static json_t *next_step(const struct validation *v, const struct library *l)
{
	AUTO(strbuf_releasep) struct strbuf b = { 0 };

	switch (l->state) {
	case LIBRARY_ABSENT:
		if (!l->crate[0]) {
			strbuf_addf(&b,
				    "cohort validate %s FOLDER, of the "
				    "crate in it",
				    v->spec->artifact);
			break;
		}
		strbuf_adds(&b, "begin a src/lib.rs; 'cohort new artifact_01 "
				"kov-YOU' makes a crate that has one");
		break;
	case LIBRARY_UNLINKABLE:
		if (strcmp(l->kind, "proc-macro") == 0)
			strbuf_adds(&b, "take proc-macro out of Cargo.toml");
		else
			strbuf_addf(&b,
				    "crate-type = [\"lib\", \"%s\"] in the "
				    "[lib] of Cargo.toml",
				    l->kind);
		break;
	case LIBRARY_BROKEN:
		strbuf_adds(&b, "cargo build --release");
		break;
	case LIBRARY_MISFIT:
		if (l->own_adapter) {
			strbuf_adds(&b, "mend " LIBRARY_OWN_ADAPTER);
			break;
		}
		strbuf_adds(&b, "mkdir -p validate && cp ");
		add_word(&b, v->adapter);
		strbuf_adds(&b, "/src/map.rs " LIBRARY_OWN_ADAPTER
				", and make it fit");
		break;
	case LIBRARY_TOO_LONG:
		strbuf_adds(&b, "make the build smaller and quicker, or give "
				"--build-timeout SECONDS");
		break;
	default:
		return json_null();
	}
	return take_text(&b);
}

/* ---- the parts */

static json_t *statement_view(const struct validation *v,
			      const struct validated *x, size_t i)
{
	const struct statement *s = &v->spec->statements[i];
	const struct statement_result *r = &x->result.items[i];
	bool is_bad = r->verdict == SUITE_FAIL || r->verdict == SUITE_ERROR;
	const struct statement *blame = suite_blame(&x->result, i);

	return json_pack(
		"{s:s, s:s, s:s, s:i, s:s, s:o, s:s, s:o, s:o, s:I, s:o, s:o, "
		"s:o, s:I, s:I, s:o, s:I, s:o, s:o, s:o, s:o}",
		"id", s->id, "class", statement_letter(s->class), "demand",
		statement_class_name(s->class), "points", s->points, "level",
		finding_level_name(x->levels[i]), "title",
		view_string(s->title), "verdict",
		suite_verdict_name(r->verdict), "reason",
		text_or_null(r->reason), "file", text_or_null(r->file), "line",
		(json_int_t)r->line, "failure", view_string(s->failure), "test",
		text_or_null(s->test), "basis", text_or_null(s->basis),
		"wall_ms", (json_int_t)r->wall_ms, "cpu_ms",
		(json_int_t)r->cpu_ms, "refused", text_or_null(r->refused),
		"printed", (json_int_t)r->printed, "log", text_or_null(r->log),
		"may_follow_from", text_or_null(blame ? blame->id : NULL),
		"again", is_bad ? again(v, x, s->id) : json_null(), "debug",
		is_bad ? debugger(v, x, s->id) : json_null());
}

static json_t *statements_view(const struct validation *v,
			       const struct validated *x)
{
	json_t *list = json_array();

	for (size_t i = 0; i < v->spec->count && x->result.items; i++) {
		if (x->result.items[i].verdict == SUITE_UNKNOWN)
			continue;
		if (json_array_append_new(list, statement_view(v, x, i)) < 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *build_view(const struct validation *v, const struct library *l)
{
	return json_pack(
		"{s:s, s:o, s:o, s:i, s:i, s:o, s:o, s:o, s:b, s:b, "
		"s:I}",
		"state", library_state_name(l->state), "message",
		text_or_null(l->message), "file", text_or_null(l->file), "line",
		(int)l->line, "column", (int)l->column, "log",
		text_or_null(l->log), "next", next_step(v, l), "library",
		l->kept ? view_string(l->path) : json_null(), "own_adapter",
		l->own_adapter, "cached", l->cached, "ms", (json_int_t)l->ms);
}

static json_t *score_view(const struct suite_score *s)
{
	return json_pack(
		"{s:i, s:i, s:i, s:i, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
		"points", s->earned, "of_points", s->possible, "apart_points",
		s->apart_earned, "of_apart_points", s->apart_possible, "pass",
		(json_int_t)s->of[SUITE_PASS], "fail",
		(json_int_t)s->of[SUITE_FAIL], "not_claimed",
		(json_int_t)s->of[SUITE_UNCLAIMED], "skipped",
		(json_int_t)s->of[SUITE_SKIPPED], "error",
		(json_int_t)s->of[SUITE_ERROR], "failed", (json_int_t)s->failed,
		"apart_failed", (json_int_t)s->apart_failed);
}

static json_t *load_view(const struct statement_result *r)
{
	if (r->verdict == SUITE_UNKNOWN)
		return json_null();
	return json_pack("{s:s, s:o, s:o}", "verdict",
			 suite_verdict_name(r->verdict), "reason",
			 text_or_null(r->reason), "log", text_or_null(r->log));
}

static json_t *figure(double f)
{
	return f > 0 ? json_real(f) : json_null();
}

static json_t *shape_view(const struct speed_shape *s)
{
	return json_pack(
		"{s:o, s:o, s:o, s:b, s:s, s:o, s:o, s:o, s:o, s:o, "
		"s:o}",
		"id", view_string(s->id), "title", view_string(s->title),
		"unit", view_string(s->unit), "graded", s->is_graded, "verdict",
		speed_verdict_name(s->verdict), "reason",
		text_or_null(s->reason), "reference", figure(s->reference),
		"library", figure(s->library), "spread", json_real(s->spread),
		"floor", figure(s->floor), "ratio", figure(s->ratio));
}

static json_t *speed_view(const struct validated *x)
{
	const struct speed_result *r = &x->speed;
	json_t *list;

	if (!x->has_speed)
		return json_null();
	list = json_array();
	for (size_t i = 0; i < r->count; i++)
		json_array_append_new(list, shape_view(&r->shapes[i]));
	return json_pack("{s:s, s:o, s:f, s:f, s:f, s:o}", "verdict",
			 speed_verdict_name(r->verdict), "reason",
			 text_or_null(r->reason), "load", r->load, "warn_above",
			 r->warn_above, "fail_above", r->fail_above, "shapes",
			 list);
}

static const char *verdict_of(const struct validated *x)
{
	return x->err.code ? "error" : verdict_name(x->verdict);
}

static json_t *item_view(const struct validation *v, const struct validated *x)
{
	bool is_known = !x->missing && !x->err.code;

	return json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:b, s:b, s:o, s:o, s:o, s:o, s:o, "
		"s:o, s:o, s:o, s:o, s:o, s:o}",
		"label", text_or_null(x->label), "handle",
		text_or_null(x->handle), "tag", text_or_null(x->tag), "commit",
		text_or_null(x->commit), "path", text_or_null(x->path),
		"reference", x->is_reference, "missing", x->missing, "crate",
		text_or_null(x->library.crate), "version",
		text_or_null(x->library.version), "verdict",
		x->missing ? json_null() : json_string(verdict_of(x)), "error",
		x->err.code ? view_string(x->err.msg) : json_null(), "hint",
		text_or_null(x->err.hint), "build",
		is_known && !x->is_reference ? build_view(v, &x->library)
					     : json_null(),
		"load", is_known ? load_view(&x->result.load) : json_null(),
		"score", is_known ? score_view(&x->score) : json_null(),
		"speed", speed_view(x), "again", again(v, x, NULL),
		"statements", is_known ? statements_view(v, x) : json_array());
}

json_t *validate_view(const struct validation *v)
{
	json_t *list = json_array();

	for (size_t i = 0; i < v->count; i++) {
		if (json_array_append_new(list, item_view(v, &v->items[i])) <
		    0) {
			json_decref(list);
			return NULL;
		}
	}
	return json_pack("{s:i, s:s, s:b, s:I, s:I, s:I, s:I, s:I, s:o}",
			 "schema", 1, "artifact", v->spec->artifact, "partial",
			 v->partial, "count", (json_int_t)v->count, "passed",
			 (json_int_t)v->passed, "failed", (json_int_t)v->failed,
			 "errors", (json_int_t)v->errors, "missing",
			 (json_int_t)v->missing, "validated", list);
}
