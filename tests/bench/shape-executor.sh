# shellcheck shell=sh disable=SC2154 # $turns, $ROOT and $COHORT are bench's
# shapes: executor-spawn executor-yield executor-yield-1000 executor-channel
# shapes: executor-timers executor-fire executor-echo executor-wake
# shapes: executor-memory
# The reference that students' executors are held against, through the C
# interface, and what it is measured beside: tokio, async-executor with
# async-io, and LocalPool of futures, each through its own interface and
# through the same C interface; libuv through its own, where that is
# installed; and the system calls that an echo cannot do without.
programs=${COHORT%/bin/*}/libexec/cohort
reference=$programs/reference-executor.so
peers=$ROOT/build/peers

uv=
if pkg-config --exists libuv; then
	# shellcheck disable=SC2046
	"${CC:-cc}" -O2 -o executor_uv "$ROOT/tests/bench/peers/executor_uv.c" \
		$(pkg-config --cflags --libs libuv)
	uv=./executor_uv
fi

rust=
if peer_crate tests/bench/peers/native &&
	peer_crate tests/calibration --examples; then
	rust=1
else
	echo note "executor: without tokio and the like, which do not build"
fi

# The programs that have SHAPE, a line each: name, and what prints its figure.
executor_peers() {
	if [ "$1" = echo ]; then
		echo "floor $programs/speed_executor floor --alone echo"
	fi
	if [ -n "$uv" ] && grep -q "{ \"$1\"," \
		"$ROOT/tests/bench/peers/executor_uv.c"; then
		echo "libuv $uv $1"
	fi
	[ -n "$rust" ] || return 0
	for peer in tokio async-executor LocalPool; do
		case $peer-$1 in
		LocalPool-timers | LocalPool-fire | LocalPool-echo) continue ;;
		esac
		case $peer in
		tokio) library=libtokio.so ;;
		async-executor) library=libasync_executor.so ;;
		LocalPool) library=liblocal_pool.so ;;
		esac
		echo "$peer $peers/native/release/native $peer $1"
		echo "$peer-abi $programs/speed_executor" \
			"$peers/calibration/release/examples/$library" \
			"--alone $1"
	done
}

# executor_shape SHAPE UNIT GOAL...: a line for the goal, and one for each peer
executor_shape() {
	shape=$1
	unit=$2
	shift 2
	executor_peers "$shape" >list
	rm -f figures.*
	for _ in $turns; do
		"$programs/speed_executor" "$reference" --alone "$shape" \
			>>figures.ours
		while read -r peer command; do
			# shellcheck disable=SC2086
			$command >>"figures.$peer" </dev/null
		done <list
	done
	echo "shape executor-$shape $unit"
	echo "goal $*"
	sed 's/^\([^ ]*\).*/ours \1/' figures.ours
	while read -r peer command; do
		echo "shape $shape:$peer $unit"
		case $shape-$peer in
		wake-*) echo goal report ;;
		echo-floor) echo goal ratio 0.71 ;;
		*) echo goal ratio 1 ;;
		esac
		sed 's/^\([^ ]*\).*/ours \1/' figures.ours
		sed 's/^\([^ ]*\).*/peer: \1/' "figures.$peer"
	done <list
}

if wanted executor-spawn; then
	executor_shape spawn ns most 60
fi
if wanted executor-yield; then
	executor_shape yield ns most 15
fi
if wanted executor-yield-1000; then
	executor_shape yield-1000 ns most 15
fi
if wanted executor-channel; then
	executor_shape channel ns most 250
fi
if wanted executor-timers; then
	executor_shape timers ns most 120
fi
if wanted executor-fire; then
	executor_shape fire ns most 1000
fi
if wanted executor-echo; then
	executor_shape echo ns most 8000
fi
if wanted executor-wake; then
	executor_shape wake ns report
fi
if wanted executor-memory; then
	executor_shape memory B most 200
fi
echo note "executor-*: the least of 15 rounds, and of these the medians." \
	"Below each shape its peers: floor, the system calls alone;" \
	"NAME, through its own interface; NAME-abi, through the C interface."
