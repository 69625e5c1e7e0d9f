#!/bin/sh
# A receipt holds, or it is said what in it was changed.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

mkdir bin # no toolchain: these submissions are about git alone
ln -s /usr/bin/* bin
rm -f bin/cargo* bin/rustc* bin/rustup*
PATH=${COHORT%/*}:$PWD/bin

git init -q --bare -b main ada.git
must "$COHORT" new artifact_01 kov-ada >/dev/null
(
	cd kov-ada || exit 1
	git init -q -b main && git add . && git commit -qm Begin
	git remote add origin ../ada.git && git push -q origin main
	"$COHORT" submit >../id 2>../remarks
) || cat remarks
cp kov-ada/.git/cohort/receipts/kov-ada-0.1.0.json r.json

holds() {
	id=$(cat id)
	run receipt r.json
	is 0 && same err </dev/null && same out <<-EOF
	$id holds
	kov-ada 0.1.0 of ada, commit $(git -C kov-ada rev-parse HEAD), tagged $TEST_NOW by their clock
	EOF
	cd kov-ada || return 1
	run receipt .git/cohort/receipts/kov-ada-0.1.0.json
	is 0 && has out 'the tag is in the repository here'
	cd .. && run -C kov-ada receipt r.json
	is 0 && has out 'the tag is in the repository here'
}

json() {
	run receipt r.json --json
	is 0 && must jq -e '.schema == 1 and .version == "0.1.0" and
		.tag == "artifact_01/v0.1.0" and .previous == "" and
		(.in_repository or .in_workspace or .collected | not)' \
		out >/dev/null
	for key in receipt cohort handle artifact crate version previous tag \
		commit tag_object tagged_at; do
		[ "$(jq -r ."$key" out)" = "$(jq -r ."$key" r.json)" ] ||
			complain "$key"
	done
}

# changed KEY VALUE MESSAGE
changed() {
	jq --arg v "$2" ".$1 = \$v" r.json >changed.json
	run receipt changed.json
	is 1 && same out </dev/null && has err "cohort: changed.json: $3"
	[ "$(wc -l <err)" -eq 1 ] || complain "$(cat err)"
}

tampered() {
	other=0123456789012345678901234567890123456789
	changed receipt R-bob "the receipt says receipt 'R-bob', but its tag"
	changed cohort x "the receipt says cohort 'x', but its tag says ''"
	changed handle bob "the receipt says handle 'bob', but its tag says 'ada'"
	changed artifact artifact_02 "the receipt says artifact 'artifact_02',"
	changed crate kov-bob "the receipt says crate 'kov-bob', but its tag"
	changed version 0.2.0 "the receipt says version '0.2.0', but its tag"
	changed previous "$other" "the receipt says previous '$other', but its"
	changed tag artifact_01/v0.2.0 "the receipt says tag 'artifact_01/v0.2.0'"
	changed commit "$other" "the receipt says commit '$other', but its tag"
	changed tag_object "$other" "the receipt's tag is 012345678901, but its"
	changed tagged_at 2026-01-01T00:00:00Z "the receipt says time '2026-01-01"
	changed object "$(jq -r .object r.json | sed 's/ada/bob/')" \
		"the receipt's tag is "
	has err 'it was changed'
}

# Somebody makes a tag of their own, hash and all: it is nobody's submission.
forged() {
	cd kov-ada || return 1
	printf 'object %s\ntype commit\ntag v1\ntagger A <a@b> 1 +0000\n\nx\n' \
		"$(git rev-parse HEAD)" >../forged
	name=$(git hash-object -t tag ../forged)
	cd .. && jq --arg n "$name" --rawfile o forged \
		'.tag_object = $n | .object = $o' r.json >changed.json
	run receipt changed.json
	is 1 && same err <<-EOF
	cohort: changed.json: the tag is not one that 'cohort submit' makes
	EOF
}

# wrong MESSAGE: of the file wrong.json
wrong() {
	run receipt wrong.json
	is 6 && same out </dev/null && has err "cohort: $1"
}

no_receipt() {
	head -c 300 r.json >wrong.json
	wrong 'wrong.json:'
	: >wrong.json
	wrong 'wrong.json:1:'
	echo '{}' >wrong.json
	wrong "wrong.json: 'schema' is missing"
	echo '[1, 2]' >wrong.json
	wrong "wrong.json: a map with 'schema' is wanted here, not a list"
	echo '{"schema": 1, "packages": []}' >wrong.json
	wrong "wrong.json: unknown key 'packages'"
	jq '.schema = 2' r.json >wrong.json
	wrong 'wrong.json: schema 2 is newer than this cohort knows'
	has err 'hint: install a newer cohort'
	jq '.handle = 5' r.json >wrong.json
	wrong "wrong.json: 'handle' must be a string, not a whole number"
	jq 'del(.object)' r.json >wrong.json
	wrong "wrong.json: 'object' is missing"
	sed 's/"handle"/"crate"/' r.json >wrong.json
	wrong 'wrong.json:'
	printf '\177ELF\0\0\377' >wrong.json
	wrong 'wrong.json:'
	yes '[' | head -n 100000 | tr -d '\n' >wrong.json
	wrong 'wrong.json:'
}

escapes() {
	jq '.handle = "\u001b[31mada"' r.json >changed.json
	run receipt changed.json
	is 1 && has err "says handle '?[31mada', but its tag says 'ada'"
}

odd_files() {
	run receipt none.json
	is 6 && same err <<-EOF
	cohort: cannot open 'none.json': no such file or directory
	EOF
	run receipt kov-ada
	is 6 && same err <<-EOF
	cohort: 'kov-ada' is a folder
	EOF
	mkfifo fifo
	run receipt fifo
	is 6 && has err "'fifo' is not a regular file"
	truncate -s 1G huge.json
	run receipt huge.json
	is 6 && same err <<-EOF
	cohort: 'huge.json' has more than 1048576 bytes
	EOF
	run receipt
	is 2 && has err "'cohort receipt' needs FILE"
}

collected() {
	must "$COHORT" init ws --id 2027-winter --first-day 2027-01-12 >/dev/null
	cd ws || return 1
	sed -i 's/^  - https$/  - https\n  - file/' config/cohort.yaml
	must "$COHORT" roster add ada --repo "file://$TEST_DIR/ada.git" \
		>/dev/null
	run receipt ../r.json
	is 0 && has out 'this workspace has not collected that tag: cohort'
	must "$COHORT" collect artifact_01 >/dev/null
	run receipt ../r.json
	is 0 && has out 'collected: this workspace has that very tag'
	run receipt ../r.json --json
	must jq -e '.in_workspace and .collected' ../out >/dev/null
	# a broken configuration is no reason not to say so
	echo 'seats: many' >>config/cohort.yaml
	cd .. && run -C ws receipt r.json
	is 0 && has out 'collected: this workspace has that very tag'
}

check 'a receipt holds, and says what it is of' holds
check '--json is complete' json
check 'whatever was changed is named' tampered
check 'a tag of another make is no submission' forged
check 'what is no receipt is told with its place' no_receipt
check 'an escape in it does not reach the terminal' escapes
check 'a missing, odd or giant file is an error' odd_files
check 'a workspace says whether it was collected' collected
done_testing
