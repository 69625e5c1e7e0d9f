#!/bin/sh
# Right executors keep what the suite asks of students: those that a student
# might have written, under tests/calibration/students, and mature ones.  The
# adapters under tests/calibration pass every statement of the language's
# contract and of a good executor, as artifacts/artifact_01/CALIBRATION.md says.
#
# The mature ones need crates.io; COHORT_NETWORK=0 leaves them out.  RENEW=1
# writes the table anew: read it before it is committed.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

command -v cargo >/dev/null 2>&1 || skip 'cargo not found'

suite=${COHORT%/bin/*}/libexec/cohort/suite_executor
page=$ROOT/artifacts/artifact_01/CALIBRATION.md
case $suite in
*-none/*) ;;
*) skip 'a sanitizer wants to be loaded before the Rust library' ;;
esac

# ---- students: the adapter with another map

students=$ROOT/tests/calibration/students
cat >judge <<EOT
mkdir "\$1" && cd "\$1" || exit
cp "$ROOT/artifacts/artifact_01/adapter/src/lib.rs" lib.rs
cp "$students/\$1.rs" map.rs
cp "$ROOT/tests/calibration/contract.rs" contract.rs
rustc --edition 2021 --crate-name adapter --crate-type cdylib -C opt-level=1 \\
	--cap-lints allow -o student.so lib.rs >log 2>&1
"$suite" ./student.so >out
exit 0
EOT
find "$students" -name '*.rs' | sed 's/.*\///; s/[.]rs$//' | LC_ALL=C sort >all
xargs -P 2 -n 1 sh judge <all

# What STUDENT fails is what its head says that it does not keep.
right() {
	must grep -q '^load  L  pass' "$student/out" || cat "$student/log"
	must test "$(grep -c '  pass$' "$student/out")" -ge 60
	grep -e '  fail' -e '  error' "$student/out"
	sed -n 's|^//! Does not keep: ||p' "$students/$student.rs" | tr ' ' '\n' \
		>known
	sed -nE 's/^([^ ]*) *[LGK]  (fail|error).*/\1/p' "$student/out" >failed
	same failed <known
}

while read -r student; do
	check "$student: a right executor is accused of nothing it keeps" right
done <all

# ---- mature executors

[ "${COHORT_NETWORK:-1}" != 0 ] || skip 'COHORT_NETWORK=0'
CARGO_HOME=$TEST_ROOT/cargo
CARGO_TARGET_DIR=$TEST_ROOT/target
CARGO_NET_RETRY=1
CARGO_HTTP_TIMEOUT=15
export CARGO_HOME CARGO_TARGET_DIR CARGO_NET_RETRY CARGO_HTTP_TIMEOUT

cp -R "$ROOT/tests/calibration" crate || exit 1
host=$(rustc -vV | sed -n 's/^host: //p')
cargo fetch -q --locked --target "$host" --manifest-path crate/Cargo.toml \
	2>fetch.err || skip 'crates.io cannot be reached'

# Its name in the table, its example, the crates that say which version it is.
peers() {
	cat <<-EOT
	tokio tokio tokio
	async-executor async_executor async-executor,async-io
	LocalPool local_pool futures-executor
	EOT
}

# VERDICTS of the suite, a line a statement: ID CLASS WORD.  A statement that
# asks for an idle machine is what the table says, where this is none.
words() {
	awk '
	$2 !~ /^[LGK]$/ || $1 == "load" { next }
	{
		word = $3 == "not" ? "-" : $3
		sub(/:$/, "", word)
		if (/skipped: machine busy/)
			word = "*"
		print $1, $2, word
	}' "$1"
}

versions() {
	awk -v crates="$1" '
	BEGIN { n = split(crates, name, ",") }
	$1 == "name" { gsub(/"/, "", $3); at = $3 }
	$1 == "version" { gsub(/"/, "", $3); version[at] = $3 }
	END {
		for (i = 1; i <= n; i++)
			printf "%s%s %s", (i > 1 ? ", " : ""), name[i],
				version[name[i]]
	}' "$ROOT/tests/calibration/Cargo.lock"
}

builds() {
	must cargo build -q --locked --offline --examples \
		--manifest-path crate/Cargo.toml
}

# Both at a time: most of it is waiting.
judge_all() {
	peers | cut -d ' ' -f 2 | xargs -P 2 -I @ sh -c \
		'"$1" "$2/lib@.so" >@.out' - "$suite" \
		"$CARGO_TARGET_DIR/debug/examples"
	:
}

# What is said of PEER, which has the file FILE.
keeps() {
	must grep -q '^load  L  pass' "$file.out"
	grep -e '^[^ ]* *[LG]  fail' -e '  error' "$file.out" >failed
	same failed </dev/null
	must test "$(grep -c '  pass$' "$file.out")" -ge 45
}

table() {
	printf '| statement | class |'
	peers | while read -r _ _ crates; do
		printf ' %s |' "$(versions "$crates")"
	done
	printf '\n|---|---|---|---|---|\n'
	for file in tokio async_executor local_pool; do
		words "$file.out" >"$file.words"
	done
	paste -d ' ' tokio.words async_executor.words local_pool.words |
		awk '{ printf "| %s | %s | %s | %s | %s |\n", $1, $2, $3, $6, $9 }'
}

is_as_written() {
	sed -n '/^| statement/,$p' "$page" >old
	table >new
	# what this machine cannot tell is as it was
	awk -F ' [|] ' '
	NR == FNR { is[$1] = $0; next }
	/ [*] / && ($1 in is) { print is[$1]; next }
	{ print }' old new >table
	[ -z "${RENEW:-}" ] || {
		sed '/^| statement/,$d' "$page" >text && cat text table >"$page"
		cp table old
	}
	same old <table
}

check 'the adapters build' builds
judge_all
while read -r name file _; do
	check "$name keeps what is asked of every executor" keeps
done <<EOT
$(peers)
EOT
check 'CALIBRATION.md has the verdicts' is_as_written
done_testing
