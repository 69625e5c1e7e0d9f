/* Changing a workspace, and what people write in it meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "workspace_box.h"

static void put_and_commit(struct workspace *ws, const char *path,
			   const char *text, struct err *err)
{
	struct change *c = NULL;

	assert_int_equal(change_new(ws, &c, err), 0);
	if (change_put(c, path, text, strlen(text), err) == 0)
		(void)change_commit(c, "change a file", err);
	change_free(c);
}

/* ---- changing */

static void test_change_is_one_commit_and_leaves_git_clean(void **state)
{
	const struct box *b = *state;
	struct workspace *ws = box_open(b, WORKSPACE_WRITE);
	struct err err = { 0 };
	struct oid head;
	char *text;

	setenv("COHORT_NOW", "2027-02-01T00:00:00Z", 1);
	submit(ws, "ada", "0.1.0", &err);
	assert_int_equal(err.code, 0);
	head = workspace_head(ws);
	workspace_free(ws);
	assert_false(oid_is_zero(&head));
	box_git(b, "rev-list --count HEAD", "2");
	box_git(b, "log -1 --format=%s:%ci",
		"collect artifact_01: 1 new:2027-02-01 00:00:00 +0000");
	box_git(b, "status --porcelain", "");
	box_git(b, "fsck --strict", "");
	box_git(b, "reflog -1 --format=%gs",
		"cohort: collect artifact_01: 1 new");
	text = box_get(b, "artifacts/artifact_01/ada.json");
	assert_non_null(strstr(text, "\"version\": \"0.1.0\""));
	free(text);
	assert_false(box_has(b, ".git/cohort/intent"));
	assert_false(box_has(b, ".git/cohort/file"));
	assert_false(box_has(b, ".git/cohort/index"));
}

static void test_change_that_changes_nothing_commits_nothing(void **state)
{
	const struct box *b = *state;
	struct workspace *ws = box_open(b, WORKSPACE_WRITE);
	struct change *c = NULL;
	struct err err = { 0 };

	assert_int_equal(change_new(ws, &c, &err), 0);
	assert_true(change_is_empty(c));
	assert_int_equal(change_put(c, "config/roster.yaml", BOX_ROSTER,
				    strlen(BOX_ROSTER), &err),
			 0);
	assert_int_equal(
		change_remove(c, "artifacts/artifact_01/ada.json", &err), 0);
	assert_true(change_is_empty(c));
	assert_int_equal(change_commit(c, "nothing", &err), 0);
	change_free(c);
	workspace_free(ws);
	box_git(b, "rev-list --count HEAD", "1");
}

static void test_change_removes_a_file_and_its_empty_folders(void **state)
{
	const struct box *b = *state;
	struct workspace *ws = box_open(b, WORKSPACE_WRITE);
	struct change *c = NULL;
	struct err err = { 0 };

	submit(ws, "ada", "0.1.0", &err);
	assert_int_equal(change_new(ws, &c, &err), 0);
	assert_int_equal(
		change_remove(c, "artifacts/artifact_01/ada.json", &err), 0);
	assert_int_equal(change_commit(c, "forget", &err), 0);
	change_free(c);
	assert_int_equal(workspace_summary(ws, 0, ARTIFACT_01)->submissions, 0);
	workspace_free(ws);
	assert_false(box_has(b, "artifacts"));
	box_git(b, "status --porcelain", "");
	box_git(b, "fsck --strict", "");
}

static void test_change_validates_config_and_keeps_everything(void **state)
{
	static const char bad[] = "schema: 1\nseats:\n  - hande: x\n";
	const struct box *b = *state;
	struct workspace *ws = box_open(b, WORKSPACE_WRITE);
	struct err err = { 0 };
	char *text;

	put_and_commit(ws, "config/roster.yaml", bad, &err);
	assert_int_equal(err.code, ERR_FORMAT);
	assert_non_null(strstr(err.msg, "config/roster.yaml:3:5: "));
	assert_non_null(strstr(err.hint, "handle"));
	assert_int_equal(workspace_roster(ws)->count, 3);
	workspace_free(ws);
	text = box_get(b, "config/roster.yaml");
	assert_string_equal(text, BOX_ROSTER);
	free(text);
	box_git(b, "rev-list --count HEAD", "1");
}

static void test_change_of_the_roster_is_seen_at_once(void **state)
{
	static const char two[] =
		"schema: 1\nseats:\n"
		"  - handle: eve\n    name: Eve\n    seat: 3\n"
		"  - handle: new\n    name: New\n    seat: 4\n";
	const struct box *b = *state;
	struct workspace *ws = box_open(b, WORKSPACE_WRITE);
	struct err err = { 0 };

	submit(ws, "eve", "0.3.0", &err);
	submit(ws, "ada", "0.4.0", &err);
	put_and_commit(ws, "config/roster.yaml", two, &err);
	assert_int_equal(err.code, 0);
	assert_int_equal(workspace_roster(ws)->count, 2);
	assert_string_equal(workspace_summary(ws, 0, ARTIFACT_01)->version,
			    "0.3.0");
	assert_string_equal(workspace_summary(ws, 1, ARTIFACT_01)->version, "");
	/* who comes back finds the record that was kept */
	put_and_commit(ws, "config/roster.yaml", BOX_ROSTER, &err);
	assert_int_equal(err.code, 0);
	assert_string_equal(workspace_summary(ws, 0, ARTIFACT_01)->version,
			    "0.4.0");
	workspace_free(ws);
	box_git(b, "status --porcelain", "");
}

static void test_change_refuses_paths_that_are_not_its_own(void **state)
{
	static const char *const bad[] = { "../x",
					   "/etc/x",
					   ".git/config",
					   "var/x",
					   "config/contacts.yaml",
					   "config/tokens.yaml",
					   "a//b" };
	const struct box *b = *state;
	struct workspace *ws = box_open(b, WORKSPACE_WRITE);

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err err = { 0 };

		put_and_commit(ws, bad[i], "x", &err);
		assert_int_equal(err.code, ERR_UNSAFE);
		assert_non_null(strstr(err.msg, bad[i]));
	}
	workspace_free(ws);
	box_git(b, "status --porcelain", "");
}

static void test_change_needs_a_workspace_for_writing(void **state)
{
	const struct box *b = *state;
	struct workspace *ws = box_open(b, 0);
	struct change *c = NULL;
	struct err err = { 0 };

	assert_int_equal(change_new(ws, &c, &err), ERR_BUG);
	assert_null(c);
	workspace_free(ws);
}

static void test_change_notices_a_commit_by_hand_meanwhile(void **state)
{
	const struct box *b = *state;
	struct workspace *ws = box_open(b, WORKSPACE_WRITE);
	struct err err = { 0 };

	box_git(b,
		"-c user.name=x -c user.email=x@y commit -q --allow-empty "
		"-m mine",
		NULL);
	submit(ws, "ada", "0.1.0", &err);
	assert_int_equal(err.code, ERR_LOCKED);
	assert_non_null(strstr(err.msg, "moved by somebody else"));
	workspace_free(ws);
	assert_false(box_has(b, "artifacts"));
	box_git(b, "status --porcelain", "");
	box_git(b, "log -1 --format=%s", "mine");
}

static void test_change_leaves_what_a_person_has_staged(void **state)
{
	const struct box *b = *state;
	struct workspace *ws;
	struct err err = { 0 };

	box_put(b, "notes.txt", "mine\n");
	box_git(b, "add notes.txt", "");
	ws = box_open(b, WORKSPACE_WRITE);
	submit(ws, "ada", "0.1.0", &err);
	assert_int_equal(err.code, 0);
	workspace_free(ws);
	box_git(b, "status --porcelain", "A  notes.txt");
	box_git(b, "ls-tree -r --name-only HEAD artifacts",
		"artifacts/artifact_01/ada.json");
}

static void test_change_of_many_records_is_one_pack(void **state)
{
	enum {
		COUNT = 300
	};
	const struct box *b = *state;
	struct workspace *ws = box_open(b, WORKSPACE_WRITE);
	struct change *c = NULL;
	struct err err = { 0 };

	assert_int_equal(change_new(ws, &c, &err), 0);
	for (int i = 0; i < COUNT; i++) {
		struct record *r = NULL;
		char handle[16];

		snprintf(handle, sizeof(handle), "s%d", i);
		assert_int_equal(record_new(ARTIFACT_03, handle, &r, &err), 0);
		assert_int_equal(change_put_record(c, r, &err), 0);
		record_free(r);
	}
	assert_int_equal(change_commit(c, "many", &err), 0);
	change_free(c);
	workspace_free(ws);
	box_git(b, "status --porcelain", "");
	box_git(b, "fsck --strict", "");
	box_git(b, "ls-files artifacts", "artifacts/artifact_03/s0.json");
}

/* ---- what people write */

static void test_hand_edit_is_committed_first_as_such(void **state)
{
	const struct box *b = *state;
	struct workspace *ws;
	struct err err = { 0 };

	box_put(b, ".git/config",
		"[core]\n\tbare = false\n[user]\n\tname = Ida\n"
		"\temail = ida@example.org\n");
	box_put(b, "config/roster.yaml",
		"schema: 1 # mine\nseats:\n  - handle: zoe\n    name: Zoe\n"
		"    seat: 9\n");
	ws = box_open(b, WORKSPACE_WRITE);
	submit(ws, "zoe", "0.1.0", &err);
	assert_int_equal(err.code, 0);
	workspace_free(ws);
	box_git(b, "log -1 --skip=1 --format=%an:%s",
		"Ida:hand edit: config/roster.yaml");
	box_git(b, "show HEAD:config/roster.yaml", "schema: 1 # mine");
	box_git(b, "rev-list --count HEAD", "3");
	box_git(b, "status --porcelain", "");
}

static void test_hand_edit_that_is_wrong_refuses_and_loses_nothing(void **state)
{
	static const struct {
		const char *path;
		const char *text;
		const char *message;
		const char *hint;
	} bad[] = {
		{ "config/roster.yaml", "schema: 1\nseats:\n  - hande: x\n",
		  "config/roster.yaml:3:5: ", "handle" },
		{ "config/cohort.yaml", "schema: 1\nid: [\n",
		  "config/cohort.yaml:3:1: ", "" },
		{ "config/policy.yaml", "schema: 1\nlint: []\n",
		  "config/policy.yaml:2:1: ", "lints" },
		{ "config/curriculum.yaml", "schema: 1\nphase: []\n",
		  "config/curriculum.yaml:2:1: ", "phases" },
	};
	const struct box *b = *state;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		char *before = box_get(b, bad[i].path);
		char *after;

		box_put(b, bad[i].path, bad[i].text);
		box_refused(b, WORKSPACE_WRITE, ERR_FORMAT, bad[i].message,
			    bad[i].hint);
		after = box_get(b, bad[i].path);
		assert_string_equal(after, bad[i].text);
		box_git(b, "rev-list --count HEAD", "1");
		box_put(b, bad[i].path, before);
		free(before);
		free(after);
	}
	workspace_free(box_open(b, WORKSPACE_WRITE));
	box_git(b, "status --porcelain", "");
}

static void test_hand_deleted_config_is_asked_back(void **state)
{
	const struct box *b = *state;
	char *path = box_path(b, "config/policy.yaml");

	assert_int_equal(unlink(path), 0);
	box_refused(b, WORKSPACE_WRITE, ERR_NOT_FOUND,
		    "'config/policy.yaml' is missing", "checkout HEAD --");
	free(path);
	path = box_path(b, "config/cohort.yaml");
	assert_int_equal(unlink(path), 0);
	box_refused(b, 0, ERR_NOT_FOUND, "'config/cohort.yaml' is missing",
		    "checkout HEAD --");
	free(path);
}

static void test_hand_edited_record_is_set_aside_with_a_note(void **state)
{
	const struct box *b = *state;
	struct workspace *ws = box_open(b, WORKSPACE_WRITE);
	const char *const *notes;
	struct err err = { 0 };
	char *text;

	submit(ws, "ada", "0.1.0", &err);
	box_put(b, "artifacts/artifact_01/ada.json", "mine\n");
	submit(ws, "ada", "0.2.0", &err);
	assert_int_equal(err.code, 0);
	assert_int_equal(workspace_notes(ws, &notes), 1);
	assert_non_null(strstr(notes[0], "ada.json' was edited by hand"));
	assert_non_null(strstr(notes[0], "ada.json.edited'"));
	workspace_free(ws);
	text = box_get(b, "artifacts/artifact_01/ada.json.edited");
	assert_string_equal(text, "mine\n");
	free(text);
	text = box_get(b, "artifacts/artifact_01/ada.json");
	assert_non_null(strstr(text, "0.2.0"));
	free(text);
}

static void test_index_lock_of_a_person_delays_only_the_index(void **state)
{
	const struct box *b = *state;
	struct workspace *ws = box_open(b, WORKSPACE_WRITE);
	char *lock = box_path(b, ".git/index.lock");
	const char *const *notes;
	struct err err = { 0 };

	box_put(b, ".git/index.lock", "");
	submit(ws, "ada", "0.1.0", &err);
	assert_int_equal(err.code, 0);
	assert_int_equal(workspace_notes(ws, &notes), 1);
	assert_non_null(strstr(notes[0], "index.lock"));
	workspace_free(ws);
	assert_int_equal(unlink(lock), 0);
	workspace_free(box_open(b, WORKSPACE_WRITE));
	box_git(b, "status --porcelain", "");
	free(lock);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_BOX(test_change_is_one_commit_and_leaves_git_clean),
		IN_A_BOX(test_change_that_changes_nothing_commits_nothing),
		IN_A_BOX(test_change_removes_a_file_and_its_empty_folders),
		IN_A_BOX(test_change_validates_config_and_keeps_everything),
		IN_A_BOX(test_change_of_the_roster_is_seen_at_once),
		IN_A_BOX(test_change_refuses_paths_that_are_not_its_own),
		IN_A_BOX(test_change_needs_a_workspace_for_writing),
		IN_A_BOX(test_change_notices_a_commit_by_hand_meanwhile),
		IN_A_BOX(test_change_leaves_what_a_person_has_staged),
		IN_A_BOX(test_change_of_many_records_is_one_pack),
		IN_A_BOX(test_hand_edit_is_committed_first_as_such),
		IN_A_BOX(
			test_hand_edit_that_is_wrong_refuses_and_loses_nothing),
		IN_A_BOX(test_hand_deleted_config_is_asked_back),
		IN_A_BOX(test_hand_edited_record_is_set_aside_with_a_note),
		IN_A_BOX(test_index_lock_of_a_person_delays_only_the_index),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
