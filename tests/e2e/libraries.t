#!/bin/sh
# The libraries that are loaded when first needed: who needs none of them, and
# what is said where one is not there.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
# shellcheck source=../seats.sh
. "$ROOT/tests/seats.sh"

# What packaging tools read, behind the head and the owner of the note.
objcopy --dump-section .note.dlopen=note "$COHORT" copy 2>/dev/null
[ -s note ] || skip 'built with LAZY=no'
tail -c +17 note | tr -d '\0' >note.json

# without NAME...: those cannot be loaded, for all that follows
without() {
	rm -rf broken && mkdir broken
	for name; do
		: >"broken/$(soname_of "$name")"
	done
	LD_LIBRARY_PATH=$PWD/broken
	export LD_LIBRARY_PATH
}

soname_of() {
	jq -er --arg name "$1" \
		'.[] | select(.feature == $name) | .soname[0]' note.json
}

names() {
	jq -r '.[].feature' note.json
}

# What ld.so loads before main; sanitizers bring libraries of their own.
light() {
	readelf -d "$COHORT" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
		grep -v -e '^libgcc_s' -e '^lib[almtu]*san' -e '^lib\(m\|dl\)[.]' \
			-e '^lib\(pthread\|rt\|resolv\|stdc++\)[.]' >needed
	sort needed >sorted
	same sorted <<-EOF
	libc.so.6
	libjansson.so.4
	EOF
}

note() {
	names | sort >features
	same features <<-EOF
	archive
	crypto
	curl
	git2
	yaml
	z
	zstd
	EOF
	must jq -e 'all(.priority == "required")' note.json
}

all_there() {
	run doctor --json
	must jq -e '[.items[] | select(.kind == "library")] |
		length == 8 and all(.state == "ok" and .version != "")' out
}

# needs_none COMMAND...: it starts where none can be loaded
needs_none() {
	# shellcheck disable=SC2046
	without $(names)
	run "$@"
	is 0 && same err </dev/null
}

start() {
	needs_none --version && has out 'cohort 0.' && needs_none -h &&
		needs_none semver -h && needs_none completion bash
}

explained() {
	# shellcheck disable=SC2046
	without $(names | grep -v yaml)
	run explain missing-license
	is 0 && same err </dev/null
}

two_documents() {
	jq -s '.[0]' "$ROOT/tests/fuzz/corpus/rustdoc/mini_items" >kov.json
	for format in text tsv sarif junit; do
		needs_none -q semver --format "$format" --release-type minor \
			--baseline-rustdoc kov.json \
			--current-rustdoc kov.json || return 1
	done
}

told() {
	for name in $(names); do
		without "$name"
		run doctor --json
		is 3 && must jq -e --arg name "lib$name" --arg file \
			"cannot load '$(soname_of "$name")': " '
			.items[] | select(.name == $name) | .state == "broken" and
			(.remark | startswith($file)) and (.cost | length > 0) and
			(.mend | startswith("apt-get install "))' out >broken/said
	done
}

# refused 'NAME' PACKAGE COMMAND...: it says that it misses the library
refused() {
	without "$1"
	package=$2
	soname=$(soname_of "$1")
	shift 2
	run "$@"
	is 3 && has err "cannot load '$soname': " && has err 'file too short' &&
		has err "hint: apt-get install $package"
}

a_cohort ada || exit 1

workspace() {
	refused git2 libgit2-dev -C ws status && refused git2 libgit2-dev init w2
	[ ! -e w2 ] || complain 'something was left'
}

texts() {
	refused yaml libyaml-dev -C ws status
}

network() {
	refused curl libcurl4-openssl-dev -C ws collect artifact_01
}

# others need it as well, and are the first to say so
nothing_done() {
	without crypto
	run -C ws roster add bob --repo https://example.org/bob.git
	is 3 && has err "$(soname_of crypto): file too short" || return 1
	unset LD_LIBRARY_PATH
	run -C ws roster list
	is 0 && lacks out bob
}

check 'ld.so loads the light libraries alone' light
check 'the others stand in a note for packaging tools' note
check 'each is there with all that is called of it' all_there
check 'commands that need none start without any' start
check 'a finding is explained with libyaml alone' explained
check 'two documents are compared without any' two_documents
check 'doctor tells which cannot be loaded' told
check 'a workspace needs libgit2, and says so' workspace
check 'what is written in YAML needs libyaml, and says so' texts
check 'the network needs libcurl, and says so' network
check 'a command that lacks one has done nothing' nothing_done
done_testing
