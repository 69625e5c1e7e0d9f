/* What is told of items of rustdoc JSON without parsing them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "crate/rustdoc/doc.h"
#include "rustdoc_text.h"

/* A struct with a field and two impls, and an alias that the field names. */
static const char hashed[] = DOC(ROOT("3,1") "," ITEM("1", "\"A\"", "\"public\"", "", "{\"type_alias\":{\"type\":{\"primitive\":\"u8\"}}}") "," ITEM(
	"3", "\"S\"", "\"public\"",
	"{\"other\":\"#[attr = CfgTrace(\\\"lib.rs:1\\\")]\"}",
	"{\"struct\":{\"kind\":{\"plain\":{\"fields\":[4],"
	"\"has_stripped_fields\":false}},\"generics\":{},"
	"\"impls\":[5,6,7]}}") "," ITEM("4", "\"f\"", "\"public\"", "",
					"{\"struct_field\":{"
					"\"resolved_path\":{"
					"\"path\":\"Send\","
					"\"id\":9,\"args\":"
					"null}}}") "," ITEM("5",
							    "nu"
							    "l"
							    "l",
							    "\""
							    "de"
							    "fa"
							    "ul"
							    "t"
							    "\"",
							    "",
							    "{"
							    "\""
							    "im"
							    "pl"
							    "\""
							    ":{"
							    "\""
							    "is"
							    "_u"
							    "ns"
							    "af"
							    "e"
							    "\""
							    ":f"
							    "al"
							    "se"
							    ","
							    "\""
							    "ge"
							    "ne"
							    "ri"
							    "cs"
							    "\""
							    ":{"
							    "},"
							    "\""
							    "pr"
							    "ov"
							    "id"
							    "ed"
							    "_t"
							    "ra"
							    "it"
							    "_m"
							    "et"
							    "ho"
							    "ds"
							    "\""
							    ":["
							    "],"
							    "\""
							    "tr"
							    "ai"
							    "t"
							    "\""
							    ":n"
							    "ul"
							    "l,"
							    "\""
							    "it"
							    "em"
							    "s"
							    "\""
							    ":["
							    "8]"
							    "}"
							    "}") "," ITEM("6",
									  "nul"
									  "l",
									  "\"de"
									  "faul"
									  "t\"",
									  "",
									  "{\"i"
									  "mpl"
									  "\":{"
									  "\"is"
									  "_uns"
									  "afe"
									  "\":"
									  "fals"
									  "e,"
									  "\"ge"
									  "neri"
									  "cs\""
									  ":{},"
									  "\"pr"
									  "ovid"
									  "ed_"
									  "trai"
									  "t_"
									  "meth"
									  "ods"
									  "\":["
									  "],"
									  "\"tr"
									  "ait"
									  "\":{"
									  "\"pa"
									  "th\""
									  ":\"S"
									  "end"
									  "\","
									  "\"id"
									  "\":"
									  "9},"
									  "\"it"
									  "ems"
									  "\":["
									  "2]}"
									  "}") "," ITEM("8",
											"\"own\"",
											"\"public\"",
											"",
											"{\"function\":{\"value\":\"x\"}}") "," ITEM("2",
																     "\"given\"",
																     "\"public\"",
																     "",
																     "{\"function\":{\"value\":\"y\"}}"));

/* HASHED with the first FROM, which must be there, as TO. */
static struct rustdoc *open_changed(const char *from, const char *to)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	const char *at = strstr(hashed, from);
	static char kept[sizeof(hashed) * 2];

	assert_non_null(at);
	strbuf_add(&text, hashed, (size_t)(at - hashed));
	strbuf_adds(&text, to);
	strbuf_adds(&text, at + strlen(from));
	assert_true(text.len < sizeof(kept));
	memcpy(kept, strbuf_str(&text), text.len + 1);
	return must_open(kept);
}

/* 1 if the struct has one fingerprint before and after, -1 if it has none. */
static int hash_stays(const char *from, const char *to)
{
	struct rustdoc *was = must_open(hashed), *is = open_changed(from, to);
	struct hash a = hash_start(), b = hash_start();
	bool has_expr = true;
	int stays = -1;

	assert_true(rustdoc_hash(was, 3, &a, &has_expr));
	assert_false(has_expr);
	if (rustdoc_hash(is, 3, &b, &has_expr))
		stays = hash_same(&a, &b);
	rustdoc_free(was);
	rustdoc_free(is);
	return stays;
}

static void test_hash_of_an_item_does_not_mind_places(void **state)
{
	static const char *const changes[][2] = {
		{ "\"begin\":[3,5]", "\"begin\":[4,1]" },
		{ "\"begin\":[8,5]", "\"begin\":[4,1]" },
		{ "a \\\"{[ doc\",\"links\":{\"x\":1},\"attrs\":[{",
		  "other\",\"links\":{},\"attrs\":[{" },
		{ "lib.rs:1", "lib.rs:2" },
		{ "\"path\":\"Send\",\"id\":9,\"args\"",
		  "\"path\":\"core::Send\",\"id\":9,\"args\"" },
		/* a method of a trait's impl */
		{ "\"y\"", "\"z\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		if (hash_stays(changes[i][0], changes[i][1]) != 1)
			fail_msg("'%s' changed it", changes[i][1]);
}

static void test_hash_of_an_item_tells_what_changed_in_it(void **state)
{
	static const char *const changes[][2] = {
		{ "\"S\"", "\"T\"" },
		{ "\"visibility\":\"public\",\"docs\":\"a \\\"{[ doc\","
		  "\"links\":{\"x\":1},\"attrs\":[{",
		  "\"visibility\":\"crate\",\"docs\":\"a \\\"{[ doc\","
		  "\"links\":{\"x\":1},\"attrs\":[{" },
		{ "CfgTrace", "MustUse" },
		{ "\"impls\":[5,6,7]", "\"impls\":[6,5,7]" },
		{ "\"impls\":[5,6,7]", "\"impls\":[5,6]" },
		{ "\"fields\":[4]", "\"fields\":[]" },
		{ "\"fields\":[4]", "\"fields\":[null]" },
		{ "has_stripped_fields\":false", "has_stripped_fields\":true" },
		{ "\"args\":null", "\"args\":{}" },
		{ "[\"core\",\"marker\",\"Send\"]", "[\"core\",\"Send\"]" },
		{ "\"x\"}}", "\"z\"}}" },
		{ "\"own\"", "\"new\"" },
		{ "\"is_unsafe\":false", "\"is_unsafe\":true" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		if (hash_stays(changes[i][0], changes[i][1]) != 0)
			fail_msg("'%s' did not change it", changes[i][1]);
}

static void test_hash_of_an_item_is_not_there_where_it_cannot_be(void **state)
{
	static const char *const changes[][2] = {
		/* an id of which nothing is known */
		{ "\"id\":9,\"args\"", "\"id\":8,\"args\"" },
		{ "\"id\":9,\"args\"", "\"id\":99999999999,\"args\"" },
		/* a field that is a struct that has itself for a field */
		{ "\"fields\":[4]", "\"fields\":[3]" },
		{ "\"fields\":[4]", "\"fields\":[0]" },
		/* not as rustdoc writes it */
		{ "{\"id\":3,", "{ \"id\":3," },
		{ "{\"id\":5,", "{ \"id\":5," },
		{ "\"fields\":[4]", "\"fields\":[4 ]" },
		/* `paths` says that it is of another kind, or crate */
		{ "\"9\":{\"crate_id\":1,\"path\":[\"core\",",
		  "\"4\":{\"crate_id\":1,\"path\":[\"k\"],\"kind\":"
		  "\"struct\"},\"9\":{\"crate_id\":1,\"path\":[\"core\"," },
		{ "\"9\":{\"crate_id\":1,\"path\":[\"core\",",
		  "\"4\":{\"crate_id\":0,\"path\":[\"k\"],\"kind\":"
		  "\"type_alias\"},\"9\":{\"crate_id\":1,\"path\":["
		  "\"core\"," },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		if (hash_stays(changes[i][0], changes[i][1]) != -1)
			fail_msg("'%s' has a fingerprint", changes[i][1]);
}

/* The alias 1, if `paths` knows it, stands for what is written in it. */
static void test_hash_of_an_item_tells_what_an_alias_stands_for(void **state)
{
	static const char known[] =
		"{\"1\":{\"crate_id\":0,\"path\":[\"k\",\"A\"],"
		"\"kind\":\"type_alias\"},\"9\":{";
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	struct hash of[2] = { hash_start(), hash_start() };
	bool has_expr;

	(void)state;
	for (int i = 0; i < 2; i++) {
		const char *at = strstr(hashed, "\"id\":9,\"args\"");
		const char *paths = strstr(hashed, "{\"9\":{");
		struct rustdoc *d;
		char *type;

		strbuf_reset(&text);
		strbuf_add(&text, hashed, (size_t)(at - hashed));
		strbuf_adds(&text, "\"id\":1,\"args\"");
		at += strlen("\"id\":9,\"args\"");
		strbuf_add(&text, at, (size_t)(paths - at));
		strbuf_adds(&text, known);
		strbuf_adds(&text, paths + strlen("{\"9\":{"));
		type = strstr(text.data, "\"u8\"");
		assert_non_null(type);
		type[1] = i == 0 ? 'u' : 'i';
		d = must_open(strbuf_str(&text));
		assert_true(rustdoc_hash(d, 3, &of[i], &has_expr));
		rustdoc_free(d);
	}
	assert_false(hash_same(&of[0], &of[1]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hash_of_an_item_does_not_mind_places),
		cmocka_unit_test(test_hash_of_an_item_tells_what_changed_in_it),
		cmocka_unit_test(
			test_hash_of_an_item_is_not_there_where_it_cannot_be),
		cmocka_unit_test(
			test_hash_of_an_item_tells_what_an_alias_stands_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
