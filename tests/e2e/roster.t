#!/bin/sh
# The roster, from one student to a full house.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

must "$COHORT" init ws >/dev/null
cd ws || exit 1

commits() {
	git rev-list --count HEAD
}

add() {
	before=$(commits)
	run roster add ada --name 'Ada L.' --zone Europe/London --mode async
	is 0 && same out <<-EOF
	+ ada, seat 1
	1 added, 0 changed, 0 unchanged
	EOF
	[ "$(commits)" -eq $((before + 1)) ] || complain 'not one commit'
	[ "$(git log -1 --format=%s)" = 'roster: add ada' ] ||
		complain "$(git log -1 --format=%s)"
	[ -z "$(git status --porcelain)" ] || complain 'not clean'
}

add_again() {
	run roster add ada
	is 6 && same out </dev/null && same err <<-EOF
	cohort: 'ada' has seat 1 already
	hint: cohort roster edit ada
	EOF
}

keeps_comments() {
	printf '# Ada asked for the aisle.\n' >>config/roster.yaml
	run roster edit @ada --zone Asia/Kolkata
	is 0 && has out '~ ada, seat 1: zone: Europe/London -> Asia/Kolkata'
	has config/roster.yaml '# Ada asked for the aisle.'
	has config/roster.yaml 'zone: Asia/Kolkata'
	# the hand edit was committed first, by itself
	git log -2 --format=%s >../log
	must grep -q '^hand edit' ../log
}

edit_nothing() {
	before=$(commits)
	run roster edit ada --zone Asia/Kolkata
	is 0 && has out '0 added, 0 changed, 1 unchanged'
	[ "$(commits)" -eq "$before" ] || complain 'a commit for nothing'
}

edit_unknown() {
	run roster edit adda --zone UTC
	is 6 && has err "there is no student 'adda'"
}

bad_values() {
	run roster add Bob
	is 6 && has err "'Bob' is not a handle"
	run roster add bob --zone Mars/Olympus
	is 6 && has err "the zone of 'bob': there is no time zone 'Mars/Olympus'"
	has err 'hint: use an IANA name such as Asia/Kolkata'
	run roster add bob --repo http://example.org/x
	is 6 && has err "the repo of 'bob'"
	run roster add bob --seat 33
	is 6 && has err "seat 33 for 'bob': there are 32"
	run roster add bob --seat 1
	is 6 && has err "seat 1 is taken by 'ada'"
	run roster add bob --suffix ada
	is 6 && has err "crates of 'bob' would be called like those of 'ada'"
	run roster add bob --name "$(printf 'B\033[2Jb')"
	is 6 && has err "a control character in the name of 'bob'"
	run roster add bob --mode often
	is 2 && has err "option '--mode' takes sync|async"
}

import() {
	cat >s.csv <<-EOF
	handle,name,zone,email,legal_name
	bob,"B. ""Bob"" O'Neil",America/Denver,bob@example.org,Robert O'Neil
	zoe,Zoë,,zoe@example.org,
	ada,Ada Lovelace,,,
	EOF
	before=$(commits)
	run roster import --dry-run s.csv
	is 0 && has out '+ bob, seat 2' && has out 'dry run'
	[ "$(commits)" -eq "$before" ] || complain 'a dry run that changed'
	run roster import s.csv
	is 0 && has out '2 added, 1 changed, 0 unchanged' &&
		has out '~ ada, seat 1: name: Ada L. -> Ada Lovelace; zone:'
	[ "$(commits)" -eq $((before + 1)) ] || complain 'not one commit'
	run roster import s.csv
	is 0 && has out '0 added, 0 changed, 3 unchanged'
}

# the address would become public: nothing of it stays, not even in private
refused_private() {
	cat >leak.csv <<-EOF
	handle,name,repo,email
	eve,Eve,https://git.example/eve@secret.example,eve@secret.example
	EOF
	before=$(cat config/contacts.yaml)
	run roster import leak.csv
	is 6 && has err "'config/roster.yaml' would make a private value public" &&
		lacks err eve@secret
	[ "$(cat config/contacts.yaml)" = "$before" ] ||
		complain 'contacts of a refused import stayed'
	[ -z "$(find .git/cohort -name 'contacts*')" ] ||
		complain 'contacts of a refused import still wait'
	run roster show eve
	is 6 && has err "there is no student 'eve'"
}

private() {
	[ "$(stat -c %a config/contacts.yaml)" = 600 ] ||
		complain "mode $(stat -c %a config/contacts.yaml)"
	has config/contacts.yaml bob@example.org
	mustnt git grep -q 'bob@example.org' HEAD
	mustnt git ls-files --error-unmatch config/contacts.yaml
	run roster show bob --json
	is 0 && lacks out example.org
	run roster export
	is 0 && lacks out example.org
	chmod 644 config/contacts.yaml
	run roster import s.csv
	is 6 && has err 'config/contacts.yaml' && has err 'hint: chmod 600'
	chmod 600 config/contacts.yaml
}

all_or_nothing() {
	before=$(commits)
	printf 'handle\neve\nmal\neve\n' >bad.csv
	run roster import bad.csv
	is 6 && same err <<-EOF
	cohort: bad.csv:4: handle 'eve' stands twice, first in line 2
	EOF
	printf 'handle,nmae\nx,y\n' >bad.csv
	run roster import bad.csv
	is 6 && same err <<-EOF
	cohort: bad.csv:1: unknown column 'nmae'
	hint: did you mean 'name'?
	EOF
	printf 'name\nx\n' >bad.csv
	run roster import bad.csv
	is 6 && has err "bad.csv:1: there is no column 'handle'"
	printf 'handle,name\neve,Eve\nmal,"M\033[31mal"\n' >bad.csv
	run roster import bad.csv
	is 6 && has err 'bad.csv:3: a control character in a cell'
	run roster import none.csv
	is 6 && has err "none.csv"
	[ "$(commits)" -eq "$before" ] || complain 'something was changed'
	run roster list
	lacks out eve
}

full_house() {
	{
		echo handle
		seq -f 'student%g' 4 32
	} >more.csv
	run roster import more.csv
	is 0 && has out '29 added'
	run roster add onemore
	is 6 && same err <<-EOF
	cohort: no seat for 'onemore': all 32 are taken
	hint: free one with 'cohort roster withdraw HANDLE', or raise 'seats' in config/cohort.yaml
	EOF
	run roster withdraw student7
	is 0 && has out 'student7 has withdrawn'
	run roster add onemore
	is 0 && has out '+ onemore, seat 7'
	run roster withdraw student7
	is 1 && has err "'student7' has withdrawn"
	run roster add student7
	is 6 && has err "no seat for 'student7'"
	run roster withdraw onemore
	run roster add student7
	is 0 && has out 'student7, seat 7'
	run roster list
	has out '32 of 32 seats taken'
}

invite() {
	run roster invite
	is 2 && has err 'whom to invite is not clear'
	run roster invite zoe --to out-of-tree
	is 0 && has out 'out-of-tree/zoe.yaml'
	has out-of-tree/zoe.yaml 'crate: "kov-zoe"'
	has out-of-tree/zoe.yaml 'due: "2027-02-07 23:59 America/Los_Angeles"'
	cp out-of-tree/zoe.yaml first.yaml
	before=$(commits)
	run roster invite zoe --to out-of-tree
	is 0 && must cmp first.yaml out-of-tree/zoe.yaml
	[ "$(commits)" -eq "$before" ] || complain 'a commit for nothing'
	run roster show zoe
	has out invited
	run roster invite nobody
	is 6 && has err "there is no student 'nobody'"
	rm -r out-of-tree
}

# a name may have quotes; it ends no string of the crate's files
invited_crate() {
	must "$COHORT" init ../named >/dev/null
	run -C ../named roster add liz --name 'Liz "Z" O\Neil' --zone Asia/Kolkata
	is 0
	run -C ../named roster invite liz --to ../named/out
	is 0
	run new artifact_01 ../crate --invite ../named/out/liz.yaml
	is 0
	has ../crate/README.md 'By Liz "Z" O\Neil, as'
	has ../crate/Cargo.toml 'name = "kov-liz"'
	has ../crate/.cohort.yaml 'handle: "liz"'
	has ../crate/.cohort.yaml 'zone: "Asia/Kolkata"'
	sed 's/kov-liz/kov-"liz/' ../named/out/liz.yaml >bad.yaml
	run new artifact_01 ../crate2 --invite bad.yaml
	is 6
	[ ! -e ../crate2 ] || complain 'something was made'
}

export_and_import() {
	"$COHORT" roster export >all.csv
	must "$COHORT" init ../other >/dev/null
	run -C ../other roster import all.csv
	is 0 && has out '32 added'
	"$COHORT" -C ../other roster export >again.csv
	must cmp all.csv again.csv
}

formulas() {
	run roster edit student9 --name '=cmd|calc'
	"$COHORT" roster export >../out
	has out "\"'=cmd|calc\""
}

json() {
	run roster list --json
	must jq -e '.schema == 1 and .taken == 32 and (.seats | length == 32)' ../out
	run roster show ada --json
	must jq -e '.student.handle == "ada" and
		(.artifacts | map(.crate)) ==
			["kov-ada", "flume-lock-ada", "hal-ada"]' ../out
}

broken_yaml() {
	cp config/roster.yaml keep
	sed -i '0,/handle: bob/s//handel: bob/' config/roster.yaml
	run roster add late
	is 6 && has err "config/roster.yaml:" && has err "unknown key 'handel'" &&
		has err "hint: did you mean 'handle'?"
	must grep -q 'handel: bob' config/roster.yaml # nothing was lost
	mv keep config/roster.yaml
}

check 'a student is added, in one commit' add
check 'twice is an error that says what to type' add_again
check 'an edit keeps comments, and the hand edit before it' keeps_comments
check 'an edit that changes nothing commits nothing' edit_nothing
check 'a student who is not there is named' edit_unknown
check 'every bad value has its message' bad_values
check 'a spreadsheet is imported, and shown before' import
check 'what is private stays private' private
check 'what an import that is refused had in private goes with it' refused_private
check 'an import is all or nothing' all_or_nothing
check 'the 33rd is refused, and a withdrawal frees a seat' full_house
check 'an invitation holds what a crate is made from' invite
check 'a crate can be made from it, whatever the name' invited_crate
check 'what is exported can be imported' export_and_import
check 'no cell is a formula' formulas
check '--json has all of it' json
check 'a hand edit that is wrong is refused and kept' broken_yaml
done_testing
