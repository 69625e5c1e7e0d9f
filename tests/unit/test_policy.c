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
#include "model/policy.h"

static int read_n(const char *text, size_t len, struct policy **out,
		  struct err *err)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *root = NULL;

	if (yaml_read(text, len, "p.yaml", &arena, &root, err) < 0)
		return err->code;
	return policy_read(root, out, err);
}

static struct policy *read(const char *text)
{
	struct policy *p = NULL;
	struct err err = { 0 };

	if (read_n(text, strlen(text), &p, &err) < 0)
		fail_msg("%s", err.msg);
	return p;
}

static void refuses(const char *text, const char *msg, const char *hint)
{
	AUTO(policy_freep) struct policy *p = NULL;
	struct err err = { 0 };

	assert_int_equal(read_n(text, strlen(text), &p, &err), ERR_FORMAT);
	assert_null(p);
	assert_string_equal(err.msg, msg);
	assert_string_equal(err.hint, hint);
}

static const char rules[] = "schema: 1\n"
			    "lints:\n"
			    "  - {lint: missing-readme, level: allow}\n"
			    "  - lint: missing-readme\n"
			    "    level: warn\n"
			    "    artifact: artifact_02\n"
			    "  - lint: missing-readme\n"
			    "    level: deny\n"
			    "    from_week: 12\n"
			    "gates:\n"
			    "  - {gate: semver, level: warn}\n"
			    "allow:\n"
			    "  - lint: invalid-url\n"
			    "    subject: https://x.example\n"
			    "    handle: '@ada'\n"
			    "    artifact: artifact_01\n"
			    "    reason: goes up on Thursday\n"
			    "  - lint: large-file\n"
			    "    reason: we ship a font\n";

static void test_lint_level_is_that_of_the_last_rule_that_fits(void **state)
{
	AUTO(policy_freep) struct policy *p = read(rules);

	(void)state;
	assert_int_equal(policy_lint_level(p, "missing-readme", ARTIFACT_01, 4,
					   FINDING_DENY),
			 FINDING_ALLOW);
	assert_int_equal(policy_lint_level(p, "missing-readme", ARTIFACT_02, 4,
					   FINDING_DENY),
			 FINDING_WARN);
	assert_int_equal(policy_lint_level(p, "missing-readme", ARTIFACT_02, 11,
					   FINDING_ALLOW),
			 FINDING_WARN);
	assert_int_equal(policy_lint_level(p, "missing-readme", ARTIFACT_02, 12,
					   FINDING_ALLOW),
			 FINDING_DENY);
	assert_int_equal(policy_lint_level(p, "missing-readme", ARTIFACT_01, 13,
					   FINDING_ALLOW),
			 FINDING_DENY);
	assert_int_equal(policy_lint_level(p, "missing-readme", ARTIFACT_01, 0,
					   FINDING_DENY),
			 FINDING_ALLOW);
	assert_int_equal(
		policy_lint_level(p, "semver", ARTIFACT_01, 4, FINDING_DENY),
		FINDING_DENY);
}

static void test_gate_level_knows_gates_only(void **state)
{
	AUTO(policy_freep) struct policy *p = read(rules);

	(void)state;
	assert_int_equal(
		policy_gate_level(p, "semver", ARTIFACT_03, 1, FINDING_DENY),
		FINDING_WARN);
	assert_int_equal(
		policy_gate_level(p, "build", ARTIFACT_03, 1, FINDING_DENY),
		FINDING_DENY);
	assert_int_equal(policy_gate_level(p, "missing-readme", ARTIFACT_03, 12,
					   FINDING_WARN),
			 FINDING_WARN);
}

static void test_no_policy_leaves_everything_as_it_is(void **state)
{
	(void)state;
	assert_int_equal(
		policy_lint_level(NULL, "x", ARTIFACT_01, 1, FINDING_WARN),
		FINDING_WARN);
	assert_int_equal(
		policy_gate_level(NULL, "x", ARTIFACT_01, 1, FINDING_DENY),
		FINDING_DENY);
	assert_null(policy_allows(NULL, "x", "y", "ada", ARTIFACT_01));
}

static void test_allows_only_what_is_named(void **state)
{
	AUTO(policy_freep) struct policy *p = read(rules);
	const struct policy_allowance *a;

	(void)state;
	a = policy_allows(p, "invalid-url", "https://x.example", "ada",
			  ARTIFACT_01);
	assert_non_null(a);
	assert_string_equal(a->reason, "goes up on Thursday");
	assert_null(policy_allows(p, "invalid-url", "https://x.example", "bob",
				  ARTIFACT_01));
	assert_null(policy_allows(p, "invalid-url", "https://x.example", NULL,
				  ARTIFACT_01));
	assert_null(policy_allows(p, "invalid-url", "https://y.example", "ada",
				  ARTIFACT_01));
	assert_null(policy_allows(p, "invalid-url", "https://x.example", "ada",
				  ARTIFACT_02));
	assert_null(policy_allows(p, "invalid-name", "https://x.example", "ada",
				  ARTIFACT_01));
	assert_non_null(
		policy_allows(p, "large-file", "font.ttf", NULL, ARTIFACT_03));
}

static void test_read_refuses_with_the_place(void **state)
{
	(void)state;
	refuses("schema: 1\nlint: []\n", "p.yaml:2:1: unknown key 'lint'",
		"did you mean 'lints'?");
	refuses("schema: 1\nlints:\n  - {lint: x, level: denny}\n",
		"p.yaml:3:22: 'level' cannot be 'denny'",
		"did you mean 'deny'?");
	refuses("schema: 1\nlints:\n  - {lint: x}\n",
		"p.yaml:3:5: 'level' is missing", "");
	refuses("schema: 1\nallow:\n  - lint: x\n    subject: y\n",
		"p.yaml:3:5: 'reason' is missing", "");
	refuses("schema: 1\nallow:\n  - lint: x\n    reason: \" - \"\n",
		"p.yaml:4:13: an allowance of 'x' without a reason",
		"say why it is let pass");
	refuses("schema: 3\n",
		"p.yaml:1:9: schema 3 is newer than this cohort knows (1)",
		"install a newer cohort");
	refuses("lints: []\n", "p.yaml:1:1: 'schema' is missing", "");
}

static void test_check_names_the_nearest_id(void **state)
{
	static const char *const lints[] = { "missing-readme", "invalid-url",
					     "large-file" };
	static const char *const gates[] = { "metadata", "build" };
	AUTO(policy_freep) struct policy *p = read(rules);
	struct err err = { 0 };

	(void)state;
	assert_int_equal(policy_check_lints(p, lints, 3, &err), 0);
	assert_int_equal(policy_check_lints(p, lints, 2, &err), ERR_FORMAT);
	assert_string_equal(err.msg,
			    "p.yaml:18: no lint is called 'large-file'");
	err_clear(&err);
	assert_int_equal(policy_check_gates(p, gates, 2, &err), ERR_FORMAT);
	assert_string_equal(err.msg, "p.yaml:11: no gate is called 'semver'");
	err_clear(&err);
	p = (policy_free(p), read("schema: 1\nlints:\n"
				  "  - {lint: mising-readme, level: warn}\n"));
	assert_int_equal(policy_check_lints(p, lints, 3, &err), ERR_FORMAT);
	assert_string_equal(err.msg,
			    "p.yaml:3: no lint is called 'mising-readme'");
	assert_string_equal(err.hint, "did you mean 'missing-readme'?");
}

static void test_shipped_file_changes_nothing(void **state)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(policy_freep) struct policy *p = NULL;
	struct err err = { 0 };

	(void)state;
	if (file_read("config/policy.yaml", 1 << 20, &text, &err) < 0 ||
	    read_n(text.data, text.len, &p, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(p->lint_count + p->gate_count + p->allowance_count, 0);
}

/* Its examples are meant to be uncommented; so they have to be right. */
static void test_shipped_examples_can_be_uncommented(void **state)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(strbuf_releasep) struct strbuf bare = { 0 };
	AUTO(policy_freep) struct policy *p = NULL;
	struct err err = { 0 };
	bool in_example = false;

	(void)state;
	assert_int_equal(file_read("config/policy.yaml", 1 << 20, &text, &err),
			 0);
	strbuf_adds(&bare, "schema: 1\n");
	for (const char *at = text.data, *next; *at; at = next) {
		size_t len = strcspn(at, "\n");

		next = at + len + (at[len] == '\n');
		if (strncmp(at, "# lints:", 8) == 0 ||
		    strncmp(at, "# gates:", 8) == 0 ||
		    strncmp(at, "# allow:", 8) == 0)
			in_example = true;
		else if (at[0] != '#' || len < 2)
			in_example = false;
		if (in_example)
			strbuf_add(&bare, at + 2, (size_t)(next - at) - 2);
	}
	if (read_n(bare.data, bare.len, &p, &err) < 0)
		fail_msg("%s\n%s", err.msg, bare.data);
	assert_int_equal(p->lint_count, 2);
	assert_int_equal(p->gate_count, 2);
	assert_int_equal(p->allowance_count, 1);
}

static void test_read_survives_any_failed_allocation(void **state)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	const struct node *root = NULL;
	struct err err = { 0 };
	long nth = 0, total;

	(void)state;
	assert_int_equal(file_read("config/policy.yaml", 1 << 20, &text, &err),
			 0);
	assert_int_equal(
		yaml_read(text.data, text.len, "x", &arena, &root, &err), 0);
	do {
		struct policy *c = NULL;
		int rc;

		err_clear(&err);
		fault_alloc(++nth);
		rc = policy_read(root, &c, &err);
		total = fault_count();
		fault_alloc(0);
		assert_int_equal(rc, c ? 0 : ERR_NOMEM);
		policy_free(c);
	} while (nth <= total);
	assert_true(nth > 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_lint_level_is_that_of_the_last_rule_that_fits),
		cmocka_unit_test(test_gate_level_knows_gates_only),
		cmocka_unit_test(test_no_policy_leaves_everything_as_it_is),
		cmocka_unit_test(test_allows_only_what_is_named),
		cmocka_unit_test(test_read_refuses_with_the_place),
		cmocka_unit_test(test_check_names_the_nearest_id),
		cmocka_unit_test(test_shipped_file_changes_nothing),
		cmocka_unit_test(test_shipped_examples_can_be_uncommented),
		cmocka_unit_test(test_read_survives_any_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
