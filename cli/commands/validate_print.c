#include "commands/validate.h"

#include <string.h>

#include "base/strbuf.h"
#include "commands/verdict.h"
#include "commands/view.h"

static bool is_bad(const json_t *s)
{
	return strcmp(view_text(s, "verdict"), "fail") == 0 ||
	       strcmp(view_text(s, "verdict"), "error") == 0;
}

static bool counts(const json_t *s)
{
	return strcmp(view_text(s, "level"), "deny") == 0;
}

/* A failed choice of the course is no error. */
static enum term_style style_of_statement(const json_t *s)
{
	if (is_bad(s) && !counts(s))
		return TERM_WARN;
	return verdict_style(view_text(s, "verdict"));
}

static void print_row(struct terminal *t, const json_t *s)
{
	term_printf(t, "  %-5s %s  ", view_text(s, "id"),
		    view_text(s, "class"));
	term_field(t, style_of_statement(s), 13, view_text(s, "verdict"));
	term_printf(t, "%s", view_text(s, "title"));
	if (strcmp(view_text(s, "verdict"), "skipped") == 0)
		term_styled(t, TERM_DIM, " (%s)", view_text(s, "reason"));
	term_printf(t, "\n");
}

static void print_why(struct terminal *t, const json_t *s)
{
	const char *level = view_text(s, "level");

	term_printf(t, "\n");
	term_styled(t, style_of_statement(s), "%s", view_text(s, "id"));
	term_styled(t, TERM_BOLD, "  %s\n", view_text(s, "title"));
	term_printf(t, "  found: %s", view_text(s, "reason"));
	if (view_int(s, "line") > 0)
		term_styled(t, TERM_DIM, "  (the suite's %s:%lld)",
			    view_text(s, "file"), view_int(s, "line"));
	term_printf(t, "\n");
	term_wrap(t, 2, view_text(s, "failure"));
	if (!counts(s))
		term_styled(t, TERM_DIM, "  %s\n",
			    strcmp(level, "warn") == 0
				    ? "reported apart: it fails nothing"
				    : "it does not count here");
}

/* Those that may only follow from another, on few lines. */
static void print_followers(struct terminal *t, const json_t *list)
{
	AUTO(strbuf_releasep) struct strbuf ids = { 0 };
	const char *from = "";
	size_t i;
	json_t *s;

	json_array_foreach (list, i, s) {
		if (!view_text(s, "may_follow_from")[0])
			continue;
		from = view_text(s, "may_follow_from");
		strbuf_addf(&ids, "%s%s", ids.len ? " " : "",
			    view_text(s, "id"));
	}
	if (ids.len == 0)
		return;
	term_printf(t, "\n");
	term_styled(t, TERM_BOLD, "These may only follow from %s:\n", from);
	term_wrap(t, 2, strbuf_str(&ids));
}

static void print_next(struct terminal *t, const json_t *list)
{
	const json_t *first = NULL;
	size_t i;
	json_t *s;

	json_array_foreach (list, i, s) {
		if (!first && is_bad(s) && counts(s))
			first = s;
	}
	if (!first)
		return;
	term_printf(t, "\nnext, for %s:\n", view_text(first, "id"));
	term_printf(t, "  cohort explain %s\n", view_text(first, "id"));
	term_printf(t, "  %s\n", view_text(first, "again"));
	if (!view_text(first, "debug")[0])
		return;
	term_printf(t, "  %s\n", view_text(first, "debug"));
	term_styled(t, TERM_DIM,
		    "  (the debugger runs the crate's code as you, without a "
		    "sandbox)\n");
}

static void print_build(struct terminal *t, const json_t *b)
{
	static const struct {
		const char *state;
		const char *words;
	} all[] = {
		{ "no-library", "cannot be loaded" },
		{ "broken", "does not build" },
		{ "misfit", "is not what the adapter expects" },
		{ "too-long", "does not build" },
		{ "unlinkable", "cannot be linked" },
	};
	const char *state = view_text(b, "state"), *file;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (strcmp(all[i].state, state) != 0)
			continue;
		term_printf(t, "  ");
		term_styled(t, TERM_BAD, "%s", all[i].words);
		term_printf(t, ": %s\n", view_text(b, "message"));
	}
	if (!view_text(b, "message")[0])
		return;
	file = view_text(b, "file");
	if (file[0])
		term_printf(t, "  at:   %s", file);
	if (file[0] && view_int(b, "line") > 0)
		term_printf(t, ":%lld:%lld", view_int(b, "line"),
			    view_int(b, "column"));
	if (file[0])
		term_printf(t, "%s\n",
			    strncmp(file, "src/", 4) == 0 &&
					    strcmp(state, "misfit") == 0
				    ? " of the course's adapter"
				    : "");
	if (view_text(b, "log")[0])
		term_styled(t, TERM_DIM, "  log:  %s\n", view_text(b, "log"));
	if (view_text(b, "next")[0])
		term_printf(t, "  next: %s\n", view_text(b, "next"));
}

static void print_part(struct terminal *t, const char **comma, long long n,
		       const char *what)
{
	if (n > 0) {
		term_printf(t, "%s%lld %s", *comma, n, what);
		*comma = ", ";
	}
}

static void print_score(struct terminal *t, const json_t *s)
{
	const char *comma = "";

	term_styled(t, TERM_BOLD, "%lld of %lld points", view_int(s, "points"),
		    view_int(s, "of_points"));
	if (view_int(s, "of_apart_points") > 0)
		term_printf(t, ", and %lld of %lld for the course's choices",
			    view_int(s, "apart_points"),
			    view_int(s, "of_apart_points"));
	term_printf(t, ": ");
	print_part(t, &comma, view_int(s, "pass"), "pass");
	print_part(t, &comma, view_int(s, "failed"), "fail");
	print_part(t, &comma, view_int(s, "apart_failed"),
		   "of the choices fail");
	print_part(t, &comma, view_int(s, "not_claimed"), "not claimed");
	print_part(t, &comma, view_int(s, "skipped"), "skipped");
	print_part(t, &comma, view_int(s, "error"), "error");
	term_printf(t, "\n");
}

static void print_load(struct terminal *t, const json_t *item)
{
	const json_t *load = json_object_get(item, "load");
	const char *verdict = view_text(load, "verdict");

	if (!verdict[0] || strcmp(verdict, "pass") == 0)
		return;
	term_printf(t, "  ");
	term_styled(t, TERM_BAD, "does not load");
	term_printf(t, ": %s\n", view_text(load, "reason"));
}

static void print_head(struct terminal *t, const json_t *item)
{
	const json_t *score = json_object_get(item, "score");

	if (!verdict_print_head(t, item))
		return;
	if (view_int(score, "of_points") > 0)
		term_printf(t, "  %lld of %lld points",
			    view_int(score, "points"),
			    view_int(score, "of_points"));
	term_printf(t, "\n");
	if (view_text(item, "error")[0])
		term_printf(t, "  %s\n", view_text(item, "error"));
	if (view_text(item, "hint")[0])
		term_printf(t, "  hint: %s\n", view_text(item, "hint"));
	print_build(t, json_object_get(item, "build"));
	print_load(t, item);
}

static void print_shape(struct terminal *t, const json_t *s)
{
	double ours = json_number_value(json_object_get(s, "library"));
	double peer = json_number_value(json_object_get(s, "reference"));
	double ratio = json_number_value(json_object_get(s, "ratio"));
	const char *verdict = view_text(s, "verdict");

	term_printf(t, "  ");
	term_field(t, TERM_PLAIN, 44, view_text(s, "title"));
	if (ratio > 0)
		term_printf(t, "%9.1f %-2s %9.1f %-2s %6.2fx  ", ours,
			    view_text(s, "unit"), peer, view_text(s, "unit"),
			    ratio);
	else
		term_printf(t, "%35s", "-  ");
	term_styled(t,
		    strcmp(verdict, "warn") == 0 ? TERM_WARN
						 : verdict_style(verdict),
		    "%s\n", verdict);
	if (view_text(s, "reason")[0])
		term_styled(t, TERM_DIM, "    %s\n", view_text(s, "reason"));
}

static void print_speed(struct terminal *t, const json_t *speed)
{
	size_t i;
	json_t *s;

	if (!json_is_object(speed))
		return;
	term_styled(t, TERM_BOLD, "speed");
	term_printf(t, "  %s", view_text(speed, "verdict"));
	if (view_text(speed, "reason")[0])
		term_printf(t, " (%s)", view_text(speed, "reason"));
	term_printf(t, "\n");
	if (json_array_size(json_object_get(speed, "shapes")) > 0)
		term_styled(t, TERM_DIM, "  %-44s%12s %12s %7s\n", "a step of",
			    "yours", "reference", "ratio");
	json_array_foreach (json_object_get(speed, "shapes"), i, s)
		print_shape(t, s);
}

static void print_in_full(struct terminal *t, const json_t *item)
{
	const json_t *list = json_object_get(item, "statements");
	const json_t *build = json_object_get(item, "build");
	size_t i;
	json_t *s;

	print_head(t, item);
	if (json_array_size(list) == 0 ||
	    strcmp(view_text(json_object_get(item, "load"), "verdict"),
		   "pass") != 0)
		return;
	json_array_foreach (list, i, s)
		print_row(t, s);
	json_array_foreach (list, i, s)
		if (is_bad(s) && !view_text(s, "may_follow_from")[0])
			print_why(t, s);
	print_followers(t, list);
	print_next(t, list);
	term_printf(t, "\n");
	print_score(t, json_object_get(item, "score"));
	print_speed(t, json_object_get(item, "speed"));
	if (build && !json_is_null(build) && !view_text(build, "library")[0])
		term_styled(t, TERM_DIM,
			    "the library is not kept: its cache cannot be "
			    "written\n");
}

/* Of many: what fails, by name. */
static void print_in_short(struct terminal *t, const json_t *item)
{
	const char *begin = "  fails: ", *from = "";
	size_t i, followers = 0;
	json_t *s;

	print_head(t, item);
	json_array_foreach (json_object_get(item, "statements"), i, s) {
		if (!is_bad(s) || !counts(s))
			continue;
		if (view_text(s, "may_follow_from")[0]) {
			from = view_text(s, "may_follow_from");
			followers++;
			continue;
		}
		term_printf(t, "%s%s", begin, view_text(s, "id"));
		begin = " ";
	}
	if (followers > 0)
		term_styled(t, TERM_DIM, "; %zu more may follow from %s",
			    followers, from);
	if (begin[1] == '\0')
		term_printf(t, "\n");
	if (strcmp(view_text(json_object_get(item, "speed"), "verdict"),
		   "fail") == 0)
		term_printf(
			t, "  too slow: %s\n",
			view_text(json_object_get(item, "speed"), "reason"));
}

void validate_print(struct terminal *t, const json_t *view)
{
	long long count = view_int(view, "count");
	size_t i;
	json_t *item;

	json_array_foreach (json_object_get(view, "validated"), i, item) {
		if (count == 1)
			print_in_full(t, item);
		else
			print_in_short(t, item);
	}
	if (count == 1)
		return;
	term_styled(t, TERM_BOLD, "%lld validated", count);
	term_printf(t, ": %lld pass, %lld fail, %lld error, %lld missing\n",
		    view_int(view, "passed"), view_int(view, "failed"),
		    view_int(view, "errors"), view_int(view, "missing"));
}
