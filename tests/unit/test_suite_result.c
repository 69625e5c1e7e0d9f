#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "fault.h"
#include "model/suite_result.h"

static const struct statement statements[] = {
	{ "E1", STATEMENT_LANGUAGE, 3, true, false, "t", "f", "", "" },
	{ "E2", STATEMENT_GOOD, 2, false, false, "t", "f", "", "" },
	{ "E3", STATEMENT_COURSE, 1, false, false, "t", "f", "", "" },
	{ "E4", STATEMENT_LANGUAGE, 3, false, true, "t", "f", "", "" },
};

static const struct suite_spec spec = { .artifact = "artifact_01",
					.suite = "suite_x",
					.statements = statements,
					.count = 4 };

static const bool all[] = { true, true, true, true };
static const bool first[] = { true, false, false, false };

static const enum finding_level levels[] = { FINDING_DENY, FINDING_DENY,
					     FINDING_WARN, FINDING_DENY };

/* ID and VERDICT with a reason where it needs one. */
static void add(struct strbuf *b, const char *id, const char *verdict,
		const char *reason)
{
	strbuf_addf(b,
		    "%s{\"id\":\"%s\",\"class\":\"L\",\"verdict\":\"%s\","
		    "\"reason\":\"%s\",\"file\":\"x.c\",\"line\":7,"
		    "\"wall_ms\":5,\"cpu_ms\":4,\"printed\":2,\"log\":\"hi\"}",
		    b->data[b->len - 1] == '[' ? "" : ",", id, verdict, reason);
}

static void begin(struct strbuf *b, const char *load)
{
	strbuf_reset(b);
	strbuf_adds(b, "{\"schema\":1,\"library\":\"kov\",\"later\":[1],"
		       "\"statements\":[");
	add(b, "load", load, strcmp(load, "pass") == 0 ? "" : "no symbol");
}

static int take(struct suite_result *r, struct strbuf *b, const bool *wanted,
		struct err *err)
{
	strbuf_adds(b, "]}");
	return suite_result_add(r, strbuf_str(b), b->len, wanted, err);
}

static void init(struct suite_result *r)
{
	struct err err = { 0 };

	assert_int_equal(suite_result_init(r, &spec, &err), 0);
}

struct said {
	const char *id, *verdict, *reason;
};

/* A result of the suite that says SAID, up to COUNT of them, and no more. */
static void say(struct strbuf *b, const char *load, const struct said *said,
		size_t count)
{
	begin(b, load);
	for (size_t i = 0; i < count && said[i].id; i++)
		add(b, said[i].id, said[i].verdict,
		    said[i].reason ? said[i].reason : "");
}

/* It is in R, which is begun by this. */
static void must_take(struct suite_result *r, const struct said *said,
		      size_t count, const bool *wanted)
{
	AUTO(strbuf_releasep) struct strbuf b = { 0 };
	struct err err = { 0 };

	init(r);
	say(&b, "pass", said, count);
	if (take(r, &b, wanted, &err) < 0)
		fail_msg("%s", err.msg);
}

static void refuses(struct strbuf *b, const char *msg)
{
	AUTO(suite_result_releasep) struct suite_result r = { 0 };
	struct err err = { 0 };

	init(&r);
	assert_int_equal(take(&r, b, first, &err), ERR_FORMAT);
	assert_string_equal(err.msg, msg);
	assert_int_equal(r.items[0].verdict, SUITE_UNKNOWN);
	assert_int_equal(r.load.verdict, SUITE_UNKNOWN);
}

static void test_add_takes_what_was_asked_for(void **state)
{
	static const struct said said[] = {
		{ "E2", "fail", "it \\u001b[2J <b>" },
		{ "E1", "pass", NULL },
		{ "E3", "not claimed", NULL },
		{ "E4", "skipped", "busy" },
	};
	AUTO(suite_result_releasep) struct suite_result r = { 0 };

	(void)state;
	must_take(&r, said, ARRAY_LEN(said), all);
	assert_string_equal(r.library, "kov");
	assert_int_equal(r.load.verdict, SUITE_PASS);
	assert_int_equal(r.items[0].verdict, SUITE_PASS);
	assert_int_equal(r.items[1].verdict, SUITE_FAIL);
	assert_string_equal(r.items[1].reason, "it \033[2J <b>");
	assert_string_equal(r.items[1].file, "x.c");
	assert_int_equal(r.items[1].line, 7);
	assert_int_equal(r.items[1].printed, 2);
	assert_string_equal(r.items[1].log, "hi");
	assert_int_equal(r.items[2].verdict, SUITE_UNCLAIMED);
	assert_int_equal(r.items[3].verdict, SUITE_SKIPPED);
}

static void test_add_in_parts_keeps_a_load_that_failed(void **state)
{
	static const bool second[] = { false, true, false, false };
	AUTO(strbuf_releasep) struct strbuf b = { 0 };
	AUTO(suite_result_releasep) struct suite_result r = { 0 };
	struct err err = { 0 };

	(void)state;
	init(&r);
	begin(&b, "fail");
	add(&b, "E1", "skipped", "no");
	assert_int_equal(take(&r, &b, first, &err), 0);
	begin(&b, "pass");
	add(&b, "E2", "pass", "");
	assert_int_equal(take(&r, &b, second, &err), 0);
	assert_int_equal(r.load.verdict, SUITE_FAIL);
	assert_string_equal(r.load.reason, "no symbol");
	assert_int_equal(r.items[0].verdict, SUITE_SKIPPED);
	assert_int_equal(r.items[1].verdict, SUITE_PASS);
	assert_int_equal(r.items[2].verdict, SUITE_UNKNOWN);
}

static void test_add_refuses_what_is_not_the_answer(void **state)
{
	static const struct {
		struct said said[2];
		const char *msg;
	} bad[] = {
		{ { { NULL, NULL, NULL } },
		  "suite: 1 statements where 2 were asked for" },
		{ { { "E2", "pass", NULL } }, "suite: nobody asked for 'E2'" },
		{ { { "E9", "pass", NULL } }, "suite: nobody asked for 'E9'" },
		{ { { "E1", "pass", NULL }, { "E1", "pass", NULL } },
		  "suite: 3 statements where 2 were asked for" },
		{ { { "E1", "perfect", NULL } },
		  "suite: no verdict is called 'perfect'" },
		{ { { "E1", "not tested", NULL } },
		  "suite: no verdict is called 'not tested'" },
		{ { { "E1", "fail", NULL } }, "suite: it fails for no reason" },
	};
	AUTO(strbuf_releasep) struct strbuf b = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		say(&b, "pass", bad[i].said, ARRAY_LEN(bad[i].said));
		refuses(&b, bad[i].msg);
	}
	strbuf_reset(&b);
	strbuf_adds(&b, "{\"schema\":1,\"library\":\"\",\"statements\":[");
	add(&b, "E1", "pass", "");
	add(&b, "E1", "pass", "");
	refuses(&b, "suite: it begins with 'E1'");
	strbuf_reset(&b);
	strbuf_adds(&b, "{\"schema\":1,\"library\":\"\",\"statements\":[1,2");
	refuses(&b, "suite: it is no object");
	strbuf_reset(&b);
	strbuf_adds(&b, "[[");
	strbuf_truncate(&b, 1);
	strbuf_adds(&b, "{\"statements\":[");
	refuses(&b, "suite:1:19: ',' or ']' is expected");
}

static void test_add_refuses_one_statement_twice(void **state)
{
	static const bool two[] = { true, true, false, false };
	AUTO(strbuf_releasep) struct strbuf b = { 0 };
	AUTO(suite_result_releasep) struct suite_result r = { 0 };
	struct err err = { 0 };

	(void)state;
	init(&r);
	begin(&b, "pass");
	add(&b, "E1", "pass", "");
	add(&b, "E1", "fail", "x");
	assert_int_equal(take(&r, &b, two, &err), ERR_FORMAT);
	assert_string_equal(err.msg, "suite: 'E1' stands twice");
	assert_int_equal(r.items[0].verdict, SUITE_UNKNOWN);
}

static void test_add_cuts_what_is_too_long_between_characters(void **state)
{
	AUTO(strbuf_releasep) struct strbuf b = { 0 };
	AUTO(strbuf_releasep) struct strbuf reason = { 0 };
	AUTO(suite_result_releasep) struct suite_result r = { 0 };
	struct err err = { 0 };
	size_t len;

	(void)state;
	init(&r);
	for (int i = 0; i < SUITE_REASON_MAX; i++)
		strbuf_adds(&reason, "\xc3\xab");
	begin(&b, "pass");
	add(&b, "E1", "fail", strbuf_str(&reason));
	assert_int_equal(take(&r, &b, first, &err), 0);
	len = strlen(r.items[0].reason);
	assert_true(len <= SUITE_REASON_MAX && len > SUITE_REASON_MAX - 2);
	assert_int_equal(len % 2, 0);
}

static void test_score_counts_by_level(void **state)
{
	static const struct said said[] = {
		{ "E1", "pass", NULL },
		{ "E2", "not claimed", NULL },
		{ "E3", "fail", "x" },
		{ "E4", "not claimed", NULL },
	};
	static const enum finding_level none[4] = { FINDING_ALLOW };
	AUTO(suite_result_releasep) struct suite_result r = { 0 };
	struct suite_score s;
	struct err err = { 0 };

	(void)state;
	must_take(&r, said, ARRAY_LEN(said), all);
	suite_score(&r, levels, &s);
	assert_int_equal(s.earned, 3);
	assert_int_equal(s.possible, 5); /* E4 is optional */
	assert_int_equal(s.apart_earned, 0);
	assert_int_equal(s.apart_possible, 1);
	assert_int_equal(s.failed, 0);
	assert_int_equal(s.apart_failed, 1);
	assert_int_equal(s.of[SUITE_UNCLAIMED], 2);
	suite_score(&r, none, &s);
	assert_int_equal(s.possible + s.apart_possible, 0);
	assert_int_equal(suite_result_fail(&r, 1, "it is gone", &err), 0);
	assert_string_equal(r.items[1].reason, "it is gone");
	suite_score(&r, levels, &s);
	assert_int_equal(s.of[SUITE_ERROR], 1);
	assert_int_equal(s.possible, 5);
}

static void test_blame_names_the_basic_statement(void **state)
{
	static const struct said said[] = {
		{ "E1", "fail", "hang-idle (lost wake)" },
		{ "E2", "fail", "hang-busy (livelock)" },
		{ "E3", "fail", "13 is not 12" },
		{ "E4", "pass", NULL },
	};
	AUTO(suite_result_releasep) struct suite_result r = { 0 };

	(void)state;
	must_take(&r, said, ARRAY_LEN(said), all);
	assert_null(suite_blame(&r, 0));
	assert_ptr_equal(suite_blame(&r, 1), &statements[0]);
	assert_null(suite_blame(&r, 2)); /* it says what it found itself */
	assert_null(suite_blame(&r, 3));
	r.items[0].verdict = SUITE_PASS;
	assert_null(suite_blame(&r, 1));
}

static void test_add_survives_any_failed_allocation(void **state)
{
	AUTO(strbuf_releasep) struct strbuf b = { 0 };
	long nth = 0, total;

	(void)state;
	begin(&b, "pass");
	add(&b, "E1", "fail", "x");
	strbuf_adds(&b, "]}");
	do {
		AUTO(suite_result_releasep) struct suite_result r = { 0 };
		struct err err = { 0 };
		int rc;

		fault_alloc(++nth);
		rc = suite_result_init(&r, &spec, &err);
		if (rc == 0)
			rc = suite_result_add(&r, strbuf_str(&b), b.len, first,
					      &err);
		total = fault_count();
		fault_alloc(0);
		assert_true(rc == 0 || rc == ERR_NOMEM);
	} while (nth <= total);
	assert_true(nth > 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add_takes_what_was_asked_for),
		cmocka_unit_test(test_add_in_parts_keeps_a_load_that_failed),
		cmocka_unit_test(test_add_refuses_what_is_not_the_answer),
		cmocka_unit_test(test_add_refuses_one_statement_twice),
		cmocka_unit_test(
			test_add_cuts_what_is_too_long_between_characters),
		cmocka_unit_test(test_score_counts_by_level),
		cmocka_unit_test(test_blame_names_the_basic_statement),
		cmocka_unit_test(test_add_survives_any_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
