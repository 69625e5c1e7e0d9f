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

/* A map to ask, from JSON, with a place put into it as YAML has one. */
static struct node *sample(struct arena *arena, const char *json)
{
	const struct node *n = NULL;
	struct node *placed;
	struct err err = { 0 };

	assert_int_equal(
		json_read(json, strlen(json), "x.yaml", arena, &n, &err), 0);
	placed = arena_alloc(arena, sizeof(*placed));
	assert_non_null(placed);
	*placed = *n;
	placed->line = 12;
	placed->column = 5;
	return placed;
}

static const char example[] =
	"{\"s\": \"text\", \"i\": 5, \"b\": true, \"n\": null, \"r\": 1.5,"
	" \"l\": [1, 2], \"m\": {\"k\": \"v\"}}";

static void test_node_get_finds_members_of_maps(void **state)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *n = sample(&arena, example);

	(void)state;
	assert_int_equal(node_get(n, "i")->as.integer, 5);
	assert_null(node_get(n, "I"));
	assert_null(node_get(node_get(n, "l"), "k"));
	assert_null(node_get(node_get(n, "s"), "k"));
}

static void test_node_typed_members_are_read(void **state)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *n = sample(&arena, example), *part = NULL;
	struct err err = { 0 };
	const char *s = NULL;
	int64_t i = 0;
	bool b = false;

	(void)state;
	assert_int_equal(node_str(n, "s", &s, &err), 0);
	assert_string_equal(s, "text");
	assert_int_equal(node_int(n, "i", 5, 5, &i, &err), 0);
	assert_int_equal(i, 5);
	assert_int_equal(node_bool_or(n, "b", false, &b, &err), 0);
	assert_true(b);
	assert_int_equal(node_list(n, "l", &part, &err), 0);
	assert_int_equal(part->as.list.count, 2);
	assert_int_equal(node_map(n, "m", &part, &err), 0);
	assert_int_equal(node_str(part, "k", &s, &err), 0);
	assert_string_equal(s, "v");
}

static void test_node_missing_and_null_fall_back(void **state)
{
	static const char *const keys[] = { "n", "none" };
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *n = sample(&arena, example), *part = n;
	struct err err = { 0 };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
		const char *s = NULL;
		int64_t i = 0;
		bool b = false;

		assert_int_equal(node_str_or(n, keys[k], "d", &s, &err), 0);
		assert_string_equal(s, "d");
		assert_int_equal(node_int_or(n, keys[k], 0, 9, 77, &i, &err),
				 0);
		assert_int_equal(i, 77);
		assert_int_equal(node_bool_or(n, keys[k], true, &b, &err), 0);
		assert_true(b);
		assert_int_equal(node_list(n, keys[k], &part, &err), 0);
		assert_null(part);
		assert_int_equal(node_map(n, keys[k], &part, &err), 0);
		assert_null(part);
	}
}

static void test_node_missing_names_the_place_of_the_map(void **state)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *n = sample(&arena, example);
	struct err err = { 0 };
	const char *s = "as it was";

	(void)state;
	assert_int_equal(node_str(n, "title", &s, &err), ERR_FORMAT);
	assert_string_equal(err.msg, "x.yaml:12:5: 'title' is missing");
	assert_string_equal(s, "as it was");
	err_clear(&err);
	assert_int_equal(node_str(n, "n", &s, &err), ERR_FORMAT);
	assert_string_equal(err.msg, "x.yaml:12:5: 'n' is missing");
}

static void test_node_wrong_kinds_are_named(void **state)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *n = sample(&arena, example), *part = NULL;
	struct err err = { 0 };
	const char *s = NULL;
	int64_t i = 0;
	bool b = false;

	(void)state;
	assert_int_equal(node_str(n, "i", &s, &err), ERR_FORMAT);
	assert_string_equal(err.msg,
			    "x.yaml: 'i' must be a string, not a whole number");
	err_clear(&err);
	assert_int_equal(node_int(n, "r", 0, 9, &i, &err), ERR_FORMAT);
	assert_string_equal(err.msg,
			    "x.yaml: 'r' must be a whole number, not a number");
	err_clear(&err);
	assert_int_equal(node_bool_or(n, "s", true, &b, &err), ERR_FORMAT);
	assert_string_equal(err.msg,
			    "x.yaml: 's' must be a boolean, not a string");
	err_clear(&err);
	assert_int_equal(node_list(n, "m", &part, &err), ERR_FORMAT);
	assert_string_equal(err.msg, "x.yaml: 'm' must be a list, not a map");
	err_clear(&err);
	assert_int_equal(node_map(n, "l", &part, &err), ERR_FORMAT);
	assert_string_equal(err.msg, "x.yaml: 'l' must be a map, not a list");
	err_clear(&err);
	assert_int_equal(node_str(node_get(n, "l"), "k", &s, &err), ERR_FORMAT);
	assert_string_equal(
		err.msg, "x.yaml: a map with 'k' is wanted here, not a list");
}

static void test_node_int_keeps_to_its_range(void **state)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *n = sample(&arena, example);
	struct err err = { 0 };
	int64_t i = 77;

	(void)state;
	assert_int_equal(node_int(n, "i", 6, 9, &i, &err), ERR_FORMAT);
	assert_string_equal(err.msg, "x.yaml: 'i' must be from 6 to 9, not 5");
	err_clear(&err);
	assert_int_equal(node_int_or(n, "i", 0, 4, 1, &i, &err), ERR_FORMAT);
	assert_int_equal(i, 77);
}

static void test_node_only_hints_at_the_nearest_key(void **state)
{
	static const char *const known[] = { "title", "seats" };
	AUTO(arena_releasep) struct arena arena = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(
		node_only(sample(&arena, "{\"seats\": 1}"), known, 2, &err), 0);
	assert_int_equal(
		node_only(sample(&arena, "{\"titel\": 1}"), known, 2, &err),
		ERR_FORMAT);
	assert_string_equal(err.msg, "x.yaml: unknown key 'titel'");
	assert_string_equal(err.hint, "did you mean 'title'?");
	err_clear(&err);
	assert_int_equal(
		node_only(sample(&arena, "{\"price\": 1}"), known, 2, &err),
		ERR_FORMAT);
	assert_string_equal(err.hint, "");
	err_clear(&err);
	assert_int_equal(node_only(sample(&arena, "[1]"), known, 2, &err),
			 ERR_FORMAT);
	assert_string_equal(err.msg,
			    "x.yaml:12:5: a map is wanted here, not a list");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_node_get_finds_members_of_maps),
		cmocka_unit_test(test_node_typed_members_are_read),
		cmocka_unit_test(test_node_missing_and_null_fall_back),
		cmocka_unit_test(test_node_missing_names_the_place_of_the_map),
		cmocka_unit_test(test_node_wrong_kinds_are_named),
		cmocka_unit_test(test_node_int_keeps_to_its_range),
		cmocka_unit_test(test_node_only_hints_at_the_nearest_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
