# shellcheck shell=sh
# The world every test runs in, whoever starts it: no HOME, no git
# configuration, no proxy, no colour, UTC, and a clock that stands still.
# Sourced with ROOT set to the checkout; sets TEST_ROOT, a fresh folder that
# is removed at the end (KEEP=1 keeps it), and calls the functions named in
# $TEST_AT_EXIT before that.

TEST_FORGET='(GIT|XDG|CARGO)_[A-Z_0-9]*|RUST(|DOC)FLAGS|RUSTC[A-Z_]*'
TEST_FORGET="$TEST_FORGET|[A-Za-z]*_(proxy|PROXY)"
for TEST_VAR in $(env | sed -nE "s/^($TEST_FORGET)=.*/\\1/p"); do
	unset "$TEST_VAR"
done
unset TEST_VAR TEST_FORGET SSH_AUTH_SOCK SSH_ASKPASS COLUMNS LINES PAGER NO_COLOR
unset MAKEFLAGS MFLAGS MAKELEVEL CDPATH COHORT_NOW

# rustup's proxies look into HOME, which is empty here: find the toolchain's
# own programs once and put them first
if [ -z "${TEST_RUST_BIN+set}" ]; then
	TEST_RUST_BIN=
	if command -v rustc >/dev/null 2>&1; then
		TEST_RUST_BIN=$(rustc --print sysroot 2>/dev/null)/bin
		[ -x "$TEST_RUST_BIN/cargo" ] || TEST_RUST_BIN=
	fi
	export TEST_RUST_BIN
fi

COHORT=${COHORT:-$ROOT/build/gcc-none/bin/cohort}
case $COHORT in
/*) ;;
*) COHORT=$PWD/$COHORT ;;
esac
PATH=${COHORT%/*}:${TEST_RUST_BIN:+$TEST_RUST_BIN:}$PATH
LC_ALL=C.UTF-8
TZ=UTC
EDITOR=false
export COHORT PATH LC_ALL TZ EDITOR

TEST_ROOT=$(mktemp -d "${TMPDIR:-/tmp}/cohort-test.XXXXXX") || exit 1
TEST_ROOT=$(cd "$TEST_ROOT" && pwd -P)
mkdir "$TEST_ROOT/home"

test_clean_up() {
	TEST_STATUS=$?
	trap - EXIT HUP INT TERM
	set +e
	for TEST_DO in ${TEST_AT_EXIT:-}; do
		"$TEST_DO"
	done
	if [ "${KEEP:-}" = quietly ]; then
		: # whoever asked for it says where
	elif [ -n "${KEEP:-}" ]; then
		echo "# kept: $TEST_ROOT" >&2
	else
		chmod -R u+rwX "$TEST_ROOT" 2>/dev/null
		rm -rf "$TEST_ROOT"
	fi
	exit "$TEST_STATUS"
}
trap test_clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

HOME=$TEST_ROOT/home
GIT_CONFIG_GLOBAL=/dev/null
GIT_CONFIG_NOSYSTEM=1
GIT_TERMINAL_PROMPT=0
GIT_AUTHOR_NAME='Ada Instructor'
GIT_AUTHOR_EMAIL=ada@example.org
GIT_COMMITTER_NAME=$GIT_AUTHOR_NAME
GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL
export HOME GIT_CONFIG_GLOBAL GIT_CONFIG_NOSYSTEM GIT_TERMINAL_PROMPT
export GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL

# a sanitizer's report is a crash, told apart from every status of ours
TEST_SAN=exitcode=86:allocator_may_return_null=1
ASAN_OPTIONS=$TEST_SAN:detect_leaks=${TEST_LEAKS:-1}
LSAN_OPTIONS=$TEST_SAN:suppressions=$ROOT/tests/lsan.supp:print_suppressions=0
UBSAN_OPTIONS=$TEST_SAN:halt_on_error=1:print_stacktrace=1
TSAN_OPTIONS=$TEST_SAN:halt_on_error=1
export ASAN_OPTIONS LSAN_OPTIONS UBSAN_OPTIONS TSAN_OPTIONS

# Is the port free?  The kernel's own tables say so.
port_is_free() {
	TEST_HEX=$(printf '%04X' "$1")
	! cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
		awk -v port=":$TEST_HEX" '
			index($2, port) == length($2) - 4 { found = 1 }
			END { exit !found }'
}

# Print a TCP port that nobody listens on, below those the kernel hands out.
free_port() {
	while :; do
		TEST_PORT=$(od -An -N2 -tu2 /dev/urandom)
		TEST_PORT=$((20000 + TEST_PORT % 12000))
		port_is_free "$TEST_PORT" && break
	done
	echo "$TEST_PORT"
}
