#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "base/path.h"
#include "crate/manifest/toml.h"
#include "fault.h"
#include "gate/cargo_config.h"
#include "io/file.h"

static char *dir;
static char *home; /* a CARGO_HOME */

static void put(const char *folder, const char *name, const char *text)
{
	struct err err = { 0 };
	char *path = path_joined(folder, name);

	assert_int_equal(file_make_dirs(folder, &err), 0);
	assert_int_equal(file_write(path, text, strlen(text), 0644, &err), 0);
	free(path);
}

static int enter(void **state)
{
	struct err err = { 0 };

	(void)state;
	if (file_temp_dir(NULL, &dir, &err) < 0)
		return -1;
	home = path_joined(dir, "cargo");
	return home ? 0 : -1;
}

static int leave(void **state)
{
	struct err err = { 0 };
	int rc = file_remove_tree(dir, &err);

	(void)state;
	free(home);
	free(dir);
	return rc;
}

static void read_sources(struct cargo_sources *s)
{
	struct err err = { 0 };

	assert_int_equal(cargo_sources_read(home, s, &err), 0);
	assert_int_equal(err.code, ERR_NONE);
}

static void test_cargo_sources_read_is_empty_without_a_file(void **state)
{
	struct cargo_sources s;

	(void)state;
	read_sources(&s);
	assert_string_equal(strbuf_str(&s.toml), "");
	cargo_sources_release(&s);
	put(home, "config.toml", "[build]\njobs = 2\n");
	read_sources(&s);
	assert_string_equal(strbuf_str(&s.toml), "");
	cargo_sources_release(&s);
	put(home, "config.toml", "not toml [");
	read_sources(&s);
	assert_string_equal(strbuf_str(&s.toml), "");
	cargo_sources_release(&s);
}

static void test_cargo_sources_read_takes_mirrors_and_folders(void **state)
{
	struct cargo_sources s;
	char *vendor = path_joined(dir, "vendor");
	char want[1024];
	struct err err = { 0 };

	(void)state;
	assert_int_equal(file_make_dirs(vendor, &err), 0);
	put(home, "config.toml",
	    "[source.crates-io]\nreplace-with = \"a b\"\n"
	    "[source.\"a b\"]\nregistry = \"sparse+https://m.example/i/\"\n"
	    "[source.v]\ndirectory = \"vendor\"\n"
	    "[source.l]\nlocal-registry = \"/no/such/place\"\n"
	    "[source.g]\ngit = \"ssh://git@g.example/x\"\nrev = \"ab\"\n");
	read_sources(&s);
	snprintf(want, sizeof(want),
		 "[source.\"crates-io\"]\nreplace-with = \"a b\"\n"
		 "[source.\"a b\"]\n"
		 "registry = \"sparse+https://m.example/i/\"\n"
		 "[source.\"v\"]\ndirectory = \"%s\"\n"
		 "[source.\"l\"]\nlocal-registry = \"/no/such/place\"\n"
		 "[source.\"g\"]\ngit = \"ssh://git@g.example/x\"\n"
		 "rev = \"ab\"\n",
		 vendor);
	assert_string_equal(strbuf_str(&s.toml), want);
	assert_int_equal(s.folder_count, 1);
	assert_string_equal(s.folders[0], vendor);
	cargo_sources_release(&s);
	free(vendor);
}

static void test_cargo_sources_read_takes_no_secrets(void **state)
{
	struct cargo_sources s;

	(void)state;
	put(home, "config.toml",
	    "[registry]\ntoken = \"s3cret\"\n"
	    "[registries.own]\nindex = \"https://r.example/i\"\n"
	    "token = \"s3cret\"\ncredential-provider = \"s3cret\"\n"
	    "[registries.hers]\nindex = \"https://ada:s3cret@r.example/i\"\n"
	    "[source.m]\nregistry = \"https://s3cret@m.example/i\"\n"
	    "[source.n]\nregistry = \"https://n.example/@scope/i\"\n"
	    "[http]\nproxy = \"http://ada:s3cret@p.example\"\n"
	    "[env]\nKEY = \"s3cret\"\n");
	read_sources(&s);
	assert_string_equal(
		strbuf_str(&s.toml),
		"[source.\"n\"]\nregistry = \"https://n.example/@scope/i\"\n"
		"[registries.\"own\"]\nindex = \"https://r.example/i\"\n");
	cargo_sources_release(&s);
}

/* What a name or a value holds stays in its string. */
static void test_cargo_sources_read_quotes_what_is_odd(void **state)
{
	static const char odd[] = "[source.'a\"]\\ [x']\nregistry = "
				  "\"h\\\"\\n[source.y]\\u0001\\u007F\\\\\"\n";
	struct cargo_sources s;
	struct arena arena = { 0 };
	const struct node *root, *source, *one;
	struct err err = { 0 };

	(void)state;
	put(home, "config.toml", odd);
	read_sources(&s);
	assert_int_equal(toml_read(strbuf_str(&s.toml), s.toml.len, "it",
				   TOML_1_0, &arena, &root, &err),
			 0);
	assert_int_equal(root->as.map.count, 1);
	source = node_get(root, "source");
	assert_int_equal(source->as.map.count, 1);
	one = node_get(source, "a\"]\\ [x");
	assert_non_null(one);
	assert_string_equal(node_get(one, "registry")->as.str.bytes,
			    "h\"\n[source.y]\001\177\\");
	arena_release(&arena);
	cargo_sources_release(&s);
}

static void test_cargo_sources_read_survives_any_failure(void **state)
{
	long nth = 0, total;

	(void)state;
	put(home, "config.toml", "[source.v]\ndirectory = \"/usr\"\n");
	do {
		struct cargo_sources s = { 0 };
		struct err err = { 0 };
		int rc;

		fault_alloc(++nth);
		rc = cargo_sources_read(home, &s, &err);
		total = fault_count();
		fault_alloc(0);
		if (rc == 0)
			assert_int_equal(s.folder_count, 1);
		else
			assert_int_equal(err.code, ERR_NOMEM);
		cargo_sources_release(&s);
	} while (nth <= total);
	assert_true(nth > 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_cargo_sources_read_is_empty_without_a_file),
		cmocka_unit_test(
			test_cargo_sources_read_takes_mirrors_and_folders),
		cmocka_unit_test(test_cargo_sources_read_takes_no_secrets),
		cmocka_unit_test(test_cargo_sources_read_quotes_what_is_odd),
		cmocka_unit_test(test_cargo_sources_read_survives_any_failure),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
