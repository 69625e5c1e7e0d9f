#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "folder.h"
#include "io/file.h"
#include "io/walk.h"

static void make(const char *name)
{
	char *path = path_joined(dir, name);
	struct err err = { 0 };

	assert_int_equal(file_make_dirs(path, &err), 0);
	free(path);
}

static int list(void *ctx, const struct walk_entry *e, struct err *err)
{
	struct strbuf *out = ctx;

	(void)err;
	strbuf_addf(out, "%s%s\n", e->path, S_ISDIR(e->st->st_mode) ? "/" : "");
	return strcmp(e->path, "skipped") == 0;
}

static void test_walk_is_sorted_and_follows_nothing(void **state)
{
	AUTO(strbuf_releasep) struct strbuf out = { 0 };
	char *link = path_joined(dir, "a/link"), *pipe = path_joined(dir, "z");
	struct err err = { 0 };

	(void)state;
	make("a/b");
	make("skipped/inside");
	put("a/b/c", "");
	put("a.x", "");
	assert_int_equal(symlink("/", link), 0);
	assert_int_equal(mkfifo(pipe, 0600), 0);
	assert_int_equal(walk_tree(dir, list, &out, &err), 0);
	assert_string_equal(strbuf_str(&out),
			    "a/\na/b/\na/b/c\na/link\na.x\nskipped/\nz\n");
	free(link);
	free(pipe);
}

static int refuse(void *ctx, const struct walk_entry *e, struct err *err)
{
	(void)ctx;
	return err_set(err, ERR_REFUSED, "not '%s'", e->path);
}

static void test_walk_ends_when_told(void **state)
{
	struct err err = { 0 };

	(void)state;
	put("x", "");
	assert_int_equal(walk_tree(dir, refuse, NULL, &err), ERR_REFUSED);
	assert_string_equal(err.msg, "not 'x'");
}

static void test_walk_limits_depth(void **state)
{
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	AUTO(strbuf_releasep) struct strbuf out = { 0 };
	struct err err = { 0 };

	(void)state;
	for (int i = 0; i < WALK_DEPTH_MAX + 2; i++)
		strbuf_adds(&path, "d/");
	make(strbuf_str(&path));
	assert_int_equal(walk_tree(dir, list, &out, &err), ERR_LIMIT);
	assert_non_null(strstr(err.msg, "more than 64 levels"));
}

static void stamp(char out[DIGEST_HEX_SIZE], bool *settled)
{
	struct err err = { 0 };

	assert_int_equal(walk_stamp(dir, out, settled, &err), 0);
}

static void settle(void)
{
	const struct timespec t = { .tv_nsec = 60000000 };

	nanosleep(&t, NULL);
}

static void test_stamp_changes_with_the_content_only(void **state)
{
	char a[DIGEST_HEX_SIZE], b[DIGEST_HEX_SIZE];
	bool settled = false;

	(void)state;
	make("src");
	put("src/lib.rs", "one");
	settle();
	stamp(a, &settled);
	assert_true(settled);
	make(".git");
	put(".git/index", "x");
	make("target");
	put("target/CACHEDIR.TAG", "x");
	put("target/out", "x");
	stamp(b, &settled);
	assert_string_equal(a, b);
	put("src/lib.rs", "two");
	stamp(b, &settled);
	assert_string_not_equal(a, b);
	assert_false(settled); /* another change might hide behind this one */
	settle();
	stamp(a, &settled);
	assert_true(settled);
	assert_string_equal(a, b);
	put("src/new.rs", "");
	stamp(b, &settled);
	assert_string_not_equal(a, b);
}

static void test_stamp_sees_a_change_that_keeps_size_and_mtime(void **state)
{
	char a[DIGEST_HEX_SIZE], b[DIGEST_HEX_SIZE];
	char *path = path_joined(dir, "x");
	struct timespec times[2];
	struct stat st;
	bool settled;
	int fd;

	(void)state;
	put("x", "one");
	assert_int_equal(stat(path, &st), 0);
	settle();
	stamp(a, &settled);
	fd = open(path, O_WRONLY);
	assert_int_equal(write(fd, "two", 3), 3);
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	assert_int_equal(futimens(fd, times), 0);
	close(fd);
	stamp(b, &settled);
	assert_string_not_equal(a, b);
	free(path);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_walk_is_sorted_and_follows_nothing),
		CASE(test_walk_ends_when_told),
		CASE(test_walk_limits_depth),
		CASE(test_stamp_changes_with_the_content_only),
		CASE(test_stamp_sees_a_change_that_keeps_size_and_mtime),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
