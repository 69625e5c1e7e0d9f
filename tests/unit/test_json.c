#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/json.h"
#include "base/node.h"
#include "base/strbuf.h"
#include "fault.h"

static int read_text(const char *text, struct arena *arena,
		     const struct node **out, struct err *err)
{
	return json_read(text, strlen(text), "f.json", arena, out, err);
}

static void test_json_read_makes_every_kind(void **state)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *n = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(read_text("[null, false, -9223372036854775808, 2.5, "
				   "\"\\u00eb\", [], {\"k\": {}}]",
				   &arena, &n, &err),
			 0);
	assert_int_equal(n->kind, NODE_LIST);
	assert_int_equal(n->as.list.count, 7);
	assert_int_equal(n->as.list.items[0]->kind, NODE_NULL);
	assert_false(n->as.list.items[1]->as.boolean);
	assert_true(n->as.list.items[2]->as.integer == INT64_MIN);
	assert_true(n->as.list.items[3]->as.real == 2.5);
	assert_string_equal(n->as.list.items[4]->as.str.bytes, "\xc3\xab");
	assert_int_equal(n->as.list.items[5]->as.list.count, 0);
	n = n->as.list.items[6];
	assert_string_equal(n->as.map.entries[0].key->as.str.bytes, "k");
	assert_int_equal(n->as.map.entries[0].value->kind, NODE_MAP);
	assert_string_equal(n->file, "f.json");
}

static void test_json_read_takes_a_lone_value(void **state)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *n = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(read_text(" true ", &arena, &n, &err), 0);
	assert_true(n->as.boolean);
}

static void test_json_read_refuses_what_is_none(void **state)
{
	static const char *const bad[] = { "",
					   "{",
					   "[1,]",
					   "{\"a\": 1, \"a\": 2}",
					   "\"\\u0000\"",
					   "\"\xff\"",
					   "{\"\\u0000\":1}",
					   "1 2",
					   "[1] x",
					   "nul",
					   "99999999999999999999" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		AUTO(arena_releasep) struct arena arena = { 0 };
		const struct node *n = NULL;
		struct err err = { 0 };

		if (read_text(bad[i], &arena, &n, &err) != ERR_FORMAT)
			fail_msg("'%s' passes", bad[i]);
		assert_null(n);
		assert_memory_equal(err.msg, "f.json:", 7);
	}
}

static void test_json_read_names_the_line(void **state)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *n = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(read_text("{\n \"a\": x\n}", &arena, &n, &err),
			 ERR_FORMAT);
	assert_memory_equal(err.msg, "f.json:2:", 9);
}

static void complains(const char *text, const char *message)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *n = NULL;
	struct err err = { 0 };

	assert_int_equal(read_text(text, &arena, &n, &err), ERR_FORMAT);
	assert_string_equal(err.msg, message);
}

static void test_json_read_says_what_is_wrong_where(void **state)
{
	(void)state;
	complains("{\n \"a\": 1\n \"b\": 2}",
		  "f.json:3:2: ',' or '}' is expected");
	complains("[1, 2", "f.json:1:6: ',' or ']' is expected");
	complains("[01]", "f.json:1:2: a value is expected");
	complains("[1.]", "f.json:1:2: a value is expected");
	complains("[2e]", "f.json:1:2: a value is expected");
	complains("[1e999]",
		  "f.json:1:2: a number that a double can hold is expected");
	complains("9223372036854775808",
		  "f.json:1:1: a number of 64 bits is expected");
	complains("[\"\\u0000\"]", "f.json:1:3: a valid escape is expected");
	complains("[1] x", "f.json:1:5: the end of the document is expected");
	complains("{\"a\": 1, \"b\": 2, \"a\": 3}",
		  "f.json:1:25: 'a' stands twice");
	complains("{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,"
		  "\"g\":1,\"h\":1,\"i\":1,\"\\u0061\":1}",
		  "f.json:1:67: 'a' stands twice");
}

static void test_json_read_bounds_depth(void **state)
{
	static char text[4 * JSON_DEPTH_MAX + 16];
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *n = NULL;
	struct err err = { 0 };

	(void)state;
	memset(text, '[', JSON_DEPTH_MAX);
	memset(text + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
	assert_int_equal(read_text(text, &arena, &n, &err), 0);
	memset(text, '[', JSON_DEPTH_MAX + 1);
	memset(text + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
	assert_int_equal(read_text(text, &arena, &n, &err), ERR_LIMIT);
	assert_string_equal(err.msg, "f.json: JSON nested more than 256 deep");
	err_clear(&err);
	/* brackets in strings, behind a quoted quote too, are no depth */
	memset(text, '[', sizeof(text) - 1);
	memcpy(text, "\"\\\"", 3);
	memcpy(text + sizeof(text) - 2, "\"", 2);
	assert_int_equal(read_text(text, &arena, &n, &err), 0);
}

static void test_json_read_bounds_size(void **state)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *n = NULL;
	struct err err = { 0 };

	(void)state;
	/* refused for its length alone: not a byte of it is read */
	assert_int_equal(json_read("", (size_t)JSON_INPUT_MAX + 1, "f.json",
				   &arena, &n, &err),
			 ERR_LIMIT);
	assert_non_null(strstr(err.msg, "more than 67108864 bytes"));
}

static void test_json_read_keeps_to_the_arena(void **state)
{
	AUTO(arena_releasep) struct arena arena = { .max = 256 };
	const struct node *n = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(
		read_text("[1, 2, 3, 4, 5, 6, 7, 8, 9]", &arena, &n, &err),
		ERR_NOMEM);
	assert_null(n);
}

static void test_json_write_knows_of_members_that_were_lost(void **state)
{
	AUTO(strbuf_releasep) struct strbuf out = { 0 };
	AUTO(json_decrefp) json_t *value = NULL;
	struct err err = { 0 };

	(void)state;
	json_start();
	value = json_object();
	fault_alloc(1);
	json_object_set_new(value, "a", json_string("b"));
	fault_alloc(0);
	assert_int_equal(json_write(value, &out, &err), ERR_NOMEM);
	err_clear(&err);
	assert_int_equal(json_write(value, &out, &err), 0);
	assert_string_equal(strbuf_str(&out), "{}\n");
	assert_int_equal(json_check(&err), 0);
}

static void test_json_write_is_sorted_and_ends_in_a_newline(void **state)
{
	AUTO(strbuf_releasep) struct strbuf out = { 0 };
	AUTO(json_decrefp)
	json_t *value = json_pack("{s:i, s:[s, b], s:{}}", "b", 1, "a",
				  "\xc3\xab", 1, "c");
	struct err err = { 0 };

	(void)state;
	assert_int_equal(json_write(value, &out, &err), 0);
	assert_string_equal(strbuf_str(&out),
			    "{\n \"a\": [\n  \"\xc3\xab\",\n  true\n ],\n"
			    " \"b\": 1,\n \"c\": {}\n}\n");
	strbuf_reset(&out);
	assert_int_equal(json_write_line(value, &out, &err), 0);
	assert_string_equal(strbuf_str(&out),
			    "{\"a\":[\"\xc3\xab\",true],\"b\":1,\"c\":{}}");
}

static void test_json_write_reports_a_full_buffer(void **state)
{
	AUTO(strbuf_releasep) struct strbuf out = { .max = 8 };
	AUTO(json_decrefp)
	json_t *value = json_string("longer than eight");
	struct err err = { 0 };

	(void)state;
	assert_int_equal(json_write(value, &out, &err), ERR_LIMIT);
	assert_string_equal(err.msg, "more than 8 bytes");
}

static void test_json_read_survives_any_failed_allocation(void **state)
{
	long nth = 0, total;

	(void)state;
	do {
		AUTO(arena_releasep) struct arena arena = { 0 };
		const struct node *n = NULL;
		struct err err = { 0 };
		int rc;

		fault_alloc(++nth);
		rc = read_text("{\"a\": [1, \"b\", {\"c\": null}]}", &arena, &n,
			       &err);
		total = fault_count();
		fault_alloc(0);
		assert_int_equal(rc, nth <= total ? ERR_NOMEM : 0);
		assert_int_equal(n == NULL, rc != 0);
	} while (nth <= total);
	assert_true(nth > 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json_read_makes_every_kind),
		cmocka_unit_test(test_json_read_takes_a_lone_value),
		cmocka_unit_test(test_json_read_refuses_what_is_none),
		cmocka_unit_test(test_json_read_names_the_line),
		cmocka_unit_test(test_json_read_says_what_is_wrong_where),
		cmocka_unit_test(test_json_read_bounds_depth),
		cmocka_unit_test(test_json_read_bounds_size),
		cmocka_unit_test(test_json_read_keeps_to_the_arena),
		cmocka_unit_test(
			test_json_write_is_sorted_and_ends_in_a_newline),
		cmocka_unit_test(test_json_write_reports_a_full_buffer),
		cmocka_unit_test(test_json_read_survives_any_failed_allocation),
		cmocka_unit_test(
			test_json_write_knows_of_members_that_were_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
