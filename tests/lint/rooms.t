#!/bin/sh
# The walls of the house: who may include, call and print what.
COHORT=/bin/true # nothing of ours is run here
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
cd "$ROOT" || exit 1

sources() {
	find "$@" -name '*.[ch]' | LC_ALL=C sort
}

# FILE:LINE: of what PATTERN (extended) finds in the files of standard input,
# outside comments and strings.
grep_code() {
	xargs awk -v pattern="$1" '
	FNR == 1 { comment = 0 }
	{
		line = $0
		if (comment) {
			if (!sub(/^.*\*\//, "", line))
				next
			comment = 0
		}
		if (line !~ /^ *# *include/)
			gsub(/"([^"\\]|\\.)*"/, "\"\"", line)
		gsub(/\/\*([^*]|\*[^\/])*\*\//, "", line)
		if (sub(/\/\*.*/, "", line))
			comment = 1
		if (line ~ pattern)
			print FILENAME ":" FNR ": " $0
	}' >"$TEST_ROOT/found"
	same "$TEST_ROOT/found" </dev/null
}

# commands -> course -> gate -> workspace, registry -> the rest -> base
layers() {
	sources cli | xargs awk '
	BEGIN {
		rank["commands"] = 6; rank["course"] = 5; rank["gate"] = 4
		rank["workspace"] = rank["registry"] = 3
		rank["model"] = rank["crate"] = rank["sim"] = rank["io"] = 2
		rank["base"] = 1
	}
	/^#[ \t]*include[ \t]*"/ {
		split(FILENAME, part, "/")
		from = part[2]
		split($0, quoted, "\"")
		to = quoted[2]
		if (to ~ /^\.\./ || to !~ /\//) {
			# only the front of the house has headers of its own
			if ((from in rank) && from != "commands" &&
			    to != "version.h")
				print FILENAME ":" FNR ": " $0
			next
		}
		sub(/\/.*/, "", to)
		if (!(to in rank) && to != "tests")
			print FILENAME ":" FNR ": no such room: " $0
		else if ((from in rank) && from != to &&
			 rank[to] >= rank[from])
			print FILENAME ":" FNR ": " $0
	}' >"$TEST_ROOT/found"
	same "$TEST_ROOT/found" </dev/null
}

outside_headers() {
	sources cli | grep -v -e '^cli/io/' | grep_code \
		'# *include *<(curl|git2|archive|yaml|openssl|zstd|zlib|expat)' &&
		sources cli | grep -v -e '^cli/base/json[.]h$' |
		grep_code '# *include *<jansson'
}

linux_only() {
	sources cli | grep -v -e '^cli/base/os_linux[.]c$' |
		grep_code '_GNU_SOURCE|# *include *<(linux|sys/(prctl|epoll|random|inotify|file|syscall|mount|signalfd|timerfd))[./]'
}

pure() {
	sources cli/model cli/crate | grep_code \
		'# *include *<(unistd|fcntl|dirent|pthread|poll|sys/(stat|socket|wait|mman))[.]h>|(^|[^a-z_>.])(fopen|open|openat|time|clock_gettime|clock_now|clock_monotonic_[mn]s|getenv|socket|opendir|fork|stat|lstat|printf|puts)[(]'
}

quiet() {
	sources cli | grep -v -e '^cli/commands/' -e '^cli/[^/]*$' \
		-e '^cli/base/terminal' | grep_code \
		'(^|[^a-z_>.])(printf|puts|putchar|perror)[(]|(^|[^a-zA-Z_>.])(stdout|stderr)([^a-zA-Z_]|$)'
}

exits() {
	sources cli | grep -v -e '^cli/main[.]c$' | grep_code \
		'(^|[^a-z_>.])(exit|quick_exit)[(]'
}

no_typedef_struct() {
	sources cli | grep_code '^ *typedef *(struct|enum|union)[^(]*$'
}

alone() {
	for header in $(sources cli | grep '[.]h$'); do
		${CC:-gcc} -std=c17 -D_POSIX_C_SOURCE=200809L -Icli -Wall \
			-Wextra -Wpedantic -fsyntax-only -x c "$header" \
			2>&1 | grep -v -e 'empty translation unit' >"$TEST_ROOT/gcc.log"
		grep -qE 'error|warning' "$TEST_ROOT/gcc.log" || continue
		complain "$header"
		cat "$TEST_ROOT/gcc.log"
	done
	return 0
}

guards() {
	for header in $(sources cli tests | grep '[.]h$' | grep -v fixtures); do
		want=$(echo "${header#cli/}" | tr 'a-z/.' 'A-Z__')
		[ "$(sed -n '1s/^#ifndef //p' "$header")" = "$want" ] ||
			complain "$header: the guard is not $want"
	done
}

check 'a file includes its own room and those below' layers
check 'only io/ includes headers of outside libraries' outside_headers
check 'only os_linux.c is for Linux alone' linux_only
check 'model/ and crate/ open nothing and know no clock' pure
check 'only commands/ and the front print' quiet
check 'only main exits' exits
check 'structs and enums go by their tags' no_typedef_struct
check 'every header compiles alone' alone
check 'every header is guarded by its path' guards
done_testing
