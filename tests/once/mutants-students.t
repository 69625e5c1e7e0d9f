#!/bin/sh
# The kill matrix of artifact_01, second part: executors as students write
# them, each wrong in one way.  A patch under tests/mutants/students is
# applied to a copy of the template's crate, which is right; the statement that
# it names has to fail, and the others of a few, where it names none, to hold.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

suite=${COHORT%/bin/*}/libexec/cohort/suite_executor
mutants=$ROOT/tests/mutants/students
adapter=$ROOT/artifacts/artifact_01/adapter/src
page=$ROOT/artifacts/artifact_01/MUTANTS.md
case $suite in
*-none/*) ;;
*) skip 'a sanitizer wants to be loaded before the Rust library' ;;
esac
command -v rustc >/dev/null 2>&1 || skip 'rustc not found'

# What a fault elsewhere does not touch.
controls=E1,E10,E21,E45,E56

# FIELD PATCH: what its head says
field() {
	sed -n "/^---/q; s/^$1: //p" "$2"
}

# MUTANT: its library, MUTANT/kov.so, and its name when that is done.  It computes
# as a release does; to optimize it would take longer than to judge it.
cat >build <<EOT
crate() {
	rustc --edition 2021 -C opt-level=0 -C debug-assertions=no \\
		-C codegen-units=1 --cap-lints allow --crate-name "\$@"
}
patched() {
	[ "\$1" = right ] || (cd src && git apply -C1 "$mutants/\$1.patch")
}
mkdir "\$1" && cp -R "$ROOT/templates/artifact_01/src" "\$1" && cd "\$1" &&
	patched "\$1" >log 2>&1 &&
	crate kov --crate-type rlib -o libkov.rlib src/lib.rs >>log 2>&1 &&
	crate adapter --crate-type cdylib --extern kov=libkov.rlib -o new.so \\
		"$adapter/lib.rs" >>log 2>&1 && mv new.so kov.so
rm -rf src ./*.rlib
echo "\$1"
EOT

# MUTANT: what the statements say, in MUTANT/out.  What two threads must meet
# for may need a second try where others use the machine.
cat >judge <<EOT
cd "\$1" && [ -e kov.so ] || exit 0
for try in 1 2 3 4 5 6; do
	"$suite" ./kov.so --only "\$(cat ../\$1.by),$controls" \\
		--idle-limit 1200 --cpu-limit 2000 >out
	echo \$? >status
	[ "\$1" != right ] || break
	grep -q "^\$(cat ../\$1.by)  *[LGK]  fail: " out && break
done
rm -f kov.so
exit 0
EOT

find "$mutants" -name '*.patch' | sed 's/.*\///; s/[.]patch$//' |
	LC_ALL=C sort >all
while read -r mutant; do
	field 'Killed by' "$mutants/$mutant.patch" >"$mutant.by"
done <all
sort -u ./*.by | paste -sd, - >right.by

# Judging is mostly waiting: meanwhile the next is built.
{ echo right && cat all; } | xargs -n 1 sh build | xargs -P 2 -n 1 sh judge

# What is blamed has to be right where nothing is wrong.
control() {
	must test "$(cat right/status)" -eq 0
	must grep -q '^load  L  pass' right/out || cat right/log
	mustnt grep -e '  fail' -e '  error' -e 'not claimed' right/out
}

# Where others use the processors, two threads may never meet.
is_chance() {
	case $by in
	E12 | E14 | E15) ;;
	*) return 1 ;;
	esac
	awk '{ exit !($1 > 4) }' /proc/loadavg
}

killed() {
	by=$(cat "$mutant.by")
	grep -q "^$by  *[LGK]  pass" "$mutant/out" && is_chance &&
		skip 'machine busy'
	[ -e "$mutant/out" ] || complain 'it does not apply, or not compile'
	[ -e "$mutant/out" ] || cat "$mutant/log"
	must grep -q "^$by  *[LGK]  fail: " "$mutant/out"
	must grep -q '^load  L  pass' "$mutant/out"
	cat "$mutant/out"
	# every other failure is one that the patch tells of
	known=$(field 'Fails too' "$mutants/$mutant.patch")
	sed -n 's/^\([^ ]*\)  *[LGK]  fail: .*/\1/p' "$mutant/out" >failed
	while read -r id; do
		case " $by $known " in
		*" $id "*) ;;
		*) complain "$id fails, and it should not" ;;
		esac
	done <failed
}

# FOLDER: its part of the table
rows() {
	printf '| mutant | fault | killed by |\n|---|---|---|\n'
	find "$ROOT/tests/mutants/$1" -name '*.patch' | LC_ALL=C sort |
		while read -r patch; do
			name=${patch##*/}
			printf '| %s | %s | %s |\n' "${name%.patch}" \
				"$(head -n 1 "$patch")" \
				"$(field 'Killed by' "$patch")"
		done
}

matrix() {
	{
		sed '/^| mutant/,$d' "$page"
		rows students
		printf '\n## In the reference\n\n'
		printf 'A patch of `tests/mutants/executor`.\n\n'
		rows executor
	} >new
	[ -z "${RENEW:-}" ] || cp new "$page"
	same new <"$page"
}

check 'the crate as it is, is blamed by none of these statements' control
while read -r mutant; do
	check "$mutant: $(head -n 1 "$mutants/$mutant.patch")" killed
done <all
check 'MUTANTS.md has the kill matrix' matrix
done_testing
