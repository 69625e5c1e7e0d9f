/* Archives that are broken, cut short, or go on behind their end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "crate/package/tar.h"
#include "fault.h"
#include "package_seen.h"

static void test_feed_says_that_it_has_seen_enough(void **state)
{
	AUTO(package_inspect_freep) struct package_inspect *p = NULL;
	AUTO(strbuf_releasep) struct strbuf tar = { 0 };
	AUTO(seen_releasep) struct seen s = { 0 };
	struct package_spec spec = { .max_bytes = 1 << 20 };
	static const char zeros[4096];
	struct err err = { 0 };
	size_t fed = 512;
	int rc;

	(void)state;
	/* a file of 8 GiB that would never end */
	tar_entry(&tar, ROOT_DIR "bomb", '0', NULL, "", 0);
	memcpy(tar.data + 124, "77777777777", 11);
	mend_checksum(tar.data);
	assert_int_equal(package_inspect_new(&spec, &s.findings, &p, &err), 0);
	rc = package_inspect_feed(p, tar.data, 512, &err);
	while (rc == 0) {
		rc = package_inspect_feed(p, zeros, sizeof(zeros), &err);
		fed += sizeof(zeros);
	}
	assert_int_equal(rc, 1);
	assert_true(fed <= (1 << 20) + sizeof(zeros));
	assert_int_equal(package_inspect_feed(p, zeros, 1, &err), 1);
	assert_int_equal(package_inspect_end(p, &s.listing, &err), 0);
	render(&s.findings, &s.text);
	assert_string_equal(strbuf_str(&s.text),
			    "large-file: 'bomb' has 8589934591 bytes\n"
			    "unpacked-too-large: it unpacks to more than "
			    "1048576 bytes\n");
}

static void test_inspect_refuses_a_damaged_archive(void **state)
{
	static const struct {
		size_t at; /* of the byte that is changed in the header */
		const char *bytes;
		bool mend;
		const char *want;
	} bad[] = {
		{ 0, "X", false, "a header with a wrong checksum" },
		{ 148, "9", false, "a header with a wrong checksum" },
		{ 124, "9", true, "a size that is no number" },
		{ 124, "\xff\xff\xff\xff\xff", true,
		  "a size that is no number" },
		{ 100, "rwx", true, "a mode that is no number" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		AUTO(strbuf_releasep) struct strbuf tar = { 0 };
		char want[200];

		begin(&tar);
		tar_file(&tar, ROOT_DIR "a", "");
		memcpy(tar.data + 1024 + bad[i].at, bad[i].bytes,
		       strlen(bad[i].bytes));
		if (bad[i].mend)
			mend_checksum(tar.data + 1024);
		snprintf(want, sizeof(want),
			 "damaged-archive: %s, before byte 1536 of the "
			 "archive\n",
			 bad[i].want);
		says(&tar, want);
	}
}

static void test_inspect_wants_a_whole_archive(void **state)
{
	AUTO(strbuf_releasep) struct strbuf tar = { 0 };

	(void)state;
	begin(&tar);
	says(&tar, "damaged-archive: no end mark, before byte 1024 of the "
		   "archive\n");
	tar_end(&tar);
	strbuf_truncate(&tar, 1536);
	says(&tar, "damaged-archive: half an end mark, before byte 1536 of "
		   "the archive\n");
	strbuf_truncate(&tar, 1000);
	says(&tar, "damaged-archive: it ends in the middle of a file, before "
		   "byte 1000 of the archive\n");
	strbuf_truncate(&tar, 300);
	says(&tar, "damaged-archive: it ends in the middle of a file, before "
		   "byte 300 of the archive\n");
	strbuf_reset(&tar);
	says(&tar, "damaged-archive: no end mark, before byte 0 of the "
		   "archive\n");
}

static void test_inspect_sees_what_follows_the_end(void **state)
{
	AUTO(strbuf_releasep) struct strbuf tar = { 0 };
	static const char zeros[10240];

	(void)state;
	begin(&tar);
	tar_end(&tar);
	strbuf_add(&tar, zeros, sizeof(zeros));
	says(&tar, "");
	strbuf_adds(&tar, "junk");
	says(&tar, "trailing-bytes: 4 bytes follow the end of the archive\n");
	begin(&tar);
	strbuf_add(&tar, zeros, 512);
	tar_file(&tar, ROOT_DIR "a", "");
	tar_end(&tar);
	says(&tar, "damaged-archive: one block of zeros instead of two, "
		   "before byte 2048 of the archive\n");
}

static void test_inspect_refuses_extra_headers_without_a_file(void **state)
{
	AUTO(strbuf_releasep) struct strbuf tar = { 0 };

	(void)state;
	begin(&tar);
	tar_entry(&tar, "././@LongLink", 'L', NULL, "a", 2);
	tar_end(&tar);
	says(&tar, "damaged-archive: an extra header without a file, before "
		   "byte 2560 of the archive\n");
	begin(&tar);
	tar_entry(&tar, "././@LongLink", 'L', NULL, "a", 2);
	tar_entry(&tar, "././@LongLink", 'L', NULL, "b", 2);
	tar_end(&tar);
	says(&tar, "damaged-archive: two extra headers for one file, before "
		   "byte 2560 of the archive\n");
}

static void test_inspect_bounds_names_and_extra_headers(void **state)
{
	AUTO(strbuf_releasep) struct strbuf tar = { 0 };
	static char name[TAR_EXTRA_MAX + 1];

	(void)state;
	memset(name, 'a', sizeof(name));
	begin(&tar);
	tar_entry(&tar, "././@LongLink", 'L', NULL, name, TAR_NAME_MAX + 1);
	tar_file(&tar, "a", "");
	tar_end(&tar);
	says(&tar, "unpacked-too-large: a path of more than 4096 bytes\n");
	begin(&tar);
	tar_entry(&tar, "././@LongLink", 'L', NULL, name, sizeof(name));
	tar_end(&tar);
	says(&tar, "unpacked-too-large: an extra header of more than 65536 "
		   "bytes\n");
}

static void test_damaged_is_the_callers_word_for_gzip(void **state)
{
	AUTO(package_inspect_freep) struct package_inspect *p = NULL;
	AUTO(seen_releasep) struct seen s = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(package_inspect_new(&kov, &s.findings, &p, &err), 0);
	assert_int_equal(package_inspect_damaged(p, "it is no gzip", &err), 0);
	assert_int_equal(package_inspect_damaged(p, "again", &err), 0);
	assert_int_equal(package_inspect_end(p, &s.listing, &err), 0);
	render(&s.findings, &s.text);
	assert_string_equal(strbuf_str(&s.text),
			    "damaged-archive: it is no gzip\n");
}

static void test_inspect_survives_any_failed_allocation(void **state)
{
	AUTO(strbuf_releasep) struct strbuf tar = { 0 };
	long nth = 0, total;

	(void)state;
	begin(&tar);
	pax(&tar, "20 path=kov-0.1.0/p\n");
	tar_file(&tar, "a", "x");
	tar_file(&tar, ROOT_DIR "P", "x");
	tar_file(&tar, ROOT_DIR "aux", "x");
	tar_end(&tar);
	do {
		AUTO(package_inspect_freep) struct package_inspect *p = NULL;
		AUTO(seen_releasep) struct seen s = { 0 };
		struct err err = { 0 };
		int rc;

		fault_alloc(++nth);
		rc = package_inspect_new(&kov, &s.findings, &p, &err);
		if (rc == 0)
			rc = package_inspect_feed(p, tar.data, tar.len, &err);
		if (rc == 0)
			rc = package_inspect_end(p, &s.listing, &err);
		total = fault_count();
		fault_alloc(0);
		assert_int_equal(rc, nth <= total ? ERR_NOMEM : 0);
	} while (nth <= total);
	assert_true(nth > 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_feed_says_that_it_has_seen_enough),
		cmocka_unit_test(test_inspect_refuses_a_damaged_archive),
		cmocka_unit_test(test_inspect_wants_a_whole_archive),
		cmocka_unit_test(test_inspect_sees_what_follows_the_end),
		cmocka_unit_test(
			test_inspect_refuses_extra_headers_without_a_file),
		cmocka_unit_test(test_inspect_bounds_names_and_extra_headers),
		cmocka_unit_test(test_damaged_is_the_callers_word_for_gzip),
		cmocka_unit_test(test_inspect_survives_any_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
