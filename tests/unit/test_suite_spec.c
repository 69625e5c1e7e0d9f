#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/strbuf.h"
#include "fault.h"
#include "io/file.h"
#include "io/yaml.h"
#include "model/suite_spec.h"

static int read_text(const char *text, struct suite_spec **out, struct err *err)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *root = NULL;

	if (yaml_read(text, strlen(text), "s.yaml", &arena, &root, err) < 0)
		return (int)err->code;
	return suite_spec_read(root, out, err);
}

static void refuses(const char *text, const char *msg)
{
	AUTO(suite_spec_freep) struct suite_spec *s = NULL;
	struct err err = { 0 };

	assert_int_equal(read_text(text, &s, &err), ERR_FORMAT);
	assert_null(s);
	assert_string_equal(err.msg, msg);
}

#define HEAD "schema: 1\nartifact: artifact_01\nsuite: suite_x\nstatements:\n"
#define ONE(id) "  - {id: " id ", class: L, points: 3, title: t, failure: f}\n"

static void test_read_takes_what_a_statement_has(void **state)
{
	AUTO(suite_spec_freep) struct suite_spec *s = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(read_text(HEAD ONE("E1") "  - id: E2b\n"
						  "    class: K\n"
						  "    points: 0\n"
						  "    basic: true\n"
						  "    optional: true\n"
						  "    title: a title\n"
						  "    failure: a failure\n"
						  "    test: a test\n"
						  "    basis: a basis\n",
				   &s, &err),
			 0);
	assert_string_equal(s->artifact, "artifact_01");
	assert_string_equal(s->suite, "suite_x");
	assert_int_equal(s->count, 2);
	assert_int_equal(s->statements[0].class, STATEMENT_LANGUAGE);
	assert_int_equal(s->statements[0].points, 3);
	assert_string_equal(s->statements[0].test, "");
	assert_false(s->statements[0].is_basic);
	assert_int_equal(s->statements[1].class, STATEMENT_COURSE);
	assert_true(s->statements[1].is_basic);
	assert_true(s->statements[1].is_optional);
	assert_string_equal(s->statements[1].title, "a title");
	assert_string_equal(s->statements[1].failure, "a failure");
	assert_string_equal(s->statements[1].test, "a test");
	assert_string_equal(s->statements[1].basis, "a basis");
	assert_int_equal(suite_spec_find(s, "E2b"), 1);
	assert_int_equal(suite_spec_find(s, "E2"), 2);
}

static void test_read_refuses_with_the_place(void **state)
{
	(void)state;
	refuses(HEAD ONE("E1") ONE("E1"),
		"s.yaml:6:10: there are two statements 'E1'");
	refuses(HEAD ONE("\"../E1\""), "s.yaml:5:10: '../E1' is no id");
	refuses(HEAD ONE("E12345678901234567"),
		"s.yaml:5:10: 'E12345678901234567' is no id");
	refuses("schema: 1\nartifact: a\nsuite: ../sh\nstatements:\n" ONE("E1"),
		"s.yaml:3:8: '../sh' is no name of a suite");
	refuses("schema: 1\nartifact: a\nsuite: s\nstatements: []\n",
		"s.yaml:4:13: there must be 1 to 512 statements");
	refuses(HEAD "  - {id: E1, points: 3, title: t, failure: f}\n",
		"s.yaml:5:5: 'class' is missing");
}

static void test_require_names_the_nearest(void **state)
{
	AUTO(suite_spec_freep) struct suite_spec *s = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(read_text(HEAD ONE("E1") ONE("load"), &s, &err), 0);
	assert_int_equal(suite_spec_require(s, "load", &err), 0);
	assert_int_equal(suite_spec_require(s, "laod", &err), ERR_NOT_FOUND);
	assert_string_equal(err.msg, "artifact_01 has no statement 'laod'");
	assert_string_equal(err.hint, "did you mean 'load'?");
}

static void test_classes_have_letters_names_and_texts(void **state)
{
	(void)state;
	assert_string_equal(statement_letter(STATEMENT_GOOD), "G");
	assert_string_equal(statement_class_name(STATEMENT_COURSE), "course");
	for (int class = 0; class < STATEMENT_CLASSES; class ++)
		assert_true(strlen(statement_class_text(class)) > 20);
}

/* What ships says of each statement all that a page shows. */
static void test_shipped_file_explains_every_statement(void **state)
{
	AUTO(suite_spec_freep) struct suite_spec *s = NULL;
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	size_t basic = 0;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(file_read("artifacts/artifact_01/spec.yaml", 1 << 20,
				   &text, &err),
			 0);
	assert_int_equal(read_text(strbuf_str(&text), &s, &err), 0);
	assert_true(s->count >= 80);
	for (size_t i = 0; i < s->count; i++) {
		const struct statement *one = &s->statements[i];

		if (!one->test[0] || !one->basis[0] || one->points == 0)
			fail_msg("%s lacks test, basis or points", one->id);
		if (one->class == STATEMENT_COURSE && one->is_basic)
			fail_msg("%s is a choice, and basic", one->id);
		basic += one->is_basic;
	}
	assert_true(basic >= 3);
}

static void test_read_survives_any_failed_allocation(void **state)
{
	long nth = 0, total;

	(void)state;
	do {
		AUTO(suite_spec_freep) struct suite_spec *s = NULL;
		struct err err = { 0 };
		int rc;

		fault_alloc(++nth);
		rc = read_text(HEAD ONE("E1"), &s, &err);
		total = fault_count();
		fault_alloc(0);
		assert_true(rc == 0 ? s != NULL : rc == ERR_NOMEM && !s);
	} while (nth <= total);
	assert_true(nth > 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_takes_what_a_statement_has),
		cmocka_unit_test(test_read_refuses_with_the_place),
		cmocka_unit_test(test_require_names_the_nearest),
		cmocka_unit_test(test_classes_have_letters_names_and_texts),
		cmocka_unit_test(test_shipped_file_explains_every_statement),
		cmocka_unit_test(test_read_survives_any_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
