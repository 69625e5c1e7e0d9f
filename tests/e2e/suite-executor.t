#!/bin/sh
# The suite that tells right executors from wrong ones.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

suite=${COHORT%/bin/*}/libexec/cohort/suite_executor
library=${COHORT%/bin/*}/libexec/cohort/reference-executor.so

reference() {
	must "$suite" "$library" >out
	mustnt grep -e '  fail' -e '  error' out
	must test "$(grep -c ' pass$' out)" -ge 30
}

check 'the reference keeps every statement' reference
done_testing
