#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/share.h"
#include "fault.h"

/* This binary is build/VARIANT/tests/unit/test_share: not where bin/ is. */
static void test_share_path_says_what_is_missing(void **state)
{
	char *path = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(share_path("config/none.yaml", &path, &err),
			 ERR_MISSING);
	assert_null(path);
	assert_string_equal(err.msg, "cannot find 'config/none.yaml', "
				     "which ships with cohort");
	assert_non_null(strstr(err.hint, "make install"));
}

static void test_share_program_looks_beside_the_binary(void **state)
{
	char *path = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(share_program("test_share", &path, &err), 0);
	assert_int_equal(access(path, X_OK), 0);
	free(path);
	path = NULL;
	assert_int_equal(share_program("test_none", &path, &err), ERR_MISSING);
	assert_null(path);
}

static void test_share_survives_any_failed_allocation(void **state)
{
	long nth = 0, total;

	(void)state;
	do {
		char *path = NULL;
		struct err err = { 0 };
		int rc;

		fault_alloc(++nth);
		rc = share_program("test_share", &path, &err);
		total = fault_count();
		fault_alloc(0);
		assert_int_equal(rc, nth <= total ? ERR_NOMEM : 0);
		assert_int_equal(path == NULL, rc != 0);
		free(path);
	} while (nth <= total);
	assert_true(nth > 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_share_path_says_what_is_missing),
		cmocka_unit_test(test_share_program_looks_beside_the_binary),
		cmocka_unit_test(test_share_survives_any_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
