#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

static void test_err_set_records_code_and_message(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(err_set(&err, ERR_FORMAT, "bad '%s'", "x"),
			 ERR_FORMAT);
	assert_int_equal(err.code, ERR_FORMAT);
	assert_string_equal(err.msg, "bad 'x'");
	assert_string_equal(err.hint, "");
}

static void test_err_set_defuses_what_steers_a_terminal(void **state)
{
	struct err err = { 0 };

	(void)state;
	err_set(&err, ERR_FORMAT, "bad '%s'",
		"a\033[2Jb\n\x7f\xc2\x9bZo\xc3\xab");
	assert_string_equal(err.msg, "bad 'a?[2Jb????Zo\xc3\xab'");
	err_hint(&err, "try '%s'", "\ax");
	assert_string_equal(err.hint, "try '?x'");
}

static void test_err_set_cuts_between_characters(void **state)
{
	char text[sizeof(((struct err *)0)->msg) + 16];
	struct err err = { 0 };

	(void)state;
	/* an e with two dots in every position of the cut */
	for (size_t lead = 0; lead < 2; lead++) {
		size_t len = lead;

		memset(text, 'a', lead);
		while (len + 2 < sizeof(text)) {
			text[len++] = '\xc3';
			text[len++] = '\xab';
		}
		text[len] = '\0';
		err_clear(&err);
		err_set(&err, ERR_FORMAT, "%s", text);
		assert_true(strlen(err.msg) >= sizeof(err.msg) - 4);
		assert_true(strlen(err.msg) % 2 == lead);
		assert_memory_equal(err.msg, text, strlen(err.msg));
	}
}

static void test_err_context_goes_in_front(void **state)
{
	struct err err = { 0 };

	(void)state;
	err_set(&err, ERR_NOT_FOUND, "no such file");
	assert_int_equal(err_context(&err, "%s", "x\ty"), ERR_NOT_FOUND);
	assert_string_equal(err.msg, "x?y: no such file");
	err_context(&err, "line %d", 3);
	assert_string_equal(err.msg, "line 3: x?y: no such file");
}

static void test_err_context_never_overflows(void **state)
{
	struct err err = { 0 };
	char text[600];

	(void)state;
	memset(text, 'z', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	err_set(&err, ERR_FORMAT, "%s", text);
	for (int i = 0; i < 3; i++)
		err_context(&err, "%s", text);
	assert_int_equal(strlen(err.msg), sizeof(err.msg) - 1);
}

static void test_err_errno_chooses_the_code(void **state)
{
	static const struct {
		int errnum;
		int code;
	} cases[] = {
		{ ENOENT, ERR_NOT_FOUND }, { ENOTDIR, ERR_NOT_FOUND },
		{ ENOMEM, ERR_NOMEM },	   { EEXIST, ERR_EXISTS },
		{ ENOSPC, ERR_IO },	   { EACCES, ERR_IO },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = { 0 };

		assert_int_equal(err_errno(&err, cases[i].errnum, "open", "f"),
				 cases[i].code);
	}
}

static void test_err_errno_words_the_cause(void **state)
{
	struct err err = { 0 };

	(void)state;
	err_errno(&err, ENOENT, "open", "a b");
	assert_string_equal(err.msg,
			    "cannot open 'a b': no such file or directory");
	err_clear(&err);
	err_errno(&err, 9999, "open", "f");
	assert_non_null(strstr(err.msg, "9999"));
}

static void test_err_nomem_has_one_wording(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(err_nomem(&err), ERR_NOMEM);
	assert_string_equal(err.msg, "out of memory");
}

static void test_err_clear_makes_room_for_another(void **state)
{
	struct err err = { 0 };

	(void)state;
	err_set(&err, ERR_IO, "a");
	err_hint(&err, "b");
	err_clear(&err);
	assert_int_equal(err.code, ERR_NONE);
	assert_string_equal(err.msg, "");
	assert_string_equal(err.hint, "");
	assert_int_equal(err_set(&err, ERR_NET, "c"), ERR_NET);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_err_set_records_code_and_message),
		cmocka_unit_test(test_err_set_defuses_what_steers_a_terminal),
		cmocka_unit_test(test_err_set_cuts_between_characters),
		cmocka_unit_test(test_err_context_goes_in_front),
		cmocka_unit_test(test_err_context_never_overflows),
		cmocka_unit_test(test_err_errno_chooses_the_code),
		cmocka_unit_test(test_err_errno_words_the_cause),
		cmocka_unit_test(test_err_nomem_has_one_wording),
		cmocka_unit_test(test_err_clear_makes_room_for_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
