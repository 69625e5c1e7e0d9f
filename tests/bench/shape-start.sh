# shellcheck shell=sh disable=SC2154 # $turns is bench's
# shapes: start-version start-help
# What every command pays before it does anything, next to git, which loads
# three libraries; and what it holds in memory by then.
if wanted start-version; then
	echo shape start-version ms
	echo goal most 2.5
	echo peer git --version
	for _ in $turns; do
		measure -m ms -n 20 ours cohort --version
		measure -m ms -n 20 peer: git --version
	done
	echo shape start-version-memory MB
	echo goal most 4
	echo peer git --version
	for _ in $turns; do
		measure -m MB ours cohort --version
		measure -m MB peer: git --version
	done
fi
if wanted start-help; then
	echo shape start-help ms
	echo goal most 2.5
	echo peer cargo --version, which reads no crate either
	for _ in $turns; do
		measure -m ms -n 20 ours cohort semver -h
		measure -m ms -n 20 peer: cargo --version
	done
fi
