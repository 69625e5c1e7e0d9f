# shellcheck shell=sh
# The steps of the demo, in the order of a season.  Sourced by demo.sh.

DEMO=$ROOT/tests/demo

say() {
	printf '\n\033[1m%4d s  %s\033[0m\n' "$(($(date +%s) - START))" "$*" |
		if [ -t 1 ]; then cat; else sed 's/\x1b\[[0-9;]*m//g'; fi
}

# Type a command as an instructor would, and show it.
type_it() {
	printf '$ %s\n' "$*"
	(cd "$WS" && "$@")
}

# Set the clock: the season passes in a minute.
at() {
	COHORT_NOW=$1
	export COHORT_NOW
}

# The same command for every student, as many at once as there are cores.
each_student() {
	cut -d, -f1 "$TEST_ROOT/students.csv" | sed 1d |
		xargs -n 1 -P "$(nproc)" sh "$DEMO/student.sh" "$@"
}

# A student of trouble KIND, by the table below.
in_trouble() {
	sed -n "s/^$1 //p" "$DEMO/troubles"
}
