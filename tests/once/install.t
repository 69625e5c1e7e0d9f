#!/bin/sh
# What `make install` puts where, and that it works from there.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

variant=${COHORT#"$ROOT"/build/}
variant=${variant%%/*}

install() {
	must make -s -C "$ROOT" install "CC=${variant%%-*}" \
		"SAN=$(echo "${variant#*-}" | tr + ,)" \
		DESTDIR="$TEST_DIR/dest" PREFIX=/opt/cohort
	must test -x dest/opt/cohort/bin/cohort
	must test -s dest/opt/cohort/libexec/cohort/reference-executor.so
}

runs() {
	COHORT=$TEST_DIR/dest/opt/cohort/bin/cohort
	run --version
	is 0
	must test -s "$TEST_DIR/out"
}

pages() {
	mandoc -T lint -W warning dest/opt/cohort/share/man/man*/* >mandoc.log
	same mandoc.log </dev/null
}

page_a_command() {
	run help --man
	sed -n 's/^[.]It Xr \(cohort-[^ ]*\) 1$/\1/p' out >commands
	must test -s commands
	while read -r page; do
		must test -s "dest/opt/cohort/share/man/man1/$page.1"
	done <commands
}

completions() {
	share=dest/opt/cohort/share
	must bash -n "$share/bash-completion/completions/cohort"
	must test -s "$share/zsh/site-functions/_cohort"
	must test -s "$share/fish/vendor_completions.d/cohort.fish"
}

nothing_of_the_tree() {
	mustnt grep -rlF "$ROOT" dest/opt/cohort/share
}

check 'everything goes below DESTDIR and PREFIX' install
check 'the installed program runs' runs
check 'mandoc has nothing to say about the pages' pages
check 'every command of the table has its page' page_a_command
check 'the completions of three shells are there' completions
check 'nothing installed names the checkout' nothing_of_the_tree
done_testing
