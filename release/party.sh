#!/bin/sh
# The evening of a release party, from collecting to the archive.  It only calls
# cohort, each step of which can be killed and typed again, and so can this:
# run the same command and it goes on where it was.
#
#	party.sh [-C WORKSPACE] [-r REGISTRY] [-p] ARTIFACT
#
# Nothing is published while a seat is in trouble, unless -p says that the
# ready ones are to go ahead.  Ends with the most serious status of its steps:
# 0 all is out; 1 a crate is in trouble; 5 a repository could not be reached;
# others as in cohort(1).
set -u

usage() {
	sed -n 's/^#	/usage: /p' "$0" >&2
	exit 2
}

COHORT=${COHORT:-cohort}
registry=local
partial=
while getopts C:r:p opt; do
	case $opt in
	C) cd "$OPTARG" || exit 6 ;;
	r) registry=$OPTARG ;;
	p) partial=yes ;;
	*) usage ;;
	esac
done
shift $((OPTIND - 1))
[ $# -eq 1 ] || usage
artifact=$1
worst=0

# Statuses from the least to the most serious.
rank() {
	case $1 in
	0) echo 0 ;;
	1) echo 1 ;;
	3) echo 2 ;;
	4) echo 3 ;;
	5) echo 4 ;;
	6) echo 5 ;;
	*) echo 6 ;;
	esac
}

# A step: its command is shown, its output is its own.  Statuses 1 and 5 are
# about some seats, and the others go on; everything else ends the evening.
step() {
	title=$1
	shift
	printf '\n== %s\n$ cohort %s\n' "$title" "$*"
	"$COHORT" "$@"
	status=$?
	[ "$(rank "$status")" -le "$(rank "$worst")" ] || worst=$status
	case $status in
	0 | 1 | 5) return 0 ;;
	esac
	printf '\nparty: stopped with status %d; mend that and run it again\n' \
		"$status" >&2
	exit "$status"
}

step '1 of 5  collect' collect "$artifact"
step '2 of 5  package' package --artifact "$artifact"
step '3 of 5  check' check --all --artifact "$artifact"
if [ "$worst" -ne 0 ] && [ -z "$partial" ]; then
	printf '\nparty: nothing was published: see above what is in trouble\n'
	printf 'party: mend it and run this again, or publish the rest with -p\n'
	exit "$worst"
fi
step '4 of 5  publish' publish --artifact "$artifact" --registry "$registry"
step '5 of 5  release' release "$artifact" --registry "$registry"
[ "$worst" -ne 0 ] || printf '\nparty: everything is out\n'
exit "$worst"
