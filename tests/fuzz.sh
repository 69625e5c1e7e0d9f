#!/bin/sh
# make fuzz [T=NAME] [FUZZ_SECONDS=30] [FUZZ_SEED=N]: libFuzzer on each target,
# from the corpus in the tree.  With a seed the inputs are the same each time.
# What it learns goes to build/fuzz/NAME/, the inputs that fail to
# build/fuzz/NAME-failures/.
#
# A failure is repeated by build/clang-fuzz/tests/fuzz/fuzz_NAME FILE; put
# FILE into tests/fuzz/corpus/NAME/ so that it stays mended.
set -u
cd "${0%/*}/.." || exit 1
MAKE=${MAKE:-make}
unset MAKEFLAGS MFLAGS
seconds=${FUZZ_SECONDS:-30}

if [ "${1:-}" = --one ]; then
	name=$2
	mkdir -p "build/fuzz/$name" "build/fuzz/$name-failures"
	"build/clang-fuzz/tests/fuzz/fuzz_$name" -max_total_time="$seconds" \
		-timeout=10 -rss_limit_mb=2048 -max_len=65536 -verbosity=0 \
		-print_final_stats=1 ${FUZZ_SEED:+"-seed=$FUZZ_SEED"} \
		-artifact_prefix="build/fuzz/$name-failures/" \
		"build/fuzz/$name" "tests/fuzz/corpus/$name"
	exit
fi

if [ $# -eq 0 ]; then
	for source in tests/fuzz/fuzz_*.c; do
		name=${source#tests/fuzz/fuzz_}
		set -- "$@" "${name%.c}"
	done
fi
# of this variant nothing else is run
printf 'build/clang-fuzz/tests/fuzz/fuzz_%s\n' "$@" |
	xargs "$MAKE" --no-print-directory -s -j"$(nproc)" CC=clang SAN=fuzz || exit 1
for name; do
	shift
	set -- "$@" "tests/tap-of 'nothing found in $seconds s of $name' \
		tests/fuzz.sh --one $name"
done
tests/run -l fuzz -t $((seconds + 120)) ${RESULTS:+-r "$RESULTS"} "$@"
