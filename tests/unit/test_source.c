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
#include "course/source.h"
#include "fault.h"
#include "folder.h"
#include "io/file.h"

/*
 * Run SCRIPT in a new repository, as a hostile one is made: git mktree takes
 * any name.  f, x, l, d and s print an entry of a tree (a file, a program, a
 * link, a folder, a submodule), c a .cohort.yaml; SCRIPT prints entries too,
 * and *COMMIT has them.
 */
static const char words[] =
	"git init -q --bare r; cd r\n"
	"blob() { git hash-object -w --stdin; }\n"
	"tree() { git mktree -z --missing; }\n"
	"e() { printf '%s %s %s\\t%s\\0' \"$@\"; }\n"
	"b=$(printf hello | blob)\n"
	"f() { e 100644 blob ${2:-$b} \"$1\"; }\n"
	"x() { e 100755 blob ${2:-$b} \"$1\"; }\n"
	"l() { e 120000 blob $(printf \"$2\" | blob) \"$1\"; }\n"
	"d() { e 040000 tree $2 \"$1\"; }\n"
	"s() { e 160000 commit 0123456789012345678901234567890123456789 "
	"\"$1\"; }\n"
	"c() { f .cohort.yaml $(printf 'schema: 1\\nhandle: ada\\n"
	"artifact: %s\\ncrate: k\\n' $1 | blob); }\n";

static void repository(const char *script, struct repo **repo,
		       struct oid *commit)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(str_freep) char *path = path_joined(dir, "r");
	struct err err = { 0 };
	char hex[OID_HEX];

	strbuf_addf(&text,
		    "%s{ %s\n} | tree >tree\ngit commit-tree -m x "
		    "$(cat tree)",
		    words, script);
	sh(strbuf_str(&text), hex, sizeof(hex));
	assert_true(oid_parse(hex, commit));
	assert_int_equal(repo_open(path, repo, &err), 0);
}

/* ---- finding the crate */

struct found {
	int rc;
	struct strbuf path;
	struct dotcohort *dot;
	struct err err;
};

static void found_release(struct found *f)
{
	strbuf_release(&f->path);
	dotcohort_free(f->dot);
}
AUTO_RELEASE(struct found, found_release)

static void find(const char *script, enum artifact a, struct found *f)
{
	AUTO(repo_freep) struct repo *repo = NULL;
	struct oid commit;

	repository(script, &repo, &commit);
	f->rc = source_find(repo, &commit, a, &f->path, &f->dot, &f->err);
	assert_true(f->rc == 0 || !f->dot);
}

static void test_find_takes_the_root_that_says_nothing(void **state)
{
	AUTO(found_releasep) struct found f = { 0 };

	(void)state;
	find("f Cargo.toml", ARTIFACT_02, &f);
	assert_int_equal(f.rc, 0);
	assert_string_equal(strbuf_str(&f.path), "");
	assert_null(f.dot);
}

static void test_find_takes_the_folder_that_names_the_artifact(void **state)
{
	AUTO(found_releasep) struct found f = { 0 };

	(void)state;
	find("A=$(c artifact_01 | tree) B=$(c artifact_02 | tree)\n"
	     "deep=$(d b $B | tree)\n"
	     "f Cargo.toml; d a $A; d deep $deep",
	     ARTIFACT_02, &f);
	assert_int_equal(f.rc, 0);
	assert_string_equal(strbuf_str(&f.path), "deep/b");
	assert_int_equal(f.dot->artifact, ARTIFACT_02);
	assert_string_equal(f.dot->handle, "ada");
}

static void find_refused(const char *script, int code, const char *msg)
{
	AUTO(found_releasep) struct found f = { 0 };

	assert_int_equal(enter(NULL), 0);
	find(script, ARTIFACT_01, &f);
	assert_int_equal(leave(NULL), 0);
	assert_int_equal(f.rc, code);
	if (!strstr(f.err.msg, msg))
		fail_msg("'%s', not '%s'", f.err.msg, msg);
	if (code == ERR_NOT_FOUND)
		assert_string_equal(
			f.err.hint,
			"its .cohort.yaml says 'artifact: artifact_01'");
}

static void test_find_says_what_is_not_there_or_twice(void **state)
{
	(void)state;
	find_refused("f README.md", ERR_NOT_FOUND, "no folder is artifact_01");
	/* a manifest alone does not do beside a file that says otherwise */
	find_refused("f Cargo.toml; c artifact_02", ERR_NOT_FOUND,
		     "no folder is artifact_01");
	find_refused("d a $(f Cargo.toml | tree)", ERR_NOT_FOUND,
		     "no folder is artifact_01");
	/* links and submodules say nothing */
	find_refused("l .cohort.yaml other", ERR_NOT_FOUND,
		     "no folder is artifact_01");
	find_refused("d a $(s .cohort.yaml | tree)", ERR_NOT_FOUND,
		     "no folder is artifact_01");
	find_refused("c artifact_01; d b $(c artifact_01 | tree)", ERR_FORMAT,
		     "'.cohort.yaml' and 'b/.cohort.yaml' both say that "
		     "they are artifact_01");
	find_refused("B=$(c artifact_01 | tree); d a $B; d b $B", ERR_FORMAT,
		     "'a/.cohort.yaml' and 'b/.cohort.yaml' both say");
}

static void test_find_refuses_a_broken_or_giant_word(void **state)
{
	(void)state;
	find_refused("d a $(f .cohort.yaml | tree)", ERR_FORMAT,
		     "a/.cohort.yaml:1:1: ");
	find_refused("f .cohort.yaml $(printf 'a: [' | blob)", ERR_FORMAT,
		     ".cohort.yaml:2:1: ");
	find_refused("f .cohort.yaml $(printf '\\377\\0' | blob)", ERR_FORMAT,
		     ".cohort.yaml:1:");
	find_refused("f .cohort.yaml $(head -c 70000 /dev/zero | blob)",
		     ERR_LIMIT, "65536");
	find_refused("B=$(c artifact_02 | tree)\n"
		     "for i in $(seq 100 164); do d d$i $B; done",
		     ERR_LIMIT, "more than 64 folders have a '.cohort.yaml'");
	find_refused("for i in $(seq 100000 150000); do echo $i; done | "
		     "sed \"s/.*/100644 blob $b\t&/\" | tr '\\n' '\\0'",
		     ERR_LIMIT, "more than 50000 files and folders");
	find_refused("f .cohort.yaml 0123456789012345678901234567890123456"
		     "789",
		     ERR_IO, "0123456789012345678901234567890");
}

/* ---- writing it out */

static int export(const char *script, const char *path, struct err *err)
{
	AUTO(repo_freep) struct repo *repo = NULL;
	char *out = path_joined(dir, "out/below");
	struct oid commit;
	int rc;

	repository(script, &repo, &commit);
	assert_int_equal(file_make_dirs(out, err), 0);
	rc = source_export(repo, &commit, path, out, err);
	free(out);
	return rc;
}

/* What is at PATH below dir: its text, or where a link leads. */
static void assert_holds(const char *path, const char *text, unsigned mode)
{
	AUTO(strbuf_releasep) struct strbuf got = { 0 };
	char *full = path_joined(dir, path), target[256];
	struct err err = { 0 };
	struct stat st;

	if (lstat(full, &st) != 0)
		fail_msg("'%s' is missing", path);
	if (S_ISLNK(st.st_mode)) {
		ssize_t n = readlink(full, target, sizeof(target) - 1);

		assert_true(n >= 0);
		target[n] = '\0';
		assert_string_equal(target, text);
	} else {
		assert_int_equal(file_read(full, 1000, &got, &err), 0);
		assert_string_equal(strbuf_str(&got), text);
		assert_int_equal(st.st_mode & 0777, mode);
	}
	free(full);
}

static void test_export_writes_files_programs_links_and_dirs(void **state)
{
	struct err err = { 0 };
	char *sub;

	(void)state;
	umask(022);
	if (export("f a; x b; l c ../../etc/passwd; s sub\n"
		   "d dir $({ f a; l up ..; } | tree)",
		   "", &err) < 0)
		fail_msg("%s", err.msg);
	assert_holds("out/below/a", "hello", 0644);
	assert_holds("out/below/b", "hello", 0755);
	assert_holds("out/below/c", "../../etc/passwd", 0);
	assert_holds("out/below/dir/a", "hello", 0644);
	assert_holds("out/below/dir/up", "..", 0);
	sub = path_joined(dir, "out/below/sub");
	assert_true(file_is_dir(sub));
	free(sub);
}

static void test_export_cuts_the_path_off(void **state)
{
	struct err err = { 0 };

	(void)state;
	if (export("f top; d a $(d b $(f c | tree) | tree)", "a/b", &err) < 0)
		fail_msg("%s", err.msg);
	assert_holds("out/below/c", "hello", 0644);
	assert_int_equal(access("out/below/top", F_OK), -1);
	assert_int_equal(export("f x", "none", &err), ERR_NOT_FOUND);
}

/* The folder that was written to, and nothing beside it or above it. */
static size_t entries_in(const char *path)
{
	AUTO(file_names_releasep) struct file_names names = { 0 };
	char *full = path_joined(dir, path);
	struct err err = { 0 };

	assert_int_equal(file_names_read(full, &names, &err), 0);
	free(full);
	return names.count;
}

static void test_export_refuses_paths_that_could_do_harm(void **state)
{
	static const struct {
		const char *script;
		const char *msg;
	} cases[] = {
		{ "f ..", "unsafe path '..'" },
		{ "f .", "unsafe path '.'" },
		{ "d .. $(f evil | tree)", "unsafe path '../evil'" },
		{ "d a $(d .. $(d .. $(f evil | tree) | tree) | tree)",
		  "unsafe path 'a/../../evil'" },
		{ "d .git $(f config | tree)", "unsafe path '.git/config'" },
		{ "d a $(d .GiT $(f hooks | tree) | tree)",
		  "unsafe path 'a/.GiT/hooks'" },
		{ "f .git", "unsafe path '.git'" },
		{ "l .git elsewhere", "unsafe path '.git'" },
		{ "s .git", "unsafe path '.git'" },
		{ "f 'a\\b'", "unsafe path 'a\\b'" },
		{ "f \"$(printf 'a\\033[31m')\"", "unsafe path 'a?[31m'" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = { 0 };

		assert_int_equal(enter(NULL), 0);
		assert_int_equal(export(cases[i].script, "", &err), ERR_UNSAFE);
		assert_string_equal(err.msg, cases[i].msg);
		assert_int_equal(entries_in("out/below"), 0);
		assert_int_equal(entries_in("out"), 1);
		assert_int_equal(entries_in("."), 2);
		assert_int_equal(leave(NULL), 0);
	}
}

static void test_export_never_writes_through_a_link(void **state)
{
	static const char *const scripts[] = {
		/* a link and a folder of one name, in either order */
		"l a ../../outside; d a $(f evil | tree)",
		"d a $(f evil | tree); l a ../../outside",
		"l a ../../outside/evil; f a",
		"f a; l a ../../outside/evil",
		"l a ../../outside; s a",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(scripts); i++) {
		struct err err = { 0 };
		char *outside;

		assert_int_equal(enter(NULL), 0);
		outside = path_joined(dir, "outside");
		assert_int_equal(file_make_dirs(outside, &err), 0);
		assert_int_equal(export(scripts[i], "", &err), ERR_EXISTS);
		assert_non_null(strstr(err.msg, "/a': "));
		assert_int_equal(entries_in("outside"), 0);
		free(outside);
		assert_int_equal(leave(NULL), 0);
	}
}

static void test_export_refuses_two_files_of_one_name(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(export("f a; x a", "", &err), ERR_EXISTS);
}

static void test_export_refuses_links_to_nowhere(void **state)
{
	static const struct {
		const char *script;
		int code;
		const char *msg;
	} cases[] = {
		{ "l a ''", ERR_UNSAFE, "'a' is a broken link" },
		{ "l a 'x\\0y'", ERR_UNSAFE, "'a' is a broken link" },
		{ "l a $(head -c 4097 /dev/zero | tr '\\0' x)", ERR_LIMIT,
		  "a: " },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = { 0 };

		assert_int_equal(enter(NULL), 0);
		assert_int_equal(export(cases[i].script, "", &err),
				 cases[i].code);
		assert_memory_equal(err.msg, cases[i].msg,
				    strlen(cases[i].msg));
		assert_int_equal(leave(NULL), 0);
	}
}

static void test_export_refuses_what_is_too_much(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(export("f a $(truncate -s 65M big; git hash-object "
				"-w big)",
				"", &err),
			 ERR_LIMIT);
	assert_memory_equal(err.msg, "a: ", 3);
	assert_int_equal(leave(NULL), 0);
	assert_int_equal(enter(NULL), 0);
	err = (struct err){ 0 };
	assert_int_equal(export("seq 100000 150000 | "
				"sed \"s/.*/100644 blob $b\t&/\" | "
				"tr '\\n' '\\0'",
				"", &err),
			 ERR_LIMIT);
	assert_string_equal(err.msg, "more than 50000 files and folders");
}

static void test_export_says_which_object_is_missing(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(export("f a 0123456789012345678901234567890123456789",
				"", &err),
			 ERR_NOT_FOUND);
	assert_memory_equal(err.msg, "a: ", 3);
	assert_non_null(strstr(err.msg, "0123456789"));
}

/* ---- without memory */

static void test_all_of_it_survives_any_failed_allocation(void **state)
{
	AUTO(repo_freep) struct repo *repo = NULL;
	char *out = path_joined(dir, "out");
	struct oid commit;
	long nth = 0, total;

	(void)state;
	repository("c artifact_01; f Cargo.toml; l b a\n"
		   "d d $(f e | tree)",
		   &repo, &commit);
	do {
		AUTO(found_releasep) struct found f = { 0 };
		struct err ignored = { 0 };

		assert_int_equal(file_make_dirs(out, &ignored), 0);
		fault_alloc(++nth);
		if (source_find(repo, &commit, ARTIFACT_01, &f.path, &f.dot,
				&f.err) == 0)
			(void)source_export(repo, &commit, "", out, &f.err);
		total = fault_count();
		fault_alloc(0);
		if (f.err.code)
			assert_int_equal(f.err.code, ERR_NOMEM);
		else
			assert_true(nth > total);
		assert_int_equal(file_remove_tree(out, &ignored), 0);
	} while (nth <= total);
	assert_true(nth > 20);
	free(out);
}

#define IN_A_FOLDER(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_FOLDER(test_find_takes_the_root_that_says_nothing),
		IN_A_FOLDER(test_find_takes_the_folder_that_names_the_artifact),
		cmocka_unit_test(test_find_says_what_is_not_there_or_twice),
		cmocka_unit_test(test_find_refuses_a_broken_or_giant_word),
		IN_A_FOLDER(test_export_writes_files_programs_links_and_dirs),
		IN_A_FOLDER(test_export_cuts_the_path_off),
		cmocka_unit_test(test_export_refuses_paths_that_could_do_harm),
		cmocka_unit_test(test_export_never_writes_through_a_link),
		IN_A_FOLDER(test_export_refuses_two_files_of_one_name),
		cmocka_unit_test(test_export_refuses_links_to_nowhere),
		IN_A_FOLDER(test_export_refuses_what_is_too_much),
		IN_A_FOLDER(test_export_says_which_object_is_missing),
		IN_A_FOLDER(test_all_of_it_survives_any_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
