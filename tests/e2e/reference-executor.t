#!/bin/sh
# The library that students' executors are held against.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

library=${COHORT%/bin/*}/libexec/cohort/reference-executor.so
header=$ROOT/artifacts/artifact_01/cohort_executor.h

exports() {
	sed -n '/^[a-z].*cx_[a-z_]*(/s/.*\(cx_[a-z_]*\)(.*/\1/p' "$header" |
		LC_ALL=C sort >declared
	must test -s declared
	nm -D --defined-only "$library" | awk '$2 == "T" { print $3 }' |
		LC_ALL=C sort >exported
	same exported <declared
}

alone() {
	must "${CC:-cc}" -std=c11 -fsyntax-only -Wall -Wextra -Wpedantic -Werror \
		-x c "$header"
}

check 'it exports what its header declares, and nothing else' exports
check 'the header compiles alone' alone
done_testing
