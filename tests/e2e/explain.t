#!/bin/sh
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

one() {
	run explain missing-license
	is 0 && has out 'missing-license  (metadata, deny)' && has out 'rule: '
}

each_kind() {
	run explain tree build-uses-network function_missing
	is 0 && has out 'tree  (gate)' && has out '(build, deny)' &&
		has out '(semver, deny)'
}

all() {
	run explain --json
	is 0 && must jq -e '[.explained[] | select(.summary == "" or
		.explanation == "")] == [] and
		([.explained[].kind] | unique) ==
		["artifact_01", "build", "gate", "metadata",
			"semver"] and
		([.explained[].id] | length == (unique | length))' out >/dev/null
}

unknown() {
	run explain missing-licence
	is 6 && same out </dev/null && same err <<-EOT
	cohort: there is no gate, lint or statement 'missing-licence'
	hint: cohort explain missing-license
	EOT
}

check 'a lint: what it means and whose rule it is' one
check 'a gate, a build lint and a semver lint' each_kind
check 'all of them, each with a text, no id twice' all
check 'an unknown id gets the nearest' unknown
done_testing
