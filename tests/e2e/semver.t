#!/bin/sh
# Two rustdoc documents compared: no workspace, no toolchain, no network.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

command -v rustdoc >/dev/null 2>&1 || skip 'rustdoc not found'

# document NAME VERSION [FLAG...]: NAME.json from NAME.rs, as the crate kov
document() {
	name=$1 version=$2
	shift 2
	RUSTC_BOOTSTRAP=1 rustdoc -Z unstable-options --output-format json \
		--document-hidden-items --cap-lints=allow --edition 2021 \
		--crate-name kov --crate-version "$version" -o made "$@" \
		"$name.rs" >/dev/null && mv made/kov.json "$name.json"
}

cat >old.rs <<-'EOF'
pub fn one() {}
#[derive(Clone)]
pub struct D;

pub fn two(_a: u8) {}
EOF
cat >new.rs <<-'EOF'
pub struct D;
pub fn two(_a: u8, _b: u8) {}
pub struct Added;
EOF
document old 0.3.1 --document-private-items || exit 1
document new 0.3.2 --document-private-items || exit 1

semver() {
	run semver --baseline-rustdoc old.json --current-rustdoc new.json "$@"
}

text() {
	semver
	is 1 && same out <<-EOF
	deny  derive_trait_impl_removed: derived trait is no longer implemented

	      kov::D::Clone, in new.rs:1, previously in old.rs:3
	        code that needs the trait of the type does not compile any more
	        mend: bring it back, or release a new major version: 0.3.1 -> 0.4.0

	deny  function_missing: public function removed or renamed
	      rule: https://doc.rust-lang.org/cargo/reference/semver.html#item-remove

	      kov::one, previously in old.rs:1
	        no function can be imported by this path any more
	        mend: bring it back, or keep a re-export under the old path, or release a new major version: 0.3.1 -> 0.4.0

	deny  function_parameter_count_changed: function takes another number of parameters
	      rule: https://doc.rust-lang.org/cargo/reference/semver.html#fn-change-arity

	      kov::two, in new.rs:2, previously in old.rs:5
	        every call has another number of arguments: it takes 2 instead of 1
	        mend: keep the signature and add a second function, or release a new major version: 0.3.1 -> 0.4.0

	EOF
	has err 'Checking kov 0.3.1 -> 0.3.2 (minor change)' &&
		has err ' 3 fail, 0 warn, ' &&
		has err 'semver requires new major version: 3 major and 0 minor checks failed: 0.3.1 -> 0.4.0'
}

quiet() {
	semver -q
	is 1 && has out 'function_missing' && same err </dev/null
}

rows() {
	PATH=$TEST_ROOT/none semver --all-lints --format tsv
	is 0 && same err </dev/null && grep -v 'kov::Added' out >rows
	same rows <<-EOF
	derive_trait_impl_removed	new.rs	1	kov::D::Clone
	function_missing	old.rs	1	kov::one
	function_parameter_count_changed	new.rs	2	kov::two
	EOF
}

itself() {
	run semver --baseline-rustdoc old.json --current-rustdoc old.json \
		--all-lints --format tsv
	is 0 && same out </dev/null
}

json() {
	semver --json
	is 1 && must jq -e '.schema == 1 and .failed == 1 and (.crates[0] |
		.crate == "kov" and .verdict == "fail" and
		.baseline == "0.3.1" and .current == "0.3.2" and
		.declared == "minor" and .required == "major" and
		.needed == "0.4.0" and .lints.failed_major == 3 and
		(.findings[] | select(.id == "function_parameter_count_changed") |
			.subject == "kov::two" and .level == "deny" and
			.before == {"file": "old.rs", "line": 5} and
			.after == {"file": "new.rs", "line": 2}))' out >/dev/null
	same err </dev/null
}

release_type() {
	semver --release-type major
	is 0 && same out </dev/null && has err '(major change)' &&
		has err 'no semver update required'
}

no_version() {
	jq '.crate_version = null' old.json >bare.json
	run semver --baseline-rustdoc bare.json --current-rustdoc new.json
	is 6 && same err <<-EOF || return 1
	cohort: bare.json: it has no version, and no release type was given
	hint: cohort semver --release-type minor
	EOF
	run semver --baseline-rustdoc bare.json --current-rustdoc new.json \
		--release-type minor
	is 1 && has out 'function_missing' && lacks out ' -> '
}

manifest() {
	cat >Cargo.toml <<-EOF
	[package]
	name = "kov"
	version = "0.3.2"
	[package.metadata.cargo-semver-checks.lints]
	function_missing = "warn"
	function_parameter_count_changed = "allow"
	derive_trait_impl_removed = { level = "warn", required-update = "minor" }
	EOF
	semver --current-manifest Cargo.toml
	is 0 && has out 'warn  function_missing' &&
		lacks out 'function_parameter_count_changed' &&
		lacks out 'derive_trait_impl_removed' && has err '1 warn' &&
		semver --current-manifest Cargo.toml --release-type patch &&
		has out 'warn  derive_trait_impl_removed'
}

features() {
	printf '[package]\nname = "kov"\n[features]\ndefault = ["std"]\nstd = []\nfast = []\n' \
		>was.toml
	printf '[package]\nname = "kov"\n[features]\ndefault = []\nstd = []\n' \
		>is.toml
	semver --all-lints --format tsv --baseline-manifest was.toml \
		--current-manifest is.toml
	is 0 && grep '^feature_' out >rows
	same rows <<-EOF || return 1
	feature_missing			fast
	feature_not_enabled_by_default			std
	EOF
	semver --all-lints --format tsv --current-manifest is.toml
	is 0 && lacks out 'feature_'
}

# in the folders that cargo makes, the manifests are found
near() {
	mkdir -p was/target/doc is/target/thumb/doc
	cp was.toml was/Cargo.toml && cp is.toml is/Cargo.toml
	cp old.json was/target/doc/kov.json
	cp new.json is/target/thumb/doc/kov.json
	run semver --all-lints --format tsv \
		--baseline-rustdoc was/target/doc/kov.json \
		--current-rustdoc is/target/thumb/doc/kov.json
	is 0 && has out 'feature_missing' || return 1
	# but not those of somebody else
	sed -i 's/kov/other/' was/Cargo.toml
	run semver --all-lints --format tsv \
		--baseline-rustdoc was/target/doc/kov.json \
		--current-rustdoc is/target/thumb/doc/kov.json
	is 0 && lacks out 'feature_' && has out 'function_missing'
}

notes() {
	cp old.rs open.rs && document open 0.3.1 && mv open.json public.json &&
		jq '.format_version = 99 | .target.triple = "odd"' new.json >newer.json
	run semver --baseline-rustdoc public.json --current-rustdoc newer.json \
		--all-lints --format tsv
	is 0 && has err 'note: public.json: the document has no private items' &&
		has err 'format 99 is newer than 61' &&
		has err 'were documented for different targets: ' &&
		has out 'function_missing'
}

sarif() {
	cat >sarif.jq <<-'EOF'
	def place: .physicalLocation.artifactLocation.uri | type == "string";
	.version == "2.1.0" and (.["$schema"] | test("sarif-2.1.0")) and
	(.runs | length == 1) and (.runs[0] |
	.tool.driver.name == "cohort" and
	(.tool.driver.rules as $r | .results | length > 0 and all(
		$r[.ruleIndex].id == .ruleId and
		(.level | IN("error", "warning", "note")) and
		(.message.text | length > 0) and
		(.locations | length == 1 and all(place)) and
		(.partialFingerprints["cohortSemver/v1"] | startswith("")))) and
	(.tool.driver.rules | all(
		(.shortDescription.text | length > 0) and
		(.defaultConfiguration.level | IN("error", "warning", "note")) and
		(.properties.requiredUpdate | IN("major", "minor")))) and
	(.invocations[0] | .executionSuccessful))
	EOF
	semver --format sarif
	is 1 && same err </dev/null && must jq -e -f sarif.jq out >/dev/null
	must jq -e '.runs[0].results[] |
		select(.ruleId == "function_parameter_count_changed") |
		.level == "error" and
		.partialFingerprints["cohortSemver/v1"] ==
			"function_parameter_count_changed/kov::two" and
		.locations[0].physicalLocation == {
			artifactLocation: {uri: "new.rs"}, region: {startLine: 2}} and
		.relatedLocations[0].physicalLocation == {
			artifactLocation: {uri: "old.rs"}, region: {startLine: 5}}' \
		out >/dev/null
	semver --format sarif --all-lints
	is 0 && must jq -e -f sarif.jq out >/dev/null
}

junit() {
	lints=$("$COHORT" semver --list --json | jq '.explained | length')
	semver --format junit
	is 1 && has out '<testsuite name="kov" tests="'"$lints"'" failures="3" errors="0"' &&
		has out '<testcase classname="kov" name="enum_missing"/>' &&
		has out '<testcase classname="kov" name="function_missing"><failure type="function_missing"' &&
		has out 'kov::one (old.rs:1): no function' &&
		has out '<skipped/></testcase>' || return 1
	[ "$(grep -c '<testcase ' out)" -eq "$lints" ] ||
		complain 'not one case a lint'
	[ "$(grep -c '<failure' out)" -eq 3 ] || complain 'not three failures'
}

verbose() {
	semver -v
	is 1 && has err '  fail  major  function_missing' &&
		has err '  pass  major  enum_missing' && has err '  skip  '
}

list() {
	run semver --list
	is 0 && has out 'function_missing' && lacks out 'missing-license' ||
		return 1
	[ "$("$COHORT" semver --list --json | jq '[.explained[].kind] |
		unique == ["semver"]')" = true ] || complain 'not only semver lints'
	run semver --explain function_missing
	is 0 && has out 'public function removed' || return 1
	run semver --explain function_mising
	is 6 && has err 'hint: cohort explain function_missing'
}

usage() {
	run semver nowhere --baseline-rustdoc old.json --current-rustdoc new.json
	is 2 && same err <<-EOF || return 1
	cohort: 'nowhere' and '--current-rustdoc' exclude each other
	EOF
	run semver --current-rustdoc new.json
	is 2 && has err "'--current-rustdoc' needs '--baseline-rustdoc'" || return 1
	semver --release-type small
	is 2 && has err 'major|minor|patch'
}

broken() {
	run semver --baseline-rustdoc old.json --current-rustdoc none.json
	is 6 && has err "cannot open 'none.json'" || return 1
	head -c 3000 new.json >cut.json
	run semver --baseline-rustdoc old.json --current-rustdoc cut.json
	is 6 && has err 'cut.json' && same out </dev/null
}

check 'what changed is named, with both places and the version to take' text
check '-q leaves the findings' quiet
check 'every lint as rows, without a toolchain' rows
check 'a document compared with itself is silent' itself
check '--json has all of it' json
check '--release-type replaces the versions' release_type
check 'without a version it asks for a release type' no_version
check 'the settings in the manifest count' manifest
check 'features are compared where both manifests are given' features
check 'and where they lie around the documents' near
check 'what makes the answer less sure is said' notes
check 'SARIF for code hosts' sarif
check 'JUnit for CI: one case a lint' junit
check '-v says what became of each lint' verbose
check 'the lints, and what one means' list
check 'options that need each other' usage
check 'files that are no documents' broken
done_testing
