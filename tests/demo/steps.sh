# shellcheck shell=sh
# The steps of the demo, in the order of a season.  Sourced by demo.sh.

DEMO=$ROOT/tests/demo

say() {
	if [ -t 1 ]; then
		printf '\n\033[1m%3d s  %s\033[0m\n' "$(($(date +%s) - START))" "$*"
	else
		printf '\n%3d s  %s\n' "$(($(date +%s) - START))" "$*"
	fi
}

# Type a command in the workspace as an instructor would, and show it.
type_it() {
	printf '$ %s\n' "$*"
	(cd "$WS" && "$@")
}

# The same where a failure is the point: the status is shown, and wanted.
type_in_vain() {
	printf '$ %s\n' "$*"
	(cd "$WS" && "$@") || {
		echo "[status $?]"
		return 0
	}
	echo "demo: '$*' should have failed" >&2
	exit 1
}

# Set the clock: a season passes in a minute.
at() {
	COHORT_NOW=$1
	export COHORT_NOW
}

handles() {
	sed 1d "$DEMO/students/students.csv" | cut -d, -f1
}

troubled() {
	sed -n "s/^$1 //p" "$DEMO/troubles"
}

# One verb for the students on standard input, as many at once as there are
# cores.
students() {
	xargs -n 1 -P "$(nproc)" sh "$DEMO/student.sh" "$1"
}

trouble() {
	"$DEMO/students/trouble.sh" "$1" "$STUDENTS/$(troubled "$1")" \
		"${2:-}" "${3:-}"
}

mend() {
	"$DEMO/students/mend.sh" "$1" "$STUDENTS/$(troubled "$1")" "${2:-}"
}

# ---- the season

found_cohort() {
	say 'January: a cohort is founded'
	at 2027-01-05T18:00:00Z
	printf '$ cohort init %s\n' "${WS##*/}"
	cohort init "$WS" --id 2027-winter --first-day 2027-01-12
	# a rehearsal on this machine: its repositories are served by http
	sed -i 's/^  - https$/  - https\n  - http/' "$WS/config/cohort.yaml"
}

fill_roster() {
	say '32 students, from a spreadsheet'
	mkdir "$WS/invitations"
	awk -F, -v url="$GIT_URL" -v dead="$(troubled dead-url)" '
		NR == 1 { print $0 ",repo,email"; next }
		{
			repo = url "/" $1 ".git"
			if ($1 == dead)
				repo = url "/" $1 "-old.git"
			print $0 "," repo "," $1 "@example.org"
		}' "$DEMO/students/students.csv" >"$TEST_ROOT/students.csv"
	type_it cohort roster import "$TEST_ROOT/students.csv"
	type_it cohort roster invite --all --to invitations >/dev/null
	echo '32 invitations written'
}

students_begin() {
	say 'Week 4: 32 students make a crate each and submit it'
	at 2027-02-05T20:00:00Z
	handles | students begin
	trouble missing-licence
	trouble symlink-out
	trouble name-taken "kov-$(troubled breaking-patch)"
	trouble build-script "$WS/config/contacts.yaml" "$GIT_PORT"
	handles >"$TEST_ROOT/all"
	for kind in missing-licence symlink-out name-taken build-script; do
		troubled "$kind"
	done >"$TEST_ROOT/by-hand"
	students force <"$TEST_ROOT/by-hand"
	grep -vxF -f "$TEST_ROOT/by-hand" "$TEST_ROOT/all" | students submit
	echo "submitted: $(wc -l <"$TEST_ROOT/all") repositories with a tag each"
	tail -n 3 "$LOGS/$(handles | head -n 1).log"
}

first_collect() {
	at 2027-02-08T18:00:00Z
	say 'The Monday after: collect what is there'
	type_in_vain cohort collect "$ARTIFACT"
}

life_goes_on() {
	say 'Later: one student moves a tag, another breaks an interface'
	at 2027-03-20T18:00:00Z
	troubled moved-tag | students move
	"$DEMO/students/bump.sh" "$STUDENTS/$(troubled breaking-patch)"
	trouble breaking-patch
	troubled breaking-patch | students force
}

party_fails() {
	at 2027-04-02T00:30:00Z
	say 'Week 12, the evening of the party: not everything is right'
	type_in_vain sh "$ROOT/release/party.sh" "$ARTIFACT"
	say 'The grid before'
	type_it cohort status
}

students_mend() {
	say 'The students mend their crates'
	mend missing-licence
	mend breaking-patch
	mend moved-tag
	mend symlink-out
	mend name-taken "kov-$(troubled name-taken)"
	mend build-script
	grep -v '^dead-url ' "$DEMO/troubles" | cut -d' ' -f2 | students submit
	type_it cohort roster edit "$(troubled dead-url)" \
		--repo "$GIT_URL/$(troubled dead-url).git"
}

# Publishing is killed as soon as a third of the crates are out.
party_is_killed() {
	say 'The party again; somebody trips over the power cord'
	rm -f "$TEST_ROOT/evening"
	(
		cd "$WS" || exit
		exec setsid sh "$ROOT/release/party.sh" "$ARTIFACT" \
			>"$TEST_ROOT/evening" 2>&1
	) &
	evening=$!
	while kill -0 "$evening" 2>/dev/null &&
		[ "$(crates_out)" -lt "$1" ]; do
		sleep 0.01
	done
	kill -s KILL -- "-$evening" 2>/dev/null || echo '[nothing to kill]'
	if wait "$evening" 2>/dev/null; then
		echo '[it was over before it could be killed]'
	else
		cat "$TEST_ROOT/evening"
		echo "[killed with $(crates_out) crates out]"
	fi
}

crates_out() {
	find "$WS/var/registry" -maxdepth 1 -name '*.crate' 2>/dev/null | wc -l
}

party_goes_on() {
	say 'The same command again goes on where it was'
	type_it sh "$ROOT/release/party.sh" "$ARTIFACT"
	say 'The grid after'
	type_it cohort status
}

# ---- a consumer that cohort knows nothing of

# Lines of "NAME VERSION" on standard input become the dependencies; the lines
# of main() are made from each by the function named.
build_consumer() {
	say 'A cargo project with three of them as dependencies'
	consumer=$TEST_ROOT/consumer
	rm -rf "$consumer"
	mkdir -p "$consumer/src" "$consumer/.cargo"
	cat >"$TEST_ROOT/consumed"
	cat >"$consumer/.cargo/config.toml" <<-EOF
	[source.crates-io]
	replace-with = "cohort"
	[source.cohort]
	local-registry = "$WS/var/registry"
	EOF
	{
		printf '[package]\nname = "consumer"\nversion = "0.1.0"\n'
		printf 'edition = "2021"\n\n[dependencies]\n'
		sed 's/^\([^ ]*\) \(.*\)/\1 = "\2"/' "$TEST_ROOT/consumed"
	} >"$consumer/Cargo.toml"
	{
		echo 'fn main() {'
		while read -r name _; do
			"$1" "$name" "$(printf %s "$name" | tr - _)"
		done <"$TEST_ROOT/consumed"
		echo '}'
	} >"$consumer/src/main.rs"
	(
		cd "$consumer" || exit
		echo '$ cargo run --offline'
		CARGO_HOME=$TEST_ROOT/cargo-home cargo run -q --offline
	)
}

# The invented crates are executors that say who wrote them.
use_executor() {
	cat <<-EOF
	    let executor = $2::Executor::new().unwrap();
	    let answer = executor.block_on(async { 42 }).unwrap();
	    println!("$1 says {answer}: {}", $2::about());
	EOF
}

# Of a crate that was given nothing is known but its name.
use_name() {
	printf '    { use %s as _; println!("%s is linked"); }\n' "$2" "$1"
}

# "NAME VERSION" of what the students named have published last.
published_by() {
	for handle in "$@"; do
		(cd "$WS" && cohort roster show --json "$handle") |
			jq -r --arg a "$ARTIFACT" '.artifacts[] |
				select(.artifact == $a) | .publications[-1] |
				"\(.crate) \(.version)"'
	done
}

finish() {
	out=$(cd "$WS" && cohort status --json |
		jq --arg a "$ARTIFACT" '.artifacts[] | select(.id == $a).published')
	seats=$(cd "$WS" && cohort status --json | jq '.seats')
	say 'Done; look around'
	echo "workspace: $WS"
	echo "registry:  $WS/var/registry"
	echo "students:  $STUDENTS"
	built='no consumer built'
	[ ! -d "$TEST_ROOT/consumer" ] || built='consumer built'
	echo "demo: $out of $seats published, $built, $(($(date +%s) - START)) s"
	[ "$out" = "$seats" ]
}

invented_students() {
	ARTIFACT=artifact_01
	git_http_start "$BARE" push
	export GIT_URL GIT_PORT
	found_cohort
	fill_roster
	students_begin
	first_collect
	life_goes_on
	party_fails
	students_mend
	party_is_killed 12
	party_goes_on
	published_by "$(troubled missing-licence)" "$(troubled breaking-patch)" \
		"$(troubled moved-tag)" | build_consumer use_executor
	finish
}
