/*
 * The lints over the pairs in tests/fixtures/rustdoc: rustdoc writes the JSON,
 * the sources say what must be found.  Skipped, loudly, without a rustdoc.
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
#include "crate/manifest/manifest.h"
#include "crate/rustdoc/doc.h"
#include "crate/semver/diff.h"
#include "crate/semver/features.h"
#include "crate/semver/lints.h"
#include "rustdoc_formats.h"
#include "rustdoc_pairs.h"

static bool has_rustdoc;

static int setup(void **state)
{
	char here[PATH_SIZE / 2], tmp[PATH_SIZE];

	(void)state;
	find_pairs();
	has_rustdoc = find_rustdoc();
	if (!has_rustdoc) {
		print_message("no rustdoc on PATH: the pairs are skipped\n");
		return 0;
	}
	/* beside the kept ones: what is there can be renamed to them */
	assert_non_null(getcwd(here, sizeof(here)));
	fill(tmp, sizeof(tmp), "%s/%s/XXXXXX", here, kept);
	assert_non_null(mkdtemp(tmp));
	for (size_t i = 0; i < pair_count; i++) {
		if (!has_kept(&pairs[i], 0) || !has_kept(&pairs[i], 1))
			make_json(&pairs[i], tmp);
		take_json(&pairs[i]);
	}
	rmdir(tmp);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < pair_count; i++)
		for (int side = 0; side < 2; side++)
			free(pairs[i].text[side]);
	return 0;
}

static void need_rustdoc(void)
{
	if (!has_rustdoc)
		skip();
}

/* ---- what is announced against what is found */

struct lines {
	char **at;
	size_t count;
	size_t cap;
};

static void add_line(struct lines *l, const char *file, unsigned line,
		     const char *id, const char *subject)
{
	char text[PATH_SIZE];

	snprintf(text, sizeof(text), "%s:%u %s %s", file, line, id, subject);
	if (l->count == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 64;
		l->at = realloc(l->at, l->cap * sizeof(*l->at));
		assert_non_null(l->at);
	}
	l->at[l->count] = malloc(strlen(text) + 1);
	assert_non_null(l->at[l->count]);
	memcpy(l->at[l->count++], text, strlen(text) + 1);
}

static void free_lines(struct lines *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->at[i]);
	free(l->at);
}

static int by_text(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* "//~ LINT SUBJECT", as often as the line has it; in a manifest "#~". */
static void read_marks(const struct pair *p, const char *file,
		       const char *begin, struct lines *out)
{
	char path[PATH_SIZE], id[NAME_SIZE], subject[NAME_SIZE];
	bool has_place = begin[0] == '/';
	unsigned number = 0;
	size_t len;
	char *text, *line, *next;

	snprintf(path, sizeof(path), "%s/%s/%s", fixtures, p->name, file);
	text = read_file(path, &len);
	if (!text)
		return;
	for (line = text; line; line = next) {
		char *mark = line;

		number++;
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		while ((mark = strstr(mark, begin))) {
			mark += strlen(begin);
			if (sscanf(mark, "%127s %127s", id, subject) != 2)
				fail_msg("%s:%u: '%sLINT SUBJECT'", path,
					 number, begin);
			if (!semver_lint_find(id))
				fail_msg("%s:%u: no lint '%s'", path, number,
					 id);
			add_line(out, has_place ? file : "?",
				 has_place ? number : 0, id, subject);
		}
	}
	free(text);
}

static void read_announced(const struct pair *p, const char *side,
			   struct lines *out)
{
	char file[16];

	snprintf(file, sizeof(file), "%s.rs", side);
	read_marks(p, file, "//~ ", out);
	snprintf(file, sizeof(file), "%s.toml", side);
	read_marks(p, file, "#~ ", out);
}

static struct rustdoc *open_side(const struct pair *p, int side)
{
	struct rustdoc *d = NULL;
	struct err err = { 0 };

	if (rustdoc_open(p->text[side], p->len[side], sides[side], &d, &err) <
	    0)
		fail_msg("%s: %s", p->name, err.msg);
	return d;
}

/* Of the manifest of one side, if the pair has any. */
static bool read_features(const struct pair *p, int side,
			  struct semver_features *out)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	char path[PATH_SIZE];
	struct manifest m;
	struct err err = { 0 };
	size_t len;
	char *text;

	snprintf(path, sizeof(path), "%s/%s/%s.toml", fixtures, p->name,
		 sides[side]);
	text = read_file(path, &len);
	if (!text)
		return false;
	if (manifest_read(text, len, path, &arena, &m, &err) < 0 ||
	    semver_features_read(&m, out, &err) < 0)
		fail_msg("%s", err.msg);
	arena_join(&out->arena, &arena); /* the names live there */
	free(text);
	return true;
}

/* What another crate may have is a warning, and all below it; else the lint's
 */
static void check_level(const struct finding *f)
{
	bool abroad = strstr(f->why, "of another crate stands there now") ||
		      strncmp(f->subject, "paths::abroad", 13) == 0;
	enum finding_level level = semver_lint_find(f->id)->level;

	if (f->level != (abroad ? FINDING_WARN : level))
		fail_msg("%s %s: level %s", f->id, f->subject,
			 finding_level_name(f->level));
}

/* What is passed over because it is as it was has nothing to find. */
static void check_thorough(const struct pair *p, struct rustdoc *old,
			   struct rustdoc *new, struct semver_options options,
			   const struct findings *found)
{
	AUTO(findings_releasep) struct findings all = { 0 };
	struct err err = { 0 };

	options.is_thorough = true;
	if (semver_diff(old, new, &options, &all, &err) < 0)
		fail_msg("%s: %s", p->name, err.msg);
	assert_int_equal(all.count, found->count);
	for (size_t i = 0; i < all.count; i++) {
		assert_string_equal(all.items[i].id, found->items[i].id);
		assert_string_equal(all.items[i].subject,
				    found->items[i].subject);
		assert_string_equal(all.items[i].why, found->items[i].why);
	}
}

static void compare(const struct pair *p, int before, int after,
		    struct lines *out)
{
	struct rustdoc *old = open_side(p, before), *new = open_side(p, after);
	AUTO(semver_features_releasep) struct semver_features was = { 0 };
	AUTO(semver_features_releasep) struct semver_features is = { 0 };
	struct semver_options options = { 0 };
	struct findings found = { 0 };
	struct err err = { 0 };

	if (read_features(p, before, &was) && read_features(p, after, &is)) {
		options.features[0] = &was;
		options.features[1] = &is;
	}
	if (semver_diff(old, new, &options, &found, &err) < 0)
		fail_msg("%s: %s", p->name, err.msg);
	check_thorough(p, old, new, options, &found);
	for (size_t i = 0; i < found.count; i++) {
		const struct finding *f = &found.items[i];

		assert_non_null(f->why);
		assert_non_null(f->mend);
		check_level(f);
		add_line(out, f->file ? f->file : "?", f->line, f->id,
			 f->subject);
	}
	findings_release(&found);
	rustdoc_free(old);
	rustdoc_free(new);
}

static unsigned print_difference(const struct pair *p, struct lines *want,
				 struct lines *got)
{
	unsigned wrong = 0;
	size_t i = 0, j = 0;

	while (i < want->count || j < got->count) {
		int order = i == want->count  ? 1
			    : j == got->count ? -1
					      : strcmp(want->at[i], got->at[j]);

		if (order < 0)
			print_error("%s: not found: %s\n", p->name,
				    want->at[i]);
		else if (order > 0)
			print_error("%s: not announced: %s\n", p->name,
				    got->at[j]);
		wrong += order != 0;
		i += order <= 0;
		j += order >= 0;
	}
	return wrong;
}

static void test_compare_finds_what_the_sources_announce(void **state)
{
	unsigned wrong = 0;

	(void)state;
	need_rustdoc();
	assert_true(pair_count > 0);
	for (size_t i = 0; i < pair_count; i++) {
		struct lines want = { 0 }, got = { 0 };

		read_announced(&pairs[i], "old", &want);
		read_announced(&pairs[i], "new", &want);
		compare(&pairs[i], 0, 1, &got);
		if (want.count > 0)
			qsort(want.at, want.count, sizeof(*want.at), by_text);
		if (got.count > 0)
			qsort(got.at, got.count, sizeof(*got.at), by_text);
		wrong += print_difference(&pairs[i], &want, &got);
		free_lines(&want);
		free_lines(&got);
	}
	assert_int_equal(wrong, 0);
}

static void test_compare_of_a_document_with_itself_is_silent(void **state)
{
	(void)state;
	need_rustdoc();
	for (size_t i = 0; i < pair_count; i++) {
		for (int side = 0; side < 2; side++) {
			struct lines got = { 0 };

			compare(&pairs[i], side, side, &got);
			for (size_t j = 0; j < got.count; j++)
				print_error("%s: %s\n", pairs[i].name,
					    got.at[j]);
			assert_int_equal(got.count, 0);
			free_lines(&got);
		}
	}
}

/* ---- formats */

static bool has_manifests(const struct pair *p)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/%s/old.toml", fixtures, p->name);
	return access(path, R_OK) == 0;
}

/* The findings between two texts, sorted. */
static void compare_texts(const struct pair *p, char *old, size_t old_len,
			  char *new, size_t new_len, struct lines *out)
{
	struct pair made = *p;

	made.text[0] = old;
	made.len[0] = old_len;
	made.text[1] = new;
	made.len[1] = new_len;
	compare(&made, 0, 1, out);
	if (out->count > 0)
		qsort(out->at, out->count, sizeof(*out->at), by_text);
}

/* One pair with one side, then the other, then both in FORMAT. */
static unsigned check_format(const struct pair *p, int format,
			     struct lines *want)
{
	unsigned wrong = 0;
	char *made[2];
	size_t len[2];

	for (int side = 0; side < 2; side++) {
		made[side] = as_format(p->text[side], p->len[side], format,
				       &len[side]);
		assert_non_null(made[side]);
	}
	for (int mask = 1; mask < 4; mask++) {
		bool a = mask & 1, b = mask & 2;
		struct lines got = { 0 };

		compare_texts(p, a ? made[0] : p->text[0],
			      a ? len[0] : p->len[0], b ? made[1] : p->text[1],
			      b ? len[1] : p->len[1], &got);
		wrong += print_difference(p, want, &got);
		free_lines(&got);
	}
	for (int side = 0; side < 2; side++) {
		struct lines none = { 0 }, got = { 0 };

		compare_texts(p, p->text[side], p->len[side], made[side],
			      len[side], &got);
		wrong += print_difference(p, &none, &got);
		free_lines(&got);
		free(made[side]);
	}
	return wrong;
}

static void test_compare_finds_the_same_in_all_formats(void **state)
{
	static const int formats[] = { 45, 53, 54, 60, 62 };
	unsigned wrong = 0;

	(void)state;
	need_rustdoc();
	for (size_t i = 0; i < pair_count; i++) {
		struct lines want = { 0 };

		if (has_manifests(&pairs[i]))
			continue;
		compare_texts(&pairs[i], pairs[i].text[0], pairs[i].len[0],
			      pairs[i].text[1], pairs[i].len[1], &want);
		for (size_t k = 0; k < ARRAY_LEN(formats); k++) {
			unsigned now =
				check_format(&pairs[i], formats[k], &want);

			if (now > 0)
				print_error("%s: in format %d\n", pairs[i].name,
					    formats[k]);
			wrong += now;
		}
		free_lines(&want);
	}
	assert_int_equal(wrong, 0);
}

/* Every row has a pair that makes it speak. */
static void test_table_has_a_pair_for_each_lint(void **state)
{
	struct lines seen = { 0 };
	unsigned missing = 0;

	(void)state;
	for (size_t i = 0; i < pair_count; i++) {
		read_announced(&pairs[i], "old", &seen);
		read_announced(&pairs[i], "new", &seen);
	}
	for (size_t i = 0; i < semver_lint_count(); i++) {
		char word[NAME_SIZE];
		bool found = false;

		snprintf(word, sizeof(word), " %s ", semver_lint_at(i)->id);
		for (size_t j = 0; j < seen.count && !found; j++)
			found = strstr(seen.at[j], word) != NULL;
		if (!found)
			print_error("no pair announces %s\n",
				    semver_lint_at(i)->id);
		missing += !found;
	}
	free_lines(&seen);
	assert_int_equal(missing, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compare_finds_what_the_sources_announce),
		cmocka_unit_test(
			test_compare_of_a_document_with_itself_is_silent),
		cmocka_unit_test(test_compare_finds_the_same_in_all_formats),
		cmocka_unit_test(test_table_has_a_pair_for_each_lint),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
