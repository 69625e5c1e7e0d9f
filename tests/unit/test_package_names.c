/* The names of crates, and the commit that cargo notes in a package. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "crate/package/inspect.h"
#include "crate/package/names.h"

/* ---- .cargo_vcs_info.json */

static void test_vcs_read_takes_the_commit(void **state)
{
	static char text[] = "{\"git\":{\"sha1\":"
			     "\"0123456789abcdef0123456789abcdef01234567\"},"
			     "\"path_in_vcs\":\"kov\"}";
	struct package_listing l = { .text_count = 1 };
	struct package_vcs vcs = { .dirty = true };
	struct err err = { 0 };

	(void)state;
	l.texts[0] = (struct package_text){ .path = ".cargo_vcs_info.json",
					    .bytes = text,
					    .len = strlen(text) };
	assert_int_equal(package_vcs_read(&l, &vcs, &err), 0);
	assert_string_equal(vcs.sha1,
			    "0123456789abcdef0123456789abcdef01234567");
	assert_string_equal(vcs.folder, "kov");
	assert_false(vcs.dirty);
}

static void test_vcs_read_says_what_is_wrong(void **state)
{
	static char text[] = "{\"git\":1}";
	struct package_listing l = { 0 };
	struct package_vcs vcs;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(package_vcs_read(&l, &vcs, &err), ERR_NOT_FOUND);
	assert_string_equal(err.msg,
			    "no '.cargo_vcs_info.json' in the package");
	err_clear(&err);
	l.text_count = 1;
	l.texts[0] = (struct package_text){ .path = ".cargo_vcs_info.json",
					    .bytes = text,
					    .len = strlen(text) };
	assert_int_equal(package_vcs_read(&l, &vcs, &err), ERR_FORMAT);
	assert_non_null(strstr(err.msg, "'git' must be a map"));
}

/* ---- names */

static void test_names_are_told_apart(void **state)
{
	static const char *const windows[] = { "aux",	 "src/AUX.rs",
					       "a/com1", "lpt9.tar.gz",
					       "a./b",	 "a/b " };
	static const char *const plain[] = { "auxiliary",
					     "com",
					     "com0",
					     "a.b/c",
					     ".env.example",
					     "environment",
					     "target/a.rs",
					     "src/target/debug/x",
					     ".gitignore",
					     "git~2",
					     "credentials.toml" };
	static const char *const secret[] = { ".env", "a/id_ed25519",
					      ".cargo/credentials.toml",
					      "x/.cargo/credentials" };
	static const char *const git[] = { ".git",
					   ".GIT/config",
					   "a/.git",
					   "a/GIT~1/x",
					   ".git . /x",
					   ".g\xe2\x80\x8cit/c",
					   ".git\xef\xbb\xbf" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(windows); i++)
		assert_true(path_breaks_windows(windows[i]));
	for (size_t i = 0; i < ARRAY_LEN(secret); i++)
		assert_true(path_is_secret(secret[i]));
	for (size_t i = 0; i < ARRAY_LEN(git); i++)
		assert_true(path_has_git(git[i]));
	for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
		assert_false(path_breaks_windows(plain[i]));
		assert_false(path_is_secret(plain[i]));
		assert_false(path_is_build_output(plain[i]));
		assert_false(path_has_git(plain[i]));
		assert_false(path_is_unpackable(plain[i]));
	}
	assert_true(path_is_build_output("target/CACHEDIR.TAG"));
	assert_true(path_is_unpackable("a:b"));
}

static void test_printable_cuts_between_characters(void **state)
{
	char out[6];

	(void)state;
	path_printable("abcd\xc3\xa9", 6, out, sizeof(out));
	assert_string_equal(out, "abcd");
	path_printable("ab\n\xc3\xa9x", 6, out, sizeof(out));
	assert_string_equal(out, "ab?\xc3\xa9");
	path_printable("a\xff", 2, out, sizeof(out));
	assert_string_equal(out, "a?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vcs_read_takes_the_commit),
		cmocka_unit_test(test_vcs_read_says_what_is_wrong),
		cmocka_unit_test(test_names_are_told_apart),
		cmocka_unit_test(test_printable_cuts_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
