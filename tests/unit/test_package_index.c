/* The index of a registry: its paths, its lines, its files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/strbuf.h"
#include "crate/package/index.h"
#include "fault.h"

#define SUM_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SUM_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static void test_path_follows_the_length_of_the_name(void **state)
{
	static const struct {
		const char *name, *path;
	} samples[] = {
		{ "a", "1/a" },
		{ "Ab", "2/ab" },
		{ "aBc", "3/a/abc" },
		{ "abcd", "ab/cd/abcd" },
		{ "Kov-Ada", "ko/v-/kov-ada" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		char path[INDEX_PATH_SIZE];
		struct err err = { 0 };

		assert_int_equal(index_path(samples[i].name, path, &err), 0);
		assert_string_equal(path, samples[i].path);
	}
}

static void test_path_refuses_what_is_no_name(void **state)
{
	static const char *const bad[] = { "", "../x", "a/b", "1a" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		char path[INDEX_PATH_SIZE];
		struct err err = { 0 };

		assert_int_equal(index_path(bad[i], path, &err), ERR_FORMAT);
		assert_non_null(strstr(err.msg, "no crate can be called"));
	}
}

static int line_of(const char *text, const char *const *own, size_t own_count,
		   struct strbuf *out, struct err *err)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	struct manifest m;
	struct index_spec spec = { .manifest = &m,
				   .sha256 = SUM_A,
				   .own = own,
				   .own_count = own_count };

	if (manifest_read(text, strlen(text), "Cargo.toml", &arena, &m, err) <
	    0)
		return err->code;
	return index_line(&spec, out, err);
}

static void check_line(const char *text, const char *const *own,
		       size_t own_count, const char *want)
{
	AUTO(strbuf_releasep) struct strbuf out = { 0 };
	struct err err = { 0 };

	if (line_of(text, own, own_count, &out, &err) < 0)
		fail_msg("%s", err.msg);
	assert_string_equal(strbuf_str(&out), want);
}

#define HEAD "[package]\nname = \"kov\"\nversion = \"0.1.0\"\n"

static void test_line_of_a_small_crate(void **state)
{
	(void)state;
	check_line(HEAD "links = \"kov\"\nrust-version = \"1.70\"\n"
			"[features]\ndefault = [\"std\"]\nstd = []\n",
		   NULL, 0,
		   "{\"cksum\":\"" SUM_A "\",\"deps\":[],"
		   "\"features\":{\"default\":[\"std\"],\"std\":[]},"
		   "\"links\":\"kov\",\"name\":\"kov\","
		   "\"rust_version\":\"1.70\",\"vers\":\"0.1.0\","
		   "\"yanked\":false}");
}

static void test_line_moves_new_features_and_what_enables_them(void **state)
{
	(void)state;
	check_line(HEAD "[features]\n"
			"a = [\"b\"]\nb = [\"dep:x\"]\nc = [\"y?/z\"]\n"
			"d = [\"y/z\"]\ne = [\"d\", \"a\"]\n",
		   NULL, 0,
		   "{\"cksum\":\"" SUM_A "\",\"deps\":[],"
		   "\"features\":{\"d\":[\"y/z\"]},"
		   "\"features2\":{\"a\":[\"b\"],\"b\":[\"dep:x\"],"
		   "\"c\":[\"y?/z\"],\"e\":[\"d\",\"a\"]},"
		   "\"name\":\"kov\",\"v\":2,\"vers\":\"0.1.0\","
		   "\"yanked\":false}");
}

static void test_line_of_dependencies(void **state)
{
	static const char *const own[] = { "flume-lock-bob" };
	static const char text[] =
		HEAD "[dependencies]\n"
		     "t = { package = \"tiny-lib\", version = \"0.1.0\", "
		     "optional = true, default-features = false, features = "
		     "[\"std\"] }\n"
		     "[dev-dependencies]\nflume-lock-bob = \">= 0.1,<0.3\"\n"
		     "[target.'cfg(unix)'.build-dependencies]\n"
		     "cc = { version = \"1.*\", registry-index = "
		     "\"file:///r\" }\n";
#define DEPS(mark)                                                        \
	"{\"cksum\":\"" SUM_A "\",\"deps\":[{\"default_features\":false," \
	"\"features\":[\"std\"],\"kind\":\"normal\",\"name\":\"t\","      \
	"\"optional\":true,\"package\":\"tiny-lib\"," mark                \
	"\"req\":\"^0.1.0\",\"target\":null},"                            \
	"{\"default_features\":true,\"features\":[],\"kind\":\"dev\","    \
	"\"name\":\"flume-lock-bob\",\"optional\":false,"                 \
	"\"req\":\">=0.1, <0.3\",\"target\":null},"                       \
	"{\"default_features\":true,\"features\":[],\"kind\":\"build\","  \
	"\"name\":\"cc\",\"optional\":false,"                             \
	"\"registry\":\"file:///r\",\"req\":\"1.*\","                     \
	"\"target\":\"cfg(unix)\"}],\"features\":{},\"name\":\"kov\","    \
	"\"vers\":\"0.1.0\",\"yanked\":false}"

	(void)state;
	check_line(text, NULL, 0, DEPS(""));
	check_line(text, own, 1,
		   DEPS("\"registry\":\"https://github.com/rust-lang/"
			"crates.io-index\","));
}

static void test_line_says_what_is_wrong(void **state)
{
	static const struct {
		const char *text, *want;
	} bad[] = {
		{ "[package]\nname = \"a\"\n",
		  "the manifest has no name or no version" },
		{ "[workspace]\n", "the manifest has no name or no version" },
		{ HEAD "[dependencies]\nx = \"latest\"\n",
		  "dependency 'x': 'latest' is no version requirement: a "
		  "number is wanted" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		AUTO(strbuf_releasep) struct strbuf out = { 0 };
		struct err err = { 0 };

		assert_int_equal(line_of(bad[i].text, NULL, 0, &out, &err),
				 ERR_FORMAT);
		assert_string_equal(err.msg, bad[i].want);
	}
}

static void test_line_survives_any_failed_allocation(void **state)
{
	static const char text[] = HEAD "[features]\na = [\"dep:x\"]\n"
					"[dependencies]\nx = \"1\"\n";
	long nth = 0, total;

	(void)state;
	do {
		AUTO(strbuf_releasep) struct strbuf out = { 0 };
		struct err err = { 0 };
		int rc;

		fault_alloc(++nth);
		rc = line_of(text, NULL, 0, &out, &err);
		total = fault_count();
		fault_alloc(0);
		assert_int_equal(rc, nth <= total ? ERR_NOMEM : 0);
	} while (nth <= total);
	assert_true(nth > 2);
}

/* ---- files */

#define LINE(version, sum)                                    \
	"{\"cksum\":\"" sum "\",\"deps\":[],\"features\":{}," \
	"\"name\":\"kov\",\"vers\":\"" version "\",\"yanked\":false}"

static const char two[] = LINE("0.1.0", SUM_A) "\n"
					       "{\"v\":3,\"new\":true}\n"
					       "\n" LINE("0.2.0+x", SUM_B);

static void test_index_read_takes_what_it_knows(void **state)
{
	AUTO(crate_index_releasep) struct crate_index f = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(
		crate_index_read(two, strlen(two), "ko/v-/kov", &f, &err), 0);
	assert_int_equal(f.count, 2);
	assert_string_equal(f.versions[0].sha256, SUM_A);
	assert_string_equal(crate_index_find(&f, "0.2.0")->version, "0.2.0+x");
	assert_string_equal(crate_index_find(&f, "0.2.0+y")->version,
			    "0.2.0+x");
	assert_null(crate_index_find(&f, "0.2"));
	assert_null(crate_index_find(&f, "0.3.0"));
}

static void test_index_read_takes_a_file_that_is_empty(void **state)
{
	AUTO(crate_index_releasep) struct crate_index f = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(crate_index_read("", 0, "i", &f, &err), 0);
	assert_int_equal(f.count, 0);
}

static void test_index_read_names_the_line(void **state)
{
	static const struct {
		const char *text, *want;
	} bad[] = {
		{ LINE("0.1.0", SUM_A) "\n{", "i:2: json:1:" },
		{ "{\"name\":\"a\",\"vers\":\"1\"}\n", "i:1: " },
		{ "[]\n", "i:1: " },
		{ "{\"v\":\"x\"}\n", "i:1: " },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct crate_index f = { 0 };
		struct err err = { 0 };

		assert_int_equal(crate_index_read(bad[i].text,
						  strlen(bad[i].text), "i", &f,
						  &err),
				 ERR_FORMAT);
		assert_memory_equal(err.msg, bad[i].want, strlen(bad[i].want));
		assert_int_equal(f.count, 0);
	}
}

static void test_index_read_bounds_the_lines(void **state)
{
	AUTO(strbuf_releasep) struct strbuf b = { 0 };
	struct crate_index f = { 0 };
	struct err err = { 0 };

	(void)state;
	for (int i = 0; i <= INDEX_VERSIONS_MAX; i++)
		strbuf_addc(&b, '\n');
	assert_int_equal(crate_index_read(b.data, b.len, "i", &f, &err),
			 ERR_LIMIT);
	assert_string_equal(err.msg, "i: more than 67108864 bytes or 100000 "
				     "versions");
}

static void added(const char *old, const char *line, int want,
		  const char *result)
{
	AUTO(strbuf_releasep) struct strbuf out = { 0 };
	struct err err = { 0 };

	assert_int_equal(
		crate_index_add(old, strlen(old), "i", line, &out, &err), want);
	assert_string_equal(want ? err.msg : strbuf_str(&out), result);
}

static void test_index_add_appends_once(void **state)
{
	static const char one[] = LINE("0.1.0", SUM_A) "\n";

	(void)state;
	added("", LINE("0.1.0", SUM_A), 0, one);
	added(one, LINE("0.1.0", SUM_A), 0, one);
	added(LINE("0.1.0", SUM_A), LINE("0.2.0", SUM_B), 0,
	      LINE("0.1.0", SUM_A) "\n" LINE("0.2.0", SUM_B) "\n");
}

static void test_index_add_refuses_other_bytes(void **state)
{
	static const char one[] = LINE("0.1.0", SUM_A) "\n";

	(void)state;
	added(one, LINE("0.1.0", SUM_B), ERR_EXISTS,
	      "'kov' has version 0.1.0 already, with other bytes (checksum "
	      "aaaaaaaaaaaa, not bbbbbbbbbbbb)");
	added(one, LINE("0.1.0+b", SUM_A), ERR_EXISTS,
	      "'kov' has version 0.1.0 already, which to a registry is the "
	      "same as 0.1.0+b");
	added(one,
	      "{\"cksum\":\"" SUM_A "\",\"name\":\"Kov\",\"vers\":\"1.0.0\"}",
	      ERR_EXISTS, "the name of 'Kov' is taken by 'kov'");
	added(one, LINE("0.3.0", SUM_A) "\n" LINE("0.4.0", SUM_A), ERR_BUG,
	      "'{\"cksum\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	      "aaaaaaaaaaaaaaaa\",\"dep' is no line of an index");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_path_follows_the_length_of_the_name),
		cmocka_unit_test(test_path_refuses_what_is_no_name),
		cmocka_unit_test(test_line_of_a_small_crate),
		cmocka_unit_test(
			test_line_moves_new_features_and_what_enables_them),
		cmocka_unit_test(test_line_of_dependencies),
		cmocka_unit_test(test_line_says_what_is_wrong),
		cmocka_unit_test(test_line_survives_any_failed_allocation),
		cmocka_unit_test(test_index_read_takes_what_it_knows),
		cmocka_unit_test(test_index_read_takes_a_file_that_is_empty),
		cmocka_unit_test(test_index_read_names_the_line),
		cmocka_unit_test(test_index_read_bounds_the_lines),
		cmocka_unit_test(test_index_add_appends_once),
		cmocka_unit_test(test_index_add_refuses_other_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
