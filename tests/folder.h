#ifndef TESTS_FOLDER_H
#define TESTS_FOLDER_H

/*
 * A folder for each test: enter() makes it and leave() takes it away with all
 * that is in it; put() writes a file there, sh() runs a script there that can
 * use git.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "io/file.h"
#include "io/process.h"

static char *dir;

static int enter(void **state)
{
	struct err err = { 0 };

	(void)state;
	dir = NULL;
	return file_temp_dir(NULL, &dir, &err);
}

static int leave(void **state)
{
	struct err err = { 0 };
	int rc = file_remove_tree(dir, &err);

	(void)state;
	free(dir);
	dir = NULL;
	return rc;
}

/* Not every test writes or runs something. */
static void put(const char *name, const char *text) ATTR_UNUSED;
static void sh(const char *script, char *out, size_t size) ATTR_UNUSED;

static void put(const char *name, const char *text)
{
	AUTO(str_freep) char *path = path_joined(dir, name);
	struct err err = { 0 };

	assert_non_null(path);
	if (file_write(path, text, strlen(text), 0644, &err) < 0)
		fail_msg("%s", err.msg);
}

/* The first line of what SCRIPT prints goes to OUT, if there is one. */
static void sh(const char *script, char *out, size_t size)
{
	AUTO(strbuf_releasep) struct strbuf home = { 0 };
	AUTO(process_result_releasep) struct process_result r = { 0 };
	const char *argv[] = { "/bin/sh", "-ec", script, NULL };
	const char *env[] = { "PATH=/usr/local/bin:/usr/bin:/bin",
			      NULL,
			      "GIT_CONFIG_NOSYSTEM=1",
			      "GIT_AUTHOR_NAME=ada",
			      "GIT_AUTHOR_EMAIL=ada@example.org",
			      "GIT_COMMITTER_NAME=Grace H",
			      "GIT_COMMITTER_EMAIL=grace@example.org",
			      NULL };
	struct process_spec spec = { .argv = argv, .env = env, .cwd = dir };
	struct err err = { 0 };

	strbuf_addf(&home, "HOME=%s", dir);
	env[1] = strbuf_str(&home);
	assert_int_equal(process_run(&spec, &r, &err), 0);
	if (r.exit_status != 0)
		fail_msg("%s", strbuf_str(&r.err));
	if (out)
		snprintf(out, size, "%.*s",
			 (int)strcspn(strbuf_str(&r.out), "\n"),
			 strbuf_str(&r.out));
}

#endif
