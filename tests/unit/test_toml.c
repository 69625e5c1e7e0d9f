/* The TOML reader: what is valid becomes the right tree, the rest a place. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/strbuf.h"
#include "crate/manifest/toml.h"

/* The tree in short: {a:1,b:"x",c:[~1979-05-27]}, dates with a tilde. */
static void render(struct strbuf *out, const struct node *n)
{
	switch (n->kind) {
	case NODE_BOOL:
		strbuf_adds(out, n->as.boolean ? "true" : "false");
		return;
	case NODE_INT:
		strbuf_addf(out, "%lld", (long long)n->as.integer);
		return;
	case NODE_REAL:
		strbuf_addf(out, "%.6gf", n->as.real);
		return;
	case NODE_STR:
		strbuf_adds(out, n->quoted ? "\"" : "~");
		strbuf_add(out, n->as.str.bytes, n->as.str.len);
		strbuf_adds(out, n->quoted ? "\"" : "");
		return;
	case NODE_LIST:
		strbuf_addc(out, '[');
		for (size_t i = 0; i < n->as.list.count; i++) {
			strbuf_adds(out, i ? "," : "");
			render(out, n->as.list.items[i]);
		}
		strbuf_addc(out, ']');
		return;
	default:
		strbuf_addc(out, '{');
		for (size_t i = 0; i < n->as.map.count; i++) {
			const struct node_entry *e = &n->as.map.entries[i];

			strbuf_addf(out, "%s%s:", i ? "," : "",
				    e->key->as.str.bytes);
			render(out, e->value);
		}
		strbuf_addc(out, '}');
	}
}

struct sample {
	const char *text;
	const char *want; /* the tree, or the message */
};

static void reads(enum toml_version version, const struct sample *s)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	AUTO(strbuf_releasep) struct strbuf out = { 0 };
	const struct node *n = NULL;
	struct err err = { 0 };

	if (toml_read(s->text, strlen(s->text), "t", version, &arena, &n,
		      &err) < 0)
		fail_msg("%s\nrefused: %s", s->text, err.msg);
	render(&out, n);
	assert_string_equal(strbuf_str(&out), s->want);
}

static void refuses(enum toml_version version, const struct sample *s)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *n = NULL;
	struct err err = { 0 };

	if (toml_read(s->text, strlen(s->text), "t", version, &arena, &n,
		      &err) == 0)
		fail_msg("%s\nwas read", s->text);
	assert_null(n);
	assert_string_equal(err.msg, s->want);
}

static void test_read_takes_every_kind_of_value(void **state)
{
	static const struct sample samples[] = {
		{ "", "{}" },
		{ "\xef\xbb\xbf# a mark first\n", "{}" },
		{ "a = 1", "{a:1}" },
		{ "a=1 # c\r\nb\t=\t2\r\n", "{a:1,b:2}" },
		{ "t = true\nf = false", "{t:true,f:false}" },
		{ "a = +99\nb = -17\nc = 0\nd = +0\ne = -0",
		  "{a:99,b:-17,c:0,d:0,e:0}" },
		{ "a = 1_000\nb = 5_349_221", "{a:1000,b:5349221}" },
		{ "a = 0xDEAD_beef\nb = 0o01234567\nc = 0b1101_0110",
		  "{a:3735928559,b:342391,c:214}" },
		{ "a = 9223372036854775807\nb = -9223372036854775808",
		  "{a:9223372036854775807,b:-9223372036854775808}" },
		{ "a = +1.0\nb = 3.1415\nc = -0.01",
		  "{a:1f,b:3.1415f,c:-0.01f}" },
		{ "a = 5e+22\nb = 1e06\nc = -2E-2\nd = 6.626e-34",
		  "{a:5e+22f,b:1e+06f,c:-0.02f,d:6.626e-34f}" },
		{ "a = 224_617.445_991_228", "{a:224617f}" },
		{ "a = inf\nb = +inf\nc = -inf", "{a:inff,b:inff,c:-inff}" },
		{ "a = 1979-05-27T07:32:00Z", "{a:~1979-05-27T07:32:00Z}" },
		{ "a = 1979-05-27 07:32:00.999999-07:00",
		  "{a:~1979-05-27 07:32:00.999999-07:00}" },
		{ "a = 1979-05-27t00:32:00", "{a:~1979-05-27t00:32:00}" },
		{ "a = 2000-02-29 # leap", "{a:~2000-02-29}" },
		{ "a = 07:32:00.5", "{a:~07:32:00.5}" },
		{ "a = 1990-12-31T23:59:60z", "{a:~1990-12-31T23:59:60z}" },
		{ "a = []\nb = [ ]\nc = [[], [[]]]",
		  "{a:[],b:[],c:[[],[[]]]}" },
		{ "a = [ # c\n 1,\n\n 2, # d\n ]", "{a:[1,2]}" },
		{ "a = [1, 'x', 2.5, {b = 1}, true]",
		  "{a:[1,\"x\",2.5f,{b:1},true]}" },
		{ "a = {}\nb = { c = 1, d.e = 'x' }",
		  "{a:{},b:{c:1,d:{e:\"x\"}}}" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++)
		reads(TOML_1_0, &samples[i]);
}

static void test_read_takes_not_a_number(void **state)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *n = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(
		toml_read("a = -nan", 8, "t", TOML_1_0, &arena, &n, &err), 0);
	assert_int_equal(node_get(n, "a")->kind, NODE_REAL);
	assert_true(isnan(node_get(n, "a")->as.real));
}

static void test_read_takes_strings_and_escapes(void **state)
{
	static const struct sample samples[] = {
		{ "a = \"\"\nb = ''", "{a:\"\",b:\"\"}" },
		{ "a = \"x\\t\\\"\\\\\\n\\b\\f\\r\"",
		  "{a:\"x\t\"\\\n\b\f\r\"}" },
		{ "a = \"\\u00e9\\U0001F600\\uD7FF\"",
		  "{a:\"\xc3\xa9\xf0\x9f\x98\x80\xed\x9f\xbf\"}" },
		{ "a = '\\u00e9 \"'", "{a:\"\\u00e9 \"\"}" },
		{ "a = \"\"\"\nx\ny\"\"\"", "{a:\"x\ny\"}" },
		{ "a = \"\"\"\r\nx\r\ny\"\"\"", "{a:\"x\ny\"}" },
		{ "a = \"\"\"x \\\n\n   y\"\"\"", "{a:\"x y\"}" },
		{ "a = \"\"\"x\\  \r\n\t \n y\\\n\"\"\"", "{a:\"xy\"}" },
		{ "a = \"\"\"\"q\" and \"\"r\"\"\"\"\"",
		  "{a:\"\"q\" and \"\"r\"\"\"}" },
		{ "a = \"\"\"x\\\"\"\"\"", "{a:\"x\"\"}" },
		{ "a = '''\n'x' \\ ''y'''''", "{a:\"'x' \\ ''y''\"}" },
		{ "a = ''''''\nb = \"\"\"\"\"\"", "{a:\"\",b:\"\"}" },
		{ "a = \"# no comment\"", "{a:\"# no comment\"}" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++)
		reads(TOML_1_0, &samples[i]);
}

static void test_read_takes_keys_and_tables(void **state)
{
	static const struct sample samples[] = {
		{ "1234 = 1\n-_ = 2\n\"\" = 3\n'a b' = 4",
		  "{1234:1,-_:2,:3,a b:4}" },
		{ "a . b.'c.d' = 1\na.\"e\" = 2", "{a:{b:{c.d:1},e:2}}" },
		{ "3.14 = 1", "{3:{14:1}}" },
		{ "[a]\n[b]\nx = 1", "{a:{},b:{x:1}}" },
		{ "[ a . \"b\" ]\nx = 1\n[a]\ny = 2", "{a:{b:{x:1},y:2}}" },
		{ "[a.b.c]\n[a]\nb.d = 1", "{a:{b:{c:{},d:1}}}" },
		{ "[a]\nb.c = 1\n[a.b.d]\nx = 2", "{a:{b:{c:1,d:{x:2}}}}" },
		{ "a.b = 1\n[a.c]\nx = 2", "{a:{b:1,c:{x:2}}}" },
		{ "[[a]]\nx = 1\n[[a]]\n[[a]]\nx = 3", "{a:[{x:1},{},{x:3}]}" },
		{ "[[a]]\n[a.b]\nx = 1\n[[a.c]]\n[[a]]\n[a.b]\nx = 2",
		  "{a:[{b:{x:1},c:[{}]},{b:{x:2}}]}" },
		{ "[a.b]\n[[a.c]]\n[[a.c]]", "{a:{b:{},c:[{},{}]}}" },
		{ "[[a.b]]\n[a]\nx = 1", "{a:{b:[{}],x:1}}" },
		{ "true = 1\ninf = 2\n1979-05-27 = 3",
		  "{true:1,inf:2,1979-05-27:3}" },
		{ "[target.'cfg(unix)'.dependencies]\nlibc = \"0.2\"",
		  "{target:{cfg(unix):{dependencies:{libc:\"0.2\"}}}}" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++)
		reads(TOML_1_0, &samples[i]);
}

static void test_read_refuses_what_is_set_twice(void **state)
{
	static const struct sample samples[] = {
		{ "a = 1\na = 2", "t:2:1: 'a' is set twice" },
		{ "a = 1\n\"a\" = 2", "t:2:1: 'a' is set twice" },
		{ "a.b = 1\na.b = 2", "t:2:3: 'b' is set twice" },
		{ "a = 1\na.b = 2", "t:2:1: 'a' is set twice" },
		{ "a.b = 1\na = 2", "t:2:1: 'a' is set twice" },
		{ "[a]\n[a]", "t:2:2: 'a' is set twice" },
		{ "[a]\nb = 1\n[a.b]", "t:3:4: 'b' is set twice" },
		{ "[a]\nb = 1\n[a.b.c]", "t:3:4: 'b' is set twice" },
		{ "a.b = 1\n[a]", "t:2:2: 'a' is set twice" },
		{ "[f]\na.c = 1\n[f.a]", "t:3:4: 'a' is set twice" },
		{ "[a.b.c]\nz = 9\n[a]\nb.c.t = 1", "t:4:3: 'c' is set twice" },
		{ "[a.b]\n[a]\nb.c = 1", "t:3:1: 'b' is set twice" },
		{ "[[a.b]]\n[a]\nb.y = 2", "t:3:1: 'b' is set twice" },
		{ "a = {}\n[a.b]", "t:2:2: 'a' is set twice" },
		{ "a = {b = 1}\na.c = 2", "t:2:1: 'a' is set twice" },
		{ "a = {b = {c = 1}, b.d = 2}", "t:1:19: 'b' is set twice" },
		{ "a = {b = 1, b = 2}", "t:1:13: 'b' is set twice" },
		{ "a = []\n[[a]]", "t:2:3: 'a' is set twice" },
		{ "a = [{b = 1}]\n[a.c]", "t:2:2: 'a' is set twice" },
		{ "[[a]]\n[a]", "t:2:2: 'a' is set twice" },
		{ "[a]\n[[a]]", "t:2:3: 'a' is set twice" },
		{ "[a.b]\n[[a]]", "t:2:3: 'a' is set twice" },
		{ "[[a]]\n[a.b]\n[[a.b]]", "t:3:5: 'b' is set twice" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++)
		refuses(TOML_1_0, &samples[i]);
}

static void test_read_says_where_the_first_one_is(void **state)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *n = NULL;
	struct err err = { 0 };
	const char *text = "\nname = 1\n\nname = 2\n";

	(void)state;
	assert_int_equal(toml_read(text, strlen(text), "Cargo.toml", TOML_1_0,
				   &arena, &n, &err),
			 ERR_FORMAT);
	assert_string_equal(err.msg, "Cargo.toml:4:1: 'name' is set twice");
	assert_string_equal(err.hint, "it is set in line 2 first");
}

static void test_read_refuses_bad_syntax(void **state)
{
	static const struct sample samples[] = {
		{ "a", "t:1:2: '=' is wanted after a key" },
		{ "a = ", "t:1:5: a value is wanted here" },
		{ "= 1", "t:1:1: a key is wanted here" },
		{ "a. = 1", "t:1:4: a key is wanted here" },
		{ "a..b = 1", "t:1:3: a key is wanted here" },
		{ "a = 1 b = 2", "t:1:7: the line should end before 'b'" },
		{ "[a] b = 1", "t:1:5: the line should end before 'b'" },
		{ "a = 1\x01", "t:1:6: control character 0x01 in a line" },
		{ "\"\"\"a\"\"\" = 1",
		  "t:1:1: a key cannot be a string of many lines" },
		{ "[]", "t:1:2: a key is wanted here" },
		{ "[a", "t:1:3: ']' is wanted here" },
		{ "[[a]", "t:1:4: ']]' is wanted here" },
		{ "[[a] ]", "t:1:4: ']]' is wanted here" },
		{ "[a]]", "t:1:4: the line should end before ']'" },
		{ "[a.]", "t:1:4: a key is wanted here" },
		{ "a = [1 2]", "t:1:8: ',' or ']' is wanted here" },
		{ "a = [,]", "t:1:6: a value is wanted here" },
		{ "a = [1,,2]", "t:1:8: a value is wanted here" },
		{ "a = [1", "t:1:7: ',' or ']' is wanted here" },
		{ "a = {b = 1,}", "t:1:12: no comma may stand before '}'" },
		{ "a = {\nb = 1}", "t:1:6: a key is wanted here" },
		{ "a = {b = 1 c = 2}", "t:1:12: ',' or '}' is wanted here" },
		{ "# \x01", "t:1:3: control character 0x01 in a comment" },
		{ "# a\rb", "t:1:4: control character 0x0d in a comment" },
		{ "a = 1\r", "t:1:6: control character 0x0d in a line" },
		{ "a = \xff", "t:1:1: this line is no UTF-8 text" },
		{ "b = 1\n# \xc0\x80", "t:2:1: this line is no UTF-8 text" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++)
		refuses(TOML_1_0, &samples[i]);
}

static void test_read_refuses_bad_strings(void **state)
{
	static const struct sample samples[] = {
		{ "a = \"x", "t:1:5: the string is not closed" },
		{ "a = 'x\n'", "t:1:5: the string is not closed" },
		{ "a = \"\"\"x\"\"", "t:1:5: the string is not closed" },
		{ "a = '''x", "t:1:5: the string is not closed" },
		{ "a = \"\\q\"", "t:1:7: unknown escape '\\q' in a string" },
		{ "a = \"\\e\"", "t:1:7: unknown escape '\\e' in a string" },
		{ "a = \"\\x41\"", "t:1:7: unknown escape '\\x' in a string" },
		{ "a = \"\\u12\"", "t:1:8: 4 hex digits are wanted here" },
		{ "a = \"\\U0000000\"", "t:1:8: 8 hex digits are wanted here" },
		{ "a = \"\\uD800\"", "t:1:8: U+D800 is no character" },
		{ "a = \"\\U00110000\"", "t:1:8: U+110000 is no character" },
		{ "a = \"\\u0000\"", "t:1:8: a NUL cannot stand in a string" },
		{ "a = \"\x7f\"", "t:1:6: control character 0x7f in a string" },
		{ "a = '\x1f'", "t:1:6: control character 0x1f in a string" },
		{ "a = '''\nb\rc'''",
		  "t:2:2: control character 0x0d in a string" },
		{ "a = \"\"\"x \\ y\"\"\"",
		  "t:1:11: unknown escape '\\?' in a string" },
		{ "a = \"\"\"x\"\"\"\"\"\"",
		  "t:1:14: the line should end before '\"'" },
		{ "a = 'x''", "t:1:8: the line should end before '''" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++)
		refuses(TOML_1_0, &samples[i]);
}

/* Each alone after "a = ". */
static const char *const bad_numbers[] = {
	"01",
	"-01",
	"1__0",
	"_1",
	"1_",
	"0x",
	"0x_1",
	"+0x1",
	"0o8",
	"0b2",
	"0X1",
	"1.",
	".1",
	"1.e5",
	"1e",
	"1e+",
	"01.5",
	"1._5",
	"1_.5",
	"1.5_",
	"1.2.3",
	"+-1",
	"++1",
	"infinity",
	"Inf",
	"True",
	"TRUE",
	"yes",
	"x",
	"1a",
	"0x1g",
	"9223372036854775808",
	"-9223372036854775809",
	"0xffffffffffffffff",
};

static const char *const bad_dates[] = {
	"1979-13-01",
	"1979-00-01",
	"1979-02-29",
	"1900-02-29",
	"1979-01-32",
	"1979-1-01",
	"79-01-01",
	"1979-01-01T",
	"1979-01-01T25:00:00",
	"1979-01-01T00:60:00",
	"1979-01-01T00:00:61",
	"1979-01-01T00:00",
	"1979-01-01T00:00:00.",
	"1979-01-01T00:00:00+24:00",
	"1979-01-01T00:00:00+1",
	"07:32",
	"7:32:00",
	"24:00:00",
	"00:00:00Z",
	"1979-01-01Z",
};

static void refuses_value(const char *value)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *n = NULL;
	struct err err = { 0 };
	char text[64];

	snprintf(text, sizeof(text), "a = %s", value);
	if (toml_read(text, strlen(text), "t", TOML_1_0, &arena, &n, &err) == 0)
		fail_msg("%s was read", text);
	assert_int_equal(err.code, ERR_FORMAT);
	assert_memory_equal(err.msg, "t:1:5: ", 7);
}

static void test_read_refuses_bad_scalars(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad_numbers); i++)
		refuses_value(bad_numbers[i]);
	for (size_t i = 0; i < ARRAY_LEN(bad_dates); i++)
		refuses_value(bad_dates[i]);
}

static void test_read_tells_bad_numbers_and_dates_apart(void **state)
{
	static const struct sample samples[] = {
		{ "a = 01", "t:1:5: '01' is no number: it begins with a zero" },
		{ "a = 1979-13-01", "t:1:5: '1979-13-01' is no date or time" },
		{ "a = 0xfffffffffffffffff",
		  "t:1:5: '0xfffffffffffffffff' is no number: "
		  "it needs more than 64 bits" },
		{ "a = mit",
		  "t:1:5: 'mit' is no number: a value is a string in quotes, "
		  "a number, a date, true, false, [...] or {...}" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++)
		refuses(TOML_1_0, &samples[i]);
}

static void test_read_1_1_takes_what_cargo_takes(void **state)
{
	static const struct sample good[] = {
		{ "a = {\n b = 1, # c\n c = 2,\n}", "{a:{b:1,c:2}}" },
		{ "a = \"\\e\\x41\\xe9\"", "{a:\"\x1b"
					   "A\xc3\xa9\"}" },
		{ "a = 07:32\nb = 1979-05-27 07:32Z",
		  "{a:~07:32,b:~1979-05-27 07:32Z}" },
	};
	static const struct sample bad = { "a = {,}",
					   "t:1:6: a key is wanted here" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		reads(TOML_1_1, &good[i]);
	refuses(TOML_1_1, &bad);
}

static void place(const struct node *n, unsigned line, unsigned column)
{
	assert_int_equal(n->line, line);
	assert_int_equal(n->column, column);
}

static void test_read_gives_every_node_its_place(void **state)
{
	const char *text = "# \xc3\xa9\n"
			   "[x.\"\xc3\xa9\".t]\n"
			   "k = \"\xc3\xa9\" # c\n"
			   "l = ['\xc3\xa9', {m = 1}]\n"
			   "[[arr]]\n"
			   "  s = \"\"\"\n\n\"\"\"\n"
			   "  d.e = 7\n";
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *root = NULL, *t, *arr;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(toml_read(text, strlen(text), "t", TOML_1_0, &arena,
				   &root, &err),
			 0);
	t = node_get(node_get(node_get(root, "x"), "\xc3\xa9"), "t");
	place(root, 1, 1);
	place(node_get(root, "x"), 2, 2);
	place(t, 2, 8);
	place(node_get(t, "k"), 3, 5);
	place(t->as.map.entries[0].key, 3, 1);
	place(node_get(t, "l")->as.list.items[1], 4, 11);
	place(node_get(node_get(t, "l")->as.list.items[1], "m"), 4, 16);
	arr = node_get(root, "arr");
	place(arr, 5, 3);
	place(node_get(arr->as.list.items[0], "s"), 6, 7);
	place(node_get(arr->as.list.items[0], "d"), 9, 3);
	place(node_get(node_get(arr->as.list.items[0], "d"), "e"), 9, 9);
	assert_memory_equal(text + node_get(t, "k")->begin, "\"\xc3\xa9\"", 4);
	assert_int_equal(node_get(t, "k")->end - node_get(t, "k")->begin, 4);
	assert_string_equal(arr->file, "t");
}

static void deep(const char *open, const char *core, const char *close,
		 int depth, int want)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	AUTO(strbuf_releasep) struct strbuf b = { 0 };
	const struct node *n = NULL;
	struct err err = { 0 };

	strbuf_adds(&b, core[0] == '[' ? "" : "a = ");
	for (int i = 0; i < depth; i++)
		strbuf_adds(&b, open);
	strbuf_adds(&b, core);
	for (int i = 0; i < depth; i++)
		strbuf_adds(&b, close);
	assert_int_equal(toml_read(strbuf_str(&b), b.len, "t", TOML_1_0, &arena,
				   &n, &err),
			 want);
	if (want == ERR_LIMIT)
		assert_non_null(strstr(err.msg, "nested more than 64 deep"));
}

static void test_read_bounds_the_depth(void **state)
{
	(void)state;
	deep("[", "", "]", TOML_DEPTH_MAX, 0);
	deep("[", "", "]", TOML_DEPTH_MAX + 1, ERR_LIMIT);
	deep("[", "", "]", 300000, ERR_LIMIT);
	deep("{a=", "1", "}", TOML_DEPTH_MAX, 0);
	deep("{a=", "1", "}", 100000, ERR_LIMIT);
	deep("{a.b=", "1", "}", TOML_DEPTH_MAX, ERR_LIMIT);
}

static void test_read_bounds_keys_and_size(void **state)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	AUTO(strbuf_releasep) struct strbuf b = { 0 };
	const struct node *n = NULL;
	struct err err = { 0 };

	(void)state;
	for (int i = 0; i < TOML_DEPTH_MAX; i++)
		strbuf_adds(&b, "a.");
	strbuf_adds(&b, "a = 1");
	assert_int_equal(toml_read(strbuf_str(&b), b.len, "t", TOML_1_0, &arena,
				   &n, &err),
			 ERR_LIMIT);
	assert_string_equal(err.msg, "t:1:129: nested more than 64 deep");
	err_clear(&err);
	while (b.len <= TOML_INPUT_MAX)
		strbuf_adds(&b, "#\n");
	assert_int_equal(toml_read(strbuf_str(&b), b.len, "t", TOML_1_0, &arena,
				   &n, &err),
			 ERR_LIMIT);
	assert_string_equal(err.msg, "t: more than 1048576 bytes of TOML");
}

static void test_read_says_when_memory_is_short(void **state)
{
	struct arena arena = { .max = 8192 };
	const struct node *n = NULL;
	struct err err = { 0 };
	AUTO(strbuf_releasep) struct strbuf b = { 0 };

	(void)state;
	for (int i = 0; i < 200; i++)
		strbuf_addf(&b, "key%d = [1, 2, 3]\n", i);
	assert_int_equal(toml_read(strbuf_str(&b), b.len, "t", TOML_1_0, &arena,
				   &n, &err),
			 ERR_NOMEM);
	assert_null(n);
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_takes_every_kind_of_value),
		cmocka_unit_test(test_read_takes_not_a_number),
		cmocka_unit_test(test_read_takes_strings_and_escapes),
		cmocka_unit_test(test_read_takes_keys_and_tables),
		cmocka_unit_test(test_read_refuses_what_is_set_twice),
		cmocka_unit_test(test_read_says_where_the_first_one_is),
		cmocka_unit_test(test_read_refuses_bad_syntax),
		cmocka_unit_test(test_read_refuses_bad_strings),
		cmocka_unit_test(test_read_refuses_bad_scalars),
		cmocka_unit_test(test_read_tells_bad_numbers_and_dates_apart),
		cmocka_unit_test(test_read_1_1_takes_what_cargo_takes),
		cmocka_unit_test(test_read_gives_every_node_its_place),
		cmocka_unit_test(test_read_bounds_the_depth),
		cmocka_unit_test(test_read_bounds_keys_and_size),
		cmocka_unit_test(test_read_says_when_memory_is_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
