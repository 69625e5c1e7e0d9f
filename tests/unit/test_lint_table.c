/* The table of the rules, and how findings are told from it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/finding.h"
#include "crate/manifest/lint_table.h"

static void test_table_has_a_whole_entry_for_every_lint(void **state)
{
	(void)state;
	for (int i = 0; i < LINT_COUNT; i++) {
		const struct lint *l = lint_at((enum lint_id)i);
		size_t len = strlen(l->id);

		for (int k = 0; k < i; k++)
			assert_string_not_equal(l->id,
						lint_at((enum lint_id)k)->id);
		assert_int_equal(strspn(l->id, "abcdefghijklmnopqrstuvwxyz-"),
				 len);
		assert_true(l->level == FINDING_WARN ||
			    l->level == FINDING_DENY);
		assert_true(l->summary[0] && l->source[0]);
		assert_true(l->summary[strlen(l->summary) - 1] != '.');
		assert_true(strlen(l->explanation) > 20);
		for (const char *p = l->explanation; *p;) {
			size_t line = strcspn(p, "\n");

			if (line > 72)
				fail_msg("%s: %.*s", l->id, (int)line, p);
			p += line + (p[line] == '\n');
		}
	}
}

static void test_add_stops_listing_after_twenty_of_a_kind(void **state)
{
	AUTO(findings_releasep) struct findings found = { 0 };
	struct lint_report r = { .findings = &found };
	struct lint_place at = { .subject = "x" };
	struct err err = { 0 };

	(void)state;
	for (int i = 0; i < 5000; i++)
		assert_int_equal(lint_add(&r, LINT_UNSAFE_PATH, &at, NULL, &err,
					  "number %d", i),
				 0);
	assert_int_equal(lint_report_end(&r, &err), 0);
	assert_int_equal(found.count, LINT_REPEAT_MAX + 1);
	assert_string_equal(found.items[LINT_REPEAT_MAX - 1].why, "number 19");
	assert_string_equal(found.items[LINT_REPEAT_MAX].why,
			    "and 4980 more of these");
	assert_string_equal(found.items[LINT_REPEAT_MAX].id, "unsafe-path");
}

static void test_add_leaves_no_broken_character(void **state)
{
	AUTO(findings_releasep) struct findings found = { 0 };
	struct lint_report r = { .findings = &found };
	struct lint_place at = { .subject = "x" };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(lint_add(&r, LINT_UNSAFE_PATH, &at, NULL, &err, "%.4s",
				  "abc\xc3\xa9"),
			 0);
	assert_string_equal(found.items[0].why, "abc?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table_has_a_whole_entry_for_every_lint),
		cmocka_unit_test(test_add_stops_listing_after_twenty_of_a_kind),
		cmocka_unit_test(test_add_leaves_no_broken_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
