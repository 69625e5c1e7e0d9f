# shellcheck shell=sh
# What the cases of the students' side share: a crate of ada's in kov-ada, its
# repository beside it, and no toolchain, so that it is about git alone.

GIT_AUTHOR_DATE=2027-01-18T12:00:00Z
GIT_COMMITTER_DATE=$GIT_AUTHOR_DATE
export GIT_AUTHOR_DATE GIT_COMMITTER_DATE

mkdir "$TEST_ROOT/bin"
ln -s /usr/bin/* /usr/sbin/* "$TEST_ROOT/bin" 2>/dev/null # some are in both
rm -f "$TEST_ROOT"/bin/cargo* "$TEST_ROOT"/bin/rustc* "$TEST_ROOT"/bin/rustup*
PATH=${COHORT%/*}:$TEST_ROOT/bin

crate_of_ada() {
	git init -q --bare -b main ada.git &&
		cohort new artifact_01 kov-ada && cd kov-ada &&
		git init -q -b main && git remote add origin ../ada.git &&
		git add . && git commit -qm Begin && git push -q origin main
}
