/* Archives as cargo makes them, and as it never would. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "package_seen.h"

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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
