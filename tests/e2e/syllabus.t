#!/bin/sh
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

TZDIR=$FIXTURES/zoneinfo
export TZDIR

"$COHORT" init ws >init.log 2>&1 || {
	echo "Bail out! cohort init: $(cat init.log)"
	exit 1
}
plan=ws/config/curriculum.yaml
cp "$plan" plan

overview() {
	run -C ws syllabus
	is 0
	same err </dev/null
	has out 'phase 1: '
	has out '(artifact_03)'
	has out '>  2  Unsafe'
	has out 'guest: Niko Matsakis'
	has out 'guest: Stjepan Glavina'
	has out 'paper club: Michael and Scott'
	[ "$(grep -c 'ships: ' out)" -eq 3 ] || complain 'not three releases'
	[ "$(grep -cE '^[ >] [ 1][0-9]  ' out)" -eq 12 ] || complain 'not 12 weeks'
}

page() {
	run -C ws syllabus 10 --zone Asia/Kolkata
	is 0
	has out 'week 10: '
	[ "$(grep -cE '^(37|38|39|40)  ' out)" -eq 4 ] || complain 'not 4 lessons'
	# the first session after America's clocks changed, and India's did not
	has out 'Tue 16 Mar 2027 17:00 America/Los_Angeles = Wed 00:00Z = your Wed 05:30 Asia/Kolkata'
	has out '(lessons 37, 38)'
	lacks out 'guest:'
	lacks out 'PDT'
	[ "$(awk '{ if (length($0) > n) n = length($0) } END { print n }' out)" \
		-le 100 ] || complain 'lines run on'
}

json() {
	run -C ws syllabus --json
	is 0
	[ "$(jq -r '[.schema, (.weeks | length),
		([.weeks[].lessons[]] | length),
		([.weeks[].live[]] | length),
		([.weeks[].lessons[].number] | unique | length),
		([.weeks[] | select(.guest) | .number] | join("+")),
		([.weeks[] | select(.club) | .number] | join("+"))] |
		join(" ")' out)" = '1 12 48 24 48 5+11 6' ] ||
		complain "$(jq -c '[.weeks[].number]' out)"
	# every lesson is taken up by a session, a guest or the paper club
	jq '[.weeks[] | .live[].covers[], .guest.lesson?, .club.lesson?,
		.lab.lesson?] | map(numbers) | unique | length' out >covered
	same covered <<-TEXT
	48
	TEXT
}

no_such_week() {
	for week in 0 13 five -1 1x; do
		run -C ws syllabus -- "$week"
		is 2
		same out </dev/null
		same err <<-TEXT
		cohort: there is no week '$week'
		hint: weeks are 1 to 12
		TEXT
	done
}

nothing_empty() {
	run -C ws syllabus --check
	is 0
	same out <<-TEXT
	no slot is empty
	TEXT
}

empty_slot() {
	sed 's/who: Niko Matsakis/who: tba/' plan >"$plan"
	run -C ws syllabus --check
	is 1
	same err </dev/null
	same out <<-TEXT
	empty-slot week 5: guest: who: the slot says next to nothing
	    write what happens there
	TEXT
	cp plan "$plan"
}

broken() {
	sed 's/^      - title: Building without locks/      - titel: x/' plan \
		>"$plan"
	run -C ws syllabus
	is 6
	same out </dev/null
	has err "config/curriculum.yaml:"
	has err "unknown key 'titel'"
	has err "hint: did you mean 'title'?"
	cp plan "$plan"
}

no_workspace() {
	mkdir empty
	run -C empty syllabus
	is 6
	same out </dev/null
	has err 'workspace'
}

check 'a line a week, with guests, the paper club and what ships' overview
check 'a week in full, its hours in three clocks' page
check '--json has 12 weeks, 48 lessons and 24 sessions, all covered' json
check 'a week that is not' no_such_week
check 'the shipped plan leaves no slot empty' nothing_empty
check '--check finds a slot that says nothing' empty_slot
check 'a misspelt key is refused with its place' broken
check 'outside a workspace' no_workspace
done_testing
