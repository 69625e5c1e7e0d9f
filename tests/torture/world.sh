# shellcheck shell=sh
# What the cases share: how a workspace `ws` is made, and what it holds.

# All that a cohort is: its history, to the byte; the files of the checkout,
# which must be those of HEAD and no others; no locks; what it says of itself.
# Objects and caches that nobody refers to do not count.
ws_state() {
	[ -e ws/.git ] || {
		echo 'no workspace'
		return
	}
	git -C ws log --format='%H %an %s'
	git -C ws fsck --strict --no-dangling --no-progress 2>&1
	git -C ws status --porcelain --untracked-files=all
	cohort -C ws status --json
	(cd ws && find . -path ./.git -prune -o -path ./var -prune -o -print) |
		LC_ALL=C sort
	find ws/.git -name '*.lock'
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

# ---- of publishing; after tests/seats.sh

# Two seats whose submissions are there to be packed.
ws_with_two() {
	a_cohort ada zoe && a_crate ada kov-ada 0.1.0 &&
		a_crate zoe kov-zoe 0.1.0 && a_submission ada ada 0.1.0 &&
		a_submission zoe zoe 0.1.0 && settle
}

# What stands in the registry, to the byte, and what git has of it; the place
# of the trial in it is no part of that.
registry_state() {
	[ -d ws/var/registry/index/.git ] || return 0
	(cd ws/var/registry && find . -path ./index/.git -prune -o -type f \
		-exec sha256sum {} +) | LC_ALL=C sort -k 2
	git -C ws/var/registry/index log --format='%s %T'
	git -C ws/var/registry/index fsck --strict --no-dangling --no-progress 2>&1
	git -C ws/var/registry/index diff --name-status HEAD
}

# What anybody who reads the registry meanwhile may rely on: a version is there
# once and with its bytes, and a file that is there is whole.
registry_is_sound() {
	[ -d ws/var/registry/index ] || return 0
	(
		cd ws/var/registry || exit
		find index -path index/.git -prune -o -name '[a-z]*' -type f \
			! -name config.json -exec cat {} + >../lines
		jq -r '"\(.name)-\(.vers).crate"' ../lines | sort | uniq -d
		[ ! -s ../lines ] || jq -r '"\(.cksum)  \(.name)-\(.vers).crate"' \
			../lines | sha256sum --check --quiet 2>&1
		for crate in *.crate; do
			[ -e "$crate" ] || continue
			sum=$(sha256sum "$crate" | cut -d ' ' -f 1)
			[ -e "../packages/$sum.crate" ] || echo "half: $crate"
		done
	)
}

# A package is called by its checksum.
packages_are_sound() {
	for crate in ws/var/packages/*.crate; do
		[ -e "$crate" ] || continue
		sum=$(sha256sum "$crate" | cut -d ' ' -f 1)
		[ "$crate" = "ws/var/packages/$sum.crate" ] || echo "half: $crate"
	done
}
