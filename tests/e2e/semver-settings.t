#!/bin/sh
# Levels and allowances: in the manifest, in its workspace, in the policy.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=../seats.sh
. "$ROOT/tests/seats.sh"

command -v rustdoc >/dev/null 2>&1 || skip 'rustdoc not found'
HOME=$TEST_ROOT/home
XDG_CACHE_HOME=$TEST_ROOT/cache
export HOME XDG_CACHE_HOME

document() {
	RUSTC_BOOTSTRAP=1 rustdoc -Z unstable-options --output-format json \
		--document-private-items --document-hidden-items --edition 2021 \
		--crate-name kov --crate-version "$2" -o made "$1.rs" \
		>/dev/null && mv made/kov.json "$1.json"
}

printf 'pub fn one() {}\npub fn two() {}\npub struct S;\n' >old.rs
printf 'pub struct S;\npub struct Added;\n' >new.rs
document old 1.0.0 && document new 1.0.1 || exit 1

# settings TOML...: lines after [package]
settings() {
	printf '%s\n' '[package]' 'name = "kov"' 'version = "1.0.1"' "$@" \
		>Cargo.toml
}

# policy YAML...: a policy with these lists
policy() {
	printf '%s\n' 'schema: 1' "$@" >policy.yaml
}

semver() {
	run semver --baseline-rustdoc old.json --current-rustdoc new.json \
		--current-manifest Cargo.toml "$@"
}

allowed() {
	settings '[[package.metadata.cohort.semver.allow]]' \
		'lint = "function_missing"' 'item = "kov::one"' \
		'reason = "nobody could call it"'
	semver
	is 1 && has out 'kov::two' && lacks out 'kov::one' &&
		has err ' Allowed function_missing kov::one: nobody could call it' ||
		return 1
	semver --json
	must jq -e '.crates[0] | .lints.let_pass == 1 and
		([.findings[] | select(.allowed != null)] | length == 1) and
		(.findings[] | select(.subject == "kov::one") |
			.level == "allow" and .allowed == "nobody could call it")' \
		out >/dev/null
	semver --format sarif
	must jq -e '.runs[0].results[] | select(.suppressions) |
		.suppressions == [{kind: "external",
			justification: "nobody could call it"}] and
		.level == "note"' out >/dev/null
	semver --format junit
	lacks out 'kov::one' && has out 'kov::two'
}

both_allowed() {
	printf '%s\n' '[[package.metadata.cohort.semver.allow]]' \
		'lint = "function_missing"' 'item = "kov::two"' \
		'reason = "nor that"' >>Cargo.toml
	semver
	is 0 && same out </dev/null && has err 'no semver update required'
}

unused() {
	settings '[[package.metadata.cohort.semver.allow]]' \
		'lint = "function_missing"' 'item = "kov::three"' \
		'reason = "it was there once"'
	semver
	is 1 && has out 'warn  unused-allowance' &&
		has out 'kov::three, in Cargo.toml:4' || return 1
	semver --format sarif
	must jq -e '.runs[0].results[] | select(.ruleId == "unused-allowance") |
		.level == "warning"' out >/dev/null
	semver --all-lints --format tsv
	is 0 && lacks out 'unused-allowance'
}

own_lints() {
	settings '[package.metadata.cargo-semver-checks.lints]' \
		'function_missing = "deny"' 'not_known_here = "warn"' \
		'[package.metadata.cohort.semver.lints]' \
		'function_missing = "warn"'
	semver
	is 0 && has out 'warn  function_missing'
}

mistakes() {
	settings '[[package.metadata.cohort.semver.allow]]' \
		'lint = "function_mising"' 'item = "kov::one"' 'reason = "so"'
	semver
	is 6 && same err <<-EOF || return 1
	cohort: Cargo.toml:5:8: no semver lint is called 'function_mising'
	hint: did you mean 'function_missing'?
	EOF
	settings '[[package.metadata.cohort.semver.allow]]' \
		'lint = "function_missing"' 'item = "kov::one"' 'reason = " "'
	semver
	is 6 && has err "an allowance of 'function_missing' without a reason" ||
		return 1
	settings '[[package.metadata.cohort.semver.allow]]' \
		'lint = "function_missing"' 'subject = "kov::one"' 'reason = "x"'
	semver
	is 6 && has err 'subject' || return 1
	settings '[package.metadata.cohort.semver]' 'alow = []'
	semver
	is 6 && has err "'alow'" && has err 'allow' || return 1
	settings '[package.metadata.cohort.semver.lints]' 'nothing = "warn"'
	semver
	is 6 && has err "no semver lint is called 'nothing'"
}

by_policy() {
	settings
	policy 'lints:' '  - lint: function_missing' '    level: warn' \
		'allow: []'
	semver --policy policy.yaml
	is 0 && has out 'warn  function_missing' || return 1
	policy 'lints:' '  - lint: exhaustive_struct_added' '    level: deny' \
		'  - lint: function_missing' '    level: allow'
	semver --policy policy.yaml
	is 1 && has out 'deny  exhaustive_struct_added' && lacks out 'function_missing'
}

policy_allows() {
	policy 'allow:' '  - lint: function_missing' '    subject: kov::one' \
		'    reason: nobody used it' '  - lint: function_missing' \
		'    subject: kov::gone' '    reason: once' \
		'  - lint: function_missing' '    subject: other::gone' \
		'    reason: of another crate' '  - lint: missing-license' \
		'    reason: no lint on an interface'
	semver --policy policy.yaml
	is 1 && lacks out 'kov::one' && has out 'kov::two' &&
		has out 'kov::gone, in policy.yaml:6' && lacks out 'other::gone' ||
		return 1
	policy 'allow:' '  - lint: function_missing' '    reason: all of them'
	semver --policy policy.yaml
	is 0 && same out </dev/null
}

policy_goes_first() {
	settings '[[package.metadata.cohort.semver.allow]]' \
		'lint = "function_missing"' 'item = "kov::one"' 'reason = "so"'
	policy 'lints:' '  - lint: function_missing' '    level: deny'
	semver --policy policy.yaml
	is 1 && has out 'kov::one'
}

policy_mistake() {
	policy 'lints:' '  - lint: function_mising' '    level: deny'
	semver --policy policy.yaml
	is 6 && has err "policy.yaml:3: no lint is called 'function_mising'" ||
		return 1
	semver --policy nowhere.yaml
	is 6 && has err 'nowhere.yaml'
}

workspace_policy() {
	settings
	a_cohort ada >/dev/null && sed -i \
		's/^lints: \[\]/lints:\n  - lint: function_missing\n    level: warn/' \
		ws/config/policy.yaml
	semver -C ws
	is 0 && has out 'warn  function_missing' || return 1
	semver
	is 1 && has out 'deny  function_missing'
}

need_cargo() {
	command -v cargo >/dev/null 2>&1 || skip 'cargo not found'
	command -v bwrap >/dev/null 2>&1 || skip 'bubblewrap not found'
}

members() {
	need_cargo
	git init -q many && mkdir -p many/a/src && cd many || return 1
	printf '[package]\nname = "m-a"\nversion = "1.0.0"\nedition = "2021"\n' \
		>a/Cargo.toml
	echo 'pub fn one() {}' >a/src/lib.rs
	cat >Cargo.toml <<-EOF
	[workspace]
	resolver = "2"
	members = ["a"]
	[workspace.metadata.cargo-semver-checks.lints]
	function_missing = "warn"
	EOF
	git add -A && git commit -qm first && : >a/src/lib.rs
	run semver -p m-a --baseline-rev HEAD
	is 1 && has out 'deny  function_missing' || return 1
	cat >>a/Cargo.toml <<-EOF
	[package.metadata.cargo-semver-checks.lints]
	workspace = true
	[[package.metadata.cohort.semver.allow]]
	lint = "enum_missing"
	item = "m_a::E"
	reason = "old"
	EOF
	run semver -p m-a --baseline-rev HEAD
	is 0 && has out 'warn  function_missing' &&
		has out 'm_a::E, in a/Cargo.toml:7'
}

# `cohort check` says the same.
gate() {
	need_cargo
	rm Cargo.toml # cargo would take it for a workspace around the crate
	a_crate ada kov-ada 0.1.0 && git init -q -b main ada &&
		git -C ada add -A && git -C ada commit -qm first &&
		git -C ada tag artifact_01/v0.1.0 || return 1
	printf 'schema: 1\nhandle: ada\nartifact: artifact_01\ncrate: kov-ada\n' \
		>ada/.cohort.yaml
	sed -i 's/^version.*/version = "0.1.1"/' ada/Cargo.toml
	sed -i 's/pub fn one/pub fn uno/' ada/src/lib.rs
	run check ada
	is 1 && has out 'function_missing' || return 1
	cat >>ada/Cargo.toml <<-EOF
	[[package.metadata.cohort.semver.allow]]
	lint = "function_missing"
	item = "kov_ada::one"
	reason = "nobody could call it"
	[[package.metadata.cohort.semver.allow]]
	lint = "function_missing"
	item = "kov_ada::none"
	reason = "no more"
	EOF
	run check ada
	is 0 && lacks out 'function_missing  ' && has out 'unused-allowance' ||
		return 1
	run check ada --json
	must jq -e '[.checked[0].gates[] | select(.gate == "semver").findings[] |
		select(.subject == "kov_ada::one") | .level, .allowed] ==
		["allow", "nobody could call it"]' out >/dev/null
	run semver ada --baseline-rev artifact_01/v0.1.0
	is 0 && has err ' Allowed function_missing kov_ada::one'
}

check 'a finding is let pass by its lint and its item' allowed
check 'what is let pass asks for no release' both_allowed
check 'an allowance that lets nothing pass is reported' unused
check 'a table of our own, for lints of our own' own_lints
check 'mistakes in the manifest have their place' mistakes
check 'levels from a policy, without the manifest' by_policy
check 'allowances from a policy' policy_allows
check 'the policy goes before the manifest' policy_goes_first
check 'mistakes in a policy' policy_mistake
check 'the policy of a workspace' workspace_policy
check 'the rules of a cargo workspace, where a member asks for them' members
check 'cohort check honours and reports them too' gate
done_testing
