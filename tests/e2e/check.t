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
sed -i '/^license/d' grace/Cargo.toml
a_crate linus kov-ada 0.1.0
a_submission ada ada 0.1.0 && a_submission grace grace 0.1.0 || exit 1
a_submission linus linus 0.1.0 || exit 1

folder() {
	(cd ada && run check) && is 0 && has out 'pass' && has out 'metadata' &&
		has out 'skipped first release'
}

named_folder() {
	run check grace
	is 1 && has out 'missing-license' && has out 'mend: '
}

no_crate() {
	mkdir -p empty
	run check empty
	is 6 && has err "there is no Cargo.toml in 'empty'"
}

neither() {
	cd "$TEST_ROOT/home" || return 1
	run check
	is 6 && same out </dev/null && same err <<-EOF
	cohort: there is no Cargo.toml here
	hint: cohort check --all, or cohort check PATH
	EOF
}

no_such_folder() {
	run -C ws check ./nowhere
	is 6 && same err <<-EOF
	cohort: there is no folder './nowhere'
	EOF
}

seats() {
	before=$(git -C ws rev-list --count HEAD)
	run -C ws check --all
	is 1 && has out '@grace artifact_01/v0.1.0' && has out 'missing-license' &&
		has out 'name-taken' && has out 'name-mismatch' &&
		has out '3 checked: 1 pass, 2 fail, 0 error, 0 missing' || return 1
	[ "$(git -C ws rev-list --count HEAD)" -eq $((before + 1)) ] ||
		complain 'not exactly one commit'
	[ "$(git -C ws log -1 --format=%s)" = 'check submissions: 1 pass, 2 fail' ] ||
		complain "$(git -C ws log -1 --format=%s)"
	record grace >r
	must jq -e '.check.verdict == "fail" and .check.n == 1 and
		(.check.gates[] | select(.gate == "metadata") |
		.deny == 1 and .reason == "missing-license")' r >/dev/null
	must jq -e '.submissions[0].package_sha256 | length == 64' r >/dev/null
}

again() {
	before=$(git -C ws rev-parse HEAD)
	run -C ws check --all --json
	is 1 && must jq -e '[.checked[].cached] | all' out >/dev/null
	[ "$(git -C ws rev-parse HEAD)" = "$before" ] ||
		complain 'a check that says the same made a commit'
}

one_seat() {
	run -C ws check @ada
	is 0 && has out '@ada artifact_01/v0.1.0  kov-ada 0.1.0  pass'
}

unknown() {
	run -C ws check @grac
	is 6 && has err "there is no student 'grac'" &&
		has err "hint: did you mean 'grace'?"
}

nothing_yet() {
	"$COHORT" -C ws roster add mel --name Mel \
		--repo https://example.org/m.git >/dev/null
	run -C ws check @mel
	is 0 && has out 'nothing submitted'
}

sarif() {
	run check grace --format sarif
	is 1 && must jq -e '.version == "2.1.0" and
		(.runs[0].results[] | select(.ruleId == "missing-license") |
		.level == "error" and
		.locations[0].physicalLocation.artifactLocation.uri ==
		"Cargo.toml")' out >/dev/null
}

junit() {
	run check grace --format junit
	is 1 && has out '<failure type="missing-license"' &&
		has out 'name="semver"' && has out '<skipped message="first release"/>'
}

breaking() {
	sed -i 's/^version.*/version = "0.1.1"/' ada/Cargo.toml
	sed -i 's/pub fn one/pub fn uno/' ada/src/lib.rs
	a_submission ada ada 0.1.1
	run -C ws check @ada
	if ! command -v bwrap >/dev/null 2>&1; then
		skip 'bubblewrap not found'
	fi
	is 1 && has out 'function_missing' && has out 'kov_ada::one'
}

breaking_folder() {
	command -v bwrap >/dev/null 2>&1 || skip 'bubblewrap not found'
	git -C ada tag artifact_01/v0.1.0 HEAD~1
	printf 'schema: 1\nhandle: ada\nartifact: artifact_01\ncrate: kov-ada\n' \
		>ada/.cohort.yaml
	run check ada
	is 1 && has out 'function_missing'
}

# What rustdoc wrote is kept; here as a later one of another machine has it.
semver_notes() {
	command -v bwrap >/dev/null 2>&1 || skip 'bubblewrap not found'
	rm -r ws/var/cache/checks
	sed -i 's/"format_version":[0-9]*/"format_version":999/' \
		ws/var/cache/rustdoc/*.json
	set -- ws/var/cache/rustdoc/*.json
	[ $# -eq 2 ] || complain "$# documents, not 2"
	sed -i 's/"triple":"[a-z]/&\\u001b/' "$1"
	run -C ws check @ada
	is 1 && has out 'function_missing' &&
		has out "note: rustdoc's format 999 is newer than 61" &&
		has out 'note: the two versions were documented for different targets' ||
		return 1
	run -C ws check @ada --json
	is 1 && must jq -e '.checked[0].gates[] | select(.gate == "semver") |
		.cached and (.notes | length == 2)' out
	[ "$(jq '[.checked[0].gates[] | select(.gate != "semver").notes[]] |
		length' out)" -eq 0 ]
}

# Put the rules on stdin, if any, into the workspace's policy.
gate_rules() {
	sed '/^gates:/,$d' ws/config/policy.yaml >policy
	{ echo "gates:${1:-}" && cat && echo 'allow: []'; } >>policy
	cp policy ws/config/policy.yaml
}

gate_warns() {
	gate_rules <<-EOF
	  - gate: metadata
	    level: warn
	EOF
	run -C ws check @grace
	is 0 && has out '  pass' && has out 'warn  missing-license' &&
		lacks out 'deny' || return 1
	record grace >r
	must jq -e '.check.verdict == "pass" and (.check.gates[] |
		select(.gate == "metadata") | .verdict == "pass" and
		(.deny // 0) == 0 and .warn > 0)' r >/dev/null
}

gate_denies() {
	gate_rules <<-EOF
	  - gate: metadata
	    level: warn
	  - gate: metadata
	    level: deny
	    artifact: artifact_01
	EOF
	run -C ws check @grace
	is 1 && has out 'deny  missing-license' && record grace >r &&
		must jq -e '.check.verdict == "fail"' r >/dev/null
}

gate_allows() {
	gate_rules <<-EOF
	  - gate: metadata
	    level: allow
	EOF
	run -C ws check @grace
	is 0 && has out 'metadata skipped the policy skips it' &&
		lacks out 'missing-license' || return 1
	run -C ws check @grace --json
	is 0 && must jq -e '.checked[0].gates[] | select(.gate == "metadata") |
		.verdict == "skipped" and .findings == []' out >/dev/null
	gate_rules ' []' </dev/null
	run -C ws check @grace
	is 1 && has out 'deny  missing-license'
}

gate_typo() {
	gate_rules <<-EOF
	  - gate: metdata
	    level: warn
	EOF
	run -C ws check @grace
	is 6 && has err "policy.yaml" && has err "did you mean 'metadata'?"
	gate_rules ' []' </dev/null
}

policy() {
	sed -i 's/^lints: \[\]/lints:\n  - lint: missing-license\n    level: warn/' \
		ws/config/policy.yaml
	run -C ws check @grace
	is 0 && has out 'warn' && has out 'missing-license'
}

# What the policy lets pass and nobody has; who was not checked may have it.
unused_allowances() {
	command -v bwrap >/dev/null 2>&1 || skip 'bubblewrap not found'
	cp ws/config/policy.yaml before
	sed -i '/^allow:/d' ws/config/policy.yaml
	cat >>ws/config/policy.yaml <<-EOF
	allow:
	  - lint: function_missing
	    subject: kov_ada::one
	    reason: nobody called it
	  - lint: function_missing
	    subject: kov_ada::two
	    handle: ada
	    reason: nobody calls it
	  - lint: missing-license
	    handle: ada
	    reason: she has one now
	  - lint: enum_missing
	    subject: kov_ada::E
	    reason: it was for tests
	  - lint: trait_missing
	    handle: grace
	    reason: she has no earlier version
	EOF
	at=$(grep -n '^allow:' ws/config/policy.yaml | cut -d: -f1)
	run -C ws check @ada
	is 0 && same err <<-EOF || return 1
	warning: config/policy.yaml:$((at + 4)): the allowance of 'function_missing' for 'kov_ada::two' lets nothing pass
	warning: config/policy.yaml:$((at + 8)): the allowance of 'missing-license' for '*' lets nothing pass
	EOF
	run -C ws check @grace
	is 0 && same err </dev/null || return 1
	run -C ws check --all --json
	must jq -e '.warnings | length == 3 and (.[2] | contains("enum_missing"))' \
		out
	run -C ws check --all --artifact artifact_01
	same err </dev/null
	cp before ws/config/policy.yaml
}

policy_typo() {
	sed -i 's/lint: missing-license/lint: missing-licens/' \
		ws/config/policy.yaml
	run -C ws check @grace
	is 6 && has err 'policy.yaml' && has err 'missing-license'
	sed -i 's/lint: missing-licens$/lint: missing-license/' \
		ws/config/policy.yaml
}

no_cargo() {
	PATH=/usr/sbin:$TEST_ROOT/none run check grace
	is 3 && has err 'rustc not found' &&
		has err 'apt-get install cargo-web' || return 1
	PATH=/usr/sbin:$TEST_ROOT/none run -C ws check @adda
	is 6 && has err "there is no student 'adda'"
}

no_bwrap() {
	mkdir -p "$TEST_ROOT/few"
	for tool in rustc cargo rustdoc; do
		printf '#!/bin/sh\nexec %s "$@"\n' "$(command -v "$tool")" \
			>"$TEST_ROOT/few/$tool"
		chmod +x "$TEST_ROOT/few/$tool"
	done
	PATH=$TEST_ROOT/few XDG_CACHE_HOME=$TEST_ROOT/other run check grace
	is 1 && has out 'skipped bubblewrap not found'
}

old_work() {
	mkdir -p ws/var/cache/work/cohort.old ws/var/cache/work/cohort.new
	touch -d '2 days ago' ws/var/cache/work/cohort.old
	run -C ws check @linus
	mustnt test -e ws/var/cache/work/cohort.old
	must test -e ws/var/cache/work/cohort.new
	rmdir ws/var/cache/work/cohort.new
	[ -z "$(ls ws/var/cache/work)" ] || complain 'a run left its work behind'
}

# 600 MB of nothing in 600 kB, as a crate that some other tool packed
bomb() {
	mkdir -p kov-grace-0.1.0/src
	cp grace/Cargo.toml kov-grace-0.1.0
	cp grace/src/lib.rs kov-grace-0.1.0/src
	truncate -s 600M kov-grace-0.1.0/zeros
	tar --format=ustar -cf - kov-grace-0.1.0 | gzip -1 >bomb.crate
	rm -r kov-grace-0.1.0
	sum=$(sha256sum bomb.crate | cut -d' ' -f1)
	size=$(stat -c %s bomb.crate)
	mv bomb.crate "ws/var/packages/$sum.crate"
	file=ws/artifacts/artifact_01/grace.json
	jq --arg s "$sum" --argjson n "$size" '.submissions[0] += {
		package_sha256: $s, package_size: $n}' "$file" >bomb.json
	mv bomb.json "$file" && git -C ws commit -qam 'pack grace'
	rm -r ws/var/cache/checks
	run -C ws check @grace
	is 1 && has out 'unpacked-too-large' &&
		has out 'it unpacks to more than 536870912 bytes' &&
		has out 'build    skipped' || return 1
	[ -z "$(ls ws/var/cache/work)" ] || complain 'the bomb left its work'
}

link_out() {
	echo secret >"$TEST_ROOT/secret"
	ln -s "$TEST_ROOT/secret" linus/src/notes.rs
	run check linus
	is 1 && has out 'symlink-escapes' && has out 'the tree is not safe to pack'
}

# The manifest is the crate's fault, not the network's.
lost_workspace() {
	mkdir -p lost/src && : >lost/src/lib.rs
	cat >lost/Cargo.toml <<-EOF
	[package]
	name = "lost"
	version = "0.1.0"
	edition = "2021"
	[dependencies]
	itoa = "1"
	[lints]
	workspace = true
	EOF
	run check lost
	is 1 && has out 'pack-fails' && has out 'Cargo.toml'
}

escape() {
	mkdir -p esc/src && : >esc/src/lib.rs
	printf '[package]\nname = "esc"\nversion = "0.1.0"\nedition = "2021"\ndescription = "\\u001b[31mred\\u001b[0m"\n' \
		>esc/Cargo.toml
	run check esc
	is 1
	if LC_ALL=C grep -q "$(printf '\033')" out err; then
		complain 'an escape reached the terminal'
	fi
}

check 'a good crate passes in its folder' folder
check 'a folder that is named is checked, and what is wrong is named' named_folder
check 'a folder without a crate is refused' no_crate
check 'without a crate or a choice it says what to type' neither
check 'a folder that is not there is no handle' no_such_folder
check 'all seats are checked, recorded in one commit' seats
check 'what has not changed is not run again' again
check 'one seat by its handle' one_seat
check 'an unknown seat gets the nearest' unknown
check 'a seat without a submission is said, and no failure' nothing_yet
check 'SARIF for code hosts' sarif
check 'JUnit for CI' junit
check 'a break in a patch release is found' breaking
check 'what was compared in part says so' semver_notes
check 'so it is in the folder, against the last tag' breaking_folder
check 'a gate that only warns fails nobody' gate_warns
check 'the last rule for a gate holds' gate_denies
check 'a gate that the policy skips says so, and shows nothing' gate_allows
check 'a policy for a gate that is not there is refused' gate_typo
check 'the policy decides how serious a finding is' policy
check 'an allowance of the policy that lets nothing pass is told' unused_allowances
check 'a policy for a lint that is not there is refused' policy_typo
check 'without cargo it says what to install, if that is what lacks' no_cargo
check 'without bubblewrap the build is skipped aloud' no_bwrap
check 'what a killed run left behind goes after a day' old_work
check 'a bomb of a crate is told by what it would become' bomb
check 'a link out of the repository is never packed' link_out
check 'a manifest without its workspace fails for itself' lost_workspace
check 'a terminal escape in a manifest stays there' escape
done_testing
