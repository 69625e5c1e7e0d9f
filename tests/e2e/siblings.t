#!/bin/sh
# Crates of one cohort that depend on each other.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=../seats.sh
. "$ROOT/tests/seats.sh"

command -v cargo >/dev/null 2>&1 || skip 'cargo not found'
HOME=$TEST_ROOT/home
export HOME

a_cohort ada bob cleo || exit 1
# ada needs bob, who needs cleo: the roster's order is the wrong one
a_crate ada kov-ada 0.1.0
printf '[dependencies]\nkov-bob = "0.1"\n' >>ada/Cargo.toml
echo 'pub use kov_bob::two;' >>ada/src/lib.rs
a_crate bob kov-bob 0.1.0
printf '[dependencies]\nkov-cleo = "0.1"\n' >>bob/Cargo.toml
echo 'pub fn two() -> u32 { kov_cleo::one() + 1 }' >>bob/src/lib.rs
a_crate cleo kov-cleo 0.1.0
a_submission ada ada 0.1.0 && a_submission bob bob 0.1.0 || exit 1

waits() {
	run -C ws package
	is 1 && has out 'it needs kov-cleo, which is not packed' &&
		has out 'it needs kov-bob, which is not packed'
}

packs_in_order() {
	a_submission cleo cleo 0.1.0
	run -C ws package
	is 0 && has out '3 packed' || return 1
	sha=$(record ada | jq -r '.submissions[0].package_sha256')
	tar -xzOf "ws/var/packages/$sha.crate" kov-ada-0.1.0/Cargo.lock >lock
	has lock 'source = "registry+https://github.com/rust-lang/crates.io-index"' &&
		has lock 'name = "kov-cleo"' &&
		has lock "$(record cleo | jq -r '.submissions[0].package_sha256')"
}

checks() {
	run -C ws check --all
	is 0 && has out '3 checked: 3 pass'
}

publishes_in_order() {
	run -C ws publish --artifact artifact_01 --registry local
	is 0 || return 1
	find ws/var/registry -name '*.crate' -printf '%C@ %f\n' | sort |
		sed 's/.* //' >order
	same order <<-EOT
	kov-cleo-0.1.0.crate
	kov-bob-0.1.0.crate
	kov-ada-0.1.0.crate
	EOT
}

circle() {
	printf '[dev-dependencies]\nkov-ada = "0.1"\n' >>cleo/Cargo.toml
	sed -i 's/^version.*/version = "0.1.1"/' cleo/Cargo.toml
	a_submission cleo cleo 0.1.1
	run -C ws package @cleo
	[ "$(cat status)" -le 1 ] || complain 'a circle is no disaster'
}

check 'who needs what is not there waits, and is told' waits
check 'each is packed after what it needs, as crates.io will have it' packs_in_order
check 'they build in the sandbox' checks
check 'they go out in the order of their needs' publishes_in_order
check 'a circle through a dev-dependency does not hang' circle
done_testing
