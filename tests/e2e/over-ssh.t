#!/bin/sh
# Collecting and submitting through a real OpenSSH on both sides: the tests'
# own sshd on loopback, with keys that are thrown away.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

PATH=$PATH:/usr/sbin:/sbin
command -v ssh >/dev/null || skip 'ssh not found'
# Only CI installs it: Debian would start it for all the world.
sshd=$(command -v sshd) || skip 'openssh-server is not installed'
user=$(id -un)

# A machine without a toolchain: this is about git alone.
mkdir bin
ln -s /usr/bin/* /usr/sbin/* bin 2>/dev/null # some are in both
rm -f bin/cargo* bin/rustc* bin/rustup* bin/ssh
# OpenSSH looks into the home of the password file, which is somebody's own.
printf '#!/bin/sh\nexec %s -F "%s" "$@"\n' "$(command -v ssh)" \
	"$TEST_DIR/ssh_config" >bin/ssh
chmod +x bin/ssh
PATH=${COHORT%/*}:$PWD/bin

for key in host mine strange; do
	ssh-keygen -q -t ed25519 -N '' -C "$key" -f "$key" || exit 1
done
cp mine.pub authorized

# Settings of the sshd; root's needs a folder of its own and a user, which it
# gets in a world of its own.
settings() {
	cat <<-EOF
	ListenAddress 127.0.0.1:$1
	HostKey $TEST_DIR/host
	AuthorizedKeysFile $TEST_DIR/authorized
	PidFile $TEST_DIR/sshd.pid
	AuthenticationMethods publickey
	PermitRootLogin yes
	StrictModes no
	UsePAM no
	AcceptEnv GIT_PROTOCOL
	SetEnv GIT_CONFIG_GLOBAL=/dev/null
	EOF
}

start_as_root() {
	{
		getent passwd
		getent passwd sshd >/dev/null ||
			echo 'sshd:x:74:65534::/run/sshd:/usr/sbin/nologin'
	} >accounts
	echo "$user:*:20000:0:99999:7:::" >shadow && chmod 600 shadow
	setsid unshare -m sh -c 'mount --bind "$1/accounts" /etc/passwd &&
		mount --bind "$1/shadow" /etc/shadow &&
		mount -t tmpfs none /run && mkdir -m 755 /run/sshd &&
		exec "$2" -D -e -f "$1/sshd_config"' sh "$TEST_DIR" "$sshd"
}

start() {
	if [ "$(id -u)" -eq 0 ]; then
		start_as_root
	else
		setsid "$sshd" -D -e -f "$TEST_DIR/sshd_config"
	fi
}

# The daemon, and then whatever it left.
stop() {
	[ ! -s "$TEST_DIR/sshd.pid" ] || kill "$(cat "$TEST_DIR/sshd.pid")"
	[ -z "${starter:-}" ] || wait "$starter" 2>/dev/null
}

TEST_AT_EXIT="${TEST_AT_EXIT:-} stop"
port=$(free_port)
settings "$port" >sshd_config
start >sshd.log 2>&1 </dev/null &
starter=$!
tries=0
while ! [ -s sshd.pid ]; do
	tries=$((tries + 1))
	if [ "$tries" -gt 250 ] || ! kill -0 "$starter" 2>/dev/null; then
		sed 's/^/# /' sshd.log
		skip 'sshd does not start here'
	fi
	sleep 0.02
done

# client KEY KNOWN: what ssh is to use
client() {
	cat >"$TEST_DIR/ssh_config" <<-EOF
	IdentityFile $TEST_DIR/$1
	IdentitiesOnly yes
	UserKnownHostsFile $TEST_DIR/$2
	GlobalKnownHostsFile /dev/null
	EOF
}
echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 host.pub)" >known
echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 strange.pub)" >wrong
: >nobody
client mine known
url=ssh://$user@127.0.0.1:$port$TEST_DIR

mkdir repos
git init -q -b main seed
printf '[package]\nname = "kov-ada"\nversion = "0.1.0"\n' >seed/Cargo.toml
git -C seed add . && git -C seed commit -qm one
git clone -q --bare seed 'repos/it'\''s ada.git'
git -C 'repos/it'\''s ada.git' tag -am submit artifact_01/v0.1.0 main
git init -q --bare -b main repos/eve.git
"$COHORT" -q init ws >/dev/null &&
	"$COHORT" -q -C ws roster add ada --repo "$url/repos/it's%20ada.git" \
		>/dev/null &&
	"$COHORT" -q -C ws roster add bob --repo "$url/repos/none.git" \
		>/dev/null || exit 1

collect() {
	run -C ws collect artifact_01 @ada
	is 0 && has out 'new       @ada          artifact_01  0.1.0' || return 1
	run -C ws collect artifact_01 @ada
	is 0 && has out '1 unchanged' || return 1
	git -C "repos/it's ada.git" tag -am submit artifact_01/v0.1.1 main
	run -C ws collect artifact_01
	is 5 && has out 'new       @ada          artifact_01  0.1.1' &&
		has out 'failed    @bob' &&
		has out "does not appear to be a git repository"
}

strangers() {
	client strange known
	run -C ws collect artifact_01 @ada
	is 5 && has out 'Permission denied (publickey)' || return 1
	client mine nobody
	run -C ws collect artifact_01 @ada
	is 5 && has out 'Host key verification failed' || return 1
	client mine wrong
	run -C ws collect artifact_01 @ada
	is 5 && has out 'Host key verification failed'
	client mine known
}

submit() {
	must "$COHORT" -q new artifact_01 kov-eve >/dev/null
	cd kov-eve || return 1
	git init -q -b main && git add -A && git commit -qm Begin
	git remote add origin "$url/repos/eve.git"
	must git push -q origin main
	client mine nobody
	run submit
	is 5 && has err 'Host key verification failed'
	[ -z "$(git tag)" ] || complain 'it was tagged'
	client mine known
	run submit
	is 0 && has out 'R-'
	cp "$TEST_DIR/out" ../receipt
	git -C "$TEST_DIR/repos/eve.git" cat-file -e \
		refs/tags/artifact_01/v0.1.0 || complain 'no tag arrived'
	run submit
	is 0 && must cmp "$TEST_DIR/out" ../receipt
}

check 'tags are asked for and fetched, a quote in the path or not' collect
check 'keys that are not known, here or there, are said' strangers
check 'a submission arrives, and the same again is the same' submit
done_testing
