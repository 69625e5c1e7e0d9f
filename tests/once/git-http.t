#!/bin/sh
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=../git-http.sh
. "$ROOT/tests/git-http.sh"

mkdir repos
git init -q --bare -b main repos/ada.git
git init -q --bare -b main repos/bob.git
git init -q -b main ada
(cd ada && git commit -q --allow-empty -m one && git tag -am v1 v1 &&
	git push -q ../repos/ada.git main v1)
git_http_start repos || skip 'no nginx with fcgiwrap'
read_only=$GIT_URL
# shellcheck disable=SC2034
GIT_HTTP_EXTRA='location /teapot/ { return 418; }'
git_http_start repos push || exit 1

clone() {
	must git clone -q "$read_only/ada.git" copy
	must test "$(git -C copy tag)" = v1
}

no_push() {
	mustnt git -C ada push -q "$read_only/bob.git" main
}

push() {
	must git -C ada push -q "$GIT_URL/bob.git" main
	must git -C repos/bob.git rev-parse -q --verify main
}

parallel() {
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		git ls-remote "$GIT_URL/ada.git" >"ls.$i" &
	done
	wait
	must test "$(cat ls.* | grep -c refs/heads/main)" -eq 20
}

extra() {
	git ls-remote "$GIT_URL/teapot/x.git" 2>log
	must grep -q 'error: 418' log
}

stops() {
	git_http_stop
	mustnt git ls-remote -q "$GIT_URL/bob.git" 2>log
	must git ls-remote -q "$read_only/ada.git" >refs
}

check 'a repository can be cloned with its tags' clone
check 'nobody may push unless asked for' no_push
check 'anybody may push where asked for' push
check 'twenty clients at a time are served' parallel
check 'a server block takes extra lines' extra
check 'stopping ends one server and not the other' stops
done_testing
