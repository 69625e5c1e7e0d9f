#include "commands/semver_format.h"

#include <string.h>

#include "base/err.h"
#include "base/terminal.h"
#include "commands/view.h"
#include "commands/xml.h"
#include "crate/semver/lints.h"
#include "gate/gate.h"
#include "version.h"

enum {
	CHAPTER_MAX = 256
};

/* ------------------------------------------------------------------- SARIF */

struct sarif {
	json_t *results;
	json_t *rules;
	json_t *index; /* of a rule in RULES, by id */
	json_t *notifications;
	bool failed; /* something could not be compared */
	bool no_memory;
};

static void set(struct sarif *s, json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value) < 0)
		s->no_memory = true;
}

static void append(struct sarif *s, json_t *list, json_t *value)
{
	if (json_array_append_new(list, value) < 0)
		s->no_memory = true;
}

static const char *sarif_level(const char *level)
{
	if (strcmp(level, "deny") == 0)
		return "error";
	return strcmp(level, "warn") == 0 ? "warning" : "note";
}

static json_t *message(const char *text)
{
	return json_pack("{s:s}", "text", text);
}

/* What is no lint on an interface is one of the gates. */
static const char *summary_of(const char *id)
{
	const struct gate_lint *g;

	for (size_t i = 0; (g = gate_lint_at(i)) != NULL; i++)
		if (strcmp(g->id, id) == 0)
			return g->summary;
	return id;
}

static json_t *rule_of(struct sarif *s, const char *id)
{
	const struct semver_lint *l = semver_lint_find(id);
	char buf[CHAPTER_MAX];
	const char *chapter =
		l ? semver_lint_chapter(l, buf, sizeof(buf)) : NULL;
	json_t *rule = json_pack("{s:s}", "id", id);

	if (!l) {
		set(s, rule, "shortDescription", message(summary_of(id)));
		return rule;
	}
	set(s, rule, "shortDescription", message(l->title));
	set(s, rule, "fullDescription", message(l->why));
	set(s, rule, "help", message(l->mend ? l->mend : l->title));
	set(s, rule, "defaultConfiguration",
	    json_pack("{s:s}", "level",
		      sarif_level(finding_level_name(l->level))));
	set(s, rule, "properties",
	    json_pack("{s:s}", "requiredUpdate", semver_bump_name(l->update)));
	if (chapter)
		set(s, rule, "helpUri", json_string(chapter));
	return rule;
}

static size_t rule_index(struct sarif *s, const char *id)
{
	json_t *known = json_object_get(s->index, id);
	size_t n = json_array_size(s->rules);

	if (known)
		return (size_t)json_integer_value(known);
	append(s, s->rules, rule_of(s, id));
	set(s, s->index, id, json_integer((json_int_t)n));
	return n;
}

/* A path as a relative reference: RFC 3986. */
static json_t *uri(const char *path)
{
	AUTO(strbuf_releasep) struct strbuf out = { 0 };

	for (; *path; path++) {
		unsigned char c = (unsigned char)*path;
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			     (c >= '0' && c <= '9') || strchr("/-._~", c);

		if (plain)
			strbuf_addc(&out, *path);
		else
			strbuf_addf(&out, "%%%02X", c);
	}
	return strbuf_ok(&out) ? json_string(strbuf_str(&out)) : NULL;
}

static json_t *physical(struct sarif *s, const char *file, long long line)
{
	json_t *place = json_pack("{s:{s:o}}", "artifactLocation", "uri",
				  uri(file[0] ? file : "Cargo.toml"));

	if (line > 0)
		set(s, place, "region",
		    json_pack("{s:I}", "startLine", (json_int_t)line));
	return place;
}

/* Where it stands, and where it stood if that is somewhere else. */
static void add_places(struct sarif *s, json_t *result, const json_t *f)
{
	const json_t *before = json_object_get(f, "before");
	const json_t *after = json_object_get(f, "after");

	set(s, result, "locations",
	    json_pack("[{s:o, s:[{s:s}]}]", "physicalLocation",
		      physical(s, view_text(f, "file"), view_int(f, "line")),
		      "logicalLocations", "fullyQualifiedName",
		      view_text(f, "subject")));
	if (json_is_object(before) && json_is_object(after))
		set(s, result, "relatedLocations",
		    json_pack("[{s:i, s:o, s:{s:s}}]", "id", 1,
			      "physicalLocation",
			      physical(s, view_text(before, "file"),
				       view_int(before, "line")),
			      "message", "text", "in the earlier version"));
}

static void add_result(struct sarif *s, const json_t *f)
{
	const char *id = view_text(f, "id");
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(strbuf_releasep) struct strbuf print = { 0 };
	json_t *result;

	strbuf_addf(&text, "%s: %s", view_text(f, "subject"),
		    view_text(f, "why"));
	if (view_text(f, "mend")[0])
		strbuf_addf(&text, " (%s)", view_text(f, "mend"));
	/* the identity of a finding: what stays the same while lines move */
	strbuf_addf(&print, "%s/%s", id, view_text(f, "subject"));
	if (!strbuf_ok(&text) || !strbuf_ok(&print))
		s->no_memory = true;
	result = json_pack("{s:s, s:I, s:s, s:o, s:{s:s}}", "ruleId", id,
			   "ruleIndex", (json_int_t)rule_index(s, id), "level",
			   sarif_level(view_text(f, "level")), "message",
			   message(strbuf_str(&text)), "partialFingerprints",
			   "cohortSemver/v1", strbuf_str(&print));
	add_places(s, result, f);
	if (view_text(f, "allowed")[0])
		set(s, result, "suppressions",
		    json_pack("[{s:s, s:s}]", "kind", "external",
			      "justification", view_text(f, "allowed")));
	append(s, s->results, result);
}

static void notify(struct sarif *s, const char *level, const json_t *crate,
		   const char *what)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };

	if (!what[0])
		return;
	strbuf_addf(&text, "%s: %s", view_text(crate, "crate"), what);
	if (!strbuf_ok(&text))
		s->no_memory = true;
	append(s, s->notifications,
	       json_pack("{s:s, s:o}", "level", level, "message",
			 message(strbuf_str(&text))));
}

static void add_crate(struct sarif *s, const json_t *crate)
{
	size_t i;
	json_t *f;

	if (view_text(crate, "error")[0])
		s->failed = true;
	notify(s, "error", crate, view_text(crate, "error"));
	notify(s, "note", crate, view_text(crate, "reason"));
	json_array_foreach (json_object_get(crate, "notes"), i, f)
		notify(s, "warning", crate, json_string_value(f));
	json_array_foreach (json_object_get(crate, "findings"), i, f)
		add_result(s, f);
}

void semver_print_sarif(struct terminal *t, const json_t *view)
{
	AUTO(json_decrefp) json_t *index = json_object();
	struct sarif s = { .results = json_array(),
			   .rules = json_array(),
			   .index = index,
			   .notifications = json_array() };
	AUTO(json_decrefp) json_t *log = NULL;
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	struct err err = { 0 };
	size_t i;
	json_t *crate;

	json_array_foreach (json_object_get(view, "crates"), i, crate)
		add_crate(&s, crate);
	log = json_pack(
		"{s:s, s:s, s:[{s:{s:{s:s, s:s, s:o}}, s:s, "
		"s:[{s:b, s:o}], s:o}]}",
		"$schema", "https://json.schemastore.org/sarif-2.1.0.json",
		"version", "2.1.0", "runs", "tool", "driver", "name", "cohort",
		"version", COHORT_VERSION, "rules", s.rules, "columnKind",
		"utf16CodeUnits", "invocations", "executionSuccessful",
		!s.failed, "toolExecutionNotifications", s.notifications,
		"results", s.results);
	if (log && !s.no_memory && json_write(log, &text, &err) == 0)
		fwrite(text.data, 1, text.len, t->out);
	else
		t->cut = true;
}

/* ------------------------------------------------------------------- JUnit */

static void print_row(struct terminal *t, const json_t *f)
{
	xml_print(t, view_text(f, "subject"));
	if (view_text(f, "file")[0]) {
		fputs(" (", t->out);
		xml_print(t, view_text(f, "file"));
		fprintf(t->out, ":%lld)", view_int(f, "line"));
	}
	fputs(": ", t->out);
	xml_print(t, view_text(f, "why"));
	fputc('\n', t->out);
}

/* The findings of one lint, a line each. */
static void print_rows(struct terminal *t, const json_t *crate, const char *id)
{
	size_t i;
	json_t *f;

	json_array_foreach (json_object_get(crate, "findings"), i, f)
		if (strcmp(view_text(f, "id"), id) == 0 &&
		    strcmp(view_text(f, "level"), "allow") != 0)
			print_row(t, f);
}

static void print_lint(struct terminal *t, const json_t *crate,
		       const json_t *check)
{
	const char *result = view_text(check, "result");
	const char *id = view_text(check, "id");

	fputs("    <testcase", t->out);
	xml_attribute(t, "classname", view_text(crate, "crate"));
	xml_attribute(t, "name", id);
	if (strcmp(result, "pass") == 0) {
		fputs("/>\n", t->out);
		return;
	}
	fputs(">", t->out);
	if (strcmp(result, "skip") == 0) {
		fputs("<skipped/>", t->out);
	} else if (strcmp(result, "fail") == 0) {
		fputs("<failure", t->out);
		xml_attribute(t, "type", id);
		xml_attribute(t, "message", view_text(check, "title"));
		fputs(">", t->out);
		print_rows(t, crate, id);
		fputs("</failure>", t->out);
	} else {
		fputs("<system-out>", t->out);
		print_rows(t, crate, id);
		fputs("</system-out>", t->out);
	}
	fputs("</testcase>\n", t->out);
}

/* The case of a crate that was not compared. */
static void print_other(struct terminal *t, const json_t *crate,
			const char *element, const char *words)
{
	if (!words[0])
		return;
	fputs("    <testcase", t->out);
	xml_attribute(t, "classname", view_text(crate, "crate"));
	fprintf(t->out, " name=\"semver\"><%s", element);
	xml_attribute(t, "message", words);
	fputs("/></testcase>\n", t->out);
}

static size_t count_results(const json_t *checks, const char *result)
{
	size_t n = 0, i;
	json_t *check;

	json_array_foreach (checks, i, check)
		n += strcmp(view_text(check, "result"), result) == 0;
	return n;
}

static void print_suite(struct terminal *t, const json_t *crate)
{
	const json_t *checks = json_object_get(crate, "checks");
	const char *error = view_text(crate, "error");
	const char *reason = view_text(crate, "reason");
	size_t others = (error[0] != '\0') + (reason[0] != '\0');
	size_t i;
	json_t *check;

	fputs("  <testsuite", t->out);
	xml_attribute(t, "name", view_text(crate, "crate"));
	fprintf(t->out,
		" tests=\"%zu\" failures=\"%zu\" errors=\"%d\" "
		"skipped=\"%zu\" time=\"%.3f\">\n",
		json_array_size(checks) + others, count_results(checks, "fail"),
		error[0] != '\0',
		count_results(checks, "skip") + (reason[0] != '\0'),
		(double)view_int(crate, "ms") / 1000);
	json_array_foreach (checks, i, check)
		print_lint(t, crate, check);
	print_other(t, crate, "error", error);
	print_other(t, crate, "skipped", reason);
	fputs("  </testsuite>\n", t->out);
}

void semver_print_junit(struct terminal *t, const json_t *view)
{
	size_t i;
	json_t *crate;

	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n",
	      t->out);
	json_array_foreach (json_object_get(view, "crates"), i, crate)
		print_suite(t, crate);
	fputs("</testsuites>\n", t->out);
}
