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
#include "base/str.h"
#include "fault.h"
#include "folder.h"
#include "io/aside.h"
#include "io/file.h"

static bool is_there(const char *name)
{
	AUTO(str_freep) char *path = path_joined(dir, name);
	struct stat st;

	assert_non_null(path);
	return lstat(path, &st) == 0;
}

/* What a killed maker leaves: nobody holds a lock on it. */
static void leave_behind(const char *name)
{
	AUTO(str_freep) char *path = path_joined(dir, name);
	AUTO(str_freep) char *below = path_joined(path, "src");
	struct err err = { 0 };

	assert_int_equal(file_make_dirs(below, &err), 0);
}

static size_t count(void)
{
	AUTO(file_names_releasep) struct file_names names = { 0 };
	struct err err = { 0 };

	assert_int_equal(file_names_read(dir, &names, &err), 0);
	return names.count;
}

static void test_make_is_private_and_goes_at_the_end(void **state)
{
	struct aside a = { 0 };
	struct err err = { 0 };
	struct stat st;

	(void)state;
	assert_int_equal(aside_make(dir, ".new.", &a, &err), 0);
	assert_int_equal(strncmp(path_base(a.path), ".new.", 5), 0);
	assert_int_equal(stat(a.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	aside_release(&a);
	assert_null(a.path);
	assert_int_equal(count(), 0);
	aside_release(&a);
}

static void test_release_leaves_what_was_put_in_place(void **state)
{
	AUTO(str_freep) char *to = path_joined(dir, "kov");
	struct aside a = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(aside_make(dir, ".new.", &a, &err), 0);
	assert_int_equal(rename(a.path, to), 0);
	/* and somebody else's, who took the name since */
	assert_int_equal(mkdir(a.path, 0700), 0);
	aside_release(&a);
	assert_true(is_there("kov"));
	assert_int_equal(count(), 2);
}

static void test_make_sweeps_the_dead_and_spares_the_living(void **state)
{
	AUTO(aside_releasep) struct aside first = { 0 };
	AUTO(aside_releasep) struct aside second = { 0 };
	struct err err = { 0 };

	(void)state;
	leave_behind(".new.abcdef");
	assert_int_equal(aside_make(dir, ".new.", &first, &err), 0);
	assert_false(is_there(".new.abcdef"));
	leave_behind(".new.ABC123");
	assert_int_equal(aside_make(dir, ".new.", &second, &err), 0);
	assert_false(is_there(".new.ABC123"));
	assert_true(file_is_dir(first.path));
	assert_int_equal(count(), 2);
}

static void test_sweep_takes_only_what_was_made_here(void **state)
{
	static const char *const others[] = { ".new.abcde", ".new.abcdefg",
					      ".new.", "new.abcdef",
					      ".old.abcdef" };
	AUTO(str_freep) char *link = path_joined(dir, ".new.linked");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		leave_behind(others[i]);
	assert_int_equal(symlink(".old.abcdef", link), 0);
	aside_sweep(dir, ".new.");
	assert_int_equal(count(), ARRAY_LEN(others) + 1);
	assert_true(is_there(".old.abcdef/src"));
	aside_sweep("/proc/none", ".new."); /* is nothing to sweep */
}

static void test_make_says_where_it_cannot(void **state)
{
	struct aside a = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_true(aside_make("/proc/none", ".new.", &a, &err) < 0);
	assert_non_null(
		strstr(err.msg, "cannot make a folder in '/proc/none'"));
	assert_null(a.path);
}

static void test_make_survives_any_failed_allocation(void **state)
{
	long nth = 0, total;

	(void)state;
	do {
		struct aside a = { 0 };
		struct err err = { 0 };
		int rc;

		fault_alloc(++nth);
		rc = aside_make(dir, ".new.", &a, &err);
		total = fault_count();
		fault_alloc(0);
		/* that of the sweep may fail, which is nobody's business */
		assert_true(rc == 0 || rc == ERR_NOMEM);
		aside_release(&a);
		assert_int_equal(count(), 0);
	} while (nth <= total);
	assert_true(nth > 2);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_make_is_private_and_goes_at_the_end),
		CASE(test_release_leaves_what_was_put_in_place),
		CASE(test_make_sweeps_the_dead_and_spares_the_living),
		CASE(test_sweep_takes_only_what_was_made_here),
		CASE(test_make_says_where_it_cannot),
		CASE(test_make_survives_any_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
