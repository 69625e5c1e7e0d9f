/* The build gate: what it finds, and what build scripts may and may not do. */
#include <sys/stat.h>
#include <time.h>

#include "gate_runs.h"

static void test_build_explains_itself(void **state)
{
	AUTO(gate_report_releasep) struct gate_report r = { 0 };
	const struct finding *f;

	(void)state;
	NEEDS(have_cargo && have_sandbox);
	make_kov();
	crates_put(&c, "kov/src/lib.rs",
		   "pub fn one() -> u32 {\n    \"two\"\n}\n");
	r = run_in("kov");
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

	(void)state;
	NEEDS(have_cargo && have_sandbox);
	make_kov();
	crates_put(&c, "kov/Cargo.toml",
		   PACKAGE "exclude = [\"src/table.rs\"]\n");
	crates_put(&c, "kov/src/lib.rs", "mod table;\n");
	crates_put(&c, "kov/src/table.rs", "");
	r = run_in("kov");
	expect(&r, "build", VERDICT_FAIL, "build-fails");
	assert_non_null(strstr(find(&r, "build-fails")->why, "table"));
}

static struct gate_report build(const char *build_rs)
{
	make_kov();
	crates_put(&c, "kov/build.rs", build_rs);
	return run_in("kov");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
