#include "crate/manifest/lint_table.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/node.h"
#include "base/parse.h"
#include "crate/manifest/lint_texts.h"

const struct lint *lint_at(enum lint_id id)
{
	return id < LINT_DAMAGED_ARCHIVE
		       ? &lint_manifest_texts[id]
		       : &lint_package_texts[id - LINT_DAMAGED_ARCHIVE];
}

/* A cut in the middle of a character leaves '?' there: why is printed as JSON
 */
static void mend_utf8(char *s)
{
	while (*s) {
		size_t len = 1, most = strlen(s);

		while (len <= 4 && len <= most && !text_is_utf8(s, len))
			len++;
		if (len > 4 || len > most) {
			*s = '?';
			len = 1;
		}
		s += len;
	}
}

int lint_add(struct lint_report *r, enum lint_id id,
	     const struct lint_place *place, const char *mend, struct err *err,
	     const char *why, ...)
{
	const struct lint *lint = lint_at(id);
	struct finding f = { .id = lint->id,
			     .level = lint->level,
			     .file = place->file,
			     .subject = place->subject,
			     .mend = mend };
	char text[512];
	va_list ap;

	if (++r->counts[id] > LINT_REPEAT_MAX)
		return 0;
	va_start(ap, why);
	vsnprintf(text, sizeof(text), why, ap);
	va_end(ap);
	mend_utf8(text);
	f.why = text;
	if (place->node) {
		f.file = place->node->file;
		f.line = place->node->line;
		f.column = place->node->column;
	}
	return findings_add(r->findings, &f) < 0 ? err_nomem(err) : 0;
}

int lint_report_end(struct lint_report *r, struct err *err)
{
	for (int i = 0; i < LINT_COUNT; i++) {
		const struct lint *lint = lint_at((enum lint_id)i);
		struct finding f = { .id = lint->id, .level = lint->level };
		char why[64];

		if (r->counts[i] <= LINT_REPEAT_MAX)
			continue;
		snprintf(why, sizeof(why), "and %zu more of these",
			 r->counts[i] - LINT_REPEAT_MAX);
		f.why = why;
		if (findings_add(r->findings, &f) < 0)
			return err_nomem(err);
	}
	return 0;
}
