#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/parse.h"

static void test_parse_u64_takes_digits_alone(void **state)
{
	static const char *const bad[] = { "",
					   " 1",
					   "1 ",
					   "+1",
					   "-1",
					   "0x1",
					   "1a",
					   "1.0",
					   "18446744073709551616",
					   "99999999999999999999999" };
	uint64_t v = 7;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (parse_u64(bad[i], &v))
			fail_msg("'%s' passes", bad[i]);
		assert_true(v == 7);
	}
	assert_true(parse_u64("18446744073709551615", &v) && v == UINT64_MAX);
	assert_true(parse_u64("007", &v) && v == 7);
	assert_true(parse_u64("0", &v) && v == 0);
	assert_true(parse_u64_n("12x", 2, &v) && v == 12);
	assert_false(parse_u64_n("12x", 3, &v));
}

static void test_parse_u32_has_its_own_range(void **state)
{
	uint32_t v = 7;

	(void)state;
	assert_true(parse_u32("4294967295", &v) && v == UINT32_MAX);
	v = 7;
	assert_false(parse_u32("4294967296", &v));
	assert_int_equal(v, 7);
}

static void test_parse_i64_takes_both_ends(void **state)
{
	int64_t v = 7;

	(void)state;
	assert_true(parse_i64("9223372036854775807", &v) && v == INT64_MAX);
	assert_true(parse_i64("-9223372036854775808", &v) && v == INT64_MIN);
	assert_true(parse_i64("-0", &v) && v == 0);
	assert_true(parse_i64("-12", &v) && v == -12);
	v = 7;
	assert_false(parse_i64("9223372036854775808", &v));
	assert_false(parse_i64("-9223372036854775809", &v));
	assert_false(parse_i64("-", &v));
	assert_false(parse_i64("--1", &v));
	assert_false(parse_i64("", &v));
	assert_true(v == 7);
}

static void test_parse_size_knows_powers_of_1024(void **state)
{
	static const char *const bad[] = { "",
					   "K",
					   "1k",
					   "1KB",
					   "1.5M",
					   "-1K",
					   "1 K",
					   "18014398509481984K",
					   "17179869184G" };
	uint64_t v = 7;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (parse_size(bad[i], &v))
			fail_msg("'%s' passes", bad[i]);
	}
	assert_true(v == 7);
	assert_true(parse_size("10", &v) && v == 10);
	assert_true(parse_size("512K", &v) && v == 512 << 10);
	assert_true(parse_size("10M", &v) && v == 10 << 20);
	assert_true(parse_size("3G", &v) && v == (uint64_t)3 << 30);
	assert_true(parse_size("17179869183G", &v));
}

static void test_parse_nearest_means_what_was_meant(void **state)
{
	static const char *const words[] = { "zone", "seats", "schema",
					     "first_day", NULL };

	(void)state;
	assert_string_equal(parse_nearest("zoen", words, 5), "zone");
	assert_string_equal(parse_nearest("seat", words, 5), "seats");
	assert_string_equal(parse_nearest("firstday", words, 5), "first_day");
	assert_string_equal(parse_nearest("shcema", words, 5), "schema");
	assert_string_equal(parse_nearest("zone", words, 5), "zone");
	assert_null(parse_nearest("price", words, 5));
	assert_null(parse_nearest("x", words, 0));
}

static void test_parse_nearest_bears_long_words(void **state)
{
	char word[200];
	const char *const words[] = { word, "b" };

	(void)state;
	memset(word, 'a', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	assert_null(parse_nearest(word, words, 2));
	word[63] = '\0'; /* the longest that is compared */
	assert_ptr_equal(parse_nearest(word, words, 2), word);
	word[64] = 'a';
	assert_string_equal(parse_nearest("c", words + 1, 1), "b");
}

static void test_text_is_utf8_follows_rfc_3629(void **state)
{
	static const char *const good[] = { "",
					    "a",
					    "\xc2\x80",
					    "\xdf\xbf",
					    "\xe0\xa0\x80",
					    "\xed\x9f\xbf",
					    "\xee\x80\x80",
					    "\xf0\x90\x80\x80",
					    "\xf4\x8f\xbf\xbf" };
	static const char *const bad[] = { "\x80",
					   "\xc1\xbf",
					   "\xc2",
					   "\xe0\x9f\xbf",
					   "\xed\xa0\x80",
					   "\xe2\x82",
					   "\xf0\x8f\xbf\xbf",
					   "\xf4\x90\x80\x80",
					   "\xf5\x80\x80\x80",
					   "a\xff",
					   "\xe2\x28\xa1",
					   "\xc2\xc2\x80" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(text_is_utf8(good[i], strlen(good[i])));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(text_is_utf8(bad[i], strlen(bad[i])));
	assert_false(text_is_utf8("\xc2\x80", 1)); /* cut by its length */
}

static void test_hex_round_trips_and_refuses_the_rest(void **state)
{
	static const char *const bad[] = { "",	     "00ff",   "00ffa",
					   "00ffaz", "00ffa ", "00ffaab",
					   "0x00ff" };
	const unsigned char bytes[3] = { 0x00, 0xff, 0xa1 };
	unsigned char back[3] = { 9, 9, 9 };
	char hex[7];

	(void)state;
	hex_encode(bytes, sizeof(bytes), hex);
	assert_string_equal(hex, "00ffa1");
	assert_true(hex_decode(hex, back, sizeof(back)));
	assert_memory_equal(back, bytes, sizeof(bytes));
	assert_true(hex_decode("00FFA1", back, sizeof(back)));
	assert_memory_equal(back, bytes, sizeof(bytes));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(hex_decode(bad[i], back, sizeof(back)));
	assert_true(hex_decode("", back, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_u64_takes_digits_alone),
		cmocka_unit_test(test_parse_u32_has_its_own_range),
		cmocka_unit_test(test_parse_i64_takes_both_ends),
		cmocka_unit_test(test_parse_size_knows_powers_of_1024),
		cmocka_unit_test(test_parse_nearest_means_what_was_meant),
		cmocka_unit_test(test_parse_nearest_bears_long_words),
		cmocka_unit_test(test_text_is_utf8_follows_rfc_3629),
		cmocka_unit_test(test_hex_round_trips_and_refuses_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
