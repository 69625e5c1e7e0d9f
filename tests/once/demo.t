#!/bin/sh
# make demo, whole: what a person is shown first must not be what breaks first.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

command -v cargo >/dev/null || skip 'cargo not found'
command -v bwrap >/dev/null || skip 'bubblewrap not found'
command -v jq >/dev/null || skip 'jq not found'
PATH=$PATH:/usr/sbin:/sbin command -v nginx >/dev/null ||
	skip 'nginx not found'

season() {
	unset COHORT_NOW
	TMPDIR=$TEST_DIR "$ROOT/tests/demo/demo.sh" >log 2>err
	echo $? >status
	is 0 || tail -n 40 log err
	must grep -qxE 'demo: 32 of 32 published, consumer built, [0-9]+ s' log
	[ "$(tail -n 1 log | cut -c 1-5)" = demo: ] ||
		complain 'something follows the last line'
}

says_each_trouble() {
	for said in missing-license function_missing moved-tag \
		symlink-escapes name-taken build-reads-secrets \
		"no repository at 'http" 'cohort check @carys'; do
		has log "$said"
	done
	must grep -qE '^\[killed with [0-9]+ crates out\]$' log
}

consumer_spoke() {
	must grep -qE '^kov-elena says 42: ' log
}

# three of the very repositories, as if somebody had given them
given() {
	ls -d "$TEST_DIR"/cohort-test.*/repositories/a*.git >repos
	TMPDIR=$TEST_DIR "$ROOT/tests/demo/demo.sh" repos >log2 2>err
	echo $? >status
	is 0 || tail -n 40 log2 err
	must grep -qxE 'demo: [0-9]+ of [0-9]+ published, consumer built, [0-9]+ s' log2
}

check 'the season ends with 32 of 32' season
check 'each trouble was named, and the party was killed' says_each_trouble
check 'a project that cohort knows nothing of was built and run' consumer_spoke
check 'repositories that were given are published too' given
done_testing
