#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "crate/rustdoc/plain.h"

enum {
	SIZE = 1024
};

/* ENTRY, and then so much that its end is at hand. */
static size_t write_text(char *text, const char *entry)
{
	int len = snprintf(text, SIZE, "%s%*s", entry, 200, "");

	assert_in_range(len, 1, SIZE - 1);
	return (size_t)len;
}

static void test_path_is_read_as_rustdoc_writes_it(void **state)
{
	static const char entry[] = ",\"4711\":{\"crate_id\":0,\"path\":"
				    "[\"a_long_crate_name\",\"module\",\"S\"],"
				    "\"kind\":\"type_alias\"}";
	struct plain_path p = { 0 };
	char text[SIZE];
	size_t len = write_text(text, entry), pos = 0;

	(void)state;
	assert_true(plain_path(text, len, &pos, &p));
	assert_int_equal(pos, strlen(entry));
	assert_int_equal(p.id, 4711);
	assert_true(p.is_local);
	assert_true(p.is_alias);
	assert_ptr_equal(p.value.at, strchr(text, '{'));
	assert_int_equal(p.value.at + p.value.len - text, pos);
	assert_ptr_equal(p.path.at, strchr(text, '['));
	assert_int_equal(p.path.at[p.path.len - 1], ']');
}

static void test_path_of_another_crate_is_not_local(void **state)
{
	struct plain_path p = { 0 };
	char text[SIZE];
	size_t pos = 0, len;

	(void)state;
	len = write_text(text, ",\"0\":{\"crate_id\":12,\"path\":[\"core\"],"
			       "\"kind\":\"type_aliases\"}");
	assert_true(plain_path(text, len, &pos, &p));
	assert_int_equal(p.id, 0);
	assert_false(p.is_local);
	assert_false(p.is_alias);
}

/* All of it is valid JSON, or cut off; none is written as rustdoc does. */
static void test_what_is_written_otherwise_is_left(void **state)
{
	static const char *const entries[] = {
		", \"1\":{\"crate_id\":0,\"path\":[\"a\"],\"kind\":\"mod\"}",
		",\"01\":{\"crate_id\":0,\"path\":[\"a\"],\"kind\":\"mod\"}",
		",\"4294967296\":{\"crate_id\":0,\"path\":[\"a\"],\"kind\":"
		"\"x\"}",
		",\"1\" :{\"crate_id\":0,\"path\":[\"a\"],\"kind\":\"mod\"}",
		",\"1\":{\"crate_id\":-1,\"path\":[\"a\"],\"kind\":\"mod\"}",
		",\"1\":{\"path\":[\"a\"],\"crate_id\":0,\"kind\":\"mod\"}",
		",\"1\":{\"crate_id\":0,\"path\":[],\"kind\":\"mod\"}",
		",\"1\":{\"crate_id\":0,\"path\":[ \"a\"],\"kind\":\"mod\"}",
		",\"1\":{\"crate_id\":0,\"path\":[\"a]\"],\"kind\":\"mod\"}",
		",\"1\":{\"crate_id\":0,\"path\":[\"a\\\"],\"],\"kind\":"
		"\"mod\"}",
		",\"1\":{\"crate_id\":0,\"path\":[\"a\"],\"kind\":"
		"\"m\\u006fd\"}",
		",\"1\":{\"crate_id\":0,\"path\":[\"a\"],\"kind\":\"mod\","
		"\"x\":1}",
		",\"1\":{\"crate_id\":0,\"path\":[\"a\"],\"kind\":"
		"\"a_kind_that_has_a_name_without_an_end\"}",
		"}",
	};
	struct plain_path p = { 0 };
	char text[SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		size_t len = write_text(text, entries[i]), pos = 0;

		assert_false(plain_path(text, len, &pos, &p));
		assert_int_equal(pos, 0);
	}
}

static void test_what_is_not_all_at_hand_is_left(void **state)
{
	char text[SIZE];
	size_t whole = write_text(text, ",\"1\":{\"crate_id\":0,\"path\":"
					"[\"a\"],\"kind\":\"mod\"}");
	bool was_read = false;

	(void)state;
	for (size_t len = 0; len <= whole; len++) {
		struct plain_path p = { 0 };
		uint32_t id = 0;
		size_t pos = 0;
		bool is_read = plain_path(text, len, &pos, &p);

		assert_false(was_read && !is_read);
		was_read = is_read;
		assert_true(pos <= len);
		pos = 0;
		if (plain_key(text, len, &pos, &id)) {
			assert_int_equal(id, 1);
			assert_int_equal(text[pos], '{');
		}
	}
	assert_true(was_read);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_path_is_read_as_rustdoc_writes_it),
		cmocka_unit_test(test_path_of_another_crate_is_not_local),
		cmocka_unit_test(test_what_is_written_otherwise_is_left),
		cmocka_unit_test(test_what_is_not_all_at_hand_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
