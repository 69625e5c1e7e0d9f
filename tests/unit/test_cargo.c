#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "gate/gate_internal.h"

static struct cargo_error first(const char *log)
{
	struct cargo_error e;

	assert_true(cargo_first_error(log, &e));
	return e;
}

static void test_first_error_has_message_and_place(void **state)
{
	const struct cargo_error e =
		first("    Checking kov v0.1.0\n"
		      "warning: unused variable: `x`\n"
		      " --> src/other.rs:9:9\n"
		      "\n"
		      "error[E0308]: mismatched types\n"
		      " --> src/lib.rs:2:5\n"
		      "  |\n"
		      "error: could not compile `kov` (lib)\n");

	(void)state;
	assert_string_equal(e.message, "mismatched types");
	assert_string_equal(e.file, "src/lib.rs");
	assert_int_equal(e.line, 2);
	assert_int_equal(e.column, 5);
}

static void test_first_error_may_have_no_place(void **state)
{
	const struct cargo_error e =
		first("error: failed to parse manifest\n\nCaused by:\n"
		      "  --> looks/like/one.rs:1:1\n");

	(void)state;
	assert_string_equal(e.message, "failed to parse manifest");
	assert_string_equal(e.file, "");
	assert_int_equal(e.line, 0);
}

static void test_first_error_keeps_colons_of_a_path(void **state)
{
	const struct cargo_error e =
		first("error: odd\n --> src/a:b.rs:10:20\n");

	(void)state;
	assert_string_equal(e.file, "src/a:b.rs");
	assert_int_equal(e.line, 10);
	assert_int_equal(e.column, 20);
}

static void test_first_error_quotes_a_build_script(void **state)
{
	const struct cargo_error e =
		first("error: failed to run custom build command for `k`\n"
		      "\n"
		      "Caused by:\n"
		      "  process didn't exit successfully\n"
		      "  --- stdout\n"
		      "  hello\n"
		      "\n"
		      "  --- stderr\n"
		      "\n"
		      "  thread 'main' panicked at build.rs:2:5:\n"
		      "  no contacts here\n"
		      "  note: run with `RUST_BACKTRACE=1`\n");

	(void)state;
	assert_string_equal(e.message, "failed to run custom build command for "
				       "`k` (no contacts here)");
}

static void test_first_error_is_not_found_in_other_words(void **state)
{
	struct cargo_error e;

	(void)state;
	assert_false(cargo_first_error("", &e));
	assert_false(cargo_first_error("errors: none\n", &e));
	assert_false(cargo_first_error("an error: no\n  error: no\n", &e));
	assert_false(cargo_first_error("error[E0308 mismatched", &e));
	assert_false(cargo_first_error("error", &e));
}

static void test_first_error_bounds_what_it_keeps(void **state)
{
	AUTO(strbuf_releasep) struct strbuf log = { 0 };
	struct cargo_error e;

	(void)state;
	strbuf_adds(&log, "error: ");
	for (int i = 0; i < 5000; i++)
		strbuf_addc(&log, 'x');
	strbuf_adds(&log, "\n --> ");
	for (int i = 0; i < 5000; i++)
		strbuf_addc(&log, 'y');
	strbuf_adds(&log, ":1:1\n");
	assert_true(cargo_first_error(strbuf_str(&log), &e));
	assert_int_equal(strlen(e.message), sizeof(e.message) - 1);
	assert_string_equal(e.file, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_error_has_message_and_place),
		cmocka_unit_test(test_first_error_may_have_no_place),
		cmocka_unit_test(test_first_error_keeps_colons_of_a_path),
		cmocka_unit_test(test_first_error_quotes_a_build_script),
		cmocka_unit_test(test_first_error_is_not_found_in_other_words),
		cmocka_unit_test(test_first_error_bounds_what_it_keeps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
