/*
 * Any bytes as what a suite says of a library: what is taken answers each
 * statement that was asked for, within the limits; else nothing has changed.
 * And as what the measurer says: no figure is none, and none is negative.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/err.h"
#include "model/speed_result.h"
#include "model/suite_result.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct statement statements[] = {
	{ "E1", STATEMENT_LANGUAGE, 3, true, false, "t", "f", "", "" },
	{ "E2", STATEMENT_GOOD, 2, false, false, "t", "f", "", "" },
	{ "E3", STATEMENT_COURSE, 1, false, true, "t", "f", "", "" },
};

static const struct suite_spec spec = { .artifact = "artifact_01",
					.suite = "suite_x",
					.statements = statements,
					.count = 3 };

static void check_one(const struct statement_result *s)
{
	assert(s->verdict > SUITE_UNKNOWN && s->verdict < SUITE_VERDICTS);
	assert(strlen(s->reason) <= SUITE_REASON_MAX);
	assert(strlen(s->log) <= SUITE_LOG_MAX);
	assert(s->line >= 0 && s->wall_ms >= 0 && s->cpu_ms >= 0);
	assert(s->verdict != SUITE_FAIL || s->reason[0]);
}

static void try_with(const uint8_t *data, size_t size, const bool *wanted)
{
	static const enum finding_level levels[] = { FINDING_DENY, FINDING_WARN,
						     FINDING_ALLOW };
	AUTO(suite_result_releasep) struct suite_result r = { 0 };
	struct suite_score score;
	struct err err = { 0 };
	int rc;

	assert(suite_result_init(&r, &spec, &err) == 0);
	rc = suite_result_add(&r, (const char *)data, size, wanted, &err);
	assert(rc == (int)err.code);
	if (rc == 0)
		check_one(&r.load);
	for (size_t i = 0; i < spec.count; i++) {
		if (rc == 0 && wanted[i])
			check_one(&r.items[i]);
		else
			assert(r.items[i].verdict == SUITE_UNKNOWN);
		if (r.items[i].verdict != SUITE_UNKNOWN)
			(void)suite_blame(&r, i);
	}
	suite_score(&r, levels, &score);
	assert(score.earned <= score.possible);
	assert(score.possible <= 3 && score.apart_possible <= 2);
}

static void try_speed(const uint8_t *data, size_t size)
{
	AUTO(speed_result_releasep) struct speed_result r = { 0 };
	struct err err = { 0 };

	if (speed_result_read((const char *)data, size, &r, &err) < 0) {
		assert(err.msg[0] && !r.shapes);
		return;
	}
	assert(r.verdict <= SPEED_ERROR && r.count <= SPEED_SHAPES_MAX);
	for (size_t i = 0; i < r.count; i++) {
		assert(r.shapes[i].reference >= 0 && r.shapes[i].library >= 0);
		assert(r.shapes[i].ratio >= 0 && r.shapes[i].ratio <= 1e15);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const bool one[] = { true, false, false };
	static const bool all[] = { true, true, true };

	try_with(data, size, one);
	try_with(data, size, all);
	try_speed(data, size);
	return 0;
}
