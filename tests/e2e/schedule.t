#!/bin/sh
# The calendar and the one screen, on both sides of a clock change.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

must "$COHORT" init ws --first-day 2027-01-12 >/dev/null
must "$COHORT" -C ws roster add ada >/dev/null
must "$COHORT" -C ws roster add bob >/dev/null

list() {
	run -C ws schedule list --zone Asia/Kolkata
	is 0
	[ "$(wc -l <out)" -eq 24 ] || complain 'not 24 sessions'
	has out '1  week  1  Tue 12 Jan 2027 17:00 America/Los_Angeles = Wed 01:00Z = your Wed 06:30 Asia/Kolkata'
	has out '18  week  9  Thu 11 Mar 2027 17:00 America/Los_Angeles = Fri 01:00Z = your Fri 06:30 Asia/Kolkata'
	has out '19  week 10  Tue 16 Mar 2027 17:00 America/Los_Angeles = Wed 00:00Z = your Wed 05:30 Asia/Kolkata'
	has out '24  week 12  Thu 1 Apr 2027 17:00 America/Los_Angeles = Fri 00:00Z'
}

list_json() {
	run -C ws schedule list --json --zone Europe/London
	must jq -e '(.sessions | length) == 24 and
		.sessions[0].start == "2027-01-13T01:00:00Z" and
		.sessions[0].end == "2027-01-13T02:15:00Z" and
		.reader_zone == "Europe/London" and
		([.sessions[] | select(.is_next)] | length) == 1' out
}

from_tz() {
	TZ=Australia/Sydney run -C ws schedule next
	is 0 && has out 'your Wed 12:00 Australia/Sydney'
}

unknown_zone() {
	run -C ws schedule next --zone Pacific
	is 6 && same err <<-EOF
	cohort: there is no time zone 'Pacific'
	hint: use an IANA name such as Asia/Kolkata
	EOF
}

next() {
	COHORT_NOW=2027-01-13T00:00:00Z run -C ws schedule next
	is 0 && has out 'live 1 of 24, week 1, in 1 h 0 min'
	COHORT_NOW=2027-01-13T01:30:00Z run -C ws schedule next
	has out 'live 1 of 24, week 1, on since 30 min'
	COHORT_NOW=2027-01-13T02:15:00Z run -C ws schedule next
	has out 'live 2 of 24'
	COHORT_NOW=2027-04-03T00:00:00Z run -C ws schedule next
	has out 'no more live sessions'
}

about() {
	COHORT_NOW=2027-01-13T00:00:00Z run -C ws schedule next
	is 0 && has out 'Beliefs on trial'
	has out 'office hours: Fri 15 Jan 2027 10:00 America/Los_Angeles = Fri 18:00Z'
	COHORT_NOW=2027-03-13T00:00:00Z run -C ws schedule next --json
	must jq -e '.office_hours.start == "2027-03-19T17:00:00Z" and
		.office_hours.number == 10 and .session.number == 19 and
		(.session.title | length) > 3' out
	COHORT_NOW=2027-04-04T00:00:00Z run -C ws schedule next --json
	must jq -e '.session == null and .office_hours == null' out
}

# a plan that is being rewritten does not hide the hour
broken_plan() {
	cp ws/config/curriculum.yaml plan
	echo 'oops: 1' >>ws/config/curriculum.yaml
	COHORT_NOW=2027-01-13T00:00:00Z run -C ws schedule next
	is 0 && has out 'live 1 of 24' && has err "unknown key 'oops'"
	cp plan ws/config/curriculum.yaml
}

status_before() {
	COHORT_NOW=2026-12-24T00:00:00Z run -C ws status
	is 0 && has out 'before week 1' && has out '2 of 32 seats' &&
		has out 'due in'
}

status_overdue() {
	COHORT_NOW=2027-02-08T12:00:00Z run -C ws status
	is 0 && has out 'week 5 of 12' && has out '2 overdue, due 4 h 0 min ago'
	COHORT_NOW=2027-02-08T12:00:00Z run -C ws status --json
	must jq -e '.grid[0].artifact_01.mark == "overdue" and
		.grid[0].artifact_02.mark == "none" and
		.artifacts[0].missing == 2 and .artifacts[0].is_due' out
}

due_to_the_second() {
	# Sunday 7 February 23:59:59 in Los Angeles is not late
	COHORT_NOW=2027-02-08T07:59:59Z run -C ws status --json
	must jq -e '.artifacts[0].is_due == false' out
	COHORT_NOW=2027-02-08T08:00:00Z run -C ws status --json
	must jq -e '.artifacts[0].is_due == true' out
}

status_after() {
	COHORT_NOW=2027-05-01T00:00:00Z run -C ws status
	has out 'after week 12' && has out 'no more live sessions'
}

no_workspace() {
	run status
	is 6 && has err 'hint:'
}

changes_nothing() {
	before=$(git -C ws rev-parse HEAD)
	run -C ws status
	[ "$(git -C ws rev-parse HEAD)" = "$before" ] || complain 'a commit'
	[ -z "$(git -C ws status --porcelain)" ] || complain 'not clean'
}

bad_first_day() {
	run init other --first-day 2027-01-13
	is 2 && has err '2027-01-13 is a Wednesday' &&
		has err 'hint: --first-day 2027-01-19'
	[ ! -e other ] || complain 'something was made'
}

check '24 sessions keep the wall clock over a change' list
check '--json has instants and zones' list_json
check 'TZ names the zone of the reader' from_tz
check 'a zone that is none is refused' unknown_zone
check 'the next session, the one that is on, and none' next
check 'what the session is about, and the next office hours' about
check 'a broken plan does not hide the hour' broken_plan
check 'status before the course' status_before
check 'status says what is overdue' status_overdue
check 'due is inclusive to its last second' due_to_the_second
check 'status after the course' status_after
check 'outside of a workspace there is a hint' no_workspace
check 'looking changes nothing' changes_nothing
check 'a first day on the wrong weekday is refused' bad_first_day
done_testing
