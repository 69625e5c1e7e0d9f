#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "fault.h"
#include "model/speed_result.h"

/* A whole answer about one shape; each part as a test wants it. */
#define ANSWER(whole, graded, verdict, library, ratio)                         \
	"{\"schema\":1,\"verdict\":\"" whole "\",\"reason\":\"why\",\"load\":" \
	"-1,\"later\":{},\"limits\":{\"warn_above\":2,\"fail_above\":4},"      \
	"\"shapes\":[{\"id\":\"yield\",\"title\":\"a title\",\"unit\":\"ns\"," \
	"\"graded\":" graded ",\"verdict\":\"" verdict                         \
	"\",\"reason\":\"\",\"reference\":{\"median\":10,\"mad\":0.5},"        \
	"\"library\":" library ",\"floor\":null,\"ratio\":" ratio "}]}"

#define TAKES(ns) "{\"median\":" ns ",\"mad\":0.25}"

static void takes(const char *text, struct speed_result *r)
{
	struct err err = { 0 };

	if (speed_result_read(text, strlen(text), r, &err) < 0)
		fail_msg("%s", err.msg);
}

static void refuses(const char *text, const char *msg)
{
	AUTO(speed_result_releasep) struct speed_result r = { 0 };
	struct err err = { 0 };

	assert_int_equal(speed_result_read(text, strlen(text), &r, &err),
			 ERR_FORMAT);
	assert_null(r.shapes);
	assert_string_equal(err.msg, msg);
}

static void test_read_takes_figures_and_verdicts(void **state)
{
	AUTO(speed_result_releasep) struct speed_result r = { 0 };

	(void)state;
	takes(ANSWER("warn", "true", "warn", TAKES("25.5"), "2.55"), &r);
	assert_int_equal(r.verdict, SPEED_WARN);
	assert_string_equal(r.reason, "why");
	assert_true(r.load < 0 && r.warn_above > 1.9 && r.fail_above > 3.9);
	assert_int_equal(r.count, 1);
	assert_string_equal(r.shapes[0].title, "a title");
	assert_true(r.shapes[0].library > 25 && r.shapes[0].spread > 0.2);
	assert_true(r.shapes[0].ratio > 2.5 && r.shapes[0].floor < 0.1);
	assert_true(r.shapes[0].is_graded);
}

static void test_read_takes_what_was_not_measured(void **state)
{
	AUTO(speed_result_releasep) struct speed_result r = { 0 };

	(void)state;
	takes(ANSWER("fail", "true", "fail", "null", "null"), &r);
	assert_int_equal(r.shapes[0].verdict, SPEED_FAIL);
	assert_true(r.shapes[0].library < 0.1 && r.shapes[0].ratio < 0.1);
	speed_result_release(&r);
	takes(ANSWER("skipped", "true", "skipped", TAKES("90"), "9"), &r);
	assert_int_equal(r.verdict, SPEED_SKIPPED);
	speed_result_release(&r);
	takes(ANSWER("pass", "false", "shown", TAKES("90"), "9"), &r);
	assert_int_equal(r.shapes[0].verdict, SPEED_SHOWN);
}

static void test_read_refuses_what_does_not_follow(void **state)
{
	static const char no[] =
		"speed: 'yield' does not follow from its figures";

	(void)state;
	refuses(ANSWER("pass", "true", "pass", TAKES("90"), "1.5"), no);
	refuses(ANSWER("pass", "true", "pass", TAKES("90"), "9"), no);
	refuses(ANSWER("warn", "true", "warn", TAKES("90"), "9"), no);
	refuses(ANSWER("pass", "true", "pass", TAKES("90"), "null"), no);
	refuses(ANSWER("pass", "true", "shown", TAKES("90"), "9"), no);
	refuses(ANSWER("pass", "true", "fail", TAKES("90"), "9"),
		"speed: the verdict does not follow from the shapes");
	refuses(ANSWER("fail", "true", "pass", TAKES("10"), "1"),
		"speed: the verdict does not follow from the shapes");
	refuses(ANSWER("shown", "true", "pass", TAKES("10"), "1"),
		"speed: the verdict does not follow from the shapes");
}

static void test_read_refuses_what_is_no_answer(void **state)
{
	(void)state;
	refuses("[]", "speed: it is no object");
	refuses("{\"schema\":2}", "speed: 'schema' must be from 1 to 1, not 2");
	refuses(ANSWER("best", "true", "pass", TAKES("10"), "1"),
		"speed: no verdict is called 'best'");
	refuses(ANSWER("pass", "true", "pass", TAKES("\"10\""), "1"),
		"speed: 'median' must be a number");
	refuses(ANSWER("pass", "true", "pass", TAKES("-3"), "1"),
		"speed: 'median' is no such figure");
	refuses(ANSWER("pass", "true", "pass", TAKES("1e300"), "1"),
		"speed: 'median' is no such figure");
}

static void test_read_survives_any_failed_allocation(void **state)
{
	static const char text[] =
		ANSWER("pass", "true", "pass", TAKES("10"), "1");
	long nth = 0, total;

	(void)state;
	do {
		AUTO(speed_result_releasep) struct speed_result r = { 0 };
		struct err err = { 0 };
		int rc;

		fault_alloc(++nth);
		rc = speed_result_read(text, strlen(text), &r, &err);
		total = fault_count();
		fault_alloc(0);
		assert_true(rc == 0 || rc == ERR_NOMEM);
	} while (nth <= total);
	assert_true(nth > 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_takes_figures_and_verdicts),
		cmocka_unit_test(test_read_takes_what_was_not_measured),
		cmocka_unit_test(test_read_refuses_what_does_not_follow),
		cmocka_unit_test(test_read_refuses_what_is_no_answer),
		cmocka_unit_test(test_read_survives_any_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
