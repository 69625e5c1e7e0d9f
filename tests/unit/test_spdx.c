/* Licence expressions and the word lists they are checked against. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "crate/manifest/manifest.h"
#include "crate/manifest/spdx.h"
#include "crate/manifest/wordlist.h"
#include "fault.h"
#include "io/file.h"

static const char license_text[] = "# facts\n"
				   "MIT\n"
				   "Apache-2.0\n"
				   "BSD-3-Clause\r\n"
				   "GPL-3.0 deprecated\n"
				   "GPL-3.0-only\n"
				   "GPL-3.0-or-later # a comment\n";
static const char exception_text[] = "LLVM-exception\n"
				     "\n"
				     "Nokia-Qt-exception-1.1 deprecated";

static struct wordlist licenses, exceptions;
static const struct spdx_lists lists = { &licenses, &exceptions };

static int set_up(void **state)
{
	struct err err = { 0 };

	(void)state;
	if (wordlist_read(license_text, strlen(license_text), "l", &licenses,
			  &err) < 0)
		return -1;
	return wordlist_read(exception_text, strlen(exception_text), "e",
			     &exceptions, &err);
}

static int tear_down(void **state)
{
	(void)state;
	wordlist_release(&licenses);
	wordlist_release(&exceptions);
	return 0;
}

static void test_check_takes_what_crates_io_takes(void **state)
{
	static const struct {
		const char *expression;
		unsigned notes;
	} good[] = {
		{ "MIT", 0 },
		{ " MIT ", 0 },
		{ "MIT OR Apache-2.0", 0 },
		{ "MIT/Apache-2.0", SPDX_SLASH },
		{ "MIT / Apache-2.0", SPDX_SLASH },
		{ "MIT or Apache-2.0", SPDX_LOWER_CASE },
		{ "(MIT OR Apache-2.0) AND BSD-3-Clause", 0 },
		{ "((MIT))", 0 },
		{ "GPL-3.0", SPDX_DEPRECATED },
		{ "GPL-3.0+", SPDX_DEPRECATED },
		{ "GPL-3.0-only+", 0 },
		{ "MIT+", 0 },
		{ "Apache-2.0 WITH LLVM-exception", 0 },
		{ "Apache-2.0+ WITH LLVM-exception OR MIT", 0 },
		{ "MIT WITH Nokia-Qt-exception-1.1", SPDX_DEPRECATED },
		{ "LicenseRef-own.1", 0 },
		{ "DocumentRef-a:LicenseRef-b OR MIT", 0 },
		{ "MIT WITH AdditionRef-x", 0 },
		{ "LicenseRef-a WITH LLVM-exception", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct err err = { 0 };
		unsigned notes = 99;

		if (spdx_check(good[i].expression, &lists, &notes, &err) < 0)
			fail_msg("%s", err.msg);
		assert_int_equal(notes, good[i].notes);
	}
}

static void test_check_says_what_is_wrong(void **state)
{
	static const struct {
		const char *expression, *why;
	} bad[] = {
		{ "", "it is empty" },
		{ "  ", "it is empty" },
		{ "apache 2.0", "SPDX has no licence 'apache'" },
		{ "mit", "SPDX has no licence 'mit'" },
		{ "MIT Apache-2.0", "a licence cannot follow a licence" },
		{ "MIT OR", "the end cannot follow AND or OR" },
		{ "OR MIT", "AND or OR cannot follow the beginning" },
		{ "MIT OR OR MIT", "AND or OR cannot follow AND or OR" },
		{ "MIT WITH MIT", "a licence cannot follow WITH" },
		{ "LLVM-exception",
		  "an exception cannot follow the beginning" },
		{ "(MIT) WITH LLVM-exception", "WITH cannot follow ')'" },
		{ "MIT +", "'+' must follow its licence at once" },
		{ "MIT++", "'+' cannot follow '+'" },
		{ "+", "'+' cannot follow the beginning" },
		{ "GPL-3.0-or-later+", "'-or-later' and '+' say the same" },
		{ "LicenseRef-a+", "'+' cannot follow a licence" },
		{ "(MIT", "'(' is not closed" },
		{ "MIT)", "')' closes nothing" },
		{ "()", "')' cannot follow '('" },
		{ "MIT, Apache-2.0", "it has a character that no licence has" },
		{ "MIT;", "it has a character that no licence has" },
		{ "MIT And MIT", "SPDX has no licence 'And'" },
		{ "LicenseRef:a", "SPDX has no licence 'LicenseRef:a'" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err err = { 0 };
		unsigned notes = 99;
		char want[200];

		snprintf(want, sizeof(want), "'%s' is no SPDX expression: %s",
			 bad[i].expression, bad[i].why);
		assert_int_equal(
			spdx_check(bad[i].expression, &lists, &notes, &err),
			ERR_FORMAT);
		assert_string_equal(err.msg, want);
		assert_int_equal(notes, 99);
	}
}

static void test_check_guesses_what_was_meant(void **state)
{
	static const struct {
		const char *expression, *hint;
	} samples[] = {
		{ "mit", "did you mean 'MIT'?" },
		{ "apache 2.0", "did you mean 'Apache-2.0'?" },
		{ "Apache-2", "did you mean 'Apache-2.0'?" },
		{ "BSD", "did you mean 'BSD-3-Clause'?" },
		{ "GPLv3", "did you mean 'GPL-3.0-only'?" },
		{ "proprietary-and-secret", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		struct err err = { 0 };
		unsigned notes;

		assert_int_equal(
			spdx_check(samples[i].expression, &lists, &notes, &err),
			ERR_FORMAT);
		assert_string_equal(err.hint, samples[i].hint);
	}
}

static void test_check_bounds_the_length(void **state)
{
	char text[SPDX_MAX + 2];
	struct err err = { 0 };
	unsigned notes;

	(void)state;
	memset(text, '(', sizeof(text));
	text[SPDX_MAX + 1] = '\0';
	assert_int_equal(spdx_check(text, &lists, &notes, &err), ERR_LIMIT);
	assert_string_equal(err.msg,
			    "an SPDX expression of more than 1000 bytes");
	err_clear(&err);
	text[SPDX_MAX] = '\0';
	assert_int_equal(spdx_check(text, &lists, &notes, &err), ERR_FORMAT);
}

static void test_wordlist_refuses_a_broken_file(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		const char *want;
	} bad[] = {
		{ "a\nb\na\n", 6, "w:3: 'a' stands there twice" },
		{ "a\n\xff\n", 4, "w:2: this line is no text" },
		{ "a\0b\n", 4, "w:1: this line is no text" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct wordlist w = { 0 };
		struct err err = { 0 };

		assert_int_equal(
			wordlist_read(bad[i].text, bad[i].len, "w", &w, &err),
			ERR_FORMAT);
		assert_string_equal(err.msg, bad[i].want);
		assert_int_equal(w.count, 0);
	}
}

static void test_wordlist_finds_whole_words_with_their_marks(void **state)
{
	(void)state;
	assert_int_equal(licenses.count, 6);
	assert_string_equal(wordlist_find(&licenses, "MIT", 3), "");
	assert_string_equal(wordlist_find(&licenses, "GPL-3.0", 7),
			    "deprecated");
	assert_string_equal(wordlist_find(&licenses, "BSD-3-Clause", 12), "");
	assert_null(wordlist_find(&licenses, "MI", 2));
	assert_null(wordlist_find(&licenses, "#", 1));
}

static void test_wordlist_survives_any_failed_allocation(void **state)
{
	long nth = 0, total;

	(void)state;
	do {
		struct wordlist w = { 0 };
		struct err err = { 0 };
		int rc;

		fault_alloc(++nth);
		rc = wordlist_read(license_text, strlen(license_text), "l", &w,
				   &err);
		total = fault_count();
		fault_alloc(0);
		assert_int_equal(rc, nth <= total ? ERR_NOMEM : 0);
		wordlist_release(&w);
	} while (nth <= total);
	assert_true(nth > 2);
}

/* ---- the lists that are shipped */

static void shipped(const char *path, struct wordlist *out)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	struct err err = { 0 };

	if (file_read(path, 1 << 20, &text, &err) < 0 ||
	    wordlist_read(strbuf_str(&text), text.len, path, out, &err) < 0)
		fail_msg("%s", err.msg);
}

static void test_shipped_lists_are_whole(void **state)
{
	AUTO(wordlist_releasep) struct wordlist ids = { 0 };
	AUTO(wordlist_releasep) struct wordlist added = { 0 };
	AUTO(wordlist_releasep) struct wordlist slugs = { 0 };
	AUTO(wordlist_releasep) struct wordlist reserved_names = { 0 };
	const struct spdx_lists all = { &ids, &added };
	unsigned notes = 0;
	struct err err = { 0 };

	(void)state;
	shipped("config/spdx-licenses.txt", &ids);
	shipped("config/spdx-exceptions.txt", &added);
	shipped("config/categories.txt", &slugs);
	shipped("config/reserved-names.txt", &reserved_names);
	assert_int_equal(slugs.count, 104);
	assert_non_null(wordlist_find(&slugs, "no-std::no-alloc", 16));
	assert_non_null(wordlist_find(&reserved_names, "proc_macro", 10));
	for (size_t i = 0; i < reserved_names.count; i++) {
		char canonical[CRATE_NAME_SIZE];

		crate_name_canonical(reserved_names.words[i], canonical);
		assert_string_equal(canonical, reserved_names.words[i]);
	}
	assert_int_equal(spdx_check("MIT OR Apache-2.0 WITH LLVM-exception",
				    &all, &notes, &err),
			 0);
	assert_int_equal(notes, 0);
	assert_int_equal(spdx_check("GPL-2.0", &all, &notes, &err), 0);
	assert_int_equal(notes, SPDX_DEPRECATED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check_takes_what_crates_io_takes),
		cmocka_unit_test(test_check_says_what_is_wrong),
		cmocka_unit_test(test_check_guesses_what_was_meant),
		cmocka_unit_test(test_check_bounds_the_length),
		cmocka_unit_test(test_wordlist_refuses_a_broken_file),
		cmocka_unit_test(
			test_wordlist_finds_whole_words_with_their_marks),
		cmocka_unit_test(test_wordlist_survives_any_failed_allocation),
		cmocka_unit_test(test_shipped_lists_are_whole),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
