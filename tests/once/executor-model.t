#!/bin/sh
# The park and wake protocol of the reference executor, under every schedule;
# and each of the mistakes that its model names, found.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

model=$ROOT/tests/models/park_wake.pml
command -v spin >/dev/null || skip 'spin not found'

# search WORD...: what the checker says of the model with these words, in out
search() {
	flags=
	for word; do
		flags="$flags -D$word"
	done
	rm -f pan*
	# shellcheck disable=SC2086
	must spin $flags -a "$model" >log
	must "${CC:-cc}" -O0 -w -DSAFETY -o pan pan.c
	must timeout 60 ./pan -m10000 >out
	lacks out 'max search depth too small'
	lacks out 'out of memory'
}

holds() {
	search "$@"
	has out 'errors: 0'
	lacks out 'errors: 1'
}

# TEXT WORD...: goes wrong by the assertion TEXT
breaks() {
	text=$1
	shift
	search "$@"
	has out "$text"
	has out 'errors: 1'
}

protocol() {
	holds
	must test "$(sed -n 's/ *\([0-9]*\) states, stored.*/\1/p' out)" \
		-ge 100000
	holds CLOSES
	holds BESIDE
}

lost='assertion violated (freed||( !(owed[0])&& !(owed[1])))'

loses() {
	breaks "$lost" "$fault"
}

polls_twice() {
	breaks 'assertion violated owed[t]' NO_FLAG
}

late() {
	breaks 'assertion violated  !(freed)' CLOSES NO_REFUSAL
	breaks 'assertion violated  !(bell_closed)' CLOSES NO_SETTLE
}

# Those that the model names, and no others.
cat >losing <<EOF
FLAG_FALLS_LATE
FLAG_STAYS
FLAG_LOOKED_AT
PUSH_STORES
TAKE_STORES
PARK_STORES
PARK_LOOKS_FIRST
UNPARK_STORES
NO_RING
RINGS_ONCE
RINGS_FIRST
BESIDE_NO_SECOND_LOOK
BESIDE_SET_LATE
EOF

all_tried() {
	{
		cat losing
		printf '%s\n' BESIDE CLOSES NO_FLAG NO_REFUSAL NO_SETTLE
	} | LC_ALL=C sort >tried
	grep '^#if\|^#elif' "$model" | grep -o '[A-Z][A-Z_]*' |
		LC_ALL=C sort -u >named
	same named <tried
}

check 'every weaker protocol that the model names is tried here' all_tried
check 'no wake is lost and no poll is made without one' protocol
check 'queueing a task for each wake polls it without one' polls_twice
check 'a push or a ring after the end is found' late
while read -r fault; do
	check "$fault loses a wake" loses
done <losing
done_testing
