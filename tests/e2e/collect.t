#!/bin/sh
# Collecting: what is new, what was moved, and what must not stop the others.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=../git-http.sh
. "$ROOT/tests/git-http.sh"

command -v nginx >/dev/null || PATH=$PATH:/usr/sbin
command -v nginx >/dev/null || skip 'nginx not found'
command -v fcgiwrap >/dev/null || skip 'fcgiwrap not found'
command -v jq >/dev/null || skip 'jq not found'

# A student's time: the tags say when they were made.
GIT_AUTHOR_DATE='2027-01-18T12:00:00Z'
GIT_COMMITTER_DATE=$GIT_AUTHOR_DATE
export GIT_AUTHOR_DATE GIT_COMMITTER_DATE

# student HANDLE [TAG...]: a bare repository with a crate in it
student() {
	git init -q -b main "work/$1"
	printf 'schema: 1\nhandle: %s\nartifact: artifact_01\ncrate: kov-%s\n' \
		"$1" "$1" >"work/$1/.cohort.yaml"
	printf '[package]\nname = "kov-%s"\nversion = "0.1.0"\n' "$1" \
		>"work/$1/Cargo.toml"
	git init -q --bare -b main "repos/$1.git"
	git -C "work/$1" remote add origin "$TEST_DIR/repos/$1.git"
	more "$@"
}

# more HANDLE [TAG...]: one more commit, and tags on it
more() {
	handle=$1
	shift
	date >>"work/$handle/notes"
	echo "$handle $*" >>"work/$handle/notes"
	git -C "work/$handle" add .
	git -C "work/$handle" commit -qm work
	for tag; do
		git -C "work/$handle" tag -fam submit "$tag" 2>/dev/null
	done
	git -C "work/$handle" push -qf --tags origin main
}

commit_of() {
	git -C "repos/$1.git" rev-parse "$2^{commit}"
}

# workspace DIR HANDLE=URL...: a cohort of these seats
workspace() {
	must "$COHORT" -q init "$1" >/dev/null
	sed -i 's/^  - https$/  - http\n  - file\n  - ssh/; /^  - ssh$/d
		s/timeout: .*/timeout: 60/; s/silence: .*/silence: 30/' \
		"$1/config/cohort.yaml"
	sed -i 's/^  - file$/  - file\n  - ssh/' "$1/config/cohort.yaml"
	dir=$1
	shift
	{
		echo handle,name,repo,suffix
		for pair; do
			echo "${pair%%=*},${pair%%=*},${pair#*=},${pair%%=*}"
		done
	} >"$TEST_DIR/roster.csv"
	must "$COHORT" -q -C "$dir" roster import "$TEST_DIR/roster.csv" \
		>/dev/null
}

commits() {
	git -C "$1" rev-list --count HEAD
}

mkdir repos work
student ada artifact_01/v0.1.0
student bob artifact_01/v0.1.0 artifact_02/v0.1.0
student cyd
git_http_start repos || exit 1

workspace ws "ada=$GIT_URL/ada.git" "bob=$GIT_URL/bob.git" \
	"cyd=file://$TEST_DIR/repos/cyd.git" "dot="
record=artifacts/artifact_01/ada.json

first() {
	before=$(commits ws)
	run -C ws collect
	is 0
	has out "new       @ada          artifact_01  0.1.0       $(
		commit_of ada artifact_01/v0.1.0 | cut -c1-7)"
	has out 'nothing yet:'
	has out '@ada artifact_02, @ada artifact_03, @bob artifact_03, @cyd'
	has out '3 collected, 0 unchanged, 6 missing, 0 failed, 0 moved, 0 deleted'
	has out '; 1 without a repository'
	must test "$(commits ws)" -eq $((before + 1))
	git -C ws log -1 --format=%B >message
	has message 'collect artifact_01 artifact_02 artifact_03: 3 new'
	has message '@bob new artifact_02/v0.1.0'
	must test -z "$(git -C ws status --porcelain)"
}

remembers() {
	jq -r '.submissions[] | "\(.n) \(.tag) \(.version) \(.commit) " +
		"\(.claimed_at) \(.not_seen_at) \(.first_seen_at) \(.late_s // 0)"' \
		"ws/$record" >got
	echo "1 artifact_01/v0.1.0 0.1.0 $(commit_of ada main)" \
		"2027-01-18T12:00:00Z null $COHORT_NOW 0" >want
	must diff want got
	must test "$(jq -r .submissions[0].tag_object "ws/$record")" = \
		"$(git -C repos/ada.git rev-parse artifact_01/v0.1.0)"
	git -C ws/var/collected/ada.git for-each-ref --format='%(refname)' >got
	printf '%s\n' refs/cohort/artifact_01/1 refs/tags/artifact_01/v0.1.0 |
		diff - got || complain 'not these refs'
	must git -C ws/var/collected/ada.git fsck --strict
}

again() {
	before=$(commits ws)
	run -C ws collect
	is 0
	has out '0 collected, 3 unchanged, 6 missing, 0 failed'
	must test "$(commits ws)" -eq "$before"
}

one_of_them() {
	run -C ws collect artifact_02 @bob @cyd --json
	is 0
	must test "$(jq -c '[.items[] | [.handle, .artifact, .result]]' out)" = \
		'[["bob","artifact_02","unchanged"],["cyd","artifact_02","missing"]]'
	run -C ws collect kov @ada
	is 0 && has out '0 collected, 1 unchanged'
}

dry_run() {
	more cyd artifact_01/v0.1.0
	before=$(commits ws)
	run -C ws collect --dry-run artifact_01
	is 0
	has out 'new       @cyd          artifact_01  0.1.0'
	has out '1 collected, 2 unchanged, 0 missing'
	has out '; dry run, nothing was kept'
	must test "$(commits ws)" -eq "$before"
	mustnt test -e ws/var/collected/cyd.git
}

bounds() {
	COHORT_NOW=2027-01-20T09:00:00Z
	export COHORT_NOW
	run -C ws collect artifact_01 --json
	is 0
	jq -r '.items[] | select(.handle == "cyd").events[] |
		"\(.kind) \(.n) \(.not_seen_at) \(.first_seen_at)"' out >got
	echo "new 1 $TEST_NOW 2027-01-20T09:00:00Z" | diff - got ||
		complain 'not these bounds'
}

# Due on Sunday of week 4, 23:59 in Los Angeles: 2027-02-08T07:59:59Z.
late() {
	GIT_COMMITTER_DATE='2027-02-08T09:59:59Z'
	export GIT_COMMITTER_DATE
	more ada artifact_01/v0.2.0
	GIT_COMMITTER_DATE='2027-02-07T12:00:00Z'
	more bob artifact_01/v0.2.0
	COHORT_NOW=2027-02-09T00:00:00Z
	export COHORT_NOW
	run -C ws collect artifact_01
	is 0
	has out 'late by 2 h'
	has out '; 1 late'
	# bob's own clock said that it was in time, and nothing speaks against it
	must test "$(jq '.submissions[1].late_s // 0' ws/artifacts/artifact_01/bob.json)" -eq 0
	must test "$(jq '.submissions[1].late_s // 0' "ws/$record")" -eq 7200
	# but not earlier than the last look that did not find it
	COHORT_NOW=2027-02-10T00:00:00Z
	run -C ws collect
	GIT_COMMITTER_DATE='2027-02-01T12:00:00Z'
	more cyd artifact_01/v0.2.0
	COHORT_NOW=2027-02-11T00:00:00Z
	run -C ws collect
	has out 'late by 1 d 16 h'
}

moved() {
	old=$(commit_of ada artifact_01/v0.2.0)
	more ada artifact_01/v0.2.0
	new=$(commit_of ada artifact_01/v0.2.0)
	git -C repos/bob.git tag -d artifact_02/v0.1.0 >/dev/null
	run -C ws collect
	is 0
	has out "moved     @ada          artifact_01  0.2.0       to $(
		echo "$new" | cut -c1-7); $(echo "$old" | cut -c1-7) is kept"
	has out 'deleted   @bob          artifact_02  0.1.0'
	has out '1 moved, 1 deleted'
	jq -c '.submissions[] | [.n, .commit, .moved_from // 0, .gone_at != null]' \
		"ws/$record" | tail -n 2 >got
	printf '[2,"%s",0,true]\n[3,"%s",2,false]\n' "$old" "$new" |
		diff - got || complain 'not this record'
	must git -C ws/var/collected/ada.git cat-file -e "$old"
	# said once
	run -C ws collect
	is 0 && has out '0 moved, 0 deleted'
}

back() {
	git -C work/ada tag -fam submit artifact_01/v0.2.0 "$old" 2>/dev/null
	# the very tag that was there before
	tag=$(jq -r '.submissions[1].tag_object' "ws/$record")
	git -C repos/ada.git update-ref refs/tags/artifact_01/v0.2.0 "$tag" \
		2>/dev/null ||
		git -C repos/ada.git fetch -q ../../ws/var/collected/ada.git \
			"+refs/cohort/artifact_01/2:refs/tags/artifact_01/v0.2.0"
	run -C ws collect artifact_01 @ada
	is 0 && has out 'back      @ada          artifact_01  0.2.0'
	jq -c '[.submissions[] | .gone_at != null]' "ws/$record" >got
	echo '[false,false,true]' | diff - got || complain 'not this record'
}

odd_tags() {
	git -C repos/ada.git tag artifact_01/vnext main
	blob=$(echo x | git -C repos/ada.git hash-object -w --stdin)
	git -C repos/ada.git tag artifact_01/v9.9.9 "$blob"
	git -C repos/ada.git tag artifact_01/v0.3.0 main # lightweight
	run -C ws collect artifact_01 @ada
	is 0
	has out 'ignored   @ada          artifact_01  artifact_01/vnext: '
	has out 'artifact_01/v9.9.9: it names no commit'
	has out 'new       @ada          artifact_01  0.3.0'
	run -C ws collect artifact_01 @ada
	is 0 && has out '1 unchanged'
	git -C repos/ada.git tag -d artifact_01/vnext artifact_01/v9.9.9 >log
}

lost_box() {
	rm -rf ws/var/collected/bob.git
	before=$(commits ws)
	run -C ws collect artifact_01 @bob
	is 0 && has out '1 unchanged'
	must test "$(commits ws)" -eq "$before"
	must git -C ws/var/collected/bob.git rev-parse -q --verify \
		refs/cohort/artifact_01/2 >log
}

wrong_words() {
	run -C ws collect artifact_09
	is 2 && same err <<-EOF
	cohort: there is no artifact 'artifact_09'
	hint: artifact_01, artifact_02 or artifact_03; a student is @artifact_09
	EOF
	run -C ws collect @nobody
	is 6 && has err "there is no student 'nobody'"
	run -C ws collect --jobs 0x
	is 2
}

undone() {
	# what undo takes back is found again, under the same numbers
	more bob artifact_01/v0.3.0
	run -C ws collect artifact_01
	is 0
	cp "ws/artifacts/artifact_01/bob.json" want
	run -C ws undo
	is 0
	run -C ws collect artifact_01
	is 0 && has out '1 collected'
	jq -c '.submissions[] | [.n, .tag, .commit]' want >want.short
	jq -c '.submissions[] | [.n, .tag, .commit]' \
		ws/artifacts/artifact_01/bob.json | diff want.short - ||
		complain 'another record'
}

check 'new tags are fetched and written down in one commit' first
check 'the record and the box have what was seen' remembers
check 'nothing new commits nothing' again
check 'one artifact and some students can be asked for' one_of_them
check 'a dry run keeps nothing' dry_run
check 'a submission has the last look that did not find it' bounds
check 'late is a mark, by the clock that nothing speaks against' late
check 'a moved and a deleted tag are said, and the first kept' moved
check 'a tag that comes back is the submission that it was' back
check 'tags that are no submission are said and ignored' odd_tags
check 'a box that was lost is filled again' lost_box
check 'unknown artifacts and students are refused' wrong_words
check 'a collect that was undone is collected again' undone
done_testing
