#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"

enum {
	LENGTH_MAX = 80
};

static struct hash hash_of(const char *bytes, size_t len)
{
	struct hash h = hash_start();

	hash_bytes(&h, bytes, len);
	return h;
}

static void test_hash_bytes_is_the_same_for_the_same_bytes(void **state)
{
	char text[LENGTH_MAX], copy[LENGTH_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + i % 26);
	memcpy(copy + 1, text, sizeof(text)); /* elsewhere in a word */
	for (size_t len = 0; len <= sizeof(text); len++) {
		struct hash a = hash_of(text, len);
		struct hash b = hash_of(copy + 1, len);

		assert_true(hash_same(&a, &b));
	}
}

static void test_hash_bytes_tells_each_byte_and_the_length(void **state)
{
	char text[LENGTH_MAX] = { 0 };

	(void)state;
	for (size_t len = 0; len < sizeof(text); len++) {
		struct hash plain = hash_of(text, len);
		struct hash other = hash_of(text, len + 1);

		assert_false(hash_same(&plain, &other));
		for (size_t i = 0; i < len; i++) {
			text[i] = 1;
			other = hash_of(text, len);
			assert_int_not_equal(plain.half[0], other.half[0]);
			assert_int_not_equal(plain.half[1], other.half[1]);
			text[i] = 0;
		}
	}
}

static void test_hash_bytes_tells_where_one_part_ends(void **state)
{
	struct hash a = hash_start(), b = hash_start(), c = hash_start();

	(void)state;
	hash_bytes(&a, "ab", 2);
	hash_bytes(&a, "c", 1);
	hash_bytes(&b, "a", 1);
	hash_bytes(&b, "bc", 2);
	hash_bytes(&c, "abc", 3);
	assert_false(hash_same(&a, &b));
	assert_false(hash_same(&a, &c));
	assert_false(hash_same(&b, &c));
}

static void test_hash_words_tells_their_order(void **state)
{
	struct hash a = hash_start(), b = hash_start();

	(void)state;
	hash_words(&a, 1, 2);
	hash_words(&b, 2, 1);
	assert_false(hash_same(&a, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_hash_bytes_is_the_same_for_the_same_bytes),
		cmocka_unit_test(
			test_hash_bytes_tells_each_byte_and_the_length),
		cmocka_unit_test(test_hash_bytes_tells_where_one_part_ends),
		cmocka_unit_test(test_hash_words_tells_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
