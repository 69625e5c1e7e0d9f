# shellcheck shell=sh disable=SC2154 # $turns, $ROOT and $COHORT are bench's
# shapes: executor-spawn executor-yield executor-yield-1000 executor-channel
# shapes: executor-timers executor-fire executor-echo executor-echo-uv
# shapes: executor-wake executor-memory
# The reference that students' executors are held against, through the C
# interface; beside it libuv through its own, where that is installed, and the
# system calls that an echo cannot do without.
reference=${COHORT%/bin/*}/libexec/cohort/reference-executor.so

uv=
if pkg-config --exists libuv; then
	# shellcheck disable=SC2046
	"${CC:-cc}" -O2 -o executor_uv "$ROOT/tests/bench/peers/executor_uv.c" \
		$(pkg-config --cflags --libs libuv)
	uv=./executor_uv
fi

# executor_shape NAME SHAPE UNIT GOAL...: beside libuv, if that has SHAPE
executor_shape() {
	echo "shape $1 $3"
	shape=$2
	with=
	if [ -n "$uv" ] && grep -q "{ \"$2\"," \
		"$ROOT/tests/bench/peers/executor_uv.c"; then
		with=$uv
		echo "peer libuv $(pkg-config --modversion libuv), the same"
	fi
	shift 3
	echo "goal $*"
	for _ in $turns; do
		echo "ours $(executor "$reference" "$shape")"
		[ -z "$with" ] || echo "peer: $("$with" "$shape")"
	done
}

if wanted executor-spawn; then
	executor_shape executor-spawn spawn ns most 60
fi
if wanted executor-yield; then
	executor_shape executor-yield yield ns most 15
fi
if wanted executor-yield-1000; then
	executor_shape executor-yield-1000 yield-1000 ns most 15
fi
if wanted executor-channel; then
	executor_shape executor-channel channel ns most 250
fi
if wanted executor-timers; then
	executor_shape executor-timers timers ns most 120
fi
if wanted executor-fire; then
	executor_shape executor-fire fire ns most 1000
fi
if wanted executor-echo; then
	echo shape executor-echo ns
	echo peer the system calls alone
	echo goal ratio 0.71
	for _ in $turns; do
		echo "ours $(executor "$reference" echo)"
		echo "peer: $(executor floor echo)"
	done
fi
if [ -n "$uv" ] && wanted executor-echo-uv; then
	executor_shape executor-echo-uv echo ns ratio 1
	echo note "executor-echo-uv: libuv owns its descriptors and registers" \
		"each once; here a number may be used again at any time, which" \
		"costs a system call a wait."
fi
if wanted executor-wake; then
	executor_shape executor-wake wake ns report
fi
if wanted executor-memory; then
	executor_shape executor-memory memory B most 200
fi
