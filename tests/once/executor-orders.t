#!/bin/sh
# Every memory order of the reference executor is needed: weakened, one at a
# time, the thread sanitizer finds a race in the tests of its threads.
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

check 'as it is, the sanitizer has nothing to say' as_it_is
check 'each order, weakened, is a race that is found' each_weakened
done_testing
