#!/bin/sh
# The README's tours, typed line by line in an empty folder.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

command -v cargo >/dev/null || skip 'cargo not found'
command -v bwrap >/dev/null || skip 'bubblewrap not found'

# the lines of every block that is meant for a shell
sed -n '/^```sh$/,/^```$/p' "$ROOT/README.md" | grep -v '^```' >lines

# A sanitizer reserves more address space than the suite has in its sandbox.
case $COHORT in
*address* | *undefined* | *thread*) sed -i '/^cohort validate /d' lines ;;
esac

tour() {
	[ "$(wc -l <lines)" -gt 25 ] || complain 'the README has no tour'
	{
		echo 'set -e'
		echo 'unset COHORT_NOW'
		while read -r line; do
			printf 'echo "typing: %s"\n' \
				"$(printf %s "$line" | sed 's/["$\\]/\\&/g')"
			printf '%s\n' "$line"
		done <lines
	} >typed.sh
	must sh typed.sh >log 2>&1
	[ "$(tail -n 1 typed.sh)" = 'cohort status' ] ||
		complain 'the tour does not end with the status'
	tail -n 20 log
	has log '*0.1.0'
}

check 'every line does what the README says' tour
done_testing
