#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "workspace/internal.h"
#include "workspace_box.h"

static const char contacts[] = "schema: 1\n"
			       "contacts:\n"
			       "  - handle: ada\n"
			       "    legal_name: Ada Lovelace\n"
			       "    email: ada@secret.example\n"
			       "    phone: 491701234567\n"
			       "    since: 2027-01-12\n"
			       "    city: Berlin\n"
			       "    zip: 12345\n"
			       "    address: |\n"
			       "      Long Lane 5\n"
			       "      N1 Islington\n"
			       "    notes: [Marmalade, \"likes: tea\"]\n";

static const char tokens[] = "schema: 1\ncrates: {main: ciosecret123}\n";

static void put_private(const struct box *b)
{
	char *path = box_path(b, "config/contacts.yaml");
	struct err err = { 0 };

	assert_int_equal(
		file_write(path, contacts, strlen(contacts), 0600, &err), 0);
	free(path);
	path = box_path(b, "config/tokens.yaml");
	assert_int_equal(file_write(path, tokens, strlen(tokens), 0600, &err),
			 0);
	free(path);
}

static void test_check_finds_values_and_only_them(void **state)
{
	static const struct {
		const char *text;
		const char *label; /* NULL: passes */
	} cases[] = {
		{ "", NULL },
		{ "nothing private", NULL },
		/* at the beginning, in the middle, at the end */
		{ "ada@secret.example wrote", "contacts email" },
		{ "mailto:ada@secret.example", "contacts email" },
		{ "xada@secret.examplex", "contacts email" },
		{ "to Long Lane 5, please", "contacts address" },
		{ "N1 Islington", "contacts address" },
		{ "\"phone\": 491701234567", "contacts phone" },
		{ "Marmalade", "contacts notes" },
		{ "he likes: tea.", NULL }, /* a '.' goes on */
		{ "he likes: tea!", "contacts notes" },
		{ "Berlin", "contacts city" },
		/* a zone, a longer word, another case */
		{ "Europe/Berlin", NULL },
		{ "Berliner", NULL },
		{ "BERLIN", NULL },
		/* shown by choice; a date; too short */
		{ "Ada Lovelace", NULL },
		{ "2027-01-12", NULL },
		{ "12345", NULL },
		/* tokens anywhere */
		{ "xxciosecret123xx", "crates main" },
		{ "ciosecret12", NULL },
	};
	const struct box *b = *state;
	struct private_values *v = NULL;
	struct workspace *ws;
	struct err err = { 0 };

	put_private(b);
	ws = box_open(b, 0);
	assert_int_equal(
		private_values_read(ws, workspace_roster(ws), NULL, &v, &err),
		0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err why = { 0 };
		int rc = private_check(v, "some/file", cases[i].text,
				       strlen(cases[i].text), &why);

		if ((rc == 0) != (cases[i].label == NULL))
			fail_msg("'%s': %s", cases[i].text, why.msg);
		if (cases[i].label) {
			assert_int_equal(rc, ERR_UNSAFE);
			assert_non_null(strstr(why.msg, "'some/file'"));
			if (!strstr(why.msg, cases[i].label))
				fail_msg("'%s': %s", cases[i].text, why.msg);
			assert_null(strstr(why.msg, cases[i].text));
		}
	}
	private_values_free(v);
	workspace_free(ws);
}

static void test_check_needs_no_files(void **state)
{
	const struct box *b = *state;
	struct workspace *ws = box_open(b, 0);
	struct private_values *v = NULL;
	struct err err = { 0 };

	assert_int_equal(private_values_read(ws, NULL, NULL, &v, &err), 0);
	assert_int_equal(private_check(v, "x", "ada@secret.example", 18, &err),
			 0);
	private_values_free(v);
	workspace_free(ws);
}

static void test_broken_contacts_refuse_the_commit(void **state)
{
	const struct box *b = *state;
	char *path = box_path(b, "config/contacts.yaml");
	struct workspace *ws = box_open(b, WORKSPACE_WRITE);
	struct change *c = NULL;
	struct err err = { 0 };

	assert_int_equal(file_write(path, "a: [", 4, 0600, &err), 0);
	assert_int_equal(change_new(ws, &c, &err), 0);
	assert_int_equal(change_put(c, "notes", "x", 1, &err), 0);
	assert_int_equal(change_commit(c, "notes", &err), ERR_FORMAT);
	assert_non_null(strstr(err.msg, "config/contacts.yaml:"));
	change_free(c);
	workspace_free(ws);
	free(path);
	box_git(b, "rev-list --count HEAD", "1");
}

static void test_commit_refuses_a_record_with_a_token(void **state)
{
	const struct box *b = *state;
	struct workspace *ws = box_open(b, WORKSPACE_WRITE);
	struct change *c = NULL;
	struct err err = { 0 };

	put_private(b);
	assert_int_equal(change_new(ws, &c, &err), 0);
	assert_int_equal(
		change_put(c, "release/notes.md", "x ciosecret123", 14, &err),
		0);
	assert_int_equal(change_commit(c, "notes", &err), ERR_UNSAFE);
	assert_string_equal(err.msg,
			    "'release/notes.md' would make a private value "
			    "public: 'crates main' of config/tokens.yaml");
	change_free(c);
	workspace_free(ws);
	box_git(b, "rev-list --count HEAD", "1");
	box_git(b, "status --porcelain", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_BOX(test_check_finds_values_and_only_them),
		IN_A_BOX(test_check_needs_no_files),
		IN_A_BOX(test_broken_contacts_refuse_the_commit),
		IN_A_BOX(test_commit_refuses_a_record_with_a_token),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
