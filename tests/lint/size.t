#!/bin/sh
# Functions of at most 60 lines, files of at most 600 (tests: 800).  What is
# longer stands in tests/lint/exceptions with its length, sorted; an entry
# that is not needed, or by 20 lines too generous, is an error too, so that
# the file only shrinks.
COHORT=/bin/true # nothing of ours is run here
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
cd "$ROOT" || exit 1

sources() {
	find cli tests reference artifacts -name '*.[ch]' 2>/dev/null |
		grep -v -e /fixtures/
}

# KIND PLACE LENGTH of everything that is too long.
measure() {
	sources | xargs awk '
	function end_file() {
		if (file && lines > (file ~ /^tests/ ? 800 : 600))
			print "file", file, lines
	}
	FNR == 1 {
		end_file()
		file = FILENAME
		start = 0
	}
	{ lines = FNR }
	/^\{/ {
		start = FNR
		name = before
		sub(/\(.*/, "", name)
		sub(/.*[ *]/, "", name)
	}
	/^\}/ {
		if (start && FNR - start - 1 > 60)
			print "function", FILENAME ":" name, FNR - start - 1
		start = 0
	}
	/^[A-Za-z_].*\(/ { before = $0 }
	END { end_file() }' | LC_ALL=C sort
}

lengths() {
	measure >"$TEST_ROOT/long"
	awk '
	/^#/ { next }
	FILENAME ~ /exceptions$/ { allowed[$1 " " $2] = $3; next }
	!(($1 " " $2) in allowed) { print $0 " lines: too long"; next }
	{
		most = allowed[$1 " " $2]
		delete allowed[$1 " " $2]
		if ($3 > most)
			print $0 " lines: grew beyond its exception, " most
		else if (most - $3 >= 20)
			print $0 " lines: lower its exception, " most
	}
	END {
		for (left in allowed)
			print left ": needs no exception any more"
	}' tests/lint/exceptions "$TEST_ROOT/long" >"$TEST_ROOT/found"
	same "$TEST_ROOT/found" </dev/null
	must sort -c tests/lint/exceptions
}

wide() {
	sources | grep -v -e /base/banned.h | xargs awk '
	{
		line = $0
		gsub(/[\200-\277]/, "", line) # one column a character
		width = 0
		for (i = 1; i <= length(line); i++)
			width += substr(line, i, 1) == "\t" ? 8 - width % 8 : 1
		# a string that cannot be broken may stick out
		if (width > 80 && line !~ /"/)
			print FILENAME ":" FNR ": " width " columns"
	}' >"$TEST_ROOT/wide"
	same "$TEST_ROOT/wide" </dev/null
}

makefile() {
	must test "$(wc -l <Makefile)" -le 150
}

check 'functions and files are short, but for the exceptions' lengths
check 'lines have at most 80 columns' wide
check 'the Makefile has at most 150 lines' makefile
done_testing
