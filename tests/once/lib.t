#!/bin/sh
# The words of lib.sh and the runner, seen from outside: small test files
# are written, run, and their TAP and the runner's sums compared.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

# A stand-in for the program under test, and a tree of tests around it.
mkdir -p fake/tests/e2e fake/bin
cp "$ROOT/tests/lib.sh" "$ROOT/tests/env.sh" fake/tests
cat >fake/bin/cohort <<'EOT'
#!/bin/sh
case ${1:-} in
echo) shift && echo "$*" ;;
fail) echo "cohort: bad '$2'" >&2 && exit 6 ;;
abort) kill -s ABRT $$ ;;
bug) exit 70 ;;
san) exit 86 ;;
home) cd && pwd && ls -A ;;
read) cat ;;
esac
EOT
chmod +x fake/bin/cohort

# t NAME: a test file from standard input; its TAP ends up in tap.
t() {
	{
		echo '#!/bin/sh'
		echo '. "${0%/*}/../lib.sh"'
		cat
		echo done_testing
	} >"fake/tests/e2e/$1.t"
	COHORT=$TEST_DIR/fake/bin/cohort sh "fake/tests/e2e/$1.t" >tap 2>&1
	echo $? >tap.rc
}

passes() {
	t passes <<-'EOT'
	one() { run echo a b; is 0 && same out <<-E && same err </dev/null; }
	a b
	E
	two() { cd / && run fail x && is 6 && has err "bad 'x'" && lacks err y; }
	check 'one' one
	check 'two' two
	EOT
	must test "$(cat tap.rc)" -eq 0
	same tap <<-EOT
	ok 1 - one
	ok 2 - two
	1..2
	EOT
}

fails() {
	t fails <<-'EOT'
	status() { run fail x; is 0; true; }
	text() { run echo b; echo a | same out; true; }
	missing() { run echo b; has out a; true; }
	there() { run echo b; lacks out b; true; }
	no_file() { lacks nothing b; true; }
	must_it() { must false; true; }
	mustnt_it() { mustnt true; true; }
	plain() { false; }
	for f in status text missing there no_file must_it mustnt_it plain; do
		check "$f" "$f"
	done
	EOT
	must test "$(cat tap.rc)" -eq 1
	must test "$(grep -c '^not ok' tap)" -eq 8
	must test "$(grep -c '^ok' tap)" -eq 0
	must test "$(grep -c 'repeat: .*e2e/fails.t' tap)" -eq 8
	has tap "# status 6, not 0: cohort fail x"
	has tap "# -a"
	has tap "# +b"
}

crashes() {
	t crashes <<-'EOT'
	abort() { run abort; is 134; }
	bug() { run bug; is 70; }
	san() { run san; is 86; }
	gone() { COHORT=/nonexistent; run x; is 127; }
	for f in abort bug san gone; do check "$f" "$f"; done
	EOT
	must test "$(grep -c '^not ok' tap)" -eq 4
}

skips() {
	t skips <<-'EOT'
	no() { skip 'no such tool'; }
	late() { must false; skip 'too late'; }
	check 'left out' no
	check 'not left out' late
	skip 'no time'
	EOT
	must test "$(cat tap.rc)" -eq 1
	has tap 'ok 1 - left out # SKIP no such tool'
	has tap 'not ok 2 - not left out'
	has tap 'ok 3 - the rest # SKIP no time'
	has tap '1..3'
}

no_skips_in_ci() {
	CI=true t no_skips_in_ci <<-'EOT'
	tool() { skip 'frobnicator not found'; }
	mount() { skip 'cannot mount here'; }
	check 'what can be installed' tool
	check 'what cannot' mount
	EOT
	must test "$(cat tap.rc)" -eq 1
	has tap 'not ok 1 - what can be installed'
	has tap '# frobnicator not found, though CI installs everything'
	has tap 'ok 2 - what cannot # SKIP cannot mount here'
	CI=true t no_file <<-'EOT'
	skip 'frobnicator not found'
	EOT
	must test "$(cat tap.rc)" -eq 1
	has tap 'Bail out! frobnicator not found'
}

isolated() {
	HOME=$TEST_DIR GIT_DIR=/x XDG_CONFIG_HOME=/x http_proxy=http://x \
		COHORT_NOW=5 t isolated <<-'EOT'
	home() { run home; is 0 && has out /home && must test "$(wc -l <out)" -eq 1; }
	vars() { must test -z "${GIT_DIR:-}${XDG_CONFIG_HOME:-}${http_proxy:-}"; }
	now() { must test "$COHORT_NOW" = "$TEST_NOW"; }
	own() { must test "$(cohort echo me)" = me; }
	stdin() { run read; same out </dev/null; }
	empty() { must test -z "$(ls -A)"; }
	check 'empty' empty
	for f in home vars now own stdin; do check "$f" "$f"; done
	echo "$TEST_ROOT" >&2
	EOT
	must test "$(cat tap.rc)" -eq 0
	mustnt test -e "$(tail -n 2 tap | head -n 1)"
}

# The runner's closing lines after ITEMS.
sums() {
	"$ROOT/tests/run" -j 2 -t "${LIMIT:-20}" "$@" >sums 2>&1
	echo $? >sums.rc
}

runner_passes() {
	printf '#!/bin/sh\necho ok 1 - a; echo ok 2 - b; echo 1..2\n' >good
	chmod +x good
	sums ./good ./good
	must test "$(cat sums.rc)" -eq 0
	must test "$(tail -n 1 sums)" = '2 passed, 0 failed'
	sums ./good 'sh ./good'
	must test "$(tail -n 1 sums)" = '4 passed, 0 failed'
	sums './good; ./good'
	must test "$(tail -n 1 sums)" = '4 passed, 0 failed'
	sums './good; echo 1..2; echo ok 1'
	must test "$(tail -n 1 sums)" = '3 passed, 1 failed'
	has sums 'planned 4 tests and ran 3'
}

runner_fails() {
	sums "echo 1..2; echo ok 1" "echo ok 1" "echo 1..1; echo ok; exit 3" \
		"echo 1..1; echo not ok 1 - named" "echo 1..0" "kill -9 \$\$"
	must test "$(cat sums.rc)" -eq 1
	must test "$(tail -n 1 sums)" = '3 passed, 6 failed'
	has sums 'planned 2 tests and ran 1'
	has sums 'ended without a plan'
	has sums 'every test passed, but the status is 3'
	has sums 'has no test'
	has sums ': named'
}

runner_times_out() {
	LIMIT=1 sums 'echo 1..1; sleep 30'
	must test "$(tail -n 1 sums)" = '0 passed, 1 failed'
	has sums 'ran out of time'
}

runner_skips() {
	sums 'echo "1..0 # SKIP no gcc"' \
		'echo 1..2; echo "not ok 1 # SKIP a"; echo ok 2 - b'
	must test "$(cat sums.rc)" -eq 0
	must test "$(tail -n 1 sums)" = '1 passed, 0 failed, 2 skipped'
	has sums 'all: no gcc'
}

runner_adds_up() {
	"$ROOT/tests/run" -l one -r results 'echo 1..1; echo ok' >log
	"$ROOT/tests/run" -l two -r results 'echo 1..1; echo not ok 1 - x' >log
	"$ROOT/tests/run" -s results >sums
	must test "$(tail -n 1 sums)" = '1 passed, 1 failed'
	has sums 'failed: two: '
}

# In another variant that is known of each but the new one.
runner_begins_with_the_longest() {
	mkdir -p build/a && printf '#!/bin/sh\necho 1..1; echo ok\n' \
		>build/a/quick && cp build/a/quick build/a/new &&
		sed 's/echo/sleep 0.3; &/' build/a/quick >build/a/slow &&
		chmod +x build/a/* && cp -R build/a build/b || return 1
	"$ROOT/tests/run" -j 1 -l a -r results build/a/quick build/a/slow >log
	"$ROOT/tests/run" -j 1 -l b -r results build/b/quick build/b/slow \
		build/b/new | sed 's/ (.*//; s/^ok  *//' >order
	same order <<-EOT
	build/b/new
	build/b/slow
	build/b/quick
	EOT
}

# Of more than ten, ten are told of, with their seconds, before the sum.
runner_tells_what_took_long() {
	set --
	for n in 1 2 3 4 5 6 7 8 9 10; do
		set -- "$@" "echo 1..1; echo ok $n"
	done
	sums "$@"
	lacks sums slowest
	sums "$@" 'sleep 0.5; echo 1..1; echo ok'
	must test "$(grep -A 1 '^slowest:$' sums | tail -n 1 |
		sed 's/  0[.][5-9] s/SECONDS/')" = \
		'  SECONDS  tests: sleep 0.5; echo 1..1; echo ok'
	must test "$(tail -n 12 sums | head -n 1)" = 'slowest:'
	must test "$(tail -n 1 sums)" = '11 passed, 0 failed'
}

ports() {
	a=$(free_port)
	must test "$a" -ge 20000
	must test "$a" -lt 32000
	must port_is_free "$a"
}

check 'a test passes with every word' passes
check 'each word fails a test, whatever the function returns' fails
check 'a crash is never an expected failure' crashes
check 'tests are skipped with their reason' skips
check 'CI does not skip what it can install' no_skips_in_ci
check 'HOME, git, proxies, clock and standard input are isolated' isolated
check 'the runner adds up what passed' runner_passes
check 'the runner trusts nobody who ends early or oddly' runner_fails
check 'the runner ends what hangs' runner_times_out
check 'the runner names what was skipped' runner_skips
check 'the sum of several runs' runner_adds_up
check 'what took longest comes first' runner_begins_with_the_longest
check 'what took longest is told at the end' runner_tells_what_took_long
check 'a free port is free' ports
done_testing
