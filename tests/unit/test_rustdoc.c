/* The reader of rustdoc JSON, over small documents made by hand. */
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
#include "base/strbuf.h"
#include "crate/rustdoc/doc.h"
#include "crate/rustdoc/target.h"
#include "crate/rustdoc/type.h"
#include "rustdoc_text.h"

static void refuse(const char *text, size_t len, const char *message)
{
	struct rustdoc *d = NULL;
	struct err err = { 0 };

	assert_int_equal(rustdoc_open(text, len, "new.json", &d, &err),
			 ERR_FORMAT);
	assert_null(d);
	assert_string_equal(err.msg, message);
}

static void test_open_reads_what_stands_at_the_top(void **state)
{
	struct rustdoc *d = must_open(DOC(ROOT("")));
	const char *path, *kind;

	(void)state;
	assert_int_equal(rustdoc_format(d), 57);
	assert_false(rustdoc_is_newer(d));
	assert_true(rustdoc_has_private(d));
	assert_string_equal(rustdoc_crate_version(d), "1.2.3");
	assert_string_equal(rustdoc_target(d), "x86_64-unknown-linux-gnu");
	assert_string_equal(rustdoc_root(d)->name, "k");
	assert_true(rustdoc_path(d, 9, &path, &kind));
	assert_string_equal(path, "core::marker::Send");
	assert_string_equal(kind, "trait");
	assert_false(rustdoc_path(d, 8, &path, &kind));
	rustdoc_free(d);
}

static void test_open_refuses_what_is_no_rustdoc_json(void **state)
{
	static const char twice[] = DOC(ROOT("") "," ROOT(""));
	static const char sparse[] =
		DOC(ROOT("") ",\"4000000000\":{},\"4000000000\":{}");
	static const char no_root[] = DOC("");

	(void)state;
	refuse("", 0, "new.json: byte 0: an object is expected");
	refuse("{}", 2, "new.json: not rustdoc JSON: no 'format_version'");
	refuse("{\"format_version\":44}", 21,
	       "new.json: rustdoc format 44 is too old; 45 (Rust 1.88) and "
	       "later are read");
	refuse("{\"index\":{\"0:1\":{}},\"format_version\":30}", 40,
	       "new.json: rustdoc format 30 is too old; 45 (Rust 1.88) and "
	       "later are read");
	refuse("{\"index\":{\"0:1\":{}},\"format_version\":57}", 40,
	       "new.json: byte 11: an item id is expected");
	refuse(twice, strlen(twice),
	       "new.json: byte 344: 'index' has id 0 "
	       "twice");
	refuse(sparse, strlen(sparse),
	       "new.json: byte 369: 'index' has id 4000000000 twice");
	refuse(no_root, strlen(no_root),
	       "new.json: not rustdoc JSON: no root module");
}

static void add_features(struct strbuf *b, int count, int implied)
{
	strbuf_adds(b, "{\"target\":{\"triple\":\"t\",\"target_features\":[");
	for (int i = 0; i < count; i++) {
		strbuf_addf(b,
			    "%s{\"name\":\"f%d\",\"globally_enabled\":%s,"
			    "\"x\":[],\"implies_features\":[",
			    i ? "," : "", i, i == 1 ? "true" : "false");
		for (int k = 0; k < implied; k++)
			strbuf_addf(b, "%s\"f%d\"", k ? "," : "", k);
		strbuf_adds(b, "]}");
	}
	strbuf_adds(b, "]},\"format_version\":57,\"root\":0,\"index\":{" ROOT(
			       "") "},\"paths\":{}}");
}

static void test_open_knows_the_features_of_the_target(void **state)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	const struct rustdoc_target *t;
	const struct target_feature *f;
	struct rustdoc *d;

	(void)state;
	add_features(&text, 3, 4);
	d = must_open(strbuf_str(&text));
	t = rustdoc_target_data(d);
	assert_int_equal(t->feature_count, 3);
	assert_null(target_find(t, "f3"));
	f = target_find(t, "f2");
	assert_false(f->is_global);
	assert_int_equal(f->implied_count, 3); /* there is no f3 */
	assert_ptr_equal(f->implies[1], target_find(t, "f1"));
	assert_true(f->implies[1]->is_global);
	rustdoc_free(d);
}

static void test_target_of_too_many_features_is_refused(void **state)
{
	static const struct {
		unsigned count;
		unsigned implied;
		const char *why;
	} cases[] = {
		{ TARGET_FEATURES_MAX + 1, 0,
		  "a target of at most 1024 features" },
		{ 1000, 17, "and 16384 implied ones" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(strbuf_releasep) struct strbuf text = { 0 };
		struct err err = { 0 };
		struct rustdoc *d;

		add_features(&text, cases[i].count, cases[i].implied);
		d = must_open(strbuf_str(&text));
		assert_int_equal(rustdoc_target_data(d)->feature_count, 0);
		assert_int_equal(rustdoc_check(d, &err), ERR_FORMAT);
		assert_non_null(strstr(err.msg, cases[i].why));
		rustdoc_free(d);
	}
}

static void test_open_refuses_every_cut_of_a_document(void **state)
{
	static const char whole[] = DOC(ROOT("1") "," ITEM(
		"1", "\"f\"", "\"public\"", "", "{\"macro\":\"m\"}"));

	(void)state;
	for (size_t len = 0; len < sizeof(whole) - 1; len++) {
		char *cut = malloc(len + 1); /* exact, for the sanitizer */
		struct rustdoc *d = NULL;
		struct err err = { 0 };

		assert_non_null(cut);
		memcpy(cut, whole, len);
		assert_int_equal(rustdoc_open(cut, len, "x", &d, &err),
				 ERR_FORMAT);
		assert_null(d);
		assert_non_null(strstr(err.msg, "is expected"));
		free(cut);
	}
}

static void test_open_survives_any_changed_byte(void **state)
{
	static const char whole[] = DOC(ROOT("1") "," ITEM(
		"1", "\"f\"", "\"public\"", "\"no_mangle\"",
		"{\"function\":{\"sig\":{\"inputs\":[[\"self\",{\"generic\":"
		"\"Self\"}]],\"output\":null},\"generics\":null,\"header\":"
		"{\"abi\":{\"C\":{\"unwind\":true}}},\"has_body\":true}}"));
	static const char bytes[] = "{}[]\",:\\0n";

	(void)state;
	for (size_t i = 0; i < sizeof(whole) - 1; i++) {
		for (size_t b = 0; b < sizeof(bytes) - 1; b++) {
			char text[sizeof(whole)];
			struct rustdoc *d = NULL;
			struct err err = { 0 };

			memcpy(text, whole, sizeof(whole));
			text[i] = bytes[b];
			if (rustdoc_open(text, sizeof(text) - 1, "x", &d,
					 &err) < 0)
				continue;
			(void)rustdoc_item(d, 1);
			(void)rustdoc_check(d, &err);
			rustdoc_free(d);
		}
	}
}

static void test_open_reads_a_newer_format_and_says_so(void **state)
{
	static const char text[] = "{\"format_version\":99,\"root\":0,"
				   "\"index\":{" ROOT("") "}}";
	struct rustdoc *d = must_open(text);

	(void)state;
	assert_true(rustdoc_is_newer(d));
	assert_false(rustdoc_has_private(d));
	assert_null(rustdoc_crate_version(d));
	assert_null(rustdoc_target(d));
	rustdoc_free(d);
}

static void test_item_is_absent_where_the_id_dangles(void **state)
{
	struct rustdoc *d = must_open(DOC(ROOT("5,null")));
	struct err err = { 0 };

	(void)state;
	assert_null(rustdoc_item(d, 5));
	assert_null(rustdoc_item(d, 4000000000u));
	assert_null(rustdoc_item(d, RUSTDOC_NO_ID));
	assert_int_equal(rustdoc_root(d)->as.module.items.count, 2);
	assert_int_equal(rustdoc_root(d)->as.module.items.at[1], RUSTDOC_NO_ID);
	assert_int_equal(rustdoc_check(d, &err), 0);
	rustdoc_free(d);
}

static void test_item_that_is_malformed_is_reported_with_its_byte(void **state)
{
	struct rustdoc *d = must_open(DOC(ROOT("1,2") "," ITEM(
		"1", "7", "\"public\"", "", "{\"macro\":\"\"}") ",\"2\":{}"));
	struct err err = { 0 };

	(void)state;
	assert_null(rustdoc_item(d, 1));
	assert_null(rustdoc_item(d, 2)); /* not reported: it came second */
	assert_int_equal(rustdoc_check(d, &err), ERR_FORMAT);
	assert_string_equal(err.msg,
			    "new.json: byte 375: a string is expected");
	rustdoc_free(d);
}

static void test_item_cannot_be_two_things(void **state)
{
	struct rustdoc *d = must_open(DOC(ROOT("1") "," ITEM(
		"1", "\"a\"", "\"public\"", "",
		"{\"macro\":\"\"},\"inner\":{\"macro\":\"\"}")));
	struct err err = { 0 };

	(void)state;
	assert_null(rustdoc_item(d, 1));
	assert_int_equal(rustdoc_check(d, &err), ERR_FORMAT);
	assert_non_null(strstr(err.msg, "'inner' once is expected"));
	rustdoc_free(d);
}

static void test_item_has_its_place_and_visibility(void **state)
{
	struct rustdoc *d = must_open(DOC(ROOT("") "," ITEM(
		"1", "\"a\"", "\"crate\"", "",
		"{\"macro\":\"\"}") "," ITEM("2", "\"b\"",
					     "{\"restricted\":{\"parent\":7,"
					     "\"path\":\"::m\"}}",
					     "",
					     "\"extern_type\"") "," ITEM("3",
									 "\"c"
									 "\"",
									 "\"def"
									 "ault"
									 "\"",
									 "",
									 "{\"un"
									 "heard"
									 "_of\""
									 ":{}"
									 "}")));
	const struct rustdoc_item *it = rustdoc_item(d, 1);

	(void)state;
	assert_int_equal(it->kind, RUSTDOC_MACRO);
	assert_string_equal(it->file, "src/lib.rs");
	assert_int_equal(it->line, 1);
	assert_int_equal(it->column, 5);
	assert_int_equal(it->visibility, RUSTDOC_RESTRICTED);
	assert_int_equal(it->visible_in, RUSTDOC_NO_ID);
	it = rustdoc_item(d, 2);
	assert_int_equal(it->kind, RUSTDOC_EXTERN_TYPE);
	assert_int_equal(it->visible_in, 7);
	it = rustdoc_item(d, 3);
	assert_int_equal(it->kind, RUSTDOC_OTHER);
	assert_int_equal(it->visibility, RUSTDOC_DEFAULT);
	rustdoc_free(d);
}

/* One set of attributes, written as formats 53, 42 and 57 write it. */
static void check_attrs(const char *text)
{
	struct rustdoc *d = must_open(text);
	const struct rustdoc_attrs *at = &rustdoc_item(d, 1)->attrs;

	assert_true(at->hidden);
	assert_true(at->non_exhaustive);
	assert_true(at->must_use);
	assert_true(at->automatically_derived);
	assert_true(at->macro_export);
	assert_true(at->no_mangle);
	assert_int_equal(at->repr, RUSTDOC_REPR_C);
	assert_int_equal(at->rare->repr_align, 8);
	assert_int_equal(at->rare->repr_packed, 2);
	assert_string_equal(at->rare->repr_int, "u8");
	assert_string_equal(at->rare->export_name, "a\"b");
	assert_int_equal(at->rare->target_features.count, 2);
	assert_string_equal(at->rare->target_features.at[0], "avx");
	assert_string_equal(at->rare->target_features.at[1], "avx2");
	rustdoc_free(d);
}

static void test_attrs_of_all_formats_become_one_set(void **state)
{
	(void)state;
	check_attrs(DOC(ROOT("") "," ITEM(
		"1", "\"a\"", "\"public\"",
		"{\"other\":\"#[doc(hidden)]\"},\"non_exhaustive\","
		"{\"must_use\":{\"reason\":null}},\"automatically_derived\","
		"\"macro_export\",\"no_mangle\",{\"unheard_of\":{}},"
		"{\"repr\":{\"kind\":\"c\",\"align\":8,\"packed\":2,"
		"\"int\":\"u8\"}},{\"export_name\":\"a\\\"b\"},"
		"{\"target_feature\":{\"enable\":[\"avx\",\"avx2\"]}}",
		"\"extern_type\"")));
	check_attrs(DOC(ROOT("") "," ITEM(
		"1", "\"a\"", "\"public\"",
		"\"#[doc(alias = \\\"x, y\\\", hidden)]\","
		"\"#[non_exhaustive]\",\"#[must_use = \\\"because\\\"]\","
		"\"#[automatically_derived]\",\"#[unsafe(no_mangle)]\","
		"\"#[macro_export(local_inner_macros)]\",\"#[inline]\","
		"\"#[repr(C, u8, align(8), packed(2))]\","
		"\"#[export_name = \\\"a\\\\\\\"b\\\"]\","
		"\"#[target_feature(enable = \\\"avx,avx2\\\")]\"",
		"\"extern_type\"")));
	check_attrs(DOC(ROOT("") "," ITEM(
		"1", "\"a\"", "\"public\"",
		"\"#[doc(hidden)]\",\"#[attr = NonExhaustive]\","
		"\"#[attr = MustUse {reason: \\\"]\\\"}]\","
		"\"#[attr = AutomaticallyDerived([])]\","
		"\"#[attr = NoMangle]\",\"#[attr = MacroExport {}]\","
		"\"#[repr(align(8))]\",\"#[repr(u8)]\",\"#[repr(C)]\","
		"\"#[repr(packed(2))]\","
		"\"#[unsafe(export_name = \\\"a\\\\\\\"b\\\")]\","
		"\"#[target_feature(enable = \\\"avx\\\")]\","
		"\"#[target_feature(enable = \\\"avx2\\\")]\"",
		"\"extern_type\"")));
}

static void test_attrs_do_not_see_what_is_not_there(void **state)
{
	struct rustdoc *d = must_open(DOC(ROOT("") "," ITEM(
		"1", "\"a\"", "\"public\"",
		"\"#[doc(alias = \\\"hidden\\\")]\",\"#[doc = \\\"hidden\\\"]"
		"\",\"#[repr]\",\"#[\",\"#[]\",\"#\",\"\",{\"other\":\"#[x]\"}",
		"\"extern_type\"")));
	const struct rustdoc_attrs *at = &rustdoc_item(d, 1)->attrs;

	(void)state;
	assert_false(at->hidden);
	assert_false(at->non_exhaustive);
	assert_int_equal(at->repr, RUSTDOC_REPR_RUST);
	rustdoc_free(d);
}

#define SELF_REF                                                     \
	"{\"borrowed_ref\":{\"lifetime\":null,\"is_mutable\":false," \
	"\"type\":{\"generic\":\"Self\"}}}"

static void test_function_has_params_receiver_and_header(void **state)
{
	struct rustdoc *d = must_open(DOC(ROOT("") "," ITEM(
		"1", "\"f\"", "\"public\"", "",
		"{\"function\":{\"sig\":{\"inputs\":[[\"self\"," SELF_REF
		"],[\"x\",{\"primitive\":\"u8\"}]],\"output\":{\"tuple\":[]},"
		"\"is_c_variadic\":false},\"generics\":{\"params\":[],"
		"\"where_predicates\":[]},\"header\":{\"is_const\":true,"
		"\"is_unsafe\":false,\"is_async\":true,\"abi\":{\"C\":"
		"{\"unwind\":true}}},\"has_body\":true}}")));
	const struct rustdoc_item *f = rustdoc_item(d, 1);

	(void)state;
	assert_int_equal(f->as.function.param_count, 2);
	assert_int_equal(rustdoc_param_count(f), 1);
	assert_true(rustdoc_has_receiver(f));
	assert_true(f->as.function.output.size > 0);
	assert_string_equal(f->as.function.abi, "C");
	assert_true(f->as.function.unwind);
	assert_true(f->as.function.is_const);
	assert_true(f->as.function.is_async);
	assert_false(f->as.function.is_unsafe);
	assert_true(f->as.function.has_body);
	rustdoc_free(d);
}

static void test_generics_bounds_and_where_are_read_on_demand(void **state)
{
	struct rustdoc *d = must_open(DOC(ROOT("") "," ITEM(
		"1", "\"A\"", "\"public\"", "",
		"{\"type_alias\":{\"type\":{\"resolved_path\":{\"path\":\"B\","
		"\"id\":7,\"args\":{\"angle_bracketed\":{\"args\":[{"
		"\"lifetime\":\"'a\"},{\"type\":{\"generic\":\"T\"}},{"
		"\"const\":{\"expr\":\"N\"}}],\"constraints\":[]}}}},"
		"\"generics\":{\"params\":[{\"name\":\"'a\",\"kind\":{"
		"\"lifetime\":{\"outlives\":[]}}},{\"name\":\"T\",\"kind\":{"
		"\"type\":{\"bounds\":[{\"trait_bound\":{\"trait\":{\"path\":"
		"\"Sized\",\"id\":42,\"args\":null},\"generic_params\":[],"
		"\"modifier\":\"maybe\"}},{\"outlives\":\"'a\"}],\"default\":"
		"{\"primitive\":\"u8\"},\"is_synthetic\":false}}},{\"name\":"
		"\"N\",\"kind\":{\"const\":{\"type\":{\"primitive\":\"usize\"}"
		",\"default\":\"3\"}}}],\"where_predicates\":[{"
		"\"bound_predicate\":{\"type\":{\"generic\":\"Self\"},"
		"\"bounds\":[],\"generic_params\":[]}},{\"eq_predicate\":{}}]"
		"}}}")));
	const struct rustdoc_item *it = rustdoc_item(d, 1);
	struct arena a = { 0 };
	struct rustdoc_generics g;
	struct rustdoc_bounds bounds;
	struct rustdoc_wheres where;
	struct rustdoc_type t;
	struct rustdoc_args args;

	(void)state;
	assert_true(rustdoc_generics_read(d, it->generics, &a, &g));
	assert_int_equal(g.count, 3);
	assert_int_equal(g.at[0].kind, RUSTDOC_GENERIC_LIFETIME);
	assert_true(text_is(&g.at[1].name, "T"));
	assert_true(g.at[1].has_default);
	assert_int_equal(g.at[2].kind, RUSTDOC_GENERIC_CONST);
	assert_true(g.at[2].has_default);
	assert_true(rustdoc_bounds_read(d, g.at[1].bounds, &a, &bounds));
	assert_int_equal(bounds.count, 2);
	assert_int_equal(bounds.at[0].trait_id, 42);
	assert_true(bounds.at[0].is_maybe);
	assert_int_equal(bounds.at[1].trait_id, RUSTDOC_NO_ID);
	assert_true(rustdoc_where_read(d, g.where, &a, &where));
	assert_int_equal(where.count, 2);
	assert_true(where.at[0].type.size > 0);
	assert_int_equal(where.at[1].type.size, 0);
	assert_true(rustdoc_type_read(d, it->as.alias.type, &t));
	assert_int_equal(t.kind, RUSTDOC_TYPE_PATH);
	assert_int_equal(t.id, 7);
	assert_true(rustdoc_args_read(d, t.args, &a, &args));
	assert_int_equal(args.count, 3);
	assert_int_equal(args.at[0].kind, RUSTDOC_GENERIC_LIFETIME);
	assert_true(args.at[1].type.size > 0);
	assert_true(text_is(&args.at[2].name, "N"));
	arena_release(&a);
	rustdoc_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open_reads_what_stands_at_the_top),
		cmocka_unit_test(test_open_refuses_what_is_no_rustdoc_json),
		cmocka_unit_test(test_open_knows_the_features_of_the_target),
		cmocka_unit_test(test_target_of_too_many_features_is_refused),
		cmocka_unit_test(test_open_refuses_every_cut_of_a_document),
		cmocka_unit_test(test_open_survives_any_changed_byte),
		cmocka_unit_test(test_open_reads_a_newer_format_and_says_so),
		cmocka_unit_test(test_item_is_absent_where_the_id_dangles),
		cmocka_unit_test(
			test_item_that_is_malformed_is_reported_with_its_byte),
		cmocka_unit_test(test_item_cannot_be_two_things),
		cmocka_unit_test(test_item_has_its_place_and_visibility),
		cmocka_unit_test(test_attrs_of_all_formats_become_one_set),
		cmocka_unit_test(test_attrs_do_not_see_what_is_not_there),
		cmocka_unit_test(test_function_has_params_receiver_and_header),
		cmocka_unit_test(
			test_generics_bounds_and_where_are_read_on_demand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
