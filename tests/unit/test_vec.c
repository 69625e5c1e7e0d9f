#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/vec.h"
#include "fault.h"

static void test_vec_grow_keeps_what_was_there(void **state)
{
	size_t cap = 0;
	int *items = NULL;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		int *grown =
			vec_grow(items, &cap, (size_t)i + 1, sizeof(*grown));

		assert_non_null(grown);
		assert_true(cap >= (size_t)i + 1);
		items = grown;
		items[i] = i;
	}
	for (int i = 0; i < 1000; i++)
		assert_int_equal(items[i], i);
	free(items);
}

static void test_vec_grow_moves_nothing_while_there_is_room(void **state)
{
	size_t cap = 0;
	int *items = vec_grow(NULL, &cap, 5, sizeof(*items));
	size_t before = cap;

	(void)state;
	assert_ptr_equal(vec_grow(items, &cap, cap, sizeof(*items)), items);
	assert_int_equal(cap, before);
	free(items);
}

static void test_vec_grow_refuses_what_overflows(void **state)
{
	size_t cap = 0;
	char *items = vec_grow(NULL, &cap, 1, 1);
	size_t before = cap;

	(void)state;
	assert_null(vec_grow(items, &cap, SIZE_MAX, 1));
	assert_null(vec_grow(items, &cap, SIZE_MAX / 8, 16));
	assert_int_equal(cap, before);
	free(items);
}

static void test_vec_grow_without_memory_changes_nothing(void **state)
{
	size_t cap = 0;
	int *items = vec_grow(NULL, &cap, 1, sizeof(*items)), *grown;
	size_t before = cap;

	(void)state;
	items[0] = 7;
	fault_alloc(1);
	grown = vec_grow(items, &cap, cap + 1, sizeof(*items));
	fault_alloc(0);
	assert_null(grown);
	assert_int_equal(cap, before);
	assert_int_equal(items[0], 7);
	free(items);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vec_grow_keeps_what_was_there),
		cmocka_unit_test(
			test_vec_grow_moves_nothing_while_there_is_room),
		cmocka_unit_test(test_vec_grow_refuses_what_overflows),
		cmocka_unit_test(test_vec_grow_without_memory_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
