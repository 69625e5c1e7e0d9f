#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/path.h"
#include "course/checkout.h"
#include "folder.h"
#include "io/file.h"

#define BEGIN "git init -q w; cd w;"
#define END                                                        \
	"git add -A; git commit -qm x; git rev-parse HEAD; cd ..;" \
	"git clone -q --bare w bare"

static int check_out(const char *commit, enum artifact a, struct checkout *out,
		     struct err *err)
{
	char *bare = path_joined(dir, "bare"), *into = path_joined(dir, "out");
	int rc = checkout_commit(bare, commit, a, into, out, err);

	free(bare);
	free(into);
	return rc;
}

static bool is_at(const struct checkout *s, const char *folder)
{
	const char *below = s->crate + strlen(s->root);

	return strcmp(below + (*below == '/'), folder) == 0;
}

static void test_checkout_finds_the_crate_by_its_own_word(void **state)
{
	AUTO(checkout_releasep) struct checkout s = { 0 };
	struct err err = { 0 };
	char commit[64];

	(void)state;
	sh(BEGIN "mkdir a b; echo '[package]' >a/Cargo.toml;"
		 "echo '[package]' >b/Cargo.toml;"
		 "printf 'schema: 1\\nhandle: ada\\nartifact: artifact_02\\n"
		 "crate: flume-lock-ada\\n' >b/.cohort.yaml;" END,
	   commit, sizeof(commit));
	if (check_out(commit, ARTIFACT_02, &s, &err) < 0)
		fail_msg("%s", err.msg);
	assert_true(is_at(&s, "b"));
}

static void test_checkout_takes_the_only_crate_there_is(void **state)
{
	AUTO(checkout_releasep) struct checkout s = { 0 };
	struct err err = { 0 };
	char commit[64];

	(void)state;
	sh(BEGIN "mkdir src; printf '[package]\\nname = \"what\"\\n' "
		 ">Cargo.toml; echo x >src/lib.rs; chmod +x src/lib.rs;" END,
	   commit, sizeof(commit));
	assert_int_equal(check_out(commit, ARTIFACT_01, &s, &err), 0);
	assert_true(is_at(&s, ""));
}

static void test_checkout_says_that_there_is_no_crate(void **state)
{
	AUTO(checkout_releasep) struct checkout s = { 0 };
	struct err err = { 0 };
	char commit[64];

	(void)state;
	sh(BEGIN "echo x >README.md;" END, commit, sizeof(commit));
	assert_int_equal(check_out(commit, ARTIFACT_01, &s, &err),
			 ERR_NOT_FOUND);
	assert_string_equal(err.msg, "no folder is artifact_01");
}

static void test_checkout_keeps_content_modes_and_links(void **state)
{
	AUTO(checkout_releasep) struct checkout s = { 0 };
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	char commit[64], target[64] = "";
	struct err err = { 0 };
	struct stat st;
	char *file, *link;

	(void)state;
	sh(BEGIN "mkdir src; printf '[package]\\nname = \"kov-ada\"\\n' "
		 ">Cargo.toml; echo hello >src/lib.rs; chmod +x src/lib.rs;"
		 "ln -s /etc/passwd secret;" END,
	   commit, sizeof(commit));
	assert_int_equal(check_out(commit, ARTIFACT_01, &s, &err), 0);
	file = path_joined(s.root, "src/lib.rs");
	link = path_joined(s.root, "secret");
	assert_int_equal(file_read(file, 100, &text, &err), 0);
	assert_string_equal(strbuf_str(&text), "hello\n");
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0755);
	assert_true(readlink(link, target, sizeof(target) - 1) > 0);
	assert_string_equal(target, "/etc/passwd");
	free(file);
	free(link);
}

/* git itself finds the commit, and nothing changed. */
static void test_checkout_is_a_clean_work_tree(void **state)
{
	AUTO(checkout_releasep) struct checkout s = { 0 };
	struct err err = { 0 };
	char commit[64], head[64], status[256];

	(void)state;
	sh(BEGIN "mkdir src; printf '[package]\\nname = \"kov-ada\"\\n' "
		 ">Cargo.toml; echo hello >src/lib.rs;"
		 "ln -s src/lib.rs link;" END,
	   commit, sizeof(commit));
	assert_int_equal(check_out(commit, ARTIFACT_01, &s, &err), 0);
	sh("git -C out rev-parse HEAD", head, sizeof(head));
	assert_string_equal(head, commit);
	sh("git -C out status --porcelain", status, sizeof(status));
	assert_string_equal(status, "");
}

/* A tree that was made by hand: `a` is a link, and there is an `a/b` too. */
static void test_checkout_writes_nothing_through_a_link(void **state)
{
	AUTO(checkout_releasep) struct checkout s = { 0 };
	struct err err = { 0 };
	char commit[64];
	char *escaped = path_joined(dir, "elsewhere/b");

	(void)state;
	sh("mkdir elsewhere; git init -q --bare bare; cd bare;"
	   "blob=$(echo evil | git hash-object -w --stdin);"
	   "link=$(printf ../elsewhere | git hash-object -w --stdin);"
	   "sub=$(printf '100644 blob %s\\tb\\n' $blob | git mktree);"
	   "raw() { printf \"$1 $2\\0\"; echo $3 | "
	   "sed 's/../\\\\x&/g' | xargs -0 printf | head -c 20; };"
	   "{ raw 100644 Cargo.toml $blob; raw 120000 a $link; raw 40000 a "
	   "$sub; } >tree;"
	   "tree=$(git hash-object -t tree -w --literally tree);"
	   "git commit-tree -m x $tree",
	   commit, sizeof(commit));
	assert_true(check_out(commit, ARTIFACT_01, &s, &err) < 0);
	assert_false(file_exists(escaped));
	free(escaped);
}

static void test_checkout_names_a_missing_commit(void **state)
{
	AUTO(checkout_releasep) struct checkout s = { 0 };
	struct err err = { 0 };
	char commit[64];

	(void)state;
	sh(BEGIN "echo x >README.md;" END, commit, sizeof(commit));
	assert_true(check_out("0123456789012345678901234567890123456789",
			      ARTIFACT_01, &s, &err) < 0);
	assert_non_null(strstr(err.msg, "0123456789"));
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_checkout_finds_the_crate_by_its_own_word),
		CASE(test_checkout_takes_the_only_crate_there_is),
		CASE(test_checkout_says_that_there_is_no_crate),
		CASE(test_checkout_keeps_content_modes_and_links),
		CASE(test_checkout_is_a_clean_work_tree),
		CASE(test_checkout_writes_nothing_through_a_link),
		CASE(test_checkout_names_a_missing_commit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
