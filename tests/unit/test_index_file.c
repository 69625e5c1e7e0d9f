#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <git2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/path.h"
#include "io/file.h"
#include "io/index_file.h"

/* libgit2 is the judge: it reads what we write, and writes what we read. */
struct box {
	char *dir;
	char *path;
};

static int set_up(void **state)
{
	struct box *b = calloc(1, sizeof(*b));
	struct err err = { 0 };

	assert_non_null(b);
	assert_int_equal(git_setup(&err), 0);
	assert_int_equal(file_temp_dir(NULL, &b->dir, &err), 0);
	b->path = path_joined(b->dir, "index");
	assert_non_null(b->path);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct box *b = *state;
	struct err err = { 0 };

	assert_int_equal(file_remove_tree(b->dir, &err), 0);
	free(b->path);
	free(b->dir);
	free(b);
	return 0;
}

static struct oid oid_of(unsigned char c)
{
	struct oid oid;

	memset(oid.id, c, sizeof(oid.id));
	return oid;
}

static void add(git_index *index, const char *path, unsigned char c,
		uint16_t flags)
{
	git_index_entry e = { .mode = 0100644, .path = path, .flags = flags };

	memset(e.id.id, c, sizeof(e.id.id));
	e.file_size = 7;
	if (flags & GIT_INDEX_ENTRY_EXTENDED)
		e.flags_extended = GIT_INDEX_ENTRY_SKIP_WORKTREE;
	assert_int_equal(git_index_add(index, &e), 0);
}

/* An index of libgit2's own with these paths; the letter is the blob. */
static void write_index(const struct box *b, unsigned version,
			const char *const *paths, size_t count)
{
	git_index *index = NULL;

	assert_int_equal(git_index_open(&index, b->path), 0);
	assert_int_equal(git_index_set_version(index, version), 0);
	for (size_t i = 0; i < count; i++)
		add(index, paths[i], (unsigned char)paths[i][0],
		    version == 3 ? GIT_INDEX_ENTRY_EXTENDED : 0);
	assert_int_equal(git_index_write(index), 0);
	git_index_free(index);
}

static int edit(const struct box *b, const struct index_edit *edits,
		size_t count, struct err *err)
{
	struct strbuf old = { 0 };
	struct strbuf out = { 0 };
	int rc = 0;

	if (file_exists(b->path))
		assert_int_equal(file_read(b->path, 1 << 20, &old, err), 0);
	rc = index_file_edit(old.data, old.len, edits, count, &out, err);
	if (rc == 0)
		assert_int_equal(
			file_write(b->path, out.data, out.len, 0644, err), 0);
	strbuf_release(&old);
	strbuf_release(&out);
	return rc;
}

/* "path=LETTER path=LETTER", as libgit2 sees it. */
static void assert_index(const struct box *b, const char *expected)
{
	git_index *index = NULL;
	struct strbuf seen = { 0 };

	assert_int_equal(git_index_open(&index, b->path), 0);
	for (size_t i = 0; i < git_index_entrycount(index); i++) {
		const git_index_entry *e = git_index_get_byindex(index, i);

		strbuf_addf(&seen, "%s%s=%c", seen.len ? " " : "", e->path,
			    e->id.id[0]);
		if (e->mode == 0100755)
			strbuf_addc(&seen, '*');
		if (e->flags_extended & GIT_INDEX_ENTRY_SKIP_WORKTREE)
			strbuf_addc(&seen, 's');
	}
	assert_string_equal(strbuf_str(&seen), expected);
	strbuf_release(&seen);
	git_index_free(index);
}

static void test_edit_makes_an_index_from_nothing(void **state)
{
	const struct box *b = *state;
	const struct index_edit edits[] = {
		{ .path = "a-b", .oid = oid_of('1') },
		{ .path = "a/run", .oid = oid_of('2'), .executable = true },
		{ .path = "gone" },
	};
	struct err err = { 0 };

	assert_int_equal(edit(b, edits, ARRAY_LEN(edits), &err), 0);
	assert_index(b, "a-b=1 a/run=2*");
	assert_int_equal(edit(b, edits, 0, &err), 0);
	assert_index(b, "a-b=1 a/run=2*");
}

static void test_edit_changes_adds_and_removes_in_every_version(void **state)
{
	static const char *const paths[] = { "b/1", "b/2", "b/longer/name.json",
					     "d" };
	const struct box *b = *state;
	const struct index_edit edits[] = {
		{ .path = "a", .oid = oid_of('A') },
		{ .path = "b/2" },
		{ .path = "b/3", .oid = oid_of('C') },
		{ .path = "d", .oid = oid_of('D') },
		{ .path = "e", .oid = oid_of('E') },
	};
	struct err err = { 0 };

	for (unsigned version = 2; version <= 4; version++) {
		write_index(b, version, paths, ARRAY_LEN(paths));
		assert_int_equal(edit(b, edits, ARRAY_LEN(edits), &err), 0);
		assert_index(b, version == 3 ? "a=A b/1=bs b/3=C "
					       "b/longer/name.json=bs d=D e=E"
					     : "a=A b/1=b b/3=C "
					       "b/longer/name.json=b d=D e=E");
		assert_int_equal(remove(b->path), 0);
	}
}

static void test_edit_ends_a_conflict(void **state)
{
	const struct box *b = *state;
	const struct index_edit edits[] = {
		{ .path = "x", .oid = oid_of('X') },
	};
	git_index_entry e = { .mode = 0100644, .path = "x" };
	git_index *index = NULL;
	struct err err = { 0 };

	assert_int_equal(git_index_open(&index, b->path), 0);
	memset(e.id.id, 'o', sizeof(e.id.id));
	assert_int_equal(git_index_conflict_add(index, &e, &e, &e), 0);
	assert_int_equal(git_index_write(index), 0);
	git_index_free(index);
	assert_int_equal(edit(b, edits, 1, &err), 0);
	assert_index(b, "x=X");
}

static void test_edit_keeps_stat_of_the_untouched(void **state)
{
	static const char *const paths[] = { "kept" };
	const struct box *b = *state;
	const struct index_edit edits[] = {
		{ .path = "new", .oid = oid_of('N'), .stat = { .size = 42 } },
	};
	git_index *index = NULL;
	struct err err = { 0 };

	write_index(b, 2, paths, 1);
	assert_int_equal(edit(b, edits, 1, &err), 0);
	assert_int_equal(git_index_open(&index, b->path), 0);
	assert_int_equal(git_index_get_byindex(index, 0)->file_size, 7);
	assert_int_equal(git_index_get_byindex(index, 1)->file_size, 42);
	git_index_free(index);
}

/* Any cut and any changed byte: refused or read, never beyond the bytes. */
static void test_edit_survives_damage(void **state)
{
	static const char *const paths[] = { "b/1", "b/2", "c" };
	const struct box *b = *state;
	const struct index_edit edits[] = {
		{ .path = "b/2", .oid = oid_of('2') },
	};
	struct err err = { 0 };

	for (unsigned version = 2; version <= 4; version++) {
		struct strbuf old = { 0 };

		write_index(b, version, paths, ARRAY_LEN(paths));
		assert_int_equal(file_read(b->path, 1 << 20, &old, &err), 0);
		for (size_t i = 0; i < old.len * 2; i++) {
			char *copy = malloc(old.len);
			size_t len = i < old.len ? i : old.len;
			struct strbuf out = { 0 };
			struct err why = { 0 };

			assert_non_null(copy);
			memcpy(copy, old.data, old.len);
			if (i >= old.len)
				copy[i - old.len] ^= (char)0xff;
			copy = realloc(copy, len ? len : 1);
			assert_non_null(copy);
			if (index_file_edit(copy, len, edits, 1, &out, &why) <
			    0)
				assert_int_equal(why.code, ERR_FORMAT);
			strbuf_release(&out);
			free(copy);
		}
		strbuf_release(&old);
		assert_int_equal(remove(b->path), 0);
	}
}

static void test_edit_refuses_what_it_does_not_understand(void **state)
{
	/* an empty index with the extension of a split one, checksum aside */
	static const unsigned char split[] = "DIRC\0\0\0\2\0\0\0\0"
					     "link\0\0\0\4abcd"
					     "01234567890123456789";
	static const unsigned char future[] = "DIRC\0\0\0\5\0\0\0\0"
					      "01234567890123456789";
	struct strbuf out = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(
		index_file_edit(split, sizeof(split) - 1, NULL, 0, &out, &err),
		ERR_FORMAT);
	assert_string_equal(err.msg, "git's index has an extension 'link'");
	err_clear(&err);
	assert_int_equal(index_file_edit(future, sizeof(future) - 1, NULL, 0,
					 &out, &err),
			 ERR_FORMAT);
	assert_string_equal(err.msg, "git's index has version 5");
	err_clear(&err);
	assert_int_equal(index_file_edit("hello", 5, NULL, 0, &out, &err),
			 ERR_FORMAT);
	assert_string_equal(err.msg, "git's index is damaged");
	strbuf_release(&out);
}

#define IN_A_BOX(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_BOX(test_edit_makes_an_index_from_nothing),
		IN_A_BOX(test_edit_changes_adds_and_removes_in_every_version),
		IN_A_BOX(test_edit_ends_a_conflict),
		IN_A_BOX(test_edit_keeps_stat_of_the_untouched),
		IN_A_BOX(test_edit_survives_damage),
		cmocka_unit_test(test_edit_refuses_what_it_does_not_understand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
