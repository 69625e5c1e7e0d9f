#!/bin/sh
# Versions of real crates compared: none has findings against itself, and what
# three breaking releases broke is what tests/fixtures/semver-real says.
#
# Needs crates.io; COHORT_NETWORK=0 leaves it out.  After a new lint,
# RENEW=1 writes the files anew: read them before they are committed.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

[ "${COHORT_NETWORK:-1}" != 0 ] || skip 'COHORT_NETWORK=0'
command -v cargo >/dev/null 2>&1 || skip 'cargo not found'

CARGO_HOME=$TEST_ROOT/cargo
CARGO_TARGET_DIR=$TEST_ROOT/target
CARGO_NET_RETRY=1
CARGO_HTTP_TIMEOUT=15
export CARGO_HOME CARGO_TARGET_DIR CARGO_NET_RETRY CARGO_HTTP_TIMEOUT

# CRATE FEATURES VERSION...: small ones, or with few dependencies
crates() {
	cat <<-EOT
	anyhow default 1.0.40 1.0.95
	arrayvec default 0.5.2 0.7.6
	bitflags default 1.3.2 2.0.0 2.6.0
	either default 1.6.1 1.13.0
	hashbrown none 0.14.5 0.15.0
	heck default 0.4.1 0.5.0
	itoa default 0.4.8 1.0.0 1.0.9
	log default 0.3.9 0.4.0 0.4.22
	semver default 1.0.0 1.0.20
	smallvec default 0.6.14 1.6.1 1.13.2
	EOT
}

# crate NAME FEATURES VERSION: a package that depends on it, and fetches it
crate() {
	mkdir -p "$1-$3/src" && : >"$1-$3/src/lib.rs" || return
	cat >"$1-$3/Cargo.toml" <<-EOT
	[package]
	name = "probe"
	version = "0.0.0"
	edition = "2021"

	[dependencies.$1]
	version = "=$3"
	default-features = $([ "$2" = default ] && echo true || echo false)
	EOT
	cargo fetch -q --manifest-path "$1-$3/Cargo.toml" 2>fetch.err
}

# document NAME VERSION: NAME-VERSION.json
document() {
	RUSTC_BOOTSTRAP=1 RUSTFLAGS=--cap-lints=allow RUSTDOCFLAGS="$(echo \
		-Z unstable-options --output-format=json --cap-lints=allow \
		--document-private-items --document-hidden-items)" \
		cargo doc -q --no-deps --offline -p "$1@$2" \
		--manifest-path "$1-$2/Cargo.toml" >/dev/null &&
		mv "$CARGO_TARGET_DIR/doc/$1.json" "$1-$2.json"
}

crate itoa default 1.0.0 || skip 'crates.io cannot be reached'

# Every two that follow each other into the file pairs.
make_all() {
	crates | while read -r name features versions; do
		before=
		for version in $versions; do
			crate "$name" "$features" "$version" &&
				document "$name" "$version" || return
			[ -z "$before" ] || echo "$name $before $version"
			before=$version
		done
	done >pairs
}

manifest() {
	echo "$CARGO_HOME/registry/src/"*"/$1-$2/Cargo.toml"
}

# compare NAME OLD NEW: the findings into out, by places in the crate
compare() {
	run semver --all-lints --format tsv \
		--baseline-rustdoc "$1-$2.json" --current-rustdoc "$1-$3.json" \
		--baseline-manifest "$(manifest "$1" "$2")" \
		--current-manifest "$(manifest "$1" "$3")"
	sed "s|$CARGO_HOME/registry/src/[^/]*/[^/]*/||" out >places &&
		mv places out
}

documents() {
	must make_all
	must [ "$(wc -l <pairs)" -eq 14 ]
}

itself() {
	ls ./*.json >documents
	while read -r file; do
		name=${file#./}
		name=${name%.json}
		compare "${name%-*}" "${name##*-}" "${name##*-}"
		is 0 && same out </dev/null
	done <documents
}

# A tab between four columns, a known lint in the first.
rows() {
	while read -r name old new; do
		compare "$name" "$old" "$new"
		[ "$(cat status)" -le 1 ] || complain "status $(cat status)"
		awk -F '\t' 'NF != 4 || $1 !~ /^[a-z_]+$/ || $4 == ""' out >bad
		[ ! -s bad ] || test_show bad
		must [ ! -s bad ]
	done <pairs
}

breaking() {
	while read -r name old new; do
		golden=$FIXTURES/semver-real/$name-$old-$new.tsv
		compare "$name" "$old" "$new"
		[ -z "${RENEW:-}" ] || cp out "$golden"
		same out <"$golden"
	done <<-EOT
	itoa 0.4.8 1.0.0
	log 0.3.9 0.4.0
	smallvec 0.6.14 1.6.1
	EOT
}

check 'cargo documents 24 versions of ten crates' documents
check 'no version has findings against itself' itself
check 'a comparison gives lint, file, line and subject' rows
check 'breaking releases are found to break what they broke' breaking
done_testing
