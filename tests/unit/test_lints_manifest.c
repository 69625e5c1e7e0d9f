/* Each rule on a manifest: what breaks it, where, and what mends it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/finding.h"
#include "base/strbuf.h"
#include "crate/manifest/lints.h"
#include "crate/manifest/manifest.h"
#include "fault.h"
#include "lint_samples.h"

static void test_lint_says_nothing_of_a_good_crate(void **state)
{
	static const struct sample samples[] = {
		{ GOOD, "" },
		{ GOOD "rust-version = \"1.70\"\nkeywords = [\"a\", \"c++\"]\n"
		       "categories = [\"no-std::no-alloc\"]\n"
		       "homepage = \"http://example.org:8080/a?b#c\"\n"
		       "publish = [\"crates-io\", \"other\"]\n"
		       "[features]\n"
		       "default = [\"std\", \"dep:x\", \"x?/y\", \"x/y\"]\n"
		       "\"c++20\" = []\n\"1st.v-2\" = []\n\"\xc3\xa9\" = []\n"
		       "[dependencies]\n"
		       "_x = { package = \"x\", version = \"1.*\" }\n"
		       "[patch]\n",
		  "" },
	};

	(void)state;
	check(samples, ARRAY_LEN(samples));
}

static void test_lint_judges_the_name(void **state)
{
	static const struct sample samples[] = {
		{ "[package]\n" VERSION EDITION ABOUT LICENSE LINK,
		  "deny invalid-name 1 -: there is no name > add to "
		  "[package]: name = \"...\"\n" },
		{ "[package]\nname = \"1a\"\n" VERSION EDITION ABOUT LICENSE
			  LINK,
		  "deny invalid-name 2 1a: '1a' is not 1 to 64 ASCII letters, "
		  "digits, '-' and '_' with a letter first > -\n" },
		{ "[package]\nname = \"Rust-Installer\"\n" VERSION EDITION ABOUT
			  LICENSE LINK,
		  "deny reserved-name 2 Rust-Installer: 'Rust-Installer' is "
		  "reserved on crates.io > -\n" },
		{ "[workspace]\n",
		  "deny missing-package 1 package: there is no [package] "
		  "table > run it in the folder of the crate\n" },
	};

	(void)state;
	check(samples, ARRAY_LEN(samples));
}

static void test_lint_compares_with_the_roster_and_the_tag(void **state)
{
	static const char *const taken[] = { "kov-bob", "Kov_Ada" };
	static const char *const published[] = { "0.0.9", "0.1.0+a" };
	struct lint_input in = { .taken = taken,
				 .taken_count = 2,
				 .expected_name = "kov-ada2",
				 .expected_version = "0.2.0",
				 .published = published,
				 .published_count = 2 };
	static const struct sample sample = {
		GOOD,
		"deny name-taken 2 kov-ada: another seat has 'Kov_Ada', which "
		"is the same name to crates.io > -\n"
		"deny name-mismatch 2 kov-ada: the crate is called 'kov-ada', "
		"the roster has 'kov-ada2' > name = \"kov-ada2\"\n"
		"deny version-mismatch 3 0.1.0: Cargo.toml says 0.1.0, and "
		"the tag says 0.2.0 > version = \"0.2.0\"\n"
		"deny duplicate-version 3 0.1.0: 0.1.0+a is published already "
		"> raise `version` and submit again\n",
	};

	(void)state;
	check_with(&in, &sample);
}

static void test_lint_judges_versions_and_editions(void **state)
{
	static const struct sample samples[] = {
		{ "[package]\n" NAME EDITION ABOUT LICENSE LINK,
		  "deny invalid-version 1 -: there is no version > add to "
		  "[package]: version = \"0.1.0\"\n" },
		{ "[package]\n" NAME
		  "version = \"1.0\"\n" EDITION ABOUT LICENSE LINK,
		  "deny invalid-version 3 1.0: '1.0' is no version: a third "
		  "number is missing, as in 1.2.0 > version = \"0.1.0\"\n" },
		{ "[package]\n" NAME VERSION ABOUT LICENSE LINK,
		  "warn missing-edition 1 edition: no edition is given, so it "
		  "is 2015 > add to [package]: edition = \"2021\"\n" },
		{ "[package]\n" NAME VERSION
		  "edition = \"2020\"\n" ABOUT LICENSE LINK,
		  "deny invalid-edition 4 edition: '2020' is no edition of "
		  "Rust > edition = \"2021\"\n" },
		{ GOOD "rust-version = \"^1.70\"\n",
		  "deny invalid-rust-version 8 rust-version: '^1.70' is not "
		  "two or three numbers > rust-version = \"1.70\"\n" },
		{ GOOD "rust-version = \"1.70.\"\n",
		  "deny invalid-rust-version 8 rust-version: '1.70.' is not "
		  "two or three numbers > rust-version = \"1.70\"\n" },
	};

	(void)state;
	check(samples, ARRAY_LEN(samples));
}

static void test_lint_refuses_what_cargo_takes_out(void **state)
{
	static const struct sample samples[] = {
		{ GOOD "homepage.workspace = true\n"
		       "[dependencies]\nx.workspace = true\n",
		  "deny unresolved-inheritance 8 homepage: `homepage` is "
		  "still inherited from a workspace > pack it with cargo "
		  "package\n"
		  "deny unresolved-inheritance 10 x: dependency 'x' is still "
		  "inherited from a workspace > pack it with cargo package\n" },
		{ "[package]\n" NAME VERSION EDITION ABOUT LINK
		  "license.workspace = true\n",
		  "deny unresolved-inheritance 7 license: `license` is still "
		  "inherited from a workspace > pack it with cargo "
		  "package\n" },
		{ GOOD "[patch.crates-io]\nx = { path = \"x\" }\n",
		  "deny patch-table 8 patch: the packed manifest has a "
		  "[patch] table > pack it with cargo package\n" },
		{ GOOD "publish = false\n",
		  "deny publish-disabled 8 publish: `publish` does not allow "
		  "crates.io > remove the line `publish = ...`\n" },
		{ GOOD "publish = [\"other\"]\n",
		  "deny publish-disabled 8 publish: `publish` does not allow "
		  "crates.io > remove the line `publish = ...`\n" },
		{ GOOD "publish = []\n",
		  "deny publish-disabled 8 publish: `publish` does not allow "
		  "crates.io > remove the line `publish = ...`\n" },
	};

	(void)state;
	check(samples, ARRAY_LEN(samples));
}

static void test_lint_judges_the_description(void **state)
{
	static const char missing[] =
		"deny missing-description %u description: no description is "
		"given > add to [package]: description = \"one sentence\"\n";
	char want[200], text[1400];
	struct sample s = { text, want };

	(void)state;
	snprintf(text, sizeof(text),
		 "[package]\n" NAME VERSION EDITION LICENSE LINK);
	snprintf(want, sizeof(want), missing, 1u);
	check(&s, 1);
	snprintf(text, sizeof(text),
		 "[package]\n" NAME VERSION EDITION LICENSE LINK
		 "description = \"\"\n");
	snprintf(want, sizeof(want), missing, 7u);
	check(&s, 1);
	snprintf(text, sizeof(text),
		 "[package]\n" NAME VERSION EDITION LICENSE LINK
		 "description = \"%0*d\"\n",
		 1000, 0);
	want[0] = '\0';
	check(&s, 1);
	snprintf(text, sizeof(text),
		 "[package]\n" NAME VERSION EDITION LICENSE LINK
		 "description = \"%0*d\"\n",
		 1001, 0);
	snprintf(want, sizeof(want),
		 "deny long-description 7 description: the description has "
		 "1001 bytes, 1000 are allowed > move all but the first "
		 "sentence into README.md\n");
	check(&s, 1);
}

#define NO_LICENSE "[package]\n" NAME VERSION EDITION ABOUT LINK

static void test_lint_judges_the_licence(void **state)
{
	static const struct sample samples[] = {
		{ NO_LICENSE,
		  "deny missing-license 1 license: no licence is given > add "
		  "to [package]: license = \"MIT OR Apache-2.0\"\n" },
		{ NO_LICENSE "license-file = \"\"\n",
		  "deny missing-license 1 license: no licence is given > add "
		  "to [package]: license = \"MIT OR Apache-2.0\"\n" },
		{ NO_LICENSE "license-file = \"LICENSE\"\n", "" },
		{ NO_LICENSE "license-file = \"L\"\nlicense = \"\"\n",
		  "deny invalid-license 8 license: '' is no SPDX expression: "
		  "it is empty > license = \"MIT OR Apache-2.0\"\n" },
		{ NO_LICENSE "license = \"apache 2.0\"\n",
		  "deny invalid-license 7 license: 'apache 2.0' is no SPDX "
		  "expression: SPDX has no licence 'apache' > did you mean "
		  "'Apache-2.0'?\n" },
		{ NO_LICENSE "license = \"MIT/Apache-2.0\"\n",
		  "warn dated-license 7 license: 'MIT/Apache-2.0' has '/' for "
		  "OR > license = \"MIT OR Apache-2.0\"\n" },
		{ NO_LICENSE "license = \"(MIT / Apache-2.0) and MIT\"\n",
		  "warn dated-license 7 license: '(MIT / Apache-2.0) and MIT' "
		  "has '/' for OR > license = \"(MIT OR Apache-2.0) AND "
		  "MIT\"\n" },
		{ NO_LICENSE "license = \"MIT or Apache-2.0\"\n",
		  "warn dated-license 7 license: 'MIT or Apache-2.0' has an "
		  "operator in lower case > license = \"MIT OR "
		  "Apache-2.0\"\n" },
		{ NO_LICENSE "license = \"GPL-3.0\"\n",
		  "warn dated-license 7 license: 'GPL-3.0' names a licence "
		  "that SPDX has replaced > look the newer identifier up in "
		  "the SPDX list, as GPL-3.0-only for GPL-3.0\n" },
	};

	(void)state;
	check(samples, ARRAY_LEN(samples));
}

static void test_lint_judges_links(void **state)
{
	static const char *const good[] = {
		"http://a",
		"https://example.org",
		"https://a.b/c d",
		"https://user:pw@host:1/x",
		"https://[::1]:8080/",
		"https://a:",
		"https:///a",
		"https://\xc3\xa9.example",
		"https://%41/",
	};
	static const char *const bad[] = {
		"git@github.com:a/b",
		"git://a/b",
		"ssh://a",
		"HTTP://a",
		"http:/a",
		"a",
		"",
		"https://",
		"https://?a",
		"https://a b/",
		"https://a<b",
		"https://a:99999",
		"https://a:b/",
		"https://@/",
		"https://[zz]/",
	};
	char text[400], want[400];
	struct sample s = { text, want };

	(void)state;
	want[0] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		snprintf(text, sizeof(text), GOOD "homepage = \"%s\"\n",
			 good[i]);
		check(&s, 1);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		snprintf(text, sizeof(text), GOOD "documentation = \"%s\"\n",
			 bad[i]);
		snprintf(want, sizeof(want),
			 "deny invalid-url 8 documentation: '%s' is no "
			 "http:// or https:// address > write the https:// "
			 "address of the page\n",
			 bad[i]);
		check(&s, 1);
	}
	snprintf(text, sizeof(text),
		 "[package]\n" NAME VERSION EDITION ABOUT LICENSE);
	snprintf(want, sizeof(want),
		 "warn missing-links 1 repository: neither repository, "
		 "documentation nor homepage is given > add to [package]: "
		 "repository = \"https://...\"\n");
	check(&s, 1);
}

static void test_lint_judges_keywords_and_categories(void **state)
{
#define BAD_WORD(word)                            \
	"deny invalid-keyword 8 " word ": '" word \
	"' is not at most 20 ASCII letters, digits, '_', '-' and '+' > -\n"
	static const struct sample samples[] = {
		{ GOOD "keywords = [\"a\",\"b\",\"c\",\"d\",\"e\",\"f\"]\n",
		  "deny too-many-keywords 8 keywords: 6 keywords, 5 are "
		  "allowed > keep the best five\n" },
		{ GOOD "keywords = [\"a b\", \"-a\", \"\xc3\xa9\", "
		       "\"aaaaaaaaaaaaaaaaaaaaa\", \"aaaaaaaaaaaaaaaaaaaa\"]\n",
		  BAD_WORD("a b") BAD_WORD("-a") BAD_WORD("\xc3\xa9")
			  BAD_WORD("aaaaaaaaaaaaaaaaaaaaa") },
		{ GOOD "categories = [\"no-std\", \"nostd\", \"quux\"]\n",
		  "deny unknown-category 8 nostd: crates.io has no category "
		  "'nostd' > did you mean \"no-std\"?\n"
		  "deny unknown-category 8 quux: crates.io has no category "
		  "'quux' > remove it\n" },
		{ GOOD "categories = [\"no-std\",\"no-std\",\"no-std\","
		       "\"no-std\",\"no-std\",\"no-std\"]\n",
		  "deny too-many-categories 8 categories: 6 categories, 5 are "
		  "allowed > keep the best five\n" },
	};

	(void)state;
	check(samples, ARRAY_LEN(samples));
}

static void test_lint_judges_features(void **state)
{
#define BAD_VALUE(line, value)                                         \
	"deny invalid-feature " line " a: feature 'a' enables '" value \
	"', which is neither a feature nor one of a dependency > -\n"
	static const struct sample samples[] = {
		{ GOOD "[features]\n\"+a\" = []\n\"a/b\" = []\n\"\" = []\n",
		  "deny invalid-feature 9 +a: '+a' is no name for a feature "
		  "> -\n"
		  "deny invalid-feature 10 a/b: 'a/b' is no name for a "
		  "feature > -\n"
		  "deny invalid-feature 11 : '' is no name for a feature > "
		  "-\n" },
		{ GOOD "[features]\na = [\"\", \"/\", \"dep:0\", \"c++/x\", "
		       "\"a/?b\", \"a?b\", \"dep:a?/b\", \"a b\"]\n",
		  BAD_VALUE("9", "") BAD_VALUE("9", "/") BAD_VALUE("9", "dep:0")
			  BAD_VALUE("9", "c++/x") BAD_VALUE("9", "a/?b")
				  BAD_VALUE("9", "a?b")
					  BAD_VALUE("9", "dep:a?/b")
						  BAD_VALUE("9", "a b") },
		{ GOOD "[dependencies]\nx = { version = \"1\", "
		       "features = [\"a b\"] }\n",
		  "deny invalid-feature 9 x: it asks 'x' for the feature 'a "
		  "b', which is no feature > -\n" },
	};

	(void)state;
	check(samples, ARRAY_LEN(samples));
}

static void many(struct strbuf *text, const char *head, const char *format,
		 int count)
{
	strbuf_reset(text);
	strbuf_adds(text, head);
	for (int i = 0; i < count; i++) {
		char line[64];

		/* the format is one of the test's own, with one %d */
		snprintf(line, sizeof(line), "%s%d%s", format, i,
			 strcmp(format, "f") == 0     ? " = []\n"
			 : strcmp(format, "\"f") == 0 ? "\","
						      : " = \"1\"\n");
		strbuf_adds(text, line);
	}
}

static void test_lint_counts_features_and_dependencies(void **state)
{
	AUTO(strbuf_releasep) struct strbuf text = { 0 };
	struct sample s;

	(void)state;
	many(&text, GOOD "[features]\n", "f", 300);
	s = (struct sample){ strbuf_str(&text), "" };
	check(&s, 1);
	many(&text, GOOD "[features]\n", "f", 301);
	s = (struct sample){ strbuf_str(&text),
			     "deny too-many-features 1 features: 301 "
			     "features, 300 are allowed > -\n" };
	check(&s, 1);
	many(&text, GOOD "[features]\nf = [", "\"f", 301);
	strbuf_adds(&text, "]\n");
	s = (struct sample){ strbuf_str(&text),
			     "deny too-many-features 9 f: feature 'f' enables "
			     "301, 300 are allowed > -\n" };
	check(&s, 1);
	many(&text, GOOD "[dependencies]\n", "d", 500);
	s = (struct sample){ strbuf_str(&text), "" };
	check(&s, 1);
	many(&text, GOOD "[dependencies]\n", "d", 501);
	s = (struct sample){ strbuf_str(&text),
			     "deny too-many-dependencies 1 dependencies: 501 "
			     "dependencies, 500 are allowed > -\n" };
	check(&s, 1);
}

static void test_lint_judges_dependencies(void **state)
{
	static const char mend[] = "give it a version, as in x = \"1\"";
	static const struct {
		const char *dep, *want;
	} samples[] = {
		{ "x = \"*\"", "deny wildcard-requirement 9 x: 'x' takes any "
			       "version > " },
		{ "x = { path = \"x\" }",
		  "deny wildcard-requirement 9 x: 'x' has no version, which "
		  "counts as * > " },
		{ "x = \"latest\"",
		  "deny invalid-requirement 9 x: 'latest' is no version "
		  "requirement: a number is wanted > " },
	};
	static const struct sample others[] = {
		{ GOOD "[dependencies]\n\"a+b\" = \"1\"\n",
		  "deny invalid-dependency-name 9 a+b: no crate can be called "
		  "'a+b' > -\n" },
		{ GOOD "[dependencies]\n\"a+b\" = { package = \"x\", version "
		       "= \"1\" }\n",
		  "deny invalid-dependency-name 9 a+b: a dependency cannot be "
		  "called 'a+b' > -\n" },
		{ GOOD "[dependencies]\nx = { version = \"1\", registry = "
		       "\"cohort\" }\n",
		  "deny foreign-registry 9 x: 'x' comes from the registry "
		  "'cohort' > remove the key `registry` from the dependency "
		  "and pack again\n" },
		{ GOOD "[dependencies]\nx = { version = \"1\", registry-index "
		       "= \"file:///r\" }\n",
		  "deny foreign-registry 9 x: 'x' comes from the registry "
		  "'file:///r' > remove the key `registry` from the "
		  "dependency and pack again\n" },
		{ GOOD "[dependencies]\nx = { version = \"1\", registry-index "
		       "= \"https://example.org/rust-lang/crates.io-index\" "
		       "}\n",
		  "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		char text[400], want[400];
		struct sample s = { text, want };

		snprintf(text, sizeof(text), GOOD "[dependencies]\n%s\n",
			 samples[i].dep);
		snprintf(want, sizeof(want), "%s%s\n", samples[i].want, mend);
		check(&s, 1);
	}
	check(others, ARRAY_LEN(others));
}

static void test_lint_knows_how_the_others_are_spelt(void **state)
{
	static const char *const taken[] = { "flume_bob" };
	struct lint_input in = { .taken = taken, .taken_count = 1 };
	static const struct sample samples[] = {
		{ GOOD "[dependencies]\nflume-bob = \"0.1\"\n",
		  "deny dependency-spelling 9 flume-bob: the crate "
		  "'flume-bob' is called 'flume_bob' > write the dependency "
		  "as flume_bob\n" },
		{ GOOD "[dependencies]\nflume_bob = \"0.1\"\n", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++)
		check_with(&in, &samples[i]);
}

static void test_lint_names_the_lines_that_the_student_wrote(void **state)
{
	static const char original[] =
		"# mine\n\n[package]\nname = \"kov-ada\"\nversion = \"1\"\n"
		"keywords.workspace = true\n"
		"\n[dependencies]\nx = \"*\"\n\n[features]\n\"a b\" = []\n";
	static const char packed[] =
		"[package]\n" NAME "version = \"1\"\n" EDITION ABOUT LINK
		"keywords = [\"a b\"]\n"
		"[features]\n\"a b\" = []\n"
		"[dependencies.x]\nversion = \"*\"\n";
	AUTO(arena_releasep) struct arena arena = { 0 };
	AUTO(strbuf_releasep) struct strbuf out = { 0 };
	struct manifest m;
	struct lint_input in = { .original = &m };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(manifest_read(original, strlen(original), "Cargo.toml",
				       &arena, &m, &err),
			 0);
	lint(&in, packed, &out);
	assert_string_equal(
		strbuf_str(&out),
		"deny invalid-version 5 1: '1' is no version: a second number "
		"is missing, as in 1.0.0 > version = \"0.1.0\"\n"
		"deny missing-license 3 license: no licence is given > add to "
		"[package]: license = \"MIT OR Apache-2.0\"\n"
		"deny invalid-keyword 6 a b: 'a b' is not at most 20 ASCII "
		"letters, digits, '_', '-' and '+' > -\n"
		"deny invalid-feature 12 a b: 'a b' is no name for a feature "
		"> -\n"
		"deny wildcard-requirement 9 x: 'x' takes any version > give "
		"it a version, as in x = \"1\"\n");
}

static void test_lint_survives_any_failed_allocation(void **state)
{
	static const char text[] =
		"[package]\nname = \"1\"\nversion = \"x\"\n"
		"license = \"mit/x\"\nkeywords = [\"a b\"]\n"
		"categories = [\"x\"]\n[features]\n\"+\" = [\"+\"]\n"
		"[dependencies]\nx = \"*\"\n";
	AUTO(arena_releasep) struct arena arena = { 0 };
	struct manifest m;
	struct lint_input in = { .data = &data, .manifest = &m };
	struct err err = { 0 };
	long nth = 0, total;

	(void)state;
	assert_int_equal(manifest_read(text, strlen(text), "Cargo.toml", &arena,
				       &m, &err),
			 0);
	do {
		AUTO(findings_releasep) struct findings found = { 0 };
		struct err failed = { 0 };
		int rc;

		fault_alloc(++nth);
		rc = manifest_lint(&in, &found, &failed);
		total = fault_count();
		fault_alloc(0);
		assert_int_equal(rc, nth <= total ? ERR_NOMEM : 0);
	} while (nth <= total);
	assert_true(nth > 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lint_says_nothing_of_a_good_crate),
		cmocka_unit_test(test_lint_judges_the_name),
		cmocka_unit_test(
			test_lint_compares_with_the_roster_and_the_tag),
		cmocka_unit_test(test_lint_judges_versions_and_editions),
		cmocka_unit_test(test_lint_refuses_what_cargo_takes_out),
		cmocka_unit_test(test_lint_judges_the_description),
		cmocka_unit_test(test_lint_judges_the_licence),
		cmocka_unit_test(test_lint_judges_links),
		cmocka_unit_test(test_lint_judges_keywords_and_categories),
		cmocka_unit_test(test_lint_judges_features),
		cmocka_unit_test(test_lint_counts_features_and_dependencies),
		cmocka_unit_test(test_lint_judges_dependencies),
		cmocka_unit_test(test_lint_knows_how_the_others_are_spelt),
		cmocka_unit_test(
			test_lint_names_the_lines_that_the_student_wrote),
		cmocka_unit_test(test_lint_survives_any_failed_allocation),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
