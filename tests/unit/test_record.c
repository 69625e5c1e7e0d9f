#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/err.h"
#include "model/record.h"

static const char commit[] = "38c352f0000000000000000000000000000000aa";
static const char sha[] =
	"9f2c000000000000000000000000000000000000000000000000000000000011";

static const char full[] =
	"{\n"
	" \"artifact\": \"artifact_01\",\n"
	" \"check\": {\n"
	"  \"at\": \"2027-02-01T10:00:00Z\",\n"
	"  \"gates\": [\n"
	"   {\n"
	"    \"deny\": 1,\n"
	"    \"gate\": \"metadata\",\n"
	"    \"reason\": \"missing-license\",\n"
	"    \"tool\": \"cohort 0.1.0\",\n"
	"    \"verdict\": \"fail\"\n"
	"   }\n"
	"  ],\n"
	"  \"n\": 1,\n"
	"  \"verdict\": \"fail\"\n"
	" },\n"
	" \"handle\": \"ada\",\n"
	" \"publications\": [\n"
	"  {\n"
	"   \"at\": \"2027-04-01T01:00:00Z\",\n"
	"   \"commit\": \"38c352f0000000000000000000000000000000aa\",\n"
	"   \"crate\": \"kov-ada\",\n"
	"   \"registry\": \"local\",\n"
	"   \"sha256\": \"9f2c0000000000000000000000000000000000000000000000"
	"00000000000011\",\n"
	"   \"version\": \"0.1.0\"\n"
	"  }\n"
	" ],\n"
	" \"schema\": 1,\n"
	" \"submissions\": [\n"
	"  {\n"
	"   \"commit\": \"38c352f0000000000000000000000000000000aa\",\n"
	"   \"first_seen_at\": \"2027-01-31T10:00:00Z\",\n"
	"   \"n\": 1,\n"
	"   \"tag\": \"artifact_01/v0.1.0\",\n"
	"   \"tag_object\": \"38c352f0000000000000000000000000000000aa\",\n"
	"   \"verdict\": \"fail\",\n"
	"   \"version\": \"0.1.0\"\n"
	"  }\n"
	" ],\n"
	" \"validation\": {\n"
	"  \"at\": \"2027-02-02T10:00:00Z\",\n"
	"  \"n\": 1,\n"
	"  \"of_points\": 190,\n"
	"  \"points\": 184,\n"
	"  \"reason\": \"E4 E13\",\n"
	"  \"verdict\": \"fail\"\n"
	" }\n"
	"}\n";

/* The record in TEXT; NULL with *ERR set. */
static struct record *read_text(const char *text, struct err *err)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *root = NULL;
	struct record *r = NULL;

	if (json_read(text, strlen(text), "ada.json", &arena, &root, err) < 0 ||
	    record_read(root, &r, err) < 0)
		return NULL;
	return r;
}

static void test_record_write_gives_back_what_was_read(void **state)
{
	AUTO(strbuf_releasep) struct strbuf out = { 0 };
	struct err err = { 0 };
	struct record *r = read_text(full, &err);

	(void)state;
	assert_string_equal(err.msg, "");
	assert_non_null(r);
	assert_string_equal(r->handle, "ada");
	assert_int_equal(r->submissions[0].gone_at, RECORD_NEVER);
	assert_int_equal(r->check.gates[0].deny, 1);
	assert_int_equal(r->conformance.n, 1);
	assert_string_equal(r->conformance.reason, "E4 E13");
	assert_int_equal(record_write(r, &out, &err), 0);
	assert_string_equal(strbuf_str(&out), full);
	record_free(r);
}

static void add(struct record *r, const char *version, uint32_t moved_from)
{
	struct submission s = { .n = (uint32_t)r->submission_count + 1,
				.tag = "t",
				.version = version,
				.claimed_at = RECORD_NEVER,
				.not_seen_at = RECORD_NEVER,
				.first_seen_at = 5,
				.moved_from = moved_from,
				.gone_at = RECORD_NEVER };
	struct err err = { 0 };

	memcpy(s.commit, commit, sizeof(commit));
	memcpy(s.tag_object, commit, sizeof(commit));
	assert_int_equal(record_add_submission(r, &s, &err), 0);
}

static void test_record_current_passes_over_moved_tags(void **state)
{
	struct record *r = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(record_new(ARTIFACT_01, "ada", &r, &err), 0);
	assert_null(record_current(r));
	add(r, "0.1.0", 0);
	add(r, "0.1.0", 1);
	assert_int_equal(record_current(r)->n, 1);
	assert_false(record_is_moved(r));
	r->submissions[0].gone_at = 7;
	assert_true(record_is_moved(r));
	add(r, "0.1.1", 0);
	assert_int_equal(record_current(r)->n, 3);
	assert_false(record_is_moved(r));
	add(r, "0.1.0-rc.1", 0); /* seen later, but an earlier version */
	assert_int_equal(record_current(r)->n, 3);
	add(r, "0.1.10", 0);
	assert_int_equal(record_current(r)->n, 5);
	record_free(r);
}

static void test_record_baseline_is_the_last_that_did_not_fail(void **state)
{
	struct gate_result gate = { .gate = "semver", .verdict = VERDICT_FAIL };
	struct check check = { .n = 2,
			       .at = 9,
			       .verdict = VERDICT_FAIL,
			       .gates = &gate,
			       .gate_count = 1 };
	struct record *r = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(record_new(ARTIFACT_01, "ada", &r, &err), 0);
	add(r, "0.1.0", 0);
	assert_null(record_baseline(r, &r->submissions[0]));
	add(r, "0.1.1", 0);
	assert_int_equal(record_baseline(r, &r->submissions[1])->n, 1);
	assert_int_equal(record_set_check(r, &check, &err), 0);
	add(r, "0.1.2", 0);
	assert_int_equal(record_baseline(r, &r->submissions[2])->n, 1);
	r->submissions[1].verdict = VERDICT_PASS;
	assert_int_equal(record_baseline(r, &r->submissions[2])->n, 2);
	record_free(r);
}

static void test_record_add_keeps_all_of_many(void **state)
{
	struct record *r = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(record_new(ARTIFACT_02, "bob", &r, &err), 0);
	for (int i = 0; i < 100; i++) {
		char version[16];

		snprintf(version, sizeof(version), "0.1.%d", i);
		add(r, version, 0);
	}
	for (uint32_t i = 0; i < 100; i++) {
		char version[16];

		snprintf(version, sizeof(version), "0.1.%u", (unsigned)i);
		assert_int_equal(r->submissions[i].n, i + 1);
		assert_string_equal(r->submissions[i].version, version);
	}
	record_free(r);
}

static void test_record_read_names_what_is_wrong(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} cases[] = {
		{ "{\"schema\":2}", "schema 2 is newer" },
		{ "{\"schema\":1,\"artefact\":1}", "unknown key 'artefact'" },
		{ "{\"schema\":1,\"handle\":\"ada\"}",
		  "'artifact' is missing" },
		{ "{\"schema\":1,\"artifact\":\"kov\",\"handle\":\"ada\"}",
		  "there is no artifact 'kov'" },
		{ "{\"schema\":1,\"artifact\":\"artifact_01\","
		  "\"handle\":\"../x\"}",
		  "'../x' is not a handle" },
		{ "{\"schema\":1,\"artifact\":\"artifact_01\","
		  "\"handle\":\"ada\",\"submissions\":[{\"n\":2,"
		  "\"tag\":\"t\",\"version\":\"1\",\"tag_object\":"
		  "\"38c352f0000000000000000000000000000000aa\",\"commit\":"
		  "\"38c352f0000000000000000000000000000000aa\"}]}",
		  "submission 2 stands where 1 should" },
		{ "{\"schema\":1,\"artifact\":\"artifact_01\","
		  "\"handle\":\"ada\",\"submissions\":[{\"n\":1,"
		  "\"tag\":\"t\",\"version\":\"1\",\"tag_object\":\"xyz\"}]}",
		  "'tag_object' must be 40 hexadecimal digits" },
		{ "{\"schema\":1,\"artifact\":\"artifact_01\","
		  "\"handle\":\"ada\",\"publications\":[{"
		  "\"registry\":\"local\",\"crate\":\"../../x\"}]}",
		  "'crate' cannot be part of a file's name: '../../x'" },
		{ "{\"schema\":1,\"artifact\":\"artifact_01\","
		  "\"handle\":\"ada\",\"publications\":[{"
		  "\"registry\":\"local\",\"crate\":\"kov-ada\","
		  "\"version\":\"1/../../x\"}]}",
		  "'version' cannot be part of a file's name: '1/../../x'" },
		{ "{\"schema\":1,\"artifact\":\"artifact_01\","
		  "\"handle\":\"ada\",\"validation\":{\"n\":1,"
		  "\"at\":\"2027-02-02T10:00:00Z\",\"verdict\":\"good\"}}",
		  "verdict" },
		{ "[]", "a map with 'schema' is wanted here, not a list" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = { 0 };

		assert_null(read_text(cases[i].text, &err));
		assert_int_equal(err.code, ERR_FORMAT);
		if (!strstr(err.msg, cases[i].message))
			fail_msg("'%s' is not in '%s'", cases[i].message,
				 err.msg);
	}
}

static void test_record_publication_finds_by_version(void **state)
{
	struct publication p = { "local", "kov-ada", "0.1.0", "", "", 9 };
	struct record *r = NULL;
	struct err err = { 0 };

	(void)state;
	memcpy(p.sha256, sha, sizeof(sha));
	memcpy(p.commit, commit, sizeof(commit));
	assert_int_equal(record_new(ARTIFACT_01, "ada", &r, &err), 0);
	assert_int_equal(record_add_publication(r, &p, &err), 0);
	assert_non_null(record_publication(r, "local", "0.1.0"));
	assert_non_null(record_publication(r, NULL, "0.1.0"));
	assert_null(record_publication(r, "crates.io", "0.1.0"));
	assert_null(record_publication(r, "local", "0.1.1"));
	record_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_record_write_gives_back_what_was_read),
		cmocka_unit_test(test_record_current_passes_over_moved_tags),
		cmocka_unit_test(
			test_record_baseline_is_the_last_that_did_not_fail),
		cmocka_unit_test(test_record_add_keeps_all_of_many),
		cmocka_unit_test(test_record_read_names_what_is_wrong),
		cmocka_unit_test(test_record_publication_finds_by_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
