/* Archives as cargo makes them, and as it never would. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/finding.h"
#include "base/strbuf.h"
#include "crate/package/inspect.h"
#include "crate/package/names.h"
#include "crate/package/tar.h"
#include "fault.h"
#include "tarball.h"

#define ROOT_DIR "kov-0.1.0/"
#define MANIFEST "[package]\nname = \"kov\"\n"

/* Findings as lines "id: why". */
static void render(const struct findings *f, struct strbuf *out)
{
	for (size_t i = 0; i < f->count; i++)
		strbuf_addf(out, "%s: %s\n", f->items[i].id, f->items[i].why);
}

struct seen {
	struct findings findings;
	struct package_listing listing;
	struct strbuf text;
};

static void seen_release(struct seen *s)
{
	findings_release(&s->findings);
	package_listing_release(&s->listing);
	strbuf_release(&s->text);
	*s = (struct seen){ 0 };
}
AUTO_RELEASE(struct seen, seen_release)

/* The archive TAR in pieces of STEP bytes. */
static void inspect(const struct strbuf *tar, const struct package_spec *spec,
		    size_t step, struct seen *s)
{
	AUTO(package_inspect_freep) struct package_inspect *p = NULL;
	struct err err = { 0 };

	assert_int_equal(package_inspect_new(spec, &s->findings, &p, &err), 0);
	for (size_t at = 0; at < tar->len; at += step) {
		size_t len = tar->len - at < step ? tar->len - at : step;
		int rc = package_inspect_feed(p, tar->data + at, len, &err);

		assert_true(rc >= 0);
		if (rc > 0)
			break;
	}
	assert_int_equal(package_inspect_end(p, &s->listing, &err), 0);
	render(&s->findings, &s->text);
}

static const struct package_spec kov = { .root = "kov-0.1.0" };

/* What is said of TAR, however it is cut into pieces. */
static void says(const struct strbuf *tar, const char *want)
{
	static const size_t steps[] = { 1, 100, 512, 1000, SIZE_MAX / 2 };

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		AUTO(seen_releasep) struct seen s = { 0 };

		inspect(tar, &kov, steps[i], &s);
		assert_string_equal(strbuf_str(&s.text), want);
	}
}

/* After a change in the header at H. */
static void mend_checksum(char *h)
{
	unsigned sum = 0;

	memset(h + 148, ' ', 8);
	for (size_t i = 0; i < 512; i++)
		sum += (unsigned char)h[i];
	snprintf(h + 148, 8, "%06o", sum);
}

static void begin(struct strbuf *tar)
{
	strbuf_reset(tar);
	tar_file(tar, ROOT_DIR "Cargo.toml", MANIFEST);
}

static void test_inspect_lists_what_is_there(void **state)
{
	AUTO(strbuf_releasep) struct strbuf tar = { 0 };
	AUTO(seen_releasep) struct seen s = { 0 };
	const struct package_file *f;

	(void)state;
	tar_file(&tar, ROOT_DIR "src/lib.rs", "pub fn a() {}\n");
	tar_entry(&tar, ROOT_DIR "src/", '5', NULL, "", 0);
	tar_file(&tar, ROOT_DIR "Cargo.toml", MANIFEST);
	tar_file(&tar, ROOT_DIR "Cargo.toml.orig", "# mine\n");
	tar_file(&tar, ROOT_DIR "README", "");
	tar_end(&tar);
	inspect(&tar, &kov, 7, &s);
	assert_string_equal(strbuf_str(&s.text), "");
	assert_string_equal(s.listing.root, "kov-0.1.0");
	assert_int_equal(s.listing.count, 4);
	assert_string_equal(s.listing.files[0].path, "Cargo.toml");
	assert_int_equal(s.listing.unpacked_bytes, tar.len);
	f = package_listing_find(&s.listing, "src/lib.rs");
	assert_int_equal(f->size, 14);
	assert_int_equal(f->mode, 0644);
	assert_memory_equal(tar.data + f->offset, "pub fn a() {}\n", 14);
	assert_null(package_listing_find(&s.listing, "src"));
	assert_memory_equal(package_listing_manifest(&s.listing)->bytes,
			    MANIFEST, strlen(MANIFEST));
	assert_int_equal(
		package_listing_text(&s.listing, "Cargo.toml.orig")->len, 7);
	assert_int_equal(package_listing_readme(&s.listing)->len, 0);
}

static void test_inspect_takes_the_root_of_the_first_path(void **state)
{
	AUTO(strbuf_releasep) struct strbuf tar = { 0 };
	AUTO(seen_releasep) struct seen s = { 0 };
	static const struct package_spec any = { 0 };

	(void)state;
	begin(&tar);
	tar_file(&tar, "other-0.1.0/a", "");
	tar_end(&tar);
	inspect(&tar, &any, 512, &s);
	assert_string_equal(s.listing.root, "kov-0.1.0");
	assert_string_equal(strbuf_str(&s.text),
			    "wrong-root: 'other-0.1.0/a' is not in the "
			    "package's own folder\n");
}

static void test_inspect_refuses_paths_that_lead_away(void **state)
{
	static const struct {
		const char *path, *want;
	} bad[] = {
		{ "/etc/passwd",
		  "unsafe-path: '/etc/passwd' is an absolute path\n" },
		{ ROOT_DIR "../a", "unsafe-path: 'kov-0.1.0/../a' is no plain "
				   "path below the package\n" },
		{ ROOT_DIR "a\\b", "unsafe-path: 'kov-0.1.0/a\\b' is no plain "
				   "path below the package\n" },
		{ ROOT_DIR "a//b", "unsafe-path: 'kov-0.1.0/a//b' is no plain "
				   "path below the package\n" },
		{ ROOT_DIR "a\033[2J", "unsafe-path: 'kov-0.1.0/a?[2J' is no "
				       "plain path below the package\n" },
		{ ROOT_DIR "a\xff\xfe",
		  "unsafe-path: 'kov-0.1.0/a?\?' is no text\n" },
		{ "", "unsafe-path: '' is no plain path below the package\n" },
		{ "kov-0.1.1/a", "wrong-root: 'kov-0.1.1/a' is not in the "
				 "package's own folder\n" },
		{ "kov-0.1.0", "wrong-root: 'kov-0.1.0' is a file and should "
			       "be a folder\n" },
		{ "kov-0.1.0x", "wrong-root: 'kov-0.1.0x' is not in the "
				"package's own folder\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		AUTO(strbuf_releasep) struct strbuf tar = { 0 };

		begin(&tar);
		tar_file(&tar, bad[i].path, "x");
		tar_end(&tar);
		says(&tar, bad[i].want);
	}
}

static void test_inspect_refuses_what_is_no_file(void **state)
{
	static const struct {
		char type;
		const char *why;
	} bad[] = {
		{ '1', "hard link" },
		{ '2', "symbolic link" },
		{ '3', "device" },
		{ '4', "device" },
		{ '6', "pipe" },
		{ '7', "contiguous file" },
		{ 'g', "global pax header" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		AUTO(strbuf_releasep) struct strbuf tar = { 0 };
		char want[100];

		begin(&tar);
		tar_entry(&tar, ROOT_DIR "x", bad[i].type, "/etc/passwd", "",
			  0);
		tar_end(&tar);
		snprintf(want, sizeof(want),
			 "entry-type: 'kov-0.1.0/x' is a %s\n", bad[i].why);
		says(&tar, want);
	}
}

static void test_inspect_stops_where_no_reader_can_go_on(void **state)
{
	AUTO(strbuf_releasep) struct strbuf tar = { 0 };

	(void)state;
	begin(&tar);
	tar_entry(&tar, ROOT_DIR "x", 'S', NULL, "", 0);
	tar_file(&tar, "/etc/passwd", "");
	says(&tar, "entry-type: 'kov-0.1.0/x' is a sparse file\n");
	begin(&tar);
	tar_entry(&tar, ROOT_DIR "x", 'Z', NULL, "", 0);
	tar_end(&tar);
	says(&tar, "entry-type: 'kov-0.1.0/x' is of an unknown type\n");
}

/* A pax header with RECORDS before the next entry. */
static void pax(struct strbuf *tar, const char *records)
{
	tar_entry(tar, "pax", 'x', NULL, records, strlen(records));
}

static void test_inspect_reads_pax_and_long_names(void **state)
{
	AUTO(strbuf_releasep) struct strbuf tar = { 0 };
	AUTO(seen_releasep) struct seen s = { 0 };
	char name[300] = ROOT_DIR;

	(void)state;
	memset(name + strlen(name), 'n', 200);
	begin(&tar);
	pax(&tar, "20 path=kov-0.1.0/p\n9 size=3\n");
	tar_file(&tar, "short", "abc");
	tar_entry(&tar, "././@LongLink", 'L', NULL, name, strlen(name) + 1);
	tar_file(&tar, "short", "d");
	tar_entry(&tar, "././@LongLink", 'K', NULL, "link", 5);
	tar_file(&tar, ROOT_DIR "z", "e");
	tar_end(&tar);
	inspect(&tar, &kov, 99, &s);
	assert_string_equal(strbuf_str(&s.text), "");
	assert_int_equal(package_listing_find(&s.listing, "p")->size, 3);
	assert_int_equal(
		package_listing_find(&s.listing, name + strlen(ROOT_DIR))->size,
		1);
	assert_non_null(package_listing_find(&s.listing, "z"));
}

static void test_inspect_sees_through_pax(void **state)
{
	static const struct {
		const char *records, *want;
	} bad[] = {
		{ "9 size=9\n",
		  "pax-size: 'kov-0.1.0/x' has two sizes that differ\n" },
		{ "22 GNU.sparse.major=1\n",
		  "entry-type: 'kov-0.1.0/x' is a sparse file\n" },
		{ "13 path=/etc\n",
		  "unsafe-path: '/etc' is an absolute path\n" },
		{ "99 path=a\n", "damaged-archive: a broken pax record, " },
		{ "x", "damaged-archive: a broken pax record, " },
		{ "3 =\n", "damaged-archive: a broken pax record, " },
		{ "5 ab\n", "damaged-archive: a pax record without '=', " },
		{ "9 size=x\n",
		  "damaged-archive: a pax size that is no number, " },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		AUTO(strbuf_releasep) struct strbuf tar = { 0 };
		AUTO(seen_releasep) struct seen s = { 0 };

		begin(&tar);
		pax(&tar, bad[i].records);
		tar_file(&tar, ROOT_DIR "x", "x");
		tar_end(&tar);
		inspect(&tar, &kov, 1, &s);
		if (strncmp(strbuf_str(&s.text), bad[i].want,
			    strlen(bad[i].want)) != 0)
			fail_msg("%s: %s", bad[i].records, strbuf_str(&s.text));
	}
}

static void test_inspect_sees_a_path_that_ends_early(void **state)
{
	AUTO(strbuf_releasep) struct strbuf tar = { 0 };
	static const char record[] = "19 path=kov-0.1.0/\0\n";

	(void)state;
	begin(&tar);
	tar_entry(&tar, "pax", 'x', NULL, record, sizeof(record) - 1);
	/* the length counts 19 bytes and the record has 20: fix it */
	memcpy(tar.data + 1024 + 512, "20", 2);
	tar_file(&tar, ROOT_DIR "x", "x");
	tar_end(&tar);
	says(&tar, "unsafe-path: 'kov-0.1.0/?' is no text\n");
}

static void test_inspect_reads_the_prefix_of_posix(void **state)
{
	AUTO(strbuf_releasep) struct strbuf tar = { 0 };

	(void)state;
	begin(&tar);
	tar_file(&tar, "passwd", "x");
	snprintf(tar.data + 1024 + 345, 155, "../etc");
	mend_checksum(tar.data + 1024);
	tar_end(&tar);
	says(&tar, "unsafe-path: '../etc/passwd' is no plain path below the "
		   "package\n");
}

static void test_inspect_sees_what_is_there_twice(void **state)
{
	AUTO(strbuf_releasep) struct strbuf tar = { 0 };
	AUTO(seen_releasep) struct seen s = { 0 };

	(void)state;
	begin(&tar);
	tar_file(&tar, ROOT_DIR "a", "1");
	tar_file(&tar, ROOT_DIR "A", "2");
	tar_file(&tar, ROOT_DIR "Cargo.toml", "other");
	tar_end(&tar);
	says(&tar, "duplicate-path: 'Cargo.toml' stands there twice\n"
		   "case-collision: 'A' and 'a' differ only in case\n"
		   "ambiguous-manifest: 2 files are called Cargo.toml but for "
		   "upper and lower case\n");
	inspect(&tar, &kov, 512, &s);
	assert_int_equal(package_listing_manifest(&s.listing)->len,
			 strlen(MANIFEST));
}

static void test_inspect_wants_one_manifest(void **state)
{
	AUTO(strbuf_releasep) struct strbuf tar = { 0 };
	static const char none[] = "missing-manifest: there is no Cargo.toml "
				   "at the top of the package\n";

	(void)state;
	tar_file(&tar, ROOT_DIR "src/Cargo.toml", MANIFEST);
	tar_end(&tar);
	says(&tar, none);
	strbuf_reset(&tar);
	tar_file(&tar, ROOT_DIR "CARGO.TOML", MANIFEST);
	tar_end(&tar);
	says(&tar, none);
	strbuf_reset(&tar);
	tar_file(&tar, ROOT_DIR "cargo.toml", MANIFEST);
	tar_end(&tar);
	says(&tar, "");
	strbuf_reset(&tar);
	tar_end(&tar);
	says(&tar, none);
}

static void test_inspect_warns_of_names(void **state)
{
	AUTO(strbuf_releasep) struct strbuf tar = { 0 };

	(void)state;
	begin(&tar);
	tar_file(&tar, ROOT_DIR "src/aux.rs", "");
	tar_file(&tar, ROOT_DIR ".env", "KEY=1");
	tar_file(&tar, ROOT_DIR "target/debug/kov", "");
	tar_end(&tar);
	says(&tar, "windows-name: 'src/aux.rs' cannot exist on Windows\n"
		   "secret-file: '.env' usually holds a secret\n"
		   "build-output: 'target/debug/kov' is something that cargo "
		   "built\n");
}

static void test_inspect_warns_of_large_files(void **state)
{
	AUTO(strbuf_releasep) struct strbuf tar = { 0 };
	AUTO(seen_releasep) struct seen s = { 0 };
	static char zeros[PACKAGE_LARGE_FILE + 1];

	(void)state;
	begin(&tar);
	tar_entry(&tar, ROOT_DIR "a", '0', NULL, zeros, sizeof(zeros) - 1);
	tar_entry(&tar, ROOT_DIR "b", '0', NULL, zeros, sizeof(zeros));
	tar_entry(&tar, ROOT_DIR "README.md", '0', NULL, zeros, sizeof(zeros));
	tar_end(&tar);
	inspect(&tar, &kov, 4096, &s);
	assert_string_equal(strbuf_str(&s.text),
			    "large-file: 'b' has 4194305 bytes\n"
			    "large-file: 'README.md' has 4194305 bytes\n");
	assert_true(package_listing_readme(&s.listing)->cut);
	assert_int_equal(package_listing_readme(&s.listing)->len,
			 PACKAGE_TEXT_MAX);
}

static void test_inspect_stops_at_the_limits(void **state)
{
	AUTO(strbuf_releasep) struct strbuf tar = { 0 };
	struct package_spec spec = kov;

	(void)state;
	begin(&tar);
	tar_file(&tar, ROOT_DIR "a", "x");
	tar_file(&tar, ROOT_DIR "b", "x");
	tar_end(&tar);
	spec.max_entries = 2;
	for (int i = 0; i < 2; i++) {
		AUTO(seen_releasep) struct seen s = { 0 };

		inspect(&tar, &spec, 512, &s);
		assert_string_equal(
			strbuf_str(&s.text),
			i ? "unpacked-too-large: it unpacks to more than 2048 "
			    "bytes\n"
			  : "too-many-entries: the package has more files "
			    "than is sensible\n");
		spec = (struct package_spec){ .max_bytes = 2048 };
	}
}

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

/* ---- .cargo_vcs_info.json */

static void test_vcs_read_takes_the_commit(void **state)
{
	static char text[] = "{\"git\":{\"sha1\":"
			     "\"0123456789abcdef0123456789abcdef01234567\"},"
			     "\"path_in_vcs\":\"kov\"}";
	struct package_listing l = { .text_count = 1 };
	struct package_vcs vcs = { .dirty = true };
	struct err err = { 0 };

	(void)state;
	l.texts[0] = (struct package_text){ .path = ".cargo_vcs_info.json",
					    .bytes = text,
					    .len = strlen(text) };
	assert_int_equal(package_vcs_read(&l, &vcs, &err), 0);
	assert_string_equal(vcs.sha1,
			    "0123456789abcdef0123456789abcdef01234567");
	assert_string_equal(vcs.folder, "kov");
	assert_false(vcs.dirty);
}

static void test_vcs_read_says_what_is_wrong(void **state)
{
	static char text[] = "{\"git\":1}";
	struct package_listing l = { 0 };
	struct package_vcs vcs;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(package_vcs_read(&l, &vcs, &err), ERR_NOT_FOUND);
	assert_string_equal(err.msg,
			    "no '.cargo_vcs_info.json' in the package");
	err_clear(&err);
	l.text_count = 1;
	l.texts[0] = (struct package_text){ .path = ".cargo_vcs_info.json",
					    .bytes = text,
					    .len = strlen(text) };
	assert_int_equal(package_vcs_read(&l, &vcs, &err), ERR_FORMAT);
	assert_non_null(strstr(err.msg, "'git' must be a map"));
}

/* ---- names */

static void test_names_are_told_apart(void **state)
{
	static const char *const windows[] = { "aux",	 "src/AUX.rs",
					       "a/com1", "lpt9.tar.gz",
					       "a./b",	 "a/b " };
	static const char *const plain[] = { "auxiliary",
					     "com",
					     "com0",
					     "a.b/c",
					     ".env.example",
					     "environment",
					     "target/a.rs",
					     "src/target/debug/x",
					     ".gitignore",
					     "git~2",
					     "credentials.toml" };
	static const char *const secret[] = { ".env", "a/id_ed25519",
					      ".cargo/credentials.toml",
					      "x/.cargo/credentials" };
	static const char *const git[] = { ".git",
					   ".GIT/config",
					   "a/.git",
					   "a/GIT~1/x",
					   ".git . /x",
					   ".g\xe2\x80\x8cit/c",
					   ".git\xef\xbb\xbf" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(windows); i++)
		assert_true(path_breaks_windows(windows[i]));
	for (size_t i = 0; i < ARRAY_LEN(secret); i++)
		assert_true(path_is_secret(secret[i]));
	for (size_t i = 0; i < ARRAY_LEN(git); i++)
		assert_true(path_has_git(git[i]));
	for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
		assert_false(path_breaks_windows(plain[i]));
		assert_false(path_is_secret(plain[i]));
		assert_false(path_is_build_output(plain[i]));
		assert_false(path_has_git(plain[i]));
		assert_false(path_is_unpackable(plain[i]));
	}
	assert_true(path_is_build_output("target/CACHEDIR.TAG"));
	assert_true(path_is_unpackable("a:b"));
}

static void test_printable_cuts_between_characters(void **state)
{
	char out[6];

	(void)state;
	path_printable("abcd\xc3\xa9", 6, out, sizeof(out));
	assert_string_equal(out, "abcd");
	path_printable("ab\n\xc3\xa9x", 6, out, sizeof(out));
	assert_string_equal(out, "ab?\xc3\xa9");
	path_printable("a\xff", 2, out, sizeof(out));
	assert_string_equal(out, "a?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inspect_lists_what_is_there),
		cmocka_unit_test(test_inspect_takes_the_root_of_the_first_path),
		cmocka_unit_test(test_inspect_refuses_paths_that_lead_away),
		cmocka_unit_test(test_inspect_refuses_what_is_no_file),
		cmocka_unit_test(test_inspect_stops_where_no_reader_can_go_on),
		cmocka_unit_test(test_inspect_reads_pax_and_long_names),
		cmocka_unit_test(test_inspect_sees_through_pax),
		cmocka_unit_test(test_inspect_sees_a_path_that_ends_early),
		cmocka_unit_test(test_inspect_reads_the_prefix_of_posix),
		cmocka_unit_test(test_inspect_sees_what_is_there_twice),
		cmocka_unit_test(test_inspect_wants_one_manifest),
		cmocka_unit_test(test_inspect_warns_of_names),
		cmocka_unit_test(test_inspect_warns_of_large_files),
		cmocka_unit_test(test_inspect_stops_at_the_limits),
		cmocka_unit_test(test_feed_says_that_it_has_seen_enough),
		cmocka_unit_test(test_inspect_refuses_a_damaged_archive),
		cmocka_unit_test(test_inspect_wants_a_whole_archive),
		cmocka_unit_test(test_inspect_sees_what_follows_the_end),
		cmocka_unit_test(
			test_inspect_refuses_extra_headers_without_a_file),
		cmocka_unit_test(test_inspect_bounds_names_and_extra_headers),
		cmocka_unit_test(test_damaged_is_the_callers_word_for_gzip),
		cmocka_unit_test(test_inspect_survives_any_failed_allocation),
		cmocka_unit_test(test_vcs_read_takes_the_commit),
		cmocka_unit_test(test_vcs_read_says_what_is_wrong),
		cmocka_unit_test(test_names_are_told_apart),
		cmocka_unit_test(test_printable_cuts_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
