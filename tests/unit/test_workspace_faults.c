#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fault.h"
#include "workspace_box.h"

static int add_submission(struct workspace *ws, struct err *err)
{
	struct submission s = { .n = 1,
				.tag = "artifact_01/v0.1.0",
				.version = "0.1.0",
				.claimed_at = RECORD_NEVER,
				.not_seen_at = RECORD_NEVER,
				.first_seen_at = 1800000000,
				.gone_at = RECORD_NEVER };
	AUTO(change_freep) struct change *c = NULL;
	AUTO(record_freep) struct record *r = NULL;

	memset(s.tag_object, 'a', 40);
	memset(s.commit, 'b', 40);
	if (workspace_record(ws, ARTIFACT_01, "ada", &r, err) < 0 ||
	    record_add_submission(r, &s, err) < 0 ||
	    change_new(ws, &c, err) < 0 || change_put_record(c, r, err) < 0)
		return err->code;
	return change_commit(c, "collect artifact_01: 1 new", err);
}

/* Whatever failed: it opens, it is before or after, and git finds it clean. */
static bool look_whole(const struct box *b)
{
	struct workspace *ws = box_open(b, WORKSPACE_WRITE);
	uint32_t n = workspace_summary(ws, 0, ARTIFACT_01)->submissions;

	assert_true(n <= 1);
	assert_int_equal(workspace_roster(ws)->count, 3);
	workspace_free(ws);
	box_git(b, "status --porcelain", "");
	return n == 1;
}

static void test_open_survives_any_failed_allocation(void **state)
{
	const struct box *b = *state;
	char *snapshot = box_path(b, ".git/cohort/snapshot");

	for (int warm = 0; warm < 2; warm++) {
		long nth = 0, total;

		do {
			struct workspace *ws = NULL;
			struct err err = { 0 };
			int rc;

			if (!warm)
				(void)unlink(snapshot);
			fault_alloc(++nth);
			rc = workspace_open(b->root, 0, &ws, &err);
			total = fault_count();
			fault_alloc(0);
			/* the snapshot is a luxury, and done without */
			if (rc < 0 && rc != ERR_NOMEM)
				fail_msg("allocation %ld: %s", nth, err.msg);
			assert_true((ws != NULL) == (rc == 0));
			if (ws)
				assert_int_equal(workspace_roster(ws)->count,
						 3);
			workspace_free(ws);
		} while (nth <= total);
		assert_true(nth > 20);
	}
	free(snapshot);
}

static void test_commit_survives_any_failed_allocation(void **state)
{
	const struct box *b = *state;
	long nth = 0, total;
	bool done = false;

	while (!done) {
		struct workspace *ws = box_open(b, WORKSPACE_WRITE);
		struct err err = { 0 };
		int rc;

		fault_alloc(++nth);
		rc = add_submission(ws, &err);
		total = fault_count();
		fault_alloc(0);
		assert_true(rc == 0 || err.code == ERR_NOMEM);
		workspace_free(ws);
		if (look_whole(b)) {
			/* from the ref on, a failure says that it happened */
			assert_true(rc == 0 ||
				    strncmp(err.msg, "committed as ", 13) == 0);
			box_git(b, "reset -q --hard HEAD~1", NULL);
		} else {
			assert_int_equal(rc, ERR_NOMEM);
		}
		done = nth > total;
	}
	assert_true(nth > 50);
}

static void test_hand_edit_survives_any_failed_allocation(void **state)
{
	const struct box *b = *state;
	long nth = 0, total;

	do {
		struct workspace *ws = NULL;
		struct err err = { 0 };
		int rc;

		box_put(b, "config/roster.yaml", BOX_ROSTER "# mine\n");
		fault_alloc(++nth);
		rc = workspace_open(b->root, WORKSPACE_WRITE, &ws, &err);
		total = fault_count();
		fault_alloc(0);
		if (rc < 0 && rc != ERR_NOMEM)
			fail_msg("allocation %ld: %s", nth, err.msg);
		workspace_free(ws);
		workspace_free(box_open(b, WORKSPACE_WRITE));
		box_git(b, "log --format=%s", "hand edit: config/roster.yaml");
		box_git(b, "status --porcelain", "");
		box_git(b, "reset -q --hard HEAD~1", NULL);
	} while (nth <= total);
	assert_true(nth > 50);
}

static void test_create_survives_any_failed_allocation(void **state)
{
	const struct box *b = *state;
	char *dir = path_joined(b->dir, "fresh");
	long nth = 0, total;

	do {
		struct box made = { 0 };
		struct err err = { 0 };
		int rc;

		fault_alloc(++nth);
		rc = box_create(&made, dir, &err);
		total = fault_count();
		fault_alloc(0);
		if (rc < 0) {
			assert_int_equal(err.code, ERR_NOMEM);
			assert_null(made.root);
		}
		free(made.root);
		made.root = dir;
		if (box_has(&made, ".git"))
			workspace_free(box_open(&made, WORKSPACE_WRITE));
		else
			assert_false(file_exists(dir));
		err_clear(&err);
		assert_int_equal(file_remove_tree(dir, &err), 0);
	} while (nth <= total);
	assert_true(nth > 100);
	free(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_BOX(test_open_survives_any_failed_allocation),
		IN_A_BOX(test_commit_survives_any_failed_allocation),
		IN_A_BOX(test_hand_edit_survives_any_failed_allocation),
		IN_A_BOX(test_create_survives_any_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
