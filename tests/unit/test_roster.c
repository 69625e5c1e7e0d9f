#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "io/yaml.h"
#include "model/roster.h"

static struct roster *read_text(const char *text, struct err *err)
{
	AUTO(arena_releasep) struct arena arena = { 0 };
	const struct node *root = NULL;
	struct roster *r = NULL;

	*err = (struct err){ 0 };
	if (yaml_read(text, strlen(text), "roster.yaml", &arena, &root, err) <
		    0 ||
	    roster_read(root, 32, &r, err) < 0)
		return NULL;
	return r;
}

static void test_roster_read_fills_every_seat(void **state)
{
	struct err err;
	struct roster *r = read_text("schema: 1\n"
				     "seats:\n"
				     "  - handle: ada\n"
				     "    seat: 1\n"
				     "    name: Ada Zoë\n"
				     "    mode: async\n"
				     "    zone: Asia/Kolkata\n"
				     "    repo: https://example.org/ada\n"
				     "    artifact_03_repo: ssh://x/y\n"
				     "  - { handle: bob, name: B, suffix: bb, "
				     "status: withdrawn }\n",
				     &err);
	const struct seat *ada, *bob;
	char name[80];

	(void)state;
	assert_string_equal(err.msg, "");
	assert_int_equal(r->count, 2);
	ada = roster_find(r, "@ada");
	bob = roster_find(r, "bob");
	assert_ptr_equal(ada, &r->seats[0]);
	assert_string_equal(ada->name, "Ada Zoë");
	assert_int_equal(ada->mode, SEAT_ASYNC);
	assert_int_equal(ada->status, SEAT_ENROLLED);
	assert_string_equal(ada->suffix, "ada");
	assert_string_equal(seat_repo(ada, ARTIFACT_01),
			    "https://example.org/ada");
	assert_string_equal(seat_repo(ada, ARTIFACT_03), "ssh://x/y");
	seat_crate_name(bob, ARTIFACT_02, name, sizeof(name));
	assert_string_equal(name, "flume-lock-bb");
	assert_int_equal(bob->number, 0);
	assert_string_equal(bob->zone, "");
	assert_null(roster_find(r, "eve"));
	roster_free(r);
}

#define SEAT(fields) "schema: 1\nseats:\n  - { " fields " }\n"
#define TWO(a, b) "schema: 1\nseats:\n  - { " a " }\n  - { " b " }\n"

static void test_roster_read_names_place_and_mend(void **state)
{
	static const struct {
		const char *text;
		const char *message;
		const char *hint;
	} cases[] = {
		{ SEAT("handel: a"), "roster.yaml:3:7: unknown key 'handel'",
		  "did you mean 'handle'?" },
		{ SEAT("handle: A, name: x, seat: 1"),
		  "roster.yaml:3:15: 'A' is not a handle: lower-case letters, "
		  "digits and '-', begun by a letter",
		  "" },
		{ SEAT("handle: a, seat: 1"),
		  "roster.yaml:3:5: 'name' is "
		  "missing",
		  "" },
		{ SEAT("handle: a, name: x"),
		  "roster.yaml:3:5: 'a' has no "
		  "'seat'",
		  "" },
		{ SEAT("handle: a, name: x, seat: 33"),
		  "roster.yaml:3:33: seat 33 of 'a': there are 32",
		  "'seats' in config/cohort.yaml says how many" },
		{ TWO("handle: a, name: x, seat: 1",
		      "handle: a, name: y, seat: 2"),
		  "roster.yaml:4:15: handle 'a' stands twice, first in line 3",
		  "" },
		{ TWO("handle: a, name: x, seat: 1",
		      "handle: b, name: y, seat: 1"),
		  "roster.yaml:4:33: seat '1' stands twice, first in line 3",
		  "" },
		{ TWO("handle: a, name: x, seat: 1, suffix: x-y",
		      "handle: b, name: y, seat: 2, suffix: x_y"),
		  "roster.yaml:4:44: crate suffix 'x_y' stands twice, first in "
		  "line 3",
		  "" },
		{ SEAT("handle: a, name: x, seat: 1, status: withdrawn"),
		  "roster.yaml:3:33: 'a' has withdrawn and can have no seat",
		  "" },
		{ SEAT("handle: a, name: x, seat: 1, mode: asinc"),
		  "roster.yaml:3:42: 'mode' cannot be 'asinc'",
		  "did you mean 'async'?" },
		{ "schema: 2\nseats: []\n",
		  "roster.yaml:1:9: schema 2 is newer than this cohort knows "
		  "(1)",
		  "install a newer cohort" },
		{ "seats: []\n", "roster.yaml:1:1: 'schema' is missing", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err;

		assert_null(read_text(cases[i].text, &err));
		assert_int_equal(err.code, ERR_FORMAT);
		assert_string_equal(err.msg, cases[i].message);
		assert_string_equal(err.hint, cases[i].hint);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_roster_read_fills_every_seat),
		cmocka_unit_test(test_roster_read_names_place_and_mend),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
