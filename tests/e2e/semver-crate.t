#!/bin/sh
# Crates compared with what they were: revisions, folders, releases.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=../seats.sh
. "$ROOT/tests/seats.sh"
# shellcheck source=../plain.sh
. "$ROOT/tests/plain.sh"

command -v cargo >/dev/null 2>&1 || skip 'cargo not found'
command -v bwrap >/dev/null 2>&1 || skip 'bubblewrap not found'
HOME=$TEST_ROOT/home
XDG_CACHE_HOME=$TEST_ROOT/cache
CARGO_HOME=$TEST_ROOT/cargo
export HOME XDG_CACHE_HOME CARGO_HOME

# release DIR: its package, into the registry `reg` and its index
release() {
	(cd "$1" && cargo package -q --no-verify --allow-dirty --offline \
		2>/dev/null) || return 1
	file=$(echo "$1"/target/package/*.crate)
	name=$(sed -n 's/^name = "\(.*\)"/\1/p' "$1/Cargo.toml" | head -n 1)
	index=reg/index/3/$(printf %.1s "$name")
	mkdir -p "$index" && cp "$file" reg/ &&
		jq -cn --arg n "$name" --arg s "$(sha256sum <"$file" | cut -c1-64)" \
			--arg v "$(sed -n 's/^version = "\(.*\)"/\1/p' "$1/Cargo.toml")" \
			'{name: $n, vers: $v, deps: [], cksum: $s, features: {},
			yanked: false}' >>"$index/$name"
	rm -r "$1/target"
}

git init -q -b main kov &&
	crate kov kov 0.1.0 '[features]' 'default = ["std"]' 'std = []' \
		'unstable-x = []' &&
	cat >>kov/src/lib.rs <<-'EOF' &&
	#[cfg(feature = "std")]
	pub fn with_std() {}
	#[cfg(feature = "unstable-x")]
	pub fn with_x() {}
	EOF
	echo target >kov/.gitignore && commit kov first && git -C kov tag v0.1.0 &&
	release kov || exit 1
mkdir -p was && cp -r kov/src kov/Cargo.toml was/ || exit 1
sed -i 's/fn one/fn uno/; /unstable/,$d' kov/src/lib.rs
sed -i 's/^version.*/version = "0.1.1"/' kov/Cargo.toml

revision() {
	run semver kov --baseline-rev v0.1.0
	is 1 && has out 'kov::one, previously in src/lib.rs:1' &&
		has out '0.1.0 -> 0.2.0' && lacks out 'with_x' &&
		has err 'Checking kov 0.1.0 -> 0.1.1 (minor change)' || return 1
	must test ! -e kov/target && must test ! -e kov/Cargo.lock
	[ "$(find "$XDG_CACHE_HOME/cohort/rustdoc" -name '*.json' | wc -l)" -eq 2 ] ||
		complain 'not two documents are kept'
}

again() {
	find "$XDG_CACHE_HOME/cohort/rustdoc" -name '*.json' -exec \
		sed -i 's/"one"/"two"/' {} +
	run semver kov --baseline-rev v0.1.0
	is 1 && has out 'kov::two' || return 1
	rm -r "$XDG_CACHE_HOME/cohort/rustdoc"
	[ -z "$(ls "$XDG_CACHE_HOME/cohort/work")" ] ||
		complain 'a run left its work behind'
}

no_revision() {
	run semver kov --baseline-rev v9
	is 6 && same err <<-EOF || return 1
	cohort: there is no commit 'v9' in the repository
	EOF
	run semver was --baseline-rev v9
	is 6 && has err 'there is no git repository around'
}

folder() {
	run semver kov --baseline-root was
	is 1 && has out 'kov::one' || return 1
	run semver --manifest-path kov/Cargo.toml --baseline-root nowhere
	is 6 && has err "there is no Cargo.toml in 'nowhere'"
}

features() {
	run semver kov --baseline-root was --all-features --json
	is 1 && must jq -e '[.crates[0].findings[].subject] |
		index("kov::with_x")' out >/dev/null
	run semver kov --baseline-root was --only-explicit-features --json
	is 1 && must jq -e '[.crates[0].findings[].subject] |
		index("kov::with_x") == null' out >/dev/null
	run semver kov --baseline-root was --only-explicit-features --json \
		--baseline-features std
	is 1 && must jq -e '[.crates[0].findings[].subject] |
		index("kov::with_std")' out >/dev/null
	run semver kov --baseline-root was --default-features --features nope
	is 2 && has out "error kov: 'kov' has no feature 'nope'" || return 1
	echo 'fresh = []' >>kov/Cargo.toml
	run semver kov --baseline-root was --features fresh
	sed -i '/^fresh/d' kov/Cargo.toml
	is 1 && has err "note: the baseline of 'kov' has no feature 'fresh'"
}

registry() {
	run semver kov --registry reg
	is 1 && has out 'kov::one' || return 1
	run semver kov --registry reg --json
	must jq -e '.crates[0] | .baseline == "0.1.0" and
		.compared_with == "kov 0.1.0 in reg"' out >/dev/null
	run semver kov --registry reg --baseline-version 0.0.9
	is 6 && has out 'there is no kov 0.0.9 in the registry' || return 1
	run semver kov --registry nowhere
	is 6 && has out "there is no registry in 'nowhere'"
}

tampered() {
	cp -r reg tampered && printf x >>tampered/kov-0.1.0.crate
	run semver kov --registry tampered
	is 6 && has out 'is not what the index says'
}

# The last release: not yanked, no pre-release, not above the current version.
choice() {
	cp -r reg more && for v in 0.0.5 0.1.1-rc.1 0.3.0; do
		jq -c --arg v "$v" '.vers = $v' reg/index/3/k/kov
	done >>more/index/3/k/kov
	run semver kov --registry more --json
	must jq -e '.crates[0].baseline == "0.1.0"' out >/dev/null
	jq -c 'if .vers == "0.1.0" then .yanked = true else . end' \
		more/index/3/k/kov >y && mv y more/index/3/k/kov
	cp reg/kov-0.1.0.crate more/kov-0.0.5.crate
	run semver kov --registry more --json
	must jq -e '.crates[0].compared_with == "kov 0.0.5 in more"' out >/dev/null
}

none_yet() {
	crate new fresh 0.1.0
	run semver new --registry reg
	is 0 && same out <<-EOF
	skipped fresh: no earlier version
	EOF
}

# What stands in for crates.io here is what cargo is told.
web() {
	mkdir -p "$CARGO_HOME" &&
		printf '[source.crates-io]\nreplace-with = "here"\n[source.here]\nlocal-registry = "%s"\n' \
			"$PWD/reg" >"$CARGO_HOME/config.toml"
	run semver kov --json
	is 1 && must jq -e '.crates[0].compared_with == "kov 0.1.0 on crates.io"' \
		out >/dev/null
	run semver kov --baseline-version 0.1.0
	is 1 && has out 'kov::one' || return 1
	run semver kov --baseline-version 0.7.0
	is 6 && has out 'there is no kov 0.7.0 on crates.io' || return 1
	run semver new
	is 0 && same out <<-EOF || return 1
	skipped fresh: no earlier version
	EOF
	run semver new --offline
	is 0 && same out <<-EOF
	skipped fresh: no earlier version is here, and nothing was to be fetched
	EOF
}

# A changed type warns, until a program that used it does not compile.
confirmed() {
	crate typed typed 1.0.0 && echo 'pub fn take(_: u8) {}' \
		>typed/src/lib.rs && cp -r typed untyped || return 1
	sed -i 's/u8/u16/' typed/src/lib.rs
	run semver typed --baseline-root untyped
	is 1 && has out 'deny  function_parameter_type_changed' &&
		has err 'note: 1 of 1 findings on types are confirmed' || return 1
	run semver typed --baseline-root untyped --json
	must jq -e '.crates[0].checks[] | select(.findings == 1) |
		.result == "fail" and .level == "warn"' out >/dev/null
	run semver typed --baseline-root untyped --all-lints --format tsv
	is 0 && has out 'typed::take' && lacks err 'confirmed'
}

document() {
	RUSTC_BOOTSTRAP=1 rustdoc -Z unstable-options --output-format json \
		--document-private-items --edition 2021 --crate-name kov \
		--crate-version 0.1.0 -o made was/src/lib.rs >/dev/null 2>&1 &&
		run semver kov --baseline-rustdoc made/kov.json
	is 1 && has out 'kov::one'
}

target() {
	run semver kov --baseline-root was --target nowhere-none
	is 1 && has out 'error kov: baseline: '
}

in_a_workspace() {
	a_cohort ada >/dev/null || return 1
	run -C ws semver kov
	is 0 && has out 'skipped kov: no earlier version' || return 1
	mkdir -p ws/var && cp -r reg ws/var/registry
	run -C ws semver kov
	is 1 && has out 'kov::one' || return 1
	run -C "$TEST_ROOT/cache" semver kov
	is 6
}

# What --cfg brings is compared where the person has cargo build it so: by the
# environment, and by configurations, the nearest of which counts most.
gated() {
	run semver gated --baseline-root gated-was
}

cfgs() {
	crate gated gated 0.1.0 && cp -r gated gated-was && printf '%s\n' \
		'#[cfg(extra = "a b")] pub fn extra() {}' \
		'#[cfg(typed)] pub fn typed(_: u8) {}' >>gated-was/src/lib.rs &&
		echo '#[cfg(typed)] pub fn typed(_: u16) {}' \
			>>gated/src/lib.rs || return 1
	gated
	is 0 || return 1
	RUSTFLAGS='-D warnings --cfg typed -C linker=nowhere' gated
	is 1 && has out 'deny  function_parameter_type_changed' &&
		has err 'note: 1 of 1 findings on types are confirmed' || return 1
	CARGO_ENCODED_RUSTDOCFLAGS=$(printf -- '--cfg\037extra="a b"') gated
	is 1 && has out 'gated::extra' && lacks out 'gated::typed' || return 1
	mkdir gated/.cargo .cargo &&
		printf '[build]\nrustflags = ["--cfg=typed"]\n' \
			>gated/.cargo/config.toml &&
		printf "[build]\nrustflags = ['--cfg', 'extra=\"a b\"']\n" \
			>.cargo/config.toml
	gated
	is 1 && has out 'gated::extra' && has out 'gated::typed' || return 1
	RUSTFLAGS='' gated
	is 0 || return 1
	printf '[target.%s]\nrustflags = "--cfg typed"\n' \
		"$(rustc -vV | sed -n 's/^host: //p')" >gated/.cargo/config.toml
	gated
	is 1 && lacks out 'gated::extra' && has out 'gated::typed' || return 1
	printf '[target."cfg(unix)"]\nrustflags = ["--cfg", "typed"]\n' \
		>gated/.cargo/config.toml
	gated
	is 1 && has out 'gated::typed' && lacks err 'note: the flags' || return 1
	printf '[target."cfg(odd(unix))"]\nrustflags = ["--cfg", "typed"]\n' \
		>gated/.cargo/config.toml
	gated
	rm -r .cargo gated/.cargo
	has err "note: the flags of [target.'cfg(..)'] in the configuration of" &&
		has err 'cargo are not followed'
}

# mirrored KIND: a crate with a dependency is compared where the person's cargo
# has crates.io replaced by a folder of that KIND
mirrored() {
	mkdir -p "$CARGO_HOME" &&
		printf '[source.crates-io]\nreplace-with = "here"\n[source.here]\n%s = "%s"\n' \
			"$1" "$2" >"$CARGO_HOME/config.toml"
	rm -rf "$CARGO_HOME/registry" "$XDG_CACHE_HOME"
	run semver user --baseline-root user-was
	is 1 && has out 'user::one, previously in src/lib.rs:1'
}

mirror() {
	crate dep dep 0.1.0 && echo 'pub struct Dep;' >dep/src/lib.rs &&
		release dep || return 1
	crate user user 0.1.0 '[dependencies]' 'dep = "0.1"' &&
		echo 'pub fn dep() -> dep::Dep { dep::Dep }' >>user/src/lib.rs &&
		cp -r user user-was && sed -i 's/fn one/fn uno/' user/src/lib.rs
	mirrored local-registry "$PWD/reg" || return 1
	mkdir vendor && tar -C vendor -xzf reg/dep-0.1.0.crate &&
		jq -n --arg s "$(sha256sum <reg/dep-0.1.0.crate | cut -c1-64)" \
			'{files: {}, package: $s}' \
			>vendor/dep-0.1.0/.cargo-checksum.json
	# as cargo has it: beside the folder of the configuration
	ln -s "$PWD/vendor" "$TEST_ROOT/vendor"
	mirrored directory vendor && rm "$CARGO_HOME/config.toml"
}

# where WHAT COMMAND...: with the cache on a file system of its own
where() {
	what=$1
	shift
	mkdir -p "$XDG_CACHE_HOME"
	case $what in
	read-only) mount='mount --bind "$at" "$at" && mount -o remount,bind,ro "$at"' ;;
	*) mount="mount -t tmpfs -o size=$what cohort \"\$at\"" ;;
	esac
	# shellcheck disable=SC2016
	printf '#!/bin/sh\nat=%s\n%s || exit 99\nexec "%s" "$@"\n' \
		"$XDG_CACHE_HOME" "$mount" "$COHORT" >on-a-mount
	chmod +x on-a-mount
	unshare -rm ./on-a-mount "$@" >out 2>err
	echo $? >status
}

mounts() {
	unshare -rm true 2>/dev/null || skip 'nothing can be mounted here'
	rm -rf "$XDG_CACHE_HOME"
}

read_only() {
	mounts
	where read-only semver kov --baseline-root was
	is 1 && has out 'kov::one' || return 1
	run semver kov --baseline-root was
	is 1 || return 1
	echo 'pub fn three() {}' >>kov/src/lib.rs # so that not all is known
	where read-only semver kov --baseline-root was
	is 1 && has out 'kov::one' && lacks err 'read-only'
}

# small: for the copies, for the first document, for the second; the last has
# room for both but not for keeping them
full() {
	mounts
	for size in 8k 100k 300k; do
		where "$size" semver kov --baseline-root was
		is 6 && cat out err >said && has said 'no space left on device' &&
			lacks out 'kov::' || return 1
	done
	where 1200k semver kov --baseline-root was
	is 1 && has out 'kov::one'
}

killed() {
	rm -rf "$XDG_CACHE_HOME"
	run semver kov --baseline-rev v0.1.0
	is 1 && cp out want
	find kov -path kov/.git -prune -o -type f -print | sort >before
	rm -rf "$XDG_CACHE_HOME" && mkdir "$XDG_CACHE_HOME"
	for moment in 0.05 0.1 0.2 0.3 0.4 0.6 0.8 1; do
		"$COHORT" semver kov --baseline-rev v0.1.0 >/dev/null 2>&1 &
		sleep "$moment"
		kill -9 $! 2>/dev/null
		wait $! 2>/dev/null
		find "$XDG_CACHE_HOME" -name '[!.]*.json' -type f \
			-exec jq -e . {} + >/dev/null || complain 'half a file is kept'
	done
	run semver kov --baseline-rev v0.1.0
	is 1 && same out <want
	find kov -path kov/.git -prune -o -type f -print | sort >after
	same after <before
}

usage() {
	run semver kov --baseline-rev a --baseline-root b
	is 2 && same err <<-EOF || return 1
	cohort: '--baseline-rev' and '--baseline-root' exclude each other
	EOF
	run semver kov --exclude x
	is 2 && has err "'--exclude' needs '--workspace'" || return 1
	run semver nowhere
	is 6 && has err "there is no Cargo.toml in 'nowhere'" || return 1
	mkdir -p odd && echo '[package' >odd/Cargo.toml
	run semver odd
	is 6 && has err 'odd/Cargo.toml' && has err 'table' || return 1
	run semver kov --all-features --default-features
	is 2 && has err 'exclude each other'
}

no_bwrap() {
	mkdir -p "$TEST_ROOT/few"
	for tool in rustc cargo rustdoc; do
		printf '#!/bin/sh\nexec %s "$@"\n' "$(command -v "$tool")" \
			>"$TEST_ROOT/few/$tool"
		chmod +x "$TEST_ROOT/few/$tool"
	done
	PATH=$TEST_ROOT/few run semver kov --baseline-root was
	is 3 && same err <<-EOF || return 1
	cohort: bubblewrap not found
	hint: cohort semver --no-sandbox
	EOF
	run semver kov --baseline-root was --no-sandbox
	is 1 && has out 'kov::one'
}

check 'against a revision of the repository, nothing left in the folder' revision
check 'what was documented is not documented again' again
check 'a revision that is not there' no_revision
check 'against a folder' folder
check 'features: all but unstable ones, or as told' features
check 'against a release in a directory' registry
check 'bytes that the index does not mean are refused' tampered
check 'the last release is chosen' choice
check 'without an earlier version there is nothing to compare' none_yet
check 'against a release on crates.io' web
check 'a changed type is confirmed by a program' confirmed
check 'a folder against a document' document
check 'a target that is not there' target
check 'what the person has cargo build with --cfg' cfgs
check 'a mirror of crates.io, as cargo is told' mirror
check 'a cache that cannot be written is none' read_only
check 'a full disk is told as what it is' full
check 'killed at any moment, run again it says the same' killed
check 'a workspace brings its registry' in_a_workspace
check 'options that exclude each other' usage
check 'without bubblewrap nothing is run, unless asked for' no_bwrap
done_testing
