#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <git2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/path.h"
#include "io/file.h"
#include "io/git.h"
#include "io/git_internal.h"

/* One repository a test, in a folder that goes with it. */
struct box {
	char *dir;
	struct repo *repo;
};

static int set_up(void **state)
{
	struct box *b = calloc(1, sizeof(*b));
	struct err err = { 0 };

	assert_non_null(b);
	assert_int_equal(file_temp_dir(NULL, &b->dir, &err), 0);
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

static struct oid blob(struct repo *r, const char *text)
{
	struct err err = { 0 };
	struct oid oid;

	assert_int_equal(repo_blob_write(r, text, strlen(text), &oid, &err), 0);
	return oid;
}

/* A tree of one entry; FILEMODE as git has it. */
static struct oid tree(struct repo *r, const char *name, struct oid entry,
		       git_filemode_t mode)
{
	AUTO(git_treebuilder_freep) git_treebuilder *b = NULL;
	git_oid raw = git_oid_theirs(&entry);
	git_oid made;

	assert_int_equal(git_treebuilder_new(&b, r->raw, NULL), 0);
	assert_int_equal(git_treebuilder_insert(NULL, b, name, &raw, mode), 0);
	assert_int_equal(git_treebuilder_write(&made, b), 0);
	return git_oid_ours(&made);
}

static struct oid commit(struct repo *r, struct oid tree_oid, const char *text)
{
	AUTO(git_tree_freep) git_tree *t = NULL;
	AUTO(git_signature_freep) git_signature *who = NULL;
	git_oid raw = git_oid_theirs(&tree_oid);
	git_oid made;

	assert_int_equal(git_tree_lookup(&t, r->raw, &raw), 0);
	assert_int_equal(git_signature_new(&who, "Ada", "ada@example.org",
					   1800000000, 0),
			 0);
	assert_int_equal(git_commit_create(&made, r->raw, NULL, who, who, NULL,
					   text, t, 0, NULL),
			 0);
	return git_oid_ours(&made);
}

/* A commit that holds src/lib.rs. */
static struct oid crate(struct repo *r)
{
	struct oid src = tree(r, "lib.rs", blob(r, "pub fn f() {}\n"),
			      GIT_FILEMODE_BLOB);

	return commit(r, tree(r, "src", src, GIT_FILEMODE_TREE), "first\n");
}

static void test_oid_round_trips_and_refuses_anything_else(void **state)
{
	static const char hex[] = "0123456789abcdef0123456789abcdef01234567";
	struct oid oid = { { 0 } };
	char back[OID_HEX];

	(void)state;
	assert_true(oid_is_zero(&oid));
	assert_true(oid_parse(hex, &oid));
	oid_hex(&oid, back);
	assert_string_equal(back, hex);
	assert_false(oid_is_zero(&oid));
	assert_false(oid_parse("0123", &oid));
	assert_false(
		oid_parse("0123456789abcdef0123456789abcdef0123456g", &oid));
}

static void test_open_does_not_look_upwards(void **state)
{
	const struct box *b = *state;
	char *sub = path_joined(b->dir, "sub");
	struct repo *r = NULL;
	struct err err = { 0 };

	assert_int_equal(mkdir(sub, 0755), 0);
	assert_int_equal(repo_open(sub, &r, &err), ERR_NOT_FOUND);
	assert_null(r);
	assert_non_null(strstr(err.msg, "is no git repository"));
	err_clear(&err);
	assert_int_equal(repo_discover(sub, &r, &err), 0);
	assert_string_equal(repo_work_dir(r), repo_work_dir(b->repo));
	repo_free(r);
	free(sub);
}

static void test_open_refuses_another_owner(void **state)
{
	const struct box *b = *state;
	struct repo *r = NULL;
	struct err err = { 0 };

	if (chown(b->dir, 4242, 4242) < 0)
		skip(); /* only root can give things away */
	assert_int_equal(repo_open(b->dir, &r, &err), ERR_UNSAFE);
	assert_null(r);
	assert_non_null(strstr(err.msg, "belongs to another user"));
	assert_non_null(strstr(err.hint, "sudo -u"));
	assert_int_equal(chown(b->dir, geteuid(), getegid()), 0);
}

static void test_init_refuses_to_do_it_twice(void **state)
{
	const struct box *b = *state;
	struct repo *r = NULL;
	struct err err = { 0 };

	assert_int_equal(repo_init(b->dir, 0, &r, &err), ERR_EXISTS);
	assert_non_null(strstr(err.msg, "is a git repository"));
}

static void test_init_makes_main_whatever_the_user_likes(void **state)
{
	const struct box *b = *state;
	char *head = path_joined(repo_git_dir(b->repo), "HEAD");
	struct strbuf text = { 0 };
	struct err err = { 0 };

	assert_int_equal(file_read(head, 100, &text, &err), 0);
	assert_string_equal(strbuf_str(&text), "ref: refs/heads/main\n");
	strbuf_release(&text);
	free(head);
}

/* A file of libgit2's, tried and not removed, would be taken for theirs. */
static void test_init_touches_nothing_beside_git(void **state)
{
	const struct box *b = *state;
	char *dir = path_joined(b->dir, "work");
	_Alignas(struct inotify_event) char bytes[4096];
	const struct inotify_event *event = (const void *)bytes;
	struct repo *r = NULL;
	struct err err = { 0 };
	int watch = inotify_init1(IN_NONBLOCK);
	ssize_t n;

	assert_int_equal(mkdir(dir, 0777), 0);
	assert_true(inotify_add_watch(watch, dir, IN_CREATE) >= 0);
	assert_int_equal(repo_init(dir, 0, &r, &err), 0);
	n = read(watch, bytes, sizeof(bytes));
	assert_int_equal(n, sizeof(*event) + event->len);
	assert_string_equal(event->name, ".git");
	assert_non_null(repo_work_dir(r));
	repo_free(r);
	close(watch);
	free(dir);
}

static void test_init_bare_has_no_work_dir(void **state)
{
	const struct box *b = *state;
	char *dir = path_joined(b->dir, "a/b/c.git");
	struct repo *r = NULL;
	struct err err = { 0 };

	assert_int_equal(repo_init(dir, REPO_BARE, &r, &err), 0);
	assert_null(repo_work_dir(r));
	repo_free(r);
	free(dir);
}

static void test_ref_write_moves_only_what_it_expects(void **state)
{
	const struct box *b = *state;
	struct oid one = blob(b->repo, "one");
	struct oid two = blob(b->repo, "two");
	struct oid zero = { { 0 } };
	struct oid now;
	struct err err = { 0 };
	const char *ref = "refs/cohort/artifact_01/1";

	assert_int_equal(repo_ref_read(b->repo, ref, &now, &err),
			 ERR_NOT_FOUND);
	err_clear(&err);
	assert_int_equal(repo_ref_write(b->repo, ref, &one, &two, NULL, &err),
			 ERR_LOCKED);
	err_clear(&err);
	assert_int_equal(repo_ref_write(b->repo, ref, &one, &zero, NULL, &err),
			 0);
	assert_int_equal(repo_ref_write(b->repo, ref, &two, &zero, NULL, &err),
			 ERR_LOCKED);
	assert_non_null(strstr(err.msg, "moved by somebody else"));
	err_clear(&err);
	assert_int_equal(repo_ref_write(b->repo, ref, &two, &two, NULL, &err),
			 ERR_LOCKED);
	err_clear(&err);
	assert_int_equal(repo_ref_write(b->repo, ref, &two, &one, NULL, &err),
			 0);
	assert_int_equal(repo_ref_read(b->repo, ref, &now, &err), 0);
	assert_true(oid_equal(&now, &two));
	assert_int_equal(repo_ref_write(b->repo, ref, &one, NULL, NULL, &err),
			 0);
}

static void test_ref_write_keeps_head_symbolic(void **state)
{
	const struct box *b = *state;
	struct oid first = crate(b->repo);
	struct oid second =
		commit(b->repo,
		       tree(b->repo, "x", blob(b->repo, ""), GIT_FILEMODE_BLOB),
		       "second\n");
	struct oid now;
	struct err err = { 0 };

	assert_int_equal(repo_ref_write(b->repo, "refs/heads/main", &first,
					NULL, NULL, &err),
			 0);
	assert_int_equal(repo_ref_write(b->repo, "HEAD", &second, &first,
					"commit: second", &err),
			 0);
	assert_int_equal(repo_ref_read(b->repo, "refs/heads/main", &now, &err),
			 0);
	assert_true(oid_equal(&now, &second));
}

struct seen {
	char names[256];
	int stop_after;
};

static int see_ref(void *ctx, const char *ref, const struct oid *oid)
{
	struct seen *s = ctx;
	size_t used = strlen(s->names);

	assert_false(oid_is_zero(oid));
	snprintf(s->names + used, sizeof(s->names) - used, "%s ", ref);
	return --s->stop_after == 0 ? -99 : 0;
}

static void test_ref_each_is_sorted_and_can_be_ended(void **state)
{
	static const char *const refs[] = { "refs/tags/b", "refs/tags/a/1",
					    "refs/tagsoup", "refs/tags/c" };
	const struct box *b = *state;
	struct oid oid = blob(b->repo, "x");
	struct seen seen = { "", 0 };
	struct err err = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(refs); i++)
		assert_int_equal(repo_ref_write(b->repo, refs[i], &oid, NULL,
						NULL, &err),
				 0);
	assert_int_equal(
		repo_ref_each(b->repo, "refs/tags/", see_ref, &seen, &err), 0);
	assert_string_equal(seen.names,
			    "refs/tags/a/1 refs/tags/b refs/tags/c ");
	seen = (struct seen){ "", 2 };
	assert_int_equal(
		repo_ref_each(b->repo, "refs/tags/", see_ref, &seen, &err),
		-99);
	assert_string_equal(seen.names, "refs/tags/a/1 refs/tags/b ");
}

static void test_blob_read_respects_its_limit(void **state)
{
	const struct box *b = *state;
	struct oid oid = blob(b->repo, "0123456789");
	struct oid missing = { { 1 } };
	struct oid folder = tree(b->repo, "x", oid, GIT_FILEMODE_BLOB);
	struct strbuf text = { 0 };
	struct err err = { 0 };

	assert_int_equal(repo_blob_read(b->repo, &oid, 10, &text, &err), 0);
	assert_string_equal(strbuf_str(&text), "0123456789");
	assert_int_equal(repo_blob_read(b->repo, &oid, 9, &text, &err),
			 ERR_LIMIT);
	assert_non_null(strstr(err.msg, "has 10 bytes, more than 9"));
	err_clear(&err);
	assert_int_equal(repo_blob_read(b->repo, &missing, 9, &text, &err),
			 ERR_NOT_FOUND);
	err_clear(&err);
	assert_int_equal(repo_blob_read(b->repo, &folder, 99, &text, &err),
			 ERR_FORMAT);
	assert_true(repo_has(b->repo, &oid));
	assert_false(repo_has(b->repo, &missing));
	strbuf_release(&text);
}

static int see_entry(void *ctx, const struct repo_entry *e)
{
	static const char kinds[] = "fxls";
	struct seen *s = ctx;
	size_t used = strlen(s->names);

	snprintf(s->names + used, sizeof(s->names) - used, "%c:%s ",
		 kinds[e->kind], e->path);
	return --s->stop_after == 0 ? -99 : 0;
}

static void test_tree_each_reports_files_below_a_path(void **state)
{
	const struct box *b = *state;
	struct oid c = crate(b->repo);
	struct seen seen = { "", 0 };
	struct err err = { 0 };

	assert_int_equal(
		repo_tree_each(b->repo, &c, "", 9, see_entry, &seen, &err), 0);
	assert_string_equal(seen.names, "f:src/lib.rs ");
	assert_int_equal(
		repo_tree_each(b->repo, &c, "src", 9, see_entry, &seen, &err),
		0);
	assert_string_equal(seen.names, "f:src/lib.rs f:src/lib.rs ");
	assert_int_equal(repo_tree_each(b->repo, &c, "src/lib.rs", 9, see_entry,
					&seen, &err),
			 ERR_FORMAT);
	err_clear(&err);
	assert_int_equal(
		repo_tree_each(b->repo, &c, "nope", 9, see_entry, &seen, &err),
		ERR_NOT_FOUND);
	err_clear(&err);
	seen = (struct seen){ "", 1 };
	assert_int_equal(
		repo_tree_each(b->repo, &c, "", 9, see_entry, &seen, &err),
		-99);
}

static void test_tree_each_names_links_and_programs(void **state)
{
	const struct box *b = *state;
	struct oid oid = blob(b->repo, "/etc/passwd");
	struct oid link = commit(
		b->repo, tree(b->repo, "l", oid, GIT_FILEMODE_LINK), "link");
	struct oid prog = commit(
		b->repo, tree(b->repo, "p", oid, GIT_FILEMODE_BLOB_EXECUTABLE),
		"prog");
	struct seen seen = { "", 0 };
	struct err err = { 0 };

	assert_int_equal(
		repo_tree_each(b->repo, &link, "", 9, see_entry, &seen, &err),
		0);
	assert_int_equal(
		repo_tree_each(b->repo, &prog, "", 9, see_entry, &seen, &err),
		0);
	assert_string_equal(seen.names, "l:l x:p ");
}

/* 2^20 folders without one file: a few kilobytes that never end. */
static void test_tree_each_is_not_held_by_a_bomb_of_folders(void **state)
{
	const struct box *b = *state;
	AUTO(git_treebuilder_freep) git_treebuilder *empty = NULL;
	struct oid level;
	git_oid raw;
	struct seen seen = { "", 0 };
	struct err err = { 0 };

	assert_int_equal(git_treebuilder_new(&empty, b->repo->raw, NULL), 0);
	assert_int_equal(git_treebuilder_write(&raw, empty), 0);
	for (int i = 0; i < 20; i++) {
		AUTO(git_treebuilder_freep) git_treebuilder *two = NULL;

		assert_int_equal(git_treebuilder_new(&two, b->repo->raw, NULL),
				 0);
		assert_int_equal(git_treebuilder_insert(NULL, two, "a", &raw,
							GIT_FILEMODE_TREE),
				 0);
		assert_int_equal(git_treebuilder_insert(NULL, two, "b", &raw,
							GIT_FILEMODE_TREE),
				 0);
		assert_int_equal(git_treebuilder_write(&raw, two), 0);
	}
	level = git_oid_ours(&raw);
	level = commit(b->repo, level, "bomb");
	assert_int_equal(repo_tree_each(b->repo, &level, "", 1000, see_entry,
					&seen, &err),
			 ERR_LIMIT);
	assert_string_equal(err.msg, "more than 1000 files and folders");
	assert_string_equal(seen.names, "");
}

static void test_tree_each_bounds_depth(void **state)
{
	const struct box *b = *state;
	struct oid t = tree(b->repo, "f", blob(b->repo, ""), GIT_FILEMODE_BLOB);
	struct oid c;
	struct seen seen = { "", 0 };
	struct err err = { 0 };

	for (int i = 0; i < 70; i++)
		t = tree(b->repo, "d", t, GIT_FILEMODE_TREE);
	c = commit(b->repo, t, "deep");
	assert_int_equal(
		repo_tree_each(b->repo, &c, "", 1000, see_entry, &seen, &err),
		ERR_LIMIT);
	assert_non_null(strstr(err.msg, "folders nested deeper than 64"));
}

static void test_tag_create_is_read_back_and_peeled(void **state)
{
	const struct box *b = *state;
	struct oid c = crate(b->repo);
	struct repo_person ada = { "Ada", "ada@example.org", 1800000123 };
	struct repo_tag tag = { 0 };
	struct oid oid, ref, peeled;
	struct err err = { 0 };

	assert_int_equal(repo_tag_create(b->repo, "artifact_01/v0.1.0", &c,
					 &ada, "kov-ada 0.1.0\n", &oid, &err),
			 0);
	assert_int_equal(repo_ref_read(b->repo, "refs/tags/artifact_01/v0.1.0",
				       &ref, &err),
			 0);
	assert_true(oid_equal(&ref, &oid));
	assert_int_equal(repo_tag_read(b->repo, &oid, &tag, &err), 0);
	assert_string_equal(tag.name, "artifact_01/v0.1.0");
	assert_string_equal(tag.message, "kov-ada 0.1.0\n");
	assert_string_equal(tag.tagger_name, "Ada");
	assert_int_equal(tag.when, 1800000123);
	assert_true(oid_equal(&tag.target, &c));
	repo_tag_release(&tag);
	assert_int_equal(repo_peel_commit(b->repo, &oid, &peeled, &err), 0);
	assert_true(oid_equal(&peeled, &c));
	assert_int_equal(repo_tag_create(b->repo, "artifact_01/v0.1.0", &c,
					 &ada, "again\n", &oid, &err),
			 ERR_EXISTS);
	assert_string_equal(err.msg,
			    "there is a tag 'artifact_01/v0.1.0' already");
}

static void test_tag_read_and_peel_refuse_other_objects(void **state)
{
	const struct box *b = *state;
	struct oid c = crate(b->repo);
	struct oid x = blob(b->repo, "x");
	struct oid missing = { { 7 } };
	struct repo_tag tag = { 0 };
	struct oid peeled;
	struct err err = { 0 };

	assert_int_equal(repo_tag_read(b->repo, &c, &tag, &err), ERR_FORMAT);
	assert_non_null(strstr(err.msg, "is no annotated tag"));
	err_clear(&err);
	assert_int_equal(repo_peel_commit(b->repo, &x, &peeled, &err),
			 ERR_FORMAT);
	assert_non_null(strstr(err.msg, "does not lead to a commit"));
	err_clear(&err);
	assert_int_equal(repo_peel_commit(b->repo, &missing, &peeled, &err),
			 ERR_NOT_FOUND);
}

static void test_resolve_takes_what_people_write(void **state)
{
	const struct box *b = *state;
	struct oid c = crate(b->repo);
	struct oid x = blob(b->repo, "x");
	struct err err = { 0 };
	char hex[OID_HEX], blob_hex[OID_HEX];
	struct oid found;

	oid_hex(&c, hex);
	oid_hex(&x, blob_hex);
	assert_int_equal(
		repo_ref_write(b->repo, "refs/tags/v1", &c, NULL, NULL, &err),
		0);
	assert_int_equal(repo_resolve(b->repo, "v1", &found, &err), 0);
	assert_true(oid_equal(&found, &c));
	assert_int_equal(repo_resolve(b->repo, hex, &found, &err), 0);
	hex[12] = '\0';
	assert_int_equal(repo_resolve(b->repo, hex, &found, &err), 0);
	assert_true(oid_equal(&found, &c));
	assert_int_equal(repo_resolve(b->repo, "v2", &found, &err),
			 ERR_NOT_FOUND);
	assert_string_equal(err.msg,
			    "there is no commit 'v2' in the repository");
	err_clear(&err);
	assert_int_equal(repo_resolve(b->repo, blob_hex, &found, &err),
			 ERR_NOT_FOUND);
	err_clear(&err);
	assert_int_equal(repo_resolve(b->repo, "v1@{", &found, &err),
			 ERR_NOT_FOUND);
}

static void test_commit_read_gives_all_of_it(void **state)
{
	const struct box *b = *state;
	struct oid c = crate(b->repo);
	struct repo_commit got = { 0 };
	struct err err = { 0 };

	assert_int_equal(repo_commit_read(b->repo, &c, &got, &err), 0);
	assert_string_equal(got.message, "first\n");
	assert_string_equal(got.author_name, "Ada");
	assert_int_equal(got.when, 1800000000);
	assert_int_equal(got.parent_count, 0);
	assert_true(oid_is_zero(&got.parent));
	assert_false(oid_is_zero(&got.tree));
	repo_commit_release(&got);
	assert_int_equal(
		repo_commit_read(b->repo, &(struct oid){ { 9 } }, &got, &err),
		ERR_NOT_FOUND);
}

#define IN_A_BOX(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_oid_round_trips_and_refuses_anything_else),
		IN_A_BOX(test_open_does_not_look_upwards),
		IN_A_BOX(test_open_refuses_another_owner),
		IN_A_BOX(test_init_refuses_to_do_it_twice),
		IN_A_BOX(test_init_makes_main_whatever_the_user_likes),
		IN_A_BOX(test_init_touches_nothing_beside_git),
		IN_A_BOX(test_init_bare_has_no_work_dir),
		IN_A_BOX(test_ref_write_moves_only_what_it_expects),
		IN_A_BOX(test_ref_write_keeps_head_symbolic),
		IN_A_BOX(test_ref_each_is_sorted_and_can_be_ended),
		IN_A_BOX(test_blob_read_respects_its_limit),
		IN_A_BOX(test_tree_each_reports_files_below_a_path),
		IN_A_BOX(test_tree_each_names_links_and_programs),
		IN_A_BOX(test_tree_each_is_not_held_by_a_bomb_of_folders),
		IN_A_BOX(test_tree_each_bounds_depth),
		IN_A_BOX(test_tag_create_is_read_back_and_peeled),
		IN_A_BOX(test_tag_read_and_peel_refuse_other_objects),
		IN_A_BOX(test_resolve_takes_what_people_write),
		IN_A_BOX(test_commit_read_gives_all_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
