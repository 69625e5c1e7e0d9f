#include "commands/check_format.h"

#include <string.h>

#include "base/err.h"
#include "base/terminal.h"
#include "commands/view.h"
#include "commands/xml.h"
#include "version.h"

static const json_t *reports_of(const json_t *view)
{
	return json_object_get(view, "checked");
}

/* ------------------------------------------------------------------- SARIF */

static const char *sarif_level(const char *level)
{
	if (strcmp(level, "deny") == 0)
		return "error";
	return strcmp(level, "warn") == 0 ? "warning" : "note";
}

static json_t *sarif_location(const json_t *item, const json_t *f)
{
	json_t *region = json_object();
	const char *file = view_text(f, "file");
	long long line = view_int(f, "line"), column = view_int(f, "column");

	if (line > 0)
		json_object_set_new(region, "startLine", json_integer(line));
	if (column > 0)
		json_object_set_new(region, "startColumn",
				    json_integer(column));
	if (line <= 0) {
		json_decref(region);
		region = NULL;
	}
	return json_pack("{s:{s:{s:s}, s:o*}, s:[{s:s}]}", "physicalLocation",
			 "artifactLocation", "uri",
			 file[0] ? file : "Cargo.toml", "region", region,
			 "logicalLocations", "name", view_text(item, "label"));
}

static void sarif_result(json_t *results, json_t *rules, const json_t *item,
			 const json_t *f)
{
	const char *id = view_text(f, "id");
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(strbuf_releasep) struct strbuf print = { 0 };

	strbuf_addf(&text, "%s: %s: %s", view_text(item, "label"),
		    view_text(f, "subject"), view_text(f, "why"));
	if (view_text(f, "mend")[0])
		strbuf_addf(&text, " (%s)", view_text(f, "mend"));
	/* what stays the same while lines move */
	strbuf_addf(&print, "%s/%s/%s", view_text(item, "label"), id,
		    view_text(f, "subject"));
	json_object_set_new(rules, id, json_true());
	json_array_append_new(
		results,
		json_pack("{s:s, s:s, s:{s:s}, s:[o], s:{s:s}}", "ruleId", id,
			  "level", sarif_level(view_text(f, "level")),
			  "message", "text", strbuf_str(&text), "locations",
			  sarif_location(item, f), "partialFingerprints",
			  "cohortFinding/v1", strbuf_str(&print)));
}

static json_t *sarif_rules(json_t *ids)
{
	json_t *rules = json_array();
	const char *id;
	json_t *unused;

	json_object_foreach (ids, id, unused) {
		(void)unused;
		json_array_append_new(rules, json_pack("{s:s}", "id", id));
	}
	return rules;
}

void check_print_sarif(struct terminal *t, const json_t *view)
{
	json_t *results = json_array();
	AUTO(json_decrefp) json_t *ids = json_object();
	AUTO(json_decrefp) json_t *log = NULL;
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	struct err err = { 0 };
	size_t i, g, k;
	json_t *item, *gate, *f;

	json_array_foreach (reports_of(view), i, item) {
		json_array_foreach (json_object_get(item, "gates"), g, gate) {
			json_array_foreach (json_object_get(gate, "findings"),
					    k, f)
				sarif_result(results, ids, item, f);
		}
	}
	log = json_pack(
		"{s:s, s:s, s:[{s:{s:{s:s, s:s, s:o}}, s:o}]}", "$schema",
		"https://json.schemastore.org/sarif-2.1.0.json", "version",
		"2.1.0", "runs", "tool", "driver", "name", "cohort", "version",
		COHORT_VERSION, "rules", sarif_rules(ids), "results", results);
	if (log && json_write(log, &text, &err) == 0)
		fwrite(text.data, 1, text.len, t->out);
	else
		t->cut = true;
}

/* ------------------------------------------------------------------- JUnit */

static void print_failures(struct terminal *t, const json_t *gate)
{
	size_t k;
	json_t *f;

	json_array_foreach (json_object_get(gate, "findings"), k, f) {
		if (strcmp(view_text(f, "level"), "deny") != 0)
			continue;
		fputs("      <failure", t->out);
		xml_attribute(t, "type", view_text(f, "id"));
		xml_attribute(t, "message", view_text(f, "why"));
		fputc('>', t->out);
		xml_print(t, view_text(f, "file"));
		fprintf(t->out, ":%lld: ", view_int(f, "line"));
		xml_print(t, view_text(f, "subject"));
		fputs("</failure>\n", t->out);
	}
}

static void print_case(struct terminal *t, const json_t *item,
		       const json_t *gate)
{
	const char *verdict = view_text(gate, "verdict");

	fputs("    <testcase", t->out);
	xml_attribute(t, "classname", view_text(item, "label"));
	xml_attribute(t, "name", view_text(gate, "gate"));
	fprintf(t->out, " time=\"%.3f\">\n",
		(double)view_int(gate, "ms") / 1000);
	if (strcmp(verdict, "fail") == 0)
		print_failures(t, gate);
	if (strcmp(verdict, "skipped") == 0 || strcmp(verdict, "error") == 0) {
		fprintf(t->out, "      <%s", verdict);
		xml_attribute(t, "message", view_text(gate, "reason"));
		fputs("/>\n", t->out);
	}
	fputs("    </testcase>\n", t->out);
}

static size_t count_gates(const json_t *item, const char *verdict)
{
	size_t n = 0, g;
	json_t *gate;

	json_array_foreach (json_object_get(item, "gates"), g, gate)
		n += !verdict ||
		     strcmp(view_text(gate, "verdict"), verdict) == 0;
	return n;
}

void check_print_junit(struct terminal *t, const json_t *view)
{
	size_t i, g;
	json_t *item, *gate;

	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n",
	      t->out);
	json_array_foreach (reports_of(view), i, item) {
		const char *error = view_text(item, "error");

		fputs("  <testsuite", t->out);
		xml_attribute(t, "name", view_text(item, "label"));
		fprintf(t->out,
			" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" "
			"skipped=\"%zu\">\n",
			count_gates(item, NULL) + (error[0] != '\0'),
			count_gates(item, "fail"),
			count_gates(item, "error") + (error[0] != '\0'),
			count_gates(item, "skipped"));
		json_array_foreach (json_object_get(item, "gates"), g, gate)
			print_case(t, item, gate);
		if (error[0]) {
			fputs("    <testcase name=\"check\"><error", t->out);
			xml_attribute(t, "message", error);
			fputs("/></testcase>\n", t->out);
		}
		fputs("  </testsuite>\n", t->out);
	}
	fputs("</testsuites>\n", t->out);
}
