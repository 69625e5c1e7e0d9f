#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "io/file.h"
#include "io/tree_copy.h"

static char *root;

static void put(const char *name, const char *text)
{
	AUTO(str_freep) char *path = path_joined(root, name);
	AUTO(str_freep) char *dir = strdup(path);
	struct err err = { 0 };

	dir[path_base(dir) - dir - 1] = '\0';
	assert_int_equal(file_make_dirs(dir, &err), 0);
	assert_int_equal(file_write_cache(path, text, strlen(text), &err), 0);
}

static bool is_there(const char *name)
{
	AUTO(str_freep) char *path = path_joined(root, name);
	struct stat st;

	return lstat(path, &st) == 0;
}

static int copy(const char *to, uint64_t max, char key[DIGEST_HEX_SIZE],
		struct err *err)
{
	AUTO(str_freep) char *from = path_joined(root, "from");
	AUTO(str_freep) char *into = path_joined(root, to);

	return tree_copy(from, into, max, key, err);
}

static int set_up(void **state)
{
	struct err err = { 0 };

	(void)state;
	if (file_temp_dir(NULL, &root, &err) < 0)
		return -1;
	put("from/Cargo.toml", "[package]");
	put("from/src/lib.rs", "pub fn one() {}");
	put("from/.git/HEAD", "ref");
	put("from/target/CACHEDIR.TAG", "Signature");
	put("from/target/big", "bytes");
	put("from/a/target/mine.rs", "no cache");
	return 0;
}

static int tear_down(void **state)
{
	struct err err = { 0 };

	(void)state;
	(void)file_remove_tree(root, &err);
	free(root);
	return 0;
}

static void test_copy_leaves_out_git_and_caches(void **state)
{
	char key[DIGEST_HEX_SIZE];
	struct err err = { 0 };

	(void)state;
	assert_int_equal(copy("to", 1 << 20, key, &err), 0);
	assert_true(is_there("to/Cargo.toml"));
	assert_true(is_there("to/src/lib.rs"));
	assert_true(is_there("to/a/target/mine.rs"));
	assert_false(is_there("to/.git"));
	assert_false(is_there("to/target"));
}

static void test_copy_copies_links_and_passes_fifos_over(void **state)
{
	AUTO(str_freep) char *link = path_joined(root, "from/link");
	AUTO(str_freep) char *fifo = path_joined(root, "from/fifo");
	AUTO(str_freep) char *script = path_joined(root, "from/Cargo.toml");
	AUTO(str_freep) char *made = path_joined(root, "to/Cargo.toml");
	AUTO(str_freep) char *copied = path_joined(root, "to/link");
	char key[DIGEST_HEX_SIZE], target[64];
	struct err err = { 0 };
	struct stat st;

	(void)state;
	assert_int_equal(symlink("/etc/shadow", link), 0);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(chmod(script, 0700), 0);
	assert_int_equal(copy("to", 1 << 20, key, &err), 0);
	assert_int_equal(readlink(copied, target, sizeof(target)), 11);
	assert_false(is_there("to/fifo"));
	assert_int_equal(stat(made, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0755);
}

static void test_copy_has_a_key_for_what_is_in_it(void **state)
{
	char first[DIGEST_HEX_SIZE], again[DIGEST_HEX_SIZE];
	struct err err = { 0 };

	(void)state;
	assert_int_equal(copy("to", 1 << 20, first, &err), 0);
	assert_int_equal(copy("to2", 1 << 20, again, &err), 0);
	assert_string_equal(first, again);
	put("from/target/big", "other bytes");
	assert_int_equal(copy("to3", 1 << 20, again, &err), 0);
	assert_string_equal(first, again);
	put("from/src/lib.rs", "pub fn two() {}");
	assert_int_equal(copy("to4", 1 << 20, again, &err), 0);
	assert_string_not_equal(first, again);
}

static void test_copy_has_a_limit(void **state)
{
	char key[DIGEST_HEX_SIZE];
	struct err err = { 0 };

	(void)state;
	assert_int_equal(copy("to", 12, key, &err), ERR_LIMIT);
	assert_non_null(strstr(err.msg, "of files"));
	err_clear(&err);
	{
		AUTO(str_freep) char *none = path_joined(root, "none");
		AUTO(str_freep) char *to = path_joined(root, "to5");

		assert_int_equal(tree_copy(none, to, 1, key, &err),
				 ERR_NOT_FOUND);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_copy_leaves_out_git_and_caches, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_copy_copies_links_and_passes_fifos_over, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			test_copy_has_a_key_for_what_is_in_it, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(test_copy_has_a_limit, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
