/* What was validated for a CI: JUnit's XML, a test case for each statement. */
#include "commands/validate.h"

#include <stdio.h>
#include <string.h>

#include "commands/view.h"
#include "commands/xml.h"

static bool is(const json_t *v, const char *key, const char *word)
{
	return strcmp(view_text(v, key), word) == 0;
}

/* What fails nothing here is a test that was left out, with its reason. */
static const char *kind_of(const json_t *s)
{
	if (is(s, "verdict", "pass"))
		return NULL;
	if (is(s, "verdict", "error"))
		return "error";
	return is(s, "verdict", "fail") && is(s, "level", "deny") ? "failure"
								  : "skipped";
}

static void print_message(struct terminal *t, const char *kind,
			  const char *type, const char *message,
			  const char *text)
{
	fprintf(t->out, "      <%s", kind);
	if (strcmp(kind, "skipped") != 0)
		xml_attribute(t, "type", type);
	xml_attribute(t, "message", message);
	fputc('>', t->out);
	xml_print(t, text);
	fprintf(t->out, "</%s>\n", kind);
}

static void print_case(struct terminal *t, const json_t *item, const json_t *s)
{
	const char *kind = kind_of(s), *reason = view_text(s, "reason");

	fputs("    <testcase", t->out);
	xml_attribute(t, "classname", view_text(item, "label"));
	fputs(" name=\"", t->out);
	xml_print(t, view_text(s, "id"));
	fputs(": ", t->out);
	xml_print(t, view_text(s, "title"));
	fprintf(t->out, "\" time=\"%.3f\">\n",
		(double)view_int(s, "wall_ms") / 1000);
	if (kind)
		print_message(t, kind, view_text(s, "id"),
			      reason[0] ? reason : view_text(s, "verdict"),
			      strcmp(kind, "skipped") == 0
				      ? ""
				      : view_text(s, "failure"));
	fputs("    </testcase>\n", t->out);
}

/* A crate that does not come as far as its statements. */
static const char *trouble_of(const json_t *item)
{
	const json_t *load = json_object_get(item, "load");
	const json_t *build = json_object_get(item, "build");

	if (view_text(item, "error")[0])
		return view_text(item, "error");
	if (view_text(build, "message")[0])
		return view_text(build, "message");
	return is(load, "verdict", "fail") ? view_text(load, "reason") : "";
}

static size_t count(const json_t *item, const char *kind)
{
	size_t n = 0, i;
	json_t *s;

	json_array_foreach (json_object_get(item, "statements"), i, s) {
		const char *is_kind = kind_of(s);

		n += is_kind && strcmp(is_kind, kind) == 0;
	}
	return n;
}

static bool is_slow(const json_t *item)
{
	return is(json_object_get(item, "speed"), "verdict", "fail");
}

static bool is_unmeasured(const json_t *item)
{
	const json_t *speed = json_object_get(item, "speed");

	return json_is_object(speed) && !is_slow(item) &&
	       !is(speed, "verdict", "pass") && !is(speed, "verdict", "warn");
}

/* One more test, where the speed was asked for. */
static void print_speed(struct terminal *t, const json_t *item)
{
	const json_t *speed = json_object_get(item, "speed");

	if (!json_is_object(speed))
		return;
	fputs("    <testcase", t->out);
	xml_attribute(t, "classname", view_text(item, "label"));
	fputs(" name=\"speed\">\n", t->out);
	if (is_slow(item) || is_unmeasured(item))
		print_message(t, is_slow(item) ? "failure" : "skipped", "speed",
			      view_text(speed, "reason"), "");
	fputs("    </testcase>\n", t->out);
}

static void print_suite(struct terminal *t, const json_t *item)
{
	const json_t *list = json_object_get(item, "statements");
	const char *trouble = trouble_of(item);
	bool is_error = view_text(item, "error")[0] != '\0';
	bool fails = trouble[0] && !is_error;
	size_t i;
	json_t *s;

	fputs("  <testsuite", t->out);
	xml_attribute(t, "name", view_text(item, "label"));
	fprintf(t->out,
		" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu"
		"\">\n",
		json_array_size(list) + (trouble[0] != '\0') +
			json_is_object(json_object_get(item, "speed")),
		count(item, "failure") + fails + is_slow(item),
		count(item, "error") + is_error, count(item, "skipped"));
	if (trouble[0]) {
		fputs("    <testcase name=\"library\">\n", t->out);
		print_message(t, is_error ? "error" : "failure", "library",
			      trouble, "");
		fputs("    </testcase>\n", t->out);
	}
	json_array_foreach (list, i, s)
		print_case(t, item, s);
	print_speed(t, item);
	fputs("  </testsuite>\n", t->out);
}

void validate_print_junit(struct terminal *t, const json_t *view)
{
	size_t i;
	json_t *item;

	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n",
	      t->out);
	json_array_foreach (json_object_get(view, "validated"), i, item)
		print_suite(t, item);
	fputs("</testsuites>\n", t->out);
}
