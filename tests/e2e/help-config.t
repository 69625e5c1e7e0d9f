#!/bin/sh
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

page() {
	run help --man --prose "$ROOT/man/cohort-config.in" config
	is 0
	lacks err a
	has out '.Dt COHORT-CONFIG 5'
	for file in cohort roster curriculum policy; do
		has out ".Ss config/$file.yaml"
	done
}

# every key of the shipped files is in the page
keys() {
	page
	sed -n 's/^[ -]*\([a-z_0-9]*\):.*/\1/p' "$ROOT"/config/*.yaml |
		sort -u >keys
	[ "$(wc -l <keys)" -gt 30 ] || complain "few keys: $(cat keys)"
	while read -r key; do
		grep -qx -e ".It Cm $key" out || echo "$key"
	done <keys >unknown
	same unknown </dev/null
}

lint() {
	command -v mandoc >/dev/null || skip 'mandoc not found'
	page
	mv out cohort-config.5
	must mandoc -Tlint -Wwarning cohort-config.5
}

topic() {
	run help config
	is 2
	same out </dev/null
	same err <<-TEXT
	cohort: there is no command 'config'
	hint: see 'cohort -h'
	TEXT
}

check 'the manual of the configuration covers every file' page
check 'every key of the shipped files is explained' keys
check 'mandoc has nothing to say about it' lint
check 'it is a manual page, not a command' topic
done_testing
