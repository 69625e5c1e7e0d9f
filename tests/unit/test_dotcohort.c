#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/node.h"
#include "base/strbuf.h"
#include "fault.h"
#include "io/yaml.h"
#include "model/dotcohort.h"

#define ADA                         \
	"schema: 1\n"               \
	"cohort: \"2027-winter\"\n" \
	"handle: ada\n"             \
	"artifact: artifact_01\n"   \
	"crate: kov-ada\n"          \
	"zone: Asia/Kolkata\n"      \
	"due: \"2027-02-07 23:59 America/Los_Angeles\"\n"

static struct dotcohort *read_dot(const char *text, struct err *err)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *root = NULL;
	struct dotcohort *d = NULL;

	*err = (struct err){ 0 };
	if (yaml_read(text, strlen(text), "f", &arena, &root, err) == 0 &&
	    dotcohort_read(root, &d, err) < 0)
		assert_null(d);
	return d;
}

static struct invite *read_invite(const char *text, struct err *err)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *root = NULL;
	struct invite *i = NULL;

	*err = (struct err){ 0 };
	if (yaml_read(text, strlen(text), "f", &arena, &root, err) == 0 &&
	    invite_read(root, &i, err) < 0)
		assert_null(i);
	return i;
}

static void test_read_takes_every_key(void **state)
{
	struct err err;
	AUTO(dotcohort_freep) struct dotcohort *d = read_dot(ADA, &err);

	(void)state;
	assert_non_null(d);
	assert_string_equal(d->cohort, "2027-winter");
	assert_string_equal(d->handle, "ada");
	assert_int_equal(d->artifact, ARTIFACT_01);
	assert_string_equal(d->crate, "kov-ada");
	assert_string_equal(d->zone, "Asia/Kolkata");
	assert_string_equal(d->due, "2027-02-07 23:59 America/Los_Angeles");
}

static void test_read_does_without_what_only_an_invitation_knows(void **state)
{
	struct err err;
	AUTO(dotcohort_freep)
	struct dotcohort *d = read_dot("crate: HAL_9\nschema: 1\nhandle: x\n"
				       "artifact: artifact_03\nzone:\n",
				       &err);

	(void)state;
	assert_non_null(d);
	assert_string_equal(d->cohort, "");
	assert_string_equal(d->zone, "");
	assert_string_equal(d->due, "");
	assert_string_equal(d->crate, "HAL_9");
}

/* A file with one line of ADA replaced, and what is said of it. */
static const struct {
	const char *line; /* what the line begins with */
	const char *instead;
	const char *msg;
	const char *hint;
} wrong[] = {
	{ "schema", "schema: 2",
	  "f:1:9: schema 2 is newer than this cohort knows (1)",
	  "install a newer cohort" },
	{ "schema", "schema: 0", "f:1:9: 'schema' must be ", "" },
	{ "schema", "", "f:2:1: 'schema' is missing", "" },
	{ "handle", "handel: ada", "f:3:1: unknown key 'handel'",
	  "did you mean 'handle'?" },
	{ "handle", "", "f:1:1: 'handle' is missing", "" },
	{ "handle", "handle: 7", "f:3:9: 'handle' must be a string", "" },
	{ "handle", "handle: ../x", "f:3:9: '../x' is not a handle: ", "" },
	{ "handle", "handle: Ada", "f:3:9: 'Ada' is not a handle: ", "" },
	{ "handle", "handle: [ada]", "f:3:9: 'handle' must be a string", "" },
	{ "artifact", "artifact: artifact_04",
	  "f:4:11: 'artifact' must be artifact_01, artifact_02 or artifact_03, "
	  "not 'artifact_04'",
	  "" },
	{ "crate", "crate: 9kov", "f:5:8: '9kov' is no crate's name: ", "" },
	{ "crate", "crate: _kov", "f:5:8: '_kov' is no crate's name: ", "" },
	{ "crate", "crate: \"\"", "f:5:8: '' is no crate's name: ", "" },
	{ "crate", "crate: ../kov", "f:5:8: '../kov' is no crate's name", "" },
	{ "crate", "crate: k\xc3\xb6v", "f:5:8: 'k\xc3\xb6v' is no", "" },
	{ "crate",
	  "crate: a1234567890123456789012345678901234567890123456789"
	  "1234567890abcd5",
	  "is no crate's name: a letter, then letters, digits, '-' and '_', "
	  "at most 64",
	  "" },
	{ "zone", "zone: \"a\\tb\"", "f:6:", "" },
	{ "due", "due: [1]", "f:7:6: 'due' must be a string", "" },
};

/* In OUT, ADA with the line that begins with LINE replaced. */
static void replace(const char *line, const char *instead, struct strbuf *out)
{
	for (const char *p = ADA; *p;) {
		size_t len = strcspn(p, "\n") + 1;

		if (strncmp(p, line, strlen(line)) == 0)
			strbuf_addf(out, "%s\n", instead);
		else
			strbuf_add(out, p, len);
		p += len;
	}
}

static void test_read_tells_what_is_wrong_and_where(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		AUTO(strbuf_releasep) struct strbuf text = { 0 };
		struct err err;

		replace(wrong[i].line, wrong[i].instead, &text);
		assert_null(read_dot(strbuf_str(&text), &err));
		assert_int_equal(err.code, ERR_FORMAT);
		if (!strstr(err.msg, wrong[i].msg))
			fail_msg("%s: '%s'", wrong[i].instead, err.msg);
		assert_string_equal(err.hint, wrong[i].hint);
	}
}

static void test_read_bounds_every_text(void **state)
{
	char longer[DOTCOHORT_TEXT_MAX + 2];
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	struct dotcohort *d;
	struct err err;

	(void)state;
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	strbuf_addf(&text, ADA);
	strbuf_reset(&text);
	replace("cohort", "", &text);
	strbuf_addf(&text, "cohort: %s\n", longer);
	assert_null(read_dot(strbuf_str(&text), &err));
	assert_string_equal(err.msg,
			    "f:8:9: 'cohort' is longer than 200 bytes");
	strbuf_truncate(&text, text.len - 2);
	d = read_dot(strbuf_str(&text), &err);
	assert_non_null(d);
	assert_int_equal(strlen(d->cohort), DOTCOHORT_TEXT_MAX);
	dotcohort_free(d);
}

/* ---- the due date */

static void test_due_reads_date_clock_and_zone(void **state)
{
	static const char *const not_due[] = {
		"",
		"2027-02-07",
		"2027-02-07 23:59",
		"2027-02-07 23:59 ",
		"2027-02-30 23:59 UTC",
		"2027-02-07 24:00 UTC",
		"2027-02-07 23:60 UTC",
		"2027-02-07 -1:30 UTC",
		"2027-02-07 +1:30 UTC",
		"2027-02-07 1:30 UTC.",
		"2027-02-07T23:59 UTC",
		"2027-02-07 23-59 UTC",
		"2027-02-07 23:59UTC",
		"next week, some time or other",
	};
	struct dotcohort d = { .due = "2027-02-07 23:58 Asia/Kolkata" };
	const char *zone = NULL;
	struct civil c;

	(void)state;
	assert_true(dotcohort_due(&d, &c, &zone));
	assert_int_equal(c.year, 2027);
	assert_int_equal(c.month, 2);
	assert_int_equal(c.day, 7);
	assert_int_equal(c.hour, 23);
	assert_int_equal(c.minute, 58);
	assert_int_equal(c.second, 59); /* inclusive to its last second */
	assert_string_equal(zone, "Asia/Kolkata");
	for (size_t i = 0; i < ARRAY_LEN(not_due); i++) {
		d.due = not_due[i];
		if (dotcohort_due(&d, &c, &zone))
			fail_msg("taken: '%s'", not_due[i]);
	}
	assert_string_equal(zone, "Asia/Kolkata");
}

/* ---- invitations */

#define INVITE                                         \
	"schema: 1\ncohort: c\nhandle: ada\nname: A\n" \
	"zone: UTC\nrepository: https://x.example/a\n" \
	"artifact_01: { crate: kov-ada, due: d1 }\n"   \
	"artifact_02: { crate: flume-lock-ada }\n"     \
	"artifact_03: { crate: hal-ada, due: \"\" }\n"

static void test_invite_reads_what_it_wrote(void **state)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(strbuf_releasep) struct strbuf again = { 0 };
	AUTO(invite_freep) struct invite *second = NULL;
	struct err err;
	AUTO(invite_freep) struct invite *i = read_invite(INVITE, &err);

	(void)state;
	assert_non_null(i);
	assert_string_equal(i->artifact[ARTIFACT_01].due, "d1");
	assert_string_equal(i->artifact[ARTIFACT_02].crate, "flume-lock-ada");
	assert_string_equal(i->artifact[ARTIFACT_02].due, "");
	i->name = "Zo\xc3\xab \"Z\" O'Neil \\ # : - [x]";
	assert_int_equal(invite_write(i, &text, &err), 0);
	second = read_invite(strbuf_str(&text), &err);
	assert_non_null(second);
	assert_string_equal(second->name, i->name);
	assert_string_equal(second->repository, "https://x.example/a");
	assert_int_equal(invite_write(second, &again, &err), 0);
	assert_string_equal(strbuf_str(&again), strbuf_str(&text));
}

static void test_invite_tells_what_is_wrong(void **state)
{
	static const struct {
		const char *text;
		const char *msg;
	} cases[] = {
		{ "schema: 1\ncohort: c\nhandle: a\nname: A\n",
		  "f:1:1: 'artifact_01' is missing" },
		{ INVITE "artifact_04: {}\n", "f:10:1: unknown key" },
		{ "schema: 1\ncohort: c\nhandle: a\nname: A\n"
		  "artifact_01: kov\n",
		  "f:5:14: 'artifact_01' must be a map" },
		{ "schema: 1\ncohort: c\nhandle: a\nname: A\n"
		  "artifact_01: { crate: kov-a, url: x }\n",
		  "f:5:30: unknown key 'url'" },
		{ "schema: 1\ncohort: c\nhandle: a\nname: A\n"
		  "artifact_01: { crate: ../../x }\n",
		  "f:5:23: '../../x' is no crate's name" },
		{ "- x\n", "f:1:1: " },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err;

		assert_null(read_invite(cases[i].text, &err));
		assert_int_equal(err.code, ERR_FORMAT);
		if (!strstr(err.msg, cases[i].msg))
			fail_msg("'%s', not '%s'", err.msg, cases[i].msg);
	}
}

/* ---- without memory */

static void test_reading_survives_any_failed_allocation(void **state)
{
	long nth = 0, total;

	(void)state;
	do {
		AUTO(strbuf_releasep) struct strbuf text = { 0 };
		struct err err = { 0 }, why = { 0 };
		struct dotcohort *d;
		struct invite *i;

		fault_alloc(++nth);
		d = read_dot(ADA, &err);
		i = read_invite(INVITE, &why);
		if (i && invite_write(i, &text, &why) < 0)
			assert_int_equal(why.code, ERR_NOMEM);
		total = fault_count();
		fault_alloc(0);
		if (!d)
			assert_int_equal(err.code, ERR_NOMEM);
		if (!i)
			assert_int_equal(why.code, ERR_NOMEM);
		dotcohort_free(d);
		invite_free(i);
	} while (nth <= total);
	assert_true(nth > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_takes_every_key),
		cmocka_unit_test(
			test_read_does_without_what_only_an_invitation_knows),
		cmocka_unit_test(test_read_tells_what_is_wrong_and_where),
		cmocka_unit_test(test_read_bounds_every_text),
		cmocka_unit_test(test_due_reads_date_clock_and_zone),
		cmocka_unit_test(test_invite_reads_what_it_wrote),
		cmocka_unit_test(test_invite_tells_what_is_wrong),
		cmocka_unit_test(test_reading_survives_any_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
