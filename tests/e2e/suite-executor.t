#!/bin/sh
# The suite that tells right executors from wrong ones.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

suite=${COHORT%/bin/*}/libexec/cohort/suite_executor
library=${COHORT%/bin/*}/libexec/cohort/reference-executor.so

reference() {
	must "$suite" "$library" >out
	mustnt grep -e '  fail' -e '  error' out
	must test "$(grep -c ' pass$' out)" -ge 76
}

# Neither knows a statement that the other lacks, nor another class.
spec() {
	awk '$1 == "-" && $2 == "id:" { id = $3 }
	$1 == "class:" { print id, $2 }' \
		"$ROOT/artifacts/artifact_01/spec.yaml" >spec
	"$suite" --list | cut -d ' ' -f 1,2 >listed
	same listed <spec
	must test "$(wc -l <spec)" -ge 80
	must test "$(grep -c '^    failure: ' \
		"$ROOT/artifacts/artifact_01/spec.yaml")" -eq "$(wc -l <spec)"
}

check 'the suite and its specification have the same statements' spec
check 'the reference keeps every statement' reference
done_testing
