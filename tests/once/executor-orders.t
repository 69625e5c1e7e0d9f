#!/bin/sh
# Every memory order of the reference executor is needed: weakened, one at a
# time, the thread sanitizer finds a race in the tests of its threads.  And it
# finds none while the suite holds the reference against its statements.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

source=$ROOT/reference/executor
wrap=-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup,--wrap=strndup

compile() {
	clang -std=c11 -D_POSIX_C_SOURCE=200809L -O1 -g -pthread \
		-fsanitize=thread -I"$ROOT/artifacts/artifact_01" \
		-I"$ROOT/tests" -I"$source" "$@"
}

# race OBJECT...: linked with the tests and run; what is found goes to log
race() {
	rm -f log
	# shellcheck disable=SC2086
	compile $wrap -o racer "$@" test.o fault.o -lcmocka &&
		TSAN_OPTIONS=halt_on_error=1 timeout 120 ./racer >log 2>&1
}

as_it_is() {
	mkdir objects
	must compile -c "$ROOT/tests/unit/test_executor_threads.c" -o test.o
	must compile -c "$ROOT/tests/fault.c"
	for file in "$source"/*.c; do
		name=${file##*/}
		must compile -c "$file" -o "objects/${name%.c}.o"
	done
	must race objects/*.o
}

# weaker FILE LINE FROM TO: it has to be found
weaker() {
	sed "$2s/memory_order_$3/memory_order_$4/" "$source/$1" >weaker.c
	mustnt cmp -s "$source/$1" weaker.c
	mv "objects/${1%.c}.o" kept.o
	must compile -c weaker.c -o "objects/${1%.c}.o"
	race objects/*.o
	mv kept.o "objects/${1%.c}.o"
	has log 'data race' || complain "$1:$2: $3 may be $4"
}

each_weakened() {
	grep -no 'memory_order_\(acquire\|release\|acq_rel\)' "$source"/*.c |
		sed 's,.*/,,; s/memory_order_//' | tr : ' ' >orders
	must test "$(wc -l <orders)" -ge 8
	while read -r file line order; do
		if [ "$order" = acq_rel ]; then
			weaker "$file" "$line" acq_rel acquire
			weaker "$file" "$line" acq_rel release
		else
			weaker "$file" "$line" "$order" relaxed
		fi
	done <orders
}

# The fault that no stress shows on x86: a wake that only looks, and returns.
fast_path() {
	mkdir mutant && cp "$source"/*.[ch] mutant
	(cd mutant && must git apply -C1 \
		"$ROOT/tests/mutants/executor/X28.patch")
	must compile -c mutant/task.c -o mutant/task.o
	mv objects/task.o kept.o
	race objects/*.o mutant/task.o
	mv kept.o objects/task.o
	has log 'data race' && has log 'in step_read_all'
}

# Both built for the sanitizer; what it finds ends the statement.
suite_holds() {
	suite=$ROOT/artifacts/artifact_01/suite
	must compile -rdynamic -Wl,--dynamic-list="$suite/exports" \
		-o suite_executor "$suite"/*.c -ldl
	must compile -fPIC -fvisibility=hidden -shared -o executor.so \
		"$source"/*.c
	must ./suite_executor ./executor.so --only "$between_threads" >out
	must test "$(grep -cE '^E.*  pass($|:)' out)" -eq "$(
		echo "$between_threads" | tr , '\n' | wc -l)"
}
between_threads=E3,E9,E11,E12,E13,E14,E15,E19,E22,E24,E37,E39,E75,E79,E80
between_threads=$between_threads,E84,E85,E86

check 'as it is, the sanitizer has nothing to say' as_it_is
check 'each order, weakened, is a race that is found' each_weakened
check 'a wake that returns early where the task is woken is found' fast_path
check 'the statements between threads hold, and nothing races' suite_holds
done_testing
