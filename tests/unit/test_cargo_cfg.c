/* Predicates of [target.'cfg(..)']. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "gate/cargo_cfg.h"

static const char cfgs[] = "debug_assertions\npanic=\"unwind\"\n"
			   "target_env=\"\"\ntarget_os=\"linux\"\n"
			   "target_pointer_width=\"64\"\nunix";

static void test_cargo_cfg_holds_says_what_rustc_would(void **state)
{
	static const char *const hold[] = {
		"cfg(unix)",
		"cfg( unix )",
		"cfg(true)",
		"cfg(target_os = \"linux\")",
		"cfg(target_os=\"linux\",)",
		"cfg(target_env = \"\")",
		"cfg(not(windows))",
		"cfg(all())",
		"cfg(all(unix, target_pointer_width = \"64\",))",
		"cfg(any(windows, all(unix, not(false))))",
		"cfg(not(any()))",
	};
	static const char *const fail[] = {
		"cfg(windows)",	    "cfg(false)",
		"cfg(uni)",	    "cfg(unixes)",
		"cfg(target_os)",   "cfg(target_os = \"linu\")",
		"cfg(any())",	    "cfg(panic = \"abort\")",
		"cfg(not(all()))",  "cfg(all(unix, windows))",
		"cfg(unix = \"\")", "cfg(any(windows, target_os = \"l\"))",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(hold); i++)
		if (cargo_cfg_holds(hold[i], cfgs) != CARGO_CFG_TRUE)
			fail_msg("%s does not hold", hold[i]);
	for (size_t i = 0; i < ARRAY_LEN(fail); i++)
		if (cargo_cfg_holds(fail[i], cfgs) != CARGO_CFG_FALSE)
			fail_msg("%s does not fail", fail[i]);
}

static void test_cargo_cfg_holds_says_nothing_of_what_is_none(void **state)
{
	static const char *const odd[] = {
		"",
		"x86_64-unknown-linux-gnu",
		"cfg",
		"cfg(",
		"cfg()",
		"cfg(unix",
		"cfg(unix) x",
		"cfg(unix windows)",
		"cfg(odd(unix))",
		"cfg(not())",
		"cfg(not(unix, unix))",
		"cfg(target_os = linux)",
		"cfg(target_os = \"linux)",
		"cfg(all(unix,,windows))",
		"cfg(all(unix)",
	};
	char deep[1024] = "cfg(";

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(odd); i++)
		if (cargo_cfg_holds(odd[i], cfgs) != CARGO_CFG_UNKNOWN)
			fail_msg("'%s' is no predicate", odd[i]);
	for (int i = 0; i < 100; i++)
		strcat(deep, "not(");
	assert_int_equal(cargo_cfg_holds(deep, cfgs), CARGO_CFG_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cargo_cfg_holds_says_what_rustc_would),
		cmocka_unit_test(
			test_cargo_cfg_holds_says_nothing_of_what_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
