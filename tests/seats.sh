# shellcheck shell=sh
# Seats with submissions, without a network: what `cohort collect` would have
# left.  Sourced by tests/e2e/*.t after lib.sh.
#
#	a_cohort HANDLE...		a workspace `ws` with these seats
#	a_crate DIR NAME VERSION	a crate that passes every gate
#	a_submission HANDLE DIR VERSION	DIR, committed, as artifact_01 of HANDLE
#	record HANDLE			its record as the workspace has it

export GIT_AUTHOR_NAME=ada GIT_AUTHOR_EMAIL=ada@example.org
export GIT_COMMITTER_NAME=ada GIT_COMMITTER_EMAIL=ada@example.org

a_cohort() {
	"$COHORT" init ws --id 2027-winter --first-day 2027-01-12 >/dev/null &&
		for handle in "$@"; do
			"$COHORT" -C ws roster add "$handle" --name "$handle" \
				--repo "https://example.org/$handle.git" \
				>/dev/null || return 1
		done
}

a_crate() {
	mkdir -p "$1/src" && cat >"$1/Cargo.toml" <<-TOML &&
	[package]
	name = "$2"
	version = "$3"
	edition = "2021"
	rust-version = "1.70"
	description = "A small executor"
	license = "MIT OR Apache-2.0"
	repository = "https://example.org/$2"
	TOML
		echo '# A crate' >"$1/README.md" &&
		printf '//! A crate.\n\n/// One.\npub fn one() -> u32 {\n    1\n}\n' \
			>"$1/src/lib.rs"
}

# The record is a file of the program's; here it is written as collect would.
a_submission() {
	[ -d "$2/.git" ] || git init -q -b main "$2" || return 1
	git -C "$2" add -A && git -C "$2" commit -qm "version $3" || return 1
	mkdir -p ws/var/collected ws/artifacts/artifact_01
	[ -d "ws/var/collected/$1.git" ] ||
		git init -q --bare "ws/var/collected/$1.git" || return 1
	commit=$(git -C "$2" rev-parse HEAD)
	git -C "ws/var/collected/$1.git" fetch -q "$PWD/$2" \
		"main:refs/cohort/artifact_01/$3" || return 1
	file=ws/artifacts/artifact_01/$1.json
	[ -f "$file" ] ||
		printf '{"schema":1,"artifact":"artifact_01","handle":"%s","submissions":[],"publications":[]}' \
			"$1" >"$file"
	jq --arg c "$commit" --arg v "$3" '.submissions += [{
		n: (.submissions | length + 1), tag: "artifact_01/v\($v)",
		version: $v, tag_object: $c, commit: $c,
		claimed_at: "2027-02-05T20:00:00Z",
		first_seen_at: "2027-02-08T18:00:00Z"}]' "$file" >"$file.new" &&
		mv "$file.new" "$file" && git -C ws add "artifacts" &&
		git -C ws commit -q --no-verify -m "collect $1"
}

record() {
	git -C ws show "HEAD:artifacts/artifact_01/$1.json"
}
