#!/bin/sh
# Two threads that meet at every place: what one of them does wrong there is
# found each time, and told with the function in which it was held.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

suite=${COHORT%/bin/*}/libexec/cohort/suite_executor

by_chance() {
	must "$suite" "${suite%/*}/reference-executor.so" --only E14 >out
	must grep -qE \
		'^E14 +L +pass: threads met by chance alone: none can be held here$' \
		out
}

case $suite-$(uname -m) in
*-none/*-x86_64) ;;
*)
	# on other processors, and with a sanitizer
	check 'where none can be held, the verdict says so' by_chance
	done_testing
	;;
esac

lost='of two wakes by other threads one is lost'

# DIR: the library of the sources there, in DIR.so
compile() {
	"${CC:-cc}" -std=c11 -D_POSIX_C_SOURCE=200809L -O1 -fPIC -shared \
		-pthread -fvisibility=hidden \
		-I"$ROOT/artifacts/artifact_01" -o "$1.so" "$1"/*.c
}

# MUTANT: the library of the reference with that fault, in MUTANT.so
build() {
	rm -rf "$1" && cp -R "$ROOT/reference/executor" "$1" &&
		(cd "$1" && git apply -C1 "$ROOT/tests/mutants/executor/$1.patch") &&
		compile "$1"
}

# LIBRARY STATEMENT PATTERN: the statement fails in these words.
says() {
	"$suite" "$1" --only "$2" >out 2>err </dev/null
	must grep -qE "^$2 *[LGK]  fail: $3" out || cat out err
}

each_time() {
	must build inbox-taken-in-two-steps
	must build wake-lets-go-of-the-hub
	must build bell-closed-under-a-ring
	for _ in 1 2 3; do
		says ./inbox-taken-in-two-steps.so E14 \
			"$lost: it came when the loop was at hub_take\\+0x.* "
		says ./wake-lets-go-of-the-hub.so E19 \
			'memory was written to after it had been freed '
		says ./bell-closed-under-a-ring.so E19 \
			'a waker wrote to a descriptor of somebody else '
	done
}

# Without its symbols, and with section headers of which nothing is true.
nameless() {
	must build inbox-taken-in-two-steps
	must strip -o bare.so inbox-taken-in-two-steps.so
	says ./bare.so E14 "$lost: .* the loop was at 0x[0-9a-f]+ "
	size=$(wc -c <inbox-taken-in-two-steps.so)
	for at in 40 41 44 47 58 60 62; do # e_shoff, e_shentsize, e_shnum
		cp inbox-taken-in-two-steps.so bent.so
		printf '\377' | dd of=bent.so bs=1 seek="$at" conv=notrunc \
			2>/dev/null
		says ./bent.so E14 "$lost: .* the loop was at [^ ]+ "
	done
	# the table of sections is last, 64 bytes each
	for back in 1 2 3; do
		for at in 4 8 24 32 40 56; do
			cp inbox-taken-in-two-steps.so bent.so
			printf '\377\377\377\377\377\377\177' |
				dd of=bent.so bs=1 conv=notrunc \
					seek="$((size - back * 64 + at))" \
					2>/dev/null
			says ./bent.so E14 \
				"$lost: .* the loop was at [^ ]+ "
		done
	done
}

in_rust() {
	command -v rustc >/dev/null 2>&1 || skip 'rustc not found'
	cp -R "$ROOT/templates/artifact_01/src" src
	must git -C src apply -C1 "$ROOT/tests/mutants/students/park-window.patch"
	must rustc --edition 2021 --crate-name kov --crate-type rlib \
		-C opt-level=1 --cap-lints allow -o libkov.rlib src/lib.rs
	must rustc --edition 2021 --crate-name adapter --crate-type cdylib \
		-C opt-level=1 --cap-lints allow --extern kov=libkov.rlib \
		-o kov.so "$ROOT/artifacts/artifact_01/adapter/src/lib.rs"
	says ./kov.so E14 "hang-idle \\(lost wake\\): another thread woke a task \
when the loop was at kov::remote::Shared::park\\+0x[0-9a-f]+, and it sleeps on "
}

# A thread that comes to a breakpoint with its signal blocked would be killed.
signals_blocked() {
	cp -R "$ROOT/reference/executor" careful
	must sed -i -e '1i #include <signal.h>' \
		-e 's/^bool hub_push(/static bool push_openly(/' careful/hub.c
	cat >>careful/hub.c <<'END'
bool hub_push(struct hub *hub, struct task *task)
{
	sigset_t all, before;
	bool pushed;

	sigfillset(&all);
	BLOCK(SIG_SETMASK, &all, &before);
	pushed = push_openly(hub, task);
	BLOCK(SIG_SETMASK, &before, NULL);
	return pushed;
}
END
	for by in pthread_sigmask sigprocmask; do
		must sed -i "1i #define BLOCK $by" careful/hub.c
		must compile careful
		for id in E8 E14 E15 E19; do
			must "$suite" ./careful.so --only "$id" >out 2>&1
			must grep -qE "^$id +L +pass" out
		done
		sed -i 1d careful/hub.c
	done
}

check 'what two threads do wrong is found each time, and where' each_time
check 'a library that has no names is told by addresses' nameless
check 'a function of Rust is told as Rust has it' in_rust
check 'a library may block signals where it likes' signals_blocked
done_testing
