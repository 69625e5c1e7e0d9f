# shellcheck shell=sh
# The demo with repositories that somebody else wrote.  Sourced by demo.sh.
#
# Each is copied first, so that nothing is ever written to it.  Where it has no
# submission tag, its newest commit is taken for one, as its student would tag
# it.

# A handle from the last part of a URL: lower case, letters, digits and '-'.
handle_of() {
	printf '%s' "${1%/}" | sed 's/\.git$//; s/.*[/:]//' |
		tr 'A-Z_.' 'a-z--' |
		sed 's/[^a-z0-9-]//g; s/--*/-/g; s/^[^a-z]*//; s/-$//' |
		cut -c 1-39
}

# The name and version that the crate at the root of HEAD gives itself.
crate_of() {
	git -C "$1" show HEAD:Cargo.toml 2>/dev/null |
		sed -n "/^\[package\]/,/^\[/s/^$2 *= *[\"']\([^\"']*\)[\"'].*/\1/p" |
		head -n 1
}

# The artifact that a crate's name begins with; the first one if it does not.
artifact_of() {
	case $1 in
	flume-lock-*) echo artifact_02 ;;
	hal-*) echo artifact_03 ;;
	*) echo artifact_01 ;;
	esac
}

tag_copy() {
	copy=$1
	[ -z "$(git -C "$copy" tag -l 'artifact_0?/v*')" ] || return 0
	version=$(crate_of "$copy" version)
	[ -n "$version" ] || return 0
	git -C "$copy" tag -a "$ARTIFACT/v$version" -m 'taken as submitted' HEAD
}

copy_one() {
	url=$1
	handle=$(handle_of "$url")
	while [ -z "$handle" ] || [ -e "$BARE/$handle.git" ]; do
		handle=${handle:-student}x
	done
	if ! git clone -q --bare "$url" "$BARE/$handle.git"; then
		echo "demo: cannot copy $url" >&2
		rm -rf "$BARE/$handle.git"
	fi
	name=$(crate_of "$BARE/$handle.git" name)
	: "${ARTIFACT:=$(artifact_of "$name")}"
	suffix=$handle
	case $name in
	kov-*) suffix=${name#kov-} ;;
	flume-lock-*) suffix=${name#flume-lock-} ;;
	hal-*) suffix=${name#hal-} ;;
	esac
	[ ! -d "$BARE/$handle.git" ] || tag_copy "$BARE/$handle.git"
	printf '%s,%s,%s/%s.git,%s\n' "$handle" "$handle" "$GIT_URL" "$handle" \
		"$suffix" >>"$TEST_ROOT/students.csv"
}

given_repositories() {
	git_http_start "$BARE"
	ARTIFACT=
	found_cohort
	say 'The repositories that were given'
	echo handle,name,repo,suffix >"$TEST_ROOT/students.csv"
	grep -v '^[[:space:]]*\(#\|$\)' "$1" >"$TEST_ROOT/given"
	while read -r url; do
		copy_one "$url"
	done <"$TEST_ROOT/given"
	seats=$(wc -l <"$TEST_ROOT/given")
	[ "$seats" -le 32 ] ||
		sed -i "s/^seats: 32$/seats: $seats/" "$WS/config/cohort.yaml"
	type_it cohort roster import "$TEST_ROOT/students.csv"
	at 2027-04-02T00:30:00Z
	say 'The evening of the party'
	if ! type_it sh "$ROOT/release/party.sh" "$ARTIFACT"; then
		say 'Nobody is here to mend them: the ready ones go ahead'
		type_it sh "$ROOT/release/party.sh" -p "$ARTIFACT" ||
			echo "[status $?]"
	fi
	type_it cohort status
	# shellcheck disable=SC2046
	published_by $(out_of_trouble | head -n 3) >"$TEST_ROOT/three"
	[ ! -s "$TEST_ROOT/three" ] ||
		build_consumer use_name <"$TEST_ROOT/three"
	finish
}

# The handles of those whose crate is out.
out_of_trouble() {
	(cd "$WS" && cohort status --json) | jq -r --arg a "$ARTIFACT" \
		'.grid[] | select(.[$a].mark == "published").handle'
}
