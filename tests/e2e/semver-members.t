#!/bin/sh
# Workspaces of several crates, and what crates depend on.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=../seats.sh
. "$ROOT/tests/seats.sh"
# shellcheck source=../plain.sh
. "$ROOT/tests/plain.sh"

command -v cargo >/dev/null 2>&1 || skip 'cargo not found'
command -v bwrap >/dev/null 2>&1 || skip 'bubblewrap not found'
HOME=$TEST_ROOT/home
XDG_CACHE_HOME=$TEST_ROOT/cache
CARGO_HOME=$TEST_ROOT/cargo
export HOME XDG_CACHE_HOME CARGO_HOME
mkdir -p "$CARGO_HOME" none/index || exit 1
# what stands in for crates.io is empty
printf '[source.crates-io]\nreplace-with = "here"\n[source.here]\nlocal-registry = "%s"\n' \
	"$PWD/none" >"$CARGO_HOME/config.toml"
crate was was 0.1.0 || exit 1

members() {
	git init -q many && cd many && crate a m-a 1.0.0 && crate b m-b 1.0.0 &&
		crate c m-c 1.0.0 'publish = false' && crate d m-d 1.0.0 &&
		crate e m-e 1.0.0 || return 1
	printf '[workspace]\nresolver = "2"\nmembers = ["a", "b", "c", "d", "e"]\n' \
		>Cargo.toml
	echo 'fn main() {}' >d/src/main.rs && rm d/src/lib.rs
	git add -A && git commit -qm first
	sed -i 's/one/two/' a/src/lib.rs && echo 'pub fn (' >>b/src/lib.rs
	run semver --workspace --exclude m-e --baseline-rev HEAD
	is 1 && has out 'm_a::one, previously in a/src/lib.rs:1' &&
		has out 'error m-b: current: ' && lacks out 'm-e' &&
		has out 'skipped m-c: it is not published' &&
		has out 'skipped m-d: it has no library' || return 1
	run semver -p m-c --baseline-rev HEAD
	is 0 && has err 'Checking m-c 1.0.0 -> 1.0.0' || return 1
	run semver e --baseline-rev HEAD
	is 0 && has err 'Checking m-e 1.0.0' && lacks err 'm-a' || return 1
	crate f m-f 1.0.0 && sed -i 's/"e"/"e", "f"/' Cargo.toml
	run semver -p m-f --baseline-rev HEAD
	is 0 && has out 'skipped m-f: no earlier version' || return 1
	run semver -p m-aa --baseline-rev HEAD
	is 6 && has err "there is no package 'm-aa' in the workspace" &&
		has err "hint: did you mean 'm-a'?"
}

# A dependency by path that lies beside the package.
beside() {
	git init -q two && cd two && crate lib beside 0.1.0 &&
		crate top top 0.1.0 '[dependencies]' 'beside = { path = "../lib" }' &&
		echo 'pub use beside::one as again;' >>top/src/lib.rs &&
		git add -A && git commit -qm first || return 1
	sed -i 's/fn one/fn uno/' top/src/lib.rs
	run semver top --baseline-rev HEAD
	is 1 && has out 'top::one'
}

# What it stands for neither document says, and libc's own became core's.
alias_moved() {
	git init -q alias && crate alias/low low 0.1.0 &&
		echo 'pub type Long = i64;' >alias/low/src/lib.rs &&
		crate alias/top top 0.1.0 '[dependencies]' \
			'low = { path = "../low" }' &&
		echo 'pub fn f() -> low::c_long { 1 }' >alias/top/src/lib.rs &&
		sed -i 's/Long/c_long/' alias/low/src/lib.rs &&
		commit alias first || return 1
	echo 'pub use std::ffi::c_long;' >alias/low/src/lib.rs
	run semver alias/top --baseline-rev HEAD
	is 0 && same out </dev/null || return 1
	echo 'pub type c_short = i16; pub type c_long = i64;' \
		>alias/low/src/lib.rs
	sed -i 's/low::c_long/low::c_short/' alias/top/src/lib.rs
	run semver alias/top --baseline-rev HEAD
	is 0 && has out "it was 'c_long' and is 'c_short'"
}

# Each side is in a repository of its own, or there is none to take it from.
apart() {
	cp -r two other && git -C other reset -q --hard &&
		git -C other mv lib moved && cp -r other/moved other/lib || return 1
	run semver two/top --baseline-root other/top
	is 1 && has out 'top::one' || return 1
	mkdir none-has && crate none-has/lib beside 0.1.0 &&
		cp -r two/top none-has/top || return 1
	run semver none-has/top --baseline-root two/top
	is 6 && has err "the dependency '$PWD/none-has/lib' is not in '$PWD/none-has/top', nor is there a repository that has both" &&
		has err "hint: git init '$PWD/none-has'"
}

# In rows there is no place for it, and no rows would look like a pass.
told_beside_rows() {
	cp -r was wrong && echo 'pub fn (' >>wrong/src/lib.rs || return 1
	run semver wrong --baseline-root was --all-lints --format tsv
	is 1 && same out </dev/null && has err 'error was: current: '
}

# Which auto traits a type has depends on the version of a dependency, so the
# earlier version is documented against the Cargo.lock of the current one.
one_graph() {
	git init -q dep && crate dep dep 1.0.0 &&
		echo 'pub struct T;' >dep/src/lib.rs && commit dep first &&
		git init -q graph && crate graph graph 0.1.0 '[dependencies]' \
		"dep = { git = \"file://$PWD/dep\" }" || return 1
	echo 'pub struct Held(pub dep::T);' >>graph/src/lib.rs
	(cd graph && cargo generate-lockfile -q) && commit graph first || return 1
	echo 'pub struct T(pub *mut u8);' >dep/src/lib.rs && commit dep second &&
		sed -i '/dep::T/!d' graph/src/lib.rs && cp graph/Cargo.lock was.lock &&
		(cd graph && cargo update -q) || return 1
	mustnt cmp -s graph/Cargo.lock was.lock
	cp graph/Cargo.lock is.lock
	run semver graph --baseline-rev HEAD --json
	is 1 && must jq -e '[.crates[0].findings[].id] == ["function_missing"] and
		.crates[0].notes == []' out >/dev/null
	must cmp graph/Cargo.lock is.lock
}

# Where that cannot be, its own Cargo.lock has to do, and that is said.
other_graph() {
	git init -q gone && crate gone gone 0.1.0 && commit gone first &&
		git init -q drop && crate drop drop 0.1.0 '[dependencies]' \
		"gone = { git = \"file://$PWD/gone\" }" &&
		(cd drop && cargo fetch -q) && commit drop first || return 1
	rm -rf gone drop/Cargo.lock && crate drop drop 0.1.1
	run semver drop --baseline-rev HEAD
	is 0 && has err 'Checking drop 0.1.0 -> 0.1.1' &&
		has err 'note: the two versions were documented against different dependencies: '
}

locked() {
	sed -i 's/^version.*/version = "0.2.0"/' graph/Cargo.toml
	run semver graph --baseline-rev HEAD --locked
	is 6 && has err 'Cargo.lock' || return 1
	run semver graph --baseline-rev HEAD
	is 0 && has err '(major change)'
}

no_dependency() {
	crate lost lost 0.1.0 '[dependencies]' 'nobody-has-this = "1"'
	run semver lost --baseline-root was
	is 6 && has err 'a dependency cannot be had: ' && same out </dev/null
}

check 'members of a workspace, each for itself' members
check 'a dependency that lies beside the crate comes along' beside
check 'an alias of another crate that is core'"'"'s now' alias_moved
check 'a dependency that no repository has with the crate' apart
check 'a crate that could not be compared, in rows' told_beside_rows
check 'one dependency graph for both' one_graph
check 'two dependency graphs, where one cannot be had' other_graph
check '--locked' locked
check 'a dependency that is nowhere' no_dependency
done_testing
