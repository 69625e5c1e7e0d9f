#!/bin/sh
# cohort log, cohort undo: the workspace's own history.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

"$COHORT" init ws >/dev/null || exit 1
cp -R ws ws.new
cd ws || exit 1

# A commit as if by cohort: the seats of cohort.yaml become $1.
seats() {
	sed -i "s/^seats: .*/seats: $1/" config/cohort.yaml
}

# The record of a seat and artifact, with PUBLICATIONS, committed by hand.
record() {
	mkdir -p "artifacts/$1"
	cat >"artifacts/$1/$2.json" <<-EOF
	{
	 "schema": 1, "artifact": "$1", "handle": "$2",
	 "submissions": [ { "n": 1, "tag": "$1/v0.1.0", "version": "0.1.0",
	  "tag_object": "$(printf '%040d' 1)", "commit": "$(printf '%040d' 2)",
	  "first_seen_at": "2027-01-19T18:00:00Z" } ],
	 "publications": [ $3 ]
	}
	EOF
	git add artifacts && git -c user.name=x -c user.email=x@y commit -qm "$4"
}

roster() {
	sed -i 's/^seats: \[\]/seats:/' config/roster.yaml
	cat >>config/roster.yaml <<-EOF
	  - handle: $1
	    name: $1
	    seat: $2
	EOF
}

beginning() {
	run log
	is 0 && same out <<-EOF
	2027-01-19 18:00  $(git rev-parse --short=7 HEAD)  begin cohort 2027-winter  Ada Instructor
	EOF
	run undo
	is 1 && same err <<-EOF
	cohort: nothing to undo: 'begin cohort 2027-winter' began the workspace
	EOF
}

hand_edits() {
	seats 20
	run undo
	is 0 && has out "undid 'hand edit: config/cohort.yaml'"
	has out 'to have it back: git revert --no-edit'
	grep -qx 'seats: 32' config/cohort.yaml || return 1
	git status --porcelain >../dirty && same ../dirty </dev/null
	[ "$(git log --format=%s | head -n 2 | xargs)" = \
		'undo: hand edit: config/cohort.yaml hand edit: config/cohort.yaml' ]
}

again() {
	for n in 10 11 12; do
		seats "$n"
		run undo && is 0
		run undo
		# the first undo left nothing of this edit: the next is refused
		is 1 && has err 'began the workspace'
	done
}

one_by_one() {
	for n in 21 22 23; do
		seats "$n"
		git -c user.name=x -c user.email=x@y commit -qam "seats $n"
	done
	run undo && is 0 && has out "undid 'seats 23'"
	grep -qx 'seats: 22' config/cohort.yaml || return 1
	run undo && is 0 && has out "undid 'seats 22'"
	grep -qx 'seats: 21' config/cohort.yaml || return 1
	git -c user.name=x -c user.email=x@y revert --no-edit HEAD >/dev/null
	grep -qx 'seats: 22' config/cohort.yaml || return 1
	run undo && is 0
	run undo && is 0 && has out "undid 'seats 21'"
	run undo
	is 1 && has err 'began the workspace'
}

json() {
	seats 30
	run undo --json
	is 0 && [ "$(jq -r '.schema, .message, .files' ../out | xargs)" = \
		'1 hand edit: config/cohort.yaml 1' ]
	[ "$(jq -r .commit ../out)" = "$(git rev-parse HEAD)" ]
	[ "$(jq -r .undone ../out)" = "$(git rev-parse HEAD~1)" ]
	run log --json -n 2
	is 0 && [ "$(jq -r '.more, .commits[0].undoes, .commits[1].undone' ../out |
		xargs)" = "true $(git rev-parse HEAD~1) true" ]
	run log --json --all
	is 0 && [ "$(jq '.commits | length' ../out)" = "$(git rev-list --count HEAD)" ]
}

of_a_student() {
	cp -R ../ws.new ../ws2 && cd ../ws2 || return 1
	roster ada 1
	git -c user.name=x -c user.email=x@y commit -qam 'add ada'
	roster bob 2
	git -c user.name=x -c user.email=x@y commit -qam 'add bob'
	record artifact_01 ada '' 'collect ada'
	record artifact_02 bob '' 'collect bob'
	run log @ada
	is 0
	sed 's/^.*  \(.*\)  .*$/\1/' ../out >../subjects
	same ../subjects <<-EOF
	collect ada
	add ada
	EOF
	run log bob
	is 0 && has out 'collect bob' && has out 'add bob' && lacks out 'ada'
	run log nobody
	is 0 && same out </dev/null
	run log 'Not a handle'
	is 2 && has err "'Not a handle' is not a handle"
}

publication() {
	cp -R ../ws.new ../ws3 && cd ../ws3 || return 1
	roster ada 1
	git -c user.name=x -c user.email=x@y commit -qam 'add ada'
	record artifact_01 ada '' 'collect ada'
	record artifact_01 ada '{ "registry": "local", "crate": "kov-ada",
	  "version": "0.1.0", "sha256": "'"$(printf '%064d' 3)"'",
	  "commit": "'"$(printf '%040d' 2)"'", "at": "2027-01-19T18:00:00Z" }' \
		'publish artifact_01: 1 crate'
	run undo
	is 1 && same err <<-EOF
	cohort: cannot undo 'publish artifact_01: 1 crate': kov-ada 0.1.0 is published in 'local'
	hint: a version that is out stays out: the student submits the next one
	EOF
	git status --porcelain >../dirty && same ../dirty </dev/null
}

unsettled() {
	cp -R ../ws.new ../ws4 && cd ../ws4 || return 1
	seats 5
	echo '{"upload": "kov-ada"}' >.git/cohort/effects
	run undo
	is 1 && has err 'not settled yet' && has err "hint: run the command again"
}

merge() {
	cp -R ../ws.new ../ws5 && cd ../ws5 || return 1
	git config user.name x && git config user.email x@y
	git switch -qc other && git commit -q --allow-empty -m one
	git switch -q main && git commit -q --allow-empty -m two
	git merge -q -m joined other
	run undo
	is 1 && has err "cannot undo 'joined': it joins two histories"
}

broken() {
	cp -R ../ws.new ../ws6 && cd ../ws6 || return 1
	echo 'nonsense: true' >>config/cohort.yaml
	git -c user.name=x -c user.email=x@y commit -qam 'break it'
	run status
	is 6 && has err 'config/cohort.yaml:'
	run log
	is 0 && has out 'break it'
	run undo
	is 0 && has out "undid 'break it'"
	run status
	is 0
}

hostile() {
	cp -R ../ws.new ../ws7 && cd ../ws7 || return 1
	git -c user.name="$(printf 'E\033[31mve')" -c user.email=x@y commit \
		-q --allow-empty -m "$(printf 'red \033[31m alert')"
	run log
	is 0 && lacks out "$(printf '\033')" && has out 'alert'
}

check 'the beginning is shown, and cannot be undone' beginning
check 'an edit by hand is committed, then undone' hand_edits
check 'what was undone is not undone twice' again
check 'undo again takes back the one before' one_by_one
check '--json carries everything' json
check 'the log of one student has what concerns that student' of_a_student
check 'a publication cannot be undone' publication
check 'nor can what is not settled' unsettled
check 'nor can a merge' merge
check 'a broken configuration that was committed can be undone' broken
check 'names and messages cannot steer the terminal' hostile
done_testing
