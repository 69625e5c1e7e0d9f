/* Versions, requirements and bumps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/semver.h"
#include "base/strbuf.h"

static struct semver version(const char *text)
{
	struct semver v;
	struct err err = { 0 };

	if (semver_parse(text, &v, &err) < 0)
		fail_msg("%s", err.msg);
	return v;
}

static void test_parse_takes_versions_and_prints_them_back(void **state)
{
	static const char *const good[] = {
		"0.0.0",
		"1.2.3",
		"18446744073709551615.0.0",
		"1.0.0-alpha.1",
		"1.0.0-0.3.7",
		"1.0.0--.x-y",
		"1.0.0+001.b-c",
		"1.0.0-rc.1+build.5",
		"1.0.0-0a.00b",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		AUTO(strbuf_releasep) struct strbuf out = { 0 };
		struct semver v = version(good[i]);

		semver_format(&v, &out);
		assert_string_equal(strbuf_str(&out), good[i]);
	}
	assert_string_equal(version("1.0.0-a.1+b").pre, "a.1");
	assert_string_equal(version("1.0.0-a.1+b").build, "b");
}

static void test_parse_says_what_is_wrong(void **state)
{
	static const struct {
		const char *text, *want;
	} bad[] = {
		{ "", "'' is no version: a number is wanted first, as in "
		      "1.0.0" },
		{ "v1.0.0", "'v1.0.0' is no version: a number is wanted "
			    "first, as in 1.0.0" },
		{ "1", "'1' is no version: a second number is missing, as in "
		       "1.0.0" },
		{ "1.2", "'1.2' is no version: a third number is missing, as "
			 "in 1.2.0" },
		{ "1.2.", "'1.2.' is no version: a third number is missing, "
			  "as in 1.2.0" },
		{ "01.2.3", "'01.2.3' is no version: a number begins with a "
			    "zero" },
		{ "1.2.18446744073709551616",
		  "'1.2.18446744073709551616' is no version: a number needs "
		  "more than 64 bits" },
		{ "1.2.3-", "'1.2.3-' is no version: what follows '-' is no "
			    "pre-release, as in 1.0.0-alpha.1" },
		{ "1.2.3-a..b", "'1.2.3-a..b' is no version: what follows '-' "
				"is no pre-release, as in 1.0.0-alpha.1" },
		{ "1.2.3-01", "'1.2.3-01' is no version: what follows '-' is "
			      "no pre-release, as in 1.0.0-alpha.1" },
		{ "1.2.3+", "'1.2.3+' is no version: what follows '+' is no "
			    "build, as in 1.0.0+20261123" },
		{ "1.2.3 ", "'1.2.3 ' is no version: something follows it" },
		{ "1.2.3.4", "'1.2.3.4' is no version: something follows it" },
		{ "1.2.3-a_b",
		  "'1.2.3-a_b' is no version: something follows it" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct semver v = { .major = 7 };
		struct err err = { 0 };

		assert_int_equal(semver_parse(bad[i].text, &v, &err),
				 ERR_FORMAT);
		assert_string_equal(err.msg, bad[i].want);
		assert_int_equal(v.major, 7);
	}
}

static void test_parse_takes_150_bytes_and_no_more(void **state)
{
	char text[160] = "1.0.0-";
	struct semver v;
	struct err err = { 0 };

	(void)state;
	memset(text + 6, 'a', 144);
	assert_int_equal(semver_parse(text, &v, &err), 0);
	text[150] = 'a';
	assert_int_equal(semver_parse(text, &v, &err), ERR_LIMIT);
	assert_string_equal(err.msg,
			    "a version of 151 bytes; at most 150 are allowed");
}

static void test_compare_follows_precedence(void **state)
{
	static const char *const rising[] = {
		"0.0.1",	"0.1.0",	 "1.0.0-0",
		"1.0.0-2",	"1.0.0-10",	 "1.0.0-99999999999999999999",
		"1.0.0-alpha",	"1.0.0-alpha.1", "1.0.0-alpha.beta",
		"1.0.0-beta",	"1.0.0-beta.2",	 "1.0.0-beta.11",
		"1.0.0-beta-x", "1.0.0-rc.1",	 "1.0.0",
		"1.0.1",	"1.10.0",	 "2.0.0",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rising); i++) {
		for (size_t j = 0; j < ARRAY_LEN(rising); j++) {
			struct semver a = version(rising[i]);
			struct semver b = version(rising[j]);
			int rc = semver_compare(&a, &b);

			if ((rc > 0) - (rc < 0) != (i > j) - (i < j))
				fail_msg("%s and %s", rising[i], rising[j]);
		}
	}
}

static void test_compare_ignores_the_build(void **state)
{
	struct semver a = version("1.0.0+a"), b = version("1.0.0+b");

	(void)state;
	assert_int_equal(semver_compare(&a, &b), 0);
}

static void test_bump_follows_cargo(void **state)
{
	static const struct {
		const char *from, *to, *want;
	} samples[] = {
		{ "1.2.3", "1.2.3", "no change" },
		{ "1.2.3", "1.2.3+x", "no change" },
		{ "1.2.3", "1.2.4", "patch" },
		{ "1.2.3", "1.3.0", "minor" },
		{ "1.2.3", "2.0.0", "major" },
		{ "0.2.3", "0.2.4", "minor" },
		{ "0.2.3", "0.3.0", "major" },
		{ "0.0.3", "0.0.4", "major" },
		{ "0.9.9", "1.0.0", "major" },
		{ "1.0.0-a", "1.0.0-b", "major" },
		{ "1.0.0-a", "1.0.0", "major" },
		{ "1.2.3", "1.2.2", "backwards" },
		{ "1.0.0", "1.0.0-rc.1", "backwards" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		struct semver from = version(samples[i].from);
		struct semver to = version(samples[i].to);

		assert_string_equal(semver_bump_name(semver_bump(&from, &to)),
				    samples[i].want);
	}
}

static struct semver_req requirement(const char *text)
{
	struct semver_req req;
	struct err err = { 0 };

	if (semver_req_parse(text, &req, &err) < 0)
		fail_msg("%s", err.msg);
	return req;
}

static void test_req_is_printed_as_cargo_prints_it(void **state)
{
	static const struct {
		const char *text, *want;
	} samples[] = {
		{ "0.1", "^0.1" },
		{ " 0.1.0", "^0.1.0" },
		{ "=0.1.0", "=0.1.0" },
		{ ">= 0.1,<0.3 ", ">=0.1, <0.3" },
		{ "~1", "~1" },
		{ "^1.2.3-rc.1+b", "^1.2.3-rc.1" },
		{ "1.*", "1.*" },
		{ "1.2.x", "1.2.*" },
		{ "1.*.*", "1.*" },
		{ ">1.*", ">1" },
		{ "*", "*" },
		{ " X ", "*" },
		{ "<=1, >0", "<=1, >0" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		AUTO(strbuf_releasep) struct strbuf out = { 0 };
		struct semver_req req = requirement(samples[i].text);

		semver_req_format(&req, &out);
		assert_string_equal(strbuf_str(&out), samples[i].want);
		assert_int_equal(semver_req_is_any(&req),
				 strcmp(samples[i].want, "*") == 0);
	}
}

static void test_req_says_what_is_wrong(void **state)
{
	static const struct {
		const char *text, *want;
	} bad[] = {
		{ "", "a number is wanted" },
		{ "latest", "a number is wanted" },
		{ "1.", "a number is wanted" },
		{ "1,", "a number is wanted" },
		{ "1,*", "a number is wanted" },
		{ ">=*", "a number is wanted" },
		{ "==1", "a number is wanted" },
		{ "01", "a number begins with a zero" },
		{ "99999999999999999999", "a number needs more than 64 bits" },
		{ "1.*.2", "a number follows a wildcard" },
		{ "*.1", "a wildcard cannot have company" },
		{ "*,1", "a wildcard cannot have company" },
		{ "1 2", "',' is wanted between comparators" },
		{ "1.2-a", "',' is wanted between comparators" },
		{ "1.2.3.4", "',' is wanted between comparators" },
		{ "1.2.3-", "what follows '-' is no pre-release" },
		{ "1.2.3+", "what follows '+' is no build" },
		{ "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
		  "1,1,1,1",
		  "it has more than 32 comparators" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct semver_req req = { .count = 7 };
		struct err err = { 0 };

		assert_int_equal(semver_req_parse(bad[i].text, &req, &err),
				 ERR_FORMAT);
		if (!strstr(err.msg, bad[i].want))
			fail_msg("'%s': %s", bad[i].text, err.msg);
		assert_non_null(strstr(err.msg, "is no version requirement"));
		assert_int_equal(req.count, 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_parse_takes_versions_and_prints_them_back),
		cmocka_unit_test(test_parse_says_what_is_wrong),
		cmocka_unit_test(test_parse_takes_150_bytes_and_no_more),
		cmocka_unit_test(test_compare_follows_precedence),
		cmocka_unit_test(test_compare_ignores_the_build),
		cmocka_unit_test(test_bump_follows_cargo),
		cmocka_unit_test(test_req_is_printed_as_cargo_prints_it),
		cmocka_unit_test(test_req_says_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
