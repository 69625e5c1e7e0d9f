# shellcheck shell=sh disable=SC2154 # $turns is bench's
# shapes: collect-cold collect-nothing-new collect-memory
# 32 packed repositories of 60 commits behind a round trip of 40 ms, asked for
# by 16 workers; next to git, one repository after the other.
STUDENTS=32

student_repos repos "$STUDENTS"
git_http_start repos
far_away "$GIT_PORT"
url=http://127.0.0.1:$FAR_PORT

# a workspace whose roster names them, as it is before the first collect
cohort init ws.start >log
sed 's/^  - https$/  - http/' ws.start/config/cohort.yaml >edited
sed "s/^  per_host: .*/  per_host: 16/" edited >ws.start/config/cohort.yaml
find repos -name '*.git' -exec basename {} .git \; | sort | awk -v url="$url" '
	BEGIN { print "handle,name,repo,suffix" }
	{ printf "%s,Student %s,%s/%s.git,%s\n", $1, $1, url, $1, $1 }' >roster.csv
cohort -q -C ws.start roster import roster.csv >log

# everything has arrived, and is sound: else the time means nothing
arrived() {
	[ "$(find "$1" -maxdepth 1 -name '*.git' | wc -l)" -eq "$STUDENTS" ] ||
		{ echo "$1: not all repositories" >&2 && return 1; }
	for repo in "$1"/*.git; do
		[ "$(git -C "$repo" rev-list --all --count)" -eq 60 ] ||
			{ echo "$repo: not all commits" >&2 && return 1; }
		git -C "$repo" fsck --full --strict >fsck.log 2>&1 ||
			{ cat fsck.log >&2 && return 1; }
	done
}

cat >clone.sh <<'EOT'
set -e
mkdir clones
for repo in repos/*.git; do
	git clone -q --bare "$1/${repo#repos/}" "clones/${repo#repos/}"
done
EOT
cat >fetch.sh <<'EOT'
set -e
for repo in clones/*.git; do
	git -C "$repo" fetch -q --tags origin '+refs/heads/*:refs/heads/*'
done
EOT

if wanted collect-cold || wanted collect-nothing-new; then
	echo shape collect-cold s
	echo goal ratio 6
	echo peer git clone --bare, one after the other
	for _ in $turns; do
		rm -rf ws clones
		cp -a ws.start ws
		measure ours cohort -C ws collect --jobs 16
		measure peer: sh clone.sh "$url"
	done
	arrived ws/var/collected
	arrived clones
fi
if wanted collect-nothing-new; then
	echo shape collect-nothing-new s
	echo goal ratio 15
	echo peer git fetch, one after the other
	for _ in $turns; do
		measure ours cohort -C ws collect --jobs 16
		measure peer: sh fetch.sh
	done
fi
if wanted collect-memory; then
	echo shape collect-memory MB
	echo goal most 120
	echo peer git clone --bare of one of them
	for _ in $turns; do
		rm -rf ws one.git
		cp -a ws.start ws
		measure -m MB ours cohort -C ws collect --jobs 16
		measure -m MB peer: git clone -q --bare "$url/s001.git" one.git
	done
	arrived ws/var/collected
fi
