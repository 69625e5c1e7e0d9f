#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "fault.h"
#include "workspace/snapshot.h"

enum {
	SEATS = 3
};

static struct seat seats[SEATS] = {
	{ .number = 1,
	  .handle = "ada",
	  .name = "Ada Lovelace",
	  .mode = SEAT_ASYNC,
	  .status = SEAT_ENROLLED,
	  .zone = "Europe/London",
	  .repo = "https://git.example/ada",
	  .suffix = "ada",
	  .artifact_repo = { NULL, "https://git.example/ada-queue", NULL } },
	{ .number = 0,
	  .handle = "bob",
	  .name = "Zo\xc3\xab",
	  .mode = SEAT_SYNC,
	  .status = SEAT_WITHDRAWN,
	  .zone = "",
	  .repo = "",
	  .suffix = "bob-b" },
	{ .number = 32,
	  .handle = "eve",
	  .name = "Eve",
	  .status = SEAT_INVITED,
	  .zone = "",
	  .repo = "",
	  .suffix = "eve" },
};

static struct seat_state states[SEATS];

static void fill(void)
{
	for (int i = 0; i < SEATS; i++) {
		for (int a = 0; a < ARTIFACT_COUNT; a++) {
			struct seat_summary *s = &states[i].summary[a];

			*s = (struct seat_summary){ .version = "",
						    .first_seen_at =
							    RECORD_NEVER };
			memset(states[i].record[a].id, 0, 20);
		}
	}
	states[2].summary[ARTIFACT_02] =
		(struct seat_summary){ .submissions = 7,
				       .version = "1.2.3-rc.1",
				       .first_seen_at = 1800000000,
				       .late_s = -5,
				       .moved = true,
				       .checked = true,
				       .verdict = VERDICT_ERROR,
				       .validated = true };
	memset(states[2].summary[ARTIFACT_02].commit, 'c', 40);
	memset(states[2].record[ARTIFACT_02].id, 9, 20);
}

static int write_one(struct strbuf *out, struct err *err)
{
	struct roster roster = { .seats = seats, .count = SEATS };
	struct snapshot_key key = { .binary = { 1, 2, 3, 4 }, .made_ns = 5 };

	fill();
	key.head.id[3] = 6;
	key.files[CONFIG_ROSTER].key.size = 77;
	key.files[CONFIG_ROSTER].sum = 88;
	key.files[CONFIG_POLICY].seen.id[0] = 99;
	return snapshot_write(&key, &roster, states, out, err);
}

static void test_write_is_read_back_whole(void **state)
{
	struct strbuf bytes = { 0 };
	struct snapshot s;
	struct seat_state got;
	struct roster *r = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(write_one(&bytes, &err), 0);
	assert_true(snapshot_open(bytes.data, bytes.len, &s));
	assert_int_equal(s.key.binary[3], 4);
	assert_int_equal(s.key.made_ns, 5);
	assert_int_equal(s.key.head.id[3], 6);
	assert_int_equal(s.key.files[CONFIG_ROSTER].key.size, 77);
	assert_int_equal(s.key.files[CONFIG_ROSTER].sum, 88);
	assert_int_equal(s.key.files[CONFIG_POLICY].seen.id[0], 99);
	assert_int_equal(snapshot_roster(&s, &r, &err), 0);
	assert_int_equal(r->count, SEATS);
	for (size_t i = 0; i < SEATS; i++) {
		assert_int_equal(r->seats[i].number, seats[i].number);
		assert_int_equal(r->seats[i].mode, seats[i].mode);
		assert_int_equal(r->seats[i].status, seats[i].status);
		assert_string_equal(r->seats[i].handle, seats[i].handle);
		assert_string_equal(r->seats[i].name, seats[i].name);
		assert_string_equal(r->seats[i].zone, seats[i].zone);
		assert_string_equal(r->seats[i].repo, seats[i].repo);
		assert_string_equal(r->seats[i].suffix, seats[i].suffix);
		assert_ptr_equal(roster_find(r, seats[i].handle), &r->seats[i]);
	}
	assert_null(r->seats[0].artifact_repo[0]);
	assert_string_equal(r->seats[0].artifact_repo[1],
			    "https://git.example/ada-queue");
	roster_free(r);
	snapshot_state(&s, 2, &got);
	assert_int_equal(got.summary[1].submissions, 7);
	assert_string_equal(got.summary[1].version, "1.2.3-rc.1");
	assert_int_equal(got.summary[1].late_s, -5);
	assert_true(got.summary[1].moved && got.summary[1].checked);
	assert_false(got.summary[1].packed || got.summary[1].published);
	assert_int_equal(got.summary[1].verdict, VERDICT_ERROR);
	assert_true(got.summary[1].validated);
	assert_false(got.summary[1].conforms);
	assert_int_equal(strlen(got.summary[1].commit), 40);
	assert_int_equal(got.record[1].id[19], 9);
	assert_string_equal(got.summary[0].version, "");
	assert_int_equal(got.summary[0].first_seen_at, RECORD_NEVER);
	strbuf_release(&bytes);
}

static void test_open_refuses_other_lengths_and_changed_bytes(void **state)
{
	struct strbuf bytes = { 0 };
	struct snapshot s;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(write_one(&bytes, &err), 0);
	for (size_t len = 0; len < bytes.len; len++) {
		char *cut = malloc(len + 1);

		assert_non_null(cut);
		memcpy(cut, bytes.data, len);
		assert_false(snapshot_open(cut, len, &s));
		free(cut);
	}
	for (size_t i = 0; i < bytes.len; i++) {
		bytes.data[i] ^= 1;
		assert_false(snapshot_open(bytes.data, bytes.len, &s));
		bytes.data[i] ^= 1;
	}
	assert_true(snapshot_open(bytes.data, bytes.len, &s));
	strbuf_release(&bytes);
}

/* A right checksum is no proof of sense: every byte, sealed again. */
static void test_open_lets_nothing_out_of_bounds_through(void **state)
{
	struct strbuf bytes = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(write_one(&bytes, &err), 0);
	for (size_t i = 0; i < bytes.len; i++) {
		char *copy = malloc(bytes.len);
		struct snapshot s;

		assert_non_null(copy);
		memcpy(copy, bytes.data, bytes.len);
		copy[i] = (char)0xee;
		snapshot_seal(copy, bytes.len);
		if (snapshot_open(copy, bytes.len, &s)) {
			struct roster *r = NULL;
			struct seat_state got;

			assert_int_equal(snapshot_roster(&s, &r, &err), 0);
			for (size_t k = 0; k < s.seat_count; k++) {
				snapshot_state(&s, k, &got);
				assert_true(strlen(got.summary[0].version) <
					    bytes.len);
			}
			roster_free(r);
		}
		free(copy);
	}
	strbuf_release(&bytes);
}

static void test_sum_tells_lengths_and_bytes_apart(void **state)
{
	static const char zeros[32];

	(void)state;
	for (size_t len = 0; len < sizeof(zeros); len++)
		assert_true(snapshot_sum(zeros, len) !=
			    snapshot_sum(zeros, len + 1));
	assert_true(snapshot_sum("abcdefghi", 9) !=
		    snapshot_sum("abcdefghj", 9));
	assert_true(snapshot_sum("abcdefgh1", 9) ==
		    snapshot_sum("abcdefgh1", 9));
}

static void test_snapshot_survives_failing_allocations(void **state)
{
	long nth = 0, total;

	(void)state;
	do {
		struct strbuf bytes = { 0 };
		struct roster *r = NULL;
		struct err err = { 0 };
		struct snapshot s;

		fault_alloc(++nth);
		if (write_one(&bytes, &err) == 0 &&
		    snapshot_open(bytes.data, bytes.len, &s))
			(void)snapshot_roster(&s, &r, &err);
		total = fault_count();
		fault_alloc(0);
		assert_true(err.code == 0 || err.code == ERR_NOMEM);
		assert_true((r != NULL) == (err.code == 0));
		roster_free(r);
		strbuf_release(&bytes);
	} while (nth <= total);
	assert_true(nth > 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write_is_read_back_whole),
		cmocka_unit_test(
			test_open_refuses_other_lengths_and_changed_bytes),
		cmocka_unit_test(test_open_lets_nothing_out_of_bounds_through),
		cmocka_unit_test(test_sum_tells_lengths_and_bytes_apart),
		cmocka_unit_test(test_snapshot_survives_failing_allocations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
