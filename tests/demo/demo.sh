#!/bin/sh
# A whole cohort in one sitting: from an empty folder to 32 published crates
# that a cargo project then builds against.
#
#	tests/demo/demo.sh		32 invented students, some in trouble
#	tests/demo/demo.sh FILE		the repositories that FILE lists, one URL
#					or path a line
#
# Everything happens below one temporary folder, which is kept and named at
# the end.  Needs no network: the students' repositories are served over
# loopback by nginx and git's http-backend.
set -eu
ROOT=$(cd "${0%/*}/../.." && pwd -P)
KEEP=quietly
# shellcheck source=../env.sh
. "$ROOT/tests/env.sh"
# shellcheck source=../git-http.sh
. "$ROOT/tests/git-http.sh"
# shellcheck source=steps.sh
. "$ROOT/tests/demo/steps.sh"
# shellcheck source=given.sh
. "$ROOT/tests/demo/given.sh"

REPOS=${1:-}
WS=$TEST_ROOT/cohort
STUDENTS=$TEST_ROOT/students
BARE=$TEST_ROOT/repositories
LOGS=$TEST_ROOT/logs
START=$(date +%s)
export ROOT WS STUDENTS BARE LOGS
mkdir "$STUDENTS" "$BARE" "$LOGS"

if [ -n "$REPOS" ]; then
	[ -f "$REPOS" ] || {
		echo "demo: no such file: $REPOS" >&2
		exit 6
	}
	given_repositories "$REPOS"
else
	invented_students
fi
