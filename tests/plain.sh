# shellcheck shell=sh
# Crates of no cohort.  Sourced by tests/e2e/semver-*.t after seats.sh.

# crate DIR NAME VERSION [TOML...]: a library with the function `one`
crate() {
	mkdir -p "$1/src" && echo 'pub fn one() {}' >"$1/src/lib.rs" || return 1
	printf '[package]\nname = "%s"\nversion = "%s"\nedition = "2021"\n' \
		"$2" "$3" >"$1/Cargo.toml"
	dir=$1
	shift 3
	printf '%s\n' "$@" >>"$dir/Cargo.toml"
}

commit() {
	git -C "$1" add -A && git -C "$1" commit -qm "$2"
}
