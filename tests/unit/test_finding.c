#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/finding.h"
#include "fault.h"

static void test_findings_add_copies_everything(void **state)
{
	AUTO(findings_releasep) struct findings f = { 0 };
	char id[] = "no-license", file[] = "Cargo.toml", why[] = "it is empty";
	const struct finding given = { .id = id,
				       .level = FINDING_DENY,
				       .file = file,
				       .line = 3,
				       .column = 4,
				       .why = why };

	(void)state;
	assert_int_equal(findings_add(&f, &given), 0);
	id[0] = file[0] = why[0] = '?';
	assert_int_equal(f.count, 1);
	assert_string_equal(f.items[0].id, "no-license");
	assert_string_equal(f.items[0].file, "Cargo.toml");
	assert_string_equal(f.items[0].why, "it is empty");
	assert_int_equal(f.items[0].line, 3);
	assert_int_equal(f.items[0].column, 4);
	assert_null(f.items[0].subject);
	assert_null(f.items[0].mend);
}

static void test_findings_at_level_counts(void **state)
{
	static const enum finding_level levels[] = { FINDING_WARN, FINDING_DENY,
						     FINDING_WARN };
	AUTO(findings_releasep) struct findings f = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		struct finding one = { .id = "x", .level = levels[i] };

		assert_int_equal(findings_add(&f, &one), 0);
	}
	assert_int_equal(findings_at_level(&f, FINDING_ALLOW), 0);
	assert_int_equal(findings_at_level(&f, FINDING_WARN), 2);
	assert_int_equal(findings_at_level(&f, FINDING_DENY), 1);
}

static void test_finding_levels_go_by_their_names(void **state)
{
	enum finding_level level = FINDING_WARN;

	(void)state;
	for (int i = FINDING_ALLOW; i <= FINDING_DENY; i++) {
		const char *name = finding_level_name((enum finding_level)i);

		assert_true(finding_level_parse(name, &level));
		assert_int_equal(level, i);
	}
	assert_string_equal(finding_level_name(FINDING_DENY), "deny");
	assert_false(finding_level_parse("Deny", &level));
	assert_false(finding_level_parse("", &level));
	assert_int_equal(level, FINDING_DENY);
}

static void test_findings_add_survives_any_failed_allocation(void **state)
{
	long nth = 0, total;

	(void)state;
	do {
		AUTO(findings_releasep) struct findings f = { 0 };
		struct finding one = { .id = "x", .why = "y", .mend = "z" };
		size_t added = 0;

		fault_alloc(++nth);
		for (int i = 0; i < 20; i++) {
			if (findings_add(&f, &one) == 0)
				added++;
		}
		total = fault_count();
		fault_alloc(0);
		assert_int_equal(f.count, added);
		assert_int_equal(added, nth <= total ? 19 : 20);
	} while (nth <= total);
	assert_true(nth > 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_findings_add_copies_everything),
		cmocka_unit_test(test_findings_at_level_counts),
		cmocka_unit_test(test_finding_levels_go_by_their_names),
		cmocka_unit_test(
			test_findings_add_survives_any_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
