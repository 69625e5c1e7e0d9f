#!/bin/sh
# cohort init: a workspace from nothing.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"


clean() {
	must git -C "$1" fsck --strict >report 2>&1
	git -C "$1" status --porcelain >dirty
	same dirty </dev/null
}

plain() {
	run init ws
	is 0 && has out "workspace $TEST_DIR/ws" && same err </dev/null
	must test -f ws/config/roster.yaml -a -f ws/README.md
	must test -x ws/.git/hooks/pre-commit
	[ "$(git -C ws log --format='%an %s')" = 'cohort begin cohort 2027-winter' ]
	clean ws
	cmp ws/config/cohort.yaml "$ROOT/config/cohort.yaml"
}

json() {
	run init --json ws2
	is 0 && [ "$(jq -r '.schema, .root, .dir' out | xargs)" = "1 $TEST_DIR/ws2 ws2" ]
}

options() {
	run init tokyo --first-day 2027-03-02 --zone Asia/Tokyo --seats 16
	is 0
	diff "$ROOT/config/cohort.yaml" tokyo/config/cohort.yaml | grep '^>' >changed
	same changed <<-EOF
	> id: 2027-spring
	> name: "Systems Rust, spring 2027"
	> first_day: 2027-03-02
	> zone: Asia/Tokyo
	> seats: 16
	EOF
	has tokyo/README.md 'Day one is Tuesday 2027-03-02; times are those of Asia/Tokyo.'
	clean tokyo
	run -C tokyo status
	is 0
}

named() {
	run init named --id pilot --name 'Our: first #1'
	is 0
	has named/config/cohort.yaml 'id: pilot'
	has named/config/cohort.yaml 'name: "Our: first #1"'
	run -C named status --json
	is 0
}

weekday() {
	run init no --first-day 2027-01-11
	is 2 && same err <<-EOF
	cohort: 2027-01-11 is a Monday, and the first live session of a week is on Tuesday
	hint: --first-day 2027-01-12
	EOF
	mustnt test -e no
}

bad_options() {
	run init no --first-day 2027-02-30
	is 2 && has err "'2027-02-30' is no date"
	run init no --zone Mars/Olympus
	is 2 && has err "there is no time zone 'Mars/Olympus'"
	run init no --zone ../../etc/passwd
	is 2 && has err "there is no time zone"
	run init no --seats 99999999
	is 6 && has err 'seats'
	run init no --id 'Win ter'
	is 6 && has err "'id' may hold lower-case letters"
	mustnt test -e no
}

not_empty() {
	mkdir full && : >full/x
	run init full
	is 6 && same err <<-EOF
	cohort: '$TEST_DIR/full' is not empty
	hint: name a folder that does not exist yet
	EOF
	[ "$(ls -A full)" = x ]
}

twice() {
	run init ws
	is 6 && has err "'$TEST_DIR/ws' is a workspace already"
	run init ws/config/inner
	is 6 && has err 'is inside the workspace'
	mustnt test -e ws/config/inner
	clean ws
}

here() {
	mkdir here && cd here || return 1
	run init .
	is 0
	run status
	is 0
	cd .. && clean here
}

leftovers() {
	mkdir -p half/.cohort-init.abcdef/.git
	run init half
	is 0 && clean half
	mustnt test -e half/.cohort-init.abcdef
}

read_only() {
	[ "$(id -u)" -ne 0 ] || skip 'root may write everywhere'
	mkdir ro && chmod 555 ro
	run init ro/ws
	is 6 && has err "cannot make the folder 'ro/ws': permission denied"
}

full_disk() {
	inject=$ROOT/build/gcc-none/tests/torture/inject
	[ -x "$inject" ] || skip "no injector"
	"$inject" -c space -e 1:ENOSPC -p "$COHORT" init tight \
		>out 2>err
	[ $? -eq 6 ] && has err 'no space left on device'
	mustnt test -e tight/.git
}

private_hook() {
	cd ws || return 1
	git config user.name x && git config user.email x@example.org
	(umask 077 && printf 'schema: 1\ncontacts:\n  - handle: ada\n    email: ada@secret.example\n' >config/contacts.yaml)
	git add -f config/contacts.yaml
	git commit -qm no >../out 2>&1
	[ $? -eq 1 ] && has ../out 'commit refused: config/contacts.yaml is private'
	git rm -q --cached config/contacts.yaml
	echo 'write to ada@secret.example' >notes && git add notes
	git commit -qm no >../out 2>&1
	[ $? -eq 1 ] && has ../out 'commit refused: notes holds a value'
	echo 'write to somebody' >notes && git add notes
	must git commit -qm yes
}

check 'makes a workspace that git finds clean' plain
check '--json carries the path' json
check 'options change their lines and no others' options
check 'a name may hold what YAML would misread' named
check 'the first day must be that of the first live session' weekday
check 'other options are checked too' bad_options
check 'a folder with something in it is refused' not_empty
check 'a workspace is not made twice, nor inside another' twice
check 'the current folder will do' here
check 'what a killed init left behind is cleared' leftovers
check 'a folder that cannot be written in is named' read_only
check 'a full disk leaves no workspace' full_disk
check 'the hook keeps private values out of commits by hand' private_hook
done_testing
