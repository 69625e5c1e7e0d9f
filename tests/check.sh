#!/bin/sh
# make check: every test in every variant, cheapest first.  A stage that
# fails does not hide the others; the last line adds all of them up.
set -u
cd "${0%/*}/.." || exit 1
MAKE=${MAKE:-make}
RESULTS=$PWD/build/results
export MAKE RESULTS
unset MAKEFLAGS MFLAGS
rm -rf "$RESULTS"
mkdir -p "$RESULTS"
began=$(date +%s)

mk() {
	$MAKE --no-print-directory -s "$@" 2>&1
}

stage() {
	echo
	echo "== $1 (after $(($(date +%s) - began)) s)"
}

# variant CC SAN PART...: build it all, which is a test too, then its tests
variant() {
	cc=$1
	san=$2
	shift 2
	stage "$cc, sanitizer: $san: $*"
	tests/run -l "$cc-$san" -r "$RESULTS" "tests/tap-of \
		'builds without a warning' $MAKE --no-print-directory -s \
		-j$(nproc) CC=$cc SAN=$san WERROR=1 tests docs" || return
	for part; do
		mk "CC=$cc" "SAN=$san" WERROR=1 "$part"
	done
}

# The interpreter's own start is slow; ask once where the toolchain is.
TEST_RUST_BIN=
if command -v rustc >/dev/null 2>&1; then
	TEST_RUST_BIN=$(rustc --print sysroot 2>/dev/null)/bin
	[ -x "$TEST_RUST_BIN/cargo" ] || TEST_RUST_BIN=
fi
export TEST_RUST_BIN

stage 'format, walls, sizes, words'
mk lint
variant gcc none check-unit check-cli check-torture
variant clang none check-unit check-cli
variant clang address,undefined check-unit check-cli
variant clang thread check-unit
if [ "${FUZZ_SECONDS:-0}" -gt 0 ]; then
	stage "fuzzing, $FUZZ_SECONDS s each"
	mk fuzz
fi
stage 'all of it'
tests/run -s "$RESULTS"
