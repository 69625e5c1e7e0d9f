#ifndef TESTS_WORKSPACE_BOX_H
#define TESTS_WORKSPACE_BOX_H

/* A workspace of its own for each unit test; after cmocka.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "io/file.h"
#include "workspace/create.h"
#include "workspace/workspace.h"

struct box {
	char *dir;  /* goes with the test */
	char *root; /* dir/ws */
};

static inline char *box_path(const struct box *b, const char *name)
{
	char *path = path_joined(b->root, name);

	assert_non_null(path);
	return path;
}

static inline ATTR_UNUSED void box_put(const struct box *b, const char *name,
				       const char *text)
{
	char *path = box_path(b, name);
	struct err err = { 0 };

	assert_int_equal(file_write(path, text, strlen(text), 0644, &err), 0);
	free(path);
}

/* The file's text, to be free()d; NULL if there is none. */
static inline ATTR_UNUSED char *box_get(const struct box *b, const char *name)
{
	char *path = box_path(b, name);
	struct strbuf text = { 0 };
	struct err err = { 0 };
	char *out = NULL;

	if (file_read(path, 64 << 20, &text, &err) == 0)
		out = strdup(strbuf_str(&text));
	strbuf_release(&text);
	free(path);
	return out;
}

static inline ATTR_UNUSED bool box_has(const struct box *b, const char *name)
{
	char *path = box_path(b, name);
	bool has = file_exists(path);

	free(path);
	return has;
}

/* Three seats: ada, bob and eve. */
#define BOX_ROSTER                                                      \
	"schema: 1\n"                                                   \
	"seats:\n"                                                      \
	"  - handle: ada\n    name: Ada Lovelace\n    seat: 1\n"        \
	"    repo: https://git.example/ada\n    zone: Europe/London\n"  \
	"  - handle: bob\n    name: Bob\n    seat: 2 # by the window\n" \
	"  - handle: eve\n    name: Eve\n    seat: 3\n    suffix: evelyn\n"

static inline int box_create(struct box *b, const char *dir, struct err *err)
{
	static const char *const shipped[] = { "config/cohort.yaml",
					       "config/curriculum.yaml",
					       "config/policy.yaml" };
	struct strbuf text[3] = { { 0 }, { 0 }, { 0 } };
	struct new_file files[5];
	int rc = 0;

	for (size_t i = 0; i < 3 && rc == 0; i++) {
		rc = file_read(shipped[i], 1 << 20, &text[i], err);
		files[i] = (struct new_file){ shipped[i], strbuf_str(&text[i]),
					      text[i].len };
	}
	files[3] = (struct new_file){ "config/roster.yaml", BOX_ROSTER,
				      strlen(BOX_ROSTER) };
	files[4] = (struct new_file){ .path = ".gitignore",
				      .bytes = "/var/\n"
					       "/config/contacts.yaml\n"
					       "/config/tokens.yaml\n" };
	files[4].len = strlen(files[4].bytes);
	if (rc == 0)
		rc = workspace_create(dir, files, 5, "#!/bin/sh\n", "begin",
				      &b->root, err);
	for (size_t i = 0; i < 3; i++)
		strbuf_release(&text[i]);
	return rc;
}

static inline int box_set_up(void **state)
{
	struct box *b = calloc(1, sizeof(*b));
	struct err err = { 0 };
	char *dir;

	assert_non_null(b);
	setenv("COHORT_NOW", "2027-01-19T18:00:00Z", 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("GIT_AUTHOR_NAME");
	unsetenv("GIT_AUTHOR_EMAIL");
	assert_int_equal(file_temp_dir(NULL, &b->dir, &err), 0);
	setenv("HOME", b->dir, 1);
	dir = path_joined(b->dir, "ws");
	if (box_create(b, dir, &err) < 0)
		fail_msg("%s", err.msg);
	free(dir);
	*state = b;
	return 0;
}

static inline int box_tear_down(void **state)
{
	struct box *b = *state;
	struct err err = { 0 };

	assert_int_equal(file_remove_tree(b->dir, &err), 0);
	free(b->root);
	free(b->dir);
	free(b);
	return 0;
}

/* Open it; the test fails with the message if that does. */
static inline ATTR_UNUSED struct workspace *box_open(const struct box *b,
						     unsigned flags)
{
	struct workspace *ws = NULL;
	struct err err = { 0 };

	if (workspace_open(b->root, flags, &ws, &err) < 0)
		fail_msg("%s", err.msg);
	return ws;
}

/* Open it, which has to fail. */
static inline ATTR_UNUSED void box_refused(const struct box *b, unsigned flags,
					   int code, const char *message,
					   const char *hint)
{
	struct workspace *ws = NULL;
	struct err err = { 0 };

	assert_int_equal(workspace_open(b->root, flags, &ws, &err), code);
	assert_null(ws);
	if (!strstr(err.msg, message))
		fail_msg("'%s' is not in '%s'", message, err.msg);
	if (!strstr(err.hint, hint))
		fail_msg("'%s' is not in '%s'", hint, err.hint);
}

/* The next submission of HANDLE, in a change that is committed. */
static inline ATTR_UNUSED void submit(struct workspace *ws, const char *handle,
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

/* A command of git in the workspace; its output is one line at most. */
static inline ATTR_UNUSED void box_git(const struct box *b, const char *args,
				       const char *expected)
{
	char command[1024], line[1024] = "";
	char *out = path_joined(b->dir, "git.out");
	FILE *f;

	snprintf(command, sizeof(command), "git -C '%s' %s >'%s' 2>&1", b->root,
		 args, out);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
	if (system(command) != 0)
		fail_msg("failed: %s", command);
#pragma GCC diagnostic pop
	f = fopen(out, "r");
	assert_non_null(f);
	if (!fgets(line, sizeof(line), f))
		line[0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	fclose(f);
	free(out);
	if (expected)
		assert_string_equal(line, expected);
}

#define IN_A_BOX(f) \
	cmocka_unit_test_setup_teardown(f, box_set_up, box_tear_down)

#endif
