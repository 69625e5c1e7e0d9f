#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/node.h"
#include "base/strbuf.h"
#include "fault.h"
#include "io/git.h"
#include "io/worktree.h"
#include "model/receipt.h"

#define COMMIT "c8656a177017775e0453adae1f8de0d2e3a17286"
#define EARLIER "3b8863a414af79b0ccd6489976c93940ca3056b0"

#define HEAD                       \
	"object " COMMIT "\n"      \
	"type commit\n"            \
	"tag artifact_01/v0.1.0\n" \
	"tagger Ada <a@b> 1800381600 +0000\n\n"
#define BODY                      \
	"kov-ada 0.1.0\n\n"       \
	"cohort: 2027-winter\n"   \
	"handle: ada\n"           \
	"artifact: artifact_01\n" \
	"crate: kov-ada\n"        \
	"version: 0.1.0\n"

/* What OBJECT would be called as a tag. */
static void name_of(const char *object, char out[OID_HEX])
{
	struct err err = { 0 };
	struct oid oid;

	assert_int_equal(git_setup(&err), 0);
	assert_int_equal(worktree_hash_tag(object, strlen(object), &oid, &err),
			 0);
	oid_hex(&oid, out);
}

static struct receipt *make(const char *object, struct err *err)
{
	struct receipt *r = NULL;
	char name[OID_HEX];

	*err = (struct err){ 0 };
	name_of(object, name);
	if (receipt_from_tag(object, strlen(object), name, &r, err) < 0)
		assert_null(r);
	return r;
}

static void test_message_is_what_is_read_again(void **state)
{
	const struct receipt r = { .cohort = "2027-winter",
				   .handle = "ada",
				   .artifact = ARTIFACT_01,
				   .crate = "kov-ada",
				   .version = "0.1.0" };
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	struct receipt next = r;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(receipt_message(&r, &text, &err), 0);
	assert_string_equal(strbuf_str(&text), BODY);
	strbuf_reset(&text);
	next.previous = EARLIER;
	assert_int_equal(receipt_message(&next, &text, &err), 0);
	assert_string_equal(strbuf_str(&text), BODY "previous: " EARLIER "\n");
}

static void test_from_tag_takes_everything_from_the_text(void **state)
{
	struct err err;
	AUTO(receipt_freep)
	struct receipt *r = make(HEAD BODY "previous: " EARLIER "\n", &err);
	char name[OID_HEX];

	(void)state;
	assert_non_null(r);
	name_of(HEAD BODY "previous: " EARLIER "\n", name);
	assert_string_equal(r->cohort, "2027-winter");
	assert_string_equal(r->handle, "ada");
	assert_int_equal(r->artifact, ARTIFACT_01);
	assert_string_equal(r->crate, "kov-ada");
	assert_string_equal(r->version, "0.1.0");
	assert_string_equal(r->previous, EARLIER);
	assert_string_equal(r->tag, "artifact_01/v0.1.0");
	assert_string_equal(r->commit, COMMIT);
	assert_string_equal(r->tag_object, name);
	assert_string_equal(r->tagged_at, "2027-01-19T18:00:00Z");
	assert_memory_equal(r->id, "R-ada-artifact_01-0.1.0-", 24);
	assert_memory_equal(r->id + 24, name, 8);
	assert_int_equal(strlen(r->id), 32);
}

static void test_from_tag_takes_an_empty_cohort_and_odd_clocks(void **state)
{
	static const struct {
		const char *tagger;
		const char *at;
	} clocks[] = {
		{ "Zo\xc3\xab van der X <z@x> 0 -0800",
		  "1970-01-01T00:00:00Z" },
		{ "<> 1 +0000", "1970-01-01T00:00:01Z" },
		{ "A <a@b> 9223372036854775807 +0000", "0001-01-01T00:00:00Z" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(clocks); i++) {
		AUTO(strbuf_releasep) struct strbuf text = { 0 };
		AUTO(receipt_freep) struct receipt *r = NULL;
		struct err err;

		strbuf_addf(&text,
			    "object " COMMIT "\ntype commit\n"
			    "tag artifact_01/v0.1.0\ntagger %s\n\nx\n\n"
			    "cohort: \nhandle: ada\nartifact: artifact_01\n"
			    "crate: kov-ada\nversion: 0.1.0",
			    clocks[i].tagger);
		r = make(strbuf_str(&text), &err);
		assert_non_null(r);
		assert_string_equal(r->cohort, "");
		assert_string_equal(r->previous, "");
		assert_string_equal(r->tagged_at, clocks[i].at);
	}
}

/* One thing wrong each, in the order of the text. */
static const char *const bad[] = {
	"",
	"\n\n",
	HEAD,
	HEAD "taken as submitted\n",
	BODY,
	"object c8656a1\ntype commit\ntag artifact_01/v0.1.0\n"
	"tagger A <a@b> 1 +0000\n\n" BODY,
	"object C8656A177017775E0453ADAE1F8DE0D2E3A17286\ntype commit\n"
	"tag artifact_01/v0.1.0\ntagger A <a@b> 1 +0000\n\n" BODY,
	"type commit\ntag artifact_01/v0.1.0\n"
	"tagger A <a@b> 1 +0000\n\n" BODY,
	"object " COMMIT "\ntype tree\ntag artifact_01/v0.1.0\n"
	"tagger A <a@b> 1 +0000\n\n" BODY,
	"object " COMMIT "\ntype commit\ntag artifact_01/v0.1.1\n"
	"tagger A <a@b> 1 +0000\n\n" BODY,
	"object " COMMIT "\ntype commit\ntag artifact_02/v0.1.0\n"
	"tagger A <a@b> 1 +0000\n\n" BODY,
	"object " COMMIT "\ntype commit\n"
	"tag refs/tags/artifact_01/v0.1.0\n"
	"tagger A <a@b> 1 +0000\n\n" BODY,
	"object " COMMIT "\ntype commit\ntag v0.1.0\n"
	"tagger A <a@b> 1 +0000\n\n" BODY,
	"object " COMMIT "\ntype commit\n"
	"tagger A <a@b> 1 +0000\n\n" BODY,
	"object " COMMIT "\ntype commit\ntag artifact_01/v0.1.0\n"
	"\n" BODY,
	"object " COMMIT "\ntype commit\ntag artifact_01/v0.1.0\n"
	"tagger nobody\n\n" BODY,
	"object " COMMIT "\ntype commit\ntag artifact_01/v0.1.0\n"
	"tagger A <a@b> -1 +0000\n\n" BODY,
	"object " COMMIT "\ntype commit\ntag artifact_01/v0.1.0\n"
	"tagger A <a@b> 99999999999999999999 +0000\n\n" BODY,
	HEAD "x\n\nhandle: ada\nartifact: artifact_01\n"
	     "crate: kov-ada\nversion: 0.1.0\n",
	HEAD "x\n\ncohort: c\nartifact: artifact_01\n"
	     "crate: kov-ada\nversion: 0.1.0\n",
	HEAD "x\n\ncohort: c\nhandle: ../x\nartifact: artifact_01\n"
	     "crate: kov-ada\nversion: 0.1.0\n",
	HEAD "x\n\ncohort: c\nhandle: ada\nartifact: kov\n"
	     "crate: kov-ada\nversion: 0.1.0\n",
	HEAD "x\n\ncohort: c\nhandle: ada\nartifact: artifact_01\n"
	     "version: 0.1.0\n",
	HEAD "x\n\ncohort: c\nhandle: ada\nartifact: artifact_01\n"
	     "crate: kov-ada\n",
	HEAD BODY "previous: " COMMIT "0\n",
	HEAD BODY "previous: \n",
	HEAD BODY "\xff\n",
};

static void test_from_tag_refuses_what_submit_would_not_make(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err err;

		if (make(bad[i], &err))
			fail_msg("taken: %s", bad[i]);
		assert_int_equal(err.code, ERR_FORMAT);
		assert_string_equal(
			err.msg,
			"the tag is not one that 'cohort submit' makes");
	}
}

static void test_from_tag_refuses_a_nul_and_a_giant(void **state)
{
	static char giant[RECEIPT_OBJECT_MAX + 2];
	struct receipt *r = NULL;
	struct err err = { 0 };

	(void)state;
	memcpy(giant, HEAD BODY, strlen(HEAD BODY));
	assert_int_equal(receipt_from_tag(giant, strlen(HEAD BODY) + 1, EARLIER,
					  &r, &err),
			 ERR_FORMAT);
	err = (struct err){ 0 };
	memset(giant, 'x', sizeof(giant) - 1);
	memcpy(giant, HEAD BODY, strlen(HEAD BODY));
	assert_int_equal(receipt_from_tag(giant, RECEIPT_OBJECT_MAX + 1,
					  EARLIER, &r, &err),
			 ERR_FORMAT);
	assert_null(r);
}

/* ---- its file */

static struct receipt *read_text(const char *text, struct err *err)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *root = NULL;
	struct receipt *r = NULL;

	*err = (struct err){ 0 };
	if (json_read(text, strlen(text), "r.json", &arena, &root, err) == 0 &&
	    receipt_read(root, &r, err) < 0)
		assert_null(r);
	return r;
}

static void write_text(const char *object, struct strbuf *out)
{
	struct err err;
	AUTO(receipt_freep) struct receipt *r = make(object, &err);

	assert_non_null(r);
	assert_int_equal(receipt_write(r, out, &err), 0);
}

/* Read TEXT and hold it against its own tag. */
static int check_text(const char *text, struct err *err)
{
	AUTO(receipt_freep) struct receipt *r = read_text(text, err);
	char name[OID_HEX];

	if (!r)
		return err->code;
	name_of(r->object, name);
	return receipt_check(r, name, err);
}

static void test_read_gives_what_write_wrote(void **state)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(strbuf_releasep) struct strbuf again = { 0 };
	struct err err;
	AUTO(receipt_freep) struct receipt *r = NULL;

	(void)state;
	write_text(HEAD BODY "previous: " EARLIER "\n", &text);
	r = read_text(strbuf_str(&text), &err);
	assert_non_null(r);
	assert_int_equal(receipt_write(r, &again, &err), 0);
	assert_string_equal(strbuf_str(&again), strbuf_str(&text));
	assert_int_equal(check_text(strbuf_str(&text), &err), 0);
}

static void test_read_names_what_is_missing_or_unknown(void **state)
{
	static const struct {
		const char *text;
		const char *msg;
	} cases[] = {
		{ "[]",
		  "r.json: a map with 'schema' is wanted here, not a list" },
		{ "{}", "r.json: 'schema' is missing" },
		{ "{\"schema\": 2}",
		  "r.json: schema 2 is newer than this cohort knows (1)" },
		{ "{\"schema\": \"1\"}",
		  "r.json: 'schema' must be a whole number" },
		{ "{\"schema\": 1, \"recipt\": 1}",
		  "r.json: unknown key 'recipt'" },
		{ "{\"schema\": 1}", "r.json: 'receipt' is missing" },
		{ "{\"schema\": 1, \"receipt\": 3}",
		  "r.json: 'receipt' must be a string" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err;

		assert_null(read_text(cases[i].text, &err));
		assert_int_equal(err.code, ERR_FORMAT);
		if (!strstr(err.msg, cases[i].msg))
			fail_msg("'%s', not '%s'", err.msg, cases[i].msg);
	}
}

/* In COPY, the value of KEY of the receipt TEXT becomes VALUE. */
static void change(const char *text, const char *key, const char *value,
		   struct strbuf *copy)
{
	AUTO(json_decrefp) json_t *root = json_loads(text, 0, NULL);
	struct err err = { 0 };

	assert_non_null(root);
	assert_non_null(json_object_get(root, key));
	assert_int_equal(json_object_set_new(root, key, json_string(value)), 0);
	assert_int_equal(json_write(root, copy, &err), 0);
}

static void test_check_names_each_field_that_was_changed(void **state)
{
	static const struct {
		const char *key, *value, *msg;
	} cases[] = {
		{ "receipt", "R-bob",
		  "the receipt says receipt 'R-bob', but its tag says "
		  "'R-ada-" },
		{ "cohort", "x", "says cohort 'x', but its tag says '2027-w" },
		{ "handle", "bob",
		  "says handle 'bob', but its tag says 'ada'" },
		{ "artifact", "artifact_02",
		  "says artifact 'artifact_02', but its tag says "
		  "'artifact_01'" },
		{ "crate", "kov-bob",
		  "says crate 'kov-bob', but its tag says 'kov-ada'" },
		{ "version", "9.9.9",
		  "says version '9.9.9', but its tag says '0.1.0'" },
		{ "previous", COMMIT, "says previous '" COMMIT "', but its" },
		{ "tag", "artifact_01/v9.9.9",
		  "says tag 'artifact_01/v9.9.9', but its tag says "
		  "'artifact_01/v0.1.0'" },
		{ "commit", EARLIER,
		  "says commit '" EARLIER "', but its tag says '" COMMIT "'" },
		{ "tag_object", EARLIER,
		  "the receipt's tag is 3b8863a414af, but its text hashes to" },
		{ "tagged_at", "2026-01-01T00:00:00Z",
		  "says time '2026-01-01T00:00:00Z', but its tag says '2027" },
		{ "object", HEAD BODY "\n", "it was changed" },
	};
	AUTO(strbuf_releasep) struct strbuf text = { 0 };

	(void)state;
	write_text(HEAD BODY "previous: " EARLIER "\n", &text);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(strbuf_releasep) struct strbuf copy = { 0 };
		struct err err;

		change(strbuf_str(&text), cases[i].key, cases[i].value, &copy);
		assert_int_equal(check_text(strbuf_str(&copy), &err),
				 ERR_REFUSED);
		if (!strstr(err.msg, cases[i].msg))
			fail_msg("%s: %s", cases[i].key, err.msg);
	}
}

static void test_check_refuses_a_tag_of_another_make(void **state)
{
	static const char object[] = HEAD "taken as submitted\n";
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(strbuf_releasep) struct strbuf copy = { 0 };
	AUTO(strbuf_releasep) struct strbuf last = { 0 };
	char name[OID_HEX];
	struct err err;

	(void)state;
	write_text(HEAD BODY, &text);
	name_of(object, name);
	change(strbuf_str(&text), "object", object, &copy);
	change(strbuf_str(&copy), "tag_object", name, &last);
	assert_int_equal(check_text(strbuf_str(&last), &err), ERR_REFUSED);
	assert_string_equal(err.msg,
			    "the tag is not one that 'cohort submit' makes");
}

static void test_read_refuses_an_artifact_or_id_out_of_shape(void **state)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(strbuf_releasep) struct strbuf copy = { 0 };
	char longer[RECEIPT_ID_SIZE + 1];
	struct err err;

	(void)state;
	write_text(HEAD BODY, &text);
	change(strbuf_str(&text), "artifact", "kov", &copy);
	assert_null(read_text(strbuf_str(&copy), &err));
	assert_string_equal(err.msg, "r.json: there is no artifact 'kov'");
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	strbuf_reset(&copy);
	change(strbuf_str(&text), "receipt", longer, &copy);
	assert_null(read_text(strbuf_str(&copy), &err));
	assert_string_equal(err.msg, "r.json: the receipt's id is too long");
}

/* ---- without memory */

static void test_every_step_survives_any_failed_allocation(void **state)
{
	static const char object[] = HEAD BODY "previous: " EARLIER "\n";
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *root = NULL;
	char name[OID_HEX];
	long nth = 0, total;
	struct err err = { 0 };

	(void)state;
	name_of(object, name);
	write_text(object, &text);
	assert_int_equal(json_read(strbuf_str(&text), text.len, "r.json",
				   &arena, &root, &err),
			 0);
	do {
		AUTO(receipt_freep) struct receipt *made = NULL;
		AUTO(receipt_freep) struct receipt *read = NULL;

		err = (struct err){ 0 };
		fault_alloc(++nth);
		(void)(receipt_from_tag(object, strlen(object), name, &made,
					&err) < 0 ||
		       receipt_read(root, &read, &err) < 0 ||
		       receipt_check(read, name, &err) < 0);
		total = fault_count();
		fault_alloc(0);
		if (err.code)
			assert_int_equal(err.code, ERR_NOMEM);
		else
			assert_true(nth > total);
	} while (nth <= total);
	assert_true(nth > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_message_is_what_is_read_again),
		cmocka_unit_test(test_from_tag_takes_everything_from_the_text),
		cmocka_unit_test(
			test_from_tag_takes_an_empty_cohort_and_odd_clocks),
		cmocka_unit_test(
			test_from_tag_refuses_what_submit_would_not_make),
		cmocka_unit_test(test_from_tag_refuses_a_nul_and_a_giant),
		cmocka_unit_test(test_read_gives_what_write_wrote),
		cmocka_unit_test(test_read_names_what_is_missing_or_unknown),
		cmocka_unit_test(test_check_names_each_field_that_was_changed),
		cmocka_unit_test(test_check_refuses_a_tag_of_another_make),
		cmocka_unit_test(
			test_read_refuses_an_artifact_or_id_out_of_shape),
		cmocka_unit_test(
			test_every_step_survives_any_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
