#!/bin/sh
# A student submits: what is refused, with which command it is mended, and
# that the same commit gives the same receipt whatever happened in between.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=../git-http.sh
. "$ROOT/tests/git-http.sh"

# A machine without a toolchain, so that most of this is about git alone.
RUST_PATH=$PATH
mkdir bin
ln -s /usr/bin/* /usr/sbin/* bin 2>/dev/null # some are in both
rm -f bin/cargo* bin/rustc* bin/rustup*
PATH=${COHORT%/*}:$PWD/bin

GIT_AUTHOR_DATE=2027-01-18T12:00:00Z
GIT_COMMITTER_DATE=$GIT_AUTHOR_DATE
export GIT_AUTHOR_DATE GIT_COMMITTER_DATE

skipped='  --  gates     skipped: rustc not found'

commit() {
	git add -A && git commit -qm "${1:-Work}"
}

# A crate of ada's in $1/kov-ada, and $1/ada.git for it; we stand in the crate.
crate() {
	mkdir "$TEST_DIR/$1" && cd "$TEST_DIR/$1" || return 1
	git init -q --bare -b main ada.git
	must "$COHORT" new artifact_01 kov-ada >/dev/null
	cd kov-ada || return 1
	git init -q -b main
	git remote add origin "$TEST_DIR/$1/ada.git"
}

# The same, with one commit that is pushed.
pushed() {
	crate "$1" && commit Begin && git push -q origin main
}

head7() {
	git rev-parse HEAD | cut -c 1-7
}

# Type the command of the hint, without what only a person can do.
follow_hint() {
	hint=$(sed -n 's/^hint: //p' "$TEST_DIR/err")
	hint=${hint%, and submit again}
	must eval "$hint" >/dev/null 2>&1
}

there() {
	git ls-remote --tags origin | cut -f 2 | LC_ALL=C sort
}

nothing_there() {
	there >"$TEST_DIR/there"
	same "$TEST_DIR/there" </dev/null
}

receipt_file=.git/cohort/receipts/kov-ada-0.1.0.json

# ---- what must hold first


first_refusals() {
	mkdir refusals && cd refusals || return 1
	git init -q --bare -b main ada.git
	must "$COHORT" new artifact_01 kov-ada >/dev/null
	cd kov-ada || return 1
	run submit
	is 1 && same out </dev/null && same err <<-EOF
	cohort: '$PWD' is not in a git repository
	hint: git init -b main && git add . && git commit -m 'Begin kov-ada'
	EOF
	git init -q -b main
	run submit
	is 1 && same err <<-EOF
	cohort: nothing is committed yet
	hint: git add . && git commit -m 'Begin kov-ada'
	EOF
	follow_hint
	run submit
	is 1 && same err <<-EOF
	cohort: there is no remote 'origin'
	hint: git remote add origin URL
	EOF
	git remote add origin ../ada.git
	run submit
	is 1 && same err <<-EOF
	cohort: commit $(head7) is not pushed
	hint: git push origin main
	EOF
	follow_hint
	run submit
	is 0 && has err "pushed to ../ada.git"
	[ "$(there | head -n 1)" = refs/tags/artifact_01/v0.1.0 ] ||
		complain "$(there)"
}

outside() {
	mkdir nowhere && cd nowhere || return 1
	run submit
	is 6 && same err <<-EOF
	cohort: there is no '.cohort.yaml' in '.' or above it
	hint: run it in your crate; 'cohort new artifact_01 DIR' makes one
	EOF
	run -C none submit
	is 6 && same err <<-EOF
	cohort: cannot open 'none': no such file or directory
	EOF
}

dirty() {
	pushed dirty
	echo '// more' >>src/lib.rs
	run submit
	is 1 && same err <<-EOF
	cohort: 'src/lib.rs' is not committed
	hint: git commit -a
	EOF
	rm README.md
	run submit
	is 1 && same err <<-EOF
	cohort: 'README.md' and 1 more are not committed
	hint: git commit -a
	EOF
	git checkout -q . && : >'new file'
	run submit
	is 1 && same err <<-EOF
	cohort: 'new file' is not committed
	hint: git add . && git commit, or name them in .gitignore
	EOF
	git add . && echo '// more' >>src/lib.rs
	run submit
	is 1 && has err "'new file' and 1 more are not committed" &&
		has err 'hint: git commit -a'
	nothing_there
}

hostile_name() {
	pushed hostile
	: >"$(printf 'a\033[31m\nb')"
	run submit
	is 1 && has err "cohort: 'a?[31m?b' is not committed"
}

own_ignores() {
	pushed ignores
	mkdir .idea && : >.idea/workspace.xml
	run submit --dry-run
	is 1 && has err "'.idea/' is not committed"
	mkdir -p "$HOME/.config/git" && echo .idea >"$HOME/.config/git/ignore"
	unset GIT_CONFIG_GLOBAL
	run submit --dry-run
	is 0
	printf '[core]\n\texcludesFile = ~/mine\n' >"$HOME/.gitconfig"
	run submit --dry-run
	is 1
	echo '.id*' >"$HOME/mine"
	run submit --dry-run
	is 0
	rm -rf "$HOME/.config" "$HOME/.gitconfig" "$HOME/mine"
}

names() {
	pushed names
	sed -i 's/^name = .*/name = "kov-adah"/' Cargo.toml
	run submit
	is 1 && same err <<-EOF
	cohort: Cargo.toml calls the crate 'kov-adah', but it is 'kov-ada' in the course
	hint: write name = "kov-ada" in Cargo.toml
	EOF
	git checkout -q . && sed -i 's/^version = .*/version = "1.0"/' Cargo.toml
	run submit
	is 6 && has err "cohort: Cargo.toml: '1.0' is no version"
	sed -i 's/^version = .*/version = "1.0.0-a.lock"/' Cargo.toml
	run submit
	is 6 && same err <<-EOF
	cohort: version '1.0.0-a.lock' cannot be a tag: git keeps names in '.lock' for itself
	EOF
	sed -i 's/^version = .*/version.workspace = true/' Cargo.toml
	run submit
	is 6 && has err "cohort: Cargo.toml: the package has no 'version' of its own"
	echo '[package' >Cargo.toml
	run submit
	is 6 && has err 'cohort: Cargo.toml:1:'
	rm Cargo.toml
	run submit
	is 6 && has err "cohort: cannot open '$PWD/Cargo.toml': no such file"
}

# dot SED MESSAGE: what is wrong in .cohort.yaml is said with its place
dot() {
	git checkout -q .
	sed -i "$1" .cohort.yaml
	run submit
	is 6 && has err "cohort: .cohort.yaml:$2"
}

dot_cohort() {
	pushed dot
	dot 's/^handle:/handel:/' "3:1: unknown key 'handel'"
	has err "hint: did you mean 'handle'?"
	dot 's/^handle: .*/handle: "..\/x"/' "3:9: '../x' is not a handle"
	dot 's/^handle: .*/handle: "a\\e[31m"/' '3:9: '
	dot 's/^artifact: .*/artifact: artifact_04/' "4:11: 'artifact' must be"
	dot 's/^crate: .*/crate: "kov ada"/' "5:8: 'kov ada' is no crate's name"
	dot 's/^crate: .*//' "2:1: 'crate' is missing"
	dot 's/^schema: .*/schema: 2/' '2:9: schema 2 is newer than'
	dot '$a zone: [' '7:1: '
	dot '$a cohort: "'"$(printf '%0201d' 0)"'"' \
		"6:9: 'cohort' is longer than 200 bytes"
	nothing_there
}

ignored_files() {
	crate ignored
	echo .cohort.yaml >>.gitignore
	commit && git push -q origin main
	run submit
	is 1 && same err <<-EOF
	cohort: '.cohort.yaml' is not in commit $(head7)
	hint: git add -f .cohort.yaml && git commit -m 'Add .cohort.yaml'
	EOF
	follow_hint && git push -q origin main
	git rm -q --cached Cargo.toml && echo Cargo.toml >>.gitignore
	git add .gitignore && git commit -qm x && git push -q origin main
	run submit
	is 1 && same err <<-EOF
	cohort: 'Cargo.toml' is not in commit $(head7)
	hint: git add -f Cargo.toml && git commit -m 'Add Cargo.toml'
	EOF
	follow_hint && git push -q origin main
	run submit
	is 0
}

two_claims() {
	pushed claims
	mkdir old && cp .cohort.yaml Cargo.toml old
	commit && git push -q origin main
	run submit
	is 6 && same err <<-EOF
	cohort: commit $(head7): '.cohort.yaml' and 'old/.cohort.yaml' both say that they are artifact_01
	EOF
	nothing_there
}

# ---- submitting

plain() {
	pushed plain
	id=R-ada-artifact_01-0.1.0
	run submit
	is 0
	grep -qx "$id-[0-9a-f]\{8\}" ../../out || complain "$(cat ../../out)"
	same err <<-EOF
	artifact_01/v0.1.0 -> $(head7), pushed to $TEST_DIR/plain/ada.git
	$skipped
	submitted; the receipt is in $PWD/$receipt_file
	EOF
	git --git-dir ../ada.git cat-file tag artifact_01/v0.1.0 >text
	sed -i 's/^cohort: $/cohort:/' text
	same text <<-EOF
	object $(git rev-parse HEAD)
	type commit
	tag artifact_01/v0.1.0
	tagger Ada Instructor <ada@example.org> 1800381600 +0000

	kov-ada 0.1.0

	cohort:
	handle: ada
	artifact: artifact_01
	crate: kov-ada
	version: 0.1.0
	EOF
	rm text
	git --git-dir ../ada.git fsck --strict >log 2>&1 || complain "$(cat log)"
}

again() {
	pushed again
	run submit
	is 0 && cp ../../out first && cp "$receipt_file" receipt
	echo first >>.git/info/exclude
	echo receipt >>.git/info/exclude
	export COHORT_NOW=2027-03-01T00:00:00Z
	run submit
	is 0 && same out <first && same "$receipt_file" <receipt
	same err <<-EOF
	artifact_01/v0.1.0 -> $(head7), pushed to $TEST_DIR/again/ada.git
	submitted before; the receipt is in $PWD/$receipt_file
	EOF
	# and from another machine, where the tag has never been
	git clone -q --no-tags ../ada.git ../other && cp receipt ..
	cd ../other || return 1
	run submit
	is 0 && same out <../kov-ada/first && same "$receipt_file" <../receipt
	has err 'submitted before'
	[ "$(git cat-file -t artifact_01/v0.1.0)" = tag ] ||
		complain 'the tag has no name here'
}

other_commit() {
	pushed other
	run submit
	is 0 && old=$(head7)
	echo '// more' >>src/lib.rs && commit && git push -q origin main
	run submit
	is 1 && same out </dev/null && same err <<-EOF
	cohort: artifact_01/v0.1.0 is commit $old there, and this is $(head7)
	hint: raise version in Cargo.toml to 0.1.1, commit, push, and submit again
	EOF
	for version in 0.2.9 0.2.10 1.0.0-rc.1; do
		sed -i "s/^version = .*/version = \"$version\"/" Cargo.toml
		commit && git push -q origin main
		run submit
		is 0
	done
	git push -q origin :refs/tags/artifact_01/v1.0.0-rc.1
	git checkout -q main~2 && git commit -q --amend -m Again
	git push -q origin HEAD:refs/heads/again
	run submit
	is 1 && has err 'hint: raise version in Cargo.toml to 0.2.11, commit,'
	git checkout -q main
	git tag -d artifact_01/v1.0.0-rc.1 >/dev/null
	run submit
	is 0
	git commit -q --amend -m Again && git push -qf origin main
	run submit
	is 1 && has err 'hint: raise version in Cargo.toml, commit, push, and'
}

chain() {
	pushed chain
	run submit
	is 0
	lacks "$receipt_file" '"previous": "0' # no oid
	[ "$(jq -r .previous "$receipt_file")" = '' ] || complain 'one before?'
	one=$(git rev-parse artifact_01/v0.1.0)
	sed -i 's/^version = .*/version = "0.1.1"/' Cargo.toml
	commit && git push -q origin main
	run submit
	is 0
	[ "$(jq -r .previous .git/cohort/receipts/kov-ada-0.1.1.json)" = \
		"$one" ] || complain 'not the one before'
	run receipt .git/cohort/receipts/kov-ada-0.1.1.json
	is 0 && has out "the submission before it is tag $one"
}

dry_run() {
	pushed dry
	run submit --dry-run
	is 0 && same out </dev/null && same err <<-EOF
	artifact_01/v0.1.0 -> $(head7), pushed to $TEST_DIR/dry/ada.git
	$skipped
	dry run: nothing was tagged
	EOF
	[ -z "$(git tag)" ] || complain 'it was tagged'
	[ ! -e .git/cohort ] || complain 'it left traces'
	nothing_there
}

json() {
	pushed json
	run submit --json --dry-run
	is 0 && same err </dev/null
	must jq -e '.schema == 1 and .submitted == false and .dry_run and
		.tag == "artifact_01/v0.1.0" and .check == null and
		.unchecked == "rustc not found"' ../../out >/dev/null
	run submit --json
	is 0 && same err </dev/null
	must jq -e '.submitted and (.again | not) and
		.receipt_file == "'"$PWD/$receipt_file"'" and
		(.tag_object | length) == 40 and (.commit | length) == 40' \
		../../out >/dev/null
	jq -r .receipt ../../out >id
	echo id >>.git/info/exclude
	run submit --quiet
	is 0 && same err </dev/null && same out <id
	run submit --json
	must jq -e '.again' ../../out >/dev/null
}

from_below() {
	pushed below
	cd src || return 1
	git remote set-url origin ../ada.git # from the top, as git has it
	run submit
	is 0 && has err "the receipt is in $TEST_DIR/below/kov-ada/.git/cohort"
	cd / && run -C "$TEST_DIR/below/kov-ada/tests" submit
	is 0 && has err 'submitted before'
}

monorepo() {
	mkdir mono && cd mono || return 1
	git init -q --bare -b main ada.git
	git init -q -b main all && cd all || return 1
	must "$COHORT" new artifact_01 kov-ada >/dev/null
	must "$COHORT" new artifact_02 kov-ada-2/flume-lock-ada >/dev/null
	git remote add origin ../ada.git
	commit && git push -q origin main
	: >kov-ada-2/flume-lock-ada/dirt
	: >dirt
	cd kov-ada || return 1
	run submit
	is 0
	cd ../kov-ada-2/flume-lock-ada || return 1
	run submit
	is 1 && same err <<-EOF
	cohort: 'kov-ada-2/flume-lock-ada/dirt' is not committed
	hint: git add . && git commit, or name them in .gitignore
	EOF
	rm dirt
	run submit
	is 0 && has out R-ada-artifact_02-0.1.0-
	there >../tags
	same ../tags <<-EOF
	refs/tags/artifact_01/v0.1.0
	refs/tags/artifact_01/v0.1.0^{}
	refs/tags/artifact_02/v0.1.0
	refs/tags/artifact_02/v0.1.0^{}
	EOF
	# a work tree of its own keeps receipts where all of them are
	git worktree add -q --detach ../../../linked 2>/dev/null
	cd ../../../linked/kov-ada || return 1
	run submit
	is 0 && has err "in $TEST_DIR/mono/all/.git/cohort/receipts/kov-ada-0"
}

due() {
	crate when
	echo 'due: "2027-02-07 23:59 America/Los_Angeles"' >>.cohort.yaml
	commit && git push -q origin main
	export TZ=Asia/Kolkata
	run submit
	is 0 && has err "due Sun 7 Feb 2027 23:59 America/Los_Angeles = Mon \
07:59Z = your Mon 13:29 Asia/Kolkata (soft; 19 d 13 h left)"
	export COHORT_NOW=2027-02-08T09:00:00Z
	run submit
	is 0 && has err '(soft; late by 1 h' # and not refused
	run submit --json
	must jq -e '.late_s == 3601 and .due == "2027-02-08T07:59:59Z"' \
		../../out >/dev/null
	sed -i 's/^due: .*/due: "next week Mars\/Olympus"/' .cohort.yaml
	commit && git push -q origin main
	run submit --dry-run
	is 1 # another commit has that version
	git tag -d artifact_01/v0.1.0 >/dev/null
	git push -q origin :refs/tags/artifact_01/v0.1.0
	run submit --dry-run
	is 0 && lacks err due
}

odd_people() {
	pushed people
	unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME \
		GIT_COMMITTER_EMAIL
	# nobody said who: then who committed
	run submit
	is 0
	git cat-file tag artifact_01/v0.1.0 >text
	has text 'tagger Ada Instructor <ada@example.org> 1800381600 +0000'
	rm text
	# a name in Latin-1 with angle brackets is made harmless
	git config user.name "$(printf 'Zo\353 <x>')"
	git config user.email 'zoe@example.org'
	sed -i 's/^version = .*/version = "0.1.1"/' Cargo.toml
	commit && git push -q origin main
	run submit
	is 0
	git cat-file tag artifact_01/v0.1.1 >text
	has text 'tagger Zo?  x <zoe@example.org> 1800381600 +0000'
}

# ---- tags that somebody else made

by_hand_there() {
	pushed hand
	git tag artifact_01/v0.1.0 && git push -q origin artifact_01/v0.1.0
	said="cohort: artifact_01/v0.1.0 is there already, but 'cohort submit'"
	run submit
	is 1 && same err <<-EOF
	$said did not make it
	hint: raise version in Cargo.toml to 0.1.1, commit, push, and submit again
	EOF
	git tag -fam 'by hand' artifact_01/v0.1.0 >/dev/null
	git push -qf origin artifact_01/v0.1.0
	run submit
	is 1 && has err "$said"
	git tag -d artifact_01/v0.1.0 >/dev/null
	run submit # known from there alone
	is 1 && has err "$said"
	# somebody else's fields do not do either
	git tag -fam "$(printf 'x\n\ncohort: \nhandle: bob\n%s\n%s\n%s\n' \
		'artifact: artifact_01' 'crate: kov-bob' 'version: 0.1.0')" \
		artifact_01/v0.1.0 >/dev/null
	git push -qf origin artifact_01/v0.1.0
	run submit
	is 1 && has err "$said"
}

by_hand_here() {
	pushed here
	git tag artifact_01/v0.1.0
	run submit
	is 1 && same err <<-EOF
	cohort: artifact_01/v0.1.0 is here already, but 'cohort submit' did not make it
	hint: git tag -d artifact_01/v0.1.0, and submit again
	EOF
	nothing_there
	git tag -f artifact_01/v0.1.0 'HEAD^{tree}' >/dev/null
	run submit
	is 1 && has err "is here already, but 'cohort submit' did not make it"
	old=$(head7)
	git tag -f artifact_01/v0.1.0 >/dev/null
	echo '// more' >>src/lib.rs && commit && git push -q origin main
	run submit
	is 1 && same err <<-EOF
	cohort: artifact_01/v0.1.0 is commit $old here, and this is $(head7)
	hint: git tag -d artifact_01/v0.1.0, and submit again
	EOF
	nothing_there
	follow_hint
	run submit
	is 0
}

in_the_way() {
	pushed way
	git tag artifact_01
	run submit
	is 1 && same err <<-EOF
	cohort: tag 'artifact_01' here leaves no room for tag 'artifact_01/v0.1.0'
	hint: git tag -d artifact_01
	EOF
	git push -q origin artifact_01
	run submit
	is 1 && same err <<-EOF
	cohort: tag 'artifact_01' there leaves no room for tag 'artifact_01/v0.1.0'
	hint: git push origin :refs/tags/artifact_01
	EOF
	follow_hint
	run submit
	is 1 && follow_hint
	run submit
	is 0
}

# ---- branches

detached() {
	pushed detached
	git checkout -q --detach
	run submit
	is 0
	sed -i 's/^version = .*/version = "0.1.1"/' Cargo.toml && commit
	run submit
	is 1 && same err <<-EOF
	cohort: commit $(head7) is on no branch, and not pushed
	hint: git push origin HEAD:refs/heads/main
	EOF
	git checkout -q main && echo >>README.md && commit && git push -q
	git push -q origin main && git checkout -q '@{-1}'
	run submit
	is 1 && has err 'hint: git push origin HEAD:refs/heads/artifact_01-0.1.1'
	follow_hint
	run submit
	is 0
}

branch_moved() {
	pushed moved
	git clone -q ../ada.git ../web
	echo 'from the web' >>../web/README.md
	(cd ../web && commit Web && git push -q origin main)
	# what is there contains this commit, which nobody here can know
	run submit
	is 1 && same err <<-EOF
	cohort: branch 'main' of '$TEST_DIR/moved/ada.git' has commits that are not here, so nobody can tell whether commit $(head7) is pushed
	hint: git fetch origin main, and submit again
	EOF
	follow_hint
	run submit
	is 0
	sed -i 's/^version = .*/version = "0.1.1"/' Cargo.toml && commit
	run submit
	is 1 && same err <<-EOF
	cohort: commit $(head7) is not pushed
	hint: git pull --rebase origin main && git push origin main
	EOF
	follow_hint
	run submit
	is 0
	git checkout -qb side && sed -i 's/^version = .*/version = "0.1.2"/' \
		Cargo.toml && commit
	run submit
	is 1 && has err 'hint: git push origin side'
}

shallow() {
	pushed shallow
	for i in 1 2 3; do
		echo "// $i" >>src/lib.rs && commit
	done
	git push -q origin main
	git clone -q --depth 1 "file://$TEST_DIR/shallow/ada.git" ../thin
	cd ../thin || return 1
	run submit
	is 1 && same err <<-EOF
	cohort: the history of this repository is cut off
	hint: git fetch --unshallow, and submit again
	EOF
	follow_hint
	run submit
	is 0
	git --git-dir ../ada.git fsck --strict >log 2>&1 || complain "$(cat log)"
}

# ---- the other side

# One server takes whoever comes, one wants a login.
open_url=
login_url=
mkdir web
if command -v nginx >/dev/null && command -v fcgiwrap >/dev/null; then
	git_http_start web
	open_url=$GIT_URL
	printf 'ada:{PLAIN}sesame\n' >users
	chmod 644 users
	GIT_HTTP_EXTRA="auth_basic forge; auth_basic_user_file $PWD/users;"
	git_http_start web
	login_url=$GIT_URL
fi

# Its repository behind http: the server at URL $2 has $TEST_DIR/web.
served() {
	[ -n "$2" ] || skip 'nginx or fcgiwrap not found'
	pushed "$1"
	bare=$TEST_DIR/web/$1.git
	git clone -q --bare ../ada.git "$bare"
	git --git-dir "$bare" config http.receivepack true
	git remote set-url origin "$2/$1.git"
}

over_http() {
	served http "$open_url"
	run submit
	is 0 && has err "pushed to $open_url/http.git"
	must git --git-dir "$bare" cat-file -e artifact_01/v0.1.0
	run submit
	is 0 && has err 'submitted before'
	git remote set-url origin "$open_url/none.git"
	run submit
	is 6 && same err <<-EOF
	cohort: remote 'origin': no repository at '$open_url/none.git'
	hint: git remote set-url origin URL
	EOF
}

# The tag is here and not there, as after a kill between the two.
refused_there() {
	served hook "$open_url"
	hook=$bare/hooks/pre-receive
	printf '#!/bin/sh\necho "not today" >&2\nexit 1\n' >"$hook"
	chmod +x "$hook"
	run submit
	is 1 && same out </dev/null
	has err "cohort: remote 'origin': 'refs/tags/artifact_01/v0.1.0' was"
	has err 'rejected: pre-receive hook declined'
	tag=$(git rev-parse artifact_01/v0.1.0) || complain 'no tag here'
	nothing_there
	rm "$hook"
	export COHORT_NOW=2027-03-01T00:00:00Z
	run submit
	is 0 && has err 'submitted; '
	[ "$(git rev-parse artifact_01/v0.1.0)" = "$tag" ] ||
		complain 'another tag'
	[ "$(jq -r .tagged_at "$receipt_file")" = "$TEST_NOW" ] ||
		complain 'another receipt'
}

wants_login() {
	served login "$login_url"
	printf '#!/bin/sh\necho "$*" >>%s/asked\necho x\n' "$TEST_DIR" >../ask
	chmod +x ../ask
	unset GIT_TERMINAL_PROMPT GIT_CONFIG_GLOBAL
	GIT_ASKPASS=$PWD/../ask SSH_ASKPASS=$PWD/../ask DISPLAY=:0
	export GIT_ASKPASS SSH_ASKPASS DISPLAY
	run submit
	is 5 && same err <<-EOF
	cohort: remote 'origin': '$login_url/login.git' asks for a login, and no credential helper has one
	hint: git ls-remote origin, and submit again
	EOF
	if command -v script >/dev/null; then # on a terminal neither
		timeout 20 script -qec "$COHORT submit" /dev/null \
			</dev/null >../typescript
		[ $? -eq 5 ] || complain "$(cat ../typescript)"
		lacks ../typescript Username && lacks ../typescript Password
	fi
	[ ! -e "$TEST_DIR/asked" ] || complain "asked: $(cat "$TEST_DIR/asked")"
	printf '[credential]\n\thelper = %s\n' \
		'"!f() { echo username=ada; echo password=wrong; }; f"' \
		>"$HOME/.gitconfig"
	run submit
	is 5 && has err "'$login_url/login.git' refused the login"
	sed -i 's/wrong/sesame/' "$HOME/.gitconfig"
	run submit
	is 0
	rm "$HOME/.gitconfig"
}

dead() {
	pushed dead
	port=$(free_port)
	git remote set-url origin "http://127.0.0.1:$port/ada.git"
	run submit
	is 5 && same out </dev/null && same err <<-EOF
	cohort: remote 'origin': cannot connect to 'http://127.0.0.1:$port'
	hint: git ls-remote origin, and submit again
	EOF
	[ -z "$(git tag)" ] || complain 'it was tagged'
}

addresses() {
	pushed urls
	git remote set-url origin https://ada:sesame@git.example/ada
	run submit
	is 6 && same err <<-EOF
	cohort: remote 'origin': refused URL 'https://git.example/ada': it has a password in it
	hint: git remote set-url origin URL
	EOF
	git remote set-url origin 'ext::sh -c x'
	run submit
	is 6 && has err "refused URL 'ext::sh -c x': it names a helper program"
	git remote set-url origin git://git.example/ada
	run submit
	is 6 && has err 'not https, ssh, http or file'
	git remote set-url origin ../none.git
	run submit
	is 6 && has err "'$PWD/../none.git' is no git repository"
	git config remote.origin.url ''
	run submit
	is 6 && same err <<-EOF
	cohort: remote 'origin' has no URL
	hint: git remote set-url origin URL
	EOF
	# a user's name may be a token
	port=$(free_port)
	git remote set-url origin "http://sesame@127.0.0.1:$port/ada"
	run submit
	is 5 && lacks err sesame
}

# ---- two at once, and what the dead left

at_work() {
	command -v flock >/dev/null || skip 'flock not found'
	pushed lock
	mkdir -p .git/cohort
	flock .git/cohort/submit.lock "$COHORT" submit >../../out 2>../../err
	echo $? >../../status
	is 4 && same err <<-EOF
	cohort: another 'cohort submit' is at work in this repository
	hint: wait for it, then run this again
	EOF
	run submit --dry-run
	is 0
	mkdir -p .git/refs/tags/artifact_01
	: >.git/refs/tags/artifact_01/v0.1.0.lock # of one that was killed
	run submit
	is 0
}

# ---- the gates

needs_gates() {
	PATH=$RUST_PATH
	command -v cargo >/dev/null || skip 'cargo not found'
	command -v bwrap >/dev/null || skip 'bubblewrap not found'
	bwrap --ro-bind / / true 2>/dev/null || skip 'bubblewrap does not work'
}

gates_pass() {
	needs_gates
	pushed pass
	run submit
	is 0 && sed 's/[0-9]*\.[0-9]*\.[0-9]*$/N/' ../../err >said
	same said <<-EOF
	artifact_01/v0.1.0 -> $(head7), pushed to $TEST_DIR/pass/ada.git
	  ok  tree      cohort
	  ok  pack      cargo N
	  !!  metadata  warns, and does not block
	        missing-links  Cargo.toml:1: neither repository, documentation nor homepage is given  (repository)
	  ok  build     cargo N
	  --  semver    skipped: first release
	submitted; the receipt is in $PWD/$receipt_file
	EOF
}

gates_deny() {
	needs_gates
	crate deny
	sed -i '/^license/d' Cargo.toml
	commit && git push -q origin main
	run submit
	is 1 && same out </dev/null
	has err '  x   metadata  fail'
	has err '        missing-license  Cargo.toml:1: '
	has err '        mend: '
	tail -n 2 ../../err >said
	same said <<-EOF
	cohort: the crate does not pass gate 'metadata': 1 finding to mend
	hint: mend and commit, see 'cohort check'; or submit it as it is: cohort submit --anyway
	EOF
	rm said
	nothing_there
	[ -z "$(git tag)" ] || complain 'it was tagged'
	run submit --json
	is 1 && must jq -e '(.submitted | not) and .check.verdict == "fail" and
		.check.cached and ([.check.gates[].findings[] |
		select(.level == "deny").id] == ["missing-license"])' \
		../../out >/dev/null
	run submit --anyway
	is 0 && has err '  x   metadata  fail' && has err 'submitted; '
	run submit # it is out, whatever the gates say
	is 0 && has err 'submitted before' && lacks err metadata
}

gates_break() {
	needs_gates
	crate break
	echo 'compile_error!("not today");' >>src/lib.rs
	commit && git push -q origin main
	run submit
	is 1 && has err '  x   build     fail' && has err '        log: ' &&
		has err "does not pass gate 'build'"
	nothing_there
}

check 'the way to a first submission, hint by hint' first_refusals
check 'there must be a crate' outside
check 'what is not committed is refused' dirty
check 'a hostile file name does not reach the terminal' hostile_name
check 'what a person ignores everywhere does not count' own_ignores
check 'names and versions must fit' names
check 'a wrong .cohort.yaml is told with its place' dot_cohort
check 'a file that git ignores is in no submission' ignored_files
check 'two folders cannot be the same artifact' two_claims
check 'a submission is an annotated tag, and a receipt' plain
check 'the same commit gives the same receipt, wherever' again
check 'another commit needs another version, and is told which' other_commit
check 'each receipt names the submission before' chain
check '--dry-run tags nothing and leaves no trace' dry_run
check '--json is complete, --quiet says the receipt alone' json
check 'any folder of the crate does' from_below
check 'one repository holds several crates' monorepo
check 'the due date is told in three zones, and never refuses' due
check 'whoever commits, the tag is one that git takes' odd_people
check 'a tag made by hand there is no submission with a receipt' by_hand_there
check 'a tag made by hand here is not pushed' by_hand_here
check 'a tag in the way is named' in_the_way
check 'a commit without a branch does, once it is pushed' detached
check 'a branch that moved there is told from one that was not pushed' \
	branch_moved
check 'a shallow clone is made whole first' shallow
check 'it goes over http' over_http
check 'a push that is refused there is finished later' refused_there
check 'a login is never asked for on the terminal' wants_login
check 'a dead server is status 5, and nothing is tagged' dead
check 'addresses that could do harm, and logins in them' addresses
check 'one at a time, and a dead one is no obstacle' at_work
check 'the gates are told, and warnings do not block' gates_pass
check 'what the gates deny is refused, unless told otherwise' gates_deny
check 'a crate that does not build is refused' gates_break
done_testing
