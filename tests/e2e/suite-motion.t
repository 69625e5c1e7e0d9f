#!/bin/sh
# The statements that move the clocks, on executors whose time or whose waits
# are of another kind than the reference's: what is right is not accused, and
# what is wrong is told in words.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

suite=${COHORT%/bin/*}/libexec/cohort/suite_executor
header=$ROOT/artifacts/artifact_01

mkdir right && (cd right && "${CC:-cc}" -std=c11 -D_POSIX_C_SOURCE=200809L \
	-fPIC -pthread -fvisibility=hidden -Dcx_new=right_new -I"$header" \
	-c "$ROOT"/reference/executor/*.c) || exit 1

# HOW VERDICT...: what it is told, one after the other, E90 before E91
judged() {
	clock=0
	[ "$1" != OWN_CLOCK ] || clock=1
	must "${CC:-cc}" -std=c11 -fPIC -shared -pthread -I"$header" \
		-DHOW="$1" -DHOW_CLOCK="$clock" -o one.so \
		"$ROOT/tests/e2e/suite/elsewhere.c" right/*.o
	"$suite" one.so --only E90,E91 >out 2>err </dev/null
	shift
	sed -n 's/^E9[01]  *L  //; s/ (motion.c:[0-9]*)$//
		s/fired [0-9]* s/fired SOME s/; /^[pfs]/p' out >got
	printf '%s\n' "$@" >want
	same got <want
}

keeps() {
	judged RIGHT pass pass
	judged LOOKS_HOURLY pass pass
}

left_out() {
	judged HAS_TIMERFD pass \
		'skipped: it has a timerfd, which cannot be hurried'
	judged OWN_CLOCK 'skipped: it asks no clock through the C library' \
		'skipped: its timers do not go by its waits'
	judged OWN_WAITS pass 'skipped: it sleeps where it cannot be hurried'
	judged NAPS pass \
		'skipped: its timers sleep in no wait of the C library'
	judged TICKS pass 'skipped: its waits are too short for days to pass'
	judged FAR_IS_NONE_BESIDE_THREAD pass \
		'skipped: it sleeps where it cannot be hurried'
}

told() {
	case $suite in
	*-none/*) ;;
	*) skip 'a sanitizer may have threads of its own' ;;
	esac
	judged FAR_IS_NONE pass "fail: a timer of 24.9 days is pending, and it \
waits without a time-out"
	judged FAR_IS_ZERO pass "fail: before a timer of 24.9 days it asks for \
events 1000000 times, and does not wait"
	judged FAR_IS_A_MS pass "fail: a timer of 24.9 days takes more than \
200000 waits of a moment each"
	judged FAR_IS_FAR_OFF pass 'fail: a timer of 24.9 days fired SOME s late'
}

check 'who looks round every hour is right' keeps
check 'what cannot be hurried is left out' left_out
check 'what is wrong with a timer of weeks is told' told
done_testing
