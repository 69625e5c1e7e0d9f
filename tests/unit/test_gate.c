#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <time.h>

#include "crates.h"
#include "io/digest.h"
#include "io/sandbox.h"

static struct crates c;
static bool have_cargo;
static bool have_sandbox;

static int enter(void **state)
{
	struct err err = { 0 };

	(void)state;
	have_cargo = crates_begin(&c);
	have_sandbox = sandbox_check(&err) == 0;
	/* where everything is installed, nothing is left out in silence */
	return getenv("CI") && !have_cargo ? -1 : 0;
}

static int leave(void **state)
{
	(void)state;
	crates_end(&c);
	return 0;
}

static struct gate_subject subject(const char *folder)
{
	static char *dir;
	struct gate_subject s = { .label = folder, .week = 1 };

	free(dir);
	dir = path_joined(c.dir, folder);
	s.source_dir = s.root_dir = dir;
	return s;
}

static struct gate_report run(const struct gate_subject *s)
{
	struct gate_report r = { 0 };
	struct err err = { 0 };

	if (gate_run(&c.env, s, &r, &err) < 0)
		fail_msg("%s", err.msg);
	return r;
}

static const struct gate_outcome *gate(const struct gate_report *r,
				       const char *name)
{
	for (size_t i = 0; i < r->gate_count; i++)
		if (strcmp(r->gates[i].gate, name) == 0)
			return &r->gates[i];
	fail_msg("there is no gate %s", name);
	return NULL;
}

static const struct finding *find(const struct gate_report *r, const char *id)
{
	for (size_t i = 0; i < r->findings.count; i++)
		if (strcmp(r->findings.items[i].id, id) == 0)
			return &r->findings.items[i];
	return NULL;
}

static void print_all(const struct gate_report *r)
{
	for (size_t i = 0; i < r->gate_count; i++)
		print_message("%s: %s %s\n", r->gates[i].gate,
			      verdict_name(r->gates[i].verdict),
			      r->gates[i].reason);
	for (size_t i = 0; i < r->findings.count; i++)
		print_message("  %s %s: %s\n", r->findings.items[i].id,
			      r->findings.items[i].subject,
			      r->findings.items[i].why);
}

static void expect(const struct gate_report *r, const char *name,
		   enum verdict verdict, const char *id)
{
	if (gate(r, name)->verdict != verdict || (id && !find(r, id))) {
		print_all(r);
		fail_msg("%s should be %s with %s", name, verdict_name(verdict),
			 id ? id : "nothing");
	}
}

#define NEEDS(what)     \
	if (!(what)) {  \
		skip(); \
	}

static void test_run_passes_a_good_crate(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };
	struct gate_subject s;

	(void)state;
	NEEDS(have_cargo);
	crates_make(&c, "kov", "kov-ada", "0.1.0");
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
	struct gate_subject s;

	(void)state;
	NEEDS(have_cargo);
	crates_make(&c, "kov", "kov-ada", "0.1.0");
	crates_make(&c, "other/place/kov", "kov-ada", "0.1.0");
	s = subject("kov");
	a = run(&s);
	s = subject("other/place/kov");
	b = run(&s);
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
	crates_make(&c, "kov", "kov-ada", "0.1.0");
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
	struct gate_subject s;
	struct err err = { 0 };

	(void)state;
	NEEDS(have_cargo);
	dir = path_joined(c.dir, "kov");
	crates_make(&c, "kov", "kov-ada", "0.1.0");
	s = subject("kov");
	r = run(&s);
	assert_int_equal(file_names_read(dir, &names, &err), 0);
	assert_int_equal(names.count, 3); /* Cargo.toml, README.md, src */
	free(dir);
}

static void test_tree_stops_a_link_to_a_secret(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };
	char *link;
	struct gate_subject s;

	(void)state;
	NEEDS(have_cargo);
	link = path_joined(c.dir, "kov/src/notes.rs");
	crates_make(&c, "kov", "kov-ada", "0.1.0");
	crates_put(&c, "secret", "password");
	assert_int_equal(symlink("../../secret", link), 0);
	free(link);
	s = subject("kov");
	r = run(&s);
	expect(&r, "tree", VERDICT_FAIL, "symlink-escapes");
	expect(&r, "pack", VERDICT_SKIPPED, NULL);
	assert_string_equal(gate(&r, "pack")->reason,
			    "the tree is not safe to pack");
	assert_string_equal(r.package_sha256, "");
}

static void test_tree_stops_a_readme_from_elsewhere(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };
	struct gate_subject s;

	(void)state;
	NEEDS(have_cargo);
	crates_make(&c, "kov", "kov-ada", "0.1.0");
	crates_put(&c, "contacts.yaml", "ada: secret\n");
	crates_put(&c, "kov/Cargo.toml",
		   "[package]\nname = \"kov-ada\"\nversion = \"0.1.0\"\n"
		   "edition = \"2021\"\nreadme = \"../contacts.yaml\"\n");
	s = subject("kov");
	r = run(&s);
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
		   "[package]\nname = \"kov-ada\"\nversion = \"0.1.0\"\n"
		   "edition = \"2021\"\nreadme.workspace = true\n");
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
	struct gate_subject s;

	(void)state;
	NEEDS(have_cargo);
	crates_make(&c, "kov", "kov-ada", "0.1.0");
	crates_put(&c, "kov/.gitmodules",
		   "[submodule \"x\"]\n\tpath = vendor/x\n"
		   "\turl = https://example.org/x\n");
	s = subject("kov");
	r = run(&s);
	expect(&r, "tree", VERDICT_FAIL, "submodule");
	assert_string_equal(find(&r, "submodule")->subject, "vendor/x");
}

static void test_tree_does_not_wait_for_a_fifo(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };
	char *path;
	struct gate_subject s;

	(void)state;
	NEEDS(have_cargo);
	path = path_joined(c.dir, "kov/src/pipe.rs");
	crates_make(&c, "kov", "kov-ada", "0.1.0");
	assert_int_equal(mkfifo(path, 0644), 0);
	free(path);
	s = subject("kov");
	r = run(&s);
	expect(&r, "tree", VERDICT_FAIL, "special-file");
}

static void test_tree_names_a_moved_tag_and_goes_on(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };
	struct gate_subject s;

	(void)state;
	NEEDS(have_cargo);
	crates_make(&c, "kov", "kov-ada", "0.1.0");
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
	struct gate_subject s;

	(void)state;
	NEEDS(have_cargo);
	crates_put(&c, "kov/Cargo.toml",
		   "[package]\nname = \"kov-ada\"\nversion = \"one\"\n");
	s = subject("kov");
	r = run(&s);
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
	struct gate_subject s;

	(void)state;
	NEEDS(have_cargo);
	crates_make(&c, "kov", "kov-ada", "0.1.0");
	crates_put(&c, "kov/Cargo.toml",
		   "[package]\nname = \"kov-ada\"\nversion = \"0.1.0\"\n"
		   "edition = \"2021\"\n[dependencies]\nitoa = \"1\"\n");
	s = subject("kov");
	r = run(&s);
	expect(&r, "pack", VERDICT_ERROR, NULL);
	assert_non_null(strstr(gate(&r, "pack")->reason, "are not fetched"));
	assert_int_equal(r.verdict, VERDICT_ERROR);
}

/* Whatever cargo says of it: that depends on what was fetched before. */
static void test_pack_names_a_path_where_nothing_is(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };
	const struct finding *f;
	struct gate_subject s;

	(void)state;
	NEEDS(have_cargo);
	crates_make(&c, "kov", "kov-ada", "0.1.0");
	crates_put(&c, "kov/Cargo.toml",
		   "[package]\nname = \"kov-ada\"\nversion = \"0.1.0\"\n"
		   "edition = \"2021\"\n[dependencies]\nitoa = \"1\"\n"
		   "core = { path = \"../core\", version = \"0.1\" }\n");
	s = subject("kov");
	r = run(&s);
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
	struct gate_subject s;

	(void)state;
	NEEDS(have_cargo);
	crates_make(&c, "kov", "kov-ada", "0.1.0");
	crates_put(&c, "kov/Cargo.toml",
		   "[package]\nname = \"kov-ada\"\nversion = \"0.1.0\"\n"
		   "edition = \"2021\"\ndescription = \"x\"\n"
		   "repository = \"https://example.org\"\n"
		   "categories = [\"asynchronus\"]\n");
	s = subject("kov");
	r = run(&s);
	expect(&r, "metadata", VERDICT_FAIL, "missing-license");
	f = find(&r, "unknown-category");
	assert_non_null(f);
	assert_int_equal(f->line, 7);
	assert_string_equal(f->file, "Cargo.toml");
}

static void test_build_explains_itself(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };
	const struct finding *f;
	struct gate_subject s;

	(void)state;
	NEEDS(have_cargo && have_sandbox);
	crates_make(&c, "kov", "kov-ada", "0.1.0");
	crates_put(&c, "kov/src/lib.rs",
		   "pub fn one() -> u32 {\n    \"two\"\n}\n");
	s = subject("kov");
	r = run(&s);
	expect(&r, "build", VERDICT_FAIL, "build-fails");
	f = find(&r, "build-fails");
	assert_string_equal(f->why, "mismatched types");
	assert_string_equal(f->file, "src/lib.rs");
	assert_int_equal(f->line, 2);
	assert_true(file_exists(gate(&r, "build")->log));
}

/* It is in the folder and not in the package. */
static void test_build_sees_only_what_is_packed(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };
	struct gate_subject s;

	(void)state;
	NEEDS(have_cargo && have_sandbox);
	crates_make(&c, "kov", "kov-ada", "0.1.0");
	crates_put(&c, "kov/Cargo.toml",
		   "[package]\nname = \"kov-ada\"\nversion = \"0.1.0\"\n"
		   "edition = \"2021\"\nexclude = [\"src/table.rs\"]\n");
	crates_put(&c, "kov/src/lib.rs", "mod table;\n");
	crates_put(&c, "kov/src/table.rs", "");
	s = subject("kov");
	r = run(&s);
	expect(&r, "build", VERDICT_FAIL, "build-fails");
	assert_non_null(strstr(find(&r, "build-fails")->why, "table"));
}

static struct gate_report build(const char *build_rs)
{
	struct gate_subject s;

	crates_make(&c, "kov", "kov-ada", "0.1.0");
	crates_put(&c, "kov/build.rs", build_rs);
	s = subject("kov");
	return run(&s);
}

static void test_build_script_cannot_read_contacts(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };
	AUTO(strbuf_releasep) struct strbuf script = { 0 };
	const char *hidden[1];
	char *contacts;

	(void)state;
	NEEDS(have_cargo && have_sandbox);
	hidden[0] = contacts = path_joined(c.dir, "config/contacts.yaml");
	crates_put(&c, "config/contacts.yaml", "ada: ada@example.org\n");
	c.env.hidden = hidden;
	c.env.hidden_count = 1;
	strbuf_addf(&script,
		    "fn main() {\n"
		    "    let t = std::fs::read_to_string(\"%s\")"
		    ".unwrap_or_default();\n"
		    "    assert!(!t.contains(\"ada\"), \"read it\");\n"
		    "}\n",
		    contacts);
	r = build(strbuf_str(&script));
	expect(&r, "build", VERDICT_FAIL, "build-reads-secrets");
	assert_null(find(&r, "build-fails"));
	assert_string_equal(find(&r, "build-reads-secrets")->subject,
			    "contacts.yaml");
	free(contacts);
}

static void test_build_script_cannot_phone_home(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };

	(void)state;
	NEEDS(have_cargo && have_sandbox);
	r = build("use std::net::{TcpStream, SocketAddr};\n"
		  "fn main() {\n"
		  "    let a: SocketAddr = \"192.0.2.1:80\".parse().unwrap();\n"
		  "    let t = std::time::Duration::from_secs(2);\n"
		  "    if TcpStream::connect_timeout(&a, t).is_ok() {\n"
		  "        panic!(\"connected\");\n"
		  "    }\n"
		  "}\n");
	expect(&r, "build", VERDICT_FAIL, "build-uses-network");
	assert_null(find(&r, "build-fails"));
}

static void test_build_script_cannot_look_up_names(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };

	(void)state;
	NEEDS(have_cargo && have_sandbox);
	r = build("use std::net::ToSocketAddrs;\n"
		  "fn main() {\n"
		  "    let _ = \"example.org:80\".to_socket_addrs();\n"
		  "}\n");
	expect(&r, "build", VERDICT_FAIL, "build-uses-network");
}

static void test_build_script_cannot_knock_on_this_machine(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };

	(void)state;
	NEEDS(have_cargo && have_sandbox);
	r = build("fn main() {\n"
		  "    let _ = std::net::TcpStream::connect("
		  "\"127.0.0.1:80\");\n"
		  "}\n");
	expect(&r, "build", VERDICT_FAIL, "build-uses-network");
}

static void test_build_script_cannot_use_the_newer_protocol(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };

	(void)state;
	NEEDS(have_cargo && have_sandbox);
	r = build("fn main() {\n"
		  "    let _ = std::net::TcpStream::connect("
		  "\"[2001:db8::1]:80\");\n"
		  "}\n");
	if (!file_exists("/proc/net/snmp6"))
		skip();
	expect(&r, "build", VERDICT_FAIL, "build-uses-network");
}

static void test_build_script_words_are_told(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };
	const char *why;

	(void)state;
	NEEDS(have_cargo && have_sandbox);
	r = build("fn main() {\n"
		  "    eprintln!(\"cannot find libkov on this machine\");\n"
		  "    std::process::exit(1);\n}\n");
	expect(&r, "build", VERDICT_FAIL, "build-fails");
	why = find(&r, "build-fails")->why;
	assert_non_null(strstr(why, "custom build command"));
	assert_non_null(strstr(why, "cannot find libkov on this machine"));
}

static void test_build_script_that_sleeps_is_ended(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };
	time_t began = time(NULL);

	(void)state;
	NEEDS(have_cargo && have_sandbox);
	c.env.build_timeout_s = 3;
	r = build("fn main() { std::thread::sleep("
		  "std::time::Duration::from_secs(600)); }\n");
	expect(&r, "build", VERDICT_FAIL, "build-exceeds-limits");
	assert_non_null(strstr(find(&r, "build-exceeds-limits")->why,
			       "had not ended after 3 s"));
	assert_true(time(NULL) - began < 30);
}

static void test_build_script_that_forks_is_contained(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };

	(void)state;
	NEEDS(have_cargo && have_sandbox);
	c.env.build_timeout_s = 120;
	r = build("use std::process::{Command, Stdio};\n"
		  "fn main() {\n"
		  "    for _ in 0..2000 {\n"
		  "        Command::new(\"sleep\").arg(\"60\")"
		  ".stdout(Stdio::null()).stderr(Stdio::null())"
		  ".spawn().expect(\"no more processes\");\n"
		  "    }\n"
		  "}\n");
	expect(&r, "build", VERDICT_FAIL, "build-fails");
	assert_non_null(
		strstr(find(&r, "build-fails")->why, "no more processes"));
}

static void test_build_script_that_fills_the_disk_is_contained(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };

	(void)state;
	NEEDS(have_cargo && have_sandbox);
	r = build("use std::io::Write;\n"
		  "fn main() {\n"
		  "    let dir = std::env::var(\"OUT_DIR\").unwrap();\n"
		  "    for i in 0.. {\n"
		  "        let mut f = std::fs::File::create("
		  "format!(\"{dir}/{i}\")).expect(\"disk full\");\n"
		  "        f.write_all(&vec![0u8; 64 << 20])"
		  ".expect(\"disk full\");\n"
		  "    }\n"
		  "}\n");
	expect(&r, "build", VERDICT_FAIL, "build-fails");
	assert_non_null(strstr(find(&r, "build-fails")->why, "disk full"));
}

static void test_build_script_that_prints_a_lot_is_cut(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };
	struct stat st;

	(void)state;
	NEEDS(have_cargo && have_sandbox);
	r = build("use std::io::Write;\n"
		  "fn main() {\n"
		  "    let line = vec![b'x'; 1 << 20];\n"
		  "    let mut e = std::io::stderr();\n"
		  "    for _ in 0..100 { e.write_all(&line).unwrap(); }\n"
		  "    std::process::exit(1);\n"
		  "}\n");
	expect(&r, "build", VERDICT_FAIL, "build-fails");
	assert_int_equal(stat(gate(&r, "build")->log, &st), 0);
	assert_true(st.st_size <= 1 << 20);
	assert_true(strlen(find(&r, "build-fails")->why) < 400);
}

static void test_run_is_cached_until_something_changes(void **state)
{
	AUTO(gate_report_releasep) struct gate_report a = { 0 };
	AUTO(gate_report_releasep) struct gate_report b = { 0 };
	AUTO(gate_report_releasep) struct gate_report d = { 0 };
	struct gate_subject s;

	(void)state;
	NEEDS(have_cargo && have_sandbox);
	crates_make(&c, "kov", "kov-ada", "0.1.0");
	crates_put(&c, "kov/Cargo.toml",
		   "[package]\nname = \"kov-ada\"\nversion = \"0.1.0\"\n"
		   "edition = \"2021\"\n");
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
	struct gate_subject s;

	(void)state;
	NEEDS(have_cargo);
	crates_make(&c, "kov", "kov-ada", "0.1.0");
	c.env.no_sandbox = true;
	s = subject("kov");
	r = run(&s);
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

static void test_semver_finds_a_break_in_a_patch(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };
	struct gate_subject s;
	char *baseline;

	(void)state;
	NEEDS(have_cargo && have_sandbox);
	baseline = pack_earlier();
	crates_make(&c, "kov", "kov-ada", "1.0.1");
	crates_put(&c, "kov/src/lib.rs",
		   "//! A crate.\n\n/// One.\npub fn one() -> u32 {\n"
		   "    1\n}\n");
	s = subject("kov");
	s.baseline = baseline;
	r = run(&s);
	expect(&r, "semver", VERDICT_FAIL, "function_missing");
	assert_string_equal(find(&r, "function_missing")->subject,
			    "kov_ada::two");
	free(baseline);
}

static void test_semver_takes_a_break_in_a_major(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };
	struct gate_subject s;
	char *baseline;

	(void)state;
	NEEDS(have_cargo && have_sandbox);
	baseline = pack_earlier();
	crates_make(&c, "kov", "kov-ada", "2.0.0");
	crates_put(&c, "kov/src/lib.rs", "//! A crate.\n");
	s = subject("kov");
	s.baseline = baseline;
	r = run(&s);
	expect(&r, "semver", VERDICT_PASS, NULL);
	free(baseline);
}

static void test_semver_is_skipped_with_a_reason(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };
	struct gate_subject s;
	char *baseline;

	(void)state;
	NEEDS(have_cargo && have_sandbox);
	baseline = pack_earlier();
	crates_make(&c, "kov", "kov-ada", "1.0.1");
	crates_put(&c, "kov/src/lib.rs", "pub fn one() -> u32 { two }\n");
	s = subject("kov");
	s.baseline = baseline;
	r = run(&s);
	expect(&r, "semver", VERDICT_SKIPPED, NULL);
	assert_string_equal(gate(&r, "semver")->reason, "it does not build");
	free(baseline);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, enter, leave)

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
		CASE(test_build_explains_itself),
		CASE(test_build_sees_only_what_is_packed),
		CASE(test_build_script_cannot_read_contacts),
		CASE(test_build_script_cannot_phone_home),
		CASE(test_build_script_cannot_look_up_names),
		CASE(test_build_script_cannot_knock_on_this_machine),
		CASE(test_build_script_cannot_use_the_newer_protocol),
		CASE(test_build_script_words_are_told),
		CASE(test_build_script_that_sleeps_is_ended),
		CASE(test_build_script_that_forks_is_contained),
		CASE(test_build_script_that_fills_the_disk_is_contained),
		CASE(test_build_script_that_prints_a_lot_is_cut),
		CASE(test_run_is_cached_until_something_changes),
		CASE(test_run_without_sandbox_is_said),
		CASE(test_semver_finds_a_break_in_a_patch),
		CASE(test_semver_takes_a_break_in_a_major),
		CASE(test_semver_is_skipped_with_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
