/*
 * What was validated as a page that needs nothing but itself.  All that came
 * from a student is text: escaped, and no script would be run anyhow.
 */
#include "commands/validate.h"

#include <string.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "commands/view.h"
#include "io/file.h"
#include "model/suite_spec.h"

static const char style[] =
	":root{color-scheme:light dark;--ink:#1c2026;--dim:#626b78;"
	"--paper:#fff;--card:#f6f7f9;--line:#dfe3e8;--good:#1a7f4b;"
	"--bad:#c0322b;--warn:#a15c00;--code:#eef0f3}\n"
	"@media(prefers-color-scheme:dark){:root{--ink:#e4e7ec;--dim:#98a2b0;"
	"--paper:#14171b;--card:#1c2026;--line:#313843;--good:#4ec98a;"
	"--bad:#ff7b72;--warn:#e3a341;--code:#262b33}}\n"
	"*{box-sizing:border-box}\n"
	"body{margin:0;background:var(--paper);color:var(--ink);"
	"font:16px/1.55 system-ui,sans-serif}\n"
	"main{max-width:54rem;margin:0 auto;padding:2.5rem 1.25rem 5rem}\n"
	"h1{font-size:1.7rem;line-height:1.25;margin:0 0 .25rem}\n"
	"h2{font-size:1.25rem;margin:2.75rem 0 .75rem}\n"
	"h3{font-size:1.05rem;margin:0;line-height:1.4}\n"
	"p{margin:.4rem 0}.dim{color:var(--dim)}\n"
	"a{color:inherit}\n"
	".tag{display:inline-block;padding:.05rem .55rem;border-radius:1rem;"
	"font-size:.85rem;font-weight:600;border:1px solid currentColor}\n"
	".pass{color:var(--good)}.fail,.error{color:var(--bad)}"
	".apart{color:var(--warn)}.skipped,.not{color:var(--dim)}\n"
	".sum{display:flex;flex-wrap:wrap;gap:.5rem 1.75rem;margin:1.25rem 0;"
	"padding:1rem 1.25rem;background:var(--card);"
	"border:1px solid var(--line);border-radius:.6rem}\n"
	".sum b{display:block;font-size:1.35rem;line-height:1.3}\n"
	".sum span{font-size:.85rem;color:var(--dim)}\n"
	"article{margin:1rem 0;padding:1rem 1.25rem;background:var(--card);"
	"border:1px solid var(--line);border-left:.3rem solid var(--bad);"
	"border-radius:.4rem}\n"
	"article.apart-card{border-left-color:var(--warn)}\n"
	"article header{display:flex;gap:.75rem;align-items:baseline;"
	"margin-bottom:.5rem}\n"
	"article header .id{font:600 1.05rem ui-monospace,monospace}\n"
	"article header .worth{margin-left:auto;white-space:nowrap;"
	"font-size:.85rem;color:var(--dim)}\n"
	"dl{margin:0;display:grid;grid-template-columns:9.5rem 1fr;"
	"gap:.35rem 1rem}\n"
	"dt{color:var(--dim);font-size:.9rem}dd{margin:0;min-width:0}\n"
	"@media(max-width:38rem){dl{grid-template-columns:1fr}"
	"dt{margin-top:.4rem}}\n"
	"code,pre{font:.86rem/1.5 ui-monospace,monospace}\n"
	"pre{margin:.15rem 0;padding:.6rem .8rem;background:var(--code);"
	"border-radius:.35rem;overflow-x:auto;white-space:pre-wrap;"
	"overflow-wrap:anywhere;unicode-bidi:isolate}\n"
	"table{border-collapse:collapse;width:100%;font-size:.94rem}\n"
	"th{text-align:left;font-weight:600;color:var(--dim);font-size:.85rem}"
	"\nth,td{padding:.3rem .75rem .3rem 0;vertical-align:top;"
	"border-bottom:1px solid var(--line)}\n"
	"td.id{font-family:ui-monospace,monospace;white-space:nowrap}\n"
	"td.n,th.n{text-align:right;white-space:nowrap}\n"
	"td.v{white-space:nowrap;font-weight:600}\n";

/* ---- text */

/* Bytes of a mark at S that turns the direction of text, or 0. */
static size_t turning_mark(const unsigned char *s)
{
	if (s[0] != 0xe2)
		return 0;
	if ((s[1] == 0x80 && s[2] >= 0xaa && s[2] <= 0xae) ||
	    (s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9))
		return 3;
	return 0;
}

static void put(struct strbuf *b, const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		size_t turn = turning_mark((const unsigned char *)s);

		if (turn > 0) {
			strbuf_adds(b, "?");
			s += turn - 1;
		} else if (c == '&') {
			strbuf_adds(b, "&amp;");
		} else if (c == '<') {
			strbuf_adds(b, "&lt;");
		} else if (c == '>') {
			strbuf_adds(b, "&gt;");
		} else if (c == '"') {
			strbuf_adds(b, "&quot;");
		} else if (c == '\'') {
			strbuf_adds(b, "&#39;");
		} else if (c < 0x20 && c != '\n' && c != '\t') {
			strbuf_addc(b, '?');
		} else {
			strbuf_addc(b, (char)c);
		}
	}
}

static void put_in(struct strbuf *b, const char *tag, const char *text)
{
	strbuf_addf(b, "<%s>", tag);
	put(b, text);
	strbuf_addf(b, "</%s>", tag);
}

static bool is(const json_t *v, const char *key, const char *word)
{
	return strcmp(view_text(v, key), word) == 0;
}

static bool is_bad(const json_t *s)
{
	return is(s, "verdict", "fail") || is(s, "verdict", "error");
}

/* The class of the style for a statement. */
static const char *look_of(const json_t *s)
{
	if (is_bad(s))
		return is(s, "level", "deny") ? "fail" : "apart";
	return is(s, "verdict", "not claimed") ? "not"
					       : view_text(s, "verdict");
}

static const char *demand_of(const json_t *s)
{
	for (int class = 0; class < STATEMENT_CLASSES; class ++)
		if (is(s, "class", statement_letter(class)))
			return statement_class_text(class);
	return "";
}

/* ---- a failed statement */

static void put_pair(struct strbuf *b, const char *term, const char *text)
{
	if (!text[0])
		return;
	put_in(b, "dt", term);
	put_in(b, "dd", text);
	strbuf_addc(b, '\n');
}

static void put_code(struct strbuf *b, const char *term, const char *text)
{
	if (!text[0])
		return;
	put_in(b, "dt", term);
	strbuf_adds(b, "<dd>");
	put_in(b, "pre", text);
	strbuf_adds(b, "</dd>\n");
}

static void put_found(struct strbuf *b, const json_t *s)
{
	put_in(b, "dt", "Found");
	strbuf_adds(b, "<dd>");
	put_in(b, "strong", view_text(s, "reason"));
	strbuf_adds(b, "<br><span class=\"dim\">");
	if (view_int(s, "line") > 0) {
		put(b, view_text(s, "file"));
		strbuf_addf(b, ":%lld of the suite; ", view_int(s, "line"));
	}
	strbuf_addf(b, "%lld ms, of them %lld on the processor</span></dd>\n",
		    view_int(s, "wall_ms"), view_int(s, "cpu_ms"));
}

static void put_statement(struct strbuf *b, const json_t *s)
{
	AUTO(strbuf_releasep) struct strbuf demand = { 0 };
	bool counts = is(s, "level", "deny");

	strbuf_addf(b, "<article%s>\n<header><span class=\"id %s\">",
		    counts ? "" : " class=\"apart-card\"", look_of(s));
	put(b, view_text(s, "id"));
	strbuf_adds(b, "</span>");
	put_in(b, "h3", view_text(s, "title"));
	strbuf_addf(b, "<span class=\"worth\">%lld point%s</span></header>\n",
		    view_int(s, "points"),
		    view_int(s, "points") == 1 ? "" : "s");
	strbuf_adds(b, "<dl>\n");
	put_found(b, s);
	put_pair(b, "What it means", view_text(s, "failure"));
	put_pair(b, "What the test does", view_text(s, "test"));
	strbuf_adds(&demand, demand_of(s));
	if (view_text(s, "basis")[0])
		strbuf_addf(&demand, " Basis: %s.", view_text(s, "basis"));
	put_pair(b, "Whose demand", strbuf_str(&demand));
	put_code(b, "Refused by the system", view_text(s, "refused"));
	put_code(b, "What was printed", view_text(s, "log"));
	put_code(b, "Run it alone", view_text(s, "again"));
	put_code(b, "In a debugger, as you, without a sandbox",
		 view_text(s, "debug"));
	strbuf_adds(b, "</dl>\n</article>\n");
}

static void put_failed(struct strbuf *b, const json_t *list, bool counting,
		       const char *heading)
{
	bool begun = false;
	size_t i;
	json_t *s;

	json_array_foreach (list, i, s) {
		if (!is_bad(s) || is(s, "level", "deny") != counting ||
		    view_text(s, "may_follow_from")[0])
			continue;
		if (!begun)
			put_in(b, "h2", heading);
		begun = true;
		put_statement(b, s);
	}
}

static void put_row(struct strbuf *b, const json_t *s, const char *remark)
{
	strbuf_adds(b, "<tr><td class=\"id\">");
	put(b, view_text(s, "id"));
	strbuf_addf(b, "</td><td>%s</td><td class=\"v %s\">%s</td><td>",
		    view_text(s, "class"), look_of(s), view_text(s, "verdict"));
	put(b, view_text(s, "title"));
	if (remark[0]) {
		strbuf_adds(b, "<br><span class=\"dim\">");
		put(b, remark);
		strbuf_adds(b, "</span>");
	}
	strbuf_adds(b, "</td></tr>\n");
}

/* What may have no cause of its own. */
static void put_followers(struct strbuf *b, const json_t *list)
{
	bool begun = false;
	size_t i;
	json_t *s;

	json_array_foreach (list, i, s) {
		const char *from = view_text(s, "may_follow_from");

		if (!from[0])
			continue;
		if (!begun)
			strbuf_addf(b,
				    "<h2>These may only follow from %s</h2>\n"
				    "<table>\n",
				    from);
		begun = true;
		put_row(b, s, view_text(s, "reason"));
	}
	if (begun)
		strbuf_adds(b, "</table>\n");
}

/* ---- one crate */

static void put_number(struct strbuf *b, long long n, const char *what,
		       const char *look)
{
	if (n > 0)
		strbuf_addf(b,
			    "<div><b class=\"%s\">%lld</b><span>%s</span>"
			    "</div>\n",
			    look, n, what);
}

static void put_score(struct strbuf *b, const json_t *s)
{
	strbuf_adds(b, "<div class=\"sum\">\n");
	strbuf_addf(b, "<div><b>%lld of %lld</b><span>points</span></div>\n",
		    view_int(s, "points"), view_int(s, "of_points"));
	if (view_int(s, "of_apart_points") > 0)
		strbuf_addf(b,
			    "<div><b>%lld of %lld</b><span>for the course's "
			    "choices</span></div>\n",
			    view_int(s, "apart_points"),
			    view_int(s, "of_apart_points"));
	put_number(b, view_int(s, "pass"), "kept", "pass");
	put_number(b, view_int(s, "failed"), "not kept", "fail");
	put_number(b, view_int(s, "apart_failed"), "choices not kept", "apart");
	put_number(b, view_int(s, "error"), "could not be told", "error");
	put_number(b, view_int(s, "not_claimed"), "not claimed", "not");
	put_number(b, view_int(s, "skipped"), "skipped", "skipped");
	strbuf_adds(b, "</div>\n");
}

static void put_table(struct strbuf *b, const json_t *list)
{
	size_t i;
	json_t *s;

	put_in(b, "h2", "All statements");
	strbuf_adds(b, "<table>\n<tr><th></th><th>class</th><th>verdict</th>"
		       "<th>statement</th></tr>\n");
	json_array_foreach (list, i, s) {
		put_row(b, s,
			is(s, "verdict", "skipped") ? view_text(s, "reason")
						    : "");
	}
	strbuf_adds(b, "</table>\n"
		       "<p class=\"dim\">L: the language or the system demands "
		       "it. G: mature implementations keep it. K: a choice of "
		       "the course, reported apart.</p>\n");
}

static void put_figure(struct strbuf *b, const json_t *s, const char *key)
{
	double f = json_number_value(json_object_get(s, key));

	strbuf_adds(b, "</td><td class=\"n\">");
	if (f > 0) {
		strbuf_addf(b, "%.1f ", f);
		put(b, view_text(s, "unit"));
	}
}

static void put_speed(struct strbuf *b, const json_t *speed)
{
	size_t i;
	json_t *s;

	if (!json_is_object(speed))
		return;
	put_in(b, "h2", "Speed, beside the reference");
	strbuf_adds(b, "<p>");
	put(b, view_text(speed, "verdict"));
	strbuf_addc(b, ' ');
	put(b, view_text(speed, "reason"));
	strbuf_adds(b, "</p>\n<table>\n<tr><th>a step of</th><th class=\"n\">"
		       "yours</th><th class=\"n\">reference</th><th class="
		       "\"n\">ratio</th><th></th></tr>\n");
	json_array_foreach (json_object_get(speed, "shapes"), i, s) {
		double ratio = json_number_value(json_object_get(s, "ratio"));

		strbuf_adds(b, "<tr><td>");
		put(b, view_text(s, "title"));
		put_figure(b, s, "library");
		put_figure(b, s, "reference");
		strbuf_adds(b, "</td><td class=\"n\">");
		if (ratio > 0)
			strbuf_addf(b, "%.2f", ratio);
		strbuf_addf(b, "</td><td class=\"v %s\">%s</td></tr>\n",
			    is(s, "verdict", "warn") ? "apart"
						     : view_text(s, "verdict"),
			    view_text(s, "verdict"));
	}
	strbuf_adds(b, "</table>\n");
}

/* Why there are no statements. */
static void put_trouble(struct strbuf *b, const json_t *item)
{
	const json_t *build = json_object_get(item, "build");
	const json_t *load = json_object_get(item, "load");
	AUTO(strbuf_releasep) struct strbuf at = { 0 };

	if (!view_text(item, "error")[0] && !view_text(build, "message")[0] &&
	    !is(load, "verdict", "fail"))
		return;
	strbuf_adds(b, "<article>\n<dl>\n");
	put_pair(b, "Trouble", view_text(item, "error"));
	put_pair(b, "Hint", view_text(item, "hint"));
	put_pair(b, "The build", view_text(build, "message"));
	if (view_text(build, "file")[0])
		strbuf_addf(&at, "%s:%lld:%lld", view_text(build, "file"),
			    view_int(build, "line"), view_int(build, "column"));
	put_code(b, "At", strbuf_str(&at));
	put_code(b, "Next", view_text(build, "next"));
	put_pair(b, "It does not load", view_text(load, "reason"));
	put_code(b, "What was printed", view_text(load, "log"));
	strbuf_adds(b, "</dl>\n</article>\n");
}

static void put_name(struct strbuf *b, const json_t *item)
{
	const char *crate = view_text(item, "crate");

	put(b, crate[0] ? crate : view_text(item, "label"));
	if (crate[0]) {
		strbuf_addc(b, ' ');
		put(b, view_text(item, "version"));
	}
}

static void put_item(struct strbuf *b, const json_t *item, const char *artifact,
		     size_t number)
{
	const json_t *list = json_object_get(item, "statements");
	bool missing = view_bool(item, "missing");
	const char *verdict = missing ? "skipped" : view_text(item, "verdict");

	strbuf_addf(b, "<section id=\"s%zu\">\n<h1>", number);
	put_name(b, item);
	strbuf_addf(b,
		    " <span class=\"tag %s\">%s</span></h1>\n<p class=\"dim\">",
		    verdict, missing ? "nothing submitted" : verdict);
	put(b, view_text(item, "label"));
	strbuf_addf(b, ", held against %s</p>\n", artifact);
	put_trouble(b, item);
	if (json_array_size(list) > 0 &&
	    is(json_object_get(item, "load"), "verdict", "pass")) {
		put_score(b, json_object_get(item, "score"));
		put_failed(b, list, true, "Not kept");
		put_followers(b, list);
		put_failed(b, list, false, "Choices of the course, not kept");
		put_speed(b, json_object_get(item, "speed"));
		put_table(b, list);
	}
	strbuf_adds(b, "</section>\n");
}

/* ---- the page */

static void put_index(struct strbuf *b, const json_t *view)
{
	size_t i;
	json_t *item;

	strbuf_addf(b, "<h1>%lld crates, held against %s</h1>\n<table>\n",
		    view_int(view, "count"), view_text(view, "artifact"));
	json_array_foreach (json_object_get(view, "validated"), i, item) {
		const json_t *score = json_object_get(item, "score");
		const char *verdict = view_text(item, "verdict");

		strbuf_addf(b, "<tr><td><a href=\"#s%zu\">", i);
		put(b, view_text(item, "label"));
		strbuf_addf(b, "</a></td><td class=\"v %s\">%s</td><td>",
			    verdict[0] ? verdict : "skipped",
			    verdict[0] ? verdict : "nothing submitted");
		if (view_int(score, "of_points") > 0)
			strbuf_addf(b, "%lld of %lld points",
				    view_int(score, "points"),
				    view_int(score, "of_points"));
		strbuf_adds(b, "</td></tr>\n");
	}
	strbuf_adds(b, "</table>\n<div style=\"height:3rem\"></div>\n");
}

int validate_page(const char *path, const json_t *view, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf b = { 0 };
	const json_t *list = json_object_get(view, "validated");
	size_t i;
	json_t *item;

	strbuf_adds(&b,
		    "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\""
		    "utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" "
		    "content=\"default-src 'none'; style-src 'unsafe-inline'"
		    "\">\n<meta name=\"viewport\" content=\"width=device-width"
		    "\">\n<title>");
	if (json_array_size(list) == 1)
		put_name(&b, json_array_get(list, 0));
	else
		strbuf_adds(&b, "The cohort");
	strbuf_addf(&b, ": %s</title>\n<style>\n%s</style>\n<main>\n",
		    view_text(view, "artifact"), style);
	if (json_array_size(list) != 1)
		put_index(&b, view);
	json_array_foreach (list, i, item)
		put_item(&b, item, view_text(view, "artifact"), i);
	strbuf_adds(&b, "</main>\n</html>\n");
	if (strbuf_check(&b, err) < 0)
		return (int)err->code;
	return file_write_named(path, strbuf_str(&b), b.len, 0644, err);
}
