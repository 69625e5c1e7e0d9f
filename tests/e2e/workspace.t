#!/bin/sh
# A workspace in every state that people and machines bring it into.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

"$COHORT" init ws.new >/dev/null || exit 1
inject=$ROOT/build/gcc-none/tests/torture/inject

# A fresh one for each test, in which the test stands.
fresh() {
	cp -R ../ws.new ../"$1" && cd ../"$1" || exit 1
	git config user.name Ida && git config user.email ida@example.org
}
mkdir in && cd in || exit 1

clean() {
	must git fsck --strict >../report 2>&1
	git status --porcelain >../dirty
	same ../dirty </dev/null
}

seat() {
	sed -i 's/^seats: \[\]/seats:/' config/roster.yaml
	printf '  - handle: %s\n    name: %s\n    seat: %s\n' "$1" "$1" "$2" \
		>>config/roster.yaml
}

nowhere() {
	cd "$TEST_DIR/in" || return 1
	run status
	is 6 && same err <<-EOF
	cohort: no workspace at '$TEST_DIR/in' or above it
	hint: 'cohort init DIR' makes one; 'cohort -C DIR ...' names one
	EOF
	run -C /nonexistent status
	is 6 && has err "cannot open '/nonexistent': no such file or directory"
}

foreign() {
	git init -q "$TEST_DIR/foreign" && cd "$TEST_DIR/foreign" || return 1
	run status
	is 6 && has err "'$TEST_DIR/foreign' is a git repository, but no workspace: it has no config/cohort.yaml"
}

unborn() {
	git init -q "$TEST_DIR/unborn" && cd "$TEST_DIR/unborn" || return 1
	cp -R ../ws.new/config .
	run status
	is 6 && has err "is no whole workspace: it has no commit yet"
}

edit() {
	fresh edit
	seat ada 1
	run status --json
	is 0 && [ "$(jq '.seats | length' "$TEST_DIR/out")" -eq 1 ]
	seat bob 2
	run undo
	is 0
	[ "$(git log -2 --format='%an %s' | tail -n 1)" = \
		'Ida hand edit: config/roster.yaml' ]
	clean
}

wrong_edit() {
	fresh wrong
	seat ada 1
	sed -i 's/    name: ada/    nmae: Ada/' config/roster.yaml
	cp config/roster.yaml ../mine
	run undo
	is 6 && same err <<-EOF
	cohort: config/roster.yaml:8:5: unknown key 'nmae'
	hint: did you mean 'name'?
	EOF
	must cmp config/roster.yaml ../mine
	git checkout -q config/roster.yaml
	printf 'a: [1\n' >config/policy.yaml
	run undo
	is 6 && has err 'config/policy.yaml:2:1: '
	[ "$(git rev-list --count HEAD)" -eq 1 ]
}

deleted() {
	fresh deleted
	rm config/roster.yaml
	run undo
	is 6 && same err <<-EOF
	cohort: 'config/roster.yaml' is missing
	hint: git -C '$PWD' checkout HEAD -- config/roster.yaml
	EOF
	sh -c "$(sed -n 's/^hint: //p' "$TEST_DIR/err")" 2>/dev/null
	clean
}

private_modes() {
	fresh modes
	echo 'schema: 1' >config/contacts.yaml && chmod 640 config/contacts.yaml
	seat ada 1
	run undo
	is 6 && same err <<-EOF
	cohort: 'config/contacts.yaml' can be read by others (mode 0640)
	hint: chmod 600 '$PWD/config/contacts.yaml'
	EOF
	sh -c "$(sed -n 's/^hint: //p' "$TEST_DIR/err")"
	run undo
	is 0
	clean
}

private_values() {
	fresh values
	seat ada 1
	(umask 077 && cat >config/contacts.yaml) <<-EOF
	schema: 1
	contacts:
	  - handle: ada
	    legal_name: Augusta King
	    email: ada@secret.example
	    city: London
	EOF
	(umask 077 && printf 'schema: 1\ncrates: cio0123456789\n' >config/tokens.yaml)
	sed -i 's/name: ada/name: Augusta King/' config/roster.yaml
	echo '    zone: Europe/London' >>config/roster.yaml
	run undo
	is 0 # the name that is shown, and a zone, are no secrets
	seat ada 1
	echo '    repo: https://git.example/ada@secret.example' >>config/roster.yaml
	run undo
	is 6 && same err <<-EOF
	cohort: 'config/roster.yaml' would make a private value public: 'contacts email' of config/contacts.yaml
	hint: take it out of 'config/roster.yaml'; history keeps what was committed for good
	EOF
	lacks err 'ada@secret'
	sed -i 's/ada@secret.example/xcio0123456789/' config/roster.yaml
	run undo
	is 6 && has err "'crates' of config/tokens.yaml"
	[ "$(git log --format=%s -S secret.example -- config)" = '' ]
}

locked() {
	fresh locked
	seat ada 1
	mkfifo ../go
	sh -c 'exec 9>.git/cohort/lock; flock 9
		printf "4711 0 cohort collect\n" >&9; : >../ready; read -r x <../go' &
	for _ in 1 2 3 4 5 6 7 8 9; do
		[ -e ../ready ] || sleep 0.1
	done
	run undo
	is 4 && has err "'cohort collect' (pid 4711) has held the lock for "
	has err 'hint: wait for it, then run this again'
	run status
	is 0
	echo >../go
	wait
	run undo
	is 0 && clean
}

under_way() {
	fresh merging
	git switch -qc other && seat ada 1 && git commit -qam ada
	git switch -q main && seat bob 2 && git commit -qam bob
	git merge -q other >../out 2>&1
	run undo
	is 4 && same err <<-EOF
	cohort: a git merge is under way in '$PWD'
	hint: finish it with git, or: git -C '$PWD' merge --abort
	EOF
	run status
	is 6 && has err 'config/roster.yaml:'
	git merge --abort && git checkout -q --detach
	seat eve 3
	run undo
	is 4 && has err "no branch is checked out in '$PWD'" &&
		has err "switch main"
	run status
	is 0
}

copies() {
	fresh origin
	seat ada 1
	run undo && is 0
	cp -R ../origin ../copy && cd ../copy || return 1
	seat bob 1
	run undo && is 0 && clean
	git clone -q ../origin ../clone 2>/dev/null && cd ../clone || return 1
	run status && is 0
	seat bob 1
	run undo && is 0 && clean
	git -C ../origin worktree add -q -b side ../side && cd ../side || return 1
	seat bob 1
	run undo && is 0 && clean
	cd ../origin && clean
}

snapshot() {
	fresh snap
	seat ada 1
	run status --json && cp "$TEST_DIR/out" ../first
	for damage in 'rm -f' 'truncate -s 100' 'truncate -s 0' \
		'cp /bin/sh' 'rm -rf'; do
		case $damage in
		cp*) cp /bin/sh .git/cohort/snapshot ;;
		*) $damage .git/cohort/snapshot ;;
		esac
		run status --json
		is 0 && same out <../first
	done
	rm -rf .git/cohort
	run status --json
	is 0 && same out <../first
	seat bob 2
	run status --json
	[ "$(jq '.seats | length' "$TEST_DIR/out")" -eq 2 ]
}

staged() {
	fresh staged
	echo mine >notes && git add notes && echo more >>README.md
	seat ada 1
	run undo
	is 0
	git status --porcelain >../dirty
	same ../dirty <<-EOF
	 M README.md
	A  notes
	EOF
}

busy_index() {
	fresh busy
	: >.git/index.lock
	seat ada 1
	run undo
	is 0 && has err "index.lock' is there: a git is at work, or one was killed"
	rm .git/index.lock
	run status && is 0
	clean
}

# whoever commits the edit by hand says so, also one that then fails
said_by_all() {
	for command in 'roster add ada' 'roster invite bob --to ..' \
		'roster edit bob --mode async' 'roster withdraw bob' collect \
		'check --all' package publish 'roster withdraw nobody'; do
		fresh "said-$command"
		seat bob 1
		: >.git/index.lock
		# shellcheck disable=SC2086
		run $command
		has err "note: '$PWD/.git/index.lock' is there" || return 1
	done
	is 6 && has err "cohort: there is no student 'nobody'" || return 1
	run status
	is 0 && has err "note: '$PWD/.git/index.lock' is there"
	rm .git/index.lock
	run status
	is 0 && same err </dev/null && clean
}

read_only() {
	[ "$(id -u)" -ne 0 ] || skip 'root may write everywhere'
	fresh ro
	chmod -R a-w .
	run status
	is 0
	run undo
	is 6 && has err "cannot lock the workspace '$PWD': permission denied"
	chmod -R u+w .
}

read_only_disk() {
	unshare -rm true 2>/dev/null || skip 'cannot mount here'
	fresh disk
	seat ada 1
	unshare -rm sh -c "mount --bind . . && mount -o remount,bind,ro . &&
		cd '$PWD' && '$COHORT' status >../out && ! '$COHORT' undo 2>../err"
	has ../err "cannot lock the workspace '$PWD': read-only file system"
	has ../out 'ada'
}

full_disk() {
	[ -x "$inject" ] || skip 'no injector'
	fresh full
	seat ada 1
	"$inject" -c space -e 1:ENOSPC -p "$COHORT" undo >../out 2>../err
	[ $? -eq 6 ] && has ../err 'no space left on device'
	[ "$(git rev-list --count HEAD)" -eq 1 ]
	run undo
	is 0 && clean
}

owner() {
	[ "$(id -u)" -eq 0 ] || skip 'only root can give things away'
	fresh owned
	chown -R 4242 .
	run status
	is 6 && has err "'$PWD' belongs to another user of this machine" &&
		has err 'hint: run it as the owner: sudo -u'
}

check 'outside of a workspace, the way in is named' nowhere
check 'a git repository is not yet a workspace' foreign
check 'nor is one without a commit' unborn
check 'an edit by hand is seen at once, and committed first' edit
check 'a wrong one is refused with its place, and kept' wrong_edit
check 'a deleted file is asked back' deleted
check 'contacts that others can read are refused' private_modes
check 'private values stay out of history' private_values
check 'a second writer hears who holds the lock; readers do not wait' locked
check 'a merge or a detached HEAD is respected' under_way
check 'copies, clones and worktrees are workspaces' copies
check 'the snapshot can be lost or damaged at any time' snapshot
check 'what a person staged stays staged' staged
check 'a git at work only delays the index' busy_index
check 'every command that notices says so' said_by_all
check 'a folder that cannot be written in is still read' read_only
check 'nor does a read-only disk stop readers' read_only_disk
check 'a full disk changes nothing' full_disk
check 'the workspace of another user is refused' owner
done_testing
