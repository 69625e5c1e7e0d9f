/*
 * The lints on types over the cases in tests/fixtures/types: rustc confirms
 * that each case breaks its user or does not, rustdoc writes the JSON, the
 * lints must say the same.  Skipped, loudly, without a toolchain.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/finding.h"
#include "base/strbuf.h"
#include "crate/rustdoc/doc.h"
#include "crate/semver/diff.h"
#include "crate/semver/lints.h"

enum {
	CASES_MAX = 1024,
	NAME_SIZE = 64,
	PATH_SIZE = 512,
	LINTS_SIZE = 256,
	ROUNDS_MAX = 8, /* rustc stops at the first phase with errors */
};

static const char *fixtures = "tests/fixtures/types";
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
static char tmp[] = "/tmp/semver-types-XXXXXX";
static bool has_rustc = true;
static char *json[2];
static size_t json_len[2];

/* ---- files and programs */

static char *read_file(const char *path, size_t *len)
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
static int run(const char *command)
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

static FILE *create(const char *name)
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
static char *cut(char *text, const char *mark)
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
static void read_case(const char *file, char *text)
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

static void read_cases(const char *name)
{
	char path[PATH_SIZE];
	size_t len;
	char *text, *next;

	snprintf(path, sizeof(path), "%s/%s", fixtures, name);
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

static void find_cases(void)
{
	DIR *dir = opendir(fixtures);
	struct dirent *entry;

	if (!dir)
		fail_msg("no %s: run from the root of the project", fixtures);
	while ((entry = readdir(dir)))
		if (strstr(entry->d_name, ".cases"))
			read_cases(entry->d_name);
	closedir(dir);
}

static void write_lib(int side)
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

static void count_lines(const char *text, unsigned *line)
{
	for (; *text; text++)
		*line += *text == '\n';
}

/* One crate of the users of those cases that break, or of the others. */
static void write_users(bool breaks)
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

static void make_side(int side)
{
	char command[PATH_SIZE], path[PATH_SIZE];
	int status;

	write_lib(side);
	snprintf(command, sizeof(command),
		 "exec rustdoc -Z unstable-options --output-format json "
		 "--document-private-items --document-hidden-items "
		 "--cap-lints=allow --edition 2021 --crate-name types "
		 "-o doc-%s %s.rs 2>log",
		 sides[side], sides[side]);
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
		 "--emit=metadata --edition 2021 --crate-name types "
		 "--out-dir lib-%s %s.rs 2>log",
		 sides[side], sides[side], sides[side]);
	if (run(command) != 0) {
		run("head -50 log >&2");
		fail_msg("rustc failed on the %s side", sides[side]);
	}
	snprintf(path, sizeof(path), "%s/doc-%s/types.json", tmp, sides[side]);
	json[side] = read_file(path, &json_len[side]);
}

static int setup(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(tmp));
	find_cases();
	for (int side = 0; side < 2 && has_rustc; side++)
		make_side(side);
	if (!has_rustc)
		print_message("no rustdoc on PATH: the cases are skipped\n");
	return 0;
}

static int teardown(void **state)
{
	char command[PATH_SIZE];

	(void)state;
	snprintf(command, sizeof(command), "exec rm -rf %s", tmp);
	(void)run(command);
	for (size_t i = 0; i < text_count; i++)
		free(texts[i]);
	free(json[0]);
	free(json[1]);
	return 0;
}

static void need_rustc(void)
{
	if (!has_rustc)
		skip();
}

/* ---- what the compiler says */

static int compile_users(int side)
{
	char command[PATH_SIZE];

	snprintf(command, sizeof(command),
		 "exec rustc --crate-type lib --emit=metadata --edition 2024 "
		 "--crate-name users --error-format=short "
		 "--extern types=lib-%s/libtypes.rmeta users.rs 2>log",
		 sides[side]);
	return run(command);
}

static struct test_case *case_at(unsigned line)
{
	for (size_t i = 0; i < case_count; i++)
		if (!cases[i].confirmed && line >= cases[i].first_line &&
		    line <= cases[i].last_line)
			return &cases[i];
	return NULL;
}

/* The cases with an error in the log are confirmed.  How many. */
static size_t confirm(void)
{
	char path[PATH_SIZE];
	struct test_case *hit[CASES_MAX];
	size_t len, count = 0;
	char *log, *at;

	snprintf(path, sizeof(path), "%s/log", tmp);
	log = read_file(path, &len);
	for (at = log; at; at = strchr(at, '\n')) {
		struct test_case *c;
		unsigned line;

		at += *at == '\n';
		if (sscanf(at, "users.rs:%u:", &line) != 1 ||
		    !(c = case_at(line)))
			continue;
		for (size_t i = 0; i < count && c; i++)
			c = hit[i] == c ? NULL : c;
		if (c && count < CASES_MAX)
			hit[count++] = c;
	}
	for (size_t i = 0; i < count; i++)
		hit[i]->confirmed = true;
	free(log);
	return count;
}

static void forget_lines(void)
{
	for (size_t i = 0; i < case_count; i++)
		cases[i].first_line = cases[i].last_line = 0;
}

static void test_rustc_accepts_users_of_harmless_changes(void **state)
{
	(void)state;
	need_rustc();
	write_users(false);
	for (int side = 0; side < 2; side++) {
		if (compile_users(side) == 0)
			continue;
		run("cat log >&2");
		fail_msg("a harmless user fails on the %s side", sides[side]);
	}
}

static void test_rustc_refuses_users_of_breaking_changes(void **state)
{
	unsigned missing = 0;

	(void)state;
	need_rustc();
	forget_lines();
	write_users(true);
	if (compile_users(0) != 0) {
		run("cat log >&2");
		fail_msg("a user fails on the old side already");
	}
	for (int round = 0; round < ROUNDS_MAX; round++) {
		forget_lines();
		write_users(true);
		if (compile_users(1) == 0 || confirm() == 0)
			break;
	}
	for (size_t i = 0; i < case_count; i++) {
		if (!cases[i].breaks || cases[i].confirmed)
			continue;
		print_error("%s does not break its user\n", cases[i].name);
		missing++;
	}
	assert_int_equal(missing, 0);
}

/* ---- what the lints say */

static void compare(int before, int after, const struct semver_options *options,
		    struct findings *out)
{
	struct rustdoc *doc[2] = { NULL, NULL };
	struct err err = { 0 };
	int side[] = { before, after };

	for (int i = 0; i < 2; i++)
		if (rustdoc_open(json[side[i]], json_len[side[i]],
				 sides[side[i]], &doc[i], &err) < 0)
			fail_msg("%s", err.msg);
	if (semver_diff(doc[0], doc[1], options, out, &err) < 0)
		fail_msg("%s", err.msg);
	rustdoc_free(doc[0]);
	rustdoc_free(doc[1]);
}

static bool is_about(const struct finding *f, const struct test_case *c)
{
	size_t len = strlen(c->name);

	return strncmp(f->subject, "types::", 7) == 0 &&
	       strncmp(f->subject + 7, c->name, len) == 0 &&
	       strncmp(f->subject + 7 + len, "::", 2) == 0 &&
	       semver_lint_find(f->id)->update == SEMVER_MAJOR;
}

static bool is_expected(const struct test_case *c, const char *id)
{
	char word[NAME_SIZE * 2];

	snprintf(word, sizeof(word), "%s ", id);
	return strstr(c->lints, word) != NULL;
}

static unsigned check_case(const struct test_case *c,
			   const struct findings *found)
{
	char missing[LINTS_SIZE];
	unsigned wrong = 0;
	char *word;

	snprintf(missing, sizeof(missing), "%s", c->lints);
	for (size_t i = 0; i < found->count; i++) {
		const struct finding *f = &found->items[i];

		if (is_about(f, c) && !is_expected(c, f->id)) {
			print_error("%s: not expected: %s %s: %s\n", c->name,
				    f->id, f->subject, f->why);
			wrong++;
		}
	}
	for (word = strtok(missing, " "); word; word = strtok(NULL, " ")) {
		bool is_found = false;

		for (size_t i = 0; i < found->count && !is_found; i++)
			is_found = is_about(&found->items[i], c) &&
				   strcmp(found->items[i].id, word) == 0;
		if (!is_found)
			print_error("%s: not found: %s\n", c->name, word);
		wrong += !is_found;
	}
	return wrong;
}

static void test_lints_say_what_rustc_says(void **state)
{
	struct findings found = { 0 };
	unsigned wrong = 0, breaking = 0;

	(void)state;
	need_rustc();
	compare(0, 1, NULL, &found);
	for (size_t i = 0; i < case_count; i++) {
		breaking += cases[i].breaks;
		wrong += check_case(&cases[i], &found);
	}
	findings_release(&found);
	print_message("%u breaking and %u harmless cases\n", breaking,
		      (unsigned)case_count - breaking);
	assert_int_equal(wrong, 0);
	assert_true(breaking >= 120);
	assert_true(case_count - breaking >= 120);
}

/* What is passed over because it is as it was has nothing to find. */
static void test_lints_say_the_same_of_all_items(void **state)
{
	const struct semver_options thorough = { .is_thorough = true };

	(void)state;
	need_rustc();
	for (int from = 0; from < 2; from++) {
		struct findings few = { 0 }, all = { 0 };

		compare(from, !from, NULL, &few);
		compare(from, !from, &thorough, &all);
		assert_int_equal(few.count, all.count);
		for (size_t i = 0; i < all.count; i++) {
			assert_string_equal(few.items[i].id, all.items[i].id);
			assert_string_equal(few.items[i].subject,
					    all.items[i].subject);
			assert_string_equal(few.items[i].why, all.items[i].why);
		}
		findings_release(&few);
		findings_release(&all);
	}
}

static void test_lints_say_nothing_of_a_document_and_itself(void **state)
{
	(void)state;
	need_rustc();
	for (int side = 0; side < 2; side++) {
		struct findings found = { 0 };

		compare(side, side, NULL, &found);
		for (size_t i = 0; i < found.count; i++)
			print_error("%s %s\n", found.items[i].id,
				    found.items[i].subject);
		assert_int_equal(found.count, 0);
		findings_release(&found);
	}
}

/* ---- witnesses */

/* One case a witness: so they are compiled and confirmed like users. */
static size_t take_witnesses(const struct semver_witnesses *w)
{
	size_t without = 0;

	case_count = 0;
	for (size_t i = 0; i < w->count && case_count < CASES_MAX; i++) {
		struct test_case *c = &cases[case_count];

		if (!w->at[i].code) {
			print_message("no witness: %s %s\n", w->at[i].lint,
				      w->at[i].subject);
			without++;
			continue;
		}
		*c = (struct test_case){ .breaks = true };
		snprintf(c->name, sizeof(c->name), "w%u", (unsigned)i);
		c->user = strdup(w->at[i].code);
		assert_non_null(c->user);
		case_count++;
	}
	return without;
}

static size_t count_confirmed(void)
{
	size_t count = 0;

	for (int round = 0; round < ROUNDS_MAX; round++) {
		forget_lines();
		write_users(true);
		if (compile_users(1) == 0 || confirm() == 0)
			break;
	}
	for (size_t i = 0; i < case_count; i++)
		count += cases[i].confirmed;
	return count;
}

/* Most breaks can be shown; a witness that is wrong itself is a bug. */
static void test_witness_passes_before_and_fails_after(void **state)
{
	struct semver_witnesses w = { 0 };
	const struct semver_options asked = { .witnesses = &w };
	struct findings found = { 0 };
	size_t without, confirmed;

	(void)state;
	need_rustc();
	compare(0, 1, &asked, &found);
	findings_release(&found);
	without = take_witnesses(&w);
	forget_lines();
	write_users(true);
	if (compile_users(0) != 0) {
		run("cat log >&2");
		fail_msg("a witness fails on the old side already");
	}
	confirmed = count_confirmed();
	for (size_t i = 0; i < case_count; i++)
		if (!cases[i].confirmed)
			print_message("not confirmed: %s\n", cases[i].user);
	print_message("%u of %u findings are confirmed, %u have no witness\n",
		      (unsigned)confirmed, (unsigned)w.count,
		      (unsigned)without);
	assert_true(confirmed * 10 >= w.count * 8);
	for (size_t i = 0; i < case_count; i++)
		free(cases[i].user);
	semver_witnesses_release(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rustc_accepts_users_of_harmless_changes),
		cmocka_unit_test(test_rustc_refuses_users_of_breaking_changes),
		cmocka_unit_test(test_lints_say_what_rustc_says),
		cmocka_unit_test(
			test_lints_say_nothing_of_a_document_and_itself),
		cmocka_unit_test(test_lints_say_the_same_of_all_items),
		/* the last: it takes the place of the cases */
		cmocka_unit_test(test_witness_passes_before_and_fails_after),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
