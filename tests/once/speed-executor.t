#!/bin/sh
# How fast an executor is beside the reference, and what is made of that.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

speed=${COHORT%/bin/*}/libexec/cohort/speed_executor
library=${COHORT%/bin/*}/libexec/cohort/reference-executor.so
header=$ROOT/artifacts/artifact_01
TEST_RUN=speed_executor

# SHAPE REFERENCE LIBRARY: three rounds with a median of that, none disturbed
rounds() {
	printf '%s reference %s 0\n' "$1" "$2" "$1" "$2" "$1" 9000
	printf '%s library %s 0\n' "$1" "$3" "$1" 0.5 "$1" "$3"
}

# STATUS ARGS...: judge the file samples on a machine that is idle
judged() {
	want=$1
	shift
	"$speed" --samples samples --load 0.4 --json "$@" >out 2>err
	got=$?
	[ "$got" -eq "$want" ] || complain "status $got, not $want"
	[ "$got" -eq "$want" ] || cat out err
}

# FILTER TEXT: what jq finds in out
says() {
	found=$(jq -r "$1" out)
	[ "$found" = "$2" ] || complain "$1 is '$found', not '$2'"
}

arithmetic() {
	for figure in 10 14 11 12 30; do
		echo "yield reference $figure 0"
	done >samples
	for figure in 18 20 40 21; do
		echo "yield library $figure 7"
	done >>samples
	judged 0 --only yield
	says '.shapes | length' 1
	says '.shapes[0].reference == { median: 12, mad: 2, rounds: 5 }' true
	says '.shapes[0].library == { median: 20.5, mad: 1.5, rounds: 4 }' true
	says '.shapes[0].ratio == 1.7083' true
	says .verdict pass
}

limits() {
	{
		rounds spawn 100 200 # not above
		rounds yield 100 201
		rounds timers 100 400
		rounds echo 100 150
		rounds fire 100 90000
	} >samples
	judged 0
	says '[.shapes[] | select(.graded) | .verdict] | @csv' \
		'"pass","warn","warn","pass"'
	says '.shapes[] | select(.id == "fire") | .verdict' shown
	says .verdict warn
	says .reason "yield: 2.0 times the reference's time, above 2"
	rounds timers 100 401 >samples
	judged 1 --only timers
	says .verdict fail
	says .reason "timers: 4.0 times the reference's time, above 4"
	judged 0 --only timers --warn-above 3 --fail-above 5
	says .verdict warn
	judged 0 --only timers --warn-above 5 --fail-above 5
	says .verdict pass
	says '.limits | [.warn_above, .fail_above] | @csv' 5,5
}

busy() {
	rounds echo 100 900 >samples
	judged 1 --only echo --load 1.2
	judged 0 --only echo --load 1.21
	says '.verdict, .shapes[0].verdict' "skipped
skipped"
	says .reason 'machine busy: load 1.21, above 1.2'
	says '.shapes[0].ratio == 9' true
	# one round in twenty may be disturbed; the library's do not count
	{
		echo 'echo reference 100 3'
		yes 'echo reference 100 0' | head -n 19
		yes 'echo library 100 9' | head -n 20
	} >samples
	judged 0 --only echo
	says '.verdict, .disturbed == 0.05' "pass
true"
	echo 'echo reference 100 1' >>samples
	judged 0 --only echo
	says .verdict skipped
	says .reason 'machine busy: 10 % of the rounds were interrupted, above 5 %'
	# two threads on one processor interrupt each other: wake is not graded
	{
		rounds echo 100 150
		yes 'wake reference 100 1' | head -n 15
		yes 'wake library 100 1' | head -n 15
	} >samples
	judged 0 --only echo,wake
	says '.verdict, .disturbed == 0' "pass
true"
}

refuses() {
	must "$speed" "$library" --load 3 >out
	must test "$(tail -n 1 out)" = \
		'skipped: machine busy: load 3.00, above 1.2'
	mustnt grep -q '^spawn' out
	must "$speed" "$library" --load 3 --json >out
	says '.shapes | length' 0
}

bad_samples() {
	for line in 'spawn library 0 0' 'spawn library nan 0' \
		'spawn nobody 3 0' 'nothing library 3 0' 'spawn library 3' \
		'spawn'; do
		echo "$line" >samples
		judged 2
		has err "cannot use the sample"
	done
	: >samples
	judged 1 --only echo
	says '.verdict, .reason' "error
echo: no figures"
	judged 0 --only fire
	says .reason 'no graded shape was asked for'
}

# Whatever else goes on here, a ratio of 1 is not one of 100.
itself() {
	must "$speed" "$library" --any-load --rounds 9 --json >out
	says '.library, .reference' "cohort reference executor
cohort reference executor"
	says '[.shapes[].id] | @csv' "$("$speed" --list | cut -d ' ' -f 1 |
		sed 's/.*/"&"/' | paste -sd, -)"
	says '[.shapes[] | select(.graded and .library.rounds != 9)] | length' 0
	says '[.shapes[] | select(.graded and (.ratio < 0.1 or .ratio > 10))] |
		length' 0
	says '[.floor[] | select(. > 0)] | length' 4
	says '[.shapes[] | select(.floor) | .id] | @csv' '"echo"'
	case $(jq -r .verdict out) in
	pass | warn | skipped) ;;
	*) complain 'the reference fails'; cat out ;;
	esac
}

mkdir right && (cd right && "${CC:-cc}" -std=c11 -D_POSIX_C_SOURCE=200809L \
	-O2 -fPIC -pthread -fvisibility=hidden -Dcx_spawn=right_spawn \
	-I"$header" -c "$ROOT"/reference/executor/*.c) || exit 1

# WRONG ARGS...: measure a library that is, in out
slow() {
	must "${CC:-cc}" -std=c11 -D_POSIX_C_SOURCE=200809L -O2 -fPIC -shared \
		-pthread -I"$header" -DSLOW="$1" -o slow.so \
		"$ROOT/tests/e2e/suite/slow.c" right/*.o
	shift
	"$speed" slow.so --load 0 --rounds 5 --json "$@" >out 2>err
}

# The ratio is above 1,000: no load hides that, but it may forbid to grade.
is_slow() {
	slow BURNS --only spawn
	says '.shapes[0].ratio > 20' true
	says '.shapes[0].library.rounds' 3
	case $(jq -r .verdict out) in
	fail) has out "times the reference's time, above 4" ;;
	skipped) has out 'of the rounds were interrupted' ;;
	*) complain 'it passes'; cat out ;;
	esac
}

hostile() {
	slow CRASHES --only spawn,yield
	must test $? -eq 1
	says '.verdict, .shapes[0].verdict' "fail
fail"
	must grep -q '"reason": "spawn: crash (signal 6' out
	mustnt test "$(jq -r '.shapes[1].verdict' out)" = fail
	slow FORGETS --only spawn
	says .reason 'spawn: made 0 polls of 10000'
	slow HANGS --only spawn --idle-limit 400
	must grep -q '"reason": "spawn: hang-idle: cx_spawn sleeps' out
	slow LOOPS --only spawn --cpu-limit 400
	must grep -q '"reason": "spawn: hang-busy (livelock)' out
}

alone() {
	must "$speed" "$library" --alone yield >out
	must grep -qE '^[0-9.]+ [0-9.]+$' out
	must "$speed" floor --alone echo >out
	must grep -qE '^[0-9.]+ [0-9.]+$' out
}

usage() {
	"$speed" "$library" --only spawn,none >out 2>err
	must test $? -eq 2
	has err "there is no shape 'none'"
	"$speed" "$library" --rounds 100 >out 2>err
	must test $? -eq 2
	has err "cannot use '--rounds'"
	"$speed" >out 2>err
	must test $? -eq 2
	has err "there is no 'LIBRARY'"
	"$speed" missing.so >out 2>err
	must test $? -eq 6
	has err "no such file 'missing.so'"
	"$speed" "$library" --reference missing.so >out 2>err
	must test $? -eq 6
	has err "no such file 'missing.so'"
}

check 'median, deviation and ratio are what they are called' arithmetic
check 'a ratio above 2 warns, above 4 fails, of four shapes' limits
check 'nothing is graded where the load or interruptions say so' busy
check 'nothing is even measured under a load' refuses
check 'figures that are none are refused' bad_samples
check 'the reference is as fast as itself' itself
check 'a library that burns time is slow' is_slow
check 'what crashes, hangs or does not work fails in bounded time' hostile
check '--alone prints figures' alone
check 'wrong usage is a usage error' usage
done_testing
