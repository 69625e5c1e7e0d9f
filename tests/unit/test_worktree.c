#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/path.h"
#include "fault.h"
#include "folder.h"
#include "io/file.h"
#include "io/worktree.h"

/* HOME is the test's folder too. */
static int enter_home(void **state)
{
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("GIT_CONFIG_GLOBAL");
	unsetenv("GIT_AUTHOR_NAME");
	unsetenv("GIT_AUTHOR_EMAIL");
	return enter(state) < 0 ? -1 : setenv("HOME", dir, 1);
}

/* A repository w with one commit of a, sub/b and subway/c. */
static struct repo *repository(const char *more)
{
	AUTO(strbuf_releasep) struct strbuf script = { 0 };
	char *path = path_joined(dir, "w");
	struct repo *r = NULL;
	struct err err = { 0 };

	strbuf_addf(&script,
		    "git init -q -b main w; cd w; mkdir sub subway\n"
		    "for f in a sub/b subway/c; do echo $f >$f; done\n"
		    "git add .; git commit -qm one\n%s",
		    more);
	sh(strbuf_str(&script), NULL, 0);
	assert_int_equal(repo_open(path, &r, &err), 0);
	free(path);
	return r;
}

static struct oid oid_of(const char *rev)
{
	AUTO(strbuf_releasep) struct strbuf script = { 0 };
	struct oid oid;
	char hex[64];

	strbuf_addf(&script, "git -C w rev-parse %s", rev);
	sh(strbuf_str(&script), hex, sizeof(hex));
	assert_true(oid_parse(hex, &oid));
	return oid;
}

/* ---- dirt */

/* "path path (total, untracked)" of what differs below FOLDER. */
static void assert_dirt(struct repo *r, const char *folder, const char *want)
{
	AUTO(worktree_dirt_releasep) struct worktree_dirt d = { 0 };
	AUTO(strbuf_releasep) struct strbuf got = { 0 };
	struct err err = { 0 };

	assert_int_equal(worktree_dirt(r, folder, &d, &err), 0);
	for (size_t i = 0; i < d.count; i++)
		strbuf_addf(&got, "%s ", d.paths[i]);
	strbuf_addf(&got, "(%zu, %zu)", d.total, d.untracked);
	assert_string_equal(strbuf_str(&got), want);
}

static void test_dirt_is_none_in_a_clean_tree(void **state)
{
	AUTO(repo_freep) struct repo *r = repository("");

	(void)state;
	assert_dirt(r, "", "(0, 0)");
	assert_dirt(r, "sub", "(0, 0)");
}

static void test_dirt_names_every_kind_of_change(void **state)
{
	AUTO(repo_freep)
	struct repo *r = repository("echo x >new; echo x >staged; "
				    "git add staged; echo x >>a; "
				    "git rm -q --cached sub/b; rm subway/c\n");

	(void)state;
	assert_dirt(r, "", "a new staged sub/ sub/b subway/c (6, 2)");
}

static void test_dirt_keeps_to_its_folder(void **state)
{
	AUTO(repo_freep)
	struct repo *r = repository(
		"echo x >>a; echo x >>subway/c; mkdir sub-way fresh 'sub*'\n"
		"echo x >sub-way/d; echo x >fresh/e; echo x >'sub*/f'\n"
		"mkdir -p all/of; echo x >all/of/it; echo x >'sub*/g'\n"
		"git add 'sub\\*/g'; git commit -qm two; echo x >>'sub*/g'\n");

	(void)state;
	assert_dirt(r, "sub", "(0, 0)");
	assert_dirt(r, "subway", "subway/c (1, 0)");
	assert_dirt(r, "sub-way", "sub-way/ (1, 1)");
	assert_dirt(r, "fresh", "fresh/ (1, 1)");
	assert_dirt(r, "all/of", "all/ (1, 1)");
	assert_dirt(r, "sub*", "sub*/f sub*/g (2, 1)");
	assert_dirt(r, "fres?", "(0, 0)");
}

static void test_dirt_counts_more_than_it_names(void **state)
{
	AUTO(worktree_dirt_releasep) struct worktree_dirt d = { 0 };
	struct err err = { 0 };
	AUTO(repo_freep)
	struct repo *r = repository("for i in $(seq 100 140); do "
				    "echo x >$i; done\n");

	(void)state;
	assert_int_equal(worktree_dirt(r, "", &d, &err), 0);
	assert_int_equal(d.count, WORKTREE_DIRT_MAX);
	assert_int_equal(d.total, 41);
	assert_int_equal(d.untracked, 41);
	assert_string_equal(d.paths[0], "100");
}

static void test_dirt_leaves_out_what_is_ignored(void **state)
{
	AUTO(repo_freep)
	struct repo *r = repository(
		"echo '*.o' >.gitignore; git add .; git commit -qm two\n"
		"echo '*.tmp' >.git/info/exclude; touch x.o x.tmp x.swp\n");

	(void)state;
	assert_dirt(r, "", "x.swp (1, 1)");
	sh("mkdir -p .config/git; echo '*.swp' >.config/git/ignore", NULL, 0);
	assert_dirt(r, "", "(0, 0)");
}

static void test_dirt_takes_excludes_from_where_git_does(void **state)
{
	static const char *const scripts[] = {
		"printf '[core]\\n\\texcludesFile = ~/own\\n' >.gitconfig; "
		"echo x.swp >own",
		"mkdir -p .config/git; printf '[core]\\n\\texcludesFile = "
		"~/own\\n' >.config/git/config; echo x.swp >own",
		"printf \"[core]\\n\\texcludesFile = $HOME/own\\n\" "
		">.gitconfig; echo x.swp >own",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(scripts); i++) {
		AUTO(repo_freep) struct repo *r = NULL;

		assert_int_equal(enter_home(NULL), 0);
		r = repository("touch x.swp\n");
		assert_dirt(r, "", "x.swp (1, 1)");
		sh(scripts[i], NULL, 0);
		assert_dirt(r, "", "(0, 0)");
		assert_int_equal(leave(NULL), 0);
	}
}

static void test_dirt_does_without_excludes_that_cannot_be_read(void **state)
{
	AUTO(repo_freep) struct repo *r = repository("touch x.swp\n");

	(void)state;
	sh("printf '[core]\\n\\texcludesFile = ~/own\\n' >.gitconfig", NULL, 0);
	assert_dirt(r, "", "x.swp (1, 1)"); /* not there */
	sh("mkdir own", NULL, 0);
	assert_dirt(r, "", "x.swp (1, 1)"); /* a folder */
	sh("rmdir own; mkfifo own", NULL, 0);
	assert_dirt(r, "", "x.swp (1, 1)");
	sh("printf '[core' >.gitconfig", NULL, 0);
	assert_dirt(r, "", "x.swp (1, 1)");
}

static void test_dirt_survives_any_failed_allocation(void **state)
{
	AUTO(repo_freep) struct repo *r = repository("touch x y; echo >>a\n");
	long nth = 0, total;

	(void)state;
	do {
		AUTO(worktree_dirt_releasep) struct worktree_dirt d = { 0 };
		struct err err = { 0 };

		fault_alloc(++nth);
		(void)worktree_dirt(r, "", &d, &err);
		total = fault_count();
		fault_alloc(0);
		if (err.code)
			assert_int_equal(err.code, ERR_NOMEM);
	} while (nth <= total);
	assert_true(nth > 4);
}

/* ---- where it stands */

static void test_head_tells_commit_and_branch(void **state)
{
	AUTO(repo_freep) struct repo *r = repository("");
	char branch[WORKTREE_BRANCH_SIZE];
	struct err err = { 0 };
	struct oid head, now;

	(void)state;
	assert_int_equal(worktree_head(r, &head, branch, &err), 0);
	assert_string_equal(branch, "main");
	now = oid_of("HEAD");
	assert_true(oid_equal(&head, &now));
	sh("cd w; git checkout -qb a/b; git commit -q --allow-empty -m two",
	   NULL, 0);
	assert_int_equal(worktree_head(r, &head, branch, &err), 0);
	assert_string_equal(branch, "a/b");
	now = oid_of("HEAD");
	assert_true(oid_equal(&head, &now));
	sh("cd w; git checkout -q --detach", NULL, 0);
	assert_int_equal(worktree_head(r, &head, branch, &err), 0);
	assert_string_equal(branch, "");
}

static void test_head_of_an_unborn_branch_is_not_there(void **state)
{
	AUTO(repo_freep)
	struct repo *r = repository("git checkout -q --orphan new\n");
	char branch[WORKTREE_BRANCH_SIZE] = "x";
	struct err err = { 0 };
	struct oid head;

	(void)state;
	assert_int_equal(worktree_head(r, &head, branch, &err), ERR_NOT_FOUND);
	assert_string_equal(err.msg, "nothing is committed yet");
	assert_string_equal(branch, "x");
}

static void test_remote_url_is_where_it_is_pushed_to(void **state)
{
	AUTO(repo_freep) struct repo *r = repository("");
	struct err err = { 0 };
	char *url = NULL;

	(void)state;
	assert_int_equal(worktree_remote_url(r, "origin", &url, &err),
			 ERR_NOT_FOUND);
	assert_string_equal(err.msg, "there is no remote 'origin'");
	err = (struct err){ 0 };
	sh("cd w; git remote add origin ssh://x/y", NULL, 0);
	assert_int_equal(worktree_remote_url(r, "origin", &url, &err), 0);
	assert_string_equal(url, "ssh://x/y");
	free(url);
	sh("cd w; git remote set-url --push origin ssh://x/z", NULL, 0);
	assert_int_equal(worktree_remote_url(r, "origin", &url, &err), 0);
	assert_string_equal(url, "ssh://x/z");
	free(url);
	url = NULL;
	sh("cd w; git config --unset remote.origin.pushurl; "
	   "git config remote.origin.url ''",
	   NULL, 0);
	assert_int_equal(worktree_remote_url(r, "origin", &url, &err),
			 ERR_FORMAT);
	assert_string_equal(err.msg, "remote 'origin' has no URL");
	assert_null(url);
}

static void test_contains_follows_history(void **state)
{
	AUTO(repo_freep)
	struct repo *r =
		repository("git tag one; git commit -q --allow-empty -m two\n"
			   "git checkout -q --orphan other\n"
			   "git commit -qm three\n");
	const struct oid one = oid_of("one"), two = oid_of("main"),
			 other = oid_of("other");
	const struct oid nowhere = { { 1, 2, 3 } };

	(void)state;
	assert_true(worktree_contains(r, &two, &one));
	assert_true(worktree_contains(r, &one, &one));
	assert_true(worktree_contains(r, &nowhere, &nowhere));
	assert_false(worktree_contains(r, &one, &two));
	assert_false(worktree_contains(r, &two, &other));
	assert_false(worktree_contains(r, &nowhere, &one));
}

static void test_shallow_is_told(void **state)
{
	AUTO(repo_freep)
	struct repo *r = repository("git commit -q --allow-empty -m two\n");
	AUTO(repo_freep) struct repo *thin = NULL;
	char *path = path_joined(dir, "thin");
	struct err err = { 0 };

	(void)state;
	assert_false(worktree_is_shallow(r));
	sh("git clone -q --depth 1 \"file://$PWD/w\" thin", NULL, 0);
	assert_int_equal(repo_open(path, &thin, &err), 0);
	assert_true(worktree_is_shallow(thin));
	free(path);
}

static void test_common_dir_is_that_of_all_work_trees(void **state)
{
	AUTO(repo_freep)
	struct repo *r = repository("git worktree add -q --detach ../linked\n");
	AUTO(repo_freep) struct repo *linked = NULL;
	char *path = path_joined(dir, "linked");
	struct err err = { 0 };

	(void)state;
	assert_int_equal(repo_open(path, &linked, &err), 0);
	assert_string_equal(worktree_common_dir(linked),
			    worktree_common_dir(r));
	assert_string_not_equal(repo_git_dir(linked), repo_git_dir(r));
	free(path);
}

/* ---- who */

static void assert_tagger(struct repo *r, const char *want)
{
	const struct oid head = oid_of("HEAD");
	struct repo_identity who;
	struct err err = { 0 };
	char got[400];

	assert_int_equal(worktree_tagger(r, &head, &who, &err), 0);
	snprintf(got, sizeof(got), "%s <%s>", who.name, who.email);
	assert_string_equal(got, want);
}

static void test_tagger_is_who_this_machine_says(void **state)
{
	AUTO(repo_freep) struct repo *r = repository("");

	(void)state;
	assert_tagger(r, "Grace H <grace@example.org>"); /* who committed */
	sh("mkdir -p .config/git; printf '[user]\\n\\tname = X\\n"
	   "\\temail = x@y\\n' >.config/git/config",
	   NULL, 0);
	assert_tagger(r, "X <x@y>");
	sh("git config --global user.name Home", NULL, 0);
	assert_tagger(r, "Home <x@y>");
	sh("git -C w config user.email own@y", NULL, 0);
	assert_tagger(r, "Home <own@y>");
	setenv("GIT_AUTHOR_NAME", "Env", 1);
	assert_tagger(r, "Env <own@y>");
	unsetenv("GIT_AUTHOR_NAME");
	sh("git -C w config --unset user.email", NULL, 0);
	setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
	assert_tagger(r, "Grace H <grace@example.org>");
	unsetenv("GIT_CONFIG_GLOBAL");
	setenv("XDG_CONFIG_HOME", "relative", 1); /* does not count */
	assert_tagger(r, "Home <x@y>");
}

static void test_tagger_is_one_that_git_takes(void **state)
{
	static const struct {
		const char *name;
		const char *want;
	} cases[] = {
		{ "a <b> c", "a  b  c" },
		{ "a\033[31m\nb", "a [31m b" },
		{ "Zo\xeb", "Zo?" },
		{ "Zo\xc3\xab", "Zo\xc3\xab" },
		{ " . ", "Grace H" },
		{ "<>", "Grace H" },
		/* 126 bytes, then one of two that has no room */
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		  "aaaaaaaa\xc3\xab\xc3\xab",
		  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		  "aaaaaaaa" },
	};
	AUTO(repo_freep) struct repo *r = repository("");
	const struct oid head = oid_of("HEAD");

	(void)state;
	setenv("GIT_AUTHOR_EMAIL", "a@b", 1);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct repo_identity who;
		struct err err = { 0 };
		struct repo_person tagger = { who.name, who.email, 1 };
		struct oid tag;
		char name[32];

		setenv("GIT_AUTHOR_NAME", cases[i].name, 1);
		assert_int_equal(worktree_tagger(r, &head, &who, &err), 0);
		assert_string_equal(who.name, cases[i].want);
		snprintf(name, sizeof(name), "t%zu", i);
		if (repo_tag_create(r, name, &head, &tagger, "m", &tag, &err) <
		    0)
			fail_msg("%s", err.msg);
	}
}

static void test_tagger_of_a_nameless_commit_has_a_name(void **state)
{
	AUTO(repo_freep)
	struct repo *r = repository(
		"{ git cat-file commit HEAD | sed 's/^committer .*/committer  "
		"<> 1 +0000/'; } | git hash-object -t commit -w --stdin "
		"--literally >new; git reset -q --hard $(cat new)\n");

	(void)state;
	assert_tagger(r, "cohort <cohort@localhost>");
}

/* ---- objects */

static void test_object_is_what_is_hashed(void **state)
{
	AUTO(repo_freep) struct repo *r = repository("git tag -am text t\n");
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	const struct oid tag = oid_of("t"), nowhere = { { 1 } };
	struct err err = { 0 };
	struct oid again;

	(void)state;
	assert_int_equal(worktree_object(r, &tag, 1000, &text, &err), 0);
	assert_memory_equal(strbuf_str(&text), "object ", 7);
	assert_int_equal(
		worktree_hash_tag(strbuf_str(&text), text.len, &again, &err),
		0);
	assert_true(oid_equal(&again, &tag));
	assert_int_equal(worktree_object(r, &tag, text.len - 1, &text, &err),
			 ERR_LIMIT);
	assert_non_null(strstr(err.msg, "is too large"));
	err = (struct err){ 0 };
	assert_int_equal(worktree_object(r, &nowhere, 1000, &text, &err),
			 ERR_NOT_FOUND);
}

#define IN_A_FOLDER(f) cmocka_unit_test_setup_teardown(f, enter_home, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_FOLDER(test_dirt_is_none_in_a_clean_tree),
		IN_A_FOLDER(test_dirt_names_every_kind_of_change),
		IN_A_FOLDER(test_dirt_keeps_to_its_folder),
		IN_A_FOLDER(test_dirt_counts_more_than_it_names),
		IN_A_FOLDER(test_dirt_leaves_out_what_is_ignored),
		cmocka_unit_test(test_dirt_takes_excludes_from_where_git_does),
		IN_A_FOLDER(
			test_dirt_does_without_excludes_that_cannot_be_read),
		IN_A_FOLDER(test_dirt_survives_any_failed_allocation),
		IN_A_FOLDER(test_head_tells_commit_and_branch),
		IN_A_FOLDER(test_head_of_an_unborn_branch_is_not_there),
		IN_A_FOLDER(test_remote_url_is_where_it_is_pushed_to),
		IN_A_FOLDER(test_contains_follows_history),
		IN_A_FOLDER(test_shallow_is_told),
		IN_A_FOLDER(test_common_dir_is_that_of_all_work_trees),
		IN_A_FOLDER(test_tagger_is_who_this_machine_says),
		IN_A_FOLDER(test_tagger_is_one_that_git_takes),
		IN_A_FOLDER(test_tagger_of_a_nameless_commit_has_a_name),
		IN_A_FOLDER(test_object_is_what_is_hashed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
