#!/bin/sh
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=../seats.sh
. "$ROOT/tests/seats.sh"

command -v cargo >/dev/null 2>&1 || skip 'cargo not found'
HOME=$TEST_ROOT/home
export HOME

a_cohort ada grace linus || exit 1
a_crate ada kov-ada 0.1.0
a_crate grace kov-grace 0.1.0
a_crate linus kov-linus 0.1.0
a_submission ada ada 0.1.0 && a_submission grace grace 0.1.0 || exit 1
ln -s /etc/passwd linus/src/notes.rs
a_submission linus linus 0.1.0 || exit 1

sha_of() {
	record "$1" | jq -r '.submissions[-1].package_sha256'
}

packs() {
	before=$(git -C ws rev-list --count HEAD)
	run -C ws package --artifact artifact_01
	is 1 && has out '@ada artifact_01/v0.1.0  kov-ada 0.1.0' &&
		has out '2 packed, 0 as before, 1 failed, 0 missing' &&
		has out 'symlink-escapes' || return 1
	[ "$(git -C ws rev-list --count HEAD)" -eq $((before + 1)) ] ||
		complain 'not exactly one commit'
	sha=$(sha_of ada)
	[ "$(sha256sum "ws/var/packages/$sha.crate" | cut -d' ' -f1)" = "$sha" ] ||
		complain 'the package is not what it is called'
	[ "$(sha_of linus)" = null ] || [ -z "$(sha_of linus)" ] ||
		complain 'a tree with a link out of it was packed'
}

knows_its_commit() {
	tar -xzOf "ws/var/packages/$(sha_of ada).crate" \
		kov-ada-0.1.0/.cargo_vcs_info.json >vcs
	must jq -e --arg c "$(git -C ada rev-parse HEAD)" \
		'.git.sha1 == $c and (.git.dirty | not)' vcs >/dev/null
}

packs_once() {
	before=$(git -C ws rev-parse HEAD)
	run -C ws package @ada
	is 0 && has out '0 packed, 1 as before' || return 1
	[ "$(git -C ws rev-parse HEAD)" = "$before" ] ||
		complain 'a package that is there made a commit'
}

same_bytes() {
	sha=$(sha_of ada)
	rm "ws/var/packages/$sha.crate"
	run -C ws package @ada
	is 0 && has out '1 packed' && must test -f "ws/var/packages/$sha.crate"
}

damaged() {
	sha=$(sha_of grace)
	chmod u+w "ws/var/packages/$sha.crate"
	echo junk >>"ws/var/packages/$sha.crate"
	run -C ws package @grace
	is 0 || return 1
	[ "$(sha256sum "ws/var/packages/$sha.crate" | cut -d' ' -f1)" = "$sha" ] ||
		complain 'the damaged package is still there'
}

runs_nothing() {
	mkdir -p grace/.cargo
	printf '[build]\nrustc = "%s/evil"\nrustc-wrapper = "%s/evil"\n' \
		"$TEST_ROOT" "$TEST_ROOT" >grace/.cargo/config.toml
	printf '#!/bin/sh\ntouch "%s/was-run"\nexec rustc "$@"\n' \
		"$TEST_ROOT" >"$TEST_ROOT/evil"
	chmod +x "$TEST_ROOT/evil"
	printf 'fn main() { std::fs::write("%s/was-run", "x").ok(); }\n' \
		"$TEST_ROOT" >grace/build.rs
	sed -i 's/^version.*/version = "0.1.1"/' grace/Cargo.toml
	a_submission grace grace 0.1.1
	run -C ws package @grace
	is 0 && mustnt test -e "$TEST_ROOT/was-run" || return 1
	run -C ws check @grace
	mustnt test -e "$TEST_ROOT/was-run"
}

json() {
	run -C ws package --json
	is 1 && must jq -e '.schema == 1 and .kept == 2 and .failed == 1 and
		(.packages[] | select(.handle == "ada") |
		.outcome == "kept" and .size > 0)' out >/dev/null
}

not_fetched() {
	printf '\n[dependencies]\nitoa = "1"\n' >>ada/Cargo.toml
	sed -i 's/^version.*/version = "0.2.0"/' ada/Cargo.toml
	a_submission ada ada 0.2.0
	run -C ws package @ada --offline
	is 1 && has out 'its dependencies are not fetched'
}

full_disk() {
	df="$TEST_ROOT/small"
	mkdir -p "$df"
	mount -t tmpfs -o size=64k none "$df" 2>/dev/null ||
		skip 'no small file system can be mounted here'
	sed -i 's/^version.*/version = "0.1.2"/' grace/Cargo.toml
	head -c 200000 /dev/urandom >grace/src/noise.bin
	a_submission grace grace 0.1.2
	mv ws/var/packages ws/var/packages.kept
	ln -s "$df" ws/var/packages
	run -C ws package @grace
	umount "$df"
	rm ws/var/packages && mv ws/var/packages.kept ws/var/packages
	is 6 && has out 'no space left on device'
}

locked() {
	# the lock is flock's on a file of .git/cohort; another cohort holds it
	[ -f ws/.git/cohort/lock ] || skip 'no lock file'
	flock ws/.git/cohort/lock sh -c '
		printf "4711 0 cohort collect\n" >ws/.git/cohort/lock; sleep 5' &
	sleep 0.3
	run -C ws package
	is 4 && same out </dev/null &&
		has err "'cohort collect' (pid 4711) has held the lock for " &&
		has err 'hint: wait for it, then run this again'
	wait
}

check 'each commit is packed, in one commit of ours' packs
check 'the package says which commit it is, and that it is clean' knows_its_commit
check 'what is packed is not packed again' packs_once
check 'a package that was lost comes back with the same bytes' same_bytes
check 'a package that was damaged is made again' damaged
check 'packing runs nothing of the student' runs_nothing
check '--json tells all' json
check 'offline, missing dependencies are an error and no finding' not_fetched
check 'a full disk is said, and nothing is lost' full_disk
check 'two at once: the second is told' locked
done_testing
