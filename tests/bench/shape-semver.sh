# shellcheck shell=sh disable=SC2154 # $turns is bench's
# shapes: semver-small semver-middle semver-huge
# Two versions of a crate compared, from rustdoc's JSON of both; next to
# cargo-semver-checks, which bench installs under build/peers if it is not on
# the path.  Both run every lint that is on by default, or more.
peer_installed cargo-semver-checks 0.51.0

json='-Z unstable-options --output-format json --document-private-items'
json="$json --document-hidden-items --cap-lints allow"

# documents CRATE_NAME OLD.rs NEW.rs: CRATE_NAME/old.json and new.json
documents() {
	for side in old new; do
		mkdir -p "$1/$side"
		source=$2
		[ "$side" = old ] || source=$3
		# shellcheck disable=SC2086
		RUSTC_BOOTSTRAP=1 rustdoc $json --edition 2021 --crate-name "$1" --crate-type lib \
			-o "$1/$side" "$source" >log 2>&1
		mv "$1/$side/$1.json" "$1/$side.json"
	done
}

# released CRATE OLD NEW: the same of two releases on crates.io
released() {
	for side in old new; do
		version=$2
		[ "$side" = old ] || version=$3
		mkdir -p "$1/$side/src"
		printf '[package]\nname = "wants"\nversion = "0.1.0"\n%s\n' \
			"edition = \"2021\"" >"$1/$side/Cargo.toml"
		printf '[dependencies]\n%s = { version = "=%s", %s }\n' \
			"$1" "$version" "features = [$4]" \
			>>"$1/$side/Cargo.toml"
		: >"$1/$side/src/lib.rs"
		(
			cd "$1/$side" || exit 1
			RUSTC_BOOTSTRAP=1 RUSTDOCFLAGS=$json cargo doc -q \
				--no-deps -p "$1" >../../log 2>&1
		)
		mv "$1/$side/target/doc/$1.json" "$1/$side.json"
	done
}

# made MODULES CHANGED: a crate of so many modules, each with types, traits,
# impls and functions; some of it changed
made() {
	LC_ALL=C awk -v modules="$1" -v changed="$2" 'BEGIN {
		print "#![allow(dead_code)]"
		for (m = 0; m < modules; m++) {
			print "pub mod m" m " {"
			for (i = 0; i < 20; i++) {
				gone = changed && i == 7 && m % 50 == 0
				print "#[derive(Clone, Debug, PartialEq, Eq)]"
				print "pub struct S" i " { pub a: u32," \
					(gone ? "" : " pub b: Vec<String>,") \
					" pub c: Option<Box<S" i ">> }"
				print "impl S" i " {"
				print "  pub fn new(a: u32) -> Self { " \
					"let _ = a; loop {} }"
				print "  pub fn get(&self, n: usize) -> " \
					"Option<&str> { let _ = n; None }"
				print "}"
				print "pub enum E" i " { A, B(u8), C { x: i64 } }"
				print "pub trait T" i " { type Out; " \
					"fn run(&self, x: &S" i ") -> " \
					"Self::Out; }"
				print "pub fn f" i "<T: Clone>(x: T, y: &[T]) " \
					"-> (T, usize) { (x, y.len()) }"
			}
			print "}"
		}
	}'
}

# ours METRIC FOLDER, peer METRIC FOLDER: one sample
ours() {
	measure -m "$1" ours cohort semver --all-lints --format tsv \
		--baseline-rustdoc "$2/old.json" \
		--current-rustdoc "$2/new.json"
}

# 100 is how it says that something breaks
cat >peer.sh <<'EOT'
cargo-semver-checks semver-checks --release-type patch \
	--baseline-rustdoc "$1/old.json" --current-rustdoc "$1/new.json"
status=$?
[ "$status" -eq 100 ] || exit "$status"
EOT
peer() {
	measure -m "$1" peer: sh peer.sh "$2" 2>>log
}

# ratio SHAPE UNIT FOLDER N: N times the peer's speed, or its memory's Nth
ratio() {
	echo shape "$1" "$2"
	echo goal ratio "$4"
	echo peer cargo-semver-checks, on the same two documents
	for _ in $turns; do
		ours "$2" "$3"
		peer "$2" "$3"
	done
	echo "note $1: $(megabytes "$3") MB of JSON"
}

megabytes() {
	cat "$1/old.json" "$1/new.json" | wc -c |
		awk '{ printf "%.1f", $1 / 1048576 }'
}

if wanted semver-small; then
	pair=$ROOT/tests/fixtures/rustdoc/items
	documents items "$pair/old.rs" "$pair/new.rs"
	ratio semver-small ms items 20
fi
if wanted semver-middle; then
	released syn 2.0.40 2.0.100 '"full", "visit", "visit-mut", "fold"'
	ratio semver-middle ms syn 20
	ratio semver-middle-memory MB syn 10
fi
if wanted semver-huge; then
	made 140 0 >old.rs
	made 140 1 >new.rs
	documents huge old.rs new.rs
	ratio semver-huge s huge 20
	ratio semver-huge-memory MB huge 10
	echo shape semver-huge-cpu s
	echo goal most 1
	for _ in $turns; do
		ours cpu huge
	done
	echo shape semver-huge-bound MB
	echo goal most "$(megabytes huge | awk '{ print $1 * 1.5 }')"
	for _ in $turns; do
		ours MB huge
	done
fi
