#!/bin/sh
# A crate against its artifact's contract: right ones, wrong ones, and those
# that are no executor at all.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=../seats.sh
. "$ROOT/tests/seats.sh"

command -v cargo >/dev/null || skip 'cargo not found'
command -v bwrap >/dev/null || skip 'bubblewrap not found'
HOME=$TEST_ROOT/home
export HOME

# PREFIX PROGRAMS: this cohort, installed with what lies in PROGRAMS
installed() {
	mkdir -p "$1/bin" "$1/libexec/cohort" "$1/share/cohort" &&
		cp "$COHORT" "$1/bin" && cp "$2"/* "$1/libexec/cohort" &&
		cp -R "$ROOT/config" "$ROOT/artifacts" "$ROOT/templates" \
			"$1/share/cohort" && COHORT=$TEST_DIR/$1/bin/cohort
}

# A sanitizer reserves more address space than a sandbox gives: what runs in
# there is that of the plain build.
case $COHORT in
*address* | *undefined* | *thread*)
	[ -x "$ROOT/build/gcc-none/libexec/cohort/suite_executor" ] ||
		skip 'make, for the suite without sanitizers'
	installed plain "$ROOT/build/gcc-none/libexec/cohort" || exit 1
	;;
esac
suite=${COHORT%/bin/*}/libexec/cohort/suite_executor

run new artifact_01 kov-lina
# Each wake queues its task again, and the last comes first.
cp -R kov-lina wrong && sed -i 's/batch\.pop_front()/batch.pop_back()/' \
	wrong/src/executor.rs && sed -i \
	's/if !\(self.queued.swap(true, Ordering::AcqRel)\)/if \1 || true/' \
	wrong/src/task.rs

# RUST: an adapter of the crate's own; the executor begins by this
adapter() {
	mkdir -p own/validate && cp -R kov-lina/. own && sed \
		-e "s|^    Executor::new|    $1\n&|" \
		"$ROOT/artifacts/artifact_01/adapter/src/map.rs" \
		>own/validate/adapter.rs
}

right() {
	(cd kov-lina && run validate artifact_01 --json)
	is 0 && must jq -e '.schema == 1 and .count == 1 and .passed == 1 and
		(.validated[0] | .verdict == "pass" and .crate == "kov-lina" and
		.load.verdict == "pass" and .build.cached == false and
		.score.points == .score.of_points and .score.points > 150 and
		(.statements | length >= 80) and
		([.statements[] | select(.verdict == "fail")] == []))' out
}

again() {
	run validate artifact_01 kov-lina --only E4,E43,E81 --json
	is 0 && must jq -e '.partial and (.validated[0] | .build.cached and
		[.statements[].id] == ["E4", "E43", "E81"] and
		(.statements[2].verdict == "not claimed"))' out
	run validate artifact_01 kov-lina --only E4
	is 0 && same out <<-EOT
	kov-lina  kov-lina 0.1.0  pass  3 of 3 points
	  E4    L  pass         a wake during the task's own poll counts

	3 of 3 points: 1 pass
	EOT
}

wrong() {
	run validate artifact_01 wrong --only E1,E5b,E43 --page page.html
	is 1 && has out 'E5b   G  fail         several wakes before a' &&
		has out 'E5b  several wakes before a poll give one poll' &&
		has out 'Each wake queues the task again.' &&
		has out "(the suite's wakers.c:" &&
		has out 'reported apart: it fails nothing' &&
		has out 'next, for E5b:' && has out '  cohort explain E5b' &&
		has out 'cohort validate artifact_01 wrong --only E5b' &&
		has out "1 pass, 1 fail, 1 of the choices fail" &&
		has page.html '<h3>several wakes before a poll give one poll</h3>' &&
		has page.html 'there must be exactly 51 polls' &&
		has page.html 'cohort validate artifact_01 wrong --only E5b'
	must test "$(grep -c '<article' page.html)" -eq 2
	mustnt grep -q '<script' page.html
	run validate artifact_01 wrong --only E1 --page /dev/full
	is 6 && has err "cannot write '/dev/full'" && must test -c /dev/full
}

junit() {
	run validate artifact_01 wrong --only E1,E5b,E43 --format junit
	is 1 && has out 'tests="3" failures="1" errors="0" skipped="1"' &&
		has out '<failure type="E5b" message="' &&
		has out '>Each wake queues the task again. One flag for &quot;is'
}

# What is printed for a debugger can be typed.
alone() {
	run validate artifact_01 wrong --only E43 --json
	jq -r '.validated[0].statements[0].debug' out >line
	has line "gdb -q -ex 'break fail_at' -ex run --args $suite "
	sed 's/^gdb .* --args //' line >direct
	sh ./direct >said && complain 'it passes alone'
	has said 'fail: the first poll of task'
	command -v gdb >/dev/null || return 0
	sed 's/^gdb -q/gdb -q -batch/; s/-ex run/-ex run -ex bt/' line >typed
	DEBUGINFOD_URLS='' sh ./typed >said 2>&1
	has said 'Breakpoint 1, fail_at' && has said 'step_in_order' &&
		has said "$TEST_DIR/wrong/src/task.rs"
}

# No verdict on the contract for what is no library.
unbuilt() {
	cp -R kov-lina broken && echo 'fn half( {' >>broken/src/timer.rs
	run validate artifact_01 broken
	is 1 && has out 'broken  kov-lina 0.1.0  fail' &&
		has out '  does not build: ' && has out '  at:   src/timer.rs:' &&
		has out '  next: cargo build --release' || return 1
	must test -s "$(sed -n 's/^  log:  //p' out)"
	cp -R kov-lina program && rm program/src/lib.rs &&
		echo 'fn main() {}' >program/src/main.rs
	run validate artifact_01 program
	is 1 && has out 'cannot be loaded: the crate has no library' &&
		has out '  next: begin a src/lib.rs'
	cp -R kov-lina shared && printf '\n[lib]\ncrate-type = ["cdylib"]\n' \
		>>shared/Cargo.toml
	run validate artifact_01 shared
	is 1 && has out 'cannot be linked: its library is a cdylib and nothing' &&
		has out "  at:   Cargo.toml:$(grep -n cdylib shared/Cargo.toml |
			cut -d: -f1):1" &&
		has out '  next: crate-type = ["lib", "cdylib"] in the [lib] of'
	sed -i 's/"cdylib"/"cdylib", "lib"/; /^\[lib/a name = "otherwise"' \
		shared/Cargo.toml
	run validate artifact_01 shared --only E1
	is 0
	mkdir -p torn/src && echo '[package' >torn/Cargo.toml
	run validate artifact_01 torn
	is 1 && has out '  does not build: '
}

# The way out that is shown leads out.
other_api() {
	cp -R kov-lina other &&
		sed -i 's/^pub use remote.*/pub use remote::Refused;/' \
			other/src/lib.rs
	run validate artifact_01 other
	is 1 && has out "is not what the adapter expects: unresolved import" &&
		has out "of the course's adapter" || return 1
	sed -n 's/^  next: \(.*\), and make it fit$/\1/p' out >next
	(cd other && sh ../next && sed -i -e 's/ Remote,//' \
		-e 's/, Remote)/)/' -e 's/ let r = [^;]*;//; s/(e, r)/(e)/' \
		-e '/fn cx_spawn_remote/,/^}/d' -e 's/ | REMOTE_SPAWN//' \
		validate/adapter.rs)
	run validate artifact_01 other --only E1,E84 --json
	is 0 && must jq -e '.validated[0] | .build.own_adapter and
		.statements[0].verdict == "pass" and
		.statements[1].verdict == "not claimed" and
		.score.of_points == 6 and .score.points == 3' out
	echo 'fn new() -> u8 { None }' >>other/validate/adapter.rs
	run validate artifact_01 other
	is 1 && has out 'at:   validate/adapter.rs:' &&
		has out 'next: mend validate/adapter.rs'
}

# What runs with the suite may end it or write over what it says.
hostile() {
	adapter 'extern "C" { fn getppid() -> i32; fn kill(p: i32, s: i32) -> i32; fn open(p: *const u8, f: i32) -> i32; fn write(f: i32, p: *const u8, n: usize) -> isize; } unsafe { let f = open(b"/proc/self/../1/fd/1\\0".as_ptr(), 1); write(f, b"{}".as_ptr(), 2); kill(getppid(), 9); println!("<script>\\u{1b}[2J"); }'
	run validate artifact_01 own --only E1,E2 --page page.html
	is 1 && mustnt grep -q "$(printf '\033')" out page.html
	mustnt grep -q '<script' page.html
	run validate artifact_01 own --only E1,E2 --json
	is 1 && must jq -e '.validated[0].verdict != "pass"' out
}

reference() {
	run validate artifact_01 --reference --only E1,E87 --json
	is 0 && must jq -e '.validated[0] | .reference and .verdict == "pass"
		and .build == null and .score.pass == 2' out
}

# From here on with a workspace.
seats() {
	a_cohort ada mel zoe && cp -R wrong ada &&
		a_crate zoe kov-zoe 0.1.0 &&
		a_submission ada ada 0.1.0 && a_submission zoe zoe 0.1.0 ||
		return 1
	before=$(git -C ws rev-parse HEAD)
	run -C ws validate artifact_01 --all --only E1,E5b,E43
	is 1 && has out '@ada artifact_01/v0.1.0  kov-lina 0.1.0  fail  3 of 5 points' &&
		has out '  fails: E5b' && has out '@mel artifact_01  nothing submitted' &&
		has out 'is not what the adapter expects: unresolved import' &&
		has out '3 validated: 0 pass, 2 fail, 0 error, 1 missing' || return 1
	mv out first
	(cd ws && run validate artifact_01 --only E1,E5b,E43)
	is 1 && same out <first
	[ "$(git -C ws rev-parse HEAD)" = "$before" ] ||
		complain 'a validation made a commit'
}

policy() {
	printf 'gates: [{gate: choices, level: deny}]\nlints: [{lint: E5b, level: allow}]\nallow: []\nschema: 1\n' \
		>ws/config/policy.yaml
	run -C ws validate artifact_01 @ada --only E1,E5b,E43 --json
	is 1 && must jq -e '.validated[0] | .score.failed == 1 and
		[.statements[].level] == ["deny", "allow", "deny"]' out
	sed -i 's/E5b/E63z/' ws/config/policy.yaml
	run -C ws validate artifact_01 @ada
	is 6 && has err "no lint is called 'E63z'"
}

usage() {
	run validate artifact_01 kov-lina --only E4,E999
	is 6 && has err "artifact_01 has no statement 'E999'"
	run validate artifact_03 --reference
	is 6 && has err 'there is no suite for artifact_03'
	run validate artifact_01 kov-lina wrong
	is 2 && has err 'one folder at a time'
	run validate artifact_01 ./nowhere
	is 6 && has err "there is no folder './nowhere'"
	sed -i 's/artifact_01/artifact_02/; s/kov-/flume-lock-/' \
		own/.cohort.yaml
	run validate artifact_01 own
	is 2 && has err 'this crate is artifact_02 by its .cohort.yaml'
	cd "$HOME" || return 1
	run validate artifact_01
	is 6 && has err 'there is neither a Cargo.toml nor a workspace here'
}

no_sandbox() {
	mkdir bin && for name in cargo rustc git; do
		ln -s "$(command -v "$name")" "bin/$name"
	done
	PATH=$TEST_DIR/bin run validate artifact_01 kov-lina
	is 3 && has err 'bubblewrap not found' &&
		has err 'hint: sudo apt-get install bubblewrap'
}

no_cache() {
	XDG_CACHE_HOME=/dev/null run validate artifact_01 wrong --only E1,E5b
	is 1 && has out 'the library is not kept' && lacks out 'gdb -q'
	TMPDIR=/nowhere XDG_CACHE_HOME=/dev/null run validate artifact_01 wrong
	is 6 && has err "cannot make a folder in '/nowhere'" &&
		has err 'hint: export TMPDIR=FOLDER'
	CARGO_HOME=/dev/null/cargo XDG_CACHE_HOME=/dev/null run validate \
		artifact_01 wrong
	is 6 && has err 'hint: export CARGO_HOME=FOLDER'
}

# What is left of a run that was killed is in nobody's way.
killed() {
	cp -R kov-lina mortal && sed -i '1i //! Changed.' mortal/src/timer.rs
	umask 077
	for after in 0.2 1.5; do
		"$COHORT" validate artifact_01 mortal >out 2>err &
		sleep "$after"
		kill -9 $!
		wait $!
	done
	run validate artifact_01 mortal --only E1,E4
	is 0 && has out '6 of 6 points: 2 pass'
}

explained() {
	run explain E13
	is 0 && has out 'a wake from another thread ends a park, each time' &&
		has out 'When it fails:' && has out 'The test:'
}

# From here on the programs under libexec are ours.
measured() {
	installed pre "${suite%/*}" || return 1
	cat >pre/libexec/cohort/speed_executor <<-'EOT'
	#!/bin/sh
	[ "$2" = --json ] && [ -r "$1" ] && [ ! -e /etc/passwd ] || exit 9
	cat <<'JSON'
	{"schema": 1, "verdict": "fail", "reason": "yield: 5.0 times", "load": 0.1,
	"limits": {"warn_above": 2, "fail_above": 4}, "shapes": [{"id": "yield",
	"title": "a task that wakes itself", "unit": "ns", "graded": true,
	"verdict": "fail", "reason": "5.0 times", "reference": {"median": 9.02,
	"mad": 0.1}, "library": {"median": 45.1, "mad": 0.2}, "floor": null,
	"ratio": 5.0}]}
	JSON
	exit 1
	EOT
	chmod +x pre/libexec/cohort/speed_executor
	run validate artifact_01 kov-lina --only E1 --speed --page page.html
	is 1 && has out 'kov-lina  kov-lina 0.1.0  fail  3 of 3 points' &&
		has out 'speed  fail (yield: 5.0 times)' && has out '5.00x  fail' &&
		has page.html '<td>a task that wakes itself</td>'
	run validate artifact_01 kov-lina --only E1 --speed --format junit
	is 1 && has out 'tests="2" failures="1"' &&
		has out '<failure type="speed" message="yield: 5.0 times">'
	sed -i 's/"ratio": 5.0/"ratio": 1.5/' pre/libexec/cohort/speed_executor
	run validate artifact_01 kov-lina --only E1 --speed --json
	is 1 && must jq -e '.validated[0] | .verdict == "error" and
		(.speed.reason | startswith("its answer was written over"))' out
}

# A suite that has every statement pass, but for FAILS.
quick_suite() {
	{
		printf '#!/bin/sh\nfails=%s\ncat >/tmp/list <<EOT\n' "$1"
		"$suite" --list
		cat <<-'END'
		EOT
		for ids; do :; done
		printf '{"schema": 1, "library": "kov", "confined": true, '
		printf '"statements": ['
		rest='"file": "", "line": 0, "wall_ms": 1, "cpu_ms": 1, "refused": "", "printed": 0, "log": ""}'
		printf '{"id": "load", "class": "L", "verdict": "pass", '
		printf '"reason": "", %s' "$rest"
		IFS=,
		for id in $ids; do
			class=$(sed -n "s/^$id \\(.\\).*/\\1/p" /tmp/list)
			verdict=pass why=
			[ "$id" != "$fails" ] || verdict=fail why=so
			printf ', {"id": "%s", "class": "%s", "verdict": "%s", ' \
				"$id" "$class" "$verdict"
			printf '"reason": "%s", %s' "$why" "$rest"
		done
		echo '], "passed": 0, "failed": 0, "choices": 0, "not_claimed": 0, "skipped": 0, "errors": 0}'
		END
	} >pre/libexec/cohort/suite_executor
	chmod +x pre/libexec/cohort/suite_executor
}

# The workspace remembers what the whole suite said, once.
recorded() {
	installed pre "${suite%/*}" && quick_suite E5b || return 1
	printf 'gates: []\nlints: []\nallow: []\nschema: 1\n' \
		>ws/config/policy.yaml
	run -C ws validate artifact_01 --all
	is 1 && run -C ws log && has out 'validate artifact_01: 0 pass, 2 fail'
	must jq -e '.validation | .n == 1 and .verdict == "fail" and
		.reason == "E5b" and .points < .of_points' \
		ws/artifacts/artifact_01/ada.json
	must jq -e '.validation.reason == "does not fit the adapter"' \
		ws/artifacts/artifact_01/zoe.json
	run -C ws roster show ada
	is 0 && has out '  validated: fail, ' && has out ' points: E5b'
	run -C ws status
	is 0 && has out '2 in trouble' && has out '@ada artifact_01 contract: E5b' &&
		has out '    cohort validate artifact_01 @ada'
	before=$(git -C ws rev-parse HEAD)
	run -C ws validate artifact_01 --all
	is 1 && must test "$(git -C ws rev-parse HEAD)" = "$before"
	quick_suite none
	run -C ws validate artifact_01 @ada
	is 0 && run -C ws log && has out 'validate artifact_01: 1 pass, 0 fail'
	run -C ws status
	is 0 && has out '1 validated' && has out '1 in trouble'
	run -C ws undo && is 0
	must jq -e '.validation.reason == "E5b"' \
		ws/artifacts/artifact_01/ada.json
}

# Whatever comes in the place of the suite's answer is no answer.
silenced() {
	installed pre "${suite%/*}" || return 1
	for does in 'echo {}' 'kill -9 $$' 'exit 9' 'printf %s "[[[["' \
		'yes | head -c 9999999'; do
		printf '#!/bin/sh\n%s\n' "$does" >pre/libexec/cohort/suite_executor
		run validate artifact_01 kov-lina --only E1,E2 --json
		is 1 && must jq -e '.errors == 1 and (.validated[0] |
			.verdict == "error" and .score.points == 0 and
			([.statements[].verdict] | unique) == ["error"] and
			(.statements[1].reason | startswith("the suite")))' out
	done
}

check 'what the template makes keeps everything' right
check 'what has not changed is not built again, and --only chooses' again
check 'a wrong crate is told what it breaks, also on a page' wrong
check 'a CI can read it' junit
check 'a statement runs alone, under a debugger too' alone
check 'a crate that does not build has its first error shown' unbuilt
check 'a crate with another interface is told what to write' other_api
check 'what attacks the suite is not believed' hostile
check 'the reference keeps what it is asked' reference
check 'seats are validated as they were collected' seats
check 'the policy decides what counts' policy
check 'what cannot be validated is said' usage
check 'nothing runs without a sandbox' no_sandbox
check 'a cache is not needed' no_cache
check 'a run may be killed, and keep to itself what it makes' killed
check 'each statement can be explained' explained
check 'a library that is too slow fails' measured
check 'a workspace remembers what the suite said' recorded
check 'a suite that gives no answer is an error, and told' silenced
done_testing
