#!/bin/sh
# The suite that tells right executors from wrong ones.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

# A crash is the kernel's to tell: a sanitizer would exit and start a program
# that names its lines.
ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}handle_segv=0:handle_abort=0
export ASAN_OPTIONS

suite=${COHORT%/bin/*}/libexec/cohort/suite_executor
library=${COHORT%/bin/*}/libexec/cohort/reference-executor.so
header=$ROOT/artifacts/artifact_01
TEST_RUN=suite_executor

# The reference under other names, for the wrong ones to lean on.
mkdir right && (cd right && "${CC:-cc}" -std=c11 -D_POSIX_C_SOURCE=200809L \
	-fPIC -pthread -fvisibility=hidden -Dcx_abi=right_abi \
	-Dcx_new=right_new -Dcx_cancel=right_cancel -I"$header" \
	-c "$ROOT"/reference/executor/*.c) || exit 1

# Neither knows a statement that the other lacks, nor another class.
spec() {
	awk '$1 == "-" && $2 == "id:" { id = $3 }
	$1 == "class:" { print id, $2 }' "$header/spec.yaml" >spec
	"$suite" --list | cut -d ' ' -f 1,2 >listed
	same listed <spec
	must test "$(wc -l <spec)" -ge 80
	must test "$(grep -c '^    failure: ' "$header/spec.yaml")" -eq \
		"$(wc -l <spec)"
}

reference() {
	must "$suite" "$library" >out
	mustnt grep -e '  fail' -e '  error' out
	must test "$(grep -c ' pass$' out)" -ge 75
}

# WRONG STATUS ARGS...: the verdicts on that library, in out
judged() {
	must "${CC:-cc}" -std=c11 -D_POSIX_C_SOURCE=200809L -fPIC -shared \
		-pthread -I"$header" -DWRONG="$1" -o wrong.so \
		"$ROOT/tests/e2e/suite/wrong.c" right/*.o
	want=$2
	shift 2
	"$suite" wrong.so "$@" >out 2>err </dev/null
	got=$?
	[ "$got" -eq "$want" ] || complain "status $got, not $want"
	[ "$got" -eq "$want" ] || cat out err
}

# WRONG TEXT: does not load, for the reason TEXT
unloadable() {
	judged "$1" 1 --only E1,E2 --cpu-limit 400
	has out 'load  L  fail: '
	has out "$2"
	has out '0 passed, 1 failed, 2 skipped'
}

# WRONG TEXT: fails where it cancels, and nowhere else
fails_e29() {
	judged "$1" 1 --only E1,E29,E33 --idle-limit 600 --cpu-limit 500
	must grep -q "^E29   G  fail: .*$2" out
	has out '2 passed, 1 failed'
	has out 'E33   G  pass'
}

no_symbols() {
	echo 'int nothing;' >none.c
	must "${CC:-cc}" -shared -fPIC -o wrong.so none.c
	"$suite" wrong.so --only E1 >out
	must test $? -eq 1
	has out "has no symbol 'cx_abi'"
	must "${CC:-cc}" -std=c11 -D_POSIX_C_SOURCE=200809L -fPIC -shared \
		-I"$header" -DWRONG=0 -Dright_cancel=cx_gone -o wrong.so \
		"$ROOT/tests/e2e/suite/wrong.c"
	"$suite" wrong.so --only E1 >out
	must test $? -eq 1
	must grep -q 'load  L  fail: .*right_new' out
	echo 'not a library' >wrong.so
	"$suite" wrong.so --only E1 >out
	must test $? -eq 1
	has out 'cannot be loaded'
}

loads_badly() {
	unloadable ABI 'speaks version 99 of the ABI, the suite speaks 1'
	unloadable LOAD_CRASHES 'crash (signal 11'
	has out 'while it was being loaded'
	unloadable LOAD_EXITS 'ended the process (status 0)'
	unloadable NEW_IS_NULL 'cx_new gave NULL'
	unloadable NEW_LOOPS 'hang-busy (livelock)'
}

hangs() {
	fails_e29 SLEEPS 'hang-idle (lost wake)'
	fails_e29 SPINS 'hang-busy (livelock)'
}

dies() {
	fails_e29 CRASHES 'crash (signal 11'
	fails_e29 EXITS 'ended the process (status 0)'
	case $suite in
	*-none/*) fails_e29 EATS 'ate all the memory' ;; # no limit elsewhere
	esac
}

forks() {
	fails_e29 FORKS 'started processes of its own'
	fails_e29 FORKS_AND_RUNS 'started processes of its own'
}

misuses_descriptors() {
	fails_e29 PRINTS 'prints more than 1048576 bytes'
	fails_e29 CLOSES 'closed descriptors that it does not own'
	fails_e29 CLOSES_STANDARD 'closed descriptor 1, which it does not own'
}

choice() {
	judged CRASHES 0 --only E1,E30
	has out 'E30   K  fail: crash (signal 11'
	has out '1 passed, 0 failed, 1 choices of the course not kept'
}

json() {
	judged CRASHES 1 --only E1,E29 --json
	must test "$(jq -r '.schema, .passed, .failed, .library' out |
		tr '\n' ' ')" = '1 1 1 cohort reference executor '
	must test "$(jq -r '.statements[2].verdict' out)" = fail
}

here() {
	must "$suite" "$library" --here E1 >out
	same out <<-EOF
	pass
	EOF
}

usage() {
	"$suite" "$library" --only E1,E999 >out 2>err
	must test $? -eq 2
	has err "there is no statement 'E999'"
	"$suite" >out 2>err
	must test $? -eq 2
	"$suite" missing.so >out 2>err
	must test $? -eq 6
	has err "no such file 'missing.so'"
}

check 'the suite and its specification have the same statements' spec
check 'the reference keeps every statement' reference
check 'a library without the symbols is told so' no_symbols
check 'a library that does not load is told why' loads_badly
check 'a lost wake is told from a livelock' hangs
check 'a crash, an exit and a glutton are told apart' dies
check 'processes that the library starts are found and ended' forks
check 'printing much and closing foreign descriptors are told' \
	misuses_descriptors
check 'a choice of the course is reported and does not count' choice
check '--json has the verdicts' json
check '--here runs one statement in this process' here
check 'wrong usage is a usage error' usage
done_testing
