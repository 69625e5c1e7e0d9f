#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/node.h"
#include "base/scalar.h"

static void test_resolve_follows_the_core_schema(void **state)
{
	static const struct {
		const char *text;
		enum node_kind kind;
	} cases[] = {
		{ "", NODE_NULL },     { "~", NODE_NULL },
		{ "null", NODE_NULL }, { "nULL", NODE_STR },
		{ "true", NODE_BOOL }, { "FALSE", NODE_BOOL },
		{ "yes", NODE_STR },   { "no", NODE_STR },
		{ "on", NODE_STR },    { "12", NODE_INT },
		{ "-12", NODE_INT },   { "+12", NODE_INT },
		{ "007", NODE_INT },   { "0x1f", NODE_STR },
		{ "0o17", NODE_STR },  { "1_000", NODE_STR },
		{ "17:00", NODE_STR }, { "2027-01-12", NODE_STR },
		{ "1.5", NODE_REAL },  { ".5", NODE_REAL },
		{ "1.", NODE_REAL },   { "1e3", NODE_REAL },
		{ "1e", NODE_STR },    { ".", NODE_STR },
		{ "-", NODE_STR },     { "1.2.3", NODE_STR },
		{ ".inf", NODE_STR },  { "ada", NODE_STR },
		{ "12 ", NODE_STR },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct node n = { 0 };

		assert_true(scalar_resolve(cases[i].text, strlen(cases[i].text),
					   &n));
		if (n.kind != cases[i].kind)
			fail_msg("'%s' is read as a %s", cases[i].text,
				 node_kind_name(n.kind));
	}
}

static void test_resolve_gives_the_value(void **state)
{
	struct node n = { 0 };

	(void)state;
	assert_true(scalar_resolve("-9223372036854775808", 20, &n));
	assert_true(n.as.integer == INT64_MIN);
	assert_true(scalar_resolve("True", 4, &n));
	assert_true(n.as.boolean);
	assert_true(scalar_resolve("2.5e1xyz", 5, &n));
	assert_true(n.as.real > 24.9 && n.as.real < 25.1);
}

static void test_resolve_refuses_numbers_it_cannot_hold(void **state)
{
	struct node n = { .kind = NODE_LIST };
	static const char *const bad[] = { "9223372036854775808",
					   "-99999999999999999999", "1e999" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_false(scalar_resolve(bad[i], strlen(bad[i]), &n));
		assert_int_equal(n.kind, NODE_LIST);
	}
}

static void check_write(const char *value, const char *want)
{
	AUTO(strbuf_releasep) struct strbuf out = { 0 };

	scalar_write(&out, value);
	assert_string_equal(strbuf_str(&out), want);
}

static void test_write_is_plain_where_that_is_safe(void **state)
{
	static const char *const plain[] = {
		"ada",
		"Ada Lovelace",
		"Zo\xc3\xab",
		"https://git.example/ada.git",
		"it's",
		"a#b",
		"America/Los_Angeles",
		"12 students",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(plain); i++)
		check_write(plain[i], plain[i]);
}

static void test_write_quotes_what_would_be_something_else(void **state)
{
	static const char *const quoted[] = {
		"",	"true", "no",	 "Off",	 "~",	 "null",
		"12",	"1.5",	"17:00", "0x1f", "1e3",	 ".5",
		"<<",	"=",	" a",	 "a ",	 "a: b", "a:",
		"a #b", "- a",	"#a",	 "&a",	 "*a",	 "!a",
		"@a",	"%a",	"{a",	 "a]",	 "a, b", "|",
		">",	"'a'",	"?",	 "...",	 "---",	 "2027-01-12",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(quoted); i++) {
		AUTO(strbuf_releasep) struct strbuf want = { 0 };

		strbuf_addf(&want, "\"%s\"", quoted[i]);
		check_write(quoted[i], strbuf_str(&want));
	}
}

static void test_write_escapes(void **state)
{
	(void)state;
	check_write("a\"b\\c: ", "\"a\\\"b\\\\c: \"");
	check_write("a\nb\tc\rd", "\"a\\nb\\tc\\rd\"");
	check_write("\x1b[31m\x7f", "\"\\x1b[31m\\x7f\"");
	check_write("\xc2\x85x", "\"\\x85x\"");
	check_write("\xe2\x80\xa8|\xe2\x80\xa9", "\"\\u2028|\\u2029\"");
	check_write("\xef\xbb\xbfx\xef\xbf\xbe", "\"\\ufeffx\\ufffe\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_resolve_follows_the_core_schema),
		cmocka_unit_test(test_resolve_gives_the_value),
		cmocka_unit_test(test_resolve_refuses_numbers_it_cannot_hold),
		cmocka_unit_test(test_write_is_plain_where_that_is_safe),
		cmocka_unit_test(
			test_write_quotes_what_would_be_something_else),
		cmocka_unit_test(test_write_escapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
