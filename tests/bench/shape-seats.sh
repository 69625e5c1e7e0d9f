# shellcheck shell=sh disable=SC2154 # $turns is bench's
# shapes: status-32000-warm status-32000-cold roster-list-32000 store-commit-32000
# A workspace with 1000 times the seats, each with three submissions.
big_workspace ws 32000
git -C ws status >log # so that git's index is fresh, too

if wanted status-32000-warm; then
	cohort -C ws status >log
	echo shape status-32000-warm s
	echo goal most 0.3
	echo peer git status, in the same workspace
	for _ in $turns; do
		measure ours cohort -C ws status
		measure peer: git -C ws status
	done
fi
if wanted status-32000-cold; then
	echo shape status-32000-cold s
	echo goal most 1.5
	echo peer git grep in HEAD for the same records
	for _ in $turns; do
		rm -f ws/.git/cohort/snapshot*
		measure ours cohort -C ws status
		measure peer: git -C ws grep -h -F first_seen HEAD -- artifacts
	done
fi
if wanted roster-list-32000; then
	cohort -C ws roster list >log
	echo shape roster-list-32000 s
	echo goal most 0.3
	echo peer git cat-file of the roster, in the same workspace
	for _ in $turns; do
		measure ours cohort -C ws roster list
		measure peer: git -C ws cat-file -p HEAD:config/roster.yaml
	done
fi
if wanted store-commit-32000; then
	echo shape store-commit-32000 ms
	echo goal most 100
	echo peer git commit of one changed record, in the same workspace
	for turn in $turns; do
		store-commit ws "$turn"
		echo >>ws/artifacts/artifact_01/s00002.json
		measure -m ms peer: git -C ws commit -q -m one \
			artifacts/artifact_01/s00002.json
	done
fi
