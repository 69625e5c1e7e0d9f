# shellcheck shell=sh
# What every tests/e2e/*.t starts with:
#
#	#!/bin/sh
#	# shellcheck source=../lib.sh
#	. "${0%/*}/../lib.sh"
#
# It then stands in $TEST_DIR, an empty folder of its own, in the world that
# tests/env.sh describes.  COHORT_NOW is $TEST_NOW unless the test sets it.
#
#	check 'SENTENCE' FUNCTION	one test.  FUNCTION runs in a sub-shell: it
#					passes if it returns 0 and none of the
#					words below complained, chained or not
#	run ARGS...			$COHORT ARGS into the files out, err and
#					status of $TEST_DIR; a crash fails the test
#	is N				the status of that run
#	same FILE <<TEXT		FILE (out, err or any other) is TEXT
#	has FILE 'TEXT'			FILE has TEXT in it, on one line
#	lacks FILE 'TEXT'		it has not
#	must COMMAND...			COMMAND has to succeed
#	mustnt COMMAND...		it has to fail
#	skip 'REASON'			in FUNCTION: leave this test out;
#					outside: leave the whole file out; in CI
#					a REASON 'X not found' is a failure
#	free_port			print a TCP port nobody listens on
#	done_testing			the last line of the file
#
# FIXTURES is the folder tests/fixtures.  Set KEEP=1 to keep $TEST_ROOT.

ROOT=$(cd "${0%/*}/../.." && pwd -P)
TEST_FILE=$(cd "${0%/*}" && pwd -P)/${0##*/}
# shellcheck source=env.sh
. "$ROOT/tests/env.sh"

TEST_NOW=2027-01-19T18:00:00Z # a Tuesday, 10:00 in Los Angeles
COHORT_NOW=$TEST_NOW
export COHORT_NOW
# shellcheck disable=SC2034
FIXTURES=$ROOT/tests/fixtures
TEST_DIR=$TEST_ROOT/work
TEST_LIB=$TEST_ROOT/lib # what the words below remember
TEST_COUNT=0
TEST_FAILED=0
TEST_IN_CHECK=
mkdir "$TEST_LIB" "$TEST_DIR" && cd "$TEST_DIR" || exit 1
if [ ! -x "$COHORT" ]; then
	echo "Bail out! $COHORT is not built"
	exit 1
fi

# Say why the test at hand fails; it fails however the function ends.
complain() {
	printf '%s\n' "$*"
	: >>"$TEST_LIB/complaints"
	return 1
}

# Files of `run` are found from wherever the test went.
test_path() {
	case $1 in
	out | err | status) echo "$TEST_DIR/$1" ;;
	*) echo "$1" ;;
	esac
}

test_show() {
	if [ -s "$1" ]; then
		echo "--- ${1##*/}:"
		head -n 60 "$1"
	else
		echo "--- ${1##*/}: empty or missing"
	fi
}

run() {
	TEST_RUN="cohort $*"
	"$COHORT" "$@" >"$TEST_DIR/out" 2>"$TEST_DIR/err" </dev/null
	TEST_GOT=$?
	echo "$TEST_GOT" >"$TEST_DIR/status"
	if [ "$TEST_GOT" -ge 126 ] || [ "$TEST_GOT" -eq 86 ] ||
		[ "$TEST_GOT" -eq 70 ]; then
		complain "crashed with status $TEST_GOT: $TEST_RUN"
		test_show "$TEST_DIR/err"
	fi
	return 0
}

is() {
	[ "$(cat "$TEST_DIR/status")" = "$1" ] && return 0
	complain "status $(cat "$TEST_DIR/status"), not $1: ${TEST_RUN:-}"
	test_show "$TEST_DIR/err"
	test_show "$TEST_DIR/out"
	return 1
}

same() {
	cat >"$TEST_LIB/want"
	diff -u "$TEST_LIB/want" "$(test_path "$1")" >"$TEST_LIB/diff" 2>&1 &&
		return 0
	complain "$1 differs (- wanted, + got) after: ${TEST_RUN:-}"
	sed 1,2d "$TEST_LIB/diff"
	[ "$1" != out ] || test_show "$TEST_DIR/err"
	return 1
}

has() {
	grep -qF -e "$2" "$(test_path "$1")" && return 0
	complain "$1 has no '$2' after: ${TEST_RUN:-}"
	test_show "$(test_path "$1")"
	return 1
}

lacks() {
	[ -e "$(test_path "$1")" ] && ! grep -qF -e "$2" "$(test_path "$1")" &&
		return 0
	complain "$1 has '$2' (or is missing) after: ${TEST_RUN:-}"
	test_show "$(test_path "$1")"
	return 1
}

must() {
	"$@" || complain "status $?: $*"
}

mustnt() {
	if "$@"; then
		complain "succeeded, and should not: $*"
	fi
}

skip() {
	case ${CI:+ci}:$1 in
	ci:*' not found')
		[ -n "$TEST_IN_CHECK" ] || echo "Bail out! $1"
		complain "$1, though CI installs everything"
		exit 1
		;;
	esac
	if [ -n "$TEST_IN_CHECK" ]; then
		printf '%s\n' "$1" >"$TEST_LIB/skip"
	elif [ "$TEST_COUNT" -eq 0 ]; then
		echo "1..0 # SKIP $1"
	else
		TEST_COUNT=$((TEST_COUNT + 1))
		echo "ok $TEST_COUNT - the rest # SKIP $1"
		done_testing
	fi
	exit 0
}

# The one command that runs this file again, from the checkout.
test_repeat() {
	echo "COHORT=${COHORT#"$ROOT/"} ${TEST_FILE#"$ROOT/"}"
}

check() {
	TEST_COUNT=$((TEST_COUNT + 1))
	rm -f "$TEST_LIB/complaints" "$TEST_LIB/skip"
	(
		TEST_IN_CHECK=1
		trap - EXIT
		"$2"
	) >"$TEST_LIB/log" 2>&1 </dev/null
	TEST_GOT=$?
	if [ -e "$TEST_LIB/skip" ] && [ ! -e "$TEST_LIB/complaints" ]; then
		echo "ok $TEST_COUNT - $1 # SKIP $(cat "$TEST_LIB/skip")"
	elif [ "$TEST_GOT" -eq 0 ] && [ ! -e "$TEST_LIB/complaints" ]; then
		echo "ok $TEST_COUNT - $1"
	else
		TEST_FAILED=$((TEST_FAILED + 1))
		echo "not ok $TEST_COUNT - $1"
		echo "# function $2 returned $TEST_GOT"
		sed 's/^/# /' "$TEST_LIB/log"
		echo "# repeat: $(test_repeat)"
	fi
}

done_testing() {
	echo "1..$TEST_COUNT"
	[ "$TEST_FAILED" -eq 0 ]
	exit
}
