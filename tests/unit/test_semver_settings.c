#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/finding.h"
#include "base/json.h"
#include "base/node.h"
#include "crate/semver/settings.h"
#include "fault.h"

static const struct node *node_of(const char *json, struct arena *a)
{
	const struct node *n;
	struct err err = { 0 };

	if (!json)
		return NULL;
	if (json_read(json, strlen(json), "Cargo.toml", a, &n, &err) < 0)
		fail_msg("%s", err.msg);
	return n;
}

static int read(const char *package, const char *workspace, struct arena *a,
		struct semver_manifest *out, struct err *err)
{
	return semver_manifest_read(node_of(package, a), node_of(workspace, a),
				    "a/Cargo.toml", a, out, err);
}

static void test_read_of_nothing_is_nothing(void **state)
{
	static const char *const empty[] = {
		NULL, "{}", "{\"cohort\": {}}", "{\"cohort\": 1}",
		"{\"cargo-semver-checks\": {\"lints\": 3}}"
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(empty); i++) {
		AUTO(arena_releasep) struct arena a = { 0 };
		struct semver_manifest m;
		struct err err = { 0 };

		assert_int_equal(read(empty[i], NULL, &a, &m, &err), 0);
		assert_int_equal(m.rule_count, 0);
		assert_int_equal(m.allowance_count, 0);
	}
}

static void test_read_puts_the_package_and_our_table_last(void **state)
{
	static const char workspace[] = "{\"cargo-semver-checks\": {\"lints\": "
					"{\"enum_missing\": \"allow\"}}}";
	static const char package[] =
		"{\"cargo-semver-checks\": {\"lints\": {\"workspace\": true, "
		"\"enum_missing\": \"warn\", \"unknown\": \"warn\"}}, "
		"\"cohort\": {\"semver\": {\"lints\": "
		"{\"enum_missing\": \"deny\"}}}}";
	AUTO(arena_releasep) struct arena a = { 0 };
	struct semver_manifest m;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(read(package, workspace, &a, &m, &err), 0);
	assert_int_equal(m.rule_count, 4);
	assert_int_equal(m.rules[0].level, FINDING_ALLOW);
	assert_int_equal(m.rules[1].level, FINDING_WARN);
	assert_string_equal(m.rules[2].lint, "unknown");
	assert_int_equal(m.rules[3].level, FINDING_DENY);
}

static void test_read_takes_the_workspace_only_if_asked(void **state)
{
	static const char workspace[] = "{\"cargo-semver-checks\": {\"lints\": "
					"{\"enum_missing\": \"allow\"}}}";
	AUTO(arena_releasep) struct arena a = { 0 };
	struct semver_manifest m;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(read("{}", workspace, &a, &m, &err), 0);
	assert_int_equal(m.rule_count, 0);
	assert_false(semver_manifest_inherits(node_of("{}", &a)));
	assert_true(semver_manifest_inherits(
		node_of("{\"cohort\": {\"semver\": {\"lints\": "
			"{\"workspace\": true}}}}",
			&a)));
}

#define ALLOW(lint, reason)                                         \
	"{\"cohort\": {\"semver\": {\"allow\": [{\"lint\": \"" lint \
	"\", \"item\": \"kov::E\", \"reason\": \"" reason "\"}]}}}"

static void test_read_takes_allowances(void **state)
{
	AUTO(arena_releasep) struct arena a = { 0 };
	struct semver_manifest m;
	struct err err = { 0 };
	struct finding f = { .id = "enum_missing", .subject = "kov::E" };

	(void)state;
	assert_int_equal(read(ALLOW("enum_missing", "old"), NULL, &a, &m, &err),
			 0);
	assert_int_equal(m.allowance_count, 1);
	assert_string_equal(m.allowances[0].reason, "old");
	assert_string_equal(m.allowances[0].file, "a/Cargo.toml");
	assert_true(semver_allowance_fits(&m.allowances[0], &f));
	f.subject = "kov::F";
	assert_false(semver_allowance_fits(&m.allowances[0], &f));
	f.subject = NULL;
	assert_false(semver_allowance_fits(&m.allowances[0], &f));
	f = (struct finding){ .id = "enum_added", .subject = "kov::E" };
	assert_false(semver_allowance_fits(&m.allowances[0], &f));
}

static void check_mistake(const char *package, const char *message)
{
	AUTO(arena_releasep) struct arena a = { 0 };
	struct semver_manifest m;
	struct err err = { 0 };

	assert_int_equal(read(package, NULL, &a, &m, &err), ERR_FORMAT);
	if (!strstr(err.msg, message))
		fail_msg("'%s' is not in '%s'", message, err.msg);
}

static void test_read_names_mistakes(void **state)
{
	(void)state;
	check_mistake(ALLOW("enum_mising", "old"),
		      "no semver lint is called 'enum_mising'");
	check_mistake(ALLOW("enum_missing", " . "), "without a reason");
	check_mistake("{\"cohort\": {\"semver\": {\"allow\": [{}]}}}", "lint");
	check_mistake("{\"cohort\": {\"semver\": {\"allow\": 3}}}", "allow");
	check_mistake("{\"cohort\": {\"semver\": {\"alow\": []}}}", "alow");
	check_mistake("{\"cohort\": {\"semver\": {\"lints\": "
		      "{\"enum_mising\": \"warn\"}}}}",
		      "no semver lint is called 'enum_mising'");
	check_mistake("{\"cohort\": {\"semver\": {\"lints\": "
		      "{\"enum_missing\": \"loud\"}}}}",
		      "a level is");
}

static void test_read_survives_any_failed_allocation(void **state)
{
	static const char json[] = ALLOW("enum_missing", "old");
	AUTO(arena_releasep) struct arena given = { 0 };
	const struct node *n = node_of(json, &given);
	long nth = 0, total;

	(void)state;
	do {
		AUTO(arena_releasep) struct arena a = { 0 };
		struct semver_manifest m;
		struct err err = { 0 };

		fault_alloc(++nth);
		if (semver_manifest_read(n, NULL, "Cargo.toml", &a, &m, &err) <
		    0)
			assert_int_equal(err.code, ERR_NOMEM);
		total = fault_count();
		fault_alloc(0);
	} while (nth <= total);
	assert_true(nth > 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_of_nothing_is_nothing),
		cmocka_unit_test(test_read_puts_the_package_and_our_table_last),
		cmocka_unit_test(test_read_takes_the_workspace_only_if_asked),
		cmocka_unit_test(test_read_takes_allowances),
		cmocka_unit_test(test_read_names_mistakes),
		cmocka_unit_test(test_read_survives_any_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
