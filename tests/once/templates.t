#!/bin/sh
# The crates that `cohort new` makes: what a student starts from has to build,
# pass, be documented and be packed as it is, without network.
# shellcheck source=../lib.sh
. "${0%/*}/../lib.sh"
command -v cargo >/dev/null || skip 'cargo not found'
HERE=$ROOT/tests/once/templates
STUDENTS=$ROOT/tests/demo/students
CARGO_TARGET_DIR=$TEST_ROOT/target
CARGO_HOME=$TEST_ROOT/cargo-home
CARGO_NET_OFFLINE=true
CARGO_INCREMENTAL=0
CARGO_TERM_COLOR=never
export CARGO_TARGET_DIR CARGO_HOME CARGO_NET_OFFLINE CARGO_INCREMENTAL
export CARGO_TERM_COLOR

cat >invite.yaml <<'EOF'
schema: 1
cohort: "2027-winter"
handle: "zoe-2"
name: "Zoë O'Brien & Söhne"
zone: "Europe/Dublin"
repository: "https://git.example/zoe/work"
artifact_01:
  crate: "kov-zoe-2"
  due: "2027-02-07 23:59 America/Los_Angeles"
artifact_02:
  crate: "flume-lock-zoe-2"
  due: "2027-03-07 23:59 America/Los_Angeles"
artifact_03:
  crate: "hal-zoe-2"
  due: "2027-04-04 23:59 America/Los_Angeles"
EOF
run new artifact_01 kov-ada
run new artifact_01 kov-zoe-2 --invite invite.yaml
run new artifact_02 flume-lock-zoe-2 --invite invite.yaml
run new artifact_03 hal-zoe-2 --invite invite.yaml
CRATES='kov-zoe-2 flume-lock-zoe-2 hal-zoe-2'

# Run cargo in the crate; nothing of ours may warn.
in_crate() {
	crate=$1
	shift
	(cd "$TEST_DIR/$crate" && "$@") >"$TEST_ROOT/cargo.log" 2>&1 || {
		cat "$TEST_ROOT/cargo.log"
		complain "$crate: $*"
	}
}

no_marker() {
	mustnt grep -rn -e '{{' -e '}}' kov-ada kov-zoe-2 flume-lock-zoe-2 \
		hal-zoe-2
	must test -z "$(find kov-* flume-lock-* hal-* \
		-name '*.in' -o -name 'dot-*')"
}

invited() {
	for crate in $CRATES; do
		has "$crate/Cargo.toml" "name = \"$crate\""
		has "$crate/Cargo.toml" 'license = "MIT OR Apache-2.0"'
		has "$crate/Cargo.toml" \
			'repository = "https://git.example/zoe/work"'
		has "$crate/README.md" "By Zoë O'Brien & Söhne"
		has "$crate/README.md" 'in the cohort 2027-winter'
		has "$crate/LICENSE-MIT" "Copyright (c) 2027 Zoë O'Brien & Söhne"
		has "$crate/.gitignore" /target
	done
	same kov-zoe-2/.cohort.yaml <<-'EOF'
	# Who and what this crate is for `cohort submit`.  Not packed into the crate.
	schema: 1
	cohort: "2027-winter"
	handle: "zoe-2"
	artifact: "artifact_01"
	crate: "kov-zoe-2"
	zone: "Europe/Dublin"
	due: "2027-02-07 23:59 America/Los_Angeles"
	EOF
}

uninvited() {
	lacks kov-ada/Cargo.toml repository
	lacks kov-ada/README.md 'in the cohort'
	same kov-ada/.cohort.yaml <<-'EOF'
	# Who and what this crate is for `cohort submit`.  Not packed into the crate.
	schema: 1
	handle: "ada"
	artifact: "artifact_01"
	crate: "kov-ada"
	EOF
	in_crate kov-ada cargo metadata --no-deps --format-version 1 --locked
}

# What crates.io looks at, read back through cargo.
metadata() {
	for crate in $CRATES; do
		(cd "$crate" && cargo metadata --no-deps --locked \
			--format-version 1) >"$crate.json"
		must jq -e '.packages[0] | (.dependencies == []) and
			.edition == "2021" and .rust_version == "1.85" and
			.readme == "README.md" and .version == "0.1.0" and
			(.description | length > 40 and length < 200) and
			(.keywords | length == 5 and
				all(test("^[a-z0-9][a-z0-9_+-]{0,19}$"))) and
			(.categories | length > 0 and all(IN("asynchronous",
				"concurrency", "data-structures", "embedded",
				"hardware-support", "no-std::no-alloc")))' \
			"$crate.json"
	done
}

tested() {
	in_crate "$1" env RUSTFLAGS='-D warnings' cargo test --locked
	must test "$(grep -c '^test result: ok' "$TEST_ROOT/cargo.log")" -ge "$2"
	must grep -q 'src/lib.rs - Readme' "$TEST_ROOT/cargo.log"
	# the suites' own time, not the compiler's
	must awk -v crate="$1" '
		/^ *Doc-tests/ { exit }
		/finished in/ { sub(/s$/, "", $NF); sum += $NF }
		END { print crate ": " sum " s"; exit sum > 10 }' \
		"$TEST_ROOT/cargo.log"
}

executor_tested() {
	tested kov-zoe-2 7
}

queue_tested() {
	tested flume-lock-zoe-2 5
}

hal_tested() {
	tested hal-zoe-2 4
}

documented() {
	for crate in $CRATES; do
		in_crate "$crate" env RUSTDOCFLAGS='-D warnings' \
			cargo doc --locked
	done
}

linted() {
	cargo clippy --version >/dev/null 2>&1 || skip 'clippy not found'
	for crate in $CRATES; do
		in_crate "$crate" cargo clippy --locked --all-targets -- \
			-D warnings
	done
}

formatted() {
	cargo fmt --version >/dev/null 2>&1 || skip 'rustfmt not found'
	for crate in $CRATES; do
		in_crate "$crate" cargo fmt --check
	done
}

packed() {
	for crate in $CRATES; do
		(cd "$crate" && cargo package --list --allow-dirty) >list
		for file in Cargo.lock Cargo.toml README.md CHANGELOG.md \
			LICENSE-MIT LICENSE-APACHE src/lib.rs; do
			must grep -qxF "$file" list
		done
		mustnt grep -qE '^(target/|[.])' list
	done
}

lock_is_cargos() {
	for crate in $CRATES; do
		cp "$crate/Cargo.lock" lock
		in_crate "$crate" cargo update --workspace
		must cmp lock "$crate/Cargo.lock"
	done
}

# CRATE NAME PROBE ADAPTER...: the C interface, mapped and driven
probe() {
	in_crate "$1" cargo build --release --locked
	lib=$CARGO_TARGET_DIR/release/lib$(printf %s "$1" | tr - _).rlib
	must rustc --edition 2021 -O --extern "$2=$lib" -o probe \
		"$HERE/$3_probe.rs"
	must timeout 60 ./probe
	shift 3
	must test "$(cat "$@" | wc -l)" -le 200
}

executor_maps() {
	adapter=$ROOT/artifacts/artifact_01/adapter
	probe kov-zoe-2 kov executor "$adapter"/src/*.rs
	cargo fmt --version >/dev/null 2>&1 &&
		must rustfmt --check --edition 2021 \
			--config-path "$adapter" "$adapter/src/lib.rs"
	cargo clippy --version >/dev/null 2>&1 || return 0
	mkdir -p mapped/src && cp "$adapter"/src/*.rs mapped/src && sed \
		-e "s|{{crate_name}}|kov-zoe-2|; s|{{crate_path}}|../kov-zoe-2|" \
		"$adapter/Cargo.toml.in" >mapped/Cargo.toml
	in_crate mapped cargo clippy -- -D warnings
}

queue_maps() {
	probe flume-lock-zoe-2 flume_lock queue "$HERE/queue_adapter.rs"
}

roster() {
	csv=$STUDENTS/students.csv
	must test "$(sed 1d "$csv" | wc -l)" -eq 32
	for column in 1 3 6; do
		must test -z "$(cut -d, -f"$column" "$csv" | sort | uniq -d)"
	done
	sed 1d "$csv" | cut -d, -f5 | while read -r zone; do
		[ ! -d /usr/share/zoneinfo ] ||
			must test -f "/usr/share/zoneinfo/$zone"
	done
	must awk -F, 'NR > 1 && (NF != 6 || $4 !~ /^a?sync$/) { exit 1 }' "$csv"
	must grep -q '[^ -~]' "$csv"
}

# The pairs of these four are all eight features.
varied() {
	for number in 2 4 6 8; do
		crate=kov-varied-$number
		run new artifact_01 "$crate"
		is 0
		must "$STUDENTS/vary.sh" 'Łukasz Zieliński' "$number" "$crate"
		in_crate "$crate" env RUSTFLAGS='-D warnings' \
			cargo test --locked --lib
		cargo fmt --version >/dev/null 2>&1 &&
			in_crate "$crate" cargo fmt --check
		cargo clippy --version >/dev/null 2>&1 &&
			in_crate "$crate" cargo clippy --all-targets -- \
				-D warnings
		has "$crate/src/lib.rs" 'Łukasz Zieliński: '
	done
	must test "$(cat kov-varied-*/Cargo.toml | grep -c '^description')" -eq \
		"$(cat kov-varied-*/Cargo.toml | grep '^description' | sort -u |
			wc -l)"
}

same_again() {
	for copy in one two; do
		mkdir "$copy"
		run new artifact_01 "$copy/kov-ada"
		must "$STUDENTS/vary.sh" Ada 7 "$copy/kov-ada"
	done
	must diff -r one two
}

# KIND [ARGUMENT...]: a crate in that trouble, in the folder $crate
in_trouble() {
	kind=$1
	shift
	crate=kov-$kind
	run new artifact_01 "$crate"
	is 0
	must "$STUDENTS/vary.sh" Ada 1 "$crate"
	must "$STUDENTS/trouble.sh" "$kind" "$crate" "$@"
}

mended() {
	must "$STUDENTS/mend.sh" "$kind" "$crate" "$@"
	has "$crate/Cargo.toml" 'version = "0.1.1"'
	in_crate "$crate" cargo check --locked
}

missing_licence() {
	in_trouble missing-licence
	lacks "$crate/Cargo.toml" 'license ='
	mended
	has "$crate/Cargo.toml" 'license = "MIT OR Apache-2.0"'
}

breaking_patch() {
	in_trouble breaking-patch
	lacks "$crate/src/lib.rs" 'pub fn about'
	in_crate "$crate" cargo check --locked
	mended
	has "$crate/src/lib.rs" 'pub fn about() -> &'
}

symlink_out() {
	in_trouble symlink-out
	must test "$(find "$crate" -type l -exec readlink {} +)" = /etc/passwd
	mended
	must test -z "$(find "$crate" -type l)"
}

name_taken() {
	in_trouble name-taken kov-bob
	has "$crate/Cargo.toml" 'name = "kov-bob"'
	in_crate "$crate" cargo check --locked --all-targets
	mended kov-name-taken
	has "$crate/Cargo.toml" 'name = "kov-name-taken"'
}

build_script() {
	echo secret >contacts
	port=$(free_port)
	in_trouble build-script "$TEST_DIR/missing" "$port"
	(cd "$crate" && cargo check) >log 2>&1
	has log "cannot read $TEST_DIR/missing"
	must "$STUDENTS/trouble.sh" build-script "$crate" "$TEST_DIR/contacts" \
		"$port"
	(cd "$crate" && cargo check) >log 2>&1
	has log 'cannot phone home'
	lacks log secret
	mended
	mustnt test -e "$crate/build.rs"
}

check 'no marker is left, nor a name meant for the renderer' no_marker
check 'an invitation fills names, dates, licence and repository' invited
check 'without one, what nobody said is left out' uninvited
check 'the manifests have what crates.io asks for, and no dependency' metadata
check 'the executor passes its tests, examples included' executor_tested
check 'the queue passes its tests, examples included' queue_tested
check 'the drivers pass their tests, examples included' hal_tested
check 'the documentation builds without a warning' documented
check 'clippy has nothing to say' linted
check 'rustfmt has nothing to change' formatted
check 'what is packed is complete, and nothing hidden goes along' packed
check 'Cargo.lock is as cargo writes it' lock_is_cargos
check 'the executor maps on its C interface in 200 lines' executor_maps
check 'the queue maps on its C interface in 200 lines' queue_maps
check '32 invented students, each with a seat, a suffix and a zone' roster
check 'what students add compiles, passes and differs' varied
check 'the same student writes the same twice' same_again
check 'a missing licence is put back' missing_licence
check 'a function dropped in a patch release is put back' breaking_patch
check 'a link out of the tree is removed' symlink_out
check 'a name that is taken is given back' name_taken
check 'a build script that spies fails by name, and is deleted' build_script
done_testing
