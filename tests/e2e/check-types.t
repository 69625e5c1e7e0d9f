#!/bin/sh
# Changed types: a finding that a program confirms is an error.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=../seats.sh
. "$ROOT/tests/seats.sh"

command -v cargo >/dev/null 2>&1 || skip 'cargo not found'
command -v bwrap >/dev/null 2>&1 || skip 'bubblewrap not found'
HOME=$TEST_ROOT/home
export HOME

git init -q -b main ada && a_crate ada kov-ada 0.1.0
cat >>ada/src/lib.rs <<'EOF'
/// Confirmed: a caller passes a `u8`.
pub fn narrow(_: u8) {}
/// Not confirmed: only a literal without a type shows it.
pub fn literal(_: u64) {}
EOF
echo target >ada/.gitignore
git -C ada add -A && git -C ada commit -qm types &&
	git -C ada tag -f artifact_01/v0.1.0 >/dev/null || exit 1
sed -i 's/(_: u8)/(_: u16)/; s/(_: u64)/(_: impl Into<u64>)/' ada/src/lib.rs
sed -i 's/^version.*/version = "0.1.1"/' ada/Cargo.toml
printf 'schema: 1\nhandle: ada\nartifact: artifact_01\ncrate: kov-ada\n' \
	>ada/.cohort.yaml
git -C ada add -A && git -C ada commit -qm change || exit 1

level() {
	jq -r ".. | objects | select(.subject? == \"$1\") | .level" out
}

confirmed() {
	run check ada --json
	is 1 || return 1
	[ "$(level kov_ada::narrow)" = deny ] || complain "$(level kov_ada::narrow)"
	[ "$(level kov_ada::literal)" = warn ] ||
		complain "$(level kov_ada::literal)"
}

said() {
	run check ada
	is 1 && has out 'a program that uses it compiled before' &&
		has out '1 of 2 findings on types are confirmed'
}

settled() {
	printf '[package.metadata.cargo-semver-checks.lints]\n%s\n' \
		'function_parameter_type_changed = "warn"' >>ada/Cargo.toml
	git -C ada commit -qam settle
	run check ada --json
	is 0 || return 1
	[ "$(level kov_ada::narrow)" = warn ] || complain "$(level kov_ada::narrow)"
}

check 'a finding that a program confirms is an error, another warns' confirmed
check 'the finding and a note say that it was confirmed' said
check 'a level that the crate has chosen stays' settled
done_testing
