#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/err.h"
#include "io/library.h"

/*
 * A table of our own in the place of the one that is made at link time.  zlib
 * stands for whatever library, because every program here has it, and one of
 * libc's for what nobody has loaded.
 */
static void (*good[])(void) = { library_absent, library_absent };
static void (*slots[])(void) = { library_absent };
static void (*spare[])(void) = { library_absent };

const struct late_library late_libraries[] = {
	{ "crypto", "libz.so.1", "zlibVersion\0crc32\0", good },
	{ "zstd", "libz.so.1", "zlib_has_no_such_function\0", slots },
	{ "git2", "libnowhere.so.9", "git_libgit2_init\0", slots },
	{ "archive", "libBrokenLocale.so.1", "__ctype_get_mb_cur_max\0",
	  spare },
	{ NULL, NULL, NULL, NULL },
};

static void *load_crypto(void *arg)
{
	struct err err = { 0 };
	const char *(*version)(void) = NULL;

	(void)arg;
	if (library_load(LIBRARY_CRYPTO, &err) < 0)
		return NULL;
	memcpy(&version, &good[0], sizeof(version));
	return version()[0] ? good : NULL;
}

static void test_library_load_fills_the_slots_for_all_threads(void **state)
{
	pthread_t threads[8];
	void *loaded;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		assert_int_equal(
			pthread_create(&threads[i], NULL, load_crypto, NULL),
			0);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
		assert_int_equal(pthread_join(threads[i], &loaded), 0);
		assert_ptr_equal(loaded, good);
	}
	assert_true(good[1] != library_absent);
}

static void test_library_load_tells_what_is_not_there(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(library_load(LIBRARY_GIT2, &err), ERR_MISSING);
	assert_string_equal(
		err.msg,
		"cannot load 'libnowhere.so.9': cannot open shared object "
		"file: No such file or directory");
	assert_string_equal(err.hint, "apt-get install libgit2-dev");
	assert_true(slots[0] == library_absent);
}

static void test_library_load_refuses_one_that_lacks_something(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(library_load(LIBRARY_ZSTD, &err), ERR_MISSING);
	assert_non_null(strstr(err.msg, "cannot load 'libz.so.1': "));
	assert_non_null(strstr(err.msg, "zlib_has_no_such_function"));
	assert_string_equal(err.hint, "apt-get install libzstd-dev");
	assert_true(slots[0] == library_absent);
}

/* What the system refuses today it may give tomorrow. */
static void test_library_load_can_be_tried_again(void **state)
{
	struct rlimit files, none;
	struct err err = { 0 };
	int rc;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
	none = files;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	rc = library_load(LIBRARY_ARCHIVE, &err);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
	assert_int_equal(rc, ERR_IO);
	assert_non_null(strstr(err.msg, "Too many open files"));
	assert_string_equal(err.hint, "");

	err_clear(&err);
	assert_int_equal(library_load(LIBRARY_ARCHIVE, &err), 0);
	assert_true(spare[0] != library_absent);
}

static void test_library_load_leaves_alone_what_is_linked(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(library_load(LIBRARY_CURL, &err), 0);
	assert_int_equal(err.code, ERR_NONE);
}

static void test_library_absent_stops_the_program(void **state)
{
	const struct rlimit no_core = { 0, 0 };
	int status;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)setrlimit(RLIMIT_CORE, &no_core);
		(void)signal(SIGABRT, SIG_DFL);
		library_absent();
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_library_load_fills_the_slots_for_all_threads),
		cmocka_unit_test(test_library_load_tells_what_is_not_there),
		cmocka_unit_test(
			test_library_load_refuses_one_that_lacks_something),
		cmocka_unit_test(test_library_load_can_be_tried_again),
		cmocka_unit_test(test_library_load_leaves_alone_what_is_linked),
		cmocka_unit_test(test_library_absent_stops_the_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
