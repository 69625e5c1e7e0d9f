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
#include "base/path.h"
#include "fault.h"
#include "gate/cargo_flags.h"
#include "io/file.h"

#define TRIPLE "x86_64-unknown-linux-gnu"

static const char *const variables[] = {
	"RUSTFLAGS",
	"RUSTDOCFLAGS",
	"CARGO_ENCODED_RUSTFLAGS",
	"CARGO_ENCODED_RUSTDOCFLAGS",
	"CARGO_BUILD_RUSTFLAGS",
	"CARGO_BUILD_RUSTDOCFLAGS",
	"CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS",
};

static char *dir; /* a private folder */
static char *crate;
static const char *cfgs; /* as the compiler says; NULL: it was not asked */

static int enter(void **state)
{
	struct err err = { 0 };

	(void)state;
	cfgs = NULL;
	for (size_t i = 0; i < ARRAY_LEN(variables); i++)
		unsetenv(variables[i]);
	if (file_temp_dir(NULL, &dir, &err) < 0)
		return -1;
	crate = path_joined(dir, "a/kov");
	return crate ? file_make_dirs(crate, &err) : -1;
}

static int leave(void **state)
{
	struct err err = { 0 };
	int rc = file_remove_tree(dir, &err);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(variables); i++)
		unsetenv(variables[i]);
	free(crate);
	free(dir);
	return rc;
}

/* DIR/FOLDER/config.toml */
static void put(const char *folder, const char *text)
{
	struct err err = { 0 };
	char *at = path_joined(dir, folder);
	char *path = path_joined(at, "config.toml");

	assert_int_equal(file_make_dirs(at, &err), 0);
	assert_int_equal(file_write(path, text, strlen(text), 0644, &err), 0);
	free(path);
	free(at);
}

/* Both lists, with a '|' between two flags. */
static void assert_flags(const char *rustc, const char *rustdoc,
			 bool conditional)
{
	struct cargo_flags f;
	struct err err = { 0 };
	char *home = path_joined(dir, "home");

	assert_int_equal(cargo_flags_read(crate, home, TRIPLE, cfgs, &f, &err),
			 0);
	for (size_t i = 0; i < f.rustdoc.len; i++)
		if (f.rustdoc.data[i] == 0x1f)
			f.rustdoc.data[i] = '|';
	for (size_t i = 0; i < f.rustc.len; i++)
		if (f.rustc.data[i] == 0x1f)
			f.rustc.data[i] = '|';
	assert_string_equal(strbuf_str(&f.rustc), rustc);
	assert_string_equal(strbuf_str(&f.rustdoc), rustdoc);
	assert_int_equal(f.conditional, conditional);
	cargo_flags_release(&f);
	free(home);
}

static void test_cargo_flags_read_keeps_what_chooses_code(void **state)
{
	(void)state;
	assert_flags("", "", false);
	setenv("RUSTFLAGS",
	       " -D warnings --cfg one --cfg=two -Cdebuginfo=2 -C "
	       "target-cpu=native -C  link-arg=-s -Ctarget-feature=+avx2 "
	       "--codegen target-feature=+a --codegen=target-cpu=x -Zother "
	       "-C",
	       1);
	assert_flags("--cfg|one|--cfg=two|-C|target-cpu=native|"
		     "-Ctarget-feature=+avx2|--codegen|target-feature=+a|"
		     "--codegen=target-cpu=x",
		     "--cfg|one|--cfg=two|-C|target-cpu=native|"
		     "-Ctarget-feature=+avx2|--codegen|target-feature=+a|"
		     "--codegen=target-cpu=x",
		     false);
	setenv("RUSTDOCFLAGS", "--cfg docs --html-in-header x.html", 1);
	setenv("CARGO_ENCODED_RUSTFLAGS", "--cfg\037f=\"a b\"\037-g", 1);
	assert_flags("--cfg|f=\"a b\"", "--cfg|f=\"a b\"|--cfg|docs", false);
}

static void test_cargo_flags_read_takes_one_place_as_cargo_does(void **state)
{
	(void)state;
	put("a/.cargo", "[build]\nrustflags = ['--cfg', 'built']\n"
			"[target." TRIPLE "]\nrustflags = ['--cfg=aimed']\n");
	assert_flags("--cfg=aimed", "--cfg=aimed", false);
	put("a/.cargo", "[build]\nrustflags = ['--cfg', 'built']\n"
			"[target.thumb]\nrustflags = ['--cfg=aimed']\n");
	assert_flags("--cfg|built", "--cfg|built", false);
	setenv("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS", "--cfg=env",
	       1);
	assert_flags("--cfg=env", "--cfg=env", false);
	setenv("RUSTFLAGS", "", 1);
	assert_flags("", "", false);
}

static void test_cargo_flags_read_joins_configurations(void **state)
{
	(void)state;
	put("home", "[build]\nrustflags = ['--cfg=home']\n"
		    "rustdocflags = ['--cfg=page']\n");
	put("a/.cargo", "[build]\nrustflags = ['--cfg=above', 3]\n");
	put("a/kov/.cargo", "[build]\nrustflags = ['--cfg=own']\n");
	setenv("CARGO_BUILD_RUSTFLAGS", "--cfg=env", 1);
	assert_flags("--cfg=home|--cfg=above|--cfg=own|--cfg=env",
		     "--cfg=home|--cfg=above|--cfg=own|--cfg=env|--cfg=page",
		     false);
	put("a/kov/.cargo", "[build]\nrustflags = '--cfg text'\n");
	assert_flags("--cfg|text|--cfg=env", "--cfg|text|--cfg=env|--cfg=page",
		     false);
}

static void test_cargo_flags_read_tells_of_those_it_leaves_out(void **state)
{
	(void)state;
	put("a/.cargo", "[target.'cfg(unix)']\nrunner = 'x'\n");
	assert_flags("", "", false);
	put("a/.cargo", "[target.'cfg(unix)']\nrustflags = ['--cfg=x']\n");
	assert_flags("", "", true);
	setenv("RUSTFLAGS", "--cfg=y", 1);
	assert_flags("--cfg=y", "--cfg=y", false);
}

static void test_cargo_flags_read_follows_predicates(void **state)
{
	(void)state;
	cfgs = "target_os=\"linux\"\nunix\n";
	put("home", "[target.'cfg(unix)']\nrustflags = '--cfg home'\n");
	put("a/.cargo", "[build]\nrustflags = ['--cfg=built']\n"
			"[target.'cfg(all(unix, target_os = \"linux\"))']\n"
			"rustflags = ['--cfg=x', '-g']\n"
			"rustdocflags = ['--cfg=page']\n"
			"[target.'cfg(windows)']\nrustflags = ['--cfg=y']\n");
	assert_flags("--cfg|home|--cfg=x", "--cfg|home|--cfg=x|--cfg=page",
		     false);
	put("a/.cargo", "[target." TRIPLE "]\nrustflags = ['--cfg=one']\n"
			"[target.'cfg(not(windows))']\n"
			"rustflags = ['--cfg=two']\n");
	assert_flags("--cfg=one|--cfg|home|--cfg=two",
		     "--cfg=one|--cfg|home|--cfg=two", false);
	put("a/.cargo", "[build]\nrustflags = ['--cfg=built']\n");
	put("home", "[target.'cfg(windows)']\nrustflags = '--cfg home'\n");
	assert_flags("--cfg=built", "--cfg=built", false);
	put("home", "[target.'cfg(odd(unix))']\nrustflags = '--cfg home'\n");
	assert_flags("--cfg=built", "--cfg=built", true);
}

static void test_cargo_flags_read_bears_what_is_no_configuration(void **state)
{
	char *home = path_joined(dir, "home");
	char *many = malloc(CARGO_FLAGS_MAX + 16);
	struct cargo_flags f;
	struct err err = { 0 };

	(void)state;
	put("home", "build = 'x'\ntarget = ['y']\n");
	put("a/.cargo", "no [ toml");
	put("a/kov/.cargo", "[build]\nrustflags = { a = 1 }\n");
	assert_flags("", "", false);
	memset(many, 'x', CARGO_FLAGS_MAX + 15);
	many[CARGO_FLAGS_MAX + 15] = '\0';
	setenv("RUSTFLAGS", many, 1);
	assert_int_equal(cargo_flags_read(crate, home, TRIPLE, cfgs, &f, &err),
			 ERR_LIMIT);
	free(many);
	free(home);
}

static void test_cargo_flags_read_survives_any_failed_allocation(void **state)
{
	long nth = 0, total;

	(void)state;
	put("a/.cargo", "[build]\nrustflags = ['--cfg', 'one']\n");
	do {
		struct cargo_flags f = { 0 };
		struct err err = { 0 };

		fault_alloc(++nth);
		(void)cargo_flags_read(crate, NULL, TRIPLE, NULL, &f, &err);
		total = fault_count();
		fault_alloc(0);
		if (err.code == ERR_NONE)
			assert_string_equal(strbuf_str(&f.rustc),
					    "--cfg\037one");
		else
			assert_int_equal(err.code, ERR_NOMEM);
		cargo_flags_release(&f);
	} while (nth <= total);
	assert_true(nth > 2);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_cargo_flags_read_keeps_what_chooses_code),
		TEST(test_cargo_flags_read_takes_one_place_as_cargo_does),
		TEST(test_cargo_flags_read_joins_configurations),
		TEST(test_cargo_flags_read_tells_of_those_it_leaves_out),
		TEST(test_cargo_flags_read_follows_predicates),
		TEST(test_cargo_flags_read_bears_what_is_no_configuration),
		TEST(test_cargo_flags_read_survives_any_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
