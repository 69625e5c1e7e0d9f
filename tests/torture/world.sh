# shellcheck shell=sh
# What the cases share: the state of a workspace `ws`, and how to make one.

# All that a cohort is: its history, to the byte; the files of the checkout,
# which must be those of HEAD and no others; what was collected, packed and
# published. Objects and caches that nobody refers to do not count.
ws_state() {
	[ -e ws ] || {
		echo 'no workspace'
		return
	}
	git -C ws log --format='%H %s'
	git -C ws fsck --no-dangling --no-progress 2>&1
	git -C ws status --porcelain --untracked-files=all
	cohort -C ws roster list --json
	(cd ws && find . -path ./.git -prune -o -path ./var -prune -o \
		-type f -print | LC_ALL=C sort)
	for repo in ws/var/collected/*.git; do
		[ -d "$repo" ] && git -C "$repo" for-each-ref refs/cohort
	done
	[ ! -d ws/var/registry ] ||
		(cd ws/var/registry && find . -type f -exec sha256sum {} + |
			LC_ALL=C sort -k 2)
}

# The next thing that an instructor does, which changes nothing.
settle() {
	[ ! -e ws ] || cohort -C ws roster edit zoe --name Zoe
}

ws_with_zoe() {
	cohort init ws --first-day 2027-01-12 &&
		cohort -C ws roster add zoe --name Zoe \
			--repo https://example.org/zoe.git
}
