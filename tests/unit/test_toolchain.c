#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/path.h"
#include "io/file.h"
#include "io/toolchain.h"

static char *dir;
static char *old_path;

static int enter(void **state)
{
	struct err err = { 0 };

	(void)state;
	old_path = strdup(getenv("PATH"));
	return file_temp_dir(NULL, &dir, &err);
}

static int leave(void **state)
{
	struct err err = { 0 };
	int rc = file_remove_tree(dir, &err);

	(void)state;
	setenv("PATH", old_path, 1);
	free(old_path);
	free(dir);
	return rc;
}

static void put(const char *name, const char *script)
{
	char *path = path_joined(dir, name);
	struct err err = { 0 };

	assert_int_equal(file_write(path, script, strlen(script), 0755, &err),
			 0);
	free(path);
}

/* A toolchain of shell scripts; each question leaves a line in "asked". */
static void make_toolchain(const char *cargo_version)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	AUTO(strbuf_releasep) struct strbuf path = { 0 };
	char *bin = path_joined(dir, "bin");

	if (!file_is_dir(bin))
		assert_int_equal(mkdir(bin, 0755), 0);
	strbuf_addf(&text,
		    "#!/bin/sh\necho rustc >>%s/asked\ncase $* in\n"
		    "*sysroot) echo %s ;;\n"
		    "*) printf 'rustc 1.95.0 (59807616e)\\nhost: "
		    "x86_64-unknown-linux-gnu\\n' ;;\nesac\n",
		    dir, dir);
	put("bin/rustc", strbuf_str(&text));
	strbuf_reset(&text);
	strbuf_addf(&text,
		    "#!/bin/sh\necho cargo >>%s/asked\necho 'cargo %s'\n", dir,
		    cargo_version);
	put("bin/cargo", strbuf_str(&text));
	put("bin/rustdoc", "#!/bin/sh\n");
	strbuf_addf(&path, "%s:/usr/bin:/bin", bin);
	setenv("PATH", strbuf_str(&path), 1);
	free(bin);
}

static size_t times_asked(void)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	char *path = path_joined(dir, "asked");
	struct err err = { 0 };
	size_t n = 0;

	assert_int_equal(file_read(path, 10000, &text, &err), 0);
	free(path);
	for (size_t i = 0; i < text.len; i++)
		n += text.data[i] == '\n';
	return n;
}

static void test_is_recent_compares_numbers(void **state)
{
	(void)state;
	assert_true(toolchain_is_recent("1.95.0", "1.95"));
	assert_true(toolchain_is_recent("1.100.0-nightly", "1.95"));
	assert_true(toolchain_is_recent("2.0.0", "1.95"));
	assert_false(toolchain_is_recent("1.94.1", "1.95"));
	assert_false(toolchain_is_recent("0.96.0", "1.95"));
	assert_false(toolchain_is_recent("what", "1.95"));
}

static void test_find_names_the_programs_themselves(void **state)
{
	struct toolchain t = { 0 };
	struct err err = { 0 };

	(void)state;
	make_toolchain("1.96.1 (abc 2026-05-01)");
	assert_int_equal(toolchain_find(NULL, &t, &err), 0);
	assert_string_equal(t.sysroot, dir);
	assert_string_equal(t.cargo_version, "1.96.1");
	assert_string_equal(t.rustc_version, "1.95.0");
	assert_string_equal(t.host, "x86_64-unknown-linux-gnu");
	assert_non_null(strstr(t.cargo, "/bin/cargo"));
}

static void test_find_asks_again_only_when_something_changed(void **state)
{
	struct toolchain t = { 0 };
	struct err err = { 0 };
	size_t asked;

	(void)state;
	make_toolchain("1.96.1");
	assert_int_equal(toolchain_find(dir, &t, &err), 0);
	asked = times_asked();
	assert_int_equal(toolchain_find(dir, &t, &err), 0);
	assert_int_equal(times_asked(), asked);
	assert_string_equal(t.cargo_version, "1.96.1");
	make_toolchain("1.97.0");
	assert_int_equal(toolchain_find(dir, &t, &err), 0);
	assert_true(times_asked() > asked);
	assert_string_equal(t.cargo_version, "1.97.0");
}

static void test_find_survives_a_broken_cache(void **state)
{
	struct toolchain t = { 0 };
	struct err err = { 0 };

	(void)state;
	make_toolchain("1.96.1");
	put("toolchain.json", "{\"schema\": ");
	assert_int_equal(toolchain_find(dir, &t, &err), 0);
	assert_string_equal(t.cargo_version, "1.96.1");
}

static void test_find_refuses_an_old_cargo(void **state)
{
	struct toolchain t = { 0 };
	struct err err = { 0 };

	(void)state;
	make_toolchain("1.63.0");
	assert_int_equal(toolchain_find(NULL, &t, &err), ERR_MISSING);
	assert_string_equal(err.msg, "cargo 1.63.0 is too old, 1.95 is needed");
	assert_non_null(strstr(err.hint, "apt-get install cargo-web"));
}

static void test_find_says_that_there_is_none(void **state)
{
	struct toolchain t = { 0 };
	struct err err = { 0 };

	(void)state;
	setenv("PATH", "/none", 1);
	assert_int_equal(toolchain_find(NULL, &t, &err), ERR_MISSING);
	assert_string_equal(err.msg, "rustc not found");
	assert_non_null(strstr(err.hint, "apt-get install"));
}

static void test_find_says_why_a_proxy_does_not_work(void **state)
{
	struct toolchain t = { 0 };
	struct err err = { 0 };

	(void)state;
	make_toolchain("1.96.1");
	put("bin/rustc", "#!/bin/sh\necho 'error: no default is set' >&2\n"
			 "exit 1\n");
	assert_int_equal(toolchain_find(NULL, &t, &err), ERR_MISSING);
	assert_non_null(strstr(err.msg, "error: no default is set"));
	assert_non_null(strstr(err.hint, "apt-get install"));
	err_clear(&err);
	put("bin/rustc", "#!/bin/sh\necho 'error: rustup could not choose "
			 "a version of rustc to run' >&2\nexit 1\n");
	assert_int_equal(toolchain_find(NULL, &t, &err), ERR_MISSING);
	assert_string_equal(err.hint, "rustup default stable");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_is_recent_compares_numbers),
		CASE(test_find_names_the_programs_themselves),
		CASE(test_find_asks_again_only_when_something_changed),
		CASE(test_find_survives_a_broken_cache),
		CASE(test_find_refuses_an_old_cargo),
		CASE(test_find_says_that_there_is_none),
		CASE(test_find_says_why_a_proxy_does_not_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
