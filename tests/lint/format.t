#!/bin/sh
# How the files look: C by clang-format, shell by shellcheck, plain text.
COHORT=/bin/true # nothing of ours is run here
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
cd "$ROOT" || exit 1

# Every file of ours that is text, not what students' work is made from.
text_files() {
	find . -name .git -prune -o -path ./build -prune -o \
		-path '*/fixtures' -prune -o -path '*/corpus' -prune -o \
		-path '*/target' -prune -o -type f -print
}

shell_files() {
	text_files | while read -r file; do
		case $file in
		*.sh | *.t) echo "$file" ;;
		*.*) ;;
		*) head -n 1 "$file" | grep -q '^#! */bin/sh' && echo "$file" ;;
		esac
	done
}

c_style() {
	find cli tests reference artifacts -name '*.[ch]' 2>/dev/null |
		grep -v -e /fixtures/ |
		xargs -P "$(nproc)" -n 100 clang-format --dry-run --Werror
}

shell_style() {
	shell_files | xargs -P "$(nproc)" -n 8 shellcheck
}

shell_runs() {
	must test -z "$(shell_files | grep -v -e 'tests/[^/]*[.]sh$' |
		while read -r file; do
			head -n 1 "$file" | grep -q '^#!' &&
				[ ! -x "$file" ] && echo "$file"
		done)"
}

plain() {
	text_files | xargs grep -lIE '[[:blank:]]+$' >"$TEST_ROOT/blank"
	same "$TEST_ROOT/blank" </dev/null
}

newline() {
	text_files | while read -r file; do
		[ ! -s "$file" ] || ! grep -qI . "$file" ||
			[ -z "$(tail -c 1 "$file")" ] || echo "$file"
	done >"$TEST_ROOT/newline"
	same "$TEST_ROOT/newline" </dev/null
}

check 'C files are as clang-format writes them' c_style
check 'shellcheck has nothing to say about the scripts' shell_style
check 'scripts with an interpreter line can be run' shell_runs
check 'no line ends in blanks' plain
check 'every text file ends in a newline' newline
done_testing
