/* The features of a manifest as users see them, and what each turns on. */
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
#include "crate/manifest/manifest.h"
#include "crate/semver/features.h"
#include "fault.h"

/* The names stay where the manifest is: ARENA. */
static int read_text(const char *text, struct arena *arena,
		     struct semver_features *out, struct err *err)
{
	struct manifest m;

	assert_int_equal(
		manifest_read(text, strlen(text), "Cargo.toml", arena, &m, err),
		0);
	return semver_features_read(&m, out, err);
}

static void expect(const char *text, const char *names)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	AUTO(semver_features_releasep) struct semver_features f = { 0 };
	AUTO(strbuf_releasep) struct strbuf got = { 0 };
	struct err err = { 0 };

	assert_int_equal(read_text(text, &arena, &f, &err), 0);
	for (size_t i = 0; i < f.count; i++)
		strbuf_addf(&got, "%s%s%s", i ? " " : "", f.at[i].name,
			    f.at[i].is_default ? "*" : "");
	assert_string_equal(strbuf_str(&got), names);
}

static void test_read_takes_optional_dependencies_for_features(void **state)
{
	(void)state;
	expect("", "");
	expect("[features]\na = []\n", "a");
	expect("[dependencies]\nx = { version = \"1\", optional = true }\n"
	       "y = \"1\"\n",
	       "x");
	expect("[target.'cfg(unix)'.dependencies]\n"
	       "x = { version = \"1\", optional = true }\n",
	       "x");
	expect("[features]\na = [\"dep:x\"]\n[dependencies]\n"
	       "x = { version = \"1\", optional = true }\n"
	       "x2 = { version = \"1\", optional = true }\n",
	       "a x2");
	expect("[features]\nx = [\"dep:x\"]\n[dependencies]\n"
	       "x = { version = \"1\", optional = true }\n",
	       "x");
}

static void test_read_marks_all_that_default_reaches(void **state)
{
	(void)state;
	expect("[features]\ndefault = [\"a\"]\na = [\"b\"]\nb = [\"a\"]\n"
	       "c = [\"default\"]\n",
	       "default* a* b* c");
	expect("[features]\ndefault = [\"x/f\", \"y?/f\", \"nobody\"]\n"
	       "[dependencies]\nx = { version = \"1\", optional = true }\n"
	       "y = { version = \"1\", optional = true }\n",
	       "default* x* y");
	expect("[features]\ndefault = [\"x/f\"]\nx = []\n"
	       "[dependencies]\nx = \"1\"\n",
	       "default* x");
}

static void test_enables_goes_through_others_and_round(void **state)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	AUTO(semver_features_releasep) struct semver_features f = { 0 };
	struct err err = { 0 };
	struct semver_feature *a;

	(void)state;
	assert_int_equal(
		read_text("[features]\na = [\"b\", \"a\"]\nb = [\"c\"]\n"
			  "c = [\"a\", \"d\"]\nd = []\n",
			  &arena, &f, &err),
		0);
	a = semver_features_find(&f, "a");
	assert_int_equal(a->enable_count, 1);
	assert_true(semver_feature_enables(&f, a, "b"));
	assert_true(semver_feature_enables(&f, a, "d"));
	assert_false(semver_feature_enables(&f, a, "e"));
	assert_false(
		semver_feature_enables(&f, semver_features_find(&f, "d"), "a"));
}

static void test_is_unstable_goes_by_the_beginning(void **state)
{
	(void)state;
	assert_true(semver_feature_is_unstable("_private"));
	assert_true(semver_feature_is_unstable("unstable"));
	assert_true(semver_feature_is_unstable("unstable-x"));
	assert_true(semver_feature_is_unstable("nightly_x"));
	assert_true(semver_feature_is_unstable("benches"));
	assert_false(semver_feature_is_unstable("std"));
	assert_false(semver_feature_is_unstable("not-unstable"));
}

static void test_read_refuses_more_than_it_can_hold(void **state)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	AUTO(semver_features_releasep) struct semver_features f = { 0 };
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	struct err err = { 0 };

	(void)state;
	strbuf_adds(&text, "[features]\n");
	for (int i = 0; i <= SEMVER_FEATURES_MAX; i++)
		strbuf_addf(&text, "f%d = []\n", i);
	assert_int_equal(read_text(strbuf_str(&text), &arena, &f, &err),
			 ERR_LIMIT);
	assert_string_equal(err.msg, "more than 8192 features");

	err = (struct err){ 0 };
	strbuf_reset(&text);
	strbuf_adds(&text, "[features]\na = [");
	for (int i = 0; i <= SEMVER_FEATURE_LINKS_MAX; i++)
		strbuf_adds(&text, "\"a\",\n");
	strbuf_adds(&text, "]\n");
	assert_int_equal(read_text(strbuf_str(&text), &arena, &f, &err),
			 ERR_LIMIT);
	assert_string_equal(err.msg,
			    "features that enable more than 65536 others");
}

static void test_read_survives_any_lack_of_memory(void **state)
{
	static const char text[] =
		"[features]\ndefault = [\"a\"]\na = [\"dep:x\", \"y/z\"]\n"
		"[dependencies]\nx = { version = \"1\", optional = true }\n"
		"y = { version = \"1\", optional = true }\n";
	AUTO(arena_releasep) struct arena arena = { 0 };
	struct manifest m;
	struct err err = { 0 };
	long nth = 0, total;

	(void)state;
	assert_int_equal(manifest_read(text, strlen(text), "Cargo.toml", &arena,
				       &m, &err),
			 0);
	do {
		struct semver_features f = { 0 };
		int rc;

		err = (struct err){ 0 };
		fault_alloc(++nth);
		rc = semver_features_read(&m, &f, &err);
		total = fault_count();
		fault_alloc(0);
		assert_true(rc == 0 || rc == ERR_NOMEM);
		assert_int_equal(f.count, rc == 0 ? 3 : 0);
		semver_features_release(&f);
	} while (nth <= total);
	assert_true(nth > 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_read_takes_optional_dependencies_for_features),
		cmocka_unit_test(test_read_marks_all_that_default_reaches),
		cmocka_unit_test(test_enables_goes_through_others_and_round),
		cmocka_unit_test(test_is_unstable_goes_by_the_beginning),
		cmocka_unit_test(test_read_refuses_more_than_it_can_hold),
		cmocka_unit_test(test_read_survives_any_lack_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
