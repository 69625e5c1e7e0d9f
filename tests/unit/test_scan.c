#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/scan.h"

static struct scan over(const char *text)
{
	struct scan s;

	scan_init(&s, text, strlen(text));
	return s;
}

static void test_skip_passes_one_value_of_any_kind(void **state)
{
	static const char *const values[] = {
		"null",
		"-1.5e+3",
		"\"a\\\"b\\\\\"",
		"[]",
		"{}",
		"[1,[2,{\"a]\":\"}\"}],\"\\\\\"]",
		"{\"k\":\"\\\"{{{[[[\",\"l\":[{\"m\":\"x\\\\\\\"}\"}]}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		char text[256];
		struct scan s;

		snprintf(text, sizeof(text), "  %s, 7", values[i]);
		s = over(text);
		assert_true(scan_skip(&s));
		assert_int_equal(s.pos, 2 + strlen(values[i]));
	}
}

/* The block of 64 bytes must not show, wherever the brackets fall in it. */
static void test_skip_finds_the_end_at_every_alignment(void **state)
{
	char text[512];

	(void)state;
	for (size_t pad = 0; pad < 200; pad++) {
		struct scan s;
		size_t len = 0;

		text[len++] = '[';
		text[len++] = '"';
		for (size_t i = 0; i < pad; i++)
			text[len++] = i % 3 == 2 ? ']' : 'x';
		memcpy(text + len, "\\\\\\\"]\",{\"a\":[]}]]]", 18);
		len += 18;
		scan_init(&s, text, len);
		assert_true(scan_skip(&s));
		assert_int_equal(s.pos, len - 2);
	}
}

static void test_skip_names_the_byte_where_the_text_is_cut_off(void **state)
{
	static const char whole[] = "{\"a\":[1,\"b\\\"\",{\"c\":null}]}";

	(void)state;
	for (size_t len = 1; len < sizeof(whole) - 1; len++) {
		struct err err = { 0 };
		char want[64];
		struct scan s;

		scan_init(&s, whole, len);
		assert_false(scan_skip(&s));
		assert_int_equal(scan_check(&s, &err), ERR_FORMAT);
		snprintf(want, sizeof(want),
			 "byte %zu: the end of an object or array is expected",
			 len);
		assert_string_equal(err.msg, want);
	}
}

static void test_skip_limits_the_depth(void **state)
{
	enum {
		DEEP = 200000
	};
	char *text = malloc(DEEP);
	struct err err = { 0 };
	struct scan s;

	(void)state;
	assert_non_null(text);
	memset(text, '[', DEEP);
	scan_init(&s, text, DEEP);
	assert_false(scan_skip(&s));
	assert_int_equal(scan_check(&s, &err), ERR_LIMIT);
	assert_string_equal(err.msg,
			    "byte 1024: nested more than 1024 levels deep");
	memset(text + SCAN_DEPTH_MAX, ']', SCAN_DEPTH_MAX);
	scan_init(&s, text, DEEP);
	assert_true(scan_skip(&s));
	assert_int_equal(s.pos, 2 * SCAN_DEPTH_MAX);
	free(text);
}

static void test_member_walks_objects_and_arrays(void **state)
{
	struct scan s = over(" { \"a\" : [ 1 , 2 ] , \"b\" : { } } ");
	struct scan_text key;
	size_t n = 0, m = 0;
	uint32_t x;

	(void)state;
	assert_true(scan_member(&s, &n, &key));
	assert_true(text_is(&key, "a"));
	assert_true(scan_element(&s, &m));
	assert_true(scan_u32(&s, &x));
	assert_int_equal(x, 1);
	assert_true(scan_element(&s, &m));
	assert_true(scan_u32(&s, &x));
	assert_int_equal(x, 2);
	assert_false(scan_element(&s, &m));
	assert_true(scan_member(&s, &n, &key));
	assert_true(text_is(&key, "b"));
	m = 0;
	assert_false(scan_member(&s, &m, &key));
	assert_false(scan_member(&s, &n, &key));
	assert_true(scan_end(&s));
	assert_true(scan_ok(&s));
}

static void check_broken(const char *text, const char *message)
{
	struct arena a = { 0 };
	struct err err = { 0 };
	struct scan s = over(text);
	struct scan_text key;
	const char *str;
	uint32_t x;
	size_t n = 0, m;

	while (scan_member(&s, &n, &key)) {
		m = 0;
		if (text_is(&key, "n"))
			scan_u32(&s, &x);
		else if (text_is(&key, "s"))
			scan_string(&s, &a, &str);
		else if (text_is(&key, "l"))
			while (scan_element(&s, &m))
				scan_skip(&s);
		else
			scan_skip(&s);
	}
	scan_end(&s);
	assert_int_equal(scan_check(&s, &err), ERR_FORMAT);
	assert_string_equal(err.msg, message);
	arena_release(&a);
}

static void test_check_says_what_is_wrong_and_where(void **state)
{
	(void)state;
	check_broken("", "byte 0: an object is expected");
	check_broken("[]", "byte 0: an object is expected");
	check_broken("{\"a\" 1}", "byte 5: ':' is expected");
	check_broken("{\"a\":1 \"b\":2}", "byte 7: ',' or '}' is expected");
	check_broken("{\"a\":1,}", "byte 7: a string is expected");
	check_broken("{\"l\":[1 2]}", "byte 8: ',' or ']' is expected");
	check_broken("{\"l\":[,]}", "byte 6: a value is expected");
	check_broken("{} x", "byte 3: the end of the document is expected");
	check_broken("{\"n\":4294967296}", "byte 5: a whole number below "
					   "4294967296 is expected");
	check_broken("{\"n\":99999999999999999999999999}",
		     "byte 5: a whole number below 4294967296 is expected");
	check_broken("{\"n\":-1}", "byte 5: a whole number below "
				   "4294967296 is expected");
	check_broken("{\"s\":\"a\nb\"}",
		     "byte 7: a string without control bytes is expected");
	check_broken("{\"s\":\"\\x\"}", "byte 6: a valid escape is expected");
	check_broken("{\"s\":\"\\ud800\"}",
		     "byte 6: a valid escape is expected");
	check_broken("{\"s\":\"\\ud800\\u0041\"}",
		     "byte 6: a valid escape is expected");
	check_broken("{\"s\":\"\\udc00\"}",
		     "byte 6: a valid escape is expected");
	check_broken("{\"s\":\"\\u0000\"}",
		     "byte 6: a valid escape is expected");
	check_broken("{\"s\":\"\\u12\"}", "byte 6: a valid escape is expected");
	check_broken("{\"s\":\"\xff\"}", "byte 6: UTF-8 is expected");
	check_broken("{\"s\":\"a\\\"}", "byte 10: the end of a string is "
					"expected");
}

static void test_string_decodes_every_escape(void **state)
{
	struct arena a = { 0 };
	struct scan s = over("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u20ac"
			     "\\ud83d\\uDE00 \xc3\xa9\"");
	const char *out;

	(void)state;
	assert_true(scan_string(&s, &a, &out));
	assert_string_equal(out, "\"\\/\b\f\n\r\t\xc3\xa9\xe2\x82\xac"
				 "\xf0\x9f\x98\x80 \xc3\xa9");
	arena_release(&a);
}

static void test_failure_sticks(void **state)
{
	struct scan s = over("[1,2]");
	bool b = true;
	size_t n = 0;

	(void)state;
	assert_true(scan_element(&s, &n));
	assert_false(scan_bool(&s, &b));
	assert_false(scan_skip(&s));
	assert_false(scan_element(&s, &n));
	assert_int_equal(scan_peek(&s), 0);
	assert_int_equal(s.failed_at, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_skip_passes_one_value_of_any_kind),
		cmocka_unit_test(test_skip_finds_the_end_at_every_alignment),
		cmocka_unit_test(
			test_skip_names_the_byte_where_the_text_is_cut_off),
		cmocka_unit_test(test_skip_limits_the_depth),
		cmocka_unit_test(test_member_walks_objects_and_arrays),
		cmocka_unit_test(test_check_says_what_is_wrong_and_where),
		cmocka_unit_test(test_string_decodes_every_escape),
		cmocka_unit_test(test_failure_sticks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
