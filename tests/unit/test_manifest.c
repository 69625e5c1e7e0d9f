/* The model of a Cargo.toml, packed or as a student writes it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/node.h"
#include "crate/manifest/manifest.h"
#include "fault.h"

static const char packed[] =
	"[package]\n"
	"edition = \"2021\"\n"
	"rust-version = \"1.70\"\n"
	"name = \"kov-ada\"\n"
	"version = \"0.1.0\"\n"
	"authors = [\"Ada <ada@example.org>\"]\n"
	"build = false\n"
	"include = [\"src\"]\n"
	"autobins = false\n"
	"description = \"An executor\"\n"
	"readme = \"README.md\"\n"
	"keywords = [\"async\", \"executor\"]\n"
	"categories = [\"asynchronous\"]\n"
	"license = \"MIT OR Apache-2.0\"\n"
	"license-file = \"LICENSE\"\n"
	"homepage = \"https://example.org\"\n"
	"repository = \"https://example.org/kov\"\n"
	"documentation = \"https://example.org/doc\"\n"
	"links = \"kov\"\n"
	"publish = [\"crates-io\"]\n"
	"[features]\n"
	"default = [\"std\"]\n"
	"std = []\n"
	"[lib]\n"
	"name = \"kov_ada\"\n"
	"path = \"src/lib.rs\"\n"
	"[[bin]]\n"
	"name = \"kov\"\n"
	"path = \"src/main.rs\"\n"
	"[dependencies]\n"
	"itoa = \"1\"\n"
	"[dependencies.tl2]\n"
	"version = \">=0.1, <0.3\"\n"
	"package = \"tiny-lib\"\n"
	"optional = true\n"
	"default-features = false\n"
	"features = [\"std\"]\n"
	"[dev-dependencies.loom]\n"
	"version = \"0.7\"\n"
	"registry-index = \"https://example.org/index\"\n"
	"[build-dependencies]\n"
	"cc = \"1\"\n"
	"[target.\"cfg(unix)\".dependencies]\n"
	"libc = \"0.2\"\n"
	"[target.x86_64-pc-windows-msvc.dev_dependencies]\n"
	"win = { version = \"1\", registry = \"other\" }\n";

struct fixture {
	struct arena arena;
	struct manifest m;
};

static void read(struct fixture *f, const char *text)
{
	struct err err = { 0 };

	if (manifest_read(text, strlen(text), "Cargo.toml", &f->arena, &f->m,
			  &err) < 0)
		fail_msg("%s", err.msg);
}

static void test_read_takes_every_field_of_the_package(void **state)
{
	struct fixture f = { 0 };

	(void)state;
	read(&f, packed);
	assert_string_equal(f.m.name.value, "kov-ada");
	assert_string_equal(f.m.version.value, "0.1.0");
	assert_string_equal(f.m.edition.value, "2021");
	assert_string_equal(f.m.rust_version.value, "1.70");
	assert_string_equal(f.m.description.value, "An executor");
	assert_string_equal(f.m.readme.value, "README.md");
	assert_string_equal(f.m.license.value, "MIT OR Apache-2.0");
	assert_string_equal(f.m.license_file.value, "LICENSE");
	assert_string_equal(f.m.homepage.value, "https://example.org");
	assert_string_equal(f.m.repository.value, "https://example.org/kov");
	assert_string_equal(f.m.documentation.value, "https://example.org/doc");
	assert_string_equal(f.m.links.value, "kov");
	assert_int_equal(f.m.authors.count, 1);
	assert_int_equal(f.m.keywords.count, 2);
	assert_string_equal(f.m.keywords.items[1], "executor");
	assert_string_equal(f.m.categories.items[0], "asynchronous");
	assert_string_equal(f.m.publish.items[0], "crates-io");
	assert_false(f.m.publish_off);
	assert_int_equal(f.m.license.node->line, 14);
	assert_int_equal(f.m.license.node->column, 11);
	arena_release(&f.arena);
}

static void test_read_takes_features_and_targets(void **state)
{
	struct fixture f = { 0 };

	(void)state;
	read(&f, packed);
	assert_int_equal(f.m.feature_count, 2);
	assert_string_equal(f.m.features[0].name, "default");
	assert_string_equal(f.m.features[0].values.items[0], "std");
	assert_int_equal(f.m.features[1].values.count, 0);
	assert_ptr_equal(manifest_find_feature(&f.m, "std"), &f.m.features[1]);
	assert_null(manifest_find_feature(&f.m, "none"));
	assert_string_equal(f.m.lib.name.value, "kov_ada");
	assert_int_equal(f.m.bin_count, 1);
	assert_string_equal(f.m.bins[0].path.value, "src/main.rs");
	arena_release(&f.arena);
}

static void test_read_takes_dependencies_of_all_kinds(void **state)
{
	static const struct {
		const char *key, *package, *req, *target;
		enum dep_kind kind;
	} want[] = {
		{ "itoa", "itoa", "1", NULL, DEP_NORMAL },
		{ "tl2", "tiny-lib", ">=0.1, <0.3", NULL, DEP_NORMAL },
		{ "loom", "loom", "0.7", NULL, DEP_DEV },
		{ "cc", "cc", "1", NULL, DEP_BUILD },
		{ "libc", "libc", "0.2", "cfg(unix)", DEP_NORMAL },
		{ "win", "win", "1", "x86_64-pc-windows-msvc", DEP_DEV },
	};
	struct fixture f = { 0 };

	(void)state;
	read(&f, packed);
	assert_int_equal(f.m.dep_count, ARRAY_LEN(want));
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		const struct manifest_dep *d = &f.m.deps[i];

		assert_string_equal(d->key, want[i].key);
		assert_string_equal(d->package, want[i].package);
		assert_string_equal(d->req.value, want[i].req);
		assert_int_equal(d->kind, want[i].kind);
		if (want[i].target)
			assert_string_equal(d->target, want[i].target);
		else
			assert_null(d->target);
		assert_ptr_equal(manifest_find_dep(&f.m, d), d);
	}
	assert_true(f.m.deps[1].renamed);
	assert_true(f.m.deps[1].optional);
	assert_false(f.m.deps[1].default_features);
	assert_string_equal(f.m.deps[1].features.items[0], "std");
	assert_false(f.m.deps[0].renamed);
	assert_true(f.m.deps[0].default_features);
	assert_string_equal(f.m.deps[2].registry_index.value,
			    "https://example.org/index");
	assert_string_equal(f.m.deps[5].registry.value, "other");
	arena_release(&f.arena);
}

static void test_read_flags_what_a_workspace_has(void **state)
{
	struct fixture f = { 0 };

	(void)state;
	read(&f, "[package]\n"
		 "name = \"a\"\n"
		 "version.workspace = true\n"
		 "license = { workspace = true }\n"
		 "keywords.workspace = true\n"
		 "readme.workspace = true\n"
		 "publish.workspace = true\n"
		 "[dependencies]\n"
		 "b = { workspace = true, optional = true }\n"
		 "c.workspace = true\n"
		 "d = { path = \"../d\" }\n"
		 "e = { git = \"https://example.org/e\", version = \"1\" }\n");
	assert_true(f.m.version.inherited);
	assert_null(f.m.version.value);
	assert_true(f.m.license.inherited);
	assert_true(f.m.keywords.inherited);
	assert_true(f.m.readme.inherited);
	assert_true(f.m.publish.inherited);
	assert_true(f.m.deps[0].inherited);
	assert_true(f.m.deps[0].optional);
	assert_true(f.m.deps[1].inherited);
	assert_string_equal(f.m.deps[2].path.value, "../d");
	assert_null(f.m.deps[2].req.value);
	assert_true(f.m.deps[3].has_git);
	arena_release(&f.arena);
}

static void test_read_takes_switches_and_old_names(void **state)
{
	struct fixture f = { 0 };

	(void)state;
	read(&f, "[project]\n"
		 "name = \"a\"\n"
		 "readme = false\n"
		 "publish = false\n"
		 "[dependencies.x]\n"
		 "version = \"1\"\n"
		 "default_features = false\n"
		 "[build_dependencies]\n"
		 "y = \"1\"\n");
	assert_string_equal(f.m.name.value, "a");
	assert_true(f.m.readme_off);
	assert_true(f.m.publish_off);
	assert_false(f.m.deps[0].default_features);
	assert_int_equal(f.m.deps[1].kind, DEP_BUILD);
	arena_release(&f.arena);
	memset(&f, 0, sizeof(f));
	read(&f, "[package]\nreadme = true\npublish = true\n");
	assert_string_equal(f.m.readme.value, "README.md");
	assert_false(f.m.publish_off);
	arena_release(&f.arena);
}

static void test_read_takes_a_workspace_without_a_package(void **state)
{
	struct fixture f = { 0 };

	(void)state;
	read(&f, "[workspace]\nmembers = [\"a\"]\n");
	assert_null(f.m.package);
	assert_non_null(f.m.workspace);
	arena_release(&f.arena);
}

static void test_read_says_what_is_of_the_wrong_kind(void **state)
{
	static const struct {
		const char *text, *want;
	} bad[] = {
		{ "package = 1", "Cargo.toml:1:11: 'package' must be a table, "
				 "not a whole number" },
		{ "[package]\nname = 1",
		  "Cargo.toml:2:8: 'name' must be a string, not a whole "
		  "number" },
		{ "[package]\nkeywords = \"a\"",
		  "Cargo.toml:2:12: 'keywords' must be a list of strings, not "
		  "a string" },
		{ "[package]\nkeywords = [1]",
		  "Cargo.toml:2:13: 'keywords' must be a list of strings, not "
		  "a whole number" },
		{ "[package]\npublish = \"x\"",
		  "Cargo.toml:2:11: 'publish' must be a list of strings, not "
		  "a string" },
		{ "[package]\nreadme = 3",
		  "Cargo.toml:2:10: 'readme' must be a string, not a whole "
		  "number" },
		{ "dependencies = []",
		  "Cargo.toml:1:16: 'dependencies' must be a table, not a "
		  "list" },
		{ "[dependencies]\na = 1",
		  "Cargo.toml:2:5: 'a' must be a version or a table, not a "
		  "whole number" },
		{ "[dependencies]\na = { version = 1 }",
		  "Cargo.toml:2:17: 'version' must be a string, not a whole "
		  "number" },
		{ "[target]\nx = 1",
		  "Cargo.toml:2:5: 'x' must be a table, not a whole number" },
		{ "[features]\na = \"b\"",
		  "Cargo.toml:2:5: 'a' must be a list of strings, not a "
		  "string" },
		{ "[bin]\nname = \"a\"",
		  "Cargo.toml:1:2: 'bin' must be an array of tables, not a "
		  "map" },
		{ "bin = [1]",
		  "Cargo.toml:1:8: 'bin' must be an array of tables, not a "
		  "whole number" },
		{ "lib = 1",
		  "Cargo.toml:1:7: 'lib' must be a table, not a whole "
		  "number" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		AUTO(arena_releasep) struct arena arena = { 0 };
		struct manifest m = { 0 };
		struct err err = { 0 };

		assert_int_equal(manifest_read(bad[i].text, strlen(bad[i].text),
					       "Cargo.toml", &arena, &m, &err),
				 ERR_FORMAT);
		assert_string_equal(err.msg, bad[i].want);
		assert_null(m.root);
	}
}

static void test_read_survives_any_failed_allocation(void **state)
{
	long nth = 0, total;

	(void)state;
	do {
		struct fixture f = { 0 };
		struct err err = { 0 };
		int rc;

		fault_alloc(++nth);
		rc = manifest_read(packed, strlen(packed), "Cargo.toml",
				   &f.arena, &f.m, &err);
		total = fault_count();
		fault_alloc(0);
		assert_int_equal(rc, nth <= total ? ERR_NOMEM : 0);
		arena_release(&f.arena);
	} while (nth <= total);
	assert_true(nth > 2);
}

static void test_names_follow_crates_io(void **state)
{
	char name[80], canonical[CRATE_NAME_SIZE];

	(void)state;
	assert_true(crate_name_is_valid("kov-ada"));
	assert_true(crate_name_is_valid("A_1"));
	assert_false(crate_name_is_valid(""));
	assert_false(crate_name_is_valid("1a"));
	assert_false(crate_name_is_valid("_a"));
	assert_false(crate_name_is_valid("-a"));
	assert_false(crate_name_is_valid("a+b"));
	assert_false(crate_name_is_valid("a b"));
	assert_false(crate_name_is_valid("\xc3\xa9"));
	assert_true(dep_key_is_valid("_a"));
	assert_false(dep_key_is_valid("-a"));
	memset(name, 'a', sizeof(name));
	name[65] = '\0';
	assert_false(crate_name_is_valid(name));
	name[64] = '\0';
	assert_true(crate_name_is_valid(name));
	crate_name_canonical("Serde-JSON", canonical);
	assert_string_equal(canonical, "serde_json");
	assert_true(crate_name_same("Serde-JSON", "serde_json"));
	assert_false(crate_name_same("serde", "serde_json"));
	assert_false(crate_name_same("serde_json", "serde"));
	assert_true(crate_name_same("", ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_takes_every_field_of_the_package),
		cmocka_unit_test(test_read_takes_features_and_targets),
		cmocka_unit_test(test_read_takes_dependencies_of_all_kinds),
		cmocka_unit_test(test_read_flags_what_a_workspace_has),
		cmocka_unit_test(test_read_takes_switches_and_old_names),
		cmocka_unit_test(test_read_takes_a_workspace_without_a_package),
		cmocka_unit_test(test_read_says_what_is_of_the_wrong_kind),
		cmocka_unit_test(test_read_survives_any_failed_allocation),
		cmocka_unit_test(test_names_follow_crates_io),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
