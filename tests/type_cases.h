#ifndef TESTS_TYPE_CASES_H
#define TESTS_TYPE_CASES_H

/*
 * The cases in a folder of tests/fixtures, read and written out as one crate a
 * side and one of those who use it; rustdoc's JSON of both sides.  setup() and
 * teardown() are those of the group, of the cases in `set`.  Include
 * after cmocka.h.
 */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crate/semver/lints.h"
#include "io/file.h"

enum {
	CASES_MAX = 1024,
	NAME_SIZE = 64,
	PATH_SIZE = 512,
	LINTS_SIZE = 256,
	ROUNDS_MAX = 8, /* rustc stops at the first phase with errors */
};

/* A folder of cases, and what Rust they are. */
struct type_set {
	const char *folder;
	unsigned edition[2];
	bool is_told;	 /* the lints know the edition */
	size_t at_least; /* of either sort */
};

static const struct type_set *set;
static const char *const sides[] = { "old", "new" };

struct test_case {
	char name[NAME_SIZE];
	bool breaks;
	char lints[LINTS_SIZE]; /* that must fire, each followed by a space */
	char *code[2];
	char *user;
	bool confirmed;
	unsigned first_line; /* of its user in the crate of all users */
	unsigned last_line;
};

static struct test_case cases[CASES_MAX];
static size_t case_count;
static char *texts[64]; /* of the files, in which the cases point */
static size_t text_count;
static char tmp[PATH_SIZE / 4];
static bool has_rustc = true;
static char *json[2];
static size_t json_len[2];

/* ---- files and programs */

static inline char *read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	struct stat st;
	char *text;

	if (!f)
		fail_msg("cannot read %s", path);
	assert_int_equal(fstat(fileno(f), &st), 0);
	text = malloc((size_t)st.st_size + 1);
	assert_non_null(text);
	*len = fread(text, 1, (size_t)st.st_size, f);
	text[*len] = '\0';
	fclose(f);
	return text;
}

/* COMMAND by the shell in the temporary folder.  Its status. */
static inline int run(const char *command)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		if (chdir(tmp) == 0 && setenv("RUSTC_BOOTSTRAP", "1", 1) == 0)
			execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(126);
	}
	while (waitpid(pid, &status, 0) < 0)
		assert_int_equal(errno, EINTR);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static inline FILE *create(const char *name)
{
	char path[PATH_SIZE];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", tmp, name);
	f = fopen(path, "w");
	assert_non_null(f);
	return f;
}

/* ---- the cases */

/* Cut TEXT at the line MARK; what follows it, or NULL. */
static inline char *cut(char *text, const char *mark)
{
	size_t len = strlen(mark);
	char *at = text;

	while (at) {
		if (strncmp(at, mark, len) == 0 && at[len] == '\n') {
			at[0] = '\0';
			return at + len + 1;
		}
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
	return NULL;
}

/* "NAME harmless" or "NAME breaks LINT LINT"; the text goes on behind it. */
static inline void read_case(const char *file, char *text)
{
	struct test_case *c = &cases[case_count];
	char *body = strchr(text, '\n'), *word;

	assert_non_null(body);
	*body++ = '\0';
	word = strtok(text, " ");
	assert_non_null(word);
	snprintf(c->name, sizeof(c->name), "%s", word);
	word = strtok(NULL, " ");
	assert_non_null(word);
	c->breaks = strcmp(word, "breaks") == 0;
	if (!c->breaks && strcmp(word, "harmless") != 0)
		fail_msg("%s: %s: neither breaks nor harmless", file, c->name);
	while ((word = strtok(NULL, " "))) {
		if (!semver_lint_find(word))
			fail_msg("%s: %s: no lint '%s'", file, c->name, word);
		strncat(c->lints, word,
			sizeof(c->lints) - strlen(c->lints) - 2);
		strcat(c->lints, " ");
	}
	if (c->breaks != (c->lints[0] != '\0'))
		fail_msg("%s: %s: what breaks has a lint", file, c->name);
	c->code[0] = body;
	c->code[1] = cut(body, "--- new");
	c->user = c->code[1] ? cut(c->code[1], "--- user") : NULL;
	if (!c->user)
		fail_msg("%s: %s: no '--- new' or '--- user'", file, c->name);
	for (size_t i = 0; i < case_count; i++)
		if (strcmp(cases[i].name, c->name) == 0)
			fail_msg("%s: %s is there twice", file, c->name);
	case_count++;
}

static inline void read_cases(const char *name)
{
	char path[PATH_SIZE];
	size_t len;
	char *text, *next;

	snprintf(path, sizeof(path), "%s/%s", set->folder, name);
	text = read_file(path, &len);
	assert_true(text_count < sizeof(texts) / sizeof(texts[0]));
	texts[text_count++] = text;
	next = strncmp(text, "### ", 4) == 0 ? text : strstr(text, "\n### ");
	while (next) {
		char *at = next + strspn(next, "\n") + 4;

		next = strstr(at, "\n### ");
		if (next)
			*next++ = '\0';
		assert_true(case_count < CASES_MAX);
		read_case(name, at);
	}
}

static inline void find_cases(void)
{
	DIR *dir = opendir(set->folder);
	struct dirent *entry;

	if (!dir)
		fail_msg("no %s: run from the root of the project",
			 set->folder);
	while ((entry = readdir(dir)))
		if (strstr(entry->d_name, ".cases"))
			read_cases(entry->d_name);
	closedir(dir);
}

static inline void write_lib(int side)
{
	char name[NAME_SIZE];
	FILE *f;

	snprintf(name, sizeof(name), "%s.rs", sides[side]);
	f = create(name);
	fputs("#![allow(warnings)]\n", f);
	for (size_t i = 0; i < case_count; i++)
		fprintf(f, "pub mod %s {\n%s\n}\n", cases[i].name,
			cases[i].code[side]);
	fclose(f);
}

static inline void count_lines(const char *text, unsigned *line)
{
	for (; *text; text++)
		*line += *text == '\n';
}

/* One crate of the users of those cases that break, or of the others. */
static inline void write_users(bool breaks)
{
	FILE *f = create("users.rs");
	unsigned line = 2;

	fputs("#![allow(warnings)]\n", f);
	for (size_t i = 0; i < case_count; i++) {
		struct test_case *c = &cases[i];

		if (c->breaks != breaks || c->confirmed)
			continue;
		c->first_line = line;
		fprintf(f, "mod %s {\n%s%s%s\n%s\n}\n", c->name,
			c->lints[0] || !breaks ? "use types::" : "",
			c->lints[0] || !breaks ? c->name : "",
			c->lints[0] || !breaks ? "::*;" : "", c->user);
		count_lines(c->user, &line);
		line += 4;
		c->last_line = line - 1;
	}
	fclose(f);
}

static inline void make_side(int side)
{
	char command[PATH_SIZE], path[PATH_SIZE];
	int status;

	write_lib(side);
	snprintf(command, sizeof(command),
		 "exec rustdoc -Z unstable-options --output-format json "
		 "--document-private-items --document-hidden-items "
		 "--cap-lints=allow --edition %u --crate-name types "
		 "-o doc-%s %s.rs 2>log",
		 set->edition[side], sides[side], sides[side]);
	status = run(command);
	if (status == 127) {
		has_rustc = false;
		return;
	}
	if (status != 0) {
		run("head -50 log >&2");
		fail_msg("rustdoc failed on the %s side", sides[side]);
	}
	snprintf(command, sizeof(command),
		 "mkdir -p lib-%s && exec rustc --crate-type lib "
		 "--emit=metadata --edition %u --crate-name types "
		 "--out-dir lib-%s %s.rs 2>log",
		 sides[side], set->edition[side], sides[side], sides[side]);
	if (run(command) != 0) {
		run("head -50 log >&2");
		fail_msg("rustc failed on the %s side", sides[side]);
	}
	snprintf(path, sizeof(path), "%s/doc-%s/types.json", tmp, sides[side]);
	json[side] = read_file(path, &json_len[side]);
}

static inline int setup(void **state)
{
	struct err err = { 0 };
	char *dir;

	(void)state;
	assert_int_equal(file_temp_dir(NULL, &dir, &err), 0);
	assert_true(strlen(dir) < sizeof(tmp));
	snprintf(tmp, sizeof(tmp), "%s", dir);
	free(dir);
	memset(cases, 0, sizeof(cases));
	case_count = text_count = 0;
	find_cases();
	for (int side = 0; side < 2 && has_rustc; side++)
		make_side(side);
	if (!has_rustc)
		print_message("no rustdoc on PATH: the cases are skipped\n");
	return 0;
}

static inline int teardown(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(file_remove_tree(tmp, &err), 0);
	for (size_t i = 0; i < text_count; i++)
		free(texts[i]);
	free(json[0]);
	free(json[1]);
	return 0;
}

static inline void need_rustc(void)
{
	if (!has_rustc)
		skip();
}

#endif
