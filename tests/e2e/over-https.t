#!/bin/sh
# Collecting and submitting over https: who is trusted, and what is said of
# somebody who is not.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=../git-http.sh
. "$ROOT/tests/git-http.sh"

command -v nginx >/dev/null || PATH=$PATH:/usr/sbin
command -v nginx >/dev/null || skip 'nginx not found'
command -v fcgiwrap >/dev/null || skip 'fcgiwrap not found'
command -v openssl >/dev/null || skip 'openssl not found'

# A machine without a toolchain: this is about git alone.
mkdir bin
ln -s /usr/bin/* /usr/sbin/* bin 2>/dev/null # some are in both
rm -f bin/cargo* bin/rustc* bin/rustup*
PATH=${COHORT%/*}:$PWD/bin

# certificate DIR NAME DAYS: by our own authority
certificate() {
	mkdir -p "$1" && openssl req -newkey rsa:2048 -nodes -keyout \
		"$1/key.pem" -out "$1/request.pem" -subj /CN=x 2>/dev/null &&
		echo "subjectAltName = $2" >"$1/names" &&
		openssl x509 -req -in "$1/request.pem" -CA ca.pem -CAkey \
			ca.key -CAcreateserial -days "$3" -extfile "$1/names" \
			-out "$1/cert.pem" 2>/dev/null
}

openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem \
	-days 2 -subj '/CN=Tests of cohort' 2>/dev/null &&
	certificate good IP:127.0.0.1 2 &&
	certificate other DNS:forge.example 2 || exit 1

mkdir repos
git init -q -b main seed
printf '[package]\nname = "kov-ada"\nversion = "0.1.0"\n' >seed/Cargo.toml
git -C seed add . && git -C seed commit -qm one
git clone -q --bare seed repos/ada.git
git -C repos/ada.git tag -am submit artifact_01/v0.1.0 main
git init -q --bare -b main repos/eve.git
GIT_HTTP_TLS=$TEST_DIR/other
git_http_start repos || exit 1
other_url=$GIT_URL
GIT_HTTP_TLS=$TEST_DIR/good
git_http_start repos push || exit 1

# what `cohort init` allows: https and ssh
"$COHORT" -q init ws >/dev/null &&
	"$COHORT" -q -C ws roster add ada --repo "$GIT_URL/ada.git" \
		>/dev/null &&
	"$COHORT" -q -C ws roster add bob --repo "$other_url/ada.git" \
		>/dev/null || exit 1

unknown() {
	run -C ws collect artifact_01 @ada
	is 5 && has out "failed    @ada" &&
		has out "the certificate of '$GIT_URL' is not trusted" ||
		return 1
	SSL_CERT_FILE=$TEST_DIR/none.pem run -C ws collect artifact_01 @ada
	is 5 && has out "failed    @ada"
}

trusted() {
	SSL_CERT_FILE=$TEST_DIR/ca.pem run -C ws collect artifact_01
	is 5 && has out 'new       @ada          artifact_01  0.1.0' &&
		has out 'failed    @bob' &&
		has out "the certificate of '$other_url' is not trusted" &&
		has out "matches target host name '127.0.0.1'" &&
		has out '1 collected, 0 unchanged, 0 missing, 1 failed'
	SSL_CERT_FILE=$TEST_DIR/ca.pem run -C ws collect artifact_01 @ada
	is 0 && has out '1 unchanged'
}

submit() {
	must "$COHORT" -q new artifact_01 kov-eve >/dev/null
	cd kov-eve || return 1
	git init -q -b main && git add -A && git commit -qm Begin
	git remote add origin "$GIT_URL/eve.git"
	GIT_SSL_CAINFO=$TEST_DIR/ca.pem git push -q origin main
	run submit
	is 5 && same out </dev/null &&
		has err "the certificate of '$GIT_URL' is not trusted"
	[ -z "$(git tag)" ] || complain 'it was tagged'
	SSL_CERT_FILE=$TEST_DIR/ca.pem run submit
	is 0 && has out 'R-'
	git -C "$TEST_DIR/repos/eve.git" cat-file -e \
		refs/tags/artifact_01/v0.1.0 || complain 'no tag arrived'
}

check 'an authority that nobody named is not trusted' unknown
check 'one that SSL_CERT_FILE names is, for its own host' trusted
check 'so it is with a submission' submit
done_testing
