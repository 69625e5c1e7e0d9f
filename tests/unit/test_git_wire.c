#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/err.h"
#include "fault.h"
#include "io/git_wire.h"

#define OID_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define OID_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define OID_C "cccccccccccccccccccccccccccccccccccccccc"

static const char *const tags[] = { "refs/tags/artifact_0" };

/* LINE, which may hold NULs, with its length in front. */
static void pkt_n(struct strbuf *out, const char *line, size_t len)
{
	wire_add(out, line, len);
}

static void pkt(struct strbuf *out, const char *line)
{
	pkt_n(out, line, strlen(line));
}

/* Feed it in pieces of STEP bytes, as a network would. */
static int feed(struct wire_refs *w, const struct strbuf *in, size_t step,
		struct err *err)
{
	for (size_t i = 0; i < in->len; i += step) {
		size_t n = in->len - i < step ? in->len - i : step;

		if (wire_refs_feed(w, in->data + i, n, err) < 0)
			return err->code;
	}
	return 0;
}

static struct wire_refs *reader(enum wire_form form, size_t max_refs)
{
	struct err err = { 0 };
	struct wire_refs *w = wire_refs_new(form, tags, 1, max_refs, &err);

	assert_non_null(w);
	return w;
}

#define CAPS "side-band-64k ofs-delta thin-pack no-progress multi_ack"

static void advertise_v0(struct strbuf *in)
{
	static const char first[] = OID_A " HEAD\0" CAPS "\n";

	pkt(in, "# service=git-upload-pack\n");
	wire_flush(in);
	pkt_n(in, first, sizeof(first) - 1);
	pkt(in, OID_A " refs/heads/main\n");
	pkt(in, OID_B " refs/tags/artifact_01/v0.1.0\n");
	pkt(in, OID_A " refs/tags/artifact_01/v0.1.0^{}\n");
	pkt(in, OID_C " refs/tags/other\n");
	pkt(in, OID_A " refs/tags/other^{}\n");
	pkt(in, OID_C " refs/tags/artifact_02/v1.0.0\n");
	pkt(in, "shallow " OID_C "\n");
	wire_flush(in);
}

static void is_oid(const struct oid *oid, const char *hex)
{
	char got[OID_HEX];

	oid_hex(oid, got);
	assert_string_equal(got, hex);
}

static void test_feed_reads_protocol_0_in_any_pieces(void **state)
{
	AUTO(strbuf_releasep) struct strbuf in = { 0 };

	(void)state;
	advertise_v0(&in);
	for (size_t step = 1; step <= in.len; step++) {
		struct wire_refs *w = reader(WIRE_FORM_HTTP, 0);
		struct err err = { 0 };

		assert_int_equal(feed(w, &in, step, &err), 0);
		assert_true(w->done);
		assert_int_equal(w->caps, WIRE_SIDE_BAND | WIRE_OFS_DELTA |
						  WIRE_THIN_PACK |
						  WIRE_NO_PROGRESS);
		assert_int_equal(w->seen, 5);
		assert_int_equal(w->refs.count, 2);
		assert_string_equal(w->refs.items[0].name,
				    "refs/tags/artifact_01/v0.1.0");
		is_oid(&w->refs.items[0].oid, OID_B);
		is_oid(&w->refs.items[0].peeled, OID_A);
		is_oid(&w->refs.items[1].oid, OID_C);
		assert_true(oid_is_zero(&w->refs.items[1].peeled));
		wire_refs_free(w);
	}
}

static void test_feed_reads_an_empty_repository(void **state)
{
	static const char none[] = "0000000000000000000000000000000000000000"
				   " capabilities^{}\0" CAPS;
	AUTO(strbuf_releasep) struct strbuf in = { 0 };
	struct wire_refs *w = reader(WIRE_FORM_PLAIN, 0);
	struct err err = { 0 };

	(void)state;
	pkt_n(&in, none, sizeof(none) - 1);
	wire_flush(&in);
	assert_int_equal(feed(w, &in, 7, &err), 0);
	assert_true(w->done);
	assert_int_equal(w->refs.count, 0);
	assert_int_equal(w->seen, 0);
	wire_refs_free(w);
	/* and one whose server says nothing at all about it */
	w = reader(WIRE_FORM_HTTP, 0);
	assert_int_equal(wire_refs_feed(w, "0000", 4, &err), 0);
	assert_true(w->done);
	wire_refs_free(w);
}

static void test_feed_reads_the_list_of_protocol_2(void **state)
{
	AUTO(strbuf_releasep) struct strbuf in = { 0 };
	struct wire_refs *w = reader(WIRE_FORM_HTTP, 0);
	struct err err = { 0 };

	(void)state;
	pkt(&in, "# service=git-upload-pack\n");
	wire_flush(&in);
	pkt(&in, "version 2\n");
	pkt(&in, "agent=git/2.39.5\n");
	pkt(&in, "ls-refs=unborn\n");
	pkt(&in, "fetch=shallow wait-for-done\n");
	pkt(&in, "object-format=sha1\n");
	wire_flush(&in);
	assert_int_equal(feed(w, &in, 3, &err), 0);
	assert_true(w->done);
	assert_int_equal(w->caps, WIRE_V2 | WIRE_LS_REFS | WIRE_FETCH);
	wire_refs_free(w);
}

static void test_feed_reads_the_answer_to_ls_refs(void **state)
{
	AUTO(strbuf_releasep) struct strbuf in = { 0 };
	struct wire_refs *w = reader(WIRE_FORM_LS_REFS, 0);
	struct err err = { 0 };

	(void)state;
	pkt(&in, OID_A " refs/heads/main symref-target:x\n");
	pkt(&in, OID_B " refs/tags/artifact_01/v0.1.0 peeled:" OID_A "\n");
	pkt(&in, OID_C " refs/tags/artifact_02/v1.0.0\n");
	wire_flush(&in);
	assert_int_equal(feed(w, &in, 11, &err), 0);
	assert_true(w->done);
	assert_int_equal(w->refs.count, 2);
	is_oid(&w->refs.items[0].peeled, OID_A);
	assert_true(oid_is_zero(&w->refs.items[1].peeled));
	wire_refs_free(w);
}

static void test_feed_refuses_more_refs_than_it_may_see(void **state)
{
	AUTO(strbuf_releasep) struct strbuf in = { 0 };
	struct wire_refs *w = reader(WIRE_FORM_LS_REFS, 3);
	struct err err = { 0 };

	(void)state;
	for (int i = 0; i < 4; i++)
		pkt(&in, OID_A " refs/heads/x\n");
	assert_int_equal(feed(w, &in, in.len, &err), ERR_LIMIT);
	assert_string_equal(err.msg, "it has more than 3 refs");
	wire_refs_free(w);
}

/* One line of each form that must be refused, and the words. */
static void test_feed_says_what_is_wrong(void **state)
{
	static const struct {
		enum wire_form form;
		const char *bytes;
		int code;
		const char *words;
	} bad[] = {
		{ WIRE_FORM_HTTP, "<html>", ERR_FORMAT, "not git's" },
		{ WIRE_FORM_HTTP, "0003", ERR_FORMAT, "not git's" },
		{ WIRE_FORM_HTTP, "fff1", ERR_FORMAT, "not git's" },
		{ WIRE_FORM_PLAIN, "0009hello", ERR_FORMAT, "not git's" },
		{ WIRE_FORM_PLAIN, "0001", ERR_FORMAT, "not git's" },
		{ WIRE_FORM_PLAIN, "000eversion 9\n", ERR_FORMAT, "unknown" },
		{ WIRE_FORM_PLAIN,
		  "0000"
		  "0000",
		  ERR_FORMAT, "not git's" },
		{ WIRE_FORM_LS_REFS, "0009hello", ERR_FORMAT, "not git's" },
		{ WIRE_FORM_LS_REFS, "0010ERR go away\n", ERR_NET,
		  "the server says: go away" },
		{ WIRE_FORM_LS_REFS, "0025ERR repository 'x' not found: no\n",
		  ERR_NOT_FOUND, "the server says: repository 'x' not found" },
		{ WIRE_FORM_LS_REFS,
		  "0056" OID_A " refs/tags/artifact_01/v1 peeled:12345678\n",
		  ERR_FORMAT, "not git's" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct wire_refs *w = reader(bad[i].form, 0);
		struct err err = { 0 };

		assert_int_equal(wire_refs_feed(w, bad[i].bytes,
						strlen(bad[i].bytes), &err),
				 bad[i].code);
		if (!strstr(err.msg, bad[i].words))
			fail_msg("%zu: %s", i, err.msg);
		wire_refs_free(w);
	}
}

static void test_feed_refuses_other_hashes(void **state)
{
	AUTO(strbuf_releasep) struct strbuf in = { 0 };
	struct wire_refs *w = reader(WIRE_FORM_PLAIN, 0);
	struct err err = { 0 };

	(void)state;
	pkt(&in, "version 2\n");
	pkt(&in, "object-format=sha256\n");
	assert_int_equal(feed(w, &in, in.len, &err), ERR_FORMAT);
	assert_non_null(strstr(err.msg, "not named by SHA-1"));
	wire_refs_free(w);
}

static void test_feed_refuses_names_that_git_would_not_allow(void **state)
{
	static const char *const bad[] = {
		"artifact_01/v\x1b[31m", "artifact_01/../../x",
		"artifact_01//v1",	 "artifact_01/.v1",
		"artifact_01/v1.lock",	 "artifact_01/v1.",
		"artifact_01/v1/",	 "artifact_01/v~1",
		"artifact_01/v:1",	 "artifact_01/v@{1",
		"artifact_01/v\\1",	 "artifact_01/v\xff",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		AUTO(strbuf_releasep) struct strbuf in = { 0 };
		struct wire_refs *w = reader(WIRE_FORM_PLAIN, 0);
		struct err err = { 0 };
		char line[128];

		snprintf(line, sizeof(line), OID_A " refs/tags/%s", bad[i]);
		pkt(&in, line);
		if (feed(w, &in, in.len, &err) != ERR_UNSAFE)
			fail_msg("%s was taken", bad[i]);
		assert_null(strchr(err.msg, '\x1b'));
		wire_refs_free(w);
	}
}

static void test_feed_survives_any_failed_allocation(void **state)
{
	AUTO(strbuf_releasep) struct strbuf in = { 0 };
	long nth = 0, total;

	(void)state;
	advertise_v0(&in);
	do {
		struct err err = { 0 };
		struct wire_refs *w;

		fault_alloc(++nth);
		w = wire_refs_new(WIRE_FORM_HTTP, tags, 1, 0, &err);
		if (!w || feed(w, &in, 5, &err) < 0)
			assert_int_equal(err.code, ERR_NOMEM);
		total = fault_count();
		fault_alloc(0);
		wire_refs_free(w);
	} while (nth <= total);
	assert_true(nth > 2);
}

static void test_name_is_safe_takes_what_git_takes(void **state)
{
	char longest[WIRE_NAME_MAX + 2];

	(void)state;
	assert_true(wire_name_is_safe("refs/tags/artifact_01/v0.1.0-rc.1+b"));
	assert_true(wire_name_is_safe("refs/tags/zo\xc3\xab"));
	assert_false(wire_name_is_safe(""));
	memset(longest, 'x', sizeof(longest));
	longest[WIRE_NAME_MAX] = '\0';
	assert_true(wire_name_is_safe(longest));
	longest[WIRE_NAME_MAX] = 'x';
	longest[WIRE_NAME_MAX + 1] = '\0';
	assert_false(wire_name_is_safe(longest));
}

/* ---- packs */

static int gather(void *ctx, const char *bytes, size_t len, struct err *err)
{
	strbuf_add(ctx, bytes, len);
	return strbuf_check(ctx, err);
}

static void pack_answer(struct strbuf *in, bool v2)
{
	if (v2) {
		pkt(in, "shallow-info\n");
		strbuf_adds(in, "0001");
		pkt(in, "packfile\n");
	} else {
		pkt(in, "ACK " OID_A "\n");
	}
	pkt(in, "\002counting\n");
	pkt(in, "\001PACK");
	pkt(in, "\001");
	pkt(in, "\001data");
	wire_flush(in);
}

static void test_pack_feed_gives_the_pack_alone(void **state)
{
	(void)state;
	for (int v2 = 0; v2 < 2; v2++) {
		AUTO(strbuf_releasep) struct strbuf in = { 0 };

		pack_answer(&in, v2);
		for (size_t step = 1; step <= in.len; step++) {
			AUTO(strbuf_releasep) struct strbuf out = { 0 };
			struct wire_pack w = { .sink = gather,
					       .ctx = &out,
					       .v2 = v2 };
			struct err err = { 0 };

			for (size_t i = 0; i < in.len; i += step)
				assert_int_equal(
					wire_pack_feed(&w, in.data + i,
						       in.len - i < step
							       ? in.len - i
							       : step,
						       &err),
					0);
			assert_true(w.begun && w.done);
			assert_string_equal(strbuf_str(&out), "PACKdata");
		}
	}
}

static void test_pack_feed_says_what_is_wrong(void **state)
{
	static const struct {
		const char *bytes;
		int code;
		const char *words;
	} bad[] = {
		{ "0012\003fatal: no\n0000", ERR_NET, "says: fatal: no" },
		{ "0024ERR upload-pack: not our ref ab\n", ERR_NET,
		  "not our ref" },
		{ "0009\001PACK0006NK", ERR_FORMAT, "not git's" },
		{ "00000000", ERR_FORMAT, "not git's" },
		{ "0001", ERR_FORMAT, "not git's" },
		{ "zzzz", ERR_FORMAT, "not git's" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		AUTO(strbuf_releasep) struct strbuf out = { 0 };
		struct wire_pack w = { .sink = gather, .ctx = &out };
		struct err err = { 0 };

		assert_int_equal(wire_pack_feed(&w, bad[i].bytes,
						strlen(bad[i].bytes), &err),
				 bad[i].code);
		if (!strstr(err.msg, bad[i].words))
			fail_msg("%zu: %s", i, err.msg);
	}
}

/* ---- what we say */

static void test_ask_refs_is_the_command_of_protocol_2(void **state)
{
	AUTO(strbuf_releasep) struct strbuf out = { 0 };

	(void)state;
	wire_ask_refs(&out, tags, 1);
	assert_string_equal(strbuf_str(&out),
			    "0014command=ls-refs\n"
			    "0011agent=cohort\n"
			    "0017object-format=sha1\n"
			    "0001"
			    "0009peel\n"
			    "0024ref-prefix refs/tags/artifact_0\n"
			    "0000");
}

static void test_ask_pack_says_all_in_one_go(void **state)
{
	AUTO(strbuf_releasep) struct strbuf out = { 0 };
	struct oid a, b;

	(void)state;
	assert_true(oid_parse(OID_A, &a) && oid_parse(OID_B, &b));
	wire_ask_pack(&out, WIRE_V2, &a, 1, &b, 1);
	assert_string_equal(strbuf_str(&out), "0012command=fetch\n"
					      "0011agent=cohort\n"
					      "0017object-format=sha1\n"
					      "0001"
					      "0010no-progress\n"
					      "000eofs-delta\n"
					      "000ethin-pack\n"
					      "0032want " OID_A "\n"
					      "0032have " OID_B "\n"
					      "0009done\n"
					      "0000");
	strbuf_reset(&out);
	wire_ask_pack(&out, WIRE_SIDE_BAND | WIRE_THIN_PACK, &a, 1, NULL, 0);
	assert_string_equal(strbuf_str(&out),
			    "004dwant " OID_A " side-band-64k agent=cohort\n"
			    "0000"
			    "0009done\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_feed_reads_protocol_0_in_any_pieces),
		cmocka_unit_test(test_feed_reads_an_empty_repository),
		cmocka_unit_test(test_feed_reads_the_list_of_protocol_2),
		cmocka_unit_test(test_feed_reads_the_answer_to_ls_refs),
		cmocka_unit_test(test_feed_refuses_more_refs_than_it_may_see),
		cmocka_unit_test(test_feed_says_what_is_wrong),
		cmocka_unit_test(test_feed_refuses_other_hashes),
		cmocka_unit_test(
			test_feed_refuses_names_that_git_would_not_allow),
		cmocka_unit_test(test_feed_survives_any_failed_allocation),
		cmocka_unit_test(test_name_is_safe_takes_what_git_takes),
		cmocka_unit_test(test_pack_feed_gives_the_pack_alone),
		cmocka_unit_test(test_pack_feed_says_what_is_wrong),
		cmocka_unit_test(test_ask_refs_is_the_command_of_protocol_2),
		cmocka_unit_test(test_ask_pack_says_all_in_one_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
