#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "course/render.h"

static const struct render_var vars[] = {
	{ "name", "Zoë" },
	{ "url", "" },
	{ "year", "2027" },
};

static int render(const char *text, struct strbuf *out, struct err *err)
{
	return render_text("t", text, strlen(text), vars, ARRAY_LEN(vars), out,
			   err);
}

static void test_render_text_replaces_markers(void **state)
{
	AUTO(strbuf_releasep) struct strbuf out = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(
		render("{{year}} {{name}}{{name}}, {not} }}\n", &out, &err), 0);
	assert_string_equal(strbuf_str(&out), "2027 ZoëZoë, {not} }}\n");
}

static void test_render_text_drops_lines_without_a_value(void **state)
{
	AUTO(strbuf_releasep) struct strbuf out = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(render("a\n{{?url}}url = {{url}}\n"
				"{{?year}}year = {{year}}\n{{?url}}end",
				&out, &err),
			 0);
	assert_string_equal(strbuf_str(&out), "a\nyear = 2027\n");
}

static void test_render_text_names_the_line_of_a_wrong_marker(void **state)
{
	static const char *const texts[] = { "a\nb {{nmae}}", "a\n{{?x}} b",
					     "a\n{{name" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		AUTO(strbuf_releasep) struct strbuf out = { 0 };
		struct err err = { 0 };

		assert_int_equal(render(texts[i], &out, &err), ERR_BUG);
		assert_ptr_equal(strstr(err.msg, "t:2: unknown marker '{{"),
				 err.msg);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_render_text_replaces_markers),
		cmocka_unit_test(test_render_text_drops_lines_without_a_value),
		cmocka_unit_test(
			test_render_text_names_the_line_of_a_wrong_marker),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
