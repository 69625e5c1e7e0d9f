#!/bin/sh
# The kill matrix of artifact_01: faults that real executors had, each put into
# a copy of the reference.  The statement that its patch names has to find it.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

suite=${COHORT%/bin/*}/libexec/cohort/suite_executor
mutants=$ROOT/tests/mutants/executor
case $suite in
*-none/*) ;;
*) skip 'a sanitizer has malloc, which finds some of the mutants' ;;
esac

# The objects of the sources here that are newer than theirs, and a library.
cat >build <<EOF
set -e
for c in *.c; do
	[ \${c%.c}.o -nt \$c ] && [ ! -e headers ] ||
		"${CC:-cc}" -std=c11 -D_POSIX_C_SOURCE=200809L -O1 -fPIC -pthread \\
			-fvisibility=hidden -I"$ROOT/artifacts/artifact_01" -c \$c
done
"${CC:-cc}" -shared -pthread -o executor.so *.o
EOF

# MUTANT: what its statement says, in MUTANT/out
cat >judge <<EOF
cp -R base "\$1" && cd "\$1" || exit
if [ "\$1" != right ]; then
	touch -d '2001-01-01' *.[ch] && touch -d '2001-01-02' *.o
	git apply -C1 "$mutants/\$1.patch" >log 2>&1 || exit 0
	[ -z "\$(find . -name '*.h' -newer task.o)" ] || : >headers
	sh ../build >>log 2>&1 || exit 0
fi
for try in 1 2 3 4 5 6; do # what two threads must meet for may need another try
	"$suite" ./executor.so --only "\$(cat ../\$1.by)" --idle-limit 1200 \\
		--cpu-limit 2000 >out
	echo \$? >status
	[ "\$1" != right ] || break
	grep -q '  fail: ' out && break
done
exit 0
EOF

find "$mutants" -name '*.patch' | sed 's/.*\///; s/[.]patch$//' |
	LC_ALL=C sort >all
while read -r mutant; do
	sed -n 's/^Killed by: //p' "$mutants/$mutant.patch" >"$mutant.by"
done <all
sort -u ./*.by | paste -sd, - >right.by
cp -R "$ROOT/reference/executor" base && (cd base && sh ../build) || exit 1
{ echo right && cat all; } | xargs -P 2 -n 1 sh judge

# What is blamed has to be right where nothing is wrong.
control() {
	must test "$(cat right/status)" -eq 0
	must grep -q '^load  L  pass' right/out
	mustnt grep -e '  fail' -e '  skipped' right/out
}

killed() {
	by=$(cat "$mutant.by")
	[ -e "$mutant/out" ] || complain 'it does not apply, or not compile'
	[ -e "$mutant/out" ] || cat "$mutant/log"
	must grep -q "^$by  *[LGK]  fail: " "$mutant/out"
	must grep -q '^load  L  pass' "$mutant/out"
	cat "$mutant/out"
}

check 'the reference is blamed by none of these statements' control
while read -r mutant; do
	check "$mutant: $(head -n 1 "$mutants/$mutant.patch")" killed
done <all
done_testing
