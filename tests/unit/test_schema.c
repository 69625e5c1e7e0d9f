#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/node.h"
#include "base/schema.h"
#include "io/yaml.h"

struct inner {
	const char *name;
	int count;
};

struct outer {
	int schema;
	const char *text;
	uint32_t number;
	uint64_t size;
	bool flag;
	struct civil date;
	struct schema_clock clock;
	int word;
	struct schema_strs strs;
	struct schema_ints ints;
	struct inner map;
	struct schema_list list;
};

#define AT(member) offsetof(struct outer, member)

static const char *const words[] = { "red", "green", NULL };

static const struct inner inner_defaults = { .count = 7 };

static const struct key inner_keys[] = {
	{ .name = "name",
	  .kind = KEY_STR,
	  .flags = KEY_REQUIRED,
	  .offset = offsetof(struct inner, name),
	  .help = "What it is called" },
	{ .name = "count",
	  .kind = KEY_INT,
	  .offset = offsetof(struct inner, count),
	  .min = -1,
	  .max = 9,
	  .help = "How many" },
	{ 0 },
};

static const struct key keys[] = {
	{ .name = "schema",
	  .kind = KEY_INT,
	  .offset = AT(schema),
	  .max = 9,
	  .help = "The form" },
	{ .name = "text",
	  .kind = KEY_STR,
	  .offset = AT(text),
	  .help = "A text" },
	{ .name = "number",
	  .kind = KEY_U32,
	  .offset = AT(number),
	  .min = 1,
	  .max = 32,
	  .help = "A number" },
	{ .name = "size",
	  .kind = KEY_SIZE,
	  .offset = AT(size),
	  .help = "A size" },
	{ .name = "flag",
	  .kind = KEY_BOOL,
	  .offset = AT(flag),
	  .help = "A flag" },
	{ .name = "date",
	  .kind = KEY_DATE,
	  .offset = AT(date),
	  .help = "A date" },
	{ .name = "clock",
	  .kind = KEY_CLOCK,
	  .offset = AT(clock),
	  .help = "A time" },
	{ .name = "word",
	  .kind = KEY_WORD,
	  .offset = AT(word),
	  .words = words,
	  .help = "A word" },
	{ .name = "strs",
	  .kind = KEY_STRS,
	  .offset = AT(strs),
	  .help = "Some texts" },
	{ .name = "ints",
	  .kind = KEY_INTS,
	  .offset = AT(ints),
	  .min = 1,
	  .max = 4,
	  .help = "Some numbers" },
	{ .name = "map",
	  .kind = KEY_MAP,
	  .offset = AT(map),
	  .sub = inner_keys,
	  .help = "A map" },
	{ .name = "list",
	  .kind = KEY_LIST,
	  .offset = AT(list),
	  .sub = inner_keys,
	  .item_size = sizeof(struct inner),
	  .item_defaults = &inner_defaults,
	  .help = "A list" },
	{ 0 },
};

static struct arena arena;

static int tear_down(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

static const struct node *parse(const char *text)
{
	const struct node *root = NULL;
	struct err err = { 0 };

	if (yaml_read(text, strlen(text), "x.yaml", &arena, &root, &err) < 0)
		fail_msg("%s", err.msg);
	return root;
}

static void test_read_fills_every_kind(void **state)
{
	struct outer o = { .number = 5 };
	struct err err = { 0 };
	const struct inner *items;

	(void)state;
	assert_int_equal(schema_read(parse("text: Zo\xc3\xab\n"
					   "number: 32\n"
					   "size: 64M\n"
					   "flag: true\n"
					   "date: 2027-01-12\n"
					   "clock: 17:05\n"
					   "word: green\n"
					   "strs: [a, b]\n"
					   "ints: [4, 1]\n"
					   "map: {name: m}\n"
					   "list:\n"
					   "  - name: x\n"
					   "  - {name: y, count: -1}\n"),
				     keys, &arena, &o, &err),
			 0);
	assert_string_equal(o.text, "Zo\xc3\xab");
	assert_int_equal(o.number, 32);
	assert_true(o.size == 64u << 20);
	assert_true(o.flag);
	assert_int_equal(o.date.day, 12);
	assert_int_equal(o.clock.hour * 100 + o.clock.minute, 1705);
	assert_int_equal(o.word, 1);
	assert_int_equal(o.strs.count, 2);
	assert_string_equal(o.strs.items[1], "b");
	assert_int_equal(o.ints.count, 2);
	assert_int_equal(o.ints.items[0], 4);
	assert_string_equal(o.map.name, "m");
	items = o.list.items;
	assert_int_equal(o.list.count, 2);
	assert_int_equal(items[0].count, 7);
	assert_int_equal(items[1].count, -1);
	assert_int_equal(o.list.node->line, 12);
}

static void test_read_leaves_what_is_missing_or_null(void **state)
{
	struct outer o = { .text = "before", .number = 5 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(schema_read(parse("text:\nnumber: ~\nlist:\n"), keys,
				     &arena, &o, &err),
			 0);
	assert_string_equal(o.text, "before");
	assert_int_equal(o.number, 5);
	assert_int_equal(o.list.count, 0);
}

static void refuses(const char *text, int code, const char *msg,
		    const char *hint)
{
	struct outer o = { 0 };
	struct err err = { 0 };

	assert_int_equal(schema_read(parse(text), keys, &arena, &o, &err),
			 code);
	assert_string_equal(err.msg, msg);
	assert_string_equal(err.hint, hint);
}

static void test_read_refuses_unknown_keys_with_the_nearest(void **state)
{
	(void)state;
	refuses("text: a\nnumbr: 1\n", ERR_FORMAT,
		"x.yaml:2:1: unknown key 'numbr'", "did you mean 'number'?");
	refuses("list:\n  - nam: x\n", ERR_FORMAT,
		"x.yaml:2:5: unknown key 'nam'", "did you mean 'name'?");
	refuses("something_else: x\n", ERR_FORMAT,
		"x.yaml:1:1: unknown key 'something_else'", "");
}

static void test_read_refuses_wrong_kinds_with_the_place(void **state)
{
	(void)state;
	refuses("[]\n", ERR_FORMAT,
		"x.yaml:1:1: a map is wanted here, not a list", "");
	refuses("text: 12\n", ERR_FORMAT,
		"x.yaml:1:7: 'text' must be a string, not a whole number",
		"put it in quotes");
	refuses("text: 2.50\n", ERR_FORMAT,
		"x.yaml:1:7: 'text' must be a string, not a number",
		"put it in quotes");
	refuses("text: [a]\n", ERR_FORMAT,
		"x.yaml:1:7: 'text' must be a string, not a list", "");
	refuses("number: many\n", ERR_FORMAT,
		"x.yaml:1:9: 'number' must be a whole number, not a string",
		"");
	refuses("number: 33\n", ERR_FORMAT,
		"x.yaml:1:9: 'number' must be from 1 to 32, not 33", "");
	refuses("size: 5X\n", ERR_FORMAT,
		"x.yaml:1:7: 'size' must be a size in bytes, such as 64M", "");
	refuses("flag: yes\n", ERR_FORMAT,
		"x.yaml:1:7: 'flag' must be true or false, not a string", "");
	refuses("date: 2027-02-29\n", ERR_FORMAT,
		"x.yaml:1:7: 'date' must be a date that exists, such as "
		"2027-01-12",
		"");
	refuses("clock: 24:00\n", ERR_FORMAT,
		"x.yaml:1:8: 'clock' must be a time of day in quotes, such as "
		"\"17:00\"",
		"");
	refuses("word: gren\n", ERR_FORMAT,
		"x.yaml:1:7: 'word' cannot be 'gren'", "did you mean 'green'?");
	refuses("word: yellow\n", ERR_FORMAT,
		"x.yaml:1:7: 'word' cannot be 'yellow'", "one of: red, green");
	refuses("strs: [a, 1]\n", ERR_FORMAT,
		"x.yaml:1:11: 'strs' must list strings, not a whole number",
		"");
	refuses("ints: [1, 5]\n", ERR_FORMAT,
		"x.yaml:1:11: 'ints' must list whole numbers from 1 to 4", "");
	refuses("map: x\n", ERR_FORMAT,
		"x.yaml:1:6: 'map' must be a map, not a string", "");
	refuses("list: [x]\n", ERR_FORMAT,
		"x.yaml:1:8: 'list' must list maps, not a string", "");
	refuses("map: {count: 1}\n", ERR_FORMAT,
		"x.yaml:1:6: 'name' is missing", "");
}

static void test_read_refuses_control_characters(void **state)
{
	(void)state;
	refuses("text: \"a\\nb\"\n", ERR_UNSAFE,
		"x.yaml:1:7: 'text' holds a control character", "");
	refuses("strs: [\"a\\tb\"]\n", ERR_UNSAFE,
		"x.yaml:1:8: 'strs' holds a control character", "");
}

static void test_version_knows_its_own_and_no_newer(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(schema_version(parse("schema: 2\n"), 2, &err), 0);
	assert_int_equal(schema_version(parse("schema: 3\n"), 2, &err),
			 ERR_FORMAT);
	assert_string_equal(
		err.msg,
		"x.yaml:1:9: schema 3 is newer than this cohort knows (2)");
	assert_string_equal(err.hint, "install a newer cohort");
	err_clear(&err);
	assert_int_equal(schema_version(parse("schema: 0\n"), 2, &err),
			 ERR_FORMAT);
	err_clear(&err);
	assert_int_equal(schema_version(parse("a: 0\n"), 2, &err), ERR_FORMAT);
	assert_string_equal(err.msg, "x.yaml:1:1: 'schema' is missing");
}

static void test_manual_names_every_key(void **state)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_non_null(out);
	schema_manual(out, keys);
	assert_int_equal(fclose(out), 0);
	for (const struct key *k = keys; k->name; k++) {
		char line[64];

		snprintf(line, sizeof(line), ".It Cm %s\n%s.\n", k->name,
			 k->help);
		assert_non_null(strstr(text, line));
	}
	assert_non_null(strstr(text, "A whole number from 1 to 32.\n"));
	assert_non_null(strstr(text, "A word: red, green.\n"));
	assert_non_null(strstr(text, "A list of whole numbers from 1 to 4.\n"));
	assert_non_null(strstr(text, ".It Cm count\nHow many.\n"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_read_fills_every_kind,
					  tear_down),
		cmocka_unit_test_teardown(
			test_read_leaves_what_is_missing_or_null, tear_down),
		cmocka_unit_test_teardown(
			test_read_refuses_unknown_keys_with_the_nearest,
			tear_down),
		cmocka_unit_test_teardown(
			test_read_refuses_wrong_kinds_with_the_place,
			tear_down),
		cmocka_unit_test_teardown(test_read_refuses_control_characters,
					  tear_down),
		cmocka_unit_test_teardown(
			test_version_knows_its_own_and_no_newer, tear_down),
		cmocka_unit_test_teardown(test_manual_names_every_key,
					  tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
