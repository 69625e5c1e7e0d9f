/* The numbers of variants: what i128 and u128 can hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/attr.h"
#include "crate/semver/facts.h"

static void check_next(const char *number, const char *next)
{
	struct discriminant d = discriminant_read(number);

	assert_true(d.is_known);
	assert_true(discriminant_same(discriminant_next(d),
				      discriminant_read(next)));
	assert_false(discriminant_same(d, discriminant_read(next)));
}

static void test_discriminant_next_counts_across_words_and_zero(void **state)
{
	(void)state;
	check_next("0", "1");
	check_next("-1", "0");
	check_next("-2", "-1");
	check_next("9", "10");
	check_next("18446744073709551615", "18446744073709551616");
	check_next("-18446744073709551616", "-18446744073709551615");
	check_next("-170141183460469231731687303715884105728",
		   "-170141183460469231731687303715884105727");
	check_next("340282366920938463463374607431768211454",
		   "340282366920938463463374607431768211455");
}

static void test_discriminant_read_refuses_what_is_no_number(void **state)
{
	static const char *const bad[] = {
		"", "-", "1x", "0x1", " 1", "--1", "+1",
		/* 2^128 */
		"340282366920938463463374607431768211456",
		"999999999999999999999999999999999999999999"
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(discriminant_read(bad[i]).is_known);
}

static void test_discriminant_same_knows_one_zero_and_no_unknown(void **state)
{
	(void)state;
	assert_true(discriminant_same(discriminant_read("-0"),
				      discriminant_read("0")));
	assert_false(discriminant_same(discriminant_read("5"),
				       discriminant_read("-5")));
	assert_false(discriminant_same(discriminant_read("x"),
				       discriminant_read("x")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_discriminant_next_counts_across_words_and_zero),
		cmocka_unit_test(
			test_discriminant_read_refuses_what_is_no_number),
		cmocka_unit_test(
			test_discriminant_same_knows_one_zero_and_no_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
