#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/path.h"
#include "folder.h"
#include "io/file.h"

/* A path below the test's folder; freed at the next call. */
static const char *in(const char *name)
{
	static char *path[4];
	static size_t next;

	next = (next + 1) % 4;
	free(path[next]);
	path[next] = path_joined(dir, name);
	assert_non_null(path[next]);
	return path[next];
}

static void test_read_returns_what_was_written(void **state)
{
	AUTO(strbuf_releasep) struct strbuf got = { 0 };
	struct err err = { 0 };

	(void)state;
	put("a", "hello");
	put("a", "hello again");
	assert_int_equal(file_read(in("a"), 100, &got, &err), 0);
	assert_string_equal(strbuf_str(&got), "hello again");
}

static void test_read_appends(void **state)
{
	AUTO(strbuf_releasep) struct strbuf got = { 0 };
	struct err err = { 0 };

	(void)state;
	put("a", "b");
	strbuf_adds(&got, "a");
	assert_int_equal(file_read(in("a"), 1, &got, &err), 0);
	assert_string_equal(strbuf_str(&got), "ab");
}

static void test_read_refuses_what_is_too_large(void **state)
{
	AUTO(strbuf_releasep) struct strbuf got = { 0 };
	struct err err = { 0 };

	(void)state;
	put("a", "hello");
	assert_int_equal(file_read(in("a"), 4, &got, &err), ERR_LIMIT);
	assert_non_null(strstr(err.msg, "more than 4 bytes"));
	assert_int_equal(got.len, 0);
}

static void test_read_names_a_missing_file(void **state)
{
	AUTO(strbuf_releasep) struct strbuf got = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(file_read(in("none"), 4, &got, &err), ERR_NOT_FOUND);
	assert_non_null(strstr(err.msg, "none"));
}

static void test_read_does_not_wait_for_a_fifo(void **state)
{
	AUTO(strbuf_releasep) struct strbuf got = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(mkfifo(in("pipe"), 0600), 0);
	assert_int_equal(file_read(in("pipe"), 4, &got, &err), ERR_UNSAFE);
	assert_non_null(strstr(err.msg, "not a regular file"));
}

static void test_read_refuses_a_folder(void **state)
{
	AUTO(strbuf_releasep) struct strbuf got = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(file_read(dir, 4, &got, &err), ERR_IO);
	assert_non_null(strstr(err.msg, "is a folder"));
}

static void test_write_sets_the_mode_whatever_the_umask(void **state)
{
	struct err err = { 0 };
	struct stat st;
	mode_t old = umask(077);

	(void)state;
	assert_int_equal(file_write(in("a"), "x", 1, 0644, &err), 0);
	umask(old);
	assert_int_equal(stat(in("a"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644);
}

/* Where somebody says /dev/stdout, the device stays one. */
static void test_write_named_replaces_no_device(void **state)
{
	struct stat st;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(file_write_named("/dev/null", "x", 1, 0644, &err), 0);
	assert_int_equal(stat("/dev/null", &st), 0);
	assert_true(S_ISCHR(st.st_mode));
	assert_int_equal(file_write_named("/dev/full", "x", 1, 0644, &err),
			 ERR_IO);
	assert_non_null(strstr(err.msg, "cannot write '/dev/full'"));
}

static void test_write_leaves_nothing_behind_when_it_fails(void **state)
{
	AUTO(file_names_releasep) struct file_names names = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(mkdir(in("d"), 0755), 0);
	assert_int_equal(mkdir(in("d/target"), 0755), 0);
	assert_int_equal(file_write(in("d/target"), "x", 1, 0644, &err),
			 ERR_IO);
	assert_non_null(strstr(err.msg, "cannot replace"));
	err_clear(&err);
	assert_int_equal(file_names_read(in("d"), &names, &err), 0);
	assert_int_equal(names.count, 1);
}

static void test_pieces_are_read_wherever_they_are(void **state)
{
	AUTO(file_pieces_releasep) struct file_pieces f = { 0 };
	struct err err = { 0 };
	char buf[4] = "";

	(void)state;
	put("a", "abcdef");
	assert_int_equal(file_pieces_open(in("a"), &f, &err), 0);
	assert_int_equal(f.len, 6);
	assert_int_equal(file_pieces_read(&f, 3, buf, 3, &err), 0);
	assert_string_equal(buf, "def");
	assert_int_equal(file_pieces_read(&f, 0, buf, 2, &err), 0);
	assert_string_equal(buf, "abf");
}

static void test_pieces_say_that_the_file_became_shorter(void **state)
{
	AUTO(file_pieces_releasep) struct file_pieces f = { 0 };
	struct err err = { 0 };
	char buf[8];
	const char *path;

	(void)state;
	put("a", "abcdef");
	path = in("a");
	assert_int_equal(file_pieces_open(path, &f, &err), 0);
	assert_int_equal(truncate(path, 4), 0);
	assert_int_equal(file_pieces_read(&f, 2, buf, 4, &err), ERR_IO);
	assert_non_null(strstr(err.msg, "became shorter while it was read"));
	err_clear(&err);
	assert_int_equal(file_pieces_open(in("none"), &f, &err), ERR_NOT_FOUND);
}

static void test_map_shows_the_bytes_and_an_empty_file(void **state)
{
	AUTO(file_map_releasep) struct file_map m = { 0 };
	AUTO(file_map_releasep) struct file_map empty = { 0 };
	struct err err = { 0 };

	(void)state;
	put("a", "abc");
	put("e", "");
	assert_int_equal(file_map_open(in("a"), &m, &err), 0);
	assert_int_equal(m.len, 3);
	assert_memory_equal(m.data, "abc", 3);
	assert_int_equal(file_map_open(in("e"), &empty, &err), 0);
	assert_int_equal(empty.len, 0);
	assert_non_null(empty.data);
}

static void test_make_dirs_makes_all_and_accepts_what_is_there(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(file_make_dirs(in("x/y/z"), &err), 0);
	assert_int_equal(file_make_dirs(in("x/y/z/"), &err), 0);
	assert_true(file_is_dir(in("x/y/z")));
	put("f", "");
	assert_int_equal(file_make_dirs(in("f/g"), &err), ERR_EXISTS);
	assert_non_null(strstr(err.msg, "not a folder"));
}

static void test_remove_tree_does_not_follow_links(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(mkdir(in("keep"), 0755), 0);
	put("keep/file", "safe");
	assert_int_equal(mkdir(in("gone"), 0755), 0);
	assert_int_equal(symlink("../keep", in("gone/link")), 0);
	assert_int_equal(file_remove_tree(in("gone"), &err), 0);
	assert_false(file_exists(in("gone")));
	assert_true(file_exists(in("keep/file")));
	assert_int_equal(symlink("keep", in("top")), 0);
	assert_int_equal(file_remove_tree(in("top"), &err), 0);
	assert_true(file_exists(in("keep/file")));
	assert_int_equal(file_remove_tree(in("top"), &err), 0);
}

static void test_remove_tree_survives_a_hostile_depth(void **state)
{
	struct err err = { 0 };
	int at = open(dir, O_RDONLY | O_DIRECTORY);

	(void)state;
	for (int i = 0; i < 3000; i++) {
		int next;

		assert_int_equal(mkdirat(at, "d", 0755), 0);
		next = openat(at, "d", O_RDONLY | O_DIRECTORY);
		assert_true(next >= 0);
		close(at);
		at = next;
	}
	close(at);
	assert_int_equal(file_remove_tree(in("d"), &err), 0);
	assert_false(file_exists(in("d")));
}

static void test_remove_tree_opens_folders_that_are_closed(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(file_make_dirs(in("a/b"), &err), 0);
	put("a/b/c", "");
	assert_int_equal(chmod(in("a/b"), 0), 0);
	assert_int_equal(file_remove_tree(in("a"), &err), 0);
	assert_false(file_exists(in("a")));
}

static void test_copy_keeps_content_and_mode(void **state)
{
	AUTO(strbuf_releasep) struct strbuf got = { 0 };
	struct err err = { 0 };
	struct stat st;

	(void)state;
	put("a", "run me");
	assert_int_equal(chmod(in("a"), 0755), 0);
	assert_int_equal(file_copy(in("a"), in("b"), &err), 0);
	assert_int_equal(stat(in("b"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0755);
	assert_int_equal(file_read(in("b"), 100, &got, &err), 0);
	assert_string_equal(strbuf_str(&got), "run me");
}

static void test_names_are_sorted(void **state)
{
	AUTO(file_names_releasep) struct file_names names = { 0 };
	struct err err = { 0 };

	(void)state;
	put("b", "");
	put("a", "");
	put(".c", "");
	assert_int_equal(file_names_read(dir, &names, &err), 0);
	assert_int_equal(names.count, 3);
	assert_string_equal(names.items[0], ".c");
	assert_string_equal(names.items[2], "b");
}

static void test_write_names_the_file_that_cannot_be_made(void **state)
{
	struct err err = { 0 };

	(void)state;

	assert_true(file_write("/proc/none/x", "x", 1, 0644, &err) < 0);
	assert_non_null(strstr(err.msg, "cannot write '/proc/none/x'"));
}

static void test_sweep_takes_what_killed_writers_left(void **state)
{
	static const char *const kept[] = { "a",	   ".a",
					    ".a.abcdefg",  ".a.abcdefghi",
					    ".a.abcdefg6", ".abcdefgh",
					    "a.b.abcdefgh" };
	struct file_names names = { 0 };
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		put(kept[i], "x");
	put(".a.abcdefgh", "x");
	put(".a.crate.z012345a", "x");
	assert_int_equal(mkdir(in(".d.abcdefgh"), 0700), 0);
	file_sweep(dir);
	file_sweep("/proc/none");
	assert_int_equal(file_names_read(dir, &names, &err), 0);
	assert_int_equal(names.count, ARRAY_LEN(kept) + 1);
	assert_false(file_exists(in(".a.abcdefgh")));
	assert_false(file_exists(in(".a.crate.z012345a")));
	file_names_release(&names);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_read_returns_what_was_written),
		CASE(test_read_appends),
		CASE(test_read_refuses_what_is_too_large),
		CASE(test_read_names_a_missing_file),
		CASE(test_read_does_not_wait_for_a_fifo),
		CASE(test_read_refuses_a_folder),
		CASE(test_write_sets_the_mode_whatever_the_umask),
		CASE(test_write_named_replaces_no_device),
		CASE(test_write_leaves_nothing_behind_when_it_fails),
		CASE(test_write_names_the_file_that_cannot_be_made),
		CASE(test_map_shows_the_bytes_and_an_empty_file),
		CASE(test_pieces_are_read_wherever_they_are),
		CASE(test_pieces_say_that_the_file_became_shorter),
		CASE(test_make_dirs_makes_all_and_accepts_what_is_there),
		CASE(test_remove_tree_does_not_follow_links),
		CASE(test_remove_tree_survives_a_hostile_depth),
		CASE(test_remove_tree_opens_folders_that_are_closed),
		CASE(test_copy_keeps_content_and_mode),
		CASE(test_names_are_sorted),
		CASE(test_sweep_takes_what_killed_writers_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
