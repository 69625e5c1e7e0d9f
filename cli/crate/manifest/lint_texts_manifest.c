#include "crate/manifest/lint_texts.h"

/* What the lints on a manifest are called and why they are there. */

#define PUBLISH "crates.io, src/controllers/krate/publish.rs"
#define VALIDATION "crates.io, crates/crates_io_validation"
#define TARBALL "crates.io, crates/crates_io_tarball"
#define COHORT "cohort"

/* clang-format off: one entry reads best when all have one shape */
const struct lint lint_manifest_texts[LINT_DAMAGED_ARCHIVE] = {
	[LINT_MISSING_PACKAGE] = { "missing-package", FINDING_DENY,
				   "the manifest has no [package] table",
				   "A crate is what [package] describes: a "
				   "manifest with only a\n"
				   "[workspace] groups crates and cannot "
				   "itself be published. Run the\n"
				   "command in the folder of the crate, or add "
				   "a [package] table with\n"
				   "name, version, edition, description and "
				   "license.",
				   TARBALL },
	[LINT_INVALID_NAME] = { "invalid-name", FINDING_DENY,
				"the crate's name is not one that crates.io "
				"can give",
				"A name has 1 to 64 characters: ASCII letters, "
				"digits, '-' and '_',\n"
				"with a letter first.",
				VALIDATION },
	[LINT_RESERVED_NAME] = { "reserved-name", FINDING_DENY,
				 "crates.io gives this name to nobody",
				 "The names of the standard library's parts, "
				 "of compiler tools, and of\n"
				 "Windows devices (nul, con, com1, ...) are "
				 "reserved. Upper and lower\n"
				 "case, and '-' and '_', make no difference. "
				 "The list that is checked\n"
				 "here is config/reserved-names.txt; the live "
				 "one may hold more.",
				 "crates.io, migrations on "
				 "reserved_crate_names" },
	[LINT_NAME_TAKEN] = { "name-taken", FINDING_DENY,
			      "another seat's crate has this name, or one that "
			      "counts as the same",
			      "To crates.io names that differ only in case, or "
			      "in '-' and '_', are\n"
			      "one name: who publishes first has it, and the "
			      "second is refused as\n"
			      "somebody who does not own the crate. 32 "
			      "students cannot all publish\n"
			      "'kov'; each has a suffix of their own, which "
			      "the roster assigns.",
			      "crates.io, canon_crate_name" },
	[LINT_NAME_MISMATCH] = { "name-mismatch", FINDING_DENY,
				 "the crate is not named as the roster has it",
				 "The roster assigns each seat the name of its "
				 "crate, free of all the\n"
				 "others. If the name in Cargo.toml is the one "
				 "that should stay, ask\n"
				 "the instructors to change the suffix in the "
				 "roster.",
				 COHORT },
	[LINT_INVALID_VERSION] = { "invalid-version", FINDING_DENY,
				   "the version is no semantic version",
				   "A version is three numbers with dots, "
				   "without leading zeros, perhaps\n"
				   "a pre-release after '-' and a build after "
				   "'+', as in 0.1.0-alpha.1,\n"
				   "and at most 150 characters long.",
				   VALIDATION },
	[LINT_VERSION_MISMATCH] = { "version-mismatch", FINDING_DENY,
				    "the version in Cargo.toml is not that of "
				    "the tag",
				    "A submission is a tag like "
				    "artifact_01/v0.1.0, and the crate under "
				    "it\n"
				    "must be that version, or people would "
				    "install another one than was\n"
				    "reviewed. Change the version, commit, and "
				    "submit again.",
				    COHORT },
	[LINT_DUPLICATE_VERSION] = { "duplicate-version", FINDING_DENY,
				     "this version is published already",
				     "A published version cannot be replaced. "
				     "What follows '+' does not\n"
				     "count: 1.0.0+a and 1.0.0+b are one "
				     "version. Raise the version.",
				     "crates.io, unique index on "
				     "versions.num_no_build" },
	[LINT_INVALID_EDITION] = { "invalid-edition", FINDING_DENY,
				   "there is no such edition of Rust",
				   "The editions are 2015, 2018, 2021 and "
				   "2024.",
				   "crates.io, crates/crates_io_cargo_toml" },
	[LINT_MISSING_EDITION] = { "missing-edition", FINDING_WARN,
				   "without `edition` the crate is Rust 2015",
				   "That was the rule when there was only one "
				   "edition, and it is still:\n"
				   "`async` is no keyword there and paths "
				   "begin with `::`. Nobody who\n"
				   "begins a crate today means that.",
				   "cargo" },
	[LINT_INVALID_RUST_VERSION] = { "invalid-rust-version", FINDING_DENY,
					"`rust-version` is no version of Rust",
					"It is two or three numbers, as in "
					"1.70 or 1.70.0: no sign before\n"
					"them and no pre-release after them.",
					PUBLISH },
	[LINT_UNRESOLVED_INHERITANCE] = { "unresolved-inheritance",
					  FINDING_DENY,
					  "a value of the packed manifest "
					  "still comes from a workspace",
					  "cargo writes the values of the "
					  "workspace into the crate when it\n"
					  "packs. A package that still says "
					  "`workspace = true` was not packed "
					  "by\n"
					  "cargo, and the workspace is not "
					  "there where it is unpacked.",
					  TARBALL },
	[LINT_PATCH_TABLE] = { "patch-table", FINDING_DENY,
			       "the packed manifest has a [patch] table",
			       "[patch] replaces dependencies for one's own "
			       "builds only, so cargo\n"
			       "takes it out when it packs, and crates.io "
			       "refuses a crate that has\n"
			       "one. Such a package was not packed by cargo.",
			       TARBALL },
	[LINT_PUBLISH_DISABLED] = { "publish-disabled", FINDING_DENY,
				    "the manifest says that the crate is not "
				    "to be published",
				    "`publish = false`, or a list of "
				    "registries without crates.io, is the\n"
				    "author's own word; cargo refuses to "
				    "publish such a crate, and so do\n"
				    "we. Take the line out when the crate is "
				    "meant to be released.",
				    "cargo" },
	[LINT_MISSING_DESCRIPTION] = { "missing-description", FINDING_DENY,
				       "the crate has no description",
				       "A sentence of plain text. It is what a "
				       "search shows beside the name.",
				       PUBLISH },
	[LINT_LONG_DESCRIPTION] = { "long-description", FINDING_DENY,
				    "the description has more than 1000 bytes",
				    "The limit counts bytes of UTF-8, not "
				    "characters. What is longer\n"
				    "belongs into the README.",
				    PUBLISH },
	[LINT_MISSING_LICENSE] = { "missing-license", FINDING_DENY,
				   "the crate has no licence",
				   "Without one nobody may use the crate, and "
				   "crates.io takes none that\n"
				   "has neither `license` nor `license-file`. "
				   "Most Rust crates say\n"
				   "`license = \"MIT OR Apache-2.0\"`.",
				   PUBLISH },
	[LINT_INVALID_LICENSE] = { "invalid-license", FINDING_DENY,
				   "`license` is no SPDX expression that "
				   "crates.io takes",
				   "It names licences by their SPDX "
				   "identifiers, spelt exactly, with AND,\n"
				   "OR, WITH and parentheses: `MIT OR "
				   "Apache-2.0`. A licence that SPDX\n"
				   "does not list goes into a file, named by "
				   "`license-file`.\n"
				   "The list that is checked here is "
				   "config/spdx-licenses.txt.",
				   "crates.io, src/licenses.rs" },
	[LINT_DATED_LICENSE] = { "dated-license", FINDING_WARN,
				 "the licence expression is written in an old "
				 "way",
				 "crates.io takes '/' for OR and identifiers "
				 "that SPDX has replaced\n"
				 "(GPL-3.0 says neither -only nor -or-later). "
				 "Tools that read licences\n"
				 "often do not, and some servers refuse `or` "
				 "in lower case.",
				 "SPDX License List" },
	[LINT_MISSING_LICENSE_FILE] = { "missing-license-file", FINDING_WARN,
					"the file that `license-file` names is "
					"not in the package",
					"Who unpacks the crate should find its "
					"licence in it. Look at\n"
					"`include` and `exclude`, and at the "
					"spelling.",
					"cargo" },
	[LINT_INVALID_URL] = { "invalid-url", FINDING_DENY,
			       "a link of the crate does not begin with "
			       "http:// or https://",
			       "`homepage`, `documentation` and `repository` "
			       "are shown as links.\n"
			       "Addresses for git and ssh are refused, and so "
			       "is what is no URL.\n"
			       "Nobody looks whether the page is there.",
			       PUBLISH },
	[LINT_MISSING_LINKS] = { "missing-links", FINDING_WARN,
				 "none of repository, documentation and "
				 "homepage is given",
				 "Who finds the crate cannot find its source. "
				 "cargo warns as well.",
				 "cargo" },
	[LINT_MISSING_README] = { "missing-readme", FINDING_WARN,
				  "the crate has no README",
				  "It is the page that crates.io shows. A file "
				  "README.md beside\n"
				  "Cargo.toml is found by itself.",
				  COHORT },
	[LINT_LARGE_README] = { "large-readme", FINDING_DENY,
				"the README is too large for an upload",
				"It travels in the JSON of the upload, which "
				"may have 1 MiB in all.",
				PUBLISH },
	[LINT_TOO_MANY_KEYWORDS] = { "too-many-keywords", FINDING_DENY,
				     "more than 5 keywords",
				     "crates.io takes at most 5.", PUBLISH },
	[LINT_INVALID_KEYWORD] = { "invalid-keyword", FINDING_DENY,
				   "a keyword that crates.io refuses",
				   "At most 20 bytes; an ASCII letter or digit "
				   "first, then ASCII letters,\n"
				   "digits, '_', '-' and '+'. No spaces.",
				   "crates.io, src/models/keyword.rs" },
	[LINT_TOO_MANY_CATEGORIES] = { "too-many-categories", FINDING_DENY,
				       "more than 5 categories",
				       "crates.io takes at most 5.", PUBLISH },
	[LINT_UNKNOWN_CATEGORY] = { "unknown-category", FINDING_DENY,
				    "a category that crates.io does not have",
				    "Categories are slugs from a fixed list, "
				    "as `asynchronous` or\n"
				    "`no-std::no-alloc`; one that is not in it "
				    "makes the whole upload\n"
				    "fail. The list that is checked here is "
				    "config/categories.txt.",
				    "crates.io, src/boot/categories.toml" },
	[LINT_TOO_MANY_FEATURES] = { "too-many-features", FINDING_DENY,
				     "more than 300 features, or one that "
				     "enables more than 300",
				     "crates.io takes at most 300 features, "
				     "each with at most 300 entries.",
				     "crates.io, "
				     "src/config/publish_limits.rs" },
	[LINT_INVALID_FEATURE] = { "invalid-feature", FINDING_DENY,
				   "a feature, or what it enables, has a name "
				   "that is refused",
				   "A feature begins with a letter, a digit or "
				   "'_', and goes on with\n"
				   "these, '-', '+' and '.'. It enables "
				   "features, `dep:x`, `x/y` or\n"
				   "`x?/y`, where x is a dependency.",
				   VALIDATION },
	[LINT_TOO_MANY_DEPENDENCIES] = { "too-many-dependencies", FINDING_DENY,
					 "more than 500 dependencies",
					 "All kinds and all targets count "
					 "together.",
					 "crates.io, "
					 "src/config/publish_limits.rs" },
	[LINT_INVALID_DEPENDENCY_NAME] = { "invalid-dependency-name",
					   FINDING_DENY,
					   "a dependency whose name no crate "
					   "can have",
					   "The crate's name follows the rules "
					   "of crate names; the name that it\n"
					   "is given here may also begin with "
					   "'_'.",
					   VALIDATION },
	[LINT_DEPENDENCY_SPELLING] = { "dependency-spelling", FINDING_DENY,
				       "a dependency that is spelt otherwise "
				       "than the crate it means",
				       "crates.io wants the exact name: a "
				       "crate that depends on serde-json is\n"
				       "refused, since the crate is called "
				       "serde_json.",
				       "crates.io, add_dependencies" },
	[LINT_INVALID_REQUIREMENT] = { "invalid-requirement", FINDING_DENY,
				       "a dependency's version is no version "
				       "requirement",
				       "Examples: \"1.2\", \"^0.3\", \"~1.2\", "
				       "\"=1.0.0\", \">=1.2, <1.5\".",
				       PUBLISH },
	[LINT_WILDCARD_REQUIREMENT] = { "wildcard-requirement", FINDING_DENY,
					"a dependency takes any version",
					"\"*\" would let the next major "
					"version break the crate for "
					"everybody\n"
					"who has it already. A dependency "
					"without a version counts as \"*\".\n"
					"\"1.*\" is allowed.",
					PUBLISH },
	[LINT_FOREIGN_REGISTRY] = { "foreign-registry", FINDING_DENY,
				    "a dependency comes from another registry",
				    "A crate on crates.io may depend only on "
				    "crates of crates.io. A crate\n"
				    "packed with `registry = \"...\"` keeps "
				    "the other registry's address\n"
				    "as `registry-index`, and cannot go there "
				    "any more: pack it anew with\n"
				    "that key removed.",
				    PUBLISH },
	[LINT_MISSING_LOCKFILE] = { "missing-lockfile", FINDING_WARN,
				    "the crate has a program and no Cargo.lock",
				    "`cargo install --locked` builds what was "
				    "tested; without a\n"
				    "Cargo.lock in the package it cannot. "
				    "cargo packs one by itself,\n"
				    "unless it is told not to.",
				    "cargo" },
	[LINT_DIRTY_PACKAGE] = { "dirty-package", FINDING_WARN,
				 "the package has changes that no commit has",
				 "It was packed with --allow-dirty, so that "
				 "the commit it names is not\n"
				 "what is in it, and nobody can look it up. "
				 "Commit and pack again.",
				 "cargo" },
	[LINT_PACKAGE_TOO_LARGE] = { "package-too-large", FINDING_DENY,
				     "the packed crate has more than 10 MiB",
				     "Look at the list of files for what does "
				     "not belong there (recordings,\n"
				     "data for tests, build output) and put it "
				     "into `exclude`.",
				     "crates.io, "
				     "src/config/publish_limits.rs" },
};
/* clang-format on */
