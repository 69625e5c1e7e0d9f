#!/bin/sh
# Words that do not belong into the tree, in whichever file.
COHORT=/bin/true # nothing of ours is run here
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
cd "$ROOT" || exit 1

# What PATTERN (extended) finds in all text files, those of [DIR...] alone
# where given, must be nothing.
nowhere() {
	pattern=$1
	shift
	[ $# -gt 0 ] || set -- .
	# shellcheck disable=SC2038
	find "$@" -name .git -prune -o -path ./build -prune -o \
		-name target -prune -o -type f -print |
		xargs grep -nIE -e "$pattern" >"$TEST_ROOT/found"
	same "$TEST_ROOT/found" </dev/null
}

hosts() {
	nowhere '(index|static)[.]crates[.]io|registry[.]npm|deb[.]debian|security[.]debian|pypi[.]o|files[.]pythonhosted'
}

machines() {
	nowhere '(^|[^A-Za-z0-9_.$}*-])/(work|root|home/[a-z]+|tmp/[a-z]+[.][A-Za-z0-9]{6,})/'
}

unfinished() {
	nowhere '(^|[^A-Za-z])(FIX''ME|XX''X|TO''DO[^A-Za-z]*[^(# 0-9])([^A-Za-z]|$)'
}

quiet_failures() {
	nowhere '\|\| (true|:)$' tests .ci release
}

asserts() {
	nowhere 'assert_true\((1|true)\)' tests
}

cpp_comments() {
	find cli tests -name '*.[ch]' | grep -v /fixtures/ |
		xargs grep -nE '^[[:space:]]*//|[;{}] *//' >"$TEST_ROOT/found"
	same "$TEST_ROOT/found" </dev/null
}

check "no package registry's host is written out" hosts
check "no path of somebody's machine is written out" machines
check 'nothing is marked as unfinished' unfinished
check 'no command of a test may fail silently' quiet_failures
check 'no assertion is always true' asserts
check 'comments are /* */' cpp_comments
done_testing
