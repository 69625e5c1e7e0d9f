# shellcheck shell=sh
# What the cases about the workspace share: how one is made, and what it holds.

HOME=$TEST_ROOT/home
export HOME
# no alloc: libgit2 1.5.1 crashes on failed allocations of its own, in reading
# configuration; tests/unit/test_workspace_faults.c refuses ours one by one
# shellcheck disable=SC2034 # for the case that sources this
modes='kill space io'

workspace() {
	cohort init ws >/dev/null && cd ws || return
}

# The history, what is in the files, and what git thinks of both, after the
# next command: a checkout that could not be finished is finished by that.
state() {
	if [ ! -e ws/.git ]; then
		echo 'no workspace'
		return
	fi
	cohort -C ws log >/dev/null || return 1
	git -C ws log --format='%an %s %T' || return 1
	git -C ws status --porcelain
	(cd ws && find . -path ./.git -prune -o -type f -exec sha1sum {} + |
		sort -k 2)
	(cd ws && ls -A)
	git -C ws fsck --strict 2>&1 | grep -v '^dangling '
	find ws/.git -name '*.lock'
	cohort -C ws status --json || return 1
}
