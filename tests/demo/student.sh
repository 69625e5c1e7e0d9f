#!/bin/sh
# What one student does.  Run for many at once; the output of each goes to a
# log of its own, and is shown only if it fails.
#
#	student.sh begin HANDLE		make the crate, put it on the server
#	student.sh submit HANDLE	commit what changed, push, submit
#	student.sh force HANDLE		the same by hand, past cohort's own checks
#	student.sh move HANDLE		move the tag that was submitted
set -eu
verb=$1 handle=$2
dir=$STUDENTS/$handle
log=$LOGS/$handle.log
tools=$ROOT/tests/demo/students
# a quoted name has no comma in it in this file
line=$(grep "^$handle," "$tools/students.csv")
name=$(printf '%s' "$line" | cut -d, -f2)
number=$(printf '%s' "$line" | cut -d, -f3)
GIT_AUTHOR_NAME=$name GIT_AUTHOR_EMAIL=$handle@example.org
GIT_COMMITTER_NAME=$name GIT_COMMITTER_EMAIL=$handle@example.org
GIT_AUTHOR_DATE=${COHORT_NOW:-} GIT_COMMITTER_DATE=${COHORT_NOW:-}
export GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL
export GIT_AUTHOR_DATE GIT_COMMITTER_DATE

version() {
	sed -n '/^\[package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml
}

begin() {
	cohort new artifact_01 "$dir" --invite "$WS/invitations/$handle.yaml"
	"$tools/vary.sh" "$name" "$number" "$dir"
	git init -q --bare -b main "$BARE/$handle.git"
	git -C "$BARE/$handle.git" config http.receivepack true
	cd "$dir"
	git init -q -b main
	git remote add origin "$GIT_URL/$handle.git"
	git add .
	git commit -qm "Begin"
	git push -q origin main
}

publish_work() {
	cd "$dir"
	git add -A
	git diff --cached --quiet || git commit -qm "${1:-Work on it}"
	git push -q origin main
}

submit() {
	publish_work 'Mend it'
	cohort submit
}

force() {
	publish_work 'Ship it'
	git tag -a "artifact_01/v$(version)" -m 'shipped by hand'
	git push -q origin "artifact_01/v$(version)"
}

move() {
	cd "$dir"
	echo 'One more thing.' >>README.md
	publish_work 'One more thing'
	git tag -fa "artifact_01/v$(version)" -m 'moved' 2>/dev/null
	git push -qf origin "artifact_01/v$(version)"
}

if (
	set -eu
	"$verb"
) >>"$log" 2>&1; then
	exit 0
fi
echo "demo: $handle cannot $verb:" >&2
tail -n 20 "$log" >&2
exit 255 # xargs stops
