#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "fault.h"

static void test_arena_alloc_is_zeroed_and_aligned(void **state)
{
	AUTO(arena_releasep) struct arena a = { 0 };

	(void)state;
	for (size_t size = 0; size < 300; size++) {
		unsigned char *p = arena_alloc(&a, size);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, size);
	}
}

static void test_arena_alloc_gives_room_of_its_own(void **state)
{
	AUTO(arena_releasep) struct arena a = { 0 };
	char *p[200];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(p); i++) {
		p[i] = arena_alloc(&a, 100 * i + 1);
		assert_non_null(p[i]);
		memset(p[i], (int)i, 100 * i + 1);
	}
	for (size_t i = 0; i < ARRAY_LEN(p); i++) {
		for (size_t k = 0; k < 100 * i + 1; k++)
			assert_int_equal((unsigned char)p[i][k], i);
	}
}

static void test_arena_alloc_takes_more_than_a_block(void **state)
{
	AUTO(arena_releasep) struct arena a = { 0 };
	char *big = arena_alloc(&a, 3 << 20);

	(void)state;
	assert_non_null(big);
	memset(big, 1, 3 << 20);
	assert_non_null(arena_alloc(&a, 16));
}

static void test_arena_limit_is_reached_and_not_passed(void **state)
{
	static const size_t limits[] = { 1000, 5000, 100000, 1000000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		AUTO(arena_releasep) struct arena a = { .max = limits[i] };
		size_t got = 0;

		while (arena_alloc(&a, 64))
			got += 64;
		assert_true(got <= limits[i]);
		assert_true(got >= limits[i] - 64 * 8); /* ends of blocks */
		assert_true(a.total <= a.max);
	}
}

static void test_arena_refuses_sizes_that_overflow(void **state)
{
	AUTO(arena_releasep) struct arena a = { 0 };

	(void)state;
	assert_null(arena_alloc(&a, SIZE_MAX));
	assert_null(arena_alloc(&a, SIZE_MAX / 2));
	assert_null(arena_calloc(&a, SIZE_MAX / 2, 3));
	assert_null(arena_calloc(&a, 1 << 16, SIZE_MAX >> 8));
	assert_non_null(arena_calloc(&a, 0, 8));
	assert_non_null(arena_calloc(&a, 8, 0));
	assert_non_null(arena_calloc(&a, 8, 8));
}

static void test_arena_strings_are_copies(void **state)
{
	AUTO(arena_releasep) struct arena a = { 0 };
	char text[] = "text";
	char *copy = arena_strdup(&a, text);
	char *part = arena_strndup(&a, text, 2);

	(void)state;
	text[0] = 'n';
	assert_string_equal(copy, "text");
	assert_string_equal(part, "te");
	assert_string_equal(arena_strndup(&a, "", 0), "");
	assert_string_equal(arena_printf(&a, "%s=%d", "a", 5), "a=5");
	assert_string_equal(arena_printf(&a, "%5000s", "x") + 4999, "x");
}

static void test_arena_release_empties_and_keeps_the_limit(void **state)
{
	struct arena a = { .max = 4096 };

	(void)state;
	arena_release(NULL);
	assert_non_null(arena_alloc(&a, 1000));
	arena_release(&a);
	assert_int_equal(a.total, 0);
	assert_int_equal(a.max, 4096);
	assert_non_null(arena_alloc(&a, 1000));
	arena_release(&a);
	arena_release(&a);
}

static void test_arena_join_takes_over_the_other_one(void **state)
{
	AUTO(arena_releasep) struct arena a = { .max = 8192 }, b = { 0 };
	char *kept = arena_strdup(&a, "kept"), *taken;

	(void)state;
	arena_join(&a, &b);
	taken = arena_printf(&b, "%20000s", "taken");
	arena_join(&a, &b);
	assert_null(b.blocks);
	assert_string_equal(kept, "kept");
	assert_string_equal(taken + 19995, "taken");
	/* beyond its limit now, it still gives what it has */
	assert_null(arena_alloc(&a, 8000));
	assert_non_null(arena_alloc(&a, 100));
	assert_non_null(arena_strdup(&b, "again"));
}

static void test_arena_rewind_gives_back_zeroed_what_came_last(void **state)
{
	AUTO(arena_releasep) struct arena a = { 0 };
	char *kept = arena_strdup(&a, "kept"), *first, *again;
	struct arena_mark mark = arena_mark(&a);

	(void)state;
	first = arena_strdup(&a, "first");
	arena_rewind(&a, mark);
	again = arena_alloc(&a, 6);
	assert_ptr_equal(first, again);
	assert_memory_equal(again, "\0\0\0\0\0", 6);
	assert_string_equal(kept, "kept");
	/* not across blocks */
	mark = arena_mark(&a);
	first = arena_alloc(&a, 100000);
	arena_rewind(&a, mark);
	assert_ptr_not_equal(arena_alloc(&a, 16), first);
}

static void test_arena_survives_any_failed_allocation(void **state)
{
	long nth = 0, total;

	(void)state;
	do {
		AUTO(arena_releasep) struct arena a = { 0 };
		size_t failed = 0;

		fault_alloc(++nth);
		for (int i = 0; i < 1000; i++) {
			if (!arena_printf(&a, "%100d", i))
				failed++;
		}
		total = fault_count();
		fault_alloc(0);
		assert_int_equal(failed, nth <= total ? 1 : 0);
	} while (nth <= total);
	assert_true(nth > 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arena_alloc_is_zeroed_and_aligned),
		cmocka_unit_test(test_arena_alloc_gives_room_of_its_own),
		cmocka_unit_test(test_arena_alloc_takes_more_than_a_block),
		cmocka_unit_test(test_arena_limit_is_reached_and_not_passed),
		cmocka_unit_test(test_arena_refuses_sizes_that_overflow),
		cmocka_unit_test(test_arena_strings_are_copies),
		cmocka_unit_test(
			test_arena_release_empties_and_keeps_the_limit),
		cmocka_unit_test(test_arena_join_takes_over_the_other_one),
		cmocka_unit_test(
			test_arena_rewind_gives_back_zeroed_what_came_last),
		cmocka_unit_test(test_arena_survives_any_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
