# Reads the results that tests/run keeps; each argument is the stem of
# STEM.tap (the TAP), STEM.err, STEM.rc (the exit status) and STEM.item.
# mode=one: one line on the item, and all of it if anything failed.
# mode=sum: the skipped tests by name, the failed items, then the sum.

function slurp(file, indent,    line, text)
{
	text = ""
	while ((getline line < file) > 0)
		text = text indent line "\n"
	close(file)
	return text
}

function first_line(file,    line)
{
	line = ""
	getline line < file
	close(file)
	return line
}

# A test that was left out, in either of TAP's spellings.
function reason(line)
{
	if (match(line, /# *[Ss][Kk][Ii][Pp][^ ]* */))
		return substr(line, RSTART + RLENGTH)
	return ""
}

# Fills passed, failed, skipped, why (of the item as a whole), skips and
# misses (the names of what was left out and of what failed).
function read_tap(stem,    line, plan, planned, seen, skip, rc)
{
	passed = failed = skipped = seen = 0
	plan = -1
	why = skips = misses = ""
	while ((getline line < (stem ".tap")) > 0) {
		if (line ~ /^1\.\.[0-9]+/) {
			# a program of several groups has a plan for each
			planned = substr(line, 4) + 0
			plan = (plan < 0 ? 0 : plan) + planned
			skip = reason(line)
			if (planned == 0 && skip != "") {
				skipped++
				skips = skips "all: " skip "\n"
			}
		} else if (line ~ /^(not )?ok( |$)/) {
			seen++
			skip = reason(line)
			if (skip != "") {
				skipped++
				sub(/^(not )?ok *[0-9]* *-? */, "", line)
				sub(/ *# *[Ss][Kk][Ii][Pp].*/, "", line)
				skips = skips (line != "" ? line ": " : "") \
					skip "\n"
			} else if (line ~ /^ok/) {
				passed++
			} else {
				failed++
				sub(/^not ok *[0-9]* *-? */, "", line)
				misses = misses line "\n"
			}
		} else if (line ~ /^Bail out!/) {
			why = line
		}
	}
	close(stem ".tap")
	rc = first_line(stem ".rc") + 0
	if (why != "")
		;
	else if (rc == 124 || rc == 137)
		why = "ran out of time or was killed, status " rc
	else if (plan < 0)
		why = "ended without a plan, status " rc
	else if (plan != seen)
		why = "planned " plan " tests and ran " seen ", status " rc
	else if (rc != 0 && failed == 0)
		why = "every test passed, but the status is " rc
	else if (plan == 0 && skipped == 0)
		why = "has no test"
	if (why != "") {
		failed++
		misses = misses why "\n"
	}
}

function show_one(stem,    item)
{
	read_tap(stem)
	item = first_line(stem ".item")
	printf "%s  %s (%d passed%s%s, %.1f s)\n", failed ? "FAIL" : "ok  ",
		item, passed, failed ? ", " failed " failed" : "",
		skipped ? ", " skipped " skipped" : "", ms / 1000
	if (failed)
		printf "%s%s%s", why != "" ? "    " why "\n" : "",
			slurp(stem ".tap", "    "), slurp(stem ".err", "    ! ")
	if (failed && item !~ /\.t$/)
		printf "    # repeat: %s\n", item
	fflush()
}

BEGIN {
	for (i = 1; i < ARGC; i++) {
		stem = ARGV[i]
		if (stem == "/dev/null")
			continue
		if (mode == "one") {
			show_one(stem)
			continue
		}
		read_tap(stem)
		item = first_line(stem ".item")
		label = stem
		sub(/\/[^\/]*$/, "", label)
		sub(/.*\//, "", label)
		all_passed += passed
		all_failed += failed
		all_skipped += skipped
		count = split(skips, line, "\n")
		for (k = 1; k < count; k++)
			print "skipped: " label ": " item ": " line[k]
		count = split(misses, line, "\n")
		for (k = 1; k < count; k++)
			failing = failing "failed: " label ": " item ": " \
				line[k] "\n"
	}
	if (mode == "one")
		exit 0
	printf "%s%d passed, %d failed%s\n", failing, all_passed, all_failed,
		all_skipped ? ", " all_skipped " skipped" : ""
	exit all_failed > 0 || all_passed == 0
}
