#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "course/contacts.h"
#include "fault.h"
#include "workspace_box.h"

#define FILE_NAME "config/contacts.yaml"
#define HEAD                                                                  \
	"# Private: never committed, never printed.  `cohort roster import` " \
	"writes here.\nschema: 1\n"

static int put_and_commit(struct workspace *ws, const struct contact *contacts,
			  size_t count, struct err *err)
{
	AUTO(change_freep) struct change *c = NULL;

	if (change_new(ws, &c, err) < 0 ||
	    contacts_put(ws, c, contacts, count, err) < 0)
		return err->code;
	return change_commit(c, "nothing is committed", err);
}

static int update(const struct box *b, const struct contact *contacts,
		  size_t count, struct err *err)
{
	AUTO(workspace_freep)
	struct workspace *ws = box_open(b, WORKSPACE_WRITE);
	int rc = put_and_commit(ws, contacts, count, err);

	box_git(b, "rev-list --count HEAD", "1");
	return rc;
}

static void put_private(const struct box *b, const char *text)
{
	char *path = box_path(b, FILE_NAME);

	box_put(b, FILE_NAME, text);
	assert_int_equal(chmod(path, 0600), 0);
	free(path);
}

static void assert_holds(const struct box *b, const char *want)
{
	char *path = box_path(b, FILE_NAME);
	char *text = box_get(b, FILE_NAME);
	struct stat st;

	assert_non_null(text);
	assert_string_equal(text, want);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	free(text);
	free(path);
}

static void test_put_begins_a_private_file(void **state)
{
	static const struct contact two[] = {
		{ "ada", "ada@example.org", "Ada K. \"A\" O'Neil" },
		{ "bob", NULL, NULL },
		{ "eve", "", "Eve" },
	};
	const struct box *b = *state;
	struct err err = { 0 };

	assert_int_equal(update(b, two, ARRAY_LEN(two), &err), 0);
	assert_holds(b, HEAD "contacts:\n"
			     "  - handle: ada\n"
			     "    email: ada@example.org\n"
			     "    legal_name: Ada K. \"A\" O'Neil\n"
			     "  - handle: eve\n"
			     "    legal_name: Eve\n");
}

static void test_put_makes_no_file_for_nothing(void **state)
{
	static const struct contact none[] = { { "ada", NULL, NULL },
					       { "bob", "", "" } };
	const struct box *b = *state;
	struct err err = { 0 };

	assert_int_equal(update(b, none, ARRAY_LEN(none), &err), 0);
	assert_false(box_has(b, FILE_NAME));
	assert_int_equal(update(b, none, 0, &err), 0);
	assert_false(box_has(b, FILE_NAME));
}

static void test_put_changes_only_what_is_said(void **state)
{
	static const struct contact one[] = {
		{ "ada", "new@example.org", NULL },
		{ "bob", NULL, "Bob" },
		{ "eve", "", NULL },
	};
	const struct box *b = *state;
	struct err err = { 0 };

	put_private(b, "# mine\nschema: 1\ncontacts:\n"
		       "- handle: ada # first\n  email: 'a@x'\n"
		       "  phone: 5 # stays\n"
		       "- handle: eve\n  email: e@x\n# end");
	assert_int_equal(update(b, one, ARRAY_LEN(one), &err), 0);
	assert_holds(b, "# mine\nschema: 1\ncontacts:\n"
			"- handle: ada # first\n  email: new@example.org\n"
			"  phone: 5 # stays\n"
			"- handle: eve\n  email: \"\"\n"
			"- handle: bob\n  legal_name: Bob\n# end");
}

static void test_put_keeps_line_ends_and_flow_style(void **state)
{
	static const struct contact one[] = { { "ada", "a@y", NULL },
					      { "bob", "b@y", NULL } };
	const struct box *b = *state;
	struct err err = { 0 };

	put_private(b, "schema: 1\r\ncontacts:\r\n  - handle: ada\r\n");
	assert_int_equal(update(b, one, 2, &err), 0);
	assert_holds(b, "schema: 1\r\ncontacts:\r\n  - handle: ada\r\n"
			"    email: a@y\r\n"
			"  - handle: bob\r\n    email: b@y\r\n");
	put_private(b, "{schema: 1, contacts: [{handle: ada, email: a@x}]}\n");
	assert_int_equal(update(b, one, 2, &err), 0);
	assert_holds(b, "{schema: 1, contacts: [{handle: ada, email: a@y}, "
			"{handle: bob, email: b@y}]}\n");
}

static void test_put_refuses_a_file_that_others_can_read(void **state)
{
	static const struct contact one = { "ada", "a@x", NULL };
	const struct box *b = *state;
	AUTO(workspace_freep)
	struct workspace *ws = box_open(b, WORKSPACE_WRITE);
	char *path = box_path(b, FILE_NAME);
	static const mode_t modes[] = { 0644, 0640, 0660, 0604, 0601 };

	put_private(b, HEAD "contacts: []\n");
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		AUTO(strbuf_releasep) struct strbuf want = { 0 };
		struct err err = { 0 };

		assert_int_equal(chmod(path, modes[i]), 0);
		assert_int_equal(put_and_commit(ws, &one, 1, &err), ERR_UNSAFE);
		assert_non_null(
			strstr(err.msg, FILE_NAME "' can be read by others"));
		strbuf_addf(&want, "chmod 600 %s", path);
		assert_string_equal(err.hint, strbuf_str(&want));
	}
	assert_int_equal(chmod(path, 0600), 0);
	assert_holds(b, HEAD "contacts: []\n");
	free(path);
}

static void test_put_leaves_a_broken_file_alone(void **state)
{
	static const struct {
		const char *text;
		const char *msg;
	} cases[] = {
		{ "schema: 1\ncontacts: [\n", FILE_NAME ":3:1: " },
		{ "schema: 1\n", FILE_NAME ":1:1: 'contacts' is missing" },
		{ "schema: 1\ncontacts: 7\n",
		  FILE_NAME ":2:11: 'contacts' must be a list" },
	};
	static const struct contact one = { "ada", "a@x", NULL };
	const struct box *b = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = { 0 };

		put_private(b, cases[i].text);
		assert_int_equal(update(b, &one, 1, &err), ERR_FORMAT);
		if (!strstr(err.msg, cases[i].msg))
			fail_msg("'%s', not '%s'", err.msg, cases[i].msg);
		assert_holds(b, cases[i].text);
	}
}

static void test_put_survives_any_failed_allocation(void **state)
{
	static const char before[] = "schema: 1\ncontacts:\n"
				     "  - handle: ada\n    email: a@x\n";
	static const char after[] =
		"schema: 1\ncontacts:\n"
		"  - handle: ada\n    email: a@y\n"
		"  - handle: bob\n    email: b@y\n    legal_name: Bob\n";
	static const struct contact two[] = { { "ada", "a@y", NULL },
					      { "bob", "b@y", "Bob" } };
	const struct box *b = *state;
	AUTO(workspace_freep)
	struct workspace *ws = box_open(b, WORKSPACE_WRITE);
	long nth = 0, total;

	do {
		struct err err = { 0 };
		char *text;

		put_private(b, before);
		fault_alloc(++nth);
		(void)put_and_commit(ws, two, 2, &err);
		total = fault_count();
		fault_alloc(0);
		text = box_get(b, FILE_NAME);
		if (err.code)
			assert_int_equal(err.code, ERR_NOMEM);
		if (!err.code || strcmp(text, before) != 0)
			assert_string_equal(text, after);
		free(text);
	} while (nth <= total);
	assert_true(nth > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_BOX(test_put_begins_a_private_file),
		IN_A_BOX(test_put_makes_no_file_for_nothing),
		IN_A_BOX(test_put_changes_only_what_is_said),
		IN_A_BOX(test_put_keeps_line_ends_and_flow_style),
		IN_A_BOX(test_put_refuses_a_file_that_others_can_read),
		IN_A_BOX(test_put_leaves_a_broken_file_alone),
		IN_A_BOX(test_put_survives_any_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
