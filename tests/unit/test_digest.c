#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "io/digest.h"

/* FIPS 180-4's own example, and the empty message. */
#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void test_bytes_match_the_standard(void **state)
{
	char hex[DIGEST_HEX_SIZE];
	struct err err = { 0 };

	(void)state;
	assert_int_equal(digest_bytes("abc", 3, hex, &err), 0);
	assert_string_equal(hex, ABC);
	assert_int_equal(digest_bytes("", 0, hex, &err), 0);
	assert_string_equal(hex, EMPTY);
}

static void test_pieces_are_as_one(void **state)
{
	char hex[DIGEST_HEX_SIZE];
	struct digest *d = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(digest_new(&d, &err), 0);
	digest_add(d, "a", 1);
	digest_add(d, "", 0);
	digest_add(d, "bc", 2);
	digest_hex(d, hex);
	digest_free(d);
	assert_string_equal(hex, ABC);
	digest_free(NULL);
}

static void test_file_names_what_is_missing(void **state)
{
	char hex[DIGEST_HEX_SIZE] = "untouched";
	struct err err = { 0 };

	(void)state;
	assert_int_equal(digest_file("/dev/null", hex, &err), 0);
	assert_string_equal(hex, EMPTY);
	assert_int_equal(digest_file("/none/such", hex, &err), ERR_NOT_FOUND);
	assert_non_null(strstr(err.msg, "/none/such"));
	assert_string_equal(hex, EMPTY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes_match_the_standard),
		cmocka_unit_test(test_pieces_are_as_one),
		cmocka_unit_test(test_file_names_what_is_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
