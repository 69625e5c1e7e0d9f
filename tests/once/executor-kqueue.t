#!/bin/sh
# The reference executor on kqueue, as it is on macOS and the BSDs: all but the
# kernel, which tests/kqueue stands in for.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

source=$ROOT/reference/executor
suite=${COHORT%/bin/*}/libexec/cohort/suite_executor
wrap=-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup,--wrap=strndup

compile() {
	"${CC:-cc}" -std=c11 -D_POSIX_C_SOURCE=200809L -O1 -g -fPIC -pthread \
		-Wall -Wextra -Wpedantic -Werror -fvisibility=hidden \
		-I"$ROOT/artifacts/artifact_01" -I"$ROOT/tests" \
		-I"$ROOT/tests/kqueue" "$@"
}

# What names no system is for all of them.
portable() {
	grep -h '^# *include <' "$source"/*.h \
		"$source"/[!p]*.c | sort -u >included
	grep -v -e '<\(errno\|limits\|pthread\|sched\|stdatomic\).h>' \
		-e '<\(stdbool\|stddef\|stdint\|stdlib\|string\|time\).h>' \
		included >others
	same others </dev/null
	mustnt grep -n '__linux__\|_GNU_SOURCE' "$source"/[!p]*.[ch]
	# what the files choose by themselves where this is not Linux
	for file in "$source"/*.c; do
		must compile -U__linux__ -fsyntax-only "$file"
	done
}

build() {
	mkdir objects
	for file in "$source"/*.c "$ROOT/tests/kqueue/kqueue.c"; do
		name=${file##*/}
		compile -DPOLLER_KQUEUE -c "$file" -o "objects/${name%.c}.o" ||
			return 1
	done
	compile -shared -o executor.so objects/*.o
	nm objects/poller_epoll.o >symbols
	mustnt grep -q ' T ' symbols
}

statements() {
	must "$suite" ./executor.so >out
	mustnt grep -e '  fail' -e '  error' out
	must test "$(grep -c ' pass$' out)" -ge 80
}

unit_tests() {
	must compile -c "$ROOT/tests/fault.c"
	for file in "$ROOT"/tests/unit/test_executor_*.c; do
		# what only poller_epoll.c does
		[ "${file##*/}" != test_executor_asks.c ] || continue
		must compile -std=c17 -o unit "$file" fault.o objects/*.o \
			"$wrap" -lcmocka
		must timeout 60 ./unit >log 2>&1 || cat log
	done
}

# FROM TO STATEMENT: with FROM replaced by TO, STATEMENT fails
wrong() {
	sed "s/$1/$2/" "$source/poller_kqueue.c" >wrong.c
	mustnt cmp -s wrong.c "$source/poller_kqueue.c"
	must compile -I"$source" -Wno-unused -DPOLLER_KQUEUE -c wrong.c
	find objects -name '*.o' ! -name poller_kqueue.o >others
	# shellcheck disable=SC2046
	must compile -shared -o wrong.so wrong.o $(cat others)
	"$suite" ./wrong.so --only "$3" --idle-limit 600 --cpu-limit 2000 >out
	must grep -q "^$3  *[LGK]  fail: " out || cat out
}

mistakes() {
	wrong 'EV_ADD | EV_ONESHOT' EV_ADD E60
	wrong NOTE_TRIGGER 0 E13
	wrong 'EVFILT_READ ? CX_READABLE' 'EVFILT_WRITE ? CX_READABLE' E61
	wrong 'NULL : &timeout' '\&timeout : NULL' E44
	wrong '(token & ABOVE) |' '' E56
}

check 'nothing but the pollers is for one system' portable
check 'it builds on kqueue' build
check 'the suite finds it right' statements
check 'so do its unit tests' unit_tests
check 'mistakes of a poller on kqueue are found' mistakes
done_testing
