# shellcheck shell=sh disable=SC2154 # $turns is bench's
# shapes: status-32 check-unchanged
# What an instructor and a student type all day long.
if wanted status-32; then
	big_workspace ws 32
	cohort -C ws status >log
	git -C ws status >log
	echo shape status-32 ms
	echo goal most 15
	echo peer git status, in the same workspace
	for _ in $turns; do
		measure -m ms -n 10 ours cohort -C ws status
		measure -m ms -n 10 peer: git -C ws status
	done
fi
if wanted check-unchanged; then
	cohort new artifact_01 crate >log
	(cd crate && git init -q -b main && git add -A &&
		git commit -q -m first && cargo check -q --offline)
	cohort check crate >log || cat log >&2
	echo shape check-unchanged ms
	echo goal most 50
	echo peer cargo check, nothing changed
	for _ in $turns; do
		measure -m ms -n 3 ours cohort check crate
		(cd crate && measure -m ms -n 3 peer: cargo check -q --offline)
	done
fi
