#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/scan.h"
#include "base/skip.h"

static uint32_t seed = 1;

static uint32_t draw(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % below;
}

/* A byte after the other, as one would do it by hand. */
static enum skip_end by_hand(const char *text, size_t len, size_t *pos)
{
	bool in_string = false;
	size_t depth = 0;

	for (; *pos < len; ++*pos) {
		char c = text[*pos];

		if (in_string && c == '\\') {
			++*pos;
		} else if (c == '"') {
			in_string = !in_string;
		} else if (!in_string && (c == '{' || c == '[')) {
			if (++depth > SCAN_DEPTH_MAX)
				return SKIP_DEEP;
		} else if (!in_string && (c == '}' || c == ']')) {
			if (--depth == 0) {
				++*pos;
				return SKIP_DONE;
			}
		}
	}
	*pos = len;
	return SKIP_CUT;
}

static void same_by_all_ways(const char *text, size_t len, size_t from)
{
	size_t want = from, at;
	enum skip_end end = by_hand(text, len, &want);

	for (size_t i = 0; skip_way(i); i++) {
		at = from;
		assert_int_equal(skip_way(i)(text, len, &at), end);
		assert_int_equal(at, want);
	}
	at = from;
	assert_int_equal(skip_brackets(text, len, &at), end);
	assert_int_equal(at, want);
}

/* Backslashes stand in strings alone, as in any JSON that is one. */
static size_t write_soup(char *text, size_t size)
{
	static const char outside[] = "{}[]\"1,: ";
	static const char inside[] = "{}[]x\\\\\"u";
	bool in_string = false;
	size_t len = 0;

	text[len++] = draw(2) ? '{' : '[';
	while (len + 2 < size) {
		char c = in_string ? inside[draw(sizeof(inside) - 1)]
				   : outside[draw(sizeof(outside) - 1)];

		text[len++] = c;
		if (c == '"')
			in_string = !in_string;
		else if (c == '\\')
			text[len++] = "\"\\n"[draw(3)];
	}
	return len;
}

static void test_ways_agree_on_any_text(void **state)
{
	char text[700];

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		size_t len = write_soup(text, 4 + draw(sizeof(text) - 4));

		same_by_all_ways(text, len, 0);
	}
}

/* Long runs of backslashes and of brackets, at every place of a block. */
static void test_ways_agree_where_blocks_meet(void **state)
{
	char text[400];

	(void)state;
	for (size_t pad = 0; pad < 130; pad++) {
		for (size_t run = 0; run < 140; run++) {
			size_t len = 0;

			text[len++] = '[';
			text[len++] = '"';
			memset(text + len, 'x', pad);
			len += pad;
			memset(text + len, '\\', run);
			len += run;
			memcpy(text + len, "\"]\"]]", 5);
			len += 5;
			same_by_all_ways(text, len, 0);
		}
	}
}

static void test_ways_agree_on_what_is_too_deep(void **state)
{
	size_t size = 2 * SCAN_DEPTH_MAX + 200;
	char *text = malloc(size);

	(void)state;
	assert_non_null(text);
	for (size_t deep = SCAN_DEPTH_MAX - 3; deep < SCAN_DEPTH_MAX + 70;
	     deep++) {
		memset(text, '[', deep);
		memset(text + deep, ']', size - deep);
		same_by_all_ways(text, size, 0);
		same_by_all_ways(text, size, 1);
		same_by_all_ways(text, deep, 0);
	}
	free(text);
}

static void test_way_ends_the_list(void **state)
{
	(void)state;
	assert_non_null(skip_way(0));
#ifdef __x86_64__
	assert_non_null(skip_way(1));
#endif
	assert_null(skip_way(9));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ways_agree_on_any_text),
		cmocka_unit_test(test_ways_agree_where_blocks_meet),
		cmocka_unit_test(test_ways_agree_on_what_is_too_deep),
		cmocka_unit_test(test_way_ends_the_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
