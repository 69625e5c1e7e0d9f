#!/bin/sh
# Collecting from students who are dead, slow, huge or hostile: each costs its
# own seat, in its own time, and nobody else's.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=../git-http.sh
. "$ROOT/tests/git-http.sh"

command -v nginx >/dev/null || PATH=$PATH:/usr/sbin
command -v nginx >/dev/null || skip 'nginx not found'
command -v fcgiwrap >/dev/null || skip 'fcgiwrap not found'
command -v jq >/dev/null || skip 'jq not found'
BAD=${COHORT%/bin/cohort}/tests/e2e/bad_server
[ -x "$BAD" ] || skip 'tests/e2e/bad_server is not built'

BAD_PIDS=
end_bad() {
	# shellcheck disable=SC2086
	[ -z "$BAD_PIDS" ] || kill $BAD_PIDS 2>/dev/null
}
TEST_AT_EXIT="$TEST_AT_EXIT end_bad"

# bad MODE [WHERE]: start one; its URL is in $bad_url, its output in bad.MODE
bad() {
	"$BAD" "$@" >"bad.$1" &
	BAD_PIDS="$BAD_PIDS $!"
	tries=0
	while ! [ -s "bad.$1" ] && [ "$tries" -lt 250 ]; do
		tries=$((tries + 1))
		sleep 0.02
	done
	bad_url=http://127.0.0.1:$(head -n 1 "bad.$1")
}

# workspace DIR HANDLE=URL...: a cohort of these seats, with short limits
workspace() {
	must "$COHORT" -q init "$1" >/dev/null
	sed -i 's/^  - https$/  - http/
		s/timeout: .*/timeout: 3/; s/silence: .*/silence: 10/
		s/max_refs: .*/max_refs: 5000/; s/max_bytes: .*/max_bytes: 1M/' \
		"$1/config/cohort.yaml"
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

# The commit of main, and what it is tagged with.
tagged() {
	git -C "$1" tag -am submit "${2:-artifact_01/v0.1.0}" main
}

mkdir repos
git init -q -b main seed
echo 'fn main() {}' >seed/main.rs
printf '[package]\nname = "kov-x"\nversion = "0.1.0"\n' >seed/Cargo.toml
git -C seed add . && git -C seed commit -qm one
for name in good1 good2 tags flags huge bomb deep escape; do
	git clone -q --bare seed "repos/$name.git"
done
tagged repos/good1.git
tagged repos/good2.git

# 100,000 tags: submissions, or anything else
hundred_thousand() {
	LC_ALL=C awk -v oid="$(git -C "$1" rev-parse main)" -v name="$2" '
		BEGIN {
			print "# pack-refs with: sorted "
			for (i = 0; i < 100000; i++)
				printf "%s refs/tags/%s%06d\n", oid, name, i
		}' >"$1/packed-refs"
	git -C "$1" update-ref refs/heads/main "$(git -C seed rev-parse main)"
}
hundred_thousand repos/tags.git artifact_01/v0.0.
hundred_thousand repos/flags.git zz
tagged repos/flags.git

# two megabytes that do not pack
head -c 2000000 /dev/urandom >seed/noise
git -C seed add . && git -C seed commit -qm noise
git -C seed push -q ../repos/huge.git main
tagged repos/huge.git

# ten folders in each of ten folders, twelve deep: 10^12 of nothing
nested() {
	repo=repos/$1.git
	wide=$2
	depth=$3
	tree=$(git -C "$repo" mktree </dev/null)
	while [ "$depth" -gt 0 ]; do
		i=0
		while [ "$i" -lt "$wide" ]; do
			printf '040000 tree %s\td%d\n' "$tree" "$i"
			i=$((i + 1))
		done >entries
		tree=$(git -C "$repo" mktree <entries)
		depth=$((depth - 1))
	done
	commit=$(git -C "$repo" commit-tree -m bomb "$tree")
	git -C "$repo" update-ref refs/heads/main "$commit"
	tagged "$repo"
}
nested bomb 10 12
nested deep 1 300

# bytes HEX: those bytes
bytes() {
	rest=$1
	while [ -n "$rest" ]; do
		two=${rest%"${rest#??}"}
		rest=${rest#??}
		# shellcheck disable=SC2059
		printf "\\$(printf %03o "0x$two")"
	done
}

# raw_tree MODE NAME OBJECT: a tree that git itself would not make
raw_tree() {
	{
		printf '%s %s\0' "$1" "$2"
		bytes "$3"
	} | git -C repos/escape.git hash-object -t tree -w --literally --stdin
}

# a file that wants to be elsewhere
tree=$(raw_tree 100644 evil \
	"$(echo pwned | git -C repos/escape.git hash-object -w --stdin)")
tree=$(raw_tree 40000 .. "$tree")
git -C repos/escape.git update-ref refs/heads/main \
	"$(git -C repos/escape.git commit-tree -m escape "$tree")"
tagged repos/escape.git

git_http_start repos || exit 1

bad silent && silent=$bad_url
bad drip && drip=$bad_url
bad endless && endless=$bad_url
bad flood && flood=$bad_url
bad garbage && garbage=$bad_url
bad html && html=$bad_url
bad busy && busy=$bad_url
bad reset && reset=$bad_url
bad login && login=$bad_url
bad redirect "$login" && redirect=$bad_url
workspace ws good1="$GIT_URL/good1.git" silent="$silent/x" drip="$drip/x" \
	endless="$endless/x" flood="$flood/x" garbage="$garbage/x" \
	html="$html/x" busy="$busy/x" reset="$reset/x" login="$login/x" \
	redirect="$redirect/x" dead=http://127.0.0.1:1/x \
	gone="$GIT_URL/gone.git" tags="$GIT_URL/tags.git" \
	flags="$GIT_URL/flags.git" huge="$GIT_URL/huge.git" \
	bomb="$GIT_URL/bomb.git" deep="$GIT_URL/deep.git" \
	escape="$GIT_URL/escape.git" good2="$GIT_URL/good2.git"

# One row of the answer: RESULT and message or note of HANDLE.
row() {
	jq -r --arg h "$1" '.items[] | select(.handle == $h) |
		"\(.result) \(.error.message // .note // "")"' json
}

# fails HANDLE 'WORDS': this seat failed, and its message has these words
fails() {
	case $(row "$1") in
	"failed "*"$2"*) return 0 ;;
	esac
	complain "$1: not '$2' but: $(row "$1")"
}

everybody() {
	begin=$(date +%s)
	run -C ws collect artifact_01 --jobs 16 --json
	cp out json
	is 5
	must test "$(jq '.items | length' json)" -eq 20
	must test "$(jq -c '[.counts[]] | add' json)" -eq 20
	must test "$(row good1)" = 'collected '
	must test "$(row good2)" = 'collected '
	# sixteen at once, three seconds each: two rounds, and some to spare
	must test $(($(date +%s) - begin)) -lt 30
	must test "$(git -C ws log -1 --format=%s)" = \
		'collect artifact_01: 6 new'
	must git -C ws status
	must jq -e 'all(.items[] | select(.result == "failed");
		.type != null and .error.kind != null)' json
}

who_failed() {
	fails silent 'did not finish in time'
	fails drip 'did not finish in time'
	fails endless 'more than 5000 refs'
	fails flood "not git's"
	fails garbage 'bad pack'
	fails html 'does not speak git'
	fails busy 'asks to come back later'
	fails reset 'closed the connection'
	fails login 'asks for a login'
	fails redirect 'asks for a login'
	fails dead 'cannot connect to'
	fails gone 'no repository at'
	fails tags 'more than 5000 refs'
	fails huge 'larger than 1048576 bytes'
}

not_to_others() {
	must test "$(wc -l <bad.login)" -eq 1 # its port alone
}

many_flags() {
	# what is no submission is not even sent
	must test "$(row flags)" = 'collected '
}

bombs() {
	must test "$(row bomb)" = \
		'collected more than 50000 files and folders'
	case $(row deep) in
	'collected '*'nested deeper than'*) ;;
	*) complain "$(row deep)" ;;
	esac
}

stays_inside() {
	case $(row escape) in
	'collected '*) ;;
	*) complain "$(row escape)" ;;
	esac
	find . -name evil >found
	same found </dev/null
}

only_text() {
	run -C ws collect artifact_01 @html @gone
	is 5
	must test "$(tr -d '\n\t -~' <out | wc -c)" -eq 0
	has out 'cohort collect @html'
	has out 'cohort roster edit gone --repo URL'
	has out '0 collected, 0 unchanged, 0 missing, 2 failed'
}

nothing_left() {
	find ws/var/collected -name 'pack_*' -o -name 'tmp_*' >found
	same found </dev/null
	must git -C ws/var/collected/good2.git fsck --strict
}

bad_urls() {
	must "$COHORT" -q init other >/dev/null
	cat >>other/config/roster.yaml <<-EOF
	seats:
	  - handle: ada
	    seat: 1
	    name: Ada
	    repo: http://forge.test/ada.git
	    suffix: ada
	EOF
	sed -i 's/^seats: \[\]$//' other/config/roster.yaml
	run -C other collect artifact_01
	is 6
	has out "refused URL 'http://forge.test/ada.git'"
	has out "see 'url_schemes' in config/cohort.yaml"
}

check 'twenty repositories, and the six good ones are collected' everybody
check 'each of the others fails in its own words' who_failed
check 'no login is offered where nobody meant it' not_to_others
check '100,000 other tags do not matter' many_flags
check 'bombs of folders are collected and go off nowhere' bombs
check 'a path that leads out stays in its box' stays_inside
check 'what servers say cannot steer the terminal' only_text
check 'no half pack is left' nothing_left
check 'a URL that may not be is refused before anybody is asked' bad_urls
done_testing
