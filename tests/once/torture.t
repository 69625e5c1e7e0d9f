#!/bin/sh
# The torture finds what it is for, and does not find what is not there.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

victim=$ROOT/build/gcc-none/tests/torture/victim
inject=$ROOT/build/gcc-none/tests/torture/inject

# torture HOW [MODE...]: of a victim that is right or wrong in this way
torture() {
	cat >case <<-EOT
	attack='"$victim" $1 f "new text"'
	program=victim
	message='^victim: '
	prepare() { echo old >f; }
	state() { cat f; }
	EOT
	shift
	"$ROOT/tests/torture/torture" case "$@" >tap
	echo $? >tap.rc
}

right() {
	torture right
	must test "$(cat tap.rc)" -eq 0
	same tap <<-EOT
	ok 1 - case: kill at 5 of 5 places
	ok 2 - case: space at 5 of 5 places
	ok 3 - case: io at 5 of 5 places
	ok 4 - case: alloc at 1 of 1 places
	1..4
	EOT
}

torn() {
	torture torn kill
	must test "$(cat tap.rc)" -ne 0
	has tap 'not ok 1 - case: kill at 4 of 4 places, 2 bad'
	has tap '# at place 2, write:'
	has tap 'the state is none of: before middle after'
	has tap '# repeat: ONLY_AT=2 tests/torture/torture'
}

deaf() {
	torture deaf io
	has tap 'not ok 1 - case: io'
	has tap 'at place 2, write:'
	has tap '+new '
	torture deaf space
	has tap 'ok 1 - case: space' # the later fsync fails as well
}

greedy() {
	torture greedy alloc
	has tap 'not ok 1 - case: alloc at 1 of 1 places, 1 bad'
	has tap 'status 139'
}

mute() {
	torture mute space
	has tap 'status 6 without a message'
}

one_place() {
	export ONLY_AT=3
	torture right kill
	has tap 'ok 1 - case: kill at 1 of 5 places'
}

# What is left in between is judged by the case, and run again it must end well.
unsound() {
	cat >case <<-EOT
	attack='"$victim" \$(cat how) f "new text"'
	program=victim
	message='^victim: '
	modes=kill
	prepare() { echo old >f; echo torn >how; }
	state() { cat f; }
	sound() { [ -s f ] || echo 'f is empty'; }
	EOT
	"$ROOT/tests/torture/torture" case >tap
	has tap 'not ok 1 - case: kill at 4 of 4 places, 1 bad'
	has tap '#   f is empty'
	sed 's/^sound.*/sound() { :; }/' case >case.2
	"$ROOT/tests/torture/torture" case.2 >tap
	has tap 'ok 1 - case.2: kill at 4 of 4 places'
	echo 'settle() { mkdir f.tmp; echo right >how; }' >>case.2
	"$ROOT/tests/torture/torture" case.2 >tap
	has tap 'case.2: kill at 4 of 4 places, 4 bad'
}

unprepared() {
	printf 'attack=false\nprepare() { false; }\nstate() { :; }\n' >case
	mustnt "$ROOT/tests/torture/torture" case >tap
	has tap 'not ok 1 - case: prepares its start'
	printf 'attack=false\nprepare() { :; }\nstate() { :; }\n' >case
	mustnt "$ROOT/tests/torture/torture" case >tap
	has tap 'not ok 1 - case: succeeds unharmed, not status 1'
}

stdio() {
	"$inject" -c space -e 1:ENOSPC -o report sh -c 'echo x' >got 2>&1
	must test "$(cut -d ' ' -f 2-3 report)" = '1 write'
}

threads_and_children() {
	"$inject" -c all -o alone sh -c 'ls >/dev/null; exit 3'
	must test $? -eq 3
	"$inject" -f -c all -o with sh -c 'ls >/dev/null; exit 3'
	must test "$(cut -d ' ' -f 1 with)" -gt "$(cut -d ' ' -f 1 alone)"
}

git_init() {
	cat >case <<-'EOT'
	attack='git init -q --template= x'
	modes=kill
	prepare() { :; }
	state() { [ ! -d x ] || git -C x rev-parse --git-dir 2>/dev/null; }
	EOT
	"$ROOT/tests/torture/torture" case >tap
	has tap 'case: kill at'
}

check 'a right program passes at every place' right
check 'a kill in the middle of a write is found' torn
check 'an ignored failure is found' deaf
check 'an unchecked allocation is found' greedy
check 'a failure without a word is found' mute
check 'one place can be tried alone' one_place
check 'a case may judge what is left' unsound
check 'a case that does not work is not a pass' unprepared
check 'writes by stdio are found as well' stdio
check 'children count when asked for' threads_and_children
check 'another program can be tortured' git_init
done_testing
