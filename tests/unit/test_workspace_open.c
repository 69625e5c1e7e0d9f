/* Opening a workspace, and reading what is in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/stat.h>

#include "workspace_box.h"

/* ---- opening */

static void test_create_makes_a_workspace_that_git_finds_clean(void **state)
{
	const struct box *b = *state;
	struct workspace *ws = box_open(b, 0);

	assert_string_equal(workspace_cohort(ws)->id, "2027-winter");
	assert_int_equal(workspace_roster(ws)->count, 3);
	assert_string_equal(workspace_root(ws), b->root);
	workspace_free(ws);
	box_git(b, "status --porcelain", "");
	box_git(b, "fsck --strict", "");
	box_git(b, "log --format=%an:%s:%ci",
		"cohort:begin:2027-01-19 18:00:00 +0000");
	box_git(b, "symbolic-ref HEAD", "refs/heads/main");
}

static void test_create_refuses_what_is_not_empty(void **state)
{
	const struct box *b = *state;
	struct box again = { 0 };
	struct err err = { 0 };
	char *inside = box_path(b, "config/more");
	char *other = path_joined(b->dir, "other");

	assert_int_equal(box_create(&again, b->root, &err), ERR_EXISTS);
	assert_non_null(strstr(err.msg, "is a workspace already"));
	err_clear(&err);
	assert_int_equal(box_create(&again, inside, &err), ERR_EXISTS);
	assert_non_null(strstr(err.msg, "is inside the workspace"));
	assert_false(file_exists(inside));
	err_clear(&err);
	assert_int_equal(mkdir(other, 0755), 0);
	free(inside);
	inside = path_joined(other, "note");
	assert_int_equal(file_write(inside, "x", 1, 0644, &err), 0);
	assert_int_equal(box_create(&again, other, &err), ERR_EXISTS);
	assert_non_null(strstr(err.msg, "is not empty"));
	free(inside);
	free(other);
}

static void test_open_finds_the_workspace_above(void **state)
{
	const struct box *b = *state;
	char *sub = box_path(b, "config");
	struct workspace *ws = NULL;
	struct err err = { 0 };

	assert_int_equal(workspace_open(sub, 0, &ws, &err), ERR_NOT_FOUND);
	err_clear(&err);
	assert_int_equal(chdir(sub), 0);
	assert_int_equal(workspace_open(NULL, 0, &ws, &err), 0);
	assert_string_equal(workspace_root(ws), b->root);
	workspace_free(ws);
	assert_int_equal(chdir(b->dir), 0);
	assert_int_equal(workspace_open(NULL, 0, &ws, &err), ERR_NOT_FOUND);
	assert_non_null(strstr(err.msg, "or above it"));
	assert_non_null(strstr(err.hint, "cohort init DIR"));
	free(sub);
}

static void test_open_says_what_a_folder_is_instead(void **state)
{
	const struct box *b = *state;
	struct box plain = { b->dir, b->dir };
	struct box gone = { b->dir, NULL };
	struct repo *r = NULL;
	struct err err = { 0 };

	box_refused(&plain, 0, ERR_NOT_FOUND, "no workspace at", "cohort init");
	assert_int_equal(repo_init(b->dir, 0, &r, &err), 0);
	repo_free(r);
	box_refused(&plain, 0, ERR_NOT_FOUND,
		    "is a git repository, but no workspace", "cohort init");
	gone.root = path_joined(b->dir, "nowhere");
	box_refused(&gone, 0, ERR_NOT_FOUND, "cannot open", "");
	free(gone.root);
}

static void test_open_refuses_another_owner(void **state)
{
	const struct box *b = *state;
	char *git = box_path(b, ".git");

	unsetenv("SUDO_UID");
	if (chown(git, 4242, 4242) < 0)
		skip();
	box_refused(b, 0, ERR_UNSAFE, "belongs to another user", "sudo -u");
	box_refused(b, WORKSPACE_WRITE, ERR_UNSAFE, "another user", "sudo -u");
	assert_int_equal(chown(git, geteuid(), getegid()), 0);
	free(git);
}

static void test_open_reads_a_copy_and_a_clone(void **state)
{
	const struct box *b = *state;
	struct box clone = { b->dir, path_joined(b->dir, "clone") };
	struct workspace *ws;
	char command[512];
	struct err err = { 0 };

	snprintf(command, sizeof(command), "clone -q . '%s'", clone.root);
	box_git(b, command, NULL);
	ws = box_open(&clone, 0);
	assert_int_equal(workspace_roster(ws)->count, 3);
	workspace_free(ws);
	ws = box_open(&clone, WORKSPACE_WRITE);
	submit(ws, "ada", "0.1.0", &err);
	assert_int_equal(err.code, 0);
	workspace_free(ws);
	box_git(&clone, "status --porcelain", "");
	free(clone.root);
}

static void test_write_refuses_what_a_person_has_under_way(void **state)
{
	const struct box *b = *state;
	char head[41];
	struct workspace *ws = box_open(b, 0);
	struct oid oid = workspace_head(ws);

	workspace_free(ws);
	oid_hex(&oid, head);
	box_put(b, ".git/MERGE_HEAD", head);
	box_refused(b, WORKSPACE_WRITE, ERR_LOCKED, "a git merge is under way",
		    "merge --abort");
	workspace_free(box_open(b, 0));
	box_git(b, "merge --abort", NULL);
	box_git(b, "checkout -q --detach", NULL);
	box_refused(b, WORKSPACE_WRITE, ERR_LOCKED, "no branch is checked out",
		    "switch main");
	workspace_free(box_open(b, 0));
	box_git(b, "switch -q -c other", NULL);
	workspace_free(box_open(b, WORKSPACE_WRITE));
}

static void test_write_is_one_at_a_time_and_names_the_other(void **state)
{
	const struct box *b = *state;
	struct workspace *ws = box_open(b, WORKSPACE_WRITE);
	char pid[64];

	snprintf(pid, sizeof(pid), "(pid %ld) has held the lock for 0 s",
		 (long)getpid());
	box_refused(b, WORKSPACE_WRITE, ERR_LOCKED, pid, "run this again");
	workspace_free(box_open(b, 0)); /* readers never wait */
	workspace_free(ws);
	workspace_free(box_open(b, WORKSPACE_WRITE));
}

static void test_open_packed_refs_are_found(void **state)
{
	const struct box *b = *state;
	struct workspace *ws = box_open(b, 0);
	struct oid before = workspace_head(ws), after;

	workspace_free(ws);
	box_git(b, "pack-refs --all", "");
	ws = box_open(b, 0);
	after = workspace_head(ws);
	assert_true(oid_equal(&before, &after));
	workspace_free(ws);
}

/* ---- reading */

static void test_record_is_empty_until_there_is_one(void **state)
{
	const struct box *b = *state;
	struct workspace *ws = box_open(b, 0);
	struct record *r = NULL;
	struct err err = { 0 };

	assert_int_equal(workspace_record(ws, ARTIFACT_02, "ada", &r, &err), 0);
	assert_int_equal(r->submission_count, 0);
	assert_string_equal(r->handle, "ada");
	record_free(r);
	assert_int_equal(workspace_summary(ws, 0, ARTIFACT_02)->submissions, 0);
	assert_string_equal(workspace_summary(ws, 0, ARTIFACT_02)->version, "");
	assert_non_null(workspace_policy(ws, &err));
	assert_non_null(workspace_curriculum(ws, &err));
	workspace_free(ws);
}

static void test_summary_is_the_same_from_commit_snapshot_and_head(void **state)
{
	const struct box *b = *state;
	struct workspace *ws = box_open(b, WORKSPACE_WRITE);
	struct err err = { 0 };

	submit(ws, "bob", "0.1.0", &err);
	submit(ws, "bob", "0.2.0", &err);
	submit(ws, "eve", "0.1.0", &err);
	assert_int_equal(err.code, 0);
	for (int round = 0; round < 3; round++) {
		const struct seat_summary *s;
		const struct roster *roster = workspace_roster(ws);

		s = workspace_summary(ws, 1, ARTIFACT_01);
		assert_int_equal(s->submissions, 2);
		assert_string_equal(s->version, "0.2.0");
		assert_int_equal(s->first_seen_at, 1800000000);
		assert_false(s->moved || s->packed || s->checked ||
			     s->published);
		s = workspace_summary(ws, 2, ARTIFACT_01);
		assert_string_equal(s->version, "0.1.0");
		assert_int_equal(
			workspace_summary(ws, 0, ARTIFACT_01)->submissions, 0);
		assert_string_equal(roster->seats[2].suffix, "evelyn");
		assert_ptr_equal(roster_find(roster, "@eve"),
				 &roster->seats[2]);
		assert_null(roster->seats[2].artifact_repo[0]);
		workspace_free(ws);
		/* made, then read from what was kept */
		ws = box_open(b, 0);
	}
	workspace_free(ws);
}

static void test_snapshot_can_be_deleted_or_damaged_at_any_time(void **state)
{
	const struct box *b = *state;
	char *path = box_path(b, ".git/cohort/snapshot");
	struct strbuf bytes = { 0 };
	struct err err = { 0 };

	workspace_free(box_open(b, 0));
	assert_int_equal(file_read(path, 1 << 20, &bytes, &err), 0);
	for (size_t i = 0; i < bytes.len; i += 7) {
		struct workspace *ws;

		bytes.data[i] ^= 0x55;
		assert_int_equal(
			file_write(path, bytes.data, bytes.len, 0644, &err), 0);
		bytes.data[i] ^= 0x55;
		ws = box_open(b, 0);
		assert_int_equal(workspace_roster(ws)->count, 3);
		assert_string_equal(workspace_roster(ws)->seats[0].name,
				    "Ada Lovelace");
		workspace_free(ws);
	}
	assert_int_equal(unlink(path), 0);
	workspace_free(box_open(b, 0));
	assert_true(box_has(b, ".git/cohort/snapshot"));
	strbuf_release(&bytes);
	free(path);
}

static void test_readers_see_a_hand_edit_at_once(void **state)
{
	const struct box *b = *state;
	struct workspace *ws;

	workspace_free(box_open(b, 0));
	box_put(b, "config/roster.yaml",
		"schema: 1\nseats:\n  - handle: zoe\n    name: Zoe\n"
		"    seat: 9\n");
	ws = box_open(b, 0);
	assert_int_equal(workspace_roster(ws)->count, 1);
	workspace_free(ws);
	ws = box_open(b, 0);
	assert_string_equal(workspace_roster(ws)->seats[0].handle, "zoe");
	workspace_free(ws);
	box_git(b, "log --format=%s", "begin");
}

static void test_a_broken_record_in_head_is_named(void **state)
{
	const struct box *b = *state;
	char *dir = box_path(b, "artifacts/artifact_01");
	struct err err = { 0 };

	assert_int_equal(file_make_dirs(dir, &err), 0);
	box_put(b, "artifacts/artifact_01/ada.json", "{\n \"schema\": 1,\n}\n");
	box_git(b, "add .", NULL);
	box_git(b, "-c user.name=x -c user.email=x@y commit -qm broken", NULL);
	box_refused(b, 0, ERR_FORMAT, "artifacts/artifact_01/ada.json:3", "");
	workspace_free(box_open(b, WORKSPACE_BARE));
	free(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_BOX(test_create_makes_a_workspace_that_git_finds_clean),
		IN_A_BOX(test_create_refuses_what_is_not_empty),
		IN_A_BOX(test_open_says_what_a_folder_is_instead),
		IN_A_BOX(test_open_refuses_another_owner),
		IN_A_BOX(test_open_reads_a_copy_and_a_clone),
		IN_A_BOX(test_write_refuses_what_a_person_has_under_way),
		IN_A_BOX(test_write_is_one_at_a_time_and_names_the_other),
		IN_A_BOX(test_open_packed_refs_are_found),
		IN_A_BOX(test_record_is_empty_until_there_is_one),
		IN_A_BOX(
			test_summary_is_the_same_from_commit_snapshot_and_head),
		IN_A_BOX(test_snapshot_can_be_deleted_or_damaged_at_any_time),
		IN_A_BOX(test_readers_see_a_hand_edit_at_once),
		IN_A_BOX(test_a_broken_record_in_head_is_named),
		/* last: it leaves the folder that the others start from */
		IN_A_BOX(test_open_finds_the_workspace_above),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
