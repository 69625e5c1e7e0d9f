#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <time.h>

#include "workspace/internal.h"
#include "workspace_box.h"

#define MORE BOX_ROSTER "  - handle: new\n    name: New\n    seat: 4\n"

/*
 * As a kill between ref and checkout leaves it: HEAD has MORE, the file is
 * what it was, and the intent says what was to come.
 */
static void kill_before_checkout(const struct box *b)
{
	struct workspace *ws = box_open(b, WORKSPACE_WRITE);
	struct intent intent = { .before = workspace_head(ws) };
	struct change *c = NULL;
	struct err err = { 0 };

	assert_int_equal(change_new(ws, &c, &err), 0);
	assert_int_equal(
		change_put(c, "config/roster.yaml", MORE, strlen(MORE), &err),
		0);
	assert_int_equal(change_commit(c, "roster: add new", &err), 0);
	change_free(c);
	intent.after = workspace_head(ws);
	assert_int_equal(intent_write(ws->repo, ws->own_dir, &intent, &err), 0);
	workspace_free(ws);
	box_put(b, "config/roster.yaml", BOX_ROSTER);
	box_put(b, ".git/cohort/lock", "999999 1 cohort roster add\n");
}

static void test_a_reader_finishes_the_checkout(void **state)
{
	const struct box *b = *state;
	struct workspace *ws;
	char *text;

	kill_before_checkout(b);
	ws = box_open(b, 0);
	assert_int_equal(workspace_roster(ws)->count, 4);
	workspace_free(ws);
	text = box_get(b, "config/roster.yaml");
	assert_string_equal(text, MORE);
	free(text);
	box_git(b, "status --porcelain", "");
	assert_false(box_has(b, ".git/cohort/intent"));
}

static void test_a_reader_that_cannot_sees_head_all_the_same(void **state)
{
	const struct box *b = *state;
	struct workspace *ws;
	char *text;

	kill_before_checkout(b);
	/* a merge of a person's is no time to write */
	box_put(b, ".git/MERGE_HEAD", "x");
	ws = box_open(b, 0);
	assert_int_equal(workspace_roster(ws)->count, 4);
	workspace_free(ws);
	text = box_get(b, "config/roster.yaml");
	assert_string_equal(text, BOX_ROSTER);
	free(text);
	/* and such a view is not kept in a snapshot */
	ws = box_open(b, 0);
	assert_int_equal(workspace_roster(ws)->count, 4);
	workspace_free(ws);
}

static void test_an_edit_after_the_kill_is_set_aside_with_a_note(void **state)
{
	static const char mine[] = "schema: 1\nseats: []\n";
	const struct box *b = *state;
	struct workspace *ws;
	const char *const *notes;
	char *text;

	kill_before_checkout(b);
	box_put(b, "config/roster.yaml", mine);
	ws = box_open(b, WORKSPACE_WRITE);
	assert_int_equal(workspace_roster(ws)->count, 4);
	assert_int_equal(workspace_notes(ws, &notes), 1);
	assert_non_null(strstr(notes[0], "config/roster.yaml.edited"));
	workspace_free(ws);
	text = box_get(b, "config/roster.yaml.edited");
	assert_string_equal(text, mine);
	free(text);
	text = box_get(b, "config/roster.yaml");
	assert_string_equal(text, MORE);
	free(text);
}

static const char contacts[] = "schema: 1\ncontacts: [{handle: new}]\n";

/* As a kill after the branch moved leaves it, for HEAD or another commit. */
static void kill_before_contacts(const struct box *b, bool for_head)
{
	const struct private_file f = { "config/contacts.yaml", contacts,
					strlen(contacts) };
	struct workspace *ws;
	struct oid commit;
	struct err err = { 0 };

	kill_before_checkout(b);
	ws = box_open(b, WORKSPACE_BARE);
	commit = workspace_head(ws);
	if (!for_head)
		commit.id[3] ^= 1;
	assert_int_equal(private_stage(ws, &f, &commit, &err), 0);
	workspace_free(ws);
	box_put(b, "config/roster.yaml", BOX_ROSTER);
}

static void assert_contacts(const struct box *b, const char *want)
{
	char *text = box_get(b, "config/contacts.yaml");
	char *own = box_path(b, ".git/cohort");
	struct file_names names = { 0 };
	struct err err = { 0 };

	if (want)
		assert_string_equal(text, want);
	else
		assert_null(text);
	assert_int_equal(file_names_read(own, &names, &err), 0);
	for (size_t i = 0; i < names.count; i++)
		assert_null(strstr(names.items[i], "contacts"));
	file_names_release(&names);
	free(text);
	free(own);
}

static void test_contacts_of_head_come_with_it(void **state)
{
	const struct box *b = *state;
	char *path = box_path(b, "config/contacts.yaml");
	struct stat st;

	kill_before_contacts(b, true);
	workspace_free(box_open(b, WORKSPACE_WRITE));
	assert_contacts(b, contacts);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	free(path);
}

static void test_contacts_of_no_commit_go(void **state)
{
	const struct box *b = *state;

	kill_before_contacts(b, false);
	workspace_free(box_open(b, WORKSPACE_WRITE));
	assert_contacts(b, NULL);
}

static void test_contacts_edited_after_the_kill_stay(void **state)
{
	static const char mine[] = "schema: 1\ncontacts: []\n";
	const struct box *b = *state;
	char *path = box_path(b, "config/contacts.yaml");
	const char *const *notes;
	struct workspace *ws;

	kill_before_contacts(b, true);
	(void)nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
	box_put(b, "config/contacts.yaml", mine);
	assert_int_equal(chmod(path, 0600), 0);
	ws = box_open(b, WORKSPACE_WRITE);
	assert_int_equal(workspace_notes(ws, &notes), 1);
	assert_non_null(strstr(notes[0], "'config/contacts.yaml' was edited"));
	workspace_free(ws);
	assert_contacts(b, mine);
	free(path);
}

static void test_an_intent_that_never_happened_is_dropped(void **state)
{
	const struct box *b = *state;
	struct workspace *ws = box_open(b, WORKSPACE_WRITE);
	struct intent intent = { .before = workspace_head(ws) };
	struct err err = { 0 };

	memset(intent.after.id, 7, sizeof(intent.after.id));
	assert_int_equal(intent_write(ws->repo, ws->own_dir, &intent, &err), 0);
	workspace_free(ws);
	/* killed with the branch's lock taken, and half an object written */
	box_put(b, ".git/refs/heads/main.lock", "");
	box_put(b, ".git/objects/tmp_object_git2_abcdef", "x");
	box_put(b, ".git/cohort/.index.abcdefgh", "x");
	box_put(b, ".git/cohort/lock", "999999 1 cohort roster add\n");
	workspace_free(box_open(b, WORKSPACE_WRITE));
	assert_false(box_has(b, ".git/cohort/intent"));
	assert_false(box_has(b, ".git/refs/heads/main.lock"));
	assert_false(box_has(b, ".git/objects/tmp_object_git2_abcdef"));
	assert_false(box_has(b, ".git/cohort/.index.abcdefgh"));
	box_git(b, "rev-list --count HEAD", "1");
}

static void test_the_lock_of_another_commit_is_left_alone(void **state)
{
	const struct box *b = *state;
	struct workspace *ws = box_open(b, WORKSPACE_WRITE);
	struct intent intent = { .before = workspace_head(ws) };
	struct err err = { 0 };

	memset(intent.after.id, 7, sizeof(intent.after.id));
	assert_int_equal(intent_write(ws->repo, ws->own_dir, &intent, &err), 0);
	workspace_free(ws);
	box_put(b, ".git/refs/heads/main.lock",
		"0123456789012345678901234567890123456789\n");
	workspace_free(box_open(b, WORKSPACE_WRITE));
	assert_true(box_has(b, ".git/refs/heads/main.lock"));
}

static void test_an_intent_of_older_times_is_dropped(void **state)
{
	const struct box *b = *state;
	char *text;

	kill_before_checkout(b);
	/* the person went on with git, from what they saw */
	box_git(b, "-c user.name=x -c user.email=x@y commit -qam mine", NULL);
	workspace_free(box_open(b, WORKSPACE_WRITE));
	text = box_get(b, "config/roster.yaml");
	assert_string_equal(text, BOX_ROSTER);
	free(text);
	box_git(b, "status --porcelain", "");
	assert_false(box_has(b, ".git/cohort/intent"));
}

static void test_a_damaged_intent_is_no_guessing_matter(void **state)
{
	const struct box *b = *state;

	kill_before_checkout(b);
	box_put(b, ".git/cohort/intent", "cohort 1 nonsense\n");
	box_refused(b, WORKSPACE_WRITE, ERR_FORMAT, "intent' is damaged",
		    "git status");
	box_refused(b, 0, ERR_FORMAT, "intent' is damaged", "git status");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_BOX(test_a_reader_finishes_the_checkout),
		IN_A_BOX(test_a_reader_that_cannot_sees_head_all_the_same),
		IN_A_BOX(test_an_edit_after_the_kill_is_set_aside_with_a_note),
		IN_A_BOX(test_contacts_of_head_come_with_it),
		IN_A_BOX(test_contacts_of_no_commit_go),
		IN_A_BOX(test_contacts_edited_after_the_kill_stay),
		IN_A_BOX(test_an_intent_that_never_happened_is_dropped),
		IN_A_BOX(test_the_lock_of_another_commit_is_left_alone),
		IN_A_BOX(test_an_intent_of_older_times_is_dropped),
		IN_A_BOX(test_a_damaged_intent_is_no_guessing_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
