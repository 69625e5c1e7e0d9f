/* The rules on a manifest that look at the files of its package. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "crate/manifest/lints.h"
#include "crate/package/listing.h"
#include "lint_samples.h"

static struct package_listing listing_of(struct package_file *files,
					 size_t count)
{
	return (struct package_listing){ .root = "kov-ada-0.1.0",
					 .files = files,
					 .count = count };
}

static void test_lint_looks_for_the_files(void **state)
{
	struct package_file none[] = { { .path = "src/lib.rs" } };
	struct package_file all[] = { { .path = "Cargo.lock" },
				      { .path = "LICENSE" },
				      { .path = "README.md" },
				      { .path = "src/main.rs" } };
	struct package_listing listing = listing_of(none, 1);
	struct lint_input in = { .listing = &listing };
	static const struct sample missing = {
		GOOD "readme = \"README.md\"\nlicense-file = \"./LICENSE\"\n"
		     "[[bin]]\nname = \"a\"\n",
		"warn missing-license-file 9 license-file: './LICENSE' is not "
		"in the package > -\n"
		"warn missing-readme 8 README.md: there is no 'README.md' in "
		"the package > write a README.md beside Cargo.toml\n"
		"warn missing-lockfile 0 Cargo.lock: the crate has a program "
		"but no Cargo.lock > git add Cargo.lock\n"
	};
	static const struct sample found = {
		GOOD "readme = \"README.md\"\nlicense-file = \"./LICENSE\"\n", ""
	};
	static const struct sample moved = {
		GOOD "readme = \"README.md\"\n",
		"deny wrong-root 0 kov-ada-0.2.0: the files are in "
		"'kov-ada-0.2.0/' and should be in 'kov-ada-0.1.0/' > pack it "
		"again\n"
	};

	(void)state;
	check_with(&in, &missing);
	listing = listing_of(all, 4);
	check_with(&in, &found);
	listing.root = "kov-ada-0.2.0";
	check_with(&in, &moved);
}

static void test_lint_reads_the_readme_and_the_commit(void **state)
{
	static char dirty[] = "{\"git\": {\"sha1\": "
			      "\"0123456789abcdef0123456789abcdef01234567\", "
			      "\"dirty\": true}, \"path_in_vcs\": \"kov\"}";
	static char big[LINT_UPLOAD_JSON_MAX / 2];
	struct package_file files[] = { { .path = ".cargo_vcs_info.json" },
					{ .path = "README.md" } };
	struct package_listing listing = listing_of(files, 2);
	struct lint_input in = { .listing = &listing,
				 .package_bytes = LINT_PACKAGE_MAX + 1 };
	static const struct sample sample = {
		GOOD,
		"deny package-too-large 0 size: the package has 10485761 "
		"bytes, 10485760 are allowed > add to [package]: exclude = "
		"[\"...\"]\n"
		"deny large-readme 1 README.md: with its escapes the README "
		"has more than 1048576 bytes > move most of it into files of "
		"its own\n"
		"warn dirty-package 0 .cargo_vcs_info.json: it was packed "
		"with changes that are not in commit 0123456789ab > git "
		"commit -a, then pack again\n"
	};

	(void)state;
	memset(big, '\n', sizeof(big));
	listing.texts[0] = (struct package_text){ .path = files[0].path,
						  .bytes = dirty,
						  .len = strlen(dirty) };
	listing.texts[1] = (struct package_text){ .path = files[1].path,
						  .bytes = big,
						  .len = sizeof(big) };
	listing.text_count = 2;
	check_with(&in, &sample);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lint_looks_for_the_files),
		cmocka_unit_test(test_lint_reads_the_readme_and_the_commit),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
