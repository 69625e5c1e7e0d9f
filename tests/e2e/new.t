#!/bin/sh
# A student's crate begins: whose it is, where it goes, what to type next.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

must "$COHORT" init ws --id 2027-winter --first-day 2027-01-12 >/dev/null
(cd ws && must "$COHORT" roster add ada --name 'Ada "A." L.' \
	--zone Asia/Kolkata --repo https://git.example/ada.git \
	--suffix ada-l) >/dev/null
(cd ws && must "$COHORT" roster add bob) >/dev/null
(cd ws && must "$COHORT" roster invite --all --to ..) >/dev/null

plain() {
	run new artifact_01 kov-eve
	is 0 && same err </dev/null && same out <<-EOF
	kov-eve is in kov-eve
	next:
	  cd kov-eve && cargo test
	  git init -b main && git add . && git commit -m 'Begin kov-eve'
	  git remote add origin URL && git push -u origin main
	  cohort check
	  cohort validate artifact_01
	  cohort submit
	EOF
	same kov-eve/.cohort.yaml <<-EOF
	# Who and what this crate is for \`cohort submit\`.  Not packed into the crate.
	schema: 1
	handle: "eve"
	artifact: "artifact_01"
	crate: "kov-eve"
	EOF
	[ "$(stat -c %a kov-eve)" = 755 ] || complain "$(stat -c %a kov-eve)"
}

invited() {
	run new artifact_01 work/kov --invite ada.yaml
	is 0 && has out 'kov-ada-l is in work/kov' && has out \
		'  git remote add origin https://git.example/ada.git && git push'
	same work/kov/.cohort.yaml <<-EOF
	# Who and what this crate is for \`cohort submit\`.  Not packed into the crate.
	schema: 1
	cohort: "2027-winter"
	handle: "ada"
	artifact: "artifact_01"
	crate: "kov-ada-l"
	zone: "Asia/Kolkata"
	due: "2027-02-07 23:59 America/Los_Angeles"
	EOF
	has work/kov/LICENSE-MIT 'Copyright (c) 2027 Ada "A." L.'
	has work/kov/Cargo.toml 'repository = "https://git.example/ada.git"'
	run new artifact_03 work/hal --invite bob.yaml
	is 0 && has out 'hal-bob is in work/hal' && has out 'origin URL &&'
	lacks work/hal/Cargo.toml repository
}

every_artifact() {
	for word in artifact_02 flume-lock 2; do
		run new "$word" "all/$word/zoe"
		is 0 && has out "flume-lock-zoe is in all/$word/zoe"
	done
	run new hal all/hal-zoe
	is 0 && has out 'hal-zoe is in all/hal-zoe'
	run new artifact_04 all/x
	is 2 && same err <<-EOF
	cohort: there is no artifact 'artifact_04'
	hint: artifact_01, artifact_02 or artifact_03
	EOF
}

json() {
	run new artifact_01 json --invite ada.yaml --json
	is 0 && must jq -e '.schema == 1 and .crate == "kov-ada-l" and
		.handle == "ada" and .invited and (.in_repository | not) and
		.repository == "https://git.example/ada.git"' out >/dev/null
}

second_crate() {
	git init -q mono
	run new artifact_01 mono/kov-eve
	is 0 && same out <<-EOF
	kov-eve is in mono/kov-eve
	next:
	  cd mono/kov-eve && cargo test
	  git add . && git commit -m 'Begin kov-eve' && git push
	  cohort check
	  cohort validate artifact_01
	  cohort submit
	EOF
}

# What it says to type can be typed, whatever the folder is called.
typed() {
	git init -q --bare bare.git
	sed -i "s|https://git.example/ada.git|$PWD/bare.git|" ada.yaml
	run new artifact_01 "it's mine; rm -rf" --invite ada.yaml
	is 0 && has out "  cd 'it'\\''s mine; rm -rf' && cargo test"
	sed -n 's/^  //p' out | sed '/^cohort/d; s/cargo test/true/' >steps
	must sh -e steps >log 2>&1
	[ "$(git --git-dir bare.git rev-list --count main)" = 1 ] ||
		complain "$(cat log)"
	run new artifact_01 ./-kov --invite ada.yaml
	is 0 && has out '  cd ./-kov &&'
}

bad_folders() {
	for dir in . .. a/.. ./ '' / 'Kov-Ada' kov- kov-9 kov-a--b \
		kov-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; do
		run new artifact_01 "$dir"
		is 2 && has err 'cannot name a crate'
	done
	run new artifact_01 "$(printf 'kov-\033[31m')"
	is 2 && same err <<-EOF
	cohort: 'kov-?[31m' cannot name a crate
	hint: name the folder kov-YOURHANDLE, or give --invite FILE
	EOF
	run new artifact_01 . --invite ada.yaml
	is 2 && same err <<-EOF
	cohort: '.' cannot name a crate
	EOF
}

taken() {
	mkdir kov-full && : >kov-full/mine
	run new artifact_01 kov-full
	is 6 && same err <<-EOF
	cohort: 'kov-full' is not empty
	hint: name a folder that does not exist yet
	EOF
	[ "$(ls kov-full)" = mine ] || complain "$(ls -A kov-full)"
	: >kov-file
	run new artifact_01 kov-file
	is 6 && has err "cohort: 'kov-file' exists"
	run new artifact_01 kov-file/kov-ada
	is 6 && has err "cohort: 'kov-file' is not a folder"
	mkdir kov-empty
	run new artifact_01 kov-empty
	is 0 && [ -e kov-empty/Cargo.toml ]
}

# wrong SED MESSAGE: what is wrong in an invitation is told with its place
wrong() {
	sed "$1" bob.yaml >wrong.yaml
	run new artifact_01 kov-wrong --invite wrong.yaml
	is 6 && has err "cohort: $2"
	[ ! -e kov-wrong ] || complain 'it was made'
}

bad_invitations() {
	run new artifact_01 kov-wrong --invite none.yaml
	is 6 && has err "cohort: cannot open 'none.yaml': no such file"
	wrong 's/^handle:/handel:/' "wrong.yaml:4:1: unknown key 'handel'"
	has err "hint: did you mean 'handle'?"
	wrong 's/^handle: .*/handle: "..\/x"/' \
		"wrong.yaml:4:9: '../x' is not a handle"
	wrong 's/"kov-bob"/"..\/..\/x"/' \
		"wrong.yaml:9:10: '../../x' is no crate's name"
	wrong 's/"kov-bob"/""/' "wrong.yaml:9:10: '' is no crate's name"
	wrong '/^artifact_02/,$d' "wrong.yaml:2:1: 'artifact_02' is missing"
	wrong 's/^name: .*/name: "a\\nb"/' 'wrong.yaml:5:'
	wrong 's/^repository: .*/repository: "x\\" ]"/' \
		"invitation: 'repository' has a quote or a backslash in it"
	wrong 's/^schema: .*/schema: 9/' 'wrong.yaml:2:9: schema 9 is newer'
	wrong '1i - [' 'wrong.yaml:'
	head -c 2000000 /dev/zero | tr '\0' '#' >big.yaml
	run new artifact_01 kov-wrong --invite big.yaml
	is 6 && has err "cohort: 'big.yaml' has more than 1048576 bytes"
}

unwritable() {
	run new artifact_01 /proc/kov-ada
	is 6 && has err "cohort: cannot make a folder in '/proc': "
	[ "$(id -u)" -ne 0 ] || return 0 # who may write anywhere
	mkdir shut && chmod 555 shut
	run new artifact_01 shut/kov-ada
	is 6 && has err "cohort: cannot make a folder in 'shut': "
	chmod 755 shut
	[ -z "$(ls -A shut)" ] || complain "$(ls -A shut)"
}

full_disk() {
	[ -e /dev/full ] || skip 'no /dev/full'
	"$COHORT" new artifact_01 kov-zoe >/dev/full 2>err
	echo $? >status
	is 6 && has err 'cannot write output'
	must [ -e kov-zoe/Cargo.toml ]
}

# What a killed run left beside the folder goes with the next.
swept() {
	mkdir -p killed/.cohort-new.abcdef/src killed/.cohort-new.of-mine
	run new artifact_01 killed/kov-eve
	is 0 && ls -A killed >names && same names <<-EOF
	.cohort-new.of-mine
	kov-eve
	EOF
}

no_leftovers() {
	must [ "$(find . -maxdepth 1 -name '.*' ! -name . | wc -l)" -eq 0 ]
	must [ "$(find . -maxdepth 1 -name 'cohort.*' | wc -l)" -eq 0 ]
}

check 'the name of the folder says whose it is' plain
check 'an invitation says more' invited
check 'each artifact has its template, by three names' every_artifact
check '--json is complete' json
check 'in a repository there is no second one to make' second_crate
check 'what it says to type can be typed' typed
check 'a folder that cannot name a crate is a usage error' bad_folders
check 'nothing is written over' taken
check 'a wrong invitation is told with its place' bad_invitations
check 'a folder that cannot be written is left alone' unwritable
check 'a full disk under the answer is told' full_disk
check 'what a killed run left is swept' swept
check 'nothing is left aside' no_leftovers
done_testing
