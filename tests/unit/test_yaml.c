#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/node.h"
#include "base/strbuf.h"
#include "fault.h"
#include "io/yaml.h"

static struct arena arena;

static int tear_down(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

static const struct node *read_n(const char *text, size_t len)
{
	const struct node *root = NULL;
	struct err err = { 0 };

	if (yaml_read(text, len, "x.yaml", &arena, &root, &err) < 0)
		fail_msg("%s", err.msg);
	return root;
}

static const struct node *read(const char *text)
{
	return read_n(text, strlen(text));
}

static void refuses_n(const char *text, size_t len, int code, const char *msg,
		      const char *hint)
{
	const struct node *root = NULL;
	struct err err = { 0 };

	assert_int_equal(yaml_read(text, len, "x.yaml", &arena, &root, &err),
			 code);
	assert_null(root);
	assert_string_equal(err.msg, msg);
	assert_string_equal(err.hint, hint);
}

static void refuses(const char *text, const char *msg, const char *hint)
{
	refuses_n(text, strlen(text), ERR_FORMAT, msg, hint);
}

static void test_read_gives_kinds_and_places(void **state)
{
	const struct node *root = read("name: Winter 2027\n"
				       "seats: 32 # all of them\n"
				       "open: true\n"
				       "quoted: \"32\"\n"
				       "nothing:\n"
				       "live:\n"
				       "  - at: 17:00\n"
				       "  - {at: '18:00', half: 0.5}\n");
	const struct node *live = node_get(root, "live"), *flow;

	(void)state;
	assert_int_equal(root->kind, NODE_MAP);
	assert_int_equal(root->as.map.count, 6);
	assert_string_equal(node_get(root, "name")->as.str.bytes,
			    "Winter 2027");
	assert_int_equal(node_get(root, "seats")->as.integer, 32);
	assert_int_equal(node_get(root, "seats")->line, 2);
	assert_int_equal(node_get(root, "seats")->column, 8);
	assert_true(node_get(root, "open")->as.boolean);
	assert_int_equal(node_get(root, "quoted")->kind, NODE_STR);
	assert_true(node_get(root, "quoted")->quoted);
	assert_int_equal(node_get(root, "nothing")->kind, NODE_NULL);
	assert_int_equal(live->as.list.count, 2);
	flow = live->as.list.items[1];
	assert_string_equal(node_get(flow, "at")->as.str.bytes, "18:00");
	assert_true(node_get(flow, "at")->flow);
	assert_false(live->flow);
	assert_int_equal(node_get(flow, "half")->kind, NODE_REAL);
	assert_string_equal(flow->file, "x.yaml");
}

static void spans(const char *text, const struct node *n, const char *want)
{
	assert_int_equal(n->end - n->begin, strlen(want));
	assert_memory_equal(text + n->begin, want, strlen(want));
}

static void test_read_counts_bytes_behind_wide_characters(void **state)
{
	static const char text[] =
		"\xef\xbb\xbf"
		"Zo\xc3\xab: {\xe2\x82\xac: \"\xf0\x9f\xa6\x80\", b: c}  # "
		"Zo\xc3\xab\r\n"
		"text: |\r\n  one\r\n  two\r\n\r\n"
		"last:\r\n- Zo\xc3\xab # x\r\n";
	const struct node *root = read(text), *map;

	(void)state;
	map = node_get(root, "Zo\xc3\xab");
	spans(text, map, "{\xe2\x82\xac: \"\xf0\x9f\xa6\x80\", b: c}");
	spans(text, node_get(map, "b"), "c");
	spans(text, node_get(root, "text"), "|\r\n  one\r\n  two");
	assert_string_equal(node_get(root, "text")->as.str.bytes, "one\ntwo\n");
	spans(text, node_get(root, "last"), "- Zo\xc3\xab");
	assert_int_equal(node_get(root, "last")->line, 7);
	assert_int_equal(node_get(root, "last")->column, 1);
}

static void test_read_takes_an_empty_file_for_null(void **state)
{
	(void)state;
	assert_int_equal(read("")->kind, NODE_NULL);
	assert_int_equal(read("# only this\n")->kind, NODE_NULL);
	assert_int_equal(read("---\n")->kind, NODE_NULL);
}

static void test_read_takes_a_last_line_without_newline(void **state)
{
	(void)state;
	assert_string_equal(node_get(read("a: |\n  x"), "a")->as.str.bytes,
			    "x\n");
	assert_string_equal(node_get(read("a: |-\n  x"), "a")->as.str.bytes,
			    "x");
	assert_string_equal(node_get(read("a: x"), "a")->as.str.bytes, "x");
}

static void test_read_refuses_what_configuration_does_not_need(void **state)
{
	(void)state;
	refuses("a: &x 1\n",
		"x.yaml:1:4: anchors ('&') and aliases ('*') are not read here",
		"write the value out, or quote it");
	refuses("a: 1\nb: *a\n",
		"x.yaml:2:4: anchors ('&') and aliases ('*') are not read here",
		"write the value out, or quote it");
	refuses("a: !!str 1\n", "x.yaml:1:4: tags ('!') are not read here",
		"put the value in quotes");
	refuses("a: ! 1\n", "x.yaml:1:4: tags ('!') are not read here",
		"put the value in quotes");
	refuses("%TAG ! tag:x,2027:\n---\na: 1\n",
		"x.yaml:1:1: %TAG is not read here", "remove the line");
	refuses("<<: 1\n", "x.yaml:1:1: merge keys ('<<') are not read here",
		"write the keys out");
	refuses("a: 1\n---\nb: 2\n",
		"x.yaml:2:1: a second document begins here",
		"keep one document in a file");
	refuses("? a\n: b\n",
		"x.yaml:1:3: no ':' follows the key 'a' on its line",
		"write 'key: value'");
	refuses("{a}\n", "x.yaml:1:2: no ':' follows the key 'a' on its line",
		"write 'key: value'");
	refuses("[a]: b\n", "x.yaml:1:1: a list or map cannot be a key",
		"put a text with brackets in quotes");
	refuses("[a: b]\n", "x.yaml:1:2: a map inside [] needs {}",
		"write [{key: value}]");
	refuses("\"\": b\n", "x.yaml:1:1: an empty key",
		"name it, or quote what it is");
}

static void test_read_refuses_a_key_twice(void **state)
{
	AUTO(strbuf_releasep) struct strbuf many = { 0 };

	(void)state;
	refuses("a: 1\nb: 2\n\"a\": 3\n",
		"x.yaml:3:1: 'a' stands twice, first in line 1",
		"keep one of them");
	for (int i = 0; i < 100; i++)
		strbuf_addf(&many, "k%d: 1\n", i);
	strbuf_adds(&many, "k7: 1\n");
	refuses(strbuf_str(&many),
		"x.yaml:101:1: 'k7' stands twice, first in line 8",
		"keep one of them");
}

static void test_read_says_where_and_why_it_is_not_yaml(void **state)
{
	(void)state;
	refuses("a:\n\t- b\n", "x.yaml:2:1: a tab where indentation is",
		"indent with spaces");
	refuses("a: b: c\n", "x.yaml:1:5: a ':' has no place here",
		"put a value with ': ' in quotes, or check the indentation");
	refuses("a: \"x\nb: 1\n",
		"x.yaml:1:4: the quote that opens here never closes",
		"close it");
	refuses("a: [1, 2\nb: 1\n",
		"x.yaml:2:2: a ',' or ']' is missing before this",
		"close the list with ']'");
	refuses("a: {b: 1\nc: 1\n",
		"x.yaml:2:2: a ',' or '}' is missing before this",
		"close the map with '}'");
	refuses("- a\nb: 1\n",
		"x.yaml:2:1: this does not fit the list it is in",
		"begin it with '- ', as far in as the items above");
	refuses("a: 1\nword\n", "x.yaml:2:1: a line without ':' among keys",
		"write 'key: value'; a text that goes on needs quotes");
	refuses("a:\n  b: 1\n c: 2\n",
		"x.yaml:3:2: this does not fit the map it is in",
		"check the indentation against the lines above");
	refuses("a:\n  b:\n  |\n",
		"x.yaml:3:3: this is not indented below what it belongs to",
		"indent it by two more spaces");
	refuses("a: - b\n", "x.yaml:1:4: a '- ' has no place here",
		"begin a list on a line of its own");
	refuses("a: @b\n", "x.yaml:1:4: a value cannot begin with '@'",
		"put it in quotes");
	refuses("a: \"\\q\"\n",
		"x.yaml:1:5: an unknown escape in double quotes",
		"write \\\\ for a backslash, or use single quotes");
	refuses("a: | text\n",
		"x.yaml:1:6: text where '|' or '>' ends its line",
		"begin the text on the next line");
	refuses("a: 99999999999999999999\n",
		"x.yaml:1:4: a number too large to hold",
		"put it in quotes if it is a text");
}

static void test_read_refuses_bytes_that_are_no_text(void **state)
{
	(void)state;
	refuses("a: 1\nZo\xc3\xab: \xff\n", "x.yaml:2:6: not UTF-8 here",
		"save the file as UTF-8");
	refuses("\xff\xfe"
		"a",
		"x.yaml:1:1: not UTF-8 here", "save the file as UTF-8");
	refuses("a: \x1b[31m\n", "x.yaml:1:4: a control character",
		"remove it");
	refuses("Zo\xc3\xab\xc2\x85: 1\n", "x.yaml:1:4: a control character",
		"remove it");
	refuses("a: b\xe2\x80\xa8: c\n", "x.yaml:1:5: a control character",
		"remove it");
	refuses("a: \"\\e[31m\"\n",
		"x.yaml:1:4: a control character in a value",
		"remove it, also where it is escaped");
	refuses("\"a\\0b\": 1\n", "x.yaml:1:1: a control character in a value",
		"remove it, also where it is escaped");
	refuses("a: b\xef\xbf\xbe\n",
		"x.yaml:1:5: a character that YAML does not allow",
		"remove it");
	refuses("a: b\r\nc: d\re: f\n",
		"x.yaml:2:5: a carriage return without a line feed",
		"end lines with LF or CRLF");
	refuses_n("a: b\0c", 6, ERR_FORMAT, "x.yaml:1:5: a control character",
		  "remove it");
}

static void test_read_limits_depth(void **state)
{
	AUTO(strbuf_releasep) struct strbuf deep = { 0 };

	(void)state;
	for (int i = 0; i < YAML_DEPTH_MAX; i++)
		strbuf_addc(&deep, '[');
	for (int i = 0; i < YAML_DEPTH_MAX; i++)
		strbuf_addc(&deep, ']');
	assert_int_equal(read(strbuf_str(&deep))->kind, NODE_LIST);
	strbuf_reset(&deep);
	for (int i = 0; i < 900; i++)
		strbuf_addc(&deep, '[');
	refuses_n(strbuf_str(&deep), 900, ERR_LIMIT,
		  "x.yaml:1:65: nested too deeply", "flatten it");
}

static void test_read_limits_length(void **state)
{
	const struct node *root = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(yaml_read("", YAML_INPUT_MAX + (size_t)1, "x.yaml",
				   &arena, &root, &err),
			 ERR_LIMIT);
	assert_string_equal(err.msg, "x.yaml: more than 67108864 bytes");
}

static void test_read_reports_a_full_arena(void **state)
{
	AUTO(arena_releasep) struct arena small = { .max = 8192 };
	AUTO(strbuf_releasep) struct strbuf many = { 0 };
	const struct node *root = NULL;
	struct err err = { 0 };

	(void)state;
	for (int i = 0; i < 400; i++)
		strbuf_addf(&many, "- %d\n", i);
	assert_int_equal(yaml_read(strbuf_str(&many), many.len, "x.yaml",
				   &small, &root, &err),
			 ERR_NOMEM);
	assert_null(root);
}

/* Ten times what a 2-core machine needs: it guards against a square. */
static void test_read_is_linear_in_a_big_roster(void **state)
{
	AUTO(strbuf_releasep) struct strbuf big = { 0 };
	int64_t before;

	(void)state;
	strbuf_adds(&big, "schema: 1\nseats:\n");
	for (int i = 0; i < 32000; i++)
		strbuf_addf(&big,
			    "  - handle: student-%d\n    name: Zo\xc3\xab %d\n"
			    "    seat: %d\n    zone: Europe/Berlin\n",
			    i, i, i + 1);
	before = clock_monotonic_ms();
	assert_int_equal(
		node_get(read_n(big.data, big.len), "seats")->as.list.count,
		32000);
	assert_true(clock_monotonic_ms() - before < 6000);
}

static void test_read_survives_any_failed_allocation(void **state)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	long nth = 0, total;

	(void)state;
	for (int i = 0; i < 200; i++)
		strbuf_addf(&text, "k%d: {a: Zo\xc3\xab, b: [1, 2]}\n", i);
	do {
		AUTO(arena_releasep) struct arena a = { 0 };
		const struct node *root = NULL;
		struct err err = { 0 };
		int rc;

		fault_alloc(++nth);
		rc = yaml_read(text.data, text.len, "x", &a, &root, &err);
		total = fault_count();
		fault_alloc(0);
		assert_int_equal(rc, root ? 0 : ERR_NOMEM);
		assert_int_equal(err.code, rc);
	} while (nth <= total);
	assert_true(nth > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_read_gives_kinds_and_places,
					  tear_down),
		cmocka_unit_test_teardown(
			test_read_counts_bytes_behind_wide_characters,
			tear_down),
		cmocka_unit_test_teardown(
			test_read_takes_an_empty_file_for_null, tear_down),
		cmocka_unit_test_teardown(
			test_read_takes_a_last_line_without_newline, tear_down),
		cmocka_unit_test_teardown(
			test_read_refuses_what_configuration_does_not_need,
			tear_down),
		cmocka_unit_test_teardown(test_read_refuses_a_key_twice,
					  tear_down),
		cmocka_unit_test_teardown(
			test_read_says_where_and_why_it_is_not_yaml, tear_down),
		cmocka_unit_test_teardown(
			test_read_refuses_bytes_that_are_no_text, tear_down),
		cmocka_unit_test_teardown(test_read_limits_depth, tear_down),
		cmocka_unit_test_teardown(test_read_limits_length, tear_down),
		cmocka_unit_test_teardown(test_read_reports_a_full_arena,
					  tear_down),
		cmocka_unit_test_teardown(test_read_is_linear_in_a_big_roster,
					  tear_down),
		cmocka_unit_test_teardown(
			test_read_survives_any_failed_allocation, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
