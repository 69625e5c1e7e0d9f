#!/bin/sh
# Lines of an index as a real cargo reads them: three crates are packed by
# cargo, entered into a local registry by hand with our lines, and built from
# it without a network.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

TOOL=${COHORT%/bin/cohort}/tests/e2e/index_line
REGISTRY=$TEST_DIR/registry
command -v cargo >/dev/null || skip 'cargo not found'
mkdir -p "$REGISTRY/index" "$TEST_DIR/home"

# cargo ARGS... with the registry in the place of crates.io
offline() {
	env -i PATH="$PATH" HOME="$TEST_DIR/home" \
		CARGO_HOME="$TEST_DIR/home/cargo" CARGO_NET_OFFLINE=true \
		CARGO_TERM_COLOR=never cargo "$@" \
		--config 'source.crates-io.replace-with="stage"' \
		--config "source.stage.local-registry=\"$REGISTRY\"" \
		>cargo.log 2>&1 </dev/null && return
	complain "cargo $*"
	cat cargo.log
	return 1
}

# publish NAME VERSION [OWN...]: pack the folder NAME and enter it
publish() {
	crate=$1-$2
	name=$1
	shift 2
	offline package --manifest-path "$name/Cargo.toml" --no-verify \
		--allow-dirty --offline --target-dir target || return 1
	cp "target/package/$crate.crate" "$REGISTRY" || return 1
	tar -xzf "target/package/$crate.crate" || return 1
	sum=$(sha256sum <"$REGISTRY/$crate.crate")
	"$TOOL" "$crate/Cargo.toml" "${sum%% *}" "$@" >line || return 1
	path=$REGISTRY/index/$(head -n 1 line)
	mkdir -p "${path%/*}"
	tail -n 1 line >>"$path"
}

# a library NAME VERSION whose manifest goes on with standard input
library() {
	mkdir -p "$1/src"
	{
		printf '[package]\nname = "%s"\nversion = "%s"\n' "$1" "$2"
		echo 'edition = "2021"'
		echo 'description = "for a test"'
		echo 'license = "MIT"'
		cat
	} >"$1/Cargo.toml"
}

pack_small() {
	library tiny-lib 0.1.0 <<-'EOF'
	rust-version = "1.60"
	[features]
	default = ["std"]
	std = []
	loud = []
	EOF
	cat >tiny-lib/src/lib.rs <<-'EOF'
	pub fn word() -> &'static str {
	    if cfg!(feature = "loud") { "LOUD" } else if cfg!(feature = "std") { "std" } else { "bare" }
	}
	EOF
	publish tiny-lib 0.1.0
}

pack_two_versions() {
	sed -i 's/0\.1\.0/0.1.1/' tiny-lib/Cargo.toml
	sed -i 's/"std" }/"std 0.1.1" }/' tiny-lib/src/lib.rs
	publish tiny-lib 0.1.1
	must test "$(wc -l <"$REGISTRY/index/ti/ny/tiny-lib")" -eq 2
}

pack_side() {
	library side-lib 0.1.5 </dev/null
	echo "pub fn word() -> &'static str { \"side\" }" >side-lib/src/lib.rs
	publish side-lib 0.1.5
}

pack_everything() {
	library Wide_Crate 0.2.0 <<-'EOF'
	links = "wide"
	build = "build.rs"
	[features]
	default = []
	extra = ["dep:tl"]
	loud = ["extra", "tl?/loud"]
	more = ["loud"]
	[dependencies]
	tl = { package = "tiny-lib", version = ">=0.1, <0.3", optional = true, default-features = false }
	[dev-dependencies]
	tl = { package = "tiny-lib", version = "0.1" }
	[build-dependencies]
	unixy = { package = "side-lib", version = "~0.1" }
	[target.'cfg(windows)'.dependencies]
	unixy = { package = "side-lib", version = "=0.1.5" }
	[target.'cfg(unix)'.dependencies]
	unixy = { package = "side-lib", version = "0.1.*" }
	EOF
	echo 'fn main() { println!("cargo::rustc-env=BUILT={}", unixy::word()); }' \
		>Wide_Crate/build.rs
	cat >Wide_Crate/src/lib.rs <<-'EOF'
	pub fn words() -> Vec<&'static str> {
	    let mut all = vec![env!("BUILT")];
	    #[cfg(unix)]
	    all.push(unixy::word());
	    #[cfg(feature = "extra")]
	    all.push(tl::word());
	    all
	}
	EOF
	# tiny-lib is none of its own, so it is marked as one of crates.io
	publish Wide_Crate 0.2.0 Wide_Crate
	has line 'wi/de/wide_crate'
	has line '"v":2'
	has line '"features":{"default":[]}'
	has line '"registry":"https://github.com/rust-lang/crates.io-index"'
}

# words FEATURES WANT: what a program prints that has the crate with FEATURES
words() {
	mkdir -p user/src
	cat >user/Cargo.toml <<-EOF
	[package]
	name = "user"
	version = "0.0.0"
	edition = "2021"
	[dependencies]
	wide = { package = "Wide_Crate", version = "0.2", features = [$1] }
	EOF
	echo 'fn main() { println!("{}", wide::words().join("|")); }' \
		>user/src/main.rs
	rm -f user/Cargo.lock
	offline build --manifest-path user/Cargo.toml --target-dir target || return 1
	target/debug/user >out
	echo "$2" | same out
}

plain() {
	words '' 'side|side'
}

extra() {
	words '"extra"' 'side|side|bare'
}

weak() {
	words '"more"' 'side|side|LOUD'
}

check 'a small crate is packed and entered' pack_small
check 'a second version goes below the first' pack_two_versions
check 'another small crate is packed and entered' pack_side
check 'a crate with everything is packed and entered' pack_everything
check 'cargo builds from the lines' plain
check 'a feature with dep: enables a renamed dependency' extra
check 'a feature with ?/ reaches it through another feature' weak
done_testing
