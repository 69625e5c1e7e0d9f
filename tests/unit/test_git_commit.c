#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <git2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/path.h"
#include "io/file.h"
#include "io/git_commit.h"
#include "io/git_index.h"
#include "io/git_internal.h"

struct box {
	char *dir;
	struct repo *repo;
};

static int set_up(void **state)
{
	struct box *b = calloc(1, sizeof(*b));
	struct err err = { 0 };

	assert_non_null(b);
	unsetenv("GIT_AUTHOR_NAME");
	unsetenv("GIT_AUTHOR_EMAIL");
	unsetenv("XDG_CONFIG_HOME");
	assert_int_equal(file_temp_dir(NULL, &b->dir, &err), 0);
	setenv("HOME", b->dir, 1);
	assert_int_equal(repo_init(b->dir, 0, &b->repo, &err), 0);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct box *b = *state;
	struct err err = { 0 };

	repo_free(b->repo);
	assert_int_equal(file_remove_tree(b->dir, &err), 0);
	free(b->dir);
	free(b);
	return 0;
}

static void put(const struct box *b, const char *name, const char *text)
{
	char *path = path_joined(b->dir, name);
	struct err err = { 0 };

	assert_non_null(path);
	assert_int_equal(file_write(path, text, strlen(text), 0644, &err), 0);
	free(path);
}

static struct oid blob(const struct box *b, const char *text)
{
	struct repo_bytes bytes = { text, strlen(text) };
	struct err err = { 0 };
	struct oid oid;

	assert_int_equal(repo_blobs_write(b->repo, &bytes, 1, &oid, &err), 0);
	return oid;
}

static struct oid commit(const struct box *b, const struct oid *parent,
			 const struct repo_edit *edits, size_t count)
{
	struct repo_person who = { "Grace", "grace@example.org", 1800000000 };
	struct err err = { 0 };
	struct oid tree, made;

	assert_int_equal(
		repo_tree_edit(b->repo, parent, edits, count, &tree, &err), 0);
	assert_int_equal(repo_commit_create(b->repo, &tree, parent, &who,
					    "a change\n", &made, &err),
			 0);
	return made;
}

static int list(void *ctx, const struct repo_entry *e)
{
	struct strbuf *out = ctx;

	strbuf_addf(out, "%s%s%s", out->len ? " " : "", e->path,
		    e->kind == REPO_EXECUTABLE ? "*" : "");
	return 0;
}

static void assert_files(const struct box *b, const struct oid *c,
			 const char *expected)
{
	struct strbuf seen = { 0 };
	struct err err = { 0 };

	assert_int_equal(
		repo_tree_each(b->repo, c, "", 1000, list, &seen, &err), 0);
	assert_string_equal(strbuf_str(&seen), expected);
	strbuf_release(&seen);
}

static void test_tree_edit_adds_changes_and_removes(void **state)
{
	const struct box *b = *state;
	struct oid x = blob(b, "x");
	struct repo_edit first[] = {
		{ .path = "a-b", .oid = x },
		{ .path = "a/1", .oid = x },
		{ .path = "a/2/deep", .oid = x, .executable = true },
		{ .path = "c", .oid = x },
	};
	struct repo_edit second[] = {
		{ .path = "a/2/deep" },
		{ .path = "a/3", .oid = x },
		{ .path = "never/was/here" },
	};
	struct oid one = commit(b, NULL, first, ARRAY_LEN(first));
	struct oid two = commit(b, &one, second, ARRAY_LEN(second));

	assert_files(b, &one, "a-b a/1 a/2/deep* c");
	assert_files(b, &two, "a-b a/1 a/3 c");
}

static void test_tree_edit_refuses_a_file_where_a_folder_must_be(void **state)
{
	const struct box *b = *state;
	struct oid x = blob(b, "x");
	struct repo_edit file = { .path = "artifacts", .oid = x };
	struct repo_edit below = { .path = "artifacts/x/y", .oid = x };
	struct oid one = commit(b, NULL, &file, 1);
	struct oid tree;
	struct err err = { 0 };

	assert_int_equal(repo_tree_edit(b->repo, &one, &below, 1, &tree, &err),
			 ERR_EXISTS);
	assert_string_equal(err.msg, "cannot write 'artifacts/x/y': "
				     "'artifacts' is no folder");
}

static void test_tree_edit_refuses_odd_paths(void **state)
{
	static const char *const odd[] = { "", "/x", "a//b", "a/" };
	const struct box *b = *state;
	struct oid x = blob(b, "x");

	for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
		struct repo_edit e = { .path = odd[i], .oid = x };
		struct err err = { 0 };
		struct oid tree;

		assert_int_equal(
			repo_tree_edit(b->repo, NULL, &e, 1, &tree, &err),
			ERR_LIMIT);
	}
}

/* Beyond the limit of loose objects; with a blob that stands twice. */
static void test_blobs_write_many_makes_one_pack(void **state)
{
	enum {
		COUNT = 1000
	};
	const struct box *b = *state;
	struct repo_bytes blobs[COUNT];
	struct oid oids[COUNT];
	char text[COUNT][16];
	char *packs = path_joined(b->dir, ".git/objects/pack");
	struct file_names names = { 0 };
	struct strbuf back = { 0 };
	struct err err = { 0 };

	for (int i = 0; i < COUNT; i++) {
		snprintf(text[i], sizeof(text[i]), "%d", i % (COUNT - 1));
		blobs[i] = (struct repo_bytes){ text[i], strlen(text[i]) };
	}
	assert_int_equal(repo_blobs_write(b->repo, blobs, COUNT, oids, &err),
			 0);
	assert_int_equal(file_names_read(packs, &names, &err), 0);
	assert_int_equal(names.count, 2);
	assert_int_equal(repo_blob_read(b->repo, &oids[998], 99, &back, &err),
			 0);
	assert_string_equal(strbuf_str(&back), "998");
	assert_true(oid_equal(&oids[0], &oids[COUNT - 1]));
	strbuf_release(&back);
	file_names_release(&names);
	free(packs);
}

static int show(void *ctx, const struct repo_change *c)
{
	struct strbuf *out = ctx;

	strbuf_addf(out, "%c%s ",
		    oid_is_zero(&c->before)  ? '+'
		    : oid_is_zero(&c->after) ? '-'
					     : '~',
		    c->path);
	return 0;
}

static void test_diff_names_each_path_that_differs(void **state)
{
	const struct box *b = *state;
	struct oid x = blob(b, "x");
	struct oid y = blob(b, "y");
	struct repo_edit first[] = {
		{ .path = "a", .oid = x },
		{ .path = "b/c", .oid = x },
		{ .path = "d", .oid = x },
	};
	struct repo_edit second[] = {
		{ .path = "a", .oid = y },
		{ .path = "b/c" },
		{ .path = "b/e", .oid = x },
	};
	struct oid one = commit(b, NULL, first, ARRAY_LEN(first));
	struct oid two = commit(b, &one, second, ARRAY_LEN(second));
	struct strbuf seen = { 0 };
	struct err err = { 0 };

	assert_int_equal(repo_diff(b->repo, &one, &two, show, &seen, &err), 0);
	assert_string_equal(strbuf_str(&seen), "~a -b/c +b/e ");
	strbuf_truncate(&seen, 0);
	assert_int_equal(repo_diff(b->repo, NULL, &one, show, &seen, &err), 0);
	assert_string_equal(strbuf_str(&seen), "+a +b/c +d ");
	strbuf_release(&seen);
}

static void test_path_find_names_blobs_only(void **state)
{
	const struct box *b = *state;
	struct oid x = blob(b, "x");
	struct repo_edit e = { .path = "a/b", .oid = x };
	struct oid c = commit(b, NULL, &e, 1);
	struct err err = { 0 };
	struct oid found;

	assert_int_equal(repo_path_find(b->repo, &c, "a/b", &found, &err), 0);
	assert_true(oid_equal(&found, &x));
	assert_int_equal(repo_path_find(b->repo, &c, "a", &found, &err),
			 ERR_NOT_FOUND);
}

static void test_blob_name_is_what_a_write_gives(void **state)
{
	const struct box *b = *state;
	struct oid written = blob(b, "hello\n");
	struct oid named;
	char hex[OID_HEX];
	struct err err = { 0 };

	assert_int_equal(repo_blob_name("hello\n", 6, &named, &err), 0);
	assert_true(oid_equal(&named, &written));
	oid_hex(&named, hex);
	assert_string_equal(hex, "ce013625030ba8dba906f756967f9e9ca394464a");
}

static void test_identity_prefers_environment_then_repository(void **state)
{
	const struct box *b = *state;
	struct repo_identity who;

	repo_identity(b->repo, &who);
	assert_string_equal(who.name, "cohort");
	assert_string_equal(who.email, "cohort@localhost");
	put(b, ".gitconfig",
	    "[user]\n\tname = Home\n\temail = h@example.org\n"
	    "[url \"evil\"]\n\tinsteadOf = https:\n");
	repo_identity(b->repo, &who);
	assert_string_equal(who.name, "Home");
	assert_string_equal(who.email, "h@example.org");
	put(b, ".git/config",
	    "[core]\n\tbare = false\n[user]\n\tname = Here\n");
	repo_identity(b->repo, &who);
	assert_string_equal(who.name, "Here");
	assert_string_equal(who.email, "h@example.org");
	setenv("GIT_AUTHOR_NAME", " En\nv <x> ", 1);
	setenv("GIT_AUTHOR_EMAIL", "  ", 1);
	repo_identity(b->repo, &who);
	assert_string_equal(who.name, "En v  x");
	assert_string_equal(who.email, "h@example.org");
}

static void test_busy_and_head_are_seen(void **state)
{
	const struct box *b = *state;
	struct oid head;
	char branch[64];
	struct oid x = blob(b, "x");
	struct repo_edit e = { .path = "a", .oid = x };
	struct oid c = commit(b, NULL, &e, 1);
	char hex[OID_HEX + 1];
	struct err err = { 0 };

	assert_int_equal(repo_head(b->repo, &head, branch, 64, &err),
			 ERR_NOT_FOUND);
	err_clear(&err);
	assert_int_equal(repo_ref_write(b->repo, "refs/heads/main", &c, NULL,
					NULL, &err),
			 0);
	assert_null(repo_busy_with(b->repo));
	assert_int_equal(repo_head(b->repo, &head, branch, 64, &err), 0);
	assert_true(oid_equal(&head, &c));
	assert_string_equal(branch, "refs/heads/main");
	oid_hex(&c, hex);
	put(b, ".git/MERGE_HEAD", hex);
	assert_string_equal(repo_busy_with(b->repo), "merge");
	put(b, ".git/HEAD", hex);
	assert_int_equal(repo_head(b->repo, &head, branch, 64, &err), 0);
	assert_string_equal(branch, "");
}

/* ---- the index */

static void update(const struct box *b, const struct oid *c, const char *path,
		   struct oid oid, int expected, struct err *err)
{
	char *stage = path_joined(b->dir, ".git/stage");
	char *file = path_joined(b->dir, path);
	struct index_edit e = { .path = path,
				.oid = oid,
				.stat = index_stat_of(file) };

	assert_int_equal(index_update(b->repo, stage, c, &e, 1, err), expected);
	assert_false(file_exists(stage));
	free(file);
	free(stage);
}

static size_t dirty(const struct box *b)
{
	git_status_list *found = NULL;
	git_status_options opts;
	size_t count;

	git_status_options_init(&opts, GIT_STATUS_OPTIONS_VERSION);
	assert_int_equal(git_status_list_new(&found, b->repo->raw, &opts), 0);
	count = git_status_list_entrycount(found);
	git_status_list_free(found);
	return count;
}

static void test_index_update_leaves_status_clean(void **state)
{
	const struct box *b = *state;
	struct repo_edit both[] = { { .path = "a", .oid = blob(b, "x") },
				    { .path = "b", .oid = blob(b, "y") } };
	struct repo_edit one = { .path = "b", .oid = blob(b, "z") };
	struct oid first = commit(b, NULL, both, 2);
	struct oid second = commit(b, &first, &one, 1);
	struct err err = { 0 };

	put(b, "a", "x");
	put(b, "b", "y");
	assert_int_equal(
		repo_ref_write(b->repo, "HEAD", &first, NULL, NULL, &err), 0);
	/* there is no index: the commit's other files are put in as well */
	update(b, &first, "b", both[1].oid, 0, &err);
	assert_int_equal(dirty(b), 0);
	put(b, "b", "z");
	assert_int_equal(
		repo_ref_write(b->repo, "HEAD", &second, NULL, NULL, &err), 0);
	update(b, &second, "b", one.oid, 0, &err);
	assert_int_equal(dirty(b), 0);
	/* one that git itself could not read is made anew */
	put(b, ".git/index", "garbage");
	update(b, &second, "b", one.oid, 0, &err);
	assert_int_equal(dirty(b), 0);
}

static void test_index_update_respects_the_lock_of_a_git(void **state)
{
	const struct box *b = *state;
	struct repo_edit e = { .path = "a", .oid = blob(b, "x") };
	struct oid c = commit(b, NULL, &e, 1);
	struct err err = { 0 };

	put(b, ".git/index.lock", "");
	update(b, &c, "a", e.oid, ERR_LOCKED, &err);
	assert_non_null(strstr(err.msg, "index.lock' is there"));
}

static void test_index_settle_takes_only_our_own_lock(void **state)
{
	const struct box *b = *state;
	char *stage = path_joined(b->dir, ".git/stage");
	char *lock = path_joined(b->dir, ".git/index.lock");

	put(b, ".git/stage", "half");
	put(b, ".git/index.lock", "theirs");
	index_settle(b->repo, stage);
	assert_false(file_exists(stage));
	assert_true(file_exists(lock));
	assert_int_equal(remove(lock), 0);
	put(b, ".git/stage", "whole");
	assert_int_equal(link(stage, lock), 0);
	index_settle(b->repo, stage);
	assert_false(file_exists(stage));
	assert_false(file_exists(lock));
	free(lock);
	free(stage);
}

#define IN_A_BOX(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_BOX(test_tree_edit_adds_changes_and_removes),
		IN_A_BOX(test_tree_edit_refuses_a_file_where_a_folder_must_be),
		IN_A_BOX(test_tree_edit_refuses_odd_paths),
		IN_A_BOX(test_blobs_write_many_makes_one_pack),
		IN_A_BOX(test_diff_names_each_path_that_differs),
		IN_A_BOX(test_path_find_names_blobs_only),
		IN_A_BOX(test_blob_name_is_what_a_write_gives),
		IN_A_BOX(test_identity_prefers_environment_then_repository),
		IN_A_BOX(test_busy_and_head_are_seen),
		IN_A_BOX(test_index_update_leaves_status_clean),
		IN_A_BOX(test_index_update_respects_the_lock_of_a_git),
		IN_A_BOX(test_index_settle_takes_only_our_own_lock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
