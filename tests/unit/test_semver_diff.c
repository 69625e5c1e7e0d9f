/* Comparing documents that are small, made by hand and often hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/finding.h"
#include "base/strbuf.h"
#include "crate/rustdoc/doc.h"
#include "crate/semver/diff.h"
#include "crate/semver/scope.h"
#include "crate/semver/surface.h"
#include "fault.h"

static const char *corpus = "tests/fuzz/corpus/rustdoc";

/* ---- documents */

static void add_item(struct strbuf *b, unsigned id, const char *name,
		     const char *inner)
{
	strbuf_addf(b,
		    "%s\"%u\":{\"id\":%u,\"crate_id\":0,\"name\":\"%s\","
		    "\"span\":{\"filename\":\"src/lib.rs\",\"begin\":[%u,1],"
		    "\"end\":[1,1]},\"visibility\":\"public\",\"attrs\":[],"
		    "\"deprecation\":null,\"inner\":{%s}}",
		    b->data[b->len - 1] == '{' ? "" : ",", id, id, name, id,
		    inner);
}

static void add_module(struct strbuf *b, unsigned id, const char *name,
		       const char *items)
{
	AUTO(strbuf_releasep) struct strbuf inner = { 0 };

	strbuf_addf(&inner,
		    "\"module\":{\"is_crate\":false,\"items\":[%s],"
		    "\"is_stripped\":false}",
		    items);
	add_item(b, id, name, strbuf_str(&inner));
}

static void add_use(struct strbuf *b, unsigned id, const char *name,
		    unsigned target, bool is_glob)
{
	char inner[256];

	snprintf(inner, sizeof(inner),
		 "\"use\":{\"source\":\"x\",\"name\":\"%s\",\"id\":%u,"
		 "\"is_glob\":%s}",
		 name, target, is_glob ? "true" : "false");
	add_item(b, id, name, inner);
}

static void begin(struct strbuf *b)
{
	strbuf_init(b, 256u << 20);
	strbuf_adds(b, "{\"root\":0,\"includes_private\":true,\"index\":{");
}

static struct rustdoc *finish(struct strbuf *b)
{
	struct rustdoc *d = NULL;
	struct err err = { 0 };

	strbuf_adds(b, "},\"paths\":{},\"format_version\":57}");
	assert_true(strbuf_ok(b));
	if (rustdoc_open(b->data, b->len, "made", &d, &err) < 0)
		fail_msg("%s", err.msg);
	return d;
}

static void refuse_surface(struct strbuf *b, enum err_code code,
			   const char *message)
{
	AUTO(rustdoc_freep) struct rustdoc *d = finish(b);
	struct surface *s = NULL;
	struct err err = { 0 };

	assert_int_equal(surface_build(d, &s, &err), code);
	assert_null(s);
	assert_string_equal(err.msg, message);
}

/* ---- limits */

static void test_surface_refuses_modules_nested_too_deeply(void **state)
{
	AUTO(strbuf_releasep) struct strbuf b;
	char items[32];

	(void)state;
	begin(&b);
	for (unsigned i = 0; i < SCOPE_DEPTH_MAX + 10; i++) {
		snprintf(items, sizeof(items), "%u", i + 1);
		add_module(&b, i, "m", items);
	}
	refuse_surface(&b, ERR_LIMIT, "modules nest more than 256 deep");
}

/* Twelve modules that all re-export each other: 12! ways through them. */
static void test_surface_refuses_an_explosion_of_paths(void **state)
{
	enum {
		MODULES = 12
	};
	AUTO(strbuf_releasep) struct strbuf b;
	AUTO(strbuf_releasep) struct strbuf all = { 0 };
	unsigned use = 1000;

	(void)state;
	begin(&b);
	for (unsigned i = 1; i <= MODULES; i++)
		strbuf_addf(&all, "%s%u", i > 1 ? "," : "", i);
	add_module(&b, 0, "k", strbuf_str(&all));
	for (unsigned i = 1; i <= MODULES; i++) {
		AUTO(strbuf_releasep) struct strbuf uses = { 0 };
		char name[8];

		for (unsigned j = 1; j <= MODULES; j++, use++) {
			snprintf(name, sizeof(name), "u%u", j);
			strbuf_addf(&uses, "%s%u", j > 1 ? "," : "", use);
			add_use(&b, use, name, j, false);
		}
		snprintf(name, sizeof(name), "m%u", i);
		add_module(&b, i, name, strbuf_str(&uses));
	}
	refuse_surface(&b, ERR_LIMIT,
		       "more than 1048576 public paths, or 256 MiB of them");
}

/* Modules that all glob each other, and many names to carry. */
static void test_surface_refuses_globs_that_carry_too_much(void **state)
{
	enum {
		MODULES = 120,
		NAMES = 3000
	};
	AUTO(strbuf_releasep) struct strbuf b;
	AUTO(strbuf_releasep) struct strbuf all = { 0 };
	unsigned id = 1000;

	(void)state;
	begin(&b);
	for (unsigned i = 1; i <= MODULES; i++)
		strbuf_addf(&all, "%s%u", i > 1 ? "," : "", i);
	add_module(&b, 0, "k", strbuf_str(&all));
	for (unsigned i = 1; i <= MODULES; i++) {
		AUTO(strbuf_releasep) struct strbuf items = { 0 };
		char name[8];

		for (unsigned j = 1; j <= MODULES; j++, id++) {
			strbuf_addf(&items, "%s%u", j > 1 ? "," : "", id);
			add_use(&b, id, "m", j, true);
		}
		for (unsigned j = 0; i == 1 && j < NAMES; j++, id++) {
			strbuf_addf(&items, ",%u", id);
			snprintf(name, sizeof(name), "f%u", j);
			add_item(&b, id, name, "\"function\":{}");
		}
		snprintf(name, sizeof(name), "m%u", i);
		add_module(&b, i, name, strbuf_str(&items));
	}
	refuse_surface(&b, ERR_LIMIT,
		       "its glob imports carry more than 20000000 names");
}

/* ---- odd documents */

static void test_surface_survives_a_module_inside_itself(void **state)
{
	AUTO(strbuf_releasep) struct strbuf b;
	AUTO(rustdoc_freep) struct rustdoc *d = NULL;
	AUTO(surface_freep) struct surface *s = NULL;
	struct err err = { 0 };

	(void)state;
	begin(&b);
	add_module(&b, 0, "k", "0,1,1,77");
	add_module(&b, 1, "m", "0,1,2,3,4");
	add_use(&b, 2, "a", 3, false); /* imports of each other */
	add_use(&b, 3, "b", 2, false);
	add_use(&b, 4, "c", 77, false); /* of nothing */
	d = finish(&b);
	assert_int_equal(surface_build(d, &s, &err), 0);
	assert_int_equal(rustdoc_check(d, &err), 0);
	assert_non_null(surface_find(s, "k"));
	assert_non_null(surface_find(s, "k::m"));
	assert_null(surface_find(s, "k::m::m::m"));
}

static void test_diff_reports_a_malformed_item_with_its_side(void **state)
{
	AUTO(strbuf_releasep) struct strbuf good, bad;
	AUTO(rustdoc_freep) struct rustdoc *a = NULL;
	AUTO(rustdoc_freep) struct rustdoc *b = NULL;
	AUTO(findings_releasep) struct findings found = { 0 };
	struct err err = { 0 };

	(void)state;
	begin(&good);
	add_module(&good, 0, "k", "1");
	add_item(&good, 1, "f", "\"function\":{}");
	a = finish(&good);
	begin(&bad);
	add_module(&bad, 0, "k", "1");
	add_item(&bad, 1, "f", "\"function\":{\"sig\":7}");
	b = finish(&bad);
	assert_int_equal(semver_diff(a, b, NULL, &found, &err), ERR_FORMAT);
	assert_non_null(strstr(err.msg, "made: byte "));
	assert_non_null(strstr(err.msg, "an object is expected"));
	err_clear(&err);
	assert_int_equal(semver_diff(b, a, NULL, &found, &err), ERR_FORMAT);
	assert_non_null(strstr(err.msg, "made: byte "));
	assert_int_equal(found.count, 0);
}

static void test_diff_runs_only_what_is_asked_for(void **state)
{
	static const char *const only[] = { "struct_missing" };
	const struct semver_options options = { .only = only, .only_count = 1 };
	AUTO(strbuf_releasep) struct strbuf old, new;
	AUTO(rustdoc_freep) struct rustdoc *a = NULL;
	AUTO(rustdoc_freep) struct rustdoc *b = NULL;
	AUTO(findings_releasep) struct findings found = { 0 };
	struct err err = { 0 };

	(void)state;
	begin(&old);
	add_module(&old, 0, "k", "1,2");
	add_item(&old, 1, "f", "\"function\":{}");
	add_item(&old, 2, "S", "\"struct\":{\"kind\":\"unit\"}");
	a = finish(&old);
	begin(&new);
	add_module(&new, 0, "k", "");
	b = finish(&new);
	assert_int_equal(semver_diff(a, b, &options, &found, &err), 0);
	assert_int_equal(found.count, 1);
	assert_string_equal(found.items[0].id, "struct_missing");
	assert_string_equal(found.items[0].subject, "k::S");
	assert_int_equal(found.items[0].line, 2);
	assert_int_equal(semver_diff(a, b, NULL, &found, &err), 0);
	assert_int_equal(found.count, 3);
}

/* ---- memory */

static char *read_corpus(const char *name, size_t *len)
{
	char path[256];
	char *text = malloc(1 << 20);
	FILE *f;

	assert_non_null(text);
	snprintf(path, sizeof(path), "%s/%s", corpus, name);
	f = fopen(path, "rb");
	if (!f)
		fail_msg("no %s: run from the root of the project", path);
	*len = fread(text, 1, 1 << 20, f);
	fclose(f);
	return text;
}

static int diff_texts(const char *text, size_t len, struct findings *found,
		      struct err *err)
{
	AUTO(rustdoc_freep) struct rustdoc *a = NULL;
	AUTO(rustdoc_freep) struct rustdoc *b = NULL;
	size_t first = strlen(text);

	if (rustdoc_open(text, first, "old", &a, err) < 0 ||
	    rustdoc_open(text + first + 1, len - first - 1, "new", &b, err) < 0)
		return (int)err->code;
	return semver_diff(a, b, NULL, found, err);
}

static void exhaust_memory_on(const char *name)
{
	size_t len, wanted;
	char *text = read_corpus(name, &len);
	long nth = 0, total;

	{
		AUTO(findings_releasep) struct findings found = { 0 };
		struct err err = { 0 };

		if (diff_texts(text, len, &found, &err) < 0)
			fail_msg("%s: %s", name, err.msg);
		wanted = found.count;
		assert_true(wanted > 0);
	}
	do {
		struct findings found = { 0 };
		struct err err = { 0 };
		int rc;

		fault_alloc(++nth);
		rc = diff_texts(text, len, &found, &err);
		total = fault_count();
		fault_alloc(0);
		if (rc == 0) {
			assert_int_equal(found.count, wanted);
		} else {
			assert_int_equal(rc, ERR_NOMEM);
			assert_int_equal(found.count, 0);
		}
		findings_release(&found);
	} while (nth <= total);
	assert_true(nth > 20);
	free(text);
}

/* A type whose one impl is listed so often, and that with its one method. */
static void add_methods(struct strbuf *b, int impls, int methods)
{
	AUTO(strbuf_releasep) struct strbuf type = { 0 }, impl = { 0 };

	strbuf_adds(&type, "\"struct\":{\"kind\":\"unit\",\"generics\":{"
			   "\"params\":[],\"where_predicates\":[]},"
			   "\"impls\":[");
	for (int i = 0; i < impls; i++)
		strbuf_adds(&type, i ? ",2" : "2");
	strbuf_adds(&type, "]}");
	strbuf_adds(&impl, "\"impl\":{\"is_unsafe\":false,\"generics\":{"
			   "\"params\":[],\"where_predicates\":[]},"
			   "\"provided_trait_methods\":[],\"trait\":null,"
			   "\"for\":{\"primitive\":\"u8\"},"
			   "\"is_negative\":false,\"is_synthetic\":false,"
			   "\"blanket_impl\":null,\"items\":[");
	for (int i = 0; i < methods; i++)
		strbuf_adds(&impl, i ? ",3" : "3");
	strbuf_adds(&impl, "]}");
	add_item(b, 1, "S", strbuf_str(&type));
	add_item(b, 2, "", strbuf_str(&impl));
	add_item(b, 3, "m",
		 "\"function\":{\"sig\":{\"inputs\":[],\"output\":null,"
		 "\"is_c_variadic\":false},\"generics\":{\"params\":[],"
		 "\"where_predicates\":[]},\"header\":{\"is_const\":false,"
		 "\"is_unsafe\":false,\"is_async\":false,\"abi\":\"Rust\"},"
		 "\"has_body\":true}");
}

static int diff_methods(int impls, int methods, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf b;
	AUTO(rustdoc_freep) struct rustdoc *old = NULL;
	AUTO(rustdoc_freep) struct rustdoc *new = NULL;
	AUTO(findings_releasep) struct findings found = { 0 };

	begin(&b);
	add_module(&b, 0, "k", "1");
	add_methods(&b, impls, methods);
	old = finish(&b);
	if (rustdoc_open(b.data, b.len, "new", &new, err) < 0)
		fail_msg("%s", err->msg);
	return semver_diff(old, new, NULL, &found, err);
}

static void test_diff_refuses_lists_that_multiply(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(diff_methods(2, 2, &err), 0);
	assert_int_equal(diff_methods(4200, 4200, &err), ERR_LIMIT);
	assert_non_null(strstr(err.msg, "more than 16777216 members"));
}

static void test_diff_survives_any_failed_allocation(void **state)
{
	(void)state;
	exhaust_memory_on("mini_items");
	exhaust_memory_on("mini_traits");
	exhaust_memory_on("mini_macros");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_surface_refuses_modules_nested_too_deeply),
		cmocka_unit_test(test_surface_refuses_an_explosion_of_paths),
		cmocka_unit_test(
			test_surface_refuses_globs_that_carry_too_much),
		cmocka_unit_test(test_surface_survives_a_module_inside_itself),
		cmocka_unit_test(
			test_diff_reports_a_malformed_item_with_its_side),
		cmocka_unit_test(test_diff_runs_only_what_is_asked_for),
		cmocka_unit_test(test_diff_refuses_lists_that_multiply),
		cmocka_unit_test(test_diff_survives_any_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
