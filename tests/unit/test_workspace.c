#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/stat.h>

#include "model/policy.h"
#include "workspace_box.h"

/* A first submission of HANDLE, in a change that is committed. */
static void submit(struct workspace *ws, const char *handle,
		   const char *version, struct err *err)
{
	struct submission s = { .n = 1,
				.version = version,
				.claimed_at = RECORD_NEVER,
				.not_seen_at = RECORD_NEVER,
				.first_seen_at = 1800000000,
				.gone_at = RECORD_NEVER };
	struct change *c = NULL;
	struct record *r = NULL;
	char tag[64];

	snprintf(tag, sizeof(tag), "artifact_01/v%s", version);
	s.tag = tag;
	memset(s.tag_object, 'a', 40);
	memset(s.commit, 'b', 40);
	assert_int_equal(workspace_record(ws, ARTIFACT_01, handle, &r, err), 0);
	s.n = (uint32_t)r->submission_count + 1;
	assert_int_equal(record_add_submission(r, &s, err), 0);
	assert_int_equal(change_new(ws, &c, err), 0);
	assert_int_equal(change_put_record(c, r, err), 0);
	assert_false(change_is_empty(c));
	(void)change_commit(c, "collect artifact_01: 1 new", err);
	change_free(c);
	record_free(r);
}

static void put_and_commit(struct workspace *ws, const char *path,
			   const char *text, struct err *err)
{
	struct change *c = NULL;

	assert_int_equal(change_new(ws, &c, err), 0);
	if (change_put(c, path, text, strlen(text), err) == 0)
		(void)change_commit(c, "change a file", err);
	change_free(c);
}

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
		/* last: it leaves the folder that the others start from */
		IN_A_BOX(test_open_finds_the_workspace_above),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
