#!/bin/sh
# The command table: help, usage errors, manual pages, completions.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"

"$COHORT" -h | sed -n 's/^  \([a-z][a-z ]*[a-z]\)   .*/\1/p' |
	sed 's/ *$//' >names

overview() {
	run -h
	is 0 && has out 'usage: cohort [-C DIR] COMMAND [ARGUMENT...]' &&
		has out '  doctor' && [ "$(wc -l <names)" -ge 3 ]
}

bare() {
	"$COHORT" -h >want
	run
	is 0 && same out <want
}

each_help() {
	while read -r name; do
		# shellcheck disable=SC2086
		run $name -h
		is 0 && has out "usage: cohort $name" && same err </dev/null
	done <names
}

each_page() {
	command -v mandoc >/dev/null || skip 'mandoc not found'
	while read -r name; do
		# shellcheck disable=SC2086
		"$COHORT" help --man $name >page.1 || return 1
		must mandoc -Tlint -Wwarning page.1
		mandoc -Tascii page.1 | sed 's/.\x08//g' >page.txt
		has page.txt "cohort $name"
		# every option that -h shows is in the page
		# shellcheck disable=SC2086
		"$COHORT" $name -h | grep -o -e '--[a-z-]*' | sort -u >flags
		while read -r flag; do
			has page.txt "$flag"
		done <flags
	done <names
}

unknown_command() {
	run docter
	is 2 && same out </dev/null && same err <<-EOF
	cohort: there is no command 'docter'
	hint: did you mean 'cohort doctor'?
	EOF
}

unknown_option() {
	run doctor --jsn
	is 2 && same err <<-EOF
	cohort: unknown option '--jsn'
	hint: did you mean '--json'?
	EOF
}

option_of_another() {
	run completion bash --json
	is 2 && has err "unknown option '--json'"
}

missing_operand() {
	run completion
	is 2 && same err <<-EOF
	cohort: 'cohort completion' needs bash|zsh|fish
	hint: see 'cohort completion -h'
	EOF
}

extra_operand() {
	run doctor me
	is 2 && same err <<-EOF
	cohort: unexpected argument 'me'
	hint: see 'cohort doctor -h'
	EOF
}

bad_choice() {
	run --color=blue doctor
	is 2 && has err "option '--color' takes auto|always|never, not 'blue'"
}

missing_value() {
	run doctor -C
	is 2 && has err "option '--dir' needs a value: DIR"
}

escapes() {
	run "$(printf 'a\033[31mb')"
	is 2 && has err "there is no command 'a?[31mb'"
}

completions() {
	run completion bash
	is 0 && cp out bash.sh && must bash -n bash.sh && has bash.sh doctor
	run completion zsh
	is 0 && has out '#compdef cohort'
	run completion fish
	is 0 && has out 'complete -c cohort'
	run completion tcsh
	is 2 && has err "no completion for 'tcsh'" &&
		has err 'hint: cohort completion bash, zsh or fish'
}

bash_completes() {
	command -v bash >/dev/null || skip 'bash not found'
	"$COHORT" completion bash >comp.sh
	bash -c '. ./comp.sh
		COMP_WORDS=(cohort doc); COMP_CWORD=1; _cohort
		echo "${COMPREPLY[*]}"
		COMP_WORDS=(cohort doctor --js); COMP_CWORD=2; _cohort
		echo "${COMPREPLY[*]}"' >got
	same got <<-EOF
	doctor
	--json
	EOF
}

full_disk() {
	[ -e /dev/full ] || skip 'no /dev/full'
	"$COHORT" -h >/dev/full 2>err
	echo $? >status
	is 6 && same err <<-EOF
	cohort: cannot write output: No space left on device
	EOF
}

closed_pipe() {
	{
		"$COHORT" completion bash
		echo $? >status
	} | true
	[ "$(cat status)" = 141 ] || [ "$(cat status)" = 0 ]
}

bad_clock() {
	COHORT_NOW=yesterday run doctor
	is 2 && same err <<-EOF
	cohort: COHORT_NOW is not an instant: 'yesterday'
	hint: write it like 2027-01-12T17:00:00Z, or unset it
	EOF
}

version() {
	run --version
	is 0 && has out 'cohort 0.'
}

doctor() {
	run doctor --json
	must jq -e '.schema == 1 and (.items | map(.name) | index("libgit2"))' \
		out
	must jq -e '[.items[] | select(.state != "ok") | .cost, .mend] |
		all(. != null)' out
}

doctor_without_tools() {
	mkdir empty
	PATH=$PWD/empty "$COHORT" doctor --json >out 2>err
	echo $? >status
	is 3 && [ "$(jq -r '.items[] | select(.name == "cargo").state' out)" = \
		missing ] && [ "$(jq -r \
		'.items[] | select(.name == "cargo").mend' out)" = \
		'apt-get install cargo-web rustc-web' ]
}

# as rustup's do before a toolchain is chosen, or with one that is not there
doctor_with_idle_proxies() {
	mkdir -p proxies
	for tool in cargo rustc rustdoc; do
		cat >"proxies/$tool" <<-'EOT'
		#!/bin/sh
		[ -z "${RUSTUP_TOOLCHAIN:-}" ] || {
			echo "error: override toolchain '$RUSTUP_TOOLCHAIN' is not installed: the RUSTUP_TOOLCHAIN environment variable specifies an uninstalled toolchain" >&2
			exit 1
		}
		printf 'error: rustup could not choose a version of %s to run, because one was not specified explicitly\n' "${0##*/}" >&2
		echo "help: run 'rustup default stable'" >&2
		exit 1
		EOT
		chmod +x "proxies/$tool"
	done
	PATH=$PWD/proxies:$PATH run doctor
	is 3 && has out 'broken   cargo' &&
		has out 'error: rustup could not choose a version of cargo' &&
		has out 'mend:    rustup default stable' || return 1
	PATH=$PWD/proxies:$PATH RUSTUP_TOOLCHAIN=nope run doctor --json
	is 3 && must jq -e '[.items[] | select(.name | . == "cargo" or
		startswith("rust")) | .state == "broken" and .version == "" and
		.mend == "unset RUSTUP_TOOLCHAIN"] | length == 3 and all' out
}

doctor_with_a_broken_tool() {
	mkdir -p broken
	printf '#!/bin/sh\nprintf "no \\033[31mluck"; exit 7\n' >broken/git
	printf '#!/bin/sh\nexit 7\n' >broken/ssh
	chmod +x broken/*
	PATH=$PWD/broken:$PATH run doctor
	has out 'no ?[31mluck' && has out 'mend:    apt-get install git' &&
		has out 'ends with a failure'
}

check '-h lists the commands' overview
check 'no command at all is -h' bare
check 'every command explains itself' each_help
check 'every manual page is clean and names every option' each_page
check 'an unknown command names the nearest' unknown_command
check 'an unknown option names the nearest' unknown_option
check 'a command has only its own options' option_of_another
check 'a missing operand is a usage error' missing_operand
check 'an operand too many is a usage error' extra_operand
check 'an option with choices takes no other' bad_choice
check 'an option that needs a value says so' missing_value
check 'an escape in an argument does not reach the terminal' escapes
check 'there are completions for three shells' completions
check 'bash completes commands and options' bash_completes
check 'a full disk is not success' full_disk
check 'a reader that goes away is no error of ours' closed_pipe
check 'a clock that cannot be read is refused' bad_clock
check '--version says which' version
check 'doctor lists what is here and what each lack costs' doctor
check 'doctor without tools says how to get them' doctor_without_tools
check 'doctor says which toolchain is to be chosen' doctor_with_idle_proxies
check 'doctor says what does not run' doctor_with_a_broken_tool
done_testing
