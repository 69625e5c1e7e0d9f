# shellcheck shell=sh
# What the shapes measure on.  Sourced by bench after env.sh and git-http.sh.

# student_repos DIR N: N bare repositories s001.git ... of 60 commits and
# three annotated tags, about half a megabyte each, packed by `git gc`, as a
# forge keeps them.  The same bytes each time.
student_repos() {
	mkdir -p "$1"
	fixture_i=0
	while [ "$fixture_i" -lt "$2" ]; do
		fixture_i=$((fixture_i + 1))
		fixture_repo=$1/$(printf 's%03d' "$fixture_i").git
		git init -q --bare -b main "$fixture_repo"
		student_history "$fixture_i" |
			git -C "$fixture_repo" fast-import --quiet
		git -C "$fixture_repo" gc -q
	done
}

# A stream for git fast-import.
student_history() {
	LC_ALL=C awk -v seed="$1" '
	function random() {
		state = (state * 69069 + 1) % 4294967296
		return state
	}
	function text(lines,    i, out) {
		out = ""
		for (i = 0; i < lines; i++)
			out = out sprintf("// %08x%08x%08x%08x%08x%08x\n",
				random(), random(), random(), random(),
				random(), random())
		return out
	}
	function file(name, content) {
		print "M 100644 inline " name
		print "data " length(content)
		printf "%s\n", content
	}
	function tag(n, mark) {
		printf "tag artifact_0%d/v0.1.0\nfrom :%d\n", n, mark
		printf "tagger Student <s@example.org> %d +0000\n", \
			1799000000 + mark * 3600
		print "data 8\nsubmit\n"
	}
	BEGIN {
		state = seed * 7919
		for (n = 1; n <= 60; n++) {
			print "commit refs/heads/main\nmark :" n
			printf "committer Student <s@example.org> %d +0000\n", \
				1799000000 + n * 3600
			print "data 5\nwork\n"
			if (n == 1)
				file("Cargo.toml", sprintf("[package]\nname = " \
					"\"kov-s%03d\"\nversion = \"0.1.0\"\n" \
					"edition = \"2021\"\n", seed))
			file("src/lib.rs", text(20))
			file("src/part_" (n % 12) ".rs", text(240))
		}
		tag(1, 20)
		tag(2, 40)
		tag(3, 60)
		print "done"
	}'
}

# set_key FILE KEY VALUE: replace the line `KEY: ...` of a YAML file.
set_key() {
	sed "s|^$2:.*|$2: $3|" "$1" >"$1.new" && mv "$1.new" "$1"
	grep -q "^$2: $3" "$1"
}

# big_workspace DIR SEATS: a workspace with so many seats, each with three
# submissions; history, HEAD and checkout as after a term.
big_workspace() {
	cohort init "$1" >/dev/null || return 1
	set_key "$1/config/cohort.yaml" seats "$2" || return 1
	LC_ALL=C awk -v seats="$2" 'BEGIN {
		print "handle,name,zone,repo,suffix,seat"
		for (i = 1; i <= seats; i++)
			printf "s%05d,Student %d,Europe/Berlin,https://" \
				"example.org/s%05d.git,s%05d,%d\n", \
				i, i, i, i, i
	}' >roster.csv
	cohort -q -C "$1" roster import roster.csv >/dev/null || return 1
	records "$2" | git -C "$1" fast-import --quiet || return 1
	git -C "$1" reset -q --hard
}
