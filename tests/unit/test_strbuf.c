#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "fault.h"

static void test_strbuf_of_zeros_is_empty_and_usable(void **state)
{
	struct strbuf b = { 0 };

	(void)state;
	assert_string_equal(strbuf_str(&b), "");
	assert_true(strbuf_ok(&b));
	strbuf_release(&b);
	strbuf_release(NULL);
}

static void test_strbuf_add_keeps_every_byte(void **state)
{
	AUTO(strbuf_releasep) struct strbuf b = { 0 };

	(void)state;
	strbuf_adds(&b, "one ");
	strbuf_addc(&b, '2');
	strbuf_addf(&b, " %s-%d", "three", 4);
	strbuf_add(&b, "\0x", 2);
	strbuf_add(&b, NULL, 0);
	assert_int_equal(b.len, 15);
	assert_memory_equal(strbuf_str(&b), "one 2 three-4\0x", 16);
}

static void test_strbuf_add_grows_by_any_steps(void **state)
{
	AUTO(strbuf_releasep) struct strbuf b = { 0 };

	(void)state;
	for (int i = 0; i < 10000; i++)
		strbuf_addf(&b, "%d,", i % 10);
	assert_int_equal(b.len, 20000);
	assert_int_equal(strlen(strbuf_str(&b)), 20000);
	for (size_t i = 0; i < b.len; i += 2)
		assert_int_equal(b.data[i], '0' + (int)(i / 2 % 10));
}

static void test_strbuf_limit_is_remembered(void **state)
{
	AUTO(strbuf_releasep) struct strbuf b = { 0 };
	struct err err = { 0 };

	(void)state;
	strbuf_init(&b, 4);
	strbuf_adds(&b, "abcd");
	assert_true(strbuf_ok(&b));
	strbuf_addc(&b, 'e');
	assert_false(strbuf_ok(&b));
	strbuf_add(&b, "", 0); /* even what would fit is refused from now on */
	assert_string_equal(strbuf_str(&b), "abcd");
	assert_int_equal(strbuf_check(&b, &err), ERR_LIMIT);
	assert_string_equal(err.msg, "more than 4 bytes");
	assert_null(strbuf_take(&b));
	strbuf_reset(&b);
	assert_true(strbuf_ok(&b));
	strbuf_addf(&b, "%s", "12345");
	assert_false(strbuf_ok(&b));
	assert_string_equal(strbuf_str(&b), "");
}

static void test_strbuf_limit_holds_for_huge_lengths(void **state)
{
	AUTO(strbuf_releasep) struct strbuf b = { 0 };

	(void)state;
	strbuf_adds(&b, "x");
	strbuf_add(&b, "x", SIZE_MAX);
	assert_int_equal(b.failed, ERR_LIMIT);
	strbuf_reset(&b);
	strbuf_adds(&b, "x");
	strbuf_add(&b, "x", STRBUF_DEFAULT_MAX);
	assert_int_equal(b.failed, ERR_LIMIT);
}

static void test_strbuf_truncate_only_shortens(void **state)
{
	AUTO(strbuf_releasep) struct strbuf b = { 0 };

	(void)state;
	strbuf_truncate(&b, 0);
	strbuf_adds(&b, "abc");
	strbuf_truncate(&b, 5);
	assert_string_equal(strbuf_str(&b), "abc");
	strbuf_truncate(&b, 1);
	assert_string_equal(strbuf_str(&b), "a");
	strbuf_addc(&b, 'z');
	assert_string_equal(strbuf_str(&b), "az");
}

static void test_strbuf_take_hands_over(void **state)
{
	AUTO(strbuf_releasep) struct strbuf b = { 0 };
	char *s;

	(void)state;
	s = strbuf_take(&b);
	assert_string_equal(s, "");
	free(s);
	strbuf_adds(&b, "abc");
	s = strbuf_take(&b);
	assert_string_equal(s, "abc");
	free(s);
	assert_int_equal(b.len, 0);
	assert_string_equal(strbuf_str(&b), "");
}

static void test_strbuf_survives_any_failed_allocation(void **state)
{
	long nth = 0, total;

	(void)state;
	do {
		AUTO(strbuf_releasep) struct strbuf b = { 0 };
		struct err err = { 0 };
		bool ok;

		fault_alloc(++nth);
		for (int i = 0; i < 100; i++)
			strbuf_addf(&b, "%d ", i);
		ok = strbuf_ok(&b);
		total = fault_count();
		fault_alloc(0);
		if (!ok)
			assert_int_equal(strbuf_check(&b, &err), ERR_NOMEM);
		assert_int_equal(ok, nth > total);
		assert_int_equal(strlen(strbuf_str(&b)), b.len);
	} while (nth <= total);
	assert_true(nth > 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strbuf_of_zeros_is_empty_and_usable),
		cmocka_unit_test(test_strbuf_add_keeps_every_byte),
		cmocka_unit_test(test_strbuf_add_grows_by_any_steps),
		cmocka_unit_test(test_strbuf_limit_is_remembered),
		cmocka_unit_test(test_strbuf_limit_holds_for_huge_lengths),
		cmocka_unit_test(test_strbuf_truncate_only_shortens),
		cmocka_unit_test(test_strbuf_take_hands_over),
		cmocka_unit_test(test_strbuf_survives_any_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
