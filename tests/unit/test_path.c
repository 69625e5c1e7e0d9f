#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "fault.h"

static void test_path_is_safe_takes_what_stays_below(void **state)
{
	static const char *const good[] = { "a",	  "a/b",  "...",
					    "a..b/c",	  ".git", "a b",
					    "\xc3\xab/x", "-",	  "a/.b" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(path_is_safe(good[i]));
}

static void test_path_is_safe_refuses_the_rest(void **state)
{
	static const char *const bad[] = { "",	   "/",	   "/a",     "a/",
					   "a//b", ".",	   "./a",    "a/.",
					   "..",   "../a", "a/..",   "a/../b",
					   "a\\b", "a\nb", "a\033b", "\x7f",
					   "C:\\x" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (path_is_safe(bad[i]))
			fail_msg("'%s' passes", bad[i]);
	}
}

static void test_path_base_is_the_last_part(void **state)
{
	(void)state;
	assert_string_equal(path_base("a/b/c"), "c");
	assert_string_equal(path_base("c"), "c");
	assert_string_equal(path_base("a/"), "");
}

static void test_path_join_puts_one_slash(void **state)
{
	AUTO(strbuf_releasep) struct strbuf b = { 0 };
	char *s = path_joined("a", "b");

	(void)state;
	assert_string_equal(s, "a/b");
	free(s);
	path_join(&b, "a/", "b");
	path_join(&b, "", "/c");
	assert_string_equal(strbuf_str(&b), "a/b/c");
}

static void test_path_joined_without_memory_is_null(void **state)
{
	char *s;

	(void)state;
	fault_alloc(1);
	s = path_joined("a", "b");
	fault_alloc(0);
	assert_null(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_path_is_safe_takes_what_stays_below),
		cmocka_unit_test(test_path_is_safe_refuses_the_rest),
		cmocka_unit_test(test_path_base_is_the_last_part),
		cmocka_unit_test(test_path_join_puts_one_slash),
		cmocka_unit_test(test_path_joined_without_memory_is_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
