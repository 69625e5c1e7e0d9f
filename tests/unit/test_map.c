#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/map.h"
#include "fault.h"

enum {
	MANY = 20000
};

static void test_map_of_zeros_has_nothing(void **state)
{
	struct map m = { 0 };

	(void)state;
	assert_null(map_get(&m, "a"));
	map_release(&m);
	map_release(NULL);
}

static void test_map_put_is_found_and_replaced(void **state)
{
	AUTO(map_releasep) struct map m = { 0 };
	int one = 1, two = 2;

	(void)state;
	assert_int_equal(map_put(&m, "a", &one), 0);
	assert_int_equal(map_put(&m, "b", &two), 0);
	assert_ptr_equal(map_get(&m, "a"), &one);
	assert_ptr_equal(map_get(&m, "b"), &two);
	assert_null(map_get(&m, "c"));
	assert_int_equal(map_put(&m, "a", &two), 0);
	assert_ptr_equal(map_get(&m, "a"), &two);
	assert_int_equal(m.count, 2);
}

static void test_map_keys_are_bytes_of_a_length(void **state)
{
	AUTO(map_releasep) struct map m = { 0 };
	int a = 1, b = 2, c = 3;

	(void)state;
	map_put_n(&m, "x\0y", 3, &a);
	map_put_n(&m, "x\0z", 3, &b);
	map_put_n(&m, "", 0, &c);
	assert_ptr_equal(map_get_n(&m, "x\0y", 3), &a);
	assert_ptr_equal(map_get_n(&m, "x\0z", 3), &b);
	assert_ptr_equal(map_get(&m, ""), &c);
	assert_null(map_get(&m, "x"));
	assert_null(map_get_n(&m, "x\0yy", 4));
}

static void test_map_holds_many(void **state)
{
	AUTO(map_releasep) struct map m = { 0 };
	char(*keys)[16] = calloc(MANY, sizeof(*keys));

	(void)state;
	assert_non_null(keys);
	for (int i = 0; i < MANY; i++) {
		snprintf(keys[i], sizeof(keys[i]), "key-%d", i);
		assert_int_equal(map_put(&m, keys[i], keys[i]), 0);
	}
	assert_int_equal(m.count, MANY);
	for (int i = 0; i < MANY; i++) {
		char key[16];

		snprintf(key, sizeof(key), "key-%d", i);
		assert_ptr_equal(map_get(&m, key), keys[i]);
	}
	assert_null(map_get(&m, "key-20000"));
	free(keys);
}

static void test_map_put_without_memory_changes_nothing(void **state)
{
	AUTO(map_releasep) struct map m = { 0 };
	static const char *const keys[] = { "a", "b", "c", "d", "e", "f", "g",
					    "h", "i", "j", "k", "l", "m", "n" };
	int one = 1;
	size_t put = 0;

	(void)state;
	fault_alloc(1);
	assert_int_equal(map_put(&m, "z", &one), -1);
	fault_alloc(0);
	assert_null(map_get(&m, "z"));
	map_put(&m, "z", &one);
	fault_alloc(1);
	while (put < ARRAY_LEN(keys) && map_put(&m, keys[put], &one) == 0)
		put++;
	fault_alloc(0);
	assert_true(put > 0 && put < ARRAY_LEN(keys));
	assert_int_equal(m.count, put + 1);
	assert_null(map_get(&m, keys[put]));
	for (size_t i = 0; i < put; i++)
		assert_ptr_equal(map_get(&m, keys[i]), &one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_map_of_zeros_has_nothing),
		cmocka_unit_test(test_map_put_is_found_and_replaced),
		cmocka_unit_test(test_map_keys_are_bytes_of_a_length),
		cmocka_unit_test(test_map_holds_many),
		cmocka_unit_test(test_map_put_without_memory_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
