#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/path.h"
#include "fault.h"
#include "folder.h"
#include "io/archive.h"
#include "io/digest.h"
#include "io/file.h"
#include "tarball.h"

static char *in(const char *name)
{
	char *path = path_joined(dir, name);

	assert_non_null(path);
	return path;
}

static int collect(void *ctx, const void *bytes, size_t len, struct err *err)
{
	struct strbuf *out = ctx;

	strbuf_add(out, bytes, len);
	return strbuf_check(out, err);
}

static void test_gunzip_gives_back_what_was_packed(void **state)
{
	AUTO(strbuf_releasep) struct strbuf plain = { 0 };
	AUTO(strbuf_releasep) struct strbuf gz = { 0 };
	AUTO(strbuf_releasep) struct strbuf back = { 0 };
	struct err err = { 0 };

	(void)state;
	for (int i = 0; i < 100000; i++)
		strbuf_addf(&plain, "line %d\n", i);
	gzip(&gz, plain.data, plain.len);
	assert_int_equal(archive_gunzip(gz.data, gz.len, plain.len, collect,
					&back, &err),
			 0);
	assert_int_equal(back.len, plain.len);
	assert_memory_equal(back.data, plain.data, plain.len);
}

static void test_gunzip_stops_a_bomb(void **state)
{
	AUTO(strbuf_releasep) struct strbuf gz = { 0 };
	AUTO(strbuf_releasep) struct strbuf back = { 0 };
	char *zeros = calloc(1, 16 << 20);
	struct err err = { 0 };

	(void)state;
	gzip(&gz, zeros, 16 << 20);
	free(zeros);
	assert_true(gz.len < 20000);
	assert_int_equal(
		archive_gunzip(gz.data, gz.len, 1 << 20, collect, &back, &err),
		ERR_LIMIT);
	assert_string_equal(err.msg, "it unpacks to more than 1048576 bytes");
	assert_true(back.len <= (1 << 20) + (64 << 10));
}

static void expect_gunzip(const void *bytes, size_t len, const char *why)
{
	AUTO(strbuf_releasep) struct strbuf back = { 0 };
	struct err err = { 0 };

	assert_int_equal(
		archive_gunzip(bytes, len, 1 << 20, collect, &back, &err),
		ERR_FORMAT);
	assert_string_equal(err.msg, why);
}

static void test_gunzip_says_what_is_wrong(void **state)
{
	AUTO(strbuf_releasep) struct strbuf gz = { 0 };

	(void)state;
	gzip(&gz, "hello", 5);
	expect_gunzip("", 0, "the gzip stream is cut short");
	expect_gunzip("plain text, not packed at all", 29, "not a gzip stream");
	expect_gunzip(gz.data, gz.len - 1, "the gzip stream is cut short");
	gz.data[gz.len - 8] ^= 1;
	expect_gunzip(gz.data, gz.len,
		      "the gzip stream is damaged (incorrect data check)");
	gz.data[gz.len - 8] ^= 1;
	strbuf_addc(&gz, 'x');
	expect_gunzip(gz.data, gz.len,
		      "bytes after the end of the gzip stream");
	strbuf_truncate(&gz, gz.len - 1);
	gzip(&gz, "again", 5);
	expect_gunzip(gz.data, gz.len,
		      "bytes after the end of the gzip stream");
}

static int refuse(void *ctx, const void *bytes, size_t len, struct err *err)
{
	(void)ctx;
	(void)bytes;
	(void)len;
	return err_set(err, ERR_REFUSED, "enough");
}

static void test_gunzip_passes_on_what_the_sink_says(void **state)
{
	AUTO(strbuf_releasep) struct strbuf gz = { 0 };
	struct err err = { 0 };

	(void)state;
	gzip(&gz, "hello", 5);
	assert_int_equal(
		archive_gunzip(gz.data, gz.len, 100, refuse, NULL, &err),
		ERR_REFUSED);
	assert_string_equal(err.msg, "enough");
}

static int unpack(struct strbuf *tar, struct err *err)
{
	AUTO(strbuf_releasep) struct strbuf gz = { 0 };
	AUTO(strbuf_releasep) struct strbuf path = { 0 };

	path_join(&path, dir, "out");
	(void)mkdir(strbuf_str(&path), 0755);
	gzip(&gz, strbuf_str(tar), tar->len);
	return archive_unpack(gz.data, gz.len, 1 << 20, strbuf_str(&path), err);
}

static void test_unpack_writes_files_with_open_modes(void **state)
{
	AUTO(strbuf_releasep) struct strbuf tar = { 0 };
	AUTO(strbuf_releasep) struct strbuf got = { 0 };
	char *path = in("out/kov-ada-0.1.0/src/lib.rs");
	char *above = in("out/kov-ada-0.1.0/src");
	struct err err = { 0 };
	struct stat st;
	mode_t old = umask(077);

	(void)state;
	tar_file(&tar, "kov-ada-0.1.0/Cargo.toml", "[package]\n");
	tar_file(&tar, "kov-ada-0.1.0/src/lib.rs", "//! kov\n");
	tar_end(&tar);
	assert_int_equal(unpack(&tar, &err), 0);
	umask(old);
	assert_int_equal(file_read(path, 100, &got, &err), 0);
	assert_string_equal(strbuf_str(&got), "//! kov\n");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644);
	assert_int_equal(stat(above, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0755);
	free(path);
	free(above);
}

static void expect_unsafe(const char *name, char type, const char *link,
			  const char *why)
{
	AUTO(strbuf_releasep) struct strbuf tar = { 0 };
	struct err err = { 0 };

	tar_entry(&tar, name, type, link, "", 0);
	tar_end(&tar);
	assert_int_equal(unpack(&tar, &err), ERR_UNSAFE);
	assert_string_equal(err.msg, why);
}

static void test_unpack_refuses_what_is_no_file_of_the_crate(void **state)
{
	char *escaped = in("escaped");

	(void)state;
	expect_unsafe("../escaped", '0', NULL, "unsafe path '../escaped'");
	expect_unsafe("/tmp/escaped", '0', NULL, "unsafe path '/tmp/escaped'");
	expect_unsafe("a/../../escaped", '0', NULL,
		      "unsafe path 'a/../../escaped'");
	expect_unsafe("a/link", '2', "/etc/passwd",
		      "'a/link' is not a regular file");
	expect_unsafe("a/hard", '1', "a/other",
		      "'a/hard' is not a regular file");
	expect_unsafe("a/fifo", '6', NULL, "'a/fifo' is not a regular file");
	expect_unsafe("a/null", '3', NULL, "'a/null' is not a regular file");
	expect_unsafe("a/\x1b[31m", '0', NULL, "unsafe path 'a/?[31m'");
	assert_false(file_exists(escaped));
	free(escaped);
}

static void test_unpack_refuses_a_name_twice(void **state)
{
	AUTO(strbuf_releasep) struct strbuf tar = { 0 };
	struct err err = { 0 };

	(void)state;
	tar_file(&tar, "a/x", "1");
	tar_file(&tar, "a/x", "2");
	tar_end(&tar);
	assert_int_equal(unpack(&tar, &err), ERR_UNSAFE);
	assert_string_equal(err.msg, "'a/x' is in the archive twice");
}

static void test_unpack_refuses_a_file_where_a_folder_is(void **state)
{
	AUTO(strbuf_releasep) struct strbuf tar = { 0 };
	struct err err = { 0 };

	(void)state;
	tar_file(&tar, "a/x", "1");
	tar_file(&tar, "a/x/y", "2");
	tar_end(&tar);
	assert_true(unpack(&tar, &err) < 0);
}

static void test_unpack_limits_bytes_and_entries(void **state)
{
	AUTO(strbuf_releasep) struct strbuf tar = { 0 };
	struct err err = { 0 };
	char *bytes = calloc(1, 2 << 20);

	(void)state;
	tar_entry(&tar, "a/big", '0', NULL, bytes, 2 << 20);
	free(bytes);
	tar_end(&tar);
	assert_int_equal(unpack(&tar, &err), ERR_LIMIT);
	assert_string_equal(err.msg, "it unpacks to more than 1048576 bytes");
}

/* A pax record that makes a file of a hole of SIZE bytes and one byte. */
static void add_hole(struct strbuf *tar, const char *size)
{
	AUTO(strbuf_releasep) struct strbuf pax = { 0 };
	char map[513] = ""; /* one piece of one byte, behind the hole */

	snprintf(map, sizeof(map), "1\n%s\n1\n", size);
	strbuf_adds(&pax, "22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n");
	strbuf_addf(&pax, "%zu GNU.sparse.realsize=%s\n",
		    strlen(size) + strlen(" GNU.sparse.realsize=\n") + 2, size);
	tar_entry(tar, "pax", 'x', NULL, strbuf_str(&pax), pax.len);
	tar_entry(tar, "a/hole", '0', NULL, map, sizeof(map));
}

static void test_unpack_limits_what_holes_unpack_to(void **state)
{
	AUTO(strbuf_releasep) struct strbuf tar = { 0 };
	struct err err = { 0 };

	(void)state;
	add_hole(&tar, "4194303");
	tar_end(&tar);
	assert_int_equal(unpack(&tar, &err), ERR_LIMIT);
	assert_string_equal(err.msg, "it unpacks to more than 1048576 bytes");
}

static void test_unpack_says_that_a_tar_is_damaged(void **state)
{
	AUTO(strbuf_releasep) struct strbuf tar = { 0 };
	struct err err = { 0 };

	(void)state;
	tar_file(&tar, "a/x", "some content");
	strbuf_truncate(&tar, 520); /* cut in the middle of the file */
	assert_int_equal(unpack(&tar, &err), ERR_FORMAT);
	assert_non_null(strstr(err.msg, "the tar archive is damaged"));
}

static void test_unpack_survives_any_failed_allocation(void **state)
{
	AUTO(strbuf_releasep) struct strbuf tar = { 0 };
	AUTO(strbuf_releasep) struct strbuf gz = { 0 };
	char *out = in("out");
	long nth = 0, total;

	(void)state;
	tar_file(&tar, "kov-ada-0.1.0/Cargo.toml", "[package]\n");
	tar_file(&tar, "kov-ada-0.1.0/src/lib.rs", "//! kov\n");
	tar_end(&tar);
	gzip(&gz, tar.data, tar.len);
	do {
		struct err err = { 0 }, clean = { 0 };

		assert_int_equal(mkdir(out, 0755), 0);
		fault_alloc(++nth);
		if (archive_unpack(gz.data, gz.len, 1 << 20, out, &err) < 0)
			assert_int_equal(err.code, ERR_NOMEM);
		total = fault_count();
		fault_alloc(0);
		assert_int_equal(file_remove_tree(out, &clean), 0);
	} while (nth <= total);
	assert_true(nth > 2);
	free(out);
}

static void test_release_is_the_same_bytes_twice(void **state)
{
	char *a = in("a"), *b = in("b"), *one = in("1.zst"), *two = in("2.zst");
	struct archive_file files[] = { { "p/b", b }, { "p/a", a } };
	struct archive_file other[] = { { "p/a", a }, { "p/b", b } };
	char first[DIGEST_HEX_SIZE], second[DIGEST_HEX_SIZE];
	struct err err = { 0 };

	(void)state;
	put("a", "alpha");
	put("b", "beta");
	assert_int_equal(archive_write_release(one, files, 2, 1000, &err), 0);
	assert_int_equal(chmod(a, 0755), 0);
	assert_int_equal(archive_write_release(two, other, 2, 1000, &err), 0);
	assert_int_equal(digest_file(one, first, &err), 0);
	assert_int_equal(digest_file(two, second, &err), 0);
	assert_string_equal(first, second);
	assert_int_equal(archive_write_release(two, other, 2, 1001, &err), 0);
	assert_int_equal(digest_file(two, second, &err), 0);
	assert_string_not_equal(first, second);
	free(a);
	free(b);
	free(one);
	free(two);
}

static void test_release_leaves_nothing_when_it_fails(void **state)
{
	char *out = in("r.zst"), *partial = in("r.zst.partial");
	struct archive_file files[] = { { "x", "/none/such" } };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(archive_write_release(out, files, 1, 0, &err),
			 ERR_NOT_FOUND);
	assert_non_null(strstr(err.msg, "/none/such"));
	assert_false(file_exists(out));
	assert_false(file_exists(partial));
	free(out);
	free(partial);
}

static void test_release_names_what_cannot_be_written(void **state)
{
	char *a = in("a");
	struct archive_file files[] = { { "x", a } };
	struct err err = { 0 };

	(void)state;
	put("a", "x");
	assert_true(archive_write_release("/none/such/r.zst", files, 1, 0,
					  &err) < 0);
	assert_non_null(strstr(err.msg, "cannot write '/none/such/r.zst'"));
	free(a);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_gunzip_gives_back_what_was_packed),
		CASE(test_gunzip_stops_a_bomb),
		CASE(test_gunzip_says_what_is_wrong),
		CASE(test_gunzip_passes_on_what_the_sink_says),
		CASE(test_unpack_writes_files_with_open_modes),
		CASE(test_unpack_refuses_what_is_no_file_of_the_crate),
		CASE(test_unpack_refuses_a_name_twice),
		CASE(test_unpack_refuses_a_file_where_a_folder_is),
		CASE(test_unpack_limits_bytes_and_entries),
		CASE(test_unpack_limits_what_holes_unpack_to),
		CASE(test_unpack_says_that_a_tar_is_damaged),
		CASE(test_unpack_survives_any_failed_allocation),
		CASE(test_release_is_the_same_bytes_twice),
		CASE(test_release_leaves_nothing_when_it_fails),
		CASE(test_release_names_what_cannot_be_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
