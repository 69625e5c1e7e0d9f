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
	-Dcx_new=right_new -Dcx_cancel=right_cancel \
	-Dcx_block_on=right_block_on -I"$header" \
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
	must "${CC:-cc}" -std=c11 -fPIC -shared -pthread \
		-I"$header" -DWRONG="$1" -o wrong.so \
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
	judged "$1" 1 --only E1,E2 --cpu-limit 400 --idle-limit 400
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
	must "${CC:-cc}" -std=c11 -fPIC -shared \
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
	unloadable LOAD_EXITS 'ended the process in the middle (status 0)'
	unloadable LOAD_FORGES 'wrote to the socket that verdicts come through'
	unloadable LOAD_SLEEPS 'it sleeps while it was being loaded'
	unloadable NEW_IS_NULL 'cx_new gave NULL'
	unloadable NEW_LOOPS 'of CPU, in cx_new'
}

# WRONG: no statement fails
passes() {
	judged "$1" 0 --only E1,E29,E33
	has out '3 passed, 0 failed'
}

hangs() {
	fails_e29 SLEEPS_IN_RUN \
		'hang-idle (lost wake): it sleeps, and nothing will wake it'
	fails_e29 SLEEPS 'hang-idle: cx_cancel sleeps, and does not come back'
	fails_e29 SPINS 'hang-busy (livelock): .* ms of CPU, in cx_cancel'
	fails_e29 STOPS 'stopped itself'
}

dies() {
	fails_e29 CRASHES 'crash (signal 11, .*); it said: ?.1mno such page$'
	fails_e29 UNMAPS 'crash (signal 11'
	fails_e29 EXITS 'ended the process in the middle'
	fails_e29 EXITS_POLITELY 'ended the process in the middle'
	fails_e29 EXITS_QUICKLY 'ended the process in the middle'
	fails_e29 ENDS_THREAD 'ended the process in the middle'
}

eats() {
	case $suite in
	*-none/*) ;;
	*) skip 'a sanitizer has memory of its own' ;;
	esac
	fails_e29 EATS 'ate all the memory'
	judged EATS_PAGES 1 --only E29 --cpu-limit 20000
	has out 'uses more than 1024 MiB'
	fails_e29 THREADS_BOMB 'started more than 1000 threads'
}

filtered() {
	case $suite in
	*-none/*) ;;
	*) skip 'a sanitizer starts programs of its own' ;;
	esac
	"$suite" "$library" --only E1 >out 2>err
	[ ! -s err ] || skip 'the kernel gives no seccomp filter'
}

forks() {
	filtered
	fails_e29 FORKS 'called fork: not allowed here'
	fails_e29 FORKS_BOMB 'called fork: not allowed here'
	fails_e29 FORKS_DAEMON 'called fork: not allowed here'
	fails_e29 FORKS_BARELY 'called fork: not allowed here'
	fails_e29 EXECUTES 'called execve: not allowed here'
}

# Where the kernel has no filter to give, and says so.
no_filter() {
	filtered
	cat >no-seccomp.c <<-EOF
	#include <errno.h>
	long syscall(long number)
	{
		(void)number;
		errno = ENOSYS;
		return -1;
	}
	EOF
	must "${CC:-cc}" -shared -fPIC -o no-seccomp.so no-seccomp.c
	for wrong in FORKS FORKS_DAEMON; do
		judged "$wrong" 1 --only E29
		LD_PRELOAD=$PWD/no-seccomp.so "$suite" wrong.so \
			--only E29,E33 >out 2>err
		must test $? -eq 1
		has err 'no seccomp here'
		must grep -q 'E29   G  fail: .*processes of its own' out
		has out 'E33   G  pass'
	done
	"$suite" wrong.so --only E33 --json >out 2>err
	same err </dev/null
	must test "$(jq .confined out)" = true
}

attacks() {
	filtered
	fails_e29 KILLS_PARENT 'called kill of others: not allowed here'
	fails_e29 KILLS_ALL 'called kill of others: not allowed here'
	fails_e29 OWNS_PARENT 'called fcntl(F_SETOWN): not allowed here'
	fails_e29 TRACES_PARENT 'called ptrace: not allowed here'
	fails_e29 STEALS 'called pidfd_getfd: not allowed here'
	fails_e29 OUTLIVES 'called prctl(PR_SET_PDEATHSIG): not allowed here'
	fails_e29 DIALS 'called socket(AF_INET): not allowed here'
	fails_e29 RAW_TERMINAL 'called ioctl(TCSETS): not allowed here'
	fails_e29 CHANGES_FOLDER 'called chdir: not allowed here'
	fails_e29 NAGS 'asked more than 1000 times for what is not allowed'
}

# What fails by itself is told, and is no fault of one that lives without.
does_without() {
	filtered
	passes WRITES_FILE
	mustnt test -e left-behind
	judged WRITES_FILE 0 --only E29 --json
	must test "$(jq -r '.statements[1].refused' out)" = \
		"called openat for writing of 'left-behind': not allowed here"
	fails_e29 WRITES_AND_CRASHES "crash (signal 6.*of 'left-behind'"
	passes TRIES_NEW_CALLS
}

forges() {
	fails_e29 FORGES 'wrote to the socket that verdicts come through'
}

misuses_descriptors() {
	fails_e29 PRINTS 'prints more than 1048576 bytes'
	fails_e29 CLOSES 'closed descriptor 3, which it does not own'
	fails_e29 CLOSES_STANDARD 'closed descriptor 1, which it does not own'
	fails_e29 CLOSES_ALL 'closed descriptors that it does not own'
}

changes_process() {
	fails_e29 HANDLES_SIGNAL 'changed what signal 15 (Terminated) does'
	fails_e29 BLOCKS_SIGNAL 'left signal 15 (Terminated) blocked'
	fails_e29 LEAVES_TIMER 'left an interval timer running'
	fails_e29 CHANGES_UMASK 'changed the umask'
	fails_e29 CHANGES_LIMIT 'changed the limit RLIMIT_NOFILE'
}

jumps() {
	judged JUMPS 0 --only E1,E30 --idle-limit 600
	has out 'E30   K  fail: '
}

# Nothing goes on without the runner, however that ends.
ends_with_runner() {
	judged SLEEPS 0 --list
	"$suite" ./wrong.so --only E29 --idle-limit 100000 >out 2>err &
	runner=$!
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		sleep 0.1
		child=$(cat "/proc/$runner/task/$runner/children")
		tr '\0' ' ' <"/proc/${child% }/cmdline" | grep -q ' E29 ' &&
			break
	done
	must kill -0 "${child% }"
	kill -9 "$runner"
	wait "$runner"
	sleep 0.3
	# whoever inherits it may not have asked for its status yet
	mustnt grep -q 'State:[[:space:]][^ZX]' "/proc/${child% }/status"
}

harmless() {
	passes RIGHT
	passes THREADS_GO_ON
	passes IGNORES_SIGPIPE
}

# As `cohort validate` runs it: confined already, and without rights.
in_sandbox() {
	filtered
	command -v bwrap >/dev/null || skip 'bwrap not found'
	judged DIALS 1 --only E1,E29
	bwrap --unshare-user --unshare-pid --unshare-net --die-with-parent \
		--uid 1000 --ro-bind / / --proc /proc --dev /dev \
		"$suite" "$PWD/wrong.so" --only E1,E29,E59 >out 2>err
	got=$?
	grep -q '^bwrap: ' err && skip 'bwrap cannot confine here'
	must test "$got" -eq 1
	has out '2 passed, 1 failed'
	has out 'called socket(AF_INET): not allowed here'
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
check 'a crash is told from an exit, of whatever kind' dies
check 'gluttons are stopped' eats
check 'no process can be started' forks
check 'without a filter they are found and ended' no_filter
check 'other processes, the network and terminals are out of reach' attacks
check 'what a library can do without is not held against it' does_without
check 'a verdict cannot be forged' forges
check 'printing much and closing foreign descriptors are told' \
	misuses_descriptors
check 'what the process is left with is looked at' changes_process
check 'a jump over a poll does not get away' jumps
check 'a statement ends with the runner' ends_with_runner
check 'threads that go on, and the like, are harmless' harmless
check 'inside a sandbox it is the same' in_sandbox
check 'a choice of the course is reported and does not count' choice
check '--json has the verdicts' json
check '--here runs one statement in this process' here
# Whoever starts it may have closed what a program expects to be open.
nothing_open() {
	for closed in '<&-' '2>&-' '<&- 2>&-'; do
		must eval "\"\$suite\" \"\$library\" --only E1,E59 >out $closed"
		has out '2 passed, 0 failed'
	done
	"$suite" "$library" --only E1 >&- 2>err
	must test $? -eq 6
}

check 'standard descriptors may be closed' nothing_open
check 'wrong usage is a usage error' usage
done_testing
