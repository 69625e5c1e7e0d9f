/* A student's tree before cargo packs it. */
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
#include "crate/package/tree.h"
#include "fault.h"

static void says(const struct source_entry *entries, size_t count,
		 const char *dir, const char *want)
{
	AUTO(findings_releasep) struct findings found = { 0 };
	AUTO(strbuf_releasep) struct strbuf out = { 0 };
	struct err err = { 0 };

	assert_int_equal(tree_lint(entries, count, dir, &found, &err), 0);
	for (size_t i = 0; i < found.count; i++)
		strbuf_addf(&out, "%s: %s\n", found.items[i].id,
			    found.items[i].why);
	assert_string_equal(strbuf_str(&out), want);
}

#define SAYS(entries, dir, want) says(entries, ARRAY_LEN(entries), dir, want)

static void test_tree_says_nothing_of_a_plain_one(void **state)
{
	static const struct source_entry tree[] = {
		{ "Cargo.toml", SOURCE_FILE, NULL, 100 },
		{ "README.md", SOURCE_LINK, "docs/README.md", 0 },
		{ "docs/README.md", SOURCE_FILE, NULL, 10 },
		{ "docs/up", SOURCE_LINK, "../src", 0 },
		{ "docs/here", SOURCE_LINK, ".", 0 },
		{ "docs/root", SOURCE_LINK, "..", 0 },
		{ "src/lib.rs", SOURCE_FILE, NULL, 10 },
		{ "src/x.rs", SOURCE_LINK, "../docs/up/./lib.rs", 0 },
	};

	(void)state;
	SAYS(tree, "", "");
	says(NULL, 0, "", "");
}

static void test_tree_refuses_links_that_lead_out(void **state)
{
	static const char *const targets[] = {
		"/etc/passwd",
		"../secret",
		"a/../../secret",
		"nowhere/../../secret",
		"../../../../../../etc/passwd",
		"..",
		".git/config",
		"a/.GIT/config",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
		const struct source_entry tree[] = {
			{ "a/b", SOURCE_FILE, NULL, 1 },
			{ "link", SOURCE_LINK, targets[i], 0 },
		};
		char want[200];

		snprintf(want, sizeof(want),
			 "symlink-escapes: 'link' points to '%s', outside the "
			 "repository\n",
			 targets[i]);
		SAYS(tree, "", want);
	}
}

static void test_tree_follows_links_through_links(void **state)
{
	/* by its letters a/up/../x is inside; through the link it is not */
	static const struct source_entry tree[] = {
		{ "a/up", SOURCE_LINK, "..", 0 },
		{ "a/x", SOURCE_FILE, NULL, 1 },
		{ "b", SOURCE_LINK, "a/up/../x", 0 },
		{ "c", SOURCE_LINK, "b", 0 },
	};

	(void)state;
	SAYS(tree, "",
	     "symlink-escapes: 'b' points to 'a/up/../x', outside the "
	     "repository\n"
	     "symlink-escapes: 'c' points to 'b', outside the repository\n");
}

static void test_tree_lets_a_crate_link_into_its_repository(void **state)
{
	static const struct source_entry tree[] = {
		{ "LICENSE", SOURCE_FILE, NULL, 1 },
		{ "kov/LICENSE", SOURCE_LINK, "../LICENSE", 0 },
		{ "kov/out", SOURCE_LINK, "../../x", 0 },
		{ "other/out", SOURCE_LINK, "/etc/passwd", 0 },
		{ "kovx/out", SOURCE_LINK, "/etc/passwd", 0 },
	};

	(void)state;
	SAYS(tree, "kov",
	     "symlink-escapes: 'kov/out' points to '../../x', outside the "
	     "repository\n");
}

static void test_tree_tells_loops_and_dead_ends(void **state)
{
	static const struct source_entry tree[] = {
		{ "a", SOURCE_LINK, "b", 0 },
		{ "b", SOURCE_LINK, "a", 0 },
		{ "c", SOURCE_LINK, "missing.txt", 0 },
		{ "d", SOURCE_LINK, "", 0 },
	};

	(void)state;
	SAYS(tree, "",
	     "symlink-dangles: 'a' points to 'b', where nothing is\n"
	     "symlink-dangles: 'b' points to 'a', where nothing is\n"
	     "symlink-dangles: 'c' points to 'missing.txt', where nothing "
	     "is\n"
	     "symlink-escapes: 'd' points to '', outside the repository\n");
}

static void test_tree_refuses_what_would_become_git(void **state)
{
	static const struct source_entry tree[] = {
		{ ".git/config", SOURCE_FILE, NULL, 1 },
		{ "a/.GIT", SOURCE_FILE, NULL, 1 },
		{ "kov/x", SOURCE_FILE, NULL, 1 },
		{ "kov/dep", SOURCE_SUBMODULE, NULL, 0 },
		{ "dep", SOURCE_SUBMODULE, NULL, 0 },
	};

	(void)state;
	SAYS(tree, "kov",
	     "git-folder: '.git/config' would become git's own\n"
	     "git-folder: 'a/.GIT' would become git's own\n"
	     "submodule: 'kov/dep' is a submodule\n");
}

static void test_tree_refuses_paths_that_are_none(void **state)
{
	static char deep[600], longer[5000];
	const struct source_entry tree[] = {
		{ "a\nb", SOURCE_FILE, NULL, 1 },
		{ "../a", SOURCE_FILE, NULL, 1 },
		{ "/a", SOURCE_FILE, NULL, 1 },
		{ "a\xff", SOURCE_FILE, NULL, 1 },
		{ "x", SOURCE_LINK, "y", 0 },
		{ "x/y", SOURCE_FILE, NULL, 1 },
		{ "z", SOURCE_FILE, NULL, 1 },
		{ "z", SOURCE_LINK, "/etc/passwd", 0 },
		{ "w:v", SOURCE_FILE, NULL, 1 },
		{ deep, SOURCE_FILE, NULL, 1 },
		{ longer, SOURCE_FILE, NULL, 1 },
	};
	char want[2000];

	(void)state;
	for (size_t i = 0; i + 2 < sizeof(deep); i += 2)
		memcpy(deep + i, "d/", 2);
	memset(longer, 'l', sizeof(longer) - 1);
	deep[599] = '\0';
	deep[598] = 'd';
	snprintf(want, sizeof(want),
		 "unsafe-path: 'a?b' is no plain path\n"
		 "unsafe-path: '../a' is no plain path\n"
		 "unsafe-path: '/a' is no plain path\n"
		 "unsafe-path: 'a?' is no text\n"
		 "duplicate-path: 'z' stands there twice\n"
		 "unsafe-path: '%.299s' is nested too deeply\n"
		 "unsafe-path: '%.299s' is longer than any disk allows\n"
		 "unsafe-path: 'x' is a file and a folder at once\n"
		 "unpackable-name: 'w:v' has a character that cargo does not "
		 "pack\n",
		 deep, longer);
	SAYS(tree, "", want);
}

static void test_tree_sees_names_that_differ_only_in_case(void **state)
{
	static const struct source_entry tree[] = {
		{ "kov/a", SOURCE_FILE, NULL, 1 },
		{ "kov/A", SOURCE_FILE, NULL, 1 },
		{ "b", SOURCE_FILE, NULL, 1 },
		{ "B", SOURCE_FILE, NULL, 1 },
	};
	AUTO(findings_releasep) struct findings found = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(tree_lint(tree, 4, "kov", &found, &err), 0);
	assert_int_equal(found.count, 1);
	assert_string_equal(found.items[0].id, "case-collision");
}

static void test_tree_bounds_bytes_and_files(void **state)
{
	static const struct source_entry big[] = {
		{ "kov/a", SOURCE_FILE, NULL, SOURCE_BYTES_MAX / 2 },
		{ "kov/b", SOURCE_FILE, NULL, SOURCE_BYTES_MAX / 2 },
		{ "other", SOURCE_FILE, NULL, UINT64_MAX },
		{ "kov/c", SOURCE_FILE, NULL, 1 },
	};
	static const struct source_entry huge[] = {
		{ "a", SOURCE_FILE, NULL, UINT64_MAX },
	};

	(void)state;
	says(big, 3, "kov", "");
	says(big, 4, "kov",
	     "tree-too-large: the crate's folder has more than 536870912 "
	     "bytes\n");
	SAYS(huge, "",
	     "tree-too-large: the crate's folder has more than 536870912 "
	     "bytes\n");
	says(huge, SOURCE_ENTRIES_MAX + 1, "",
	     "tree-too-large: the repository has 100001 files, 100000 are "
	     "allowed\n");
}

/* Each link leads to all the others, forty times over. */
static void test_tree_does_not_walk_for_ever(void **state)
{
	enum {
		LINKS = 2000
	};
	static struct source_entry tree[LINKS];
	static char names[LINKS][8], targets[LINKS][4096];
	AUTO(findings_releasep) struct findings found = { 0 };
	struct err err = { 0 };

	(void)state;
	for (int i = 0; i < LINKS; i++) {
		snprintf(names[i], sizeof(names[i]), "%d", i);
		for (int k = 0; k + 6 < 4096; k += 2)
			memcpy(targets[i] + k, "./", 2);
		snprintf(targets[i] + 4086, 8, "%d", (i + 1) % LINKS);
		tree[i] = (struct source_entry){ names[i], SOURCE_LINK,
						 targets[i], 0 };
	}
	assert_int_equal(tree_lint(tree, LINKS, "", &found, &err), 0);
	assert_string_equal(found.items[0].id, "symlink-dangles");
	assert_int_equal(found.count, 2 * 21);
	assert_string_equal(found.items[20].id, "symlink-escapes");
}

static void test_tree_survives_any_failed_allocation(void **state)
{
	static const struct source_entry tree[] = {
		{ "a/b/c", SOURCE_FILE, NULL, 1 },
		{ "a/b/C", SOURCE_FILE, NULL, 1 },
		{ "l", SOURCE_LINK, "a/../a/b/c", 0 },
		{ "m", SOURCE_LINK, "../x", 0 },
	};
	long nth = 0, total;

	(void)state;
	do {
		AUTO(findings_releasep) struct findings found = { 0 };
		struct err err = { 0 };
		int rc;

		fault_alloc(++nth);
		rc = tree_lint(tree, ARRAY_LEN(tree), "", &found, &err);
		total = fault_count();
		fault_alloc(0);
		assert_int_equal(rc, nth <= total ? ERR_NOMEM : 0);
	} while (nth <= total);
	assert_true(nth > 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tree_says_nothing_of_a_plain_one),
		cmocka_unit_test(test_tree_refuses_links_that_lead_out),
		cmocka_unit_test(test_tree_follows_links_through_links),
		cmocka_unit_test(
			test_tree_lets_a_crate_link_into_its_repository),
		cmocka_unit_test(test_tree_tells_loops_and_dead_ends),
		cmocka_unit_test(test_tree_refuses_what_would_become_git),
		cmocka_unit_test(test_tree_refuses_paths_that_are_none),
		cmocka_unit_test(test_tree_sees_names_that_differ_only_in_case),
		cmocka_unit_test(test_tree_bounds_bytes_and_files),
		cmocka_unit_test(test_tree_does_not_walk_for_ever),
		cmocka_unit_test(test_tree_survives_any_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
