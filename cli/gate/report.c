/* What a run found: as JSON for --json and the cache, and short for records. */
#include "gate/gate_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/parse.h"

void gate_report_release(struct gate_report *r)
{
	if (!r)
		return;
	findings_release(&r->findings);
	*r = (struct gate_report){ 0 };
}

/* What a build prints may be any bytes; JSON is UTF-8. */
static const char *as_utf8(struct arena *a, const char *s, bool *failed)
{
	char *own;

	if (!s || text_is_utf8(s, strlen(s)))
		return s;
	own = arena_strdup(a, s);
	for (char *p = own; p && *p; p++)
		if ((unsigned char)*p >= 0x80)
			*p = '?';
	*failed = *failed || !own;
	return own;
}

int pipeline_find(struct pipeline *p, const struct finding *f, struct err *err)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	struct finding own = *f;
	bool failed = false;

	own.file = as_utf8(&arena, f->file, &failed);
	own.subject = as_utf8(&arena, f->subject, &failed);
	own.why = as_utf8(&arena, f->why, &failed);
	if (failed || findings_add(&p->report->findings, &own) < 0)
		return err_nomem(err);
	return 0;
}

int outcome_skip(struct gate_outcome *o, const char *fmt, ...)
{
	va_list ap;

	o->verdict = VERDICT_SKIPPED;
	va_start(ap, fmt);
	vsnprintf(o->reason, sizeof(o->reason), fmt, ap);
	va_end(ap);
	return 0;
}

int outcome_error(struct gate_outcome *o, const char *fmt, ...)
{
	va_list ap;

	o->verdict = VERDICT_ERROR;
	va_start(ap, fmt);
	vsnprintf(o->reason, sizeof(o->reason), fmt, ap);
	va_end(ap);
	return 0;
}

void outcome_note(struct gate_outcome *o, const char *fmt, ...)
{
	char *note = o->notes[o->note_count];
	va_list ap;

	if (o->note_count == GATE_NOTES_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(note, GATE_NOTE_SIZE, fmt, ap);
	va_end(ap);
	for (char *p = note; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	o->note_count++;
}

size_t gate_summary(const struct gate_report *report,
		    struct gate_result out[GATE_COUNT_MAX])
{
	for (size_t i = 0; i < report->gate_count; i++) {
		const struct gate_outcome *o = &report->gates[i];

		out[i] = (struct gate_result){ .gate = o->gate,
					       .verdict = o->verdict,
					       .reason = o->reason,
					       .tool = o->tool };
		for (size_t k = o->first; k < o->first + o->count; k++) {
			const struct finding *f = &report->findings.items[k];

			out[i].deny += f->level == FINDING_DENY;
			out[i].warn += f->level == FINDING_WARN;
			if (o->verdict == VERDICT_FAIL && !out[i].reason[0] &&
			    f->level == FINDING_DENY)
				out[i].reason = f->id;
		}
	}
	return report->gate_count;
}

static json_t *text_or_null(const char *s)
{
	return s ? json_string(s) : json_null();
}

static json_t *finding_view(const struct finding *f)
{
	return json_pack(
		"{s:s, s:s, s:o, s:I, s:I, s:o, s:I, s:o, s:o, s:o, "
		"s:o}",
		"id", f->id, "level", finding_level_name(f->level), "file",
		text_or_null(f->file), "line", (json_int_t)f->line, "column",
		(json_int_t)f->column, "was_file", text_or_null(f->was_file),
		"was_line", (json_int_t)f->was_line, "subject",
		text_or_null(f->subject), "why", text_or_null(f->why), "mend",
		text_or_null(f->mend), "allowed", text_or_null(f->allowed));
}

static json_t *notes_view(const struct gate_outcome *o)
{
	json_t *notes = json_array();

	for (size_t i = 0; i < o->note_count; i++)
		if (json_array_append_new(notes, json_string(o->notes[i])) <
		    0) {
			json_decref(notes);
			return NULL;
		}
	return notes;
}

static json_t *outcome_view(const struct gate_report *r,
			    const struct gate_outcome *o)
{
	json_t *findings = json_array();

	for (size_t i = o->first; i < o->first + o->count; i++)
		if (json_array_append_new(findings,
					  finding_view(&r->findings.items[i])) <
		    0) {
			json_decref(findings);
			return NULL;
		}
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:b, s:o, s:o}",
			 "gate", o->gate, "verdict", verdict_name(o->verdict),
			 "reason", o->reason, "tool", o->tool, "log", o->log,
			 "ms", (json_int_t)o->ms, "cached", o->cached,
			 "findings", findings, "notes", notes_view(o));
}

json_t *gate_report_view(const struct gate_report *r)
{
	json_t *gates = json_array();

	for (size_t i = 0; i < r->gate_count; i++)
		if (json_array_append_new(gates,
					  outcome_view(r, &r->gates[i])) < 0) {
			json_decref(gates);
			return NULL;
		}
	return json_pack(
		"{s:s, s:s, s:s, s:I, s:s, s:b, s:o}", "crate", r->crate,
		"version", r->version, "package", r->package_sha256,
		"package_size", (json_int_t)r->package_size, "verdict",
		verdict_name(r->verdict), "cached", r->cached, "gates", gates);
}
