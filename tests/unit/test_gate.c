/* The gates, but for building: that has test_gate_build.c. */
#include <sys/stat.h>

#include "base/str.h"
#include "gate_runs.h"

static void test_run_passes_a_good_crate(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };
	struct gate_subject s;

	(void)state;
	NEEDS(have_cargo);
	make_kov();
	s = subject("kov");
	s.expected_name = "kov-ada";
	s.expected_version = "0.1.0";
	r = run(&s);
	expect(&r, "tree", VERDICT_PASS, NULL);
	expect(&r, "pack", VERDICT_PASS, NULL);
	expect(&r, "metadata", VERDICT_PASS, NULL);
	expect(&r, "build", have_sandbox ? VERDICT_PASS : VERDICT_SKIPPED,
	       NULL);
	expect(&r, "semver", VERDICT_SKIPPED, NULL);
	assert_string_equal(gate(&r, "semver")->reason, "first release");
	assert_int_equal(r.verdict, VERDICT_PASS);
	assert_string_equal(r.crate, "kov-ada");
	assert_string_equal(r.version, "0.1.0");
	assert_int_equal(strlen(r.package_sha256), 64);
	assert_true(file_exists(r.package_path));
	assert_non_null(strstr(gate(&r, "pack")->tool, "cargo 1."));
}

static void test_pack_gives_the_same_bytes_twice(void **state)
{
	AUTO(gate_report_releasep) struct gate_report a = { 0 };
	AUTO(gate_report_releasep) struct gate_report b = { 0 };

	(void)state;
	NEEDS(have_cargo);
	make_kov();
	crates_make(&c, "other/place/kov", "kov-ada", "0.1.0");
	a = run_in("kov");
	b = run_in("other/place/kov");
	assert_string_equal(a.package_sha256, b.package_sha256);
}

/* The student's own configuration names a compiler that must never run. */
static void test_nothing_of_the_students_runs_while_packing(void **state)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(gate_report_releasep) struct gate_report r = { 0 };
	char *marker;
	char *script = NULL;
	struct gate_subject s;
	struct err err = { 0 };

	(void)state;
	NEEDS(have_cargo);
	marker = path_joined(c.dir, "was-run");
	make_kov();
	strbuf_addf(&text, "#!/bin/sh\ntouch %s\nexec rustc \"$@\"\n", marker);
	crates_put(&c, "kov/evil.sh", strbuf_str(&text));
	script = path_joined(c.dir, "kov/evil.sh");
	assert_int_equal(chmod(script, 0755), 0);
	strbuf_reset(&text);
	strbuf_addf(&text,
		    "[build]\nrustc = \"%s\"\nrustc-wrapper = \"%s\"\n"
		    "rustc-workspace-wrapper = \"%s\"\n",
		    script, script, script);
	crates_put(&c, "kov/.cargo/config.toml", strbuf_str(&text));
	strbuf_reset(&text);
	strbuf_addf(&text,
		    "fn main() { std::fs::write(\"%s\", \"x\").ok(); }\n",
		    marker);
	crates_put(&c, "kov/build.rs", strbuf_str(&text));
	s = subject("kov");
	assert_int_equal(gate_pack(&c.env, &s, &r, &err), 0);
	expect(&r, "pack", VERDICT_PASS, NULL);
	assert_false(file_exists(marker));
	gate_report_release(&r);
	r = run(&s); /* the build runs it, where it can do no harm */
	assert_false(file_exists(marker));
	free(marker);
	free(script);
}

static void test_nothing_is_written_into_the_students_folder(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };
	AUTO(file_names_releasep) struct file_names names = { 0 };
	char *dir;
	struct err err = { 0 };

	(void)state;
	NEEDS(have_cargo);
	dir = path_joined(c.dir, "kov");
	make_kov();
	r = run_in("kov");
	assert_int_equal(file_names_read(dir, &names, &err), 0);
	assert_int_equal(names.count, 3); /* Cargo.toml, README.md, src */
	free(dir);
}

static void test_tree_stops_a_link_to_a_secret(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };
	char *link;

	(void)state;
	NEEDS(have_cargo);
	link = path_joined(c.dir, "kov/src/notes.rs");
	make_kov();
	crates_put(&c, "secret", "password");
	assert_int_equal(symlink("../../secret", link), 0);
	free(link);
	r = run_in("kov");
	expect(&r, "tree", VERDICT_FAIL, "symlink-escapes");
	expect(&r, "pack", VERDICT_SKIPPED, NULL);
	assert_string_equal(gate(&r, "pack")->reason,
			    "the tree is not safe to pack");
	assert_string_equal(r.package_sha256, "");
}

static void test_tree_stops_a_readme_from_elsewhere(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };

	(void)state;
	NEEDS(have_cargo);
	make_kov();
	crates_put(&c, "contacts.yaml", "ada: secret\n");
	crates_put(&c, "kov/Cargo.toml",
		   PACKAGE "readme = \"../contacts.yaml\"\n");
	r = run_in("kov");
	expect(&r, "tree", VERDICT_FAIL, "file-out-of-tree");
	expect(&r, "pack", VERDICT_SKIPPED, NULL);
}

static void test_tree_stops_a_readme_of_a_workspace(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };
	char *root;
	char *dir;
	struct gate_subject s = { .label = "kov" };

	(void)state;
	NEEDS(have_cargo);
	root = path_joined(c.dir, "repo");
	dir = path_joined(c.dir, "repo/kov");
	crates_put(&c, "contacts.yaml", "ada: secret\n");
	crates_put(&c, "repo/Cargo.toml",
		   "[workspace]\nmembers = [\"kov\"]\n[workspace.package]\n"
		   "readme = \"../contacts.yaml\"\n");
	crates_put(&c, "repo/kov/src/lib.rs", "");
	crates_put(&c, "repo/kov/Cargo.toml",
		   PACKAGE "readme.workspace = true\n");
	s.source_dir = dir;
	s.root_dir = root;
	r = run(&s);
	expect(&r, "tree", VERDICT_FAIL, "file-out-of-tree");
	free(root);
	free(dir);
}

static void test_tree_names_a_submodule(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };

	(void)state;
	NEEDS(have_cargo);
	make_kov();
	crates_put(&c, "kov/.gitmodules",
		   "[submodule \"x\"]\n\tpath = vendor/x\n"
		   "\turl = https://example.org/x\n");
	r = run_in("kov");
	expect(&r, "tree", VERDICT_FAIL, "submodule");
	assert_string_equal(find(&r, "submodule")->subject, "vendor/x");
}

static void test_tree_does_not_wait_for_a_fifo(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };
	char *path;

	(void)state;
	NEEDS(have_cargo);
	path = path_joined(c.dir, "kov/src/pipe.rs");
	make_kov();
	assert_int_equal(mkfifo(path, 0644), 0);
	free(path);
	r = run_in("kov");
	expect(&r, "tree", VERDICT_FAIL, "special-file");
}

static void test_tree_names_a_moved_tag_and_goes_on(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };
	struct gate_subject s;

	(void)state;
	NEEDS(have_cargo);
	make_kov();
	s = subject("kov");
	s.tag = "artifact_01/v0.1.0";
	s.moved_tag = true;
	s.kept_commit = "0123456789012345678901234567890123456789";
	r = run(&s);
	expect(&r, "tree", VERDICT_FAIL, "moved-tag");
	expect(&r, "pack", VERDICT_PASS, NULL);
	assert_non_null(strstr(find(&r, "moved-tag")->why, "012345678901"));
}

static void test_pack_carries_cargos_own_words(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };

	(void)state;
	NEEDS(have_cargo);
	crates_put(&c, "kov/Cargo.toml",
		   "[package]\nname = \"kov-ada\"\nversion = \"one\"\n");
	r = run_in("kov");
	expect(&r, "pack", VERDICT_FAIL, "pack-fails");
	assert_int_equal(r.verdict, VERDICT_FAIL);
	expect(&r, "build", VERDICT_SKIPPED, NULL);
	assert_string_equal(gate(&r, "build")->reason,
			    "it could not be packed");
	assert_true(file_exists(gate(&r, "pack")->log));
}

static void test_pack_says_that_dependencies_are_not_fetched(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };

	(void)state;
	NEEDS(have_cargo);
	make_kov();
	crates_put(&c, "kov/Cargo.toml",
		   PACKAGE "[dependencies]\nitoa = \"1\"\n");
	r = run_in("kov");
	expect(&r, "pack", VERDICT_ERROR, NULL);
	assert_non_null(strstr(gate(&r, "pack")->reason, "are not fetched"));
	assert_int_equal(r.verdict, VERDICT_ERROR);
}

/* Whatever cargo says of it: that depends on what was fetched before. */
static void test_pack_names_a_path_where_nothing_is(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };
	const struct finding *f;

	(void)state;
	NEEDS(have_cargo);
	make_kov();
	crates_put(&c, "kov/Cargo.toml",
		   PACKAGE
		   "[dependencies]\nitoa = \"1\"\n"
		   "core = { path = \"../core\", version = \"0.1\" }\n");
	r = run_in("kov");
	expect(&r, "pack", VERDICT_FAIL, "pack-fails");
	f = find(&r, "pack-fails");
	assert_string_equal(f->why, "'core' is to be in '../core', which is "
				    "not among the files that are collected");
	assert_string_equal(f->file, "Cargo.toml");
	assert_int_equal(f->line, 7);
}

static void test_metadata_names_the_students_line(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };
	const struct finding *f;

	(void)state;
	NEEDS(have_cargo);
	make_kov();
	crates_put(&c, "kov/Cargo.toml",
		   PACKAGE "description = \"x\"\n"
			   "repository = \"https://example.org\"\n"
			   "categories = [\"asynchronus\"]\n");
	r = run_in("kov");
	expect(&r, "metadata", VERDICT_FAIL, "missing-license");
	f = find(&r, "unknown-category");
	assert_non_null(f);
	assert_int_equal(f->line, 7);
	assert_string_equal(f->file, "Cargo.toml");
}

static void test_run_is_cached_until_something_changes(void **state)
{
	AUTO(gate_report_releasep) struct gate_report a = { 0 };
	AUTO(gate_report_releasep) struct gate_report b = { 0 };
	AUTO(gate_report_releasep) struct gate_report d = { 0 };
	struct gate_subject s;

	(void)state;
	NEEDS(have_cargo && have_sandbox);
	make_kov();
	crates_put(&c, "kov/Cargo.toml", PACKAGE);
	s = subject("kov");
	s.identity = "first";
	a = run(&s);
	assert_false(a.cached);
	b = run(&s);
	assert_true(b.cached);
	assert_true(gate(&b, "build")->cached);
	assert_string_equal(a.package_sha256, b.package_sha256);
	assert_int_equal(a.findings.count, b.findings.count);
	assert_string_equal(find(&b, "missing-license")->why,
			    find(&a, "missing-license")->why);
	assert_int_equal(a.verdict, b.verdict);
	s.identity = "second";
	d = run(&s);
	assert_false(d.cached);
}

static void test_run_without_sandbox_is_said(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };

	(void)state;
	NEEDS(have_cargo);
	make_kov();
	c.env.no_sandbox = true;
	r = run_in("kov");
	expect(&r, "build", VERDICT_PASS, NULL);
	assert_non_null(strstr(gate(&r, "build")->tool, "no sandbox"));
}

/* The earlier version's package, to be free()d. */
static char *pack_earlier(void)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };
	struct gate_subject s;
	struct err err = { 0 };

	crates_make(&c, "earlier", "kov-ada", "1.0.0");
	s = subject("earlier");
	if (gate_pack(&c.env, &s, &r, &err) < 0)
		fail_msg("%s", err.msg);
	return strdup(r.package_path);
}

/* VERSION comes after it, and its code is LIB_RS. */
static struct gate_report run_later(const char *version, const char *lib_rs)
{
	AUTO(str_freep) char *baseline = pack_earlier();
	struct gate_subject s;

	crates_make(&c, "kov", "kov-ada", version);
	crates_put(&c, "kov/src/lib.rs", lib_rs);
	s = subject("kov");
	s.baseline = baseline;
	return run(&s);
}

static void test_semver_finds_a_break_in_a_patch(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };

	(void)state;
	NEEDS(have_cargo && have_sandbox);
	r = run_later("1.0.1",
		      "//! A crate.\n\n/// One.\npub fn one() -> u32 {\n"
		      "    1\n}\n");
	expect(&r, "semver", VERDICT_FAIL, "function_missing");
	assert_string_equal(find(&r, "function_missing")->subject,
			    "kov_ada::two");
}

static void test_semver_takes_a_break_in_a_major(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };

	(void)state;
	NEEDS(have_cargo && have_sandbox);
	r = run_later("2.0.0", "//! A crate.\n");
	expect(&r, "semver", VERDICT_PASS, NULL);
}

static void test_semver_is_skipped_with_a_reason(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };

	(void)state;
	NEEDS(have_cargo && have_sandbox);
	r = run_later("1.0.1", "pub fn one() -> u32 { two }\n");
	expect(&r, "semver", VERDICT_SKIPPED, NULL);
	assert_string_equal(gate(&r, "semver")->reason, "it does not build");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_run_passes_a_good_crate),
		CASE(test_pack_gives_the_same_bytes_twice),
		CASE(test_nothing_of_the_students_runs_while_packing),
		CASE(test_nothing_is_written_into_the_students_folder),
		CASE(test_tree_stops_a_link_to_a_secret),
		CASE(test_tree_stops_a_readme_from_elsewhere),
		CASE(test_tree_stops_a_readme_of_a_workspace),
		CASE(test_tree_names_a_submodule),
		CASE(test_tree_does_not_wait_for_a_fifo),
		CASE(test_tree_names_a_moved_tag_and_goes_on),
		CASE(test_pack_carries_cargos_own_words),
		CASE(test_pack_says_that_dependencies_are_not_fetched),
		CASE(test_pack_names_a_path_where_nothing_is),
		CASE(test_metadata_names_the_students_line),
		CASE(test_run_is_cached_until_something_changes),
		CASE(test_run_without_sandbox_is_said),
		CASE(test_semver_finds_a_break_in_a_patch),
		CASE(test_semver_takes_a_break_in_a_major),
		CASE(test_semver_is_skipped_with_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
