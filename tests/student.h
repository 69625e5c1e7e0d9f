#ifndef TESTS_STUDENT_H
#define TESTS_STUDENT_H

/* A student's bare repository, made by hand: commits and tags as asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/path.h"
#include "io/file.h"
#include "io/git.h"
#include "io/git_commit.h"

struct student {
	struct repo *repo;
	char dir[512];	 /* of the bare repository */
	struct oid head; /* zero before the first commit */
	int64_t clock;
};

static const struct repo_person student_ada = { "Ada", "ada@example.org", 0 };

ATTR_UNUSED static void student_make(struct student *s, const char *root,
				     const char *name)
{
	struct err err = { 0 };

	memset(s, 0, sizeof(*s));
	snprintf(s->dir, sizeof(s->dir), "%s/%s.git", root, name);
	assert_int_equal(repo_init(s->dir, REPO_BARE, &s->repo, &err), 0);
	s->clock = 1800000000;
}

ATTR_UNUSED static void student_release(struct student *s)
{
	repo_free(s->repo);
}

/* One more commit on main, with TEXT in the file PATH. */
ATTR_UNUSED static void student_commit(struct student *s, const char *path,
				       const char *text)
{
	struct repo_person who = student_ada;
	struct repo_edit edit = { .path = path };
	const struct oid *parent = oid_is_zero(&s->head) ? NULL : &s->head;
	struct err err = { 0 };
	struct oid tree, commit;

	who.when = ++s->clock;
	assert_int_equal(
		repo_blob_write(s->repo, text, strlen(text), &edit.oid, &err),
		0);
	assert_int_equal(repo_tree_edit(s->repo, parent, &edit, 1, &tree, &err),
			 0);
	assert_int_equal(repo_commit_create(s->repo, &tree, parent, &who, "c",
					    &commit, &err),
			 0);
	s->head = commit;
	assert_int_equal(repo_ref_write(s->repo, "refs/heads/main", &commit,
					NULL, NULL, &err),
			 0);
}

/* An annotated tag on the newest commit; *OUT, if not NULL, is its object. */
ATTR_UNUSED static void student_tag(struct student *s, const char *name,
				    struct oid *out)
{
	struct repo_person who = student_ada;
	struct err err = { 0 };
	struct oid tag;

	who.when = ++s->clock;
	assert_int_equal(
		repo_tag_create(s->repo, name, &s->head, &who, "v", &tag, &err),
		0);
	if (out)
		*out = tag;
}

ATTR_UNUSED static void student_untag(struct student *s, const char *name)
{
	char path[800];

	/* a ref that libgit2 wrote and nobody packed is a file */
	snprintf(path, sizeof(path), "%s/refs/tags/%s", s->dir, name);
	assert_int_equal(unlink(path), 0);
}

#endif
