#include "commands/verdict.h"

#include <string.h>

#include "commands/view.h"

enum term_style verdict_style(const char *verdict)
{
	if (strcmp(verdict, "pass") == 0)
		return TERM_GOOD;
	if (strcmp(verdict, "fail") == 0)
		return TERM_BAD;
	return strcmp(verdict, "error") == 0 ? TERM_WARN : TERM_DIM;
}

bool verdict_print_head(struct terminal *t, const json_t *item)
{
	const char *verdict = view_text(item, "verdict");

	term_styled(t, TERM_BOLD, "%s", view_text(item, "label"));
	if (view_text(item, "crate")[0])
		term_printf(t, "  %s %s", view_text(item, "crate"),
			    view_text(item, "version"));
	if (view_bool(item, "missing")) {
		term_styled(t, TERM_DIM, "  nothing submitted\n");
		return false;
	}
	term_printf(t, "  ");
	term_styled(t, verdict_style(verdict), "%s", verdict);
	return true;
}

void verdict_print_finding(struct terminal *t, const json_t *f,
			   const char *between)
{
	if (view_text(f, "file")[0] && view_int(f, "line") > 0)
		term_printf(t, "  %s:%lld", view_text(f, "file"),
			    view_int(f, "line"));
	else if (view_text(f, "file")[0])
		term_printf(t, "  %s", view_text(f, "file"));
	term_printf(t, "%s%s", between, view_text(f, "why"));
	if (view_text(f, "subject")[0])
		term_styled(t, TERM_DIM, "  (%s)", view_text(f, "subject"));
}
