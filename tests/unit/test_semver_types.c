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

#include "base/err.h"
#include "base/finding.h"
#include "base/strbuf.h"
#include "crate/rustdoc/doc.h"
#include "crate/semver/diff.h"
#include "type_cases.h"

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
	struct semver_options own =
		options ? *options : (struct semver_options){ 0 };

	for (int i = 0; i < 2 && set->is_told; i++)
		own.edition[i] = set->edition[side[i]];
	for (int i = 0; i < 2; i++)
		if (rustdoc_open(json[side[i]], json_len[side[i]],
				 sides[side[i]], &doc[i], &err) < 0)
			fail_msg("%s", err.msg);
	if (semver_diff(doc[0], doc[1], &own, out, &err) < 0)
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
	assert_true(breaking >= set->at_least);
	assert_true(case_count - breaking >= set->at_least);
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

static const struct type_set plain = { .folder = "tests/fixtures/types",
				       .edition = { 2021, 2021 } };
static const struct type_set of_2021 = { .folder = "tests/fixtures/types/2021",
					 .edition = { 2021, 2021 },
					 .is_told = true };
static const struct type_set of_2024 = { .folder = "tests/fixtures/types/2024",
					 .edition = { 2024, 2024 },
					 .is_told = true };
static const struct type_set into_2024 = {
	.folder = "tests/fixtures/types/2021-2024",
	.edition = { 2021, 2024 },
	.is_told = true,
	.at_least = 1
};
static const struct type_set untold = { .folder = "tests/fixtures/types/untold",
					.edition = { 2024, 2024 } };

int main(void)
{
	static const struct type_set *const others[] = { &of_2021, &of_2024,
							 &into_2024, &untold };
	const struct CMUnitTest editions[] = {
		cmocka_unit_test(test_rustc_accepts_users_of_harmless_changes),
		cmocka_unit_test(test_rustc_refuses_users_of_breaking_changes),
		cmocka_unit_test(test_lints_say_what_rustc_says),
		cmocka_unit_test(
			test_lints_say_nothing_of_a_document_and_itself),
	};
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

	int failed;

	set = &plain;
	failed = cmocka_run_group_tests(tests, setup, teardown);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		set = others[i];
		failed += cmocka_run_group_tests(editions, setup, teardown);
	}
	return failed;
}
