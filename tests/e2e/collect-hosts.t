#!/bin/sh
# Whoever hosts the students' repositories is not run down: at most so many
# conversations with one host, while the other hosts are asked all the same.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

hosts=$TEST_DIR/hosts # one line as a conversation begins, one as it ends

# An ssh to hosts that are there only in its log.  It ends after its last
# line, so that never more are counted than there were.
fake_ssh() {
	mkdir bin
	cat >bin/ssh <<-EOF
	#!/bin/sh
	PATH=$PATH
	while [ "\$1" != -- ]; do shift; done
	echo "+ \$2" >>'$hosts'
	sleep 0.3
	sh -c "\$3"
	echo "- \$2" >>'$hosts'
	EOF
	chmod +x bin/ssh
}

# most HOST: how many conversations with it there were at once; '' is all
most() {
	awk -v host="$1" '
		host != "" && $2 != host { next }
		{ n += $1 == "+" ? 1 : -1 }
		n > most { most = n }
		END { print most + 0 }' "$hosts"
}

# seats: six students at one host and three at another, two of them shouting
seats() {
	echo handle,name,repo
	for handle in a1 a2 a3 a4 a5 a6; do
		echo "$handle,$handle,ssh://git@one.example$TEST_DIR/s.git"
	done
	echo "b1,b1,ssh://two.example$TEST_DIR/s.git"
	echo "b2,b2,ssh://TWO.Example$TEST_DIR/s.git"
	echo "b3,b3,ssh://git@two.EXAMPLE:22$TEST_DIR/s.git"
}

fake_ssh
git init -q --bare s.git
"$COHORT" -q init ws >/dev/null || exit 1
seats >seats.csv
"$COHORT" -q -C ws roster import seats.csv >/dev/null || exit 1
PATH=$TEST_DIR/bin:$PATH

limited() {
	sed -i 's/per_host: 4/per_host: 2/' ws/config/cohort.yaml
	: >"$hosts"
	run -C ws collect artifact_01
	is 0 && has out '0 failed' || return 1
	[ "$(grep -c '^+' "$hosts")" -ge 9 ] || complain 'not all were asked'
	[ "$(most one.example)" -eq 2 ] ||
		complain "$(most one.example) at once with one host, not 2"
	tr '[:upper:]' '[:lower:]' <"$hosts" >lower && mv lower "$hosts"
	[ "$(most two.example)" -eq 2 ] ||
		complain "$(most two.example) at once with the other, not 2"
	[ "$(most '')" -eq 4 ] ||
		complain "$(most '') at once with all, not 4"
}

as_told() {
	: >"$hosts"
	run -C ws collect artifact_01 --jobs 6
	is 0 && has out '0 failed' || return 1
	[ "$(most one.example)" -gt 2 ] ||
		complain "$(most one.example) at once with one host, not more"
	[ "$(most '')" -le 6 ] || complain "$(most '') at once with all, not 6"
}

one_at_a_time() {
	: >"$hosts"
	run -C ws collect artifact_01 --jobs 1
	is 0 && [ "$(most '')" -eq 1 ]
}

check 'no host is asked for more than per_host at once' limited
check 'more only with --jobs, which says so' as_told
check 'one at a time, if told' one_at_a_time
done_testing
