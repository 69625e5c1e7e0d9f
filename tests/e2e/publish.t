#!/bin/sh
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=../seats.sh
. "$ROOT/tests/seats.sh"

command -v cargo >/dev/null 2>&1 || skip 'cargo not found'
HOME=$TEST_ROOT/home
export HOME

SEATS='ada bob cleo dana eli'
# shellcheck disable=SC2086
a_cohort $SEATS || exit 1
for who in $SEATS; do
	a_crate "$who" "kov-$who" 0.1.0
	a_submission "$who" "$who" 0.1.0 || exit 1
done
REG=ws/var/registry

ready() {
	"$COHORT" -C ws package >/dev/null && "$COHORT" -C ws check --all >/dev/null
}

published() {
	record "$1" | jq -r '.publications | length'
}

crates_out() {
	find "$REG" -maxdepth 1 -name '*.crate' 2>/dev/null | wc -l
}

not_ready() {
	run -C ws publish
	is 1 && has out 'cohort package @ada' && must test "$(crates_out)" -eq 0 ||
		return 1
	"$COHORT" -C ws package >/dev/null
	run -C ws publish
	is 1 && has out 'cohort check @ada' && must test "$(crates_out)" -eq 0
}

dry() {
	ready
	before=$(git -C ws rev-parse HEAD)
	run -C ws publish --dry-run
	is 0 && must test "$(crates_out)" -eq 0 &&
		must test "$(git -C ws rev-parse HEAD)" = "$before"
}

# Ended at a random moment, over and over: what is out stays out, nothing is
# out twice, and in the end everything is there and recorded.
killed() {
	for ms in 05 10 15 20 30 40 60 80; do
		"$COHORT" -C ws publish >/dev/null 2>&1 &
		pid=$!
		sleep "0.0$ms"
		kill -9 "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	run -C ws publish
	is 0 && must test "$(crates_out)" -eq 5 || return 1
	for who in $SEATS; do
		must test "$(published "$who")" -eq 1
		must test "$(wc -l <"$REG/index/ko/v-/kov-$who")" -eq 1
		sha=$(record "$who" | jq -r '.publications[0].sha256')
		must test "$(sha256sum "$REG/kov-$who-0.1.0.crate" |
			cut -d' ' -f1)" = "$sha"
		must grep -q "$sha" "$REG/index/ko/v-/kov-$who"
	done
	must git -C "$REG/index" cat-file -e HEAD:ko/v-/kov-eli
	mustnt test -s ws/.git/cohort/effects
}

nothing() {
	must "$COHORT" init blank --first-day 2027-01-12
	run -C blank publish
	is 0 && has out 'nothing to publish in local'
}

again() {
	before=$(git -C ws rev-parse HEAD)
	run -C ws publish
	is 0 && must test "$(git -C ws rev-parse HEAD)" = "$before" &&
		must test "$(git -C "$REG/index" rev-list --count HEAD)" -ge 1
}

other_bytes() {
	cp -r "$REG" "$TEST_ROOT/kept"
	sed -i 's/"cksum":"[0-9a-f]\{8\}/"cksum":"00000000/' \
		"$REG/index/ko/v-/kov-ada"
	run -C ws publish @ada
	is 6 && has out 'another checksum'
	rm -rf "$REG" && mv "$TEST_ROOT/kept" "$REG"
}

damaged_package() {
	sed -i 's/^version.*/version = "0.1.1"/' bob/Cargo.toml
	a_submission bob bob 0.1.1 && ready
	sha=$(record bob | jq -r '.submissions[-1].package_sha256')
	cp "ws/var/packages/$(record ada | jq -r \
		'.submissions[-1].package_sha256').crate" "ws/var/packages/$sha.crate"
	run -C ws publish @bob
	[ "$(cat status)" -ne 0 ] || complain 'the wrong bytes were published'
	mustnt test -e "$REG/kov-bob-0.1.1.crate"
	run -C ws package @bob
	run -C ws publish @bob
	is 0 && must test -e "$REG/kov-bob-0.1.1.crate"
}

no_registry() {
	run -C ws publish --registry locale
	is 6 && has err "there is no registry 'locale'"
}

web() {
	run -C ws publish --registry crates.io
	is 2 && has err 'hint: cohort publish --registry local'
}

# ---- what cargo makes of it

consumer() { # NAME: its folder, with kov-ada and kov-bob
	mkdir -p "$1/src" "$1/.cargo" "$1.home"
	printf '[package]\nname = "consumer"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\n' \
		>"$1/Cargo.toml"
	printf '%s\n' "kov-ada = { version = \"0.1\"$2 }" \
		"kov-bob = { version = \"=0.1.1\"$2 }" >>"$1/Cargo.toml"
	echo 'fn main() { println!("{}", kov_ada::one() + kov_bob::one()); }' \
		>"$1/src/main.rs"
}

builds() { # NAME ARGS...
	dir=$1
	shift
	(cd "$dir" && CARGO_HOME=$PWD/../${dir##*/}.home cargo run -q "$@") \
		>built 2>built.err
	[ "$(cat built)" = 2 ] || {
		complain "cargo did not build $dir"
		test_show built.err
	}
}

local_registry() {
	consumer plain ''
	printf '[source.crates-io]\nreplace-with = "cohort"\n[source.cohort]\nlocal-registry = "%s"\n' \
		"$PWD/$REG" >plain/.cargo/config.toml
	builds plain --offline
}

git_index() {
	case $TEST_RUST_BIN in
	'' | /usr/bin) skip "Debian's cargo cannot read a git index over file://" ;;
	esac
	consumer git ', registry = "cohort"'
	printf '[registries.cohort]\nindex = "file://%s"\n' \
		"$PWD/$REG/index" >git/.cargo/config.toml
	builds git
}

sparse() {
	command -v nginx >/dev/null 2>&1 || skip 'nginx not found'
	port=$(free_port)
	mkdir -p web
	cat >web/nginx.conf <<-CONF
	pid $PWD/web/pid;
	error_log $PWD/web/log;
	daemon off;
	events {}
	http {
		access_log off;
		client_body_temp_path $PWD/web/b;
		proxy_temp_path $PWD/web/p;
		fastcgi_temp_path $PWD/web/f;
		uwsgi_temp_path $PWD/web/u;
		scgi_temp_path $PWD/web/s;
		server {
			listen 127.0.0.1:$port;
			root $PWD/$REG;
			location ~ /\.git { return 404; }
		}
	}
	CONF
	chmod 755 "$TEST_ROOT" "$TEST_DIR"
	nginx -c "$PWD/web/nginx.conf" -p "$PWD/web" 2>/dev/null &
	server=$!
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		[ -s web/pid ] && break
		sleep 0.1
	done
	consumer sparse ', registry = "cohort"'
	printf '[registries.cohort]\nindex = "sparse+http://127.0.0.1:%s/index/"\n' \
		"$port" >sparse/.cargo/config.toml
	builds sparse
	kill "$server" 2>/dev/null
	wait "$server" 2>/dev/null
	return 0
}

check 'what is not packed or checked is refused, with what to type' not_ready
check 'a dry run writes nothing' dry
check 'killed again and again, it goes on and publishes nothing twice' killed
check 'where there is nothing to publish it says so' nothing
check 'publishing again changes nothing' again
check 'a version with another checksum is a loud error' other_bytes
check 'bytes that are not what was packed never go out' damaged_package
check 'an unknown registry is named' no_registry
check 'a registry on the web is refused with a hint' web
check 'cargo builds from it offline, as a local-registry' local_registry
check 'cargo builds from it as a git index' git_index
check 'cargo builds from it as a sparse index behind nginx' sparse
done_testing
