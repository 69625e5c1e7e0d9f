#!/bin/sh
# A machine without a network, and one whose proxy is dead: whatever has to go
# out says so, with status 5, and everything else goes on.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=../seats.sh
. "$ROOT/tests/seats.sh"

unshare -rn true 2>/dev/null || skip 'no network can be left here'
command -v cargo >/dev/null 2>&1 || skip 'cargo not found'
HOME=$TEST_ROOT/home
export HOME

# cohort, where not even loopback is up
mkdir bin
printf '#!/bin/sh\nexec unshare -rn "%s" "$@"\n' "$COHORT" >bin/cohort
chmod +x bin/cohort
REAL=$COHORT

offline() {
	COHORT=$TEST_DIR/bin/cohort run "$@"
}

# with a network, behind a proxy that nobody runs
proxied() {
	dead=http://127.0.0.1:$(free_port)
	https_proxy=$dead http_proxy=$dead run "$@"
}

a_cohort ada bob || exit 1
# else cargo tries each download three times more, seconds later
for place in "$HOME/.cargo" ws/var/cargo; do
	mkdir -p "$place" && printf '[net]\nretry = 0\n' >"$place/config.toml"
done
a_crate ada kov-ada 0.1.0
printf '\n[dependencies]\nitoa = "1"\n' >>ada/Cargo.toml
a_crate bob kov-bob 0.1.0
a_submission ada ada 0.1.0 && a_submission bob bob 0.1.0 || exit 1

collect() {
	before=$(git -C ws rev-parse HEAD)
	offline -C ws collect artifact_01
	is 5 && has out 'failed    @ada' && has out 'failed    @bob' &&
		has out "no such host: 'https://example.org'" &&
		has out '2 failed' && same err <<-EOF || return 1
	cohort: 2 of 2 could not be collected
	EOF
	[ "$(git -C ws rev-parse HEAD)" = "$before" ] || complain 'a commit'
	proxied -C ws collect artifact_01
	is 5 && has out "cannot connect to 'https://example.org'"
}

package() {
	offline -C ws package
	is 5 && has out 'cargo cannot fetch `itoa`: [6] Could not resolve' &&
		has out 'hint: cohort package @ada' && lacks out "$PWD" &&
		has out '@bob artifact_01/v0.1.0  kov-bob 0.1.0' &&
		has out '1 packed, 0 as before, 1 failed' || return 1
	record bob | jq -e '.submissions[0].package_sha256 | length == 64' >/dev/null ||
		complain 'who needs no network was not packed'
}

check_it() {
	offline check ada
	is 5 && has err 'cargo cannot fetch `itoa`: [6] Could not resolve' &&
		has err "hint: cargo fetch --manifest-path $PWD/ada/Cargo.toml"
}

# a crate that needs nothing, and no index to ask for its last release; then
# one whose dependencies would have to be fetched
compare() {
	offline semver bob
	is 5 && lacks out "$HOME" && has out \
		'error kov-bob: cargo cannot fetch `kov-bob`: [6] Could not resolve' ||
		return 1
	offline semver bob --offline
	is 0 && has out 'skipped kov-bob: no earlier version is here' || return 1
	offline semver ada --baseline-rev HEAD
	is 5 && same out </dev/null && has err 'cannot fetch' || return 1
	offline semver bob --baseline-rev HEAD
	is 0 && has err 'no semver update required'
}

submit() {
	"$REAL" new artifact_01 kov-eve >/dev/null && cd kov-eve || return 1
	git init -q -b main && git add -A && git commit -qm Begin
	git init -q --bare -b main ../eve.git
	git remote add origin ../eve.git && git push -q origin main
	git remote set-url origin https://git.example/eve.git
	offline submit
	is 5 && same out </dev/null && same err <<-EOF || return 1
	cohort: remote 'origin': no such host: 'https://git.example'
	hint: git ls-remote origin, and submit again
	EOF
	proxied submit
	is 5 && has err "remote 'origin': cannot connect to"
	[ -z "$(git tag)" ] || complain 'it was tagged'
}

others() {
	offline -C ws status
	is 0 && has out ada
	offline -C ws roster edit bob --mode async
	is 0
	offline check bob
	is 0 && has out pass
}

check 'collect: every seat says so, and nothing is written' collect
check 'package: who needs nothing is packed, the others say what lacks' package
check 'check: a dependency that cannot be fetched is no finding' check_it
check 'semver: without an index or a dependency, status 5' compare
check 'submit: nothing is tagged, and what to try is said' submit
check 'everything else goes on' others
done_testing
